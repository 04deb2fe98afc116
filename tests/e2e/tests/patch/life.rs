//! The life of a patch, and who takes which step.

use super::world::*;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use e2e::or_skip;
use e2e::patch::{IPatchCare, IPatchGovernance, IPatchManager};
use e2e::proxy::{IBank, IProxyGuards};

#[test]
fn the_identifier_is_what_wallets_compute() {
    let mut world = World::new();
    let patch = world.right();
    let told = world
        .chain
        .view(world.people.user, world.manager, &patch.terms.patch_id())
        .unwrap();
    assert_eq!(told, world.id(&patch));
}

#[test]
fn of_a_patch_that_was_never_on_record_there_is_nothing_to_tell() {
    let world = World::new();
    let patch = B256::repeat_byte(7);
    let asked = IPatchCare::patchStateCall { patch }.abi_encode();
    let told = world.chain.call(world.people.user, world.manager, asked).unwrap();
    let unknown = IPatchManager::PatchInPhase { patch, phase: 0 };
    assert_eq!(called::<IPatchManager::PatchInPhase>(&told), Some(unknown));
}

#[test]
fn a_patch_that_was_hidden_is_approved_revealed_tried_applied_and_final() {
    let mut world = World::new();
    let patch = world.right();
    let (id, proxy) = (world.id(&patch), world.proxy);
    let (governor, guardian) = (world.people.governor, world.people.guardian);
    succeeded(&world.send(governor, &IPatchManager::commitCall { patch: id, proxy }));
    assert_eq!(world.phase(id), 1);
    let opens_at = world.chain.now().unwrap() + HOUR;
    // The review, to its last second.
    or_skip!(world.chain.move_to(opens_at - 1));
    let early = world.attest(&IPatchManager::approveCall { patch: id });
    assert!(!early.is_success());
    or_skip!(world.chain.move_to(opens_at));
    world.approve(id);
    assert_eq!(world.phase(id), 3);
    let ready_at = opens_at + DAY;
    assert_eq!(world.state(id).readyAt, ready_at);
    // What is hidden is not armed.
    assert_refused(
        &world.send(guardian, &arm(id, ready_at, ready_at + HOUR)),
        &IPatchManager::PatchHidden { patch: id },
    );
    succeeded(&world.send(governor, &patch.terms.reveal()));
    world.passes(&patch, 3);
    // The delay, to its first second.
    assert_refused(
        &world.send(guardian, &arm(id, ready_at - 1, ready_at + HOUR)),
        &IPatchManager::WindowFromOutOfBounds {
            patch: id,
            earliest: ready_at,
            latest: ready_at + 3 * DAY - 1,
        },
    );
    let (from, until) = (ready_at + HOUR, ready_at + 2 * HOUR);
    succeeded(&world.send(guardian, &arm(id, from, until)));
    assert_eq!(world.phase(id), 4);
    or_skip!(world.chain.move_to(from - 1));
    assert_refused(
        &world.apply(&patch),
        &IPatchManager::PatchTooEarly {
            patch: id,
            opensAt: from,
        },
    );
    or_skip!(world.chain.move_to(until));
    succeeded(&world.apply(&patch));
    assert_eq!(world.phase(id), 5);
    assert_eq!(world.ask(&IBank::versionCall {}), U256::from(3));
    assert_eq!(world.ask(&IBank::markerCall {}), U256::from(MARKER));
    let runs = world.runs();
    assert_eq!(
        (runs.implementation, runs.previous, runs.probationEndsAt),
        (patch.terms.implementation, world.bank, until + 5 * DAY)
    );
    // The probation, to its last second.
    or_skip!(world.chain.move_to(until + 5 * DAY));
    assert_eq!(world.phase(id), 6);
    assert_refused(
        &world.roll_back(&patch),
        &IPatchManager::PatchInPhase { patch: id, phase: 6 },
    );
    // Nor is it applied twice.
    assert_refused(
        &world.apply(&patch),
        &IPatchManager::PatchInPhase { patch: id, phase: 6 },
    );
}

#[test]
fn a_window_is_over_after_its_last_second() {
    let mut world = World::new();
    let patch = world.right();
    let id = or_skip!(world.arm(&patch));
    let ends_at = world.state(id).endsAt;
    or_skip!(world.chain.move_to(ends_at));
    assert_refused(
        &world.apply(&patch),
        &IPatchManager::PatchInPhase { patch: id, phase: 8 },
    );
}

#[test]
fn it_is_rolled_back_once_in_the_last_second_of_its_probation() {
    let mut world = World::new();
    let patch = world.right();
    let id = or_skip!(world.arm(&patch));
    succeeded(&world.apply(&patch));
    let ends_at = world.runs().probationEndsAt;
    or_skip!(world.chain.move_to(ends_at - 1));
    succeeded(&world.roll_back(&patch));
    assert_eq!(world.phase(id), 9);
    assert_eq!(world.ask(&IBank::versionCall {}), U256::from(1));
    assert_eq!(world.runs().implementation, world.bank);
    assert_refused(
        &world.roll_back(&patch),
        &IPatchManager::PatchInPhase { patch: id, phase: 9 },
    );
}

#[test]
fn the_guardian_alone_settles() {
    let mut world = World::new();
    let patch = world.right();
    let id = or_skip!(world.arm(&patch));
    succeeded(&world.apply(&patch));
    let settle = IPatchManager::settleCall { proxy: world.proxy };
    let caller = world.people.governor;
    assert_refused(
        &world.send(caller, &settle),
        &IPatchManager::NotGuardian { caller },
    );
    succeeded(&world.send(world.people.guardian, &settle));
    assert_eq!(world.phase(id), 6);
    assert!(!world.roll_back(&patch).is_success());
}

#[test]
fn nobody_takes_another_ones_step() {
    let mut world = World::new();
    let patch = world.right();
    let id = or_skip!(world.arm(&patch));
    let proxy = world.proxy;
    let before = or_skip!(world.chain.fingerprint(world.manager));
    let behind = or_skip!(world.chain.fingerprint(proxy));
    let (attacker, guardian, governor) = (
        world.people.attacker,
        world.people.guardian,
        world.people.governor,
    );
    let apply = patch.terms.apply(bytes(&patch.init), bytes(&patch.checks), 0);
    for caller in [attacker, guardian] {
        let refused = IPatchManager::NotGovernor { caller };
        for call in [
            IPatchManager::commitCall { patch: id, proxy }.abi_encode(),
            patch.terms.propose().abi_encode(),
            patch.terms.reveal().abi_encode(),
            IPatchCare::adoptCall {
                proxy,
                switch_: 1,
                running: proxy,
            }
            .abi_encode(),
            IPatchCare::liftCall { proxy, group: 0 }.abi_encode(),
            IPatchCare::setProxyCall {
                proxy,
                call: IProxyGuards::unwatchCall { asset: Address::ZERO }
                    .abi_encode()
                    .into(),
            }
            .abi_encode(),
            IPatchGovernance::setAttestersCall { attesters_: proxy }.abi_encode(),
            IPatchGovernance::setGuardianCall { guardian_: caller }.abi_encode(),
            IPatchGovernance::setDelayCall { secs: 0 }.abi_encode(),
            IPatchGovernance::scheduleCall { data: bytes(&[1]) }.abi_encode(),
            IPatchGovernance::proposeGovernorCall { proposed: caller }.abi_encode(),
        ] {
            let receipt = world
                .chain
                .transact(caller, world.manager, call, U256::ZERO)
                .unwrap();
            assert_refused(&receipt, &refused);
        }
    }
    let refused = IPatchManager::NotGuardian { caller: attacker };
    for call in [
        arm(id, 0, 0).abi_encode(),
        apply.abi_encode(),
        patch.terms.roll_back(B256::ZERO).abi_encode(),
        IPatchManager::cancelCall { patch: id }.abi_encode(),
        IPatchManager::cancelAllCall { proxy }.abi_encode(),
        IPatchManager::settleCall { proxy }.abi_encode(),
        IPatchCare::restrictCall {
            proxy,
            group: 0,
            state: 4,
            secs: HOUR,
        }
        .abi_encode(),
        IPatchGovernance::cancelScheduledCall { operation: id }.abi_encode(),
    ] {
        let receipt = world
            .chain
            .transact(attacker, world.manager, call, U256::ZERO)
            .unwrap();
        assert_refused(&receipt, &refused);
    }
    for caller in [attacker, guardian, governor] {
        let receipt = world.send(caller, &IPatchManager::approveCall { patch: id });
        assert_refused(&receipt, &IPatchManager::NotAttesters { caller });
    }
    assert_eq!(world.chain.fingerprint(world.manager).unwrap(), before);
    assert_eq!(world.chain.fingerprint(proxy).unwrap(), behind);
}

#[test]
fn each_of_three_cancels_one_and_all_and_it_never_comes_back() {
    let mut world = World::new();
    let proxy = world.proxy;
    let mut patch = world.right();
    for (salt, by) in [world.people.governor, world.people.guardian, world.council]
        .into_iter()
        .enumerate()
    {
        for all in [false, true] {
            patch.terms.salt = B256::from(U256::from(2 * salt + usize::from(all)));
            let id = or_skip!(world.arm(&patch));
            let (one, every) = (
                IPatchManager::cancelCall { patch: id },
                IPatchManager::cancelAllCall { proxy },
            );
            succeeded(&match (by == world.council, all) {
                (true, false) => world.attest(&one),
                (true, true) => world.attest(&every),
                (false, false) => world.send(by, &one),
                (false, true) => world.send(by, &every),
            });
            assert_refused(
                &world.apply(&patch),
                &IPatchManager::PatchInPhase { patch: id, phase: 7 },
            );
            let again = world.send(world.people.governor, &patch.terms.propose());
            assert_refused(&again, &IPatchManager::PatchInPhase { patch: id, phase: 7 });
        }
    }
}
