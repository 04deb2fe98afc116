//! Whether a bucket is open, and how that changes.

use super::{Level, Limit};
use alloy_primitives::U256;

const SEEN: U256 = U256::from_limbs([0, 0, 0, 1 << 63]);

/// A bucket's setting: one word, whose bits [`Limit`] draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// It was never set. Nothing passes; when it is set, it starts full.
    Unset,
    /// It was set and then closed. Nothing passes; when it is set again, it starts empty.
    Closed,
    /// It is open up to a limit.
    Open(Limit),
}

/// What a change of setting came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconfigured {
    /// The setting from now on.
    pub setting: Setting,
    /// The level from now on.
    pub level: Level,
    /// What was available the moment before.
    pub previous_available: U256,
    /// What is available now: never more than before, but for a bucket that was never set.
    pub available: U256,
    /// Whether more passes than before in some window; otherwise the change is a tightening, or none.
    pub loosened: bool,
}

impl Setting {
    /// The setting in a stored word.
    pub fn from_word(word: U256) -> Self {
        match Limit::from_bits(word) {
            Some(limit) => Self::Open(limit),
            None if word & SEEN != U256::ZERO => Self::Closed,
            None => Self::Unset,
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        match self {
            Self::Unset => U256::ZERO,
            Self::Closed => SEEN,
            Self::Open(limit) => SEEN | limit.to_bits(),
        }
    }

    /// The limit, when the bucket is open.
    pub fn limit(&self) -> Option<Limit> {
        match self {
            Self::Open(limit) => Some(*limit),
            Self::Unset | Self::Closed => None,
        }
    }

    /// Puts the bucket under `to`, or closes it when that is none.
    ///
    /// What the old limit refilled up to `now` counts, and nothing of the new one does before it.
    pub fn reconfigure(self, level: Level, to: Option<Limit>, now: u64) -> Reconfigured {
        let from = self.limit();
        let previous_available = from.map_or(U256::ZERO, |old| level.available_down(&old, now));
        let Some(new) = to else {
            let setting = if self == Self::Unset { self } else { Self::Closed };
            return Reconfigured {
                setting,
                level: Level::empty(now),
                previous_available,
                available: U256::ZERO,
                loosened: false,
            };
        };
        let held = if self == Self::Unset {
            new.capacity()
        } else {
            previous_available
        };
        // A time that went back must not let the old limit's refill count again under the new one.
        let level = Level::holding_down(&new, held, now.max(level.touched_at()));
        Reconfigured {
            setting: Self::Open(new),
            level,
            previous_available,
            available: level.available_down(&new, now),
            loosened: from.is_none_or(|old| new.is_looser_than(&old)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const E18: u64 = 1_000_000_000_000_000_000;
    const DAY: u64 = 86_400;

    fn limit(capacity: u64, refill_secs: u64) -> Limit {
        Limit::new(U256::from(capacity), refill_secs).unwrap()
    }

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    #[test]
    fn a_bucket_that_was_never_set_starts_full() {
        let change = Setting::from_word(U256::ZERO).reconfigure(Level::empty(0), Some(limit(100, 10)), 5);
        assert_eq!(change.setting, Setting::Open(limit(100, 10)));
        assert_eq!(
            (change.previous_available, change.available, change.loosened),
            (u(0), u(100), true)
        );
    }

    #[test]
    fn closing_and_setting_again_does_not_fill_it() {
        let open = Setting::Open(limit(100, 10));
        let closed = open.reconfigure(Level::full(&limit(100, 10), 0), None, 1);
        assert_eq!(closed.setting, Setting::Closed);
        assert_eq!(
            (closed.previous_available, closed.available, closed.loosened),
            (u(100), u(0), false)
        );
        // It refills from the moment it is set, not from when it was closed.
        let again = closed
            .setting
            .reconfigure(closed.level, Some(limit(100, 10)), 1_000);
        assert_eq!((again.available, again.loosened), (u(0), true));
        assert_eq!(again.level.available_down(&limit(100, 10), 1_001), u(10));
    }

    #[test]
    fn closing_what_was_never_set_leaves_it_unset() {
        let change = Setting::Unset.reconfigure(Level::empty(0), None, 9);
        assert_eq!((change.setting, change.available), (Setting::Unset, U256::ZERO));
    }

    #[test]
    fn a_change_settles_under_the_old_limit_first() {
        // 4e out of which 3e left; a quarter of a day refills 1e; the new capacity adds nothing at once.
        let old = limit(4 * E18, DAY);
        let level = Level::full(&old, 0).consume(&old, u(3 * E18), 0).unwrap();
        let new = limit(5 * E18, DAY);
        let change = Setting::Open(old).reconfigure(level, Some(new), DAY / 4);
        assert_eq!(
            (change.previous_available, change.available, change.loosened),
            (u(2 * E18), u(2 * E18), true)
        );
        assert_eq!(change.level.available_down(&new, DAY / 4 + 17_280), u(3 * E18));
    }

    #[test]
    fn a_smaller_capacity_cuts_what_is_available() {
        let old = limit(100, 10);
        let change = Setting::Open(old).reconfigure(Level::full(&old, 0), Some(limit(30, 10)), 0);
        assert_eq!(
            (change.previous_available, change.available, change.loosened),
            (u(100), u(30), false)
        );
    }

    #[test]
    fn a_slower_refill_keeps_what_is_available() {
        let old = limit(100, 10);
        let level = Level::full(&old, 0).consume(&old, u(40), 0).unwrap();
        let change = Setting::Open(old).reconfigure(level, Some(limit(100, 1_000)), 0);
        assert_eq!((change.available, change.loosened), (u(60), false));
    }

    #[test]
    fn a_change_of_granularity_adds_nothing() {
        let coarse = Limit::new(U256::MAX, DAY).unwrap();
        let fine = limit(100, 10);
        let up = Setting::Open(fine).reconfigure(Level::full(&fine, 0), Some(coarse), 0);
        assert_eq!(
            (up.previous_available, up.available),
            (u(100), u(0)),
            "100 is less than a unit of 2^96"
        );
        let down = Setting::Open(coarse).reconfigure(Level::full(&coarse, 0), Some(fine), 0);
        assert_eq!(down.available, u(100));
    }

    #[test]
    fn a_setting_survives_its_word() {
        for setting in [
            Setting::Unset,
            Setting::Closed,
            Setting::Open(limit(1, 1)),
            Setting::Open(Limit::new(U256::MAX, super::super::MAX_REFILL_SECS).unwrap()),
        ] {
            assert_eq!(Setting::from_word(setting.to_word()), setting);
        }
        let word = Setting::Open(Limit::new(U256::from(5) << 160, 7).unwrap()).to_word();
        // A capacity of 5 · 2^160 has 163 bits: 5 · 2^157 units of 2^3.
        assert_eq!(
            word,
            U256::from(5) << 157 | U256::from(7) << 160 | U256::from(3) << 240 | U256::ONE << 255
        );
    }
}
