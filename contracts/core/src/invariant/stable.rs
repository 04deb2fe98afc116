//! The value per share of a stable-swap pool does not fall.
//!
//! `D` is what Curve and Balancer compute: with `n` balances `x_i` of sum `S` and product `P`, and `Ann = A · n`,
//!
//! `D^(n+1) / (n^n · P) + (Ann - 1) · D = Ann · S`.
//!
//! # Design
//! - **No Newton iteration.** They divide as they go and end within a unit or two of `D`, which with balances of a few units is a large part of it. The
//!   left side rises with `D`, so whether `D` is at least some `d` is a comparison of products, exact; `D` itself is the largest `d` that passes, found bit by bit.
//! - `D` before is found with 64 bits behind the point, rounded down. That is the only rounding: **a transition may lower `D` by less than
//!   2^-64 of a unit**. Then `D` after, per share, is compared with that without any.
//! - **The walk**: after `k` transitions `D` is lower by less than `k · 2^-64` units. To lose one unit takes 2^64 of them.
//! - Balances are scaled to one precision by whoever hands them in, rates applied, rounded down. Their sum is below 2^192; two to eight of them.
//! - The amplification is the same before and after: changing it moves `D`, and is no swap.
//! - With shares of nobody, before or after, there is nobody to lose: such a transition passes. With an empty balance `D` is zero.
//!
//! # The attack
//! Balancer, November 2025: balances brought down to 8 or 9 units, where a unit of rounding is a tenth of `D`; 65 swaps; shares bought back below their worth.

use super::{
    pool::{require, Fell, Pool, MAX_ASSETS},
    product::{largest, Product},
};
use alloy_primitives::U256;

/// The sum of a pool's balances has fewer bits.
pub const MAX_SUM_BITS: usize = 192;

/// The largest amplification, times the number of assets, over its precision.
pub const MAX_AMPLIFICATION: u64 = 1 << 32;

/// How many bits of `D` are behind the point: one limb.
const POINT: [u64; 2] = [0, 1];

/// A pool's amplification: `Ann = A · n`, as a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amplification {
    times_assets: u64,
    precision: u64,
}

/// Why a pool is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPool {
    /// The balances sum up to 2^192 or more.
    TooLarge,
    /// A share is worth less than before.
    Fell(Fell),
}

impl Amplification {
    /// `times_assets / precision`, where the first is what the pool calls its amplification, times the number of its assets (Curve's `Ann`), and the precision is 1 or 100
    /// in Curve and 1,000 in Balancer. None for an amplification below one, where the sum has no share in the value, and for numbers above
    /// [`MAX_AMPLIFICATION`].
    pub const fn new(times_assets: u64, precision: u64) -> Option<Self> {
        if precision != 0 && precision <= times_assets && times_assets <= MAX_AMPLIFICATION {
            Some(Self {
                times_assets,
                precision,
            })
        } else {
            None
        }
    }

    /// `D` of these balances, with 64 bits behind the point, rounded down. None when there are fewer than two or more than [`MAX_ASSETS`], or when they sum up to too much.
    pub fn value_down_x64<const N: usize>(&self, balances: &[U256; N]) -> Option<U256> {
        let curve = Curve::new(*self, balances)?;
        Some(curve.value_down_x64())
    }

    /// Requires that a share is worth no less than before.
    ///
    /// # Errors
    /// [`BadPool`].
    pub fn require_no_fall<const N: usize>(&self, before: &Pool<N>, after: &Pool<N>) -> Result<(), BadPool> {
        if before.supply.is_zero() || after.supply.is_zero() {
            return Ok(());
        }
        let (Some(old), Some(new)) = (
            Curve::new(*self, &before.balances),
            Curve::new(*self, &after.balances),
        ) else {
            return Err(BadPool::TooLarge);
        };
        let [left, right] = new.sides(old.value_down_x64(), after.supply, before.supply);
        require(&right, &left).map_err(BadPool::Fell)
    }
}

/// The curve through some balances.
struct Curve {
    amplification: Amplification,
    /// How many balances.
    assets: u8,
    sum: U256,
    /// `n^n · P`.
    product: Product,
}

impl Curve {
    #[inline(never)]
    fn new(amplification: Amplification, balances: &[U256]) -> Option<Self> {
        let assets = balances.len();
        if !(2..=MAX_ASSETS).contains(&assets) {
            return None;
        }
        let mut sum = U256::ZERO;
        let mut product = Product::of(&[]);
        for balance in balances {
            sum = sum.checked_add(*balance)?;
            product.times(*balance).times_small(assets as u64);
        }
        (sum.bit_len() <= MAX_SUM_BITS).then_some(Self {
            amplification,
            // Invariant: eight at most.
            assets: assets as u8,
            sum,
            product,
        })
    }

    /// The largest `d` for which `D >= d / 2^64`. `D` is at most the sum, which has at most 192 bits.
    fn value_down_x64(&self) -> U256 {
        largest(self.sum.bit_len() + 64, |value| {
            let [left, right] = self.sides(value, U256::ONE, U256::ONE);
            right.is_at_least(&left)
        })
    }

    /// Both sides of `D >= d` for `d = value · supply / (2^64 · other_supply)`: it holds when the second is at least the first. With `p / q` for `d`, and
    /// all multiplied by `q^(n+1) · n^n · P` and the precision.
    ///
    /// `precision · p^(n+1) + (times_assets - precision) · p · q^n · n^n · P <= times_assets · S · q^(n+1) · n^n · P`
    // Invariant: of eight assets `p^9` has at most 4,608 bits, and the right side 33 + 192 + 9 · 320 + 24 + 8 · 192 are 4,665.
    #[inline(never)]
    fn sides(&self, value: U256, supply: U256, other_supply: U256) -> [Product; 2] {
        let Amplification {
            times_assets,
            precision,
        } = self.amplification;
        let n = self.assets;
        let mut left = Product::of(&[]);
        // Invariant: nine at most.
        left.times_power(value, n + 1)
            .times_power(supply, n + 1)
            .times_small(precision);
        // `q^n · n^n · P`, of which both other terms are multiples.
        let mut common = self.product.clone();
        for _ in 0..n {
            common.times(other_supply).times_limbs(&POINT);
        }
        let mut linear = common.clone();
        // Invariant: an amplification is one at least.
        linear
            .times(value)
            .times(supply)
            .times_small(times_assets - precision);
        left.plus(&linear);
        common
            .times(other_supply)
            .times_limbs(&POINT)
            .times(self.sum)
            .times_small(times_assets);
        [left, common]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::{BigInt, BigUint, Sign};
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

    fn big(number: U256) -> BigInt {
        BigInt::from_bytes_le(Sign::Plus, &number.to_le_bytes::<32>())
    }

    fn amplification(a: u64, assets: u64) -> Amplification {
        Amplification::new(a * assets, 1).unwrap()
    }

    /// `D` as Curve's `get_D` computes it, step by step.
    fn curve_d(balances: &[U256], ann: u64) -> BigInt {
        let n = balances.len();
        let sum: BigInt = balances.iter().map(|balance| big(*balance)).sum();
        let mut d = sum.clone();
        for _ in 0..255 {
            let mut d_p = d.clone();
            for balance in balances {
                d_p = d_p * &d / (big(*balance) * n);
            }
            let previous = d.clone();
            d = (&sum * ann + &d_p * n) * &d / (&d * (ann - 1) + &d_p * (n + 1));
            if (&d - &previous).magnitude() <= &BigUint::from(1u8) {
                return d;
            }
        }
        d
    }

    #[test]
    fn balances_that_are_equal_are_worth_their_sum_exactly() {
        for a in [1, 85, 2_000] {
            let value = amplification(a, 3).value_down_x64(&[u(1_000); 3]).unwrap();
            assert_eq!(value, u(3_000) << 64usize);
        }
        assert_eq!(amplification(10, 2).value_down_x64(&[u(0), u(5)]), Some(u(0)));
    }

    #[test]
    fn curves_own_numbers_come_out_within_a_unit() {
        // A three-pool, scaled to 18 decimals, with A = 2,000.
        let balances =
            [170_000_000, 160_000_000, 90_000_000].map(|units: u64| u(units) * u(1_000_000_000_000_000_000));
        let value = amplification(2_000, 3).value_down_x64(&balances).unwrap();
        let curve = curve_d(&balances, 6_000);
        let difference: BigInt = (big(value) >> 64u32) - curve;
        assert!(difference.magnitude() <= &BigUint::from(1u8), "{difference}");
    }

    #[test]
    fn a_swap_along_the_curve_passes_and_a_unit_more_out_does_not() {
        let a = amplification(100, 2);
        let before = pool([1_000_000, 1_000_000], 1_000);
        // The least of the second that keeps D, after 10,000 of the first came in.
        let least = (980_000..1_000_000)
            .find(|left| {
                a.require_no_fall(&before, &pool([1_010_000, *left], 1_000))
                    .is_ok()
            })
            .unwrap();
        let at = |left: u64| a.value_down_x64(&[u(1_010_000), u(left)]).unwrap();
        let d = u(2_000_000) << 64usize;
        assert!(at(least) >= d && at(least - 1) < d);
        assert!(matches!(
            a.require_no_fall(&before, &pool([1_010_000, least - 1], 1_000)),
            Err(BadPool::Fell(fell)) if fell.after <= fell.before
        ));
    }

    #[test]
    fn joins_and_exits_are_measured_by_the_share() {
        let a = Amplification::new(200_000, 1_000).unwrap();
        let before = pool([1_000, 1_000], 500);
        assert_eq!(a.require_no_fall(&before, &pool([2_000, 2_000], 1_000)), Ok(()));
        assert!(a.require_no_fall(&before, &pool([2_000, 2_000], 1_001)).is_err());
        assert_eq!(a.require_no_fall(&before, &pool([200, 200], 100)), Ok(()));
        assert!(a.require_no_fall(&before, &pool([199, 200], 100)).is_err());
    }

    #[test]
    fn a_unit_of_rounding_at_balances_of_a_few_is_seen_where_curves_d_hides_it() {
        let a = amplification(50, 2);
        let (before, after) = (pool([9, 8], 17), pool([8, 8], 17));
        assert!(a.require_no_fall(&before, &after).is_err());
        // A third of a unit less, in units of a third: Newton's D does not show it within its tolerance.
        let fine = |x: u64, y: u64| pool([x, y], 51);
        assert!(a.require_no_fall(&fine(27, 24), &fine(26, 24)).is_err());
        assert!(a.require_no_fall(&fine(27, 24), &fine(28, 23)).is_err());
        assert!(a.require_no_fall(&fine(27, 24), &fine(28, 24)).is_ok());
    }

    #[test]
    fn sixty_five_swaps_that_round_in_the_swappers_favour_are_refused_at_the_first() {
        let a = amplification(100, 2);
        let (mut now, mut passed) = ([u(9), u(1_000)], 0);
        for _ in 0..65 {
            // One in; out what the curve says, and the part of a unit that is rounded up.
            let next = [now[0] + u(1), now[1]];
            let d = a.value_down_x64(&now).unwrap();
            let mut out = u(0);
            while a.value_down_x64(&[next[0], next[1] - out - u(1)]).unwrap() >= d {
                out += u(1);
            }
            let next = [next[0], next[1] - out - u(1)];
            let pools = [now, next].map(|balances| Pool {
                balances,
                supply: u(100),
            });
            passed += usize::from(a.require_no_fall(&pools[0], &pools[1]).is_ok());
            now = next;
        }
        assert_eq!(passed, 0);
    }

    #[test]
    fn nobodys_shares_lose_nothing_and_an_emptied_side_is_refused() {
        let a = amplification(100, 2);
        assert_eq!(a.require_no_fall(&pool([0, 0], 0), &pool([5, 5], 10)), Ok(()));
        assert_eq!(a.require_no_fall(&pool([9, 9], 0), &pool([5, 5], 10)), Ok(()));
        assert_eq!(a.require_no_fall(&pool([5, 5], 10), &pool([0, 0], 0)), Ok(()));
        assert!(a
            .require_no_fall(&pool([5, 5], 10), &pool([0, 1_000_000], 10))
            .is_err());
        assert_eq!(
            a.require_no_fall(&pool([0, 5], 10), &pool([0, 1], 10)),
            Ok(()),
            "it had no value"
        );
    }

    #[test]
    fn the_largest_pool_fits_and_one_unit_more_is_refused() {
        let each = (U256::ONE << 189usize) - U256::ONE;
        let largest = Pool {
            balances: [each; 8],
            supply: U256::MAX,
        };
        let a = Amplification::new(MAX_AMPLIFICATION, 1).unwrap();
        assert_eq!(a.require_no_fall(&largest, &largest), Ok(()));
        let mut less = largest;
        less.balances[7] -= U256::ONE;
        assert!(matches!(
            a.require_no_fall(&largest, &less),
            Err(BadPool::Fell(_))
        ));
        assert_eq!(a.require_no_fall(&less, &largest), Ok(()));
        let mut more = largest;
        more.balances[0] += u(8);
        assert_eq!(a.require_no_fall(&largest, &more), Err(BadPool::TooLarge));
        assert_eq!(a.require_no_fall(&more, &largest), Err(BadPool::TooLarge));
        let wrapped = Pool {
            balances: [U256::MAX; 8],
            supply: U256::ONE,
        };
        assert_eq!(a.require_no_fall(&wrapped, &wrapped), Err(BadPool::TooLarge));
        assert_eq!(a.value_down_x64(&[u(1); 9]), None);
        assert_eq!(a.value_down_x64(&[u(1)]), None);
    }

    #[test]
    fn an_amplification_below_one_or_too_large_is_none() {
        assert_eq!(Amplification::new(1, 0), None);
        assert_eq!(Amplification::new(999, 1_000), None);
        assert_eq!(Amplification::new(MAX_AMPLIFICATION + 1, 1), None);
        assert!(Amplification::new(1_000, 1_000).is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn d_is_the_root_and_about_what_curve_says(
            limbs: [[u64; 2]; 3], shift in 0usize..120, a in 1u64..1_000_000,
        ) {
            let balances = limbs.map(|[low, high]| (U256::from_limbs([low, high, 0, 0]) >> shift).max(U256::ONE));
            let d = amplification(a, 3).value_down_x64(&balances).unwrap();
            // f(d) <= 0 < f(d + 1), with everything multiplied by what is below a line.
            let one: BigInt = BigInt::from(1) << 64u32;
            let sum = balances.iter().map(|x| big(*x)).sum::<BigInt>();
            let product = balances.iter().map(|x| big(*x)).product::<BigInt>() * 27;
            let ann = BigInt::from(3 * a);
            let f = |d: BigInt| d.pow(4) + (&ann - 1) * &d * &product * one.pow(3) - &ann * &sum * &product * one.pow(4);
            prop_assert!(f(big(d)) <= BigInt::ZERO && f(big(d) + 1) > BigInt::ZERO);
            // Newton's rounding is of a few units with balances this far apart.
            let difference: BigInt = (big(d) >> 64u32) - curve_d(&balances, 3 * a);
            prop_assert!(difference.magnitude() <= &(BigUint::from(4u8) + (big(d).magnitude() >> 120u32)), "{}", difference);
        }

        #[test]
        fn what_a_share_is_worth_is_compared_as_big_integers_do(
            limbs: [[u64; 2]; 4], supplies: [u64; 2], shift in 64usize..120, near: bool, a in 1u64..10_000,
        ) {
            let [x0, y0, mut x1, mut y1] = limbs.map(|[low, high]| (U256::from_limbs([low, high, 0, 0]) >> shift).max(U256::ONE));
            let [s0, mut s1] = supplies.map(|supply| u(supply.max(1)));
            if near {
                x1 = x0 + (x1 >> 6usize);
                y1 = y0.saturating_sub(y1 >> 6usize).max(U256::ONE);
                s1 = s0;
            }
            let a = amplification(a, 2);
            let passes = a.require_no_fall(&Pool { balances: [x0, y0], supply: s0 }, &Pool { balances: [x1, y1], supply: s1 }).is_ok();
            let d = |x: U256, y: U256| big(a.value_down_x64(&[x, y]).unwrap());
            // D after is within a unit of 2^-64 above its own rounding.
            let (least, most) = (d(x1, y1) * big(s0), (d(x1, y1) + 1) * big(s0));
            let needed = d(x0, y0) * big(s1);
            if least >= needed { prop_assert!(passes); }
            if most <= needed { prop_assert!(!passes); }
        }
    }
}
