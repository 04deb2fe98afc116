//! Accounts that cannot pay: who liquidates them, for what, and what becomes of the rest.

use crate::world::*;
use alloy_primitives::U256;
use alloy_sol_types::SolError;
use e2e::calls::refusal;
use e2e::market::IMarket;
use e2e::or_skip;
use e2e::tokens::{Fixture, IToken};

#[test]
fn a_liquidation_takes_half_at_most_with_its_bonus_and_of_who_cannot_pay() {
    let mut world = World::new();
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    world.pledge(attacker, 1_000_000);
    world.borrow(attacker, 1_500_000);
    let healthy = refusal::<IMarket::AccountHealthy>(&world.liquidate(user, attacker, 1)).unwrap();
    assert_eq!(
        (healthy.collateralValue, healthy.account),
        (u(1_000_000) * U256::from(2 * ONE), attacker)
    );
    // 1,000,000 at 1.8 are good for 1,440,000: liquidations do not wait for the reference.
    world.prices(ONE * 18 / 10);
    let debt = world.debt(attacker);
    assert_refused(&world.liquidate(user, attacker, 0), &IMarket::NothingMoved {});
    let (loan_before, cash) = (world.held(world.loan, user), world.held(world.loan, market));
    let done = world.liquidate(user, attacker, 600_000);
    assert_happened(&done, market);
    // 333,333 at 1.8, rounded down, and a twentieth, rounded down again.
    assert_eq!(
        events::<IMarket::Liquidated>(&done, market),
        [IMarket::Liquidated {
            account: attacker,
            by: user,
            repaid: u(600_000),
            seized: u(349_999),
            writtenOff: u(0)
        }]
    );
    assert_eq!(world.held(world.collateral, user), 349_999);
    assert_eq!(
        (world.held(world.loan, user), world.held(world.loan, market)),
        (loan_before - 600_000, cash + 600_000)
    );
    let position = world.position(attacker);
    assert_eq!(position.collateral, u(650_001));
    assert!((debt - 600_000..=debt - 600_000 + 2).contains(&position.debt.to()));
    // 1,170,000 are good for 936,000: the account can pay again.
    assert!(refusal::<IMarket::AccountHealthy>(&world.liquidate(user, attacker, 1)).is_some());
}

#[test]
fn a_liquidation_repays_half_at_the_most_however_much_is_offered() {
    let mut world = World::new();
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    world.pledge(attacker, 1_000_000);
    world.borrow(attacker, 1_500_000);
    world.prices(ONE * 18 / 10);
    let debt = world.debt(attacker);
    let done = world.liquidate(user, attacker, 5_000_000);
    let [told] = events::<IMarket::Liquidated>(&done, market).try_into().unwrap();
    let repaid: u64 = told.repaid.to();
    assert!(
        (debt.div_ceil(2)..=debt.div_ceil(2) + 1).contains(&repaid),
        "{repaid} of {debt}"
    );
    // Of its value and a twentieth more, at 1.8.
    assert_eq!(told.seized.to::<u64>(), (repaid * 10 / 18) * 105 / 100);
}

#[test]
fn the_bonus_is_what_the_collateral_has_above_the_debt_and_nobody_gains_by_liquidating_itself() {
    let mut world = World::new();
    let (user, attacker) = (world.people.user, world.people.attacker);
    world.pledge(attacker, 1_000_000);
    world.borrow(attacker, 1_500_000);
    // A fiftieth above the debt: less than the bonus.
    world.prices(ONE * 153 / 100);
    for _ in 0..12 {
        let before = world.position(attacker);
        let done = world.liquidate(user, attacker, 5_000_000);
        assert_happened(&done, world.market);
        let after = world.position(attacker);
        // What is left is to the debt that is left at least what all was to all of it.
        assert!(
            after.collateral * before.debt >= before.collateral * after.debt,
            "{before:?} {after:?}"
        );
        assert!(after.debt < before.debt);
    }
    let position = world.position(attacker);
    let (collateral, debt): (u64, u64) = (position.collateral.to(), position.debt.to());
    assert!(collateral * 153 >= debt * 100, "{collateral} still covers {debt}");
    let paid = 90_000_000 - world.held(world.loan, user);
    let got = world.held(world.collateral, user);
    // 2% of bonus, and not 5%.
    assert!(got * 153 / 100 <= paid * 102 / 100 + 12, "{got} for {paid}");
}

#[test]
fn an_account_may_owe_four_fifths_and_a_debt_that_is_just_covered_is_liquidated_by_halves() {
    let mut world = World::new();
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    world.pledge(attacker, 1_000_000);
    world.borrow(attacker, 1_500_000);
    // A minute's interest is a unit.
    or_skip!(world.chain.advance_time(60));
    // Four fifths of 1,875,002 are 1,500,001.6.
    world.prices(1_875_002 * ONE / 1_000_000);
    let healthy = IMarket::AccountHealthy {
        account: attacker,
        collateralValue: u(1_875_002) * U256::from(ONE),
        debtValue: u(1_500_001) * U256::from(ONE),
    };
    assert_refused(&world.liquidate(user, attacker, 600_000), &healthy);
    // Of 1,875,001 they are 1,500,000.8. A unit is paid half a unit of the collateral, which is nothing.
    world.prices(1_875_001 * ONE / 1_000_000);
    assert_refused(&world.liquidate(user, attacker, 1), &IMarket::NothingMoved {});
    // The collateral is worth the debt to the unit: it covers it, and there is no bonus.
    world.prices(1_500_001 * ONE / 1_000_000);
    let done = world.liquidate(user, attacker, 600_000);
    assert_happened(&done, market);
    assert_told(
        &done,
        market,
        &IMarket::Liquidated {
            account: attacker,
            by: user,
            repaid: u(600_000),
            seized: u(399_999),
            writtenOff: u(0),
        },
    );
}

#[test]
fn a_price_let_go_while_a_liquidation_pays_out_trips() {
    let mut world = World::of(Fixture::Token, Fixture::CallbackToken);
    let (user, attacker, market, collateral) = (
        world.people.user,
        world.people.attacker,
        world.market,
        world.collateral,
    );
    world.pledge(attacker, 1_000_000);
    world.borrow(attacker, 1_400_000);
    // Pushed down before, and let go when the collateral comes to who liquidates.
    world.prices(ONE * 16 / 10);
    world.pump_at_transfer(collateral, user, collateral, 2 * ONE);
    let tripped = world.liquidate(user, attacker, 700_000);
    assert_eq!(
        violated(&tripped, market),
        (HEALTH, IMarket::PriceMoved::SELECTOR)
    );
    assert_eq!(
        world.position(attacker).collateral,
        u(1_000_000),
        "nothing was seized"
    );
    assert_eq!((world.state(), world.violations()), (2, 1));
}

#[test]
fn what_collateral_no_longer_covers_is_sold_at_its_value_and_the_rest_is_the_suppliers_loss() {
    let mut world = World::new();
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    world.pledge(attacker, 1_000_000);
    world.borrow(attacker, 1_500_000);
    world.prices(ONE + ONE / 3);
    let least = 1_333_334;
    // 1,000,000 at 1.333…: 1,333,333.3, rounded up.
    assert_refused(
        &world.liquidate(user, attacker, least - 1),
        &IMarket::LiquidatesTooLittle {
            account: attacker,
            repaid: u(least - 1),
            least: u(least),
        },
    );
    assert_eq!(
        world.position(attacker).collateral,
        u(1_000_000),
        "all or nothing"
    );
    let (supplied, borrowed) = world.totals();
    let done = world.liquidate(user, attacker, 5_000_000);
    let [told] = events::<IMarket::Liquidated>(&done, market).try_into().unwrap();
    assert_eq!((told.repaid, told.seized), (u(least), u(1_000_000)));
    let lost: u64 = told.writtenOff.to();
    assert!(
        (borrowed - least..=borrowed - least + 2).contains(&lost),
        "{lost} of {borrowed}"
    );
    let position = world.position(attacker);
    assert_eq!((position.debt, position.collateral), (u(0), u(0)));
    let (left, owed) = world.totals();
    assert!(
        (supplied - lost..=supplied - lost + 2).contains(&left),
        "{supplied} {lost} {left}"
    );
    assert!(owed <= 1, "{owed}");
    assert_eq!(world.held(world.collateral, market), 0);
    // It is of all suppliers alike: a share is worth less, and the next to come gets more of them.
    let worth = world.position(user).supplied;
    assert!((u(left) - u(1)..=u(left)).contains(&worth));
    assert_eq!(
        (world.state(), world.violations()),
        (0, 0),
        "a loss is no violation"
    );
    // There is nothing left to liquidate.
    assert!(refusal::<IMarket::AccountHealthy>(&world.liquidate(user, attacker, 1)).is_some());
}

#[test]
fn a_debt_without_any_collateral_is_written_off_for_nothing() {
    let mut world = World::new();
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    world.pledge(attacker, 1_000);
    world.borrow(attacker, 1_500);
    // Worth less than a unit of the loan, all of it: one unit buys it.
    world.prices(ONE / 10_000);
    let done = world.liquidate(user, attacker, 1);
    let [told] = events::<IMarket::Liquidated>(&done, market).try_into().unwrap();
    assert_eq!((told.repaid, told.seized), (u(1), u(1_000)));
    assert_eq!(world.debt(attacker), 0);
}

#[test]
fn a_liquidation_with_a_token_that_takes_a_fee_takes_collateral_for_what_arrived() {
    let mut world = World::of(Fixture::NoReturnToken, Fixture::Token);
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    world.pledge(attacker, 1_000_000);
    world.borrow(attacker, 1_500_000);
    world.prices(ONE * 18 / 10);
    let fee = IToken::setFeeCall { bps: u(1_000) };
    world.chain.must(user, world.loan, &fee, "a fee").unwrap();
    let done = world.liquidate(user, attacker, 600_000);
    let [told] = events::<IMarket::Liquidated>(&done, market).try_into().unwrap();
    // 540,000 at 1.8, and a twentieth.
    assert_eq!((told.repaid, told.seized), (u(540_000), u(315_000)));
}
