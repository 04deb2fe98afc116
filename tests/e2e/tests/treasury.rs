//! A treasury with every way of meeting a limit, as WASM on a chain: what is denied, what waits, what moves the breaker, and the
//! attacks on that.

#[path = "treasury/world.rs"]
mod world;

use alloy_primitives::{keccak256, Address, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolValue};
use e2e::calls::ETH;
use e2e::or_skip;
use e2e::tokens::{Fixture, IBatch, IToken};
use e2e::treasury::{ITreasury, ITreasuryGuards};
use world::*;

/// The scope of ETH: its kind in the first byte, and the address.
fn scope() -> alloy_primitives::B256 {
    let mut scope = ETH.into_word();
    scope.0[0] = 1;
    scope
}

fn open(state: u8, kind: u8, reason: u8, retry_at: u64) -> ITreasuryGuards::BreakerOpen {
    ITreasuryGuards::BreakerOpen {
        scope: scope(),
        state,
        kind,
        reason,
        retryAt: retry_at,
    }
}

#[test]
fn a_withdrawal_that_the_bucket_has_is_paid_at_once() {
    let mut world = World::new();
    let (user, to) = (world.people.user, Address::repeat_byte(0x77));
    let receipt = world.send(user, &withdraw(ETH, CAPACITY, to));
    assert!(!waits(&receipt));
    assert_eq!(world.chain.holds(ETH, to).unwrap(), units(CAPACITY));
    assert_eq!(world.balance_of(user), PAID_IN - CAPACITY);
    assert_eq!(world.owed(), 2 * PAID_IN - CAPACITY);
    assert_eq!(world.available(), 0);
}

#[test]
fn a_withdrawal_over_its_cap_is_denied_and_changes_nothing() {
    let mut world = World::new();
    let before = or_skip!(world.chain.fingerprint(world.treasury));
    let receipt = world.withdraw(world.people.attacker, CAP + 1);
    assert_refused(
        &receipt,
        &ITreasuryGuards::TransitionCapExceeded {
            asset: ETH,
            requested: units(CAP + 1),
            available: units(CAP),
        },
    );
    assert_eq!(world.chain.fingerprint(world.treasury).unwrap(), before);
}

#[test]
fn a_withdrawal_over_the_bucket_waits_and_anyone_claims_it_for_its_recipient() {
    let mut world = World::new();
    let (user, to) = (world.people.user, Address::repeat_byte(0x77));
    let receipt = world.send(user, &withdraw(ETH, CAPACITY + 1, to));
    assert!(waits(&receipt));
    // An hour, and as long as the queue takes to drain it: a day for the bucket's capacity.
    let (amount, ready_at) = world.ticket(user, 0);
    assert_eq!(amount, CAPACITY + 1);
    let queued_at = world.time_of(&receipt);
    assert_eq!(ready_at, queued_at + HOUR + DAY + 1);
    assert_eq!(world.balance_of(user), PAID_IN - CAPACITY - 1);
    assert_eq!(world.owed(), 2 * PAID_IN, "what waits is owed");
    assert_eq!(world.available(), CAPACITY, "and took nothing from the bucket");

    or_skip!(world.chain.move_to(ready_at - 1));
    assert_refused(
        &world.claim(user),
        &ITreasuryGuards::TicketNotReady {
            asset: ETH,
            lane: user,
            index: 0,
            retryAt: ready_at,
        },
    );
    or_skip!(world.chain.move_to(ready_at));
    assert!(world.claim(user).is_success());
    assert_eq!(world.chain.holds(ETH, to).unwrap(), units(CAPACITY + 1));
    assert_eq!(world.owed(), 2 * PAID_IN - CAPACITY - 1);
    assert_eq!(world.available(), CAPACITY, "nothing counts twice");
    let empty = ITreasuryGuards::LaneEmpty {
        asset: ETH,
        lane: user,
    };
    assert_refused(&world.claim(user), &empty);
}

#[test]
fn the_third_large_deferral_within_an_hour_throttles_the_asset_and_its_author_is_paid_last() {
    let mut world = World::new();
    let (user, attacker) = (world.people.user, world.people.attacker);
    assert!(!waits(&world.withdraw(user, CAPACITY)));
    for _ in 0..2 {
        assert!(waits(&world.withdraw(attacker, LEAST)));
        assert_eq!(world.breaker().0, 0);
    }
    let third = world.withdraw(attacker, LEAST);
    assert!(waits(&third));
    let tripped_at = world.time_of(&third);
    let tripped = third
        .logs
        .iter()
        .find_map(|log| ITreasuryGuards::BreakerTripped::decode_log(log).ok())
        .expect("the third trips it");
    assert_eq!(
        (
            tripped.by,
            tripped.from,
            tripped.to,
            tripped.reason,
            tripped.until
        ),
        (attacker, 0, 2, 1, tripped_at + 6 * HOUR)
    );
    assert_eq!(world.breaker(), (2, tripped_at + 6 * HOUR));

    // Throttled to a quarter: a withdrawal costs four times its amount. An hour refilled 41,666 of the million.
    or_skip!(world.chain.move_to(tripped_at + HOUR));
    let available = world.available();
    assert!(waits(&world.withdraw(user, available / 4 + 1)));
    assert!(!waits(&world.withdraw(user, available / 4)));

    // Its author's first ticket was to be ready in half a day, and waits for the longest and three days more.
    let (_, ready_at) = world.ticket(attacker, 0);
    assert_eq!(ready_at, tripped_at + 10 * DAY);
    or_skip!(world.chain.move_to(ready_at - 1));
    assert!(!world.claim(attacker).is_success());
    assert!(
        world.claim(user).is_success(),
        "the user's came after and is paid before"
    );
    or_skip!(world.chain.move_to(ready_at));
    assert!(world.claim(attacker).is_success());
}

#[test]
fn dust_and_refusals_move_no_breaker() {
    let mut world = World::new();
    let attacker = world.people.attacker;
    assert!(!waits(&world.withdraw(attacker, CAPACITY)));
    for _ in 0..10 {
        assert!(
            waits(&world.withdraw(attacker, LEAST - 1)),
            "a wei too little to count"
        );
        assert!(!world.withdraw(attacker, CAP + 1).is_success());
    }
    assert_eq!(world.breaker().0, 0);
}

#[test]
fn the_breaker_comes_back_by_itself_over_a_ramp() {
    let mut world = World::new();
    let user = world.people.user;
    assert!(!waits(&world.withdraw(user, CAPACITY)));
    let trip = (0..3).map(|_| world.withdraw(user, LEAST)).last().unwrap();
    let ends = world.time_of(&trip) + 6 * HOUR;
    or_skip!(world.chain.move_to(ends - 1));
    assert_eq!(world.breaker(), (2, ends));
    or_skip!(world.chain.move_to(ends));
    assert_eq!(world.breaker(), (1, ends + 4 * HOUR), "half-open");
    or_skip!(world.chain.move_to(ends + 4 * HOUR - 1));
    assert_eq!(world.breaker().0, 1);
    or_skip!(world.chain.move_to(ends + 4 * HOUR));
    assert_eq!(world.breaker(), (0, 0));
}

#[test]
fn reduce_only_shuts_the_way_in_and_frozen_both() {
    let mut world = World::new();
    let user = world.people.user;
    assert!(waits(&world.withdraw(user, CAPACITY + 1)));
    let (_, ready_at) = world.ticket(user, 0);
    or_skip!(world.chain.move_to(ready_at));

    let decide = |state| ITreasuryGuards::decideCall {
        asset: ETH,
        state,
        secs: DAY,
    };
    let decided = world.govern(&decide(3));
    let ends = world.time_of(&decided) + DAY;
    assert_refused(&world.deposit(user, 1), &open(3, 0, 8, ends));
    assert!(
        !waits(&world.withdraw(user, CAPACITY / 20)),
        "a twentieth of the limit"
    );
    assert!(waits(&world.withdraw(user, CAPACITY / 20)));

    let decided = world.govern(&decide(4));
    let ends = world.time_of(&decided) + DAY;
    for refused in [world.withdraw(user, 1), world.claim(user)] {
        assert_refused(&refused, &open(4, 3, 8, ends));
    }
    or_skip!(world.chain.move_to(ends - 1));
    assert!(!world.claim(user).is_success());
    or_skip!(world.chain.move_to(ends));
    assert!(world.claim(user).is_success(), "every freeze ends by itself");
}

#[test]
fn the_council_cancels_what_is_theft_and_it_is_owed_to_nobody() {
    let mut world = World::new();
    let attacker = world.people.attacker;
    // To whom no ETH can be paid, not even none: the treasury itself.
    let stolen = withdraw(ETH, CAP, world.treasury);
    assert!(waits(&world.send(attacker, &stolen)));
    let cancel = ITreasuryGuards::cancelTicketCall {
        asset: ETH,
        account: attacker,
        index: 0,
    };
    let not_council = |caller| ITreasuryGuards::NotCouncil { caller };
    assert_refused(&world.send(attacker, &cancel), &not_council(attacker));
    // The governor is the council until one is named, which waits.
    let (council, governor) = (world.people.guardian, world.people.governor);
    let named = ITreasuryGuards::setCouncilCall { council };
    assert!(!world.send(governor, &named).is_success());
    let (_, ready_at) = world.schedule(&named);
    or_skip!(world.chain.move_to(ready_at));
    world.govern(&named);
    assert_refused(&world.send(governor, &cancel), &not_council(governor));
    assert!(world.send(council, &cancel).is_success());
    assert_eq!(world.owed(), 2 * PAID_IN - CAP);
    assert_refused(
        &world.send(council, &cancel),
        &ITreasuryGuards::TicketNotWaiting {
            asset: ETH,
            lane: attacker,
            index: 0,
        },
    );
    or_skip!(world.chain.advance_time(30 * DAY));
    let before = world.chain.holds(ETH, world.treasury).unwrap();
    assert!(world.claim(attacker).is_success(), "it is passed over");
    assert_eq!(world.chain.holds(ETH, world.treasury).unwrap(), before);
}

#[test]
fn a_larger_limit_waits_in_the_open_and_a_smaller_one_does_not() {
    let mut world = World::new();
    let (governor, guardian) = (world.people.governor, world.people.guardian);
    let bucket = |capacity| ITreasuryGuards::configureBucketCall {
        asset: ETH,
        capacity: units(capacity),
        refillSecs: DAY,
    };
    let larger = bucket(10 * CAPACITY);
    let unscheduled = |operation| ITreasuryGuards::OperationNotReady {
        operation,
        readyAt: 0,
        expiresAt: 0,
    };
    let operation = alloy_primitives::keccak256(larger.abi_encode());
    assert_refused(&world.send(governor, &larger), &unscheduled(operation));
    world.govern(&bucket(CAPACITY / 2));

    let (operation, ready_at) = world.schedule(&larger);
    or_skip!(world.chain.move_to(ready_at - 1));
    let early = world.send(governor, &larger);
    assert_refused(
        &early,
        &ITreasuryGuards::OperationNotReady {
            operation,
            readyAt: ready_at,
            expiresAt: ready_at + 14 * DAY,
        },
    );
    or_skip!(world.chain.move_to(ready_at));
    world.govern(&larger);
    // Once: back to the smaller one, it would have to wait again.
    world.govern(&bucket(CAPACITY / 2));
    assert_refused(&world.send(governor, &larger), &unscheduled(operation));

    // A guardian who sees it coming cancels it.
    let largest = bucket(100 * CAPACITY);
    let (operation, ready_at) = world.schedule(&largest);
    let cancel = ITreasuryGuards::cancelScheduledCall { operation };
    assert!(!world.send(world.people.user, &cancel).is_success());
    assert!(world.send(guardian, &cancel).is_success());
    or_skip!(world.chain.move_to(ready_at));
    assert_refused(&world.send(governor, &largest), &unscheduled(operation));
}

#[test]
fn every_setter_that_loosens_waits_on_the_data_of_its_own_call() {
    let mut world = World::new();
    let governor = world.people.governor;
    let loosening: [Vec<u8>; 6] = [
        ITreasuryGuards::configureCapsCall {
            asset: ETH,
            transition: units(CAP + 1),
            transaction: units(CAP),
        }
        .abi_encode(),
        ITreasuryGuards::configureQueueCall {
            asset: ETH,
            drain: units(CAPACITY),
            drainSecs: DAY,
            minDelaySecs: HOUR - 1,
            maxDelaySecs: 7 * DAY,
            lateSecs: 3 * DAY,
        }
        .abi_encode(),
        ITreasuryGuards::configureHitsCall {
            asset: ETH,
            hits: 4,
            windowSecs: HOUR,
            least: units(LEAST),
        }
        .abi_encode(),
        ITreasuryGuards::configureBreakersCall {
            throttleBps: 2_501,
            ..BREAKERS
        }
        .abi_encode(),
        ITreasuryGuards::configureRecordCall { secs: 30 * DAY - 1 }.abi_encode(),
        ITreasuryGuards::setDelayCall { secs: DELAY - 1 }.abi_encode(),
    ];
    let treasury = world.treasury;
    for data in &loosening {
        let early = world
            .chain
            .transact(governor, treasury, data.clone(), U256::ZERO)
            .unwrap();
        let operation = alloy_primitives::keccak256(data);
        assert_refused(
            &early,
            &ITreasuryGuards::OperationNotReady {
                operation,
                readyAt: 0,
                expiresAt: 0,
            },
        );
        world.govern(&ITreasuryGuards::scheduleCall {
            data: data.clone().into(),
        });
    }
    or_skip!(world.chain.advance_time(DELAY));
    for data in loosening {
        let made = world
            .chain
            .transact(governor, treasury, data, U256::ZERO)
            .unwrap();
        assert!(made.is_success(), "{made:?}");
    }
}

#[test]
fn a_flash_deposit_and_withdrawal_burns_nobodys_budget() {
    let mut world = World::new();
    let batch = world.batch();
    let calls = vec![
        (CAPACITY, deposit(ETH, CAPACITY).abi_encode()),
        (0, withdraw(ETH, CAPACITY, batch).abi_encode()),
    ];
    let receipt = world.in_one_transaction(batch, calls);
    assert_eq!(succeeded(&receipt), [true, true]);
    assert_eq!(world.available(), CAPACITY);
    assert_eq!(world.chain.holds(ETH, batch).unwrap(), units(PAID_IN));

    // In two transactions it is money of the treasury's, and leaves through the bucket.
    let calls = vec![(CAPACITY, deposit(ETH, CAPACITY).abi_encode())];
    assert_eq!(succeeded(&world.in_one_transaction(batch, calls)), [true]);
    let calls = vec![(0, withdraw(ETH, CAPACITY, batch).abi_encode())];
    assert_eq!(succeeded(&world.in_one_transaction(batch, calls)), [true]);
    assert_eq!(world.available(), 0);
}

#[test]
fn a_transactions_withdrawals_are_summed_and_a_reverted_one_leaves_nothing_behind() {
    let mut world = World::new();
    let batch = world.batch();
    let calls = vec![(CAP, deposit(ETH, CAP).abi_encode()); 3];
    assert_eq!(succeeded(&world.in_one_transaction(batch, calls)), [true; 3]);

    // Two halves are the cap, and a wei more is over it. The refused call in the middle counts nothing.
    let half = withdraw(ETH, CAP / 2, batch).abi_encode();
    let more = withdraw(ETH, CAP / 2 + 1, batch).abi_encode();
    let calls = vec![
        (0, half.clone()),
        (0, more),
        (0, half.clone()),
        (0, withdraw(ETH, 1, batch).abi_encode()),
    ];
    let receipt = world.in_one_transaction(batch, calls);
    assert_eq!(succeeded(&receipt), [true, false, true, false]);
    // And in the next transaction the cap is whole again.
    let receipt = world.in_one_transaction(batch, vec![(0, half.clone()), (0, half)]);
    assert_eq!(succeeded(&receipt), [true, true]);
}

/// Of each call of a batch, whether it succeeded.
fn succeeded(receipt: &e2e::rpc::Receipt) -> Vec<bool> {
    assert!(receipt.is_success(), "{receipt:?}");
    let made = receipt
        .logs
        .iter()
        .find_map(|log| IBatch::Made::decode_log(log).ok());
    made.expect("a batch tells of itself").data.succeeded
}

#[test]
fn a_recipient_that_calls_back_or_refuses_gets_nothing_more() {
    let mut world = World::new();
    let user = world.people.user;
    let recipient = world
        .chain
        .create(user, Fixture::Recipient.creation_code())
        .unwrap();
    let treasury = world.treasury;
    let back = IToken::setCallbackCall {
        target: treasury,
        data: ITreasury::claimCall {
            asset: ETH,
            account: user,
        }
        .abi_encode()
        .into(),
    };
    world.chain.must(user, recipient, &back, "a callback").unwrap();
    assert!(waits(&world.send(user, &withdraw(ETH, CAPACITY + 1, recipient))));
    assert!(waits(&world.send(user, &withdraw(ETH, CAPACITY + 1, recipient))));
    let (_, ready_at) = world.ticket(user, 1);
    or_skip!(world.chain.move_to(ready_at));
    assert!(world.claim(user).is_success());
    assert_eq!(
        world.chain.holds(ETH, recipient).unwrap(),
        units(CAPACITY + 1),
        "once"
    );
    let called_back = world
        .chain
        .view(user, recipient, &IToken::lastSucceededCall {})
        .unwrap();
    assert!(!called_back, "the lock refused it");
    assert!(world.claim(user).is_success(), "and the next is claimed as ever");
    assert_eq!(
        world.chain.holds(ETH, recipient).unwrap(),
        units(2 * (CAPACITY + 1))
    );
}

#[test]
fn a_token_that_calls_back_enters_by_no_door() {
    let (mut world, token) = World::with_token(Fixture::CallbackToken);
    let (user, treasury) = (world.people.user, world.treasury);
    let claim = ITreasury::claimCall {
        asset: token,
        account: user,
    };
    for inner in [
        deposit(token, 1).abi_encode(),
        withdraw(token, 1, user).abi_encode(),
        claim.abi_encode(),
    ] {
        let prime = IToken::setCallbackCall {
            target: treasury,
            data: inner.into(),
        };
        world.chain.must(user, token, &prime, "a callback").unwrap();
        assert!(!waits(&world.send(user, &withdraw(token, 1_000, user))));
        let said = world
            .chain
            .view(user, token, &IToken::lastReturnedCall {})
            .unwrap();
        assert_eq!(said.to_vec(), ITreasury::Reentered {}.abi_encode());
    }
}

#[test]
fn a_treasury_of_which_some_is_missing_takes_nothing_in_and_pays_nobody() {
    let (mut world, token) = World::with_token(Fixture::Token);
    let (user, treasury) = (world.people.user, world.treasury);
    let late = world.send(user, &withdraw(token, CAPACITY + 1, user));
    assert!(waits(&late));
    or_skip!(world.chain.advance_time(30 * DAY));
    // A unit is gone: OpenZeppelin's token keeps balances in its first word's map.
    let slot = keccak256((treasury, U256::ZERO).abi_encode());
    or_skip!(world.chain.set_storage(token, slot.into(), units(PAID_IN - 1)));
    let missing = |owed: u64| ITreasuryGuards::Insolvent {
        asset: token,
        locked: units(owed - 1),
        owed: units(owed),
    };
    assert_refused(&world.send(user, &deposit(token, 10)), &missing(PAID_IN + 10));
    assert_refused(
        &world.send(user, &withdraw(token, 10, user)),
        &missing(PAID_IN - 10),
    );
    let claim = ITreasury::claimCall {
        asset: token,
        account: user,
    };
    assert_refused(&world.send(user, &claim), &missing(PAID_IN - CAPACITY - 1));
}

#[test]
fn nothing_comes_in_that_no_cap_would_let_out_and_an_asset_is_listed_once() {
    let mut token = Address::ZERO;
    let mut world = World::with(|world| {
        let user = world.people.user;
        token = world
            .chain
            .token(user, Fixture::Token, "USDC", 6, units(CAPACITY))
            .unwrap();
        for capacity in [CAPACITY, CAPACITY / 2] {
            world.govern(&ITreasuryGuards::configureBucketCall {
                asset: token,
                capacity: units(capacity),
                refillSecs: DAY,
            });
        }
    });
    let user = world.people.user;
    assert_refused(
        &world.send(user, &deposit(token, 1)),
        &ITreasuryGuards::FlowCapUnset { asset: token },
    );
    assert_eq!(world.view(&ITreasuryGuards::assetCountCall {}), units(2));
    assert_eq!(world.view(&ITreasuryGuards::assetAtCall { index: 1 }), token);
}

#[test]
fn the_council_steps_a_breaker_back_after_its_dwell() {
    let mut world = World::new();
    let (user, governor) = (world.people.user, world.people.governor);
    let back = ITreasuryGuards::stepBackCall { asset: ETH };
    assert_refused(
        &world.send(user, &back),
        &ITreasuryGuards::NotCouncil { caller: user },
    );
    world.govern(&ITreasuryGuards::decideCall {
        asset: ETH,
        state: 2,
        secs: DAY,
    });
    assert!(!world.send(governor, &back).is_success(), "not before its dwell");
    or_skip!(world.chain.advance_time(600));
    world.govern(&back);
    assert_eq!(world.breaker().0, 1, "into the ramp");
}

#[test]
fn one_assets_trouble_is_not_anothers() {
    let mut world = World::new();
    let user = world.people.user;
    let token = world
        .chain
        .token(user, Fixture::Token, "USDC", 6, units(100 * CAPACITY))
        .unwrap();
    // Without limits nothing comes in that nothing could let out.
    let closed = world.send(user, &deposit(token, 1));
    assert_refused(&closed, &ITreasuryGuards::AssetClosed { asset: token });
    // First settings loosen, and wait.
    let settings: [Vec<u8>; 4] = [
        ITreasuryGuards::configureBucketCall {
            asset: token,
            capacity: units(CAPACITY),
            refillSecs: DAY,
        }
        .abi_encode(),
        ITreasuryGuards::configureCapsCall {
            asset: token,
            transition: units(CAP),
            transaction: units(CAP),
        }
        .abi_encode(),
        ITreasuryGuards::configureQueueCall {
            asset: token,
            drain: units(CAPACITY),
            drainSecs: DAY,
            minDelaySecs: HOUR,
            maxDelaySecs: 7 * DAY,
            lateSecs: 3 * DAY,
        }
        .abi_encode(),
        ITreasuryGuards::configureHitsCall {
            asset: token,
            hits: 3,
            windowSecs: HOUR,
            least: units(LEAST),
        }
        .abi_encode(),
    ];
    for data in &settings {
        world.govern(&ITreasuryGuards::scheduleCall {
            data: data.clone().into(),
        });
    }
    or_skip!(world.chain.advance_time(DELAY));
    let (governor, treasury) = (world.people.governor, world.treasury);
    for data in settings {
        let set = world
            .chain
            .transact(governor, treasury, data, U256::ZERO)
            .unwrap();
        assert!(set.is_success(), "{set:?}");
    }
    let approval = IToken::approveCall {
        spender: treasury,
        value: units(10 * CAPACITY),
    };
    world.chain.must(user, token, &approval, "an approval").unwrap();
    assert!(world.send(user, &deposit(token, 10 * CAPACITY)).is_success());

    world.govern(&ITreasuryGuards::decideCall {
        asset: ETH,
        state: 4,
        secs: DAY,
    });
    assert!(!world.withdraw(user, 1).is_success());
    assert!(!waits(&world.send(user, &withdraw(token, CAPACITY, user))));
    assert!(waits(&world.send(user, &withdraw(token, 1, user))));
}

#[test]
fn the_treasury_lists_all_that_is_in_force() {
    let mut world = World::new();
    let count = world.view(&ITreasuryGuards::assetCountCall {});
    assert_eq!(count, units(1));
    assert_eq!(world.view(&ITreasuryGuards::assetAtCall { index: 0 }), ETH);
    let user = world.people.user;
    assert_refused(
        &world.send(user, &ITreasuryGuards::assetAtCall { index: 1 }),
        &ITreasuryGuards::UnknownAsset { index: 1 },
    );
    let all = world.view(&ITreasuryGuards::inForceCall { asset: ETH });
    assert_eq!(
        (all.capacity, all.refillSecs, all.transition, all.transaction),
        (units(CAPACITY), DAY, units(CAP), units(CAP))
    );
    assert_eq!(
        (
            all.drain,
            all.drainSecs,
            all.minDelaySecs,
            all.maxDelaySecs,
            all.lateSecs
        ),
        (units(CAPACITY), DAY, HOUR, 7 * DAY, 3 * DAY)
    );
    assert_eq!((all.hits, all.windowSecs, all.least), (3, HOUR, units(LEAST)));
    let nothing = world.view(&ITreasuryGuards::inForceCall {
        asset: world.treasury,
    });
    assert_eq!(
        (nothing.capacity, nothing.hits, nothing.drain),
        (units(0), 0, units(0))
    );
}

#[test]
fn input_that_is_no_call_and_refused_calls_change_nothing() {
    let mut world = World::new();
    let (user, treasury) = (world.people.user, world.treasury);
    let before = or_skip!(world.chain.fingerprint(treasury));
    let whole = ITreasuryGuards::configureBreakersCall { ..BREAKERS }.abi_encode();
    let mut oversized = whole.clone();
    oversized[4] = 1; // More than 64 bits hold.
    let inputs = [
        Vec::new(),
        vec![0; 3],
        vec![0xff; 36],
        whole[..whole.len() - 1].to_vec(),
        oversized,
        withdraw(ETH, 1, user).abi_encode()[..99].to_vec(),
    ];
    for input in inputs {
        for from in [user, world.people.governor] {
            let receipt = world
                .chain
                .transact(from, treasury, input.clone(), U256::ZERO)
                .unwrap();
            assert!(!receipt.is_success(), "{input:02x?}");
        }
    }
    let balance = units(PAID_IN);
    let more = world.withdraw(user, PAID_IN + 1);
    assert_refused(
        &more,
        &ITreasury::MoreThanBalance {
            asset: ETH,
            requested: balance + U256::ONE,
            balance,
        },
    );
    assert_refused(&world.withdraw(user, 0), &ITreasury::NothingMoved {});
    assert_refused(&world.deposit(user, 0), &ITreasury::NothingMoved {});
    let nobody = world.send(user, &withdraw(ETH, 1, Address::ZERO));
    assert_refused(&nobody, &ITreasury::ZeroRecipient {});
    let value = world
        .chain
        .transact(user, treasury, deposit(ETH, 2).abi_encode(), units(1))
        .unwrap();
    assert_refused(
        &value,
        &ITreasury::WrongValue {
            sent: units(1),
            expected: units(2),
        },
    );
    let rung = world.send(
        world.people.governor,
        &ITreasuryGuards::decideCall {
            asset: ETH,
            state: 1,
            secs: DAY,
        },
    );
    assert_refused(&rung, &ITreasuryGuards::UnknownRung { state: 1 });
    assert_eq!(world.chain.fingerprint(treasury).unwrap(), before);
}
