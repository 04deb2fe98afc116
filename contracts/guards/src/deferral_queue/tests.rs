//! What the queue promises: its words, its errors, its events, the seconds at which it changes.

use super::*;
use crate::{
    abi::Event,
    breaker_guard::{Fired, Trip},
    fixture::*,
    setting::{self, AmountCannotAct, SettingOutOfBounds},
    GuardError,
};
use alloy_primitives::{Address, U256};
use portcullis_core::{
    breaker::Target,
    queue::{Settings, Status, Ticket},
};
use stylus_sdk::testing::TestVM;

const CAROL: Address = Address::repeat_byte(0xca);

/// 100 an hour, at least 10 minutes, at most 10 hours, a late lane an hour longer; no trip was recorded.
fn queue() -> (TestVM, House, crate::authority::Governor) {
    let (test, mut house, governor) = house();
    let change = house.timelock.change(&governor, &[]);
    house
        .queue
        .configure(change, TOKEN, u(100), HOUR, 600, 10 * HOUR, HOUR)
        .unwrap();
    (test, house, governor)
}

fn trip(house: &mut House, by: Address) -> Trip {
    let fired = Fired::own(1, Target::OneRung, by);
    house.breakers.trip(token(), fired).unwrap()
}

fn claim(index: u64, recipient: Address, amount: u64) -> Result<Claim, GuardError> {
    Ok(Claim {
        index,
        recipient,
        amount: u(amount),
    })
}

fn not_ready(lane: Address, index: u64, retry_at: u64) -> Result<Claim, GuardError> {
    Err(TicketNotReady {
        asset: TOKEN,
        lane,
        index,
        retry_at,
    }
    .into())
}

#[test]
fn what_is_deferred_is_claimed_by_anyone_for_its_recipient_once_it_has_waited() {
    let (test, mut house, _) = queue();
    assert_eq!(house.queue.defer(TOKEN, ALICE, CAROL, u(100)), Ok(0));
    let ready_at = START + 600 + HOUR;
    let deferred = Deferred {
        asset: TOKEN,
        lane: ALICE,
        recipient: CAROL,
        index: 0,
        amount: u(100),
        ready_at,
    };
    assert_told(&test, deferred);
    assert_eq!(house.queue.pending(TOKEN), u(100));
    let ticket = house.queue.ticket(TOKEN, ALICE, 0);
    assert_eq!((ticket.amount(), ticket.recipient()), (u(100), CAROL));
    assert_eq!((ticket.ready_at(), ticket.queued_at()), (ready_at, START));
    test.set_sender(BOB);
    let before = stored(&test);
    for now in [START, ready_at - 1] {
        test.set_block_timestamp(now);
        assert_eq!(house.queue.claim(TOKEN, ALICE), not_ready(ALICE, 0, ready_at));
    }
    assert_eq!(stored(&test), before);
    test.set_block_timestamp(ready_at);
    assert_eq!(house.queue.claim(TOKEN, ALICE), claim(0, CAROL, 100));
    assert_told(
        &test,
        DeferralClaimed {
            asset: TOKEN,
            lane: ALICE,
            recipient: CAROL,
            index: 0,
            amount: u(100),
            by: BOB,
        },
    );
    assert_eq!(house.queue.pending(TOKEN), U256::ZERO);
    assert_eq!(house.queue.ticket(TOKEN, ALICE, 0), Ticket::ABSENT);
    let lane = house.queue.lane(TOKEN, ALICE);
    assert_eq!((lane.head(), lane.tail()), (1, 1));
    // The next one has the next index.
    assert_eq!(house.queue.defer(TOKEN, ALICE, CAROL, u(7)), Ok(1));
    test.set_block_timestamp(ready_at + 600 + HOUR);
    assert_eq!(house.queue.claim(TOKEN, ALICE), claim(1, CAROL, 7));
    assert_told(
        &test,
        DeferralClaimed {
            asset: TOKEN,
            lane: ALICE,
            recipient: CAROL,
            index: 1,
            amount: u(7),
            by: BOB,
        },
    );
}

#[test]
fn a_ticket_takes_two_words_which_a_claim_gives_back() {
    let (test, mut house, _) = queue();
    let words = stored(&test).len();
    house.queue.defer(TOKEN, ALICE, CAROL, u(10)).unwrap();
    assert_eq!(
        stored(&test).len(),
        words + 4,
        "the lane, the total, and a ticket"
    );
    house.queue.defer(TOKEN, ALICE, CAROL, u(10)).unwrap();
    assert_eq!(stored(&test).len(), words + 6);
    house.queue.defer(TOKEN, BOB, CAROL, u(10)).unwrap();
    assert_eq!(stored(&test).len(), words + 9);
    test.set_block_timestamp(START + DAY);
    for lane in [ALICE, ALICE, BOB] {
        assert!(house.queue.claim(TOKEN, lane).is_ok());
    }
    assert_eq!(stored(&test).len(), words + 2, "two lanes");
}

#[test]
fn each_refusal_carries_its_numbers_and_stores_nothing() {
    let (test, mut house, _) = queue();
    let before = (stored(&test), logs(&test));
    let empty = GuardError::from(LaneEmpty {
        asset: TOKEN,
        lane: ALICE,
    });
    assert_eq!(house.queue.claim(TOKEN, ALICE), Err(empty));
    assert_eq!(
        house.queue.defer(TOKEN, ALICE, CAROL, U256::ZERO),
        Err(NothingToDefer { asset: TOKEN }.into())
    );
    let unset = GuardError::from(QueueUnset { asset: BOB });
    assert_eq!(house.queue.defer(BOB, ALICE, CAROL, u(1)), Err(unset));
    let waiting = |index| {
        Err(TicketNotWaiting {
            asset: TOKEN,
            lane: ALICE,
            index,
        }
        .into())
    };
    assert_eq!(house.queue.cancel(&council(), TOKEN, ALICE, 0), waiting(0));
    assert_eq!((stored(&test), logs(&test)), before);
    house.queue.defer(TOKEN, ALICE, CAROL, U256::MAX - u(5)).unwrap();
    let before = stored(&test);
    assert_eq!(
        house.queue.defer(TOKEN, BOB, CAROL, u(6)),
        Err(QueueFull {
            asset: TOKEN,
            requested: u(6),
            available: u(5)
        }
        .into())
    );
    assert_eq!(house.queue.cancel(&council(), TOKEN, ALICE, 1), waiting(1));
    assert_eq!(
        house.queue.cancel(&council(), TOKEN, BOB, 0),
        Err(TicketNotWaiting {
            asset: TOKEN,
            lane: BOB,
            index: 0
        }
        .into())
    );
    assert_eq!(stored(&test), before);
}

#[test]
fn a_lane_that_has_had_all_its_tickets_is_full() {
    let (test, mut house, _) = queue();
    house.queue.defer(TOKEN, ALICE, CAROL, u(1)).unwrap();
    // The lane's word is the one with a tail of one; its head and tail to the end of their 40 bits.
    let lane = house.queue.lane(TOKEN, ALICE).to_word();
    let (slot, word) = stored(&test)
        .into_iter()
        .find(|(_, word)| U256::from_be_bytes(word.0) == lane)
        .unwrap();
    let counters = (U256::ONE << 80) - U256::ONE;
    let full: U256 = U256::from_be_bytes(word.0) | counters;
    test.set_storage(slot, full.to_be_bytes::<32>().into());
    let (test, mut house) = (test.clone(), House::from(&test));
    let before = stored(&test);
    assert_eq!(
        house.queue.defer(TOKEN, ALICE, CAROL, u(1)),
        Err(LaneFull {
            asset: TOKEN,
            lane: ALICE
        }
        .into())
    );
    assert_eq!(stored(&test), before);
}

#[test]
fn the_council_cancels_what_waits_and_the_amount_stays() {
    let (test, mut house, governor) = queue();
    for amount in [10, 20, 30] {
        house.queue.defer(TOKEN, ALICE, CAROL, u(amount)).unwrap();
    }
    assert_eq!(house.queue.cancel(&council(), TOKEN, ALICE, 1), Ok(u(20)));
    assert_told(
        &test,
        DeferralCancelled {
            asset: TOKEN,
            lane: ALICE,
            recipient: CAROL,
            index: 1,
            amount: u(20),
            by: governor.address(),
        },
    );
    assert_eq!(house.queue.pending(TOKEN), u(40));
    let ticket = house.queue.ticket(TOKEN, ALICE, 1);
    assert_eq!((ticket.status(), ticket.amount()), (Status::Cancelled, u(0)));
    test.set_block_timestamp(START + DAY);
    assert_eq!(house.queue.claim(TOKEN, ALICE), claim(0, CAROL, 10));
    assert_eq!(
        house.queue.claim(TOKEN, ALICE),
        claim(1, CAROL, 0),
        "it is passed over"
    );
    assert_eq!(house.queue.claim(TOKEN, ALICE), claim(2, CAROL, 30));
    assert_eq!(house.queue.pending(TOKEN), u(0));
}

#[test]
fn who_tripped_a_breaker_is_paid_after_those_who_did_not() {
    let (test, mut house, governor) = queue();
    let change = house.timelock.change(&governor, &[]);
    house.breakers.configure_record(change, DAY).unwrap();
    house.queue.defer(TOKEN, ALICE, ALICE, u(10)).unwrap();
    house.queue.defer(TOKEN, BOB, BOB, u(10)).unwrap();
    test.set_block_timestamp(START + 100);
    let tripped = trip(&mut house, ALICE);
    assert_eq!(house.queue.mark_late(TOKEN, &tripped), Ok(()));
    let late = START + 100 + 11 * HOUR;
    assert_told(
        &test,
        LaneMarkedLate {
            asset: TOKEN,
            lane: ALICE,
            not_before: late,
            late_until: START + 100 + DAY,
        },
    );
    // What she defers now is late too, and the event says when it can be claimed.
    house.queue.defer(TOKEN, ALICE, ALICE, u(5)).unwrap();
    let deferred = Deferred {
        asset: TOKEN,
        lane: ALICE,
        recipient: ALICE,
        index: 1,
        amount: u(5),
        ready_at: late,
    };
    assert_told(&test, deferred);
    test.set_block_timestamp(late - 1);
    assert_eq!(house.queue.claim(TOKEN, BOB), claim(0, BOB, 10));
    assert_eq!(house.queue.claim(TOKEN, ALICE), not_ready(ALICE, 0, late));
    test.set_block_timestamp(late);
    assert_eq!(house.queue.claim(TOKEN, ALICE), claim(0, ALICE, 10));
    assert_eq!(house.queue.claim(TOKEN, ALICE), claim(1, ALICE, 5));
    // The day after it counts no longer.
    for (now, ready_at) in [
        (START + 100 + DAY - 1, START + 100 + DAY - 1 + 11 * HOUR),
        (START + 100 + DAY, START + 100 + DAY - 1 + 11 * HOUR),
    ] {
        test.set_block_timestamp(now);
        house.queue.defer(TOKEN, ALICE, ALICE, u(1)).unwrap();
        let ticket = house.queue.lane(TOKEN, ALICE).tail() - 1;
        assert_eq!(house.queue.ticket(TOKEN, ALICE, ticket).ready_at(), ready_at);
    }
}

#[test]
fn where_no_record_is_kept_nobody_is_late_and_without_a_queue_nobody_can_be() {
    let (test, mut house, _) = queue();
    let tripped = trip(&mut house, ALICE);
    let before = (stored(&test), logs(&test));
    assert_eq!(house.queue.mark_late(TOKEN, &tripped), Ok(()));
    assert_eq!(
        house.queue.mark_late(BOB, &tripped),
        Err(QueueUnset { asset: BOB }.into())
    );
    assert_eq!((stored(&test), logs(&test)), before);
}

#[test]
fn every_change_is_told_and_what_loosens_waits() {
    let (test, mut house, governor) = queue();
    let word = |drain, drain_secs, min, max, late| {
        Settings::new(u(drain), drain_secs, min, max, late)
            .unwrap()
            .to_word()
    };
    let first = QueueConfigured {
        asset: TOKEN,
        previous: U256::ZERO,
        current: word(100, HOUR, 600, 10 * HOUR, HOUR),
        loosened: true,
    };
    assert_eq!(logs(&test).pop(), Some(first.encode()));
    assert_eq!(
        house.queue.settings(TOKEN).map(Settings::to_word),
        Some(first.current)
    );
    assert_eq!(house.queue.settings(BOB), None);
    house.timelock.set_delay(&governor, &[], DAY).unwrap();
    let before = stored(&test);
    for (drain, drain_secs, min, max, late) in [
        (101, HOUR, 600, 10 * HOUR, HOUR),
        (100, HOUR - 1, 600, 10 * HOUR, HOUR),
        (100, HOUR, 599, 10 * HOUR, HOUR),
        (100, HOUR, 600, 10 * HOUR - 1, HOUR),
        (100, HOUR, 600, 10 * HOUR, HOUR - 1),
    ] {
        let change = house.timelock.change(&governor, b"looser");
        assert_eq!(
            house
                .queue
                .configure(change, TOKEN, u(drain), drain_secs, min, max, late),
            Err(unscheduled(b"looser"))
        );
        let change = house.timelock.change(&governor, b"first");
        assert_eq!(
            house
                .queue
                .configure(change, BOB, u(drain), drain_secs, min, max, late),
            Err(unscheduled(b"first"))
        );
    }
    assert_eq!(stored(&test), before);
    let change = house.timelock.change(&governor, b"the same");
    assert_eq!(
        house
            .queue
            .configure(change, TOKEN, u(100), HOUR, 600, 10 * HOUR, HOUR),
        Ok(())
    );
    let change = house.timelock.change(&governor, b"tighter");
    let (secs, max, late) = (HOUR + 1, 10 * HOUR + 1, HOUR + 1);
    assert_eq!(
        house.queue.configure(change, TOKEN, u(99), secs, 601, max, late),
        Ok(())
    );
    let told = QueueConfigured {
        previous: first.current,
        current: word(99, secs, 601, max, late),
        loosened: false,
        ..first
    };
    assert_told(&test, told);
}

#[test]
fn settings_that_cannot_act_are_refused_with_their_bounds() {
    let (test, mut house, governor) = queue();
    let before = stored(&test);
    let years = 10 * 365 * DAY;
    for (drain, drain_secs, min, max, late, name, value, least, most) in [
        (1, 0, 1, 2, 1, "drain_secs", 0, 1, years),
        (1, years + 1, 1, 2, 1, "drain_secs", years + 1, 1, years),
        (1, 1, 0, 2, 1, "min_delay_secs", 0, 1, 30 * DAY - 1),
        (1, 1, 5, 5, 1, "max_delay_secs", 5, 6, 30 * DAY),
        (
            1,
            1,
            5,
            30 * DAY + 1,
            1,
            "max_delay_secs",
            30 * DAY + 1,
            6,
            30 * DAY,
        ),
        (1, 1, 1, 2, 0, "late_secs", 0, 1, 30 * DAY),
        (1, 1, 1, 2, 30 * DAY + 1, "late_secs", 30 * DAY + 1, 1, 30 * DAY),
    ] {
        let change = house.timelock.change(&governor, &[]);
        assert_eq!(
            house
                .queue
                .configure(change, TOKEN, u(drain), drain_secs, min, max, late),
            Err(SettingOutOfBounds {
                key: TOKEN.into_word(),
                setting: setting::name(name),
                value,
                least,
                most
            }
            .into())
        );
    }
    let change = house.timelock.change(&governor, &[]);
    assert_eq!(
        house.queue.configure(change, TOKEN, u(0), 1, 1, 2, 1),
        Err(AmountCannotAct {
            key: TOKEN.into_word(),
            setting: setting::name("drain"),
            amount: u(0)
        }
        .into())
    );
    assert_eq!(stored(&test), before);
}

#[test]
fn a_ticket_keeps_the_wait_that_it_was_given() {
    let (test, mut house, governor) = queue();
    house.queue.defer(TOKEN, ALICE, CAROL, u(100)).unwrap();
    let change = house.timelock.change(&governor, &[]);
    house
        .queue
        .configure(change, TOKEN, u(1), 365 * DAY, 29 * DAY, 30 * DAY, 30 * DAY)
        .unwrap();
    test.set_block_timestamp(START + 600 + HOUR);
    assert_eq!(house.queue.claim(TOKEN, ALICE), claim(0, CAROL, 100));
}

#[test]
fn one_assets_queue_is_not_anothers() {
    let (_, mut house, governor) = queue();
    let change = house.timelock.change(&governor, &[]);
    house
        .queue
        .configure(change, BOB, u(100), HOUR, 600, 10 * HOUR, HOUR)
        .unwrap();
    house.queue.defer(TOKEN, ALICE, CAROL, u(100)).unwrap();
    assert_eq!(house.queue.pending(BOB), u(0));
    assert_eq!(
        house.queue.claim(BOB, ALICE),
        Err(LaneEmpty {
            asset: BOB,
            lane: ALICE
        }
        .into())
    );
    house.queue.defer(BOB, ALICE, CAROL, u(1)).unwrap();
    assert_eq!(
        house.queue.ticket(BOB, ALICE, 0).ready_at(),
        START + 600 + 36,
        "what waits of another asset is in nobody's way"
    );
}
