//! How much a bucket holds and how long it takes to fill.

use crate::wide::{div_down, mul, shl, shr};
use alloy_primitives::U256;
use core::num::NonZeroU32;

/// The longest time to refill: ten years of 365 days. A slower bucket would be a lifetime cap, which is another guard.
pub const MAX_REFILL_SECS: u64 = 10 * 365 * 24 * 60 * 60;

/// Capacities of up to this many bits are held to the wei.
const UNIT_BITS: usize = 160;

/// A bucket's capacity and the time in which it refills from empty to full.
///
/// One word, together with what [`super::Setting`] adds:
///
/// ```text
///  255    254         248 247     240 239          192 191         160 159                       0
/// ┌──────┬───────────────┬───────────┬────────────────┬───────────────┬─────────────────────────┐
/// │ seen │ zero          │ unit_log2 │ zero           │ refill_secs   │ capacity in units       │
/// └──────┴───────────────┴───────────┴────────────────┴───────────────┴─────────────────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Below 2^160, and not zero.
    capacity_units: U256,
    /// At most 96: a unit is 2^`unit_log2` wei.
    unit_log2: u8,
    /// At most [`MAX_REFILL_SECS`], so below 2^32.
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
    /// A capacity of 2^160 or more is rounded down to whole units; [`Limit::capacity`] says to what.
    ///
    /// # Errors
    /// [`InvalidLimit`] when the capacity is zero or the time is out of bounds.
    pub fn new(capacity: U256, refill_secs: u64) -> Result<Self, InvalidLimit> {
        if capacity.is_zero() {
            return Err(InvalidLimit::ZeroCapacity);
        }
        // Invariant: MAX_REFILL_SECS is below 2^32.
        let Some(whole) = NonZeroU32::new(refill_secs.min(MAX_REFILL_SECS) as u32)
            .filter(|_| refill_secs <= MAX_REFILL_SECS)
        else {
            return Err(InvalidLimit::RefillOutOfBounds { refill_secs });
        };
        // Invariant: 256 bits less 160 are 96.
        let unit_log2 = capacity.bit_len().saturating_sub(UNIT_BITS) as u8;
        Ok(Self {
            capacity_units: shr(capacity, unit_log2),
            unit_log2,
            refill_secs: whole,
        })
    }

    /// The most that can pass at once.
    pub fn capacity(&self) -> U256 {
        shl(self.capacity_units, self.unit_log2)
    }

    /// The seconds from empty to full.
    pub fn refill_secs(&self) -> u64 {
        u64::from(self.refill_secs.get())
    }

    /// The most that can pass in any window of `window_secs` seconds, both ends included: capacity + capacity · window / refill.
    /// The largest number when it would be larger.
    pub fn bound(&self, window_secs: u64) -> U256 {
        // Invariant: 160 bits times 64 is 224, and the capacity on top of it at most one more.
        let refilled = div_down(mul(self.capacity_units, window_secs), self.refill_secs);
        let units = self.capacity_units + refilled;
        if units > shr(U256::MAX, self.unit_log2) {
            U256::MAX
        } else {
            shl(units, self.unit_log2)
        }
    }

    /// Whether more could pass than under `other` in some window: the capacity is larger, or the refill faster.
    pub fn is_looser_than(&self, other: &Self) -> bool {
        // Invariant: 160 bits times 32 is 192.
        let ours = mul(self.capacity_units, other.refill_secs());
        let theirs = mul(other.capacity_units, self.refill_secs());
        self.capacity() > other.capacity() || exceeds(ours, self.unit_log2, theirs, other.unit_log2)
    }

    /// What a full bucket holds, in unit-seconds: below 2^192.
    pub(super) fn full(&self) -> U256 {
        self.in_unit_secs(self.capacity_units)
    }

    /// What `secs` refill, in unit-seconds: below 2^224.
    pub(super) fn refilled(&self, secs: u64) -> U256 {
        // Invariant: 160 bits times 64 is 224.
        mul(self.capacity_units, secs)
    }

    /// The first whole number of seconds that refills `unit_secs`, which is at most a full bucket.
    pub(super) fn secs_to_refill_up(&self, unit_secs: U256) -> u64 {
        // Bit by bit, from the highest that the time to refill can have: the largest number of seconds that does not.
        let mut short = 0;
        for bit in (0..u32::BITS).rev() {
            let longer = short | 1 << bit;
            if self.refilled(longer) < unit_secs {
                short = longer;
            }
        }
        if unit_secs.is_zero() {
            0
        } else {
            short + 1
        }
    }

    /// An amount in unit-seconds, rounded up to a unit, or none when it is more than the capacity.
    pub(super) fn cost_up(&self, amount: U256) -> Option<U256> {
        if amount > self.capacity() {
            return None;
        }
        let units = shr(amount, self.unit_log2);
        // Invariant: the amount is at most the capacity, which is whole units; so rounding up stays at most at it.
        let units = if shl(units, self.unit_log2) == amount {
            units
        } else {
            units + U256::ONE
        };
        Some(self.in_unit_secs(units))
    }

    /// Unit-seconds as an amount, rounded down to a unit.
    pub(super) fn amount_down(&self, unit_secs: U256) -> U256 {
        shl(div_down(unit_secs, self.refill_secs), self.unit_log2)
    }

    /// An amount in unit-seconds, rounded down to a unit and cut at the capacity.
    pub(super) fn holding_down(&self, amount: U256) -> U256 {
        self.in_unit_secs(shr(amount, self.unit_log2).min(self.capacity_units))
    }

    /// The limit's bits of the setting's word.
    pub(super) fn to_bits(self) -> U256 {
        let [low, middle, high, _] = self.capacity_units.into_limbs();
        let high = high | (self.refill_secs() << 32);
        U256::from_limbs([low, middle, high, u64::from(self.unit_log2) << 48])
    }

    /// The limit in a setting's word, or none when there is none in it.
    pub(super) fn from_bits(word: U256) -> Option<Self> {
        let [low, middle, high, top] = word.into_limbs();
        let capacity_units = U256::from_limbs([low, middle, high & 0xffff_ffff, 0]);
        let refill_secs = NonZeroU32::new((high >> 32) as u32)?;
        let unit_log2 = (top >> 48) as u8;
        (!capacity_units.is_zero()).then_some(Self {
            capacity_units,
            unit_log2,
            refill_secs,
        })
    }

    fn in_unit_secs(&self, units: U256) -> U256 {
        // Invariant: 160 bits times 32 is 192.
        mul(units, self.refill_secs())
    }
}

/// Whether `a · 2^a_log2 > b · 2^b_log2`, without computing either.
fn exceeds(a: U256, a_log2: u8, b: U256, b_log2: u8) -> bool {
    if a_log2 >= b_log2 {
        a > shr(b, a_log2 - b_log2)
    } else {
        // a > b · 2^d is a - 1 ≥ b · 2^d.
        !a.is_zero() && shr(a - U256::ONE, b_log2 - a_log2) >= b
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
    fn a_capacity_below_two_to_the_160_is_held_to_the_wei() {
        let largest = (U256::ONE << 160) - U256::ONE;
        assert_eq!(Limit::new(largest, 86_400).unwrap().capacity(), largest);
        assert_eq!(
            Limit::new(U256::ONE << 160, 1).unwrap().capacity(),
            U256::ONE << 160
        );
        // One more bit, and the unit is 2 wei.
        assert_eq!(
            Limit::new((U256::ONE << 160) + U256::ONE, 1).unwrap().capacity(),
            U256::ONE << 160
        );
        assert_eq!(
            Limit::new(U256::MAX, 1).unwrap().capacity(),
            U256::MAX - ((U256::ONE << 96) - U256::ONE)
        );
    }

    #[test]
    fn the_bound_is_the_capacity_and_what_the_window_refills() {
        let day = limit(1_000, 86_400);
        assert_eq!(day.bound(0), U256::from(1_000));
        assert_eq!(day.bound(43_200), U256::from(1_500));
        assert_eq!(day.bound(86_400), U256::from(2_000));
        assert_eq!(day.bound(86_399), U256::from(1_999));
        assert_eq!(Limit::new(U256::MAX, 1).unwrap().bound(u64::MAX), U256::MAX);
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
        assert!(exceeds(U256::from(9), 0, U256::from(1), 3));
        assert!(!exceeds(U256::from(8), 0, U256::from(1), 3));
        assert!(exceeds(U256::from(1), 3, U256::from(7), 0));
        assert!(!exceeds(U256::from(1), 3, U256::from(8), 0));
        assert!(!exceeds(U256::ZERO, 0, U256::ZERO, 3));
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
            assert_eq!(
                seven.secs_to_refill_up(U256::from(unit_secs)),
                secs,
                "{unit_secs}"
            );
        }
        let slow = limit(1, MAX_REFILL_SECS);
        assert_eq!(slow.secs_to_refill_up(slow.full()), MAX_REFILL_SECS);
    }
}
