//! The guards' state and settings.

use crate::PoolError;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis::{
    authority::Authority,
    core_types::mode::{GuardId, Mode, Modes},
    errors,
    flow_cap::{Caps, FlowCap, UNCAPPED},
    guard_modes::GuardModes,
    invariant::numbers::price::{Pricing, Step},
    rate_limiter::RateLimiter,
    timelock::Change,
    GuardError,
};
use stylus_sdk::{prelude::*, storage::StorageU256};

/// The bucket and the cap of a transaction.
pub(crate) const FLOWS: GuardId = GuardId::of::<0>();
/// A share's price moves within a step in a batch, at the end of which there are enough shares.
pub(crate) const SHARE_PRICE: GuardId = GuardId::of::<1>();
/// The pool's value per share does not fall in a batch.
pub(crate) const POOL_VALUE: GuardId = GuardId::of::<2>();
/// The first, in each swap of it.
pub(crate) const SWAP_SHARE_PRICE: GuardId = GuardId::of::<3>();
/// The second, in each swap of it.
pub(crate) const SWAP_POOL_VALUE: GuardId = GuardId::of::<4>();

errors! {
    /// There is no such guard or mode.
    UnknownMode(guard: u8, mode: u8);
    /// A step that everything is within, or no least supply.
    BadSharePrice(step_bps: u64, least_supply: U256);
    /// Nobody has said how far a share's price may move.
    SharePriceUnset();
}

/// The guards around the pool.
#[storage]
pub struct Defence {
    authority: Authority,
    modes: GuardModes,
    outflow: RateLimiter,
    caps: FlowCap,
    step_bps: StorageU256,
    least_supply: StorageU256,
}

impl Defence {
    pub(crate) fn initialize(&mut self, governor: Address) -> Result<(), PoolError> {
        Ok(self.authority.initialize(governor, governor)?)
    }

    pub(crate) fn modes(&self) -> Modes {
        self.modes.all()
    }

    pub(crate) fn came_in(
        &mut self,
        asset: Address,
        account: Address,
        amount: U256,
    ) -> Result<(), GuardError> {
        self.caps.brought_in(asset, account, amount)
    }

    pub(crate) fn goes_out(
        &mut self,
        asset: Address,
        account: Address,
        amount: U256,
    ) -> Result<(), GuardError> {
        self.caps.take_out(asset, account, amount)?;
        let due = self.caps.due(asset);
        self.outflow.consume(asset, due)
    }

    pub(crate) fn set_flow(
        &mut self,
        asset: Address,
        capacity: U256,
        refill_secs: u64,
        transaction: U256,
    ) -> Result<(), PoolError> {
        let by = self.authority.governor()?;
        let caps = Caps {
            transition: UNCAPPED,
            transaction,
        };
        self.caps.configure(Change::waited_elsewhere(&by), asset, caps)?;
        let change = Change::waited_elsewhere(&by);
        Ok(self.outflow.configure(change, asset, capacity, refill_secs)?)
    }

    pub(crate) fn set_share_price(&mut self, step_bps: u64, least_supply: U256) -> Result<(), PoolError> {
        self.authority.governor()?;
        self.step_bps.set(crate::math::small(step_bps));
        self.least_supply.set(least_supply);
        // The error takes back what was set.
        match self.share_price() {
            Some(_) => Ok(()),
            None => Err(GuardError::own(BadSharePrice {
                step_bps,
                least_supply,
            })
            .into()),
        }
    }

    pub(crate) fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), PoolError> {
        let by = self.authority.governor()?;
        let (Some(id), Some(to)) = (GuardId::new(guard), Mode::from_number(mode)) else {
            return Err(GuardError::own(UnknownMode { guard, mode }).into());
        };
        Ok(self.modes.set(Change::waited_elsewhere(&by), id, to)?)
    }

    /// How a share is priced, and how far that may move. What was not set does not move.
    /// How a share is priced, and how far that may move; none until both are set.
    pub(super) fn share_price(&self) -> Option<(Pricing, Step)> {
        let [step_bps, ..] = self.step_bps.get().into_limbs();
        let step = Step::new(u32::try_from(step_bps).ok()?, u32::try_from(step_bps).ok()?)?;
        Some((Pricing::new(0, self.least_supply.get())?, step))
    }
}
