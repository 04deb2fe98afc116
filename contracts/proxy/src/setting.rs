//! What a selector is: what its calls are asked, and what may be done with them.
//!
//! ```text
//!  63     33 32      31   24 23   16 15    8 7     0
//! ┌─────────┬────────┬───────┬───────┬───────┬───────┐
//! │ zero    │ listed │ nests │ latch │ group │ kind  │
//! └─────────┴────────┴───────┴───────┴───────┴───────┘
//! ```
//!
//! # Design
//! - **Zero is guarded, and as strict as can be**: what increases risk, in the group of everything, not latched, not inside another transition. So what was never set is guarded, and what was
//!   forgotten.
//! - A setting that could not act is refused: a view is neither paused nor latched.
//! - **A latched selector says what it answers after a violation**, as the call then returns and nothing of it happened: the word `false`, for a method that returns whether it did, or nothing, for one
//!   that returns nothing and whose caller reads the event. There is no other way to latch.

use super::{
    arguments::SelectorTerms,
    error::{ProxyError, UnknownKind},
};
use alloy_primitives::B256;
use portcullis::{
    core_types::{breaker::Kind, pause::Group},
    pause_guard::any_group,
    setting::{self, SettingCannotAct, SettingOutOfBounds},
    GuardError,
};

/// The number of a view, after those of [`Kind`].
pub(crate) const VIEW: u8 = 4;
/// Answers the word `false` after a violation.
const FALSE: u8 = 1;
/// Answers nothing.
const NOTHING: u8 = 2;
const LISTED: u64 = 1 << 32;

/// What a selector is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// None for a view.
    pub(crate) kind: Option<Kind>,
    pub(crate) group: Group,
    /// How many bytes of zero are answered after a violation; none when it is not latched.
    pub(crate) latch: Option<usize>,
    /// Whether it may be called in the middle of a transition.
    pub(crate) nests: bool,
}

impl Setting {
    /// What terms say.
    ///
    /// # Errors
    /// [`UnknownKind`], `UnknownPauseGroup`, `SettingOutOfBounds`, `SettingCannotAct`.
    #[inline(never)]
    pub(crate) fn new(terms: SelectorTerms) -> Result<Self, ProxyError> {
        let setting = Self::of(terms);
        let group = any_group(terms.group)?;
        if terms.kind > VIEW {
            return Err(UnknownKind { kind: terms.kind }.into());
        }
        for (name, value, most) in [("latch", terms.latch, NOTHING), ("nests", terms.nests, 1)] {
            if value > most {
                return Err(out_of_bounds(name, value.into(), 0, most.into()).into());
            }
        }
        if setting.kind.is_none() {
            for (name, value) in [("group", terms.group), ("latch", terms.latch)] {
                if value != 0 {
                    let refused = SettingCannotAct {
                        key: B256::ZERO,
                        setting: setting::name(name),
                    };
                    return Err(GuardError::from(refused).into());
                }
            }
        }
        Ok(Self { group, ..setting })
    }

    /// What a word says, and whether anybody has said it.
    pub(crate) fn from_word(word: u64) -> (Self, bool) {
        let [.., nests, latch, group, kind] = word.to_be_bytes();
        let terms = SelectorTerms {
            kind,
            group,
            latch,
            nests,
        };
        (Self::of(terms), word & LISTED != 0)
    }

    fn of(terms: SelectorTerms) -> Self {
        Self {
            kind: Kind::ALL.get(usize::from(terms.kind)).copied(),
            // Invariant: what is stored was a group when it was set.
            group: Group::new(terms.group).unwrap_or(Group::ALL),
            latch: match terms.latch {
                FALSE => Some(32),
                NOTHING => Some(0),
                _ => None,
            },
            nests: terms.nests != 0,
        }
    }

    /// The word of what has been said.
    pub(crate) fn to_word(self) -> u64 {
        let SelectorTerms {
            kind,
            group,
            latch,
            nests,
        } = self.terms();
        LISTED | u64::from(u32::from_be_bytes([nests, latch, group, kind]))
    }

    pub(crate) fn terms(self) -> SelectorTerms {
        SelectorTerms {
            kind: self.kind.map_or(VIEW, |kind| kind as u8),
            group: self.group.number(),
            latch: match self.latch {
                None => 0,
                Some(0) => NOTHING,
                Some(_) => FALSE,
            },
            nests: self.nests.into(),
        }
    }

    /// Whether it lets something happen that `previous` did not, as far as can be said: what is not plainly as strict or stricter counts as looser.
    pub(crate) fn is_looser_than(self, previous: Self) -> bool {
        let kind = match (self.kind, previous.kind) {
            // A view changes nothing.
            (None, _) => return self.nests && !previous.nests && previous.kind.is_none(),
            (Some(_), None) => return true,
            (Some(now), Some(before)) => now != before && now != Kind::IncreaseRisk,
        };
        kind || self.group != previous.group
            || self.latch.is_none() && previous.latch.is_some()
            || self.nests && !previous.nests
    }
}

/// The error for a number that is not within its bounds.
pub(crate) fn out_of_bounds(name: &str, value: u64, least: u64, most: u64) -> GuardError {
    SettingOutOfBounds {
        key: B256::ZERO,
        setting: setting::name(name),
        value,
        least,
        most,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis::pause_guard::UnknownPauseGroup;

    fn terms(kind: u8, group: u8, latch: u8, nests: u8) -> SelectorTerms {
        SelectorTerms {
            kind,
            group,
            latch,
            nests,
        }
    }

    fn setting(kind: u8, group: u8, latch: u8, nests: u8) -> Setting {
        Setting::new(terms(kind, group, latch, nests)).unwrap()
    }

    #[test]
    fn what_was_never_set_is_guarded_and_as_strict_as_can_be() {
        assert_eq!(Setting::from_word(0), (setting(0, 0, 0, 0), false));
    }

    #[test]
    fn a_word_says_what_was_set() {
        for kind in 0..4 {
            for (group, latch, nests) in [(0, 0, 0), (5, 1, 1), (3, 2, 0), (1, 0, 1)] {
                let set = setting(kind, group, latch, nests);
                assert_eq!(set.terms(), terms(kind, group, latch, nests));
                assert_eq!(Setting::from_word(set.to_word()), (set, true));
            }
        }
        assert_eq!(setting(3, 5, 2, 1).to_word(), 0x1_0102_0503);
        assert_eq!(setting(4, 0, 0, 1).to_word(), 0x1_0100_0004);
        assert_eq!(
            [1, 2].map(|latch| setting(0, 0, latch, 0).latch),
            [Some(32), Some(0)]
        );
    }

    #[test]
    fn what_could_not_act_is_refused() {
        let refused = |kind, group, latch, nests| Setting::new(terms(kind, group, latch, nests)).unwrap_err();
        assert!(refused(5, 0, 0, 0).is::<UnknownKind>());
        assert!(refused(0, 6, 0, 0).is::<UnknownPauseGroup>());
        assert!(refused(0, 0, 3, 0).is::<SettingOutOfBounds>());
        assert!(refused(0, 0, 0, 2).is::<SettingOutOfBounds>());
        assert!(refused(4, 1, 0, 0).is::<SettingCannotAct>());
        assert!(refused(4, 0, 1, 0).is::<SettingCannotAct>());
    }

    #[test]
    fn what_is_not_plainly_as_strict_counts_as_looser() {
        let looser = |before: [u8; 4], now: [u8; 4]| {
            let [before, now] = [before, now].map(|[k, g, l, n]| setting(k, g, l, n));
            now.is_looser_than(before)
        };
        for kind in 1..4 {
            assert!(looser([0, 0, 0, 0], [kind, 0, 0, 0]) && !looser([kind, 0, 0, 0], [0, 0, 0, 0]));
            assert!(!looser([kind, 0, 0, 0], [kind, 0, 0, 0]));
        }
        assert!(looser([1, 0, 0, 0], [3, 0, 0, 0]) && looser([3, 0, 0, 0], [1, 0, 0, 0]));
        assert!(looser([0, 1, 0, 0], [0, 2, 0, 0]));
        assert!(looser([0, 0, 1, 0], [0, 0, 0, 0]) && !looser([0, 0, 0, 0], [0, 0, 1, 0]));
        assert!(!looser([0, 0, 1, 0], [0, 0, 2, 0]));
        assert!(looser([0, 0, 0, 0], [0, 0, 0, 1]) && !looser([0, 0, 0, 1], [0, 0, 0, 0]));
        // A view is the strictest of all, and one that is read in the middle of a transition is looser than one that is not.
        assert!(!looser([0, 0, 0, 0], [4, 0, 0, 1]) && looser([4, 0, 0, 0], [0, 0, 0, 0]));
        assert!(looser([4, 0, 0, 0], [4, 0, 0, 1]) && !looser([4, 0, 0, 1], [4, 0, 0, 0]));
    }
}
