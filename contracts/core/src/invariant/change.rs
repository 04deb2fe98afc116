//! By how much a balance may change in a transition.
//!
//! A balance rises or falls, and either may be bounded from both sides. [`Bounds`] is the interval of changes that pass, ends included; what it
//! comes to for a balance is the interval of balances that pass after it, [`Bounds::after`]. So there is no signed number of 257 bits anywhere.

use super::at_most;
use alloy_primitives::U256;
use core::cmp::Ordering;

/// A change: up or down by an amount.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// Less by so much.
    Fall(U256),
    /// More by so much.
    Rise(U256),
}

impl Change {
    /// From one balance to another.
    pub fn between(before: U256, after: U256) -> Self {
        match after.checked_sub(before) {
            Some(rise) => Self::Rise(rise),
            // Invariant: the one before is the greater here.
            None => Self::Fall(before - after),
        }
    }

    /// By how much it fell, zero when it did not.
    pub fn fallen(&self) -> U256 {
        match self {
            Self::Fall(amount) => *amount,
            Self::Rise(_) => U256::ZERO,
        }
    }

    /// By how much it rose, zero when it did not.
    pub fn risen(&self) -> U256 {
        match self {
            Self::Fall(_) => U256::ZERO,
            Self::Rise(amount) => *amount,
        }
    }
}

impl Ord for Change {
    fn cmp(&self, other: &Self) -> Ordering {
        // One of two amounts of each is zero, so that a fall and a rise of nothing are the same.
        let by_fall = other.fallen().cmp(&self.fallen());
        by_fall.then(self.risen().cmp(&other.risen()))
    }
}

impl PartialOrd for Change {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Change {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Change {}

/// The changes that pass: from the one to the other, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    least: Change,
    most: Change,
}

/// The balances that pass after a transition, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// The lowest.
    pub lowest: U256,
    /// The highest. Below the lowest when no balance passes.
    pub highest: U256,
}

impl After {
    /// Whether this balance passes.
    pub fn contains(&self, balance: U256) -> bool {
        self.lowest <= balance && balance <= self.highest
    }

    const NONE: Self = Self {
        lowest: U256::MAX,
        highest: U256::ZERO,
    };
}

impl Bounds {
    /// From the lowest change to the highest, or none when they are the wrong way round.
    ///
    /// ```compile_fail
    /// use portcullis_core::invariant::change::{Bounds, Change};
    /// # use alloy_primitives::U256;
    /// const WRONG_WAY_ROUND: Bounds = Bounds::new(Change::Rise(U256::ONE), Change::Fall(U256::ONE)).unwrap();
    /// ```
    pub const fn new(least: Change, most: Change) -> Option<Self> {
        let is_in_order = match (least, most) {
            (Change::Fall(least), Change::Fall(most)) => at_most(&most, &least),
            (Change::Rise(least), Change::Rise(most)) => at_most(&least, &most),
            (Change::Fall(_), Change::Rise(_)) => true,
            // Only where both are nothing.
            (Change::Rise(least), Change::Fall(most)) => least.const_is_zero() && most.const_is_zero(),
        };
        if is_in_order {
            Some(Self { least, most })
        } else {
            None
        }
    }

    /// This change and no other.
    pub const fn exactly(change: Change) -> Self {
        Self {
            least: change,
            most: change,
        }
    }

    /// A rise of at least the one and at most the other, or none when they are the wrong way round.
    pub const fn rise(least: U256, most: U256) -> Option<Self> {
        Self::new(Change::Rise(least), Change::Rise(most))
    }

    /// A fall of at least the one and at most the other, or none when they are the wrong way round.
    pub const fn fall(least: U256, most: U256) -> Option<Self> {
        Self::new(Change::Fall(most), Change::Fall(least))
    }

    /// A fall of at most so much, and any rise.
    pub const fn fall_at_most(most: U256) -> Self {
        Self {
            least: Change::Fall(most),
            most: Change::Rise(U256::MAX),
        }
    }

    /// The balances that pass, after one of `before`.
    #[inline(never)]
    pub fn after(&self, before: U256) -> After {
        let lowest = match self.least {
            Change::Fall(amount) => Some(before.saturating_sub(amount)),
            Change::Rise(amount) => before.checked_add(amount),
        };
        let highest = match self.most {
            Change::Fall(amount) => before.checked_sub(amount),
            Change::Rise(amount) => Some(before.saturating_add(amount)),
        };
        match (lowest, highest) {
            (Some(lowest), Some(highest)) => After { lowest, highest },
            // A rise beyond all numbers, or a fall below zero: no balance does that.
            _ => After::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;
    use proptest::prelude::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    fn passes(bounds: Option<Bounds>, before: u64, after: u64) -> bool {
        bounds.unwrap().after(u(before)).contains(u(after))
    }

    #[test]
    fn equal_to_a_bound_passes_and_one_beyond_does_not() {
        let rise = Bounds::rise(u(3), u(5));
        let fall = Bounds::fall(u(3), u(5));
        for (change, expected) in [(2, false), (3, true), (5, true), (6, false)] {
            assert_eq!(passes(rise, 10, 10 + change), expected, "a rise of {change}");
            assert_eq!(passes(fall, 10, 10 - change), expected, "a fall of {change}");
            assert!(!passes(rise, 10, 10 - change) && !passes(fall, 10, 10 + change));
        }
        let both = Bounds::new(Change::Fall(u(2)), Change::Rise(u(1)));
        for (after, expected) in [(7, false), (8, true), (10, true), (11, true), (12, false)] {
            assert_eq!(passes(both, 10, after), expected, "{after}");
        }
    }

    #[test]
    fn exactly_is_one_balance() {
        let exactly = Bounds::exactly(Change::Fall(u(4))).after(u(10));
        assert_eq!(
            exactly,
            After {
                lowest: u(6),
                highest: u(6)
            }
        );
        let nothing = Bounds::exactly(Change::Fall(u(0))).after(u(10));
        assert_eq!(
            nothing,
            After {
                lowest: u(10),
                highest: u(10)
            }
        );
    }

    #[test]
    fn a_fall_of_at_most_lets_any_rise_pass() {
        let after = Bounds::fall_at_most(u(4)).after(u(10));
        assert_eq!(
            after,
            After {
                lowest: u(6),
                highest: U256::MAX
            }
        );
        assert_eq!(Bounds::fall_at_most(u(11)).after(u(10)).lowest, u(0));
    }

    #[test]
    fn what_no_balance_can_do_passes_for_none() {
        let rise = Bounds::rise(u(1), U256::MAX).unwrap().after(U256::MAX);
        assert!(!rise.contains(U256::MAX) && !rise.contains(u(0)));
        let fall = Bounds::fall(u(11), u(20)).unwrap().after(u(10));
        assert!(!fall.contains(u(0)) && !fall.contains(U256::MAX));
        // To the last number, and from it.
        assert!(Bounds::rise(U256::MAX, U256::MAX)
            .unwrap()
            .after(u(0))
            .contains(U256::MAX));
        assert!(Bounds::fall(U256::MAX, U256::MAX)
            .unwrap()
            .after(U256::MAX)
            .contains(u(0)));
    }

    #[test]
    fn bounds_the_wrong_way_round_are_none() {
        assert_eq!(Bounds::rise(u(2), u(1)), None);
        assert_eq!(Bounds::fall(u(2), u(1)), None);
        assert_eq!(Bounds::new(Change::Rise(u(1)), Change::Fall(u(0))), None);
        assert!(
            Bounds::new(Change::Rise(u(0)), Change::Fall(u(0))).is_some(),
            "the same nothing"
        );
    }

    #[test]
    fn a_fall_of_nothing_is_a_rise_of_nothing() {
        assert_eq!(Change::Fall(u(0)), Change::Rise(u(0)));
        assert_eq!(Change::between(u(5), u(5)), Change::Rise(u(0)));
        assert_eq!(Change::between(u(5), u(2)).fallen(), u(3));
        assert_eq!(Change::between(u(5), u(2)).risen(), u(0));
        assert_eq!(Change::between(u(5), u(9)).risen(), u(4));
        assert_eq!(Change::between(u(5), u(9)).fallen(), u(0));
    }

    fn signed(change: Change) -> BigInt {
        let big = |amount: U256| BigInt::from_bytes_le(num_bigint::Sign::Plus, &amount.to_le_bytes::<32>());
        big(change.risen()) - big(change.fallen())
    }

    fn any_change() -> impl Strategy<Value = Change> {
        (any::<[u64; 4]>(), 0usize..=256, any::<bool>()).prop_map(|(limbs, shift, up)| {
            let amount = U256::from_limbs(limbs) >> shift;
            if up {
                Change::Rise(amount)
            } else {
                Change::Fall(amount)
            }
        })
    }

    proptest! {
        #[test]
        fn what_passes_is_what_signed_numbers_say(
            least in any_change(), most in any_change(), before: [u64; 4], after: [u64; 4], shift in 0usize..256,
        ) {
            let (before, after) = (U256::from_limbs(before) >> shift, U256::from_limbs(after) >> shift);
            let change = signed(Change::between(before, after));
            let bounds = Bounds::new(least, most);
            prop_assert_eq!(bounds.is_some(), signed(least) <= signed(most));
            if let Some(bounds) = bounds {
                let expected = signed(least) <= change && change <= signed(most);
                prop_assert_eq!(bounds.after(before).contains(after), expected);
            }
        }
    }
}
