//! How a share is priced, and how far that may move.

use alloc::{vec, vec::Vec};
use alloy_primitives::U256;
use portcullis::{
    authority::Governor,
    errors,
    invariant::numbers::price::{Pricing, Step},
    GuardError,
};
use stylus_sdk::{prelude::*, storage::StorageU256};

errors! {
    /// A step that everything is within, or no least supply.
    BadSharePrice(step_bps: u64, least_supply: U256);
    /// Nobody has said how far a share's price may move.
    SharePriceUnset();
}

/// The step, the same up and down, and the least supply.
#[storage]
pub struct SharePriceBound {
    step_bps: StorageU256,
    least_supply: StorageU256,
}

impl SharePriceBound {
    /// Sets both.
    ///
    /// # Errors
    /// [`BadSharePrice`].
    pub fn set(&mut self, _: &Governor, step_bps: u64, least_supply: U256) -> Result<(), GuardError> {
        self.step_bps.set(U256::from_limbs([step_bps, 0, 0, 0]));
        self.least_supply.set(least_supply);
        // The error takes back what was set.
        match self.made() {
            Some(_) => Ok(()),
            None => Err(GuardError::own(BadSharePrice {
                step_bps,
                least_supply,
            })),
        }
    }

    /// Both.
    ///
    /// # Errors
    /// [`SharePriceUnset`], until they are set.
    pub fn get(&self) -> Result<(Pricing, Step), GuardError> {
        self.made().ok_or_else(|| GuardError::own(SharePriceUnset {}))
    }

    fn made(&self) -> Option<(Pricing, Step)> {
        let [step_bps, ..] = self.step_bps.get().into_limbs();
        let step_bps = u32::try_from(step_bps).ok()?;
        let step = Step::new(step_bps, step_bps)?;
        Some((Pricing::new(0, self.least_supply.get())?, step))
    }
}
