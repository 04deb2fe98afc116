//! What the guards of the guarded build let through, what they refuse, and the attacks on the guards themselves.

use alloy_primitives::{hex, Address, B256, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent};
use e2e::bridge::{IBridge, IBridgeGuarded};
use e2e::or_skip;
use e2e::rpc::Receipt;
use e2e::tokens::Fixture;
use e2e::world::{refusal, Setup, World, ETH};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

fn units(amount: u64) -> U256 {
    U256::from(amount)
}

/// A guarded bridge that holds 100,000 wei, of which 2,400 may leave a day, 100 an hour.
fn world() -> World {
    let mut world = World::new(&Setup::default()).expect("the bridge is deployed");
    world.configure_bucket(ETH, units(2_400), DAY).unwrap();
    assert!(world
        .deposit(world.user, ETH, units(100_000))
        .unwrap()
        .is_success());
    world
}

#[track_caller]
fn assert_refused<E: SolError + PartialEq + std::fmt::Debug>(receipt: &Receipt, error: &E) {
    assert_eq!(refusal::<E>(receipt).as_ref(), Some(error), "{receipt:?}");
}

fn limited(requested: u64, available: u64, retry_at: u64) -> IBridgeGuarded::RateLimited {
    IBridgeGuarded::RateLimited {
        asset: ETH,
        requested: units(requested),
        available: units(available),
        retryAt: retry_at,
    }
}

fn pause(group: u8, secs: u64) -> IBridgeGuarded::pauseCall {
    IBridgeGuarded::pauseCall { group, secs }
}

#[test]
fn a_withdrawal_passes_up_to_the_limit_and_not_beyond() {
    let mut world = world();
    let never = u64::MAX;
    assert_refused(
        &world.withdraw(ETH, world.user, units(2_401)).unwrap(),
        &limited(2_401, 2_400, never),
    );
    let emptied = world.withdraw(ETH, world.user, units(2_400)).unwrap();
    assert!(emptied.is_success());
    // One wei refills in 36 seconds, and at the 36th it passes.
    let retry_at = world.chain.time_of(&emptied).unwrap() + 36;
    assert_refused(
        &world.withdraw(ETH, world.user, units(1)).unwrap(),
        &limited(1, 0, retry_at),
    );
    assert_eq!(
        world
            .view(world.bridge, &IBridgeGuarded::availableCall { asset: ETH })
            .unwrap(),
        units(0)
    );
}

#[test]
fn a_refused_withdrawal_passes_at_the_second_it_was_told_and_not_before() {
    let mut world = world();
    let emptied = world.withdraw(ETH, world.user, units(2_400)).unwrap();
    assert!(emptied.is_success());
    let message = world.message(ETH, world.user, units(100));
    world.attest(&message).unwrap();
    let retry_at = world.chain.time_of(&emptied).unwrap() + HOUR;
    assert_refused(
        &world.process(world.user, &message).unwrap(),
        &limited(100, 0, retry_at),
    );
    or_skip!(world.chain.move_to(retry_at - 1));
    assert_refused(
        &world.process(world.user, &message).unwrap(),
        &limited(100, 99, retry_at),
    );
    or_skip!(world.chain.move_to(retry_at));
    assert!(world.process(world.user, &message).unwrap().is_success());
}

#[test]
fn a_refused_withdrawal_consumes_nothing() {
    let mut world = world();
    for _ in 0..5 {
        assert!(!world
            .withdraw(ETH, world.attacker, units(50_000))
            .unwrap()
            .is_success());
    }
    assert_eq!(
        world
            .view(world.bridge, &IBridgeGuarded::availableCall { asset: ETH })
            .unwrap(),
        units(2_400)
    );
    assert!(world
        .withdraw(ETH, world.user, units(2_400))
        .unwrap()
        .is_success());
}

#[test]
fn splitting_a_withdrawal_gains_nothing() {
    let mut world = world();
    let mut taken = 0;
    for step in 0..100u64 {
        or_skip!(world.chain.advance_time(HOUR / 100));
        let wish = 100 + step % 7;
        if world
            .withdraw(ETH, world.attacker, units(wish))
            .unwrap()
            .is_success()
        {
            taken += wish;
        }
    }
    // 2,400 of the bucket and 100 of an hour's refill.
    assert!(taken <= 2_500, "{taken}");
    assert!(taken > 2_300, "{taken}");
}

#[test]
fn a_deposit_buys_no_room_for_a_withdrawal() {
    let mut world = world();
    let emptied = world.withdraw(ETH, world.user, units(2_400)).unwrap();
    assert!(emptied.is_success());
    assert!(world
        .deposit(world.attacker, ETH, units(50_000))
        .unwrap()
        .is_success());
    let retry_at = world.chain.time_of(&emptied).unwrap() + 36;
    assert_refused(
        &world.withdraw(ETH, world.attacker, units(1)).unwrap(),
        &limited(1, 0, retry_at),
    );
}

#[test]
fn each_asset_has_its_own_bucket() {
    let mut world = world();
    let token = world.token(Fixture::Token, "USDC", 6, units(1_000_000)).unwrap();
    world.configure_bucket(token, units(500), DAY).unwrap();
    assert!(world
        .deposit(world.user, token, units(1_000))
        .unwrap()
        .is_success());
    assert!(world
        .withdraw(ETH, world.attacker, units(2_400))
        .unwrap()
        .is_success());
    assert!(world
        .withdraw(token, world.user, units(500))
        .unwrap()
        .is_success());
    assert!(!world.withdraw(token, world.user, units(1)).unwrap().is_success());
}

#[test]
fn an_asset_without_a_bucket_is_closed_both_ways() {
    let mut world = world();
    let token = world.token(Fixture::Token, "NEW", 18, units(1_000)).unwrap();
    let closed = IBridgeGuarded::AssetClosed { asset: token };
    assert_refused(&world.deposit(world.user, token, units(1)).unwrap(), &closed);
    assert_refused(&world.withdraw(token, world.user, units(1)).unwrap(), &closed);

    world.configure_bucket(token, units(10), DAY).unwrap();
    assert!(world.deposit(world.user, token, units(10)).unwrap().is_success());
    let close = IBridgeGuarded::closeBucketCall { asset: token };
    world
        .must(world.governor, world.bridge, &close, "closing")
        .unwrap();
    assert_refused(&world.withdraw(token, world.user, units(1)).unwrap(), &closed);
    // Setting it again does not fill it: nobody gains by closing and opening.
    world.configure_bucket(token, units(10), DAY).unwrap();
    assert!(!world.withdraw(token, world.user, units(1)).unwrap().is_success());
}

#[test]
fn a_new_limit_adds_nothing_to_what_is_available_at_once() {
    let mut world = world();
    assert!(world
        .withdraw(ETH, world.user, units(2_000))
        .unwrap()
        .is_success());
    world.configure_bucket(ETH, units(100_000), DAY).unwrap();
    assert!(!world
        .withdraw(ETH, world.attacker, units(401))
        .unwrap()
        .is_success());
    assert!(world.withdraw(ETH, world.user, units(400)).unwrap().is_success());
    // From now on it refills at the new rate.
    or_skip!(world.chain.advance_time(HOUR));
    assert!(world
        .withdraw(ETH, world.user, units(4_166))
        .unwrap()
        .is_success());
}

#[test]
fn a_lower_limit_acts_at_once() {
    let mut world = world();
    let call = IBridgeGuarded::configureBucketCall {
        asset: ETH,
        capacity: units(240),
        refillSecs: DAY,
    };
    let receipt = world
        .must(world.governor, world.bridge, &call, "tightening")
        .unwrap();
    let event = IBridgeGuarded::BucketConfigured::decode_log(&receipt.logs[0]).unwrap();
    assert_eq!(
        (event.previousCapacity, event.capacity),
        (units(2_400), units(240))
    );
    assert_eq!(
        (event.previousAvailable, event.available),
        (units(2_400), units(240))
    );
    assert!(!event.loosened);
    assert_refused(
        &world.withdraw(ETH, world.attacker, units(241)).unwrap(),
        &limited(241, 240, u64::MAX),
    );
}

#[test]
fn a_limit_that_cannot_act_is_refused() {
    let mut world = world();
    let mut set = |capacity: u64, refill: u64| {
        let call = IBridgeGuarded::configureBucketCall {
            asset: ETH,
            capacity: units(capacity),
            refillSecs: refill,
        };
        world.send(world.governor, world.bridge, &call).unwrap()
    };
    assert_refused(&set(0, DAY), &IBridgeGuarded::CapacityZero { asset: ETH });
    let out_of_bounds = |refill| IBridgeGuarded::RefillOutOfBounds {
        asset: ETH,
        refillSecs: refill,
        maximumSecs: 10 * YEAR,
    };
    assert_refused(&set(1, 0), &out_of_bounds(0));
    assert_refused(&set(1, 10 * YEAR + 1), &out_of_bounds(10 * YEAR + 1));
    assert!(set(1, 10 * YEAR).is_success());
    assert!(set(1, 1).is_success());
}

#[test]
fn amounts_of_every_size_pass_within_their_limit() {
    let mut world = World::new(&Setup::default()).unwrap();
    for (decimals, amount) in [
        (0, U256::ONE),
        (36, U256::from(10u64).pow(U256::from(38u64))),
        (18, U256::ONE << 160),
        (18, U256::ONE << 255),
    ] {
        let token = world.token(Fixture::Token, "BIG", decimals, U256::MAX).unwrap();
        world.configure_bucket(token, amount, DAY).unwrap();
        // A capacity is held to 64 bits, rounded down; the bridge says to what.
        let held = world
            .view(world.bridge, &IBridgeGuarded::bucketCall { asset: token })
            .unwrap()
            .capacity;
        assert!(
            held <= amount && amount - held <= amount >> 63,
            "{held} of {amount}"
        );
        let amount = held;
        assert!(world.deposit(world.user, token, U256::MAX).unwrap().is_success());
        assert!(
            !world
                .withdraw(token, world.user, amount + U256::ONE)
                .unwrap()
                .is_success(),
            "{amount}"
        );
        assert!(
            world.withdraw(token, world.user, amount).unwrap().is_success(),
            "{amount}"
        );
        assert!(
            !world.withdraw(token, world.user, U256::ONE).unwrap().is_success(),
            "{amount}"
        );
        or_skip!(world.chain.advance_time(DAY));
        assert!(
            world
                .withdraw(token, world.user, amount - U256::ONE)
                .unwrap()
                .is_success()
                || amount == U256::ONE
        );
    }
}

#[test]
fn a_guardian_stops_withdrawals_at_once_and_deposits_go_on() {
    let mut world = world();
    let receipt = world
        .must(world.guardian, world.bridge, &pause(2, HOUR), "a pause")
        .unwrap();
    let until = world.chain.time_of(&receipt).unwrap() + HOUR;
    let event = IBridgeGuarded::Paused::decode_log(&receipt.logs[0]).unwrap();
    assert_eq!((event.group, event.by, event.until), (2, world.guardian, until));
    let refused = world.withdraw(ETH, world.user, units(1)).unwrap();
    assert_refused(&refused, &IBridgeGuarded::GroupPaused { group: 2, until });
    assert!(world.deposit(world.user, ETH, units(1)).unwrap().is_success());
}

#[test]
fn a_pause_ends_by_itself_at_the_second_it_names() {
    let mut world = world();
    let paused = world
        .must(world.guardian, world.bridge, &pause(2, HOUR), "a pause")
        .unwrap();
    let until = world.chain.time_of(&paused).unwrap() + HOUR;
    let message = world.message(ETH, world.user, units(1));
    world.attest(&message).unwrap();
    or_skip!(world.chain.move_to(until - 1));
    assert!(!world.process(world.user, &message).unwrap().is_success());
    or_skip!(world.chain.move_to(until));
    assert!(world.process(world.user, &message).unwrap().is_success());
}

#[test]
fn a_pause_of_everything_covers_every_group() {
    let mut world = world();
    let paused = world
        .must(world.guardian, world.bridge, &pause(0, HOUR), "a pause")
        .unwrap();
    let until = world.chain.time_of(&paused).unwrap() + HOUR;
    let everything = IBridgeGuarded::GroupPaused { group: 0, until };
    assert_refused(&world.withdraw(ETH, world.user, units(1)).unwrap(), &everything);
    assert_refused(&world.deposit(world.user, ETH, units(1)).unwrap(), &everything);
    // The governor may end it early, a guardian may not.
    let unpause = IBridgeGuarded::unpauseCall { group: 0 };
    let refused = world.send(world.guardian, world.bridge, &unpause).unwrap();
    assert_refused(
        &refused,
        &IBridgeGuarded::NotGovernor {
            caller: world.guardian,
        },
    );
    world
        .must(world.governor, world.bridge, &unpause, "an unpause")
        .unwrap();
    assert!(world.withdraw(ETH, world.user, units(1)).unwrap().is_success());
    let again = world.send(world.governor, world.bridge, &unpause).unwrap();
    assert_refused(&again, &IBridgeGuarded::NotPaused { group: 0 });
}

#[test]
fn a_pause_that_could_not_act_or_not_end_is_refused() {
    let mut world = world();
    let bridge = world.bridge;
    for secs in [0, u64::MAX, YEAR * 100] {
        let receipt = world.send(world.guardian, bridge, &pause(0, secs)).unwrap();
        let error = refusal::<IBridgeGuarded::PauseOutOfBounds>(&receipt).expect("the bounds");
        assert_eq!(error.secs, secs);
        assert!(error.maximumSecs >= DAY && error.maximumSecs <= YEAR);
    }
    let unknown = world.send(world.guardian, bridge, &pause(3, HOUR)).unwrap();
    assert_refused(&unknown, &IBridgeGuarded::UnknownPauseGroup { group: 3 });
    // A shorter pause on top of a longer one would loosen.
    let paused = world
        .must(world.guardian, bridge, &pause(1, HOUR), "a pause")
        .unwrap();
    let paused_at = world.chain.time_of(&paused).unwrap();
    let until = paused_at + HOUR;
    // In the same second, where the clock can be held.
    or_skip!(world.chain.move_to(paused_at));
    let shorter = world.send(world.guardian, bridge, &pause(1, HOUR - 1)).unwrap();
    assert_refused(
        &shorter,
        &IBridgeGuarded::PauseNotExtended {
            group: 1,
            until,
            requestedUntil: world.chain.time_of(&shorter).unwrap() + HOUR - 1,
        },
    );
}

#[test]
fn only_those_who_may_set_a_guard_can() {
    let mut world = world();
    let bridge = world.bridge;
    let stranger = IBridgeGuarded::NotGovernor {
        caller: world.attacker,
    };
    let configure = IBridgeGuarded::configureBucketCall {
        asset: ETH,
        capacity: U256::MAX,
        refillSecs: 1,
    };
    assert_refused(
        &world.send(world.attacker, bridge, &configure).unwrap(),
        &stranger,
    );
    let close = IBridgeGuarded::closeBucketCall { asset: ETH };
    assert_refused(&world.send(world.attacker, bridge, &close).unwrap(), &stranger);
    let unpause = IBridgeGuarded::unpauseCall { group: 0 };
    assert_refused(&world.send(world.attacker, bridge, &unpause).unwrap(), &stranger);
    let guardian = IBridgeGuarded::setGuardianCall {
        guardian: world.attacker,
    };
    assert_refused(&world.send(world.attacker, bridge, &guardian).unwrap(), &stranger);
    let propose = IBridgeGuarded::proposeGovernorCall {
        proposed: world.attacker,
    };
    assert_refused(&world.send(world.attacker, bridge, &propose).unwrap(), &stranger);
    let accept = IBridgeGuarded::acceptGovernorCall {};
    assert_refused(
        &world.send(world.attacker, bridge, &accept).unwrap(),
        &IBridgeGuarded::NotPendingGovernor {
            caller: world.attacker,
        },
    );
    assert_refused(
        &world.send(world.attacker, bridge, &pause(0, HOUR)).unwrap(),
        &IBridgeGuarded::NotGuardian {
            caller: world.attacker,
        },
    );
    // The guardian tightens and cannot loosen.
    let by_guardian = world.send(world.guardian, bridge, &configure).unwrap();
    assert_refused(
        &by_guardian,
        &IBridgeGuarded::NotGovernor {
            caller: world.guardian,
        },
    );
}

#[test]
fn a_guardian_is_replaced_at_once() {
    let mut world = world();
    let (bridge, old) = (world.bridge, world.guardian);
    let named = IBridgeGuarded::setGuardianCall { guardian: world.user };
    world.must(world.governor, bridge, &named, "a guardian").unwrap();
    let guardian = world.view(bridge, &IBridgeGuarded::guardianCall {}).unwrap();
    assert_eq!(guardian, world.user);
    assert_refused(
        &world.send(old, bridge, &pause(2, HOUR)).unwrap(),
        &IBridgeGuarded::NotGuardian { caller: old },
    );
    assert!(world
        .send(world.user, bridge, &pause(2, HOUR))
        .unwrap()
        .is_success());
}

#[test]
fn power_is_handed_over_in_two_steps() {
    let mut world = world();
    let bridge = world.bridge;
    let propose = IBridgeGuarded::proposeGovernorCall { proposed: world.user };
    world
        .must(world.governor, bridge, &propose, "a proposal")
        .unwrap();
    assert_eq!(
        world.view(bridge, &IBridgeGuarded::governorCall {}).unwrap(),
        world.governor
    );
    world
        .must(
            world.user,
            bridge,
            &IBridgeGuarded::acceptGovernorCall {},
            "an acceptance",
        )
        .unwrap();
    assert_eq!(
        world.view(bridge, &IBridgeGuarded::governorCall {}).unwrap(),
        world.user
    );
    assert_eq!(
        world
            .view(bridge, &IBridgeGuarded::pendingGovernorCall {})
            .unwrap(),
        Address::ZERO
    );
    let old = world.send(world.governor, bridge, &propose).unwrap();
    assert_refused(
        &old,
        &IBridgeGuarded::NotGovernor {
            caller: world.governor,
        },
    );
}

/// Slot of an account's balance in OpenZeppelin's ERC-20, whose balances are its first variable.
fn balance_slot(account: Address) -> U256 {
    let mut preimage = [0; 64];
    preimage[12..32].copy_from_slice(account.as_slice());
    U256::from_be_bytes(alloy_primitives::keccak256(preimage).0)
}

#[test]
fn a_bridge_that_no_longer_holds_what_it_owes_pays_nobody() {
    let mut world = world();
    let token = world.token(Fixture::Token, "REB", 18, units(1_000)).unwrap();
    world.configure_bucket(token, units(1_000), DAY).unwrap();
    assert!(world
        .deposit(world.user, token, units(1_000))
        .unwrap()
        .is_success());
    // The token takes one unit away from the bridge, as a rebase or a seizure would.
    or_skip!(world
        .chain
        .set_storage(token, balance_slot(world.bridge), units(999)));
    assert_eq!(world.balance(token, world.bridge).unwrap(), units(999));
    let refused = world.withdraw(token, world.user, units(10)).unwrap();
    let insolvent = |locked: u64, owed: u64| IBridgeGuarded::Insolvent {
        asset: token,
        locked: units(locked),
        owed: units(owed),
    };
    assert_refused(&refused, &insolvent(989, 990));
    // Nobody makes it whole by leaving first; a gift does, and then the exit is open again.
    let gift = e2e::tokens::IToken::transferCall {
        to: world.bridge,
        value: units(1),
    };
    or_skip!(world.chain.set_storage(token, balance_slot(world.user), units(1)));
    let paid_in = world.deposit(world.user, token, units(1)).unwrap();
    assert_refused(&paid_in, &insolvent(1_000, 1_001));
    world.must(world.user, token, &gift, "a gift").unwrap();
    assert!(world.withdraw(token, world.user, units(10)).unwrap().is_success());
}

#[test]
fn a_gift_neither_opens_nor_blocks_anything() {
    let mut world = world();
    // ETH that nobody deposited: the bridge holds more than it owes, and owes no more.
    world
        .chain
        .force_upon(world.attacker, world.bridge, units(5))
        .unwrap();
    let solvency = world
        .view(world.bridge, &IBridgeGuarded::solvencyCall { asset: ETH })
        .unwrap();
    assert_eq!((solvency.locked, solvency.owed), (units(100_005), units(100_000)));
    assert!(world
        .withdraw(ETH, world.user, units(2_400))
        .unwrap()
        .is_success());
    assert!(world.deposit(world.user, ETH, units(1)).unwrap().is_success());
}

#[test]
fn stolen_keys_get_a_days_flow_and_no_more() {
    let mut world = world();
    let held = world.chain.balance(world.bridge).unwrap();
    let (mut stolen, mut begun) = (U256::ZERO, None);
    // Every hour of a day the thief takes all that is available.
    for hour in 0..=24 {
        if let Some(begun) = begun {
            or_skip!(world.chain.move_to(begun + hour * HOUR));
        }
        let available = world
            .view(world.bridge, &IBridgeGuarded::availableCall { asset: ETH })
            .unwrap();
        if !available.is_zero() {
            let receipt = world.withdraw(ETH, world.attacker, available).unwrap();
            assert!(receipt.is_success());
            stolen += available;
            begun = begun.or(Some(world.chain.time_of(&receipt).unwrap()));
        }
    }
    // Capacity and a day's refill: the bound that the limiter publishes, met to the wei and not passed.
    assert_eq!(stolen, units(4_800));
    assert_eq!(world.chain.balance(world.bridge).unwrap(), held - stolen);
}

#[test]
fn a_refused_call_changes_no_word_of_the_bridge() {
    let mut world = world();
    let message = world.message(ETH, world.attacker, units(50_000));
    world.attest(&message).unwrap();
    let before = or_skip!(world.chain.fingerprint(world.bridge));
    or_skip!(world.chain.advance_time(HOUR));
    let refused = world.process(world.attacker, &message).unwrap();
    assert!(!refused.is_success());
    assert!(refused.logs.is_empty());
    assert_eq!(world.chain.fingerprint(world.bridge).unwrap(), before);
}

/// Init code of a contract that calls the address in its first word statically with the rest of its input, and returns whether that
/// succeeded.
const STATIC_CALLER: [u8; 31] = hex!(
    // PUSH23 runtime PUSH0 MSTORE PUSH1 23 PUSH1 9 RETURN
    "76"
    // the rest to memory: PUSH1 32 CALLDATASIZE SUB DUP1 PUSH1 32 PUSH0 CALLDATACOPY
    "602036038060205f37"
    // PUSH0 PUSH0 DUP3 PUSH0 PUSH0 CALLDATALOAD GAS STATICCALL
    "5f5f825f5f355afa"
    // PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
    "5f5260205ff3"
    "5f5260176009f3"
);

#[test]
fn a_static_call_reads_and_cannot_withdraw() {
    let mut world = world();
    let caller = world.chain.create(world.user, STATIC_CALLER.to_vec()).unwrap();
    let succeeds = |world: &World, call: Vec<u8>| {
        let input = [world.bridge.into_word().as_slice(), &call].concat();
        let called = world.chain.call(world.user, caller, input).unwrap();
        U256::from_be_slice(&called.output) == U256::ONE
    };
    let message = world.message(ETH, world.user, units(1));
    world.attest(&message).unwrap();
    let process = IBridge::processCall {
        nonce: message.nonce,
        asset: message.asset,
        recipient: message.recipient,
        amount: message.amount,
    };
    assert!(succeeds(&world, IBridge::owedCall { asset: ETH }.abi_encode()));
    assert!(!succeeds(&world, process.abi_encode()));
    // The same call is good outside of a static one.
    assert!(world.process(world.user, &message).unwrap().is_success());
}

#[test]
fn a_bridge_whose_program_expired_is_stopped_until_somebody_activates_it() {
    let mut world = world();
    or_skip!(world.chain.advance_time(YEAR + DAY));
    let message = world.message(ETH, world.user, units(1));
    let root = message.leaf(world.chain.id(), world.bridge);
    let view = world.view(world.bridge, &IBridge::isAcceptableCall { root });
    assert!(view.is_err());
    // Anyone may.
    let bridge = world.bridge;
    world
        .chain
        .activate_program(world.attacker, bridge)
        .expect("the activation");
    assert!(world.withdraw(ETH, world.user, units(1)).unwrap().is_success());
    assert_ne!(root, B256::ZERO);
}
