//! The guards' state and settings.

use crate::PoolError;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis::{
    core_types::mode::GuardId,
    errors,
    invariant::numbers::{price::Step, rate::RateBounds},
    GuardError,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageU256},
};
use victim_guards::Limits;

/// The bucket and the cap of a transaction.
pub(crate) const FLOWS: GuardId = GuardId::of::<0>();
/// The pool's price stays where it was that day, and does not jump.
pub(crate) const PRICE: GuardId = GuardId::of::<1>();
/// What comes in is worth what goes out, positions included.
pub(crate) const VALUE: GuardId = GuardId::of::<2>();
/// What is held covers what positions are.
pub(crate) const COVERED: GuardId = GuardId::of::<3>();

errors! {
    /// No bounds of a price: from nothing, from high to low, or with a step that everything is within.
    BadPriceBounds(least_wad: U256, most_wad: U256, step_bps: u64);
    /// Nobody has said where the price may be.
    PriceBoundsUnset();
}

/// The guards around the pool.
#[storage]
pub struct Defence {
    pub(crate) limits: Limits,
    oracle: StorageAddress,
    step_bps: StorageU256,
    least_wad: StorageU256,
    most_wad: StorageU256,
}

impl Defence {
    pub(crate) fn ask(&mut self, oracle: Address) {
        self.oracle.set(oracle);
    }

    pub(crate) fn set_price_bounds(
        &mut self,
        least_wad: U256,
        most_wad: U256,
        step_bps: u64,
    ) -> Result<(), PoolError> {
        self.limits.governor()?;
        self.step_bps.set(U256::from_limbs([step_bps, 0, 0, 0]));
        self.least_wad.set(least_wad);
        self.most_wad.set(most_wad);
        // The error takes back what was set.
        match self.price_bounds() {
            Some(_) => Ok(()),
            None => Err(GuardError::own(BadPriceBounds {
                least_wad,
                most_wad,
                step_bps,
            })
            .into()),
        }
    }

    /// Where the price may be, and how far it moves in a transition; none until it is set.
    pub(super) fn price_bounds(&self) -> Option<RateBounds> {
        let [step_bps, ..] = self.step_bps.get().into_limbs();
        let step_bps = u32::try_from(step_bps).ok()?;
        RateBounds::new(
            self.least_wad.get(),
            self.most_wad.get(),
            Step::new(step_bps, step_bps)?,
        )
    }

    pub(super) fn oracle(&self) -> Address {
        self.oracle.get()
    }
}
