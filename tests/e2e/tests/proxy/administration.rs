//! What the administrator does, and that nobody else does it.

use super::world::*;
use alloy_primitives::{hex, keccak256, Address, B256, U256};
use alloy_sol_types::{SolCall, SolError};
use e2e::or_skip;
use e2e::proxy::{IBank, IGuardedProxy, IProxyGuards};
use e2e::tokens::{Fixture, IBatch};

fn upgrade(implementation: Address, data: Vec<u8>) -> IGuardedProxy::upgradeToAndCallCall {
    IGuardedProxy::upgradeToAndCallCall {
        implementation_: implementation,
        data: data.into(),
    }
}

#[test]
fn an_upgrade_keeps_what_is_stored_and_guarded() {
    let mut world = World::new();
    let two = world.create(Fixture::BankTwo, vec![]);
    world.set(&watch(ETH, 100));
    assert_eq!(world.ask(&IBank::versionCall {}), u(1));
    let upgraded = world.set(&upgrade(two, vec![]));
    assert_eq!(
        world.told::<IGuardedProxy::Upgraded>(&upgraded),
        [IGuardedProxy::Upgraded { implementation: two }]
    );
    assert_eq!(world.ask(&IBank::versionCall {}), u(2));
    assert_eq!((world.marker(), world.held(ETH)), (MARKER, HELD));
    assert!(!world.withdraw_eth(101).is_success());
    assert!(world.withdraw_eth(100).is_success());

    // With a call, and its value.
    let migrate = IBank::migrateCall { marker_: u(8) }.abi_encode();
    let receipt = world.administer_with(upgrade(two, migrate).abi_encode(), 6);
    assert!(receipt.is_success(), "{receipt:?}");
    assert_eq!((world.marker(), world.held(ETH)), (8, HELD - 100 + 6));
}

#[test]
fn an_upgrade_that_could_not_run_is_refused() {
    let mut world = World::new();
    let (proxy, user) = (world.proxy, world.people.user);
    for implementation in [Address::ZERO, user, proxy] {
        let refused = world.administer(&upgrade(implementation, vec![]));
        assert_refused(
            &refused,
            &IGuardedProxy::ERC1967InvalidImplementation { implementation },
        );
    }
    let sworn = world.create(Fixture::Sworn, vec![]);
    let slot = keccak256("PROXIABLE");
    let refused = world.administer(&upgrade(sworn, vec![]));
    assert_refused(&refused, &IGuardedProxy::UUPSUnsupportedProxiableUUID { slot });
    let two = world.create(Fixture::BankTwo, vec![]);
    let paid = world.administer_with(upgrade(two, vec![]).abi_encode(), 1);
    assert_refused(&paid, &IGuardedProxy::ERC1967NonPayable {});
    let failing = IBank::failTypedCall { number: u(7) }.abi_encode();
    let refused = world.administer(&upgrade(two, failing));
    assert_refused(
        &refused,
        &IBank::Custom {
            number: u(7),
            data: hex!("c0ffee").into(),
        },
    );
    assert_eq!(world.read(&IGuardedProxy::implementationCall {}), world.bank);
}

#[test]
fn that_an_implementation_says_what_it_is_for_can_be_required() {
    let mut world = World::new();
    let bank = world.bank;
    let required = |required| IGuardedProxy::requireProxiableCall { required };
    let receipt = world.set(&required(true));
    let told = |required, loosened| IGuardedProxy::ProxiableRequired { required, loosened };
    assert_eq!(
        world.told::<IGuardedProxy::ProxiableRequired>(&receipt),
        [told(true, false)]
    );
    let refused = world.administer(&upgrade(bank, vec![]));
    let slot = B256::ZERO;
    assert_refused(&refused, &IGuardedProxy::UUPSUnsupportedProxiableUUID { slot });
    let two = world.create(Fixture::BankTwo, vec![]);
    world.set(&upgrade(two, vec![]));
    let receipt = world.set(&required(false));
    assert_eq!(
        world.told::<IGuardedProxy::ProxiableRequired>(&receipt),
        [told(false, true)]
    );
    world.set(&upgrade(bank, vec![]));
}

#[test]
fn an_implementations_own_upgrade_is_refused() {
    let mut world = World::new();
    let two = world.create(Fixture::BankTwo, vec![]);
    world.set(&upgrade(two, vec![]));
    let other = world.create(Fixture::BankTwo, vec![]);
    let own = IBank::upgradeToAndCallCall {
        newImplementation: other,
        data: hex!("").into(),
    };
    let slot = erc1967("implementation");
    assert_refused(&world.send(&own), &IProxyGuards::ProxySlotChanged { slot });
    assert_eq!(world.read(&IGuardedProxy::implementationCall {}), two);
}

#[test]
fn code_that_is_tricked_into_writing_anywhere_changes_no_word_of_the_proxys_that_says_who_and_what() {
    let mut world = World::new();
    world.set(&watch(ETH, 100));
    let attacker = world.people.attacker;
    for slot in [erc1967("implementation"), erc1967("admin"), root()] {
        let value = attacker.into_word();
        let refused = world.send(&IBank::overwriteCall { slot, value });
        assert_refused(&refused, &IProxyGuards::ProxySlotChanged { slot });
    }
    let slot = B256::from(u(0));
    assert!(world
        .send(&IBank::overwriteCall {
            slot,
            value: u(5).into()
        })
        .is_success());
    assert_eq!(world.marker(), 5, "its own words are its own");
}

#[test]
fn the_administration_is_handed_over_to_a_contract_and_nobody_else() {
    let mut world = World::new();
    let next = world.create(Fixture::Batch, vec![]);
    for admin in [Address::ZERO, world.people.attacker, world.proxy] {
        let refused = world.administer(&IGuardedProxy::changeAdminCall { admin_: admin });
        assert_refused(&refused, &IGuardedProxy::ERC1967InvalidAdmin { admin });
    }
    let changed = world.set(&IGuardedProxy::changeAdminCall { admin_: next });
    assert_eq!(
        world.told::<IGuardedProxy::AdminChanged>(&changed),
        [IGuardedProxy::AdminChanged {
            previousAdmin: world.admin,
            newAdmin: next
        }]
    );
    // Who was the administrator is anybody now.
    let marker = world
        .chain
        .view(world.admin, world.proxy, &IBank::markerCall {})
        .unwrap();
    assert_eq!(marker, u(MARKER));
    world.admin = next;
    world.set(&watch(ETH, 100));
}

#[test]
fn nothing_is_set_in_the_middle_of_a_transition() {
    let mut world = World::new();
    world.set(&watch(ETH, 100));
    // The administrator can be called by anyone, as a timelock's executor can: from inside a withdrawal.
    let (proxy, admin) = (world.proxy, world.admin);
    let unwatch = IProxyGuards::unwatchCall { asset: ETH }.abi_encode();
    let call = IBatch::Call {
        to: proxy,
        value: U256::ZERO,
        data: unwatch.into(),
        mayFail: false,
    };
    let out = IBank::callOutCall {
        target: admin,
        data: IBatch::runCall { calls: vec![call] }.abi_encode().into(),
    };
    let called = world.called(&out);
    let answer = IBank::callOutCall::abi_decode_returns(&called.output).unwrap();
    assert!(!answer.done);
    assert_eq!(answer.returned[..], IGuardedProxy::Reentered::SELECTOR);
    world.send(&out);
    assert_eq!(world.read(&IProxyGuards::watchedCall { place: 0 }).asset, ETH);
    assert!(!world.withdraw_eth(101).is_success());
}

#[test]
fn settings_that_could_not_act_are_refused_and_change_nothing() {
    let mut world = World::new();
    let proxy = world.proxy;
    let before = or_skip!(world.chain.fingerprint(proxy));
    let some = IBank::withdrawCall::SELECTOR;
    let setting = |terms| selectors([some], terms);
    let refused = world.administer(&setting([5, 0, 0, 0]));
    assert_refused(&refused, &IProxyGuards::UnknownKind { kind: 5 });
    let refused = world.administer(&setting([0, 6, 0, 0]));
    assert_refused(&refused, &IProxyGuards::UnknownPauseGroup { group: 6 });
    for terms in [[0, 0, 3, 0], [0, 0, 0, 2], [VIEW, 1, 0, 0], [VIEW, 0, 1, 0]] {
        assert!(!world.administer(&setting(terms)).is_success(), "{terms:?}");
    }
    let unlisted = IProxyGuards::setUnlistedCall {
        kind: 5,
        group: 0,
        latch: 0,
        nests: 0,
    };
    assert_refused(
        &world.administer(&unlisted),
        &IProxyGuards::UnknownKind { kind: 5 },
    );
    let user = world.people.user;
    assert_refused(
        &world.administer(&watch(user, 1)),
        &IProxyGuards::NotAToken { asset: user },
    );
    let closed = IProxyGuards::closeCall { asset: ETH };
    assert_refused(
        &world.administer(&closed),
        &IProxyGuards::NotWatched { asset: ETH },
    );
    let unwatched = IProxyGuards::unwatchCall { asset: ETH };
    assert_refused(
        &world.administer(&unwatched),
        &IProxyGuards::NotWatched { asset: ETH },
    );
    let unanswered = invariant(0, IBank::failCall::SELECTOR, user, 0, U256::ZERO);
    assert_refused(
        &world.administer(&unanswered),
        &IProxyGuards::Unanswered { contract_: user },
    );
    assert!(!world
        .administer(&invariant(8, IBank::priceCall::SELECTOR, proxy, 0, U256::ZERO))
        .is_success());
    let cleared = IProxyGuards::clearInvariantCall { place: 0 };
    assert_refused(
        &world.administer(&cleared),
        &IProxyGuards::NoInvariant { place: 0 },
    );
    assert_refused(
        &world.administer(&mode(0, 3)),
        &IProxyGuards::UnknownMode { mode: 3 },
    );
    assert!(!world.administer(&mode(9, 0)).is_success());
    assert_refused(
        &world.administer(&restrict(0, 1, HOUR)),
        &IProxyGuards::UnknownState { state: 1 },
    );
    assert!(!world.administer(&restrict(0, 4, 31 * DAY)).is_success());
    let lifted = IProxyGuards::liftCall { group: 0 };
    assert_refused(&world.administer(&lifted), &IProxyGuards::NotPaused { group: 0 });
    assert_eq!(world.chain.fingerprint(proxy).unwrap(), before);
}

#[test]
fn a_list_has_eight_places_and_a_place_that_was_freed_is_taken_again() {
    let mut world = World::new();
    let tokens: Vec<Address> = (0..9)
        .map(|_| {
            let init = Fixture::Token.token_init_code("T", 18, world.people.user, u(1));
            world.chain.create(world.people.deployer, init).unwrap()
        })
        .collect();
    for token in &tokens[..8] {
        world.set(&watch(*token, 100));
    }
    let full = world.administer(&watch(tokens[8], 100));
    assert_refused(&full, &IProxyGuards::ListFull { most: 8 });
    // Another limit of one that is there takes no place.
    world.set(&watch(tokens[3], 50));
    let unwatched = world.set(&IProxyGuards::unwatchCall { asset: tokens[3] });
    assert_eq!(
        world.told::<IProxyGuards::AssetWatched>(&unwatched),
        [IProxyGuards::AssetWatched {
            asset: tokens[3],
            watched: false,
            loosened: true
        }]
    );
    let watched = world.set(&watch(tokens[8], 100));
    assert_eq!(
        world.told::<IProxyGuards::AssetWatched>(&watched),
        [IProxyGuards::AssetWatched {
            asset: tokens[8],
            watched: true,
            loosened: false
        }]
    );
    let at = |place| world.read(&IProxyGuards::watchedCall { place }).asset;
    assert_eq!([2, 3, 4].map(at), [tokens[2], tokens[8], tokens[4]]);
    assert_eq!(at(8), Address::ZERO);
    // Seven more places are asked about at every call.
    assert!(world.pay(&IBank::repayCall {}, 1).is_success());
}

#[test]
fn what_a_selector_is_can_be_read_and_every_change_is_told() {
    let mut world = World::plain();
    let some = IBank::withdrawCall::SELECTOR;
    let read = |world: &World| {
        let setting = world.read(&IProxyGuards::settingCall {
            selector: some.into(),
        });
        (
            [setting.kind, setting.group, setting.latch, setting.nests],
            setting.listed,
        )
    };
    assert_eq!(read(&world), ([INCREASES, 0, 0, 0], false));
    let word = |[kind, group, latch, nests]: [u8; 4]| {
        0x1_0000_0000 | u64::from(u32::from_be_bytes([nests, latch, group, kind]))
    };
    let mut previous = 0;
    for (terms, loosened) in [
        ([WITHDRAWS, OUTS, 1, 1], true),
        ([INCREASES, OUTS, 1, 0], false),
        ([VIEW, 0, 0, 0], false),
        ([INCREASES, 0, 0, 0], true),
    ] {
        let receipt = world.set(&selectors([some], terms));
        assert_eq!(
            world.told::<IProxyGuards::SelectorConfigured>(&receipt),
            [IProxyGuards::SelectorConfigured {
                selector: some.into(),
                previous,
                current: word(terms),
                loosened
            }]
        );
        assert_eq!(read(&world), (terms, true));
        previous = word(terms);
    }
    let receipt = world.set(&IProxyGuards::setUnlistedCall {
        kind: VIEW,
        group: 0,
        latch: 0,
        nests: 0,
    });
    let current = word([VIEW, 0, 0, 0]);
    assert_eq!(
        world.told::<IProxyGuards::DefaultConfigured>(&receipt),
        [IProxyGuards::DefaultConfigured {
            which: 0,
            previous: 0,
            current,
            loosened: false
        }]
    );
    // Listed it was stricter than nothing, unlisted it is a view.
    let receipt = world.set(&IProxyGuards::unlistSelectorsCall {
        selectors: vec![some.into()],
    });
    let told = world.told::<IProxyGuards::SelectorConfigured>(&receipt);
    assert_eq!(
        (told[0].previous, told[0].current, told[0].loosened),
        (previous, 0, false)
    );
    assert_eq!(read(&world), ([VIEW, 0, 0, 0], false));
    let receipt = world.set(&IProxyGuards::setShortCall {
        kind: REDUCES,
        group: INS,
        latch: 2,
        nests: 1,
    });
    let told = world.told::<IProxyGuards::DefaultConfigured>(&receipt);
    assert_eq!((told[0].which, told[0].loosened), (1, true));
    let short = world.read(&IProxyGuards::shortCall {});
    assert_eq!(
        [short.kind, short.group, short.latch, short.nests],
        [REDUCES, INS, 2, 1]
    );
    let unlisted = world.read(&IProxyGuards::unlistedCall {});
    assert_eq!(unlisted.kind, VIEW);
}
