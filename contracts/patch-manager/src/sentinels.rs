//! Who restricts a proxy when something is found, before there is a fix.

use super::{ManagerError, PatchManagerContract};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256};
use portcullis::{calldata, core_types::guardian::Config, guarded};
use stylus_sdk::prelude::*;

portcullis::arguments! {
    /// A group of a proxy's functions.
    pub struct Place {
        /// The guarded proxy.
        pub proxy: Address,
        /// Which group; 0 is everything.
        pub group: u8,
    }
}

portcullis::arguments! {
    /// Who is to watch a group.
    pub struct Watcher {
        /// Of which proxy.
        pub proxy: Address,
        /// Which group; 0 is everything.
        pub group: u8,
        /// Its sentinel.
        pub sentinel: Address,
        /// Who restricts when the sentinel is spent, or was reported.
        pub fallback: Address,
    }
}

portcullis::arguments! {
    /// What a sentinel does about what it has found.
    pub struct Finding {
        /// The guarded proxy.
        pub proxy: Address,
        /// Which group is restricted; 0 is everything.
        pub group: u8,
        /// To which state: 2 throttled, 3 reduce-only, 4 frozen.
        pub state: u8,
        /// For how long from now.
        pub secs: u64,
        /// The hash of what was found.
        pub finding: B256,
    }
}

portcullis::arguments! {
    /// What the sentinels of a proxy may do, in seconds: [`Config`] has the bounds.
    pub struct SentinelTerms {
        /// Of which proxy.
        pub proxy: Address,
        /// How long after its last sign of life a sentinel may restrict.
        pub heartbeat_secs: u64,
        /// For how long at the most.
        pub pause_secs: u64,
        /// How long after its end none restricts the group again.
        pub cool_down_secs: u64,
        /// The most that sentinels hold a group restricted in any period.
        pub budget_secs: u64,
        /// That period.
        pub period_secs: u64,
    }
}

portcullis::arguments! {
    /// Who watches a group, and what they have left.
    pub struct SentinelState {
        /// Its sentinel; the zero address when there is none.
        pub sentinel: Address,
        /// Who restricts when the sentinel is spent, or was reported.
        pub fallback: Address,
        /// When the sentinel is stale, without another sign of life.
        pub stale_at: u64,
        /// 1 when the sentinel has used its pause.
        pub spent: u8,
        /// 1 when the fallback has.
        pub fallback_spent: u8,
        /// How long they may restrict the group now, as far as the budget goes.
        pub budget_left_secs: u64,
    }
}

/// Sentinels of guarded proxies.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait IPatchSentinels {
    /// Names the sentinel of a group of a proxy's functions and its fallback. For the governor; always waits.
    ///
    /// # Errors
    /// `NotGovernor`, `ProxyUnknown`, `UnknownPauseGroup`, `OperationNotReady`, `ZeroAuthority`, `GuardianIsFallback`.
    fn name_sentinel(&mut self, named: Watcher) -> Result<(), ManagerError>;

    /// Leaves a group without a sentinel and its fallback, at once. For the guardian, the governor and the attesters.
    ///
    /// # Errors
    /// `NotGuardian`, `ProxyUnknown`, `UnknownPauseGroup`, `GuardianUnassigned`.
    fn dismiss_sentinel(&mut self, place: Place) -> Result<(), ManagerError>;

    /// Sets what a proxy's sentinels may do. For the governor; what loosens waits, and the first terms.
    ///
    /// # Errors
    /// `NotGovernor`, `ProxyUnknown`, `SettingOutOfBounds`, `OperationNotReady`.
    fn configure_sentinels(&mut self, terms: SentinelTerms) -> Result<(), ManagerError>;

    /// Arms a group's sentinel and its fallback again, at once. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `ProxyUnknown`, `UnknownPauseGroup`, `GuardiansUnset`, `GuardianUnassigned`.
    fn rearm_sentinel(&mut self, place: Place) -> Result<(), ManagerError>;

    /// A sign of life. For the sentinel.
    ///
    /// # Errors
    /// `ProxyUnknown`, `UnknownPauseGroup`, `GuardiansUnset`, `NotGroupGuardian`, `GuardianLapsed`.
    fn sentinel_heartbeat(&mut self, place: Place) -> Result<(), ManagerError>;

    /// Says that a sentinel gave no sign of life for too long: its fallback may restrict. For anyone.
    ///
    /// # Errors
    /// `ProxyUnknown`, `UnknownPauseGroup`, `GuardiansUnset`, `GuardianUnassigned`, `GuardianNotStale`.
    fn report_sentinel(&mut self, place: Place) -> Result<(), ManagerError>;

    /// Restricts a group of a proxy's functions, once: to throttled (2), reduce-only (3) or frozen (4), because of what has this hash. For its sentinel, and for the fallback in its place.
    ///
    /// # Errors
    /// `ProxyUnknown`, `UnknownPauseGroup`, `UnknownState`, `NotGroupGuardian`, `GuardiansUnset`, `GuardianSpent`, `GuardianLapsed`, `GuardianStillThere`, `GuardiansCoolingDown`, `PauseOutOfBounds`,
    /// `GuardianBudgetExceeded`, `SwitchFailed` when the proxy refuses.
    fn sentinel_restrict(&mut self, found: Finding) -> Result<(), ManagerError>;

    /// Who watches a group, and what they have left.
    ///
    /// # Errors
    /// `ProxyUnknown`, `UnknownPauseGroup`, `GuardiansUnset`.
    fn sentinel(&self, place: Place) -> Result<SentinelState, ManagerError>;
}

#[guarded]
#[public]
impl IPatchSentinels for PatchManagerContract {
    #[exempt("the governor's; it waits")]
    fn name_sentinel(&mut self, named: Watcher) -> Result<(), ManagerError> {
        let governor = self.authority.governor()?;
        let data = calldata!("nameSentinel", named: Watcher);
        let change = self.timelock.change(&governor, &data);
        let Watcher {
            proxy,
            group,
            sentinel,
            fallback,
        } = named;
        Ok(self
            .patches
            .name_sentinel(&governor, change, (proxy, group), [sentinel, fallback])?)
    }

    #[exempt("it only tightens")]
    fn dismiss_sentinel(&mut self, place: Place) -> Result<(), ManagerError> {
        let by = self.patches.canceller(&self.authority)?;
        Ok(self.patches.dismiss_sentinel(&by, place.proxy, place.group)?)
    }

    #[exempt("the governor's; what loosens waits")]
    fn configure_sentinels(&mut self, terms: SentinelTerms) -> Result<(), ManagerError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureSentinels", terms: SentinelTerms);
        let change = self.timelock.change(&governor, &data);
        Ok(self
            .patches
            .configure_sentinels(change, terms.proxy, terms.config())?)
    }

    #[exempt("the governor's; it gives nobody more than the budget")]
    fn rearm_sentinel(&mut self, place: Place) -> Result<(), ManagerError> {
        let governor = self.authority.governor()?;
        Ok(self.patches.rearm_sentinel(&governor, place.proxy, place.group)?)
    }

    #[exempt("the sentinel's; it moves nothing")]
    fn sentinel_heartbeat(&mut self, place: Place) -> Result<(), ManagerError> {
        Ok(self.patches.sentinel_heartbeat(place.proxy, place.group)?)
    }

    #[exempt("it writes down what everybody sees")]
    fn report_sentinel(&mut self, place: Place) -> Result<(), ManagerError> {
        Ok(self.patches.report_sentinel(place.proxy, place.group)?)
    }

    #[guard(lock)]
    fn sentinel_restrict(&mut self, found: Finding) -> Result<(), ManagerError> {
        let Finding {
            proxy,
            group,
            state,
            secs,
            finding,
        } = found;
        Ok(self
            .patches
            .sentinel_restrict((proxy, group), state, secs, finding)?)
    }

    fn sentinel(&self, place: Place) -> Result<SentinelState, ManagerError> {
        let status = self.patches.sentinel(place.proxy, place.group)?;
        let assignment = status.assignment;
        Ok(SentinelState {
            sentinel: assignment.guardian,
            fallback: assignment.fallback,
            stale_at: status.stale_at,
            spent: assignment.spent.into(),
            fallback_spent: assignment.fallback_spent.into(),
            budget_left_secs: status.budget_left_secs,
        })
    }
}

impl SentinelTerms {
    /// As guardians have them: of a council there is none here, and what it may is as little as can be.
    fn config(&self) -> Config {
        Config {
            heartbeat_secs: self.heartbeat_secs,
            pause_secs: self.pause_secs,
            cool_down_secs: self.cool_down_secs,
            budget_secs: self.budget_secs,
            period_secs: self.period_secs,
            council_secs: self.pause_secs,
        }
    }
}
