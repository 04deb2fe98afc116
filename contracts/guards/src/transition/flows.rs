//! Where the flows go that methods declare.
//!
//! # The attack
//! A limiter that is told `amount` by the contract, while the token moves more: [`Measured`] is charged with what left.

use crate::{asset, sdk::VM, GuardError};
use alloy_primitives::{Address, U256};
use stylus_sdk::prelude::*;

/// Charges what comes into the contract to its guards: caps, credit, triggers. Written once for a contract; methods declare their flows.
#[diagnostic::on_unimplemented(
    message = "a method of `{Self}` declares an inflow, and the contract does not say which guards it meets",
    label = "no guard is charged for what comes in",
    note = "write `impl Inflows for {Self}`, with `inflow`, for instance `self.position.bring_in(asset, amount)`"
)]
pub trait Inflows {
    /// An amount of an asset comes in.
    ///
    /// # Errors
    /// Those of the guards.
    fn inflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError>;
}

/// Charges what goes out of the contract to its guards: limiters, caps, triggers. Written once for a contract; methods declare their flows.
#[diagnostic::on_unimplemented(
    message = "a method of `{Self}` declares an outflow, and the contract does not say which guards it meets",
    label = "no guard is charged for what goes out",
    note = "write `impl Outflows for {Self}`, with `outflow`, for instance `self.outflow.consume(asset, amount)`"
)]
pub trait Outflows {
    /// An amount of an asset goes out.
    ///
    /// # Errors
    /// Those of the guards.
    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError>;
}

/// Both in one, for a contract whose methods declare both.
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

#[diagnostic::do_not_recommend]
impl<Contract: Flows> Inflows for Contract {
    fn inflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        Flows::inflow(self, asset, amount)
    }
}

#[diagnostic::do_not_recommend]
impl<Contract: Flows> Outflows for Contract {
    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        Flows::outflow(self, asset, amount)
    }
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
