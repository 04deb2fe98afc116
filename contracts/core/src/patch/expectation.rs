//! What a call has to say after a patch, alone or beside what it said before.

use super::numbers::{apart, at_most};
use crate::mul_div::mul_div_down;
use alloy_primitives::U256;

/// All of something, in hundredths of a percent.
pub(super) const WHOLE_BPS: u16 = 10_000;

/// What a call has to say after a patch. A call says a number; or nothing, when it reverts.
///
/// # Design
/// - **In doubt it does not hold**: what cannot be compared, because a call said nothing before or after, is not what was expected. Only
///   [`Expectation::Reverts`] is met by silence, so whoever asks sees to it that a call has the gas that it needs, and that there is code where it goes.
/// - **Rounding is against the patch**: what something may move by is rounded down.
/// - **What says nothing is refused** ([`Expectation::checked`]): an empty range, one of all numbers, a change by everything.
///
/// ```
/// use alloy_primitives::U256;
/// use portcullis_core::patch::Expectation;
///
/// // Nomad, 2022: after the upgrade, whether the zero root is acceptable. It said yes.
/// let refuses_zero = Expectation::Equals(U256::ZERO);
/// assert!(!refuses_zero.holds(None, Some(U256::ONE)));
/// assert!(refuses_zero.holds(None, Some(U256::ZERO)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It says something.
    Succeeds,
    /// It says nothing.
    Reverts,
    /// It says a number that is not zero.
    NonZero,
    /// It says this.
    Equals(U256),
    /// It says a number between these, both inclusive.
    Within {
        /// The least.
        min: U256,
        /// The most.
        max: U256,
    },
    /// It says what it said before, or a number that is off by at most so much of that.
    Unchanged {
        /// How much, in hundredths of a percent, below 10,000.
        within_bps: u16,
    },
}

/// An expectation that would say nothing, or that nothing meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidExpectation {
    /// No number is within its range.
    Empty,
    /// Every number is, or any change is within it.
    Vacuous,
}

impl Expectation {
    /// This, if it is met by something and not by everything.
    ///
    /// # Errors
    /// [`InvalidExpectation`].
    pub fn checked(self) -> Result<Self, InvalidExpectation> {
        match self {
            Self::Within { min, max } if !at_most(min, max) => Err(InvalidExpectation::Empty),
            Self::Within { min, max } if min.is_zero() && max == U256::MAX => {
                Err(InvalidExpectation::Vacuous)
            }
            Self::Unchanged { within_bps } if within_bps >= WHOLE_BPS => Err(InvalidExpectation::Vacuous),
            expectation => Ok(expectation),
        }
    }

    /// Whether the call says after the patch what it has to; none stands for a call that reverts.
    pub fn holds(self, before: Option<U256>, after: Option<U256>) -> bool {
        let Some(after) = after else {
            return self == Self::Reverts;
        };
        match self {
            Self::Succeeds => true,
            Self::Reverts => false,
            Self::NonZero => !after.is_zero(),
            Self::Equals(number) => after == number,
            Self::Within { min, max } => at_most(min, after) && at_most(after, max),
            Self::Unchanged { within_bps } => before.is_some_and(|before| {
                part_down(before, within_bps).is_some_and(|most| at_most(apart(after, before), most))
            }),
        }
    }
}

/// So many hundredths of a percent of it, rounded down; none when that is beyond all numbers.
pub(super) fn part_down(whole: U256, bps: u16) -> Option<U256> {
    mul_div_down(whole, U256::from(bps), U256::from(WHOLE_BPS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(number: u64) -> U256 {
        U256::from(number)
    }

    fn within(min: u64, max: u64) -> Expectation {
        Expectation::Within {
            min: u(min),
            max: u(max),
        }
    }

    fn unchanged(within_bps: u16) -> Expectation {
        Expectation::Unchanged { within_bps }
    }

    #[test]
    fn each_kind_of_answer_meets_what_it_should() {
        let all = [
            Expectation::Succeeds,
            Expectation::Reverts,
            Expectation::NonZero,
            Expectation::Equals(u(5)),
            within(4, 6),
            unchanged(0),
        ];
        // What was said before, after, and which of them hold.
        for (before, after, hold) in [
            (Some(5), None, [false, true, false, false, false, false]),
            (None, None, [false, true, false, false, false, false]),
            (Some(5), Some(5), [true, false, true, true, true, true]),
            (None, Some(5), [true, false, true, true, true, false]),
            (Some(0), Some(0), [true, false, false, false, false, true]),
            (Some(5), Some(0), [true, false, false, false, false, false]),
            (Some(5), Some(3), [true, false, true, false, false, false]),
            (Some(5), Some(4), [true, false, true, false, true, false]),
            (Some(5), Some(6), [true, false, true, false, true, false]),
            (Some(5), Some(7), [true, false, true, false, false, false]),
        ] {
            let held = all.map(|expectation| expectation.holds(before.map(u), after.map(u)));
            assert_eq!(held, hold, "{before:?} to {after:?}");
        }
    }

    #[test]
    fn what_it_may_move_by_is_rounded_down_either_way() {
        // 1% of 12,399 is 123.99.
        for (after, holds) in [
            (12_399 - 124, false),
            (12_399 - 123, true),
            (12_399 + 123, true),
            (12_399 + 124, false),
        ] {
            assert_eq!(
                unchanged(100).holds(Some(u(12_399)), Some(u(after))),
                holds,
                "{after}"
            );
        }
        // Of nothing, nothing.
        assert!(unchanged(9_999).holds(Some(u(0)), Some(u(0))));
        assert!(!unchanged(9_999).holds(Some(u(0)), Some(u(1))));
        let (most, half) = (U256::MAX, U256::MAX >> 1);
        assert!(unchanged(5_000).holds(Some(most), Some(most - half)));
        assert!(!unchanged(5_000).holds(Some(most), Some(half)));
        // Beyond all numbers, in one that was not checked: in doubt not.
        assert!(!unchanged(u16::MAX).holds(Some(most), Some(most)));
    }

    #[test]
    fn what_says_nothing_is_refused() {
        for (expectation, checked) in [
            (within(5, 5), None),
            (within(6, 5), Some(InvalidExpectation::Empty)),
            (unchanged(9_999), None),
            (unchanged(10_000), Some(InvalidExpectation::Vacuous)),
            (Expectation::Succeeds, None),
            (Expectation::Reverts, None),
            (Expectation::Equals(U256::ZERO), None),
        ] {
            assert_eq!(expectation.checked(), checked.map_or(Ok(expectation), Err));
        }
        let range = |min, max| Expectation::Within { min, max }.checked();
        assert_eq!(range(U256::ZERO, U256::MAX), Err(InvalidExpectation::Vacuous));
        assert!(range(U256::ONE, U256::MAX).is_ok());
        assert!(range(U256::ZERO, U256::MAX - U256::ONE).is_ok());
    }
}
