//! A fraction of what was there gone within a window.

// The storage macro names both.
use super::settings::{unset, TriggerSettings};
use crate::{
    breaker_guard::{BreakerGuard, Fired, Trip},
    scope_key::Scope,
    setting,
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::{
    breaker::{Reason, Target, ALL_BPS},
    trigger::{Gone, GoneLimit, InvalidGone, LONGEST_WINDOW_SECS},
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

/// Trips when a fraction of what had stayed for a window is gone.
#[storage]
#[derive(crate::StorageLayout)]
pub struct GoneTrigger {
    settings: TriggerSettings,
    /// What was held of a scope: a [`Gone`].
    held: StorageMap<B256, StorageU256>,
}

impl GoneTrigger {
    /// Sees a transition that found `before` and leaves `after`, at its end.
    ///
    /// # Errors
    /// [`TriggerUnset`](super::TriggerUnset), [`BreakerUnset`](crate::breaker_guard::BreakerUnset).
    ///
    /// # Events
    /// [`BreakerTripped`](crate::breaker_guard::BreakerTripped) when it fires.
    pub fn observe(
        &mut self,
        breakers: &mut BreakerGuard,
        scope: Scope,
        before: U256,
        after: U256,
        target: Target,
        actor: Address,
    ) -> Result<Option<Trip>, GuardError> {
        let limit = self
            .limit(scope)
            .ok_or_else(|| unset(scope, Reason::FRACTION_GONE))?;
        let now = self.vm().block_timestamp();
        let seen = Gone::from_word(self.held.get(scope.key())).observe(before, after, &limit, now);
        // The trip first: where it is refused, nothing may be stored.
        let trip = if seen.fired {
            Some(breakers.trip(scope, Fired::new(target, Reason::FRACTION_GONE, actor))?)
        } else {
            None
        };
        self.held.insert(scope.key(), seen.gone.to_word());
        Ok(trip)
    }

    /// Sets which fraction within which window. A larger fraction loosens, and so does any other window: a longer one sees slower drains, and
    /// takes longer to count what came in.
    ///
    /// # Errors
    /// [`SettingOutOfBounds`](crate::setting::SettingOutOfBounds), and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`TriggerConfigured`](super::TriggerConfigured).
    pub fn configure(
        &mut self,
        change: Change<'_>,
        scope: Scope,
        fraction_bps: u16,
        window_secs: u64,
    ) -> Result<(), GuardError> {
        let limit = GoneLimit::new(fraction_bps, window_secs).map_err(|invalid| {
            let (name, value, most) = match invalid {
                InvalidGone::FractionOutOfBounds { fraction_bps } => {
                    ("fraction_bps", fraction_bps.into(), ALL_BPS.into())
                }
                InvalidGone::WindowOutOfBounds { window_secs } => {
                    ("window_secs", window_secs, LONGEST_WINDOW_SECS)
                }
            };
            setting::refused(scope.key(), name, value, 1, most)
        })?;
        let loosened = self.limit(scope).is_none_or(|from| limit.is_looser_than(&from));
        self.settings
            .configure(change, scope, Reason::FRACTION_GONE, limit.to_word(), loosened)
    }

    /// What part of what was there is gone when the contract holds `held`, in basis points, rounded down; zero when it was never set.
    pub fn gone_bps(&self, scope: Scope, held: U256) -> u32 {
        let now = self.vm().block_timestamp();
        let seen = Gone::from_word(self.held.get(scope.key()));
        self.limit(scope)
            .map_or(0, |limit| seen.observe(held, held, &limit, now).gone_bps)
    }

    /// The scope's limit, none when it was never set.
    pub fn limit(&self, scope: Scope) -> Option<GoneLimit> {
        GoneLimit::from_word(self.settings.word(scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        breaker_guard::{BreakerTripped, BreakerUnset},
        fixture::*,
        setting::SettingOutOfBounds,
        triggers::{TriggerConfigured, TriggerUnset},
    };
    use portcullis_core::breaker::{Rung, State};
    use stylus_sdk::testing::TestVM;

    const TARGET: Target = Target::To(Rung::ReduceOnly);

    /// Fires when 30% is gone within an hour; 1,000 have been there for long.
    fn armed() -> (TestVM, House, crate::authority::Governor) {
        let (test, mut house, governor) = house();
        let change = house.timelock.change(&governor, &[]);
        house.gone.configure(change, token(), 3_000, HOUR).unwrap();
        assert_eq!(see(&mut house, 1_000, 1_000), None);
        (test, house, governor)
    }

    fn see(house: &mut House, before: u64, after: u64) -> Option<Trip> {
        house
            .gone
            .observe(&mut house.breakers, token(), u(before), u(after), TARGET, ALICE)
            .unwrap()
    }

    #[test]
    fn a_monitor_sees_what_part_is_gone() {
        let (test, mut house, _) = armed();
        assert_eq!(see(&mut house, 1_000, 900), None);
        let before = stored(&test);
        for (held, bps) in [(1_000, 0), (2_000, 0), (900, 1_000), (701, 2_990), (0, 10_000)] {
            assert_eq!(house.gone.gone_bps(token(), u(held)), bps, "{held}");
        }
        assert_eq!(stored(&test), before);
        let (_, unset, _) = bare();
        assert_eq!(unset.gone.gone_bps(token(), u(0)), 0);
    }

    #[test]
    fn exactly_the_fraction_trips_and_one_less_does_not() {
        let (test, mut house, _) = armed();
        assert_eq!(see(&mut house, 1_000, 701), None);
        let trip = see(&mut house, 701, 700).unwrap();
        assert_eq!(
            (trip.from(), trip.to(), trip.by()),
            (State::Closed, State::ReduceOnly, ALICE)
        );
        let told = BreakerTripped {
            scope: token().key(),
            by: ALICE,
            from: 0,
            to: 3,
            reason: 2,
            until: START + HOUR,
            sequence: 1,
        };
        assert_told(&test, told);
        assert_eq!(
            see(&mut house, 700, 700),
            None,
            "the same loss does not fire twice"
        );
    }

    #[test]
    fn a_drain_across_the_edge_of_a_window_is_seen_whole() {
        let (test, mut house, _) = armed();
        test.set_block_timestamp(START + HOUR - 1);
        assert_eq!(see(&mut house, 1_000, 850), None);
        test.set_block_timestamp(START + HOUR);
        assert!(see(&mut house, 850, 700).is_some());
    }

    #[test]
    fn it_takes_a_word_of_settings_and_one_of_state() {
        let (test, _, _) = armed();
        assert_eq!(stored(&test).len(), 1 + 2);
    }

    #[test]
    fn where_it_or_its_breaker_is_not_set_nothing_is_stored() {
        let (test, mut house, governor) = bare();
        let scope = token().key();
        let drain = |house: &mut House| {
            house
                .gone
                .observe(&mut house.breakers, token(), u(1_000), u(0), TARGET, ALICE)
        };
        assert_eq!(drain(&mut house), Err(TriggerUnset { scope, trigger: 2 }.into()));
        let change = house.timelock.change(&governor, &[]);
        house.gone.configure(change, token(), 3_000, HOUR).unwrap();
        let before = stored(&test);
        assert_eq!(drain(&mut house), Err(BreakerUnset { scope }.into()));
        assert_eq!(stored(&test), before);
    }

    #[test]
    fn a_larger_fraction_or_another_window_waits_and_a_smaller_fraction_does_not() {
        let (test, mut house, governor) = armed();
        house.timelock.set_delay(&governor, &[], DAY).unwrap();
        for (fraction, secs, expected) in [
            (3_001, HOUR, Err(unscheduled(b"call"))),
            (3_000, HOUR + 1, Err(unscheduled(b"call"))),
            (3_000, HOUR - 1, Err(unscheduled(b"call"))),
            (3_000, HOUR, Ok(())),
            (2_999, HOUR, Ok(())),
        ] {
            let change = house.timelock.change(&governor, b"call");
            assert_eq!(
                house.gone.configure(change, token(), fraction, secs),
                expected,
                "{fraction} {secs}"
            );
        }
        let word = |fraction| GoneLimit::new(fraction, HOUR).unwrap().to_word();
        assert_told(
            &test,
            TriggerConfigured {
                scope: token().key(),
                trigger: 2,
                previous: word(3_000),
                current: word(2_999),
                loosened: false,
            },
        );
    }

    #[test]
    fn settings_that_cannot_act_are_refused_with_their_bounds() {
        let (test, mut house, governor) = armed();
        let before = stored(&test);
        for (fraction, secs, name, value, most) in [
            (0, 1, "fraction_bps", 0, 10_000),
            (10_001, 1, "fraction_bps", 10_001, 10_000),
            (1, 0, "window_secs", 0, 30 * DAY),
            (1, 30 * DAY + 1, "window_secs", 30 * DAY + 1, 30 * DAY),
        ] {
            let change = house.timelock.change(&governor, &[]);
            assert_eq!(
                house.gone.configure(change, token(), fraction, secs),
                Err(SettingOutOfBounds {
                    key: token().key(),
                    setting: setting::name(name),
                    value,
                    least: 1,
                    most,
                }
                .into())
            );
        }
        assert_eq!(stored(&test), before);
    }
}
