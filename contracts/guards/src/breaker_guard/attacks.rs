//! What an attacker might want of a breaker, and does not get. Each test is named for the attack.

use super::*;
use crate::fixture::*;
use alloc::vec::Vec;
use portcullis_core::breaker::{Config, Kind, Recovery, Rung, State, Target};

fn trip(house: &mut House, target: Target) -> Trip {
    house.breakers.trip(token(), Fired::own(1, target, BOB)).unwrap()
}

#[test]
fn freezing_for_ever_by_repeated_trips() {
    let (test, mut house, _) = house();
    let mut frozen_secs = 0;
    let days = 30;
    // Somebody pays for a trip to the last rung every minute of a month.
    for minute in 0..days * 24 * 60 {
        test.set_block_timestamp(START + 60 * minute);
        trip(&mut house, Target::To(Rung::Frozen));
        match house.breakers.view(token()).view.state {
            State::Frozen => {
                frozen_secs += 60;
                assert!(house.breakers.check(token(), Kind::ReduceOwnRisk).is_err());
            }
            _ => {
                // At every other minute people get out, and repay in full.
                let out = house.breakers.check(token(), Kind::BoundedWithdrawal);
                assert_eq!(out.map(|share| share.bps()), Ok(500));
                let repay = house.breakers.check(token(), Kind::ReduceOwnRisk);
                assert_eq!(repay.map(|share| share.bps()), Ok(10_000));
            }
        }
    }
    let most = house.breakers.settings(token()).unwrap().most_freezes(days * DAY) * HOUR;
    assert_eq!(most, (2 + 30) * HOUR);
    assert!(
        frozen_secs <= most && frozen_secs >= 30 * HOUR,
        "{frozen_secs} of {most}"
    );
    // Once the attacker stops, it ends by itself.
    let end = START + days * DAY - 60 + HOUR + 600 + 2 * HOUR;
    test.set_block_timestamp(end);
    assert_eq!(house.breakers.view(token()).view.state, State::Closed);
}

#[test]
fn flapping() {
    let (test, mut house, _) = house();
    trip(&mut house, Target::To(Rung::Frozen));
    let mut milder_at = Vec::new();
    let mut last = State::Frozen;
    // A calm measure is shown every ten seconds, and a trip each time that it has stepped back.
    for now in (START..START + DAY).step_by(10) {
        test.set_block_timestamp(now);
        let _ = house.breakers.step_back(token(), 0);
        let state = house.breakers.view(token()).view.state;
        if state < last {
            milder_at.push(now);
            last = trip(&mut house, Target::To(Rung::Throttled)).to();
            assert!(
                last >= State::ReduceOnly,
                "a relapse goes back to where it comes from"
            );
        } else {
            last = state;
        }
    }
    assert!(milder_at.len() > 100, "{}", milder_at.len());
    for pair in milder_at.windows(2) {
        assert!(pair[1] - pair[0] >= 600, "a step down within a dwell: {pair:?}");
    }
}

#[test]
fn a_cheap_trip_to_shorten_an_expensive_one() {
    let (test, mut house, _) = house();
    house
        .breakers
        .decide(&council(), token(), Rung::Frozen, DAY)
        .unwrap();
    for _ in 0..300 {
        trip(&mut house, Target::To(Rung::Throttled));
    }
    test.set_block_timestamp(START + DAY - 1);
    assert_eq!(house.breakers.view(token()).view.state, State::Frozen);
}

#[test]
fn looser_settings_to_get_out_of_a_trip_that_holds() {
    let (test, mut house, governor) = house();
    trip(&mut house, Target::To(Rung::ReduceOnly));
    let before = house.breakers.view(token());
    let loose = Config {
        throttle_bps: 9_999,
        exit_bps: 9_999,
        dwell_secs: 1,
        expiry_secs: 1,
        ramp_secs: 1,
        recovery: Recovery::Timed,
        ..CONFIG
    };
    let change = house.timelock.change(&governor, &[]);
    house.breakers.configure(change, token(), loose).unwrap();
    assert_eq!(house.breakers.view(token()), before);
    test.set_block_timestamp(START + HOUR - 1);
    trip(&mut house, Target::To(Rung::Throttled));
    assert_eq!(house.breakers.view(token()).shares_bps, [0, 2_500, 10_000, 500]);
}

#[test]
fn a_trip_of_one_asset_to_stop_all_others() {
    let (_, mut house, _) = house();
    for _ in 0..10 {
        trip(&mut house, Target::To(Rung::Frozen));
    }
    let other = crate::scope_key::Scope::asset(ALICE);
    for kind in Kind::ALL {
        let share = house.breakers.check(other, kind);
        assert_eq!(share.map(|share| share.bps()), Ok(10_000));
    }
}
