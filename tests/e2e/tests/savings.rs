//! Savings as WASM on a chain, with OpenZeppelin's AccessManager above them: who may do what, and the way out of a freeze.

#[path = "savings/tripped.rs"]
mod tripped;
#[path = "savings/world.rs"]
mod world;

use alloy_primitives::{keccak256, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use e2e::calls::{refusal, ETH};
use e2e::openzeppelin::{creation_code, IAccessManager};
use e2e::or_skip;
use e2e::savings::{ISavings, ISavingsGovernance, GUARDIAN_TERMS};
use e2e::tokens::{Fixture, IToken};
use world::*;

/// The role whose calls wait.
const DELAYED: u64 = 7;

#[test]
fn only_whom_the_manager_lets_may_and_only_what_it_says() {
    let mut world = World::new();
    let (attacker, token) = (world.people.attacker, world.token);
    let before = or_skip!(world.chain.fingerprint(world.savings));
    let tighter = bucket(token, PAID_IN / 2);
    let denied = ISavingsGovernance::AccessDenied { caller: attacker };
    assert_refused(&world.send(attacker, &tighter), &denied);
    assert_eq!(world.chain.fingerprint(world.savings).unwrap(), before);
    // A role for one function is none for another.
    let (governor, savings) = (world.people.governor, world.savings);
    world.manage(
        governor,
        &IAccessManager::grantRoleCall {
            roleId: DELAYED,
            account: attacker,
            executionDelay: 0,
        },
    );
    world.manage(
        governor,
        &IAccessManager::setTargetFunctionRoleCall {
            target: savings,
            selectors: vec![ISavingsGovernance::liftCall::SELECTOR.into()],
            roleId: DELAYED,
        },
    );
    assert_refused(&world.send(attacker, &tighter), &denied);
    assert_refused(
        &world.send(attacker, &ISavingsGovernance::liftCall {}),
        &ISavingsGovernance::NotPaused { group: 0 },
    );
}

#[test]
fn a_grant_without_a_delay_tightens_and_loosens_nothing() {
    let mut world = World::new();
    let (governor, token) = (world.people.governor, world.token);
    world.govern(&bucket(token, PAID_IN / 2));
    let larger = bucket(token, PAID_IN);
    let early = world.send(governor, &larger);
    assert_refused(
        &early,
        &ISavingsGovernance::OperationNotReady {
            operation: keccak256(larger.abi_encode()),
            readyAt: 0,
            expiresAt: 0,
        },
    );
}

#[test]
fn what_the_manager_delays_is_scheduled_there_and_done_once() {
    let mut world = World::new();
    let (governor, user, savings) = (world.people.governor, world.people.user, world.savings);
    world.manage(
        governor,
        &IAccessManager::grantRoleCall {
            roleId: DELAYED,
            account: user,
            executionDelay: DELAY as u32,
        },
    );
    world.manage(
        governor,
        &IAccessManager::setTargetFunctionRoleCall {
            target: savings,
            selectors: vec![ISavingsGovernance::configureBucketCall::SELECTOR.into()],
            roleId: DELAYED,
        },
    );
    let larger = bucket(world.token, 2 * PAID_IN);
    let not_scheduled = ISavingsGovernance::AccessNotScheduled {
        caller: user,
        delaySecs: DELAY,
    };
    assert_refused(&world.send(user, &larger), &not_scheduled);
    let schedule = IAccessManager::scheduleCall {
        target: savings,
        data: larger.abi_encode().into(),
        when: alloy_primitives::aliases::U48::ZERO,
    };
    let scheduled = world.manage(user, &schedule);
    let ready_at = world.time_of(&scheduled) + DELAY;
    or_skip!(world.chain.move_to(ready_at - 1));
    assert_refused(&world.send(user, &larger), &not_scheduled);
    or_skip!(world.chain.move_to(ready_at));
    let done = world.send(user, &larger);
    assert!(done.is_success(), "{done:?}");
    assert_refused(&world.send(user, &larger), &not_scheduled);
    // Nobody asks between: outside of its own call it consumes nothing.
    let consuming = world.view(&ISavingsGovernance::isConsumingScheduledOpCall {});
    assert_eq!(consuming.0, [0; 4]);
}

#[test]
fn every_setter_that_loosens_has_to_have_been_delayed_with_the_data_of_its_own_call() {
    let mut world = World::new();
    let (governor, user, savings, asset) = (
        world.people.governor,
        world.people.user,
        world.savings,
        world.token,
    );
    let loosening: [Vec<u8>; 6] = [
        ISavingsGovernance::configureGuardiansCall {
            pauseSecs: GUARDIAN_TERMS.pauseSecs + 1,
            ..GUARDIAN_TERMS
        }
        .abi_encode(),
        ISavingsGovernance::configureHitsCall {
            asset,
            hits: 4,
            windowSecs: HOUR,
            least: units(LARGE),
        }
        .abi_encode(),
        ISavingsGovernance::configureBreakersCall {
            throttleBps: 2_501,
            ..BREAKERS
        }
        .abi_encode(),
        ISavingsGovernance::configureRecordCall { secs: 10 * DAY - 1 }.abi_encode(),
        ISavingsGovernance::configureExitCall {
            asset,
            openAfterSecs: 2 * DAY + 1,
            lateSecs: DAY,
        }
        .abi_encode(),
        ISavingsGovernance::setDelayCall { secs: DELAY - 1 }.abi_encode(),
    ];
    for data in &loosening {
        let early = world
            .chain
            .transact(governor, savings, data.clone(), U256::ZERO)
            .unwrap();
        assert_refused(
            &early,
            &ISavingsGovernance::OperationNotReady {
                operation: keccak256(data),
                readyAt: 0,
                expiresAt: 0,
            },
        );
    }
    // Whom the manager delays for long enough may.
    world.manage(
        governor,
        &IAccessManager::grantRoleCall {
            roleId: DELAYED,
            account: user,
            executionDelay: DELAY as u32,
        },
    );
    let selectors = loosening
        .iter()
        .map(|data| <[u8; 4]>::try_from(&data[..4]).unwrap().into());
    world.manage(
        governor,
        &IAccessManager::setTargetFunctionRoleCall {
            target: savings,
            selectors: selectors.collect(),
            roleId: DELAYED,
        },
    );
    for data in &loosening {
        let schedule = IAccessManager::scheduleCall {
            target: savings,
            data: data.clone().into(),
            when: alloy_primitives::aliases::U48::ZERO,
        };
        world.manage(user, &schedule);
    }
    or_skip!(world.chain.advance_time(DELAY));
    let [settings @ .., sooner] = loosening;
    for data in settings {
        let made = world.chain.transact(user, savings, data, U256::ZERO).unwrap();
        assert!(made.is_success(), "{made:?}");
    }
    // But for the delay, which only gets longer.
    let operation = keccak256(&sooner);
    let refused = world.chain.transact(user, savings, sooner, U256::ZERO).unwrap();
    assert_refused(
        &refused,
        &ISavingsGovernance::OperationNotReady {
            operation,
            readyAt: 0,
            expiresAt: 0,
        },
    );
}

#[test]
fn only_the_manager_hands_over() {
    let mut world = World::new();
    let (governor, savings) = (world.people.governor, world.savings);
    let arguments = (governor,).abi_encode_params();
    let other = world
        .chain
        .create(governor, creation_code("AccessManager", arguments))
        .unwrap();
    let hand_over = ISavingsGovernance::setAuthorityCall { authority_: other };
    assert_refused(
        &world.send(governor, &hand_over),
        &ISavingsGovernance::AccessDenied { caller: governor },
    );
    world.manage(
        governor,
        &IAccessManager::updateAuthorityCall {
            target: savings,
            newAuthority: other,
        },
    );
    assert_eq!(world.view(&ISavingsGovernance::authorityCall {}), other);
}

#[test]
fn the_exit_opens_at_its_second_and_everybody_leaves_with_their_share() {
    let mut world = World::new();
    let (user, attacker, token) = (world.people.user, world.people.attacker, world.token);
    let opens_at = world.freeze();
    assert!(!world.send(user, &withdraw(token, 1)).is_success());
    or_skip!(world.chain.move_to(opens_at - 1));
    let early = refusal::<ISavings::ExitNotOpen>(&world.open());
    assert_eq!(
        early.map(|early| (early.openAfterSecs, early.openAt)),
        Some((2 * DAY, opens_at))
    );
    or_skip!(world.chain.move_to(opens_at));
    assert!(world.open().is_success());
    assert!(world.view(&ISavings::isExitOpenCall { asset: token }));
    let before = world.held(user);
    assert!(world.leave(user).is_success());
    assert_eq!(world.held(user), before + PAID_IN);
    assert_eq!((world.balance_of(user), world.balance_of(attacker)), (0, PAID_IN));
    let again = world.leave(user);
    assert!(refusal::<ISavings::AlreadyPaid>(&again).is_some(), "{again:?}");
    assert!(world.leave(attacker).is_success());
    assert_eq!(world.view(&ISavings::owedCall { asset: token }), U256::ZERO);
}

#[test]
fn what_is_missing_is_missing_for_everybody_alike() {
    let mut world = World::new();
    let (user, attacker, token, savings) = (
        world.people.user,
        world.people.attacker,
        world.token,
        world.savings,
    );
    // A quarter is gone: OpenZeppelin's token keeps balances in its first word's map.
    let slot = keccak256((savings, U256::ZERO).abi_encode());
    let left = units(2 * PAID_IN * 3 / 4);
    or_skip!(world.chain.set_storage(token, slot.into(), left));
    let opens_at = world.freeze();
    or_skip!(world.chain.move_to(opens_at));
    assert!(world.open().is_success());
    for account in [attacker, user] {
        let before = world.held(account);
        assert!(world.leave(account).is_success());
        assert_eq!(world.held(account), before + PAID_IN * 3 / 4);
    }
    assert_eq!(world.held(savings), 0);
}

#[test]
fn no_role_shuts_an_exit_that_is_open_and_nothing_else_runs_beside_it() {
    let mut world = World::new();
    let (user, token) = (world.people.user, world.token);
    let opens_at = world.freeze();
    or_skip!(world.chain.move_to(opens_at));
    assert!(world.open().is_success());
    // The governor lifts, hardens and shortens what it can.
    world.govern(&ISavingsGovernance::liftCall {});
    let is_open = ISavings::ExitIsOpen { asset: token };
    or_skip!(world.chain.advance_time(DAY));
    assert_refused(&world.send(user, &deposit(token, 1)), &is_open);
    assert_refused(&world.send(user, &withdraw(token, 1)), &is_open);
    let longer = ISavingsGovernance::configureExitCall {
        asset: token,
        openAfterSecs: 30 * DAY,
        lateSecs: DAY,
    };
    let governor = world.people.governor;
    assert!(
        !world.send(governor, &longer).is_success(),
        "it loosens, and waits"
    );
    assert!(world.leave(user).is_success());
}

#[test]
fn what_ran_for_long_enough_is_no_longer_counted_as_frozen() {
    let mut world = World::new();
    let (guardian, fallback, governor) = (
        world.people.guardian,
        world.people.deployer,
        world.people.governor,
    );
    let opens_at = world.freeze();
    or_skip!(world.chain.move_to(opens_at - HOUR));
    world.govern(&ISavingsGovernance::liftCall {});
    let token = world.token;
    assert!(world
        .send(governor, &ISavings::observeCall { asset: token })
        .is_success());
    // The cool-down of a day runs from the end that the pause was to have.
    or_skip!(world.chain.advance_time(4 * DAY));
    let freeze = ISavingsGovernance::pauseCall {
        state: 4,
        secs: 2 * DAY,
    };
    let spent = world.send(guardian, &freeze);
    assert_refused(
        &spent,
        &ISavingsGovernance::GuardianSpent {
            group: 0,
            caller: guardian,
        },
    );
    assert!(world.send(fallback, &freeze).is_success());
    // Four days of running took off what two days had put on: the exit waits for its two days anew, and not for longer.
    let told = world.send(governor, &ISavings::observeCall { asset: token });
    let opens_at = world.time_of(&told) + 2 * DAY;
    let early = refusal::<ISavings::ExitNotOpen>(&world.open());
    assert_eq!(early.map(|early| early.openAfterSecs), Some(2 * DAY));
    or_skip!(world.chain.move_to(opens_at - 1));
    assert!(!world.open().is_success());
}

#[test]
fn reduce_only_shuts_the_way_in_and_leaves_a_twentieth_out_and_frozen_shuts_both() {
    let mut world = World::new();
    let (user, token, guardian) = (world.people.user, world.token, world.people.guardian);
    let pause = |state| ISavingsGovernance::pauseCall { state, secs: DAY };
    assert_refused(
        &world.send(guardian, &pause(1)),
        &ISavingsGovernance::UnknownState { state: 1 },
    );
    let paused = world.send(guardian, &pause(3));
    let until = world.time_of(&paused) + DAY;
    let shut = |state, kind, retry_at| ISavings::GroupRestricted {
        group: 0,
        state,
        kind,
        retryAt: retry_at,
    };
    assert_refused(&world.send(user, &deposit(token, 1)), &shut(3, 0, until));
    assert!(world.send(user, &withdraw(token, PAID_IN / 20)).is_success());
    let over = refusal::<ISavings::RateLimited>(&world.send(user, &withdraw(token, LARGE)));
    assert_eq!(over.map(|over| over.requested), Some(units(20 * LARGE)));

    let mut world = World::new();
    let (user, token) = (world.people.user, world.token);
    let frozen = world.send(world.people.guardian, &pause(4));
    let until = world.time_of(&frozen) + DAY;
    assert_eq!(world.view(&ISavingsGovernance::pausedUntilCall {}), units(until));
    assert_refused(&world.send(user, &deposit(token, 1)), &shut(4, 0, until));
    assert_refused(&world.send(user, &withdraw(token, 1)), &shut(4, 3, until));
}

#[test]
fn neither_nothing_nor_more_than_an_account_has_is_moved() {
    let mut world = World::new();
    let (user, asset) = (world.people.user, world.token);
    let nothing = ISavings::NothingMoved {};
    assert_refused(&world.send(user, &deposit(asset, 0)), &nothing);
    assert_refused(&world.send(user, &withdraw(asset, 0)), &nothing);
    assert_refused(
        &world.send(user, &withdraw(asset, PAID_IN + 1)),
        &ISavings::MoreThanBalance {
            asset,
            requested: units(PAID_IN + 1),
            balance: units(PAID_IN),
        },
    );
    assert!(world.send(user, &withdraw(asset, PAID_IN)).is_success());
    assert_eq!(world.balance_of(user), 0);
    assert_eq!(world.view(&ISavings::owedCall { asset }), units(PAID_IN));
}

#[test]
fn savings_of_which_some_is_missing_take_nothing_in_and_pay_nobody_before_the_exit() {
    let mut world = World::new();
    let (user, asset, savings) = (world.people.user, world.token, world.savings);
    // A unit is gone: OpenZeppelin's token keeps balances in its first word's map.
    let slot = keccak256((savings, U256::ZERO).abi_encode());
    or_skip!(world
        .chain
        .set_storage(asset, slot.into(), units(2 * PAID_IN - 1)));
    let missing = |owed: u64| ISavings::Insolvent {
        asset,
        locked: units(owed - 1),
        owed: units(owed),
    };
    assert_refused(&world.send(user, &deposit(asset, 10)), &missing(2 * PAID_IN + 10));
    assert_refused(
        &world.send(user, &withdraw(asset, 10)),
        &missing(2 * PAID_IN - 10),
    );
}

#[test]
fn a_token_that_calls_back_enters_by_no_door() {
    let mut world = World::of(Fixture::CallbackToken, |_| ());
    let (user, token, savings) = (world.people.user, world.token, world.savings);
    for inner in [
        deposit(token, 1).abi_encode(),
        withdraw(token, 1).abi_encode(),
        ISavings::takeShareCall { asset: token }.abi_encode(),
    ] {
        let prime = IToken::setCallbackCall {
            target: savings,
            data: inner.into(),
        };
        world.chain.must(user, token, &prime, "a callback").unwrap();
        let out = world.send(user, &withdraw(token, 1_000));
        assert!(out.is_success(), "{out:?}");
        let said = world
            .chain
            .view(user, token, &IToken::lastReturnedCall {})
            .unwrap();
        assert_eq!(said.to_vec(), ISavings::Reentered {}.abi_encode());
    }
}

#[test]
fn an_asset_without_limits_takes_nothing_in() {
    let mut world = World::new();
    let user = world.people.user;
    let savings = world.savings;
    let sent = world
        .chain
        .transact(user, savings, deposit(ETH, 1).abi_encode(), units(1))
        .unwrap();
    assert_refused(&sent, &ISavings::AssetClosed { asset: ETH });
    for input in [
        vec![],
        vec![0xff; 36],
        deposit(ETH, 1).abi_encode()[..67].to_vec(),
    ] {
        let receipt = world.chain.transact(user, savings, input, U256::ZERO).unwrap();
        assert!(!receipt.is_success());
    }
}
