//! A rate is never zero, never out of its bounds, and never jumps in a transition.
//!
//! # The attack
//! A setter that scales wrong by 1e18, a reporter that says 5e27. Steps that are each within the bound walk within the bounds of the whole: [`super::PriceWindow`] is for a bound
//! over time.

use super::{Invariant, Unmet};
use crate::{errors, sdk::VM};
use alloy_primitives::U256;
use portcullis_core::invariant::rate::{BadRate, RateBounds};

errors! {
    /// A rate is not within its bounds.
    RateOutOfBounds(rate: U256, least: U256, most: U256);
    /// A rate has moved by more than a step, in basis points.
    RateJumped(before: U256, rate: U256, down_bps: u64, up_bps: u64);
}

/// A rate and its bounds.
#[derive(Clone, Copy, Debug)]
pub struct RateWithin<R> {
    bounds: RateBounds,
    rate: R,
}

/// A rate is within its bounds, and moved within a step.
///
/// Unmet: [`RateOutOfBounds`], [`RateJumped`], and what `rate` fails with.
pub fn rate_within<R: Fn(&VM) -> Result<U256, Unmet>>(bounds: RateBounds, rate: R) -> RateWithin<R> {
    RateWithin { bounds, rate }
}

impl<R: Fn(&VM) -> Result<U256, Unmet>> Invariant for RateWithin<R> {
    type Before = U256;

    fn before(&self, vm: &VM) -> Result<U256, Unmet> {
        (self.rate)(vm)
    }

    fn after(&self, vm: &VM, before: U256) -> Result<(), Unmet> {
        let rate = (self.rate)(vm)?;
        let bounds = &self.bounds;
        bounds.check(before, rate).map_err(|bad| match bad {
            BadRate::OutOfBounds => Unmet::broken(RateOutOfBounds {
                rate,
                least: bounds.least(),
                most: bounds.most(),
            }),
            BadRate::Jumped => Unmet::broken(RateJumped {
                before,
                rate,
                down_bps: bounds.step().down_bps().into(),
                up_bps: bounds.step().up_bps().into(),
            }),
        })
    }
}
