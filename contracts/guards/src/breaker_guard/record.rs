//! Who tripped each breaker last, and for how long that counts against them.

// The storage macro names both.
use crate::{events, scope_key::Scope, sdk, setting, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::recorder::{LastTrip, RecordOutOfBounds, RecordSecs, LONGEST_RECORD_SECS};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// A trip counts for another time against whoever does it from now on. `loosened`: for a shorter one.
    RecordChanged(; previous_secs: u64, secs: u64, loosened: bool);
}

/// The last trip of each scope.
#[storage]
#[derive(crate::StorageLayout)]
pub struct TripRecord {
    /// Zero when none is kept.
    secs: StorageU256,
    /// A [`LastTrip`] a scope.
    trips: StorageMap<B256, StorageU256>,
}

impl TripRecord {
    /// Records a trip, when records are kept; for how long it counts.
    pub(super) fn record(&mut self, scope: Scope, by: Address, now: u64) -> Option<RecordSecs> {
        let secs = self.secs()?;
        let trip = self.last(scope).recorded(by, secs, now);
        self.trips.insert(scope.key(), trip.to_word());
        Some(secs)
    }

    pub(super) fn last(&self, scope: Scope) -> LastTrip {
        LastTrip::from_word(self.trips.get(scope.key()))
    }

    pub(super) fn secs(&self) -> Option<RecordSecs> {
        let [secs, ..] = self.secs.get().into_limbs();
        RecordSecs::new(secs).ok()
    }

    pub(super) fn configure(&mut self, change: Change<'_>, secs: u64) -> Result<(), GuardError> {
        RecordSecs::new(secs).map_err(|RecordOutOfBounds { secs }| {
            setting::refused(B256::ZERO, "record_secs", secs, 1, LONGEST_RECORD_SECS)
        })?;
        let previous_secs = self.secs().map_or(0, RecordSecs::get);
        let loosened = secs < previous_secs;
        change.require_waited_if(loosened)?;
        self.secs.set(U256::from(secs));
        sdk::emit(
            self.vm(),
            RecordChanged {
                previous_secs,
                secs,
                loosened,
            },
        );
        Ok(())
    }
}
