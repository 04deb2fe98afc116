//! Proxies in care: taken, handed over, and mixed up; and who approves.

use super::world::*;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use e2e::calls::refusal;
use e2e::or_skip;
use e2e::patch::{IPatchCare, IPatchGovernance, IPatchManager, HAND_OVER};
use e2e::proxy::{IBank, IGuardedProxy, IProxyGuards};
use e2e::tokens::Fixture;

#[test]
fn a_proxy_is_taken_once_and_runs_what_was_named() {
    let mut world = World::new();
    let (governor, proxy, bank) = (world.people.governor, world.proxy, world.bank);
    let adopt = |proxy, switch_, running| IPatchCare::adoptCall {
        proxy,
        switch_,
        running,
    };
    let manager = world.manager;
    for switch in [0, 1, 2] {
        let again = world.send(governor, &adopt(proxy, switch, bank));
        assert_refused(&again, &IPatchManager::ProxyKnown { proxy });
    }
    assert_refused(
        &world.send(governor, &adopt(bank, 3, bank)),
        &IPatchManager::UnknownSwitch { switch_: 3 },
    );
    let found = Address::from_word(B256::from(alloy_primitives::U256::from(0xcafe)));
    assert_refused(
        &world.send(governor, &adopt(bank, 2, manager)),
        &IPatchManager::ImplementationDiffers {
            proxy: bank,
            expected: manager,
            found,
        },
    );
    let nobody = Address::repeat_byte(5);
    assert_refused(
        &world.send(governor, &adopt(bank, 1, nobody)),
        &IPatchManager::NoCode { account: nobody },
    );
}

#[test]
fn a_hand_over_waits_as_every_patch_and_leaves_nothing_ready() {
    let mut world = World::new();
    let next = world.create(Fixture::Batch, vec![]);
    let mut over = world.patch(next, vec![], vec![]);
    over.terms.act = HAND_OVER;
    let governor = world.people.governor;
    let open = world.send(governor, &over.terms.propose());
    assert_refused(
        &open,
        &IPatchManager::HandOverTerms {
            patch: world.id(&over),
        },
    );
    over.terms.wayBack = 1;
    let mut standby = world.right();
    standby.terms.path = 1;
    let ready = or_skip!(world.arm(&standby));
    let id = or_skip!(world.arm(&over));
    assert_eq!(world.phase(ready), 8, "its window is over");
    let other = world.right();
    let pending = world.propose(&other);
    succeeded(&world.apply(&over));
    let admin = world
        .chain
        .view(next, world.proxy, &IGuardedProxy::adminCall {})
        .unwrap();
    assert_eq!(admin, next);
    assert_eq!(world.phase(id), 6);
    assert_eq!(world.phase(pending), 7);
    let proxy = world.proxy;
    assert_refused(
        &world.roll_back(&over),
        &IPatchManager::PatchInPhase { patch: id, phase: 6 },
    );
    let gone = called::<IPatchManager::ProxyUnknown>(&world.canary(&other));
    assert_eq!(gone, Some(IPatchManager::ProxyUnknown { proxy }));
}

#[test]
fn a_standby_patch_lies_ready_for_long_and_a_way_back_that_is_barred_is_none() {
    let mut world = World::new();
    let mut patch = world.right();
    (patch.terms.path, patch.terms.wayBack) = (1, 1);
    let id = world.propose(&patch);
    let opens_at = world.state(id).readyAt - DAY;
    or_skip!(world.chain.move_to(opens_at));
    world.approve(id);
    let ready_at = world.state(id).readyAt;
    assert_eq!(world.state(id).endsAt, ready_at + 90 * DAY);
    let late = ready_at + 90 * DAY - 2 * HOUR;
    or_skip!(world.chain.move_to(late));
    succeeded(&world.send(world.people.guardian, &arm(id, late, late + 2 * HOUR - 1)));
    succeeded(&world.apply(&patch));
    assert_eq!(world.phase(id), 6);
    assert_refused(
        &world.roll_back(&patch),
        &IPatchManager::PatchInPhase { patch: id, phase: 6 },
    );
}

#[test]
fn what_was_approved_for_one_proxy_is_nothing_to_another() {
    let mut world = World::new();
    let beacon = world.create(
        Fixture::Beacon,
        alloy_sol_types::SolValue::abi_encode_params(&(world.bank, world.manager)),
    );
    world.adopt(beacon, 2, world.bank);
    let patch = world.right();
    or_skip!(world.arm(&patch));
    let mut other = patch.clone();
    other.terms.proxy = beacon;
    let id = world.id(&other);
    assert_refused(
        &world.apply(&other),
        &IPatchManager::PatchInPhase { patch: id, phase: 0 },
    );
    // Committed for one, revealed for the other.
    let (governor, proxy) = (world.people.governor, world.proxy);
    succeeded(&world.send(governor, &IPatchManager::commitCall { patch: id, proxy }));
    assert_refused(
        &world.send(governor, &other.terms.reveal()),
        &IPatchManager::PatchCommittedElsewhere { patch: id, proxy },
    );
}

#[test]
fn nothing_is_applied_over_a_way_back() {
    let mut world = World::new();
    let (first, mut second) = (world.right(), world.right());
    second.terms.replaces = first.terms.implementation;
    or_skip!(world.arm(&first));
    succeeded(&world.apply(&first));
    let ends_at = world.runs().probationEndsAt;
    let proxy = world.proxy;
    or_skip!(world.arm(&second));
    assert_refused(
        &world.apply(&second),
        &IPatchManager::ProxyInProbation {
            proxy,
            endsAt: ends_at,
        },
    );
}

#[test]
fn attesters_name_a_guardian_at_once_the_governor_waits_and_nobody_is_two() {
    let mut world = World::new();
    let (governor, user, council) = (world.people.governor, world.people.user, world.council);
    let name = |guardian_| IPatchGovernance::setGuardianCall { guardian_ };
    let waits = world.send(governor, &name(user));
    assert!(
        refusal::<IPatchGovernance::OperationNotReady>(&waits).is_some(),
        "{waits:?}"
    );
    assert_refused(
        &world.send(governor, &name(council)),
        &IPatchManager::AttestersNotApart { attesters: council },
    );
    assert!(!world.attest(&name(council)).is_success());
    succeeded(&world.attest(&name(user)));
    let guardian = world
        .chain
        .view(user, world.manager, &IPatchGovernance::guardianCall {})
        .unwrap();
    assert_eq!(guardian, user);
    succeeded(&world.send(
        governor,
        &IPatchGovernance::proposeGovernorCall { proposed: council },
    ));
    assert!(!world
        .attest(&IPatchGovernance::acceptGovernorCall {})
        .is_success());
    let attesters = IPatchGovernance::setAttestersCall { attesters_: user };
    assert_refused(
        &world.send(governor, &attesters),
        &IPatchManager::AttestersNotApart { attesters: user },
    );
    let data = name(governor).abi_encode();
    succeeded(&world.send(governor, &IPatchGovernance::scheduleCall { data: data.into() }));
    or_skip!(world.chain.advance_time(CHANGE_SECS));
    succeeded(&world.send(governor, &name(governor)));
}

#[test]
fn each_setting_of_a_guarded_proxy_waits_is_made_and_is_told() {
    let mut world = World::new();
    let (governor, manager, proxy) = (world.people.governor, world.manager, world.proxy);
    let (asset, place) = (Address::ZERO, 0);
    let some = IBank::setPriceCall::SELECTOR;
    let (kind, group, latch, nests) = (4, 0, 0, 0);
    let invariant = IProxyGuards::setInvariantCall {
        place,
        selector: IBank::priceCall::SELECTOR.into(),
        target: proxy,
        arguments: 0,
        first: B256::ZERO,
        second: B256::ZERO,
        rule: 0,
        bound: U256::ZERO,
        failsOpen: 0,
        leastGas: 0,
    };
    let settings = [
        e2e::proxy::selectors([some], [0, 1, 0, 0]).abi_encode(),
        IProxyGuards::unlistSelectorsCall {
            selectors: vec![some.into()],
        }
        .abi_encode(),
        IProxyGuards::setUnlistedCall {
            kind,
            group,
            latch,
            nests,
        }
        .abi_encode(),
        IProxyGuards::setShortCall {
            kind,
            group,
            latch,
            nests,
        }
        .abi_encode(),
        IProxyGuards::watchCall {
            asset,
            capacity: U256::from(100),
            refillSecs: DAY,
        }
        .abi_encode(),
        IProxyGuards::closeCall { asset }.abi_encode(),
        IProxyGuards::unwatchCall { asset }.abi_encode(),
        invariant.abi_encode(),
        IProxyGuards::setModeCall { guard: 1, mode_: 0 }.abi_encode(),
        IProxyGuards::clearInvariantCall { place }.abi_encode(),
    ];
    let set = |call: &[u8]| IPatchCare::setProxyCall {
        proxy,
        call: bytes(call),
    };
    for call in &settings {
        let data = set(call).abi_encode().into();
        succeeded(&world.send(governor, &IPatchGovernance::scheduleCall { data }));
    }
    or_skip!(world.chain.advance_time(CHANGE_SECS));
    for call in &settings {
        let selector = B256::right_padding_from(&call[..4]);
        let receipt = world.send(governor, &set(call));
        succeeded(&receipt);
        assert_eq!(
            told::<IPatchCare::ProxySet>(&receipt, manager),
            [IPatchCare::ProxySet { proxy, selector }]
        );
        // And the proxy has done it.
        assert!(receipt.logs.iter().any(|log| log.address == proxy), "{selector}");
    }
}
