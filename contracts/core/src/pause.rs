//! Pauses that end by themselves, for everything and for groups of functions.
//!
//! # Design
//! - One word holds the end of every pause, so asking whether a function runs costs one read.
//! - A pause is a time at which it ends, never a flag: whoever set it may be gone, and it ends all the same.
//! - The end is the first second that is not paused: a pause of 1 at 100 holds at 100 and not at 101.
//! - A pause can be made to end later, at most [`Bounds::maximum_secs`] from the moment of asking, and never sooner
//!   by pausing: that is what [`Pauses::unpause`] is for, which is another power.
//! - One group's pause stands in no other's way. A group is paused while its own pause or that of everything holds, whichever is longer.

use crate::wide::{shl, shr};
use alloy_primitives::U256;

/// How many groups there are beside everything.
pub const GROUPS: u8 = 5;

/// The longest maximum that can be set: 30 days.
pub const LONGEST_MAXIMUM_SECS: u64 = 30 * 24 * 60 * 60;

/// The latest end that five bytes hold.
const LATEST: u64 = (1 << 40) - 1;

/// What a pause covers: everything (0), or one of the groups 1 to [`GROUPS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group(u8);

impl Group {
    /// Everything.
    pub const ALL: Self = Self(0);

    /// The group of this number, or none when there is no such group.
    pub const fn new(number: u8) -> Option<Self> {
        if number <= GROUPS {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The group's number.
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// The longest pause that may be asked for, itself within `1..=LONGEST_MAXIMUM_SECS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    maximum_secs: u64,
}

impl Bounds {
    /// Bounds with this maximum, or none when it is zero or longer than [`LONGEST_MAXIMUM_SECS`].
    pub const fn new(maximum_secs: u64) -> Option<Self> {
        if maximum_secs >= 1 && maximum_secs <= LONGEST_MAXIMUM_SECS {
            Some(Self { maximum_secs })
        } else {
            None
        }
    }

    /// The longest pause, inclusive.
    pub const fn maximum_secs(self) -> u64 {
        self.maximum_secs
    }
}

/// When each pause ends, in seconds; zero where there never was one.
///
/// One word:
///
/// ```text
///  255    240 239    200 199    160 159    120 119     80 79      40 39       0
/// ┌──────────┬──────────┬──────────┬──────────┬──────────┬──────────┬──────────┐
/// │ zero     │ group 5  │ group 4  │ group 3  │ group 2  │ group 1  │ all      │
/// └──────────┴──────────┴──────────┴──────────┴──────────┴──────────┴──────────┘
/// ```
/// 40 bits of seconds reach the year 36,812.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses(U256);

/// A function that may not run now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paused {
    /// The group whose pause ends last: its own or [`Group::ALL`].
    pub group: Group,
    /// The first second at which it runs again.
    pub until: u64,
}

/// Why a pause is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseRefused {
    /// The time is zero or longer than the maximum.
    OutOfBounds {
        /// The time asked for.
        secs: u64,
        /// The longest that may be asked for.
        maximum_secs: u64,
    },
    /// It would not end later than the pause that holds.
    NotExtended {
        /// When that ends.
        until: u64,
        /// When the one asked for would.
        requested_until: u64,
    },
}

/// A pause that was set or lifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The word from now on.
    pub pauses: Pauses,
    /// When the group's pause was to end before.
    pub previous_until: u64,
    /// When it ends now; zero when it was lifted.
    pub until: u64,
}

impl Pauses {
    /// The pauses in a stored word.
    pub const fn from_word(word: U256) -> Self {
        Self(word)
    }

    /// The word to store.
    pub const fn to_word(self) -> U256 {
        self.0
    }

    /// When the group's own pause ends, or zero.
    pub fn own_until(self, group: Group) -> u64 {
        shr(self.0, first_bit(group)).into_limbs()[0] & LATEST
    }

    /// When the group runs again: the later of its own pause's end and that of everything.
    pub fn until(self, group: Group) -> u64 {
        self.own_until(group).max(self.own_until(Group::ALL))
    }

    /// Asks whether the group's functions run.
    ///
    /// # Errors
    /// [`Paused`] while `now` is before the end of a pause that covers the group.
    pub fn check(self, group: Group, now: u64) -> Result<(), Paused> {
        let until = self.until(group);
        if now >= until {
            return Ok(());
        }
        let group = if self.own_until(Group::ALL) == until {
            Group::ALL
        } else {
            group
        };
        Err(Paused { group, until })
    }

    /// Pauses a group for `secs` from now.
    ///
    /// # Errors
    /// [`PauseRefused`] when the time is out of bounds or the pause would not end later than the one that holds.
    pub fn pause(self, group: Group, secs: u64, bounds: Bounds, now: u64) -> Result<Changed, PauseRefused> {
        if secs == 0 || secs > bounds.maximum_secs {
            return Err(PauseRefused::OutOfBounds {
                secs,
                maximum_secs: bounds.maximum_secs,
            });
        }
        let previous_until = self.own_until(group);
        let until = now.saturating_add(secs).min(LATEST);
        if until <= previous_until {
            return Err(PauseRefused::NotExtended {
                until: previous_until,
                requested_until: until,
            });
        }
        Ok(self.with(group, until, previous_until))
    }

    /// Lifts the group's own pause, or none when none holds.
    pub fn unpause(self, group: Group, now: u64) -> Option<Changed> {
        let previous_until = self.own_until(group);
        (now < previous_until).then(|| self.with(group, 0, previous_until))
    }

    fn with(self, group: Group, until: u64, previous_until: u64) -> Changed {
        // What differs between the old end and the new one, moved to where they stand.
        let changed = shl(U256::from(previous_until ^ until), first_bit(group));
        Changed {
            pauses: Self(self.0 ^ changed),
            previous_until,
            until,
        }
    }
}

/// Where a group's 40 bits begin.
fn first_bit(group: Group) -> u8 {
    // Invariant: a group is at most 5.
    40 * group.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Pauses = Pauses(U256::ZERO);
    const DAY: u64 = 86_400;

    fn group(number: u8) -> Group {
        Group::new(number).unwrap()
    }

    fn bounds() -> Bounds {
        Bounds::new(7 * DAY).unwrap()
    }

    #[test]
    fn a_pause_holds_up_to_its_last_second_and_not_at_its_end() {
        let pauses = NONE.pause(group(1), 10, bounds(), 100).unwrap().pauses;
        assert_eq!(
            pauses.check(group(1), 100),
            Err(Paused {
                group: group(1),
                until: 110
            })
        );
        assert_eq!(
            pauses.check(group(1), 109),
            Err(Paused {
                group: group(1),
                until: 110
            })
        );
        assert_eq!(pauses.check(group(1), 110), Ok(()));
    }

    #[test]
    fn a_pause_of_one_group_stands_in_no_others_way() {
        let pauses = NONE.pause(group(2), 10, bounds(), 100).unwrap().pauses;
        for number in [1, 3, 4, 5] {
            assert_eq!(pauses.check(group(number), 100), Ok(()));
        }
        assert_eq!(pauses.check(Group::ALL, 100), Ok(()));
    }

    #[test]
    fn a_pause_of_everything_covers_every_group() {
        let pauses = NONE.pause(Group::ALL, 10, bounds(), 100).unwrap().pauses;
        for number in 0..=GROUPS {
            assert_eq!(
                pauses.check(group(number), 109),
                Err(Paused {
                    group: Group::ALL,
                    until: 110
                })
            );
            assert_eq!(pauses.check(group(number), 110), Ok(()));
        }
    }

    #[test]
    fn the_longer_of_the_two_pauses_counts() {
        let pauses = NONE.pause(Group::ALL, 10, bounds(), 100).unwrap().pauses;
        let pauses = pauses.pause(group(5), 20, bounds(), 100).unwrap().pauses;
        assert_eq!(
            pauses.check(group(5), 115),
            Err(Paused {
                group: group(5),
                until: 120
            })
        );
        assert_eq!(pauses.check(group(4), 115), Ok(()));
        assert_eq!(pauses.until(group(4)), 110);
    }

    #[test]
    fn a_time_of_zero_or_beyond_the_maximum_is_refused() {
        let refused = |secs| {
            Err(PauseRefused::OutOfBounds {
                secs,
                maximum_secs: 7 * DAY,
            })
        };
        assert_eq!(NONE.pause(group(1), 0, bounds(), 0), refused(0));
        assert_eq!(NONE.pause(group(1), 7 * DAY + 1, bounds(), 0), refused(604_801));
        assert_eq!(NONE.pause(group(1), 7 * DAY, bounds(), 0).unwrap().until, 604_800);
    }

    #[test]
    fn a_maximum_that_cannot_act_or_never_ends_is_refused() {
        assert_eq!(Bounds::new(0), None);
        assert_eq!(Bounds::new(LONGEST_MAXIMUM_SECS + 1), None);
        assert_eq!(
            Bounds::new(LONGEST_MAXIMUM_SECS).unwrap().maximum_secs(),
            2_592_000
        );
        assert_eq!(Bounds::new(1).unwrap().maximum_secs(), 1);
    }

    #[test]
    fn pausing_again_extends_and_never_shortens() {
        let pauses = NONE.pause(group(1), 100, bounds(), 0).unwrap().pauses;
        assert_eq!(
            pauses.pause(group(1), 50, bounds(), 50),
            Err(PauseRefused::NotExtended {
                until: 100,
                requested_until: 100
            })
        );
        let longer = pauses.pause(group(1), 51, bounds(), 50).unwrap();
        assert_eq!((longer.previous_until, longer.until), (100, 101));
    }

    #[test]
    fn a_first_pause_works_where_time_is_small() {
        let pauses = NONE.pause(group(1), 1, bounds(), 0).unwrap().pauses;
        assert_eq!(
            pauses.check(group(1), 0),
            Err(Paused {
                group: group(1),
                until: 1
            })
        );
        assert_eq!(pauses.check(group(1), 1), Ok(()));
    }

    #[test]
    fn unpausing_lifts_one_and_leaves_the_others() {
        let pauses = NONE.pause(group(1), 10, bounds(), 0).unwrap().pauses;
        let pauses = pauses.pause(group(2), 20, bounds(), 0).unwrap().pauses;
        let lifted = pauses.unpause(group(1), 5).unwrap();
        assert_eq!((lifted.previous_until, lifted.until), (10, 0));
        assert_eq!(lifted.pauses.check(group(1), 5), Ok(()));
        assert_eq!(lifted.pauses.until(group(2)), 20);
    }

    #[test]
    fn what_is_not_paused_cannot_be_unpaused() {
        assert_eq!(NONE.unpause(group(1), 0), None);
        let pauses = NONE.pause(group(1), 10, bounds(), 0).unwrap().pauses;
        assert_eq!(pauses.unpause(group(1), 10), None, "it has ended by itself");
        assert_eq!(
            pauses.unpause(Group::ALL, 5),
            None,
            "its own pause, not another's"
        );
    }

    #[test]
    fn there_are_five_groups() {
        assert_eq!(Group::new(6), None);
        assert_eq!(Group::new(5).unwrap().number(), 5);
    }

    #[test]
    fn the_far_future_fits_its_forty_bits() {
        let pauses = NONE.pause(group(1), DAY, bounds(), u64::MAX).unwrap().pauses;
        assert_eq!(pauses.own_until(group(1)), LATEST);
        assert_eq!(pauses.own_until(group(2)), 0);
    }
}
