//! The word of all pauses: asked, made stricter, lifted.

// The storage macro names both.
use crate::{
    authority::{Decides, Guardian},
    breaker_guard::Fired,
    errors, events,
    guardians::PauseRight,
    sdk, GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis_core::{
    breaker::{Kind, Rung, Share, State, Target},
    guardian::Role,
    pause::{self, Bounds, Changed, Group, NotRunning, PauseRefused, Pauses},
};
use stylus_sdk::{prelude::*, storage::StorageU256};

events! {
    /// A group of functions was frozen up to `until`, or its freeze made longer. Group 0 is everything.
    Paused(group: u8, by: Address; previous_until: u64, until: u64);
    /// A group's pause was made stricter, longer, or both. `role`: 0 guardian, 1 fallback, 2 council. States are those of [`GroupRestricted`].
    Restricted(group: u8, by: Address; role: u8, from: u8, to: u8, previous_until: u64, until: u64);
    /// A group was paused by itself: `reason` is that of the trigger, `by` on whose authority the call ran. States are those of [`GroupRestricted`].
    Tripped(group: u8, by: Address; reason: u8, from: u8, to: u8, previous_until: u64, until: u64);
    /// A group's pause was lifted before its end. Where there is a ramp, it begins now.
    Unpaused(group: u8, by: Address; previous_until: u64);
}

errors! {
    /// The function is paused and runs again at `until`. The group is the one whose pause ends last, 0 for everything.
    GroupPaused(group: u8, until: u64);
    /// A pause lets no call of this kind through. `state`: 0 closed, 1 half-open, 2 throttled, 3 reduce-only, 4 frozen. `kind`: 0 increases risk,
    /// 1 decreases it, 2 reduces the caller's own, 3 withdraws within a limit. The group is the one whose pause refuses it for longest, 0 for everything.
    GroupRestricted(group: u8, state: u8, kind: u8, retry_at: u64);
    /// The time is zero or longer than the maximum.
    PauseOutOfBounds(secs: u64, maximum_secs: u64);
    /// The pause would not end later than the one that holds.
    PauseNotExtended(group: u8, until: u64, requested_until: u64);
    /// The pause would be milder than the one that holds, or end sooner, or be the same. States are those of [`GroupRestricted`].
    PauseNotTightened(group: u8, state: u8, until: u64, requested_state: u8, requested_until: u64);
    /// The group has no pause of its own that could be lifted.
    NotPaused(group: u8);
}

/// All pauses.
#[storage]
#[derive(crate::StorageLayout)]
pub struct PauseGuard {
    pauses: StorageU256,
}

impl PauseGuard {
    /// Asks whether a call of this kind may proceed, and at what share of its limits: the smaller of what the group's own pause and that of
    /// everything let through. Reads one word.
    ///
    /// # Errors
    /// [`GroupRestricted`].
    pub fn check(&self, group: Group, kind: Kind, bounds: Bounds) -> Result<Share, GuardError> {
        self.stored()
            .check(group, kind, bounds, self.vm().block_timestamp())
            .map_err(
                |pause::Paused {
                     group,
                     state,
                     kind,
                     retry_at,
                 }| {
                    GroupRestricted {
                        group: group.number(),
                        state: state as u8,
                        kind: kind as u8,
                        retry_at,
                    }
                    .into()
                },
            )
    }

    /// The same; says what to charge a limiter for `amount`: all the more, the smaller the share, rounded up.
    ///
    /// # Errors
    /// [`GroupRestricted`].
    pub fn charge(&self, group: Group, kind: Kind, bounds: Bounds, amount: U256) -> Result<U256, GuardError> {
        Ok(self.check(group, kind, bounds)?.cost_up(amount))
    }

    /// Requires that no pause covers the group. For a contract that only freezes: it knows neither rungs nor ramp.
    ///
    /// # Errors
    /// [`GroupPaused`].
    pub fn require_running(&self, group: Group) -> Result<(), GuardError> {
        self.stored()
            .require_running(group, self.vm().block_timestamp())
            .map_err(|NotRunning { group, until }| {
                GroupPaused {
                    group: group.number(),
                    until,
                }
                .into()
            })
    }

    /// Pauses the right's group on a rung for `secs` from now, or makes its pause stricter, longer, or both. What the right costs is spent with it.
    ///
    /// # Errors
    /// [`PauseOutOfBounds`], [`PauseNotTightened`], and those of the right: see [`PauseRight`].
    ///
    /// # Events
    /// [`Restricted`].
    #[inline(never)]
    pub fn pause(
        &mut self,
        right: PauseRight<'_>,
        rung: Rung,
        secs: u64,
        bounds: Bounds,
    ) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let group = right.group();
        let spent = right.admit(secs, now)?;
        let changed = self.tightened(group, rung, secs, bounds, now)?;
        let (by, role) = spent.keep();
        self.restricted(group, changed, by, role);
        Ok(())
    }

    /// The same with the right of [`crate::authority`]'s guardian, which nothing counts: for a contract with a ladder and without [`crate::guardians`].
    ///
    /// # Errors
    /// [`PauseOutOfBounds`], [`PauseNotTightened`].
    ///
    /// # Events
    /// [`Restricted`], of the role of a guardian.
    pub fn restrict(
        &mut self,
        by: &Guardian,
        group: Group,
        rung: Rung,
        secs: u64,
        bounds: Bounds,
    ) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let changed = self.tightened(group, rung, secs, bounds, now)?;
        self.restricted(group, changed, by.address(), Role::Guardian);
        Ok(())
    }

    /// Freezes a group for `secs` from now, or makes its freeze longer. For a contract whose guardian is [`crate::authority`]'s.
    ///
    /// # Errors
    /// [`PauseOutOfBounds`], [`PauseNotExtended`].
    ///
    /// # Events
    /// [`Paused`].
    pub fn freeze(
        &mut self,
        by: &Guardian,
        group: Group,
        secs: u64,
        bounds: Bounds,
    ) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let changed = self
            .stored()
            .pause(group, Rung::Frozen, secs, bounds, now)
            .map_err(|refused| match refused {
                PauseRefused::OutOfBounds { secs, maximum_secs } => {
                    GuardError::from(PauseOutOfBounds { secs, maximum_secs })
                }
                PauseRefused::NotTightened {
                    until,
                    requested_until,
                    ..
                } => PauseNotExtended {
                    group: group.number(),
                    until,
                    requested_until,
                }
                .into(),
            })?;
        self.keep(changed.pauses);
        sdk::emit(
            self.vm(),
            Paused {
                group: group.number(),
                by: by.address(),
                previous_until: changed.previous_until,
                until: changed.until,
            },
        );
        Ok(())
    }

    /// Pauses a group by itself, because a trigger fired: on the rung that it names, or on the one after the group's own, for `secs` from now. A pause that holds and is
    /// stricter or longer stays as it is. Nothing here counts how often: whoever makes a [`Fired`] vouches for what it costs.
    ///
    /// # Errors
    /// [`PauseOutOfBounds`].
    ///
    /// # Events
    /// [`Tripped`], when the pause changes.
    #[inline(never)]
    pub fn trip(&mut self, fired: Fired, group: Group, secs: u64, bounds: Bounds) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let pauses = self.stored();
        let Fired { target, reason, by } = fired;
        let rung = match target {
            Target::To(rung) => rung,
            Target::OneRung => {
                let own = pauses.own(group);
                match own.rung.filter(|_| now < own.until) {
                    None => Rung::Throttled,
                    Some(Rung::Throttled) => Rung::ReduceOnly,
                    Some(Rung::ReduceOnly | Rung::Frozen) => Rung::Frozen,
                }
            }
        };
        let changed = match pauses.pause(group, rung, secs, bounds, now) {
            Ok(changed) => changed,
            Err(PauseRefused::NotTightened { .. }) => return Ok(()),
            Err(PauseRefused::OutOfBounds { secs, maximum_secs }) => {
                return Err(PauseOutOfBounds { secs, maximum_secs }.into())
            }
        };
        self.keep(changed.pauses);
        sdk::emit(
            self.vm(),
            Tripped {
                group: group.number(),
                by,
                reason: reason.0,
                from: changed.from as u8,
                to: changed.to as u8,
                previous_until: changed.previous_until,
                until: changed.until,
            },
        );
        Ok(())
    }

    /// Lifts a group's own pause: it ends now, and the ramp begins. Without a ramp the group runs as before.
    ///
    /// # Errors
    /// [`NotPaused`].
    ///
    /// # Events
    /// [`Unpaused`].
    pub fn unpause(&mut self, by: &impl Decides, group: Group, bounds: Bounds) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let changed = self.stored().lift(group, bounds, now).ok_or(NotPaused {
            group: group.number(),
        })?;
        self.keep(changed.pauses);
        sdk::emit(
            self.vm(),
            Unpaused {
                group: group.number(),
                by: by.decider(),
                previous_until: changed.previous_until,
            },
        );
        Ok(())
    }

    /// The first second at which the group is not paused, by itself or with everything; zero if it never was. After it may come the ramp.
    pub fn until(&self, group: Group) -> u64 {
        self.stored().until(group)
    }

    /// What the group is now: the stricter of its own pause and that of everything.
    pub fn state(&self, group: Group, bounds: Bounds) -> State {
        self.stored().state(group, bounds, self.vm().block_timestamp())
    }

    /// The group's own pause, which holds or has ended.
    pub fn own(&self, group: Group) -> pause::Pause {
        self.stored().own(group)
    }

    /// The pauses with this one, which is not kept yet.
    // In place, as most contracts pause in one way.
    #[inline(always)]
    fn tightened(
        &self,
        group: Group,
        rung: Rung,
        secs: u64,
        bounds: Bounds,
        now: u64,
    ) -> Result<Changed, GuardError> {
        self.stored()
            .pause(group, rung, secs, bounds, now)
            .map_err(|refused| match refused {
                PauseRefused::OutOfBounds { secs, maximum_secs } => {
                    GuardError::from(PauseOutOfBounds { secs, maximum_secs })
                }
                PauseRefused::NotTightened {
                    state,
                    until,
                    requested_until,
                } => PauseNotTightened {
                    group: group.number(),
                    state: state as u8,
                    until,
                    requested_state: State::from(rung) as u8,
                    requested_until,
                }
                .into(),
            })
    }

    // In place for the same reason.
    #[inline(always)]
    fn restricted(&mut self, group: Group, changed: Changed, by: Address, role: Role) {
        self.keep(changed.pauses);
        sdk::emit(
            self.vm(),
            Restricted {
                group: group.number(),
                by,
                role: role as u8,
                from: changed.from as u8,
                to: changed.to as u8,
                previous_until: changed.previous_until,
                until: changed.until,
            },
        );
    }

    fn stored(&self) -> Pauses {
        Pauses::from_word(self.pauses.get())
    }

    fn keep(&mut self, pauses: Pauses) {
        let word: U256 = pauses.to_word();
        self.pauses.set(word);
    }
}
