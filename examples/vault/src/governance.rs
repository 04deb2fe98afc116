//! What the vault answers to those who guard and govern it. What tightens acts at once, what loosens waits in the timelock.

use super::{
    guards::{KEY, LADDER, LAST_GROUP, LAST_GUARD},
    rates::outpaces_gains,
    PriceTerms, Scheduled, UnknownMode, Vault, VaultError, WindowTooTight,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    abi::Blob,
    calldata,
    core_types::mode::{GuardId, Mode},
    guarded,
    invariant::WindowTerms,
    pause_guard,
};
use stylus_sdk::prelude::*;

/// The guards' methods. Groups: 0 everything, 1 deposits, 2 withdrawals. Guards: 1 price, 2 supply, 3 solvency, 4 outflow, 5 window.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait IVaultGovernance {
    /// Freezes a group, or makes its freeze longer. For the guardian and the governor.
    ///
    /// # Errors
    /// `NotGuardian`, `UnknownPauseGroup`, `PauseOutOfBounds`, `PauseNotExtended`.
    fn freeze(&mut self, group: u8, secs: u64) -> Result<(), VaultError>;

    /// Ends a group's freeze: the ramp begins. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `UnknownPauseGroup`, `NotPaused`.
    fn unfreeze(&mut self, group: u8) -> Result<(), VaultError>;

    /// Limits what leaves. For the governor; more than before waits.
    ///
    /// # Errors
    /// `NotGovernor`, `CapacityZero`, `RefillOutOfBounds`, `OperationNotReady`.
    fn configure_outflow(&mut self, capacity: U256, refill_secs: u64) -> Result<(), VaultError>;

    /// Sets what the price is held near, the first time at what it is now. For the governor; a wider band and a faster pace wait.
    ///
    /// # Errors
    /// `NotGovernor`, [`WindowTooTight`], `SettingOutOfBounds`, `PriceOutOfRange`, `OperationNotReady`.
    fn configure_window(&mut self, terms: PriceTerms) -> Result<(), VaultError>;

    /// Holds the price near what it is now, after a loss or a gain that was for real. For the governor; it waits.
    ///
    /// # Errors
    /// `NotGovernor`, `PriceWindowUnset`, `PriceOutOfRange`, `OperationNotReady`.
    fn reset_window(&mut self) -> Result<(), VaultError>;

    /// Has a guard enforce (0), watch (1) or latch (2), which enforces and, where `collect` finds it violated, trips the vault to reduce-only. For the governor; down the ladder waits.
    ///
    /// # Errors
    /// `NotGovernor`, [`UnknownMode`], `OperationNotReady`.
    fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), VaultError>;

    /// Sets how long what loosens waits. For the governor; a shorter delay waits the old one.
    ///
    /// # Errors
    /// `NotGovernor`, `DelayTooLong`, `OperationNotReady`.
    fn set_delay(&mut self, secs: u64) -> Result<(), VaultError>;

    /// Schedules a call of this contract. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `OperationPending`.
    fn schedule(&mut self, data: Blob) -> Result<(), VaultError>;

    /// Takes back what was scheduled. For the guardian and the governor.
    ///
    /// # Errors
    /// `NotGuardian`, `OperationNotReady`.
    fn cancel_scheduled(&mut self, operation: B256) -> Result<(), VaultError>;

    /// Names the guardian. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `ZeroAuthority`.
    fn set_guardian(&mut self, guardian: Address) -> Result<(), VaultError>;

    /// Names the governor's successor. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`.
    fn propose_governor(&mut self, proposed: Address) -> Result<(), VaultError>;

    /// Makes the successor the governor. For the successor.
    ///
    /// # Errors
    /// `NotPendingGovernor`.
    fn accept_governor(&mut self) -> Result<(), VaultError>;

    /// Who governs.
    fn governor(&self) -> Address;
    /// Who guards.
    fn guardian(&self) -> Address;
    /// How long what loosens waits, in seconds.
    fn delay(&self) -> U256;
    /// When a scheduled call may be made.
    fn scheduled(&self, operation: B256) -> Scheduled;
}

#[guarded]
#[public]
impl IVaultGovernance for Vault {
    #[exempt("the guardian's; it moves nothing")]
    fn freeze(&mut self, group: u8, secs: u64) -> Result<(), VaultError> {
        let guardian = self.authority.guardian()?;
        let group = pause_guard::group(group, LAST_GROUP)?;
        Ok(self.pauses.freeze(&guardian, group, secs, LADDER)?)
    }

    #[exempt("the governor's; it moves nothing")]
    fn unfreeze(&mut self, group: u8) -> Result<(), VaultError> {
        let governor = self.authority.governor()?;
        let group = pause_guard::group(group, LAST_GROUP)?;
        Ok(self.pauses.unpause(&governor, group, LADDER)?)
    }

    #[exempt("the governor's; the timelock is asked")]
    fn configure_outflow(&mut self, capacity: U256, refill_secs: u64) -> Result<(), VaultError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureOutflow", capacity: U256, refill_secs: u64);
        let change = self.timelock.change(&governor, &data);
        Ok(self
            .outflow
            .configure(change, self.asset.get(), capacity, refill_secs)?)
    }

    #[exempt("the governor's; the timelock is asked")]
    fn configure_window(&mut self, terms: PriceTerms) -> Result<(), VaultError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureWindow", terms: PriceTerms);
        let price = self.price();
        let change = self.timelock.change(&governor, &data);
        let PriceTerms {
            down_bps,
            up_bps,
            step_bps,
            period_secs,
        } = terms;
        if !outpaces_gains(up_bps, step_bps, period_secs) {
            return Err(WindowTooTight {
                up_bps,
                step_bps,
                period_secs,
            }
            .into());
        }
        let terms = WindowTerms {
            down_bps,
            up_bps,
            step_bps,
            period_secs,
        };
        Ok(self.prices.configure(change, KEY, &price, terms)?)
    }

    #[exempt("the governor's; the timelock is asked")]
    fn reset_window(&mut self) -> Result<(), VaultError> {
        let governor = self.authority.governor()?;
        let data = calldata!("resetWindow");
        let price = self.price();
        let change = self.timelock.change(&governor, &data);
        Ok(self.prices.reset(change, KEY, &price)?)
    }

    #[exempt("the governor's; the timelock is asked")]
    fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), VaultError> {
        let governor = self.authority.governor()?;
        let id = known(guard, mode)?;
        let to = Mode::from_number(mode).ok_or(UnknownMode { guard, mode })?;
        let data = calldata!("setMode", guard: u8, mode: u8);
        Ok(self.modes.set(self.timelock.change(&governor, &data), id, to)?)
    }

    #[exempt("the governor's; the timelock is asked")]
    fn set_delay(&mut self, secs: u64) -> Result<(), VaultError> {
        let governor = self.authority.governor()?;
        let data = calldata!("setDelay", secs: u64);
        Ok(self.timelock.set_delay(&governor, &data, secs)?)
    }

    #[exempt("the governor's; it moves nothing")]
    fn schedule(&mut self, data: Blob) -> Result<(), VaultError> {
        let governor = self.authority.governor()?;
        Ok(self.timelock.schedule(&governor, &data.0).map(drop)?)
    }

    #[exempt("the guardian's; it moves nothing")]
    fn cancel_scheduled(&mut self, operation: B256) -> Result<(), VaultError> {
        let guardian = self.authority.guardian()?;
        Ok(self.timelock.cancel(&guardian, operation)?)
    }

    #[exempt("the governor's; it moves nothing")]
    fn set_guardian(&mut self, guardian: Address) -> Result<(), VaultError> {
        let governor = self.authority.governor()?;
        Ok(self.authority.set_guardian(&governor, guardian)?)
    }

    #[exempt("the governor's; it moves nothing")]
    fn propose_governor(&mut self, proposed: Address) -> Result<(), VaultError> {
        let governor = self.authority.governor()?;
        self.authority.propose_governor(&governor, proposed);
        Ok(())
    }

    #[exempt("the successor's; it moves nothing")]
    fn accept_governor(&mut self) -> Result<(), VaultError> {
        Ok(self.authority.accept_governor()?)
    }

    fn governor(&self) -> Address {
        self.authority.current_governor()
    }

    fn guardian(&self) -> Address {
        self.authority.current_guardian()
    }

    fn delay(&self) -> U256 {
        U256::from_limbs([self.timelock.delay().secs(), 0, 0, 0])
    }

    fn scheduled(&self, operation: B256) -> Scheduled {
        let (ready_at, expires_at) = self.timelock.times(operation);
        Scheduled { ready_at, expires_at }
    }
}

/// A guard that the vault has.
///
/// # Errors
/// [`UnknownMode`].
pub(crate) fn known(guard: u8, mode: u8) -> Result<GuardId, VaultError> {
    let id = GuardId::new(guard).filter(|id| guard != 0 && *id <= LAST_GUARD);
    Ok(id.ok_or(UnknownMode { guard, mode })?)
}
