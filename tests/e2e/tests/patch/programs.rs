//! Programs as implementations, and accounts that only look like one.

use super::world::*;
use alloy_primitives::{hex, Address, U256};
use alloy_sol_types::SolCall;
use e2e::or_skip;
use e2e::patch::IPatchManager;
use e2e::rpc::init_code_for;
use e2e::wasm::{self, Code};

const YEAR: u64 = 365 * DAY;

/// The probe of `tests/frame.rs`, deployed; and activated when asked for.
fn probe(world: &mut World, activated: bool) -> Address {
    let code = wasm::code("probe/frame").unwrap();
    let deployer = world.people.deployer;
    if activated {
        return world.chain.deploy_program(deployer, &code, vec![]).unwrap();
    }
    let Code::Whole(code) = code else {
        panic!("the probe is small enough for one contract");
    };
    world.chain.create(deployer, init_code_for(&code)).unwrap()
}

#[test]
fn a_program_that_was_never_activated_is_activated_in_the_switch_for_no_more_than_it_costs() {
    let mut world = World::new();
    let program = probe(&mut world, false);
    let patch = world.patch(program, vec![], vec![]);
    or_skip!(world.refuses(&patch, &IPatchManager::ProgramInactive { account: program }));
    let (guardian, manager) = (world.people.guardian, world.manager);
    let apply = |gas| patch.terms.apply(bytes(&[]), bytes(&[]), gas).abi_encode();
    // Too little gas for an activation burns that, and nothing else happens.
    let before = world.chain.fingerprint(manager).unwrap();
    let poor = world
        .chain
        .transact(
            guardian,
            manager,
            apply(500_000),
            U256::from(10).pow(U256::from(17)),
        )
        .unwrap();
    let failed = IPatchManager::ActivationFailed {
        account: program,
        gas: 500_000,
    };
    assert_refused(&poor, &failed);
    assert_eq!(world.chain.fingerprint(manager).unwrap(), before);
    let had = world.chain.balance(guardian).unwrap();
    let sent = U256::from(10).pow(U256::from(17));
    let applied = world
        .chain
        .transact(guardian, manager, apply(15_000_000), sent)
        .unwrap();
    succeeded(&applied);
    assert_eq!(world.chain.balance(manager).unwrap(), U256::ZERO);
    assert!(
        world.chain.balance(guardian).unwrap() > had - sent,
        "the rest came back"
    );
    assert_eq!(world.runs().secsLeft, YEAR);
    assert_eq!(world.runs().previousSecsLeft, u64::MAX);
    succeeded(&world.roll_back(&patch));
}

#[test]
fn one_that_anybody_activated_in_between_is_no_obstacle() {
    let mut world = World::new();
    let program = probe(&mut world, true);
    let patch = world.patch(program, vec![], vec![]);
    or_skip!(world.arm(&patch));
    let apply = patch.terms.apply(bytes(&[]), bytes(&[]), 15_000_000);
    succeeded(&world.send(world.people.guardian, &apply));
}

#[test]
fn a_program_that_expires_soon_is_not_switched_to_and_anyone_keeps_it_alive() {
    let mut world = World::new();
    let program = probe(&mut world, true);
    let patch = world.patch(program, vec![], vec![]);
    or_skip!(world.chain.advance_time(YEAR - 10 * DAY));
    let soon = called::<IPatchManager::ProgramExpiresSoon>(&world.canary(&patch)).unwrap();
    assert_eq!((soon.account, soon.needed), (program, 30 * DAY));
    assert!((9 * DAY..=10 * DAY).contains(&soon.secsLeft), "{soon:?}");
    let keep = IPatchManager::keepAliveCall { account: program };
    let (anyone, manager) = (world.people.attacker, world.manager);
    let value = U256::from(10).pow(U256::from(17));
    let had = world.chain.balance(anyone).unwrap();
    succeeded(
        &world
            .chain
            .transact(anyone, manager, keep.abi_encode(), value)
            .unwrap(),
    );
    assert!(
        world.chain.balance(anyone).unwrap() > had - value,
        "the rest came back"
    );
    assert_eq!(world.chain.balance(manager).unwrap(), U256::ZERO);
    world.passes(&patch, 0);
}

#[test]
fn a_program_that_expired_is_not_switched_to() {
    let mut world = World::new();
    let program = probe(&mut world, true);
    let patch = world.patch(program, vec![], vec![]);
    or_skip!(world.chain.advance_time(YEAR + DAY));
    // So has the manager, and the proxy behind which nothing can be asked.
    for contract in [world.manager, world.proxy] {
        world
            .chain
            .activate_program(world.people.attacker, contract)
            .unwrap();
    }
    let refused = called::<IPatchManager::ProgramInactive>(&world.canary(&patch));
    assert_eq!(refused, Some(IPatchManager::ProgramInactive { account: program }));
}

#[test]
fn an_account_that_lends_itself_code_is_no_implementation() {
    let mut world = World::new();
    let account = Address::repeat_byte(0x77);
    let designator = [&hex!("ef0100")[..], world.bank.as_slice()].concat();
    or_skip!(world.chain.set_code(account, designator));
    let patch = world.patch(account, vec![], vec![]);
    or_skip!(world.refuses(&patch, &IPatchManager::DelegatedAccount { account }));
}
