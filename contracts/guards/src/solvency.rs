//! At the end of a transition, what a contract holds of an asset covers what it owes of it.
//!
//! # Design
//! - Checked once, at the end, after every call out: a breach in the middle that is healed before the end is none.
//! - Measured, not accounted: the balance is asked of the asset, so a token that took a fee, was rebased, or was taken by a path
//!   that no code of this contract knows shows here.
//! - Checked on the way in as well: a deposit into a contract that is short would pay somebody else's claim.
//!
//! # Trust assumptions
//! - What is owed is accounted honestly by the contract. A forged message that lowers it together with the balance passes here; the
//!   rate limit is what bounds that.
//! - The token tells the truth about the balance.
//!
//! # The attack
//! The first to withdraw from a contract that is short is paid in full and the last gets nothing; so they run. Here nobody is
//! paid out of a shortfall, until it is filled.

use crate::{asset, errors, sdk::VM, GuardError};
use alloy_primitives::{Address, U256};
use portcullis_core::solvency::{position, position_over_margin, Margin, Position};

errors! {
    /// The contract holds less of the asset than it owes.
    Insolvent(asset: Address, locked: U256, owed: U256);
    /// The contract holds less of the asset than it owes and a margin on that: `missing` is missing.
    MarginShort(asset: Address, locked: U256, owed: U256, margin_bps: u64, missing: U256);
}

/// Requires that the contract holds what it owes. Equality is enough.
///
/// # Errors
/// [`Insolvent`], and [`asset::NotAToken`] when the balance cannot be read.
pub fn require_covered(vm: &VM, asset: Address, owed: U256) -> Result<(), GuardError> {
    check(asset, asset::held(vm, asset)?, owed)
}

/// The same with a margin on what is owed, rounded up.
///
/// # Errors
/// [`MarginShort`], and [`asset::NotAToken`] when the balance cannot be read.
pub fn require_margin(vm: &VM, asset: Address, owed: U256, margin: Margin) -> Result<(), GuardError> {
    check_margin(asset, asset::held(vm, asset)?, owed, margin)
}

/// Requires that what is held is what is owed.
pub(crate) fn check(asset: Address, locked: U256, owed: U256) -> Result<(), GuardError> {
    match position(locked, owed) {
        Position::Surplus(_) => Ok(()),
        Position::Shortfall(_) => Err(Insolvent { asset, locked, owed }.into()),
    }
}

/// Requires that what is held is what is owed and a margin.
pub(crate) fn check_margin(
    asset: Address,
    locked: U256,
    owed: U256,
    margin: Margin,
) -> Result<(), GuardError> {
    match position_over_margin(locked, owed, margin) {
        Position::Surplus(_) => Ok(()),
        Position::Shortfall(missing) => Err(MarginShort {
            asset,
            locked,
            owed,
            margin_bps: margin.bps().into(),
            missing,
        }
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stylus_sdk::{prelude::*, testing::TestVM};

    #[test]
    fn eth_that_equals_what_is_owed_is_enough_and_a_wei_less_is_not() {
        let test = TestVM::new();
        let vm = VM {
            host: alloc::boxed::Box::new(test.clone()),
        };
        test.set_balance(test.contract_address(), U256::from(99));
        assert_eq!(require_covered(&vm, Address::ZERO, U256::from(99)), Ok(()));
        assert_eq!(
            require_covered(&vm, Address::ZERO, U256::from(100)),
            Err(Insolvent {
                asset: Address::ZERO,
                locked: U256::from(99),
                owed: U256::from(100)
            }
            .into())
        );
    }

    #[test]
    fn a_margin_of_a_percent_is_asked_for_to_the_wei() {
        let test = TestVM::new();
        let vm = VM {
            host: alloc::boxed::Box::new(test.clone()),
        };
        let percent = Margin::new(100).unwrap();
        test.set_balance(test.contract_address(), U256::from(1_012));
        assert_eq!(
            require_margin(&vm, Address::ZERO, U256::from(1_001), percent),
            Ok(())
        );
        test.set_balance(test.contract_address(), U256::from(1_011));
        assert_eq!(
            require_margin(&vm, Address::ZERO, U256::from(1_001), percent),
            Err(MarginShort {
                asset: Address::ZERO,
                locked: U256::from(1_011),
                owed: U256::from(1_001),
                margin_bps: 100,
                missing: U256::ONE
            }
            .into())
        );
    }
}
