//! Proxies that their implementation upgrades, and beacons, with implementations in Solidity and in Rust.

use super::world::*;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolValue};
use e2e::or_skip;
use e2e::patch::{check, IPatchManager, Rule};
use e2e::proxy::{IBank, IBeacon};
use e2e::tokens::Fixture;

/// OpenZeppelin's proxy with this bank behind it, which belongs to the manager, in its care.
fn uups(world: &mut World, bank: Address) -> Address {
    let init = IBank::initializeCall {
        token_: Address::ZERO,
        marker_: U256::from(MARKER),
    };
    let arguments = (bank, bytes(&init.abi_encode())).abi_encode_params();
    let proxy = world.create(Fixture::Uups, arguments);
    let (deployer, to) = (world.people.deployer, world.manager);
    let handed = IBank::transferOwnershipCall { to };
    world
        .chain
        .must(deployer, proxy, &handed, "the ownership")
        .unwrap();
    world.adopt(proxy, 1, bank);
    proxy
}

fn of(world: &World, proxy: Address, replaces: Address, to: Address, init: Vec<u8>) -> Whole {
    let mut patch = world.patch(to, init, vec![]);
    (patch.terms.proxy, patch.terms.replaces) = (proxy, replaces);
    patch
}

#[test]
fn a_uups_proxy_goes_from_either_kind_to_either_and_back() {
    for from in Kind::BOTH {
        for to in Kind::BOTH {
            let mut world = World::new();
            let one = world.four(from);
            // Twice the same code is no other code, and a patch all the same.
            let two = world.four(to);
            world.proxy = uups(&mut world, one);
            world.bank = one;
            let init = IBank::initializeThreeCall {
                root: B256::repeat_byte(1),
                mutes: false,
            };
            let mut patch = of(&world, world.proxy, one, two, init.abi_encode());
            let price = check(
                Rule::Unchanged(0),
                world.proxy,
                &IBank::priceOrCall {}.abi_encode(),
            );
            patch.terms = patch.terms.with(&patch.init, &price);
            patch.checks = price;
            or_skip!(world.arm(&patch));
            world.passes(&patch, 1);
            succeeded(&world.apply(&patch));
            let root = B256::repeat_byte(1);
            assert!(world.ask(&IBank::acceptableCall { root }));
            assert_eq!(world.ask(&IBank::markerCall {}), U256::from(MARKER));
            assert_eq!((world.runs().implementation, world.runs().previous), (two, one));
            succeeded(&world.roll_back(&patch));
            assert_eq!(world.runs().implementation, one);
            // It is the manager's still.
            assert_eq!(world.ask(&IBank::ownerCall {}), world.manager);
        }
    }
}

#[test]
fn behind_a_uups_proxy_nothing_runs_that_the_manager_could_not_upgrade() {
    for from in Kind::BOTH {
        let mut world = World::new();
        let one = world.four(from);
        let proxy = uups(&mut world, one);
        (world.proxy, world.bank) = (proxy, one);
        // It takes whatever it is called with.
        let lost = world.create(Fixture::UupsLost, vec![]);
        let patch = of(&world, proxy, one, lost, vec![]);
        or_skip!(world.refuses(&patch, &IPatchManager::UpgradeLost { proxy }));
        // It does not say that it is an implementation for such a proxy, or says that it is for another.
        let batch = world.create(Fixture::Batch, vec![]);
        let patch = of(&world, proxy, one, batch, vec![]);
        let none = IPatchManager::NotProxiable {
            account: batch,
            found: B256::ZERO,
        };
        or_skip!(world.refuses(&patch, &none));
        let three = world.create(Fixture::BankThree, vec![]);
        let patch = of(&world, proxy, one, three, vec![]);
        // A fallback that answers is no answer: what it says is shorter than a word.
        let none = IPatchManager::NotProxiable {
            account: three,
            found: B256::ZERO,
        };
        or_skip!(world.refuses(&patch, &none));
        for to in Kind::BOTH {
            // Its initialisation gives it to somebody else, who is the last to upgrade it.
            let owner_ = world.people.attacker;
            let two = world.four(to);
            let init = IBank::initializeOwnerCall { owner_ }.abi_encode();
            let patch = of(&world, proxy, one, two, init);
            or_skip!(world.refuses(&patch, &IPatchManager::UpgradeLost { proxy }));
        }
        // And a program that does not run is none.
        let code = e2e::wasm::code("probe/frame").unwrap();
        let e2e::wasm::Code::Whole(code) = code else {
            panic!("the probe is small enough for one contract");
        };
        let deployer = world.people.deployer;
        let account = world
            .chain
            .create(deployer, e2e::rpc::init_code_for(&code))
            .unwrap();
        let patch = of(&world, proxy, one, account, vec![]);
        or_skip!(world.refuses(&patch, &IPatchManager::ProgramInactive { account }));
    }
}

#[test]
fn a_beacon_switches_all_its_proxies_to_a_program_and_back() {
    let mut world = World::new();
    let (manager, bank) = (world.manager, world.bank);
    let beacon = world.create(Fixture::Beacon, (bank, manager).abi_encode_params());
    world.adopt(beacon, 2, bank);
    let proxies = [(); 2].map(|()| proxied(&mut world.chain, manager, beacon, true));
    let program = world.four(Kind::Stylus);
    let mut patch = of(&world, beacon, bank, program, vec![]);
    // What a proxy of it says is asked of the proxy.
    let checks: Vec<_> = proxies
        .iter()
        .flat_map(|proxy| {
            let version = IBank::versionCall {}.abi_encode();
            let price = IBank::priceOrCall {}.abi_encode();
            [
                check(Rule::Equals(U256::from(3)), *proxy, &version),
                check(Rule::Unchanged(0), *proxy, &price),
            ]
            .concat()
        })
        .collect();
    patch.terms = patch.terms.with(&[], &checks);
    patch.checks = checks;
    or_skip!(world.arm(&patch));
    world.passes(&patch, 4);
    succeeded(&world.apply(&patch));
    let version = |world: &World, proxy| {
        let asked = IBank::versionCall {};
        world.chain.view(world.people.user, proxy, &asked).unwrap()
    };
    for proxy in proxies {
        assert_eq!(version(&world, proxy), U256::from(3));
    }
    succeeded(&world.roll_back(&patch));
    for proxy in proxies {
        assert_eq!(version(&world, proxy), U256::from(1));
    }
    let points = world
        .chain
        .view(world.people.user, beacon, &IBeacon::implementationCall {});
    assert_eq!(points.unwrap(), bank);
}

#[test]
fn a_beacon_is_not_pointed_at_what_does_not_run_or_breaks_one_of_its_proxies() {
    let mut world = World::new();
    let (manager, bank) = (world.manager, world.bank);
    let beacon = world.create(Fixture::Beacon, (bank, manager).abi_encode_params());
    world.adopt(beacon, 2, bank);
    let proxy = proxied(&mut world.chain, manager, beacon, true);
    // A probe that knows no bank.
    let code = e2e::wasm::code("probe/frame").unwrap();
    let deployer = world.people.deployer;
    let probe = world.chain.deploy_program(deployer, &code, vec![]).unwrap();
    let price = check(Rule::Unchanged(0), proxy, &IBank::priceOrCall {}.abi_encode());
    let mut patch = of(&world, beacon, bank, probe, vec![]);
    patch.terms = patch.terms.with(&[], &price);
    patch.checks = price;
    let refused = IPatchManager::CheckFailed {
        index: 0,
        before: U256::from(10).pow(U256::from(18)).into(),
        current: B256::repeat_byte(0xff),
    };
    or_skip!(world.refuses(&patch, &refused));
    let program = world.four(Kind::Stylus);
    let patch = of(&world, beacon, bank, program, vec![1]);
    let refused = IPatchManager::BeaconTakesNoInit { proxy: beacon };
    or_skip!(world.refuses(&patch, &refused));
}

#[test]
fn a_beacon_or_a_uups_proxy_that_is_handed_over_is_somebody_elses() {
    let mut world = World::new();
    let (manager, bank) = (world.manager, world.bank);
    let beacon = world.create(Fixture::Beacon, (bank, manager).abi_encode_params());
    world.adopt(beacon, 2, bank);
    let one = world.four(Kind::Evm);
    let proxy = uups(&mut world, one);
    let next = world.create(Fixture::Batch, vec![]);
    for (proxy, runs) in [(beacon, bank), (proxy, one)] {
        let mut over = of(&world, proxy, runs, next, vec![]);
        (over.terms.act, over.terms.wayBack) = (e2e::patch::HAND_OVER, 1);
        or_skip!(world.arm(&over));
        succeeded(&world.apply(&over));
        let owner = world.chain.view(next, proxy, &IBank::ownerCall {}).unwrap();
        assert_eq!(owner, next);
    }
}
