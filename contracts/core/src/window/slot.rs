//! A window as it is stored: open, closed or never set, and how that changes.

use super::{Limit, Window};
use crate::time::LATEST;
use alloy_primitives::U256;

/// Set in the head of every window but one that was never set.
const SEEN: u64 = 1 << 63;

/// A window's two words.
///
/// The head:
///
/// ```text
///  255   254    240 239     232 231        192 191         160 159     128 127             64 63                 0
/// ┌─────┬──────────┬───────────┬──────────────┬───────────────┬───────────┬──────────────────┬────────────────────┐
/// │seen │ zero     │ unit_log2 │ touched_at,  │ window_secs   │ zero      │ current, in units│ limit, in units of │
/// │     │          │           │ seconds      │               │           │                  │ 2^unit_log2 wei    │
/// └─────┴──────────┴───────────┴──────────────┴───────────────┴───────────┴──────────────────┴────────────────────┘
/// ```
///
/// The ring, in quanta of the limit over 65,535:
///
/// ```text
///  255         240            31           16 15            0
/// ┌───────────────┬─────────┬────────────────┬───────────────┐
/// │ sixteenth     │   ...   │ second youngest│ youngest      │
/// │ closed tick   │         │                │ closed tick   │
/// └───────────────┴─────────┴────────────────┴───────────────┘
/// ```
/// The ring is written only when a tick has closed since the last request that passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// It was never set. Nothing passes; when it is set, all of the limit is available.
    Unset,
    /// It was set and then closed. Nothing passes; when it is set again, nothing is available for a window.
    Closed {
        /// When it was closed.
        at: u64,
    },
    /// It is open up to a limit.
    Open(Window),
}

/// What a change of limit came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconfigured {
    /// The window from now on.
    pub slot: Slot,
    /// What was available the moment before.
    pub previous_available: U256,
    /// What is available now: never more than before, but for a window that was never set.
    pub available: U256,
    /// Whether more may pass than before in some interval; otherwise the change is a tightening, or none.
    pub loosened: bool,
}

impl Slot {
    /// The window in its two stored words.
    pub fn from_words([head, ring]: [U256; 2]) -> Self {
        let [units, current, middle, high] = head.into_limbs();
        let time = high & LATEST;
        // The casts keep the bits that the diagram gives to each.
        match Limit::from_parts(units, (high >> 40) as u8, (middle >> 32) as u32) {
            Some(limit) => Self::Open(Window::from_parts(limit, time, current, ring)),
            None if high & SEEN != 0 => Self::Closed { at: time },
            None => Self::Unset,
        }
    }

    /// The two words to store.
    pub fn to_words(self) -> [U256; 2] {
        match self {
            Self::Unset => [U256::ZERO; 2],
            Self::Closed { at } => [U256::from_limbs([0, 0, 0, SEEN | at]), U256::ZERO],
            Self::Open(window) => {
                let (limit, touched_at, current, closed) = window.to_parts();
                let (units, unit_log2, window_secs) = limit.to_parts();
                let high = SEEN | u64::from(unit_log2) << 40 | touched_at;
                let head = U256::from_limbs([units, current, u64::from(window_secs) << 32, high]);
                [head, closed]
            }
        }
    }

    /// The window, when it is open.
    pub fn open(self) -> Option<Window> {
        match self {
            Self::Open(window) => Some(window),
            Self::Unset | Self::Closed { .. } => None,
        }
    }

    /// Puts the window under `to`, or closes it when that is none. The same limit again changes nothing.
    ///
    /// What the old limit had freed up to `now` counts. What then was used of it (rounded up) is used of the new one,
    /// as if it had passed now; nothing is added to what is available, and what a larger limit allows beyond it
    /// counts as if it had passed now too.
    pub fn reconfigure(self, to: Option<Limit>, now: u64) -> Reconfigured {
        let from = self.open();
        let previous_available = from.map_or(U256::ZERO, |window| window.available_down(now));
        // A time that went back must not let anything count for shorter.
        let now = now.max(self.touched_at());
        let Some(limit) = to else {
            return Reconfigured {
                slot: match self {
                    Self::Unset => Self::Unset,
                    Self::Closed { .. } | Self::Open(_) => Self::Closed { at: now.min(LATEST) },
                },
                previous_available,
                available: U256::ZERO,
                loosened: false,
            };
        };
        let window = match self {
            Self::Unset => Window::unused(limit, now),
            Self::Closed { .. } => Window::with_available_down(limit, U256::ZERO, now),
            Self::Open(window) if window.limit() == limit => window.settled(now),
            Self::Open(window) => {
                // Invariant: no more is available than the limit.
                let used = window.limit().amount() - previous_available;
                let available = previous_available.min(limit.amount().saturating_sub(used));
                Window::with_available_down(limit, available, now)
            }
        };
        Reconfigured {
            slot: Self::Open(window),
            previous_available,
            available: window.available_down(now),
            loosened: from.is_none_or(|from| limit.is_looser_than(&from.limit())),
        }
    }

    /// When it was last touched or closed; zero when it never was.
    fn touched_at(self) -> u64 {
        match self {
            Self::Unset => 0,
            Self::Closed { at } => at,
            Self::Open(window) => window.touched_at(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ticks of 100 seconds.
    fn limit(amount: u64) -> Limit {
        Limit::new(U256::from(amount), 1_600).unwrap()
    }

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    /// A window of 100 in which 30 passed in tick 0 and 40 in tick 5.
    fn used() -> Slot {
        let window = Window::unused(limit(100), 0);
        Slot::Open(window.consume(u(30), 0).unwrap().consume(u(40), 500).unwrap())
    }

    fn available_at(slot: Slot, now: u64) -> U256 {
        slot.open().unwrap().available_down(now)
    }

    #[test]
    fn a_window_that_was_never_set_starts_with_all_of_it() {
        let change = Slot::from_words([U256::ZERO; 2]).reconfigure(Some(limit(100)), 5);
        assert_eq!(change.slot, Slot::Open(Window::unused(limit(100), 5)));
        assert_eq!(
            (change.previous_available, change.available, change.loosened),
            (u(0), u(100), true)
        );
    }

    #[test]
    fn closing_and_setting_again_gives_nothing_for_a_window() {
        let closed = used().reconfigure(None, 600);
        assert_eq!(closed.slot, Slot::Closed { at: 600 });
        assert_eq!(
            (closed.previous_available, closed.available, closed.loosened),
            (u(30), u(0), false)
        );
        let again = closed.slot.reconfigure(Some(limit(100)), 5_000);
        assert_eq!((again.available, again.loosened), (u(0), true));
        assert_eq!(available_at(again.slot, 6_699), u(0));
        assert_eq!(available_at(again.slot, 6_700), u(100));
        assert_eq!(Slot::Unset.reconfigure(None, 9).slot, Slot::Unset);
    }

    #[test]
    fn a_larger_limit_adds_nothing_at_once_and_all_of_it_a_window_later() {
        let change = used().reconfigure(Some(limit(1_000)), 600);
        assert_eq!((change.previous_available, change.available), (u(30), u(30)));
        assert!(change.loosened);
        assert_eq!(available_at(change.slot, 2_299), u(30));
        assert_eq!(available_at(change.slot, 2_300), u(1_000));
    }

    #[test]
    fn what_has_left_counts_against_a_smaller_limit_too() {
        let change = used().reconfigure(Some(limit(80)), 600);
        assert_eq!((change.available, change.loosened), (u(10), false));
        let exceeded = used().reconfigure(Some(limit(50)), 600);
        assert_eq!(exceeded.available, u(0));
    }

    #[test]
    fn lowering_and_raising_again_gains_nothing() {
        let lowered = used().reconfigure(Some(limit(75)), 600);
        assert_eq!(lowered.available, u(5));
        let raised = lowered.slot.reconfigure(Some(limit(100)), 600);
        assert_eq!(raised.available, u(5));
        // What passed in tick 0 would have been freed at 1,700; now it counts from the change.
        assert_eq!(available_at(raised.slot, 2_299), u(5));
    }

    #[test]
    fn the_same_limit_again_changes_nothing() {
        let change = used().reconfigure(Some(limit(100)), 600);
        assert_eq!(change.slot, Slot::Open(used().open().unwrap().settled(600)));
        assert_eq!((change.available, change.loosened), (u(30), false));
        assert_eq!(available_at(change.slot, 1_700), u(60));
    }

    #[test]
    fn what_was_freed_under_the_old_limit_counts() {
        let change = used().reconfigure(Some(limit(90)), 1_700);
        assert_eq!((change.previous_available, change.available), (u(60), u(50)));
    }

    #[test]
    fn a_change_at_a_time_that_went_back_frees_nothing_sooner() {
        let late = Slot::Open(Window::unused(limit(100), 5_000).consume(u(100), 5_000).unwrap());
        let change = late.reconfigure(Some(limit(90)), 10);
        assert_eq!(change.slot.open().unwrap().touched_at(), 5_000);
        assert_eq!(late.reconfigure(None, 10).slot, Slot::Closed { at: 5_000 });
    }

    #[test]
    fn a_slot_survives_its_words() {
        let largest = Limit::new(U256::MAX, super::super::MAX_WINDOW_SECS).unwrap();
        for slot in [
            Slot::Unset,
            Slot::Closed { at: 0 },
            Slot::Closed { at: LATEST },
            used(),
            Slot::Open(used().open().unwrap().settled(10_000)),
            Slot::Open(Window::unused(largest, u64::MAX)),
            Slot::Open(Window::with_available_down(largest, U256::ZERO, 1)),
        ] {
            assert_eq!(Slot::from_words(slot.to_words()), slot);
        }
    }

    #[test]
    fn the_words_are_laid_out_as_they_are_drawn() {
        // 5 · 2^64 has 67 bits: 5 · 2^61 units of 2^3. A unit passed in tick 2, one more in tick 4.
        let limit = Limit::new(U256::from(5) << 64, 1_600).unwrap();
        let window = Window::unused(limit, 0)
            .consume(u(8), 200)
            .unwrap()
            .consume(u(1), 400)
            .unwrap();
        let head = U256::from(5) << 61
            | U256::ONE << 64
            | U256::from(1_600) << 160
            | U256::from(400) << 192
            | U256::from(3) << 232
            | U256::ONE << 255;
        let ring = U256::ONE << 16;
        assert_eq!(Slot::Open(window).to_words(), [head, ring]);
    }
}
