//! What the savings answer to guardians, to whom the manager lets, and to the manager itself.

use super::{ExitTerms, Savings, SavingsError, LADDER};
use alloc::vec::Vec;
use alloy_primitives::{Address, FixedBytes, U256};
use portcullis::{
    breaker_guard::BreakerTerms, calldata, core_types::pause::Group, guardians::GuardianTerms,
    pause_guard::rung, rate_limiter::BucketTerms, scope_key::Scope, triggers::HitsTerms,
};
use stylus_sdk::prelude::*;

/// The savings' governance.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait ISavingsGovernance {
    /// Pauses everything, once: to throttled (2), reduce-only (3) or frozen (4). For the guardian and its fallback.
    ///
    /// # Errors
    /// `NotGroupGuardian`, `GuardianSpent`, `GuardianLapsed`, `GuardianStillThere`, `GuardiansCoolingDown`, `GuardianBudgetExceeded`,
    /// `GuardiansUnset`, `UnknownState`, `PauseOutOfBounds`, `PauseNotTightened`.
    fn pause(&mut self, state: u8, secs: u64) -> Result<(), SavingsError>;

    /// A sign of life. For the guardian.
    ///
    /// # Errors
    /// `NotGroupGuardian`, `GuardianLapsed`, `GuardiansUnset`.
    fn heartbeat(&mut self) -> Result<(), SavingsError>;

    /// Ends the pause: the ramp begins. For whom the manager lets.
    ///
    /// # Errors
    /// `AccessDenied`, `AccessNotScheduled`, `NotPaused`.
    fn lift(&mut self) -> Result<(), SavingsError>;

    /// Names the guardian and its fallback. For whom the manager lets.
    ///
    /// # Errors
    /// `AccessDenied`, `AccessNotScheduled`, `ZeroAuthority`, `GuardianIsFallback`.
    fn assign(&mut self, guardian: Address, fallback: Address) -> Result<(), SavingsError>;

    /// Sets what guardians may do. For whom the manager lets; what loosens waits.
    ///
    /// # Errors
    /// `AccessDenied`, `AccessNotScheduled`, `SettingOutOfBounds`, `OperationNotReady`.
    fn configure_guardians(&mut self, terms: GuardianTerms) -> Result<(), SavingsError>;

    /// Limits what of an asset leaves. For whom the manager lets; more than before waits.
    ///
    /// # Errors
    /// `AccessDenied`, `AccessNotScheduled`, `CapacityZero`, `RefillOutOfBounds`, `OperationNotReady`.
    fn configure_bucket(&mut self, terms: BucketTerms) -> Result<(), SavingsError>;

    /// Sets how many withdrawals, of how much at least, within which time trip an asset's breaker. For whom the manager lets; what trips it less easily
    /// waits.
    ///
    /// # Errors
    /// `AccessDenied`, `AccessNotScheduled`, `SettingOutOfBounds`, `AmountCannotAct`, `OperationNotReady`.
    fn configure_hits(&mut self, terms: HitsTerms) -> Result<(), SavingsError>;

    /// Sets how every asset's breaker acts. For whom the manager lets; what loosens waits.
    ///
    /// # Errors
    /// `AccessDenied`, `AccessNotScheduled`, `SettingOutOfBounds`, `OperationNotReady`.
    fn configure_breakers(&mut self, terms: BreakerTerms) -> Result<(), SavingsError>;

    /// Sets for how long a trip counts against whoever does it. For whom the manager lets; a shorter time waits.
    ///
    /// # Errors
    /// `AccessDenied`, `AccessNotScheduled`, `SettingOutOfBounds`, `OperationNotReady`.
    fn configure_record(&mut self, secs: u64) -> Result<(), SavingsError>;

    /// Sets when an asset's exit opens. For whom the manager lets; a later opening waits.
    ///
    /// # Errors
    /// `AccessDenied`, `AccessNotScheduled`, `SettingOutOfBounds`, `OperationNotReady`.
    fn configure_exit(&mut self, terms: ExitTerms) -> Result<(), SavingsError>;

    /// Makes longer how long the manager has to delay what loosens. For whom the manager lets. It never gets shorter: nothing is scheduled here.
    ///
    /// # Errors
    /// `AccessDenied`, `AccessNotScheduled`, `DelayTooLong`, `OperationNotReady`.
    fn set_delay(&mut self, secs: u64) -> Result<(), SavingsError>;

    /// The AccessManager.
    fn authority(&self) -> Address;

    /// Hands over to another manager. For the manager itself.
    ///
    /// # Errors
    /// `AccessDenied`, `AuthorityWithoutCode`.
    fn set_authority(&mut self, authority: Address) -> Result<(), SavingsError>;

    /// What the manager asks while it uses up a schedule.
    fn is_consuming_scheduled_op(&self) -> FixedBytes<4>;

    /// When the pause of everything ends.
    fn paused_until(&self) -> U256;
}

#[public]
impl ISavingsGovernance for Savings {
    fn pause(&mut self, state: u8, secs: u64) -> Result<(), SavingsError> {
        let rung = rung(state)?;
        let right = self.guardians.pause_right(Group::ALL)?;
        Ok(self.pauses.pause(right, rung, secs, LADDER)?)
    }

    fn heartbeat(&mut self) -> Result<(), SavingsError> {
        Ok(self.guardians.heartbeat(Group::ALL)?)
    }

    fn lift(&mut self) -> Result<(), SavingsError> {
        let data = calldata!("lift");
        let access = self.manager.authorize(&data)?;
        Ok(self.pauses.unpause(access.governor(), Group::ALL, LADDER)?)
    }

    fn assign(&mut self, guardian: Address, fallback: Address) -> Result<(), SavingsError> {
        let data = calldata!("assign", guardian: Address, fallback: Address);
        let access = self.manager.authorize(&data)?;
        Ok(self
            .guardians
            .assign(access.governor(), Group::ALL, guardian, fallback)?)
    }

    fn configure_guardians(&mut self, terms: GuardianTerms) -> Result<(), SavingsError> {
        let data = calldata!("configureGuardians", terms: GuardianTerms);
        let access = self.manager.authorize(&data)?;
        let change = access.change(&mut self.timelock);
        Ok(self.guardians.configure(change, terms.config())?)
    }

    fn configure_bucket(&mut self, terms: BucketTerms) -> Result<(), SavingsError> {
        let data = calldata!("configureBucket", terms: BucketTerms);
        let access = self.manager.authorize(&data)?;
        let change = access.change(&mut self.timelock);
        let BucketTerms {
            asset,
            capacity,
            refill_secs,
        } = terms;
        Ok(self.outflow.configure(change, asset, capacity, refill_secs)?)
    }

    fn configure_hits(&mut self, terms: HitsTerms) -> Result<(), SavingsError> {
        let data = calldata!("configureHits", terms: HitsTerms);
        let access = self.manager.authorize(&data)?;
        let change = access.change(&mut self.timelock);
        let HitsTerms {
            asset,
            hits,
            window_secs,
            least,
        } = terms;
        let scope = Scope::asset(asset);
        Ok(self.hits.configure(change, scope, hits, window_secs, least)?)
    }

    fn configure_breakers(&mut self, terms: BreakerTerms) -> Result<(), SavingsError> {
        let data = calldata!("configureBreakers", terms: BreakerTerms);
        let access = self.manager.authorize(&data)?;
        let change = access.change(&mut self.timelock);
        Ok(self.breakers.configure_default(change, terms.config())?)
    }

    fn configure_record(&mut self, secs: u64) -> Result<(), SavingsError> {
        let data = calldata!("configureRecord", secs: u64);
        let access = self.manager.authorize(&data)?;
        let change = access.change(&mut self.timelock);
        Ok(self.breakers.configure_record(change, secs)?)
    }

    fn configure_exit(&mut self, terms: ExitTerms) -> Result<(), SavingsError> {
        let data = calldata!("configureExit", terms: ExitTerms);
        let access = self.manager.authorize(&data)?;
        let change = access.change(&mut self.timelock);
        let ExitTerms {
            asset,
            open_after_secs,
            late_secs,
        } = terms;
        Ok(self.exit.configure(change, asset, open_after_secs, late_secs)?)
    }

    fn set_delay(&mut self, secs: u64) -> Result<(), SavingsError> {
        let data = calldata!("setDelay", secs: u64);
        let access = self.manager.authorize(&data)?;
        Ok(self.timelock.set_delay(access.governor(), &data, secs)?)
    }

    fn authority(&self) -> Address {
        self.manager.authority()
    }

    fn set_authority(&mut self, authority: Address) -> Result<(), SavingsError> {
        Ok(self.manager.set_authority(authority)?)
    }

    fn is_consuming_scheduled_op(&self) -> FixedBytes<4> {
        self.manager.is_consuming_scheduled_op()
    }

    fn paused_until(&self) -> U256 {
        U256::from(self.pauses.until(Group::ALL))
    }
}
