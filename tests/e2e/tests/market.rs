//! The market as WASM on a chain: what it does, what is tried on it, and trips that outlive the revert they cause.

#[path = "market/corrupted.rs"]
mod corrupted;
#[path = "market/governed.rs"]
mod governed;
#[path = "market/liquidations.rs"]
mod liquidations;
#[path = "market/model.rs"]
mod model;
#[path = "market/prices.rs"]
mod prices;
#[path = "market/rounded.rs"]
mod rounded;
#[path = "market/tripped.rs"]
mod tripped;
#[path = "market/world.rs"]
mod world;

use alloy_primitives::U256;
use e2e::calls::refusal;
use e2e::market::IMarket;
use e2e::or_skip;
use e2e::tokens::{Fixture, IToken};
use world::*;

#[test]
fn a_loan_is_taken_on_collateral_and_repaid_with_interest() {
    let mut world = World::new();
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    assert!(world.pledge(attacker, 1_000_000).is_success());
    // 1,000,000 at two, and three quarters of that.
    assert_happened(&world.borrow(attacker, 1_500_000), market);
    assert_eq!(world.held(world.loan, attacker), 1_500_000);
    assert_eq!(world.debt(attacker), 1_500_000);
    or_skip!(world.chain.advance_time(365 * DAY));
    let (supplied, borrowed) = world.totals();
    // A twentieth of 1,500,000, and what the seconds of a few blocks are worth.
    assert!((1_575_000..=1_575_001).contains(&borrowed), "{borrowed}");
    assert_eq!(supplied - SUPPLIED, borrowed - 1_500_000, "it is the suppliers'");
    // Who repays needs what it owes, and pays no more however much it says.
    let more = IToken::transferCall {
        to: attacker,
        value: u(1_000_000),
    };
    world.chain.must(user, world.loan, &more, "a transfer").unwrap();
    let all = world.repay(attacker, U256::MAX);
    let [told] = events::<IMarket::Repaid>(&all, market).try_into().unwrap();
    assert_eq!(
        told.shares,
        u(1_500_000_000),
        "its own, though a unit rounded up buys more"
    );
    assert_eq!((world.debt(attacker), world.totals().1), (0, 0));
    let paid = 2_500_000 - world.held(world.loan, attacker);
    assert!((1_575_000..=1_575_002).contains(&paid), "{paid}");
    // And all the collateral is out, without a price: those of a year ago are stale.
    assert_happened(&world.unpledge(attacker, 1_000_000), market);
    assert_eq!(world.held(world.collateral, attacker), 10_000_000);
}

#[test]
fn the_market_pays_its_suppliers_what_it_has_that_is_not_lent() {
    let mut world = World::new();
    let (user, attacker) = (world.people.user, world.people.attacker);
    world.pledge(attacker, 5_000_000);
    world.borrow(attacker, 1_500_000);
    assert_eq!(world.position(user).shares, u(SUPPLIED * 1_000));
    let withdraw = |shares: u64| IMarket::withdrawCall { shares: u(shares) };
    // The bucket had two millions, of which a loan took three quarters.
    let limited = world.send(user, &withdraw(1_000_000_000));
    assert_eq!(
        refusal::<IMarket::RateLimited>(&limited).unwrap().requested,
        u(1_000_000)
    );
    world.must(user, &withdraw(400_000_000));
    assert_eq!(world.totals().0, SUPPLIED - 400_000);
    assert_eq!(world.position(user).shares, u((SUPPLIED - 400_000) * 1_000));
    assert_refused(
        &world.send(attacker, &withdraw(1)),
        &IMarket::MoreThanBalance {
            account: attacker,
            requested: u(1),
            balance: u(0),
        },
    );
    for nothing in [0, 999] {
        assert_refused(&world.send(user, &withdraw(nothing)), &IMarket::NothingMoved {});
    }
}

#[test]
fn borrowing_too_much_is_refused_and_trips_nothing() {
    let mut world = World::new();
    let attacker = world.people.attacker;
    world.pledge(attacker, 100_000);
    let refused = world.borrow(attacker, 150_001);
    assert_refused(
        &refused,
        &IMarket::TooLittleCollateral {
            account: attacker,
            collateralValue: u(100_000) * U256::from(2 * ONE),
            debtValue: u(150_001) * U256::from(ONE),
        },
    );
    assert_eq!((world.state(), world.violations()), (0, 0));
    assert_happened(&world.borrow(attacker, 150_000), world.market);
    assert!(refusal::<IMarket::TooLittleCollateral>(&world.unpledge(attacker, 1)).is_some());
    let none = IMarket::MoreThanBalance {
        account: attacker,
        requested: u(100_001),
        balance: u(100_000),
    };
    assert_refused(&world.unpledge(attacker, 100_001), &none);
    assert_refused(&world.borrow(attacker, 0), &IMarket::NothingMoved {});
    assert_eq!(world.violations(), 0);
}

#[test]
fn nothing_is_neither_taken_in_nor_let_out() {
    let mut world = World::new();
    let (user, attacker) = (world.people.user, world.people.attacker);
    let nothing = IMarket::NothingMoved {};
    let supply = IMarket::supplyCall { amount: u(0) };
    assert_refused(&world.send(user, &supply), &nothing);
    assert_refused(&world.pledge(attacker, 0), &nothing);
    assert!(world.pledge(attacker, 10).is_success());
    assert_refused(&world.unpledge(attacker, 0), &nothing);
    assert_eq!(world.position(attacker).collateral, u(10));
}

#[test]
fn what_the_market_has_not_is_not_lent_nor_what_it_does_not_count() {
    let mut world = World::with(Fixture::Token, Fixture::Token, |world| {
        world.govern(&outflow(world.loan, 20 * CAPACITY));
    });
    let (user, attacker) = (world.people.user, world.people.attacker);
    // What a larger bucket holds more comes in with time.
    or_skip!(world.chain.advance_time(DAY));
    world.prices(2 * ONE);
    world.pledge(attacker, 10_000_000);
    assert_refused(
        &world.borrow(attacker, SUPPLIED + 1),
        &IMarket::MoreThanCash {
            requested: u(SUPPLIED + 1),
            cash: u(SUPPLIED),
        },
    );
    assert_happened(&world.borrow(attacker, SUPPLIED), world.market);
    let withdraw = IMarket::withdrawCall { shares: u(1_000) };
    assert_eq!(
        refusal::<IMarket::MoreThanCash>(&world.send(user, &withdraw))
            .unwrap()
            .cash,
        u(0)
    );
    // A gift is nobody's: it is neither lent nor paid out, and it blocks nothing.
    let gift = IToken::transferCall {
        to: world.market,
        value: u(1_000),
    };
    world.chain.must(user, world.loan, &gift, "a gift").unwrap();
    assert!(refusal::<IMarket::MoreThanCash>(&world.send(user, &withdraw)).is_some());
    assert!(refusal::<IMarket::MoreThanCash>(&world.borrow(attacker, 1)).is_some());
    assert!(world.repay(attacker, u(10)).is_success());
}

#[test]
fn an_amount_that_no_price_could_value_is_not_taken_in() {
    let mut world = World::with_supply(Fixture::Token, Fixture::Token, U256::MAX >> 1);
    let (user, attacker) = (world.people.user, world.people.attacker);
    let most = U256::MAX >> 128;
    let supply = |amount| IMarket::supplyCall { amount };
    let pledge = |amount| IMarket::addCollateralCall {
        account: attacker,
        amount,
    };
    assert_refused(
        &world.send(user, &supply(most - u(SUPPLIED) + u(1))),
        &IMarket::AmountTooLarge {},
    );
    world.must(user, &supply(most - u(SUPPLIED)));
    assert_refused(
        &world.send(attacker, &pledge(most + u(1))),
        &IMarket::AmountTooLarge {},
    );
    world.must(attacker, &pledge(most));
    assert_happened(&world.borrow(attacker, 1_000), world.market);
}

#[test]
fn what_is_moved_is_told() {
    let mut world = World::new();
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    let supplied = world.must(user, &IMarket::supplyCall { amount: u(7) });
    let one = IMarket::Supplied {
        account: user,
        amount: u(7),
        shares: u(7_000),
    };
    assert_told(&supplied, market, &one);
    let withdrawn = world.must(user, &IMarket::withdrawCall { shares: u(7_000) });
    let one = IMarket::Withdrawn {
        account: user,
        amount: u(7),
        shares: u(7_000),
    };
    assert_told(&withdrawn, market, &one);
    let pledge = IMarket::addCollateralCall {
        account: user,
        amount: u(9),
    };
    let added = world.must(attacker, &pledge);
    let one = IMarket::CollateralAdded {
        account: user,
        by: attacker,
        amount: u(9),
    };
    assert_told(&added, market, &one);
    let borrowed = world.borrow(user, 6);
    let one = IMarket::Borrowed {
        account: user,
        amount: u(6),
        shares: u(6_000),
    };
    assert_told(&borrowed, market, &one);
    let repaid = world.must(
        user,
        &IMarket::repayCall {
            account: user,
            amount: U256::MAX,
        },
    );
    let [one] = events::<IMarket::Repaid>(&repaid, market).try_into().unwrap();
    assert_eq!((one.account, one.by, one.shares), (user, user, u(6_000)));
    // A second's interest is a unit, as it is rounded up.
    assert!([u(6), u(7)].contains(&one.amount), "{one:?}");
    let removed = world.unpledge(user, 9);
    let one = IMarket::CollateralRemoved {
        account: user,
        amount: u(9),
    };
    assert_told(&removed, market, &one);
}

#[test]
fn a_token_that_takes_a_fee_is_credited_with_what_arrived() {
    let mut world = World::of(Fixture::NoReturnToken, Fixture::Token);
    let (user, attacker) = (world.people.user, world.people.attacker);
    world.pledge(attacker, 1_000_000);
    world.borrow(attacker, 1_000_000);
    world
        .chain
        .must(user, world.loan, &IToken::setFeeCall { bps: u(1_000) }, "a fee")
        .unwrap();
    let before = world.debt(attacker);
    assert!(world.repay(attacker, u(100_000)).is_success());
    let paid = before - world.debt(attacker);
    assert!((89_997..=90_000).contains(&paid), "{paid}");
    // And so is a supply.
    let supplied = world.totals().0;
    world.must(user, &IMarket::supplyCall { amount: u(10_000) });
    assert!((9_000..=9_003).contains(&(world.totals().0 - supplied)));
}
