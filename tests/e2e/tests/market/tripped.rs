//! Violations, what they leave behind, and what runs on each rung.

use crate::world::*;
use alloy_primitives::U256;
use alloy_sol_types::{SolCall, SolError};
use e2e::calls::refusal;
use e2e::market::{IMarket, IMarketGuards};
use e2e::or_skip;
use e2e::tokens::{Fixture, IToken};

const THROTTLED: u8 = 2;
const REDUCE_ONLY: u8 = 3;

/// A market whose loan calls back, and an attacker who lets a pumped price go while it is paid.
fn pumped() -> (World, u128) {
    pumped_with(|_| ())
}

fn pumped_with(set_up: impl FnOnce(&mut World)) -> (World, u128) {
    let mut world = World::with(Fixture::CallbackToken, Fixture::Token, set_up);
    let attacker = world.people.attacker;
    world.pledge(attacker, 1_000_000);
    // Within the band of a tenth: the body's own sum holds at this price.
    world.prices(2 * ONE * 109 / 100);
    let true_price = 2 * ONE;
    let (loan, collateral) = (world.loan, world.collateral);
    world.pump_at_transfer(loan, attacker, collateral, true_price);
    (world, true_price)
}

#[test]
fn a_price_that_is_let_go_within_the_call_trips_and_is_remembered() {
    let (mut world, _) = pumped();
    let (attacker, market) = (world.people.attacker, world.market);
    assert!(world
        .repay(attacker, u(1))
        .output
        .starts_with(&IMarket::NothingMoved::SELECTOR));
    // 700,000 at 2.18 are good for 1,144,500, and at two for 1,050,000.
    assert_happened(&world.unpledge(attacker, 300_000), market);
    let tripped = world.borrow(attacker, 1_100_000);
    assert!(
        tripped.is_success(),
        "it returns, and says that it did not happen: {tripped:?}"
    );
    assert_eq!(
        violated(&tripped, market),
        (HEALTH, IMarket::PriceMoved::SELECTOR)
    );
    assert_eq!(
        (world.debt(attacker), world.held(world.loan, attacker)),
        (0, 0),
        "all of it was rolled back"
    );
    let last = world.overview();
    let at = world.chain.time_of(&tripped).unwrap();
    assert_eq!(
        (
            last.violations,
            last.violatedAt,
            last.violatedGuard,
            last.violatedBy
        ),
        (1, at, HEALTH, attacker)
    );
    assert_eq!(last.violatedMethod, selector_word(IMarket::borrowCall::SELECTOR));
    assert_eq!(last.violatedReason, selector_word(IMarket::PriceMoved::SELECTOR));
    assert_eq!((last.state, last.reason, last.until), (THROTTLED, 129, at + HOUR));
}

#[test]
fn each_violation_is_a_rung_until_ways_in_are_shut_and_it_comes_back_by_itself() {
    let (mut world, true_price) = pumped();
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    world.unpledge(attacker, 300_000);
    assert_eq!(
        violated(&world.borrow(attacker, 300_000), market).0,
        HEALTH,
        "healthy, and the price moved"
    );
    assert_eq!(world.state(), THROTTLED);
    // The revert took the callback's price back with it, and the callback: throttled, a loan is charged four times.
    let limited = refusal::<IMarket::RateLimited>(&world.borrow(attacker, 1_100_000)).unwrap();
    assert_eq!(limited.requested, u(4_400_000));
    assert_eq!(violated(&world.borrow(attacker, 300_000), market).0, HEALTH);
    assert_eq!((world.state(), world.violations()), (REDUCE_ONLY, 2));
    // Ways in are shut. Ways out, and what lowers a risk, are not.
    let shut = refusal::<IMarket::BreakerOpen>(&world.borrow(attacker, 1)).unwrap();
    assert_eq!((shut.state, shut.kind, shut.reason), (REDUCE_ONLY, 0, 129));
    assert!(
        refusal::<IMarket::BreakerOpen>(&world.send(user, &IMarket::supplyCall { amount: u(1) })).is_some()
    );
    assert!(world.pledge(attacker, 10).is_success());
    assert_happened(&world.unpledge(attacker, 10), market);
    assert_eq!(world.violations(), 2, "a refusal at the door is no violation");
    // In its time it is as before.
    or_skip!(world.chain.move_to(shut.retryAt - 1));
    world.prices(true_price);
    assert!(refusal::<IMarket::BreakerOpen>(&world.borrow(attacker, 1)).is_some());
    or_skip!(world.chain.advance_time(DAY));
    world.prices(true_price);
    world.pump_at_transfer(world.loan, attacker, world.collateral, true_price);
    assert_eq!(world.state(), 0);
    assert_happened(&world.borrow(attacker, 1_000_000), market);
}

#[test]
fn a_frozen_market_lets_nothing_through_and_ends() {
    let mut world = World::new();
    let (user, attacker, governor) = (world.people.user, world.people.attacker, world.people.governor);
    world.pledge(attacker, 1_000_000);
    world.borrow(attacker, 500_000);
    let stranger = world.send(user, &decide(4, HOUR));
    assert_refused(&stranger, &IMarketGuards::NotCouncil { caller: user });
    let unknown = world.send(governor, &decide(1, HOUR));
    assert_refused(&unknown, &IMarketGuards::UnknownState { state: u(1) });
    let longer = world.send(governor, &decide(4, 3 * DAY + 1));
    assert!(refusal::<IMarketGuards::DecisionOutOfBounds>(&longer).is_some());
    // Repaying and adding collateral are alive on the two milder rungs.
    for state in [THROTTLED, REDUCE_ONLY] {
        world.govern(&decide(state, HOUR));
        assert!(world.repay(attacker, u(1_000)).is_success());
        assert!(world.pledge(attacker, 1_000).is_success());
    }
    let frozen = world.govern(&decide(4, 3 * DAY));
    let until = world.chain.time_of(&frozen).unwrap() + 3 * DAY;
    for receipt in [
        world.repay(attacker, u(1)),
        world.pledge(attacker, 1),
        world.unpledge(attacker, 1),
        world.borrow(attacker, 1),
        world.liquidate(user, attacker, 1),
        world.send(user, &IMarket::withdrawCall { shares: u(1_000) }),
    ] {
        assert!(refusal::<IMarket::BreakerOpen>(&receipt).is_some(), "{receipt:?}");
    }
    or_skip!(world.chain.move_to(until - 1));
    assert!(!world.repay(attacker, u(1)).is_success());
    or_skip!(world.chain.move_to(until));
    assert!(world.repay(attacker, u(1)).is_success(), "it ends at its second");
}

#[test]
fn a_frozen_market_is_shut_as_well_where_its_bucket_only_watches() {
    let mut world = World::with(Fixture::Token, Fixture::Token, |world| {
        world.govern(&mode(OUTFLOW, SHADOW));
    });
    let (user, attacker) = (world.people.user, world.people.attacker);
    world.pledge(attacker, 1_000_000);
    world.govern(&decide(4, HOUR));
    for receipt in [
        world.unpledge(attacker, 1),
        world.borrow(attacker, 1),
        world.send(user, &IMarket::withdrawCall { shares: u(1_000) }),
    ] {
        let shut = refusal::<IMarket::BreakerOpen>(&receipt).unwrap();
        assert_eq!(shut.state, 4);
    }
}

#[test]
fn reduce_only_leaves_suppliers_a_twentieth_and_stops_no_liquidation() {
    let mut world = World::new();
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    world.pledge(attacker, 1_000_000);
    world.borrow(attacker, 1_500_000);
    world.prices(ONE * 18 / 10);
    world.govern(&decide(REDUCE_ONLY, HOUR));
    // The loan took 1,500,000 of the bucket's two millions: 20,000 cost 400,000 of what is left.
    let supplied = world.totals().0;
    world.must(
        user,
        &IMarket::withdrawCall {
            shares: u(20_000_000),
        },
    );
    let paid = supplied - world.totals().0;
    assert!((19_998..=20_000).contains(&paid), "{paid}");
    let limited = world.send(
        user,
        &IMarket::withdrawCall {
            shares: u(20_000_000),
        },
    );
    let limited = refusal::<IMarket::RateLimited>(&limited).unwrap();
    assert_eq!(limited.requested, u(400_000));
    assert_happened(&world.liquidate(user, attacker, 600_000), market);
}

#[test]
fn a_price_let_go_while_collateral_is_taken_out_trips() {
    let mut world = World::of(Fixture::Token, Fixture::CallbackToken);
    let (attacker, market, collateral) = (world.people.attacker, world.market, world.collateral);
    world.pledge(attacker, 1_000_000);
    assert_happened(&world.borrow(attacker, 500_000), market);
    world.prices(2 * ONE * 109 / 100);
    world.pump_at_transfer(collateral, attacker, collateral, 2 * ONE);
    let tripped = world.unpledge(attacker, 1_000);
    assert_eq!(
        violated(&tripped, market),
        (HEALTH, IMarket::PriceMoved::SELECTOR)
    );
    assert_eq!(world.position(attacker).collateral, u(1_000_000));
    assert_eq!((world.state(), world.violations()), (THROTTLED, 1));
}

#[test]
fn a_loan_that_is_taken_back_stops_every_call_that_moves_it() {
    let mut world = World::of(Fixture::GreedyToken, Fixture::Token);
    let (user, attacker, market, loan) = (world.people.user, world.people.attacker, world.market, world.loan);
    world.pledge(attacker, 1_000_000);
    assert_happened(&world.borrow(attacker, 1_400_000), market);
    let seize = IToken::seizeCall {
        from: market,
        value: u(1),
    };
    world.chain.must(attacker, loan, &seize, "a seizure").unwrap();
    for receipt in [
        world.send(user, &IMarket::supplyCall { amount: u(1_000) }),
        world.send(user, &IMarket::withdrawCall { shares: u(1_000_000) }),
        world.repay(attacker, u(1_000)),
    ] {
        let missing = refusal::<IMarket::Insolvent>(&receipt).unwrap();
        assert_eq!((missing.asset, missing.owed - missing.locked), (loan, u(1)));
    }
    assert_eq!(world.violations(), 0, "none of them is latched");
    world.prices(ONE * 16 / 10);
    let tripped = world.liquidate(user, attacker, 100_000);
    assert_eq!(
        violated(&tripped, market),
        (SOLVENCY, IMarket::Insolvent::SELECTOR)
    );
}

#[test]
fn a_token_that_takes_more_than_it_moves_trips_at_the_exit() {
    let mut world = World::of(Fixture::GreedyToken, Fixture::Token);
    let (attacker, market, loan) = (world.people.attacker, world.market, world.loan);
    world.pledge(attacker, 1_000_000);
    let bite = IToken::setBiteCall {
        victim: market,
        bite: u(1),
    };
    world.chain.must(attacker, loan, &bite, "a bite").unwrap();
    let tripped = world.borrow(attacker, 1_000);
    assert_eq!(
        violated(&tripped, market),
        (SOLVENCY, IMarket::Insolvent::SELECTOR)
    );
    assert_eq!(world.held(loan, market), SUPPLIED);
    assert_eq!(world.state(), THROTTLED);
}

#[test]
fn a_call_back_is_refused_and_what_it_would_price_by_is_not_settled() {
    let mut world = World::of(Fixture::CallbackToken, Fixture::Token);
    let (attacker, market, loan) = (world.people.attacker, world.market, world.loan);
    world.pledge(attacker, 1_000_000);
    let again = data(&IMarket::borrowCall { amount: u(1) });
    let price = data(&IMarket::positionCall { account: attacker });
    let refusals = [
        (again, IMarket::Reentered {}.abi_encode()),
        (
            data(&IMarket::repayCall {
                account: attacker,
                amount: u(1),
            }),
            IMarket::Reentered {}.abi_encode(),
        ),
        (price, IMarket::InTransition {}.abi_encode()),
    ];
    for (inner, refused) in refusals {
        let prime = IToken::setCallbackCall {
            target: market,
            data: inner,
        };
        world.chain.must(attacker, loan, &prime, "a callback").unwrap();
        assert_happened(&world.borrow(attacker, 1_000), market);
        assert!(!world
            .chain
            .view(attacker, loan, &IToken::lastSucceededCall {})
            .unwrap());
        let said = world
            .chain
            .view(attacker, loan, &IToken::lastReturnedCall {})
            .unwrap();
        assert_eq!(said.to_vec(), refused);
    }
    assert_eq!((world.violations(), world.debt(attacker)), (0, 3_000));
}

#[test]
fn an_account_that_ends_a_repayment_unhealthy_is_refused() {
    for (loan, collateral) in [
        (Fixture::CallbackToken, Fixture::Token),
        (Fixture::Token, Fixture::CallbackToken),
    ] {
        let mut world = World::of(loan, collateral);
        let attacker = world.people.attacker;
        world.pledge(attacker, 1_000_000);
        world.borrow(attacker, 1_400_000);
        // Whatever comes in from the attacker takes the price down with it.
        let (moved, asset) = match loan {
            Fixture::CallbackToken => (world.loan, world.collateral),
            _ => (world.collateral, world.collateral),
        };
        world.pump_at_transfer(moved, attacker, asset, ONE);
        let refused = match loan {
            Fixture::CallbackToken => world.repay(attacker, u(1_000)),
            _ => world.pledge(attacker, 1_000),
        };
        let unhealthy = refusal::<IMarket::AccountUnhealthy>(&refused).unwrap();
        assert_eq!((unhealthy.account, unhealthy.factorBps), (attacker, 7_500));
        assert_eq!(unhealthy.collateralBefore, u(1_000_000) * U256::from(2 * ONE));
        let after = if moved == world.loan { 1_000_000 } else { 1_001_000 };
        assert_eq!(unhealthy.collateral, u(after) * U256::from(ONE));
        assert_eq!(world.violations(), 0, "neither is latched");
    }
}

#[test]
fn a_token_that_takes_back_what_it_gave_stops_what_would_leave() {
    let mut world = World::of(Fixture::Token, Fixture::GreedyToken);
    let (attacker, collateral, market) = (world.people.attacker, world.collateral, world.market);
    world.pledge(attacker, 1_000_000);
    let seize = IToken::seizeCall {
        from: market,
        value: u(1),
    };
    world
        .chain
        .must(attacker, collateral, &seize, "a seizure")
        .unwrap();
    let tripped = world.unpledge(attacker, 1_000);
    assert_eq!(
        violated(&tripped, market),
        (SOLVENCY, IMarket::Insolvent::SELECTOR)
    );
    // A method that is not latched refuses, and leaves the breaker as it is.
    let refused = refusal::<IMarket::Insolvent>(&world.pledge(attacker, 1_000)).unwrap();
    assert_eq!(
        (refused.asset, refused.locked, refused.owed),
        (collateral, u(1_000_999), u(1_001_000))
    );
    assert_eq!((world.state(), world.violations()), (THROTTLED, 1));
}

#[test]
fn the_guardian_pauses_for_a_trips_time_and_freezes_within_its_budget() {
    let mut world = World::new();
    let (user, guardian, attacker) = (world.people.user, world.people.guardian, world.people.attacker);
    world.pledge(attacker, 1_000_000);
    let pause = |state: u8| IMarketGuards::pauseCall {
        state: u(state.into()),
    };
    assert_refused(
        &world.send(user, &pause(REDUCE_ONLY)),
        &IMarketGuards::NotGuardian { caller: user },
    );
    assert_refused(
        &world.send(guardian, &pause(5)),
        &IMarketGuards::UnknownState { state: u(5) },
    );
    let paused = world.must(guardian, &pause(REDUCE_ONLY));
    let at = world.chain.time_of(&paused).unwrap();
    let overview = world.overview();
    assert_eq!(
        (overview.state, overview.until, overview.reason),
        (REDUCE_ONLY, at + HOUR, 130)
    );
    assert!(refusal::<IMarket::BreakerOpen>(&world.borrow(attacker, 1)).is_some());
    // A twentieth of the bucket leaves.
    let limited = refusal::<IMarket::RateLimited>(&world.unpledge(attacker, CAPACITY / 20 + 1)).unwrap();
    assert_eq!(limited.requested, u(CAPACITY + 20));
    assert_happened(&world.unpledge(attacker, CAPACITY / 20), world.market);
    world.must(guardian, &pause(4));
    assert_eq!(world.state(), 4);
    or_skip!(world.chain.advance_time(2 * HOUR));
    world.must(guardian, &pause(4));
    assert_eq!(world.state(), REDUCE_ONLY, "one freeze a day");
}

#[test]
fn in_shadow_a_violation_is_told_and_the_call_happens() {
    let (mut world, _) = pumped_with(|world| {
        world.govern(&mode(HEALTH, SHADOW));
    });
    let (attacker, market) = (world.people.attacker, world.market);
    world.unpledge(attacker, 300_000);
    let done = world.borrow(attacker, 300_000);
    assert_happened(&done, market);
    let [told] = events::<IMarket::GuardWouldRefuse>(&done, market)
        .try_into()
        .unwrap();
    assert_eq!((told.guard, told.by), (HEALTH, attacker));
    assert_eq!(&told.reason[..4], &IMarket::PriceMoved::SELECTOR);
    assert_eq!(
        (world.state(), world.violations(), world.debt(attacker)),
        (0, 0, 300_000)
    );
}
