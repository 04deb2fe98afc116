//! Patches that became incidents, each refused as it is tried and as it is applied, with nothing changed.

use super::world::*;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use e2e::or_skip;
use e2e::patch::IPatchManager;
use e2e::proxy::IBank;
use e2e::tokens::Fixture;

alloy_sol_types::sol! {
    function initialize(address registry_) external;
}

#[test]
fn audius_an_initialiser_whose_word_collides_behind_the_proxy() {
    let mut world = World::new();
    let collided = world.create(Fixture::Collided, vec![]);
    let init = initializeCall {
        registry_: Address::repeat_byte(9),
    };
    let patch = world.patch(collided, init.abi_encode(), vec![]);
    let proxy = world.proxy;
    or_skip!(world.refuses(&patch, &IPatchManager::InitializedTwice { proxy }));
}

#[test]
fn nomad_a_root_of_zero_that_becomes_acceptable() {
    let mut world = World::new();
    let mut patch = world.right();
    let init = IBank::initializeThreeCall {
        root: B256::ZERO,
        mutes: false,
    };
    patch = world.patch(patch.terms.implementation, init.abi_encode(), patch.checks);
    let refused = called::<IPatchManager::CheckFailed>(&world.canary(&patch)).unwrap();
    assert_eq!((refused.index, refused.current), (1, B256::from(U256::from(1))));
    or_skip!(world.refuses(&patch, &refused));
}

#[test]
fn wormhole_an_implementation_that_anybody_initialises() {
    let mut world = World::new();
    let open = world.create(Fixture::Bank, vec![]);
    let init = IBank::initializeCall {
        token_: Address::ZERO,
        marker_: U256::ZERO,
    };
    let patch = world.patch(open, init.abi_encode(), vec![]);
    or_skip!(world.refuses(&patch, &IPatchManager::InitializerOpen { implementation: open }));
}

#[test]
fn compound_a_price_that_reverts_after_the_upgrade() {
    let mut world = World::new();
    let right = world.right();
    let init = IBank::initializeThreeCall {
        root: B256::repeat_byte(1),
        mutes: true,
    };
    let patch = world.patch(right.terms.implementation, init.abi_encode(), right.checks);
    let refused = IPatchManager::CheckFailed {
        index: 0,
        before: B256::from(U256::from(10).pow(U256::from(18))),
        current: B256::repeat_byte(0xff),
    };
    or_skip!(world.refuses(&patch, &refused));
}

#[test]
fn an_initialisation_that_fails() {
    let mut world = World::new();
    let right = world.right();
    let init = IBank::initializeFailingCall {}.abi_encode();
    let patch = world.patch(right.terms.implementation, init, right.checks);
    let proxy = world.proxy;
    or_skip!(world.refuses(&patch, &IPatchManager::SwitchFailed { proxy }));
}

#[test]
fn other_code_other_data_other_checks_and_another_implementation_that_runs() {
    let mut world = World::new();
    let right = world.right();
    let account = right.terms.implementation;
    let found = world.code_hash(account);

    let mut other = right.clone();
    other.terms.codeHash = world.code_hash(world.bank);
    let expected = other.terms.codeHash;
    or_skip!(world.refuses(
        &other,
        &IPatchManager::CodeDiffers {
            account,
            expected,
            found
        }
    ));

    let mut other = right.clone();
    other.init.push(0);
    let (expected, found) = (other.terms.initHash, alloy_primitives::keccak256(&other.init));
    or_skip!(world.refuses(&other, &IPatchManager::InitDiffers { expected, found }));

    let mut other = right.clone();
    other.terms.salt = B256::repeat_byte(1);
    other.checks = world.checks()[..0].to_vec();
    let (expected, found) = (other.terms.checksHash, alloy_primitives::keccak256(&other.checks));
    or_skip!(world.refuses(&other, &IPatchManager::ChecksDiffer { expected, found }));

    let mut other = right.clone();
    other.terms.replaces = account;
    let (proxy, found) = (world.proxy, world.bank);
    or_skip!(world.refuses(
        &other,
        &IPatchManager::ImplementationDiffers {
            proxy,
            expected: account,
            found
        }
    ));

    let mut other = right.clone();
    other.terms.layoutAfter = B256::repeat_byte(3);
    let found = alloy_primitives::keccak256("bank 3");
    let expected = other.terms.layoutAfter;
    or_skip!(world.refuses(
        &other,
        &IPatchManager::LayoutDiffers {
            account,
            expected,
            found
        }
    ));

    let mut other = right;
    other.terms.implementation = Address::repeat_byte(0x99);
    let account = other.terms.implementation;
    or_skip!(world.refuses(&other, &IPatchManager::NoCode { account }));
}

#[test]
fn a_contract_for_another_kind_of_proxy() {
    let mut world = World::new();
    let sworn = world.create(Fixture::Sworn, vec![]);
    let patch = world.patch(sworn, vec![], vec![]);
    let found = alloy_primitives::keccak256("PROXIABLE");
    or_skip!(world.refuses(
        &patch,
        &IPatchManager::NotProxiable {
            account: sworn,
            found
        }
    ));
}
