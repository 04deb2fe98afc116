//! The guards' state and settings.

use alloc::{vec, vec::Vec};
use alloy_primitives::U256;
use portcullis::core_types::mode::GuardId;
use stylus_sdk::{prelude::*, storage::StorageU256};
use victim_guards::{Limits, SharePriceBound};

/// The bucket and the cap of a transaction.
pub(crate) const FLOWS: GuardId = GuardId::of::<0>();
/// The supply is what accounts hold.
pub(crate) const SUPPLY: GuardId = GuardId::of::<1>();
/// A share's price moves within a step.
pub(crate) const SHARE_PRICE: GuardId = GuardId::of::<2>();
/// The pool's value per share does not fall.
pub(crate) const POOL_VALUE: GuardId = GuardId::of::<3>();

/// The guards around the pool.
#[storage]
pub struct Defence {
    pub(crate) limits: Limits,
    pub(crate) share_price: SharePriceBound,
    /// What all accounts hold, counted where they are credited and debited and nowhere else.
    pub(super) accounts: StorageU256,
}

impl Defence {
    pub(crate) fn credited(&mut self, amount: U256) {
        let accounts = self.accounts.get().saturating_add(amount);
        self.accounts.set(accounts);
    }

    pub(crate) fn debited(&mut self, amount: U256) {
        let accounts = self.accounts.get().saturating_sub(amount);
        self.accounts.set(accounts);
    }
}
