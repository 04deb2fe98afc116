//! Under which terms inflow becomes credit.

use crate::{
    baseline::{InvalidShare, Share},
    granule::Granule,
    time::LONGEST_SECS,
};
use alloy_primitives::U256;
use core::num::{NonZeroU32, NonZeroU64};

/// The longest time to decay: ten years of 365 days.
pub const MAX_DECAY_SECS: u64 = LONGEST_SECS;

/// A share of inflow, a bound, and a time.
///
/// One word:
///
/// ```text
///  255    128 127     120 119     112 111      96 95           64 63                   0
/// ┌──────────┬───────────┬───────────┬───────────┬───────────────┬──────────────────────┐
/// │ zero     │ unit_log2 │ zero      │ share_bps │ decay_secs    │ bound, in units of   │
/// │          │           │           │           │               │ 2^unit_log2 wei      │
/// └──────────┴───────────┴───────────┴───────────┴───────────────┴──────────────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    share: Share,
    bound_units: NonZeroU64,
    unit: Granule,
    /// At most [`MAX_DECAY_SECS`].
    decay_secs: NonZeroU32,
}

/// Why terms are refused when they are set: they could not act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidTerms {
    /// The share of inflow is not within `1..=10_000`.
    Share(InvalidShare),
    /// No credit would ever be granted.
    ZeroBound,
    /// The time to decay is not within `1..=MAX_DECAY_SECS`.
    DecayOutOfBounds {
        /// The time asked for.
        decay_secs: u64,
    },
}

impl Terms {
    /// Terms of `share_bps` of the inflow, at most `bound` (of 2^64 or more rounded down to whole units), gone after
    /// `decay_secs`.
    ///
    /// # Errors
    /// [`InvalidTerms`].
    pub fn new(share_bps: u16, bound: U256, decay_secs: u64) -> Result<Self, InvalidTerms> {
        let share = Share::new(share_bps).map_err(InvalidTerms::Share)?;
        let unit = Granule::of(bound, 64);
        let bound_units = NonZeroU64::new(unit.units_down(bound)).ok_or(InvalidTerms::ZeroBound)?;
        // Invariant: MAX_DECAY_SECS is below 2^32.
        let whole_secs = NonZeroU32::new(decay_secs.min(MAX_DECAY_SECS) as u32)
            .filter(|_| decay_secs <= MAX_DECAY_SECS)
            .ok_or(InvalidTerms::DecayOutOfBounds { decay_secs })?;
        Ok(Self {
            share,
            bound_units,
            unit,
            decay_secs: whole_secs,
        })
    }

    /// The share of inflow that becomes credit.
    pub fn share(&self) -> Share {
        self.share
    }

    /// The most credit that an actor can have.
    pub fn bound(&self) -> U256 {
        self.unit.wei(self.bound_units.get())
    }

    /// The seconds in which a credit decays to nothing.
    pub fn decay_secs(&self) -> u64 {
        u64::from(self.decay_secs.get())
    }

    /// The terms in a stored word, or none when there are none.
    pub fn from_word(word: U256) -> Option<Self> {
        let [bound_units, middle, ..] = word.into_limbs();
        // The casts keep the bits that the diagram gives to each.
        Some(Self {
            share: Share::new((middle >> 32) as u16).ok()?,
            bound_units: NonZeroU64::new(bound_units)?,
            unit: Granule::from_log2((middle >> 56) as u8),
            decay_secs: NonZeroU32::new(middle as u32)?,
        })
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let middle = u64::from(self.decay_secs.get())
            | u64::from(self.share.bps()) << 32
            | u64::from(self.unit.log2()) << 56;
        U256::from_limbs([self.bound_units.get(), middle, 0, 0])
    }

    /// The bound in units, the unit, and the seconds.
    pub(super) fn to_parts(self) -> (u64, Granule, NonZeroU32) {
        (self.bound_units.get(), self.unit, self.decay_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_that_cannot_act_are_refused() {
        let new = |bps, bound: u64, secs| Terms::new(bps, U256::from(bound), secs);
        assert_eq!(new(0, 1, 1), Err(InvalidTerms::Share(InvalidShare { bps: 0 })));
        assert_eq!(
            new(10_001, 1, 1),
            Err(InvalidTerms::Share(InvalidShare { bps: 10_001 }))
        );
        assert_eq!(new(1, 0, 1), Err(InvalidTerms::ZeroBound));
        for decay_secs in [0, MAX_DECAY_SECS + 1] {
            assert_eq!(
                new(1, 1, decay_secs),
                Err(InvalidTerms::DecayOutOfBounds { decay_secs })
            );
        }
        assert_eq!(new(1, 1, MAX_DECAY_SECS).unwrap().decay_secs(), 315_360_000);
    }

    #[test]
    fn terms_survive_their_word_and_are_laid_out_as_they_are_drawn() {
        let terms = Terms::new(2_500, U256::from(5) << 64, 7).unwrap();
        let word = U256::from(5) << 61 | U256::from(7) << 64 | U256::from(2_500) << 96 | U256::from(3) << 120;
        assert_eq!(terms.to_word(), word);
        assert_eq!(Terms::from_word(word), Some(terms));
        assert_eq!((terms.bound(), terms.share().bps()), (U256::from(5) << 64, 2_500));
        assert_eq!(Terms::from_word(U256::ZERO), None);
    }
}
