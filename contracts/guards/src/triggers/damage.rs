//! More value out than in.

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
use alloy_primitives::{Address, U256};
use portcullis_core::{
    breaker::{Reason, Target},
    trigger::{damage, Damage, DamageBound},
};
use stylus_sdk::prelude::*;

/// Trips when a transition takes out more value than it brings in, beyond a bound.
#[storage]
#[derive(crate::StorageLayout)]
pub struct DamageTrigger {
    /// One more than the bound, so that zero is none.
    settings: TriggerSettings,
}

impl DamageTrigger {
    /// Sees the value that a transition brought in and took out of the protocol.
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
        value_in: U256,
        value_out: U256,
        target: Target,
        actor: Address,
    ) -> Result<Option<Trip>, GuardError> {
        match done(&self.settings, scope, Reason::DAMAGE, value_in, value_out)? {
            Some(_) => breakers
                .trip(scope, Fired::new(target, Reason::DAMAGE, actor))
                .map(Some),
            None => Ok(None),
        }
    }

    /// Sets by how much what goes out may exceed what comes in; zero tolerates no loss. A larger bound loosens.
    ///
    /// # Errors
    /// [`AmountCannotAct`](crate::setting::AmountCannotAct), and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`TriggerConfigured`](super::TriggerConfigured), with one more than the bounds.
    pub fn configure(&mut self, change: Change<'_>, scope: Scope, bound: U256) -> Result<(), GuardError> {
        let word = bound_word(scope, bound)?;
        let loosened = self.bound(scope).is_none_or(|from| bound > from);
        self.settings
            .configure(change, scope, Reason::DAMAGE, word, loosened)
    }

    /// The scope's bound, none when it was never set.
    pub fn bound(&self, scope: Scope) -> Option<U256> {
        bound(&self.settings, scope)
    }
}

/// The word of a bound: one more.
pub(super) fn bound_word(scope: Scope, bound: U256) -> Result<U256, GuardError> {
    // Nothing exceeds the largest number.
    bound
        .checked_add(U256::ONE)
        .ok_or_else(|| setting::amount_refused(scope.key(), "bound", bound))
}

pub(super) fn bound(settings: &TriggerSettings, scope: Scope) -> Option<U256> {
    settings.word(scope).checked_sub(U256::ONE)
}

/// The damage done by a transition, if any.
pub(super) fn done(
    settings: &TriggerSettings,
    scope: Scope,
    trigger: Reason,
    value_in: U256,
    value_out: U256,
) -> Result<Option<Damage>, GuardError> {
    let bound = bound(settings, scope)
        .and_then(|bound| DamageBound::new(bound).ok())
        .ok_or_else(|| unset(scope, trigger))?;
    Ok(damage(value_in, value_out, bound))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        breaker_guard::{BreakerTripped, BreakerUnset},
        fixture::*,
        setting::AmountCannotAct,
        triggers::{TriggerConfigured, TriggerUnset},
    };
    use portcullis_core::breaker::Rung;

    const TARGET: Target = Target::To(Rung::Frozen);

    fn see(house: &mut House, value_in: U256, value_out: U256) -> Result<Option<Trip>, GuardError> {
        house
            .damage
            .observe(&mut house.breakers, token(), value_in, value_out, TARGET, ALICE)
    }

    #[test]
    fn exactly_the_bound_is_tolerated_and_one_more_trips() {
        let (test, mut house, governor) = house();
        let change = house.timelock.change(&governor, &[]);
        house.damage.configure(change, token(), u(10)).unwrap();
        let words = stored(&test).len();
        assert_eq!(see(&mut house, u(100), u(110)), Ok(None));
        assert_eq!(see(&mut house, u(111), u(100)), Ok(None));
        assert_eq!(stored(&test).len(), words, "it keeps no state");
        assert!(matches!(see(&mut house, u(100), u(111)), Ok(Some(_))));
        assert_told(
            &test,
            BreakerTripped {
                scope: token().key(),
                by: ALICE,
                from: 0,
                to: 4,
                reason: 5,
                until: START + HOUR,
                sequence: 1,
            },
        );
    }

    #[test]
    fn a_bound_of_zero_is_one_and_the_largest_is_refused() {
        let (test, mut house, governor) = house();
        assert_eq!(house.damage.bound(token()), None);
        let change = house.timelock.change(&governor, &[]);
        house.damage.configure(change, token(), U256::ZERO).unwrap();
        assert_eq!(house.damage.bound(token()), Some(U256::ZERO));
        assert_eq!(see(&mut house, u(5), u(5)), Ok(None));
        assert!(matches!(see(&mut house, u(5), u(6)), Ok(Some(_))));
        let before = stored(&test);
        let change = house.timelock.change(&governor, &[]);
        let most = U256::MAX - U256::ONE;
        assert_eq!(
            house.damage.configure(change, token(), U256::MAX),
            Err(AmountCannotAct {
                key: token().key(),
                setting: setting::name("bound"),
                amount: U256::MAX
            }
            .into())
        );
        assert_eq!(stored(&test), before);
        let change = house.timelock.change(&governor, &[]);
        assert_eq!(house.damage.configure(change, token(), most), Ok(()));
        assert_eq!(house.damage.bound(token()), Some(most));
    }

    #[test]
    fn a_larger_bound_waits_and_a_smaller_one_does_not() {
        let (test, mut house, governor) = house();
        let change = house.timelock.change(&governor, &[]);
        house.damage.configure(change, token(), u(10)).unwrap();
        house.timelock.set_delay(&governor, &[], DAY).unwrap();
        let change = house.timelock.change(&governor, b"larger");
        assert_eq!(
            house.damage.configure(change, token(), u(11)),
            Err(unscheduled(b"larger"))
        );
        let change = house.timelock.change(&governor, b"the same");
        assert_eq!(house.damage.configure(change, token(), u(10)), Ok(()));
        let change = house.timelock.change(&governor, b"smaller");
        assert_eq!(house.damage.configure(change, token(), u(9)), Ok(()));
        assert_told(
            &test,
            TriggerConfigured {
                scope: token().key(),
                trigger: 5,
                previous: u(11),
                current: u(10),
                loosened: false,
            },
        );
    }

    #[test]
    fn where_it_or_its_breaker_is_not_set_it_refuses() {
        let (test, mut house, governor) = bare();
        let scope = token().key();
        assert_eq!(
            see(&mut house, u(0), u(0)),
            Err(TriggerUnset { scope, trigger: 5 }.into())
        );
        let change = house.timelock.change(&governor, &[]);
        house.damage.configure(change, token(), U256::ZERO).unwrap();
        let before = stored(&test);
        assert_eq!(see(&mut house, u(0), u(1)), Err(BreakerUnset { scope }.into()));
        assert_eq!(stored(&test), before);
    }
}
