//! What is remembered of an account.

use super::terms::LONGEST_OPEN_AFTER_SECS;
use crate::fields::Fields;
use crate::recorder::RecordSecs;
use crate::time::LATEST;
use alloy_primitives::U256;

/// An account's word: the opening in which it was paid, and whether it tripped the breaker. Zero for one that did neither.
///
/// ```text
///  255   104 103        64 63             0
/// ┌─────────┬─────────────┬───────────────┐
/// │ zero    │ late_until  │ paid_in       │
/// └─────────┴─────────────┴───────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaver {
    /// The number of the opening in which it was paid last; zero when it never was.
    pub(super) paid_in: u64,
    pub(super) late_until: u64,
}

impl Leaver {
    /// The account tripped a breaker that records trips for `record`: it is paid last of every opening in the longest time after which one may
    /// come, and `record` beyond. A trip's own record would be over before the exit that it caused.
    #[must_use]
    pub fn marked_late(self, record: RecordSecs, now: u64) -> Self {
        let until = now
            .saturating_add(LONGEST_OPEN_AFTER_SECS)
            .saturating_add(record.get())
            .min(LATEST);
        Self {
            late_until: self.late_until.max(until),
            ..self
        }
    }

    /// It is paid last of an opening before this second; zero when it never tripped a breaker.
    pub fn late_until(&self) -> u64 {
        self.late_until
    }

    /// The number of the opening in which it was paid last; zero when it never was.
    pub fn paid_in(&self) -> u64 {
        self.paid_in
    }

    /// The account in a stored word.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        Self {
            paid_in: fields.take(64),
            late_until: fields.take(40),
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.paid_in, 64)
            .put(self.late_until, 40)
            .word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    #[test]
    fn a_mark_outlives_the_longest_wait_and_is_never_shortened() {
        let day = RecordSecs::new(DAY).unwrap();
        let month = RecordSecs::new(30 * DAY).unwrap();
        let leaver = Leaver::from_word(U256::ZERO).marked_late(month, 1_000);
        assert_eq!(leaver.late_until(), 1_000 + 60 * DAY);
        assert_eq!(leaver.marked_late(day, 2_000).late_until(), 1_000 + 60 * DAY);
        assert_eq!(leaver.marked_late(month, 2_000).late_until(), 2_000 + 60 * DAY);
        let end = leaver.marked_late(day, u64::MAX);
        assert_eq!(Leaver::from_word(end.to_word()), end);
    }

    #[test]
    fn its_word_holds_both() {
        let leaver = Leaver {
            paid_in: 7,
            late_until: 9,
        };
        assert_eq!(leaver.to_word(), U256::from(7) | U256::from(9) << 64usize);
        assert_eq!(Leaver::from_word(leaver.to_word()), leaver);
        assert_eq!((leaver.paid_in(), leaver.late_until()), (7, 9));
    }
}
