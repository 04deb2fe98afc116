//! Each answer of a manager, encoded by alloy as OpenZeppelin's interface says.

use super::{
    managed::{consuming, Selector},
    *,
};
use crate::{
    abi::Event,
    fixture::{assert_told, chain, last_log, unscheduled, ALICE, BOB, CALL, DAY, OTHER, TOKEN},
    sdk::transient_words,
    timelock::Timelock,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{sol, SolCall, SolEvent, SolValue};
use stylus_sdk::{prelude::*, testing::TestVM};

mod solidity {
    super::sol! {
        event AuthorityUpdated(address authority);
        function canCall(address caller, address target, bytes4 selector) returns (bool immediate, uint32 delay);
        function consumeScheduledOp(address caller, bytes data);
        function isConsumingScheduledOp() returns (bytes4);
    }
}

const MANAGER: Address = TOKEN;

/// Managed by [`MANAGER`], and [`ALICE`] calls.
fn managed() -> (TestVM, AccessManaged) {
    let (test, _) = chain();
    test.set_code(MANAGER, vec![0xfe]);
    let mut managed = AccessManaged::from(&test);
    managed.initialize(MANAGER).unwrap();
    test.set_sender(ALICE);
    (test, managed)
}

fn question(test: &TestVM, caller: Address, data: &[u8]) -> Vec<u8> {
    let selector = Selector::try_from(&data[..4]).unwrap();
    let target = test.contract_address();
    solidity::canCallCall {
        caller,
        target,
        selector,
    }
    .abi_encode()
}

#[test]
fn there_is_a_founder_until_there_is_a_manager() {
    let (test, _) = chain();
    test.set_code(MANAGER, vec![0xfe]);
    test.set_sender(ALICE);
    let mut managed = AccessManaged::from(&test);
    assert_eq!(managed.founder().unwrap().address(), ALICE);
    managed.initialize(MANAGER).unwrap();
    assert_eq!(managed.founder(), Err(AccessDenied { caller: ALICE }.into()));
}

/// The manager answers these bytes when it is asked about this caller and [`CALL`].
fn answers(test: &TestVM, caller: Address, answer: Result<Vec<u8>, Vec<u8>>) {
    test.mock_static_call(MANAGER, question(test, caller, CALL), answer);
}

fn grants(test: &TestVM, caller: Address, immediate: bool, delay: u32) {
    answers(test, caller, Ok((immediate, delay).abi_encode()));
}

/// What was scheduled with the manager is this, or it is not.
fn schedule(test: &TestVM, caller: Address, data: &[u8], ready: bool) {
    let data = Bytes::copy_from_slice(data);
    let request = solidity::consumeScheduledOpCall { caller, data }.abi_encode();
    let answer = if ready { Ok(vec![]) } else { Err(vec![]) };
    test.mock_call(MANAGER, request, U256::ZERO, answer);
}

fn denied(caller: Address) -> GuardError {
    AccessDenied { caller }.into()
}

#[test]
fn what_is_granted_at_once_gives_the_callers_right() {
    let (test, mut managed) = managed();
    // Whatever was scheduled is not asked for.
    schedule(&test, ALICE, CALL, false);
    grants(&test, ALICE, true, 0);
    let access = managed.authorize(CALL).unwrap();
    assert_eq!(access.governor().address(), ALICE);
    assert_eq!(access.guardian().address(), ALICE);
    assert_eq!(access.delay_secs(), 0);
}

#[test]
fn what_is_granted_after_a_delay_has_to_have_been_scheduled() {
    let (test, mut managed) = managed();
    schedule(&test, ALICE, CALL, true);
    grants(&test, ALICE, false, 3_600);
    let access = managed.authorize(CALL).unwrap();
    assert_eq!((access.governor().address(), access.delay_secs()), (ALICE, 3_600));
    schedule(&test, ALICE, CALL, false);
    grants(&test, ALICE, false, u32::MAX);
    let refused = AccessNotScheduled {
        caller: ALICE,
        delay_secs: u32::MAX.into(),
    };
    assert_eq!(managed.authorize(CALL), Err(refused.into()));
    assert!(transient_words().is_empty(), "nothing is being used up");
}

#[test]
fn what_the_manager_grants_to_nobody_is_denied() {
    let (test, mut managed) = managed();
    grants(&test, ALICE, false, 0);
    assert_eq!(managed.authorize(CALL), Err(denied(ALICE)));
    // To another it may be granted.
    test.set_sender(BOB);
    grants(&test, BOB, true, 0);
    assert!(managed.authorize(CALL).is_ok());
}

#[test]
fn an_answer_of_another_form_is_denied() {
    let (test, mut managed) = managed();
    let two = |immediate: U256, delay: U256| (immediate, delay).abi_encode();
    let one = U256::ONE;
    for answer in [
        Ok(vec![]),
        Ok(one.abi_encode()),
        Ok(two(one, one)[..63].to_vec()),
        Ok(two(U256::from(2), one)),
        Ok(two((one << 255usize) | one, U256::ZERO)),
        Ok(two((one << 64usize) | one, U256::ZERO)),
        Ok(two(U256::MAX, U256::ZERO)),
        Ok(two(one, U256::from(1u64 << 32))),
        Ok(two(U256::ZERO, U256::from(1u64 << 32))),
        Ok(two(U256::ZERO, (one << 64usize) | one)),
        Err(two(one, U256::ZERO)),
    ] {
        answers(&test, ALICE, answer.clone());
        assert_eq!(managed.authorize(CALL), Err(denied(ALICE)), "{answer:?}");
    }
    // What comes after the two words is nobody's business.
    let mut longer = two(one, U256::ZERO);
    longer.extend([7; 32]);
    answers(&test, ALICE, Ok(longer));
    assert!(managed.authorize(CALL).is_ok());
}

#[test]
fn data_without_a_function_is_denied() {
    let (test, mut managed) = managed();
    for data in [&[][..], &CALL[..3]] {
        grants(&test, ALICE, true, 0);
        assert_eq!(managed.authorize(data), Err(denied(ALICE)));
    }
    test.mock_static_call(
        MANAGER,
        question(&test, ALICE, b"more than four bytes"),
        Ok((true, 0u32).abi_encode()),
    );
    assert!(
        managed.authorize(b"more").is_ok(),
        "the first four are asked about"
    );
}

#[test]
fn the_manager_is_asked_about_the_function_that_runs() {
    let (test, mut managed) = managed();
    grants(&test, ALICE, false, 0);
    test.mock_static_call(
        MANAGER,
        question(&test, ALICE, b"fees"),
        Ok((true, 0u32).abi_encode()),
    );
    assert_eq!(
        managed.authorize(b"fees").unwrap().governor().address(),
        ALICE,
        "a role that may set fees"
    );
    grants(&test, ALICE, false, 0);
    assert_eq!(managed.authorize(CALL), Err(denied(ALICE)), "and nothing else");
}

#[test]
fn the_whole_call_is_used_up_and_no_other() {
    let (test, mut managed) = managed();
    let other = [CALL, &[1]].concat();
    schedule(&test, ALICE, &other, false);
    schedule(&test, ALICE, CALL, true);
    grants(&test, ALICE, false, 60);
    assert!(managed.authorize(CALL).is_ok());
    assert!(managed
        .authorize(&other)
        .is_err_and(|refused| refused.is::<AccessNotScheduled>()));
}

#[test]
fn the_manager_hears_that_it_is_asked_and_only_then() {
    let (test, mut managed) = managed();
    let answer = solidity::isConsumingScheduledOpCall::SELECTOR;
    assert_eq!(managed.is_consuming_scheduled_op(), Selector::ZERO);
    assert_eq!(
        consuming(|| managed.is_consuming_scheduled_op()),
        Selector::new(answer)
    );
    assert_eq!(managed.is_consuming_scheduled_op(), Selector::ZERO);
    for ready in [true, false] {
        schedule(&test, ALICE, CALL, ready);
        grants(&test, ALICE, false, 60);
        assert_eq!(managed.authorize(CALL).is_ok(), ready);
        assert_eq!(managed.is_consuming_scheduled_op(), Selector::ZERO);
    }
}

/// An access after this delay, and a timelock of a day on a chain of its own.
fn access<'a>(delay: u32) -> (Access<'a>, Timelock) {
    let (test, mut managed) = managed();
    schedule(&test, ALICE, CALL, true);
    grants(&test, ALICE, delay == 0, delay);
    let access = managed.authorize(CALL).unwrap();
    let timelock = crate::fixture::delayed(access.governor());
    (access, timelock)
}

#[test]
fn what_the_manager_delayed_as_long_as_the_timelock_would_does_not_wait_again() {
    for delay in [DAY, DAY + 1] {
        let (access, mut timelock) = access(delay as u32);
        assert_eq!(access.change(&mut timelock).require_waited(), Ok(()), "{delay}");
    }
}

#[test]
fn what_it_granted_at_once_or_after_less_waits_in_the_timelock() {
    for delay in [0, 1, DAY - 1] {
        let (access, mut timelock) = access(delay as u32);
        let waits = access.change(&mut timelock).require_waited();
        assert_eq!(waits, Err(unscheduled(CALL)), "{delay}");
        assert_eq!(access.change(&mut timelock).require_waited_if(false), Ok(()));
    }
}

#[test]
fn a_grant_without_a_delay_is_enough_only_by_name() {
    let (access, mut timelock) = access(0);
    assert!(access.change(&mut timelock).require_waited().is_err());
    assert_eq!(access.change_as_granted().require_waited(), Ok(()));
}

#[test]
fn only_the_manager_hands_over_and_only_to_code() {
    let (test, mut managed) = managed();
    test.set_code(OTHER, vec![0xfe]);
    let before = test.snapshot().storage;
    // Not even one whom the manager lets call it.
    grants(&test, ALICE, true, 0);
    assert_eq!(managed.set_authority(OTHER), Err(denied(ALICE)));
    test.set_sender(MANAGER);
    let nobody = AuthorityWithoutCode { authority: BOB };
    assert_eq!(managed.set_authority(BOB), Err(nobody.into()));
    assert_eq!(test.snapshot().storage, before);
    managed.set_authority(OTHER).unwrap();
    assert_told(&test, AuthorityUpdated { authority: OTHER });
    assert_eq!(managed.authority(), OTHER);
    assert_eq!(managed.set_authority(MANAGER), Err(denied(MANAGER)), "once");
}

#[test]
fn it_begins_with_a_manager_that_has_code() {
    let (test, _) = chain();
    let mut managed = AccessManaged::from(&test);
    let nobody = AuthorityWithoutCode { authority: MANAGER };
    assert_eq!(managed.initialize(MANAGER), Err(nobody.into()));
    assert_eq!(managed.authority(), Address::ZERO);
    test.set_code(MANAGER, vec![0xfe]);
    managed.initialize(MANAGER).unwrap();
    let theirs = solidity::AuthorityUpdated { authority: MANAGER }.encode_log_data();
    let mut log = theirs.topics()[0].to_vec();
    log.extend_from_slice(&theirs.data);
    assert_eq!(last_log(&test), log, "as OpenZeppelin's contracts tell it");
    assert_eq!(AuthorityUpdated::TOPICS, 1);
}

#[test]
fn asking_changes_no_word() {
    let (test, mut managed) = managed();
    let before = test.snapshot().storage;
    schedule(&test, ALICE, CALL, false);
    grants(&test, ALICE, false, 60);
    assert!(managed.authorize(CALL).is_err());
    schedule(&test, ALICE, CALL, true);
    grants(&test, ALICE, false, 60);
    assert!(managed.authorize(CALL).is_ok());
    assert_eq!(test.snapshot().storage, before);
}
