//! What has to hold of two parameters that belong together, over a patch of both.

use super::{
    expectation::{part_down, WHOLE_BPS},
    numbers::{apart, at_most, less, sum},
    InvalidExpectation,
};
use crate::mul_div::{mul_div_down, mul_div_up};
use alloy_primitives::U256;

/// Two parameters that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The first.
    pub a: U256,
    /// The second.
    pub b: U256,
}

/// What has to hold of a pair.
///
/// # Design
/// - **Each within its own bound is not enough.** Two that are moved by different parts of a step, each allowed, say together what nobody meant.
/// - **Exact, and rounded against the patch**: a bound that is no whole number is met by the whole numbers within it.
/// - **In doubt it does not hold**: a ratio over nothing, or of numbers from 2^242 on, is not compared.
///
/// # The attack
/// Aave's CAPO, 2026: what a price may be at most is a line through a ratio and the time of it. The ratio was moved by as much as one step may, and the time by
/// all: the line went below the market, and what was sound was liquidated. A bound of either alone saw nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// `a / b` moves by at most a part of what it was.
    Ratio {
        /// How much, in hundredths of a percent, below 10,000.
        step_bps: u16,
    },
    /// `a` goes with `b` along a line that rises by `rise` in each `run`, and is off by at most a part of what it was.
    Line {
        /// By how much `a` rises.
        rise: U256,
        /// While `b` goes on by so much; not zero.
        run: U256,
        /// How much it may be off, in hundredths of a percent, below 10,000.
        step_bps: u16,
    },
    /// `a` is below `b` by so much at least, after the patch.
    Below {
        /// How much; with zero they may be equal.
        gap: U256,
    },
}

impl Joint {
    /// This, if it is met by something and not by everything.
    ///
    /// # Errors
    /// [`InvalidExpectation`].
    pub fn checked(self) -> Result<Self, InvalidExpectation> {
        match self {
            Self::Ratio { step_bps } | Self::Line { step_bps, .. } if step_bps >= WHOLE_BPS => {
                Err(InvalidExpectation::Vacuous)
            }
            Self::Line { run, .. } if run.is_zero() => Err(InvalidExpectation::Empty),
            joint => Ok(joint),
        }
    }

    /// Whether it holds over a patch.
    pub fn holds(self, before: Pair, after: Pair) -> bool {
        match self {
            Self::Ratio { step_bps } => ratio_within(before, after, step_bps),
            Self::Line { rise, run, step_bps } => {
                is_on_line(before, after, [rise, run], step_bps).is_some_and(|on| on)
            }
            Self::Below { gap } => less(after.b, after.a).is_some_and(|apart| at_most(gap, apart)),
        }
    }
}

/// Whether `a / b` moved by at most so much of what it was, exactly.
fn ratio_within(before: Pair, after: Pair, step_bps: u16) -> bool {
    // What `a` would be if the ratio were `bps` of what it was is `a · (b' · bps) / (b · 10,000)`.
    let times = |number, bps: u16| mul_div_down(number, U256::from(bps), U256::ONE);
    let (Some(most), Some(least), Some(whole)) = (
        times(after.b, WHOLE_BPS.saturating_add(step_bps)),
        times(after.b, WHOLE_BPS.saturating_sub(step_bps)),
        times(before.b, WHOLE_BPS),
    ) else {
        return false;
    };
    if before.b.is_zero() || after.b.is_zero() {
        return false;
    }
    // A bound beyond all numbers is met from below, and not from above.
    mul_div_down(before.a, most, whole).is_none_or(|most| at_most(after.a, most))
        && mul_div_up(before.a, least, whole).is_some_and(|least| at_most(least, after.a))
}

/// Whether `a` is where the line leads, off by at most so much of what it was; none where numbers are too large to tell.
fn is_on_line(before: Pair, after: Pair, [rise, run]: [U256; 2], step_bps: u16) -> Option<bool> {
    let off = part_down(before.a, step_bps)?;
    let (low, high) = (
        less(before.a, off).unwrap_or_default(),
        sum(before.a, off).unwrap_or(U256::MAX),
    );
    let moved = apart(after.b, before.b);
    let (down, up) = (mul_div_down(moved, rise, run)?, mul_div_up(moved, rise, run)?);
    // The lower bound beyond all numbers is met by none; the upper one by all.
    let (low, high) = if at_most(before.b, after.b) {
        (sum(low, up)?, sum(high, down).unwrap_or(U256::MAX))
    } else {
        (less(low, down).unwrap_or_default(), less(high, up)?)
    };
    Some(at_most(low, after.a) && at_most(after.a, high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;
    use proptest::prelude::*;

    const DAY: u64 = 86_400;
    const YEAR: u64 = 365 * DAY;

    fn u(number: u64) -> U256 {
        U256::from(number)
    }

    fn pair(a: u64, b: u64) -> Pair {
        Pair { a: u(a), b: u(b) }
    }

    fn line(rise: u64, run: u64, step_bps: u16) -> Joint {
        Joint::Line {
            rise: u(rise),
            run: u(run),
            step_bps,
        }
    }

    #[test]
    fn a_ratio_moves_by_a_step_and_not_by_more() {
        let ratio = Joint::Ratio { step_bps: 100 };
        // 2 to 1, from 1.98 to 2.02.
        for (a, b, holds) in [
            (1_979, 1_000, false),
            (1_980, 1_000, true),
            (2_020, 1_000, true),
            (2_021, 1_000, false),
            // Both together as far as you like.
            (20, 10, true),
            (2_000_000, 1_000_000, true),
            // One without the other.
            (2_000, 991, true),
            (2_000, 990, false),
            (2_000, 1_010, true),
            (2_000, 1_011, false),
        ] {
            assert_eq!(ratio.holds(pair(2_000, 1_000), pair(a, b)), holds, "{a} / {b}");
        }
    }

    #[test]
    fn a_ratio_over_nothing_is_none() {
        let ratio = Joint::Ratio { step_bps: 9_999 };
        for (before, after) in [
            (pair(1, 0), pair(1, 1)),
            (pair(1, 1), pair(1, 0)),
            (pair(0, 1), pair(0, 0)),
            (pair(1, 0), pair(1, 0)),
        ] {
            assert!(!ratio.holds(before, after));
        }
        assert!(ratio.holds(pair(0, 1), pair(0, 9)));
        assert!(!ratio.holds(pair(0, 1), pair(1, 9)));
        // As large as it can be told of, and larger.
        let huge = Pair {
            a: U256::MAX,
            b: U256::MAX >> 15,
        };
        assert!(ratio.holds(huge, huge));
        let larger = Pair {
            b: U256::MAX >> 13,
            ..huge
        };
        assert!(!ratio.holds(larger, larger));
        // A bound from below that is beyond all numbers is met by none.
        assert!(!ratio.holds(
            Pair {
                a: U256::MAX,
                b: u(1)
            },
            Pair {
                a: U256::MAX,
                b: u(20_000)
            }
        ));
    }

    /// A ratio of 1.2 that may grow by 10% a year, anchored anew sixty days later.
    #[test]
    fn capo_a_ratio_and_its_time_move_together_or_not() {
        let (ratio, grows) = (1_200_000_000_000_000_000, 120_000_000_000_000_000);
        let joint = line(grows, YEAR, 50);
        let before = pair(ratio, 1_700_000_000);
        let after = |a: u64, days: u64| pair(a, 1_700_000_000 + days * DAY);
        let grown = ratio + grows / 365 * 60;
        assert!(joint.holds(before, after(grown, 60)));
        assert!(joint.holds(before, before));
        // The time by all, the ratio by a part of it: too low by 1.2%.
        let part = ratio + (grown - ratio) / 4;
        assert!(!joint.holds(before, after(part, 60)));
        // The ratio by all, the time not: too high.
        assert!(!joint.holds(before, after(grown, 0)));
        // Back along the line, and beside it.
        assert!(joint.holds(after(grown, 60), before));
        assert!(!joint.holds(after(grown, 60), after(grown, 0)));
        // Each alone is a small step.
        assert!((grown - ratio) * 50 < ratio);
    }

    #[test]
    fn on_a_line_it_is_off_by_a_part_rounded_down() {
        // Three in each two, 1% of 1,099 is ten.
        let joint = line(3, 2, 100);
        for (a, b, holds) in [
            // Five on is 7.5: from 1,096.5 to 1,116.5.
            (1_096, 105, false),
            (1_097, 105, true),
            (1_116, 105, true),
            (1_117, 105, false),
            // Five back: from 1,081.5 to 1,101.5.
            (1_081, 95, false),
            (1_082, 95, true),
            (1_101, 95, true),
            (1_102, 95, false),
            // Where it was.
            (1_088, 100, false),
            (1_089, 100, true),
            (1_109, 100, true),
            (1_110, 100, false),
            // So far back that there is nothing left.
            (0, 0, false),
        ] {
            assert_eq!(joint.holds(pair(1_099, 100), pair(a, b)), holds, "{a} at {b}");
        }
        // Back to nothing, and no further.
        assert!(line(1, 1, 0).holds(pair(7, 9), pair(0, 2)));
        assert!(!line(1, 1, 0).holds(pair(7, 9), pair(0, 1)));
    }

    #[test]
    fn below_is_by_a_gap_after_the_patch_whatever_was_before() {
        let joint = Joint::Below { gap: u(50) };
        for (a, b, holds) in [
            (800, 850, true),
            (801, 850, false),
            (850, 800, false),
            (0, 49, false),
        ] {
            assert_eq!(joint.holds(pair(9, 1), pair(a, b)), holds, "{a}, {b}");
        }
        assert!(Joint::Below { gap: U256::ZERO }.holds(pair(0, 0), pair(7, 7)));
    }

    #[test]
    fn what_says_nothing_is_refused() {
        for (joint, checked) in [
            (Joint::Ratio { step_bps: 9_999 }, None),
            (
                Joint::Ratio { step_bps: 10_000 },
                Some(InvalidExpectation::Vacuous),
            ),
            (line(0, 1, 9_999), None),
            (line(1, 1, 10_000), Some(InvalidExpectation::Vacuous)),
            (line(1, 0, 1), Some(InvalidExpectation::Empty)),
            (Joint::Below { gap: U256::ZERO }, None),
        ] {
            assert_eq!(joint.checked(), checked.map_or(Ok(joint), Err));
        }
        assert!(!line(1, 0, 1).holds(pair(1, 1), pair(1, 1)));
    }

    fn signed(number: U256) -> BigInt {
        BigInt::from_bytes_be(num_bigint::Sign::Plus, &number.to_be_bytes::<32>())
    }

    /// Numbers of every length up to so many bits; small ones often, as those are where rounding shows.
    fn number(bits: usize) -> impl Strategy<Value = U256> {
        prop_oneof![
            (0u64..200).prop_map(u),
            (prop::array::uniform4(0u64..), 256 - bits..256)
                .prop_map(|(limbs, shift)| U256::from_limbs(limbs) >> shift),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// `|a'/b' - a/b| <= step · a/b`, as a product of whole numbers. `a'` is drawn near the bounds.
        #[test]
        fn a_ratio_is_compared_exactly(
            a in number(256), b in number(241), to in number(241), near in -10_100i64..=10_100, off in -1i64..=1,
            step_bps in 0u16..10_000,
        ) {
            let (a_big, b_big, to_big) = (signed(a), signed(b), signed(to));
            prop_assume!(!b.is_zero() && !to.is_zero());
            let near = if near.unsigned_abs() <= u64::from(step_bps) { near } else { i64::from(step_bps) * near.signum() };
            let target = &a_big * &to_big * (10_000 + near) / (10_000 * &b_big) + off;
            let Some(after) = number_of(&target) else { return Ok(()); };
            let difference = &target * &b_big - &a_big * &to_big;
            let allowed: BigInt = a_big * to_big * step_bps;
            let held = difference.magnitude() * 10_000u32 <= *allowed.magnitude();
            let joint = Joint::Ratio { step_bps };
            prop_assert_eq!(joint.holds(Pair { a, b }, Pair { a: after, b: to }), held);
        }

        /// `|run · (a' - a) - rise · (b' - b)| <= run · off`, as a product of whole numbers.
        #[test]
        fn a_line_is_followed_exactly(
            a in number(250), b in number(100), to in number(100), rise in number(100), run in number(100),
            aside in -1i64..=1, beside in -1i64..=1, step_bps in 0u16..10_000,
        ) {
            prop_assume!(!run.is_zero());
            let off = signed(a) * step_bps / 10_000;
            let expected = (signed(to) - signed(b)) * signed(rise) / signed(run);
            let target = signed(a) + expected + &off * aside + beside;
            let Some(after) = number_of(&target) else { return Ok(()); };
            let difference = signed(run) * (&target - signed(a)) - signed(rise) * (signed(to) - signed(b));
            let allowed: BigInt = signed(run) * off;
            let held = difference.magnitude() <= allowed.magnitude();
            let joint = Joint::Line { rise, run, step_bps };
            prop_assert_eq!(joint.holds(Pair { a, b }, Pair { a: after, b: to }), held);
        }
    }

    fn number_of(number: &BigInt) -> Option<U256> {
        let (sign, bytes) = number.to_bytes_be();
        (sign != num_bigint::Sign::Minus && bytes.len() <= 32).then(|| U256::from_be_slice(&bytes))
    }
}
