//! Pauses that end by themselves, for everything and for groups of functions.
//!
//! # Design
//! - One word in storage, so that a guarded function pays one read. [`portcullis_core::pause`] draws it.
//! - Pausing is a tightening and takes the guardian's right; lifting loosens and takes the governor's.
//! - The contract says how its functions are grouped and what the longest pause is, in constants: they cannot be changed in an attack.
//!
//! # Trust assumptions
//! - The guardian pauses when it should. What happens when nobody does is bounded by [`crate::rate_limiter`].
//!
//! # The attack
//! A guardian's key that was stolen, or a guardian that is gone, must not freeze the contract for ever: every pause ends.

// The storage macro names both.
use crate::{
    authority::{Governor, Guardian},
    errors, events, sdk, GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis_core::pause::{self, Bounds, Group, PauseRefused, Pauses};
use stylus_sdk::{prelude::*, storage::StorageU256};

events! {
    /// A group of functions was paused up to `until`, or its pause made longer. Group 0 is everything.
    Paused(group: u8, by: Address; previous_until: u64, until: u64);
    /// A group's pause was lifted before its end.
    Unpaused(group: u8, by: Address; previous_until: u64);
}

errors! {
    /// The function is paused and runs again at `until`. The group is the one whose pause ends last, 0 for everything.
    GroupPaused(group: u8, until: u64);
    /// There is no such group.
    UnknownPauseGroup(group: u8);
    /// The time is zero or longer than the maximum.
    PauseOutOfBounds(secs: u64, maximum_secs: u64);
    /// The pause would not end later than the one that holds.
    PauseNotExtended(group: u8, until: u64, requested_until: u64);
    /// The group has no pause of its own that could be lifted.
    NotPaused(group: u8);
}

/// The ends of all pauses.
#[storage]
pub struct PauseGuard {
    pauses: StorageU256,
}

/// The group of this number, in a contract that uses the groups up to `last`: a pause of another would stop nothing.
///
/// # Errors
/// [`UnknownPauseGroup`].
pub fn group(number: u8, last: Group) -> Result<Group, GuardError> {
    Group::new(number)
        .filter(|_| number <= last.number())
        .ok_or_else(|| UnknownPauseGroup { group: number }.into())
}

impl PauseGuard {
    /// Requires that the group is not paused.
    ///
    /// # Errors
    /// [`GroupPaused`].
    pub fn check(&self, group: Group) -> Result<(), GuardError> {
        self.stored()
            .check(group, self.vm().block_timestamp())
            .map_err(|pause::Paused { group, until }| {
                GroupPaused {
                    group: group.number(),
                    until,
                }
                .into()
            })
    }

    /// Pauses a group for `secs` from now, or makes its pause longer.
    ///
    /// # Errors
    /// [`PauseOutOfBounds`], [`PauseNotExtended`].
    ///
    /// # Events
    /// [`Paused`].
    pub fn pause(
        &mut self,
        by: &Guardian,
        group: Group,
        secs: u64,
        bounds: Bounds,
    ) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let changed = self
            .stored()
            .pause(group, secs, bounds, now)
            .map_err(|refused| match refused {
                PauseRefused::OutOfBounds { secs, maximum_secs } => {
                    GuardError::from(PauseOutOfBounds { secs, maximum_secs })
                }
                PauseRefused::NotExtended {
                    until,
                    requested_until,
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

    /// Lifts a group's own pause.
    ///
    /// # Errors
    /// [`NotPaused`].
    ///
    /// # Events
    /// [`Unpaused`].
    pub fn unpause(&mut self, by: &Governor, group: Group) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let changed = self.stored().unpause(group, now).ok_or(NotPaused {
            group: group.number(),
        })?;
        self.keep(changed.pauses);
        sdk::emit(
            self.vm(),
            Unpaused {
                group: group.number(),
                by: by.address(),
                previous_until: changed.previous_until,
            },
        );
        Ok(())
    }

    /// The first second at which the group is not paused, by itself or with everything; zero if it never was.
    pub fn until(&self, group: Group) -> u64 {
        self.stored().until(group)
    }

    fn stored(&self) -> Pauses {
        Pauses::from_word(self.pauses.get())
    }

    fn keep(&mut self, pauses: Pauses) {
        let word: U256 = pauses.to_word();
        self.pauses.set(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        abi::Event,
        fixture::{chain_at, logs},
    };
    use stylus_sdk::testing::TestVM;

    const BOUNDS: Bounds = match Bounds::new(100) {
        Some(bounds) => bounds,
        None => panic!(),
    };

    fn guard() -> (TestVM, PauseGuard, Guardian, Governor) {
        let (test, governor, guardian) = chain_at(1_000);
        (test.clone(), PauseGuard::from(&test), guardian, governor)
    }

    #[test]
    fn a_pause_holds_for_its_group_and_ends_by_itself() {
        let (test, mut guard, guardian, _) = guard();
        let (deposits, withdrawals) = (Group::new(1).unwrap(), Group::new(2).unwrap());
        guard.pause(&guardian, withdrawals, 60, BOUNDS).unwrap();
        assert_eq!(
            guard.check(withdrawals),
            Err(GroupPaused {
                group: 2,
                until: 1_060
            }
            .into())
        );
        assert_eq!(guard.check(deposits), Ok(()));
        assert_eq!(guard.until(withdrawals), 1_060);
        test.set_block_timestamp(1_060);
        assert_eq!(guard.check(withdrawals), Ok(()));
    }

    #[test]
    fn every_change_is_told_with_its_old_and_new_end() {
        let (test, mut guard, guardian, governor) = guard();
        guard.pause(&guardian, Group::ALL, 60, BOUNDS).unwrap();
        guard.pause(&guardian, Group::ALL, 100, BOUNDS).unwrap();
        guard.unpause(&governor, Group::ALL).unwrap();
        let logs = logs(&test);
        let extended = Paused {
            group: 0,
            by: guardian.address(),
            previous_until: 1_060,
            until: 1_100,
        };
        let lifted = Unpaused {
            group: 0,
            by: governor.address(),
            previous_until: 1_100,
        };
        assert_eq!(logs[logs.len() - 2..], [extended.encode(), lifted.encode()]);
        assert_eq!(guard.check(Group::ALL), Ok(()));
    }

    #[test]
    fn refusals_carry_their_numbers_and_change_nothing() {
        let (test, mut guard, guardian, governor) = guard();
        let last = Group::new(2).unwrap();
        assert_eq!(group(2, last), Ok(last));
        assert_eq!(group(3, last), Err(UnknownPauseGroup { group: 3 }.into()));
        assert_eq!(
            group(6, Group::new(5).unwrap()),
            Err(UnknownPauseGroup { group: 6 }.into())
        );
        assert_eq!(
            guard.pause(&guardian, Group::ALL, 101, BOUNDS),
            Err(PauseOutOfBounds {
                secs: 101,
                maximum_secs: 100
            }
            .into())
        );
        assert_eq!(
            guard.unpause(&governor, Group::ALL),
            Err(NotPaused { group: 0 }.into())
        );
        guard.pause(&guardian, Group::ALL, 60, BOUNDS).unwrap();
        let before = test.snapshot().storage;
        assert_eq!(
            guard.pause(&guardian, Group::ALL, 60, BOUNDS),
            Err(PauseNotExtended {
                group: 0,
                until: 1_060,
                requested_until: 1_060
            }
            .into())
        );
        assert_eq!(test.snapshot().storage, before);
    }
}
