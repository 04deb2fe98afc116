//! What each call does, what it refuses, what it stores and tells.

use super::*;
use crate::{
    fixture::{
        assert_told, chain, delayed, now, stored, u, unscheduled, ALICE, BOB, CALL, OTHER, START, TOKEN,
    },
    rate_limiter::NEVER,
    sdk::{next_transaction, transient_words},
    setting::{name, AmountCannotAct},
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::U256;
use portcullis_core::net::{Actor, Tally};
use stylus_sdk::{prelude::*, testing::TestVM};

const CAPS: Caps = Caps {
    transition: U256::from_limbs([60, 0, 0, 0]),
    transaction: U256::from_limbs([100, 0, 0, 0]),
};

#[storage]
struct Two {
    first: FlowCap,
    second: FlowCap,
}

fn capped() -> (TestVM, FlowCap, crate::authority::Governor) {
    let (test, governor) = chain();
    let mut caps = FlowCap::from(&test);
    caps.configure(now(&governor), TOKEN, CAPS).unwrap();
    (test, caps, governor)
}

fn exceeded(requested: u64, available: u64, retry_at: u64) -> Result<(), GuardError> {
    Err(TransactionCapExceeded {
        asset: TOKEN,
        requested: u(requested),
        available: u(available),
        retry_at,
    }
    .into())
}

#[test]
fn an_asset_that_was_never_set_is_closed_for_what_goes_out() {
    let (test, governor) = chain();
    let mut caps = FlowCap::from(&test);
    let unset = Err(GuardError::from(FlowCapUnset { asset: TOKEN }));
    assert_eq!(caps.take_out(TOKEN, ALICE, u(0)), unset);
    assert_eq!(caps.check_open(TOKEN), unset);
    assert_eq!(caps.close(&governor, TOKEN), unset);
    assert_eq!(caps.brought_in(TOKEN, ALICE, u(7)), Ok(()));
    assert_eq!(caps.take_out(TOKEN, ALICE, u(7)), unset);
    assert_eq!((caps.caps(TOKEN), caps.available(TOKEN, ALICE)), (None, u(0)));
}

#[test]
fn a_transition_passes_up_to_its_cap_and_a_transaction_up_to_its_own() {
    let (test, mut caps, _) = capped();
    assert_eq!(caps.available(TOKEN, ALICE), u(60));
    assert_eq!(
        caps.take_out(TOKEN, ALICE, u(61)),
        Err(TransitionCapExceeded {
            asset: TOKEN,
            requested: u(61),
            available: u(60)
        }
        .into())
    );
    caps.take_out(TOKEN, ALICE, u(60)).unwrap();
    assert_eq!(caps.available(TOKEN, BOB), u(40));
    assert_eq!(caps.take_out(TOKEN, BOB, u(41)), exceeded(41, 40, START));
    caps.take_out(TOKEN, BOB, u(40)).unwrap();
    assert_eq!(caps.take_out(TOKEN, ALICE, u(1)), exceeded(1, 0, START));
    assert_eq!(caps.take_out(TOKEN, ALICE, u(0)), Ok(()));
    // No time frees it, another transaction does.
    test.set_block_timestamp(START + 1_000_000);
    assert_eq!(
        caps.take_out(TOKEN, ALICE, u(1)),
        exceeded(1, 0, START + 1_000_000)
    );
    next_transaction();
    assert_eq!(caps.take_out(TOKEN, ALICE, u(60)), Ok(()));
}

#[test]
fn what_no_transaction_may_have_has_no_time() {
    let (_, mut caps, governor) = capped();
    let wide = Caps {
        transition: UNCAPPED,
        transaction: u(100),
    };
    caps.configure(now(&governor), TOKEN, wide).unwrap();
    assert_eq!(caps.take_out(TOKEN, ALICE, u(101)), exceeded(101, 100, NEVER));
    // With what it brought in it may, and in another transaction it would not have that.
    caps.brought_in(TOKEN, ALICE, u(50)).unwrap();
    assert_eq!(caps.available(TOKEN, ALICE), u(150));
    assert_eq!(caps.take_out(TOKEN, ALICE, u(151)), exceeded(151, 150, NEVER));
    assert_eq!(caps.take_out(TOKEN, ALICE, u(150)), Ok(()));
}

#[test]
fn what_an_actor_brought_in_it_takes_out_beside_the_transactions_cap() {
    let (_, mut caps, _) = capped();
    caps.brought_in(TOKEN, ALICE, u(30)).unwrap();
    caps.take_out(TOKEN, ALICE, u(50)).unwrap();
    assert_eq!(
        caps.moved(TOKEN, ALICE),
        Actor {
            brought_in: u(30),
            taken_out: u(50)
        }
    );
    assert_eq!((caps.tally(TOKEN).counted, caps.due(TOKEN)), (u(20), u(20)));
    // Made good, it counts no more, and what was charged is not charged again.
    caps.brought_in(TOKEN, ALICE, u(20)).unwrap();
    assert_eq!(
        caps.tally(TOKEN),
        Tally {
            counted: u(0),
            charged: u(20)
        }
    );
    caps.take_out(TOKEN, ALICE, u(25)).unwrap();
    assert_eq!(caps.due(TOKEN), u(5));
    assert_eq!(caps.due(TOKEN), u(0), "asked twice it is said once");
}

#[test]
fn one_assets_caps_are_not_anothers() {
    let (_, mut caps, governor) = capped();
    let other = Caps {
        transition: u(7),
        transaction: u(7),
    };
    caps.configure(now(&governor), OTHER, other).unwrap();
    caps.brought_in(OTHER, ALICE, u(50)).unwrap();
    caps.take_out(TOKEN, ALICE, u(60)).unwrap();
    caps.take_out(OTHER, BOB, u(7)).unwrap();
    assert_eq!((caps.due(TOKEN), caps.due(OTHER)), (u(60), u(7)));
    assert_eq!((caps.caps(TOKEN), caps.caps(OTHER)), (Some(CAPS), Some(other)));
}

#[test]
fn two_instances_in_a_contract_do_not_share() {
    let (test, governor) = chain();
    let mut two = Two::from(&test);
    two.first.configure(now(&governor), TOKEN, CAPS).unwrap();
    assert_eq!(two.second.caps(TOKEN), None);
    two.second.configure(now(&governor), TOKEN, CAPS).unwrap();
    two.first.brought_in(TOKEN, ALICE, u(500)).unwrap();
    two.second.take_out(TOKEN, ALICE, u(60)).unwrap();
    assert_eq!((two.first.due(TOKEN), two.second.due(TOKEN)), (u(0), u(60)));
    assert_eq!(two.first.moved(TOKEN, ALICE).taken_out, u(0));
    assert_eq!(two.second.moved(TOKEN, ALICE).brought_in, u(0));
}

#[test]
fn a_refusal_stores_nothing_anywhere() {
    let (test, mut caps, _) = capped();
    caps.brought_in(TOKEN, ALICE, u(5)).unwrap();
    caps.take_out(TOKEN, BOB, u(60)).unwrap();
    let before = (test.snapshot().storage, transient_words());
    for amount in [u(46), u(61), U256::MAX] {
        assert!(caps.take_out(TOKEN, ALICE, amount).is_err(), "{amount}");
    }
    assert!(caps.brought_in(TOKEN, ALICE, U256::MAX).is_err());
    assert!(caps.take_out(OTHER, ALICE, u(1)).is_err());
    assert_eq!((test.snapshot().storage, transient_words()), before);
    assert_eq!(caps.take_out(TOKEN, ALICE, u(45)), Ok(()));
}

#[test]
fn caps_take_two_words_and_a_transaction_none() {
    let (test, mut caps, _) = capped();
    caps.brought_in(TOKEN, ALICE, u(5)).unwrap();
    caps.take_out(TOKEN, ALICE, u(15)).unwrap();
    assert_eq!(caps.due(TOKEN), u(10));
    assert_eq!(test.snapshot().storage.len(), 2);
    let mut words: Vec<U256> = transient_words()
        .into_values()
        .map(|word| U256::from_be_bytes(word.0))
        .collect();
    words.sort();
    assert_eq!(words, vec![u(5), u(10), u(10), u(15)]);
}

#[test]
fn caps_that_cannot_act_are_refused() {
    let (test, governor) = chain();
    let mut caps = FlowCap::from(&test);
    let mut refused = |transition, transaction, setting, amount| {
        let asked = Caps {
            transition,
            transaction,
        };
        assert_eq!(
            caps.configure(now(&governor), TOKEN, asked),
            Err(AmountCannotAct {
                key: TOKEN.into_word(),
                setting: name(setting),
                amount
            }
            .into())
        );
    };
    refused(u(0), u(1), "transition", u(0));
    refused(u(1), u(0), "transaction", u(0));
    refused(UNCAPPED, UNCAPPED, "transaction", UNCAPPED);
    assert!(stored(&test).is_empty());
}

#[test]
fn a_larger_cap_waits_and_a_smaller_one_does_not() {
    let (test, mut caps, governor) = capped();
    let mut timelock = delayed(&governor);
    let before = test.snapshot().storage;
    let with = |transition, transaction| Caps {
        transition: u(transition),
        transaction: u(transaction),
    };
    for larger in [with(61, 100), with(60, 101), with(1, 101), with(61, 1)] {
        let change = timelock.change(&governor, CALL);
        assert_eq!(caps.configure(change, TOKEN, larger), Err(unscheduled(CALL)));
    }
    let change = timelock.change(&governor, CALL);
    assert_eq!(
        caps.configure(change, OTHER, with(1, 1)),
        Err(unscheduled(CALL)),
        "the first one"
    );
    assert_eq!(test.snapshot().storage, before);
    let change = timelock.change(&governor, CALL);
    assert_eq!(caps.configure(change, TOKEN, with(60, 99)), Ok(()));
    assert_eq!(caps.caps(TOKEN), Some(with(60, 99)));
}

#[test]
fn every_change_is_told_with_its_old_and_new_numbers() {
    let (test, mut caps, governor) = capped();
    let configured = FlowCapConfigured {
        asset: TOKEN,
        previous_transition: u(0),
        previous_transaction: u(0),
        transition: u(60),
        transaction: u(100),
        loosened: true,
    };
    assert_told(&test, configured);
    let smaller = Caps {
        transition: u(50),
        transaction: u(100),
    };
    caps.configure(now(&governor), TOKEN, smaller).unwrap();
    let tightened = FlowCapConfigured {
        previous_transition: u(60),
        previous_transaction: u(100),
        transition: u(50),
        loosened: false,
        ..configured
    };
    assert_told(&test, tightened);
    caps.close(&governor, TOKEN).unwrap();
    assert_told(
        &test,
        FlowCapConfigured {
            previous_transition: u(50),
            transition: u(0),
            transaction: u(0),
            ..tightened
        },
    );
    assert_eq!(
        caps.take_out(TOKEN, ALICE, u(1)),
        Err(FlowCapUnset { asset: TOKEN }.into())
    );
    assert!(stored(&test).is_empty());
}

#[test]
fn a_cap_lowered_within_a_transaction_counts_what_has_moved_in_it() {
    let (_, mut caps, governor) = capped();
    caps.take_out(TOKEN, ALICE, u(60)).unwrap();
    let lower = Caps {
        transition: u(50),
        transaction: u(50),
    };
    caps.configure(now(&governor), TOKEN, lower).unwrap();
    assert_eq!(caps.take_out(TOKEN, ALICE, u(1)), exceeded(1, 0, START));
}

#[test]
fn under_caps_lowered_within_the_transaction_a_refusal_names_no_more_than_a_transition() {
    let (_, mut caps, governor) = capped();
    caps.take_out(TOKEN, BOB, u(60)).unwrap();
    caps.brought_in(TOKEN, ALICE, u(500)).unwrap();
    let lowered = Caps {
        transition: u(50),
        transaction: u(59),
    };
    caps.configure(now(&governor), TOKEN, lowered).unwrap();
    // More counts than may: nothing passes any more, not even what would not count.
    assert_eq!(caps.take_out(TOKEN, ALICE, u(10)), exceeded(10, 50, START));
    assert_eq!(caps.available(TOKEN, ALICE), u(50));
    next_transaction();
    assert_eq!(caps.take_out(TOKEN, ALICE, u(50)), Ok(()));
}
