//! What the measurements of a single guard have in common: the amounts, the people, and the two calls.

use crate::error::BenchError;
use crate::measure::{ended, Ending, Stage};
use crate::table::Size;
use alloy_primitives::{Address, U256};
use alloy_sol_types::{sol, SolCall};
use e2e::tokens::{Fixture, IToken};
use embedded_chain::{Chain, Config, Transaction, DEV_ACCOUNTS};

sol! {
    /// What every contract that passes a single guard answers to.
    interface IGuarded {
        function run(address asset, uint256 amount) external;
    }
}

/// Who deploys, and owns the chain.
pub const DEPLOYER: Address = DEV_ACCOUNTS[0];
/// Who governs the guards, and makes the calls that are measured.
pub const CALLER: Address = DEV_ACCOUNTS[1];
/// Who may pause.
pub const GUARDIAN: Address = DEV_ACCOUNTS[2];

/// ETH, as the guards name it.
pub const ETH: Address = Address::ZERO;

/// One unit of an asset, all of which have 18 decimals.
const UNIT: u64 = 1_000_000_000_000_000_000;

/// So many units.
#[must_use]
pub fn units(count: u64) -> U256 {
    U256::from(count) * U256::from(UNIT)
}

/// What a bucket holds when it is full, in units.
pub const CAPACITY: u64 = 1000;
/// The seconds in which an empty bucket fills.
pub const REFILL_SECS: u64 = 3600;
/// What the first use takes, in units: so much that the bucket is not full again at the second.
pub const FIRST: u64 = 500;
/// What a call that passes takes, in units.
pub const AMOUNT: u64 = 1;
/// What a call that the bucket refuses asks for, in units: more than it holds, and not more than it could.
pub const TOO_MUCH: u64 = 900;
/// Seconds between the first use and the second.
pub const WAIT: u64 = 60;
/// Seconds of a pause.
pub const PAUSE_SECS: u64 = 3600;

/// What differs from one measurement of a guard to another.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Whether the asset is a token; else it is ETH.
    pub token: bool,
    /// Units of the call that is measured.
    pub amount: u64,
    /// Whether the contract is paused.
    pub paused: bool,
    /// How the call is to end.
    pub ending: Ending,
}

impl Case {
    /// A call about ETH that passes.
    pub const PASSES: Self = Self {
        token: false,
        amount: AMOUNT,
        paused: false,
        ending: Ending::Returns,
    };
    /// A call about a token that passes.
    pub const PASSES_WITH_TOKEN: Self = Self {
        token: true,
        ..Self::PASSES
    };
    /// A call for more than the bucket holds.
    pub const TOO_MUCH: Self = Self {
        amount: TOO_MUCH,
        ending: Ending::Reverts,
        ..Self::PASSES
    };
    /// A call in a pause.
    pub const PAUSED: Self = Self {
        paused: true,
        ending: Ending::Reverts,
        ..Self::PASSES
    };
    /// A call that is always refused.
    pub const REFUSED: Self = Self {
        ending: Ending::Reverts,
        ..Self::PASSES
    };
}

/// A chain with a token on it, and what is to be measured there.
pub struct Site {
    /// The chain. It records storage.
    pub chain: Chain,
    /// The token, whose supply [`CALLER`] holds.
    pub token: Address,
    /// What is to be measured.
    pub case: Case,
}

impl Site {
    /// A chain with nothing but the token.
    ///
    /// # Errors
    /// A [`BenchError`] when the chain does not start.
    pub fn new(case: Case) -> Result<Self, BenchError> {
        let mut chain = Chain::new(Config {
            record_storage: true,
            ..Config::default()
        })?;
        let supply = Fixture::Token.token_init_code("T", 18, CALLER, units(10 * CAPACITY));
        let token = chain.deploy(DEPLOYER, supply)?;
        Ok(Self { chain, token, case })
    }

    /// Makes a call that must succeed.
    ///
    /// # Errors
    /// A [`BenchError`] when it does not.
    pub fn must<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> Result<(), BenchError> {
        let receipt = self
            .chain
            .transact(Transaction::call(from, to, call.abi_encode()))?;
        ended(&receipt, Ending::Returns)
    }

    /// Gives a contract as much of ETH and of the token as a full bucket.
    ///
    /// # Errors
    /// A [`BenchError`] when the token refuses.
    pub fn fund(&mut self, contract: Address) -> Result<(), BenchError> {
        self.chain.set_balance(contract, units(CAPACITY));
        let call = IToken::transferCall {
            to: contract,
            value: units(CAPACITY),
        };
        self.must(CALLER, self.token, &call)
    }

    /// Uses the contract once, waits, and stops before the second use. So the words that a guard keeps are not zero and change to
    /// something that is not zero either, and a bucket has something to refill.
    ///
    /// # Errors
    /// A [`BenchError`] when the chain does not take the first use.
    pub fn before_second_use(mut self, contract: Address, size: Size) -> Result<Stage, BenchError> {
        // A contract that refuses refuses this one too.
        let first = self.call(contract, FIRST);
        self.chain.transact(first)?;
        self.chain.advance_time(WAIT);
        Ok(Stage {
            call: self.call(contract, self.case.amount),
            chain: self.chain,
            contract,
            size,
            ending: self.case.ending,
        })
    }

    fn call(&self, contract: Address, amount: u64) -> Transaction {
        let call = IGuarded::runCall {
            asset: if self.case.token { self.token } else { ETH },
            amount: units(amount),
        };
        Transaction::call(CALLER, contract, call.abi_encode())
    }
}
