//! A limiter with its limit, and what that rests on.

use crate::human::next_up;
use crate::shape::{InvalidSetting, Limited, Part};
use alloy_primitives::U256;

/// What a limit rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Basis {
    /// The history is long enough to see the budget.
    Seen,
    /// The budget is beyond the history: the limit is read from a fitted tail.
    Extrapolated {
        /// What the limit is at most, with 95% confidence.
        upper: U256,
        /// The tail's shape: at one and above, what was seen says little about what is to come.
        tail_shape: f64,
        /// How many peaks it was fitted to.
        peaks: usize,
    },
    /// The budget is beyond the history, and too few peaks were seen to fit a tail: the limit is the largest need.
    LargestSeen {
        /// How many peaks were seen.
        peaks: usize,
    },
}

/// A part of a suggestion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FittedPart {
    /// Which limiter.
    pub part: Part,
    /// The limit to set.
    pub limit: U256,
    /// The limit as core keeps it.
    pub limited: Limited,
    /// What it rests on.
    pub basis: Basis,
    /// The largest need in the history.
    pub largest_need: U256,
    /// The rarest refusal that the history supports with 95% confidence: one in so many.
    pub supported: u64,
}

/// The limits of parts, as core keeps them.
#[must_use]
pub fn limits(parts: &[FittedPart]) -> Vec<Limited> {
    parts.iter().map(|part| part.limited).collect()
}

/// The next limit up: core's rounding needs it.
pub(super) fn raise(part: &mut FittedPart) -> Result<(), InvalidSetting> {
    part.limit = next_up(part.limit);
    part.limited = Limited::new(part.part, part.limit)?;
    Ok(())
}
