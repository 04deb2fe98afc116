//! The smallest limit that each withdrawal needs.
//!
//! A withdrawal's *need* under a limiter is the smallest limit with which it would pass if everything before it had passed. So:
//!
//! - with a limit of at least the largest need nothing is refused, and with less something is;
//! - with a limit `c` at most as many are refused as have a need above `c`. Fewer may be, because what is refused is not charged.
//!
//! The count of needs above `c` never grows with `c`. The count of refusals may: what a larger limit lets pass uses up what others
//! wanted. That is why limits are proposed by needs, and judged by [`crate::replay`].
//!
//! **Bucket** of refill time `R`: everything passes exactly if in every interval no more leaves than the bucket's bound, `c + c · Δt
//! / R` (the arrival curve of a token bucket: Cruz, *A calculus for network delay*, IEEE Transactions on Information Theory 37,
//! 1991). So the need of withdrawal `i` is the largest `A · R / (R + Δt)` over the intervals that end with it, `A` being what left in
//! the interval and `Δt` its length, rounded up. That is `R` times the steepest line from a point of the staircase of sums before to
//! the point `(tᵢ + R, Pᵢ)`, so the tangent to a convex hull: `O(n log n)` for a whole history, in integers.
//!
//! **Window**: what passed in the ticks that count, itself included. Core holds back up to one part in 4,095 more, by rounding
//! closed ticks; replay sees that.
//!
//! **Cap**: the amount.

use crate::history::Outflow;
use crate::shape::Part;
use alloy_primitives::{Uint, U256};
use portcullis_core::window;

/// Sums of up to 2^20 amounts of 256 bits, times seconds of 41 bits, fit.
type Wide = Uint<320, 5>;

/// The need of each outflow.
#[must_use]
pub fn needs(part: Part, outflows: &[Outflow]) -> Vec<U256> {
    match part {
        Part::Cap => outflows.iter().map(|outflow| outflow.amount).collect(),
        Part::Bucket { refill_secs } => bucket_needs(refill_secs, outflows),
        Part::Window { window_secs } => window_needs(window_secs, outflows),
    }
}

/// When a sum of the staircase was reached.
#[derive(Clone, Copy)]
struct Step {
    at: u64,
    sum: Wide,
}

fn bucket_needs(refill_secs: u64, outflows: &[Outflow]) -> Vec<U256> {
    let mut hull: Vec<Step> = Vec::new();
    let mut sum = Wide::ZERO;
    let mut needs = Vec::with_capacity(outflows.len());
    for outflow in outflows {
        push(&mut hull, Step { at: outflow.at, sum });
        sum += Wide::from(outflow.amount);
        let end = Step {
            at: outflow.at + refill_secs,
            sum,
        };
        let from = steepest(&hull, end);
        let rise = (end.sum - from.sum) * Wide::from(refill_secs);
        needs.push(narrow(rise.div_ceil(Wide::from(end.at - from.at))));
    }
    needs
}

/// Adds a step to the lower convex hull. A second step in one second stands straight above the first, and goes when the next comes.
fn push(hull: &mut Vec<Step>, step: Step) {
    while let [.., before, last] = hull.as_slice() {
        if is_steeper(*before, *last, *last, step) {
            hull.pop();
        } else {
            break;
        }
    }
    hull.push(step);
}

/// The step from which the line to `end` is steepest.
fn steepest(hull: &[Step], end: Step) -> Step {
    let (mut low, mut high) = (0, hull.len() - 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_steeper(hull[middle], hull[middle + 1], hull[middle + 1], end) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    hull[low]
}

/// Whether the line from `a` to `b` rises more than the one from `c` to `d`. Each goes to the right, or straight up.
fn is_steeper(a: Step, b: Step, c: Step, d: Step) -> bool {
    (b.sum - a.sum) * Wide::from(d.at - c.at) > (d.sum - c.sum) * Wide::from(b.at - a.at)
}

fn window_needs(window_secs: u64, outflows: &[Outflow]) -> Vec<U256> {
    // The ticks are core's. They do not depend on the amount.
    let Ok(limit) = window::Limit::new(U256::ONE, window_secs) else {
        return Vec::new();
    };
    let tick = |outflow: &Outflow| outflow.at / limit.tick_secs();
    let mut oldest = 0;
    let mut sum = Wide::ZERO;
    let mut needs = Vec::with_capacity(outflows.len());
    for outflow in outflows {
        sum += Wide::from(outflow.amount);
        while tick(&outflows[oldest]) + u64::from(limit.ticks()) < tick(outflow) {
            sum -= Wide::from(outflows[oldest].amount);
            oldest += 1;
        }
        needs.push(narrow(sum));
    }
    needs
}

/// The number, or the largest of 256 bits when it is more.
fn narrow(number: Wide) -> U256 {
    number.saturating_to()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;
    use crate::replay::count_refused;
    use crate::shape::{Limited, DAY, HOUR};

    fn outflows(told: &[(u64, u64)]) -> Vec<Outflow> {
        let outflow = |(flow, (at, amount)): (usize, &(u64, u64))| Outflow {
            at: *at,
            amount: U256::from(*amount),
            flow,
        };
        told.iter().enumerate().map(outflow).collect()
    }

    fn random(dice: &mut Dice, length: u64, largest: u64) -> Vec<Outflow> {
        let mut at = dice.below(1_000_000);
        let told: Vec<_> = (0..length)
            .map(|_| {
                at += dice.below(3) * dice.below(20_000);
                (at, 1 + dice.below(largest))
            })
            .collect();
        outflows(&told)
    }

    fn refuses(part: Part, limit: U256, outflows: &[Outflow]) -> usize {
        count_refused(&[Limited::new(part, limit).unwrap()], outflows)
    }

    #[test]
    fn the_needs_of_a_history_that_can_be_worked_out_by_hand() {
        // Refill in 100 s. 60 needs 60. 50 s later 60 more: 120 in 50 s, 120 · 100 / 150 = 80. At once 30 more: 150 · 100 /
        // 150 = 100. 1,000 s later 70 need 70, and not 220 · 100 / 1,150.
        let history = outflows(&[(0, 60), (50, 60), (50, 30), (1_050, 70)]);
        let bucket = Part::Bucket { refill_secs: 100 };
        assert_eq!(needs(bucket, &history), [60, 80, 100, 70].map(U256::from));
        // Ticks of 10 s, ten of them beside the current one.
        let window = Part::Window { window_secs: 160 };
        let history = outflows(&[(0, 60), (169, 5), (170, 7), (179, 1), (180, 2)]);
        assert_eq!(needs(window, &history), [60, 65, 12, 13, 15].map(U256::from));
        assert_eq!(needs(Part::Cap, &history), [60, 5, 7, 1, 2].map(U256::from));
    }

    #[test]
    fn with_the_largest_need_nothing_is_refused_and_with_one_less_something_is() {
        let mut dice = Dice::new(1);
        for round in 0..300 {
            // Below 65,536 a window rounds nothing, and below 2^64 neither does a bucket.
            let history = random(&mut dice, 1 + round % 40, 400);
            for part in [
                Part::Bucket { refill_secs: HOUR },
                Part::Bucket { refill_secs: DAY },
                Part::Window { window_secs: DAY },
                Part::Cap,
            ] {
                let largest = needs(part, &history).into_iter().max().unwrap();
                assert_eq!(refuses(part, largest, &history), 0, "{part:?}");
                if largest > U256::ONE {
                    assert!(refuses(part, largest - U256::ONE, &history) > 0, "{part:?}");
                }
            }
        }
    }

    #[test]
    fn no_more_are_refused_than_need_more() {
        let mut dice = Dice::new(2);
        for _ in 0..100 {
            let history = random(&mut dice, 60, 400);
            for part in [
                Part::Bucket {
                    refill_secs: 6 * HOUR,
                },
                Part::Window { window_secs: DAY },
            ] {
                let needs = needs(part, &history);
                for limit in needs.iter().copied() {
                    let above = needs.iter().filter(|need| **need > limit).count();
                    assert!(refuses(part, limit, &history) <= above, "{part:?} {limit}");
                }
            }
        }
    }

    #[test]
    fn a_hull_finds_what_looking_at_every_interval_finds() {
        let mut dice = Dice::new(3);
        let history = random(&mut dice, 400, 1 << 60);
        let refill = 6 * HOUR;
        let found = needs(Part::Bucket { refill_secs: refill }, &history);
        for (end, need) in found.into_iter().enumerate() {
            let of_interval = |begin: usize| {
                let sum: u128 = history[begin..=end]
                    .iter()
                    .map(|out| out.amount.to::<u128>())
                    .sum();
                (sum * u128::from(refill)).div_ceil(u128::from(refill + history[end].at - history[begin].at))
            };
            let most = (0..=end).map(of_interval).max().unwrap();
            assert_eq!(need, U256::from(most), "{end}");
        }
    }

    #[test]
    fn amounts_of_256_bits_do_not_overflow() {
        let huge = |at| Outflow {
            at,
            amount: U256::MAX,
            flow: 0,
        };
        let history = [huge(0), huge(0), huge(253_402_300_799)];
        for part in [
            Part::Bucket { refill_secs: DAY },
            Part::Window { window_secs: DAY },
        ] {
            assert_eq!(needs(part, &history), [U256::MAX; 3], "{part:?}");
        }
    }

    #[test]
    fn a_larger_limit_may_refuse_more_and_needs_say_so() {
        // With 10, the 11 is refused and ten ones pass; with 11 it passes and they do not.
        let mut told = vec![(0, 11)];
        told.extend([(0, 1); 10]);
        let history = outflows(&told);
        let part = Part::Bucket { refill_secs: DAY };
        assert_eq!(refuses(part, U256::from(10), &history), 1);
        assert_eq!(refuses(part, U256::from(11), &history), 10);
        let largest = needs(part, &history).into_iter().max().unwrap();
        assert_eq!(largest, U256::from(21));
        assert_eq!(refuses(part, largest, &history), 0);
    }
}
