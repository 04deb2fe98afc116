//! Violations that outlive the revert which they cause.

use super::world::*;
use alloy_primitives::{hex, Bytes, B256, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use e2e::calls::refusal;
use e2e::or_skip;
use e2e::proxy::{IBank, IProxyGuards};
use e2e::rpc::Receipt;
use e2e::tokens::IBatch;

const PRICE: u64 = 1_000_000_000_000_000_000;

/// A price that never falls, and two ways to set it that are latched: one answers `false`, one nothing.
fn latching() -> World {
    let mut world = World::new();
    world.price_never_falls();
    world.set(&mode(1, LATCH));
    world.set(&selectors(
        [IBank::setPriceCall::SELECTOR],
        [INCREASES, INS, 1, 0],
    ));
    world.set(&selectors(
        [IBank::setPriceSilentlyCall::SELECTOR, IBank::failCall::SELECTOR],
        [INCREASES, INS, 2, 0],
    ));
    world
}

fn price(to: u64) -> IBank::setPriceCall {
    IBank::setPriceCall { price_: u(to) }
}

fn broken(world: &World, current: u64) -> IProxyGuards::InvariantBroken {
    IProxyGuards::InvariantBroken {
        guard: 1,
        target: world.proxy,
        rule: 0,
        before: u(PRICE),
        current: u(current),
        bound: U256::ZERO,
    }
}

fn latched(world: &World, receipt: &Receipt) -> Vec<IProxyGuards::ViolationLatched> {
    world.told(receipt)
}

#[test]
fn a_latched_call_that_violates_nothing_happens_and_answers_for_itself() {
    let mut world = latching();
    assert_eq!(
        world.called(&price(PRICE + 1)).output,
        Bytes::from(true.abi_encode())
    );
    let receipt = world.pay(&price(PRICE + 1), 5);
    assert!(receipt.is_success() && receipt.logs.is_empty(), "{receipt:?}");
    assert_eq!(
        (world.price(), world.held(ETH), world.violations()),
        (PRICE + 1, HELD + 5, 0)
    );
    // And what the implementation refuses is refused as it refuses it, whatever the bytes are.
    for data in [vec![], vec![0], vec![1, 1], hex!("0101aabbccdd").to_vec()] {
        let failed = world.called(&IBank::failCall {
            data: data.clone().into(),
        });
        assert!(!failed.is_success());
        assert_eq!(failed.output, Bytes::from(data.clone()));
        assert!(!world.send(&IBank::failCall { data: data.into() }).is_success());
    }
    assert_eq!(world.violations(), 0, "a violation is not forged");
}

#[test]
fn a_trip_outlives_the_revert_that_it_causes() {
    let mut world = latching();
    let user = world.people.user;
    let fall = price(PRICE - 1);
    assert_eq!(world.called(&fall).output, Bytes::from(false.abi_encode()));
    let tripped = world.send(&fall);
    assert!(tripped.is_success(), "{tripped:?}");
    assert_eq!(world.price(), PRICE, "it was rolled back");
    assert_eq!(
        latched(&world, &tripped),
        [IProxyGuards::ViolationLatched {
            guard: 1,
            method: IBank::setPriceCall::SELECTOR.into(),
            by: user,
            reason: broken(&world, PRICE - 1).abi_encode().into()
        }]
    );
    let at = world.time_of(&tripped);
    let last = world.read(&IProxyGuards::lastViolationCall {});
    let word = |four: [u8; 4]| B256::right_padding_from(&four);
    assert_eq!(
        (last.count, last.occurredAt, last.guard, last.by),
        (1, at, 1, user)
    );
    assert_eq!(
        (last.method, last.reason),
        (
            word(IBank::setPriceCall::SELECTOR),
            word(IProxyGuards::InvariantBroken::SELECTOR)
        )
    );
    let told = world.told::<IProxyGuards::Tripped>(&tripped);
    assert_eq!(
        (
            told[0].group,
            told[0].by,
            told[0].reason,
            told[0].from,
            told[0].to,
            told[0].until
        ),
        (INS, user, 0x81, 0, 2, at + DAY)
    );
    assert_eq!(world.state(INS), (2, at + DAY), "throttled");
    assert_eq!(world.state(OUTS).0, 0);
}

#[test]
fn each_violation_is_a_rung_until_ways_in_are_shut_and_it_comes_back_by_itself() {
    let mut world = latching();
    for (count, state) in [(1, 2), (2, 3)] {
        assert!(world.send(&price(1)).is_success());
        assert_eq!((world.violations(), world.state(INS).0), (count, state));
    }
    let refused = world.send(&price(PRICE));
    assert!(
        refusal::<IProxyGuards::GroupRestricted>(&refused).is_some(),
        "{refused:?}"
    );
    assert_eq!(world.violations(), 2, "a refusal at the door is none");
    assert!(world.withdraw(1).is_success(), "the other groups run");
    let (_, until) = world.state(INS);
    or_skip!(world.chain.move_to(until));
    assert!(world.send(&price(PRICE)).is_success());
}

#[test]
fn what_answers_nothing_answers_nothing() {
    let mut world = latching();
    let fall = IBank::setPriceSilentlyCall { price_: u(1) };
    let called = world.called(&fall);
    assert!(called.is_success() && called.output.is_empty(), "{called:?}");
    let tripped = world.send(&fall);
    assert_eq!(latched(&world, &tripped).len(), 1);
}

#[test]
fn a_guard_that_only_enforces_reverts_in_a_latched_call_and_one_that_latches_reverts_in_any_other() {
    let mut world = latching();
    world.set(&mode(1, ENFORCE));
    let expected = broken(&world, 1);
    assert_refused(&world.send(&price(1)), &expected);
    world.set(&mode(1, LATCH));
    world.set(&selectors(
        [IBank::setPriceCall::SELECTOR],
        [INCREASES, INS, 0, 0],
    ));
    assert_refused(&world.send(&price(1)), &expected);
    assert_eq!(world.violations(), 0);
}

#[test]
fn the_value_of_a_violating_call_is_sent_back() {
    let mut world = latching();
    let payer = world.create(e2e::tokens::Fixture::Batch, vec![]);
    let data = batch(world.proxy, price(1).abi_encode(), 700).abi_encode();
    let user = world.people.user;
    let tripped = world.chain.transact(user, payer, data, u(700)).unwrap();
    assert_eq!(latched(&world, &tripped).len(), 1);
    assert_eq!(world.held(ETH), HELD);
    assert_eq!(world.chain.balance(payer).unwrap(), u(700));

    // Who does not take it takes the whole call back: it calls whom the first word names with the data after it and its value, and has no address to call without data.
    let code =
        hex!("6022600a5f3960225ff3 6020360360205f375f5f602036035f345f355af13d5f5f3e601e573d5ffd5b3d5ff3");
    let refuser = world.chain.create(user, code.to_vec()).unwrap();
    let input = [world.proxy.into_word().to_vec(), price(1).abi_encode()].concat();
    let before = world.violations();
    let refused = world.chain.transact(user, refuser, input, u(700)).unwrap();
    assert!(!refused.is_success(), "{refused:?}");
    assert_eq!(world.violations(), before);
}

#[test]
fn limits_latch_where_they_are_told_to() {
    let mut world = latching();
    let (token, attacker) = (world.token, world.people.attacker);
    world.set(&watch(token, 100));
    world.set(&selectors(
        [IBank::withdrawCall::SELECTOR],
        [WITHDRAWS, OUTS, 1, 0],
    ));
    assert!(refusal::<IProxyGuards::RateLimited>(&world.withdraw(101)).is_some());
    world.set(&mode(0, LATCH));
    let tripped = world.withdraw(101);
    let told = latched(&world, &tripped);
    assert_eq!((told.len(), told[0].guard), (1, 0));
    assert_eq!(world.chain.holds(token, attacker).unwrap(), U256::ZERO);
    assert_eq!(world.state(OUTS).0, 2);
    // Throttled, a fourth still passes.
    let passed = world.withdraw(25);
    assert!(latched(&world, &passed).is_empty());
    assert_eq!(world.chain.holds(token, attacker).unwrap(), u(25));
}

#[test]
fn an_implementation_that_names_another_in_a_latched_call_trips_under_no_guards_name() {
    let mut world = latching();
    world.set(&selectors(
        [IBank::overwriteCall::SELECTOR],
        [INCREASES, OUTS, 2, 0],
    ));
    let slot = erc1967("implementation");
    let value = world.people.attacker.into_word();
    let tripped = world.send(&IBank::overwriteCall { slot, value });
    let told = latched(&world, &tripped);
    assert_eq!(told.len(), 1, "{tripped:?}");
    let reason: Bytes = IProxyGuards::ProxySlotChanged { slot }.abi_encode().into();
    assert_eq!((told[0].guard, &told[0].reason), (255, &reason));
    assert_eq!(world.word(slot), world.bank.into_word());
}

#[test]
fn running_out_of_gas_is_no_violation() {
    let mut world = latching();
    world.set(&selectors([IBank::burnCall::SELECTOR], [INCREASES, INS, 2, 0]));
    let burned = world.send(&IBank::burnCall {});
    assert!(!burned.is_success());
    assert_eq!(
        (world.violations(), world.marker(), world.state(INS).0),
        (0, MARKER, 0)
    );
    assert!(world.send(&price(PRICE)).is_success());
}

#[test]
fn inside_another_transition_a_latched_call_is_refused_or_nests_and_latches_nothing() {
    let mut world = latching();
    let thief = world.create(e2e::tokens::Fixture::Batch, vec![]);
    let out = |world: &World, to: u64| IBank::callOutCall {
        target: thief,
        data: batch(world.proxy, price(to).abi_encode(), 0).abi_encode().into(),
    };
    let call = out(&world, 1);
    assert!(world.send(&call).is_success());
    assert_eq!((world.price(), world.violations()), (PRICE, 0));
    world.set(&selectors(
        [IBank::setPriceCall::SELECTOR],
        [INCREASES, INS, 1, 1],
    ));
    let expected = broken(&world, 1);
    assert_refused(&world.send(&call), &expected);
    assert_eq!((world.price(), world.violations()), (PRICE, 0));
}

#[test]
fn each_violation_of_a_transaction_is_latched_also_after_a_call_that_passed() {
    let mut world = latching();
    let batch = world.create(e2e::tokens::Fixture::Batch, vec![]);
    let calls = [PRICE + 1, 1, 2, PRICE + 2]
        .map(|to| IBatch::Call {
            to: world.proxy,
            value: U256::ZERO,
            data: price(to).abi_encode().into(),
            mayFail: false,
        })
        .to_vec();
    let user = world.people.user;
    // The first passes, two violate, and the last meets what they have shut.
    let run = |calls: &[IBatch::Call]| IBatch::runCall {
        calls: calls.to_vec(),
    };
    let sent = world.chain.submit(user, batch, &run(&calls[..3])).unwrap();
    assert_eq!(latched(&world, &sent).len(), 2, "{sent:?}");
    assert_eq!((world.violations(), world.price()), (2, PRICE + 1));
    let shut = world.chain.submit(user, batch, &run(&calls[3..])).unwrap();
    assert!(
        refusal::<IProxyGuards::GroupRestricted>(&shut).is_some(),
        "{shut:?}"
    );
}
