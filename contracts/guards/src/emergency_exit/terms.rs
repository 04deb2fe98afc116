//! When an asset's exit opens: set, and read.

use super::{exit::EmergencyExit, ExitConfigured};
use crate::{sdk, setting, timelock::Change, GuardError};
use alloy_primitives::Address;
use portcullis_core::exit::{
    InvalidTerms, Terms, LONGEST_LATE_SECS, LONGEST_OPEN_AFTER_SECS, SHORTEST_OPEN_AFTER_SECS,
};
use stylus_sdk::prelude::*;

impl EmergencyExit {
    /// Sets when an asset's exit opens, and how long after that who tripped the breaker is paid. Opening later, or paying them sooner, has to have waited. It
    /// changes nothing of an exit that is open.
    ///
    /// # Errors
    /// [`SettingOutOfBounds`](crate::setting::SettingOutOfBounds), and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`ExitConfigured`].
    pub fn configure(
        &mut self,
        change: Change<'_>,
        asset: Address,
        open_after_secs: u64,
        late_secs: u64,
    ) -> Result<(), GuardError> {
        let terms = Terms::new(open_after_secs, late_secs).map_err(|invalid| refused(asset, invalid))?;
        let previous = self.terms(asset);
        let loosened = previous.is_some_and(|from| terms.is_looser_than(&from));
        change.require_waited_if(loosened)?;
        self.exits.setter(asset.into_word()).terms.set(terms.to_word());
        sdk::emit(
            self.vm(),
            ExitConfigured {
                asset,
                previous_open_after_secs: previous.map_or(0, |terms| terms.open_after_secs()),
                open_after_secs,
                previous_late_secs: previous.map_or(0, |terms| terms.late_secs()),
                late_secs,
                loosened,
            },
        );
        Ok(())
    }

    /// When the exit opens; none when it has no terms, and cannot.
    pub fn terms(&self, asset: Address) -> Option<Terms> {
        Terms::from_word(self.words(asset).terms.get())
    }
}

fn refused(asset: Address, invalid: InvalidTerms) -> GuardError {
    let key = asset.into_word();
    match invalid {
        InvalidTerms::OpenAfterOutOfBounds { open_after_secs } => setting::refused(
            key,
            "open_after_secs",
            open_after_secs,
            SHORTEST_OPEN_AFTER_SECS,
            LONGEST_OPEN_AFTER_SECS,
        ),
        InvalidTerms::LateOutOfBounds { late_secs } => {
            setting::refused(key, "late_secs", late_secs, 1, LONGEST_LATE_SECS)
        }
    }
}
