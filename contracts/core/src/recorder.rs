//! Who tripped a breaker, for as long as they are paid last.
//!
//! # Design
//! - One word a scope: the actor of the last trip, when it was, and until when it counts against them. Bounded, whoever trips it
//!   how often.
//! - **It ends.** The end is written down with the trip, so no later setting lengthens it. An honest user whose withdrawal
//!   happened to be the last straw waits a little longer, once.
//! - **The next trip does not clear the one before.** It replaces the record, so whoever trips also marks their lane of the queue
//!   ([`crate::queue::Lane::marked_late`]), which is a word of their own and keeps the mark. Otherwise a second account would trip a second time
//!   to free the first.
//!
//! # Trust
//! - The actor is the account on whose authority the flow was asked for. Who has many accounts trips with one and is last with that one
//!   only; what makes it expensive is that each trip costs [`crate::trigger::HitsLimit::cost_of_a_trip`].

use crate::breaker::LATEST;
use crate::fields::Fields;
use alloy_primitives::{Address, U256};

/// The longest that a trip can count against its actor: 30 days.
pub const LONGEST_RECORD_SECS: u64 = 30 * 24 * 60 * 60;

/// The last trip of a scope. The word of zero says that there was none.
///
/// ```text
///  255   240 239      200 199      160 159                                  0
/// ┌─────────┬────────────┬────────────┬──────────────────────────────────────┐
/// │ zero    │ until      │ at         │ actor                                │
/// └─────────┴────────────┴────────────┴──────────────────────────────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastTrip {
    actor: Address,
    at: u64,
    until: u64,
}

/// A time to keep a record that is zero or longer than [`LONGEST_RECORD_SECS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordOutOfBounds {
    /// The time asked for.
    pub secs: u64,
}

/// For how long a trip counts against its actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordSecs(u64);

impl RecordSecs {
    /// A time within `1..=LONGEST_RECORD_SECS`.
    ///
    /// # Errors
    /// [`RecordOutOfBounds`] when it is not.
    pub fn new(secs: u64) -> Result<Self, RecordOutOfBounds> {
        if (1..=LONGEST_RECORD_SECS).contains(&secs) {
            Ok(Self(secs))
        } else {
            Err(RecordOutOfBounds { secs })
        }
    }

    /// In seconds.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl LastTrip {
    /// A trip by `actor`. A time before the one recorded counts as the one recorded.
    #[must_use]
    pub fn recorded(self, actor: Address, secs: RecordSecs, now: u64) -> Self {
        let at = now.max(self.at).min(LATEST);
        Self {
            actor,
            at,
            until: at.saturating_add(secs.0).min(LATEST),
        }
    }

    /// Whether it was this actor who tripped it last, and it still counts: up to the second before it ends.
    pub fn is_late(&self, actor: Address, now: u64) -> bool {
        now < self.until && self.actor == actor
    }

    /// Who it was.
    pub fn actor(&self) -> Address {
        self.actor
    }

    /// When it was.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The first second at which it counts no longer; zero when there was none.
    pub fn until(&self) -> u64 {
        self.until
    }

    /// The record in a stored word.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        let limbs = [fields.take(64), fields.take(64), fields.take(32), 0];
        Self {
            actor: address(limbs),
            at: fields.take(40),
            until: fields.take(40),
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let [low, middle, high, _] = limbs(self.actor);
        Fields::new()
            .put(low, 64)
            .put(middle, 64)
            .put(high, 32)
            .put(self.at, 40)
            .put(self.until, 40)
            .word()
    }
}

/// The address in the lowest 160 bits.
pub(crate) fn address(limbs: [u64; 4]) -> Address {
    Address::from_word(U256::from_limbs(limbs).into())
}

/// An address as the lowest 160 bits.
pub(crate) fn limbs(address: Address) -> [u64; 4] {
    U256::from_be_bytes(address.into_word().0).into_limbs()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;
    const NONE: LastTrip = LastTrip {
        actor: Address::ZERO,
        at: 0,
        until: 0,
    };

    fn actor(byte: u8) -> Address {
        Address::repeat_byte(byte)
    }

    fn day() -> RecordSecs {
        RecordSecs::new(DAY).unwrap()
    }

    #[test]
    fn it_counts_against_who_tripped_up_to_the_second_before_its_end() {
        let trip = NONE.recorded(actor(1), day(), 100);
        assert!(trip.is_late(actor(1), 100) && trip.is_late(actor(1), 86_499));
        assert!(!trip.is_late(actor(1), 86_500));
        assert!(!trip.is_late(actor(2), 100));
        assert_eq!((trip.actor(), trip.at(), trip.until()), (actor(1), 100, 86_500));
    }

    #[test]
    fn no_trip_counts_against_no_one_not_even_the_zero_address() {
        assert_eq!(LastTrip::from_word(U256::ZERO), NONE);
        assert!(!NONE.is_late(Address::ZERO, 0));
    }

    #[test]
    fn a_later_trip_replaces_it_and_time_does_not_go_back() {
        let trip = NONE.recorded(actor(1), day(), 100).recorded(actor(2), day(), 50);
        assert!(!trip.is_late(actor(1), 100));
        assert_eq!((trip.at(), trip.until()), (100, 86_500));
    }

    #[test]
    fn a_time_of_zero_or_beyond_thirty_days_is_refused() {
        assert_eq!(RecordSecs::new(0), Err(RecordOutOfBounds { secs: 0 }));
        assert_eq!(
            RecordSecs::new(2_592_001),
            Err(RecordOutOfBounds { secs: 2_592_001 })
        );
        assert_eq!(RecordSecs::new(LONGEST_RECORD_SECS).unwrap().get(), 2_592_000);
    }

    #[test]
    fn a_word_is_laid_out_as_it_is_drawn() {
        let trip = NONE.recorded(actor(0xab), RecordSecs::new(9).unwrap(), 7);
        let address = U256::from_be_bytes(actor(0xab).into_word().0);
        assert_eq!(
            trip.to_word(),
            address | U256::from(7) << 160 | U256::from(16) << 200
        );
        assert_eq!(LastTrip::from_word(trip.to_word()), trip);
        let last = NONE.recorded(actor(0xff), day(), u64::MAX);
        assert_eq!(LastTrip::from_word(last.to_word()), last);
    }
}
