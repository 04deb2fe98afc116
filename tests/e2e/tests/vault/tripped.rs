//! A guard that watches, then refuses, then trips; and what is tried against the trip.

use super::world::*;
use alloy_primitives::{keccak256, Address, FixedBytes, B256, U256};
use alloy_sol_types::{SolCall, SolError};
use e2e::calls::refusal;
use e2e::or_skip;
use e2e::rpc::Receipt;
use e2e::tokens::Fixture;
use e2e::vault::{IVault, IVaultGovernance, IVaultMonitor};

const REDUCE_ONLY: u8 = 3;
const INCREASES_RISK: u8 = 0;
/// What a trip says: 128, and which guard.
const BROKEN_SOLVENCY: u8 = 128 + SOLVENCY;

/// A vault of a token that takes back, with 300,000 of the user and 100,000 of the attacker in it. The mode of its solvency is this one.
fn vault(mode: u8) -> World {
    let mut world = World::with(Fixture::GreedyToken, |world| {
        world.set_mode(SOLVENCY, mode);
    });
    let (user, attacker) = (world.people.user, world.people.attacker);
    assert!(world.deposit(user, 300_000).is_success());
    assert!(world.deposit(attacker, 100_000).is_success());
    world
}

fn insolvent(world: &World, locked: u64, owed: u64) -> IVault::Insolvent {
    IVault::Insolvent {
        asset: world.token,
        locked: u(locked),
        owed: u(owed),
    }
}

/// A trip says so to whoever wants in.
#[track_caller]
fn assert_shut(world: &mut World, account: Address) {
    let shut = IVault::GroupRestricted {
        group: 0,
        state: REDUCE_ONLY,
        kind: INCREASES_RISK,
        retryAt: world.ladder().1,
    };
    assert_refused(&world.deposit(account, 1_000), &shut);
    let most = IVault::maxDepositCall { receiver: account };
    assert_eq!(world.ask(account, &most), U256::ZERO);
}

/// What was told of the only trip: who did it, from where to where, why, and until when.
#[track_caller]
fn tripped(receipt: &Receipt, world: &World) -> (Address, u8, u8, u8, u64) {
    let [trip] = &events::<IVault::Tripped>(receipt, world.vault)[..] else {
        panic!("{receipt:?}");
    };
    (trip.by, trip.from, trip.to, trip.reason, trip.until)
}

fn selector(bytes: [u8; 4]) -> B256 {
    B256::right_padding_from(&bytes)
}

#[test]
fn a_guard_watches_then_refuses_then_trips_at_once_and_comes_down_only_after_a_wait() {
    let mut world = vault(SHADOW);
    let (user, attacker, vault) = (world.people.user, world.people.attacker, world.vault);
    world.seize(100_000);

    // In shadow it tells, and the first to leave is paid what the others lost.
    let out = world.withdraw(attacker, 1_000);
    assert!(out.is_success(), "{out:?}");
    assert_eq!(
        events::<IVault::GuardWouldRefuse>(&out, vault),
        [IVault::GuardWouldRefuse {
            guard: SOLVENCY,
            by: attacker,
            reason: insolvent(&world, 299_000, 399_000).abi_encode().into()
        }]
    );

    // Up at once: it refuses, everywhere, and nothing is remembered.
    world.set_mode(SOLVENCY, ENFORCE);
    let broken = insolvent(&world, 298_000, 398_000);
    assert_refused(&world.withdraw(attacker, 1_000), &broken);
    let held = insolvent(&world, 299_000, 399_000);
    assert_refused(&world.send(user, &IVault::collectCall {}), &held);
    assert_eq!((world.last_violation().count, world.ladder()), (0, (0, 0)));

    // Up at once: what only reverts reverts as before, and whoever looks trips the vault.
    world.set_mode(SOLVENCY, LATCH);
    assert_refused(&world.withdraw(attacker, 1_000), &broken);
    assert_eq!((world.last_violation().count, world.ladder()), (0, (0, 0)));
    assert!(!world.ask(user, &IVault::collectCall {}));
    let seen = world.must(user, &IVault::collectCall {});
    let at = world.time_of(&seen);
    assert_eq!(
        events::<IVault::ViolationLatched>(&seen, vault),
        [IVault::ViolationLatched {
            guard: SOLVENCY,
            method: FixedBytes(IVault::collectCall::SELECTOR),
            by: user,
            reason: held.abi_encode().into()
        }]
    );
    assert_eq!(
        tripped(&seen, &world),
        (user, 0, REDUCE_ONLY, BROKEN_SOLVENCY, at + DAY)
    );
    assert_eq!(world.ladder(), (REDUCE_ONLY, at + DAY));
    let last = world.last_violation();
    assert_eq!(
        (last.count, last.seenAt, last.guard, last.by),
        (1, at, SOLVENCY, user)
    );
    assert_eq!(
        (last.method, last.reason),
        (
            selector(IVault::collectCall::SELECTOR),
            selector(IVault::Insolvent::SELECTOR)
        )
    );
    assert_shut(&mut world, user);

    // Down the ladder waits.
    let down = IVaultGovernance::setModeCall {
        guard: SOLVENCY,
        mode: ENFORCE,
    };
    let waits = IVaultGovernance::OperationNotReady {
        operation: keccak256(data(&down)),
        readyAt: 0,
        expiresAt: 0,
    };
    let governor = world.people.governor;
    assert_refused(&world.send(governor, &down), &waits);
    or_skip!(world.wait_and_govern(&down));
    let mode = IVaultMonitor::modeCall { guard: SOLVENCY };
    assert_eq!(world.ask(user, &mode), ENFORCE);
}

#[test]
fn a_trip_outlives_the_loss_that_it_found_and_lets_a_share_out() {
    let mut world = vault(LATCH);
    let (user, attacker) = (world.people.user, world.people.attacker);
    world.seize(100_000);
    world.must(user, &IVault::collectCall {});
    // While something is missing the ways out are shut as well, and the answer says why.
    let missing = refusal::<IVault::Insolvent>(&world.withdraw(user, 1_000)).unwrap();
    assert_eq!((missing.locked, missing.owed), (u(299_000), u(399_000)));
    let written = world.must(attacker, &IVault::writeDownCall {});
    // In the same second it changes nothing, and later it would hold for a day from then.
    let until = world.time_of(&written) + DAY;
    assert_eq!(world.ladder(), (REDUCE_ONLY, until));
    assert_shut(&mut world, user);
    // A twentieth of the limit leaves: twenty times what leaves is charged.
    assert_eq!(world.max_withdraw(user), CAPACITY / 20);
    let over = refusal::<IVault::RateLimited>(&world.withdraw(user, CAPACITY / 20 + 1)).unwrap();
    assert_eq!(over.available, u(CAPACITY));
    assert!(world.withdraw(user, CAPACITY / 20).is_success());
    assert_eq!(world.max_withdraw(user), 0);
    // It comes back by itself, over a ramp of a day: then only the price, which fell by a quarter, shuts the way in, until it is said to be for real.
    or_skip!(world.chain.move_to(until + DAY));
    assert_eq!(world.ladder(), (0, until));
    assert!(refusal::<IVault::SharePriceOffReference>(&world.deposit(user, 1_000)).is_some());
    assert!(world.withdraw(user, 1_000).is_success());
    let reset = IVaultGovernance::resetWindowCall {};
    let governor = world.people.governor;
    let early = world.send(governor, &reset);
    assert!(refusal::<IVaultGovernance::OperationNotReady>(&early).is_some());
    or_skip!(world.wait_and_govern(&reset));
    assert!(world.deposit(user, 1_000).is_success());
}

#[test]
fn who_writes_the_loss_down_before_anybody_looks_trips_the_vault_too() {
    let mut world = vault(LATCH);
    let (user, attacker) = (world.people.user, world.people.attacker);
    world.seize(100_000);
    let written = world.must(attacker, &IVault::writeDownCall {});
    let until = world.time_of(&written) + DAY;
    assert_eq!(
        tripped(&written, &world),
        (attacker, 0, REDUCE_ONLY, BROKEN_SOLVENCY, until)
    );
    assert_shut(&mut world, user);
    // One that only enforces is written down, and that is all.
    let mut world = vault(ENFORCE);
    world.seize(100_000);
    let written = world.must(attacker, &IVault::writeDownCall {});
    assert!(events::<IVault::Tripped>(&written, world.vault).is_empty());
    assert_eq!(world.ladder(), (0, 0));
}

#[test]
fn a_trip_shuts_every_way_in_and_no_way_out() {
    let mut world = vault(LATCH);
    let user = world.people.user;
    world.seize(1);
    // A unit is too little for the price, and what is missing shuts the way in.
    let most = IVault::maxDepositCall { receiver: user };
    assert_eq!(world.ask(user, &most), U256::ZERO);
    world.must(user, &IVault::writeDownCall {});
    let mint = IVault::mintCall {
        shares: u(1_000),
        receiver: user,
    };
    for shut in [world.deposit(user, 1), world.send(user, &mint)] {
        let shut = refusal::<IVault::GroupRestricted>(&shut).unwrap();
        assert_eq!((shut.state, shut.kind), (REDUCE_ONLY, INCREASES_RISK));
    }
    assert!(world.withdraw(user, 1).is_success());
    assert!(world.redeem(user, u(2_000)).is_success());
}

#[test]
fn while_a_loss_is_only_watched_nobody_buys_in_at_less_than_the_others_paid() {
    let mut world = vault(SHADOW);
    let (user, attacker) = (world.people.user, world.people.attacker);
    world.seize(100_000);
    // What is held is what is said to be there, and what a deposit is priced by.
    assert_eq!(world.max_withdraw(user), 225_000, "who only watches stops nobody");
    let mint = IVault::mintCall {
        shares: u(1_000_000),
        receiver: attacker,
    };
    for refused in [world.deposit(attacker, 1_000), world.send(attacker, &mint)] {
        assert!(
            refusal::<IVault::SharePriceFell>(&refused).is_some(),
            "{refused:?}"
        );
    }
}

#[test]
fn nobody_trips_a_vault_where_all_is_well() {
    let mut world = vault(LATCH);
    let (user, attacker) = (world.people.user, world.people.attacker);
    world.give(attacker, 5_000_000);
    for _ in 0..3 {
        or_skip!(world.chain.advance_time(DAY));
        assert!(world.ask(attacker, &IVault::collectCall {}));
        world.must(attacker, &IVault::collectCall {});
        world.must(attacker, &IVault::writeDownCall {});
    }
    // What a caller can have refused at will is no violation.
    assert!(!world.withdraw(attacker, 2 * CAPACITY).is_success());
    assert!(!world.deposit(attacker, 0).is_success());
    assert_eq!((world.last_violation().count, world.ladder()), (0, (0, 0)));
    assert!(world.deposit(user, 1_000).is_success());
}
