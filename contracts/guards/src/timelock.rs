//! Loosening waits: a change that lets more pass is scheduled first, in the open, and carried out after a delay.
//!
//! # Design
//! - **Every setter is on one side of the line.** It takes a [`Change`], which only [`Timelock::change`] makes out of the governor's
//!   right and the call's own data. A change that tightens is carried out at once; one that loosens asks [`Change::require_waited`],
//!   which is true once for an operation that was scheduled and whose time has come.
//! - **An operation is the data of the call that will carry it out.** Scheduling names what will happen in full, and the event repeats it:
//!   a wallet decodes it as it decodes any call, and nobody signs a hash that could be anything.
//! - **A contract starts without a delay**, so that its deployer can set it up; [`Timelock::set_delay`] is the last step. Making the delay longer is
//!   instant, making it shorter waits the old delay. [`portcullis_core::timelock`] bounds both times.
//! - A governor that is a timelock already says so by name ([`Change::waited_elsewhere`]); nothing is exempt by accident.
//! - Whoever guards may cancel: that is a tightening. A guardian who cancels everything is replaced by the governor, which
//!   does not wait.
//!
//! # Trust assumptions
//! - The contract hands every setter the data of the call that runs, and no other's.
//! - Somebody watches for [`OperationScheduled`]: the delay is the time to leave or to cancel.
//!
//! # The attack
//! A governor's key that was stolen raises a limit and empties the contract in one transaction. Here everyone sees the call days before.

// The storage macro names both.
use crate::{
    abi::{encode_with_bytes, signature_hash, Event},
    authority::{Governor, Guardian},
    errors, events, sdk, GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{B256, U256};
use portcullis_core::timelock::{self, Delay, Operation, MAX_DELAY_SECS};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

/// A change was scheduled: it may be carried out from `readyAt` on and no longer at `expiresAt`. `data` is the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationScheduled<'a> {
    /// The hash of the call's data.
    pub operation: B256,
    /// The first second at which the call is carried out.
    pub ready_at: u64,
    /// The first second at which it no longer is.
    pub expires_at: u64,
    /// The call's data.
    pub data: &'a [u8],
}

impl OperationScheduled<'_> {
    /// The first topic: the hash of the event's signature.
    pub const TOPIC: B256 = signature_hash("OperationScheduled", &["bytes32", "uint64", "uint64", "bytes"]);
}

impl Event for OperationScheduled<'_> {
    const TOPICS: usize = 2;

    fn encode(&self) -> Vec<u8> {
        encode_with_bytes(
            Self::TOPIC.as_slice(),
            &[&self.operation],
            &[&self.ready_at, &self.expires_at],
            self.data,
        )
    }
}

events! {
    /// A scheduled change was carried out.
    OperationExecuted(operation: B256;);
    /// A scheduled change will not be carried out.
    OperationCancelled(operation: B256; by: alloy_primitives::Address);
    /// Loosening waits for another time from now on.
    DelayChanged(; previous_secs: u64, secs: u64);
}

errors! {
    /// The change cannot be made now: it loosens and has not waited. `readyAt` lies ahead, or `expiresAt` has come, or both are zero
    /// as it was never scheduled, was carried out or was cancelled.
    OperationNotReady(operation: B256, ready_at: u64, expires_at: u64);
    /// The change is scheduled already.
    OperationPending(operation: B256, ready_at: u64, expires_at: u64);
    /// The delay is longer than the maximum.
    DelayTooLong(secs: u64, maximum_secs: u64);
}

/// The delay, and what is scheduled.
#[storage]
#[derive(crate::StorageLayout)]
pub struct Timelock {
    delay_secs: StorageU256,
    /// An [`Operation`] for each hash of a call's data.
    operations: StorageMap<B256, StorageU256>,
}

/// A change by the governor that may have to wait.
pub struct Change<'a>(Option<Pending<'a>>);

/// A call, and where it is scheduled.
struct Pending<'a> {
    timelock: &'a mut Timelock,
    data: &'a [u8],
}

impl Change<'_> {
    /// A change that needs not wait here, because the governor is itself a timelock: what it asks for has waited there.
    pub fn waited_elsewhere(_by: &Governor) -> Self {
        Self(None)
    }

    /// Requires that this change has waited. For what loosens.
    ///
    /// # Errors
    /// [`OperationNotReady`].
    ///
    /// # Events
    /// [`OperationExecuted`].
    pub fn require_waited(self) -> Result<(), GuardError> {
        match self.0 {
            Some(Pending { timelock, data }) => timelock.carry_out(data),
            None => Ok(()),
        }
    }

    /// The same when `loosens`; nothing otherwise.
    ///
    /// # Errors
    /// Those of [`Change::require_waited`].
    pub fn require_waited_if(self, loosens: bool) -> Result<(), GuardError> {
        if loosens {
            self.require_waited()
        } else {
            Ok(())
        }
    }
}

impl Timelock {
    /// The right to a change, of the governor, with the data of the call that asks for it.
    pub fn change<'a>(&'a mut self, _by: &Governor, data: &'a [u8]) -> Change<'a> {
        Change(Some(Pending { timelock: self, data }))
    }

    /// Schedules a call of this contract.
    ///
    /// # Errors
    /// [`OperationPending`] when it is scheduled already.
    ///
    /// # Events
    /// [`OperationScheduled`].
    pub fn schedule(&mut self, _by: &Governor, data: &[u8]) -> Result<B256, GuardError> {
        let operation = self.vm().native_keccak256(data);
        let now = self.vm().block_timestamp();
        let stored = self.stored(operation);
        let scheduled = stored.schedule(self.delay(), now).ok_or(OperationPending {
            operation,
            ready_at: stored.ready_at,
            expires_at: stored.expires_at,
        })?;
        self.operations.insert(operation, scheduled.to_word());
        sdk::emit(
            self.vm(),
            OperationScheduled {
                operation,
                ready_at: scheduled.ready_at,
                expires_at: scheduled.expires_at,
                data,
            },
        );
        Ok(operation)
    }

    /// Takes a scheduled change back.
    ///
    /// # Errors
    /// [`OperationNotReady`] when there is none, or it has expired.
    ///
    /// # Events
    /// [`OperationCancelled`].
    pub fn cancel(&mut self, by: &Guardian, operation: B256) -> Result<(), GuardError> {
        self.take(operation, Operation::is_pending)?;
        sdk::emit(
            self.vm(),
            OperationCancelled {
                operation,
                by: by.address(),
            },
        );
        Ok(())
    }

    /// Sets how long loosening waits. A shorter delay waits the old one; a longer one holds at once, and for what is scheduled
    /// after it.
    ///
    /// # Errors
    /// [`DelayTooLong`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`DelayChanged`].
    pub fn set_delay(&mut self, _by: &Governor, data: &[u8], secs: u64) -> Result<(), GuardError> {
        let to = Delay::new(secs).map_err(|timelock::DelayTooLong { secs }| DelayTooLong {
            secs,
            maximum_secs: MAX_DELAY_SECS,
        })?;
        let previous = self.delay();
        if to < previous {
            self.carry_out(data)?;
        }
        self.delay_secs.set(U256::from(to.secs()));
        sdk::emit(
            self.vm(),
            DelayChanged {
                previous_secs: previous.secs(),
                secs: to.secs(),
            },
        );
        Ok(())
    }

    /// How long loosening waits.
    pub fn delay(&self) -> Delay {
        let [secs, ..] = self.delay_secs.get().into_limbs();
        // Invariant: only `set_delay` writes it, and no more than the maximum.
        Delay::new(secs).unwrap_or(Delay::NONE)
    }

    /// When an operation is ready and when it expires, or zeros when it is not scheduled.
    pub fn times(&self, operation: B256) -> (u64, u64) {
        let Operation { ready_at, expires_at } = self.stored(operation);
        (ready_at, expires_at)
    }

    fn stored(&self, operation: B256) -> Operation {
        Operation::from_word(self.operations.get(operation))
    }

    fn carry_out(&mut self, data: &[u8]) -> Result<(), GuardError> {
        if self.delay() == Delay::NONE {
            return Ok(());
        }
        let operation = self.vm().native_keccak256(data);
        self.take(operation, Operation::is_ready)?;
        sdk::emit(self.vm(), OperationExecuted { operation });
        Ok(())
    }

    /// Removes an operation for which `may` holds now.
    fn take(&mut self, operation: B256, may: fn(Operation, u64) -> bool) -> Result<(), GuardError> {
        let stored = self.stored(operation);
        if !may(stored, self.vm().block_timestamp()) {
            return Err(OperationNotReady {
                operation,
                ready_at: stored.ready_at,
                expires_at: stored.expires_at,
            }
            .into());
        }
        self.operations.insert(operation, U256::ZERO);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{assert_told, chain_at, DAY};
    use alloy_primitives::keccak256;
    use alloy_sol_types::{sol, SolEvent};
    use stylus_sdk::testing::TestVM;

    mod solidity {
        super::sol! {
            event OperationScheduled(bytes32 indexed operation, uint64 readyAt, uint64 expiresAt, bytes data);
        }
    }

    const CALL: &[u8] = &[1, 2, 3, 4, 5];

    fn timelock() -> (TestVM, Timelock, Governor, Guardian) {
        let (test, governor, guardian) = chain_at(1_000);
        (test.clone(), Timelock::from(&test), governor, guardian)
    }

    fn delayed() -> (TestVM, Timelock, Governor, Guardian) {
        let (test, mut timelock, governor, guardian) = timelock();
        timelock.set_delay(&governor, &[], 2 * DAY).unwrap();
        (test, timelock, governor, guardian)
    }

    fn last_log(test: &TestVM) -> (Vec<B256>, Vec<u8>) {
        test.get_emitted_logs().pop().unwrap()
    }

    fn unscheduled(operation: B256) -> GuardError {
        OperationNotReady {
            operation,
            ready_at: 0,
            expires_at: 0,
        }
        .into()
    }

    #[test]
    fn without_a_delay_a_change_is_carried_out_at_once() {
        let (_, mut timelock, governor, _) = timelock();
        assert_eq!(timelock.change(&governor, CALL).require_waited(), Ok(()));
        assert_eq!(timelock.delay(), Delay::NONE);
    }

    #[test]
    fn what_loosens_waits_and_what_tightens_does_not() {
        let (test, mut timelock, governor, _) = delayed();
        let operation = keccak256(CALL);
        assert_eq!(
            timelock.change(&governor, CALL).require_waited_if(true),
            Err(unscheduled(operation))
        );
        assert_eq!(timelock.change(&governor, CALL).require_waited_if(false), Ok(()));
        assert_eq!(timelock.schedule(&governor, CALL), Ok(operation));
        let ready_at = 1_000 + 2 * DAY;
        assert_eq!(timelock.times(operation), (ready_at, ready_at + 14 * DAY));
        for now in [1_000, ready_at - 1] {
            test.set_block_timestamp(now);
            assert_eq!(
                timelock.change(&governor, CALL).require_waited(),
                Err(OperationNotReady {
                    operation,
                    ready_at,
                    expires_at: ready_at + 14 * DAY
                }
                .into())
            );
        }
        test.set_block_timestamp(ready_at);
        assert_eq!(timelock.change(&governor, CALL).require_waited(), Ok(()));
        let (topics, data) = last_log(&test);
        assert_eq!(
            (topics, data),
            (vec![OperationExecuted::TOPIC, operation], vec![])
        );
        assert_eq!(
            timelock.change(&governor, CALL).require_waited(),
            Err(unscheduled(operation)),
            "once"
        );
        assert_eq!(timelock.times(operation), (0, 0));
    }

    #[test]
    fn another_call_has_not_waited() {
        let (test, mut timelock, governor, _) = delayed();
        timelock.schedule(&governor, CALL).unwrap();
        test.set_block_timestamp(1_000 + 2 * DAY);
        let other = [1, 2, 3, 4, 6];
        assert_eq!(
            timelock.change(&governor, &other).require_waited(),
            Err(unscheduled(keccak256(other)))
        );
    }

    #[test]
    fn it_expires() {
        let (test, mut timelock, governor, guardian) = delayed();
        let operation = timelock.schedule(&governor, CALL).unwrap();
        let expired_at = 1_000 + 16 * DAY;
        test.set_block_timestamp(expired_at);
        let expired = Err(GuardError::from(OperationNotReady {
            operation,
            ready_at: 1_000 + 2 * DAY,
            expires_at: expired_at,
        }));
        assert_eq!(timelock.change(&governor, CALL).require_waited(), expired);
        assert_eq!(timelock.cancel(&guardian, operation), expired);
        assert_eq!(timelock.schedule(&governor, CALL), Ok(operation), "and again");
    }

    #[test]
    fn it_is_not_scheduled_twice() {
        let (test, mut timelock, governor, _) = delayed();
        let operation = timelock.schedule(&governor, CALL).unwrap();
        let before = test.snapshot().storage;
        let ready_at = 1_000 + 2 * DAY;
        let pending = OperationPending {
            operation,
            ready_at,
            expires_at: ready_at + 14 * DAY,
        };
        for now in [1_000, ready_at, ready_at + 14 * DAY - 1] {
            test.set_block_timestamp(now);
            assert_eq!(timelock.schedule(&governor, CALL), Err(pending.into()));
        }
        assert_eq!(test.snapshot().storage, before);
    }

    #[test]
    fn the_guardian_cancels() {
        let (test, mut timelock, governor, guardian) = delayed();
        let operation = timelock.schedule(&governor, CALL).unwrap();
        timelock.cancel(&guardian, operation).unwrap();
        let cancelled = OperationCancelled {
            operation,
            by: guardian.address(),
        };
        let (topics, data) = last_log(&test);
        let log: Vec<u8> = topics
            .iter()
            .flat_map(|topic| topic.to_vec())
            .chain(data)
            .collect();
        assert_eq!(log, cancelled.encode());
        let gone = Err(unscheduled(operation));
        assert_eq!(timelock.cancel(&guardian, operation), gone);
        test.set_block_timestamp(1_000 + 2 * DAY);
        assert_eq!(timelock.change(&governor, CALL).require_waited(), gone);
    }

    #[test]
    fn a_shorter_delay_waits_the_old_one_and_a_longer_one_does_not() {
        let (test, mut timelock, governor, _) = delayed();
        timelock.set_delay(&governor, CALL, 3 * DAY).unwrap();
        assert_eq!(timelock.delay(), Delay::new(3 * DAY).unwrap());
        assert_eq!(
            timelock.set_delay(&governor, CALL, 3 * DAY - 1),
            Err(unscheduled(keccak256(CALL)))
        );
        timelock.schedule(&governor, CALL).unwrap();
        test.set_block_timestamp(1_000 + 3 * DAY);
        timelock.set_delay(&governor, CALL, 3 * DAY - 1).unwrap();
        assert_eq!(timelock.delay().secs(), 3 * DAY - 1);
        assert_eq!(
            timelock.set_delay(&governor, CALL, 30 * DAY + 1),
            Err(DelayTooLong {
                secs: 30 * DAY + 1,
                maximum_secs: 30 * DAY
            }
            .into())
        );
    }

    /// OpenZeppelin's AccessManager: a delay that goes from seven days to none does after max(5 days, 7 days). Ours waits the old delay, whatever it is:
    /// one of less than five days does not wait five.
    #[test]
    fn access_manager_no_delay_holds_only_after_the_old_one() {
        for (secs, waits) in [(7 * DAY, 7 * DAY), (2 * DAY, 2 * DAY)] {
            let (test, mut timelock, governor, _) = timelock();
            timelock.set_delay(&governor, &[], secs).unwrap();
            timelock.schedule(&governor, CALL).unwrap();
            test.set_block_timestamp(1_000 + waits - 1);
            assert!(timelock.set_delay(&governor, CALL, 0).is_err());
            test.set_block_timestamp(1_000 + waits);
            timelock.set_delay(&governor, CALL, 0).unwrap();
            assert_eq!(timelock.delay(), Delay::NONE);
        }
    }

    #[test]
    fn the_event_carries_the_call_as_solidity_encodes_it() {
        let (test, mut timelock, governor, _) = delayed();
        for size in [0, 1, 31, 32, 33] {
            let call = vec![7; size];
            let operation = timelock.schedule(&governor, &call).unwrap();
            let ready_at = 1_000 + 2 * DAY;
            let theirs = solidity::OperationScheduled {
                operation,
                readyAt: ready_at,
                expiresAt: ready_at + 14 * DAY,
                data: call.into(),
            };
            let log = theirs.encode_log_data();
            assert_eq!(
                last_log(&test),
                (log.topics().to_vec(), log.data.to_vec()),
                "{size}"
            );
        }
    }

    #[test]
    fn the_same_delay_again_does_not_wait_and_every_change_of_it_is_told() {
        let (test, mut timelock, governor, _) = timelock();
        for (previous_secs, secs) in [(0, 2 * DAY), (2 * DAY, 2 * DAY), (2 * DAY, 30 * DAY)] {
            timelock.set_delay(&governor, CALL, secs).unwrap();
            assert_told(&test, DelayChanged { previous_secs, secs });
        }
    }
}
