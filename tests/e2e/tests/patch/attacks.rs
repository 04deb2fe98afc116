//! What somebody does who wants a patch to go through that should not, or one not to that should.

use super::world::*;
use alloy_primitives::{hex, Address, B256, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use e2e::or_skip;
use e2e::patch::{IPatchCare, IPatchGovernance, IPatchManager, IPatchSentinels};
use e2e::proxy::{IBank, IGuardedProxy, IProxyGuards};
use e2e::tokens::Fixture;

#[test]
fn the_initialisation_finds_the_manager_locked() {
    let mut world = World::new();
    let right = world.right();
    // Whoever calls, the lock is what refuses: these are anybody's.
    let account = world.proxy;
    for again in [
        IPatchManager::keepAliveCall { account }.abi_encode(),
        right
            .terms
            .canary(bytes(&right.init), bytes(&right.checks), 0)
            .abi_encode(),
        right.terms.freeze().abi_encode(),
    ] {
        let three = world.create(Fixture::BankThree, vec![]);
        let init = IBank::initializeCallingCall {
            target: world.manager,
            data: again.into(),
        };
        let patch = world.patch(three, init.abi_encode(), vec![]);
        or_skip!(world.arm(&patch));
        succeeded(&world.apply(&patch));
        let answer = world.ask(&IBank::lastAnswerCall {});
        assert_eq!(answer[..], IPatchManager::Reentered {}.abi_encode()[..]);
        // So that the next one is initialised.
        succeeded(&world.roll_back(&patch));
        let (slot, value) = (alloy_primitives::keccak256("bank.version"), B256::ZERO);
        let forget = IBank::overwriteCall { slot, value };
        let (user, proxy) = (world.people.user, world.proxy);
        succeeded(&world.chain.submit(user, proxy, &forget).unwrap());
    }
}

/// Makes the call that it is called with, whose first word is to whom, and says when it is asked what came of it: the first word.
///
/// ```text
/// if calldatasize == 0 { return sload(0) }
/// size = calldatasize - 32; calldatacopy(32, 32, size); call(gas(), calldataload(0), 0, 32, size, 0, 0)
/// returndatacopy(0, 0, returndatasize()); sstore(0, mload(0)); stop
/// ```
const ASKER: [u8; 44] =
    hex!("3615602357 6020360380 6020602037 5f5f91 60205f5f355af1 50 3d5f5f3e 5f515f5500 5b5f545f5260205ff3");

#[test]
fn whatever_calls_a_proxy_finds_the_manager_locked_in_the_middle_of_a_switch() {
    let mut world = World::new();
    let (manager, proxy, bank) = (world.manager, world.proxy, world.bank);
    let right = world.right();
    let three = right.terms.implementation;
    let asker = e2e::rpc::init_code_for(&ASKER);
    let asker = world.chain.create(world.people.attacker, asker).unwrap();
    let reentered = B256::right_padding_from(&IPatchManager::Reentered::SELECTOR);
    let locked = e2e::patch::Rule::Equals(reentered.into());
    let (group, state, secs) = (1, 4, DAY);
    // Before anybody is asked who it is.
    for call in [
        right.terms.freeze().abi_encode(),
        right.terms.apply(bytes(&[]), bytes(&[]), 0).abi_encode(),
        right.terms.canary(bytes(&[]), bytes(&[]), 0).abi_encode(),
        right.terms.roll_back(B256::ZERO).abi_encode(),
        IPatchManager::keepAliveCall { account: proxy }.abi_encode(),
        IPatchCare::adoptCall {
            proxy,
            switch_: 0,
            running: bank,
        }
        .abi_encode(),
        IPatchCare::restrictCall {
            proxy,
            group,
            state,
            secs,
        }
        .abi_encode(),
        IPatchCare::liftCall { proxy, group }.abi_encode(),
        IPatchCare::setProxyCall {
            proxy,
            call: bytes(&[]),
        }
        .abi_encode(),
        IPatchSentinels::sentinelRestrictCall {
            proxy,
            group,
            state,
            secs,
            finding: B256::ZERO,
        }
        .abi_encode(),
    ] {
        let data = [&manager.into_word()[..], &call].concat().into();
        let init = IBank::initializeCallingCall { target: asker, data };
        let check = e2e::patch::check(locked, asker, &[]);
        let patch = world.patch(three, init.abi_encode(), check);
        world.passes(&patch, 1);
    }
}

#[test]
fn what_a_pause_refuses_does_not_prove_that_it_is_locked() {
    let mut world = World::new();
    let collided = world.create(Fixture::Collided, vec![]);
    let init = (Address::repeat_byte(9),).abi_encode_params();
    let selector = &alloy_primitives::keccak256("initialize(address)")[..4];
    let patch = world.patch(collided, [selector, &init].concat(), vec![]);
    let (proxy, guardian) = (world.proxy, world.people.guardian);
    let freeze = IPatchCare::restrictCall {
        proxy,
        group: 0,
        state: 4,
        secs: 20 * DAY,
    };
    succeeded(&world.send(guardian, &freeze));
    or_skip!(world.refuses(&patch, &IPatchManager::InitializedTwice { proxy }));
    // Nor does it prove that a forged message is refused.
    let mut right = world.right();
    let process = IBank::processCall {
        root: alloy_primitives::B256::ZERO,
        rounds: U256::from(1),
    };
    let check = e2e::patch::check(e2e::patch::Rule::Reverts, proxy, &process.abi_encode());
    right = world.patch(right.terms.implementation, right.init, check);
    let failed = called::<IPatchManager::CheckFailed>(&world.canary(&right)).unwrap();
    assert_eq!(failed.index, 0);
    or_skip!(world.refuses(&right, &failed));
}

#[test]
fn ether_that_is_forced_upon_the_manager_is_nobodys() {
    let mut world = World::new();
    let patch = world.right();
    or_skip!(world.arm(&patch));
    let (attacker, guardian, manager) = (world.people.attacker, world.people.guardian, world.manager);
    world.chain.force_upon(attacker, manager, U256::from(7)).unwrap();
    let call = patch.terms.apply(bytes(&patch.init), bytes(&patch.checks), 0);
    let applied = world
        .chain
        .transact(guardian, manager, call.abi_encode(), U256::from(1_000))
        .unwrap();
    succeeded(&applied);
    assert_eq!(world.chain.balance(manager).unwrap(), U256::from(7));
}

#[test]
fn ether_that_comes_in_the_middle_is_not_the_callers() {
    let mut world = World::new();
    let (attacker, manager) = (world.people.attacker, world.manager);
    // PUSH20 the manager, SELFDESTRUCT: when it is called, its money is forced upon the manager.
    let code = [&[0x73], manager.as_slice(), &[0xff]].concat();
    let target = world
        .chain
        .create(attacker, e2e::rpc::init_code_for(&code))
        .unwrap();
    world.chain.force_upon(attacker, target, U256::from(7)).unwrap();
    let three = world.create(Fixture::BankThree, vec![]);
    let data = bytes(&[]);
    let init = IBank::initializeCallingCall { target, data };
    let patch = world.patch(three, init.abi_encode(), vec![]);
    or_skip!(world.arm(&patch));
    succeeded(&world.apply(&patch));
    assert_eq!(world.chain.balance(manager).unwrap(), U256::from(7));
}

#[test]
fn an_approved_patch_freezes_once_and_the_freeze_ends_by_itself() {
    let mut world = World::new();
    let mut patch = world.right();
    (
        patch.terms.freezeGroups,
        patch.terms.freezeRung,
        patch.terms.freezeSecs,
    ) = (0b11, 4, DAY);
    let id = world.propose(&patch);
    let attacker = world.people.attacker;
    assert_refused(
        &world.send(attacker, &patch.terms.freeze()),
        &IPatchManager::PatchInPhase { patch: id, phase: 2 },
    );
    let opens_at = world.state(id).readyAt - DAY;
    or_skip!(world.chain.move_to(opens_at));
    world.approve(id);
    succeeded(&world.send(attacker, &patch.terms.freeze()));
    let (user, proxy) = (world.people.user, world.proxy);
    let pay = IBank::setPriceCall {
        price_: U256::from(5),
    };
    let refused = world.chain.submit(user, proxy, &pay).unwrap();
    assert!(
        e2e::calls::refusal::<IProxyGuards::GroupRestricted>(&refused).is_some(),
        "{refused:?}"
    );
    assert_refused(
        &world.send(attacker, &patch.terms.freeze()),
        &IPatchManager::NothingToFreeze { patch: id },
    );
}

#[test]
fn settings_wait_and_what_runs_and_who_administers_are_none() {
    let mut world = World::new();
    let (proxy, governor) = (world.proxy, world.people.governor);
    for call in [
        IGuardedProxy::upgradeToAndCallCall {
            implementation_: proxy,
            data: bytes(&[]),
        }
        .abi_encode(),
        IGuardedProxy::changeAdminCall { admin_: governor }.abi_encode(),
        IGuardedProxy::upgradeBeaconCall { beacon_: proxy }.abi_encode(),
        vec![],
    ] {
        let receipt = world.send(
            governor,
            &IPatchCare::setProxyCall {
                proxy,
                call: call.into(),
            },
        );
        assert!(
            e2e::calls::refusal::<IPatchCare::NotASetting>(&receipt).is_some(),
            "{receipt:?}"
        );
    }
    let call = IProxyGuards::watchCall {
        asset: Address::ZERO,
        capacity: U256::from(100),
        refillSecs: DAY,
    };
    let set = IPatchCare::setProxyCall {
        proxy,
        call: call.abi_encode().into(),
    };
    assert!(
        e2e::calls::refusal::<IPatchGovernance::OperationNotReady>(&world.send(governor, &set)).is_some()
    );
    succeeded(&world.send(
        governor,
        &IPatchGovernance::scheduleCall {
            data: set.abi_encode().into(),
        },
    ));
    or_skip!(world.chain.advance_time(CHANGE_SECS));
    succeeded(&world.send(governor, &set));
}

#[test]
fn a_beacon_is_switched_and_takes_no_data() {
    let mut world = World::new();
    let manager = world.manager;
    let beacon = world.create(Fixture::Beacon, (world.bank, manager).abi_encode_params());
    world.adopt(beacon, 2, world.bank);
    let mut patch = world.right();
    patch.terms.proxy = beacon;
    let refused = called::<IPatchManager::BeaconTakesNoInit>(&world.canary(&patch));
    assert_eq!(refused, Some(IPatchManager::BeaconTakesNoInit { proxy: beacon }));
    patch.terms = patch.terms.with(&[], &[]);
    (patch.init, patch.checks) = (vec![], vec![]);
    or_skip!(world.arm(&patch));
    succeeded(&world.apply(&patch));
    succeeded(&world.roll_back(&patch));
}

#[test]
fn behind_a_uups_proxy_runs_only_what_can_be_upgraded_again() {
    let mut world = World::new();
    let (one, two) = (
        world.create(Fixture::UupsBank, vec![]),
        world.create(Fixture::UupsBank, vec![]),
    );
    let lost = world.create(Fixture::UupsLost, vec![]);
    let init = IBank::initializeCall {
        token_: Address::ZERO,
        marker_: U256::ZERO,
    };
    let uups = world.create(
        Fixture::Uups,
        (one, bytes(&init.abi_encode())).abi_encode_params(),
    );
    alloy_sol_types::sol! { function transferOwnership(address to) external; }
    let owner = IBank::ownerCall {};
    let deployer = world.chain.view(world.people.user, uups, &owner).unwrap();
    assert_eq!(deployer, world.people.deployer);
    let to = world.manager;
    world
        .chain
        .must(deployer, uups, &transferOwnershipCall { to }, "the ownership")
        .unwrap();
    world.adopt(uups, 1, one);
    let patch_to = |world: &World, implementation| {
        let mut patch = world.patch(implementation, vec![], vec![]);
        (patch.terms.proxy, patch.terms.replaces) = (uups, one);
        patch
    };
    let bad = patch_to(&world, lost);
    assert_eq!(
        called::<IPatchManager::UpgradeLost>(&world.canary(&bad)),
        Some(IPatchManager::UpgradeLost { proxy: uups })
    );
    let good = patch_to(&world, two);
    world.passes(&good, 0);
    or_skip!(world.arm(&good));
    succeeded(&world.apply(&good));
    succeeded(&world.roll_back(&good));
}

#[test]
fn a_check_that_is_starved_never_counts_as_one_that_reverts() {
    let mut world = World::new();
    let mut patch = world.right();
    let process = IBank::processCall {
        root: alloy_primitives::B256::repeat_byte(1),
        rounds: U256::from(20_000),
    };
    // Behind the patch this root is acceptable, so that the check has to fail, however little gas there is.
    let check = e2e::patch::check(e2e::patch::Rule::Reverts, world.proxy, &process.abi_encode());
    patch = world.patch(patch.terms.implementation, patch.init, check);
    let call = patch
        .terms
        .canary(bytes(&patch.init), bytes(&patch.checks), 0)
        .abi_encode();
    let mut starved = 0;
    for gas in (2_000_000..12_000_000_u64).step_by(500_000) {
        let request = serde_json::json!([{
            "from": world.people.attacker, "to": world.manager, "input": bytes(&call), "gas": format!("{gas:#x}"),
        }, "latest"]);
        let error = world
            .chain
            .client()
            .ask::<alloy_primitives::Bytes>("eth_call", request)
            .unwrap_err();
        let told = format!("{error:?}");
        let has = |selector: [u8; 4]| told.contains(&alloy_primitives::hex::encode(selector));
        assert!(!has(IPatchManager::CanaryPassed::SELECTOR), "{gas}: {told}");
        starved += usize::from(has(IPatchManager::Starved::SELECTOR));
    }
    assert_ne!(starved, 0);
}
