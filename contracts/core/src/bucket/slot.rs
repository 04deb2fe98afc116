//! A bucket as it is stored: open, closed or never set, and how that changes.

use super::{Bucket, Limit};
use crate::time::LATEST;
use alloy_primitives::U256;

/// Set in every word but that of a bucket that was never set.
const SEEN: u64 = 1 << 63;

/// A bucket's word.
///
/// ```text
///  255   254    240 239     232 231        192 191         160 159            64 63                  0
/// ┌─────┬──────────┬───────────┬──────────────┬───────────────┬─────────────────┬─────────────────────┐
/// │seen │ zero     │ unit_log2 │ touched_at,  │ refill_secs   │ held, in        │ capacity, in units  │
/// │     │          │           │ seconds      │               │ unit-seconds    │ of 2^unit_log2 wei  │
/// └─────┴──────────┴───────────┴──────────────┴───────────────┴─────────────────┴─────────────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// It was never set. Nothing passes; when it is set, it starts full.
    Unset,
    /// It was set and then closed. Nothing passes; when it is set again, it starts empty.
    Closed {
        /// When it was closed.
        at: u64,
    },
    /// It is open up to a limit.
    Open(Bucket),
}

/// What a change of limit came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconfigured {
    /// The bucket from now on.
    pub slot: Slot,
    /// What was available the moment before.
    pub previous_available: U256,
    /// What is available now: never more than before, but for a bucket that was never set.
    pub available: U256,
    /// Whether more passes than before in some window; otherwise the change is a tightening, or none.
    pub loosened: bool,
}

impl Slot {
    /// The bucket in a stored word.
    pub fn from_word(word: U256) -> Self {
        let [capacity_units, held_low, middle, high] = word.into_limbs();
        let touched_at = high & LATEST;
        // The casts keep the bits that the diagram gives to each.
        match Limit::from_parts(capacity_units, (high >> 40) as u8, (middle >> 32) as u32) {
            Some(limit) => {
                let held = u128::from(held_low) | u128::from(middle as u32) << 64;
                Self::Open(Bucket::from_parts(limit, held, touched_at))
            }
            None if high & SEEN != 0 => Self::Closed { at: touched_at },
            None => Self::Unset,
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        match self {
            Self::Unset => U256::ZERO,
            Self::Closed { at } => U256::from_limbs([0, 0, 0, SEEN | at]),
            Self::Open(bucket) => {
                let (limit, held, touched_at) = bucket.to_parts();
                let (capacity_units, unit_log2, refill_secs) = limit.to_parts();
                // Invariant: what is held has 96 bits.
                let middle = (held >> 64) as u64 | u64::from(refill_secs) << 32;
                let high = SEEN | u64::from(unit_log2) << 40 | touched_at;
                U256::from_limbs([capacity_units, held as u64, middle, high])
            }
        }
    }

    /// The bucket, when it is open.
    pub fn open(self) -> Option<Bucket> {
        match self {
            Self::Open(bucket) => Some(bucket),
            Self::Unset | Self::Closed { .. } => None,
        }
    }

    /// Puts the bucket under `to`, or closes it when that is none.
    ///
    /// What the old limit refilled up to `now` counts, and nothing of the new one does before it. What is then missing from the old
    /// capacity (rounded up) is missing from the new one too, and nothing is added to what is available.
    pub fn reconfigure(self, to: Option<Limit>, now: u64) -> Reconfigured {
        let from = self.open();
        let previous_available = from.map_or(U256::ZERO, |bucket| bucket.available_down(now));
        // A time that went back must not let the old limit's refill count again under the new one.
        let now = now.max(self.touched_at());
        let Some(limit) = to else {
            return Reconfigured {
                slot: match self {
                    Self::Unset => Self::Unset,
                    Self::Closed { .. } | Self::Open(_) => Self::Closed { at: now.min(LATEST) },
                },
                previous_available,
                available: U256::ZERO,
                loosened: false,
            };
        };
        let available = match self {
            Self::Unset => limit.capacity(),
            Self::Closed { .. } => U256::ZERO,
            Self::Open(bucket) => {
                // Invariant: no more is available than the capacity.
                let missing = bucket.limit().capacity() - previous_available;
                previous_available.min(limit.capacity().saturating_sub(missing))
            }
        };
        let bucket = Bucket::holding_down(limit, available, now);
        Reconfigured {
            slot: Self::Open(bucket),
            previous_available,
            available: bucket.available_down(now),
            loosened: from.is_none_or(|bucket| limit.is_looser_than(&bucket.limit())),
        }
    }

    /// When it was last touched or closed; zero when it never was.
    fn touched_at(self) -> u64 {
        match self {
            Self::Unset => 0,
            Self::Closed { at } => at,
            Self::Open(bucket) => bucket.touched_at(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const E18: u64 = 1_000_000_000_000_000_000;
    const DAY: u64 = 86_400;

    fn limit(capacity: u64, refill_secs: u64) -> Limit {
        Limit::new(U256::from(capacity), refill_secs).unwrap()
    }

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    /// A bucket out of which `amount` was taken at zero.
    fn after(limit: Limit, amount: u64) -> Slot {
        Slot::Open(Bucket::full(limit, 0).consume(u(amount), 0).unwrap())
    }

    #[test]
    fn a_bucket_that_was_never_set_starts_full() {
        let change = Slot::from_word(U256::ZERO).reconfigure(Some(limit(100, 10)), 5);
        assert_eq!(change.slot, Slot::Open(Bucket::full(limit(100, 10), 5)));
        assert_eq!(
            (change.previous_available, change.available, change.loosened),
            (u(0), u(100), true)
        );
    }

    #[test]
    fn closing_and_setting_again_does_not_fill_it() {
        let closed = after(limit(100, 10), 0).reconfigure(None, 1);
        assert_eq!(closed.slot, Slot::Closed { at: 1 });
        assert_eq!(
            (closed.previous_available, closed.available, closed.loosened),
            (u(100), u(0), false)
        );
        // It refills from the moment it is set, not from when it was closed.
        let again = closed.slot.reconfigure(Some(limit(100, 10)), 1_000);
        assert_eq!((again.available, again.loosened), (u(0), true));
        assert_eq!(again.slot.open().unwrap().available_down(1_001), u(10));
    }

    #[test]
    fn closing_what_was_never_set_leaves_it_unset() {
        let change = Slot::Unset.reconfigure(None, 9);
        assert_eq!((change.slot, change.available), (Slot::Unset, U256::ZERO));
    }

    #[test]
    fn a_larger_capacity_adds_nothing_at_once() {
        // 4e out of which 3e left; a quarter of a day refills 1e; then 5e in a day.
        let change = after(limit(4 * E18, DAY), 3 * E18).reconfigure(Some(limit(5 * E18, DAY)), DAY / 4);
        assert_eq!(
            (change.previous_available, change.available, change.loosened),
            (u(2 * E18), u(2 * E18), true)
        );
        let bucket = change.slot.open().unwrap();
        assert_eq!(bucket.available_down(DAY / 4 + 17_280), u(3 * E18));
    }

    #[test]
    fn what_has_left_counts_against_a_smaller_capacity_too() {
        // NTT's vector: 4e out of which 3e left. Under 2e it is exceeded already, under 3.5e half of one is left.
        let used = after(limit(4 * E18, DAY), 3 * E18);
        let two = used.reconfigure(Some(limit(2 * E18, DAY)), 0);
        assert_eq!((two.previous_available, two.available), (u(E18), u(0)));
        assert!(!two.loosened);
        let more = used.reconfigure(Some(limit(3 * E18 + E18 / 2, DAY)), 0);
        assert_eq!(more.available, u(E18 / 2));
        // A full bucket has nothing missing and is full under the new limit.
        let full = after(limit(100, 10), 0).reconfigure(Some(limit(30, 10)), 0);
        assert_eq!((full.previous_available, full.available), (u(100), u(30)));
    }

    #[test]
    fn lowering_and_raising_again_gains_nothing() {
        let used = after(limit(100, 10), 60);
        let lowered = used.reconfigure(Some(limit(70, 10)), 0);
        assert_eq!(lowered.available, u(10));
        let raised = lowered.slot.reconfigure(Some(limit(100, 10)), 0);
        assert_eq!(raised.available, u(10));
    }

    #[test]
    fn a_slower_refill_keeps_what_is_available() {
        let change = after(limit(100, 10), 40).reconfigure(Some(limit(100, 1_000)), 0);
        assert_eq!((change.available, change.loosened), (u(60), false));
    }

    #[test]
    fn a_change_at_a_time_that_went_back_does_not_refill_twice() {
        let empty = Slot::Open(Bucket::empty(limit(100, 100), 1_000));
        let change = empty.reconfigure(Some(limit(100, 50)), 10);
        assert_eq!(change.slot.open().unwrap().touched_at(), 1_000);
        let closed = empty.reconfigure(None, 10);
        assert_eq!(closed.slot, Slot::Closed { at: 1_000 });
        let again = closed.slot.reconfigure(Some(limit(100, 50)), 20);
        assert_eq!(again.slot.open().unwrap().touched_at(), 1_000);
    }

    #[test]
    fn a_change_of_granularity_adds_nothing() {
        let coarse = Limit::new(U256::MAX, DAY).unwrap();
        let fine = limit(100, 10);
        let up = Slot::Open(Bucket::full(fine, 0)).reconfigure(Some(coarse), 0);
        assert_eq!(
            (up.previous_available, up.available),
            (u(100), u(0)),
            "100 is less than a unit of 2^192"
        );
        let down = Slot::Open(Bucket::full(coarse, 0)).reconfigure(Some(fine), 0);
        assert_eq!(down.available, u(100));
    }

    #[test]
    fn a_slot_survives_its_word() {
        let largest = Limit::new(U256::MAX, super::super::MAX_REFILL_SECS).unwrap();
        for slot in [
            Slot::Unset,
            Slot::Closed { at: 0 },
            Slot::Closed { at: LATEST },
            after(limit(1, 1), 1),
            Slot::Open(Bucket::full(largest, u64::MAX)),
            Slot::Open(Bucket::empty(largest, 1)),
        ] {
            assert_eq!(Slot::from_word(slot.to_word()), slot);
        }
    }

    #[test]
    fn a_word_is_laid_out_as_it_is_drawn() {
        // A capacity of 5 · 2^64 has 67 bits: 5 · 2^61 units of 2^3. Full, it holds 7 times that in unit-seconds.
        let slot = Slot::Open(Bucket::full(Limit::new(U256::from(5) << 64, 7).unwrap(), 9));
        let expected = U256::from(5) << 61
            | U256::from(35) << (64 + 61)
            | U256::from(7) << 160
            | U256::from(9) << 192
            | U256::from(3) << 232
            | U256::ONE << 255;
        assert_eq!(slot.to_word(), expected);
    }
}
