//! How far and how fast a ceiling expands.

use crate::{granule::Granule, time::LONGEST_SECS, wide::div_down};
use alloy_primitives::U256;
use core::num::{NonZeroU32, NonZeroU64};

/// The longest time in which a gap expands: ten years of 365 days.
pub const MAX_EXPAND_SECS: u64 = LONGEST_SECS;

/// Amounts of up to this many bits are held to the wei.
pub(super) const UNIT_BITS: usize = 59;

/// A hard maximum, a gap, and the time in which the ceiling rises by a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    maximum_units: NonZeroU64,
    gap_units: NonZeroU64,
    unit: Granule,
    /// At most [`MAX_EXPAND_SECS`].
    expand_secs: NonZeroU32,
}

/// Why terms are refused when they are set: they could not act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidTerms {
    /// Nothing could ever grow. Close it instead.
    ZeroMaximum,
    /// The gap is zero, or less than a unit of the maximum.
    ZeroGap,
    /// The gap is more than the maximum, so that nothing would slow the growth.
    GapAboveMaximum,
    /// The time is not within `1..=MAX_EXPAND_SECS`.
    ExpandOutOfBounds {
        /// The time asked for.
        expand_secs: u64,
    },
}

impl Terms {
    /// A ceiling of at most `maximum`, at most `gap` above the quantity, that rises by a gap in `expand_secs`.
    ///
    /// A maximum of 2^59 or more, and its gap, are rounded down to whole units; [`Terms::maximum`] and [`Terms::gap`]
    /// say to what.
    ///
    /// # Errors
    /// [`InvalidTerms`].
    pub fn new(maximum: U256, gap: U256, expand_secs: u64) -> Result<Self, InvalidTerms> {
        let unit = Granule::of(maximum, UNIT_BITS);
        let maximum_units = NonZeroU64::new(unit.units_down(maximum)).ok_or(InvalidTerms::ZeroMaximum)?;
        if gap > maximum {
            return Err(InvalidTerms::GapAboveMaximum);
        }
        let gap_units = NonZeroU64::new(unit.units_down(gap)).ok_or(InvalidTerms::ZeroGap)?;
        // Invariant: MAX_EXPAND_SECS is below 2^30.
        let whole_secs = NonZeroU32::new(expand_secs.min(MAX_EXPAND_SECS) as u32)
            .filter(|_| expand_secs <= MAX_EXPAND_SECS)
            .ok_or(InvalidTerms::ExpandOutOfBounds { expand_secs })?;
        Ok(Self {
            maximum_units,
            gap_units,
            unit,
            expand_secs: whole_secs,
        })
    }

    /// What no increase exceeds.
    pub fn maximum(&self) -> U256 {
        self.unit.wei(self.maximum_units.get())
    }

    /// The most that the ceiling is above the quantity.
    pub fn gap(&self) -> U256 {
        self.unit.wei(self.gap_units.get())
    }

    /// The seconds in which the ceiling rises by a gap.
    pub fn expand_secs(&self) -> u64 {
        u64::from(self.expand_secs.get())
    }

    /// The most by which the quantity can grow within `secs`: a gap, and what the ceiling rises. The maximum when it
    /// would be more.
    pub fn bound(&self, secs: u64) -> U256 {
        let risen = div_down(
            u128::from(self.gap_units.get()) * u128::from(secs),
            self.expand_secs,
        );
        // Invariant: 59 bits times 64 are 123, and 59 on top.
        let units = risen + u128::from(self.gap_units.get());
        let cut = units.min(u128::from(self.maximum_units.get()));
        // Invariant: the maximum has 59 bits.
        self.unit.wei(cut as u64)
    }

    /// Whether the quantity could be higher than under `other`. A shorter time counts as looser even of a smaller gap.
    pub fn is_looser_than(&self, other: &Self) -> bool {
        self.maximum() > other.maximum() || self.gap() > other.gap() || self.expand_secs < other.expand_secs
    }

    /// The unit.
    pub(super) fn unit(&self) -> Granule {
        self.unit
    }

    /// What a ceiling has risen in so many seconds, in units, rounded down.
    pub(super) fn risen_down(&self, secs: u64) -> u128 {
        // Invariant: two numbers of 64 bits make one of 128.
        div_down(
            u128::from(self.gap_units.get()) * u128::from(secs),
            self.expand_secs,
        )
    }

    /// The highest that a ceiling may be over a quantity, in units, rounded down.
    pub(super) fn highest_over_down(&self, quantity: U256) -> u64 {
        self.unit
            .units_down(quantity)
            .saturating_add(self.gap_units.get())
            .min(self.maximum_units.get())
    }

    /// Its numbers as they are stored: the maximum and the gap in units, the unit's logarithm, the seconds.
    pub(super) fn to_parts(self) -> (u64, u64, u8, u32) {
        (
            self.maximum_units.get(),
            self.gap_units.get(),
            self.unit.log2(),
            self.expand_secs.get(),
        )
    }

    /// The terms of stored numbers, or none when there are none.
    pub(super) fn from_parts(maximum: u64, gap: u64, unit_log2: u8, expand_secs: u32) -> Option<Self> {
        Some(Self {
            maximum_units: NonZeroU64::new(maximum)?,
            gap_units: NonZeroU64::new(gap)?,
            unit: Granule::from_log2(unit_log2),
            expand_secs: NonZeroU32::new(expand_secs)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(maximum: u64, gap: u64, expand_secs: u64) -> Terms {
        Terms::new(U256::from(maximum), U256::from(gap), expand_secs).unwrap()
    }

    #[test]
    fn terms_that_cannot_act_are_refused() {
        let new = |maximum: u64, gap: u64, secs| Terms::new(U256::from(maximum), U256::from(gap), secs);
        assert_eq!(new(0, 0, 1), Err(InvalidTerms::ZeroMaximum));
        assert_eq!(new(10, 0, 1), Err(InvalidTerms::ZeroGap));
        assert_eq!(Terms::new(U256::MAX, U256::ONE, 1), Err(InvalidTerms::ZeroGap));
        assert_eq!(new(10, 11, 1), Err(InvalidTerms::GapAboveMaximum));
        for expand_secs in [0, MAX_EXPAND_SECS + 1] {
            assert_eq!(
                new(10, 1, expand_secs),
                Err(InvalidTerms::ExpandOutOfBounds { expand_secs })
            );
        }
        assert_eq!(new(10, 10, MAX_EXPAND_SECS).unwrap().expand_secs(), 315_360_000);
    }

    #[test]
    fn the_bound_is_a_gap_and_what_the_ceiling_rises() {
        let day = terms(10_000, 1_000, 86_400);
        for (secs, bound) in [(0, 1_000), (43_200, 1_500), (86_400, 2_000), (u64::MAX, 10_000)] {
            assert_eq!(day.bound(secs), U256::from(bound), "{secs}");
        }
    }

    #[test]
    fn looser_is_higher_or_faster() {
        let base = terms(1_000, 100, 50);
        assert!(terms(1_001, 100, 50).is_looser_than(&base));
        assert!(terms(1_000, 101, 50).is_looser_than(&base));
        assert!(terms(1_000, 100, 49).is_looser_than(&base));
        assert!(!terms(999, 99, 51).is_looser_than(&base));
        assert!(!base.is_looser_than(&base));
    }
}
