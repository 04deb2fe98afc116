//! The settings of a scope's breaker, and of those without any of their own.

// The storage macro names both.
use super::loosens;
use crate::{errors, events, scope_key::Scope, sdk, setting, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{B256, U256};
use portcullis_core::breaker::{
    Config, InvalidSettings, Measure, Recovery, Settings, ALL_BPS, HIGHEST_RISE_BPS, LONGEST_SECS,
    MOST_FREEZES,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// A scope's settings were set or changed; the zero scope stands for those of all scopes without any of their own. Both are words
    /// as [`Settings`] draws them, zero where there were none.
    BreakerConfigured(scope: B256; previous: U256, current: U256, loosened: bool);
}

errors! {
    /// The breaker has no settings, of its own or of the instance: it cannot trip.
    BreakerUnset(scope: B256);
}

/// The key under which the instance's settings are. No scope has it.
const DEFAULT: B256 = B256::ZERO;

/// A [`Settings`] for each scope that has its own, and the instance's.
#[storage]
#[derive(crate::StorageLayout)]
pub struct BreakerSettings {
    words: StorageMap<B256, StorageU256>,
}

impl BreakerSettings {
    /// What a scope's breaker acts by.
    pub(super) fn of(&self, scope: Scope) -> Option<Settings> {
        self.in_force(scope.key())
    }

    /// The same, required.
    pub(super) fn required(&self, scope: Scope) -> Result<Settings, GuardError> {
        self.of(scope)
            .ok_or_else(|| BreakerUnset { scope: scope.key() }.into())
    }

    /// What every scope without settings of its own acts by.
    pub(super) fn of_all(&self) -> Option<Settings> {
        self.in_force(DEFAULT)
    }

    pub(super) fn configure(
        &mut self,
        change: Change<'_>,
        scope: Scope,
        config: Config,
    ) -> Result<(), GuardError> {
        self.set(change, scope.key(), config)
    }

    pub(super) fn configure_all(&mut self, change: Change<'_>, config: Config) -> Result<(), GuardError> {
        self.set(change, DEFAULT, config)
    }

    fn in_force(&self, key: B256) -> Option<Settings> {
        Settings::from_word(self.words.get(key)).or_else(|| Settings::from_word(self.words.get(DEFAULT)))
    }

    #[inline(never)]
    fn set(&mut self, change: Change<'_>, key: B256, config: Config) -> Result<(), GuardError> {
        let settings = Settings::new(config).map_err(|invalid| refused(key, &config, invalid))?;
        let previous = self.in_force(key);
        // Without settings nothing trips, and nothing is looser than that.
        let loosened = previous.is_some_and(|previous| loosens(previous.config(), config));
        change.require_waited_if(loosened)?;
        let current = settings.to_word();
        self.words.insert(key, current);
        sdk::emit(
            self.vm(),
            BreakerConfigured {
                scope: key,
                previous: previous.map_or(U256::ZERO, Settings::to_word),
                current,
                loosened,
            },
        );
        Ok(())
    }
}

/// The setting that is out of its bounds, and the bounds that those beside it leave.
fn refused(key: B256, config: &Config, invalid: InvalidSettings) -> GuardError {
    use InvalidSettings as No;
    let by_decision = config.recovery == Recovery::ByDecision;
    let highest_bps = match config.measure {
        Measure::Part => u64::from(ALL_BPS),
        Measure::Rise => u64::from(HIGHEST_RISE_BPS),
    };
    let (name, value, least, most) = match invalid {
        No::ThrottleOutOfBounds { throttle_bps } => {
            ("throttle_bps", throttle_bps.into(), 1, u64::from(ALL_BPS - 1))
        }
        No::ExitOutOfBounds {
            exit_bps,
            throttle_bps,
        } => ("exit_bps", exit_bps.into(), 1, throttle_bps.into()),
        No::ZeroDwell | No::DwellLongerThanExpiry { .. } => {
            ("dwell_secs", config.dwell_secs, 1, config.expiry_secs)
        }
        No::ExpiryTooLong { expiry_secs } => ("expiry_secs", expiry_secs, config.dwell_secs, LONGEST_SECS),
        No::RampOutOfBounds {
            ramp_secs,
            dwell_secs,
        } => ("ramp_secs", ramp_secs, dwell_secs, LONGEST_SECS),
        No::DecisionOutOfBounds {
            decision_secs,
            dwell_secs,
        } => ("decision_secs", decision_secs, dwell_secs, LONGEST_SECS),
        No::TooManyFreezes { freezes } => ("freezes", freezes.into(), 0, MOST_FREEZES.into()),
        No::FreezesWithoutEnd { .. } | No::FreezeBackOutOfBounds { .. } => {
            // Longer than a freeze holds; without freezes, none.
            let (least, most) = match config.freezes {
                0 => (0, 0),
                _ => (config.expiry_secs.saturating_add(1), LONGEST_SECS),
            };
            ("freeze_back_secs", config.freeze_back_secs, least, most)
        }
        No::TripNeverOrAlways { trip_at_bps, .. } => ("trip_at_bps", trip_at_bps.into(), 1, highest_bps),
        No::CalmNotBelowTrip { .. } | No::CalmNeverMatches | No::CalmCannotAct { .. } => {
            // Below what trips; where only a decision brings it back, none.
            let (least, most) = if by_decision {
                (0, 0)
            } else {
                (1, u64::from(config.trip_at_bps.saturating_sub(1)))
            };
            ("calm_below_bps", config.calm_below_bps.into(), least, most)
        }
    };
    setting::refused(key, name, value, least, most)
}
