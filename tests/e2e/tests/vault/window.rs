//! The price over any time: near its reference, or no way in; below it the way out stays open.

use super::world::*;
use alloy_primitives::U256;
use e2e::calls::refusal;
use e2e::or_skip;
use e2e::tokens::Fixture;
use e2e::vault::{IVault, IVaultGovernance, IVaultMonitor};

/// A thousandth, with 128 bits behind the point, rounded down: what a share-unit of a new vault is worth.
fn thousandth_x128() -> U256 {
    (U256::ONE << 128) / u(1_000)
}

fn max_deposit(world: &World) -> U256 {
    let receiver = world.people.user;
    world.ask(receiver, &IVault::maxDepositCall { receiver })
}

/// Mints a share-unit so many times, each of which costs a whole unit and leaves nearly all of it to those who are there.
fn walk(world: &mut World, times: u64) {
    let receiver = world.people.attacker;
    for step in 0..times {
        let mint = IVault::mintCall {
            shares: u(1),
            receiver,
        };
        assert!(world.send(receiver, &mint).is_success(), "{step}");
    }
}

#[test]
fn a_price_is_walked_up_to_the_edge_of_its_window_and_no_further() {
    let mut world = World::new(Fixture::Token);
    let (user, attacker) = (world.people.user, world.people.attacker);
    assert!(world.deposit(user, 2_000).is_success());
    // (2,001 + n) to (2,001,000 + n) is at most 1.03 thousandths for 60 steps.
    walk(&mut world, 60);
    let off = |assets: u64, supply: u64| IVault::SharePriceOffReference {
        assets: u(assets),
        supply: u(supply),
        referenceX128: thousandth_x128(),
        downBps: 100,
        upBps: 300,
    };
    let mint = IVault::mintCall {
        shares: u(1),
        receiver: attacker,
    };
    assert_refused(&world.send(attacker, &mint), &off(2_061, 2_000_061));
    // Neither does a redemption that leaves a unit to the others; without a lower end that is told as a ten-thousandth.
    let below = IVault::SharePriceOffReference {
        downBps: 9_999,
        ..off(2_059, 1_998_119)
    };
    assert_refused(&world.redeem(user, u(1_941)), &below);
    // One that rounds nothing away passes.
    assert!(world.withdraw(user, 1).is_success());
}

#[test]
fn a_price_above_its_window_shuts_both_ways_and_is_found_by_whoever_looks() {
    let mut world = World::with(Fixture::Token, |world| {
        world.govern(&IVaultGovernance::configureWindowCall {
            upBps: 1_000,
            ..TERMS
        });
    });
    let user = world.people.user;
    assert!(world.deposit(user, 2_000).is_success());
    walk(&mut world, 100);
    assert_eq!(max_deposit(&world), U256::MAX);
    assert_eq!(world.max_withdraw(user), 2_099);
    // Tighter is at once, and then the price is off.
    world.govern(&TERMS);
    assert_eq!((max_deposit(&world), world.max_withdraw(user)), (U256::ZERO, 0));
    for refused in [
        world.deposit(user, 10),
        world.withdraw(user, 10),
        world.send(user, &IVault::collectCall {}),
    ] {
        assert!(refusal::<IVault::SharePriceOffReference>(&refused).is_some());
    }
    world.set_mode(WINDOW, LATCH);
    world.must(user, &IVault::collectCall {});
    assert_eq!(world.last_violation().guard, WINDOW);
    assert_eq!(world.ladder().0, 3);
    // The reference comes after it, two hundredths a day.
    or_skip!(world.chain.advance_time(2 * DAY));
    assert!(world.withdraw(user, 10).is_success());
}

#[test]
fn a_gift_of_any_size_never_takes_the_price_out_of_its_window() {
    let mut world = World::new(Fixture::Token);
    let (user, attacker) = (world.people.user, world.people.attacker);
    assert!(world.deposit(user, 1_000_000).is_success());
    world.give(attacker, 9_000_000);
    let mut total = world.total();
    for day in 0..6 {
        or_skip!(world.chain.advance_time(DAY / 2 + day * DAY));
        world.must(attacker, &IVault::collectCall {});
        assert!(world.total() > total && world.total() <= total * 101 / 100 + 1);
        assert!(world.deposit(user, 1_000).is_success(), "{day}");
        assert!(world.withdraw(user, 1_000).is_success(), "{day}");
        total = world.total();
    }
}

#[test]
fn a_price_that_fell_shuts_the_way_in_and_not_the_way_out() {
    let mut world = World::new(Fixture::GreedyToken);
    let user = world.people.user;
    assert!(world.deposit(user, 400_000).is_success());
    world.seize(100_000);
    world.must(user, &IVault::writeDownCall {});
    let off = IVault::SharePriceOffReference {
        assets: u(301_000),
        supply: u(400_000_000 + 1_333_332),
        referenceX128: thousandth_x128(),
        downBps: 100,
        upBps: 300,
    };
    assert_refused(&world.deposit(user, 1_000), &off);
    assert_eq!(max_deposit(&world), U256::ZERO);
    assert_eq!(world.max_withdraw(user), 300_000);
    assert!(world.withdraw(user, 300_000).is_success());
}

#[test]
fn a_vault_that_emptied_begins_anew_whatever_dust_made_of_its_price() {
    let mut world = World::new(Fixture::Token);
    let user = world.people.user;
    assert!(world.deposit(user, 400_000).is_success());
    let all = world.shares(user);
    assert!(world.redeem(user, all).is_success());
    // Nobody has shares to speak of: for twenty units the price of nobody's is twenty times as high.
    walk(&mut world, 20);
    assert_eq!(max_deposit(&world), U256::MAX);
    let paid_in = world.deposit(user, 1_000_000);
    assert!(paid_in.is_success(), "{paid_in:?}");
    let began = events::<IVault::PriceReferenceReset>(&paid_in, world.vault);
    assert_eq!(began.len(), 1);
    assert_eq!(began[0].referenceX128, (u(21) << 128) / u(1_020));
    // And it is held near that.
    let state = world.ask(user, &IVaultMonitor::priceWindowCall {});
    assert_eq!(state.referenceX128, began[0].referenceX128);
    assert!(world.deposit(user, 1_000).is_success());
    assert!(world.withdraw(user, 500_000).is_success());
}

#[test]
fn a_window_that_gains_would_leave_is_refused_and_a_wider_one_waits() {
    let mut world = World::new(Fixture::Token);
    let governor = world.people.governor;
    let terms = |up_bps, step_bps, period_secs| IVaultGovernance::configureWindowCall {
        downBps: 100,
        upBps: up_bps,
        stepBps: step_bps,
        periodSecs: period_secs,
    };
    for (up_bps, step_bps, period_secs) in [(299, 200, DAY), (300, 199, DAY), (300, 400, DAY + 1)] {
        let tight = IVaultGovernance::WindowTooTight {
            upBps: up_bps,
            stepBps: step_bps,
            periodSecs: period_secs,
        };
        assert_refused(
            &world.send(governor, &terms(up_bps, step_bps, period_secs)),
            &tight,
        );
    }
    let wider = world.send(governor, &terms(301, 200, DAY));
    assert!(refusal::<IVaultGovernance::OperationNotReady>(&wider).is_some());
    let state = world.ask(governor, &IVaultMonitor::priceWindowCall {});
    assert_eq!(
        (state.downBps, state.upBps, state.stepBps, state.periodSecs),
        (100, 300, 200, DAY)
    );
    assert_eq!(state.referenceX128, thousandth_x128());
}

#[test]
fn a_monitor_sees_how_much_is_left_and_when_it_is_back() {
    let mut world = World::new(Fixture::Token);
    let (user, guardian) = (world.people.user, world.people.guardian);
    assert!(world.deposit(user, 3_000_000).is_success());
    let left = world.withdraw(user, 250_000);
    let at = world.time_of(&left);
    let limit = world.ask(user, &IVaultMonitor::outflowLimitCall {});
    assert_eq!((limit.capacity, limit.refillSecs), (u(CAPACITY), DAY));
    assert_eq!((limit.available, limit.passes), (u(750_000), u(750_000)));
    assert_eq!(
        limit.fullAt,
        at + DAY / 4,
        "a quarter comes back in a quarter of a day"
    );
    let backing = world.ask(user, &IVaultMonitor::backingCall {});
    assert_eq!((backing.held, backing.managed), (u(2_750_000), u(2_750_000)));
    // A freeze lets nothing pass of what there is.
    let freeze = IVaultGovernance::freezeCall {
        group: WITHDRAWALS,
        secs: HOUR,
    };
    assert!(world.send(guardian, &freeze).is_success());
    let limit = world.ask(user, &IVaultMonitor::outflowLimitCall {});
    assert_eq!(limit.passes, U256::ZERO);
    assert!(limit.available >= u(750_000));
}
