//! What happens in the middle of a transition.

use super::world::*;
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolError};
use e2e::proxy::{IBank, IGuardedProxy, IProxyGuards};
use e2e::tokens::{Fixture, IToken};

/// Has the token call the proxy with this when the attacker is paid.
fn armed(world: &mut World, data: Vec<u8>) {
    let call = IToken::setCallbackCall {
        target: world.proxy,
        data: data.into(),
    };
    let (attacker, token) = (world.people.attacker, world.token);
    world.chain.must(attacker, token, &call, "a callback").unwrap();
}

fn heard(world: &World) -> (bool, Bytes) {
    let (user, token) = (world.people.user, world.token);
    let succeeded = world
        .chain
        .view(user, token, &IToken::lastSucceededCall {})
        .unwrap();
    let returned = world
        .chain
        .view(user, token, &IToken::lastReturnedCall {})
        .unwrap();
    (succeeded, returned)
}

fn withdrawal(to: Address, amount: u64) -> Vec<u8> {
    IBank::withdrawCall {
        to,
        amount: u(amount),
    }
    .abi_encode()
}

#[test]
fn a_call_back_is_refused_in_the_middle_of_a_transition() {
    let mut world = World::new();
    let attacker = world.people.attacker;
    armed(&mut world, withdrawal(attacker, 7));
    assert!(world.withdraw(5).is_success());
    assert_eq!(heard(&world), (false, IGuardedProxy::Reentered::SELECTOR.into()));
    assert_eq!(world.held(world.token), HELD - 5);
    // The lock is free again.
    assert!(world.withdraw(5).is_success());
}

#[test]
fn what_may_nest_does_and_the_exit_sees_it_all() {
    let mut world = World::new();
    let (token, attacker) = (world.token, world.people.attacker);
    world.set(&watch(token, 1_000));
    world.set(&selectors(
        [IBank::withdrawCall::SELECTOR],
        [WITHDRAWS, OUTS, 0, 1],
    ));
    armed(&mut world, withdrawal(attacker, 400));
    assert!(world.withdraw(600).is_success());
    assert!(heard(&world).0);
    assert_eq!(world.held(token), HELD - 1_000);

    // Split over a call and its call back, it is still one withdrawal.
    let mut world = World::new();
    let (token, attacker) = (world.token, world.people.attacker);
    world.set(&watch(token, 1_000));
    world.set(&selectors(
        [IBank::withdrawCall::SELECTOR],
        [WITHDRAWS, OUTS, 0, 1],
    ));
    armed(&mut world, withdrawal(attacker, 600));
    let refused = e2e::calls::refusal::<IProxyGuards::RateLimited>(&world.withdraw(600)).unwrap();
    assert_eq!(refused.requested, u(1_200));
    assert_eq!(world.held(token), HELD);
}

#[test]
fn what_is_paused_does_not_nest() {
    let mut world = World::new();
    world.set(&selectors([IBank::depositCall::SELECTOR], [INCREASES, INS, 0, 1]));
    world.set(&restrict(INS, 4, HOUR));
    armed(&mut world, IBank::depositCall { amount: U256::ZERO }.abi_encode());
    assert!(world.withdraw(5).is_success());
    let (succeeded, returned) = heard(&world);
    assert!(!succeeded && returned[..4] == IProxyGuards::GroupRestricted::SELECTOR);
}

#[test]
fn what_nests_is_charged_at_the_smallest_share_of_all() {
    let mut world = World::new();
    let (token, attacker) = (world.token, world.people.attacker);
    world.set(&watch(token, 1_000));
    // The outer call runs in full, the inner one at a quarter.
    world.set(&selectors([IBank::callOutCall::SELECTOR], [WITHDRAWS, INS, 0, 0]));
    world.set(&selectors(
        [IBank::withdrawCall::SELECTOR],
        [WITHDRAWS, OUTS, 0, 1],
    ));
    world.set(&restrict(OUTS, 2, HOUR));
    let thief = world.create(Fixture::Batch, vec![]);
    let out = |amount: u64| IBank::callOutCall {
        target: thief,
        data: batch(world.proxy, withdrawal(attacker, amount), 0)
            .abi_encode()
            .into(),
    };
    let (over, within) = (out(251), out(250));
    let refused = e2e::calls::refusal::<IProxyGuards::RateLimited>(&world.send(&over)).unwrap();
    assert_eq!(refused.requested, u(1_004));
    assert!(world.send(&within).is_success());
    assert_eq!(world.held(token), HELD - 250);
}

#[test]
fn a_view_is_read_in_the_middle_of_a_transition_where_it_was_set_to() {
    let mut world = World::new();
    armed(&mut world, IBank::priceCall {}.abi_encode());
    assert!(world.withdraw(5).is_success());
    assert!(heard(&world).0);
    world.set(&selectors([IBank::priceCall::SELECTOR], [VIEW, 0, 0, 0]));
    armed(&mut world, IBank::priceCall {}.abi_encode());
    assert!(world.withdraw(5).is_success());
    assert_eq!(
        heard(&world),
        (false, IProxyGuards::InTransition::SELECTOR.into())
    );
    assert!(world.price() > 0, "and outside of one");
}

#[test]
fn the_implementation_calls_itself_as_an_account_without_asking_and_in_its_place_as_its_caller() {
    let mut world = World::new();
    let price = IBank::setPriceCall { price_: u(5) }.abi_encode();
    let itself = IBank::callSelfCall {
        data: price.clone().into(),
    };
    assert!(world.send(&itself).is_success());
    assert_eq!(world.price(), 5);
    // A delegatecall to its own address has its caller for a caller: it has to be set to nest.
    let multicall = IBank::multicallCall {
        calls: vec![price.into()],
    };
    assert_refused(&world.send(&multicall), &IGuardedProxy::Reentered {});
    world.set(&selectors([IBank::setPriceCall::SELECTOR], [INCREASES, 0, 0, 1]));
    assert!(world.send(&multicall).is_success());
}

#[test]
fn what_an_own_call_does_the_exit_sees() {
    let mut world = World::new();
    world.price_never_falls();
    let fall = IBank::callSelfCall {
        data: IBank::setPriceCall { price_: u(5) }.abi_encode().into(),
    };
    let refused = world.send(&fall);
    assert!(
        e2e::calls::refusal::<IProxyGuards::InvariantBroken>(&refused).is_some(),
        "{refused:?}"
    );
    // A view that calls itself changes nothing either.
    world.set(&selectors([IBank::callSelfCall::SELECTOR], [VIEW, 0, 0, 1]));
    assert!(!world.send(&fall).is_success());
}
