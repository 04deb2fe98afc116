//! A proxy for which OpenZeppelin's beacon says what runs.

use super::world::*;
use alloy_primitives::{Address, Bytes, B256};
use alloy_sol_types::{SolCall, SolValue};
use e2e::or_skip;
use e2e::proxy::{proxy_input, IBank, IBeacon, IGuardedProxy, IProxyGuards};
use e2e::tokens::Fixture;
use e2e::wasm;

/// A world whose proxy follows a beacon.
fn followed() -> (World, Address) {
    let mut world = World::plain();
    let owner = world.people.governor;
    let beacon = world.create(Fixture::Beacon, (world.bank, owner).abi_encode_params());
    let code = wasm::code("proxy").unwrap();
    let settings = vec![views().abi_encode()];
    let input = proxy_input(world.admin, beacon, true, initialize(world.token), settings);
    world.proxy = world
        .chain
        .deploy_program(world.people.deployer, &code, input)
        .unwrap();
    (world, beacon)
}

#[test]
fn the_beacon_says_what_runs() {
    let (mut world, beacon) = followed();
    assert_eq!(
        (world.marker(), world.ask(&IBank::versionCall {})),
        (MARKER, u(1))
    );
    assert_eq!(world.word(erc1967("beacon")), beacon.into_word());
    assert_eq!(world.word(erc1967("implementation")), B256::ZERO);
    let two = world.create(Fixture::BankTwo, vec![]);
    let owner = world.people.governor;
    let upgraded = IBeacon::upgradeToCall {
        newImplementation: two,
    };
    world.chain.must(owner, beacon, &upgraded, "an upgrade").unwrap();
    assert_eq!(
        (world.marker(), world.ask(&IBank::versionCall {})),
        (MARKER, u(2))
    );
    assert!(world.pay(&IBank::repayCall {}, 3).is_success());
    assert_eq!(world.held(ETH), 3);
}

#[test]
fn the_proxy_changes_from_a_beacon_to_an_implementation_and_back() {
    let (mut world, beacon) = followed();
    let two = world.create(Fixture::BankTwo, vec![]);
    let named = world.set(&IGuardedProxy::upgradeToAndCallCall {
        implementation_: two,
        data: Bytes::new(),
    });
    assert_eq!(
        world.told::<IGuardedProxy::Upgraded>(&named),
        [IGuardedProxy::Upgraded { implementation: two }]
    );
    assert_eq!(
        world.told::<IGuardedProxy::BeaconUpgraded>(&named),
        [IGuardedProxy::BeaconUpgraded {
            beacon: Address::ZERO
        }]
    );
    assert_eq!(world.read(&IGuardedProxy::beaconCall {}), Address::ZERO);
    assert_eq!(world.ask(&IBank::versionCall {}), u(2));
    let followed = world.set(&IGuardedProxy::upgradeBeaconCall { beacon_: beacon });
    assert_eq!(
        world.told::<IGuardedProxy::BeaconUpgraded>(&followed),
        [IGuardedProxy::BeaconUpgraded { beacon }]
    );
    assert_eq!(
        world.told::<IGuardedProxy::Upgraded>(&followed),
        [IGuardedProxy::Upgraded {
            implementation: Address::ZERO
        }]
    );
    assert_eq!(world.ask(&IBank::versionCall {}), u(1));
}

#[test]
fn the_implementation_does_not_name_another_beacon() {
    let (mut world, _) = followed();
    let slot = erc1967("beacon");
    let refused = world.send(&IBank::overwriteCall {
        slot,
        value: world.people.attacker.into_word(),
    });
    assert_refused(&refused, &IProxyGuards::ProxySlotChanged { slot });
    let slot = erc1967("implementation");
    let refused = world.send(&IBank::overwriteCall {
        slot,
        value: world.people.attacker.into_word(),
    });
    assert_refused(&refused, &IProxyGuards::ProxySlotChanged { slot });
}

#[test]
fn a_beacon_that_names_nobody_stops_everything() {
    let (mut world, beacon) = followed();
    // One that is no beacon, one that names itself, and one whose answer is no address, are not followed at all.
    let sworn = world.create(Fixture::Sworn, vec![]);
    for (no_beacon, why) in [
        (world.bank, "names an account without code"),
        (sworn, "says nothing"),
    ] {
        let refused = world.administer(&IGuardedProxy::upgradeBeaconCall { beacon_: no_beacon });
        assert!(!refused.is_success(), "{why}");
    }
    let refused = world.administer(&IGuardedProxy::upgradeBeaconCall { beacon_: world.proxy });
    assert_refused(
        &refused,
        &IGuardedProxy::ERC1967InvalidBeacon { beacon: world.proxy },
    );
    // What the beacon named has gone: the same as an implementation without code.
    let gone = world.bank;
    or_skip!(world.set_code(gone, &[]));
    let refused = world.pay(&IBank::repayCall {}, 3);
    assert_refused(
        &refused,
        &IGuardedProxy::ERC1967InvalidImplementation { implementation: gone },
    );
    or_skip!(world.set_code(beacon, &[0]));
    let refused = world.pay(&IBank::repayCall {}, 3);
    assert_refused(&refused, &IGuardedProxy::ERC1967InvalidBeacon { beacon });
}
