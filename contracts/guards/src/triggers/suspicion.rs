//! A suspicion that only damage confirms.

// The storage macro names both.
use super::{
    damage::{bound, bound_word, done},
    settings::{unset, TriggerSettings},
};
use crate::{
    breaker_guard::{BreakerGuard, Fired, Trip},
    scope_key::Scope,
    setting,
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis_core::{
    breaker::{Reason, Target},
    trigger::{InvalidSuspicion, Suspicion, SuspicionThreshold, HIGHEST_SCORE},
};
use stylus_sdk::prelude::*;

/// Trips when a transition looks like no other *and* takes out more value than it brings in. Its bound is smaller than that of
/// [`super::DamageTrigger`], which asks for no suspicion.
#[storage]
#[derive(crate::StorageLayout)]
pub struct SuspicionTrigger {
    thresholds: TriggerSettings,
    /// One more than the bound, so that zero is none.
    bounds: TriggerSettings,
}

impl SuspicionTrigger {
    /// Sees the value that a transition brought in and took out of the protocol, and how suspicious it is.
    ///
    /// # Errors
    /// [`TriggerUnset`](super::TriggerUnset), [`BreakerUnset`](crate::breaker_guard::BreakerUnset).
    ///
    /// # Events
    /// [`BreakerTripped`](crate::breaker_guard::BreakerTripped) when it fires.
    #[allow(clippy::too_many_arguments)] // A transition's two values, its score, and where it leads: each of another kind.
    pub fn observe(
        &mut self,
        breakers: &mut BreakerGuard,
        scope: Scope,
        suspicion: Suspicion,
        value_in: U256,
        value_out: U256,
        target: Target,
        actor: Address,
    ) -> Result<Option<Trip>, GuardError> {
        let trigger = Reason::CONFIRMED_SUSPICION;
        let threshold = self.threshold(scope).ok_or_else(|| unset(scope, trigger))?;
        let damage = done(&self.bounds, scope, trigger, value_in, value_out)?;
        match suspicion.confirmed_by(threshold, damage) {
            Some(_) => breakers.trip(scope, Fired::new(target, trigger, actor)).map(Some),
            None => Ok(None),
        }
    }

    /// Sets from which score on, and by how much what goes out may exceed what comes in. A higher threshold or a larger bound loosens.
    ///
    /// # Errors
    /// [`SettingOutOfBounds`](crate::setting::SettingOutOfBounds), [`AmountCannotAct`](crate::setting::AmountCannotAct), and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`TriggerConfigured`](super::TriggerConfigured), twice: the thresholds, and one more than the bounds.
    pub fn configure(
        &mut self,
        change: Change<'_>,
        scope: Scope,
        threshold: u16,
        bound: U256,
    ) -> Result<(), GuardError> {
        SuspicionThreshold::new(threshold).map_err(|InvalidSuspicion { threshold }| {
            setting::refused(
                scope.key(),
                "threshold",
                threshold.into(),
                1,
                HIGHEST_SCORE.into(),
            )
        })?;
        let threshold = U256::from_limbs([threshold.into(), 0, 0, 0]);
        let bound = bound_word(scope, bound)?;
        let (was, bound_was) = (self.thresholds.word(scope), self.bounds.word(scope));
        // What was never set is zero, and the first ones let through what did not pass before.
        let loosened = threshold > was || bound > bound_was;
        change.require_waited_if(loosened)?;
        let trigger = Reason::CONFIRMED_SUSPICION;
        self.thresholds.put(scope, trigger, threshold, loosened);
        self.bounds.put(scope, trigger, bound, loosened);
        Ok(())
    }

    /// The scope's bound, none when it was never set.
    pub fn bound(&self, scope: Scope) -> Option<U256> {
        bound(&self.bounds, scope)
    }

    /// The scope's threshold, none when it was never set.
    pub fn threshold(&self, scope: Scope) -> Option<SuspicionThreshold> {
        let [threshold, ..] = self.thresholds.word(scope).into_limbs();
        // The cast keeps what was set: 16 bits.
        SuspicionThreshold::new(threshold as u16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        abi::Event,
        breaker_guard::{BreakerTripped, BreakerUnset},
        fixture::*,
        setting::{AmountCannotAct, SettingOutOfBounds},
        triggers::{TriggerConfigured, TriggerUnset},
    };

    fn see(house: &mut House, score: u16, value_out: u64) -> Result<Option<Trip>, GuardError> {
        house.suspicion.observe(
            &mut house.breakers,
            token(),
            Suspicion(score),
            u(100),
            u(value_out),
            Target::OneRung,
            ALICE,
        )
    }

    #[test]
    fn a_suspicion_alone_never_trips_and_neither_does_a_harm_that_looks_normal() {
        let (test, mut house, governor) = house();
        let change = house.timelock.change(&governor, &[]);
        house.suspicion.configure(change, token(), 5_000, u(10)).unwrap();
        let before = (stored(&test), logs(&test));
        for (score, out) in [
            (u16::MAX, 0),
            (u16::MAX, 110),
            (5_000, 110),
            (4_999, 111),
            (0, 1_000),
        ] {
            assert_eq!(see(&mut house, score, out), Ok(None), "{score} {out}");
        }
        assert_eq!((stored(&test), logs(&test)), before);
        assert!(matches!(see(&mut house, 5_000, 111), Ok(Some(_))));
        assert_told(
            &test,
            BreakerTripped {
                scope: token().key(),
                by: ALICE,
                from: 0,
                to: 2,
                reason: 6,
                until: START + HOUR,
                sequence: 1,
            },
        );
    }

    #[test]
    fn where_it_or_its_breaker_is_not_set_it_refuses() {
        let (test, mut house, governor) = bare();
        let scope = token().key();
        assert_eq!(
            see(&mut house, 0, 0),
            Err(TriggerUnset { scope, trigger: 6 }.into())
        );
        assert_eq!(
            (house.suspicion.bound(token()), house.suspicion.threshold(token())),
            (None, None)
        );
        let change = house.timelock.change(&governor, &[]);
        house.suspicion.configure(change, token(), 1, u(0)).unwrap();
        let before = stored(&test);
        assert_eq!(before.len(), 2);
        assert_eq!(see(&mut house, 1, 101), Err(BreakerUnset { scope }.into()));
        assert_eq!(stored(&test), before);
    }

    #[test]
    fn a_higher_threshold_or_a_larger_bound_waits_and_both_are_told() {
        let (test, mut house, governor) = house();
        let change = house.timelock.change(&governor, &[]);
        house.suspicion.configure(change, token(), 5_000, u(10)).unwrap();
        house.timelock.set_delay(&governor, &[], DAY).unwrap();
        let change = house.timelock.change(&governor, b"call");
        assert_eq!(
            house.suspicion.configure(change, Scope::group(0), 1, u(0)),
            Err(unscheduled(b"call")),
            "the first ones"
        );
        let change = house.timelock.change(&governor, b"call");
        assert_eq!(
            house.suspicion.configure(change, token(), 5_000, u(10)),
            Ok(()),
            "the same again"
        );
        for (threshold, bound) in [(5_001, 10), (5_000, 11), (1, 11), (5_001, 0)] {
            let change = house.timelock.change(&governor, b"call");
            assert_eq!(
                house.suspicion.configure(change, token(), threshold, u(bound)),
                Err(unscheduled(b"call"))
            );
        }
        let change = house.timelock.change(&governor, b"call");
        assert_eq!(house.suspicion.configure(change, token(), 4_999, u(9)), Ok(()));
        let told = |previous, current| TriggerConfigured {
            scope: token().key(),
            trigger: 6,
            previous: u(previous),
            current: u(current),
            loosened: false,
        };
        let last = logs(&test);
        assert_eq!(
            last[last.len() - 2..],
            [told(5_000, 4_999).encode(), told(11, 10).encode()]
        );
        assert_eq!(house.suspicion.bound(token()), Some(u(9)));
    }

    #[test]
    fn settings_that_cannot_act_are_refused_with_their_bounds() {
        let (test, mut house, governor) = house();
        let before = stored(&test);
        for threshold in [0, 10_001] {
            let change = house.timelock.change(&governor, &[]);
            assert_eq!(
                house.suspicion.configure(change, token(), threshold, u(1)),
                Err(SettingOutOfBounds {
                    key: token().key(),
                    setting: setting::name("threshold"),
                    value: threshold.into(),
                    least: 1,
                    most: 10_000,
                }
                .into())
            );
        }
        let change = house.timelock.change(&governor, &[]);
        assert_eq!(
            house.suspicion.configure(change, token(), 1, U256::MAX),
            Err(AmountCannotAct {
                key: token().key(),
                setting: setting::name("bound"),
                amount: U256::MAX
            }
            .into())
        );
        assert_eq!(stored(&test), before);
    }
}
