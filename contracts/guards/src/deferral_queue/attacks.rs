//! What an attacker might want of the queue, and does not get. Each test is named for the attack.

use super::*;
use crate::{breaker_guard::Fired, fixture::*};
use alloy_primitives::{Address, U256};
use portcullis_core::breaker::Target;
use stylus_sdk::testing::TestVM;

const VICTIM: Address = ALICE;
const THIEF: Address = BOB;

fn queue() -> (TestVM, House, crate::authority::Governor) {
    let (test, mut house, governor) = house();
    let change = house.timelock.change(&governor, &[]);
    house
        .queue
        .configure(change, TOKEN, u(100), HOUR, 600, 10 * HOUR, HOUR)
        .unwrap();
    let change = house.timelock.change(&governor, &[]);
    house.breakers.configure_record(change, DAY).unwrap();
    (test, house, governor)
}

#[test]
fn dust_griefing_of_the_queue() {
    let (test, mut house, _) = queue();
    // A thousand tickets of a wei that name the victim as recipient, before the victim's own.
    for _ in 0..1_000 {
        house.queue.defer(TOKEN, THIEF, VICTIM, u(1)).unwrap();
    }
    house.queue.defer(TOKEN, VICTIM, VICTIM, u(50)).unwrap();
    let lane = house.queue.lane(TOKEN, VICTIM);
    assert_eq!((lane.head(), lane.tail()), (0, 1), "none is in the victim's lane");
    // It waits for the value that waits, and never beyond the longest wait.
    test.set_block_timestamp(START + 10 * HOUR);
    let claim = house.queue.claim(TOKEN, VICTIM).unwrap();
    assert_eq!((claim.index, claim.amount), (0, u(50)));
}

#[test]
fn a_ticket_that_cannot_be_paid_ahead_of_the_victims() {
    let (test, mut house, _) = queue();
    house.queue.defer(TOKEN, THIEF, VICTIM, u(1)).unwrap();
    house.queue.defer(TOKEN, VICTIM, VICTIM, u(10)).unwrap();
    test.set_block_timestamp(START + DAY);
    // The thief's lane stands still, as its claim reverts each time; the victim's does not wait for it.
    assert_eq!(
        house.queue.claim(TOKEN, VICTIM).map(|claim| claim.amount),
        Ok(u(10))
    );
    assert_eq!(house.queue.cancel(&council(), TOKEN, THIEF, 0), Ok(u(1)));
    assert_eq!(
        house.queue.claim(TOKEN, THIEF).map(|claim| claim.amount),
        Ok(u(0))
    );
}

#[test]
fn a_ticket_of_another_claimed_to_the_wrong_recipient() {
    let (test, mut house, _) = queue();
    house.queue.defer(TOKEN, VICTIM, VICTIM, u(10)).unwrap();
    test.set_block_timestamp(START + DAY);
    test.set_sender(THIEF);
    let claim = house.queue.claim(TOKEN, VICTIM).unwrap();
    assert_eq!(
        claim.recipient, VICTIM,
        "whoever claims, it is paid to who it names"
    );
}

#[test]
fn claim_twice() {
    let (test, mut house, _) = queue();
    house.queue.defer(TOKEN, THIEF, THIEF, u(10)).unwrap();
    house.queue.defer(TOKEN, VICTIM, VICTIM, u(10)).unwrap();
    test.set_block_timestamp(START + DAY);
    assert_eq!(
        house.queue.claim(TOKEN, THIEF).map(|claim| claim.amount),
        Ok(u(10))
    );
    // As from inside the payment: the books are closed already.
    assert_eq!(
        house.queue.claim(TOKEN, THIEF),
        Err(LaneEmpty {
            asset: TOKEN,
            lane: THIEF
        }
        .into())
    );
    assert_eq!(house.queue.pending(TOKEN), u(10), "the victim's is untouched");
}

#[test]
fn cancel_then_claim() {
    let (test, mut house, _) = queue();
    house.queue.defer(TOKEN, THIEF, THIEF, u(1_000_000)).unwrap();
    assert_eq!(house.queue.cancel(&council(), TOKEN, THIEF, 0), Ok(u(1_000_000)));
    // It is passed over at once, and pays nothing then or later.
    for now in [START, START + DAY] {
        test.set_block_timestamp(now);
        if let Ok(claim) = house.queue.claim(TOKEN, THIEF) {
            assert_eq!((now, claim.amount), (START, u(0)));
        }
    }
    assert_eq!(house.queue.pending(TOKEN), u(0));
    // What is deferred next is not cancelled with it.
    assert_eq!(house.queue.defer(TOKEN, THIEF, THIEF, u(3)), Ok(1));
    assert_eq!(house.queue.pending(TOKEN), u(3));
}

#[test]
fn claim_then_cancel_to_lower_what_is_owed() {
    let (test, mut house, _) = queue();
    house.queue.defer(TOKEN, THIEF, THIEF, u(10)).unwrap();
    house.queue.defer(TOKEN, VICTIM, VICTIM, u(10)).unwrap();
    test.set_block_timestamp(START + DAY);
    assert!(house.queue.claim(TOKEN, THIEF).is_ok());
    let index = 0;
    assert_eq!(
        house.queue.cancel(&council(), TOKEN, THIEF, index),
        Err(TicketNotWaiting {
            asset: TOKEN,
            lane: THIEF,
            index
        }
        .into())
    );
    assert_eq!(house.queue.pending(TOKEN), u(10));
}

#[test]
fn re_tripping_to_hold_deferred_funds_for_ever() {
    let (test, mut house, _) = queue();
    house.queue.defer(TOKEN, VICTIM, VICTIM, u(10)).unwrap();
    house.queue.defer(TOKEN, THIEF, THIEF, u(10)).unwrap();
    // The thief trips every minute and is marked each time.
    for minute in 0..60 {
        test.set_block_timestamp(START + 60 * minute);
        let fired = Fired::own(1, Target::OneRung, THIEF);
        let trip = house.breakers.trip(token(), fired).unwrap();
        house.queue.mark_late(TOKEN, &trip).unwrap();
    }
    // It holds back its own and nobody else's: 10 of 100 an hour are six minutes.
    test.set_block_timestamp(START + 600 + 360);
    assert_eq!(
        house.queue.claim(TOKEN, VICTIM).map(|claim| claim.amount),
        Ok(u(10))
    );
    let retry_at = START + 60 * 59 + 11 * HOUR;
    assert_eq!(
        house.queue.claim(TOKEN, THIEF),
        Err(TicketNotReady {
            asset: TOKEN,
            lane: THIEF,
            index: 0,
            retry_at
        }
        .into())
    );
    // And when it stops, that ends.
    test.set_block_timestamp(retry_at);
    assert!(house.queue.claim(TOKEN, THIEF).is_ok());
}

#[test]
fn a_forged_fortune_to_keep_everybody_waiting() {
    let (_, mut house, _) = queue();
    house
        .queue
        .defer(TOKEN, THIEF, THIEF, U256::MAX - u(1_000))
        .unwrap();
    house.queue.defer(TOKEN, VICTIM, VICTIM, u(10)).unwrap();
    let ticket = house.queue.ticket(TOKEN, VICTIM, 0);
    assert_eq!(ticket.ready_at(), START + 10 * HOUR, "the longest wait");
    house.queue.cancel(&council(), TOKEN, THIEF, 0).unwrap();
    assert_eq!(house.queue.pending(TOKEN), u(10));
}
