//! The one word that every guarded call reads: which guards there are, and what is no selector that was set.
//!
//! ```text
//!  255  192 191    128 127     64 63  17  16    15        8 7      0
//! ┌────────┬──────────┬──────────┬──────┬──────┬───────────┬────────┐
//! │ zero   │ short    │ unlisted │ zero │ says │invariants │ assets │
//! └────────┴──────────┴──────────┴──────┴──────┴───────────┴────────┘
//! ```
//!
//! A bit for each place of a list, so that a place means the same for ever; `says`: an implementation has to answer `proxiableUUID()`. Both settings are those of [`super::setting`].

use super::setting::Setting;
use alloy_primitives::U256;

/// How many places a list has.
pub(crate) const PLACES: u8 = 8;

/// The word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) assets: Places,
    pub(crate) invariants: Places,
    /// Whether an implementation has to answer `proxiableUUID()`.
    pub(crate) says: bool,
    /// What a selector is that was not set.
    pub(crate) unlisted: u64,
    /// What calldata is that is shorter than a selector.
    pub(crate) short: u64,
}

/// Which of a list's places are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places(u8);

impl Places {
    pub(crate) fn has(self, place: u8) -> bool {
        place < PLACES && self.0 & (1 << place) != 0
    }

    /// With this place taken or free.
    pub(crate) fn with(self, place: u8, taken: bool) -> Self {
        // Invariant: the caller's place is below the number of places; where it is not, nothing changes.
        let bit = 1u8.checked_shl(place.into()).unwrap_or(0);
        Self(if taken { self.0 | bit } else { self.0 & !bit })
    }

    pub(crate) fn first_free(self) -> Option<u8> {
        (0..PLACES).find(|place| !self.has(*place))
    }

    /// Those that are taken, in order.
    pub(crate) fn taken(self) -> impl Iterator<Item = u8> {
        (0..PLACES).filter(move |place| self.has(*place))
    }
}

impl Config {
    pub(crate) fn from_word(word: U256) -> Self {
        let [lists, unlisted, short, _] = word.into_limbs();
        let [.., says, invariants, assets] = lists.to_be_bytes();
        Self {
            assets: Places(assets),
            invariants: Places(invariants),
            says: says != 0,
            unlisted,
            short,
        }
    }

    pub(crate) fn to_word(self) -> U256 {
        let lists = u32::from_be_bytes([0, self.says.into(), self.invariants.0, self.assets.0]);
        U256::from_limbs([lists.into(), self.unlisted, self.short, 0])
    }

    /// Whether no guard has a mode that could matter.
    pub(crate) fn guards_nothing(self) -> bool {
        self.assets.0 | self.invariants.0 == 0
    }

    pub(crate) fn unlisted(self) -> Setting {
        Setting::from_word(self.unlisted).0
    }

    pub(crate) fn short(self) -> Setting {
        Setting::from_word(self.short).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_says_what_was_set() {
        let config = Config {
            assets: Places(0b101),
            invariants: Places(0x80),
            says: true,
            unlisted: 7,
            short: 8,
        };
        assert_eq!(config.to_word().into_limbs(), [0x1_8005, 7, 8, 0]);
        assert_eq!(Config::from_word(config.to_word()), config);
        assert_eq!(Config::from_word(U256::ZERO), Config::default());
        assert!(!config.guards_nothing() && Config::default().guards_nothing());
    }

    #[test]
    fn places_are_taken_and_freed_and_the_first_that_is_free_is_found() {
        let places = Places::default().with(0, true).with(2, true);
        assert_eq!(places.taken().collect::<Vec<_>>(), [0, 2]);
        assert_eq!(places.first_free(), Some(1));
        assert_eq!(places.with(0, false).taken().collect::<Vec<_>>(), [2]);
        let full = (0..PLACES).fold(Places::default(), |places, place| places.with(place, true));
        assert_eq!((full, full.first_free()), (Places(0xff), None));
        assert!(full.has(7) && !full.has(8) && !full.has(255));
        assert_eq!(full.with(8, true).with(200, false), full);
    }
}
