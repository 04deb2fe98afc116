//! A limiter is charged with what really left.
//!
//! # Design
//! - What left is the difference of two balances: what a fee, a rebase or a lying token took with it is charged, and what was named and did not leave is not.
//! - Gross within the transition by that: a deposit in the same transition hides as much. Where the two meet in one call, [`crate::flow_cap`] counts them apart.
//! - A limiter that refuses is a refusal, not a broken invariant: asking for too much is no harm, and trips nothing.
//! - What is charged stands in storage, and the transition is over. A frame that rolls the body back rolls this back too, as it is asked within.
//!
//! # The attack
//! A limiter told `amount` by the contract, while the token moves more.

use super::{balance, Holder, Invariant, Unmet};
use crate::{sdk::VM, GuardError};
use alloy_primitives::{Address, U256};
use portcullis_core::invariant::change::Change;

/// What leaves the contract of an asset, and who is told.
#[derive(Clone, Copy, Debug)]
pub struct MeasuredOutflow<F> {
    asset: Address,
    charge: F,
}

impl<F: Fn(&VM, Address, U256) -> Result<(), GuardError>> MeasuredOutflow<F> {
    /// `charge` is called at the exit with what left, unless nothing did. It is called through a shared reference: what takes a limiter mutably
    /// keeps it in a [`core::cell::RefCell`], or asks [`MeasuredOutflow::left`] and charges after.
    ///
    /// Unmet: refused with what `charge` refuses with; [`crate::asset::NotAToken`] when a balance cannot be read.
    pub const fn new(asset: Address, charge: F) -> Self {
        Self { asset, charge }
    }

    /// What left since `before` was taken.
    ///
    /// # Errors
    /// [`crate::asset::NotAToken`] when the balance cannot be read.
    pub fn left(&self, vm: &VM, before: U256) -> Result<U256, Unmet> {
        let held = balance::held(vm, self.asset, Holder::This)?;
        Ok(Change::between(before, held).fallen())
    }
}

impl<F: Fn(&VM, Address, U256) -> Result<(), GuardError>> Invariant for MeasuredOutflow<F> {
    type Before = U256;

    fn before(&self, vm: &VM) -> Result<U256, Unmet> {
        balance::held_before(vm, self.asset, Holder::This)
    }

    fn after(&self, vm: &VM, before: U256) -> Result<(), Unmet> {
        let left = self.left(vm, before)?;
        if left.is_zero() {
            return Ok(());
        }
        (self.charge)(vm, self.asset, left).map_err(Unmet::Refused)
    }
}
