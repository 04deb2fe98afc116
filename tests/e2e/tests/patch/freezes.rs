//! What is frozen while a patch waits, and until when.

use super::world::*;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use e2e::calls::refusal;
use e2e::or_skip;
use e2e::patch::{IPatchCare, IPatchManager};
use e2e::proxy::{selectors, IBank, IProxyGuards};
use e2e::rpc::{Receipt, RpcError};

fn frozen(world: &mut World, groups: u8, rung: u8, secs: u64) -> Whole {
    let mut patch = world.right();
    let terms = &mut patch.terms;
    (terms.freezeGroups, terms.freezeRung, terms.freezeSecs) = (groups, rung, secs);
    patch
}

/// A patch as soon as it is approved.
fn approved(world: &mut World, patch: &Whole) -> Result<alloy_primitives::B256, RpcError> {
    let id = world.propose(patch);
    let opens_at = world.state(id).readyAt - DAY;
    world.chain.move_to(opens_at)?;
    world.approve(id);
    Ok(id)
}

fn state(world: &World, group: u8) -> (u8, u64) {
    let asked = IProxyGuards::stateCall { group };
    let state = world.chain.view(world.manager, world.proxy, &asked).unwrap();
    (state.state_, state.until)
}

fn set_price(world: &mut World) -> Receipt {
    let (user, proxy) = (world.people.user, world.proxy);
    let call = IBank::setPriceCall {
        price_: U256::from(5),
    };
    world.chain.submit(user, proxy, &call).unwrap()
}

#[test]
fn a_freeze_ends_by_itself_in_its_first_second_after() {
    let mut world = World::new();
    let patch = frozen(&mut world, 0b100001, 4, DAY);
    let id = or_skip!(approved(&mut world, &patch));
    let ready_at = world.state(id).readyAt;
    let attacker = world.people.attacker;
    let freeze = world.send(attacker, &patch.terms.freeze());
    succeeded(&freeze);
    let now = world.chain.now().unwrap();
    let until = now + DAY;
    let (manager, proxy) = (world.manager, world.proxy);
    assert_eq!(
        told::<IPatchManager::PatchFroze>(&freeze, manager),
        [IPatchManager::PatchFroze {
            patch: id,
            proxy,
            groups: 0b100001,
            rung: 4,
            secs: DAY
        }]
    );
    let paused = told::<IProxyGuards::Restricted>(&freeze, proxy);
    let groups: Vec<_> = paused.iter().map(|paused| (paused.group, paused.until)).collect();
    assert_eq!(groups, [(0, until), (5, until)]);
    // A freeze shortens nothing.
    assert_eq!(world.state(id).readyAt, ready_at);
    or_skip!(world.chain.move_to(until - 1));
    assert_eq!(state(&world, 0), (4, until));
    let refused = set_price(&mut world);
    let restricted = refusal::<IProxyGuards::GroupRestricted>(&refused).unwrap();
    assert_eq!((restricted.group, restricted.retryAt), (0, until));
    or_skip!(world.chain.move_to(until));
    succeeded(&set_price(&mut world));
    // And does not begin again.
    assert_refused(
        &world.send(attacker, &patch.terms.freeze()),
        &IPatchManager::NothingToFreeze { patch: id },
    );
}

/// Which groups a call froze.
fn groups_frozen(world: &World, receipt: &Receipt) -> Vec<u8> {
    told::<IPatchManager::PatchFroze>(receipt, world.manager)
        .iter()
        .map(|froze| froze.groups)
        .collect()
}

#[test]
fn a_group_that_is_held_more_strictly_is_left_and_keeps_its_freeze() {
    let mut world = World::new();
    let (proxy, guardian, governor) = (world.proxy, world.people.guardian, world.people.governor);
    let attacker = world.people.attacker;
    let patch = frozen(&mut world, 0b1110, 3, HOUR);
    let id = or_skip!(approved(&mut world, &patch));
    // One more strictly, and one for longer.
    for (group, state, secs) in [(1, 4, 30 * 60), (2, 3, 2 * HOUR)] {
        let call = IPatchCare::restrictCall {
            proxy,
            group,
            state,
            secs,
        };
        succeeded(&world.send(guardian, &call));
    }
    let held = [state(&world, 1), state(&world, 2)];
    let freeze = world.send(attacker, &patch.terms.freeze());
    succeeded(&freeze);
    assert_eq!(groups_frozen(&world, &freeze), [0b1000]);
    let first_until = world.chain.now().unwrap() + HOUR;
    assert_eq!([state(&world, 1), state(&world, 2)], held);
    assert_eq!(state(&world, 3), (3, first_until));
    // What every group that is left refuses is refused, and changes nothing.
    let refused = IPatchManager::SwitchFailed { proxy };
    assert_refused(&world.send(attacker, &patch.terms.freeze()), &refused);
    // A group has its freeze left when its restriction is over, and one that was frozen has none: not when it is lifted either.
    succeeded(&world.send(governor, &IPatchCare::liftCall { proxy, group: 3 }));
    or_skip!(world.chain.move_to(held[0].1));
    let freeze = world.send(attacker, &patch.terms.freeze());
    succeeded(&freeze);
    assert_eq!(groups_frozen(&world, &freeze), [0b10]);
    assert_eq!(state(&world, 1), (3, world.chain.now().unwrap() + HOUR));
    succeeded(&world.send(governor, &IPatchCare::liftCall { proxy, group: 2 }));
    let freeze = world.send(attacker, &patch.terms.freeze());
    succeeded(&freeze);
    assert_eq!(groups_frozen(&world, &freeze), [0b100]);
    let none = IPatchManager::NothingToFreeze { patch: id };
    assert_refused(&world.send(attacker, &patch.terms.freeze()), &none);
}

/// A contract that makes a call with so much gas and no more, whatever comes of it: of the two words before the call, the first is to whom, the second is the gas.
#[rustfmt::skip]
const STARVER: [u8; 29] = [
    // PUSH21 of the code, MSTORE(0), RETURN(11, 21).
    0x74,
    // The rest of the data to memory; CALL(second word, first word, 0, 0, size, 0, 0); STOP.
    0x60, 0x40, 0x36, 0x03, 0x80, 0x60, 0x40, 0x5f, 0x37,
    0x5f, 0x5f, 0x91, 0x5f, 0x5f, 0x5f, 0x35, 0x60, 0x20, 0x35, 0xf1, 0x00,
    0x5f, 0x52, 0x60, 0x15, 0x60, 0x0b, 0xf3,
];

#[test]
fn a_starved_freeze_spends_nothing_that_it_did_not_freeze() {
    let mut world = World::new();
    let (attacker, manager, proxy) = (world.people.attacker, world.manager, world.proxy);
    let patch = frozen(&mut world, 0b11_1111, 4, HOUR);
    let id = or_skip!(approved(&mut world, &patch));
    let starver = world.chain.create(attacker, STARVER.to_vec()).unwrap();
    let freeze = patch.terms.freeze();
    let (mut done, mut in_vain) = (0, 0);
    for gas in (50_000_u64..3_000_000).step_by(50_000) {
        let call = [
            manager.into_word().to_vec(),
            U256::from(gas).to_be_bytes_vec(),
            freeze.abi_encode(),
        ];
        let sent = world
            .chain
            .transact(attacker, starver, call.concat(), U256::ZERO)
            .unwrap();
        succeeded(&sent);
        let restricted: u8 = told::<IProxyGuards::Restricted>(&sent, proxy)
            .iter()
            .map(|told| 1 << told.group)
            .sum();
        let froze = groups_frozen(&world, &sent).into_iter().sum::<u8>();
        assert_eq!(froze, restricted, "with {gas} gas");
        assert_eq!(done & restricted, 0, "with {gas} gas");
        done |= restricted;
        in_vain += usize::from(restricted == 0);
        if done == 0b11_1111 {
            break;
        }
    }
    assert_eq!(done, 0b11_1111, "enough gas freezes what is left");
    assert_ne!(in_vain, 0);
    let none = IPatchManager::NothingToFreeze { patch: id };
    assert_refused(&world.send(attacker, &freeze), &none);
}

#[test]
fn where_a_patch_only_reduces_risk_ways_out_stay_open() {
    let mut world = World::new();
    let views = selectors([IBank::repayCall::SELECTOR], [1, 2, 0, 0]);
    or_skip!(world.set_proxy(&views.abi_encode()));
    let patch = frozen(&mut world, 0b100, 3, DAY);
    or_skip!(approved(&mut world, &patch));
    succeeded(&world.send(world.people.attacker, &patch.terms.freeze()));
    assert_eq!(state(&world, 2).0, 3);
    assert_eq!(state(&world, 1).0, 0, "the rest keeps working");
    let (user, proxy) = (world.people.user, world.proxy);
    succeeded(&world.chain.submit(user, proxy, &IBank::repayCall {}).unwrap());
    succeeded(&set_price(&mut world));
}

#[test]
fn only_what_is_approved_and_waits_freezes_and_only_a_guarded_proxy() {
    let mut world = World::new();
    let (attacker, governor, proxy) = (world.people.attacker, world.people.governor, world.proxy);
    let patch = frozen(&mut world, 1, 4, HOUR);
    let id = world.id(&patch);
    let unknown = IPatchManager::PatchInPhase { patch: id, phase: 0 };
    assert_refused(&world.send(attacker, &patch.terms.freeze()), &unknown);
    // One that is hidden tells nobody what it freezes: whoever shows it may.
    succeeded(&world.send(governor, &IPatchManager::commitCall { patch: id, proxy }));
    let opens_at = world.state(id).readyAt - DAY;
    or_skip!(world.chain.move_to(opens_at));
    world.approve(id);
    let hidden = IPatchManager::PatchHidden { patch: id };
    assert_refused(&world.send(attacker, &patch.terms.freeze()), &hidden);
    succeeded(&world.send(governor, &patch.terms.reveal()));
    // Armed it freezes as well; applied no more.
    let ready_at = world.state(id).readyAt;
    or_skip!(world.chain.move_to(ready_at));
    succeeded(&world.send(world.people.guardian, &arm(id, ready_at, ready_at + 2 * HOUR)));
    let freeze = patch.terms.freeze().abi_encode();
    let frozen = world.chain.call(attacker, world.manager, freeze).unwrap();
    assert!(frozen.is_success(), "{frozen:?}");
    succeeded(&world.apply(&patch));
    let applied = IPatchManager::PatchInPhase { patch: id, phase: 5 };
    assert_refused(&world.send(attacker, &patch.terms.freeze()), &applied);
    // A cancelled one.
    let mut other = patch.clone();
    other.terms.salt = alloy_primitives::B256::repeat_byte(4);
    let id = or_skip!(approved(&mut world, &other));
    succeeded(&world.send(governor, &IPatchManager::cancelCall { patch: id }));
    let cancelled = IPatchManager::PatchInPhase { patch: id, phase: 7 };
    assert_refused(&world.send(attacker, &other.terms.freeze()), &cancelled);
    // What says nothing freezes nothing.
    let nothing = world.right();
    let id = or_skip!(approved(&mut world, &nothing));
    let none = IPatchManager::NothingToFreeze { patch: id };
    assert_refused(&world.send(attacker, &nothing.terms.freeze()), &none);
    // A beacon has no groups.
    let arguments = alloy_sol_types::SolValue::abi_encode_params(&(world.bank, world.manager));
    let beacon = world.create(e2e::tokens::Fixture::Beacon, arguments);
    world.adopt(beacon, 2, world.bank);
    let mut other = patch;
    (other.terms.proxy, other.terms.salt) = (beacon, alloy_primitives::B256::repeat_byte(5));
    let id = or_skip!(approved(&mut world, &other));
    let none = IPatchManager::NothingToFreeze { patch: id };
    assert_refused(&world.send(attacker, &other.terms.freeze()), &none);
}

#[test]
fn terms_of_a_freeze_that_mean_nothing_are_not_put_on_record() {
    let mut world = World::new();
    let governor = world.people.governor;
    for (groups, rung, secs, term, value) in [
        (0b100_0000, 4, HOUR, 12, 0b100_0000),
        (1, 1, HOUR, 13, 1),
        (1, 5, HOUR, 13, 5),
        (0, 3, 0, 13, 3),
        (1, 4, 0, 14, 0),
        (0, 0, 1, 14, 0),
        (1, 4, 30 * DAY + 1, 14, 0),
    ] {
        let patch = frozen(&mut world, groups, rung, secs);
        let refused = IPatchManager::UnknownTerm { term, value };
        assert_refused(&world.send(governor, &patch.terms.propose()), &refused);
        world.refuses_to_try(&patch, &refused);
    }
    // The longest is what the proxy takes.
    let patch = frozen(&mut world, 1, 4, 30 * DAY);
    or_skip!(approved(&mut world, &patch));
    succeeded(&world.send(world.people.attacker, &patch.terms.freeze()));
    assert_eq!(state(&world, 0), (4, world.chain.now().unwrap() + 30 * DAY));
}

#[test]
fn the_guardian_makes_stricter_and_the_governor_lifts_at_once() {
    let mut world = World::new();
    let (proxy, guardian, governor) = (world.proxy, world.people.guardian, world.people.governor);
    let restrict = |group, state, secs| IPatchCare::restrictCall {
        proxy,
        group,
        state,
        secs,
    };
    let lift = |proxy, group| IPatchCare::liftCall { proxy, group };
    let refused = IPatchCare::ProxyRefused { proxy };
    // There is no such state, no such group, no such time; nothing to lift.
    for call in [
        restrict(0, 1, HOUR),
        restrict(0, 5, HOUR),
        restrict(6, 4, HOUR),
        restrict(0, 4, 0),
    ] {
        assert_refused(&world.send(guardian, &call), &refused);
    }
    assert_refused(&world.send(governor, &lift(proxy, 0)), &refused);
    succeeded(&world.send(guardian, &restrict(0, 3, DAY)));
    // Milder or shorter is no restriction, of the governor neither.
    assert_refused(&world.send(governor, &restrict(0, 2, DAY)), &refused);
    assert_refused(&world.send(guardian, &restrict(0, 3, HOUR)), &refused);
    succeeded(&world.send(governor, &restrict(0, 4, DAY)));
    assert!(!set_price(&mut world).is_success());
    let caller = guardian;
    assert_refused(
        &world.send(guardian, &lift(proxy, 0)),
        &IPatchManager::NotGovernor { caller },
    );
    succeeded(&world.send(governor, &lift(proxy, 0)));
    succeeded(&set_price(&mut world));
    // What is not a guarded proxy in care has neither.
    for other in [world.bank, Address::repeat_byte(9)] {
        let refused = IPatchCare::ProxyRefused { proxy: other };
        assert_refused(&world.send(governor, &lift(other, 0)), &refused);
        let call = IPatchCare::restrictCall {
            proxy: other,
            ..restrict(0, 4, HOUR)
        };
        assert_refused(&world.send(guardian, &call), &refused);
    }
}
