//! Who may pause, what it spends, what is told and what is refused.

use super::*;
use crate::{
    abi::Event,
    authority::{Authority, Council, Governor, NotCouncil, ZeroAuthority},
    fixture::{assert_told, chain, delayed, logs, now, stored, unscheduled, ALICE, CALL, DAY, HOUR, START},
    pause_guard::{GroupPaused, PauseGuard, PauseNotTightened, PauseOutOfBounds, Restricted},
    setting::{self, SettingOutOfBounds},
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::{
    breaker::Rung,
    guardian::{Config, Role, Terms},
    pause::{Bounds, Group},
};
use stylus_sdk::{prelude::*, testing::TestVM};

pub(super) const GUARDIAN: Address = Address::repeat_byte(0x61);
pub(super) const FALLBACK: Address = Address::repeat_byte(0x62);
pub(super) const COUNCIL: Address = Address::repeat_byte(0x63);
pub(super) const RUNS: Group = match Group::new(1) {
    Some(group) => group,
    None => panic!(),
};

/// A bucket of three days' pause, that leaks in sixty.
pub(super) const CONFIG: Config = Config {
    heartbeat_secs: 30 * DAY,
    pause_secs: 2 * DAY,
    cool_down_secs: DAY,
    budget_secs: 6 * DAY,
    period_secs: 60 * DAY,
    council_secs: 7 * DAY,
};

pub(super) const BOUNDS: Bounds = match Bounds::new(30 * DAY) {
    Some(bounds) => bounds,
    None => panic!(),
};

/// A contract with everybody who may pause it.
#[storage]
pub(super) struct Guarded {
    pub(super) authority: Authority,
    pub(super) guardians: Guardians,
    pub(super) pauses: PauseGuard,
}

impl Guarded {
    /// What a contract's `pause` does.
    pub(super) fn pause(&mut self, group: Group, rung: Rung, secs: u64) -> Result<(), GuardError> {
        let right = self.guardians.pause_right(group)?;
        self.pauses.pause(right, rung, secs, BOUNDS)
    }

    /// And its `decide`.
    pub(super) fn decide(&mut self, group: Group, rung: Rung, secs: u64) -> Result<(), GuardError> {
        let council: Council = self.authority.council()?;
        let right = self.guardians.council_right(&council, group);
        self.pauses.pause(right, rung, secs, BOUNDS)
    }

    pub(super) fn frozen_until(&self, group: Group) -> Option<u64> {
        self.pauses
            .require_running(group)
            .err()
            .map(|_| self.pauses.until(group))
    }
}

/// With terms and a council, and nobody named.
pub(super) fn unassigned() -> (TestVM, Guarded, Governor) {
    let (test, governor) = chain();
    let mut contract = Guarded::from(&test);
    let (sender, guardian) = (test.msg_sender(), Address::repeat_byte(1));
    contract.authority.initialize(sender, guardian).unwrap();
    contract.authority.set_council(now(&governor), COUNCIL).unwrap();
    contract.guardians.configure(now(&governor), CONFIG).unwrap();
    (test, contract, governor)
}

/// With a guardian and a fallback of group 1.
pub(super) fn guarded() -> (TestVM, Guarded, Governor) {
    let (test, mut contract, governor) = unassigned();
    let named = contract.guardians.assign(&governor, RUNS, GUARDIAN, FALLBACK);
    named.unwrap();
    (test, contract, governor)
}

fn spent(caller: Address) -> Result<(), GuardError> {
    Err(GuardianSpent { group: 1, caller }.into())
}

#[test]
fn a_guardian_pauses_its_group_once_and_it_is_told_as_what() {
    let (test, mut contract, _) = guarded();
    test.set_sender(GUARDIAN);
    contract.pause(RUNS, Rung::ReduceOnly, DAY).unwrap();
    let told = Restricted {
        group: 1,
        by: GUARDIAN,
        role: 0,
        from: 0,
        to: 3,
        previous_until: 0,
        until: START + DAY,
    };
    assert_told(&test, told);
    let refused = GroupPaused {
        group: 1,
        until: START + DAY,
    };
    assert_eq!(contract.pauses.require_running(RUNS), Err(refused.into()));
    assert_eq!(contract.guardians.budget_left(RUNS), Ok(2 * DAY));
    let before = stored(&test);
    assert_eq!(contract.pause(RUNS, Rung::Frozen, DAY), spent(GUARDIAN));
    test.set_block_timestamp(START + 10 * DAY);
    assert_eq!(contract.pause(RUNS, Rung::Frozen, DAY), spent(GUARDIAN));
    assert_eq!(stored(&test), before);
}

#[test]
fn only_those_who_are_named_for_a_group_pause_it() {
    let (test, mut contract, governor) = guarded();
    let other = Group::new(2).unwrap();
    contract
        .guardians
        .assign(&governor, other, ALICE, GUARDIAN)
        .unwrap();
    let before = stored(&test);
    let refused = |group: Group, caller| {
        let group = group.number();
        Err(GuardError::from(NotGroupGuardian { group, caller }))
    };
    for (caller, group) in [
        (ALICE, RUNS),
        (COUNCIL, RUNS),
        (governor.address(), RUNS),
        (FALLBACK, other),
        (GUARDIAN, Group::ALL),
    ] {
        test.set_sender(caller);
        assert_eq!(contract.pause(group, Rung::Frozen, HOUR), refused(group, caller));
        assert_eq!(contract.guardians.heartbeat(group), refused(group, caller));
    }
    test.set_sender(GUARDIAN);
    assert_eq!(
        contract.decide(RUNS, Rung::Frozen, HOUR),
        Err(NotCouncil { caller: GUARDIAN }.into())
    );
    assert_eq!(stored(&test), before);
    let role = |contract: &mut Guarded, group| contract.guardians.pause_right(group).unwrap().role();
    assert_eq!(role(&mut contract, RUNS), Role::Guardian);
    assert_eq!(role(&mut contract, other), Role::Fallback);
}

/// Lido's circuit breaker, end to end: one second before the heartbeat's expiry it pauses, at expiry not; the second use is refused; and where the pause
/// is not made, nothing is spent.
#[test]
fn lido_heartbeat_expiry_single_use_and_nothing_spent_by_a_pause_that_is_refused() {
    let stale_at = START + 30 * DAY;
    let lapsed = GuardianLapsed { group: 1, stale_at };
    for (now, paused) in [(stale_at - 1, Ok(())), (stale_at, Err(lapsed.into()))] {
        let (test, mut contract, _) = guarded();
        test.set_sender(GUARDIAN);
        test.set_block_timestamp(now);
        assert_eq!(contract.pause(RUNS, Rung::Frozen, HOUR), paused);
        if paused.is_ok() {
            assert_eq!(contract.pause(RUNS, Rung::Frozen, HOUR), spent(GUARDIAN));
        } else {
            assert_eq!(contract.guardians.heartbeat(RUNS), Err(lapsed.into()));
        }
    }
    let (test, mut contract, _) = guarded();
    test.set_sender(COUNCIL);
    contract.decide(RUNS, Rung::Frozen, DAY).unwrap();
    let before = stored(&test);
    test.set_sender(GUARDIAN);
    let refused = PauseNotTightened {
        group: 1,
        state: 4,
        until: START + DAY,
        requested_state: 4,
        requested_until: START + DAY,
    };
    assert_eq!(contract.pause(RUNS, Rung::Frozen, DAY), Err(refused.into()));
    assert_eq!(stored(&test), before);
    assert_eq!(
        contract.pause(RUNS, Rung::Frozen, DAY + 1),
        Ok(()),
        "it was not spent"
    );
}

#[test]
fn a_heartbeat_is_told_and_moves_the_second_at_which_the_guardian_is_stale() {
    let (test, mut contract, _) = guarded();
    test.set_sender(GUARDIAN);
    let last = START + 30 * DAY - 1;
    test.set_block_timestamp(last);
    assert_eq!(contract.guardians.is_stale(RUNS), Ok(false));
    contract.guardians.heartbeat(RUNS).unwrap();
    let stale_at = last + 30 * DAY;
    assert_told(
        &test,
        Heartbeat {
            group: 1,
            guardian: GUARDIAN,
            stale_at,
        },
    );
    assert_eq!(contract.guardians.stale_at(RUNS), Ok(stale_at));
    for (now, stale) in [(stale_at - 1, false), (stale_at, true)] {
        test.set_block_timestamp(now);
        assert_eq!(contract.guardians.is_stale(RUNS), Ok(stale));
    }
}

#[test]
fn anyone_reports_a_lapse_once_and_the_fallback_pauses_from_that_second() {
    let (test, mut contract, _) = guarded();
    let stale_at = START + 30 * DAY;
    test.set_block_timestamp(stale_at - 1);
    test.set_sender(ALICE);
    let not_stale = GuardianNotStale { group: 1, stale_at };
    assert_eq!(contract.guardians.report_stale(RUNS), Err(not_stale.into()));
    test.set_block_timestamp(stale_at);
    test.set_sender(FALLBACK);
    let waits = GuardianStillThere { group: 1, stale_at };
    assert_eq!(contract.pause(RUNS, Rung::Frozen, DAY), Err(waits.into()));
    test.set_sender(ALICE);
    contract.guardians.report_stale(RUNS).unwrap();
    assert_told(
        &test,
        GuardianStale {
            group: 1,
            guardian: GUARDIAN,
            fallback: FALLBACK,
            stale_at,
        },
    );
    let told = logs(&test).len();
    let before = stored(&test);
    assert_eq!(contract.guardians.report_stale(RUNS), Ok(()), "again: no error");
    assert_eq!((logs(&test).len(), stored(&test)), (told, before));
    test.set_sender(FALLBACK);
    contract.pause(RUNS, Rung::Frozen, DAY).unwrap();
    assert_told(
        &test,
        Restricted {
            group: 1,
            by: FALLBACK,
            role: 1,
            from: 0,
            to: 4,
            previous_until: 0,
            until: stale_at + DAY,
        },
    );
    assert_eq!(contract.pause(RUNS, Rung::Frozen, DAY), spent(FALLBACK));
}

#[test]
fn the_fallback_follows_the_guardian_only_after_a_cool_down() {
    let (test, mut contract, _) = guarded();
    test.set_sender(FALLBACK);
    let waits = GuardianStillThere {
        group: 1,
        stale_at: START + 30 * DAY,
    };
    assert_eq!(contract.pause(RUNS, Rung::Frozen, HOUR), Err(waits.into()));
    test.set_sender(GUARDIAN);
    contract.pause(RUNS, Rung::Frozen, HOUR).unwrap();
    test.set_sender(FALLBACK);
    let retry_at = START + HOUR + DAY;
    let cooling = GuardiansCoolingDown { group: 1, retry_at };
    for now in [START, START + HOUR, retry_at - 1] {
        test.set_block_timestamp(now);
        assert_eq!(contract.pause(RUNS, Rung::Frozen, HOUR), Err(cooling.into()));
    }
    test.set_block_timestamp(retry_at);
    contract.pause(RUNS, Rung::Frozen, HOUR).unwrap();
}

#[test]
fn rearming_gives_back_the_use_and_neither_the_budget_nor_the_cool_down() {
    let (test, mut contract, governor) = guarded();
    test.set_sender(GUARDIAN);
    contract.pause(RUNS, Rung::Frozen, 2 * DAY).unwrap();
    contract.guardians.rearm(&governor, RUNS).unwrap();
    assert_told(
        &test,
        GuardianRearmed {
            group: 1,
            guardian: GUARDIAN,
            by: governor.address(),
            fallback: FALLBACK,
            stale_at: START + 30 * DAY,
        },
    );
    let retry_at = START + 3 * DAY;
    let cooling = GuardiansCoolingDown { group: 1, retry_at };
    assert_eq!(contract.pause(RUNS, Rung::Frozen, DAY), Err(cooling.into()));
    test.set_block_timestamp(retry_at);
    // In three days 3/20 of one leaked; what is missing of a second one leaks in 20.
    let left_secs = DAY + 3 * DAY / 20;
    let over = GuardianBudgetExceeded {
        group: 1,
        secs: 2 * DAY,
        left_secs,
        retry_at: START + 20 * DAY,
    };
    assert_eq!(contract.guardians.budget_left(RUNS), Ok(left_secs));
    assert_eq!(contract.pause(RUNS, Rung::Frozen, 2 * DAY), Err(over.into()));
    contract.pause(RUNS, Rung::Frozen, left_secs).unwrap();
    // The council arms too.
    test.set_sender(COUNCIL);
    let council = contract.authority.council().unwrap();
    contract.guardians.rearm(&council, RUNS).unwrap();
    assert!(!contract.guardians.assignment(RUNS).spent);
}

#[test]
fn rearming_revives_a_guardian_that_lapsed() {
    let (test, mut contract, governor) = guarded();
    test.set_block_timestamp(START + 31 * DAY);
    contract.guardians.report_stale(RUNS).unwrap();
    contract.guardians.rearm(&governor, RUNS).unwrap();
    assert_eq!(contract.guardians.is_stale(RUNS), Ok(false));
    test.set_sender(GUARDIAN);
    contract.pause(RUNS, Rung::Frozen, HOUR).unwrap();
}

#[test]
fn naming_is_told_with_whom_it_replaces_and_leaves_what_was_used() {
    let (test, mut contract, governor) = guarded();
    test.set_sender(GUARDIAN);
    contract.pause(RUNS, Rung::Frozen, DAY).unwrap();
    contract
        .guardians
        .assign(&governor, RUNS, ALICE, GUARDIAN)
        .unwrap();
    assert_told(
        &test,
        GuardianAssigned {
            group: 1,
            previous: GUARDIAN,
            current: ALICE,
            previous_fallback: FALLBACK,
            current_fallback: GUARDIAN,
        },
    );
    assert_eq!(contract.guardians.budget_left(RUNS), Ok(2 * DAY));
    test.set_sender(ALICE);
    let retry_at = START + 2 * DAY;
    let cooling = GuardiansCoolingDown { group: 1, retry_at };
    assert_eq!(contract.pause(RUNS, Rung::Frozen, DAY), Err(cooling.into()));
}

#[test]
fn nobody_is_removed_and_a_fallback_is_somebody_else() {
    let (test, mut contract, governor) = guarded();
    let before = stored(&test);
    let mut assign = |guardian, fallback| contract.guardians.assign(&governor, RUNS, guardian, fallback);
    let nobody = Err(GuardError::from(ZeroAuthority {}));
    assert_eq!(assign(Address::ZERO, FALLBACK), nobody);
    assert_eq!(assign(GUARDIAN, Address::ZERO), nobody);
    let same = Err(GuardianIsFallback { group: 1 }.into());
    assert_eq!(assign(ALICE, ALICE), same);
    assert_eq!(stored(&test), before);
}

#[test]
fn a_dismissal_is_told_and_leaves_the_cool_down_to_whoever_comes_next() {
    let (test, mut contract, governor) = guarded();
    let by = contract.authority.guardian().unwrap();
    test.set_sender(GUARDIAN);
    contract.pause(RUNS, Rung::Frozen, HOUR).unwrap();
    contract.guardians.dismiss(&by, RUNS).unwrap();
    assert_told(
        &test,
        GuardianDismissed {
            group: 1,
            guardian: GUARDIAN,
            by: by.address(),
            fallback: FALLBACK,
        },
    );
    let refused = contract.pause(RUNS, Rung::Frozen, HOUR);
    let (group, caller) = (1, GUARDIAN);
    assert_eq!(refused, Err(NotGroupGuardian { group, caller }.into()));
    let nobody = GuardianUnassigned { group };
    assert_eq!(contract.guardians.dismiss(&by, RUNS), Err(nobody.into()));
    contract
        .guardians
        .assign(&governor, RUNS, GUARDIAN, FALLBACK)
        .unwrap();
    let retry_at = START + HOUR + DAY;
    let cooling = GuardiansCoolingDown { group, retry_at };
    assert_eq!(contract.pause(RUNS, Rung::Frozen, HOUR), Err(cooling.into()));
}

#[test]
fn a_group_that_nobody_was_named_for_has_nobody_to_arm_or_to_report() {
    let (test, mut contract, governor) = unassigned();
    let before = stored(&test);
    let none = Err(GuardError::from(GuardianUnassigned { group: 1 }));
    assert_eq!(contract.guardians.rearm(&governor, RUNS), none);
    assert_eq!(contract.guardians.report_stale(RUNS), none);
    assert_eq!(stored(&test), before);
}

#[test]
fn without_terms_nobody_pauses() {
    let (test, governor) = chain();
    let mut contract = Guarded::from(&test);
    contract.authority.initialize(COUNCIL, ALICE).unwrap();
    contract
        .guardians
        .assign(&governor, RUNS, GUARDIAN, FALLBACK)
        .unwrap();
    let before = stored(&test);
    let unset = || GuardError::from(GuardiansUnset {});
    test.set_sender(GUARDIAN);
    assert_eq!(contract.pause(RUNS, Rung::Frozen, HOUR), Err(unset()));
    assert_eq!(contract.guardians.heartbeat(RUNS), Err(unset()));
    assert_eq!(contract.guardians.report_stale(RUNS), Err(unset()));
    assert_eq!(contract.guardians.rearm(&governor, RUNS), Err(unset()));
    assert_eq!(contract.guardians.is_stale(RUNS), Err(unset()));
    assert_eq!(contract.guardians.stale_at(RUNS), Err(unset()));
    assert_eq!(contract.guardians.budget_left(RUNS), Err(unset()));
    test.set_sender(COUNCIL);
    assert_eq!(contract.decide(RUNS, Rung::Frozen, HOUR), Err(unset()));
    assert_eq!(contract.guardians.terms(), None);
    assert_eq!(stored(&test), before);
}

#[test]
fn the_council_pauses_beyond_the_guardians_budget_as_often_as_it_decides_and_each_ends() {
    let (test, mut contract, _) = guarded();
    let budget = contract.guardians.budget_left(RUNS);
    test.set_sender(COUNCIL);
    for decision in 0..20 {
        let now = START + decision * 7 * DAY;
        test.set_block_timestamp(now);
        contract.decide(RUNS, Rung::Frozen, 7 * DAY).unwrap();
        assert_eq!(contract.frozen_until(RUNS), Some(now + 7 * DAY));
    }
    assert_told(
        &test,
        Restricted {
            group: 1,
            by: COUNCIL,
            role: 2,
            from: 0,
            to: 4,
            previous_until: START + 133 * DAY,
            until: START + 140 * DAY,
        },
    );
    test.set_block_timestamp(START + 140 * DAY);
    assert_eq!(contract.frozen_until(RUNS), None);
    assert_eq!(contract.guardians.budget_left(RUNS), budget);
    let before = stored(&test);
    for secs in [0, 7 * DAY + 1] {
        let refused = PauseOutOfBounds {
            secs,
            maximum_secs: 7 * DAY,
        };
        assert_eq!(contract.decide(RUNS, Rung::Frozen, secs), Err(refused.into()));
    }
    assert_eq!(stored(&test), before);
}

#[test]
fn a_pause_longer_than_the_terms_is_refused() {
    let (test, mut contract, _) = guarded();
    test.set_sender(GUARDIAN);
    let before = stored(&test);
    for secs in [0, 2 * DAY + 1, u64::MAX] {
        let refused = PauseOutOfBounds {
            secs,
            maximum_secs: 2 * DAY,
        };
        assert_eq!(contract.pause(RUNS, Rung::Throttled, secs), Err(refused.into()));
    }
    assert_eq!(stored(&test), before);
}

#[test]
fn terms_that_loosen_wait_and_tighter_ones_do_not() {
    let (test, mut contract, governor) = guarded();
    let mut timelock = delayed(&governor);
    let before = stored(&test);
    let longer = Config {
        pause_secs: 2 * DAY + 1,
        ..CONFIG
    };
    let asked = contract
        .guardians
        .configure(timelock.change(&governor, CALL), longer);
    assert_eq!(asked, Err(unscheduled(CALL)));
    assert_eq!(stored(&test), before);
    let shorter = Config {
        pause_secs: DAY,
        ..CONFIG
    };
    let change: Change<'_> = timelock.change(&governor, CALL);
    contract.guardians.configure(change, shorter).unwrap();
    let word = |config| Terms::new(config).unwrap().to_word();
    assert_told(
        &test,
        GuardianTermsChanged {
            previous: word(CONFIG),
            current: word(shorter),
            loosened: false,
        },
    );
    assert_eq!(contract.guardians.terms(), Some(Terms::new(shorter).unwrap()));
    contract.guardians.configure(now(&governor), longer).unwrap();
    assert_told(
        &test,
        GuardianTermsChanged {
            previous: word(shorter),
            current: word(longer),
            loosened: true,
        },
    );
}

#[test]
fn first_terms_wait_too_and_what_could_not_act_is_refused() {
    let (test, governor) = chain();
    let mut guardians = Guardians::from(&test);
    let mut timelock = delayed(&governor);
    let first = guardians.configure(timelock.change(&governor, CALL), CONFIG);
    assert_eq!(first, Err(unscheduled(CALL)));
    let config = Config {
        council_secs: DAY,
        ..CONFIG
    };
    let refused = SettingOutOfBounds {
        key: B256::ZERO,
        setting: setting::name("council_secs"),
        value: DAY,
        least: 2 * DAY,
        most: 30 * DAY,
    };
    assert_eq!(guardians.configure(now(&governor), config), Err(refused.into()));
    assert_eq!(stored(&test).len(), 0);
    guardians.configure(now(&governor), CONFIG).unwrap();
    let told = GuardianTermsChanged {
        previous: U256::ZERO,
        current: Terms::new(CONFIG).unwrap().to_word(),
        loosened: true,
    };
    assert_eq!(logs(&test).pop().unwrap(), told.encode());
}

#[test]
fn each_group_has_its_own() {
    let (test, mut contract, governor) = guarded();
    for number in [0, 2, 5] {
        let group = Group::new(number).unwrap();
        contract
            .guardians
            .assign(&governor, group, GUARDIAN, FALLBACK)
            .unwrap();
    }
    test.set_sender(GUARDIAN);
    contract.pause(Group::new(5).unwrap(), Rung::Frozen, DAY).unwrap();
    assert_eq!(contract.guardians.budget_left(RUNS), Ok(3 * DAY));
    assert_eq!(contract.guardians.budget_left(Group::ALL), Ok(3 * DAY));
    contract.pause(RUNS, Rung::Frozen, HOUR).unwrap();
    contract.pause(Group::ALL, Rung::Frozen, 2 * HOUR).unwrap();
    assert_eq!(
        contract.frozen_until(Group::new(2).unwrap()),
        Some(START + 2 * HOUR)
    );
}
