//! What has to hold over a transition, as comparisons of numbers from before it and after it.
//!
//! - [`change`]: by how much a balance may rise or fall.
//! - [`supply`]: a supply changes by what was minted and burned, and is backed.
//! - [`price`]: what a share is worth: it does not fall, or moves within a step.
//! - [`reference`](mod@reference): a price that is remembered and follows slowly, so that many small steps do not make a large one.
//! - [`rate`]: a rate is never zero, never out of its bounds, never jumps.
//! - [`pool`]: the value per share of a constant product and of a weighted pool does not fall.
//! - [`stable`]: nor does that of a stable-swap pool.
//! - [`health`]: an account can pay, or is at least no worse than it was.
//! - [`value`]: what came in is worth what went out.
//!
//! # Design
//! - **Nothing is divided.** A fraction is compared with another by multiplying crosswise, and a product has as many bits as it needs. So a
//!   comparison is exact, has no rounding that could be walked along, and needs no general division, which would be 8 KiB of a program.
//! - Equal to a bound is within it, everywhere.
//! - A number that could not act (a fall of 10,000 bps, a margin beyond the whole) is refused where a bound is made, so a bound that exists acts. Every bound can be
//!   made in a constant, `const STEP: Step = Step::new(50, 100).unwrap();`, and one that is refused there does not compile.

pub mod change;
pub mod health;
pub mod pool;
pub mod price;
mod product;
pub mod rate;
pub mod reference;
pub mod stable;
pub mod supply;
pub mod value;

use alloy_primitives::U256;

/// A whole, in basis points.
pub const WHOLE_BPS: u32 = 10_000;

/// Whether a number is at most another. For constants, where operators are not.
const fn at_most(number: &U256, most: &U256) -> bool {
    let (_, is_below) = most.overflowing_sub(*number);
    !is_below
}

#[cfg(test)]
mod tests {
    use super::{
        change::{Bounds, Change},
        health::Factor,
        pool::{Weights, WithFee},
        price::{Pricing, Step},
        rate::RateBounds,
        reference::Pace,
        stable::Amplification,
        supply::Backing,
        value::Tolerance,
        *,
    };
    use crate::solvency::Margin;

    const TEN: U256 = U256::from_limbs([10, 0, 0, 0]);

    /// What stands in a contract's constants: were one of these not made at compile time, this would not compile.
    #[test]
    fn every_bound_is_made_in_a_constant() {
        const CHANGE: Bounds = Bounds::new(Change::Fall(TEN), Change::Rise(U256::ONE)).unwrap();
        const RISE: Bounds = Bounds::rise(U256::ONE, TEN).unwrap();
        const FALL: Bounds = Bounds::fall(U256::ONE, TEN).unwrap();
        const FACTOR: Factor = Factor::new(8_000).unwrap();
        const WEIGHTS: Weights<2> = Weights::new([8, 2]).unwrap();
        const FEE: WithFee = WithFee::new(30).unwrap();
        const PRICING: Pricing = Pricing::new(6, TEN).unwrap();
        const STEP: Step = Step::new(50, 100).unwrap();
        const RATE: RateBounds = RateBounds::new(U256::ONE, TEN, STEP).unwrap();
        const PACE: Pace = Pace::new(10, 3_600).unwrap();
        const AMPLIFICATION: Amplification = Amplification::new(200, 1).unwrap();
        const BACKING: Backing = Backing::new(TEN, U256::ONE).unwrap();
        const TOLERANCE: Tolerance = Tolerance::new(10).unwrap();
        const MARGIN: Margin = Margin::new(500).unwrap();
        // And they are what the same call makes at run time.
        assert_eq!(
            Some(CHANGE),
            Bounds::new(Change::Fall(TEN), Change::Rise(U256::ONE))
        );
        assert_eq!(
            (Some(RISE), Some(FALL)),
            (Bounds::rise(U256::ONE, TEN), Bounds::fall(U256::ONE, TEN))
        );
        assert_eq!(
            (FACTOR.bps(), FEE.bps(), TOLERANCE.bps(), MARGIN.bps()),
            (8_000, 30, 10, 500)
        );
        assert_eq!(
            (Some(WEIGHTS), Some(AMPLIFICATION)),
            (Weights::new([8, 2]), Amplification::new(200, 1))
        );
        assert_eq!((PRICING.floor(), Some(PRICING)), (TEN, Pricing::new(6, TEN)));
        assert_eq!((RATE.least(), RATE.most(), RATE.step()), (U256::ONE, TEN, STEP));
        assert_eq!((PACE.step_bps(), PACE.period_secs()), (10, 3_600));
        assert_eq!(Some(BACKING), Backing::new(TEN, U256::ONE));
    }

    #[test]
    fn a_number_is_at_most_itself() {
        for (number, most, expected) in [
            (TEN, TEN, true),
            (U256::ONE, TEN, true),
            (TEN, U256::ONE, false),
            (U256::ZERO, U256::MAX, true),
            (U256::MAX, U256::ZERO, false),
            (U256::MAX, U256::MAX, true),
        ] {
            assert_eq!(at_most(&number, &most), expected);
        }
    }
}
