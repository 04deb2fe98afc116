//! Proxies and implementations that do not do what they should, or do it no more: the manager believes what it reads after each step, and not what it asked for.

use super::world::*;
use alloy_primitives::{hex, Address, B256, U256};
use e2e::or_skip;
use e2e::patch::{IPatchCare, IPatchManager, HAND_OVER};
use e2e::proxy::{IBank, IBeacon};
use e2e::rpc::init_code_for;

/// Answers whatever it is asked with its first word, which is what it was sent last as one word alone.
///
/// ```text
/// if calldatasize == 32 { sstore(0, calldataload(0)); stop } else { return sload(0) }
/// ```
const FICKLE: [u8; 21] = hex!("3660201460 0f57 5f545f5260205ff3 5b5f355f5500");

/// A beacon that anybody points elsewhere, until it is sent one word alone that is not zero: from then on it says yes and does nothing.
///
/// ```text
/// if calldatasize == 32 { sstore(1, calldataload(0)); stop }
/// if calldatasize == 36 && sload(1) == 0 { sstore(0, calldataload(4)); stop }
/// return sload(0)
/// ```
const STUBBORN: [u8; 43] =
    hex!("36602014601757 36602414601e57 5b5f545f5260205ff3 5b5f3560015500 5b600154600e57 6004355f5500");

/// Initialises once for each caller, and never where it was made: its init code marks that place.
///
/// ```text
/// if sload(0x1234) != 0 || sload(caller) != 0 { revert } sstore(caller, 1)
/// ```
const ONCE_EACH: [u8; 36] =
    hex!("6001611234556015 80600f5f395ff3 6112345460115733546011576001335500 5b5f5ffd");

fn made(world: &mut World, code: &[u8]) -> Address {
    let deployer = world.people.deployer;
    world.chain.create(deployer, init_code_for(code)).unwrap()
}

fn tell(world: &mut World, contract: Address, word: B256) {
    let anyone = world.people.attacker;
    let told = world.chain.transact(anyone, contract, word.to_vec(), U256::ZERO);
    succeeded(&told.unwrap());
}

/// A beacon that obeys so far, in care, and a patch of it to the fourth bank.
fn stubborn(world: &mut World) -> (Address, Whole) {
    let beacon = made(world, &STUBBORN);
    let (anyone, bank) = (world.people.attacker, world.bank);
    let first = IBeacon::upgradeToCall {
        newImplementation: bank,
    };
    succeeded(&world.chain.submit(anyone, beacon, &first).unwrap());
    world.adopt(beacon, 2, bank);
    let four = world.four(Kind::Evm);
    let mut patch = world.patch(four, vec![], vec![]);
    patch.terms.proxy = beacon;
    (beacon, patch)
}

#[test]
fn a_switch_that_was_not_made_is_refused() {
    let mut world = World::new();
    let (beacon, patch) = stubborn(&mut world);
    world.passes(&patch, 0);
    tell(&mut world, beacon, B256::repeat_byte(1));
    let refused = IPatchManager::ImplementationDiffers {
        proxy: beacon,
        expected: patch.terms.implementation,
        found: world.bank,
    };
    or_skip!(world.refuses(&patch, &refused));
}

#[test]
fn a_way_back_that_was_not_gone_is_refused() {
    let mut world = World::new();
    let (beacon, patch) = stubborn(&mut world);
    or_skip!(world.arm(&patch));
    succeeded(&world.apply(&patch));
    tell(&mut world, beacon, B256::repeat_byte(1));
    let refused = IPatchManager::ImplementationDiffers {
        proxy: beacon,
        expected: world.bank,
        found: patch.terms.implementation,
    };
    assert_refused(&world.roll_back(&patch), &refused);
    tell(&mut world, beacon, B256::ZERO);
    succeeded(&world.roll_back(&patch));
}

#[test]
#[allow(non_snake_case)]
fn nothing_is_rolled_back_over_what_the_patch_has_not_put_there() {
    let mut world = World::new();
    let (beacon, patch) = stubborn(&mut world);
    or_skip!(world.arm(&patch));
    succeeded(&world.apply(&patch));
    let other = world.four(Kind::Evm);
    let (anyone, bank) = (world.people.attacker, world.bank);
    let point = |newImplementation| IBeacon::upgradeToCall { newImplementation };
    succeeded(&world.chain.submit(anyone, beacon, &point(other)).unwrap());
    let refused = IPatchManager::ImplementationDiffers {
        proxy: beacon,
        expected: patch.terms.implementation,
        found: other,
    };
    assert_refused(&world.roll_back(&patch), &refused);
    // Nor applied.
    let mut again = patch.clone();
    again.terms.salt = B256::repeat_byte(1);
    succeeded(&world.chain.submit(anyone, beacon, &point(bank)).unwrap());
    world.passes(&again, 0);
    succeeded(&world.chain.submit(anyone, beacon, &point(other)).unwrap());
    let refused = IPatchManager::ImplementationDiffers {
        expected: bank,
        ..refused
    };
    world.refuses_to_try(&again, &refused);
}

#[test]
fn the_way_back_leads_to_the_layout_that_was_approved() {
    let mut world = World::new();
    let fickle = made(&mut world, &FICKLE);
    // It answers the question for its kind of proxy with the same word as that for its layout.
    let layout = B256::from(hex!(
        "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
    ));
    tell(&mut world, fickle, layout);
    let mut world = world.running(fickle);
    tell(&mut world, fickle, B256::ZERO);
    let four = world.four(Kind::Evm);
    let mut patch = world.patch(four, vec![], vec![]);
    (patch.terms.layoutBefore, patch.terms.layoutAfter) = (layout, alloy_primitives::keccak256("bank 3"));
    let differs = |found| IPatchManager::LayoutDiffers {
        account: fickle,
        expected: layout,
        found,
    };
    or_skip!(world.refuses(&patch, &differs(B256::ZERO)));
    tell(&mut world, fickle, layout);
    succeeded(&world.apply(&patch));
    let other = B256::repeat_byte(0x1b);
    tell(&mut world, fickle, other);
    assert_refused(&world.roll_back(&patch), &differs(other));
    tell(&mut world, fickle, layout);
    succeeded(&world.roll_back(&patch));
}

#[test]
fn a_layout_is_asked_of_the_new_implementation_too() {
    for kind in Kind::BOTH {
        let mut world = World::new();
        let four = world.four(kind);
        let mut patch = world.patch(four, vec![], vec![]);
        patch.terms.layoutAfter = alloy_primitives::keccak256("bank 3");
        world.passes(&patch, 0);
        patch.terms.layoutAfter = alloy_primitives::keccak256("bank 4");
        let differs = IPatchManager::LayoutDiffers {
            account: four,
            expected: patch.terms.layoutAfter,
            found: alloy_primitives::keccak256("bank 3"),
        };
        or_skip!(world.refuses(&patch, &differs));
    }
}

#[test]
fn a_standby_patch_is_never_hidden() {
    let mut world = World::new();
    let mut patch = world.right();
    patch.terms.path = 1;
    let (id, proxy, governor) = (world.id(&patch), world.proxy, world.people.governor);
    succeeded(&world.send(governor, &IPatchManager::commitCall { patch: id, proxy }));
    let elsewhere = IPatchManager::PatchCommittedElsewhere { patch: id, proxy };
    assert_refused(&world.send(governor, &patch.terms.reveal()), &elsewhere);
    // And one that is in the open has nothing to reveal.
    let open = world.right();
    let id = world.propose(&open);
    let revealed = IPatchManager::PatchRevealed { patch: id };
    assert_refused(&world.send(governor, &open.terms.reveal()), &revealed);
}

#[test]
fn terms_of_a_hand_over_say_that_it_initialises_asks_and_takes_back_nothing() {
    let mut world = World::new();
    let next = world.create(e2e::tokens::Fixture::Batch, vec![]);
    let good = {
        let mut over = world.patch(next, vec![], vec![]);
        (over.terms.act, over.terms.wayBack) = (HAND_OVER, 1);
        over
    };
    world.passes(&good, 0);
    let governor = world.people.governor;
    for change in 0..3 {
        let mut bad = good.clone();
        match change {
            0 => bad.terms.wayBack = 0,
            1 => bad.terms.initHash = B256::repeat_byte(1),
            _ => bad.terms.checksHash = B256::repeat_byte(1),
        }
        let refused = IPatchManager::HandOverTerms {
            patch: world.id(&bad),
        };
        assert_refused(&world.send(governor, &bad.terms.propose()), &refused);
        world.refuses_to_try(&bad, &refused);
    }
    // To whom there is no code nobody hands anything.
    let mut nobody = good;
    let account = Address::repeat_byte(0x31);
    (nobody.terms.implementation, nobody.terms.codeHash) = (account, world.code_hash(account));
    or_skip!(world.refuses(&nobody, &IPatchManager::NoCode { account }));
}

#[test]
#[allow(non_snake_case)]
fn of_a_proxy_that_is_taken_again_nothing_lies_ready() {
    let mut world = World::new();
    let (beacon, patch) = stubborn(&mut world);
    or_skip!(world.arm(&patch));
    let mut pending = patch.clone();
    pending.terms.salt = B256::repeat_byte(1);
    let id = world.propose(&pending);
    let next = world.create(e2e::tokens::Fixture::Batch, vec![]);
    let mut over = world.patch(next, vec![], vec![]);
    over.terms.proxy = beacon;
    (over.terms.act, over.terms.wayBack) = (HAND_OVER, 1);
    or_skip!(world.arm(&over));
    succeeded(&world.apply(&over));
    let unknown = IPatchManager::ProxyUnknown { proxy: beacon };
    let governor = world.people.governor;
    assert_refused(&world.send(governor, &over.terms.propose()), &unknown);
    // This one takes any word for an implementation, a new owner's too.
    let (anyone, bank) = (world.people.attacker, world.bank);
    let newImplementation = bank;
    let back = IBeacon::upgradeToCall { newImplementation };
    succeeded(&world.chain.submit(anyone, beacon, &back).unwrap());
    world.adopt(beacon, 2, bank);
    assert_eq!(world.phase(id), 7);
    let cancelled = IPatchManager::PatchInPhase {
        patch: world.id(&pending),
        phase: 7,
    };
    assert_refused(&world.apply(&pending), &cancelled);
    assert_eq!(world.ask(&IBank::versionCall {}), U256::from(1));
    let asked = IPatchCare::proxyStateCall { proxy: beacon };
    let runs = world.chain.view(next, world.manager, &asked).unwrap();
    assert_eq!(runs.implementation, bank);
}

#[test]
fn an_initialiser_that_is_shut_for_who_called_it_and_open_for_strangers_is_open() {
    let mut world = World::new();
    let deployer = world.people.deployer;
    let each = world.chain.create(deployer, ONCE_EACH).unwrap();
    let patch = world.patch(each, vec![1, 2, 3, 4], vec![]);
    let proxy = world.proxy;
    or_skip!(world.refuses(&patch, &IPatchManager::InitializedTwice { proxy }));
}
