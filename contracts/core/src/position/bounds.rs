//! How far a position may go to either side.

use crate::{
    granule::Granule,
    time::LONGEST_SECS,
    wide::{div_down, shl, shr},
};
use alloy_primitives::U256;
use core::num::{NonZeroU32, NonZeroU64};

/// The longest time to decay: ten years of 365 days.
pub const MAX_DECAY_SECS: u64 = LONGEST_SECS;

/// A bound for each side, and the time in which a position at either decays to zero.
///
/// One word:
///
/// ```text
///  255    168 167     160 159         128 127          64 63           0
/// ┌──────────┬───────────┬───────────────┬───────────────┬──────────────┐
/// │ zero     │ unit_log2 │ decay_secs    │ max_out, in   │ max_in, in   │
/// │          │           │               │ units         │ units        │
/// └──────────┴───────────┴───────────────┴───────────────┴──────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub(super) in_units: NonZeroU64,
    pub(super) out_units: NonZeroU64,
    pub(super) unit: Granule,
    /// At most [`MAX_DECAY_SECS`].
    pub(super) decay_secs: NonZeroU32,
}

/// Why bounds are refused when they are set: they could not act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidBounds {
    /// Nothing could come in: the bound is zero, or less than a unit of the other.
    ZeroIn,
    /// Nothing could go out: the bound is zero, or less than a unit of the other.
    ZeroOut,
    /// The time to decay is not within `1..=MAX_DECAY_SECS`.
    DecayOutOfBounds {
        /// The time asked for.
        decay_secs: u64,
    },
}

impl Bounds {
    /// Bounds under which, within the decay time, what came in can go out again beside `max_out`, whoever brought it in.
    ///
    /// Bounds of 2^63 or more are rounded down to whole units of the larger one.
    ///
    /// # Errors
    /// [`InvalidBounds`].
    pub fn where_an_inflow_buys_an_outflow(
        max_in: U256,
        max_out: U256,
        decay_secs: u64,
    ) -> Result<Self, InvalidBounds> {
        // One bit less than 64, so that both together have 64.
        let unit = Granule::of(max_in.max(max_out), 63);
        let in_units = NonZeroU64::new(unit.units_down(max_in)).ok_or(InvalidBounds::ZeroIn)?;
        let out_units = NonZeroU64::new(unit.units_down(max_out)).ok_or(InvalidBounds::ZeroOut)?;
        // Invariant: MAX_DECAY_SECS is below 2^32.
        let whole_secs = NonZeroU32::new(decay_secs.min(MAX_DECAY_SECS) as u32)
            .filter(|_| decay_secs <= MAX_DECAY_SECS)
            .ok_or(InvalidBounds::DecayOutOfBounds { decay_secs })?;
        Ok(Self {
            in_units,
            out_units,
            unit,
            decay_secs: whole_secs,
        })
    }

    /// The most that may have come in net.
    pub fn max_in(&self) -> U256 {
        self.unit.wei(self.in_units.get())
    }

    /// The most that may have gone out net.
    pub fn max_out(&self) -> U256 {
        self.unit.wei(self.out_units.get())
    }

    /// The seconds in which a position at a bound decays to zero.
    pub fn decay_secs(&self) -> u64 {
        u64::from(self.decay_secs.get())
    }

    /// The most that goes out beyond what comes in, in any interval of `secs` seconds, both ends included. The
    /// largest number when it would be larger.
    pub fn bound_out(&self, secs: u64) -> U256 {
        self.bound(self.out_units.get(), secs)
    }

    /// The most that comes in beyond what goes out, in any interval of `secs` seconds, both ends included. The
    /// largest number when it would be larger.
    pub fn bound_in(&self, secs: u64) -> U256 {
        self.bound(self.in_units.get(), secs)
    }

    /// The bounds in a stored word, or none when there are none.
    pub fn from_word(word: U256) -> Option<Self> {
        let [in_units, out_units, high, _] = word.into_limbs();
        // The casts keep the bits that the diagram gives to each.
        Some(Self {
            in_units: NonZeroU64::new(in_units)?,
            out_units: NonZeroU64::new(out_units)?,
            unit: Granule::from_log2((high >> 32) as u8),
            decay_secs: NonZeroU32::new(high as u32)?,
        })
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let high = u64::from(self.decay_secs.get()) | u64::from(self.unit.log2()) << 32;
        U256::from_limbs([self.in_units.get(), self.out_units.get(), high, 0])
    }

    /// Units in unit-seconds.
    pub(super) fn whole(&self, units: u64) -> i128 {
        // Invariant: 64 bits times 32 are 96.
        i128::from(units) * i128::from(self.decay_secs.get())
    }

    fn bound(&self, side: u64, secs: u64) -> U256 {
        let decayed = div_down(u128::from(side) * u128::from(secs), self.decay_secs);
        // Invariant: (2^64 - 1)^2 and twice 2^64 - 1 on top are below 2^128.
        let units = decayed + u128::from(self.in_units.get()) + u128::from(self.out_units.get());
        if U256::from(units) > shr(U256::MAX, self.unit.log2()) {
            U256::MAX
        } else {
            shl(U256::from(units), self.unit.log2())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(max_in: u64, max_out: u64, decay_secs: u64) -> Result<Bounds, InvalidBounds> {
        Bounds::where_an_inflow_buys_an_outflow(U256::from(max_in), U256::from(max_out), decay_secs)
    }

    #[test]
    fn bounds_that_cannot_act_are_refused() {
        assert_eq!(new(0, 1, 1), Err(InvalidBounds::ZeroIn));
        assert_eq!(new(1, 0, 1), Err(InvalidBounds::ZeroOut));
        let tiny = Bounds::where_an_inflow_buys_an_outflow(U256::MAX, U256::ONE, 1);
        assert_eq!(tiny, Err(InvalidBounds::ZeroOut));
        for decay_secs in [0, MAX_DECAY_SECS + 1] {
            assert_eq!(
                new(1, 1, decay_secs),
                Err(InvalidBounds::DecayOutOfBounds { decay_secs })
            );
        }
        assert_eq!(new(1, 1, MAX_DECAY_SECS).unwrap().decay_secs(), 315_360_000);
    }

    #[test]
    fn the_bounds_count_both_sides_and_what_decays() {
        let bounds = new(300, 100, 1_000).unwrap();
        assert_eq!(bounds.bound_out(0), U256::from(400));
        assert_eq!(bounds.bound_out(1_000), U256::from(500));
        assert_eq!(bounds.bound_in(1_000), U256::from(700));
        let largest = u64::MAX >> 1;
        let most = U256::from(largest) * U256::from(u64::MAX) + U256::from(2 * largest);
        assert_eq!(new(largest, largest, 1).unwrap().bound_in(u64::MAX), most);
        let largest = Bounds::where_an_inflow_buys_an_outflow(U256::MAX, U256::MAX, 1).unwrap();
        assert_eq!(largest.bound_out(0), U256::MAX);
    }

    #[test]
    fn bounds_survive_their_word_and_are_laid_out_as_they_are_drawn() {
        let bounds = Bounds::where_an_inflow_buys_an_outflow(U256::from(5) << 64, U256::from(80), 7).unwrap();
        let word = U256::from(5) << 60 | U256::from(5) << 64 | U256::from(7) << 128 | U256::from(4) << 160;
        assert_eq!(bounds.to_word(), word);
        assert_eq!(Bounds::from_word(word), Some(bounds));
        assert_eq!(
            (bounds.max_in(), bounds.max_out()),
            (U256::from(5) << 64, U256::from(80))
        );
        assert_eq!(Bounds::from_word(U256::ZERO), None);
    }
}
