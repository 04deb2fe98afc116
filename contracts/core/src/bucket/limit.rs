//! How much a bucket holds and how long it takes to fill.

use crate::{
    granule::Granule,
    time::LONGEST_SECS,
    wide::{div_down, div_up_by_search, shl, shr},
};
use alloy_primitives::U256;
use core::num::{NonZeroU32, NonZeroU64};

/// The longest time to refill: ten years of 365 days. A slower bucket would be a lifetime cap, which is another guard.
pub const MAX_REFILL_SECS: u64 = LONGEST_SECS;

/// Capacities of up to this many bits are held to the wei.
const UNIT_BITS: usize = 64;

/// A bucket's capacity and the time in which it refills from empty to full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    capacity_units: NonZeroU64,
    unit: Granule,
    /// At most [`MAX_REFILL_SECS`].
    refill_secs: NonZeroU32,
}

/// Why a limit is refused when it is set: it could not act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidLimit {
    /// Nothing would ever pass. Close the bucket instead.
    ZeroCapacity,
    /// The time to refill is not within `1..=MAX_REFILL_SECS`.
    RefillOutOfBounds {
        /// The time asked for.
        refill_secs: u64,
    },
}

impl Limit {
    /// A limit of `capacity` that refills in `refill_secs`.
    ///
    /// A capacity of 2^64 or more is rounded down to whole units; [`Limit::capacity`] says to what.
    ///
    /// # Errors
    /// [`InvalidLimit`] when the capacity is zero or the time is out of bounds.
    pub fn new(capacity: U256, refill_secs: u64) -> Result<Self, InvalidLimit> {
        let unit = Granule::of(capacity, UNIT_BITS);
        let Some(capacity_units) = NonZeroU64::new(unit.units_down(capacity)) else {
            return Err(InvalidLimit::ZeroCapacity);
        };
        // Invariant: MAX_REFILL_SECS is below 2^32.
        let Some(whole_secs) = NonZeroU32::new(refill_secs.min(MAX_REFILL_SECS) as u32)
            .filter(|_| refill_secs <= MAX_REFILL_SECS)
        else {
            return Err(InvalidLimit::RefillOutOfBounds { refill_secs });
        };
        Ok(Self {
            capacity_units,
            unit,
            refill_secs: whole_secs,
        })
    }

    /// The most that can pass at once.
    pub fn capacity(&self) -> U256 {
        self.unit.wei(self.capacity_units.get())
    }

    /// The seconds from empty to full.
    pub fn refill_secs(&self) -> u64 {
        u64::from(self.refill_secs.get())
    }

    /// The most that can pass in any window of `window_secs` seconds, both ends included: capacity + capacity · window / refill.
    /// The largest number when it would be larger.
    pub fn bound(&self, window_secs: u64) -> U256 {
        let refilled = div_down(self.refilled(window_secs), self.refill_secs);
        // Invariant: (2^64 - 1)^2 and 2^64 - 1 on top of it are below 2^128.
        let units = U256::from(refilled + u128::from(self.capacity_units.get()));
        if units > shr(U256::MAX, self.unit.log2()) {
            U256::MAX
        } else {
            shl(units, self.unit.log2())
        }
    }

    /// Whether more could pass than under `other` in some window: the capacity is larger, or the refill faster.
    pub fn is_looser_than(&self, other: &Self) -> bool {
        // The refills of a second, brought to the same denominator.
        let ours = other.in_unit_secs_of(self.capacity_units.get());
        let theirs = self.in_unit_secs_of(other.capacity_units.get());
        self.capacity() > other.capacity() || exceeds(ours, self.unit.log2(), theirs, other.unit.log2())
    }

    /// What a full bucket holds, in unit-seconds: below 2^96.
    pub(super) fn full(&self) -> u128 {
        self.in_unit_secs_of(self.capacity_units.get())
    }

    /// What `secs` refill, in unit-seconds.
    pub(super) fn refilled(&self, secs: u64) -> u128 {
        // Invariant: two numbers of 64 bits make one of 128.
        u128::from(self.capacity_units.get()) * u128::from(secs)
    }

    /// The first whole number of seconds that refills `unit_secs`, which is at most a full bucket.
    pub(super) fn secs_to_refill_up(&self, unit_secs: u128) -> u64 {
        div_up_by_search(unit_secs, self.capacity_units.get(), u32::BITS)
    }

    /// An amount in unit-seconds, rounded up to a unit, or none when it is more than the capacity.
    pub(super) fn cost_up(&self, amount: U256) -> Option<u128> {
        if amount > self.capacity() {
            return None;
        }
        // Rounded up it is at most the capacity still, which is whole units.
        let units = self.unit.units_up(amount)?;
        Some(self.in_unit_secs_of(units))
    }

    /// Unit-seconds as an amount, rounded down to a unit.
    pub(super) fn amount_down(&self, unit_secs: u128) -> U256 {
        // Invariant: at most a full bucket of unit-seconds is at most the capacity in units.
        self.unit.wei(div_down(unit_secs, self.refill_secs) as u64)
    }

    /// An amount in unit-seconds, rounded down to a unit and cut at the capacity.
    pub(super) fn holding_down(&self, amount: U256) -> u128 {
        self.in_unit_secs_of(self.unit.units_down(amount.min(self.capacity())))
    }

    /// Its three numbers as they are stored: the capacity in units, the unit's logarithm, the seconds.
    pub(super) fn to_parts(self) -> (u64, u8, u32) {
        (
            self.capacity_units.get(),
            self.unit.log2(),
            self.refill_secs.get(),
        )
    }

    /// The limit of stored numbers, or none when there is none.
    pub(super) fn from_parts(capacity_units: u64, unit_log2: u8, refill_secs: u32) -> Option<Self> {
        Some(Self {
            capacity_units: NonZeroU64::new(capacity_units)?,
            unit: Granule::from_log2(unit_log2),
            refill_secs: NonZeroU32::new(refill_secs)?,
        })
    }

    fn in_unit_secs_of(&self, units: u64) -> u128 {
        // Invariant: 64 bits times 32 is 96.
        u128::from(units) * u128::from(self.refill_secs.get())
    }
}

/// Whether `a · 2^a_log2 > b · 2^b_log2`, without computing either.
fn exceeds(a: u128, a_log2: u8, b: u128, b_log2: u8) -> bool {
    let shifted = |number: u128, by: u8| number.checked_shr(u32::from(by)).unwrap_or(0);
    if a_log2 >= b_log2 {
        a > shifted(b, a_log2 - b_log2)
    } else {
        // a > b · 2^d is a - 1 ≥ b · 2^d.
        a != 0 && shifted(a - 1, b_log2 - a_log2) >= b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(capacity: u64, refill_secs: u64) -> Limit {
        Limit::new(U256::from(capacity), refill_secs).unwrap()
    }

    #[test]
    fn a_limit_that_cannot_act_is_refused() {
        assert_eq!(Limit::new(U256::ZERO, 1), Err(InvalidLimit::ZeroCapacity));
        assert_eq!(
            Limit::new(U256::ONE, 0),
            Err(InvalidLimit::RefillOutOfBounds { refill_secs: 0 })
        );
        assert_eq!(
            Limit::new(U256::ONE, MAX_REFILL_SECS + 1),
            Err(InvalidLimit::RefillOutOfBounds {
                refill_secs: 315_360_001
            })
        );
        assert_eq!(
            Limit::new(U256::ONE, MAX_REFILL_SECS).unwrap().refill_secs(),
            315_360_000
        );
        assert_eq!(Limit::new(U256::ONE, 1).unwrap().capacity(), U256::ONE);
    }

    #[test]
    fn a_capacity_below_two_to_the_64_is_held_to_the_wei() {
        let largest = U256::from(u64::MAX);
        assert_eq!(Limit::new(largest, 86_400).unwrap().capacity(), largest);
        assert_eq!(
            Limit::new(U256::ONE << 64, 1).unwrap().capacity(),
            U256::ONE << 64
        );
        // One more bit, and the unit is 2 wei.
        assert_eq!(
            Limit::new((U256::ONE << 64) + U256::ONE, 1).unwrap().capacity(),
            U256::ONE << 64
        );
        assert_eq!(
            Limit::new(U256::MAX, 1).unwrap().capacity(),
            U256::MAX - ((U256::ONE << 192) - U256::ONE)
        );
    }

    #[test]
    fn a_million_tokens_are_held_to_the_sixteenth_bit() {
        let million = U256::from(10).pow(U256::from(24));
        let capacity = Limit::new(million, 86_400).unwrap().capacity();
        // 10^24 is a multiple of 2^24, and has 80 bits.
        assert_eq!(capacity, million);
        let capacity = Limit::new(million + U256::from(65_535), 86_400)
            .unwrap()
            .capacity();
        assert_eq!(capacity, million);
    }

    #[test]
    fn the_bound_is_the_capacity_and_what_the_window_refills() {
        let day = limit(1_000, 86_400);
        assert_eq!(day.bound(0), U256::from(1_000));
        assert_eq!(day.bound(43_200), U256::from(1_500));
        assert_eq!(day.bound(86_400), U256::from(2_000));
        assert_eq!(day.bound(86_399), U256::from(1_999));
        assert_eq!(Limit::new(U256::MAX, 1).unwrap().bound(u64::MAX), U256::MAX);
        // The largest that is still a number: 2^64 - 1 units of 1 wei, refilled every second for 2^64 - 1 seconds.
        let largest = U256::from(u64::MAX);
        assert_eq!(limit(u64::MAX, 1).bound(u64::MAX), largest * largest + largest);
    }

    #[test]
    fn looser_is_more_at_once_or_faster() {
        let base = limit(100, 50);
        assert!(
            limit(101, 51).is_looser_than(&base),
            "more at once, though slower"
        );
        assert!(limit(99, 49).is_looser_than(&base), "faster, though less at once");
        assert!(!limit(99, 50).is_looser_than(&base));
        assert!(!limit(100, 51).is_looser_than(&base));
        assert!(!base.is_looser_than(&base));
        // The same rate, the capacity halved and the time with it.
        assert!(!limit(50, 25).is_looser_than(&base));
    }

    #[test]
    fn looser_is_decided_across_granularities() {
        let fine = limit(1_000, 1_000);
        let coarse = Limit::new(U256::MAX, MAX_REFILL_SECS).unwrap();
        assert!(coarse.is_looser_than(&fine));
        assert!(!fine.is_looser_than(&coarse));
        assert!(exceeds(9, 0, 1, 3));
        assert!(!exceeds(8, 0, 1, 3));
        assert!(exceeds(1, 3, 7, 0));
        assert!(!exceeds(1, 3, 8, 0));
        assert!(!exceeds(0, 0, 0, 3));
        assert!(exceeds(1, 192, u128::MAX, 0), "2^192 is more than 128 bits");
        assert!(!exceeds(u128::MAX, 0, 1, 192));
    }

    #[test]
    fn the_wait_is_the_first_second_that_suffices() {
        let seven = limit(7, 1_000);
        for (unit_secs, secs) in [
            (0, 0),
            (1, 1),
            (7, 1),
            (8, 2),
            (14, 2),
            (6_993, 999),
            (6_994, 1_000),
            (7_000, 1_000),
        ] {
            assert_eq!(seven.secs_to_refill_up(unit_secs), secs, "{unit_secs}");
        }
        let slow = limit(1, MAX_REFILL_SECS);
        assert_eq!(slow.secs_to_refill_up(slow.full()), MAX_REFILL_SECS);
    }
}
