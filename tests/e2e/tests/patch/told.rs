//! What the manager tells whoever watches: each event of its interface, with all that is in it.

use super::world::*;
use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use e2e::or_skip;
use e2e::patch::{IPatchCare, IPatchGovernance, IPatchManager};
use e2e::proxy::IProxyGuards;
use e2e::rpc::Receipt;
use e2e::tokens::Fixture;

/// That the manager has told this, and nothing else of its kind.
#[track_caller]
fn tells<E: SolEvent + PartialEq + std::fmt::Debug>(world: &World, receipt: &Receipt, event: E) {
    succeeded(receipt);
    assert_eq!(told::<E>(receipt, world.manager), [event]);
}

#[test]
fn the_life_of_a_patch_is_told_step_by_step() {
    let mut world = World::new();
    let (proxy, bank) = (world.proxy, world.bank);
    let (governor, guardian) = (world.people.governor, world.people.guardian);
    let patch = world.right();
    let (id, terms) = (world.id(&patch), patch.terms.clone());

    let receipt = world.send(governor, &IPatchManager::commitCall { patch: id, proxy });
    let now = world.chain.now().unwrap();
    let committed = IPatchManager::PatchCommitted {
        patch: id,
        proxy,
        opensAt: now + HOUR,
        endsAt: now + HOUR + 2 * DAY,
    };
    tells(&world, &receipt, committed);
    let receipt = world.send(governor, &terms.reveal());
    let revealed = IPatchManager::PatchTermsRevealed {
        patch: id,
        behind: proxy,
        act: terms.act,
        proxy,
        replaces: bank,
        implementation: terms.implementation,
        codeHash: terms.codeHash,
        fragments: terms.fragments,
        layoutBefore: terms.layoutBefore,
        layoutAfter: terms.layoutAfter,
        initHash: terms.initHash,
        checksHash: terms.checksHash,
        path: terms.path,
        wayBack: terms.wayBack,
        freezeGroups: terms.freezeGroups,
        freezeRung: terms.freezeRung,
        freezeSecs: terms.freezeSecs,
        salt: terms.salt,
    };
    tells(&world, &receipt, revealed);
    or_skip!(world.chain.move_to(now + HOUR));
    let receipt = world.attest(&IPatchManager::approveCall { patch: id });
    let ready_at = now + HOUR + DAY;
    let approved = IPatchManager::PatchApproved {
        patch: id,
        proxy,
        readyAt: ready_at,
        endsAt: ready_at + 3 * DAY,
    };
    tells(&world, &receipt, approved);
    // A window that began in the past begins now.
    or_skip!(world.chain.move_to(ready_at + HOUR));
    let until = ready_at + 3 * HOUR;
    let receipt = world.send(guardian, &arm(id, ready_at, until));
    let armed = IPatchManager::PatchArmed {
        patch: id,
        proxy,
        from: ready_at + HOUR,
        until,
    };
    tells(&world, &receipt, armed);
    let receipt = world.apply(&patch);
    let applied = IPatchManager::PatchApplied {
        patch: id,
        proxy,
        implementation: terms.implementation,
        probationEndsAt: ready_at + HOUR + 5 * DAY,
    };
    tells(&world, &receipt, applied);
    let receipt = world.roll_back(&patch);
    let back = IPatchManager::PatchRolledBack {
        patch: id,
        proxy,
        implementation: bank,
        by: guardian,
        reason: B256::repeat_byte(0xee),
    };
    tells(&world, &receipt, back);
}

#[test]
fn what_is_proposed_cancelled_and_settled_is_told() {
    let mut world = World::new();
    let (proxy, bank) = (world.proxy, world.bank);
    let (governor, guardian) = (world.people.governor, world.people.guardian);
    let mut patch = world.right();
    patch.terms.path = 1;
    (patch.terms.layoutBefore, patch.terms.wayBack) = (B256::repeat_byte(1), 1);
    (patch.terms.layoutAfter, patch.terms.salt) = (B256::repeat_byte(2), B256::repeat_byte(3));
    (
        patch.terms.freezeGroups,
        patch.terms.freezeRung,
        patch.terms.freezeSecs,
    ) = (0b10, 3, DAY);
    let (id, terms) = (world.id(&patch), patch.terms.clone());
    let receipt = world.send(governor, &terms.propose());
    let now = world.chain.now().unwrap();
    let proposed = IPatchManager::PatchProposed {
        patch: id,
        behind: proxy,
        opensAt: now + HOUR,
        endsAt: now + HOUR + 2 * DAY,
        act: 0,
        proxy,
        replaces: bank,
        implementation: terms.implementation,
        codeHash: terms.codeHash,
        fragments: B256::ZERO,
        layoutBefore: terms.layoutBefore,
        layoutAfter: terms.layoutAfter,
        initHash: terms.initHash,
        checksHash: terms.checksHash,
        path: 1,
        wayBack: 1,
        freezeGroups: 0b10,
        freezeRung: 3,
        freezeSecs: DAY,
        salt: terms.salt,
    };
    tells(&world, &receipt, proposed);
    let receipt = world.send(guardian, &IPatchManager::cancelCall { patch: id });
    let cancelled = IPatchManager::PatchCancelled {
        patch: id,
        proxy,
        by: guardian,
    };
    tells(&world, &receipt, cancelled);
    for epoch in [1, 2] {
        let receipt = world.attest(&IPatchManager::cancelAllCall { proxy });
        let all = IPatchManager::AllPatchesCancelled {
            proxy,
            by: world.council,
            epoch,
        };
        tells(&world, &receipt, all);
    }
    let next = world.right();
    or_skip!(world.arm(&next));
    succeeded(&world.apply(&next));
    let receipt = world.send(guardian, &IPatchManager::settleCall { proxy });
    tells(
        &world,
        &receipt,
        IPatchManager::ProbationSettled { proxy, by: guardian },
    );
}

#[test]
fn what_is_barred_has_no_probation_to_tell() {
    let mut world = World::new();
    let proxy = world.proxy;
    let mut patch = world.right();
    patch.terms.wayBack = 1;
    let id = or_skip!(world.arm(&patch));
    let applied = IPatchManager::PatchApplied {
        patch: id,
        proxy,
        implementation: patch.terms.implementation,
        probationEndsAt: 0,
    };
    let receipt = world.apply(&patch);
    tells(&world, &receipt, applied);
}

#[test]
fn who_governs_and_what_is_in_care_is_told() {
    let mut world = World::new();
    let (manager, bank, council) = (world.manager, world.bank, world.council);
    let (governor, guardian, user) = (world.people.governor, world.people.guardian, world.people.user);
    let arguments = alloy_sol_types::SolValue::abi_encode_params(&(bank, manager));
    let beacon = world.create(Fixture::Beacon, arguments);
    let adopt = IPatchCare::adoptCall {
        proxy: beacon,
        switch_: 2,
        running: bank,
    };
    let receipt = world.send(governor, &adopt);
    let adopted = IPatchCare::ProxyAdopted {
        proxy: beacon,
        switch_: 2,
        implementation: bank,
    };
    tells(&world, &receipt, adopted);

    // A call whose data are no whole words.
    let call = IProxyGuards::unlistSelectorsCall {
        selectors: vec![[1; 4].into()],
    };
    let proxy = world.proxy;
    let call = bytes(&call.abi_encode());
    let set = IPatchCare::setProxyCall { proxy, call }.abi_encode();
    let schedule = IPatchGovernance::scheduleCall { data: bytes(&set) };
    let receipt = world.send(governor, &schedule);
    let now = world.chain.now().unwrap();
    let operation = keccak256(&set);
    let scheduled = IPatchGovernance::OperationScheduled {
        operation,
        readyAt: now + CHANGE_SECS,
        expiresAt: now + CHANGE_SECS + 14 * DAY,
        data: bytes(&set),
    };
    tells(&world, &receipt, scheduled);
    or_skip!(world.chain.advance_time(CHANGE_SECS));
    let receipt = world
        .chain
        .transact(governor, manager, set.clone(), U256::ZERO)
        .unwrap();
    let selector = B256::right_padding_from(&IProxyGuards::unlistSelectorsCall::SELECTOR);
    tells(&world, &receipt, IPatchCare::ProxySet { proxy, selector });
    tells(
        &world,
        &receipt,
        IPatchGovernance::OperationExecuted { operation },
    );
    succeeded(&world.send(governor, &schedule));
    let receipt = world.send(guardian, &IPatchGovernance::cancelScheduledCall { operation });
    let by = guardian;
    tells(
        &world,
        &receipt,
        IPatchGovernance::OperationCancelled { operation, by },
    );

    let receipt = world.attest(&IPatchGovernance::setGuardianCall { guardian_: user });
    let changed = IPatchGovernance::GuardianChanged {
        previous: guardian,
        current: user,
    };
    tells(&world, &receipt, changed);
    let receipt = world.send(
        governor,
        &IPatchGovernance::proposeGovernorCall { proposed: user },
    );
    let proposed = IPatchGovernance::GovernorProposed {
        governor,
        proposed: user,
    };
    tells(&world, &receipt, proposed);
    let receipt = world.send(user, &IPatchGovernance::acceptGovernorCall {});
    let changed = IPatchGovernance::GovernorChanged {
        previous: governor,
        current: user,
    };
    tells(&world, &receipt, changed);
    let receipt = world.send(user, &IPatchGovernance::setDelayCall { secs: 3 * DAY });
    let changed = IPatchGovernance::DelayChanged {
        previousSecs: CHANGE_SECS,
        secs: 3 * DAY,
    };
    tells(&world, &receipt, changed);
    world.people.governor = user;
    let attesters_ = world.proxy;
    let named = IPatchGovernance::setAttestersCall { attesters_ }.abi_encode();
    let receipt = or_skip!(world.waited(&named));
    let changed = IPatchGovernance::AttestersChanged {
        previous: council,
        current: attesters_,
    };
    tells(&world, &receipt, changed);
}

#[test]
fn a_manager_is_constructed_once_with_what_can_be_kept() {
    let mut world = World::new();
    let (governor, guardian, council) = (world.people.governor, world.people.guardian, world.council);
    let (deployer, attacker) = (world.people.deployer, world.people.attacker);
    let input = e2e::patch::manager_input(attacker, attacker, council, 0);
    let again = world
        .chain
        .transact(attacker, world.manager, input, U256::ZERO)
        .unwrap();
    assert!(!again.is_success());
    let code = e2e::wasm::code("patch-manager").unwrap();
    let bare = world.chain.deploy_program(deployer, &code, vec![]).unwrap();
    let user = world.people.user;
    let mut out = e2e::patch::POLICY;
    out[0] = HOUR - 1;
    for (who, policy, selector) in [
        // Attesters who are one with the governor or the guardian, or no contract; nobody as guardian; a policy that is none.
        (
            [council, guardian, council],
            e2e::patch::POLICY,
            "AttestersNotApart(address)",
        ),
        (
            [governor, council, council],
            e2e::patch::POLICY,
            "AttestersNotApart(address)",
        ),
        (
            [governor, guardian, user],
            e2e::patch::POLICY,
            "AttestersNotApart(address)",
        ),
        (
            [governor, Address::ZERO, council],
            e2e::patch::POLICY,
            "ZeroAuthority()",
        ),
        (
            [governor, guardian, council],
            out,
            "PolicyOutOfBounds(uint8,uint64,uint64,uint64)",
        ),
    ] {
        let [governor, guardian, attesters] = who;
        let input = e2e::patch::manager_input_with(governor, guardian, attesters, DAY, policy);
        let refused = world.chain.transact(deployer, bare, input, U256::ZERO).unwrap();
        assert_eq!(
            refused.output.get(..4),
            Some(&keccak256(selector)[..4]),
            "{refused:?}"
        );
    }
    // Whoever calls first; the stranger by which it asks is its own.
    let input = e2e::patch::manager_input(governor, guardian, council, DAY);
    succeeded(&world.chain.transact(deployer, bare, input, U256::ZERO).unwrap());
    let asked = IPatchCare::strangerCall {};
    let strangers = [bare, world.manager].map(|manager| world.chain.view(user, manager, &asked).unwrap());
    assert_ne!(strangers[0], strangers[1]);
    for stranger in strangers {
        let code = world.chain.client().code(stranger).unwrap();
        assert_eq!(code.len(), 31);
    }
}
