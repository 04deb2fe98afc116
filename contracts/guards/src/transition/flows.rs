//! Where the flows go that methods declare.
//!
//! # The attack
//! A limiter that is told `amount` by the contract, while the token moves more: [`Measured`] is charged with what left.

use crate::{asset, sdk::VM, GuardError};
use alloy_primitives::{Address, U256};
use stylus_sdk::prelude::*;

/// Charges what moves in and out of the contract to its guards: limiters, caps, triggers. Written once for a contract; methods declare their flows.
#[diagnostic::on_unimplemented(
    message = "a method of `{Self}` declares a flow, and the contract does not say which guards it meets",
    label = "no guard is charged for what moves",
    note = "write `impl Flows for {Self}`, with `inflow` and `outflow`, for instance `self.outflow.consume(asset, amount)`"
)]
pub trait Flows {
    /// An amount of an asset comes in.
    ///
    /// # Errors
    /// Those of the guards.
    fn inflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError>;

    /// An amount of an asset goes out.
    ///
    /// # Errors
    /// Those of the guards.
    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError>;
}

/// What the contract held of an asset before the body, without the call's own value: how `inflow(asset)` and `outflow(asset)` are measured. A method that is not written by
/// the macro does the same by hand: [`Measured::begin`], its transfers, and a charge of [`Measured::decrease`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    asset: Address,
    before: U256,
}

impl Measured {
    /// Asks the asset.
    ///
    /// # Errors
    /// [`asset::NotAToken`] when the balance cannot be read.
    #[inline(never)]
    pub fn begin(vm: &VM, asset: Address) -> Result<Self, GuardError> {
        let held = asset::held(vm, asset)?;
        let before = asset::before_call(vm, asset, vm.contract_address(), held);
        Ok(Self { asset, before })
    }

    /// What has left of it since, or zero.
    ///
    /// # Errors
    /// [`asset::NotAToken`] when the balance cannot be read.
    #[inline(never)]
    pub fn decrease(&self, vm: &VM) -> Result<U256, GuardError> {
        Ok(self.before.saturating_sub(asset::held(vm, self.asset)?))
    }

    /// What has come in of it since, or zero.
    ///
    /// # Errors
    /// [`asset::NotAToken`] when the balance cannot be read.
    #[inline(never)]
    pub fn increase(&self, vm: &VM) -> Result<U256, GuardError> {
        Ok(asset::held(vm, self.asset)?.saturating_sub(self.before))
    }
}
