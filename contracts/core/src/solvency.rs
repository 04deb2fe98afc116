//! What is held against what is owed.
//!
//! A lock-box owes what was deposited in it. However a transition moved assets, at its end the box must hold at
//! least what it owes, asset by asset. [`position`] says how far it is on either side, with the sign in the type, and
//! [`position_over_margin`] how far from what it owes and a margin on it.

use crate::{invariant::WHOLE_BPS, wide::mul_div_down};
use alloy_primitives::U256;
use core::num::NonZeroU32;

/// How what is held stands to what is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// It covers what is owed, with this much to spare (zero when they are equal).
    Surplus(U256),
    /// It does not; this much is missing, never zero.
    Shortfall(U256),
}

/// Where `locked` stands to `owed`. Equality is solvent.
pub fn position(locked: U256, owed: U256) -> Position {
    match locked.checked_sub(owed) {
        Some(surplus) => Position::Surplus(surplus),
        // Invariant: what is owed is the greater here.
        None => Position::Shortfall(owed - locked),
    }
}

/// What is to be held beyond what is owed, in basis points of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Margin(u32);

impl Margin {
    /// None for zero, which [`position`] is for, and for more than the whole.
    pub const fn new(margin_bps: u32) -> Option<Self> {
        if margin_bps == 0 || margin_bps > WHOLE_BPS {
            None
        } else {
            Some(Self(margin_bps))
        }
    }

    /// In basis points.
    pub fn bps(&self) -> u32 {
        self.0
    }

    /// The margin on `owed`, rounded up, so that it is never passed by rounding.
    fn on_up(&self, owed: U256) -> U256 {
        // What the rest of the whole is, rounded down, leaves the part rounded up.
        // Invariant: a margin is at most the whole, and a part at most the amount.
        NonZeroU32::new(WHOLE_BPS).map_or(owed, |whole| owed - mul_div_down(owed, WHOLE_BPS - self.0, whole))
    }
}

/// Where `locked` stands to `owed` and the margin on it, rounded up. Equality is solvent.
pub fn position_over_margin(locked: U256, owed: U256, margin: Margin) -> Position {
    let margin = margin.on_up(owed);
    match position(locked, owed) {
        Position::Surplus(surplus) => position(surplus, margin),
        Position::Shortfall(missing) => Position::Shortfall(missing.saturating_add(margin)),
    }
}

impl Position {
    /// Whether everything owed is covered.
    pub fn is_solvent(&self) -> bool {
        matches!(self, Self::Surplus(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equality_is_solvent_and_one_less_is_not() {
        let owed = U256::from(1_000);
        assert_eq!(position(U256::from(1_000), owed), Position::Surplus(U256::ZERO));
        assert_eq!(position(U256::from(999), owed), Position::Shortfall(U256::ONE));
        assert_eq!(position(U256::from(1_001), owed), Position::Surplus(U256::ONE));
        assert!(position(owed, owed).is_solvent());
        assert!(!position(U256::ZERO, owed).is_solvent());
    }

    #[test]
    fn a_margin_is_rounded_up_and_equality_is_solvent() {
        let percent = Margin::new(100).unwrap();
        let of = |locked: u64, owed: u64| position_over_margin(U256::from(locked), U256::from(owed), percent);
        assert_eq!(of(1_010, 1_000), Position::Surplus(U256::ZERO));
        assert_eq!(of(1_009, 1_000), Position::Shortfall(U256::ONE));
        // 1% of 1,001 is 10.01.
        assert_eq!(of(1_012, 1_001), Position::Surplus(U256::ZERO));
        assert_eq!(of(1_011, 1_001), Position::Shortfall(U256::ONE));
        assert_eq!(of(990, 1_000), Position::Shortfall(U256::from(20)));
        assert_eq!(of(0, 0), Position::Surplus(U256::ZERO));
        assert_eq!(of(1, 1), Position::Shortfall(U256::ONE), "of one, one");
    }

    #[test]
    fn a_margin_at_the_end_of_all_numbers_cannot_be_covered_and_does_not_wrap() {
        let whole = Margin::new(10_000).unwrap();
        assert_eq!(
            position_over_margin(U256::MAX, U256::MAX, whole),
            Position::Shortfall(U256::MAX)
        );
        assert_eq!(
            position_over_margin(U256::ZERO, U256::MAX, whole),
            Position::Shortfall(U256::MAX)
        );
        let half = U256::MAX >> 1usize;
        assert_eq!(
            position_over_margin(U256::MAX, half, whole),
            Position::Surplus(U256::ONE)
        );
    }

    #[test]
    fn a_margin_of_nothing_or_of_more_than_the_whole_is_none() {
        assert_eq!(Margin::new(0), None);
        assert_eq!(Margin::new(10_001), None);
        assert_eq!(Margin::new(10_000).unwrap().bps(), 10_000);
        assert_eq!(Margin::new(1).unwrap().bps(), 1);
    }

    proptest! {
        #[test]
        fn a_margin_is_what_big_integers_say(locked: [u64; 4], owed: [u64; 4], shift in 0usize..256, near: bool, bps in 1u32..=10_000) {
            let owed = U256::from_limbs(owed) >> shift;
            let mut locked = U256::from_limbs(locked) >> shift;
            if near {
                locked = owed.saturating_add(locked >> 12usize);
            }
            let big = |number: U256| num_bigint::BigUint::from_bytes_le(&number.to_le_bytes::<32>());
            let is_solvent = position_over_margin(locked, owed, Margin::new(bps).unwrap()).is_solvent();
            prop_assert_eq!(is_solvent, big(locked) * 10_000u32 >= big(owed) * (10_000 + bps));
        }
    }

    #[test]
    fn the_extremes_do_not_wrap() {
        assert_eq!(position(U256::ZERO, U256::MAX), Position::Shortfall(U256::MAX));
        assert_eq!(position(U256::MAX, U256::ZERO), Position::Surplus(U256::MAX));
        assert_eq!(position(U256::ZERO, U256::ZERO), Position::Surplus(U256::ZERO));
    }
}
