//! Whether a guard only watches, refuses, or refuses and trips.
//!
//! # Design
//! - **Enforcing is zero**, so a guard whose mode was never set enforces. Nobody has to remember to switch a guard on.
//! - One word holds the modes of all guards of a contract, two bits each: a transition reads it once.
//! - The modes are a ladder, shadow below enforce below latch, so that a change is either stricter or milder and nothing else.

use alloy_primitives::U256;

/// How many guards one word holds.
pub const GUARDS: u8 = 128;

/// A guard of a contract, by a number that the contract gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GuardId(u8);

impl GuardId {
    /// The guard of number `NUMBER`, below [`GUARDS`], or it does not compile.
    ///
    /// ```
    /// use portcullis_core::mode::GuardId;
    /// const SOLVENCY: GuardId = GuardId::of::<0>();
    /// assert_eq!(SOLVENCY.number(), 0);
    /// ```
    ///
    /// ```compile_fail
    /// const TOO_MANY: portcullis_core::mode::GuardId = portcullis_core::mode::GuardId::of::<128>();
    /// ```
    #[must_use]
    pub const fn of<const NUMBER: u8>() -> Self {
        const { assert!(NUMBER < GUARDS, "a contract has at most 128 guards") }
        Self(NUMBER)
    }

    /// The guard of this number, if there is one.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number < GUARDS {
            Some(Self(number))
        } else {
            None
        }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// What becomes of a guard's refusal. Ordered from mild to strict; the numbers are those that are stored and told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mode {
    /// The call is refused.
    Enforce = 0,
    /// The call proceeds, and an event says what would have been.
    Shadow = 1,
    /// The call is refused, and where its method is latched the refusal outlives it as a trip.
    Latch = 2,
}

impl Mode {
    /// The mode of a number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Enforce),
            1 => Some(Self::Shadow),
            2 => Some(Self::Latch),
            _ => None,
        }
    }

    /// Whether this mode lets more happen than `previous`.
    #[must_use]
    pub fn is_milder_than(self, previous: Self) -> bool {
        self.strictness() < previous.strictness()
    }

    fn strictness(self) -> u8 {
        match self {
            Self::Shadow => 0,
            Self::Enforce => 1,
            Self::Latch => 2,
        }
    }
}

/// The modes of a contract's guards.
///
/// ```text
///  255 254          3   2   1   0
/// ┌───────┬────────┬───────┬───────┐
/// │ 127   │ …      │ 1     │ 0     │  the number of the mode of each guard
/// └───────┴────────┴───────┴───────┘
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modes(U256);

const BITS: u32 = 2;
const PER_LIMB: u8 = 32;

impl Modes {
    /// What a word says.
    #[must_use]
    pub const fn from_word(word: U256) -> Self {
        Self(word)
    }

    /// The word to store.
    #[must_use]
    pub const fn to_word(self) -> U256 {
        self.0
    }

    /// A guard's mode. A number that is none, which nothing here writes, enforces.
    #[must_use]
    pub fn of(self, guard: GuardId) -> Mode {
        // Invariant: a guard's number is below 128, so the limb is one of four.
        let limb = self
            .0
            .as_limbs()
            .get(usize::from(guard.0 / PER_LIMB))
            .copied()
            .unwrap_or_default();
        let number = (limb >> shift(guard)) & 3;
        match number {
            1 => Mode::Shadow,
            2 => Mode::Latch,
            _ => Mode::Enforce,
        }
    }

    /// The same with another mode for one guard.
    #[must_use]
    pub fn with(self, guard: GuardId, mode: Mode) -> Self {
        let mut limbs = *self.0.as_limbs();
        if let Some(limb) = limbs.get_mut(usize::from(guard.0 / PER_LIMB)) {
            *limb = (*limb & !(3 << shift(guard))) | ((mode as u64) << shift(guard));
        }
        Self(U256::from_limbs(limbs))
    }
}

fn shift(guard: GuardId) -> u32 {
    u32::from(guard.0 % PER_LIMB) * BITS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_never_set_enforces() {
        for number in 0..GUARDS {
            let guard = GuardId::new(number).unwrap();
            assert_eq!(Modes::default().of(guard), Mode::Enforce);
        }
        assert_eq!(GuardId::new(GUARDS), None);
    }

    #[test]
    fn a_number_that_is_no_mode_enforces() {
        let all = Modes::from_word(U256::MAX);
        assert_eq!(all.of(GuardId::of::<0>()), Mode::Enforce);
        assert_eq!(all.of(GuardId::of::<127>()), Mode::Enforce);
        assert_eq!(Mode::from_number(3), None);
    }

    #[test]
    fn the_ladder_goes_from_shadow_to_latch() {
        assert!(Mode::Shadow.is_milder_than(Mode::Enforce));
        assert!(Mode::Enforce.is_milder_than(Mode::Latch));
        assert!(Mode::Shadow.is_milder_than(Mode::Latch));
        for mode in [Mode::Shadow, Mode::Enforce, Mode::Latch] {
            assert!(!mode.is_milder_than(mode));
            assert!(!Mode::Latch.is_milder_than(mode));
            assert_eq!(Mode::from_number(mode as u8), Some(mode));
        }
    }

    #[test]
    fn where_a_mode_lies_in_the_word() {
        let word = Modes::default()
            .with(GuardId::of::<0>(), Mode::Shadow)
            .with(GuardId::of::<127>(), Mode::Latch)
            .to_word();
        assert_eq!(word, (U256::from(2) << 254) | U256::ONE);
    }

    proptest! {
        #[test]
        fn setting_one_changes_no_other(changes in prop::collection::vec((0..GUARDS, 0u8..3), 0..40)) {
            let mut model = [Mode::Enforce; GUARDS as usize];
            let mut modes = Modes::default();
            for (number, mode) in changes {
                let mode = Mode::from_number(mode).unwrap();
                model[usize::from(number)] = mode;
                modes = modes.with(GuardId::new(number).unwrap(), mode);
            }
            for number in 0..GUARDS {
                prop_assert_eq!(modes.of(GuardId::new(number).unwrap()), model[usize::from(number)]);
            }
        }
    }
}
