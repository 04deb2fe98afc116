//! What the tests of several guards share.

use crate::{
    abi::Event,
    authority::{Authority, Council, Governor, Guardian},
    breaker_guard::BreakerGuard,
    deferral_queue::DeferralQueue,
    rate_limiter::RateLimiter,
    scope_key::Scope,
    sdk::next_transaction,
    timelock::{Change, OperationNotReady, Timelock},
    triggers::{DamageTrigger, FindingTrigger, GoneTrigger, HitsTrigger, MoveTrigger, SuspicionTrigger},
    GuardError,
};
use alloc::{collections::BTreeMap, vec, vec::Vec};
use alloy_primitives::{keccak256, Address, B256, U256};
use portcullis_core::breaker::{Config, Measure, Recovery};
use stylus_sdk::{prelude::*, testing::TestVM};

pub(crate) const HOUR: u64 = 3_600;
pub(crate) const DAY: u64 = 86_400;
/// When the tests begin: a midnight.
pub(crate) const START: u64 = 20_000 * DAY;
pub(crate) const TOKEN: Address = Address::repeat_byte(0x70);
pub(crate) const OTHER: Address = Address::repeat_byte(0x71);
pub(crate) const ALICE: Address = Address::repeat_byte(0xa1);
pub(crate) const BOB: Address = Address::repeat_byte(0xb0);
/// The data of a call that asks for a change.
pub(crate) const CALL: &[u8] = b"call";

/// A breaker's settings in the middle of every bound: half-open, an hour's trip, two freezes.
pub(crate) const CONFIG: Config = Config {
    throttle_bps: 2_500,
    exit_bps: 500,
    dwell_secs: 600,
    expiry_secs: HOUR,
    ramp_secs: 2 * HOUR,
    decision_secs: DAY,
    recovery: Recovery::Ramped,
    freezes: 2,
    freeze_back_secs: DAY,
    measure: Measure::Part,
    trip_at_bps: 3_000,
    calm_below_bps: 1_000,
};

/// A contract with every guard that trips or is tripped.
#[storage]
pub(crate) struct House {
    pub(crate) timelock: Timelock,
    pub(crate) breakers: BreakerGuard,
    pub(crate) hits: HitsTrigger,
    pub(crate) gone: GoneTrigger,
    pub(crate) moved: MoveTrigger,
    pub(crate) damage: DamageTrigger,
    pub(crate) suspicion: SuspicionTrigger,
    pub(crate) findings: FindingTrigger,
    pub(crate) queue: DeferralQueue,
    pub(crate) outflow: RateLimiter,
}

pub(crate) fn u(amount: u64) -> U256 {
    U256::from(amount)
}

/// `10^decimals`.
pub(crate) fn one(decimals: u64) -> U256 {
    u(10).pow(u(decimals))
}

pub(crate) fn token() -> Scope {
    Scope::asset(TOKEN)
}

/// A chain at [`START`] whose sender governs, with nothing stored, logged or transient.
pub(crate) fn chain() -> (TestVM, Governor) {
    let (test, governor, _) = chain_at(START);
    (test, governor)
}

/// The same at another time, with the sender's right to guard too.
pub(crate) fn chain_at(now: u64) -> (TestVM, Governor, Guardian) {
    next_transaction();
    let test = TestVM::new();
    test.set_block_timestamp(now);
    let mut authority = Authority::from(&test);
    authority
        .initialize(test.msg_sender(), Address::repeat_byte(1))
        .unwrap();
    let (governor, guardian) = (authority.governor().unwrap(), authority.guardian().unwrap());
    test.clear_storage();
    test.clear_mocks();
    (test, governor, guardian)
}

/// The right of a council, which is the same account.
pub(crate) fn council() -> Council {
    let test = TestVM::new();
    let mut authority = Authority::from(&test);
    authority
        .initialize(test.msg_sender(), Address::repeat_byte(1))
        .unwrap();
    authority.council().unwrap()
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

/// Breakers without settings, and no delay.
pub(crate) fn bare() -> (TestVM, House, Governor) {
    let (test, governor) = chain();
    (test.clone(), House::from(&test), governor)
}

/// Breakers that act by [`CONFIG`].
pub(crate) fn house() -> (TestVM, House, Governor) {
    let (test, mut house, governor) = bare();
    house
        .breakers
        .configure_default(house.timelock.change(&governor, &[]), CONFIG)
        .unwrap();
    (test, house, governor)
}

/// All that is stored, but for words that were set to zero.
pub(crate) fn stored(test: &TestVM) -> BTreeMap<U256, B256> {
    let words = test.snapshot().storage;
    words.into_iter().filter(|(_, word)| !word.is_zero()).collect()
}

/// Every log, topics and data in one.
pub(crate) fn logs(test: &TestVM) -> Vec<Vec<u8>> {
    let log = |(topics, data): (Vec<B256>, Vec<u8>)| {
        let topics = topics.iter().flat_map(|topic| topic.to_vec());
        topics.chain(data).collect()
    };
    test.get_emitted_logs().into_iter().map(log).collect()
}

/// The last log, topics and data in one.
pub(crate) fn last_log(test: &TestVM) -> Vec<u8> {
    logs(test).pop().unwrap()
}

/// That the last log is this event, with as many topics.
#[track_caller]
pub(crate) fn assert_told<E: Event>(test: &TestVM, event: E) {
    let (topics, _) = test.get_emitted_logs().pop().unwrap();
    assert_eq!(topics.len(), E::TOPICS);
    assert_eq!(last_log(test), event.encode());
}

/// What a change that has not waited is refused with, under a delay and with this data.
pub(crate) fn unscheduled(data: &[u8]) -> GuardError {
    OperationNotReady {
        operation: keccak256(data),
        ready_at: 0,
        expires_at: 0,
    }
    .into()
}
