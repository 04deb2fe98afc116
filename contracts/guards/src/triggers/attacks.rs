//! What an attacker might want of the triggers, and what it costs. Each test is named for the attack.

use super::*;
use crate::{breaker_guard::Trip, fixture::*};
use alloy_primitives::U256;
use portcullis_core::{
    breaker::{Rung, State, Target},
    trigger::{Finding, Flow},
};

fn hit(house: &mut House, flow: Flow) -> Option<Trip> {
    house
        .hits
        .observe(&mut house.breakers, token(), flow, BOB)
        .unwrap()
}

#[test]
fn tripping_for_the_price_of_gas() {
    let (test, mut house, governor) = house();
    let change = house.timelock.change(&governor, &[]);
    house.hits.configure(change, token(), 1, DAY, u(1_000)).unwrap();
    let before = (test.snapshot().storage, logs(&test));
    for second in 0..1_000 {
        test.set_block_timestamp(START + second);
        for flow in [
            Flow::Refused(U256::MAX),
            Flow::Moved(u(999)),
            Flow::Staked(u(999)),
            Flow::Moved(U256::ZERO),
        ] {
            assert_eq!(hit(&mut house, flow), None);
        }
    }
    assert_eq!(
        (test.snapshot().storage, logs(&test)),
        before,
        "nothing is even written"
    );
    assert!(
        hit(&mut house, Flow::Moved(u(1_000))).is_some(),
        "real money does"
    );
}

#[test]
fn a_flash_deposit_to_make_every_withdrawal_look_like_a_drain() {
    let (_, mut house, governor) = house();
    let change = house.timelock.change(&governor, &[]);
    house.gone.configure(change, token(), 3_000, HOUR).unwrap();
    let target = Target::To(Rung::Frozen);
    for (before, after) in [(1_000, 1_000_000), (1_000_000, 1_000)] {
        let seen = house
            .gone
            .observe(&mut house.breakers, token(), u(before), u(after), target, BOB);
        assert_eq!(seen, Ok(None));
    }
}

#[test]
fn one_manipulated_price_shown_again_and_again() {
    let (test, mut house, governor) = house();
    let change = house.timelock.change(&governor, &[]);
    house.moved.configure(change, token(), 300, 300, DAY).unwrap();
    let mut trips = 0;
    for (second, price) in (0..1_000).map(|second| (second, if second == 0 { 100 } else { 200 })) {
        test.set_block_timestamp(START + second);
        let judged = house
            .moved
            .observe(&mut house.breakers, token(), u(price), Target::OneRung, BOB);
        trips += u64::from(judged.unwrap().trip.is_some());
    }
    assert_eq!(trips, 1);
    assert_eq!(house.breakers.view(token()).view.state, State::Throttled);
}

#[test]
fn a_stolen_sentinels_key_to_freeze_for_ever() {
    let (test, mut house, governor) = house();
    let change = house.timelock.change(&governor, &[]);
    house
        .findings
        .configure(change, token(), 3, 2 * HOUR, HOUR)
        .unwrap();
    let by = Sentinel::verified(BOB);
    let (mut accepted, mut frozen_secs) = (0, 0);
    for (number, now) in (1..).zip((START..START + 30 * DAY).step_by(600)) {
        test.set_block_timestamp(now);
        let finding = Finding {
            number,
            expires_at: now,
        };
        accepted += u64::from(
            house
                .findings
                .accept(&mut house.breakers, &by, token(), finding)
                .is_ok(),
        );
        frozen_secs += 600 * u64::from(house.breakers.view(token()).view.state == State::Frozen);
    }
    assert!(accepted <= 3 + 30 * DAY / (2 * HOUR), "{accepted}");
    let most = house.breakers.settings(token()).unwrap().most_freezes(30 * DAY) * HOUR;
    assert!(frozen_secs <= most, "{frozen_secs} of {most}");
}

#[test]
fn a_stolen_governors_key_that_opens_at_once_what_no_trigger_let_pass() {
    let (test, mut house, governor) = house();
    house.timelock.set_delay(&governor, &[], DAY).unwrap();
    let before = test.snapshot().storage;
    // A scope without a trigger's settings refuses: its first ones loosen, however tight they are.
    let change = house.timelock.change(&governor, CALL);
    assert_eq!(
        house.hits.configure(change, token(), 1, DAY, u(1)),
        Err(unscheduled(CALL))
    );
    let change = house.timelock.change(&governor, CALL);
    assert_eq!(
        house.gone.configure(change, token(), 1, HOUR),
        Err(unscheduled(CALL))
    );
    let change = house.timelock.change(&governor, CALL);
    assert_eq!(
        house.moved.configure(change, token(), 1, 1, HOUR),
        Err(unscheduled(CALL))
    );
    let change = house.timelock.change(&governor, CALL);
    assert_eq!(
        house.damage.configure(change, token(), u(0)),
        Err(unscheduled(CALL))
    );
    let change = house.timelock.change(&governor, CALL);
    assert_eq!(
        house.suspicion.configure(change, token(), 1, u(0)),
        Err(unscheduled(CALL))
    );
    let change = house.timelock.change(&governor, CALL);
    assert_eq!(
        house.findings.configure(change, token(), 1, 100, 60),
        Err(unscheduled(CALL))
    );
    assert_eq!(test.snapshot().storage, before);
}
