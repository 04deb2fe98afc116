//! A leaky bucket of paused seconds.

use super::Terms;
use crate::time::LATEST;

/// What guardians have used of their budget and has not leaked out since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// The paused seconds in the bucket, at `at`.
    pub level_secs: u64,
    /// When the level was that.
    pub at: u64,
}

/// A pause that the budget does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OverBudget {
    /// The longest pause that it does.
    pub(super) left_secs: u64,
    /// The first second at which it holds the one that was asked for, if none is made before.
    pub(super) retry_at: u64,
}

impl Budget {
    /// What is in the bucket at `now`, rounded up. A time that went back stands still.
    pub fn level_up(self, terms: &Terms, now: u64) -> u64 {
        // Invariant: an elapsed time cut at 2^40 times a capacity below 2^24.
        let leaked = now.saturating_sub(self.at).min(LATEST) * terms.capacity_secs_down();
        self.level_secs
            .saturating_sub(leaked.checked_div(terms.config().period_secs).unwrap_or(0))
    }

    /// The longest pause that it still holds.
    pub fn left_secs(self, terms: &Terms, now: u64) -> u64 {
        terms
            .capacity_secs_down()
            .saturating_sub(self.level_up(terms, now))
    }

    /// The budget after a pause of `secs`.
    pub(super) fn charged(self, secs: u64, terms: &Terms, now: u64) -> Result<Self, OverBudget> {
        let left_secs = self.left_secs(terms, now);
        if secs > left_secs {
            return Err(OverBudget {
                left_secs,
                retry_at: self.retry_at(secs, terms),
            });
        }
        Ok(Self {
            // Invariant: at most the capacity.
            level_secs: self.level_up(terms, now) + secs,
            at: now.min(LATEST).max(self.at),
        })
    }

    /// When `secs` fit, for at most what the bucket holds: after `missing · period / capacity` seconds, rounded up.
    fn retry_at(self, secs: u64, terms: &Terms) -> u64 {
        let capacity = terms.capacity_secs_down();
        let missing = self.level_secs.saturating_add(secs).saturating_sub(capacity);
        // Invariant: seconds of at most 33 bits and a period of 25. The capacity is not zero.
        let wait = (missing * terms.config().period_secs + capacity.saturating_sub(1)).checked_div(capacity);
        self.at.saturating_add(wait.unwrap_or(0))
    }
}
