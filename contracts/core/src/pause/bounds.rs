//! What a pause covers, and what a contract says about its pauses once and for all.

use crate::breaker::{Ladder, ALL_BPS};

/// How many groups there are beside everything.
pub const GROUPS: u8 = 5;

/// The longest maximum that can be set: 30 days.
pub const LONGEST_MAXIMUM_SECS: u64 = 30 * 24 * 60 * 60;

/// The longest ramp: 30 days.
pub const LONGEST_RAMP_SECS: u64 = 30 * 24 * 60 * 60;

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

/// A contract's constants: the longest pause that may be asked for, what the rungs let through, and how long the way back takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    maximum_secs: u64,
    ladder: Ladder,
}

impl Bounds {
    /// A ladder for a contract that knows no reason for another: the longest pause 30 days; throttled to a quarter, withdrawals in reduce-only to a
    /// twentieth, and a day from a quarter back to all.
    pub const USUAL: Self = match Self::new(LONGEST_MAXIMUM_SECS) {
        Some(bounds) => match bounds.with_ladder(2_500, 500, 24 * 60 * 60) {
            Some(bounds) => bounds,
            None => unreachable!(),
        },
        None => unreachable!(),
    };

    /// Those of a contract that only freezes: no ramp, and on the milder rungs nothing passes either but what
    /// reduces the caller's own risk. None when the maximum is zero or longer than [`LONGEST_MAXIMUM_SECS`].
    pub const fn new(maximum_secs: u64) -> Option<Self> {
        if maximum_secs >= 1 && maximum_secs <= LONGEST_MAXIMUM_SECS {
            Some(Self {
                maximum_secs,
                ladder: Ladder {
                    throttle_bps: 0,
                    exit_bps: 0,
                    ramp_secs: 0,
                },
            })
        } else {
            None
        }
    }

    /// The same with a ladder: calls pass at `throttle_bps` of their limits when throttled, withdrawals at `exit_bps` when only
    /// risk may be reduced, and after a pause the share widens evenly from the throttle to all in `ramp_secs`; zero is no ramp.
    ///
    /// None when a share could not act (a throttle not within `1..=9_999`, an exit not within `1..=throttle_bps`) or the ramp is longer than
    /// [`LONGEST_RAMP_SECS`].
    pub const fn with_ladder(self, throttle_bps: u16, exit_bps: u16, ramp_secs: u64) -> Option<Self> {
        if throttle_bps < ALL_BPS
            && 1 <= exit_bps
            && exit_bps <= throttle_bps
            && ramp_secs <= LONGEST_RAMP_SECS
        {
            Some(Self {
                ladder: Ladder {
                    throttle_bps,
                    exit_bps,
                    ramp_secs,
                },
                ..self
            })
        } else {
            None
        }
    }

    /// The longest pause, inclusive.
    pub const fn maximum_secs(self) -> u64 {
        self.maximum_secs
    }

    /// The share at which calls pass when throttled, in hundredths of a per cent; zero where they do not.
    pub const fn throttle_bps(self) -> u16 {
        self.ladder.throttle_bps
    }

    /// The share at which withdrawals pass when only risk may be reduced; zero where they do not.
    pub const fn exit_bps(self) -> u16 {
        self.ladder.exit_bps
    }

    /// How long the way back from a pause takes.
    pub const fn ramp_secs(self) -> u64 {
        self.ladder.ramp_secs
    }

    pub(super) const fn ladder(self) -> Ladder {
        self.ladder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

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
    fn a_share_that_cannot_act_and_a_ramp_that_does_not_end_are_refused() {
        let freezing = Bounds::new(DAY).unwrap();
        let ladder = |throttle, exit, ramp| freezing.with_ladder(throttle, exit, ramp);
        for refused in [
            ladder(10_000, 1, 0),
            ladder(0, 0, 0),
            ladder(100, 0, 0),
            ladder(100, 101, 0),
            ladder(100, 100, 30 * DAY + 1),
        ] {
            assert_eq!(refused, None);
        }
        for (throttle, exit, ramp) in [(9_999, 9_999, 30 * DAY), (1, 1, 0), (100, 1, 1)] {
            let bounds = ladder(throttle, exit, ramp).unwrap();
            assert_eq!(
                (bounds.maximum_secs(), bounds.throttle_bps(), bounds.exit_bps()),
                (DAY, throttle, exit)
            );
            assert_eq!(bounds.ramp_secs(), ramp);
        }
        assert_eq!(
            (freezing.throttle_bps(), freezing.exit_bps(), freezing.ramp_secs()),
            (0, 0, 0)
        );
    }

    #[test]
    fn there_are_five_groups() {
        assert_eq!(Group::new(6), None);
        assert_eq!(Group::new(5).unwrap().number(), 5);
    }
}
