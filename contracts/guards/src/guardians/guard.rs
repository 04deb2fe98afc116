//! The guardians' words: named, armed, alive, stale.

// The storage macro names both.
use super::{right::NotGroupGuardian, terms::StoredTerms, PauseRight};
use crate::{
    authority::{Council, Decides, Governor, Guardian, ZeroAuthority},
    errors, events,
    pairs::Pairs,
    sdk,
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256};
use portcullis_core::{
    guardian::{AssignRefused, Assignment, Config, HeartbeatRefused, Terms},
    pause::Group,
};
use stylus_sdk::prelude::*;

events! {
    /// A group's guardian and fallback were named, both armed. Group 0 is everything.
    GuardianAssigned(group: u8; previous: Address, current: Address, previous_fallback: Address, current_fallback: Address);
    /// A guardian gave a sign of life: until `staleAt` it can pause.
    Heartbeat(group: u8, guardian: Address; stale_at: u64);
    /// A group's guardian and fallback can pause again.
    GuardianRearmed(group: u8, guardian: Address, by: Address; fallback: Address, stale_at: u64);
    /// Nobody pauses the group any more as its guardian or its fallback.
    GuardianDismissed(group: u8, guardian: Address, by: Address; fallback: Address);
    /// A guardian has been silent since before `staleAt`: it cannot pause, and its fallback can. Told once a lapse.
    GuardianStale(group: u8, guardian: Address, fallback: Address; stale_at: u64);
}

errors! {
    /// The guardian was silent for too long and cannot pause. Only arming it again revives it.
    GuardianLapsed(group: u8, stale_at: u64);
    /// The guardian is there: it can be reported from `staleAt` on.
    GuardianNotStale(group: u8, stale_at: u64);
    /// Nobody is named for the group.
    GuardianUnassigned(group: u8);
    /// A fallback has to be somebody else.
    GuardianIsFallback(group: u8);
}

/// A guardian and a fallback for each group, and the terms under which they and the council pause.
#[storage]
#[derive(crate::StorageLayout)]
pub struct Guardians {
    terms: StoredTerms,
    /// An [`Assignment`] a group.
    assignments: Pairs,
}

impl Guardians {
    /// The caller's right to pause a group, as its guardian or its fallback.
    ///
    /// # Errors
    /// [`NotGroupGuardian`].
    pub fn pause_right(&mut self, group: Group) -> Result<PauseRight<'_>, GuardError> {
        let caller = self.vm().msg_sender();
        let role = self.assignment(group).role(caller).ok_or(NotGroupGuardian {
            group: group.number(),
            caller,
        })?;
        Ok(PauseRight::new(self, group, caller, role))
    }

    /// The council's right to pause a group.
    pub fn council_right(&mut self, by: &Council, group: Group) -> PauseRight<'_> {
        PauseRight::of_council(self, group, by)
    }

    /// Names a group's guardian and its fallback, both armed. At once; what was used of the budget stays used, and a cool-down goes on.
    ///
    /// # Errors
    /// [`ZeroAuthority`], [`GuardianIsFallback`].
    ///
    /// # Events
    /// [`GuardianAssigned`].
    pub fn assign(
        &mut self,
        _by: &Governor,
        group: Group,
        guardian: Address,
        fallback: Address,
    ) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let from = self.assignment(group);
        let to = from
            .assign(guardian, fallback, now)
            .map_err(|refused| match refused {
                AssignRefused::Nobody => GuardError::from(ZeroAuthority {}),
                AssignRefused::Same => GuardianIsFallback {
                    group: group.number(),
                }
                .into(),
            })?;
        self.keep(group, to);
        sdk::emit(
            self.vm(),
            GuardianAssigned {
                group: group.number(),
                previous: from.guardian,
                current: guardian,
                previous_fallback: from.fallback,
                current_fallback: fallback,
            },
        );
        Ok(())
    }

    /// Leaves a group without guardian and fallback, at once: for a contract that others pause as well. What was used of the budget stays used, and a cool-down goes on.
    ///
    /// # Errors
    /// [`GuardianUnassigned`].
    ///
    /// # Events
    /// [`GuardianDismissed`].
    pub fn dismiss(&mut self, by: &Guardian, group: Group) -> Result<(), GuardError> {
        let from = self.assignment(group);
        let to = from.dismiss().ok_or(GuardianUnassigned {
            group: group.number(),
        })?;
        self.keep(group, to);
        sdk::emit(
            self.vm(),
            GuardianDismissed {
                group: group.number(),
                guardian: from.guardian,
                by: by.address(),
                fallback: from.fallback,
            },
        );
        Ok(())
    }

    /// Arms a group's guardian and fallback again. At once, within the same budget and after the same cool-down.
    ///
    /// # Errors
    /// [`GuardianUnassigned`], [`GuardiansUnset`](super::GuardiansUnset).
    ///
    /// # Events
    /// [`GuardianRearmed`].
    pub fn rearm(&mut self, by: &impl Decides, group: Group) -> Result<(), GuardError> {
        let terms = self.required_terms()?;
        let now = self.vm().block_timestamp();
        let to = self.assignment(group).rearm(now).ok_or(GuardianUnassigned {
            group: group.number(),
        })?;
        self.keep(group, to);
        sdk::emit(
            self.vm(),
            GuardianRearmed {
                group: group.number(),
                guardian: to.guardian,
                by: by.decider(),
                fallback: to.fallback,
                stale_at: to.stale_at(&terms),
            },
        );
        Ok(())
    }

    /// A sign of life of the caller, a group's guardian.
    ///
    /// # Errors
    /// [`NotGroupGuardian`], [`GuardianLapsed`], [`GuardiansUnset`](super::GuardiansUnset).
    ///
    /// # Events
    /// [`Heartbeat`].
    pub fn heartbeat(&mut self, group: Group) -> Result<(), GuardError> {
        let terms = self.required_terms()?;
        let (now, caller) = (self.vm().block_timestamp(), self.vm().msg_sender());
        let number = group.number();
        let to = self
            .assignment(group)
            .heartbeat(caller, &terms, now)
            .map_err(|refused| match refused {
                HeartbeatRefused::NotGuardian => GuardError::from(NotGroupGuardian {
                    group: number,
                    caller,
                }),
                HeartbeatRefused::Lapsed { stale_at } => GuardianLapsed {
                    group: number,
                    stale_at,
                }
                .into(),
            })?;
        self.keep(group, to);
        sdk::emit(
            self.vm(),
            Heartbeat {
                group: number,
                guardian: caller,
                stale_at: to.stale_at(&terms),
            },
        );
        Ok(())
    }

    /// Records that a group's guardian is stale, so that its fallback can pause from now on. Anyone may; a second time nothing happens.
    ///
    /// # Errors
    /// [`GuardianNotStale`], [`GuardianUnassigned`], [`GuardiansUnset`](super::GuardiansUnset).
    ///
    /// # Events
    /// [`GuardianStale`], once a lapse.
    pub fn report_stale(&mut self, group: Group) -> Result<(), GuardError> {
        let terms = self.required_terms()?;
        let now = self.vm().block_timestamp();
        let (number, from) = (group.number(), self.assignment(group));
        if from.guardian.is_zero() {
            return Err(GuardianUnassigned { group: number }.into());
        }
        let stale_at = from.stale_at(&terms);
        let (to, first) = from.report_stale(&terms, now).ok_or(GuardianNotStale {
            group: number,
            stale_at,
        })?;
        if first {
            self.keep(group, to);
            sdk::emit(
                self.vm(),
                GuardianStale {
                    group: number,
                    guardian: to.guardian,
                    fallback: to.fallback,
                    stale_at,
                },
            );
        }
        Ok(())
    }

    /// Sets the terms for all groups. Those that loosen, and the first, have to have waited.
    ///
    /// # Errors
    /// [`SettingOutOfBounds`](crate::setting::SettingOutOfBounds), and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`GuardianTermsChanged`](super::GuardianTermsChanged).
    pub fn configure(&mut self, change: Change<'_>, config: Config) -> Result<(), GuardError> {
        self.terms.configure(change, config)
    }

    /// The terms; none when none are set.
    pub fn terms(&self) -> Option<Terms> {
        self.terms.get()
    }

    /// Who may pause a group, and what they have used: the uses that are spent, the last pause's end, the heartbeat.
    pub fn assignment(&self, group: Group) -> Assignment {
        let key = key(group);
        Assignment::from_words([self.assignments.first(key), self.assignments.second(key)])
    }

    /// Whether a group's guardian is too late with its heartbeat, reported or not.
    ///
    /// # Errors
    /// [`GuardiansUnset`](super::GuardiansUnset).
    pub fn is_stale(&self, group: Group) -> Result<bool, GuardError> {
        let terms = self.required_terms()?;
        Ok(self
            .assignment(group)
            .is_stale(&terms, self.vm().block_timestamp()))
    }

    /// The first second at which a group's guardian is stale, if it gives no sign of life before.
    ///
    /// # Errors
    /// [`GuardiansUnset`](super::GuardiansUnset).
    pub fn stale_at(&self, group: Group) -> Result<u64, GuardError> {
        Ok(self.assignment(group).stale_at(&self.required_terms()?))
    }

    /// The longest pause that the budget of a group's guardians holds now. A single one is at most `pause_secs`.
    ///
    /// # Errors
    /// [`GuardiansUnset`](super::GuardiansUnset).
    pub fn budget_left(&self, group: Group) -> Result<u64, GuardError> {
        let terms = self.required_terms()?;
        let now = self.vm().block_timestamp();
        Ok(self.assignment(group).budget.left_secs(&terms, now))
    }

    pub(super) fn required_terms(&self) -> Result<Terms, GuardError> {
        self.terms.required()
    }

    pub(super) fn keep(&mut self, group: Group, to: Assignment) {
        let key = key(group);
        let loaded = [self.assignments.first(key), self.assignments.second(key)];
        self.assignments.keep(key, loaded, to.to_words());
    }
}

/// A group's place in a map.
fn key(group: Group) -> B256 {
    B256::with_last_byte(group.number())
}
