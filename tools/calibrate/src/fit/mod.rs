//! From needs to a suggestion.
//!
//! For a shape and a budget of one refusal in `N`:
//!
//! 1. Of the history at most `k = ⌊n / N⌋` withdrawals may be refused. The limit that is the `k + 1`-th largest need
//!    ([`crate::need`]) keeps to that, and so does every larger one.
//! 2. If the history supports the budget ([`crate::confidence`]), limits of two digits below that one are tried for as long as core
//!    refuses no more than `k`. Where they end is the suggestion.
//! 3. If it does not, the limit is raised to where the fitted tail ([`crate::tail`]) has one need in `N` above it. If too few peaks
//!    were seen to fit a tail, it is the largest need, and the suggestion says so.
//! 4. It is rounded up to two digits, and core replays the whole history. Were more than `k` refused, the next number is taken.
//!
//! Where two limiters stand together each gets half of the budget, and of `k`: what the two refuse together is then within both.
//!
//! A larger budget never makes a larger limit: each step is monotone in it.

mod budget;
mod fitter;
mod part;

pub use budget::{Budget, InvalidBudget};
pub use fitter::{Fitter, Upper};
pub use part::{limits, Basis, FittedPart};

use crate::history::{AssetHistory, Outflow};
use crate::human::round_up;
use crate::replay::{count_refused, refused};
use crate::shape::{InvalidSetting, Limited, Shape};
use alloy_primitives::U256;
use part::raise;

/// The part of a history that a hold-out check fits, in percent.
pub const HOLD_OUT_FITTED_PERCENT: usize = 70;
/// The fewest withdrawals that are split for it.
const LEAST_FOR_HOLD_OUT: usize = 10;

/// What a setting refuses of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusals {
    /// The places of the outflows that are refused.
    pub places: Vec<usize>,
    /// Of how many.
    pub of: usize,
    /// What they come to; the largest number when it is more.
    pub amount: U256,
    /// How many accounts they are of.
    pub accounts: usize,
}

/// What a setting that was fitted to the first part refuses of the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldOut {
    /// How many withdrawals it was fitted to.
    pub fitted_to: usize,
    /// How many of them it refuses.
    pub refused_of_fitted: usize,
    /// How many it was not fitted to.
    pub held_out: usize,
    /// How many of them it refuses.
    pub refused: usize,
}

/// A shape with limits for a budget.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The shape.
    pub shape: Shape,
    /// Its parts, in the order of the shape.
    pub parts: Vec<FittedPart>,
    /// The same shape with the smallest limits, of two digits, that refuse nothing of the history: what there is without any
    /// statistics.
    pub refusing_none: Vec<FittedPart>,
    /// What it refuses of the history.
    pub refusals: Refusals,
    /// How it does on what it was not fitted to; none when the history is too short to split.
    pub hold_out: Option<HoldOut>,
}

impl Suggestion {
    /// The limits, as core keeps them.
    #[must_use]
    pub fn limits(&self) -> Vec<Limited> {
        limits(&self.parts)
    }

    /// The rarest refusal that the history supports for all parts.
    #[must_use]
    pub fn supported(&self) -> u64 {
        self.parts.iter().map(|part| part.supported).min().unwrap_or(0)
    }

    /// Whether all parts rest on what was seen, or on a fitted tail.
    #[must_use]
    pub fn is_fitted(&self) -> bool {
        let largest = |part: &FittedPart| matches!(part.basis, Basis::LargestSeen { .. });
        !self.parts.iter().any(largest)
    }

    /// Whether a part rests on a fitted tail.
    #[must_use]
    pub fn is_extrapolated(&self) -> bool {
        let extrapolated = |part: &FittedPart| matches!(part.basis, Basis::Extrapolated { .. });
        self.parts.iter().any(extrapolated)
    }
}

fn refusing_none(parts: &[FittedPart], outflows: &[Outflow]) -> Result<Vec<FittedPart>, InvalidSetting> {
    let mut parts = parts.to_vec();
    for part in &mut parts {
        part.limit = round_up(part.largest_need);
        part.limited = Limited::new(part.part, part.limit)?;
    }
    while count_refused(&limits(&parts), outflows) > 0 {
        for part in &mut parts {
            raise(part)?;
        }
    }
    Ok(parts)
}

/// Fits a shape to the outflows of an asset: at least one.
///
/// # Errors
/// [`InvalidSetting`] when core refuses a limit, which it does for none that is above zero.
pub fn suggest(
    shape: Shape,
    history: &AssetHistory,
    outflows: &[Outflow],
    budget: Budget,
) -> Result<Suggestion, InvalidSetting> {
    let parts = Fitter::new(shape, outflows).fit(budget, Upper::Told)?;
    Ok(Suggestion {
        shape,
        refusing_none: refusing_none(&parts, outflows)?,
        refusals: refusals(&limits(&parts), history, outflows),
        hold_out: hold_out(shape, outflows, budget)?,
        parts,
    })
}

/// What limits refuse of the outflows.
#[must_use]
pub fn refusals(limits: &[Limited], history: &AssetHistory, outflows: &[Outflow]) -> Refusals {
    let places = refused(limits, outflows);
    let chosen = || places.iter().map(|place| outflows[*place]);
    Refusals {
        of: outflows.len(),
        amount: chosen().fold(U256::ZERO, |sum, outflow| sum.saturating_add(outflow.amount)),
        accounts: history.accounts(chosen().map(|outflow| outflow.flow)),
        places,
    }
}

fn hold_out(shape: Shape, outflows: &[Outflow], budget: Budget) -> Result<Option<HoldOut>, InvalidSetting> {
    if outflows.len() < LEAST_FOR_HOLD_OUT {
        return Ok(None);
    }
    let fitted_to = outflows.len() * HOLD_OUT_FITTED_PERCENT / 100;
    let parts = Fitter::new(shape, &outflows[..fitted_to]).fit(budget, Upper::LeftOut)?;
    // The limiters go on from the state that the first part left them in.
    let places = refused(&limits(&parts), outflows);
    let refused_of_fitted = places.partition_point(|place| *place < fitted_to);
    Ok(Some(HoldOut {
        fitted_to,
        refused_of_fitted,
        held_out: outflows.len() - fitted_to,
        refused: places.len() - refused_of_fitted,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;
    use crate::history::Flow;
    use crate::shape::{Part, DAY, SHAPES};

    fn history(told: &[(u64, u64)]) -> AssetHistory {
        let flow = |(place, (at, amount)): (usize, &(u64, u64))| Flow {
            line: place as u64 + 2,
            at: *at,
            brought_in: U256::ZERO,
            taken_out: U256::from(*amount),
            account: format!("user {}", place % 3),
        };
        AssetHistory {
            asset: "ETH".to_owned(),
            flows: told.iter().enumerate().map(flow).collect(),
        }
    }

    fn random(seed: u64, length: usize) -> AssetHistory {
        let mut dice = Dice::new(seed);
        let mut at = 1_000_000;
        let told: Vec<_> = (0..length)
            .map(|_| {
                at += dice.below(4 * 3_600);
                (at, libm::exp(8.0 + 1.5 * dice.normal()) as u64 + 1)
            })
            .collect();
        history(&told)
    }

    fn suggestion(shape: Shape, history: &AssetHistory, budget: u64) -> Suggestion {
        let budget = Budget::one_in(budget).unwrap();
        suggest(shape, history, &history.outflows(), budget).unwrap()
    }

    fn bucket_of_a_day() -> Shape {
        SHAPES[2]
    }

    #[test]
    fn a_budget_below_one_in_two_is_refused() {
        assert_eq!(Budget::one_in(1), Err(InvalidBudget(1)));
        let budget = Budget::one_in(1_000).unwrap();
        assert_eq!([999, 1_000, 2_999].map(|n| budget.allowed(n)), [0, 1, 2]);
    }

    #[test]
    fn the_smallest_bucket_of_a_history_that_can_be_worked_out_by_hand() {
        // 60 and half a day later 90: 150 in half a day, 150 / 1.5 = 100. Nothing is refused at 100, and the 90 is at 99.
        let history = history(&[(0, 60), (DAY / 2, 90)]);
        let suggested = suggestion(bucket_of_a_day(), &history, 100_000);
        assert_eq!(suggested.parts[0].limit, U256::from(100));
        assert_eq!(suggested.parts[0].largest_need, U256::from(100));
        assert_eq!(suggested.parts[0].basis, Basis::LargestSeen { peaks: 0 });
        assert_eq!(
            suggested.parts[0].supported, 1,
            "two withdrawals say next to nothing"
        );
        assert_eq!(suggested.refusals.places, [0usize; 0]);
        assert_eq!(suggested.refusing_none, suggested.parts);
        let less = [Limited::new(Part::Bucket { refill_secs: DAY }, U256::from(99)).unwrap()];
        let refused = refusals(&less, &history, &history.outflows());
        assert_eq!(
            (refused.places, refused.amount, refused.accounts),
            (vec![1], U256::from(90), 1)
        );
    }

    #[test]
    fn one_withdrawal_is_its_own_limit_and_is_not_split() {
        let history = history(&[(7, 101)]);
        for shape in SHAPES {
            let suggested = suggestion(shape, &history, 100);
            assert!(
                suggested.parts.iter().all(|part| part.limit == U256::from(110)),
                "{}",
                shape.name
            );
            assert_eq!((suggested.hold_out, suggested.refusals.of), (None, 1));
        }
    }

    #[test]
    fn a_budget_that_the_history_supports_is_spent_and_not_exceeded() {
        // 2,000 ones and twenty of 1,000, a day apart: one in 100 may be refused, which is twenty.
        let told: Vec<_> = (0..2_000)
            .map(|day| (day * DAY, if day % 100 == 50 { 1_000 } else { 1 }))
            .collect();
        let history = history(&told);
        let cap = SHAPES[6];
        let suggested = suggestion(cap, &history, 100);
        assert_eq!(suggested.parts[0].basis, Basis::Seen);
        assert_eq!(suggested.parts[0].limit, U256::from(1));
        assert_eq!(suggested.refusals.places.len(), 20);
        // One in 101 allows 19.
        let suggested = suggestion(cap, &history, 101);
        assert_eq!(suggested.parts[0].limit, U256::from(1_000));
        assert_eq!(suggested.refusals.places.len(), 0);
    }

    #[test]
    fn no_suggestion_refuses_more_than_the_budget_and_none_grows_with_it() {
        for seed in 0..3 {
            let history = random(seed, 900);
            for shape in SHAPES {
                let mut last: Option<Vec<U256>> = None;
                for budget in [2, 5, 10, 30, 60, 100, 300, 1_000, 10_000, 1_000_000] {
                    let suggested = suggestion(shape, &history, budget);
                    let allowed = 900 / budget as usize;
                    assert!(
                        suggested.refusals.places.len() <= allowed,
                        "{} {budget}",
                        shape.name
                    );
                    let limits: Vec<_> = suggested.parts.iter().map(|part| part.limit).collect();
                    let grows = |last: &Vec<U256>| limits.iter().zip(last).all(|(limit, last)| limit >= last);
                    assert!(
                        last.as_ref().is_none_or(grows),
                        "{} {budget}: {last:?} {limits:?}",
                        shape.name
                    );
                    last = Some(limits);
                }
            }
        }
    }

    #[test]
    fn a_limit_goes_below_its_needs_where_what_is_refused_leaves_room() {
        // 60, 60 and 1 at once, a hundred times, years apart: they need 60, 120 and 121, and one in three may be refused. With 120 the
        // 1 is refused; with 61 the second 60 is, and the 1 passes; with 60 both are.
        let told: Vec<_> = (0..100)
            .flat_map(|year| [60, 60, 1].map(|amount| (year * 365 * DAY, amount)))
            .collect();
        let suggested = suggestion(bucket_of_a_day(), &history(&told), 3);
        assert_eq!(suggested.parts[0].basis, Basis::Seen);
        assert_eq!(suggested.parts[0].limit, U256::from(61));
        assert_eq!(suggested.refusals.places.len(), 100);
    }

    #[test]
    fn where_core_rounds_a_limit_is_the_next_one_up() {
        // A window of 100,000 counts in quanta of two once a tick has closed, so that 1 and 99,999 do not pass together.
        let history = history(&[(0, 1), (10_000, 99_999)]);
        let suggested = suggestion(SHAPES[4], &history, 100_000);
        assert_eq!(suggested.parts[0].largest_need, U256::from(100_000));
        assert_eq!(suggested.parts[0].limit, U256::from(110_000));
        assert_eq!(suggested.refusing_none[0].limit, U256::from(110_000));
    }

    #[test]
    fn of_two_together_each_gets_half_of_the_budget() {
        let history = random(9, 900);
        let alone = suggestion(SHAPES[6], &history, 200_000).parts[0];
        let together = suggestion(SHAPES[7], &history, 100_000).parts[0];
        assert_eq!(together, alone);
    }

    #[test]
    fn beyond_the_history_the_limit_is_above_what_was_needed_and_says_how_sure_it_is() {
        let history = random(9, 900);
        let suggested = suggestion(SHAPES[6], &history, 100_000);
        let cap = suggested.parts[0];
        let Basis::Extrapolated { upper, peaks, .. } = cap.basis else {
            panic!("{:?}", cap.basis);
        };
        assert!(
            (60..=90).contains(&peaks),
            "of 3 · 30 above the threshold: {peaks}"
        );
        assert!(cap.limit > cap.largest_need && upper > cap.limit, "{cap:?}");
        assert_eq!(suggested.refusing_none[0].limit, round_up(cap.largest_need));
        assert!(
            (200..=300).contains(&cap.supported),
            "900 independent ones would bound one in 300: {}",
            cap.supported
        );
    }

    #[test]
    fn what_was_not_fitted_is_counted_apart() {
        // A hundred of 10, a day apart; after the seventieth they are of 20.
        let told: Vec<_> = (0..100)
            .map(|day| (day * 100 * DAY, if day < 70 { 10 } else { 20 }))
            .collect();
        let suggested = suggestion(SHAPES[6], &history(&told), 1_000);
        assert_eq!(
            suggested.hold_out,
            Some(HoldOut {
                fitted_to: 70,
                refused_of_fitted: 0,
                held_out: 30,
                refused: 30
            })
        );
        assert_eq!(suggested.parts[0].limit, U256::from(20));
    }

    #[test]
    fn amounts_of_any_size_have_a_suggestion() {
        let huge = |at, taken_out| Flow {
            line: 2,
            at,
            brought_in: U256::ZERO,
            taken_out,
            account: "a".to_owned(),
        };
        let history = AssetHistory {
            asset: "ETH".to_owned(),
            flows: vec![
                huge(5, U256::MAX >> 4),
                huge(5, U256::ONE),
                huge(6, U256::ONE << 200),
            ],
        };
        for shape in SHAPES {
            let suggested = suggestion(shape, &history, 10);
            assert_eq!(suggested.refusals.places.len(), 0, "{}", shape.name);
        }
    }
}
