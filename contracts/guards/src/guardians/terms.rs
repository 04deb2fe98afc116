//! The terms under which guardians and the council pause.

// The storage macro names both.
use crate::{arguments, errors, events, sdk, setting, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{B256, U256};
use portcullis_core::guardian::{Config, InvalidTerms, Terms};
use stylus_sdk::{prelude::*, storage::StorageU256};

events! {
    /// The guardians' terms were set or changed. Both are words as [`Terms`] draws them, zero where there were none.
    GuardianTermsChanged(; previous: U256, current: U256, loosened: bool);
}

errors! {
    /// No terms are set: nobody can pause.
    GuardiansUnset();
}

arguments! {
    /// What guardians may do, as the arguments of a method: [`Config`].
    pub struct GuardianTerms {
        /// How long after its last sign of life a guardian may pause.
        pub heartbeat_secs: u64,
        /// The longest pause by a guardian.
        pub pause_secs: u64,
        /// How long after its end no guardian pauses the group again.
        pub cool_down_secs: u64,
        /// The most that guardians hold a group paused in any period.
        pub budget_secs: u64,
        /// That period.
        pub period_secs: u64,
        /// The longest pause by one decision of the council.
        pub council_secs: u64,
    }
}

impl GuardianTerms {
    /// As [`Guardians::configure`](super::Guardians::configure) takes them.
    pub fn config(&self) -> Config {
        let Self {
            heartbeat_secs,
            pause_secs,
            cool_down_secs,
            budget_secs,
            period_secs,
            council_secs,
        } = *self;
        Config {
            heartbeat_secs,
            pause_secs,
            cool_down_secs,
            budget_secs,
            period_secs,
            council_secs,
        }
    }
}

/// [`Terms`].
#[storage]
#[derive(crate::StorageLayout)]
pub(super) struct StoredTerms {
    word: StorageU256,
}

impl StoredTerms {
    pub(super) fn get(&self) -> Option<Terms> {
        Terms::from_word(self.word.get())
    }

    pub(super) fn required(&self) -> Result<Terms, GuardError> {
        self.get().ok_or_else(|| GuardiansUnset {}.into())
    }

    #[inline(never)]
    pub(super) fn configure(&mut self, change: Change<'_>, config: Config) -> Result<(), GuardError> {
        let terms = Terms::new(config).map_err(
            |InvalidTerms {
                 term,
                 secs,
                 least_secs,
                 most_secs,
             }| setting::refused(B256::ZERO, term.name(), secs, least_secs, most_secs),
        )?;
        // Without terms nobody pauses, so first ones let more happen.
        let loosened = self.get().is_none_or(|from| terms.loosens(&from));
        change.require_waited_if(loosened)?;
        let (previous, current) = (self.word.get(), terms.to_word());
        self.word.set(current);
        sdk::emit(
            self.vm(),
            GuardianTermsChanged {
                previous,
                current,
                loosened,
            },
        );
        Ok(())
    }
}
