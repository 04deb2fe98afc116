//! What is asked, told and refused.

use super::*;
use crate::{
    abi::Event,
    authority::{Governor, Guardian},
    breaker_guard::Fired,
    fixture::{chain_at, council, logs, u},
    guardians::Guardians,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis_core::{
    breaker::{Kind, Rung, Share, State, Target},
    guardian::Config,
    pause::{Bounds, Group, Pause},
};
use stylus_sdk::{prelude::*, testing::TestVM};

/// Those of a contract that only freezes.
const BOUNDS: Bounds = match Bounds::new(100) {
    Some(bounds) => bounds,
    None => panic!(),
};

/// A throttle of 40%, an exit of 10%, and a ramp of a minute.
const LADDER: Bounds = match BOUNDS.with_ladder(4_000, 1_000, 60) {
    Some(bounds) => bounds,
    None => panic!(),
};

const CONFIG: Config = Config {
    heartbeat_secs: 86_400,
    pause_secs: 3_600,
    cool_down_secs: 3_600,
    budget_secs: 7_200,
    period_secs: 86_400,
    council_secs: 3_600,
};

/// A contract that pauses on a ladder.
#[storage]
struct Ladder {
    guardians: Guardians,
    pauses: PauseGuard,
}

impl Ladder {
    /// The council's decision.
    fn decide(&mut self, group: Group, rung: Rung, secs: u64) -> Result<(), GuardError> {
        let right = self.guardians.council_right(&council(), group);
        self.pauses.pause(right, rung, secs, LADDER)
    }

    fn shares(&self, group: Group) -> [u16; 4] {
        Kind::ALL.map(|kind| {
            let checked = self.pauses.check(group, kind, LADDER);
            checked.map_or(0, Share::bps)
        })
    }
}

fn guard() -> (TestVM, PauseGuard, Guardian, Governor) {
    let (test, governor, guardian) = chain_at(1_000);
    (test.clone(), PauseGuard::from(&test), guardian, governor)
}

fn ladder() -> (TestVM, Ladder, Governor) {
    let (test, governor, _) = chain_at(1_000);
    let mut ladder = Ladder::from(&test);
    let change = crate::fixture::now(&governor);
    ladder.guardians.configure(change, CONFIG).unwrap();
    (test.clone(), ladder, governor)
}

fn numbered(number: u8) -> Group {
    Group::new(number).unwrap()
}

#[test]
fn a_freeze_holds_for_its_group_and_ends_by_itself() {
    let (test, mut guard, guardian, _) = guard();
    let (deposits, withdrawals) = (numbered(1), numbered(2));
    guard.freeze(&guardian, withdrawals, 60, BOUNDS).unwrap();
    let refused = GroupPaused {
        group: 2,
        until: 1_060,
    };
    assert_eq!(guard.require_running(withdrawals), Err(refused.into()));
    assert_eq!(guard.require_running(deposits), Ok(()));
    assert_eq!(guard.until(withdrawals), 1_060);
    assert_eq!(guard.state(withdrawals, BOUNDS), State::Frozen);
    let own = Pause {
        rung: Some(Rung::Frozen),
        until: 1_060,
    };
    assert_eq!(guard.own(withdrawals), own);
    test.set_block_timestamp(1_059);
    assert_eq!(guard.require_running(withdrawals), Err(refused.into()));
    test.set_block_timestamp(1_060);
    assert_eq!(guard.require_running(withdrawals), Ok(()));
    assert_eq!(guard.state(withdrawals, BOUNDS), State::Closed);
}

#[test]
fn every_change_of_a_freeze_is_told_with_its_old_and_new_end() {
    let (test, mut guard, guardian, governor) = guard();
    guard.freeze(&guardian, Group::ALL, 60, BOUNDS).unwrap();
    guard.freeze(&guardian, Group::ALL, 100, BOUNDS).unwrap();
    guard.unpause(&governor, Group::ALL, BOUNDS).unwrap();
    let logs = logs(&test);
    let extended = Paused {
        group: 0,
        by: guardian.address(),
        previous_until: 1_060,
        until: 1_100,
    };
    let lifted = Unpaused {
        group: 0,
        by: governor.address(),
        previous_until: 1_100,
    };
    assert_eq!(logs[logs.len() - 2..], [extended.encode(), lifted.encode()]);
    assert_eq!(guard.require_running(Group::ALL), Ok(()));
    assert_eq!(guard.until(Group::ALL), 0, "without a ramp nothing is left of it");
}

#[test]
fn what_the_contract_finds_pauses_by_itself_and_makes_nothing_milder_or_shorter() {
    let (test, mut guard, guardian, _) = guard();
    let by = Address::repeat_byte(7);
    let to = |rung| Fired::own(3, Target::To(rung), by);
    guard.trip(to(Rung::ReduceOnly), Group::ALL, 50, LADDER).unwrap();
    let told = Tripped {
        group: 0,
        by,
        reason: 131,
        from: 0,
        to: 3,
        previous_until: 0,
        until: 1_050,
    };
    assert_eq!(logs(&test).last(), Some(&told.encode()));
    assert_eq!(guard.state(numbered(2), LADDER), State::ReduceOnly);
    // Milder, shorter and the same leave it, and say nothing.
    let count = logs(&test).len();
    for (rung, secs) in [
        (Rung::Throttled, 60),
        (Rung::ReduceOnly, 49),
        (Rung::ReduceOnly, 50),
    ] {
        assert_eq!(guard.trip(to(rung), Group::ALL, secs, LADDER), Ok(()));
    }
    assert_eq!((guard.until(Group::ALL), logs(&test).len()), (1_050, count));
    // A rung further each time, from where the group is.
    for (now, rung) in [
        (1_010, Rung::Frozen),
        (1_011, Rung::Frozen),
        (1_100, Rung::Throttled),
        (1_101, Rung::ReduceOnly),
    ] {
        test.set_block_timestamp(now);
        guard
            .trip(Fired::own(0, Target::OneRung, by), Group::ALL, 50, LADDER)
            .unwrap();
        let until = now + 50;
        let rung = Some(rung);
        assert_eq!(guard.own(Group::ALL), Pause { rung, until });
    }
    // A guardian's freeze on top of it, and a time that is out of bounds.
    guard.freeze(&guardian, Group::ALL, 90, LADDER).unwrap();
    assert_eq!(
        guard.trip(to(Rung::Frozen), Group::ALL, 101, LADDER),
        Err(PauseOutOfBounds {
            secs: 101,
            maximum_secs: 100
        }
        .into())
    );
    assert_eq!(guard.until(Group::ALL), 1_191);
}

#[test]
fn refusals_carry_their_numbers_and_change_nothing() {
    let (test, mut guard, guardian, governor) = guard();
    let last = numbered(2);
    assert_eq!(group(2, last), Ok(last));
    assert_eq!(group(3, last), Err(UnknownPauseGroup { group: 3 }.into()));
    assert_eq!(group(6, numbered(5)), Err(UnknownPauseGroup { group: 6 }.into()));
    for secs in [0, 101] {
        let refused = PauseOutOfBounds {
            secs,
            maximum_secs: 100,
        };
        assert_eq!(
            guard.freeze(&guardian, Group::ALL, secs, BOUNDS),
            Err(refused.into())
        );
    }
    assert_eq!(
        guard.unpause(&governor, Group::ALL, BOUNDS),
        Err(NotPaused { group: 0 }.into())
    );
    guard.freeze(&guardian, Group::ALL, 60, BOUNDS).unwrap();
    let before = test.snapshot().storage;
    for secs in [59, 60] {
        let refused = PauseNotExtended {
            group: 0,
            until: 1_060,
            requested_until: 1_000 + secs,
        };
        assert_eq!(
            guard.freeze(&guardian, Group::ALL, secs, BOUNDS),
            Err(refused.into())
        );
    }
    assert_eq!(test.snapshot().storage, before);
}

#[test]
fn groups_and_states_have_numbers_and_there_are_no_others() {
    for number in 0..=5 {
        assert_eq!(any_group(number), Ok(numbered(number)));
    }
    assert_eq!(any_group(6), Err(UnknownPauseGroup { group: 6 }.into()));
    for (state, to) in [(2, Rung::Throttled), (3, Rung::ReduceOnly), (4, Rung::Frozen)] {
        assert_eq!(rung(state), Ok(to));
    }
    for state in [0, 1, 5, 255] {
        assert_eq!(rung(state), Err(UnknownState { state }.into()));
    }
}

#[test]
fn each_kind_of_call_passes_at_the_share_of_its_rung_and_is_charged_by_it() {
    let (_, mut house, _) = ladder();
    let group = numbered(1);
    assert_eq!(house.shares(group), [10_000; 4]);
    house.decide(group, Rung::Throttled, 60).unwrap();
    assert_eq!(house.shares(group), [4_000, 4_000, 10_000, 4_000]);
    house.decide(group, Rung::ReduceOnly, 60).unwrap();
    assert_eq!(house.shares(group), [0, 4_000, 10_000, 1_000]);
    let charge = |kind| house.pauses.charge(group, kind, LADDER, u(3));
    assert_eq!(charge(Kind::BoundedWithdrawal), Ok(u(30)));
    assert_eq!(charge(Kind::DecreaseRisk), Ok(u(8)));
    assert_eq!(charge(Kind::ReduceOwnRisk), Ok(u(3)));
    let refused = GroupRestricted {
        group: 1,
        state: 3,
        kind: 0,
        retry_at: 1_060,
    };
    assert_eq!(charge(Kind::IncreaseRisk), Err(refused.into()));
    house.decide(group, Rung::Frozen, 60).unwrap();
    assert_eq!(house.shares(group), [0; 4]);
}

#[test]
fn every_change_on_the_ladder_says_who_and_as_what() {
    let (test, mut house, governor) = ladder();
    let by = council().address();
    house.decide(Group::ALL, Rung::Throttled, 50).unwrap();
    house.decide(Group::ALL, Rung::Frozen, 60).unwrap();
    let told = Restricted {
        group: 0,
        by,
        role: 2,
        from: 2,
        to: 4,
        previous_until: 1_050,
        until: 1_060,
    };
    crate::fixture::assert_told(&test, told);
    house.pauses.unpause(&council(), Group::ALL, LADDER).unwrap();
    let lifted = Unpaused {
        group: 0,
        by,
        previous_until: 1_060,
    };
    crate::fixture::assert_told(&test, lifted);
    house.decide(Group::ALL, Rung::Throttled, 50).unwrap();
    house.pauses.unpause(&governor, Group::ALL, LADDER).unwrap();
}

#[test]
fn a_guardian_of_the_authority_reaches_every_rung() {
    let (test, mut guard, guardian, governor) = guard();
    let group = numbered(2);
    for (rung, state, secs) in [
        (Rung::Throttled, 2, 50),
        (Rung::ReduceOnly, 3, 60),
        (Rung::Frozen, 4, 100),
    ] {
        let (from, previous_until) = (guard.state(group, LADDER) as u8, guard.until(group));
        guard.restrict(&guardian, group, rung, secs, LADDER).unwrap();
        let told = Restricted {
            group: 2,
            by: guardian.address(),
            role: 0,
            from,
            to: state,
            previous_until,
            until: 1_000 + secs,
        };
        crate::fixture::assert_told(&test, told);
        assert_eq!(guard.state(group, LADDER) as u8, state);
    }
    let before = test.snapshot().storage;
    let milder = guard.restrict(&guardian, group, Rung::Throttled, 100, LADDER);
    let refused = PauseNotTightened {
        group: 2,
        state: 4,
        until: 1_100,
        requested_state: 2,
        requested_until: 1_100,
    };
    assert_eq!(milder, Err(refused.into()));
    for secs in [0, 101] {
        let refused = PauseOutOfBounds {
            secs,
            maximum_secs: 100,
        };
        let long = guard.restrict(&guardian, group, Rung::Frozen, secs, LADDER);
        assert_eq!(long, Err(refused.into()));
    }
    assert_eq!(test.snapshot().storage, before);
    guard.unpause(&governor, group, LADDER).unwrap();
    assert_eq!(guard.state(group, LADDER), State::HalfOpen);
}

#[test]
fn lifting_and_ending_both_go_into_the_ramp() {
    let (test, mut house, governor) = ladder();
    let group = numbered(3);
    house.decide(group, Rung::Frozen, 100).unwrap();
    test.set_block_timestamp(1_010);
    house.pauses.unpause(&governor, group, LADDER).unwrap();
    assert_eq!(house.shares(group), [4_000, 4_000, 10_000, 4_000]);
    assert_eq!(house.pauses.state(group, LADDER), State::HalfOpen);
    assert_eq!(house.pauses.until(group), 1_010);
    test.set_block_timestamp(1_040);
    assert_eq!(house.shares(group), [7_000, 7_000, 10_000, 7_000]);
    let again = house.pauses.unpause(&governor, group, LADDER);
    assert_eq!(again, Err(NotPaused { group: 3 }.into()));
    house.decide(group, Rung::Frozen, 10).unwrap();
    for (now, share) in [(1_049, 0), (1_050, 4_000), (1_109, 9_900), (1_110, 10_000)] {
        test.set_block_timestamp(now);
        assert_eq!(house.shares(group)[0], share, "{now}");
    }
}

#[test]
fn a_pause_that_would_be_milder_or_shorter_changes_nothing_and_costs_nothing() {
    let (test, mut house, _) = ladder();
    let group = numbered(1);
    house.decide(group, Rung::ReduceOnly, 60).unwrap();
    let before = test.snapshot().storage;
    for (rung, requested_state, secs) in [
        (Rung::Throttled, 2, 60),
        (Rung::ReduceOnly, 3, 60),
        (Rung::Frozen, 4, 59),
    ] {
        let refused = PauseNotTightened {
            group: 1,
            state: 3,
            until: 1_060,
            requested_state,
            requested_until: 1_000 + secs,
        };
        assert_eq!(house.decide(group, rung, secs), Err(refused.into()));
    }
    // The contract's own maximum counts too, and is less here than the council's.
    let refused = PauseOutOfBounds {
        secs: 101,
        maximum_secs: 100,
    };
    assert_eq!(house.decide(group, Rung::Frozen, 101), Err(refused.into()));
    assert_eq!(test.snapshot().storage, before);
}

#[test]
fn a_check_reads_and_stores_nothing() {
    let (test, guard, ..) = guard();
    for kind in Kind::ALL {
        assert_eq!(guard.check(Group::ALL, kind, LADDER), Ok(Share::ALL));
        assert_eq!(guard.charge(Group::ALL, kind, LADDER, U256::MAX), Ok(U256::MAX));
    }
    assert_eq!(guard.require_running(Group::ALL), Ok(()));
    assert_eq!(crate::fixture::stored(&test).len(), 0);
}
