//! Which tokens a market is of, and what they are worth.

use super::steps::Asset;
use alloy_primitives::U256;
use e2e::tokens::Fixture;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub loan: Fixture,
    pub collateral: Fixture,
}

const fn pair(loan: Fixture, collateral: Fixture) -> Pair {
    Pair { loan, collateral }
}

pub const PAIRS: [Pair; 9] = [
    pair(Fixture::Token, Fixture::Token),
    pair(Fixture::CallbackToken, Fixture::Token),
    pair(Fixture::Token, Fixture::CallbackToken),
    pair(Fixture::CallbackToken, Fixture::CallbackToken),
    pair(Fixture::CallbackToken, Fixture::GreedyToken),
    pair(Fixture::GreedyToken, Fixture::Token),
    pair(Fixture::NoReturnToken, Fixture::CallbackToken),
    pair(Fixture::Token, Fixture::NoReturnToken),
    pair(Fixture::RefusingToken, Fixture::RefusingToken),
];

impl Pair {
    pub fn of(&self, asset: Asset) -> Fixture {
        match asset {
            Asset::Loan => self.loan,
            Asset::Collateral => self.collateral,
        }
    }
}

/// Prices to begin with, and how many of a token's smallest units an amount here is in: a few millions of either are worth about the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    pub wads: [u128; 2],
    pub units: [u128; 2],
}

const WAD: u128 = 1_000_000_000_000_000_000;

pub const BASES: [Base; 3] = [
    // As the tests of the market have them.
    Base {
        wads: [WAD, 2 * WAD],
        units: [1, 1],
    },
    // A dollar of six decimals for a coin of eighteen that is worth millionths of one.
    Base {
        wads: [1_000_000_000_000 * WAD, 1_500_000_000_000],
        units: [1, WAD],
    },
    // A dollar of eighteen for a bitcoin of eight.
    Base {
        wads: [WAD, 600_000_000_000_000 * WAD],
        units: [300_000_000_000_000, 1],
    },
];

impl Base {
    pub fn amount(&self, asset: Asset, number: u64) -> U256 {
        U256::from(self.units[asset as usize]) * U256::from(number)
    }
}
