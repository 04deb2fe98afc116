//! A ceiling as it is stored: open, closed or never set, and how that changes.

use super::{terms::UNIT_BITS, Ceiling, Terms};
use crate::{
    time::LATEST,
    wide::{shl, shr},
};
use alloy_primitives::U256;

/// Set in every word but that of a ceiling that was never set.
const SEEN_BIT: u8 = 255;
const TIME_BIT: u8 = 215;
const UNIT_BIT: u8 = 207;
const EXPAND_BIT: u8 = 177;
const ANCHOR_BIT: u8 = 118;
const GAP_BIT: u8 = 59;

const AMOUNT: u64 = (1 << UNIT_BITS) - 1;
const EXPAND: u64 = (1 << (UNIT_BIT - EXPAND_BIT)) - 1;

/// A ceiling's word.
///
/// ```text
///  255   254         215 214     207 206         177 176     118 117      59 58         0
/// ┌─────┬───────────────┬───────────┬───────────────┬───────────┬───────────┬────────────┐
/// │seen │ anchored_at,  │ unit_log2 │ expand_secs   │ anchor,   │ gap,      │ maximum,   │
/// │     │ seconds       │           │               │ in units  │ in units  │ in units   │
/// └─────┴───────────────┴───────────┴───────────────┴───────────┴───────────┴────────────┘
/// ```
/// A unit is 2^unit_log2 wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// It was never set. Nothing grows; when it is set, it begins a gap above the quantity.
    Unset,
    /// It was set and then closed. Nothing grows; when it is set again, it begins at the quantity.
    Closed {
        /// When it was closed.
        at: u64,
    },
    /// It is open.
    Open(Ceiling),
}

/// What a change of terms came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconfigured {
    /// The ceiling from now on.
    pub slot: Slot,
    /// What room there was the moment before.
    pub previous_headroom: U256,
    /// What room there is now: never more than before, but for a ceiling that was never set.
    pub headroom: U256,
    /// Whether the quantity can be higher than before at some time; otherwise the change is a tightening, or none.
    pub loosened: bool,
}

impl Slot {
    /// The ceiling in a stored word.
    pub fn from_word(word: U256) -> Self {
        let field = |bit: u8, mask: u64| shr(word, bit).into_limbs()[0] & mask;
        let time = field(TIME_BIT, LATEST);
        // The casts keep the bits that the diagram gives to each.
        let terms = Terms::from_parts(
            field(0, AMOUNT),
            field(GAP_BIT, AMOUNT),
            field(UNIT_BIT, 0xff) as u8,
            field(EXPAND_BIT, EXPAND) as u32,
        );
        match terms {
            Some(terms) => Self::Open(Ceiling::from_parts(terms, field(ANCHOR_BIT, AMOUNT), time)),
            None if field(SEEN_BIT, 1) != 0 => Self::Closed { at: time },
            None => Self::Unset,
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let at = |number: u64, bit: u8| shl(U256::from_limbs([number, 0, 0, 0]), bit);
        match self {
            Self::Unset => U256::ZERO,
            Self::Closed { at: time } => at(1, SEEN_BIT) | at(time, TIME_BIT),
            Self::Open(ceiling) => {
                let (terms, anchor, anchored_at) = ceiling.to_parts();
                let (maximum, gap, unit_log2, expand_secs) = terms.to_parts();
                at(maximum, 0)
                    | at(gap, GAP_BIT)
                    | at(anchor, ANCHOR_BIT)
                    | at(u64::from(expand_secs), EXPAND_BIT)
                    | at(u64::from(unit_log2), UNIT_BIT)
                    | at(anchored_at, TIME_BIT)
                    | at(1, SEEN_BIT)
            }
        }
    }

    /// The ceiling, when it is open.
    pub fn open(self) -> Option<Ceiling> {
        match self {
            Self::Open(ceiling) => Some(ceiling),
            Self::Unset | Self::Closed { .. } => None,
        }
    }

    /// Puts the ceiling under `to`, or closes it when that is none. `quantity` is what it is over.
    ///
    /// What it had risen under the old terms up to `now` counts, and nothing is added to it.
    pub fn reconfigure(self, to: Option<Terms>, quantity: U256, now: u64) -> Reconfigured {
        let from = self.open();
        let previous_headroom = from.map_or(U256::ZERO, |ceiling| ceiling.headroom_down(quantity, now));
        let Some(terms) = to else {
            return Reconfigured {
                slot: match self {
                    Self::Unset => Self::Unset,
                    Self::Closed { .. } | Self::Open(_) => Self::Closed { at: now.min(LATEST) },
                },
                previous_headroom,
                headroom: U256::ZERO,
                loosened: false,
            };
        };
        let most = match self {
            Self::Unset => U256::MAX,
            Self::Closed { .. } => quantity,
            Self::Open(ceiling) => ceiling.ceiling_down(quantity, now),
        };
        // A time that went back must not let the old rise count again.
        let since = now.max(self.seen_at());
        let ceiling = Ceiling::at_most(terms, most, quantity, since);
        Reconfigured {
            slot: Self::Open(ceiling),
            previous_headroom,
            headroom: ceiling.headroom_down(quantity, now),
            loosened: from.is_none_or(|from| terms.is_looser_than(&from.terms())),
        }
    }

    /// When it was anchored or closed; zero when it never was.
    fn seen_at(self) -> u64 {
        match self {
            Self::Unset => 0,
            Self::Closed { at } => at,
            Self::Open(ceiling) => ceiling.anchored_at(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    fn terms(maximum: u64, gap: u64, expand_secs: u64) -> Terms {
        Terms::new(u(maximum), u(gap), expand_secs).unwrap()
    }

    /// From 0 to 700 at zero, 300 below the ceiling.
    fn grown() -> Slot {
        let ceiling = Ceiling::above(terms(10_000, 1_000, 100), u(0), 0);
        Slot::Open(ceiling.increase(u(0), u(700), 0).unwrap())
    }

    #[test]
    fn one_that_was_never_set_begins_a_gap_above_the_quantity() {
        let change = Slot::from_word(U256::ZERO).reconfigure(Some(terms(10_000, 1_000, 100)), u(500), 9);
        assert_eq!(
            (change.previous_headroom, change.headroom, change.loosened),
            (u(0), u(1_000), true)
        );
    }

    #[test]
    fn closing_and_opening_again_begins_at_the_quantity() {
        let closed = grown().reconfigure(None, u(700), 10);
        assert_eq!(
            (closed.slot, closed.previous_headroom),
            (Slot::Closed { at: 10 }, u(400))
        );
        let again = closed
            .slot
            .reconfigure(Some(terms(10_000, 1_000, 100)), u(700), 1_000);
        assert_eq!((again.headroom, again.loosened), (u(0), true));
        assert_eq!(again.slot.open().unwrap().headroom_down(u(700), 1_001), u(10));
        assert_eq!(Slot::Unset.reconfigure(None, u(0), 1).slot, Slot::Unset);
    }

    #[test]
    fn a_larger_gap_or_a_faster_rise_adds_nothing_at_once() {
        let change = grown().reconfigure(Some(terms(20_000, 5_000, 10)), u(700), 10);
        assert_eq!(
            (change.previous_headroom, change.headroom, change.loosened),
            (u(400), u(400), true)
        );
        assert_eq!(change.slot.open().unwrap().headroom_down(u(700), 11), u(900));
    }

    #[test]
    fn a_smaller_gap_or_maximum_acts_at_once() {
        let change = grown().reconfigure(Some(terms(10_000, 50, 100)), u(700), 10);
        assert_eq!((change.headroom, change.loosened), (u(50), false));
        let change = grown().reconfigure(Some(terms(600, 600, 100)), u(700), 10);
        assert_eq!(change.headroom, u(0));
        // Back again, the ceiling rises from there.
        let back = change
            .slot
            .reconfigure(Some(terms(10_000, 1_000, 100)), u(700), 10);
        assert_eq!(back.headroom, u(0));
        assert_eq!(back.slot.open().unwrap().headroom_down(u(700), 20), u(0));
        assert_eq!(back.slot.open().unwrap().headroom_down(u(700), 21), u(10));
    }

    #[test]
    fn a_change_at_a_time_that_went_back_adds_nothing() {
        let late = Slot::Open(Ceiling::above(terms(10_000, 1_000, 100), u(0), 500));
        let change = late.reconfigure(Some(terms(10_000, 2_000, 100)), u(0), 10);
        assert_eq!(change.slot.open().unwrap().anchored_at(), 500);
    }

    #[test]
    fn it_survives_its_word() {
        let largest = Terms::new(U256::MAX, U256::MAX, super::super::MAX_EXPAND_SECS).unwrap();
        for slot in [
            Slot::Unset,
            Slot::Closed { at: 0 },
            Slot::Closed { at: LATEST },
            grown(),
            Slot::Open(Ceiling::above(largest, U256::MAX, u64::MAX)),
            Slot::Open(Ceiling::above(largest, U256::ZERO, 0)),
        ] {
            assert_eq!(Slot::from_word(slot.to_word()), slot);
        }
    }

    #[test]
    fn the_word_is_laid_out_as_it_is_drawn() {
        // 5 · 2^59 has 62 bits: units of 2^3.
        let terms = Terms::new(u(5) << 59, u(80), 7).unwrap();
        let slot = Slot::Open(Ceiling::above(terms, u(17), 9));
        let expected = (u(5) << 56)
            | (u(10) << 59)
            | (u(12) << 118)
            | (u(7) << 177)
            | (u(3) << 207)
            | (u(9) << 215)
            | (U256::ONE << 255);
        assert_eq!(slot.to_word(), expected);
    }
}
