//! What has to hold over every call, asked from outside.

use super::world::*;
use alloy_primitives::{B256, U256};
use alloy_sol_types::{SolCall, SolError};
use e2e::calls::refusal;
use e2e::proxy::{IBank, IProxyGuards};
use e2e::tokens::IToken;

const PRICE: u64 = 1_000_000_000_000_000_000;

fn set_price(world: &mut World, price: u64) -> e2e::rpc::Receipt {
    world.send(&IBank::setPriceCall { price_: u(price) })
}

fn broken(world: &World, rule: u8, before: u64, current: u64, bound: U256) -> IProxyGuards::InvariantBroken {
    IProxyGuards::InvariantBroken {
        guard: 1,
        target: world.proxy,
        rule,
        before: u(before),
        current: u(current),
        bound,
    }
}

fn of_price(world: &World, rule: u8, bound: U256) -> IProxyGuards::setInvariantCall {
    invariant(0, IBank::priceCall::SELECTOR, world.proxy, rule, bound)
}

#[test]
fn what_never_falls_does_not_fall() {
    let mut world = World::new();
    world.price_never_falls();
    let fallen = set_price(&mut world, PRICE - 1);
    assert_refused(&fallen, &broken(&world, 0, PRICE, PRICE - 1, U256::ZERO));
    assert_eq!(world.price(), PRICE);
    assert!(set_price(&mut world, PRICE).is_success());
    assert!(set_price(&mut world, PRICE + 1).is_success());
    assert!(!set_price(&mut world, PRICE).is_success());
}

#[test]
fn each_rule_holds_at_its_bound_and_not_beyond() {
    let steps = U256::from(100u64 << 32 | 200);
    // The rule, its bound, prices that pass from PRICE, and prices that do not.
    let cases = [
        (1, U256::ZERO, vec![PRICE - 1], PRICE),
        (2, U256::ZERO, vec![PRICE], PRICE + 1),
        (3, steps, vec![PRICE / 100 * 102], PRICE / 100 * 103 + PRICE / 50),
        (4, u(PRICE - 5), vec![PRICE + 9, PRICE - 5], PRICE - 6),
        (5, u(PRICE + 5), vec![1, PRICE + 5], PRICE + 6),
    ];
    for (rule, bound, passing, refused) in cases {
        let mut world = World::new();
        let call = of_price(&world, rule, bound);
        world.set(&call);
        for price in passing {
            let passed = set_price(&mut world, price);
            assert!(passed.is_success(), "rule {rule}: {price}: {passed:?}");
        }
        let before = if rule < 4 { world.price() } else { 0 };
        let failed = set_price(&mut world, refused);
        assert_refused(&failed, &broken(&world, rule, before, refused, bound));
    }
}

#[test]
fn a_view_takes_arguments_and_may_be_anybodys() {
    let mut world = World::new();
    let (token, proxy) = (world.token, world.proxy);
    // Of what the bank holds of the token at least half.
    let half = IProxyGuards::setInvariantCall {
        arguments: 1,
        first: proxy.into_word(),
        ..invariant(3, IToken::balanceOfCall::SELECTOR, token, 4, u(HELD / 2))
    };
    let set = world.set(&half);
    assert_eq!(
        world.told::<IProxyGuards::InvariantConfigured>(&set),
        [IProxyGuards::InvariantConfigured {
            place: 3,
            previous: ETH,
            current: token,
            loosened: false
        }]
    );
    let two = IProxyGuards::setInvariantCall {
        arguments: 2,
        first: u(2).into(),
        second: u(7).into(),
        ..invariant(0, IBank::scaledCall::SELECTOR, proxy, 5, u(2 * PRICE + 7))
    };
    world.set(&two);
    let read = world.read(&IProxyGuards::invariantCall { place: 3 });
    assert_eq!(
        (read.selector.0, read.target, read.first),
        (IToken::balanceOfCall::SELECTOR, token, proxy.into_word())
    );
    assert!(world.withdraw(HELD / 2).is_success());
    let refused = refusal::<IProxyGuards::InvariantBroken>(&world.withdraw(1)).unwrap();
    assert_eq!(
        (refused.guard, refused.target, refused.current),
        (4, token, u(HELD / 2 - 1))
    );
    let refused = refusal::<IProxyGuards::InvariantBroken>(&set_price(&mut world, PRICE + 1)).unwrap();
    assert_eq!((refused.guard, refused.current), (1, u(2 * PRICE + 9)));

    let cleared = world.set(&IProxyGuards::clearInvariantCall { place: 3 });
    let told = world.told::<IProxyGuards::InvariantConfigured>(&cleared);
    assert_eq!((told[0].current, told[0].loosened), (ETH, true));
    assert!(world.withdraw(1).is_success());
    assert!(
        !set_price(&mut world, PRICE + 1).is_success(),
        "the other is still asked"
    );
}

#[test]
fn an_invariant_in_shadow_tells_and_lets_pass() {
    let mut world = World::new();
    world.price_never_falls();
    world.set(&mode(1, SHADOW));
    let passed = set_price(&mut world, PRICE - 1);
    assert!(passed.is_success(), "{passed:?}");
    let told = world.told::<IProxyGuards::GuardWouldRefuse>(&passed);
    let reason = broken(&world, 0, PRICE, PRICE - 1, U256::ZERO).abi_encode();
    assert_eq!(
        (told.len(), told[0].guard, told[0].reason.to_vec()),
        (1, 1, reason)
    );
    assert_eq!(world.price(), PRICE - 1);
}

/// The price by the view that can be mute.
fn mutable(world: &World, fails_open: u8, least_gas: u64) -> IProxyGuards::setInvariantCall {
    IProxyGuards::setInvariantCall {
        failsOpen: fails_open,
        leastGas: least_gas,
        ..invariant(0, IBank::priceOrCall::SELECTOR, world.proxy, 0, U256::ZERO)
    }
}

#[test]
fn one_that_cannot_be_evaluated_fails_closed_or_open_as_it_was_set() {
    let mut world = World::new();
    let (proxy, mute) = (world.proxy, IBank::setMuteCall { mute_: true });
    let closed = mutable(&world, 0, 0);
    world.set(&closed);
    let unanswered = IProxyGuards::Unanswered { contract_: proxy };
    assert_refused(&world.send(&mute), &unanswered);
    assert!(set_price(&mut world, PRICE).is_success());

    let open = mutable(&world, 1, 50_000);
    let set = world.set(&open);
    assert!(world.told::<IProxyGuards::InvariantConfigured>(&set)[0].loosened);
    let passed = world.send(&mute);
    assert!(passed.is_success(), "{passed:?}");
    let told = world.told::<IProxyGuards::InvariantNotEvaluated>(&passed);
    assert_eq!((told.len(), told[0].invariant, told[0].atExit), (1, 1, true));
    assert_eq!(
        told[0].reason,
        B256::right_padding_from(&IProxyGuards::Unanswered::SELECTOR)
    );
    // What did not answer before is not asked after.
    let passed = world.send(&IBank::setMuteCall { mute_: false });
    let told = world.told::<IProxyGuards::InvariantNotEvaluated>(&passed);
    assert_eq!((told.len(), told[0].atExit), (1, false));
    assert!(
        !set_price(&mut world, PRICE - 1).is_success(),
        "and it holds again"
    );
}

#[test]
fn whoever_gives_too_little_gas_gets_no_further_where_it_fails_open() {
    let mut world = World::new();
    // More than any transaction has: then a failure is always the caller's.
    let open = mutable(&world, 1, u64::from(u32::MAX));
    world.set(&open);
    let refused = world.send(&IBank::setMuteCall { mute_: true });
    assert!(
        refusal::<IProxyGuards::Starved>(&refused).is_some(),
        "{refused:?}"
    );
}

#[test]
fn an_invariant_is_asked_once_at_the_outermost_exit() {
    let mut world = World::new();
    world.price_never_falls();
    world.set(&selectors([IBank::setPriceCall::SELECTOR], [INCREASES, 0, 0, 1]));
    let call = |price: u64| IBank::setPriceCall { price_: u(price) }.abi_encode().into();
    // Down and up again in one call is no fall.
    let healed = IBank::multicallCall {
        calls: vec![call(1), call(PRICE)],
    };
    assert!(world.send(&healed).is_success());
    let fallen = IBank::multicallCall {
        calls: vec![call(PRICE + 5), call(PRICE - 1)],
    };
    assert_refused(
        &world.send(&fallen),
        &broken(&world, 0, PRICE, PRICE - 1, U256::ZERO),
    );
}
