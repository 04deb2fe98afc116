//! A price, or the price of a share, that moves beyond a bound within a window.

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
    breaker::{Reason, Target, ALL_BPS, HIGHEST_RISE_BPS},
    trigger::{Direction, InvalidMove, MoveLimit, Moved, LONGEST_WINDOW_SECS},
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

/// Trips when a price moves beyond its bound within a window.
#[storage]
#[derive(crate::StorageLayout)]
pub struct MoveTrigger {
    settings: TriggerSettings,
    /// The prices seen of a scope: a [`Moved`].
    prices: StorageMap<B256, StorageU256>,
}

/// What is to be thought of a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a price in dispute should not be used"]
pub struct PriceJudged {
    /// Whether the price is in dispute: it should not be used, whether it trips now or did already.
    pub disputed: bool,
    /// The trip, when it is a new dispute.
    pub trip: Option<Trip>,
}

impl MoveTrigger {
    /// Sees a price.
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
        price: U256,
        target: Target,
        actor: Address,
    ) -> Result<PriceJudged, GuardError> {
        let limit = self
            .limit(scope)
            .ok_or_else(|| unset(scope, Reason::PRICE_ROSE))?;
        let now = self.vm().block_timestamp();
        let seen = Moved::from_word(self.prices.get(scope.key())).observe(price, &limit, now);
        // The trip first: where it is refused, nothing may be stored.
        let trip = match seen.fired {
            Some(beyond) => {
                let reason = match beyond.direction {
                    Direction::Rise => Reason::PRICE_ROSE,
                    Direction::Fall => Reason::PRICE_FELL,
                };
                Some(breakers.trip(scope, Fired::new(target, reason, actor))?)
            }
            None => None,
        };
        self.prices.insert(scope.key(), seen.moved.to_word());
        Ok(PriceJudged {
            disputed: seen.disputed,
            trip,
        })
    }

    /// Sets how far a price may rise and fall within which window; zero leaves a direction unbounded, but not both. A larger or no
    /// bound loosens, and a shorter window.
    ///
    /// # Errors
    /// [`SettingOutOfBounds`](crate::setting::SettingOutOfBounds), and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`TriggerConfigured`](super::TriggerConfigured), as of the trigger of a rise.
    pub fn configure(
        &mut self,
        change: Change<'_>,
        scope: Scope,
        rise_bps: u32,
        fall_bps: u32,
        window_secs: u64,
    ) -> Result<(), GuardError> {
        let bounded = |bps| Some(bps).filter(|bps| *bps > 0);
        let limit = MoveLimit::new(bounded(rise_bps), bounded(fall_bps), window_secs).map_err(|invalid| {
            let (name, value, most) = match invalid {
                InvalidMove::RiseOutOfBounds { .. } | InvalidMove::Unbounded => {
                    ("rise_bps", rise_bps.into(), HIGHEST_RISE_BPS.into())
                }
                InvalidMove::FallOutOfBounds { fall_bps } => ("fall_bps", fall_bps.into(), ALL_BPS.into()),
                InvalidMove::WindowOutOfBounds { window_secs } => {
                    ("window_secs", window_secs, LONGEST_WINDOW_SECS)
                }
            };
            setting::refused(scope.key(), name, value, 1, most)
        })?;
        let loosened = self.limit(scope).is_none_or(|from| limit.is_looser_than(&from));
        self.settings
            .configure(change, scope, Reason::PRICE_ROSE, limit.to_word(), loosened)
    }

    /// Whether this price would trip now; false when it was never set.
    pub fn would_trip(&self, scope: Scope, price: U256) -> bool {
        let now = self.vm().block_timestamp();
        let seen = Moved::from_word(self.prices.get(scope.key()));
        self.limit(scope)
            .is_some_and(|limit| seen.observe(price, &limit, now).fired.is_some())
    }

    /// The scope's limit, none when it was never set.
    pub fn limit(&self, scope: Scope) -> Option<MoveLimit> {
        MoveLimit::from_word(self.settings.word(scope))
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

    const TARGET: Target = Target::To(Rung::Throttled);

    /// Fires at a rise of 10% or a fall of 5% within an hour from 1,000.
    fn armed() -> (TestVM, House, crate::authority::Governor) {
        let (test, mut house, governor) = house();
        let change = house.timelock.change(&governor, &[]);
        house.moved.configure(change, token(), 1_000, 500, HOUR).unwrap();
        assert_eq!(see(&mut house, 1_000), (false, None));
        (test, house, governor)
    }

    fn see(house: &mut House, price: u64) -> (bool, Option<Trip>) {
        let judged = house
            .moved
            .observe(&mut house.breakers, token(), u(price), TARGET, ALICE)
            .unwrap();
        (judged.disputed, judged.trip)
    }

    #[test]
    fn a_monitor_sees_which_price_would_trip() {
        let (test, house, _) = armed();
        let before = stored(&test);
        for (price, trips) in [(1_099, false), (1_100, true), (951, false), (950, true)] {
            assert_eq!(house.moved.would_trip(token(), u(price)), trips, "{price}");
        }
        assert_eq!(stored(&test), before);
        let (_, unset, _) = bare();
        assert!(!unset.moved.would_trip(token(), u(0)));
    }

    #[test]
    fn exactly_the_bound_trips_in_either_direction_and_one_less_does_not() {
        for (inside, outside, reason) in [(1_099, 1_100, 3), (951, 950, 4)] {
            let (test, mut house, _) = armed();
            assert_eq!(see(&mut house, inside), (false, None));
            let (disputed, trip) = see(&mut house, outside);
            assert_eq!(
                (disputed, trip.map(|trip| trip.to())),
                (true, Some(State::Throttled))
            );
            assert_told(
                &test,
                BreakerTripped {
                    scope: token().key(),
                    by: ALICE,
                    from: 0,
                    to: 2,
                    reason,
                    until: START + HOUR,
                    sequence: 1,
                },
            );
        }
    }

    #[test]
    fn a_dispute_trips_once_and_the_price_stays_unusable_while_it_lasts() {
        let (test, mut house, _) = armed();
        assert!(see(&mut house, 2_000).1.is_some());
        test.set_block_timestamp(START + HOUR - 1);
        assert_eq!(see(&mut house, 2_000), (true, None));
        test.set_block_timestamp(START + HOUR);
        assert_eq!(
            see(&mut house, 2_000),
            (false, None),
            "it has stayed for a window"
        );
    }

    #[test]
    fn a_price_that_is_back_ends_the_dispute() {
        let (_, mut house, _) = armed();
        assert!(see(&mut house, 2_000).1.is_some());
        assert_eq!(see(&mut house, 1_000), (false, None));
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
        let price = |house: &mut House, price| {
            house
                .moved
                .observe(&mut house.breakers, token(), u(price), TARGET, ALICE)
        };
        assert_eq!(
            price(&mut house, 1),
            Err(TriggerUnset { scope, trigger: 3 }.into())
        );
        let change = house.timelock.change(&governor, &[]);
        house.moved.configure(change, token(), 1, 0, HOUR).unwrap();
        assert!(price(&mut house, 1).is_ok());
        let before = stored(&test);
        assert_eq!(price(&mut house, 2), Err(BreakerUnset { scope }.into()));
        assert_eq!(stored(&test), before);
    }

    #[test]
    fn a_larger_or_no_bound_or_a_shorter_window_waits() {
        let (test, mut house, governor) = armed();
        house.timelock.set_delay(&governor, &[], DAY).unwrap();
        for (rise, fall, secs, expected) in [
            (1_001, 500, HOUR, Err(unscheduled(b"call"))),
            (0, 500, HOUR, Err(unscheduled(b"call"))),
            (1_000, 501, HOUR, Err(unscheduled(b"call"))),
            (1_000, 0, HOUR, Err(unscheduled(b"call"))),
            (1_000, 500, HOUR - 1, Err(unscheduled(b"call"))),
            (1_000, 500, HOUR, Ok(())),
            (999, 499, HOUR + 1, Ok(())),
        ] {
            let change = house.timelock.change(&governor, b"call");
            assert_eq!(
                house.moved.configure(change, token(), rise, fall, secs),
                expected,
                "{rise} {fall} {secs}"
            );
        }
        let word = |rise, fall, secs| MoveLimit::new(Some(rise), Some(fall), secs).unwrap().to_word();
        assert_told(
            &test,
            TriggerConfigured {
                scope: token().key(),
                trigger: 3,
                previous: word(1_000, 500, HOUR),
                current: word(999, 499, HOUR + 1),
                loosened: false,
            },
        );
    }

    #[test]
    fn settings_that_cannot_act_are_refused_with_their_bounds() {
        let (test, mut house, governor) = armed();
        let before = stored(&test);
        for (rise, fall, secs, name, value, most) in [
            (0, 0, 1, "rise_bps", 0, 1_000_000),
            (1_000_001, 0, 1, "rise_bps", 1_000_001, 1_000_000),
            (0, 10_001, 1, "fall_bps", 10_001, 10_000),
            (1, 1, 0, "window_secs", 0, 30 * DAY),
            (1, 1, 30 * DAY + 1, "window_secs", 30 * DAY + 1, 30 * DAY),
        ] {
            let change = house.timelock.change(&governor, &[]);
            assert_eq!(
                house.moved.configure(change, token(), rise, fall, secs),
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
