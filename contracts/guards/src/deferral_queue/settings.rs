//! How long an asset's tickets wait.

// The storage macro names both.
use crate::{errors, events, sdk, setting, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis_core::queue::{InvalidSettings, Settings, LONGEST_DELAY_SECS, LONGEST_DRAIN_SECS};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// An asset's queue was set or changed. Both are words as [`Settings`] draws them, zero where there were none.
    QueueConfigured(asset: Address; previous: U256, current: U256, loosened: bool);
}

errors! {
    /// The asset has no queue: nothing of it can be deferred.
    QueueUnset(asset: Address);
}

/// A [`Settings`] an asset.
#[storage]
#[derive(crate::StorageLayout)]
pub struct QueueSettings {
    words: StorageMap<Address, StorageU256>,
}

impl QueueSettings {
    pub(super) fn of(&self, asset: Address) -> Option<Settings> {
        Settings::from_word(self.words.get(asset))
    }

    pub(super) fn required(&self, asset: Address) -> Result<Settings, GuardError> {
        self.of(asset).ok_or_else(|| QueueUnset { asset }.into())
    }

    pub(super) fn configure(
        &mut self,
        change: Change<'_>,
        asset: Address,
        asked: Result<Settings, InvalidSettings>,
    ) -> Result<(), GuardError> {
        let settings = asked.map_err(|invalid| refused(asset, invalid))?;
        let previous = self.words.get(asset);
        // Without settings nothing is deferred, so first ones let more pass.
        let loosened = self.of(asset).is_none_or(|from| loosens(from, settings));
        change.require_waited_if(loosened)?;
        let current = settings.to_word();
        self.words.insert(asset, current);
        sdk::emit(
            self.vm(),
            QueueConfigured {
                asset,
                previous,
                current,
                loosened,
            },
        );
        Ok(())
    }
}

/// Whether some ticket could wait less. A larger drain over a longer time might drain as fast: in doubt it loosens.
fn loosens(from: Settings, to: Settings) -> bool {
    to.drain() > from.drain()
        || to.drain_secs() < from.drain_secs()
        || to.min_delay_secs() < from.min_delay_secs()
        || to.max_delay_secs() < from.max_delay_secs()
        || to.late_secs() < from.late_secs()
}

fn refused(asset: Address, invalid: InvalidSettings) -> GuardError {
    let key = asset.into_word();
    let (name, value, least, most) = match invalid {
        InvalidSettings::ZeroDrain => return setting::amount_refused(key, "drain", U256::ZERO),
        InvalidSettings::DrainOutOfBounds { drain_secs } => ("drain_secs", drain_secs, 1, LONGEST_DRAIN_SECS),
        InvalidSettings::ZeroDelay => ("min_delay_secs", 0, 1, LONGEST_DELAY_SECS - 1),
        InvalidSettings::MaxDelayOutOfBounds {
            min_delay_secs,
            max_delay_secs,
        } => (
            "max_delay_secs",
            max_delay_secs,
            min_delay_secs.saturating_add(1),
            LONGEST_DELAY_SECS,
        ),
        InvalidSettings::LateOutOfBounds { late_secs } => ("late_secs", late_secs, 1, LONGEST_DELAY_SECS),
    };
    setting::refused(key, name, value, least, most)
}
