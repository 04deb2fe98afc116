//! Who sets the guards, their modes, and what leaves.

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis::{
    arguments,
    authority::{Authority, Governor},
    core_types::mode::{GuardId, Mode, Modes},
    errors,
    flow_cap::{Caps, FlowCap, UNCAPPED},
    guard_modes::GuardModes,
    rate_limiter::RateLimiter,
    timelock::Change,
    GuardError,
};
use stylus_sdk::prelude::*;

errors! {
    /// There is no such guard or mode.
    UnknownMode(guard: u8, mode: u8);
}

arguments! {
    /// What of an asset leaves.
    pub struct Limit {
        /// Which asset.
        pub asset: Address,
        /// How much in a transaction.
        pub cap: U256,
        /// How much at once.
        pub capacity: U256,
        /// The time in which that refills.
        pub refill_secs: u64,
    }
}

/// The governor, the modes, and the cap and the bucket of each asset.
#[storage]
pub struct Limits {
    authority: Authority,
    modes: GuardModes,
    caps: FlowCap,
    bucket: RateLimiter,
}

impl Limits {
    /// Names the governor.
    ///
    /// # Errors
    /// Those of [`Authority::initialize`].
    pub fn initialize(&mut self, governor: Address) -> Result<(), GuardError> {
        self.authority.initialize(governor, governor)
    }

    /// The caller's right to set guards.
    ///
    /// # Errors
    /// [`portcullis::authority::NotGovernor`].
    pub fn governor(&self) -> Result<Governor, GuardError> {
        self.authority.governor()
    }

    /// All guards' modes.
    pub fn modes(&self) -> Modes {
        self.modes.all()
    }

    /// What an account brings in, it may take out again in the same transaction.
    ///
    /// # Errors
    /// Those of [`FlowCap::brought_in`].
    pub fn came_in(&mut self, asset: Address, account: Address, amount: U256) -> Result<(), GuardError> {
        self.caps.brought_in(asset, account, amount)
    }

    /// Charges what leaves to the cap, and to the bucket what is left of it net of what came in: borrowed money would use up everybody's day.
    ///
    /// # Errors
    /// Those of [`FlowCap::take_out`] and [`RateLimiter::consume`].
    pub fn goes_out(&mut self, asset: Address, account: Address, amount: U256) -> Result<(), GuardError> {
        self.caps.take_out(asset, account, amount)?;
        let due = self.caps.due(asset);
        self.bucket.consume(asset, due)
    }

    /// Sets what of an asset leaves: in a transaction, and in a time.
    ///
    /// # Errors
    /// [`portcullis::authority::NotGovernor`], and those of the two guards.
    pub fn limit(&mut self, limit: Limit) -> Result<(), GuardError> {
        self.set(limit, UNCAPPED)
    }

    /// The same, and each call alone is held to what a transaction is.
    ///
    /// # Errors
    /// Those of [`Limits::limit`].
    pub fn limit_each(&mut self, limit: Limit) -> Result<(), GuardError> {
        self.set(limit, limit.cap)
    }

    fn set(&mut self, limit: Limit, transition: U256) -> Result<(), GuardError> {
        let by = self.governor()?;
        let Limit {
            asset,
            cap: transaction,
            capacity,
            refill_secs,
        } = limit;
        let caps = Caps {
            transition,
            transaction,
        };
        self.caps.configure(Change::waited_elsewhere(&by), asset, caps)?;
        self.bucket
            .configure(Change::waited_elsewhere(&by), asset, capacity, refill_secs)
    }

    /// Sets a guard's mode.
    ///
    /// # Errors
    /// [`portcullis::authority::NotGovernor`], [`UnknownMode`].
    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), GuardError> {
        let by = self.governor()?;
        let (Some(id), Some(to)) = (GuardId::new(guard), Mode::from_number(mode)) else {
            return Err(GuardError::own(UnknownMode { guard, mode }));
        };
        self.modes.set(Change::waited_elsewhere(&by), id, to)
    }
}
