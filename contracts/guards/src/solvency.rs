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
use portcullis_core::solvency::position;

errors! {
    /// The contract holds less of the asset than it owes.
    Insolvent(asset: Address, locked: U256, owed: U256);
}

/// Requires that the contract holds what it owes. Equality is enough.
///
/// # Errors
/// [`Insolvent`], and [`asset::NotAToken`] when the balance cannot be read.
pub fn require_covered(vm: &VM, asset: Address, owed: U256) -> Result<(), GuardError> {
    let locked = asset::held(vm, asset)?;
    if position(locked, owed).is_solvent() {
        Ok(())
    } else {
        Err(Insolvent { asset, locked, owed }.into())
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
}
