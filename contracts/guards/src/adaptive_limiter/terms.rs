//! What the governor sets.

use crate::{
    setting::{amount_refused, refused},
    GuardError,
};
use alloy_primitives::{B256, U256};
use portcullis_core::{
    adaptive::{InvalidTerms, Terms, MAX_MULTIPLE_PERCENT, MAX_SMOOTHING_LOG2},
    bucket::{InvalidLimit, MAX_REFILL_SECS},
};

/// Between what, how fast and towards what a capacity moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adaptation {
    /// The least capacity.
    pub floor: U256,
    /// The largest capacity.
    pub ceiling: U256,
    /// The most by which it moves in a day.
    pub step: U256,
    /// The multiple of a day's flow that it moves towards, in percent.
    pub multiple_percent: u16,
    /// It goes a `2^-smoothing_log2` part of the way in a day.
    pub smoothing_log2: u8,
    /// The seconds in which the bucket refills.
    pub refill_secs: u64,
}

impl Adaptation {
    /// Of terms.
    pub(super) fn of(terms: &Terms) -> Self {
        Self {
            floor: terms.floor(),
            ceiling: terms.ceiling(),
            step: terms.step(),
            multiple_percent: terms.multiple_percent(),
            smoothing_log2: terms.smoothing_log2(),
            refill_secs: terms.refill_secs(),
        }
    }

    /// As terms, or the error for what could not act.
    pub(super) fn terms(&self, key: B256) -> Result<Terms, GuardError> {
        Terms::new(
            [self.floor, self.ceiling, self.step],
            self.multiple_percent,
            self.smoothing_log2,
            self.refill_secs,
        )
        .map_err(|invalid| match invalid {
            InvalidTerms::ZeroFloor => amount_refused(key, "floor", self.floor),
            InvalidTerms::CeilingNotAboveFloor | InvalidTerms::Limit(InvalidLimit::ZeroCapacity) => {
                amount_refused(key, "ceiling", self.ceiling)
            }
            InvalidTerms::ZeroStep => amount_refused(key, "step", self.step),
            InvalidTerms::MultipleOutOfBounds { percent } => refused(
                key,
                "multiple_percent",
                percent.into(),
                100,
                MAX_MULTIPLE_PERCENT.into(),
            ),
            InvalidTerms::SmoothingOutOfBounds { log2 } => {
                refused(key, "smoothing_log2", log2.into(), 0, MAX_SMOOTHING_LOG2.into())
            }
            InvalidTerms::Limit(InvalidLimit::RefillOutOfBounds { refill_secs }) => {
                refused(key, "refill_secs", refill_secs, 1, MAX_REFILL_SECS)
            }
        })
    }

    /// Whether the capacity can be higher than under `other` at some time, or the bucket refills faster. Any other smoothing counts as looser: a slower
    /// one falls more slowly, too.
    pub(super) fn is_looser_than(&self, other: &Self) -> bool {
        self.floor > other.floor
            || self.ceiling > other.ceiling
            || self.step > other.step
            || self.multiple_percent > other.multiple_percent
            || self.smoothing_log2 != other.smoothing_log2
            || self.refill_secs < other.refill_secs
    }
}
