//! Pauses from outside, by group and kind.

use super::world::*;
use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use e2e::or_skip;
use e2e::proxy::{IBank, IProxyGuards};

/// A bank with ways in and ways out.
fn grouped() -> World {
    let mut world = World::new();
    world.set(&selectors([IBank::depositCall::SELECTOR], [INCREASES, INS, 0, 0]));
    world.set(&selectors([IBank::repayCall::SELECTOR], [REDUCES, INS, 0, 0]));
    world.set(&selectors(
        [IBank::withdrawEthCall::SELECTOR],
        [WITHDRAWS, OUTS, 0, 0],
    ));
    world.set(&watch(ETH, 10_000));
    world
}

fn deposit(world: &mut World) -> e2e::rpc::Receipt {
    world.send(&IBank::depositCall { amount: U256::ZERO })
}

fn restricted(group: u8, state: u8, kind: u8, retry_at: u64) -> IProxyGuards::GroupRestricted {
    IProxyGuards::GroupRestricted {
        group,
        state,
        kind,
        retryAt: retry_at,
    }
}

#[test]
fn a_pause_stops_its_group_and_no_other_and_ends_by_itself() {
    let mut world = grouped();
    let frozen = world.set(&restrict(INS, 4, HOUR));
    let until = world.time_of(&frozen) + HOUR;
    let told = world.told::<IProxyGuards::Restricted>(&frozen);
    assert_eq!(
        (told[0].group, told[0].by, told[0].to, told[0].until),
        (INS, world.admin, 4, until)
    );
    assert_eq!(world.state(INS), (4, until));
    assert_refused(&deposit(&mut world), &restricted(INS, 4, INCREASES, until));
    let repaid = world.pay(&IBank::repayCall {}, 1);
    assert_refused(&repaid, &restricted(INS, 4, REDUCES, until));
    assert!(world.withdraw_eth(1).is_success());
    // What is not listed belongs to no group but everything.
    assert!(world.send(&IBank::setMuteCall { mute_: false }).is_success());
    assert_eq!(world.marker(), MARKER, "views are read all the same");
    or_skip!(world.chain.move_to(until));
    assert!(deposit(&mut world).is_success());
}

#[test]
fn where_risk_may_only_be_reduced_ways_out_stay_open_at_a_share_of_their_limit() {
    let mut world = grouped();
    let reduced = world.set(&restrict(0, 3, HOUR));
    let until = world.time_of(&reduced) + HOUR;
    assert_refused(&deposit(&mut world), &restricted(0, 3, INCREASES, until));
    let unlisted = world.send(&IBank::setMuteCall { mute_: true });
    assert_refused(&unlisted, &restricted(0, 3, INCREASES, until));
    assert!(world.pay(&IBank::repayCall {}, 1).is_success());
    // A twentieth.
    let over = world.withdraw_eth(501);
    assert_refused(
        &over,
        &IProxyGuards::RateLimited {
            asset: ETH,
            requested: u(501 * 20),
            available: u(10_000),
            retryAt: u64::MAX,
        },
    );
    assert!(world.withdraw_eth(500).is_success());
    assert!(!world.withdraw_eth(100).is_success());
}

#[test]
fn throttled_every_flow_is_charged_four_times() {
    let mut world = grouped();
    world.set(&restrict(OUTS, 2, HOUR));
    assert!(world.withdraw_eth(2_000).is_success());
    let left = world.read(&IProxyGuards::watchedCall { place: 0 }).available;
    assert_eq!(left, u(2_000));
    assert!(deposit(&mut world).is_success());
}

#[test]
fn a_pause_is_lifted_into_its_ramp() {
    let mut world = grouped();
    world.set(&restrict(INS, 4, DAY));
    assert!(!deposit(&mut world).is_success());
    let lifted = world.set(&IProxyGuards::liftCall { group: INS });
    assert_eq!(world.told::<IProxyGuards::Unpaused>(&lifted).len(), 1);
    assert!(deposit(&mut world).is_success());
    assert_eq!(world.state(INS).0, 1, "half-open");
}

#[test]
fn what_has_no_selector_is_paused_as_it_is_set() {
    let mut world = grouped();
    world.set(&IProxyGuards::setShortCall {
        kind: REDUCES,
        group: OUTS,
        latch: 0,
        nests: 0,
    });
    world.set(&restrict(0, 3, HOUR));
    assert!(world.raw(vec![], 1).is_success(), "a gift reduces risk");
    let frozen = world.set(&restrict(OUTS, 4, HOUR));
    let until = world.time_of(&frozen) + HOUR;
    assert_refused(&world.raw(vec![], 1), &restricted(OUTS, 4, REDUCES, until));
    assert_refused(&world.raw(vec![1, 2, 3], 0), &restricted(OUTS, 4, REDUCES, until));
}

#[test]
fn nobody_but_the_administrator_pauses_or_lifts() {
    let mut world = grouped();
    // For anybody else it is a call of the bank's, whose fallback takes it.
    world.send(&restrict(INS, 4, HOUR));
    assert_eq!(world.state(INS).0, 0);
    world.set(&restrict(INS, 4, HOUR));
    world.send(&IProxyGuards::liftCall { group: INS });
    assert_eq!(world.state(INS).0, 4);
}
