//! Attacks on those who may pause, and by them.

use super::tests::*;
use super::{GuardianLapsed, GuardianSpent, GuardianStillThere, GuardiansCoolingDown};
use crate::{
    fixture::{now, ALICE, DAY, HOUR, START},
    GuardError,
};
use alloy_primitives::Address;
use portcullis_core::{breaker::Rung, guardian::Config, pause::Group};

/// A thief with the governor's key names guardian after guardian, arms them, and pauses as each: within the budget, in any period.
#[test]
fn a_governor_that_names_itself_again_and_again_stays_within_the_budget() {
    let (test, mut contract, governor) = guarded();
    // Every second hour for half a year.
    let period = 60 * DAY / (2 * HOUR);
    let mut paused = alloc::vec::Vec::new();
    for step in 0..180 * 12_u64 {
        let at = START + step * 2 * HOUR;
        test.set_block_timestamp(at);
        let (one, other) = if step % 2 == 0 {
            (ALICE, GUARDIAN)
        } else {
            (GUARDIAN, ALICE)
        };
        contract.guardians.assign(&governor, RUNS, one, other).unwrap();
        contract.guardians.rearm(&governor, RUNS).unwrap();
        test.set_sender(one);
        let left = contract.guardians.budget_left(RUNS).unwrap();
        let _ = contract.pause(RUNS, Rung::Frozen, left.min(2 * DAY));
        paused.push(
            contract
                .frozen_until(RUNS)
                .map_or(0, |until| (until - at).min(2 * HOUR)),
        );
    }
    let windows = paused.windows(period as usize);
    let most = windows.map(|window| window.iter().sum::<u64>()).max().unwrap();
    assert!(most <= 6 * DAY, "{most}");
    assert!(most > 4 * DAY, "the attack is worth the name: {most}");
}

/// One key of the guardian: one pause, of one length, and its successor is named in the same second.
#[test]
fn a_stolen_guardians_key_pauses_once_and_is_replaced() {
    let (test, mut contract, governor) = guarded();
    test.set_sender(GUARDIAN);
    contract.pause(RUNS, Rung::Frozen, 2 * DAY).unwrap();
    contract
        .guardians
        .assign(&governor, RUNS, ALICE, FALLBACK)
        .unwrap();
    contract.pauses.unpause(&governor, RUNS, BOUNDS).unwrap();
    assert_eq!(contract.frozen_until(RUNS), None);
    assert!(contract.pause(RUNS, Rung::Frozen, HOUR).is_err());
    assert!(contract.guardians.heartbeat(RUNS).is_err());
}

/// Pausing, having it lifted and pausing again: lifting gives back neither the use, nor the budget, nor the cool-down.
#[test]
fn lifting_early_gives_nothing_back() {
    let (test, mut contract, governor) = guarded();
    test.set_sender(GUARDIAN);
    contract.pause(RUNS, Rung::Frozen, 2 * DAY).unwrap();
    contract.pauses.unpause(&governor, RUNS, BOUNDS).unwrap();
    assert_eq!(contract.guardians.budget_left(RUNS), Ok(DAY));
    let spent = GuardianSpent {
        group: 1,
        caller: GUARDIAN,
    };
    assert_eq!(contract.pause(RUNS, Rung::Frozen, DAY), Err(spent.into()));
    test.set_sender(FALLBACK);
    let cooling = GuardiansCoolingDown {
        group: 1,
        retry_at: START + 3 * DAY,
    };
    assert_eq!(contract.pause(RUNS, Rung::Frozen, DAY), Err(cooling.into()));
}

/// A thief with the guardian's key throttles, mildly and for as long as it may, so that nobody can freeze: the council can, at once.
#[test]
fn a_mild_pause_does_not_keep_the_council_from_freezing() {
    let (test, mut contract, _) = guarded();
    test.set_sender(GUARDIAN);
    contract.pause(RUNS, Rung::Throttled, 2 * DAY).unwrap();
    test.set_sender(COUNCIL);
    contract.decide(RUNS, Rung::Frozen, 2 * DAY).unwrap();
    // And for less on everything.
    contract.decide(Group::ALL, Rung::Frozen, HOUR).unwrap();
}

/// A guardian's pause ends a freeze of the council by making it milder or shorter: it does not.
#[test]
fn no_pause_ends_another() {
    let (test, mut contract, _) = guarded();
    test.set_sender(COUNCIL);
    contract.decide(RUNS, Rung::Frozen, 7 * DAY).unwrap();
    test.set_sender(GUARDIAN);
    for rung in Rung::ALL {
        assert!(contract.pause(RUNS, rung, 2 * DAY).is_err());
    }
    assert_eq!(contract.frozen_until(RUNS), Some(START + 7 * DAY));
}

/// A thief with the governor's key weakens the guardians at once, as far as tighter terms go: what is left can still pause, and the fallback as soon as the
/// guardian is made stale by it.
#[test]
fn the_tightest_terms_leave_a_pause() {
    let (test, mut contract, governor) = guarded();
    test.set_block_timestamp(START + 2 * DAY);
    let tightest = Config {
        heartbeat_secs: DAY,
        pause_secs: HOUR,
        cool_down_secs: 30 * DAY,
        budget_secs: 2 * HOUR,
        period_secs: 365 * DAY,
        council_secs: HOUR,
    };
    contract.guardians.configure(now(&governor), tightest).unwrap();
    test.set_sender(GUARDIAN);
    let lapsed = GuardianLapsed {
        group: 1,
        stale_at: START + DAY,
    };
    assert_eq!(contract.pause(RUNS, Rung::Frozen, HOUR), Err(lapsed.into()));
    test.set_sender(FALLBACK);
    contract.guardians.report_stale(RUNS).unwrap();
    contract.pause(RUNS, Rung::Frozen, HOUR).unwrap();
    test.set_sender(COUNCIL);
    contract.decide(RUNS, Rung::Frozen, HOUR).unwrap_err();
    test.set_block_timestamp(START + 2 * DAY + 1);
    contract.decide(RUNS, Rung::Frozen, HOUR).unwrap();
}

/// A fallback's thief cannot bring the lapse forward, and a guardian's cannot undo it.
#[test]
fn nobody_brings_a_lapse_forward_or_undoes_it() {
    let (test, mut contract, _) = guarded();
    let stale_at = START + 30 * DAY;
    test.set_block_timestamp(stale_at - 1);
    test.set_sender(FALLBACK);
    assert!(contract.guardians.report_stale(RUNS).is_err());
    let waits = GuardianStillThere { group: 1, stale_at };
    assert_eq!(contract.pause(RUNS, Rung::Frozen, HOUR), Err(waits.into()));
    test.set_block_timestamp(stale_at);
    test.set_sender(GUARDIAN);
    let lapsed = GuardError::from(GuardianLapsed { group: 1, stale_at });
    assert_eq!(contract.guardians.heartbeat(RUNS), Err(lapsed.clone()));
    contract.guardians.report_stale(RUNS).unwrap();
    assert_eq!(contract.guardians.heartbeat(RUNS), Err(lapsed));
}

/// The transaction that reports and pauses is overtaken by somebody who reports: it goes through all the same.
#[test]
fn reporting_first_does_not_spoil_the_fallbacks_transaction() {
    let (test, mut contract, _) = guarded();
    test.set_block_timestamp(START + 30 * DAY);
    test.set_sender(ALICE);
    contract.guardians.report_stale(RUNS).unwrap();
    test.set_sender(FALLBACK);
    contract.guardians.report_stale(RUNS).unwrap();
    contract.pause(RUNS, Rung::Frozen, HOUR).unwrap();
}

/// The zero address is nobody's: no call comes from it, and a group without guardians has no right to give.
#[test]
fn a_group_without_guardians_is_paused_by_nobody_but_the_council() {
    let (test, mut contract, _) = unassigned();
    for caller in [GUARDIAN, FALLBACK, ALICE, Address::repeat_byte(1)] {
        test.set_sender(caller);
        assert!(contract.guardians.pause_right(RUNS).is_err());
    }
    test.set_sender(COUNCIL);
    contract.decide(RUNS, Rung::ReduceOnly, HOUR).unwrap();
}
