//! What is held against what is owed.
//!
//! A lock-box owes what was deposited in it. However a transition moved assets, at its end the box must hold at
//! least what it owes, asset by asset. [`position`] says how far it is on either side, with the sign in the type.

use alloy_primitives::U256;

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

impl Position {
    /// Whether everything owed is covered.
    pub fn is_solvent(&self) -> bool {
        matches!(self, Self::Surplus(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_extremes_do_not_wrap() {
        assert_eq!(position(U256::ZERO, U256::MAX), Position::Shortfall(U256::MAX));
        assert_eq!(position(U256::MAX, U256::ZERO), Position::Surplus(U256::MAX));
        assert_eq!(position(U256::ZERO, U256::ZERO), Position::Surplus(U256::ZERO));
    }
}
