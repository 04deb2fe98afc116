//! What an attacker might want of the exit, and does not get. Each test is named for the attack.

use super::tests::{opened, paid, tripped, vault, Vault, FREEZE};
use super::*;
use crate::fixture::*;
use alloy_primitives::{Address, U256};
use portcullis_core::exit::Freeze;

const THIEF: Address = BOB;
const VICTIM: Address = ALICE;

/// Told that it is frozen for `secs` from now.
fn freeze(vault: &mut Vault, now: u64, secs: u64) -> Freeze {
    let freeze = Freeze::between(now, now + secs);
    vault.exit.observe(TOKEN, freeze);
    freeze
}

#[test]
fn resetting_the_clock_by_a_one_second_unfreeze() {
    let (test, mut vault, _) = vault();
    let mut time = START;
    let mut last = Freeze::NONE;
    // Six days and a bit, each lifted a second before a day is over and renewed a second later.
    for _ in 0..7 {
        test.set_block_timestamp(time);
        last = freeze(&mut vault, time, DAY);
        test.set_block_timestamp(time + DAY - 1);
        vault.exit.observe(TOKEN, Freeze::NONE);
        time += DAY;
    }
    // Seven seconds were not frozen, and took back seven more.
    assert_eq!(vault.exit.clock(TOKEN).frozen_secs(time), 7 * DAY - 14);
    assert!(!last.holds(time));
    test.set_block_timestamp(time);
    last = freeze(&mut vault, time, DAY);
    test.set_block_timestamp(time + 13);
    assert!(vault.exit.open(TOKEN, last, u(1), u(1)).is_err());
    test.set_block_timestamp(time + 14);
    assert_eq!(vault.exit.open(TOKEN, last, u(1), u(1)), Ok(()));
}

#[test]
fn unfreezing_in_the_moment_of_the_opening_to_escape_it() {
    let (test, mut vault, _) = vault();
    vault.exit.observe(TOKEN, FREEZE);
    let time = START + 7 * DAY;
    test.set_block_timestamp(time);
    vault.exit.observe(TOKEN, Freeze::NONE);
    assert!(vault.exit.open(TOKEN, Freeze::NONE, u(1), u(1)).is_err());
    // Frozen again, in the same second or an hour later: it opens when as much is counted again.
    let again = freeze(&mut vault, time, DAY);
    assert_eq!(vault.exit.opens_at(TOKEN), Some(time));
    test.set_block_timestamp(time + HOUR);
    vault.exit.observe(TOKEN, Freeze::NONE);
    test.set_block_timestamp(time + 3 * HOUR);
    let later = freeze(&mut vault, time + 3 * HOUR, DAY);
    assert_eq!(vault.exit.opens_at(TOKEN), Some(time + 4 * HOUR));
    test.set_block_timestamp(time + 4 * HOUR);
    assert_eq!(vault.exit.open(TOKEN, later, u(1), u(1)), Ok(()));
    assert_ne!(again, later);
}

#[test]
fn opening_the_exit_of_what_runs() {
    let (test, mut vault, _) = vault();
    vault.exit.observe(TOKEN, FREEZE);
    // It was frozen for 20 days and runs again; the clock stands far above seven days.
    test.set_block_timestamp(START + 20 * DAY);
    for told in [FREEZE, Freeze::NONE] {
        assert!(vault.exit.open(TOKEN, told, u(1), u(1)).is_err());
    }
    assert_eq!(vault.exit.clock(TOKEN).frozen_secs(START + 20 * DAY), 20 * DAY);
}

#[test]
fn claiming_that_it_was_frozen_long_before() {
    let (test, mut vault, _) = vault();
    vault.exit.observe(TOKEN, Freeze::NONE);
    test.set_block_timestamp(START + 100 * DAY);
    // A pause says when it ends and not when it began; poked, it counts from now.
    vault.exit.observe(TOKEN, Freeze::until(START + 101 * DAY));
    assert_eq!(vault.exit.opens_at(TOKEN), Some(START + 107 * DAY));
}

#[test]
fn opening_with_inflated_claims_dilutes_and_takes_nothing_more() {
    // The thief has forged as many claims as there were.
    let (_, mut vault, _) = opened(100, 200);
    assert_eq!(vault.exit.pay(TOKEN, THIEF, u(100)), paid(THIEF, 50));
    assert_eq!(vault.exit.pay(TOKEN, VICTIM, u(100)), paid(VICTIM, 50));
    // And cannot take more than the total that was written down.
    let refused = vault.exit.pay(TOKEN, Address::repeat_byte(3), U256::MAX);
    assert!(refused.is_err_and(|refused| refused.is::<BeyondClaims>()));
}

#[test]
fn claiming_more_than_all_have_pays_no_more_than_was_held() {
    let (_, mut vault, _) = opened(100, 300);
    let mut total = U256::ZERO;
    for (byte, claim) in [(1, 200), (2, 200), (3, 100), (4, 100), (5, 1)] {
        if let Ok(payment) = vault.exit.pay(TOKEN, Address::repeat_byte(byte), u(claim)) {
            total += payment.amount;
        }
    }
    assert_eq!(total, u(99), "66 and 33, each rounded down");
}

#[test]
fn dust_claims_to_gain_by_rounding() {
    // A hundred held for three hundred claims: claims of one round to nothing, claims of four to one.
    let (_, mut vault, _) = opened(100, 300);
    let mut total = U256::ZERO;
    for byte in 1..=75 {
        let account = Address::repeat_byte(byte);
        assert!(vault.exit.pay(TOKEN, account, u(1)).is_err());
        total += vault.exit.pay(TOKEN, account, u(4)).unwrap().amount;
    }
    assert_eq!(total, u(75), "whole it had been a hundred");
    assert_eq!(vault.exit.opening(TOKEN).claims_left(), u(0));
}

#[test]
fn two_exits_of_one_account() {
    let (test, mut vault, _) = opened(50, 100);
    assert_eq!(vault.exit.pay(TOKEN, THIEF, u(10)), paid(THIEF, 5));
    // As from inside the payment, and at any later time.
    for time in [START + 7 * DAY, START + 20 * DAY, START + 300 * DAY] {
        test.set_block_timestamp(time);
        let again = AlreadyPaid {
            asset: TOKEN,
            account: THIEF,
            number: 1,
        };
        assert_eq!(vault.exit.pay(TOKEN, THIEF, u(10)), Err(again.into()));
    }
    assert_eq!(vault.exit.opening(TOKEN).claims_left(), u(90));
}

#[test]
fn tripping_the_breaker_to_be_first_out() {
    let (test, mut vault, governor) = vault();
    let trip = tripped(&mut vault, THIEF);
    vault.exit.mark_late(TOKEN, &trip);
    vault.exit.observe(TOKEN, FREEZE);
    test.set_block_timestamp(START + 7 * DAY);
    vault.exit.open(TOKEN, FREEZE, u(50), u(100)).unwrap();
    // A shorter wait that is set afterwards does not help them.
    vault.exit.configure(now(&governor), TOKEN, 7 * DAY, 1).unwrap();
    test.set_block_timestamp(START + 10 * DAY - 1);
    let later = PaidLater {
        asset: TOKEN,
        account: THIEF,
        until: START + 10 * DAY,
    };
    assert_eq!(vault.exit.pay(TOKEN, THIEF, u(10)), Err(later.into()));
}

#[test]
fn marking_everybody_late_to_block_the_exit() {
    let (test, mut vault, governor) = opened(50, 100);
    // Whoever makes trips in the victim's name, again and again, moves nothing beyond the end that was written down.
    for hour in 0..80 {
        test.set_block_timestamp(START + 7 * DAY + hour * HOUR);
        let trip = tripped(&mut vault, VICTIM);
        vault.exit.mark_late(TOKEN, &trip);
    }
    vault
        .exit
        .configure(now(&governor), TOKEN, 30 * DAY, 30 * DAY)
        .unwrap();
    assert_eq!(vault.exit.pay(TOKEN, VICTIM, u(10)), paid(VICTIM, 5));
}

#[test]
fn no_roles_call_stops_a_payment() {
    let (test, mut vault, governor) = opened(50, 100);
    // Everything that a role can do, with changes that need not wait, in the second of the opening and again when the freeze has ended.
    for (time, freeze) in [
        (START + 7 * DAY, FREEZE),
        (START + 8 * DAY, Freeze::NONE),
        (
            START + 9 * DAY,
            Freeze::between(START + 9 * DAY, START + 90 * DAY),
        ),
    ] {
        test.set_block_timestamp(time);
        vault.exit.observe(TOKEN, freeze);
        vault.exit.configure(now(&governor), TOKEN, 30 * DAY, 1).unwrap();
        assert!(vault
            .exit
            .close(now(&governor), TOKEN, freeze)
            .is_err_and(|refused| refused.is::<ExitNotDrained>()));
        let account = Address::repeat_byte((time / DAY % 200) as u8);
        assert_eq!(vault.exit.pay(TOKEN, account, u(10)), paid(account, 5));
    }
}

#[test]
fn a_donation_before_the_opening_gives_away_and_one_after_it_does_nothing() {
    // With ten more held each claim is worth more, to everybody alike.
    let (_, mut vault, _) = opened(60, 100);
    assert_eq!(vault.exit.pay(TOKEN, THIEF, u(50)), paid(THIEF, 30));
    // Whatever arrives now, the share is what was written down.
    assert!(vault.exit.open(TOKEN, FREEZE, u(1_000), u(50)).is_err());
    assert_eq!(vault.exit.pay(TOKEN, VICTIM, u(50)), paid(VICTIM, 30));
}

#[test]
fn more_held_than_claimed_pays_each_claim_and_no_more() {
    let (_, mut vault, _) = opened(1_000, 100);
    assert_eq!(vault.exit.pay(TOKEN, THIEF, u(40)), paid(THIEF, 40));
    assert_eq!(vault.exit.pay(TOKEN, VICTIM, u(60)), paid(VICTIM, 60));
}
