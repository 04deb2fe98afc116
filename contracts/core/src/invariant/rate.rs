//! A rate (of interest, of exchange, of a derivative to what it stands for): never zero, never out of its bounds, never a jump.

use super::{
    at_most,
    price::{Ratio, Step},
};
use alloy_primitives::U256;

/// Where a rate may be, and how far it may move in a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateBounds {
    least: U256,
    most: U256,
    step: Step,
}

/// Why a rate is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRate {
    /// It is not within its bounds.
    OutOfBounds,
    /// It moved by more than a step.
    Jumped,
}

impl RateBounds {
    /// From `least` to `most`, both included. None for a least of zero, and when they are the wrong way round.
    ///
    /// ```compile_fail
    /// use portcullis_core::invariant::{price::Step, rate::RateBounds};
    /// # use alloy_primitives::U256;
    /// const STEP: Step = Step::new(100, 100).unwrap();
    /// const ZERO_PASSES: RateBounds = RateBounds::new(U256::ZERO, U256::MAX, STEP).unwrap();
    /// ```
    pub const fn new(least: U256, most: U256, step: Step) -> Option<Self> {
        if least.const_is_zero() || !at_most(&least, &most) {
            return None;
        }
        Some(Self { least, most, step })
    }

    /// The lowest rate.
    pub fn least(&self) -> U256 {
        self.least
    }

    /// The highest rate.
    pub fn most(&self) -> U256 {
        self.most
    }

    /// How far it may move.
    pub fn step(&self) -> Step {
        self.step
    }

    /// Checks a rate, and what it was before. One that was zero before may become any that is within the bounds: there was none.
    ///
    /// # Errors
    /// [`BadRate`].
    pub fn check(&self, before: U256, after: U256) -> Result<(), BadRate> {
        if after < self.least || after > self.most {
            return Err(BadRate::OutOfBounds);
        }
        if before.is_zero() || self.step.reaches(&Ratio::whole(before), &Ratio::whole(after)) {
            Ok(())
        } else {
            Err(BadRate::Jumped)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    fn bounds() -> RateBounds {
        RateBounds::new(u(9_000), u(12_000), Step::new(50, 100).unwrap()).unwrap()
    }

    #[test]
    fn the_bounds_and_the_step_are_included() {
        let bounds = bounds();
        assert_eq!(bounds.check(u(10_000), u(10_100)), Ok(()));
        assert_eq!(bounds.check(u(10_000), u(10_101)), Err(BadRate::Jumped));
        assert_eq!(bounds.check(u(10_000), u(9_950)), Ok(()));
        assert_eq!(bounds.check(u(10_000), u(9_949)), Err(BadRate::Jumped));
        assert_eq!(bounds.check(u(9_000), u(9_000)), Ok(()));
        assert_eq!(bounds.check(u(9_000), u(8_999)), Err(BadRate::OutOfBounds));
        assert_eq!(bounds.check(u(12_000), u(12_000)), Ok(()));
        assert_eq!(bounds.check(u(12_000), u(12_001)), Err(BadRate::OutOfBounds));
        assert_eq!(
            (bounds.least(), bounds.most(), bounds.step()),
            (u(9_000), u(12_000), Step::new(50, 100).unwrap())
        );
    }

    #[test]
    fn a_rate_is_never_zero_and_the_first_one_is_within_the_bounds() {
        assert_eq!(bounds().check(u(10_000), u(0)), Err(BadRate::OutOfBounds));
        assert_eq!(bounds().check(u(0), u(0)), Err(BadRate::OutOfBounds));
        assert_eq!(bounds().check(u(0), u(11_000)), Ok(()));
        assert_eq!(bounds().check(u(0), u(12_001)), Err(BadRate::OutOfBounds));
    }

    #[test]
    fn bounds_that_let_zero_pass_or_nothing_are_none() {
        let step = Step::new(1, 1).unwrap();
        assert_eq!(RateBounds::new(u(0), u(1), step), None);
        assert_eq!(RateBounds::new(u(2), u(1), step), None);
        assert!(RateBounds::new(u(1), U256::MAX, step).is_some());
    }
}
