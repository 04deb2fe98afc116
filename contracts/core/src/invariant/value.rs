//! What came in is worth what went out, but for a tolerance.

use super::{change::Change, product::Product, WHOLE_BPS};
use alloy_primitives::U256;

/// How an amount's value is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// What came in.
    Down,
    /// What went out.
    Up,
}

/// The part of what went out that need not have come in, in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tolerance(u32);

impl Tolerance {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// None for 10,000 and above, with which nothing need come in.
    pub const fn new(tolerance_bps: u32) -> Option<Self> {
        if tolerance_bps < WHOLE_BPS {
            Some(Self(tolerance_bps))
        } else {
            None
        }
    }

    /// In basis points.
    pub fn bps(&self) -> u32 {
        self.0
    }
}

/// The value of what came in and of what went out, over some assets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    /// Each increase, rounded down.
    pub came_in: U256,
    /// Each decrease, rounded up.
    pub went_out: U256,
}

impl Flows {
    /// Adds an asset's change. `value_of` says what an amount of it is worth, rounded as it is asked.
    ///
    /// Returns none when a sum is beyond all numbers.
    ///
    /// # Errors
    /// What `value_of` fails with. A change of nothing is not asked for.
    pub fn add<E>(
        self,
        change: Change,
        value_of: impl FnOnce(U256, Rounding) -> Result<U256, E>,
    ) -> Result<Option<Self>, E> {
        let mut flows = self;
        let (sum, amount, rounding) = match change {
            Change::Rise(amount) => (&mut flows.came_in, amount, Rounding::Down),
            Change::Fall(amount) => (&mut flows.went_out, amount, Rounding::Up),
        };
        if amount.is_zero() {
            return Ok(Some(self));
        }
        let Some(total) = sum.checked_add(value_of(amount, rounding)?) else {
            return Ok(None);
        };
        *sum = total;
        Ok(Some(flows))
    }

    /// Whether enough came in: `came_in · 10,000 >= went_out · (10,000 - tolerance)`. Exact; equality is enough.
    pub fn are_even(&self, tolerance: Tolerance) -> bool {
        let (mut came_in, mut went_out) = (Product::of(&[self.came_in]), Product::of(&[self.went_out]));
        // Invariant: a tolerance is below the whole.
        came_in.times_small(WHOLE_BPS.into());
        went_out.times_small((WHOLE_BPS - tolerance.0).into());
        came_in.is_at_least(&went_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flows(came_in: u64, went_out: u64) -> Flows {
        Flows {
            came_in: U256::from(came_in),
            went_out: U256::from(went_out),
        }
    }

    #[test]
    fn equal_to_the_tolerance_is_enough_and_one_less_is_not() {
        assert!(flows(100, 100).are_even(Tolerance::NONE));
        assert!(!flows(99, 100).are_even(Tolerance::NONE));
        let percent = Tolerance::new(100).unwrap();
        assert!(flows(99, 100).are_even(percent));
        assert!(!flows(98, 99).are_even(percent), "98.01 would be");
        assert!(flows(0, 0).are_even(Tolerance::NONE));
        assert!(!flows(0, 1).are_even(Tolerance::new(9_999).unwrap()));
        assert!(flows(u64::MAX, 0).are_even(Tolerance::NONE));
        let largest = Flows {
            came_in: U256::MAX,
            went_out: U256::MAX,
        };
        assert!(largest.are_even(Tolerance::NONE));
        assert!(!Flows {
            came_in: U256::MAX - U256::ONE,
            ..largest
        }
        .are_even(Tolerance::NONE));
    }

    #[test]
    fn a_tolerance_with_which_nothing_need_come_in_is_none() {
        assert_eq!(Tolerance::new(10_000), None);
        assert_eq!(Tolerance::new(9_999).unwrap().bps(), 9_999);
    }

    #[test]
    fn what_came_in_is_asked_rounded_down_and_what_went_out_up() {
        let of = |change| {
            flows(5, 7)
                .add(change, |amount, rounding| {
                    let up = U256::from(u64::from(rounding == Rounding::Up));
                    Ok::<_, ()>(amount / U256::from(2) + up)
                })
                .unwrap()
                .unwrap()
        };
        assert_eq!(of(Change::Rise(U256::from(3))), flows(6, 7));
        assert_eq!(of(Change::Fall(U256::from(3))), flows(5, 9));
    }

    #[test]
    fn nothing_is_not_asked_for_and_a_failure_is_handed_on() {
        let fails = |change| flows(5, 7).add(change, |_, _| Err("no price"));
        assert_eq!(fails(Change::Rise(U256::ZERO)), Ok(Some(flows(5, 7))));
        assert_eq!(fails(Change::Fall(U256::ZERO)), Ok(Some(flows(5, 7))));
        assert_eq!(fails(Change::Rise(U256::ONE)), Err("no price"));
    }

    #[test]
    fn a_sum_beyond_all_numbers_is_none() {
        let all = |change| flows(1, 1).add(change, |_, _| Ok::<_, ()>(U256::MAX));
        assert_eq!(all(Change::Rise(U256::ONE)), Ok(None));
        assert_eq!(all(Change::Fall(U256::ONE)), Ok(None));
        assert!(flows(0, 0)
            .add(Change::Fall(U256::ONE), |_, _| Ok::<_, ()>(U256::MAX))
            .unwrap()
            .is_some());
    }
}
