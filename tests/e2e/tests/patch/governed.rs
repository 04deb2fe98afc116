//! How patches wait, who approves and for how long changes wait: what tightens holds at once, what loosens has waited, to the second.

use super::world::*;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use e2e::calls::refusal;
use e2e::hub::council_input;
use e2e::or_skip;
use e2e::patch::{IPatchCare, IPatchGovernance, IPatchManager};
use e2e::wasm;

/// In the middle of its bounds, each.
const MIDDLE: [u64; 8] = [
    2 * HOUR,
    3 * DAY,
    2 * DAY,
    3 * DAY,
    90 * DAY,
    2 * DAY,
    5 * DAY,
    60 * DAY,
];
/// Which are looser when they are longer: proposal, approval, standby, window.
const LONGER_LOOSENS: [bool; 8] = [false, true, false, true, true, true, false, false];

fn policy([a, b, c, d, e, f, g, h]: [u64; 8]) -> IPatchGovernance::setPolicyCall {
    IPatchGovernance::setPolicyCall {
        reviewSecs: a,
        proposalSecs: b,
        delaySecs: c,
        approvalSecs: d,
        standbySecs: e,
        windowSecs: f,
        probationSecs: g,
        minSecsLeft: h,
    }
}

fn in_force(world: &World) -> [u64; 8] {
    let asked = IPatchCare::policyCall {};
    let IPatchCare::policyReturn {
        reviewSecs: a,
        proposalSecs: b,
        delaySecs: c,
        approvalSecs: d,
        standbySecs: e,
        windowSecs: f,
        probationSecs: g,
        minSecsLeft: h,
    } = world
        .chain
        .view(world.people.user, world.manager, &asked)
        .unwrap();
    [a, b, c, d, e, f, g, h]
}

/// The governor schedules a call, and it is refused until it has waited: to the second.
#[track_caller]
fn waits(world: &mut World, call: &impl SolCall, secs: u64) -> Result<(), e2e::rpc::RpcError> {
    let governor = world.people.governor;
    let operation = alloy_primitives::keccak256(call.abi_encode());
    let mut not_ready = IPatchGovernance::OperationNotReady {
        operation,
        readyAt: 0,
        expiresAt: 0,
    };
    assert_refused(&world.send(governor, call), &not_ready);
    let data = call.abi_encode().into();
    succeeded(&world.send(governor, &IPatchGovernance::scheduleCall { data }));
    not_ready.readyAt = world.chain.now()? + secs;
    not_ready.expiresAt = not_ready.readyAt + 14 * DAY;
    world.chain.move_to(not_ready.readyAt - 1)?;
    let early = refusal::<IPatchGovernance::OperationNotReady>(&world.send(governor, call));
    assert_eq!(early.map(|early| early.readyAt), Some(not_ready.readyAt));
    world.chain.move_to(not_ready.readyAt)?;
    succeeded(&world.send(governor, call));
    // Once.
    not_ready.readyAt = 0;
    not_ready.expiresAt = 0;
    let again = refusal::<IPatchGovernance::OperationNotReady>(&world.send(governor, call));
    assert!(again.is_none() || again == Some(not_ready));
    Ok(())
}

#[test]
fn each_time_of_the_policy_is_tightened_at_once_and_loosened_after_the_delay() {
    let mut world = World::waiting(MIDDLE, CHANGE_SECS);
    let (governor, manager) = (world.people.governor, world.manager);
    assert_eq!(in_force(&world), MIDDLE);
    for place in 0..8 {
        let mut tight = MIDDLE;
        if LONGER_LOOSENS[place] {
            tight[place] -= HOUR;
        } else {
            tight[place] += HOUR;
        }
        let set = world.send(governor, &policy(tight));
        succeeded(&set);
        let changed = told::<IPatchGovernance::PatchPolicyChanged>(&set, manager);
        assert_eq!((changed.len(), changed[0].loosened), (1, false), "{place}");
        assert_eq!(in_force(&world), tight, "{place}");
        // Back is looser, by an hour.
        or_skip!(waits(&mut world, &policy(MIDDLE), CHANGE_SECS));
        assert_eq!(in_force(&world), MIDDLE, "{place}");
    }
    // Nothing of it is left out because something else tightens.
    let mut both = MIDDLE;
    (both[0], both[2]) = (MIDDLE[0] + DAY, MIDDLE[2] - 1);
    let refused = refusal::<IPatchGovernance::OperationNotReady>(&world.send(governor, &policy(both)));
    assert!(refused.is_some());
    // The same is no loosening.
    succeeded(&world.send(governor, &policy(MIDDLE)));
}

#[test]
fn a_policy_out_of_its_bounds_is_refused_by_the_number_of_its_term() {
    let mut world = World::waiting(MIDDLE, CHANGE_SECS);
    let governor = world.people.governor;
    for (term, least, most) in [
        (0, HOUR, 30 * DAY),
        (1, DAY, 30 * DAY),
        (2, DAY, 30 * DAY),
        (3, DAY, 30 * DAY),
        (4, DAY, 180 * DAY),
        (5, HOUR, 30 * DAY),
        (6, DAY, 30 * DAY),
        // Whoever is switched to lives through its probation.
        (7, MIDDLE[6], 300 * DAY),
    ] {
        for (secs, is_in) in [(least - 1, false), (least, true), (most, true), (most + 1, false)] {
            let mut other = MIDDLE;
            other[term] = secs;
            let refused = refusal::<IPatchManager::PolicyOutOfBounds>(&world.send(governor, &policy(other)));
            let bounds = IPatchManager::PolicyOutOfBounds {
                term: u8::try_from(term).unwrap(),
                secs,
                leastSecs: least,
                mostSecs: most,
            };
            assert_eq!(refused, (!is_in).then_some(bounds), "{term} {secs}");
        }
    }
}

#[test]
fn a_patch_on_record_waits_as_it_did_when_it_came() {
    let mut world = World::waiting(MIDDLE, CHANGE_SECS);
    let governor = world.people.governor;
    let patch = world.right();
    let id = world.propose(&patch);
    let ready_at = world.state(id).readyAt;
    let now = world.chain.now().unwrap();
    assert_eq!(ready_at, now + MIDDLE[0] + MIDDLE[2]);
    let mut slow = MIDDLE;
    (slow[0], slow[2]) = (10 * DAY, 20 * DAY);
    succeeded(&world.send(governor, &policy(slow)));
    assert_eq!(world.state(id).readyAt, ready_at);
    let mut other = patch.clone();
    other.terms.salt = B256::repeat_byte(7);
    let id = world.propose(&other);
    let now = world.chain.now().unwrap();
    assert_eq!(world.state(id).readyAt, now + 30 * DAY);
    // A policy that is made shorter brings nothing forward.
    or_skip!(waits(&mut world, &policy(MIDDLE), CHANGE_SECS));
    assert_eq!(world.state(id).readyAt, now + 30 * DAY);
}

#[test]
fn a_delay_is_made_longer_at_once_and_shorter_after_the_old_one() {
    let mut world = World::new();
    let governor = world.people.governor;
    let delay = |secs| IPatchGovernance::setDelayCall { secs };
    succeeded(&world.send(governor, &delay(7 * DAY)));
    or_skip!(waits(&mut world, &delay(5 * DAY), 7 * DAY));
    or_skip!(waits(&mut world, &delay(0), 5 * DAY));
    let most = 30 * DAY;
    let long = IPatchGovernance::DelayTooLong {
        secs: most + 1,
        maximumSecs: most,
    };
    assert_refused(&world.send(governor, &delay(most + 1)), &long);
    succeeded(&world.send(governor, &delay(most)));
    let asked = IPatchGovernance::delayCall {};
    let told = world.chain.view(governor, world.manager, &asked).unwrap();
    assert_eq!(told, U256::from(most));
}

#[test]
fn other_attesters_wait_and_then_the_old_ones_approve_nothing() {
    let mut world = World::new();
    let governor = world.people.governor;
    let patch = world.right();
    let id = world.propose(&patch);
    let input = council_input(&world.keys.addresses(), 3);
    let code = wasm::code("council").unwrap();
    let council = world
        .chain
        .deploy_program(world.people.deployer, &code, input)
        .unwrap();
    // Neither nobody nor an account nor one who governs.
    for attesters_ in [Address::ZERO, world.people.user, governor, world.people.guardian] {
        let apart = IPatchManager::AttestersNotApart {
            attesters: attesters_,
        };
        let call = IPatchGovernance::setAttestersCall { attesters_ };
        assert_refused(&world.send(governor, &call), &apart);
    }
    let call = IPatchGovernance::setAttestersCall { attesters_: council };
    or_skip!(waits(&mut world, &call, CHANGE_SECS));
    let asked = IPatchGovernance::attestersCall {};
    let told = world.chain.view(governor, world.manager, &asked).unwrap();
    assert_eq!(told, council);
    let approve = IPatchManager::approveCall { patch: id };
    let old = world.attest(&approve);
    assert!(!old.is_success(), "{old:?}");
    world.council = council;
    // Two are too few now.
    assert!(!world.attest(&approve).is_success());
    succeeded(&world.attest_by(&[0, 1, 2], &approve));
    assert_eq!(world.phase(id), 3);
}

#[test]
fn the_guardian_takes_back_what_was_scheduled() {
    let mut world = World::waiting(MIDDLE, CHANGE_SECS);
    let (governor, guardian) = (world.people.governor, world.people.guardian);
    let mut loose = MIDDLE;
    loose[0] = HOUR;
    let call = policy(loose);
    let data = call.abi_encode();
    let operation = alloy_primitives::keccak256(&data);
    let schedule = IPatchGovernance::scheduleCall { data: data.into() };
    succeeded(&world.send(governor, &schedule));
    let ready_at = world.chain.now().unwrap() + CHANGE_SECS;
    let pending = refusal::<IPatchGovernance::OperationPending>(&world.send(governor, &schedule));
    assert_eq!(pending.map(|pending| pending.readyAt), Some(ready_at));
    let cancel = IPatchGovernance::cancelScheduledCall { operation };
    succeeded(&world.send(guardian, &cancel));
    or_skip!(world.chain.move_to(ready_at));
    let gone = IPatchGovernance::OperationNotReady {
        operation,
        readyAt: 0,
        expiresAt: 0,
    };
    assert_refused(&world.send(governor, &call), &gone);
    assert_refused(&world.send(guardian, &cancel), &gone);
    assert_eq!(in_force(&world), MIDDLE);
}

#[test]
fn a_governor_is_succeeded_by_whoever_was_proposed_and_accepts() {
    let mut world = World::new();
    let (governor, user, attacker) = (world.people.governor, world.people.user, world.people.attacker);
    let accept = IPatchGovernance::acceptGovernorCall {};
    succeeded(&world.send(
        governor,
        &IPatchGovernance::proposeGovernorCall { proposed: user },
    ));
    for caller in [attacker, governor] {
        let refused = IPatchGovernance::NotPendingGovernor { caller };
        assert_refused(&world.send(caller, &accept), &refused);
    }
    succeeded(&world.send(user, &accept));
    let patch = world.right();
    let caller = governor;
    assert_refused(
        &world.send(governor, &patch.terms.propose()),
        &IPatchManager::NotGovernor { caller },
    );
    succeeded(&world.send(user, &patch.terms.propose()));
}
