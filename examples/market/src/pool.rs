//! Shares of a pot that grows, and interest.
//!
//! # Design
//! - What suppliers have and what borrowers owe are shares of two pots, with a thousand virtual shares and a virtual unit in each, as in an ERC-4626 vault.
//! - Rounding is for the market: shares of the suppliers' pot are given rounded down, those of the debt rounded up, and taken back rounded down.
//! - Interest is simple between two calls and is rounded up: nobody holds it at nothing by calling every second.

use alloy_primitives::U256;
use portcullis::core_types::mul_div::{mul_div_down, mul_div_up};

pub(crate) const fn number(number: u64) -> U256 {
    U256::from_limbs([number, 0, 0, 0])
}

/// In each pot, beside what was given.
const VIRTUAL_SHARES: U256 = number(1_000);

/// Interest: 5% a year, in basis points.
pub const RATE_BPS: u64 = 500;
const YEAR_SECS: u64 = 365 * 24 * 60 * 60;
/// Interest for more than ten years at once is not counted: a bound, so that nothing overflows.
const MOST_SECS: u64 = 10 * YEAR_SECS;

pub(crate) const WHOLE_BPS: u64 = 10_000;

/// A pot: of one asset, and its shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pot {
    /// In the asset's units.
    pub assets: U256,
    /// In shares.
    pub shares: U256,
}

impl Pot {
    /// What so much of the asset is in shares, rounded down. None when no number is that large, here and below.
    pub fn shares_down(&self, assets: U256) -> Option<U256> {
        let (shares, pot) = self.sides()?;
        mul_div_down(assets, shares, pot)
    }

    /// The same, rounded up.
    pub fn shares_up(&self, assets: U256) -> Option<U256> {
        let (shares, pot) = self.sides()?;
        mul_div_up(assets, shares, pot)
    }

    /// What so many shares are in the asset, rounded down.
    pub fn assets_down(&self, shares: U256) -> Option<U256> {
        let (all, pot) = self.sides()?;
        mul_div_down(shares, pot, all)
    }

    /// The same, rounded up.
    pub fn assets_up(&self, shares: U256) -> Option<U256> {
        let (all, pot) = self.sides()?;
        mul_div_up(shares, pot, all)
    }

    #[inline(never)]
    fn sides(&self) -> Option<(U256, U256)> {
        Some((
            self.shares.checked_add(VIRTUAL_SHARES)?,
            self.assets.checked_add(U256::ONE)?,
        ))
    }
}

/// The interest on a debt for a time, rounded up. None when no number is that large.
pub fn interest_up(debt: U256, secs: u64) -> Option<U256> {
    // Invariant: 500 times ten years is below 2^64.
    let part = RATE_BPS * secs.min(MOST_SECS);
    mul_div_up(debt, number(part), number(WHOLE_BPS * YEAR_SECS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(number: u64) -> U256 {
        U256::from(number)
    }

    #[test]
    fn interest_is_simple_and_never_rounds_to_nothing() {
        assert_eq!(interest_up(u(1_000_000), YEAR_SECS), Some(u(50_000)));
        assert_eq!(interest_up(u(1_000_000), YEAR_SECS / 2), Some(u(25_000)));
        assert_eq!(interest_up(u(1), 1), Some(u(1)));
        assert_eq!(interest_up(u(0), YEAR_SECS), Some(u(0)));
        assert_eq!(interest_up(u(1_000_000), 0), Some(u(0)));
        assert_eq!(
            interest_up(u(1_000_000), u64::MAX),
            Some(u(500_000)),
            "of ten years"
        );
        assert_eq!(interest_up(U256::MAX, MOST_SECS), Some(U256::MAX.div_ceil(u(2))));
    }

    #[test]
    fn a_pot_rounds_as_it_is_asked() {
        // 11 units to 4,000 shares, the virtual ones among them.
        let pot = Pot {
            assets: u(10),
            shares: u(3_000),
        };
        assert_eq!(
            (pot.shares_down(u(1)), pot.shares_up(u(1))),
            (Some(u(363)), Some(u(364)))
        );
        assert_eq!(
            (pot.assets_down(u(364)), pot.assets_up(u(364))),
            (Some(u(1)), Some(u(2)))
        );
        assert_eq!(
            (pot.assets_down(u(363)), pot.assets_up(u(363))),
            (Some(u(0)), Some(u(1)))
        );
        let full = Pot {
            assets: U256::MAX,
            shares: u(1),
        };
        assert_eq!((full.shares_up(u(1)), full.assets_down(u(1))), (None, None));
    }
}
