//! How long it was frozen, less how long it ran.

use super::terms::{Terms, LONGEST_OPEN_AFTER_SECS};
use crate::fields::Fields;
use crate::time::LATEST;
use alloy_primitives::U256;

/// A freeze, as far as a breaker's or a pause's word tells: from its beginning on, and no longer at its end.
///
/// It holds now, or held some time ago; none begins in the future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freeze {
    from: u64,
    until: u64,
}

impl Freeze {
    /// There was none.
    pub const NONE: Self = Self { from: 0, until: 0 };

    /// From `from` on and no longer at `until`.
    pub const fn between(from: u64, until: u64) -> Self {
        Self { from, until }
    }

    /// Up to `until`, exclusive, with a beginning that nobody knows: it counts from when the clock is told, not before.
    pub const fn until(until: u64) -> Self {
        Self {
            from: u64::MAX,
            until,
        }
    }

    /// Whether it holds at `now`.
    pub fn holds(self, now: u64) -> bool {
        now < self.until
    }

    /// Of two freezes of the same thing, what to tell at `now`: both together when both hold, else the one that does, else the one that ended
    /// last.
    #[must_use]
    pub fn or(self, other: Self, now: u64) -> Self {
        match (self.holds(now), other.holds(now)) {
            // Both hold now, so there is no gap between them.
            (true, true) => Self {
                from: self.from.min(other.from),
                until: self.until.max(other.until),
            },
            (true, false) => self,
            (false, true) => other,
            (false, false) if self.until >= other.until => self,
            (false, false) => other,
        }
    }
}

/// How long it was frozen, less how long it ran. The word of zero is a clock that was never told anything, and stands at zero.
///
/// ```text
///  255   102 101        80 79           40 39            0
/// ┌─────────┬─────────────┬───────────────┬──────────────┐
/// │ zero    │ frozen_secs │ frozen_until  │ told_at      │
/// └─────────┴─────────────┴───────────────┴──────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrozenClock {
    /// Where it stood at `told_at`: at most [`LONGEST_OPEN_AFTER_SECS`].
    frozen_secs: u64,
    /// The end of the freeze that held at `told_at`; zero when none did.
    frozen_until: u64,
    told_at: u64,
}

impl FrozenClock {
    /// One that was never told anything.
    pub const NEW: Self = Self {
        frozen_secs: 0,
        frozen_until: 0,
        told_at: 0,
    };

    /// Tells it what is frozen: after each change of that, and by anyone at any time.
    ///
    /// Since it was last told, what was frozen is what it knew of then, up to its end; and what it is told now, from its beginning. All else ran. A
    /// time that went back stands still.
    #[must_use]
    pub fn observe(self, freeze: Freeze, now: u64) -> Self {
        let now = now.min(LATEST).max(self.told_at);
        // In order: what was known, a gap that ran, what is told, what ran after that. Each end is held between the one before it and now.
        let known = self.frozen_until.min(now).max(self.told_at);
        let from = freeze.from.min(now).max(known);
        let until = freeze.until.min(now).max(from);
        // Invariant: each difference is of a later time and an earlier one, and all are below 2^40.
        let frozen_secs = froze(self.frozen_secs, known - self.told_at);
        let frozen_secs = ran(frozen_secs, from - known);
        let frozen_secs = froze(frozen_secs, until - from);
        let frozen_secs = ran(frozen_secs, now - until);
        Self {
            frozen_secs,
            frozen_until: if freeze.holds(now) {
                freeze.until.min(LATEST)
            } else {
                0
            },
            told_at: now,
        }
    }

    /// Where it stands at `now`, as far as it was told.
    pub fn frozen_secs(&self, now: u64) -> u64 {
        self.observe(Freeze::NONE, now).frozen_secs
    }

    /// The first second at which the exit may be opened if the freeze goes on, `now` when that is already so; none when the clock knows of
    /// no freeze that holds.
    pub fn opens_at(&self, terms: &Terms, now: u64) -> Option<u64> {
        let missing_secs = terms.open_after_secs().saturating_sub(self.frozen_secs(now));
        (now < self.frozen_until).then(|| now.saturating_add(missing_secs))
    }

    /// The first second at which it stands at zero and nothing is frozen, if it is not frozen again.
    pub fn drained_at(&self, now: u64) -> u64 {
        let end = self.frozen_until.max(now);
        end.saturating_add(self.frozen_secs(end))
    }

    /// The end of the freeze that held when it was last told; zero when none did.
    pub fn frozen_until(&self) -> u64 {
        self.frozen_until
    }

    /// When it was last told.
    pub fn told_at(&self) -> u64 {
        self.told_at
    }

    /// The clock in a stored word.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        let told_at = fields.take(40);
        let frozen_until = fields.take(40);
        Self {
            frozen_secs: fields.take(22).min(LONGEST_OPEN_AFTER_SECS),
            frozen_until,
            told_at,
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.told_at, 40)
            .put(self.frozen_until, 40)
            .put(self.frozen_secs, 22)
            .word()
    }
}

fn froze(frozen_secs: u64, secs: u64) -> u64 {
    frozen_secs.saturating_add(secs).min(LONGEST_OPEN_AFTER_SECS)
}

fn ran(frozen_secs: u64, secs: u64) -> u64 {
    frozen_secs.saturating_sub(secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;
    const NOW: u64 = 1_700_000_000;

    /// Told at [`NOW`] that it is frozen for a day.
    fn a_day() -> FrozenClock {
        FrozenClock::NEW.observe(Freeze::until(NOW + DAY), NOW)
    }

    #[test]
    fn it_counts_up_while_frozen_and_down_while_it_runs_with_nobody_calling() {
        let clock = a_day();
        for (now, secs) in [
            (0, 0),
            (NOW, 0),
            (NOW + 1, 1),
            (NOW + DAY - 1, DAY - 1),
            (NOW + DAY, DAY),
            (NOW + DAY + 1, DAY - 1),
            (NOW + 2 * DAY - 1, 1),
            (NOW + 2 * DAY, 0),
            (NOW + 2 * DAY + 1, 0),
            (u64::MAX, 0),
        ] {
            assert_eq!(clock.frozen_secs(now), secs, "{now}");
            // And the same when somebody does.
            let seen = Freeze::between(NOW, NOW + DAY);
            assert_eq!(clock.observe(seen, now).frozen_secs(now), secs, "{now}");
        }
    }

    #[test]
    fn a_freeze_of_which_nobody_told_counts_from_its_beginning_to_its_end() {
        let clock = FrozenClock::NEW.observe(Freeze::NONE, NOW);
        let freeze = Freeze::between(NOW + 100, NOW + 400);
        for (now, secs) in [(100, 0), (101, 1), (399, 299), (400, 300), (450, 250)] {
            assert_eq!(
                clock.observe(freeze, NOW + now).frozen_secs(NOW + now),
                secs,
                "{now}"
            );
        }
    }

    #[test]
    fn a_beginning_that_nobody_knows_is_when_it_is_told() {
        let clock = FrozenClock::NEW.observe(Freeze::NONE, NOW);
        let told = clock.observe(Freeze::until(NOW + DAY), NOW + 100);
        assert_eq!(told.frozen_secs(NOW + 100), 0);
        assert_eq!(told.frozen_secs(NOW + 101), 1);
        // What it was told before counts nevertheless.
        let again = told.observe(Freeze::until(NOW + 2 * DAY), NOW + 200);
        assert_eq!(again.frozen_secs(NOW + 200), 100);
    }

    #[test]
    fn what_was_known_and_what_is_told_count_once_and_the_gap_between_them_ran() {
        let clock = a_day();
        let later = Freeze::between(NOW + DAY + 100, NOW + 5 * DAY);
        let now = NOW + 2 * DAY;
        assert_eq!(
            clock.observe(later, now).frozen_secs(now),
            DAY - 100 + (DAY - 100)
        );
        let overlapping = Freeze::between(NOW + 100, NOW + 5 * DAY);
        assert_eq!(clock.observe(overlapping, now).frozen_secs(now), 2 * DAY);
        let before = Freeze::between(NOW - DAY, NOW + 5 * DAY);
        assert_eq!(clock.observe(before, now).frozen_secs(now), 2 * DAY);
    }

    #[test]
    fn a_lift_that_is_told_ends_the_freeze_and_one_that_is_not_told_does_not() {
        let now = NOW + 100;
        let lifted = a_day().observe(Freeze::NONE, now);
        assert_eq!(lifted.frozen_until(), 0);
        assert_eq!(lifted.frozen_secs(now + 60), 40);
        // Nobody told of the lift at `now`; a minute later somebody tells of a new freeze.
        let untold = a_day().observe(Freeze::between(now + 60, NOW + DAY), now + 60);
        assert_eq!(untold.frozen_secs(now + 60), 160);
    }

    #[test]
    fn it_stops_at_thirty_days() {
        let clock = FrozenClock::NEW.observe(Freeze::until(NOW + 90 * DAY), NOW);
        assert_eq!(clock.frozen_secs(NOW + 30 * DAY - 1), 30 * DAY - 1);
        assert_eq!(clock.frozen_secs(NOW + 31 * DAY), 30 * DAY);
        assert_eq!(clock.frozen_secs(NOW + 90 * DAY + 1), 30 * DAY - 1);
        assert_eq!(clock.drained_at(NOW + 31 * DAY), NOW + 120 * DAY);
    }

    #[test]
    fn a_time_that_goes_back_stands_still() {
        let clock = a_day().observe(Freeze::until(NOW + DAY), NOW + 100);
        assert_eq!(clock.frozen_secs(NOW + 50), 100);
        let back = clock.observe(Freeze::NONE, NOW + 50);
        assert_eq!((back.told_at(), back.frozen_secs(NOW + 130)), (NOW + 100, 70));
    }

    #[test]
    fn when_it_opens_is_counted_from_now_and_only_while_it_is_frozen() {
        let terms = Terms::new(DAY, 1).unwrap();
        let clock = a_day().observe(Freeze::until(NOW + 2 * DAY), NOW + 100);
        assert_eq!(clock.opens_at(&terms, NOW + 100), Some(NOW + DAY));
        assert_eq!(clock.opens_at(&terms, NOW + DAY - 1), Some(NOW + DAY));
        assert_eq!(clock.opens_at(&terms, NOW + DAY), Some(NOW + DAY));
        assert_eq!(clock.opens_at(&terms, NOW + 2 * DAY - 1), Some(NOW + 2 * DAY - 1));
        assert_eq!(clock.opens_at(&terms, NOW + 2 * DAY), None);
        assert_eq!(FrozenClock::NEW.opens_at(&terms, NOW), None);
    }

    #[test]
    fn it_is_drained_when_it_ran_as_long_as_it_was_frozen() {
        assert_eq!(FrozenClock::NEW.drained_at(NOW), NOW);
        let clock = a_day();
        for now in [NOW, NOW + DAY, NOW + 2 * DAY - 1, NOW + 2 * DAY] {
            assert_eq!(clock.drained_at(now), NOW + 2 * DAY, "{now}");
        }
        assert_eq!(clock.drained_at(NOW + 2 * DAY + 1), NOW + 2 * DAY + 1);
        // Frozen with a clock at zero is not drained.
        assert_eq!(a_day().frozen_secs(NOW), 0);
        assert!(a_day().drained_at(NOW) > NOW);
    }

    #[test]
    fn of_two_freezes_both_count_while_both_hold() {
        let short = Freeze::between(NOW - 50, NOW + 10);
        let long = Freeze::until(NOW + 100);
        let both = Freeze::between(NOW - 50, NOW + 100);
        for (one, other) in [(short, long), (long, short)] {
            assert_eq!(one.or(other, NOW + 9), both);
            assert_eq!(one.or(other, NOW + 10), long);
            assert_eq!(one.or(other, NOW + 100), long, "the one that ended last");
        }
        assert_eq!(Freeze::NONE.or(Freeze::NONE, NOW), Freeze::NONE);
    }

    #[test]
    fn its_word_holds_all_three() {
        let clock = a_day().observe(Freeze::until(NOW + DAY), NOW + 77);
        let word = clock.to_word();
        let expected = U256::from(NOW + 77) | U256::from(NOW + DAY) << 40usize | U256::from(77u64) << 80usize;
        assert_eq!(word, expected);
        assert_eq!(FrozenClock::from_word(word), clock);
        assert_eq!(FrozenClock::from_word(U256::ZERO), FrozenClock::NEW);
        assert_eq!(FrozenClock::from_word(U256::MAX).frozen_secs(0), 30 * DAY);
    }

    #[test]
    fn at_the_end_of_time_it_stands_still() {
        let clock = FrozenClock::NEW.observe(Freeze::until(u64::MAX), u64::MAX);
        assert_eq!(FrozenClock::from_word(clock.to_word()), clock);
        assert_eq!(clock.frozen_secs(u64::MAX), 0);
    }
}
