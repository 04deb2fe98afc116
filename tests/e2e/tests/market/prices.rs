//! Prices: gone, old, absurd, pumped, and near their reference.

use crate::world::*;
use alloy_primitives::U256;
use alloy_sol_types::{SolCall, SolError};
use e2e::calls::refusal;
use e2e::market::{IMarket, IMarketGuards, BREAKER};
use e2e::or_skip;
use e2e::tokens::{Fixture, IBatch, IOracle, IToken};

#[test]
fn an_oracle_that_is_gone_old_or_zero_lends_nothing_and_stops_no_repayment() {
    let mut world = World::new();
    let (user, attacker, market, loan) = (world.people.user, world.people.attacker, world.market, world.loan);
    world.pledge(attacker, 1_000_000);
    assert_happened(&world.borrow(attacker, 500_000), market);
    world.oracle(&IOracle::setFailingCall { failing: true });
    let gone = IMarket::OracleFailed { asset: loan };
    assert_refused(&world.borrow(attacker, 1), &gone);
    assert_refused(&world.unpledge(attacker, 1), &gone);
    assert!(refusal::<IMarket::OracleFailed>(&world.liquidate(user, attacker, 1)).is_some());
    for receipt in [world.repay(attacker, u(1_000)), world.pledge(attacker, 1_000)] {
        assert!(receipt.is_success(), "it fails open: {receipt:?}");
        let unasked = IMarket::InvariantNotEvaluated {
            invariant_: HEALTH,
            atExit: false,
            reason: selector_word(IMarket::OracleFailed::SELECTOR),
        };
        assert_told(&receipt, market, &unasked);
    }
    world.oracle(&IOracle::setFailingCall { failing: false });

    let huge = U256::ONE << 120;
    world.oracle(&IOracle::setCall {
        asset: loan,
        wad: huge,
    });
    let unusable = IMarket::PriceUnusable {
        asset: loan,
        priceWad: huge,
    };
    assert_refused(&world.borrow(attacker, 1), &unusable);
    let zero = IOracle::setCall {
        asset: loan,
        wad: U256::ZERO,
    };
    world.oracle(&zero);
    assert_refused(
        &world.borrow(attacker, 1),
        &IMarket::PriceUnusable {
            asset: loan,
            priceWad: U256::ZERO,
        },
    );
    assert!(world.repay(attacker, u(1_000)).is_success());

    // An hour old is young enough, a second more is not; and nor is one of tomorrow.
    world.prices(2 * ONE);
    let at = world.chain.now().unwrap();
    for asset in [world.loan, world.collateral] {
        let wad = U256::from(if asset == loan { ONE } else { 2 * ONE });
        world.oracle(&IOracle::setAtCall {
            asset,
            wad,
            updatedAt: u(at),
        });
    }
    or_skip!(world.chain.move_to(at + HOUR));
    assert_happened(&world.borrow(attacker, 1), market);
    or_skip!(world.chain.move_to(at + HOUR + 1));
    let stale = refusal::<IMarket::PriceStale>(&world.borrow(attacker, 1)).unwrap();
    assert_eq!((stale.asset, stale.updatedAt), (loan, u(at)));
    world.prices(2 * ONE);
    let tomorrow = u(world.chain.now().unwrap() + DAY);
    world.oracle(&IOracle::setAtCall {
        asset: loan,
        wad: U256::from(ONE),
        updatedAt: tomorrow,
    });
    assert!(refusal::<IMarket::PriceStale>(&world.borrow(attacker, 1)).is_some());
    assert_eq!(
        (world.state(), world.violations()),
        (0, 0),
        "an oracle's trouble is no violation"
    );
    let more = IToken::transferCall {
        to: attacker,
        value: u(1_000),
    };
    world.chain.must(user, loan, &more, "a transfer").unwrap();
    assert!(world.repay(attacker, U256::MAX).is_success());
    assert_happened(&world.unpledge(attacker, 1_000_000), market);
}

#[test]
fn a_price_has_120_bits_at_the_most_and_its_time_64() {
    let mut world = World::new();
    let (user, attacker, loan) = (world.people.user, world.people.attacker, world.loan);
    world.pledge(attacker, 1_000_000);
    assert_happened(&world.borrow(attacker, 500_000), world.market);
    let wad = (U256::ONE << 120) - U256::ONE;
    world.oracle(&IOracle::setCall {
        asset: world.collateral,
        wad,
    });
    let healthy = refusal::<IMarket::AccountHealthy>(&world.liquidate(user, attacker, 1)).unwrap();
    assert_eq!(healthy.collateralValue, u(1_000_000) * wad);
    // A time whose lowest 64 bits alone are young.
    let updated_at = (U256::ONE << 64) + u(world.chain.now().unwrap());
    world.oracle(&IOracle::setAtCall {
        asset: loan,
        wad: U256::from(ONE),
        updatedAt: updated_at,
    });
    let stale = refusal::<IMarket::PriceStale>(&world.liquidate(user, attacker, 1)).unwrap();
    assert_eq!((stale.asset, stale.updatedAt), (loan, updated_at));
}

#[test]
fn a_price_pumped_in_one_transaction_is_off_its_reference_and_lends_nothing() {
    let mut world = World::new();
    let (attacker, market, collateral) = (world.people.attacker, world.market, world.collateral);
    let batch = world
        .chain
        .create(attacker, Fixture::Batch.creation_code())
        .unwrap();
    let give = IToken::transferCall {
        to: batch,
        value: u(1_000_000),
    };
    world
        .chain
        .must(attacker, collateral, &give, "a transfer")
        .unwrap();
    let call = |to, data: Vec<u8>| IBatch::Call {
        to,
        value: U256::ZERO,
        data: data.into(),
        mayFail: false,
    };
    let approve = IToken::approveCall {
        spender: market,
        value: U256::MAX,
    };
    let pledge = IMarket::addCollateralCall {
        account: batch,
        amount: u(100_000),
    };
    let attack = |wad: u128, amount: u64| {
        vec![
            call(collateral, approve.abi_encode()),
            call(market, pledge.abi_encode()),
            call(
                world.oracle,
                IOracle::setCall {
                    asset: collateral,
                    wad: U256::from(wad),
                }
                .abi_encode(),
            ),
            call(market, IMarket::borrowCall { amount: u(amount) }.abi_encode()),
            call(
                world.oracle,
                IOracle::setCall {
                    asset: collateral,
                    wad: U256::from(2 * ONE),
                }
                .abi_encode(),
            ),
        ]
    };
    let (pumped, honest) = (attack(20 * ONE, 1_400_000), attack(2 * ONE, 150_000));
    let robbed = world
        .chain
        .submit(attacker, batch, &IBatch::runCall { calls: pumped })
        .unwrap();
    let off = refusal::<IMarket::PriceOffReference>(&robbed).unwrap();
    assert_eq!((off.priceX128, off.referenceX128), (u(20) << 128, u(2) << 128));
    assert_eq!(world.totals().1, 0);
    let done = world
        .chain
        .submit(attacker, batch, &IBatch::runCall { calls: honest })
        .unwrap();
    assert!(done.is_success(), "{done:?}");
    assert_eq!(world.debt(batch), 150_000);
}

#[test]
fn a_price_within_its_band_lends_at_the_edge_and_not_beyond() {
    let mut world = World::new();
    let (attacker, market) = (world.people.attacker, world.market);
    world.pledge(attacker, 1_000_000);
    world.prices(2 * ONE * 11 / 10);
    assert_happened(&world.borrow(attacker, 1), market);
    world.prices(2 * ONE * 11 / 10 + ONE / 100);
    // The reference may have followed by its step, a twentieth a day, of a second or two.
    assert!(refusal::<IMarket::PriceOffReference>(&world.borrow(attacker, 1)).is_some());
    assert!(refusal::<IMarket::PriceOffReference>(&world.unpledge(attacker, 1)).is_some());
    world.prices(2 * ONE * 8 / 10);
    assert!(refusal::<IMarket::PriceOffReference>(&world.borrow(attacker, 1)).is_some());
    // Out with what nothing is owed on: no price is asked for.
    let more = IToken::transferCall {
        to: attacker,
        value: u(10),
    };
    world
        .chain
        .must(world.people.user, world.loan, &more, "a transfer")
        .unwrap();
    assert!(world.repay(attacker, U256::MAX).is_success());
    assert_happened(&world.unpledge(attacker, 1), market);
    // A fall that is for real is followed in days.
    let mut days = 0;
    while !world.borrow(attacker, 1_000).is_success() {
        or_skip!(world.chain.advance_time(DAY));
        world.prices(2 * ONE * 8 / 10);
        days += 1;
        assert!(days < 10);
    }
    assert!((1..=4).contains(&days), "{days}");
}

#[test]
fn a_price_that_jumped_too_far_for_its_reference_is_lent_at_once_that_is_set_anew() {
    let mut world = World::new();
    let (user, attacker, market) = (world.people.user, world.people.attacker, world.market);
    world.pledge(attacker, 1_000_000);
    // Two and a half times as much, for good. A doubling is made up for, and what is refused is not kept: no time is enough.
    for _ in 0..3 {
        or_skip!(world.chain.advance_time(100 * DAY));
        world.prices(5 * ONE);
        let off = refusal::<IMarket::PriceOffReference>(&world.borrow(attacker, 1)).unwrap();
        assert_eq!((off.priceX128, off.referenceX128), (u(5) << 128, u(4) << 128));
        assert_eq!(world.overview().referenceX128, u(2) << 128);
    }
    let anew = IMarketGuards::resetBandCall {};
    assert_refused(
        &world.send(user, &anew),
        &IMarketGuards::NotGovernor { caller: user },
    );
    let governor = world.people.governor;
    let early = world.send(governor, &anew);
    assert!(refusal::<IMarketGuards::OperationNotReady>(&early).is_some());
    world.govern(&IMarketGuards::scheduleCall { data: data(&anew) });
    or_skip!(world.chain.advance_time(DELAY));
    // At the price of then, and at none that is not young.
    assert!(refusal::<IMarket::PriceStale>(&world.send(governor, &anew)).is_some());
    world.prices(5 * ONE);
    world.govern(&anew);
    assert_eq!(world.overview().referenceX128, u(5) << 128);
    assert_happened(&world.borrow(attacker, 1), market);
}

#[test]
fn units_that_are_worth_millions_or_millionths_of_one_another_are_held_as_near_as_any() {
    // What 10^18 units of the loan are worth, and of the collateral; how many units of it are about one of the loan's, and of the loan one of it.
    let cheap = (1_000_000_000_000 * ONE, 1_500_000_000_000, ONE, 1);
    let dear = (ONE, 600_000_000_000_000 * ONE, 1, 400_000_000_000_000);
    for (loan_wad, wad, collaterals, loans) in [cheap, dear] {
        let mut world = World::with_supply_unset(Fixture::Token, Fixture::Token, U256::ONE << 120);
        let (user, attacker, loan, collateral) = (
            world.people.user,
            world.people.attacker,
            world.loan,
            world.collateral,
        );
        let prices = |world: &mut World, wad: u128| {
            for (asset, wad) in [(loan, loan_wad), (collateral, wad)] {
                world.oracle(&IOracle::setCall {
                    asset,
                    wad: U256::from(wad),
                });
            }
        };
        prices(&mut world, wad);
        world.govern(&BREAKER);
        world.govern(&BAND_TERMS);
        for asset in [loan, collateral] {
            world.govern(&IMarketGuards::configureOutflowCall {
                asset,
                capacity: U256::ONE << 100,
                refillSecs: DAY,
            });
        }
        let reference = (U256::from(wad) << 128) / U256::from(loan_wad);
        assert_eq!(world.overview().referenceX128, reference);
        let amount = |units: u128| U256::from(units) * u(1_000);
        world.must(
            user,
            &IMarket::supplyCall {
                amount: amount(loans),
            },
        );
        let account = attacker;
        let amount = amount(collaterals);
        world.must(attacker, &IMarket::addCollateralCall { account, amount });
        // An eighth more is off a reference with a band of a tenth, whatever a unit is worth.
        prices(&mut world, wad / 8 * 9);
        let off = refusal::<IMarket::PriceOffReference>(&world.borrow(attacker, 1)).unwrap();
        assert_eq!(
            off.priceX128,
            (U256::from(wad / 8 * 9) << 128) / U256::from(loan_wad)
        );
        prices(&mut world, wad / 16 * 17);
        let market = world.market;
        assert_happened(&world.borrow(attacker, 1), market);
    }
}

#[test]
fn without_a_reference_nothing_is_lent() {
    let mut world = World::unset(Fixture::Token, Fixture::Token);
    let attacker = world.people.attacker;
    let supply = IMarket::supplyCall { amount: u(1) };
    let user = world.people.user;
    assert!(refusal::<IMarket::BreakerUnset>(&world.send(user, &supply)).is_some());
    world.govern(&BREAKER);
    let loan = world.loan;
    assert_refused(&world.send(user, &supply), &IMarket::AssetClosed { asset: loan });
    world.govern(&outflow(loan, CAPACITY));
    world.must(user, &IMarket::supplyCall { amount: u(SUPPLIED) });
    let closed = IMarket::AssetClosed {
        asset: world.collateral,
    };
    assert_refused(&world.pledge(attacker, 1_000), &closed);
    world.govern(&outflow(world.collateral, CAPACITY));
    assert!(world.pledge(attacker, 1_000).is_success());
    assert!(refusal::<IMarket::PriceWindowUnset>(&world.borrow(attacker, 1)).is_some());
    world.govern(&BAND_TERMS);
    assert_happened(&world.borrow(attacker, 1), world.market);
}
