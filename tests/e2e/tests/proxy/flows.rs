//! What leaves is limited, however it leaves.

use super::world::*;
use alloy_primitives::{hex, Bytes, U256};
use alloy_sol_types::SolCall;
use e2e::calls::refusal;
use e2e::or_skip;
use e2e::proxy::{IBank, IProxyGuards};
use e2e::tokens::IToken;

const CAPACITY: u64 = 1_000;

fn watched() -> World {
    let mut world = World::new();
    let token = world.token;
    world.set(&watch(token, CAPACITY));
    world.set(&watch(ETH, CAPACITY));
    world
}

fn available(world: &World, place: u8) -> u64 {
    world.read(&IProxyGuards::watchedCall { place }).available.to()
}

#[test]
fn a_drain_ends_where_the_limit_says_and_an_honest_day_does_not_meet_it() {
    let mut world = watched();
    let (token, attacker) = (world.token, world.people.attacker);
    let everything = world.withdraw(HELD);
    assert_refused(
        &everything,
        &IProxyGuards::RateLimited {
            asset: token,
            requested: u(HELD),
            available: u(CAPACITY),
            retryAt: u64::MAX,
        },
    );
    for _ in 0..4 {
        world.withdraw(CAPACITY / 4);
    }
    assert!(!world.withdraw(CAPACITY / 4).is_success());
    assert_eq!(world.chain.holds(token, attacker).unwrap(), u(CAPACITY));
    assert_eq!(world.held(token), HELD - CAPACITY);
    // A day later the limit is whole again, and an ordinary day's withdrawals pass.
    or_skip!(world.chain.advance_time(DAY));
    for _ in 0..10 {
        assert!(world.withdraw(CAPACITY / 20).is_success());
    }
}

#[test]
fn what_comes_in_makes_no_room_for_what_goes_out_later() {
    let mut world = watched();
    let user = world.people.user;
    let approval = IToken::approveCall {
        spender: world.proxy,
        value: U256::MAX,
    };
    world
        .chain
        .must(user, world.token, &approval, "an approval")
        .unwrap();
    assert!(world.withdraw(CAPACITY).is_success());
    assert!(world
        .send(&IBank::depositCall { amount: u(CAPACITY) })
        .is_success());
    assert!(!world.withdraw(1_000).is_success());
}

#[test]
fn eth_that_came_with_the_call_did_not_leave_when_it_leaves_and_what_was_there_did() {
    let mut world = watched();
    let attacker = world.people.attacker;
    let out = |amount: u64| IBank::withdrawEthCall {
        to: attacker,
        amount: u(amount),
    };
    // Its own value goes through without being charged.
    assert!(world.pay(&out(5_000), 5_000).is_success());
    assert_eq!(available(&world, 1), CAPACITY);
    // What is more than that is what left.
    assert!(world.pay(&out(5_300), 5_000).is_success());
    assert_eq!(available(&world, 1), CAPACITY - 300);
    assert!(!world.pay(&out(5_701), 5_000).is_success());
    assert!(world.pay(&IBank::repayCall {}, 5_000).is_success());
    assert_eq!(world.held(ETH), HELD - 300 + 5_000);
}

#[test]
fn code_that_destroys_itself_neither_ends_the_proxy_nor_gets_past_the_limit() {
    let mut world = watched();
    let attacker = world.people.attacker;
    let destroy = IBank::destroyCall { to: attacker };
    let all = world.send(&destroy);
    assert_eq!(
        refusal::<IProxyGuards::RateLimited>(&all).map(|refused| refused.requested),
        Some(u(HELD))
    );
    world.set(&IProxyGuards::unwatchCall { asset: ETH });
    assert!(world.send(&destroy).is_success());
    assert_eq!(world.held(ETH), 0);
    assert_eq!(world.marker(), MARKER, "and is there");
    assert!(world.withdraw(1).is_success());
}

#[test]
fn an_asset_that_is_closed_stays_where_it_is_and_everything_else_runs() {
    let mut world = watched();
    let token = world.token;
    let closed = world.set(&IProxyGuards::closeCall { asset: token });
    let told = world.told::<IProxyGuards::BucketConfigured>(&closed);
    assert_eq!((told[0].capacity, told[0].loosened), (U256::ZERO, false));
    assert_refused(&world.withdraw(1), &IProxyGuards::AssetClosed { asset: token });
    assert!(world.withdraw(0).is_success());
    assert!(world.withdraw_eth(1).is_success());
    assert_eq!(
        world.read(&IProxyGuards::watchedCall { place: 0 }).capacity,
        U256::ZERO
    );
}

#[test]
fn an_asset_that_nobody_watches_has_no_limit() {
    let mut world = World::new();
    assert!(world.withdraw(HELD).is_success());
}

#[test]
fn a_limit_in_shadow_tells_what_it_would_have_refused() {
    let mut world = watched();
    let user = world.people.user;
    world.set(&mode(0, SHADOW));
    assert_eq!(world.read(&IProxyGuards::modeCall { guard: 0 }), SHADOW);
    let passed = world.withdraw(CAPACITY + 1);
    assert!(passed.is_success(), "{passed:?}");
    let told = world.told::<IProxyGuards::GuardWouldRefuse>(&passed);
    assert_eq!((told.len(), told[0].guard, told[0].by), (1, 0, user));
    assert_eq!(
        told[0].reason[..4],
        <IProxyGuards::RateLimited as alloy_sol_types::SolError>::SELECTOR
    );
    world.set(&mode(0, ENFORCE));
    assert!(!world.withdraw(CAPACITY + 1).is_success());
}

#[test]
fn a_call_that_fails_is_charged_nothing() {
    let mut world = watched();
    let token = world.token;
    // More than there is: the token's refusal.
    let failed = world.withdraw(HELD + 1);
    assert!(refusal::<IProxyGuards::RateLimited>(&failed).is_none() && !failed.is_success());
    assert_eq!(available(&world, 0), CAPACITY);
    let attacker = world.people.attacker;
    // Nor is one that moves and reverts.
    let calls: Vec<Bytes> = vec![
        IBank::withdrawCall {
            to: attacker,
            amount: u(5),
        }
        .abi_encode()
        .into(),
        IBank::failTypedCall { number: u(1) }.abi_encode().into(),
    ];
    world.set(&selectors(
        [IBank::withdrawCall::SELECTOR, IBank::failTypedCall::SELECTOR],
        [WITHDRAWS, 0, 0, 1],
    ));
    assert!(!world.send(&IBank::multicallCall { calls }).is_success());
    assert_eq!((available(&world, 0), world.held(token)), (CAPACITY, HELD));
}

#[test]
fn a_transfer_with_the_gas_of_soliditys_own_does_not_get_through() {
    let mut world = watched();
    let user = world.people.user;
    // CALL of the address in the first word with its value and 2,300 gas (the stipend), answering with whether it succeeded.
    let code = hex!("600b600a5f39600b5ff3 5f5f5f5f345f355ff15000").to_vec();
    let payer = world.chain.create(user, code).unwrap();
    let input = world.proxy.into_word().to_vec();
    let before = world.held(ETH);
    world.chain.transact(user, payer, input, u(5)).unwrap();
    assert_eq!(world.held(ETH), before);
}
