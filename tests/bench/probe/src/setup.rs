//! What sets the stage for a measurement. Who calls it is the governor.

use crate::{Probe, MAXIMUM_PAUSE, RUNS};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use portcullis::{asset::ETH, timelock::Change, GuardError};
use stylus_sdk::prelude::*;

/// The methods of the build with the feature `setup`.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait ISetup {
    /// Makes the caller the governor, opens a bucket for ETH and for a token, and makes every word that a guard reads or writes
    /// different from zero. The pause that does so ends after a second.
    ///
    /// # Errors
    /// What the guards refuse.
    fn set_up(
        &mut self,
        guardian: Address,
        token: Address,
        capacity: U256,
        refill_secs: u64,
    ) -> Result<(), GuardError>;

    /// Pauses `run`.
    ///
    /// # Errors
    /// What the guard refuses.
    fn pause(&mut self, secs: u64) -> Result<(), GuardError>;
}

#[public]
impl ISetup for Probe {
    fn set_up(
        &mut self,
        guardian: Address,
        token: Address,
        capacity: U256,
        refill_secs: u64,
    ) -> Result<(), GuardError> {
        let caller = self.vm().msg_sender();
        self.authority.initialize(caller, guardian)?;
        let governor = self.authority.governor()?;
        for asset in [ETH, token] {
            self.outflow
                .configure(Change::waited_elsewhere(&governor), asset, capacity, refill_secs)?;
            self.words.insert(asset, U256::ONE);
            #[cfg(feature = "extra")]
            crate::extra::Guard::set_up(&mut self.extra, &governor, asset, capacity, refill_secs)?;
        }
        self.word.set(U256::ONE);
        self.pause(1)
    }

    fn pause(&mut self, secs: u64) -> Result<(), GuardError> {
        let guardian = self.authority.guardian()?;
        self.pauses.freeze(&guardian, RUNS, secs, MAXIMUM_PAUSE)
    }
}
