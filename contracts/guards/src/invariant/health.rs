//! An account that a transition touched can pay at its end, or is no worse than it was.
//!
//! # Design
//! - [`portcullis_core::invariant::health`]: who was healthy stays so; who was not keeps the part of collateral to debt and the amount that is missing. So repaying and adding always pass, and so does closing at par.
//! - A liquidation that gives a bonus makes a bad account worse, which is its purpose: it is bounded in its own function, and this is not asked there.
//! - Asked in every function that moves collateral or debt, for each account that it is told of. A tuple asks for two.
//!
//! # The attack
//! Euler 2023: a gift of collateral to the reserves was the one path that asked nothing. Platypus 2023: a withdrawal in an emergency took the collateral and left the debt.

use super::{Invariant, Unmet};
use crate::{errors, sdk::VM};
use alloy_primitives::{Address, U256};
use portcullis_core::invariant::health::{Account, Factor};

errors! {
    /// An account cannot pay at the end of the transition, and could before or is worse.
    AccountUnhealthy(account: Address, collateral_before: U256, debt_before: U256, collateral: U256, debt: U256, factor_bps: u64);
}

/// An account's health.
#[derive(Clone, Copy, Debug)]
pub struct Healthy<S> {
    account: Address,
    factor: Factor,
    state: S,
}

/// The account is healthy at the exit, or was not at the entry and is no worse. `state` values its collateral, rounded down, and its debt, rounded up.
///
/// Unmet: [`AccountUnhealthy`], and what `state` fails with.
pub fn healthy<S: Fn(&VM, Address) -> Result<Account, Unmet>>(
    account: Address,
    factor: Factor,
    state: S,
) -> Healthy<S> {
    Healthy {
        account,
        factor,
        state,
    }
}

impl<S: Fn(&VM, Address) -> Result<Account, Unmet>> Invariant for Healthy<S> {
    type Before = Account;

    fn before(&self, vm: &VM) -> Result<Account, Unmet> {
        (self.state)(vm, self.account)
    }

    fn after(&self, vm: &VM, before: Account) -> Result<(), Unmet> {
        let after = (self.state)(vm, self.account)?;
        if self.factor.may_be_left(&before, &after) {
            return Ok(());
        }
        Err(Unmet::broken(AccountUnhealthy {
            account: self.account,
            collateral_before: before.collateral,
            debt_before: before.debt,
            collateral: after.collateral,
            debt: after.debt,
            factor_bps: self.factor.bps().into(),
        }))
    }
}
