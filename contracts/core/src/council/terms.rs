//! Who sits, how many have to approve, and since which change.

use crate::fields::Fields;
use alloy_primitives::{Address, U256};

/// The most members.
pub const MAX_MEMBERS: u64 = 32;

/// How many members there are and how many of them have to approve, in which epoch. The word of zero is a council that was
/// never named.
///
/// ```text
///  255    80 79     16 15          8 7       0
/// ┌─────────┬─────────┬─────────────┬─────────┐
/// │ zero    │ epoch   │ threshold   │ count   │
/// └─────────┴─────────┴─────────────┴─────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    count: u64,
    threshold: u64,
    epoch: u64,
}

/// Why terms are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidTerms {
    /// The number of members is not within `1..=MAX_MEMBERS`.
    CountOutOfBounds {
        /// The number asked for.
        count: u64,
    },
    /// The threshold is not within `1..=count`.
    ThresholdOutOfBounds {
        /// The threshold asked for.
        threshold: u64,
        /// The number of members.
        count: u64,
    },
}

impl Terms {
    /// The terms of a council that is named, in the epoch after those before it, or in the first.
    ///
    /// # Errors
    /// [`InvalidTerms`].
    pub fn after(before: Option<Self>, count: u64, threshold: u64) -> Result<Self, InvalidTerms> {
        let epoch = before.map_or(0, |before| before.epoch);
        // Invariant: nobody changes a council 2^64 times.
        Self::new(count, threshold, epoch.saturating_add(1))
    }

    /// How many members there are, 1 to [`MAX_MEMBERS`].
    pub fn count(self) -> u64 {
        self.count
    }

    /// How many of them have to approve, 1 to [`Terms::count`].
    pub fn threshold(self) -> u64 {
        self.threshold
    }

    /// How often the council was named, from 1 on.
    pub fn epoch(self) -> u64 {
        self.epoch
    }

    /// The terms in a stored word, or none when the council was never named.
    pub fn from_word(word: U256) -> Option<Self> {
        let mut fields = Fields::of(word);
        Self::new(fields.take(8), fields.take(8), fields.take(64)).ok()
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.count, 8)
            .put(self.threshold, 8)
            .put(self.epoch, 64)
            .word()
    }

    fn new(count: u64, threshold: u64, epoch: u64) -> Result<Self, InvalidTerms> {
        if !(1..=MAX_MEMBERS).contains(&count) {
            return Err(InvalidTerms::CountOutOfBounds { count });
        }
        if !(1..=count).contains(&threshold) {
            return Err(InvalidTerms::ThresholdOutOfBounds { threshold, count });
        }
        Ok(Self {
            count,
            threshold,
            epoch,
        })
    }
}

/// The place of the first member that is not above the one before it; the first member has to be above the zero address.
pub fn first_out_of_place(members: &[Address]) -> Option<usize> {
    let mut last = Address::ZERO;
    members
        .iter()
        .position(|member| *member <= core::mem::replace(&mut last, *member))
}

/// A member's seat: its place among the members of an epoch, and its bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat(u64);

impl Seat {
    /// The seat of this number, or none from [`MAX_MEMBERS`] on.
    pub fn new(number: u64) -> Option<Self> {
        (number < MAX_MEMBERS).then_some(Self(number))
    }

    /// The seat in a stored word, or none of who has none: the number and one.
    pub fn from_word(word: U256) -> Option<Self> {
        let [number, ..] = word.into_limbs();
        Self::new(number.checked_sub(1)?)
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        // Invariant: the number is below 32.
        U256::from_limbs([self.0 + 1, 0, 0, 0])
    }

    /// Its bit in a set of seats.
    pub(super) fn bit(self) -> u64 {
        1 << self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(bytes: &[u8]) -> Vec<Address> {
        bytes.iter().copied().map(Address::with_last_byte).collect()
    }

    #[test]
    fn an_epoch_follows_another_from_one_on() {
        let first = Terms::after(None, 3, 2).unwrap();
        assert_eq!((first.count(), first.threshold(), first.epoch()), (3, 2, 1));
        let second = Terms::after(Some(first), 3, 2).unwrap();
        assert_eq!((second.count(), second.threshold(), second.epoch()), (3, 2, 2));
    }

    #[test]
    fn count_and_threshold_are_bounded() {
        let of = |count, threshold| Terms::after(None, count, threshold).err();
        for (count, threshold) in [(1, 1), (2, 1), (2, 2), (32, 1), (32, 32)] {
            assert_eq!(of(count, threshold), None);
        }
        for count in [0, 33, 256 + 3, u64::MAX] {
            assert_eq!(of(count, 1), Some(InvalidTerms::CountOutOfBounds { count }));
        }
        for (count, threshold) in [(3, 0), (3, 4), (32, 33), (3, 256 + 2), (3, u64::MAX)] {
            assert_eq!(
                of(count, threshold),
                Some(InvalidTerms::ThresholdOutOfBounds { threshold, count })
            );
        }
    }

    #[test]
    fn the_word_holds_the_terms_and_nothing_else() {
        let terms = Terms::new(32, 31, u64::MAX).unwrap();
        let word = terms.to_word();
        assert_eq!(word, U256::from(32 | 31 << 8) | U256::from(u64::MAX) << 16);
        assert_eq!(Terms::from_word(word), Some(terms));
    }

    #[test]
    fn a_word_of_no_council_has_no_terms() {
        // No members; no threshold; a threshold above the count.
        for word in [0, 3, 3 | 4 << 8, 2 << 8, 33 | 1 << 8] {
            assert_eq!(Terms::from_word(U256::from(word)), None, "{word:#x}");
        }
    }

    #[test]
    fn members_ascend_from_above_zero() {
        for (bytes, place) in [
            (&[][..], None),
            (&[1], None),
            (&[1, 2, 9], None),
            (&[0], Some(0)),
            (&[0, 1], Some(0)),
            (&[1, 1], Some(1)),
            (&[1, 3, 2], Some(2)),
            (&[1, 3, 0], Some(2)),
            (&[2, 1, 1], Some(1)),
        ] {
            assert_eq!(first_out_of_place(&members(bytes)), place, "{bytes:?}");
        }
    }

    #[test]
    fn a_seat_has_a_number_below_the_most_members() {
        assert_eq!(Seat::from_word(U256::ZERO), None);
        for number in 0..MAX_MEMBERS {
            let seat = Seat::new(number).unwrap();
            assert_eq!(seat.to_word(), U256::from(number + 1));
            assert_eq!(Seat::from_word(seat.to_word()), Some(seat));
            assert_eq!(seat.bit(), 1 << number);
        }
        assert_eq!(Seat::new(MAX_MEMBERS), None);
        assert_eq!(Seat::from_word(U256::from(MAX_MEMBERS + 1)), None);
    }
}
