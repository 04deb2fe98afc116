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
    invariant::numbers::{price::Step, rate::RateBounds},
    rate_limiter::RateLimiter,
    timelock::Change,
    GuardError,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageU256},
};

/// The bucket and the cap of a transaction.
pub(crate) const FLOWS: GuardId = GuardId::of::<0>();
/// The pool's price stays where it was that day, and does not jump.
pub(crate) const PRICE: GuardId = GuardId::of::<1>();
/// What comes in is worth what goes out, positions included.
pub(crate) const VALUE: GuardId = GuardId::of::<2>();
/// What is held covers what positions are.
pub(crate) const COVERED: GuardId = GuardId::of::<3>();

errors! {
    /// There is no such guard or mode.
    UnknownMode(guard: u8, mode: u8);
    /// No bounds of a price: from nothing, from high to low, or with a step that everything is within.
    BadPriceBounds(least_wad: U256, most_wad: U256, step_bps: u64);
    /// Nobody has said where the price may be.
    PriceBoundsUnset();
}

/// The guards around the pool.
#[storage]
pub struct Defence {
    authority: Authority,
    modes: GuardModes,
    outflow: RateLimiter,
    caps: FlowCap,
    oracle: StorageAddress,
    step_bps: StorageU256,
    least_wad: StorageU256,
    most_wad: StorageU256,
}

impl Defence {
    pub(crate) fn initialize(&mut self, governor: Address) -> Result<(), PoolError> {
        Ok(self.authority.initialize(governor, governor)?)
    }

    pub(crate) fn ask(&mut self, oracle: Address) {
        self.oracle.set(oracle);
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

    pub(crate) fn set_price_bounds(
        &mut self,
        least_wad: U256,
        most_wad: U256,
        step_bps: u64,
    ) -> Result<(), PoolError> {
        self.authority.governor()?;
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

    pub(crate) fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), PoolError> {
        let by = self.authority.governor()?;
        let (Some(id), Some(to)) = (GuardId::new(guard), Mode::from_number(mode)) else {
            return Err(GuardError::own(UnknownMode { guard, mode }).into());
        };
        Ok(self.modes.set(Change::waited_elsewhere(&by), id, to)?)
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
