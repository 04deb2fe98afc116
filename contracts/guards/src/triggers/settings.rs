//! The settings of a trigger, scope by scope.

// The storage macro names both.
use crate::{errors, events, scope_key::Scope, sdk, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{B256, U256};
use portcullis_core::breaker::Reason;
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// A trigger was set or changed. `trigger` is the reason that it trips with, a code of [`Reason`]; both settings are words as
    /// `portcullis_core::trigger` draws them, zero where there were none.
    TriggerConfigured(scope: B256, trigger: u8; previous: U256, current: U256, loosened: bool);
}

errors! {
    /// The trigger has no settings for this scope: it could not fire. `trigger` is the reason that it trips with.
    TriggerUnset(scope: B256, trigger: u8);
}

/// A word of settings a scope.
#[storage]
#[derive(crate::StorageLayout)]
pub struct TriggerSettings {
    words: StorageMap<B256, StorageU256>,
}

impl TriggerSettings {
    /// The scope's settings, zero when there are none.
    pub(super) fn word(&self, scope: Scope) -> U256 {
        self.words.get(scope.key())
    }

    /// Sets them. The first ones loosen: without settings it refuses, so that they let through what did not pass before.
    #[inline(never)]
    pub(super) fn configure(
        &mut self,
        change: Change<'_>,
        scope: Scope,
        trigger: Reason,
        current: U256,
        loosened: bool,
    ) -> Result<(), GuardError> {
        change.require_waited_if(loosened)?;
        self.put(scope, trigger, current, loosened);
        Ok(())
    }

    /// Stores and tells settings that may be set.
    pub(super) fn put(&mut self, scope: Scope, trigger: Reason, current: U256, loosened: bool) {
        let previous = self.word(scope);
        self.words.insert(scope.key(), current);
        sdk::emit(
            self.vm(),
            TriggerConfigured {
                scope: scope.key(),
                trigger: trigger.0,
                previous,
                current,
                loosened,
            },
        );
    }
}

pub(super) fn unset(scope: Scope, trigger: Reason) -> GuardError {
    TriggerUnset {
        scope: scope.key(),
        trigger: trigger.0,
    }
    .into()
}
