//! Interest and rounding, to the unit.

use crate::world::*;
use alloy_primitives::U256;
use e2e::market::IMarket;
use e2e::or_skip;
use e2e::rpc::Receipt;
use e2e::tokens::IToken;

/// A program expires in a year, within which this passes fourteen times.
const WHILE: u64 = 24 * DAY;

#[test]
fn interest_is_on_interest_from_every_call_on() {
    let mut world = World::new();
    let attacker = world.people.attacker;
    assert!(world.pledge(attacker, 9_000_000).is_success());
    assert_happened(&world.borrow(attacker, 1_000_000), world.market);
    // The price falls last, so that the account can be liquidated: what it owes is nine tenths of what its collateral is worth.
    let fallen = |world: &World| {
        let position = world.position(attacker);
        let (debt, collateral): (u128, u128) = (position.debt.to(), position.collateral.to());
        debt * ONE / collateral * 10 / 9
    };
    type Call = fn(&mut World) -> Receipt;
    let calls: [(&str, Call); 7] = [
        ("supply", |world| {
            let supply = IMarket::supplyCall { amount: u(7) };
            world.send(world.people.user, &supply)
        }),
        ("withdraw", |world| {
            let withdraw = IMarket::withdrawCall { shares: u(7_000) };
            world.send(world.people.user, &withdraw)
        }),
        ("addCollateral", |world| world.pledge(world.people.attacker, 7)),
        ("removeCollateral", |world| {
            world.unpledge(world.people.attacker, 7)
        }),
        ("borrow", |world| world.borrow(world.people.attacker, 7)),
        ("repay", |world| world.repay(world.people.attacker, u(7))),
        ("liquidate", |world| {
            let (user, attacker) = (world.people.user, world.people.attacker);
            world.liquidate(user, attacker, 700)
        }),
    ];
    for (name, call) in calls {
        or_skip!(world.chain.advance_time(WHILE));
        let price = if name == "liquidate" {
            fallen(&world)
        } else {
            2 * ONE
        };
        world.prices(price);
        let receipt = call(&mut world);
        assert_happened(&receipt, world.market);
        let (supplied, before) = world.totals();
        let there = world.held(world.loan, world.market);
        assert_eq!(supplied - before, there, "{name}: on both sides alike");
        or_skip!(world.chain.advance_time(WHILE));
        let (after_supplied, after) = world.totals();
        // 5% a year of all that was owed, and what the seconds of a few blocks are worth.
        let interest = (before * 24).div_ceil(20 * 365);
        assert!(
            (interest..=interest + 2).contains(&(after - before)),
            "{name}: {before} {after}"
        );
        assert_eq!(after_supplied - supplied, after - before, "{name}");
    }
}

#[test]
fn every_share_and_unit_is_rounded_for_the_market() {
    let mut world = World::new();
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    assert!(world.pledge(attacker, 2_000_000).is_success());
    assert_happened(&world.borrow(attacker, 1_500_000), market);
    // A minute's interest is a unit: 1,500,001 are owed for 1,500,000,000 shares, and 10,000,001 are the suppliers'. A unit is a little less than a thousand shares.
    or_skip!(world.chain.advance_time(60));
    assert_eq!(world.debt(attacker), 1_500_001, "1,500,000.99 and more");
    let supplied = world.must(user, &IMarket::supplyCall { amount: u(1) });
    assert_eq!(
        shares(events::<IMarket::Supplied>(&supplied, market), |told| told.shares),
        999
    );
    let borrowed = world.borrow(attacker, 1);
    assert_eq!(
        shares(events::<IMarket::Borrowed>(&borrowed, market), |told| told.shares),
        1_000
    );
    let repaid = world.repay(attacker, u(1));
    assert_eq!(
        shares(events::<IMarket::Repaid>(&repaid, market), |told| told.shares),
        999
    );
    let withdrawn = world.must(user, &IMarket::withdrawCall { shares: u(1_000) });
    assert_eq!(
        shares(events::<IMarket::Withdrawn>(&withdrawn, market), |told| told
            .amount),
        1,
        "1.0000001"
    );
    // Who repays all leaves no share of the debt behind: the next loan begins anew.
    let more = IToken::transferCall {
        to: attacker,
        value: u(10),
    };
    world.chain.must(user, world.loan, &more, "a transfer").unwrap();
    assert!(world.repay(attacker, U256::MAX).is_success());
    let again = world.borrow(attacker, 6);
    assert_eq!(
        shares(events::<IMarket::Borrowed>(&again, market), |told| told.shares),
        6_000
    );
}

/// The number that the only event tells.
#[track_caller]
fn shares<E: std::fmt::Debug>(told: Vec<E>, of: impl Fn(&E) -> U256) -> u64 {
    let [one] = <[E; 1]>::try_from(told).unwrap();
    of(&one).to()
}
