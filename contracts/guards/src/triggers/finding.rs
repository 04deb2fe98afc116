//! A sentinel's finding: signed off chain, bounded on it.
//!
//! A finding leads one rung further and never names the rung. Each sentinel has its numbers and its allowance for each scope to itself, so a
//! key that was stolen uses up its own and no other's.

// The storage macro names both.
use super::settings::{unset, TriggerSettings};
use crate::{
    breaker_guard::{BreakerGuard, Fired, Trip},
    errors, events,
    scope_key::Scope,
    sdk, setting,
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256};
use portcullis_core::{
    breaker::Reason,
    trigger::{
        Finding, FindingRefused, Findings, FindingsLimit, InvalidFindings, LONGEST_WINDOW_SECS, MOST_AT_ONCE,
    },
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// A sentinel's finding counted. The breaker's own event says where it led.
    FindingAccepted(scope: B256, sentinel: Address; number: u64, expires_at: u64);
}

errors! {
    /// `expiresAt` was the last second at which the finding could be used.
    FindingExpired(scope: B256, expires_at: u64);
    /// The finding would be usable for too long: `latest` is the last second that it could name.
    FindingValidTooLong(scope: B256, expires_at: u64, latest: u64);
    /// The finding's number is not greater than that of the sentinel's last one that counted.
    FindingUsed(scope: B256, number: u64, last_number: u64);
    /// As many of the sentinel's findings as may count have. At `retryAt` one more does.
    FindingsSpent(scope: B256, retry_at: u64);
}

/// A sentinel, whose signature over a scope and a [`Finding`] the contract has verified, and that it is one.
#[derive(Debug, PartialEq, Eq)]
pub struct Sentinel(Address);

impl Sentinel {
    /// The right of a sentinel. Whoever makes one has verified that this sentinel signed what is accepted with it, for this
    /// contract on this chain.
    pub fn verified(sentinel: Address) -> Self {
        Self(sentinel)
    }

    /// Who it is.
    pub fn address(&self) -> Address {
        self.0
    }
}

/// Trips one rung further for a sentinel's finding, a few times in a period.
#[storage]
#[derive(crate::StorageLayout)]
pub struct FindingTrigger {
    settings: TriggerSettings,
    /// The [`Findings`] of a scope's sentinel.
    findings: StorageMap<B256, StorageMap<Address, StorageU256>>,
}

impl FindingTrigger {
    /// Counts a finding and trips.
    ///
    /// # Errors
    /// [`FindingExpired`], [`FindingValidTooLong`], [`FindingUsed`], [`FindingsSpent`], [`TriggerUnset`](super::TriggerUnset),
    /// [`BreakerUnset`](crate::breaker_guard::BreakerUnset).
    ///
    /// # Events
    /// [`BreakerTripped`](crate::breaker_guard::BreakerTripped) and [`FindingAccepted`].
    pub fn accept(
        &mut self,
        breakers: &mut BreakerGuard,
        by: &Sentinel,
        scope: Scope,
        finding: Finding,
    ) -> Result<Trip, GuardError> {
        let limit = self.limit(scope).ok_or_else(|| unset(scope, Reason::FINDING))?;
        let key = scope.key();
        let word = self.findings.getter(key).get(by.0);
        let now = self.vm().block_timestamp();
        let Finding { number, expires_at } = finding;
        let findings =
            Findings::from_word(word)
                .count(finding, &limit, now)
                .map_err(|refused| match refused {
                    FindingRefused::Expired { expires_at } => GuardError::from(FindingExpired {
                        scope: key,
                        expires_at,
                    }),
                    FindingRefused::ValidTooLong { expires_at, latest } => FindingValidTooLong {
                        scope: key,
                        expires_at,
                        latest,
                    }
                    .into(),
                    FindingRefused::Used { last_number } => FindingUsed {
                        scope: key,
                        number,
                        last_number,
                    }
                    .into(),
                    FindingRefused::Spent { retry_at } => FindingsSpent { scope: key, retry_at }.into(),
                })?;
        // The trip first: where it is refused, nothing may be stored.
        let trip = breakers.trip(scope, Fired::new(Finding::TARGET, Reason::FINDING, by.0))?;
        self.findings.setter(key).insert(by.0, findings.to_word());
        sdk::emit(
            self.vm(),
            FindingAccepted {
                scope: key,
                sentinel: by.0,
                number,
                expires_at,
            },
        );
        Ok(trip)
    }

    /// Sets how many findings of a sentinel count at once, how long until one more does, and for how long one may be usable. Fewer, more
    /// slowly, or for a shorter time loosens.
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
        burst: u8,
        back_secs: u64,
        valid_secs: u64,
    ) -> Result<(), GuardError> {
        let limit = FindingsLimit::new(burst, back_secs, valid_secs).map_err(|invalid| {
            let (name, value, most) = match invalid {
                InvalidFindings::BurstOutOfBounds { burst } => ("burst", burst.into(), MOST_AT_ONCE.into()),
                InvalidFindings::BackOutOfBounds { back_secs } => {
                    ("back_secs", back_secs, LONGEST_WINDOW_SECS)
                }
                InvalidFindings::ValidOutOfBounds { valid_secs } => {
                    ("valid_secs", valid_secs, LONGEST_WINDOW_SECS)
                }
            };
            setting::refused(scope.key(), name, value, 1, most)
        })?;
        let loosened = self.limit(scope).is_none_or(|from| limit.is_looser_than(&from));
        self.settings
            .configure(change, scope, Reason::FINDING, limit.to_word(), loosened)
    }

    /// The number of the last finding of a sentinel that counted; its next has a larger one.
    pub fn last_number(&self, scope: Scope, sentinel: Address) -> u64 {
        self.findings_of(scope, sentinel).last_number()
    }

    /// The first second at which one more finding of a sentinel counts, now or later; none when it was never set.
    pub fn ready_at(&self, scope: Scope, sentinel: Address) -> Option<u64> {
        let (limit, now) = (self.limit(scope)?, self.vm().block_timestamp());
        Some(self.findings_of(scope, sentinel).ready_at(&limit, now))
    }

    fn findings_of(&self, scope: Scope, sentinel: Address) -> Findings {
        Findings::from_word(self.findings.getter(scope.key()).get(sentinel))
    }

    /// The scope's limit, none when it was never set.
    pub fn limit(&self, scope: Scope) -> Option<FindingsLimit> {
        FindingsLimit::from_word(self.settings.word(scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        abi::Event,
        breaker_guard::{BreakerTripped, BreakerUnset},
        fixture::*,
        setting::SettingOutOfBounds,
        triggers::{TriggerConfigured, TriggerUnset},
    };
    use portcullis_core::breaker::State;
    use stylus_sdk::testing::TestVM;

    /// Two at once, one more each 100 seconds, usable for 60.
    fn armed() -> (TestVM, House, crate::authority::Governor) {
        let (test, mut house, governor) = house();
        let change = house.timelock.change(&governor, &[]);
        house.findings.configure(change, token(), 2, 100, 60).unwrap();
        (test, house, governor)
    }

    fn accept(house: &mut House, by: Address, number: u64, expires_at: u64) -> Result<Trip, GuardError> {
        let finding = Finding { number, expires_at };
        let by = Sentinel::verified(by);
        house.findings.accept(&mut house.breakers, &by, token(), finding)
    }

    #[test]
    fn a_finding_leads_one_rung_further_and_is_told() {
        let (test, mut house, _) = armed();
        let trip = accept(&mut house, ALICE, 7, START + 60).unwrap();
        assert_eq!((trip.to(), trip.by()), (State::Throttled, ALICE));
        let scope = token().key();
        let tripped = BreakerTripped {
            scope,
            by: ALICE,
            from: 0,
            to: 2,
            reason: 7,
            until: START + HOUR,
            sequence: 1,
        };
        let accepted = FindingAccepted {
            scope,
            sentinel: ALICE,
            number: 7,
            expires_at: START + 60,
        };
        let last = logs(&test);
        assert_eq!(last[last.len() - 2..], [tripped.encode(), accepted.encode()]);
        assert_told(&test, accepted);
        let trip = accept(&mut house, ALICE, 8, START + 60).unwrap();
        assert_eq!(trip.to(), State::ReduceOnly);
    }

    #[test]
    fn a_sentinel_sees_its_last_number_and_when_the_next_one_counts() {
        let (test, mut house, _) = armed();
        let seen = |house: &House, by| {
            (
                house.findings.last_number(token(), by),
                house.findings.ready_at(token(), by),
            )
        };
        assert_eq!(seen(&house, ALICE), (0, Some(START)));
        accept(&mut house, ALICE, 7, START).unwrap();
        assert_eq!(seen(&house, ALICE), (7, Some(START)));
        accept(&mut house, ALICE, 8, START).unwrap();
        assert_eq!(seen(&house, ALICE), (8, Some(START + 100)));
        assert_eq!(seen(&house, BOB), (0, Some(START)));
        test.set_block_timestamp(START + 130);
        assert_eq!(seen(&house, ALICE), (8, Some(START + 130)));
        let (_, unset, _) = bare();
        assert_eq!(seen(&unset, ALICE), (0, None));
    }

    #[test]
    fn each_refusal_carries_its_numbers_and_stores_nothing() {
        let (test, mut house, _) = armed();
        let scope = token().key();
        accept(&mut house, ALICE, 7, START).unwrap();
        let before = stored(&test);
        for (number, expires_at, refused) in [
            (
                8,
                START - 1,
                GuardError::from(FindingExpired {
                    scope,
                    expires_at: START - 1,
                }),
            ),
            (
                8,
                START + 61,
                FindingValidTooLong {
                    scope,
                    expires_at: START + 61,
                    latest: START + 60,
                }
                .into(),
            ),
            (
                7,
                START,
                FindingUsed {
                    scope,
                    number: 7,
                    last_number: 7,
                }
                .into(),
            ),
            (
                6,
                START,
                FindingUsed {
                    scope,
                    number: 6,
                    last_number: 7,
                }
                .into(),
            ),
        ] {
            assert_eq!(accept(&mut house, ALICE, number, expires_at), Err(refused));
        }
        assert_eq!(stored(&test), before);
        accept(&mut house, ALICE, 8, START).unwrap();
        let before = stored(&test);
        for now in [START, START + 99] {
            test.set_block_timestamp(now);
            assert_eq!(
                accept(&mut house, ALICE, 9, now),
                Err(FindingsSpent {
                    scope,
                    retry_at: START + 100
                }
                .into())
            );
        }
        assert_eq!(stored(&test), before);
        test.set_block_timestamp(START + 100);
        assert!(accept(&mut house, ALICE, 9, START + 100).is_ok());
    }

    #[test]
    fn a_stolen_key_uses_up_its_own_allowance_and_no_other_sentinels() {
        let (test, mut house, _) = armed();
        accept(&mut house, ALICE, u64::MAX, START).unwrap();
        assert!(
            accept(&mut house, ALICE, u64::MAX, START).is_err(),
            "it has no number left"
        );
        let words = stored(&test).len();
        assert!(accept(&mut house, BOB, 1, START).is_ok());
        assert!(accept(&mut house, BOB, 2, START).is_ok());
        assert_eq!(stored(&test).len(), words + 1, "a word a sentinel");
    }

    #[test]
    fn where_it_or_its_breaker_is_not_set_nothing_is_stored() {
        let (test, mut house, governor) = bare();
        let scope = token().key();
        assert_eq!(
            accept(&mut house, ALICE, 1, START),
            Err(TriggerUnset { scope, trigger: 7 }.into())
        );
        let change = house.timelock.change(&governor, &[]);
        house.findings.configure(change, token(), 2, 100, 60).unwrap();
        let before = stored(&test);
        assert_eq!(
            accept(&mut house, ALICE, 1, START),
            Err(BreakerUnset { scope }.into())
        );
        assert_eq!(stored(&test), before);
    }

    #[test]
    fn what_bounds_sentinels_more_loosens_and_waits() {
        let (test, mut house, governor) = armed();
        house.timelock.set_delay(&governor, &[], DAY).unwrap();
        for (burst, back, valid, expected) in [
            (1, 100, 60, Err(unscheduled(b"call"))),
            (2, 101, 60, Err(unscheduled(b"call"))),
            (2, 100, 59, Err(unscheduled(b"call"))),
            (2, 100, 60, Ok(())),
            (3, 99, 61, Ok(())),
        ] {
            let change = house.timelock.change(&governor, b"call");
            assert_eq!(
                house.findings.configure(change, token(), burst, back, valid),
                expected,
                "{burst} {back} {valid}"
            );
        }
        let word = |burst, back, valid| FindingsLimit::new(burst, back, valid).unwrap().to_word();
        assert_told(
            &test,
            TriggerConfigured {
                scope: token().key(),
                trigger: 7,
                previous: word(2, 100, 60),
                current: word(3, 99, 61),
                loosened: false,
            },
        );
    }

    #[test]
    fn settings_that_cannot_act_are_refused_with_their_bounds() {
        let (test, mut house, governor) = armed();
        let before = stored(&test);
        for (burst, back, valid, name, value, most) in [
            (0, 1, 1, "burst", 0, 15),
            (16, 1, 1, "burst", 16, 15),
            (15, 0, 1, "back_secs", 0, 30 * DAY),
            (15, 30 * DAY + 1, 1, "back_secs", 30 * DAY + 1, 30 * DAY),
            (15, 1, 0, "valid_secs", 0, 30 * DAY),
            (15, 1, 30 * DAY + 1, "valid_secs", 30 * DAY + 1, 30 * DAY),
        ] {
            let change = house.timelock.change(&governor, &[]);
            assert_eq!(
                house.findings.configure(change, token(), burst, back, valid),
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
