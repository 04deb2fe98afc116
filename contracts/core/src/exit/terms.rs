//! When the exit opens, and when those who tripped the breaker are paid.

use crate::fields::Fields;
use alloy_primitives::U256;

/// The shortest time frozen after which the exit may open: a day. What people can meet within a day is not an emergency of this kind.
pub const SHORTEST_OPEN_AFTER_SECS: u64 = 24 * 60 * 60;

/// The longest: 30 days. It is also where the clock stops.
pub const LONGEST_OPEN_AFTER_SECS: u64 = 30 * 24 * 60 * 60;

/// The longest that who tripped the breaker waits beyond the opening: 30 days.
pub const LONGEST_LATE_SECS: u64 = 30 * 24 * 60 * 60;

/// When the exit opens. The word of zero is none.
///
/// ```text
///  255    44 43        22 21               0
/// ┌─────────┬────────────┬─────────────────┐
/// │ zero    │ late_secs  │ open_after_secs │
/// └─────────┴────────────┴─────────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    open_after_secs: u64,
    late_secs: u64,
}

/// Why terms are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidTerms {
    /// The time frozen is not within `SHORTEST_OPEN_AFTER_SECS..=LONGEST_OPEN_AFTER_SECS`.
    OpenAfterOutOfBounds {
        /// The time asked for.
        open_after_secs: u64,
    },
    /// What who tripped the breaker waits is not within `1..=LONGEST_LATE_SECS`.
    LateOutOfBounds {
        /// The time asked for.
        late_secs: u64,
    },
}

impl Terms {
    /// An exit that opens when the clock stands at `open_after_secs`, and pays who tripped the breaker `late_secs` after it was opened.
    ///
    /// # Errors
    /// [`InvalidTerms`].
    pub fn new(open_after_secs: u64, late_secs: u64) -> Result<Self, InvalidTerms> {
        if !(SHORTEST_OPEN_AFTER_SECS..=LONGEST_OPEN_AFTER_SECS).contains(&open_after_secs) {
            return Err(InvalidTerms::OpenAfterOutOfBounds { open_after_secs });
        }
        if !(1..=LONGEST_LATE_SECS).contains(&late_secs) {
            return Err(InvalidTerms::LateOutOfBounds { late_secs });
        }
        Ok(Self {
            open_after_secs,
            late_secs,
        })
    }

    /// The terms in a stored word, or none when none were stored.
    pub fn from_word(word: U256) -> Option<Self> {
        let mut fields = Fields::of(word);
        Self::new(fields.take(22), fields.take(22)).ok()
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.open_after_secs, 22)
            .put(self.late_secs, 22)
            .word()
    }

    /// Where the clock must stand for the exit to open.
    pub fn open_after_secs(&self) -> u64 {
        self.open_after_secs
    }

    /// How long after the opening those who tripped the breaker are paid.
    pub fn late_secs(&self) -> u64 {
        self.late_secs
    }

    /// Whether users are worse off than under `other`: their way out opens later, or who tripped the breaker is paid sooner.
    pub fn is_looser_than(&self, other: &Self) -> bool {
        self.open_after_secs > other.open_after_secs || self.late_secs < other.late_secs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    #[test]
    fn both_bounds_are_inclusive() {
        for (open_after_secs, late_secs) in [(DAY, 1), (30 * DAY, 30 * DAY)] {
            let terms = Terms::new(open_after_secs, late_secs).unwrap();
            assert_eq!(
                (terms.open_after_secs(), terms.late_secs()),
                (open_after_secs, late_secs)
            );
        }
        for open_after_secs in [0, DAY - 1, 30 * DAY + 1, u64::MAX] {
            assert_eq!(
                Terms::new(open_after_secs, 1),
                Err(InvalidTerms::OpenAfterOutOfBounds { open_after_secs })
            );
        }
        for late_secs in [0, 30 * DAY + 1, u64::MAX] {
            assert_eq!(
                Terms::new(DAY, late_secs),
                Err(InvalidTerms::LateOutOfBounds { late_secs })
            );
        }
    }

    #[test]
    fn looser_is_a_later_way_out_or_an_earlier_one_for_who_tripped() {
        let terms = Terms::new(7 * DAY, 2 * DAY).unwrap();
        for (open_after_secs, late_secs, looser) in [
            (7 * DAY, 2 * DAY, false),
            (7 * DAY - 1, 2 * DAY, false),
            (7 * DAY + 1, 2 * DAY, true),
            (7 * DAY, 2 * DAY + 1, false),
            (7 * DAY, 2 * DAY - 1, true),
            (7 * DAY - 1, 2 * DAY - 1, true),
            (7 * DAY + 1, 2 * DAY + 1, true),
        ] {
            let to = Terms::new(open_after_secs, late_secs).unwrap();
            assert_eq!(to.is_looser_than(&terms), looser, "{to:?}");
        }
    }

    #[test]
    fn a_word_holds_both_and_zero_is_none() {
        assert_eq!(Terms::from_word(U256::ZERO), None);
        let terms = Terms::new(30 * DAY, 29 * DAY).unwrap();
        assert_eq!(
            terms.to_word(),
            U256::from(30 * DAY) | U256::from(29 * DAY) << 22usize
        );
        assert_eq!(Terms::from_word(terms.to_word()), Some(terms));
    }
}
