//! The guards of the guarded build.
//!
//! # Design
//! - Deposits and withdrawals are paused apart: an emergency on the way out need not shut the way in, nor the other way round.
//! - What goes out is limited for each asset; what comes in is not. An asset without a bucket can neither come in nor go out, so that
//!   nothing is locked that nothing can unlock.
//! - At the exit of either the bridge must hold what it owes.
//!
//! # Trust assumptions
//! - The governor is itself a timelock (OpenZeppelin's TimelockController, say): a change of limit takes effect when it asks. A contract
//!   with room for it keeps [`portcullis::timelock::Timelock`] instead; this one has a bridge's code to carry.
//!
//! # The attack
//! A message that passes verification and should not. Here it gets the bucket's bound and no more, until somebody pauses.

use super::super::BridgeError;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis::{
    authority::Authority,
    core_types::pause::{Bounds, Group},
    pause_guard::PauseGuard,
    rate_limiter::RateLimiter,
    solvency,
};
use stylus_sdk::prelude::*;

/// The group of `deposit`.
pub(crate) const DEPOSITS: Group = match Group::new(1) {
    Some(group) => group,
    None => unreachable!(),
};

/// The group of `process`.
pub(crate) const WITHDRAWALS: Group = match Group::new(2) {
    Some(group) => group,
    None => unreachable!(),
};

/// The longest pause: a week, which is longer than it takes a governor to meet.
pub(crate) const MAXIMUM_PAUSE: Bounds = match Bounds::new(7 * 24 * 60 * 60) {
    Some(bounds) => bounds,
    None => unreachable!(),
};

/// The guards around the bridge.
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Defence {
    pub(crate) authority: Authority,
    pub(crate) pauses: PauseGuard,
    pub(crate) outflow: RateLimiter,
}

impl Defence {
    pub(crate) fn initialize(&mut self, governor: Address, guardian: Address) -> Result<(), BridgeError> {
        Ok(self.authority.initialize(governor, guardian)?)
    }

    pub(crate) fn before_deposit(&self, asset: Address) -> Result<(), BridgeError> {
        self.pauses.require_running(DEPOSITS)?;
        Ok(self.outflow.check_open(asset)?)
    }

    /// Counts the amount as gone. A withdrawal that is refused later takes that back with everything else.
    pub(crate) fn before_withdrawal(&mut self, asset: Address, amount: U256) -> Result<(), BridgeError> {
        self.pauses.require_running(WITHDRAWALS)?;
        Ok(self.outflow.consume(asset, amount)?)
    }

    pub(crate) fn at_exit(&self, asset: Address, owed: U256) -> Result<(), BridgeError> {
        Ok(solvency::require_covered(self.vm(), asset, owed)?)
    }
}
