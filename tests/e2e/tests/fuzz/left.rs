//! Money that left, and what may leave by what a limiter publishes.

use crate::chain::u;
use alloy_primitives::U256;
use std::fmt::Display;

/// Money that left while a limit was enforced, and what the limit was.
pub struct Left {
    pub at: u64,
    pub amount: U256,
    pub capacity: U256,
    pub refill_secs: u64,
}

/// Between any two times no more left than the limiter publishes.
pub fn assert_within(left: &[Left], now: u64, of: impl Display) {
    for first in 0..left.len() {
        let window = &left[first..];
        let secs = now - window[0].at;
        let all: U256 = window.iter().map(|left| left.amount).sum();
        let capacity = window.iter().map(|left| left.capacity).max().unwrap_or_default();
        let refill = window
            .iter()
            .map(|left| left.capacity * u(secs) / u(left.refill_secs.max(1)));
        let bound = capacity + refill.max().unwrap_or_default() + u(1);
        assert!(all <= bound, "{all} of {of} left in {secs} s, and {bound} may");
    }
}
