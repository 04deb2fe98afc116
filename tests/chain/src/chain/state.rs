//! Looking at the state, and changing it by hand.

use super::Chain;
use crate::arbos::Program;
use crate::config::ARBOS_STATE;
use crate::evm::Slot;
use crate::state::AccountDump;
use alloy_primitives::{Address, Bytes, B256, U256};

impl Chain {
    /// An account's balance in wei.
    #[must_use]
    pub fn balance(&self, address: Address) -> U256 {
        let account = self.live.state.account(address);
        account.map_or(U256::ZERO, |account| account.balance)
    }

    /// An account's nonce.
    #[must_use]
    pub fn nonce(&self, address: Address) -> u64 {
        let account = self.live.state.account(address);
        account.map_or(0, |account| account.nonce)
    }

    /// An account's code.
    #[must_use]
    pub fn code(&self, address: Address) -> Bytes {
        self.live.state.code(address)
    }

    /// A word of an account's storage.
    #[must_use]
    pub fn storage(&self, address: Address, key: U256) -> U256 {
        self.live.state.storage(address, key)
    }

    /// The registry's entry for code with this hash, active or not.
    #[must_use]
    pub fn program(&self, code_hash: B256) -> Program {
        let word = self
            .live
            .state
            .storage(ARBOS_STATE, Slot::Program(code_hash).key());
        Program::decode(B256::from(word))
    }

    /// The whole state, sorted; equal for equal histories.
    #[must_use]
    pub fn dump(&self) -> Vec<AccountDump> {
        self.live.state.dump()
    }

    /// Sets an account's balance.
    pub fn set_balance(&mut self, address: Address, balance: U256) {
        self.live.state.set_balance(address, balance);
    }

    /// Sets an account's nonce.
    pub fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.live.state.set_nonce(address, nonce);
    }

    /// Sets an account's code. A program's code still has to be activated.
    pub fn set_code(&mut self, address: Address, code: impl Into<Bytes>) {
        self.live.state.set_code(address, code.into());
    }

    /// Sets a word of an account's storage.
    pub fn set_storage(&mut self, address: Address, key: U256, value: U256) {
        self.live.state.set_storage(address, key, value);
    }
}
