//! What the guarded build answers to beyond the bridge's own interface: those who guard and govern it, and monitors.

use super::{
    defence::{MAXIMUM_PAUSE, WITHDRAWALS},
    Bridge, BridgeError,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use portcullis::{asset, core_types::pause::Group, pause_guard, timelock::Change, GuardError};
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

    /// Limits what of an asset leaves. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `CapacityZero`, `RefillOutOfBounds`.
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
            .freeze(&guardian, named(group)?, secs, MAXIMUM_PAUSE)?)
    }

    fn unpause(&mut self, group: u8) -> Result<(), BridgeError> {
        let governor = self.defence.authority.governor()?;
        Ok(self
            .defence
            .pauses
            .unpause(&governor, named(group)?, MAXIMUM_PAUSE)?)
    }

    fn configure_bucket(
        &mut self,
        asset: Address,
        capacity: U256,
        refill_secs: u64,
    ) -> Result<(), BridgeError> {
        let governor = self.defence.authority.governor()?;
        Ok(self.defence.outflow.configure(
            Change::waited_elsewhere(&governor),
            asset,
            capacity,
            refill_secs,
        )?)
    }

    fn close_bucket(&mut self, asset: Address) -> Result<(), BridgeError> {
        let governor = self.defence.authority.governor()?;
        Ok(self.defence.outflow.close(&governor, asset)?)
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
