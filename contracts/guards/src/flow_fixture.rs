//! What the tests of the modules that count flows share.

use crate::{
    abi::Event,
    authority::{Authority, Governor},
    sdk::next_transaction,
    timelock::{Change, OperationNotReady, Timelock},
    GuardError,
};
use alloc::{collections::BTreeMap, vec::Vec};
use alloy_primitives::{keccak256, Address, B256, U256};
use stylus_sdk::{prelude::*, testing::TestVM};

pub(crate) const DAY: u64 = 86_400;
/// When the tests begin: a midnight.
pub(crate) const START: u64 = 20_000 * DAY;
pub(crate) const TOKEN: Address = Address::repeat_byte(0x70);
pub(crate) const OTHER: Address = Address::repeat_byte(0x71);
pub(crate) const ALICE: Address = Address::repeat_byte(0xa1);
pub(crate) const BOB: Address = Address::repeat_byte(0xb0);
/// The data of the call that asks for a change.
pub(crate) const CALL: &[u8] = b"call";

pub(crate) fn u(amount: u64) -> U256 {
    U256::from(amount)
}

/// `10^decimals`.
pub(crate) fn one(decimals: u64) -> U256 {
    u(10).pow(u(decimals))
}

/// A chain at [`START`] whose sender governs, with nothing stored, logged or transient.
pub(crate) fn chain() -> (TestVM, Governor) {
    next_transaction();
    let test = TestVM::new();
    test.set_block_timestamp(START);
    let mut authority = Authority::from(&test);
    authority
        .initialize(test.msg_sender(), Address::repeat_byte(1))
        .unwrap();
    let governor = authority.governor().unwrap();
    test.clear_storage();
    test.clear_mocks();
    (test, governor)
}

/// A change that does not wait, whatever it does.
pub(crate) fn now(by: &Governor) -> Change<'static> {
    Change::waited_elsewhere(by)
}

/// A timelock with a delay, on a chain of its own so that its words are not counted.
pub(crate) fn delayed(by: &Governor) -> Timelock {
    let mut timelock = Timelock::from(&TestVM::new());
    timelock.set_delay(by, &[], DAY).unwrap();
    timelock
}

/// What a change that has not waited is refused with.
pub(crate) fn unscheduled() -> GuardError {
    OperationNotReady {
        operation: keccak256(CALL),
        ready_at: 0,
        expires_at: 0,
    }
    .into()
}

/// All that is stored, but for words that were set to zero.
pub(crate) fn stored(test: &TestVM) -> BTreeMap<U256, B256> {
    let words = test.snapshot().storage;
    words.into_iter().filter(|(_, word)| !word.is_zero()).collect()
}

/// That the last log is this event, with as many topics.
#[track_caller]
pub(crate) fn assert_told<E: Event>(test: &TestVM, event: E) {
    let (topics, data) = test.get_emitted_logs().pop().unwrap();
    assert_eq!(topics.len(), E::TOPICS);
    let log: Vec<u8> = topics
        .iter()
        .flat_map(|topic| topic.to_vec())
        .chain(data)
        .collect();
    assert_eq!(log, event.encode());
}
