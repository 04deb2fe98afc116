//! Sentinels: automated signers that restrict what a proxy does when they have found something, before anybody has a fix.
//!
//! # Design
//! - **A sentinel's power is a guardian's** ([`crate::guardians`]), over one group of functions of one guarded proxy: one pause, on any rung, for a bounded time, until it is armed again; while it gives signs of
//!   life; after a cool-down; and within a budget of paused seconds in any period, whoever is named and however often they are armed. Its fallback is another such signer.
//! - **It reaches no patch.** Nothing in a patch's life asks for a sentinel or for what it has done, so that a finding makes no path shorter, and none longer. It lifts nothing, and makes no pause milder or shorter.
//! - **Naming one always waits, and larger terms do.** Dismissing is at once, by whoever cancels patches, and so are smaller terms. Arming again is at once: what was used of the budget stays used.
//! - **Nobody needs one**: the guardian restricts as well. So a group can be left without.
//! - The finding's hash is told with the pause, so that the patch that comes later can be tied to it.
//! - A proxy that leaves this contract's care has no sentinels when it comes back.
//!
//! # The attack
//! Automated keys are online, and are stolen. Whoever has one stops a group of functions once, for as long as the terms say; is dismissed; and has moved, approved and undone nothing.

use super::{
    super::{
        events::{SentinelRestricted, SentinelsOf},
        proxy::restrict,
        refusals::ProxyUnknown,
    },
    Canceller, PatchManager,
};
use crate::{
    authority::{Governor, Guardian},
    pause_guard::{any_group, rung},
    sdk,
    timelock::Change,
    GuardError,
};
use alloy_primitives::{Address, B256};
use portcullis_core::{
    guardian::{Assignment, Config},
    pause::{Group, GROUPS},
};
use stylus_sdk::prelude::*;

/// Who watches a group of a proxy's functions, for whoever watches them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentinelStatus {
    /// Who they are, and what they have used.
    pub assignment: Assignment,
    /// The first second without a sign of life at which the sentinel cannot restrict.
    pub stale_at: u64,
    /// The longest that they could restrict the group for now, as far as the budget goes.
    pub budget_left_secs: u64,
}

impl PatchManager {
    /// Names the sentinel of a group of a guarded proxy's functions and its fallback, both armed. It waits.
    ///
    /// # Errors
    /// [`ProxyUnknown`] of what is no guarded proxy in care, [`UnknownPauseGroup`](crate::pause_guard::UnknownPauseGroup), those of [`Change::require_waited`],
    /// [`ZeroAuthority`](crate::authority::ZeroAuthority), [`GuardianIsFallback`](crate::guardians::GuardianIsFallback).
    ///
    /// # Events
    /// [`SentinelsOf`], [`GuardianAssigned`](crate::guardians::GuardianAssigned).
    pub fn name_sentinel(
        &mut self,
        by: &Governor,
        change: Change<'_>,
        (proxy, group): (Address, u8),
        [sentinel, fallback]: [Address; 2],
    ) -> Result<(), GuardError> {
        let group = self.watched(proxy, group)?;
        change.require_waited()?;
        self.tell_of(proxy);
        let mut sentinels = self.sentinels.setter(proxy.into_word());
        sentinels.assign(by, group, sentinel, fallback)
    }

    /// Leaves a group of a proxy's functions without sentinel and fallback, at once.
    ///
    /// # Errors
    /// [`ProxyUnknown`], [`UnknownPauseGroup`](crate::pause_guard::UnknownPauseGroup), [`GuardianUnassigned`](crate::guardians::GuardianUnassigned).
    ///
    /// # Events
    /// [`SentinelsOf`], [`GuardianDismissed`](crate::guardians::GuardianDismissed).
    pub fn dismiss_sentinel(&mut self, by: &Canceller, proxy: Address, group: u8) -> Result<(), GuardError> {
        let group = self.watched(proxy, group)?;
        self.dismiss(by.0, proxy, group)
    }

    /// Sets under which terms a proxy's sentinels restrict, for all its groups. Those that loosen, and the first, wait. What they say of a council means nothing here.
    ///
    /// # Errors
    /// [`ProxyUnknown`], [`SettingOutOfBounds`](crate::setting::SettingOutOfBounds), and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`SentinelsOf`], [`GuardianTermsChanged`](crate::guardians::GuardianTermsChanged).
    pub fn configure_sentinels(
        &mut self,
        change: Change<'_>,
        proxy: Address,
        config: Config,
    ) -> Result<(), GuardError> {
        self.watched(proxy, 0)?;
        self.tell_of(proxy);
        let mut sentinels = self.sentinels.setter(proxy.into_word());
        sentinels.configure(change, config)
    }

    /// Arms the sentinel of a group and its fallback again, at once, within the same budget and after the same cool-down. For the governor.
    ///
    /// # Errors
    /// [`ProxyUnknown`], [`UnknownPauseGroup`](crate::pause_guard::UnknownPauseGroup), [`GuardiansUnset`](crate::guardians::GuardiansUnset),
    /// [`GuardianUnassigned`](crate::guardians::GuardianUnassigned).
    ///
    /// # Events
    /// [`SentinelsOf`], [`GuardianRearmed`](crate::guardians::GuardianRearmed).
    pub fn rearm_sentinel(&mut self, by: &Governor, proxy: Address, group: u8) -> Result<(), GuardError> {
        let group = self.watched(proxy, group)?;
        self.tell_of(proxy);
        self.sentinels.setter(proxy.into_word()).rearm(by, group)
    }

    /// A sign of life of the caller, the sentinel of a group.
    ///
    /// # Errors
    /// [`ProxyUnknown`], [`UnknownPauseGroup`](crate::pause_guard::UnknownPauseGroup), [`NotGroupGuardian`](crate::guardians::NotGroupGuardian),
    /// [`GuardianLapsed`](crate::guardians::GuardianLapsed), [`GuardiansUnset`](crate::guardians::GuardiansUnset).
    ///
    /// # Events
    /// [`SentinelsOf`], [`Heartbeat`](crate::guardians::Heartbeat).
    pub fn sentinel_heartbeat(&mut self, proxy: Address, group: u8) -> Result<(), GuardError> {
        let group = self.watched(proxy, group)?;
        self.tell_of(proxy);
        self.sentinels.setter(proxy.into_word()).heartbeat(group)
    }

    /// Records that the sentinel of a group gives no sign of life, so that its fallback restricts from now on. Anyone may; a second time nothing happens.
    ///
    /// # Errors
    /// [`ProxyUnknown`], [`UnknownPauseGroup`](crate::pause_guard::UnknownPauseGroup), [`GuardianNotStale`](crate::guardians::GuardianNotStale),
    /// [`GuardianUnassigned`](crate::guardians::GuardianUnassigned), [`GuardiansUnset`](crate::guardians::GuardiansUnset).
    ///
    /// # Events
    /// [`SentinelsOf`], and once a lapse [`GuardianStale`](crate::guardians::GuardianStale).
    pub fn report_sentinel(&mut self, proxy: Address, group: u8) -> Result<(), GuardError> {
        let group = self.watched(proxy, group)?;
        self.tell_of(proxy);
        self.sentinels.setter(proxy.into_word()).report_stale(group)
    }

    /// The caller, the sentinel of a group or its fallback, has it restricted for `secs` from now: to throttled (2), reduce-only (3) or frozen (4). `finding` is the hash of what was found.
    ///
    /// # Errors
    /// [`ProxyUnknown`], [`UnknownPauseGroup`](crate::pause_guard::UnknownPauseGroup), [`UnknownState`](crate::pause_guard::UnknownState),
    /// [`NotGroupGuardian`](crate::guardians::NotGroupGuardian), those of a [`PauseRight`](crate::guardians::PauseRight), and
    /// [`SwitchFailed`](crate::patch::SwitchFailed) when the proxy refuses, as it does what is milder or ends sooner than its own pause.
    ///
    /// # Events
    /// [`SentinelRestricted`].
    pub fn sentinel_restrict(
        &mut self,
        (proxy, group): (Address, u8),
        state: u8,
        secs: u64,
        finding: B256,
    ) -> Result<(), GuardError> {
        let group = self.watched(proxy, group)?;
        rung(state)?;
        let now = self.vm().block_timestamp();
        let mut sentinels = self.sentinels.setter(proxy.into_word());
        let (sentinel, role) = sentinels.pause_right(group)?.admit(secs, now)?.keep();
        let group = group.number();
        restrict(self.vm(), proxy, group, state, secs)?;
        sdk::emit(
            self.vm(),
            SentinelRestricted {
                proxy,
                sentinel,
                finding,
                // The cast keeps a number below three.
                role: role as u8,
                group,
                state,
                secs,
            },
        );
        Ok(())
    }

    /// Who watches a group of a proxy's functions, and what they have left.
    ///
    /// # Errors
    /// [`ProxyUnknown`], [`UnknownPauseGroup`](crate::pause_guard::UnknownPauseGroup), [`GuardiansUnset`](crate::guardians::GuardiansUnset).
    pub fn sentinel(&self, proxy: Address, group: u8) -> Result<SentinelStatus, GuardError> {
        let group = self.watched(proxy, group)?;
        let sentinels = self.sentinels.getter(proxy.into_word());
        Ok(SentinelStatus {
            assignment: sentinels.assignment(group),
            stale_at: sentinels.stale_at(group)?,
            budget_left_secs: sentinels.budget_left(group)?,
        })
    }

    /// Leaves no group of a proxy's functions with a sentinel.
    pub(super) fn dismiss_all(&mut self, proxy: Address) -> Result<(), GuardError> {
        let by = self.vm().contract_address();
        for group in (0..=GROUPS).filter_map(Group::new) {
            let sentinels = self.sentinels.getter(proxy.into_word());
            if !sentinels.assignment(group).guardian.is_zero() {
                self.dismiss(by, proxy, group)?;
            }
        }
        Ok(())
    }

    fn dismiss(&mut self, by: Address, proxy: Address, group: Group) -> Result<(), GuardError> {
        self.tell_of(proxy);
        let mut sentinels = self.sentinels.setter(proxy.into_word());
        sentinels.dismiss(&Guardian::granted(by), group)
    }

    /// A group of functions of a guarded proxy in care: no other has any.
    #[inline(never)]
    fn watched(&self, proxy: Address, group: u8) -> Result<Group, GuardError> {
        if !self.is_guarded(proxy) {
            return Err(ProxyUnknown { proxy }.into());
        }
        any_group(group)
    }

    #[inline(never)]
    fn tell_of(&self, proxy: Address) {
        sdk::emit(self.vm(), SentinelsOf { proxy });
    }
}
