//! What is known of a proxy.

// The storage macro names both.
use super::{
    manager::{address_of, word_of},
    Switch,
};
use crate::implementation::Expected;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::patch::Deployment;
use stylus_sdk::{prelude::*, storage::StorageU256};

/// What is known of a proxy.
#[storage]
pub struct Site {
    /// A [`Deployment`].
    deployment: StorageU256,
    /// The number of its [`Switch`] and one; zero for one that is in nobody's care.
    switch: StorageU256,
    /// The word of the implementation that runs.
    running: StorageU256,
    /// The word of the one before it.
    previous: StorageU256,
    /// The hash of the code of the one before, as it was when it ran.
    previous_code: StorageU256,
    /// The hash of its fragments.
    previous_fragments: StorageU256,
}

impl Site {
    pub(super) fn begin(&mut self, switch: Switch, running: Address) {
        // The cast keeps a number below three.
        self.switch.set(U256::from_limbs([switch as u64 + 1, 0, 0, 0]));
        self.running.set(word_of(running));
    }

    /// What is on record for it is cancelled, so that nothing lies ready if it comes back. Its words stay otherwise.
    pub(super) fn end(&mut self) {
        self.switch.set(U256::ZERO);
        self.set_deployment(self.deployment().cancel_all());
    }

    pub(super) fn switch(&self) -> Option<Switch> {
        let [number, ..] = self.switch.get().into_limbs();
        // The cast keeps what `begin` has put there.
        Switch::of(number.checked_sub(1)? as u8).ok()
    }

    pub(super) fn deployment(&self) -> Deployment {
        Deployment::from_word(self.deployment.get())
    }

    pub(super) fn set_deployment(&mut self, deployment: Deployment) {
        self.deployment.set(deployment.to_word());
    }

    pub(super) fn running(&self) -> Address {
        address_of(self.running.get())
    }

    pub(super) fn set_running(&mut self, running: Address) {
        self.running.set(word_of(running));
    }

    /// The implementation `new` runs from now on, and `old` did, whose code and fragments had these hashes.
    pub(super) fn switched(&mut self, old: Address, [code, fragments]: [B256; 2], new: Address) {
        self.running.set(word_of(new));
        self.previous.set(word_of(old));
        self.previous_code.set(code.into());
        self.previous_fragments.set(fragments.into());
    }

    /// What can be gone back to, and what it has to be. A program has to run, for however long.
    pub(super) fn way_back(&self) -> (Address, Expected) {
        let expected = Expected {
            code_hash: self.previous_code.get().into(),
            fragments: self.previous_fragments.get().into(),
            min_secs_left: 0,
        };
        (address_of(self.previous.get()), expected)
    }
}
