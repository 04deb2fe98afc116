//! Observe before enforce: each guard of a contract watches, refuses, or refuses and trips.
//!
//! # Design
//! - **A guard that was never set enforces.** A new one is put into shadow on purpose, in the constructor or by a change that waits.
//! - Up the ladder (shadow, enforce, latch) is tightening and done at once; down is loosening and waits, like any other.
//! - In shadow a guard is asked all the same, and what it would have refused with is told ([`GuardWouldRefuse`]): a monitor sees what an
//!   honest user would have met, before the guard is switched on.
//! - One word, read once a transition, and only by methods that name a guard.
//!
//! # Trust assumptions
//! - A limiter in shadow that would have refused is not charged for what passed: its level is lower than what really left.
//! - Latching is for guards whose refusal means that something is wrong with the protocol. A guard that a caller can make refuse at will must only
//!   enforce, or anyone trips it for the price of gas.
//!
//! # The attack
//! A guard is introduced with a bound that is too tight, stops the protocol, and is switched off for good. Or a thief's first call with a governor's key
//! puts the guards into shadow: that waits.

// The storage macro names both.
use crate::{
    abi::{encode_with_bytes, signature_hash, Event},
    events, sdk,
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256};
use portcullis_core::mode::{GuardId, Mode, Modes};
use stylus_sdk::{prelude::*, storage::StorageU256};

events! {
    /// A guard's mode changed. Modes: 0 enforce, 1 shadow, 2 latch.
    GuardModeChanged(guard: u8; previous: u8, mode: u8, loosened: bool);
}

/// A guard in shadow would have refused the call. `reason` is what it would have reverted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardWouldRefuse<'a> {
    /// Which guard.
    pub guard: GuardId,
    /// Whose call.
    pub by: Address,
    /// The revert data that was not.
    pub reason: &'a [u8],
}

impl GuardWouldRefuse<'_> {
    /// The first topic: the hash of the event's signature.
    pub const TOPIC: B256 = signature_hash("GuardWouldRefuse", &["uint8", "address", "bytes"]);
}

impl Event for GuardWouldRefuse<'_> {
    const TOPICS: usize = 3;

    fn encode(&self) -> Vec<u8> {
        encode_with_bytes(
            Self::TOPIC.as_slice(),
            &[&self.guard.number(), &self.by],
            &[],
            self.reason,
        )
    }
}

/// The modes of a contract's guards.
#[storage]
#[derive(crate::StorageLayout)]
pub struct GuardModes {
    /// [`Modes`].
    modes: StorageU256,
}

impl GuardModes {
    /// All of them. Reads one word.
    pub fn all(&self) -> Modes {
        Modes::from_word(self.modes.get())
    }

    /// Sets the mode that a guard begins with. For the contract's constructor, where nobody governs yet.
    ///
    /// # Events
    /// [`GuardModeChanged`].
    pub fn initialize(&mut self, guard: GuardId, mode: Mode) {
        self.change(self.all(), guard, mode);
    }

    /// Sets a guard's mode. A milder one has to have waited.
    ///
    /// # Errors
    /// Those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`GuardModeChanged`], also when the mode is the same.
    pub fn set(&mut self, change: Change<'_>, guard: GuardId, mode: Mode) -> Result<(), GuardError> {
        let modes = self.all();
        change.require_waited_if(mode.is_milder_than(modes.of(guard)))?;
        self.change(modes, guard, mode);
        Ok(())
    }

    fn change(&mut self, modes: Modes, guard: GuardId, mode: Mode) {
        let previous = modes.of(guard);
        self.modes.set(modes.with(guard, mode).to_word());
        sdk::emit(
            self.vm(),
            GuardModeChanged {
                guard: guard.number(),
                previous: previous as u8,
                mode: mode as u8,
                loosened: mode.is_milder_than(previous),
            },
        );
    }
}
