//! Who governs, guards and approves, and how patches wait.

use super::{ManagerError, PatchManagerContract};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    abi::Blob,
    authority::{Guardian, NotGuardian},
    calldata, guarded,
    patch::PatchPolicy,
    GuardError,
};
use stylus_sdk::prelude::*;

/// Who governs, guards and approves.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait IPatchGovernance {
    /// Says how patches wait that are put on record from now on. For the governor; what loosens waits.
    ///
    /// # Errors
    /// `NotGovernor`, `PolicyOutOfBounds`, `OperationNotReady`.
    fn set_policy(&mut self, policy: PatchPolicy) -> Result<(), ManagerError>;

    /// Names who approves. For the governor; always waits.
    ///
    /// # Errors
    /// `NotGovernor`, `AttestersNotApart`, `OperationNotReady`.
    fn set_attesters(&mut self, attesters: Address) -> Result<(), ManagerError>;

    /// Names the guardian. For the attesters; for the governor it waits.
    ///
    /// # Errors
    /// `NotGovernor`, `AttestersNotApart`, `ZeroAuthority`, `OperationNotReady`.
    fn set_guardian(&mut self, guardian: Address) -> Result<(), ManagerError>;

    /// Sets how long what loosens waits. For the governor; a shorter delay waits the old one.
    ///
    /// # Errors
    /// `NotGovernor`, `DelayTooLong`, `OperationNotReady`.
    fn set_delay(&mut self, secs: u64) -> Result<(), ManagerError>;

    /// Schedules a call of this contract. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `OperationPending`.
    fn schedule(&mut self, data: Blob) -> Result<(), ManagerError>;

    /// Takes back what was scheduled. For the guardian and the governor.
    ///
    /// # Errors
    /// `NotGuardian`, `OperationNotReady`.
    fn cancel_scheduled(&mut self, operation: B256) -> Result<(), ManagerError>;

    /// Names the governor's successor. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`.
    fn propose_governor(&mut self, proposed: Address) -> Result<(), ManagerError>;

    /// Makes the successor the governor. For the successor.
    ///
    /// # Errors
    /// `AttestersNotApart`, `NotPendingGovernor`.
    fn accept_governor(&mut self) -> Result<(), ManagerError>;

    /// Who governs.
    fn governor(&self) -> Address;

    /// Who guards.
    fn guardian(&self) -> Address;

    /// Who approves.
    fn attesters(&self) -> Address;

    /// How long what loosens waits.
    fn delay(&self) -> U256;
}

#[guarded]
#[public]
impl IPatchGovernance for PatchManagerContract {
    #[exempt("the governor's; what loosens waits")]
    fn set_policy(&mut self, policy: PatchPolicy) -> Result<(), ManagerError> {
        let governor = self.authority.governor()?;
        let data = calldata!("setPolicy", policy: PatchPolicy);
        Ok(self
            .patches
            .set_policy(self.timelock.change(&governor, &data), policy)?)
    }

    #[exempt("the governor's; it waits")]
    fn set_attesters(&mut self, attesters: Address) -> Result<(), ManagerError> {
        let governor = self.authority.governor()?;
        let data = calldata!("setAttesters", attesters: Address);
        let change = self.timelock.change(&governor, &data);
        Ok(self.patches.set_attesters(&self.authority, change, attesters)?)
    }

    #[exempt("the attesters'; the governor waits for it")]
    fn set_guardian(&mut self, guardian: Address) -> Result<(), ManagerError> {
        if let Ok(attesters) = self.patches.attesters() {
            return Ok(self
                .patches
                .set_guardian(&attesters, &mut self.authority, guardian)?);
        }
        let governor = self.authority.governor()?;
        let data = calldata!("setGuardian", guardian: Address);
        self.patches.require_other(guardian)?;
        self.timelock.change(&governor, &data).require_waited()?;
        Ok(self.authority.set_guardian(&governor, guardian)?)
    }

    #[exempt("the governor's; a shorter one waits")]
    fn set_delay(&mut self, secs: u64) -> Result<(), ManagerError> {
        let governor = self.authority.governor()?;
        let data = calldata!("setDelay", secs: u64);
        Ok(self.timelock.set_delay(&governor, &data, secs)?)
    }

    #[exempt("the governor's; it only says in the open which call will loosen")]
    fn schedule(&mut self, data: Blob) -> Result<(), ManagerError> {
        let governor = self.authority.governor()?;
        self.timelock.schedule(&governor, &data.0)?;
        Ok(())
    }

    #[exempt("it only tightens")]
    fn cancel_scheduled(&mut self, operation: B256) -> Result<(), ManagerError> {
        let guardian = self.authority.guardian()?;
        Ok(self.timelock.cancel(&guardian, operation)?)
    }

    #[exempt("the governor's; its successor has to accept")]
    fn propose_governor(&mut self, proposed: Address) -> Result<(), ManagerError> {
        let governor = self.authority.governor()?;
        self.authority.propose_governor(&governor, proposed);
        Ok(())
    }

    #[exempt("whoever was proposed")]
    fn accept_governor(&mut self) -> Result<(), ManagerError> {
        self.patches.require_other(self.vm().msg_sender())?;
        Ok(self.authority.accept_governor()?)
    }

    fn governor(&self) -> Address {
        self.authority.current_governor()
    }

    fn guardian(&self) -> Address {
        self.authority.current_guardian()
    }

    fn attesters(&self) -> Address {
        self.patches.current_attesters()
    }

    fn delay(&self) -> U256 {
        U256::from(self.timelock.delay().secs())
    }
}

impl PatchManagerContract {
    /// The guardian's right, of the guardian itself.
    pub(super) fn only_guardian(&self) -> Result<Guardian, GuardError> {
        let caller = self.vm().msg_sender();
        if caller == self.authority.current_guardian() {
            self.authority.guardian()
        } else {
            Err(NotGuardian { caller }.into())
        }
    }
}
