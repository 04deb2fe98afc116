//! The value per share of a constant product and of a weighted pool does not fall.
//!
//! # Design
//! - A weighted pool's value is `∏ balance_i^(w_i/W)` with `W = Σ w_i` (Balancer), a constant product's that with equal weights. Its W-th power per share,
//!   `∏ balance_i^w_i / supply^W`, is compared with the one before: crosswise, in up to 5,120 bits. No logarithm, no root, no tolerance.
//! - **Weights are small whole numbers with a sum of at most ten**: 80/20 is 4 to 1, 60/40 is 3 to 2, 50/50 is 1 to 1, a third each is 1 to 1 to 1,
//!   98/2 has no such numbers and is not offered. The products would not fit.
//! - Two to eight assets.
//! - Shares count: a join or an exit changes balances and supply, and what a share is worth may not fall by it either.
//! - With shares of nobody, before or after, there is nobody to lose: such a transition passes.
//! - A fee belongs to the pool: [`WithFee`] asks of a swap that the product grows by it, as Uniswap's does.
//!
//! # The attack
//! Balancer 2025: swaps of a few units, each rounded in the swapper's favour by a part of a unit, 65 of them in one call. Without a tolerance the first is
//! refused.

use super::{product::Product, WHOLE_BPS};
use alloy_primitives::U256;

/// The most assets of a pool.
pub const MAX_ASSETS: usize = 8;

/// The most that weights sum up to.
pub const MAX_WEIGHT: u8 = 10;

/// What a pool holds and what it has issued. For a pool without shares the supply is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool<const N: usize> {
    /// Of each asset. A stable-swap pool's are scaled so that one is worth about as much as one of another.
    pub balances: [U256; N],
    /// All shares.
    pub supply: U256,
}

/// A value per share that fell: both sides of the comparison, without `dropped_bits` of their lowest bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fell {
    /// What there would have to be.
    pub before: U256,
    /// What there is.
    pub after: U256,
    /// How many bits of both are not said. When the two are equal, they differ in these.
    pub dropped_bits: u64,
}

/// Whether one product is at least another, and what both are when it is not.
pub(super) fn require(after: &Product, before: &Product) -> Result<(), Fell> {
    if after.is_at_least(before) {
        return Ok(());
    }
    let ([after, before], dropped_bits) = after.leading(before);
    Err(Fell {
        before,
        after,
        dropped_bits,
    })
}

/// The weights of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights<const N: usize> {
    weights: [u8; N],
    sum: u8,
}

impl Weights<2> {
    /// A constant product.
    pub const EQUAL: Self = Self {
        weights: [1, 1],
        sum: 2,
    };
}

impl<const N: usize> Weights<N> {
    /// None for fewer than two assets, more than [`MAX_ASSETS`], a weight of zero, and a sum above [`MAX_WEIGHT`].
    ///
    /// ```compile_fail
    /// use portcullis_core::invariant::pool::Weights;
    /// const NO_POOL: Weights<2> = Weights::new([1, 0]).unwrap();
    /// ```
    pub const fn new(weights: [u8; N]) -> Option<Self> {
        if N < 2 || N > MAX_ASSETS {
            return None;
        }
        let (mut sum, mut rest) = (0u8, weights.as_slice());
        while let [weight, others @ ..] = rest {
            sum = sum.saturating_add(*weight);
            if *weight == 0 || sum > MAX_WEIGHT {
                return None;
            }
            rest = others;
        }
        Some(Self { weights, sum })
    }

    /// Requires that a share is worth no less than before. Exact; equality is enough.
    ///
    /// # Errors
    /// [`Fell`].
    #[inline(never)]
    pub fn require_no_fall(&self, before: &Pool<N>, after: &Pool<N>) -> Result<(), Fell> {
        if before.supply.is_zero() || after.supply.is_zero() {
            return Ok(());
        }
        require(
            &self.value(after, before.supply),
            &self.value(before, after.supply),
        )
    }

    /// `∏ balance_i^w_i · supply^W`.
    // Invariant: the weights sum up to ten at most, so these are at most twenty numbers of 256 bits.
    fn value(&self, pool: &Pool<N>, other_supply: U256) -> Product {
        let mut value = Product::of(&[]);
        for (balance, weight) in pool.balances.iter().zip(self.weights) {
            value.times_power(*balance, weight);
        }
        value.times_power(other_supply, self.sum);
        value
    }
}

/// A constant product whose swaps pay a fee into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WithFee(u32);

impl WithFee {
    /// None for a fee of the whole or more.
    pub const fn new(fee_bps: u32) -> Option<Self> {
        if fee_bps < WHOLE_BPS {
            Some(Self(fee_bps))
        } else {
            None
        }
    }

    /// In basis points of what came in.
    pub fn bps(&self) -> u32 {
        self.0
    }

    /// Requires of a swap that the product, without the fee on what came in, is no less than before. Exact; equality is enough.
    ///
    /// # Errors
    /// [`Fell`].
    #[inline(never)]
    pub fn require_no_fall(&self, before: [U256; 2], after: [U256; 2]) -> Result<(), Fell> {
        let whole = u64::from(WHOLE_BPS);
        let fee = u64::from(self.0);
        let mut least = Product::of(&before);
        least.times_small(whole).times_small(whole);
        let mut product = Product::of(&[]);
        for (before, after) in before.into_iter().zip(after) {
            // `after · 10,000 - (after - before) · fee` where it rose, which is the one without the fee and the fee on what was there before.
            // Invariant: a fee is below the whole; 272 bits, twice.
            let mut without_fee = Product::of(&[after]);
            without_fee.times_small(whole - fee);
            let mut kept = Product::of(&[before.min(after)]);
            without_fee.plus(kept.times_small(fee));
            product.times_product(&without_fee);
        }
        require(&product, &least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use proptest::prelude::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    fn pool<const N: usize>(balances: [u64; N], supply: u64) -> Pool<N> {
        Pool {
            balances: balances.map(u),
            supply: u(supply),
        }
    }

    fn big(number: U256) -> BigUint {
        BigUint::from_bytes_le(&number.to_le_bytes::<32>())
    }

    #[test]
    fn a_product_that_stays_passes_and_one_less_does_not() {
        let weights = Weights::EQUAL;
        let before = pool([1_000, 1_000], 1_000);
        assert_eq!(
            weights.require_no_fall(&before, &pool([2_000, 500], 1_000)),
            Ok(())
        );
        let fell = Fell {
            before: u(1_000_000_000_000),
            after: u(999_999) * u(1_000_000),
            dropped_bits: 0,
        };
        assert_eq!(
            weights.require_no_fall(&before, &pool([999, 1_001], 1_000)),
            Err(fell)
        );
        assert_eq!(
            weights.require_no_fall(&before, &pool([999, 1_002], 1_000)),
            Ok(())
        );
    }

    #[test]
    fn a_join_and_an_exit_are_measured_by_the_share() {
        let weights = Weights::EQUAL;
        let before = pool([1_000, 4_000], 100);
        assert_eq!(
            weights.require_no_fall(&before, &pool([2_000, 8_000], 200)),
            Ok(())
        );
        assert!(weights
            .require_no_fall(&before, &pool([2_000, 8_000], 201))
            .is_err());
        assert_eq!(weights.require_no_fall(&before, &pool([500, 2_000], 50)), Ok(()));
        assert!(weights.require_no_fall(&before, &pool([499, 2_000], 50)).is_err());
        // One side only, worth half of the other way round: sqrt(4) times.
        assert_eq!(
            weights.require_no_fall(&before, &pool([4_000, 4_000], 200)),
            Ok(())
        );
        assert!(weights
            .require_no_fall(&before, &pool([4_000, 4_000], 201))
            .is_err());
    }

    #[test]
    fn weights_of_eighty_to_twenty_are_four_to_one() {
        let weights = Weights::new([4, 1]).unwrap();
        let before = pool([100, 16], 1);
        assert_eq!(
            weights.require_no_fall(&before, &pool([200, 1], 1)),
            Ok(()),
            "2^4 is 16"
        );
        assert!(weights.require_no_fall(&before, &pool([199, 1], 1)).is_err());
        assert!(weights.require_no_fall(&before, &pool([50, 255], 1)).is_err());
        assert_eq!(weights.require_no_fall(&before, &pool([50, 256], 1)), Ok(()));
    }

    #[test]
    fn a_walk_of_swaps_of_a_few_units_is_refused_at_its_first() {
        // A swap that rounds what goes out up by one unit.
        let weights = Weights::new([1, 1, 1]).unwrap();
        let before = pool([9, 8, 1_000], 50);
        assert!(weights
            .require_no_fall(&before, &pool([10, 7, 1_000], 50))
            .is_err());
        assert_eq!(
            weights.require_no_fall(&before, &pool([10, 8, 1_000], 50)),
            Ok(())
        );
    }

    #[test]
    fn nobodys_shares_lose_nothing() {
        let weights = Weights::EQUAL;
        assert_eq!(
            weights.require_no_fall(&pool([0, 0], 0), &pool([10, 10], 10)),
            Ok(())
        );
        assert_eq!(
            weights.require_no_fall(&pool([7, 7], 0), &pool([6, 6], 10)),
            Ok(()),
            "a gift before"
        );
        assert_eq!(
            weights.require_no_fall(&pool([10, 10], 10), &pool([0, 0], 0)),
            Ok(())
        );
        assert!(
            weights
                .require_no_fall(&pool([10, 10], 10), &pool([0, 10], 1))
                .is_err(),
            "somebody's do"
        );
        assert!(weights
            .require_no_fall(&pool([10, 10], 10), &pool([0, 10], 10))
            .is_err());
    }

    #[test]
    fn the_largest_numbers_fit() {
        let weights = Weights::new([9, 1]).unwrap();
        let largest = Pool {
            balances: [U256::MAX; 2],
            supply: U256::MAX,
        };
        assert_eq!(weights.require_no_fall(&largest, &largest), Ok(()));
        let less = Pool {
            balances: [U256::MAX, U256::MAX - U256::ONE],
            supply: U256::MAX,
        };
        let fell = weights.require_no_fall(&largest, &less).unwrap_err();
        assert_eq!(fell.dropped_bits, 64 * 76);
        assert!(fell.after < fell.before);
    }

    #[test]
    fn weights_that_are_no_pools_are_none() {
        assert_eq!(Weights::new([1]), None);
        assert_eq!(Weights::new([0, 1]), None);
        assert_eq!(Weights::new([10, 1]), None);
        assert_eq!(Weights::new([255, 2]), None);
        assert_eq!(Weights::new([1; 9]), None);
        assert!(Weights::new([1; 8]).is_some() && Weights::new([9, 1]).is_some());
        assert_eq!(Weights::new([1, 1]), Some(Weights::EQUAL));
    }

    #[test]
    fn a_fee_is_paid_to_the_unit() {
        // Uniswap's 0.3%: for 1,000 of a million in, 996 out, and 997 are one too many.
        let fee = WithFee::new(30).unwrap();
        let before = [u(1_000_000), u(1_000_000)];
        assert_eq!(fee.require_no_fall(before, [u(1_001_000), u(999_004)]), Ok(()));
        assert!(fee.require_no_fall(before, [u(1_001_000), u(999_003)]).is_err());
        // Without one 999 go out.
        let none = WithFee::new(0).unwrap();
        assert_eq!(none.require_no_fall(before, [u(1_001_000), u(999_001)]), Ok(()));
        assert!(none.require_no_fall(before, [u(1_001_000), u(999_000)]).is_err());
        assert_eq!(fee.bps(), 30);
        assert_eq!(WithFee::new(10_000), None);
        let largest = [U256::MAX; 2];
        assert_eq!(
            WithFee::new(9_999).unwrap().require_no_fall(largest, largest),
            Ok(())
        );
    }

    proptest! {
        #[test]
        fn both_are_what_big_integers_say(
            numbers: [[u64; 4]; 6], shift in 0usize..256, near: bool, w in (1u8..=5, 1u8..=5), fee_bps in 0u32..10_000,
        ) {
            let [x0, y0, s0, mut x1, mut y1, mut s1] = numbers.map(|limbs| U256::from_limbs(limbs) >> shift);
            if near {
                x1 = x0.saturating_add(x1 >> 252usize);
                y1 = y0.saturating_sub(y1 >> 252usize);
                s1 = s0.saturating_sub(s1 >> 252usize);
            }
            let [p, q] = [u32::from(w.0), u32::from(w.1)];
            let value = |x: U256, y: U256, s: U256| big(x).pow(p) * big(y).pow(q) * big(s).pow(p + q);
            let expected = s0.is_zero() || s1.is_zero() || value(x1, y1, s0) >= value(x0, y0, s1);
            let weights = Weights::new([w.0, w.1]).unwrap();
            let (before, after) = (Pool { balances: [x0, y0], supply: s0 }, Pool { balances: [x1, y1], supply: s1 });
            prop_assert_eq!(weights.require_no_fall(&before, &after).is_ok(), expected);

            let adjusted = |before: U256, after: U256| {
                big(after) * 10_000u32 - big(after.saturating_sub(before)) * fee_bps
            };
            let expected = adjusted(x0, x1) * adjusted(y0, y1) >= big(x0) * big(y0) * 100_000_000u32;
            let fee = WithFee::new(fee_bps).unwrap();
            prop_assert_eq!(fee.require_no_fall([x0, y0], [x1, y1]).is_ok(), expected);
        }
    }
}
