//! The words that ArbOS keeps about programs, in the storage of its own account and so journaled like any other.

use super::Executor;
use crate::arbos::{DataPricer, Program};
use crate::config::ARBOS_STATE;
use alloy_primitives::{keccak256, B256, U256};
use revm::context_interface::JournalTr;

/// A word of ArbOS's storage. The layout is this chain's own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slot {
    /// A program's entry, by the hash of its code.
    Program(B256),
    /// The hash of what runs for a program.
    Module(B256),
    /// The demand for room.
    DataPricer,
}

impl Slot {
    pub(crate) fn key(self) -> U256 {
        let (space, key) = match self {
            Self::Program(hash) => (1, hash),
            Self::Module(hash) => (2, hash),
            Self::DataPricer => (3, B256::ZERO),
        };
        let mut name = [space; 33];
        name[1..].copy_from_slice(key.as_slice());
        U256::from_be_bytes(keccak256(name).0)
    }
}

impl Executor<'_> {
    pub(crate) fn arbos_word(&mut self, slot: Slot) -> B256 {
        let Ok(word) = self.journal().sload(ARBOS_STATE, slot.key());
        B256::from(word.data)
    }

    pub(crate) fn set_arbos_word(&mut self, slot: Slot, word: B256) {
        let value = U256::from_be_bytes(word.0);
        self.journal().touch_account(ARBOS_STATE);
        let Ok(_) = self.journal().sstore(ARBOS_STATE, slot.key(), value);
    }

    pub(crate) fn program_entry(&mut self, code_hash: B256) -> Program {
        if let Some(beneath) = self.world.state.beneath() {
            beneath.learn_program(code_hash, self.world.params);
        }
        Program::decode(self.arbos_word(Slot::Program(code_hash)))
    }

    pub(crate) fn set_program_entry(&mut self, code_hash: B256, program: &Program) {
        self.set_arbos_word(Slot::Program(code_hash), program.encode());
    }

    /// Charges the data fee of a program of this size, in wei.
    pub(crate) fn charge_data(&mut self, bytes: u32) -> U256 {
        let now = self.now();
        let mut pricer = DataPricer::decode(self.arbos_word(Slot::DataPricer));
        let fee = pricer.charge(bytes, now);
        self.set_arbos_word(Slot::DataPricer, pricer.encode());
        fee
    }
}
