//! What a proxy knows of its patches.

use crate::{fields::Fields, time::LATEST};
use alloy_primitives::U256;

/// Which upgrade a proxy is at, and whether there is a way back from it. The word of zero is a proxy that was never upgraded.
///
/// ```text
///  255   105     104     103       72 71       40 39                 0
/// ┌─────────┬────────────┬───────────┬───────────┬───────────────────┐
/// │ zero    │ is_rolled_ │ upgrades  │ epoch     │ probation_ends_at │
/// │         │ back       │           │           │                   │
/// └─────────┴────────────┴───────────┴───────────┴───────────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    probation_ends_at: u64,
    epoch: u64,
    upgrades: u64,
    is_rolled_back: bool,
}

impl Deployment {
    /// One that was never upgraded.
    pub const NEW: Self = Self {
        probation_ends_at: 0,
        epoch: 0,
        upgrades: 0,
        is_rolled_back: false,
    };

    /// How many patches were applied, rolled back ones included: the number of the last, the first being 1.
    pub fn upgrades(&self) -> u64 {
        self.upgrades
    }

    /// How often everything was cancelled.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether the last patch was rolled back, so that the code before it runs.
    pub fn is_rolled_back(&self) -> bool {
        self.is_rolled_back
    }

    /// The first second at which the last patch is final; none when it is, was rolled back, or there was none.
    pub fn probation_ends_at(&self, now: u64) -> Option<u64> {
        (now < self.probation_ends_at).then_some(self.probation_ends_at)
    }

    /// With everything that is pending cancelled.
    #[must_use]
    pub fn cancel_all(self) -> Self {
        Self {
            // Invariant: nobody cancels 2^32 times, each time in a transaction. Did they, the last time would cancel nothing.
            epoch: self.epoch.saturating_add(1),
            ..self
        }
    }

    /// With the last patch final at once, by whoever could roll it back; none when it cannot be any more.
    pub fn settle(self, now: u64) -> Option<Self> {
        self.probation_ends_at(now)?;
        Some(Self {
            probation_ends_at: 0,
            ..self
        })
    }

    /// After another patch was applied.
    pub(super) fn upgraded(self, probation_secs: u64, now: u64) -> Self {
        Self {
            // Invariant: 40 bits and 22.
            probation_ends_at: (now.min(LATEST) + probation_secs).min(LATEST),
            // Invariant: nobody upgrades 2^32 times.
            upgrades: self.upgrades.saturating_add(1),
            is_rolled_back: false,
            ..self
        }
    }

    /// After the last patch was rolled back.
    pub(super) fn rolled_back(self) -> Self {
        Self {
            probation_ends_at: 0,
            is_rolled_back: true,
            ..self
        }
    }

    /// The deployment in a stored word.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        Self {
            probation_ends_at: fields.take(40),
            epoch: fields.take(32),
            upgrades: fields.take(32),
            is_rolled_back: fields.take(1) == 1,
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.probation_ends_at, 40)
            .put(self.epoch, 32)
            .put(self.upgrades, 32)
            .put(self.is_rolled_back.into(), 1)
            .word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;

    #[test]
    fn probation_ends_at_its_second() {
        let upgraded = Deployment::NEW.upgraded(100, NOW);
        assert_eq!(upgraded.probation_ends_at(NOW), Some(NOW + 100));
        assert_eq!(upgraded.probation_ends_at(NOW + 99), Some(NOW + 100));
        assert_eq!(upgraded.probation_ends_at(NOW + 100), None);
        assert_eq!(Deployment::NEW.probation_ends_at(0), None);
        // At the end of a clock of 40 bits there is no time left for one.
        let late = Deployment::NEW.upgraded(100, u64::MAX);
        assert_eq!(late.probation_ends_at(LATEST - 1), Some(LATEST));
        assert_eq!(late.probation_ends_at(LATEST), None);
    }

    #[test]
    fn only_what_is_in_probation_is_settled() {
        let upgraded = Deployment::NEW.upgraded(100, NOW);
        let settled = upgraded.settle(NOW + 99).unwrap();
        assert_eq!(settled.probation_ends_at(NOW), None);
        assert_eq!(
            settled.to_word(),
            U256::ONE << 72,
            "the first upgrade, and nothing else"
        );
        assert_eq!(upgraded.settle(NOW + 100), None);
        assert_eq!(settled.settle(NOW), None);
        assert_eq!(Deployment::NEW.settle(NOW), None);
    }

    #[test]
    fn a_roll_back_is_known_until_the_next_patch() {
        let upgraded = Deployment::NEW.upgraded(100, NOW);
        assert!(!upgraded.is_rolled_back());
        let back = upgraded.rolled_back();
        assert_eq!(
            (
                back.upgrades(),
                back.is_rolled_back(),
                back.probation_ends_at(NOW)
            ),
            (1, true, None)
        );
        let again = back.upgraded(100, NOW);
        assert_eq!((again.upgrades(), again.is_rolled_back()), (2, false));
    }

    #[test]
    fn cancelling_all_changes_the_epoch_and_nothing_else() {
        let upgraded = Deployment::NEW.upgraded(100, NOW);
        let cancelled = upgraded.cancel_all().cancel_all();
        assert_eq!(cancelled.epoch(), 2);
        assert_eq!(
            Deployment {
                epoch: 0,
                ..cancelled
            },
            upgraded
        );
    }

    #[test]
    fn its_word_holds_everything() {
        let deployment = Deployment::NEW.upgraded(100, NOW).rolled_back().cancel_all();
        let deployment = Deployment {
            probation_ends_at: 7,
            ..deployment.cancel_all()
        };
        let word = U256::from(7) | U256::from(2) << 40 | U256::from(1) << 72 | U256::ONE << 104;
        assert_eq!(deployment.to_word(), word);
        for above in [105, 255] {
            assert_eq!(Deployment::from_word(word | U256::ONE << above), deployment);
        }
        assert_eq!(Deployment::from_word(U256::ZERO), Deployment::NEW);
    }
}
