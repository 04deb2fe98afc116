//! What the guarded build answers to beyond the bridge's own interface: those who guard and govern it, and monitors.

use crate::{
    defence::{MAXIMUM_PAUSE, WITHDRAWALS},
    Bridge, BridgeError,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use portcullis::{abi::Blob, asset, calldata, core_types::pause::Group, pause_guard, GuardError};
use stylus_sdk::prelude::*;

/// The guarded build's own methods.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait IBridgeGuarded {
    /// Pauses a group of functions: 0 everything, 1 deposits, 2 withdrawals. For the guardian and the governor.
    ///
    /// # Errors
    /// `NotGuardian`, `UnknownPauseGroup`, `PauseOutOfBounds`, `PauseNotExtended`.
    fn pause(&mut self, group: u8, secs: u64) -> Result<(), BridgeError>;

    /// Lifts a group's own pause. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `UnknownPauseGroup`, `NotPaused`.
    fn unpause(&mut self, group: u8) -> Result<(), BridgeError>;

    /// Limits what of an asset leaves. For the governor; a limit that lets more pass has to have been scheduled and to have waited.
    ///
    /// # Errors
    /// `NotGovernor`, `CapacityZero`, `RefillOutOfBounds`, `OperationNotReady`.
    fn configure_bucket(
        &mut self,
        asset: Address,
        capacity: U256,
        refill_secs: u64,
    ) -> Result<(), BridgeError>;

    /// Closes an asset both ways. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `AssetClosed`.
    fn close_bucket(&mut self, asset: Address) -> Result<(), BridgeError>;

    /// Schedules a call of this contract that loosens: `data` is that call's. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `OperationPending`.
    fn schedule(&mut self, data: Blob) -> Result<(), BridgeError>;

    /// Takes a scheduled call back. For the guardian and the governor.
    ///
    /// # Errors
    /// `NotGuardian`, `OperationNotReady`.
    fn cancel(&mut self, operation: B256) -> Result<(), BridgeError>;

    /// Sets how long what loosens waits. For the governor; a shorter delay has to have been scheduled and to have waited.
    ///
    /// # Errors
    /// `NotGovernor`, `DelayTooLong`, `OperationNotReady`.
    fn set_delay(&mut self, secs: u64) -> Result<(), BridgeError>;

    /// How long what loosens waits, in seconds.
    fn delay(&self) -> U256;

    /// The first second at which a scheduled call can be made and the first at which it no longer can; zeros when it is not
    /// scheduled. An operation is the hash of the call's data.
    fn operation(&self, operation: B256) -> (U256, U256);

    /// Names the guardian. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `ZeroAuthority`.
    fn set_guardian(&mut self, guardian: Address) -> Result<(), BridgeError>;

    /// Names the governor's successor. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`.
    fn propose_governor(&mut self, proposed: Address) -> Result<(), BridgeError>;

    /// Makes the successor the governor. For the successor.
    ///
    /// # Errors
    /// `NotPendingGovernor`.
    fn accept_governor(&mut self) -> Result<(), BridgeError>;

    /// Who governs.
    fn governor(&self) -> Address;

    /// Who is to govern, or the zero address.
    fn pending_governor(&self) -> Address;

    /// Who guards.
    fn guardian(&self) -> Address;

    /// The first second at which a group is not paused, by itself or with everything; zero if it never was.
    ///
    /// # Errors
    /// `UnknownPauseGroup`.
    fn paused_until(&self, group: u8) -> Result<U256, BridgeError>;

    /// What of an asset may leave now.
    fn available(&self, asset: Address) -> U256;

    /// An asset's capacity and the seconds in which it refills; zeros when it is closed.
    fn bucket(&self, asset: Address) -> (U256, U256);

    /// What the bridge holds of an asset, and what it owes.
    ///
    /// # Errors
    /// `NotAToken`.
    fn solvency(&self, asset: Address) -> Result<(U256, U256), BridgeError>;
}

#[public]
impl IBridgeGuarded for Bridge {
    fn pause(&mut self, group: u8, secs: u64) -> Result<(), BridgeError> {
        let guardian = self.defence.authority.guardian()?;
        Ok(self
            .defence
            .pauses
            .pause(&guardian, named(group)?, secs, MAXIMUM_PAUSE)?)
    }

    fn unpause(&mut self, group: u8) -> Result<(), BridgeError> {
        let governor = self.defence.authority.governor()?;
        Ok(self.defence.pauses.unpause(&governor, named(group)?)?)
    }

    fn configure_bucket(
        &mut self,
        asset: Address,
        capacity: U256,
        refill_secs: u64,
    ) -> Result<(), BridgeError> {
        let governor = self.defence.authority.governor()?;
        let data = calldata!("configureBucket", asset: Address, capacity: U256, refill_secs: u64);
        let change = self.defence.timelock.change(&governor, &data);
        Ok(self
            .defence
            .outflow
            .configure(change, asset, capacity, refill_secs)?)
    }

    fn close_bucket(&mut self, asset: Address) -> Result<(), BridgeError> {
        let governor = self.defence.authority.governor()?;
        Ok(self.defence.outflow.close(&governor, asset)?)
    }

    fn schedule(&mut self, data: Blob) -> Result<(), BridgeError> {
        let governor = self.defence.authority.governor()?;
        self.defence.timelock.schedule(&governor, &data.0)?;
        Ok(())
    }

    fn cancel(&mut self, operation: B256) -> Result<(), BridgeError> {
        let guardian = self.defence.authority.guardian()?;
        Ok(self.defence.timelock.cancel(&guardian, operation)?)
    }

    fn set_delay(&mut self, secs: u64) -> Result<(), BridgeError> {
        let governor = self.defence.authority.governor()?;
        let data = calldata!("setDelay", secs: u64);
        Ok(self.defence.timelock.set_delay(&governor, &data, secs)?)
    }

    fn delay(&self) -> U256 {
        U256::from(self.defence.timelock.delay().secs())
    }

    fn operation(&self, operation: B256) -> (U256, U256) {
        let (ready_at, expires_at) = self.defence.timelock.times(operation);
        (U256::from(ready_at), U256::from(expires_at))
    }

    fn set_guardian(&mut self, guardian: Address) -> Result<(), BridgeError> {
        let governor = self.defence.authority.governor()?;
        Ok(self.defence.authority.set_guardian(&governor, guardian)?)
    }

    fn propose_governor(&mut self, proposed: Address) -> Result<(), BridgeError> {
        let governor = self.defence.authority.governor()?;
        self.defence.authority.propose_governor(&governor, proposed);
        Ok(())
    }

    fn accept_governor(&mut self) -> Result<(), BridgeError> {
        Ok(self.defence.authority.accept_governor()?)
    }

    fn governor(&self) -> Address {
        self.defence.authority.current_governor()
    }

    fn pending_governor(&self) -> Address {
        self.defence.authority.pending_governor()
    }

    fn guardian(&self) -> Address {
        self.defence.authority.current_guardian()
    }

    fn paused_until(&self, group: u8) -> Result<U256, BridgeError> {
        Ok(U256::from(self.defence.pauses.until(named(group)?)))
    }

    fn available(&self, asset: Address) -> U256 {
        self.defence.outflow.available(asset)
    }

    fn bucket(&self, asset: Address) -> (U256, U256) {
        self.defence
            .outflow
            .limit(asset)
            .map_or((U256::ZERO, U256::ZERO), |limit| {
                (limit.capacity(), U256::from(limit.refill_secs()))
            })
    }

    fn solvency(&self, asset: Address) -> Result<(U256, U256), BridgeError> {
        Ok((asset::held(self.vm(), asset)?, self.owed(asset)))
    }
}

/// The group of this number; withdrawals are the last.
fn named(number: u8) -> Result<Group, GuardError> {
    pause_guard::group(number, WITHDRAWALS)
}
