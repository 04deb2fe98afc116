//! A limit that is hit a number of times within a window.

// The storage macro names both.
use super::settings::{unset, TriggerSettings};
use crate::{
    arguments,
    breaker_guard::{BreakerGuard, Fired, Trip},
    scope_key::Scope,
    setting,
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::{
    breaker::{Reason, Target},
    trigger::{Flow, Hits, HitsLimit, InvalidHits, LONGEST_WINDOW_SECS, MOST_HITS},
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

arguments! {
    /// How many withdrawals over the limit move an asset's breaker.
    pub struct HitsTerms {
        /// Of which asset.
        pub asset: Address,
        /// How many.
        pub hits: u8,
        /// Within which time.
        pub window_secs: u64,
        /// Of how much at least.
        pub least: U256,
    }
}

/// Trips one rung further when a limit is hit so many times within a window, each time by real money.
#[storage]
#[derive(crate::StorageLayout)]
pub struct HitsTrigger {
    settings: TriggerSettings,
    /// The [`Hits`] of a scope.
    hits: StorageMap<B256, StorageU256>,
}

impl HitsTrigger {
    /// Sees a flow that met its limit: what of it moved, or waits in the queue, or that it was refused, which counts nothing. Once for
    /// each request.
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
        flow: Flow,
        actor: Address,
    ) -> Result<Option<Trip>, GuardError> {
        let limit = self
            .limit(scope)
            .ok_or_else(|| unset(scope, Reason::LIMIT_HITS))?;
        let hits = Hits::from_word(self.hits.get(scope.key()));
        let now = self.vm().block_timestamp();
        let counted = hits.hit(hits.next_request(), flow, &limit, now);
        if !counted.counted {
            return Ok(None);
        }
        let fired = Fired::new(Target::OneRung, Reason::LIMIT_HITS, actor);
        // The trip first: where it is refused, nothing may be stored.
        let trip = if counted.fired {
            Some(breakers.trip(scope, fired)?)
        } else {
            None
        };
        self.hits.insert(scope.key(), counted.hits.to_word());
        Ok(trip)
    }

    /// Requires that it can fire: that it is set, and its breaker is. For a way in, so that nothing comes in that a trigger which refuses would keep there.
    ///
    /// # Errors
    /// [`TriggerUnset`](super::TriggerUnset), [`BreakerUnset`](crate::breaker_guard::BreakerUnset).
    pub fn check_set(&self, breakers: &BreakerGuard, scope: Scope) -> Result<(), GuardError> {
        self.limit(scope)
            .ok_or_else(|| unset(scope, Reason::LIMIT_HITS))?;
        breakers.check_set(scope)
    }

    /// Sets how many hits within which window, of at least how much each. More hits, a shorter window or a larger amount loosen.
    ///
    /// # Errors
    /// [`SettingOutOfBounds`](crate::setting::SettingOutOfBounds), [`AmountCannotAct`](crate::setting::AmountCannotAct), and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`TriggerConfigured`](super::TriggerConfigured).
    pub fn configure(
        &mut self,
        change: Change<'_>,
        scope: Scope,
        hits: u8,
        window_secs: u64,
        least: U256,
    ) -> Result<(), GuardError> {
        let limit = HitsLimit::new(hits, window_secs, least).map_err(|invalid| {
            let (name, value, most) = match invalid {
                InvalidHits::HitsOutOfBounds { hits } => ("hits", hits.into(), MOST_HITS.into()),
                InvalidHits::WindowOutOfBounds { window_secs } => {
                    ("window_secs", window_secs, LONGEST_WINDOW_SECS)
                }
                InvalidHits::ZeroLeast => return setting::amount_refused(scope.key(), "least", least),
            };
            setting::refused(scope.key(), name, value, 1, most)
        })?;
        let loosened = self.limit(scope).is_none_or(|from| limit.is_looser_than(&from));
        self.settings
            .configure(change, scope, Reason::LIMIT_HITS, limit.to_word(), loosened)
    }

    /// How many hits count now; zero when it was never set. With one less than [`HitsLimit::hits`] the next one trips.
    pub fn counting(&self, scope: Scope) -> u8 {
        let now = self.vm().block_timestamp();
        let hits = Hits::from_word(self.hits.get(scope.key()));
        self.limit(scope).map_or(0, |limit| hits.counting(&limit, now))
    }

    /// The scope's limit, none when it was never set.
    pub fn limit(&self, scope: Scope) -> Option<HitsLimit> {
        HitsLimit::from_word(self.settings.word(scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        breaker_guard::{BreakerTripped, BreakerUnset},
        fixture::*,
        setting::{AmountCannotAct, SettingOutOfBounds},
        triggers::{TriggerConfigured, TriggerUnset},
    };
    use portcullis_core::breaker::State;
    use stylus_sdk::testing::TestVM;

    fn armed() -> (TestVM, House, crate::authority::Governor) {
        let (test, mut house, governor) = house();
        let change = house.timelock.change(&governor, &[]);
        house.hits.configure(change, token(), 3, 100, u(10)).unwrap();
        (test, house, governor)
    }

    fn see(house: &mut House, flow: Flow) -> Option<Trip> {
        house
            .hits
            .observe(&mut house.breakers, token(), flow, ALICE)
            .unwrap()
    }

    #[test]
    fn the_last_of_so_many_within_the_window_trips_and_says_who() {
        let (test, mut house, _) = armed();
        for now in [START, START + 50] {
            test.set_block_timestamp(now);
            assert_eq!(see(&mut house, Flow::Moved(u(10))), None);
        }
        test.set_block_timestamp(START + 100);
        let trip = see(&mut house, Flow::Staked(u(10))).unwrap();
        assert_eq!((trip.to(), trip.by()), (State::Throttled, ALICE));
        let told = BreakerTripped {
            scope: token().key(),
            by: ALICE,
            from: 0,
            to: 2,
            reason: 1,
            until: START + 100 + HOUR,
            sequence: 1,
        };
        assert_told(&test, told);
        // They are used up.
        assert_eq!(see(&mut house, Flow::Moved(u(10))), None);
        assert_eq!(see(&mut house, Flow::Moved(u(10))), None);
        assert_eq!(
            see(&mut house, Flow::Moved(u(10))).map(|trip| trip.to()),
            Some(State::ReduceOnly)
        );
    }

    #[test]
    fn a_monitor_sees_how_many_count() {
        let (test, mut house, _) = armed();
        let counting = |house: &House| house.hits.counting(token());
        assert_eq!(counting(&house), 0);
        see(&mut house, Flow::Moved(u(10)));
        assert_eq!(counting(&house), 1);
        test.set_block_timestamp(START + 50);
        see(&mut house, Flow::Moved(u(9)));
        assert_eq!(counting(&house), 1, "it was too small");
        see(&mut house, Flow::Moved(u(10)));
        assert_eq!(counting(&house), 2);
        for (now, count) in [
            (START + 100, 2),
            (START + 101, 1),
            (START + 150, 1),
            (START + 151, 0),
        ] {
            test.set_block_timestamp(now);
            assert_eq!(counting(&house), count, "{now}");
        }
        test.set_block_timestamp(START + 100);
        assert!(see(&mut house, Flow::Moved(u(10))).is_some());
        assert_eq!(counting(&house), 0, "they are used up");
        let (_, unset, _) = bare();
        assert_eq!(counting(&unset), 0);
    }

    #[test]
    fn a_second_too_far_apart_they_do_not() {
        let (test, mut house, _) = armed();
        for (now, trips) in [(0, false), (50, false), (101, false), (150, true)] {
            test.set_block_timestamp(START + now);
            assert_eq!(see(&mut house, Flow::Moved(u(10))).is_some(), trips, "{now}");
        }
    }

    #[test]
    fn one_scopes_hits_are_not_anothers_and_each_takes_a_word() {
        let (test, mut house, governor) = armed();
        let other = Scope::group(1);
        let change = house.timelock.change(&governor, &[]);
        house.hits.configure(change, other, 2, 100, u(10)).unwrap();
        let words = stored(&test).len();
        see(&mut house, Flow::Moved(u(10)));
        see(&mut house, Flow::Moved(u(10)));
        assert_eq!(stored(&test).len(), words + 1);
        let seen = house
            .hits
            .observe(&mut house.breakers, other, Flow::Moved(u(10)), ALICE);
        assert_eq!(seen, Ok(None));
        assert_eq!(stored(&test).len(), words + 2);
    }

    #[test]
    fn where_it_or_its_breaker_is_not_set_nothing_is_stored() {
        let (test, mut house, governor) = bare();
        let scope = token().key();
        let flow = Flow::Moved(u(10));
        assert_eq!(
            house.hits.observe(&mut house.breakers, token(), flow, ALICE),
            Err(TriggerUnset { scope, trigger: 1 }.into())
        );
        assert!(house.hits.limit(token()).is_none());
        let change = house.timelock.change(&governor, &[]);
        house.hits.configure(change, token(), 1, 100, u(10)).unwrap();
        let before = stored(&test);
        assert_eq!(
            house.hits.observe(&mut house.breakers, token(), flow, ALICE),
            Err(BreakerUnset { scope }.into())
        );
        assert_eq!(
            house.hits.check_set(&house.breakers, token()),
            Err(BreakerUnset { scope }.into())
        );
        assert_eq!(
            house.hits.check_set(&house.breakers, Scope::group(1)),
            Err(TriggerUnset {
                scope: Scope::group(1).key(),
                trigger: 1
            }
            .into())
        );
        assert_eq!(stored(&test), before);
    }

    #[test]
    fn every_change_is_told_and_what_loosens_waits() {
        let (test, mut house, governor) = armed();
        let word = |hits, secs, least| HitsLimit::new(hits, secs, u(least)).unwrap().to_word();
        let first = TriggerConfigured {
            scope: token().key(),
            trigger: 1,
            previous: U256::ZERO,
            current: word(3, 100, 10),
            loosened: true,
        };
        assert_told(&test, first);
        house.timelock.set_delay(&governor, &[], DAY).unwrap();
        for (hits, secs, least) in [(4, 100, 10), (3, 99, 10), (3, 100, 11)] {
            let before = stored(&test);
            let change = house.timelock.change(&governor, b"looser");
            assert_eq!(
                house.hits.configure(change, token(), hits, secs, u(least)),
                Err(unscheduled(b"looser"))
            );
            assert_eq!(stored(&test), before);
        }
        let change = house.timelock.change(&governor, b"tighter");
        assert_eq!(house.hits.configure(change, token(), 2, 101, u(9)), Ok(()));
        assert_told(
            &test,
            TriggerConfigured {
                previous: word(3, 100, 10),
                current: word(2, 101, 9),
                loosened: false,
                ..first
            },
        );
        let change = house.timelock.change(&governor, b"first");
        assert_eq!(
            house.hits.configure(change, Scope::group(1), 2, 100, u(10)),
            Err(unscheduled(b"first"))
        );
    }

    #[test]
    fn settings_that_cannot_act_are_refused_with_their_bounds() {
        let (test, mut house, governor) = armed();
        let before = stored(&test);
        for (hits, secs, least, name, value, most) in [
            (0, 1, 1, "hits", 0, 6),
            (7, 1, 1, "hits", 7, 6),
            (6, 0, 1, "window_secs", 0, 30 * DAY),
            (6, 30 * DAY + 1, 1, "window_secs", 30 * DAY + 1, 30 * DAY),
        ] {
            let change = house.timelock.change(&governor, &[]);
            assert_eq!(
                house.hits.configure(change, token(), hits, secs, u(least)),
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
        let change = house.timelock.change(&governor, &[]);
        assert_eq!(
            house.hits.configure(change, token(), 6, 30 * DAY, u(0)),
            Err(AmountCannotAct {
                key: token().key(),
                setting: setting::name("least"),
                amount: u(0)
            }
            .into())
        );
        assert_eq!(stored(&test), before);
        let change = house.timelock.change(&governor, &[]);
        assert_eq!(
            house.hits.configure(change, token(), 6, 30 * DAY, U256::MAX),
            Ok(())
        );
    }
}
