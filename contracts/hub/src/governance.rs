//! What the hub answers to guardians, the council, the governor and monitors.

use super::{Assigned, ClientChanged, Hub, HubError, Named, LADDER};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    abi::Blob,
    calldata,
    guardians::GuardianTerms,
    pause_guard::{any_group, rung, Pause, PauseState},
    rate_limiter::BucketTerms,
    sdk,
};
use stylus_sdk::prelude::*;

/// The hub's governance.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait IHubGovernance {
    /// Pauses a group, once: to throttled (2), reduce-only (3) or frozen (4). For its guardian or fallback.
    ///
    /// # Errors
    /// `NotGroupGuardian`, `GuardianSpent`, `GuardianLapsed`, `GuardianStillThere`, `GuardiansCoolingDown`, `GuardianBudgetExceeded`,
    /// `GuardiansUnset`, `UnknownState`, `UnknownPauseGroup`, `PauseOutOfBounds`, `PauseNotTightened`.
    fn pause(&mut self, pause: Pause) -> Result<(), HubError>;

    /// Pauses a group beyond the guardians' budget. For the council.
    ///
    /// # Errors
    /// `NotCouncil`, `GuardiansUnset`, `UnknownState`, `UnknownPauseGroup`, `PauseOutOfBounds`, `PauseNotTightened`.
    fn council_pause(&mut self, pause: Pause) -> Result<(), HubError>;

    /// Ends a group's own pause: the ramp begins. For the governor and the council.
    ///
    /// # Errors
    /// `NotCouncil`, `UnknownPauseGroup`, `NotPaused`.
    fn lift(&mut self, group: u8) -> Result<(), HubError>;

    /// A sign of life. For a group's guardian.
    ///
    /// # Errors
    /// `NotGroupGuardian`, `GuardianLapsed`, `GuardiansUnset`, `UnknownPauseGroup`.
    fn heartbeat(&mut self, group: u8) -> Result<(), HubError>;

    /// Says that a group's guardian gave no sign of life for too long: its fallback may pause. Anyone may.
    ///
    /// # Errors
    /// `GuardianUnassigned`, `GuardianNotStale`, `GuardiansUnset`, `UnknownPauseGroup`.
    fn report_stale(&mut self, group: u8) -> Result<(), HubError>;

    /// Names a group's guardian and fallback. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `ZeroAuthority`, `GuardianIsFallback`, `UnknownPauseGroup`.
    fn assign(&mut self, named: Named) -> Result<(), HubError>;

    /// Arms a group's guardian and fallback again. For the governor and the council.
    ///
    /// # Errors
    /// `NotCouncil`, `GuardianUnassigned`, `UnknownPauseGroup`.
    fn rearm(&mut self, group: u8) -> Result<(), HubError>;

    /// Sets what guardians may do. For the governor; what loosens waits.
    ///
    /// # Errors
    /// `NotGovernor`, `SettingOutOfBounds`, `OperationNotReady`.
    fn configure_guardians(&mut self, terms: GuardianTerms) -> Result<(), HubError>;

    /// Limits what of an asset leaves. For the governor; more than before waits.
    ///
    /// # Errors
    /// `NotGovernor`, `CapacityZero`, `RefillOutOfBounds`, `OperationNotReady`.
    fn configure_bucket(&mut self, terms: BucketTerms) -> Result<(), HubError>;

    /// Closes an asset. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `AssetClosed`.
    fn close_bucket(&mut self, asset: Address) -> Result<(), HubError>;

    /// Lets a contract charge the buckets, which waits, or no longer. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `OperationNotReady`.
    fn set_client(&mut self, client: Address, allowed: bool) -> Result<(), HubError>;

    /// Names who may cancel what is scheduled. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `ZeroAuthority`.
    fn set_guardian(&mut self, guardian: Address) -> Result<(), HubError>;

    /// Names the council, who is the governor until then. For the governor; always waits.
    ///
    /// # Errors
    /// `NotGovernor`, `ZeroAuthority`, `OperationNotReady`.
    fn set_council(&mut self, council: Address) -> Result<(), HubError>;

    /// Sets how long what loosens waits. For the governor; a shorter delay waits the old one.
    ///
    /// # Errors
    /// `NotGovernor`, `DelayTooLong`, `OperationNotReady`.
    fn set_delay(&mut self, secs: u64) -> Result<(), HubError>;

    /// Schedules a call of this contract. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `OperationPending`.
    fn schedule(&mut self, data: Blob) -> Result<(), HubError>;

    /// Takes back what was scheduled. For the one who may cancel, and the governor.
    ///
    /// # Errors
    /// `NotGuardian`, `OperationNotReady`.
    fn cancel_scheduled(&mut self, operation: B256) -> Result<(), HubError>;

    /// Names the governor's successor. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`.
    fn propose_governor(&mut self, proposed: Address) -> Result<(), HubError>;

    /// Makes the successor the governor. For the successor.
    ///
    /// # Errors
    /// `NotPendingGovernor`.
    fn accept_governor(&mut self) -> Result<(), HubError>;

    /// Who governs.
    fn governor(&self) -> Address;

    /// Who decides for longer than guardians.
    fn council(&self) -> Address;

    /// Who may cancel what is scheduled.
    fn guardian(&self) -> Address;

    /// What a group is, and until when.
    ///
    /// # Errors
    /// `UnknownPauseGroup`.
    fn state(&self, group: u8) -> Result<PauseState, HubError>;

    /// Who may pause a group, and what they have left.
    ///
    /// # Errors
    /// `UnknownPauseGroup`, `GuardiansUnset`.
    fn assigned(&self, group: u8) -> Result<Assigned, HubError>;

    /// How long what loosens waits.
    fn delay(&self) -> U256;
}

#[public]
impl IHubGovernance for Hub {
    fn pause(&mut self, pause: Pause) -> Result<(), HubError> {
        let right = self.guardians.pause_right(any_group(pause.group)?)?;
        Ok(self.pauses.pause(right, rung(pause.state)?, pause.secs, LADDER)?)
    }

    fn council_pause(&mut self, pause: Pause) -> Result<(), HubError> {
        let council = self.authority.council()?;
        let right = self.guardians.council_right(&council, any_group(pause.group)?);
        Ok(self.pauses.pause(right, rung(pause.state)?, pause.secs, LADDER)?)
    }

    fn lift(&mut self, group: u8) -> Result<(), HubError> {
        let by = self.authority.decider()?;
        Ok(self.pauses.unpause(&by, any_group(group)?, LADDER)?)
    }

    fn heartbeat(&mut self, group: u8) -> Result<(), HubError> {
        Ok(self.guardians.heartbeat(any_group(group)?)?)
    }

    fn report_stale(&mut self, group: u8) -> Result<(), HubError> {
        Ok(self.guardians.report_stale(any_group(group)?)?)
    }

    fn assign(&mut self, named: Named) -> Result<(), HubError> {
        let governor = self.authority.governor()?;
        let Named {
            group,
            guardian,
            fallback,
        } = named;
        Ok(self
            .guardians
            .assign(&governor, any_group(group)?, guardian, fallback)?)
    }

    fn rearm(&mut self, group: u8) -> Result<(), HubError> {
        let by = self.authority.decider()?;
        Ok(self.guardians.rearm(&by, any_group(group)?)?)
    }

    fn configure_guardians(&mut self, terms: GuardianTerms) -> Result<(), HubError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureGuardians", terms: GuardianTerms);
        let change = self.timelock.change(&governor, &data);
        Ok(self.guardians.configure(change, terms.config())?)
    }

    fn configure_bucket(&mut self, terms: BucketTerms) -> Result<(), HubError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureBucket", terms: BucketTerms);
        let change = self.timelock.change(&governor, &data);
        let BucketTerms {
            asset,
            capacity,
            refill_secs,
        } = terms;
        Ok(self.outflow.configure(change, asset, capacity, refill_secs)?)
    }

    fn close_bucket(&mut self, asset: Address) -> Result<(), HubError> {
        let governor = self.authority.governor()?;
        Ok(self.outflow.close(&governor, asset)?)
    }

    fn set_client(&mut self, client: Address, allowed: bool) -> Result<(), HubError> {
        let governor = self.authority.governor()?;
        let data = calldata!("setClient", client: Address, allowed: bool);
        let change = self.timelock.change(&governor, &data);
        change.require_waited_if(allowed)?;
        self.clients.insert(client.into_word(), U256::from(allowed));
        sdk::emit(self.vm(), ClientChanged { client, allowed });
        Ok(())
    }

    fn set_guardian(&mut self, guardian: Address) -> Result<(), HubError> {
        let governor = self.authority.governor()?;
        Ok(self.authority.set_guardian(&governor, guardian)?)
    }

    fn set_council(&mut self, council: Address) -> Result<(), HubError> {
        let governor = self.authority.governor()?;
        let data = calldata!("setCouncil", council: Address);
        let change = self.timelock.change(&governor, &data);
        Ok(self.authority.set_council(change, council)?)
    }

    fn set_delay(&mut self, secs: u64) -> Result<(), HubError> {
        let governor = self.authority.governor()?;
        let data = calldata!("setDelay", secs: u64);
        Ok(self.timelock.set_delay(&governor, &data, secs)?)
    }

    fn schedule(&mut self, data: Blob) -> Result<(), HubError> {
        let governor = self.authority.governor()?;
        self.timelock.schedule(&governor, &data.0)?;
        Ok(())
    }

    fn cancel_scheduled(&mut self, operation: B256) -> Result<(), HubError> {
        let guardian = self.authority.guardian()?;
        Ok(self.timelock.cancel(&guardian, operation)?)
    }

    fn propose_governor(&mut self, proposed: Address) -> Result<(), HubError> {
        let governor = self.authority.governor()?;
        self.authority.propose_governor(&governor, proposed);
        Ok(())
    }

    fn accept_governor(&mut self) -> Result<(), HubError> {
        Ok(self.authority.accept_governor()?)
    }

    fn governor(&self) -> Address {
        self.authority.current_governor()
    }

    fn council(&self) -> Address {
        self.authority.current_council()
    }

    fn guardian(&self) -> Address {
        self.authority.current_guardian()
    }

    fn state(&self, group: u8) -> Result<PauseState, HubError> {
        let group = any_group(group)?;
        Ok(PauseState {
            state: self.pauses.state(group, LADDER) as u8,
            until: self.pauses.until(group),
        })
    }

    fn assigned(&self, group: u8) -> Result<Assigned, HubError> {
        let group = any_group(group)?;
        let assignment = self.guardians.assignment(group);
        Ok(Assigned {
            guardian: assignment.guardian,
            fallback: assignment.fallback,
            stale_at: self.guardians.stale_at(group)?,
            spent: assignment.spent.into(),
            fallback_spent: assignment.fallback_spent.into(),
            budget_left_secs: self.guardians.budget_left(group)?,
        })
    }

    fn delay(&self) -> U256 {
        U256::from(self.timelock.delay().secs())
    }
}
