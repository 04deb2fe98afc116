//! Between what, how fast and towards what a capacity moves.

use crate::{
    bucket::{InvalidLimit, Limit},
    granule::Granule,
    wide::div_down,
};
use alloy_primitives::U256;
use core::num::{NonZeroU32, NonZeroU64};

/// The seconds of a day.
pub const DAY_SECS: u64 = 86_400;

/// The largest multiple of a day's flow, in percent: a hundred times.
pub const MAX_MULTIPLE_PERCENT: u16 = 10_000;

/// The slowest smoothing: a day counts for a thirty-second part.
pub const MAX_SMOOTHING_LOG2: u8 = 5;

const PERCENT: NonZeroU32 = NonZeroU32::new(100).unwrap();

/// A floor, a ceiling, a step a day, a multiple and how smoothly; and the time in which the bucket refills.
///
/// One word:
///
/// ```text
///  255       248 247             240 239             224 223        192 191    128 127      64 63      0
/// ┌─────────────┬───────────────────┬───────────────────┬──────────────┬──────────┬───────────┬─────────┐
/// │ unit_log2   │ smoothing_log2    │ multiple_percent  │ refill_secs  │ step     │ ceiling   │ floor   │
/// └─────────────┴───────────────────┴───────────────────┴──────────────┴──────────┴───────────┴─────────┘
/// ```
/// Amounts are in units of 2^unit_log2 wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    floor: NonZeroU64,
    ceiling: NonZeroU64,
    step: NonZeroU64,
    refill_secs: NonZeroU32,
    multiple_percent: u16,
    smoothing_log2: u8,
    unit: Granule,
}

/// Why terms are refused when they are set: they could not act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidTerms {
    /// The floor is zero, or less than a unit of the ceiling: the bucket could close by itself.
    ZeroFloor,
    /// The ceiling is not above the floor: nothing would adapt. Set a limit instead.
    CeilingNotAboveFloor,
    /// The step is zero, or less than a unit of the ceiling.
    ZeroStep,
    /// The multiple is not within `100..=MAX_MULTIPLE_PERCENT`: below one a limit would choke what flows normally.
    MultipleOutOfBounds {
        /// The multiple asked for, in percent.
        percent: u16,
    },
    /// The smoothing is more than `MAX_SMOOTHING_LOG2`.
    SmoothingOutOfBounds {
        /// The logarithm asked for.
        log2: u8,
    },
    /// The bucket's limit would be refused.
    Limit(InvalidLimit),
}

impl Terms {
    /// A capacity between `floor` and `ceiling` that moves by at most `step` a day, a `2^-smoothing_log2` part of the
    /// way towards `multiple_percent` of a day's outflow, for a bucket that refills in `refill_secs`.
    ///
    /// With a ceiling of 2^64 or more, amounts are rounded down to whole units.
    ///
    /// # Errors
    /// [`InvalidTerms`].
    pub fn new(
        [floor, ceiling, step]: [U256; 3],
        multiple_percent: u16,
        smoothing_log2: u8,
        refill_secs: u64,
    ) -> Result<Self, InvalidTerms> {
        let unit = Granule::of(ceiling, 64);
        let units = |amount| NonZeroU64::new(unit.units_down(amount));
        let low = units(floor).ok_or(InvalidTerms::ZeroFloor)?;
        let high = units(ceiling)
            .filter(|high| *high > low)
            .ok_or(InvalidTerms::CeilingNotAboveFloor)?;
        if !(100..=MAX_MULTIPLE_PERCENT).contains(&multiple_percent) {
            return Err(InvalidTerms::MultipleOutOfBounds {
                percent: multiple_percent,
            });
        }
        if smoothing_log2 > MAX_SMOOTHING_LOG2 {
            return Err(InvalidTerms::SmoothingOutOfBounds { log2: smoothing_log2 });
        }
        let limit = Limit::new(ceiling, refill_secs).map_err(InvalidTerms::Limit)?;
        // Invariant: a bucket's time has 32 bits and is not zero.
        let refill_secs = NonZeroU32::new(limit.refill_secs() as u32).ok_or(InvalidTerms::Limit(
            InvalidLimit::RefillOutOfBounds { refill_secs },
        ))?;
        Ok(Self {
            floor: low,
            ceiling: high,
            step: units(step).ok_or(InvalidTerms::ZeroStep)?,
            refill_secs,
            multiple_percent,
            smoothing_log2,
            unit,
        })
    }

    /// The least capacity.
    pub fn floor(&self) -> U256 {
        self.unit.wei(self.floor.get())
    }

    /// The largest capacity.
    pub fn ceiling(&self) -> U256 {
        self.unit.wei(self.ceiling.get())
    }

    /// The most by which it moves in a day.
    pub fn step(&self) -> U256 {
        self.unit.wei(self.step.get())
    }

    /// The multiple of a day's flow that it moves towards, in percent.
    pub fn multiple_percent(&self) -> u16 {
        self.multiple_percent
    }

    /// The logarithm of the part of the way that it goes in a day.
    pub fn smoothing_log2(&self) -> u8 {
        self.smoothing_log2
    }

    /// The seconds in which the bucket refills.
    pub fn refill_secs(&self) -> u64 {
        u64::from(self.refill_secs.get())
    }

    /// The most that a capacity of `capacity` can be after so many midnights.
    pub fn highest_after(&self, capacity: U256, midnights: u64) -> U256 {
        let risen = self
            .step()
            .checked_mul(U256::from(midnights))
            .unwrap_or(U256::MAX);
        capacity.saturating_add(risen).min(self.ceiling())
    }

    /// The terms in a stored word, or none when there are none.
    pub fn from_word(word: U256) -> Option<Self> {
        let [floor, ceiling, step, high] = word.into_limbs();
        // The casts keep the bits that the diagram gives to each.
        Some(Self {
            floor: NonZeroU64::new(floor)?,
            ceiling: NonZeroU64::new(ceiling)?,
            step: NonZeroU64::new(step)?,
            refill_secs: NonZeroU32::new(high as u32)?,
            multiple_percent: (high >> 32) as u16,
            smoothing_log2: ((high >> 48) as u8).min(MAX_SMOOTHING_LOG2),
            unit: Granule::from_log2((high >> 56) as u8),
        })
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let high = u64::from(self.refill_secs.get())
            | u64::from(self.multiple_percent) << 32
            | u64::from(self.smoothing_log2) << 48
            | u64::from(self.unit.log2()) << 56;
        U256::from_limbs([self.floor.get(), self.ceiling.get(), self.step.get(), high])
    }

    /// The unit.
    pub(super) fn unit(&self) -> Granule {
        self.unit
    }

    /// In units, cut to the floor and the ceiling.
    pub(super) fn cut(&self, units: u64) -> u64 {
        units.min(self.ceiling.get()).max(self.floor.get())
    }

    /// Where a capacity is a midnight later, after a day of so much flow, all in units.
    pub(super) fn after_a_day(&self, capacity: u64, flow: u64) -> u64 {
        // Invariant: 64 bits times 16.
        let multiple = div_down(u128::from(flow) * u128::from(self.multiple_percent), PERCENT);
        let target = self.cut(multiple.min(u128::from(u64::MAX)) as u64);
        match target.checked_sub(capacity) {
            // Invariant: at most the way to the target.
            Some(up) => capacity + (up >> self.smoothing_log2).min(self.step.get()),
            None => capacity - self.fall(capacity - target),
        }
    }

    /// Where a capacity is after so many days of no flow, in units.
    pub(super) fn after_idle_days(&self, capacity: u64, mut days: u64) -> u64 {
        let floor = self.floor.get();
        let Some(mut above) = capacity.checked_sub(floor) else {
            return floor;
        };
        let step = self.step.get();
        // While more than this is above the floor, each day takes a step.
        let knee = u128::from(step) << self.smoothing_log2;
        if let Some(straight) = u128::from(above).checked_sub(knee) {
            // Invariant: at most what is above the floor. A whole step may be more than what is left: then it goes on
            // below, in parts.
            let steps = (straight as u64 / step).min(days);
            above -= steps * step;
            days -= steps;
        }
        for _ in 0..days.min(64 << self.smoothing_log2) {
            if above == 0 {
                break;
            }
            above -= self.fall(above);
        }
        floor + above
    }

    /// How far it falls in a day that is so far above the target: a part of it rounded up, at most a step.
    fn fall(&self, above: u64) -> u64 {
        let part = above >> self.smoothing_log2;
        let up = if part << self.smoothing_log2 == above {
            part
        } else {
            part + 1
        };
        up.min(self.step.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(amounts: [u64; 3], percent: u16, smoothing: u8, refill: u64) -> Result<Terms, InvalidTerms> {
        Terms::new(amounts.map(U256::from), percent, smoothing, refill)
    }

    #[test]
    fn terms_that_cannot_act_are_refused() {
        assert_eq!(new([0, 9, 1], 100, 0, 1), Err(InvalidTerms::ZeroFloor));
        assert_eq!(new([9, 9, 1], 100, 0, 1), Err(InvalidTerms::CeilingNotAboveFloor));
        assert_eq!(new([1, 9, 0], 100, 0, 1), Err(InvalidTerms::ZeroStep));
        for percent in [99, 10_001] {
            assert_eq!(
                new([1, 9, 1], percent, 0, 1),
                Err(InvalidTerms::MultipleOutOfBounds { percent })
            );
        }
        assert_eq!(
            new([1, 9, 1], 100, 6, 1),
            Err(InvalidTerms::SmoothingOutOfBounds { log2: 6 })
        );
        assert_eq!(
            new([1, 9, 1], 100, 0, 0),
            Err(InvalidTerms::Limit(InvalidLimit::RefillOutOfBounds {
                refill_secs: 0
            }))
        );
        assert!(new([1, 2, 1], 10_000, 5, 1).is_ok());
    }

    #[test]
    fn terms_survive_their_word_and_are_laid_out_as_they_are_drawn() {
        let five = U256::from(5) << 64;
        let terms = Terms::new([U256::from(80), five, U256::from(17)], 250, 4, 7).unwrap();
        let word = U256::from(10)
            | U256::from(5) << (61 + 64)
            | U256::from(2) << 128
            | U256::from(7) << 192
            | U256::from(250) << 224
            | U256::from(4) << 240
            | U256::from(3) << 248;
        assert_eq!(terms.to_word(), word);
        assert_eq!(Terms::from_word(word), Some(terms));
        assert_eq!(
            (terms.floor(), terms.ceiling(), terms.step()),
            (U256::from(80), five, U256::from(16))
        );
        assert_eq!(Terms::from_word(U256::ZERO), None);
    }

    #[test]
    fn idle_days_at_once_are_idle_days_one_by_one() {
        for (amounts, smoothing) in [
            ([100, 1_000_000, 7], 0),
            ([100, 1_000_000, 7_000], 3),
            ([1, u64::MAX, u64::MAX >> 9], 5),
            ([100, 1_000_000, 999_999], 4),
        ] {
            let terms = new(amounts, 200, smoothing, 1).unwrap();
            for start in [amounts[0], amounts[0] + 1, amounts[1] / 2, amounts[1]] {
                let mut one_by_one = start;
                for days in 0..400 {
                    assert_eq!(terms.after_idle_days(start, days), one_by_one, "{days}");
                    one_by_one = terms.after_a_day(one_by_one, 0);
                }
                assert_eq!(terms.after_idle_days(start, u64::MAX), amounts[0]);
            }
        }
    }
}
