//! The protocol without guards.

use crate::protocol::Protocol;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use stylus_sdk::{abi::Bytes, prelude::*};

/// The protocol without guards.
#[entrypoint]
#[storage]
pub struct Bridge {
    protocol: Protocol,
}

#[public]
impl Bridge {
    /// Names who governs and who pauses, the keepers, and who has how much of the wrapped token.
    #[constructor]
    pub fn constructor(
        &mut self,
        _limits: Address,
        governor: Address,
        guardian: Address,
        keys: Bytes,
        holder: Address,
        wrapped: U256,
    ) -> Result<(), Vec<u8>> {
        Ok(self
            .protocol
            .initialize(governor, guardian, &keys, holder, wrapped)?)
    }

    /// Locks an asset.
    #[payable]
    pub fn deposit(&mut self, asset: Address, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.deposit(asset, amount)?)
    }

    /// A keeper's approval of a message.
    pub fn approve(&mut self, message: B256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.approve(self.vm().msg_sender(), message)?)
    }

    /// Writes a weight into the caller's own book.
    pub fn note(&mut self, message: B256, weight: U256) -> Result<(), Vec<u8>> {
        self.protocol.note(self.vm().msg_sender(), message, weight);
        Ok(())
    }

    /// Pays out of what is locked.
    pub fn withdraw(
        &mut self,
        asset: Address,
        to: Address,
        amount: U256,
        nonce: U256,
    ) -> Result<(), Vec<u8>> {
        Ok(self.protocol.withdraw(asset, to, amount, nonce)?)
    }

    /// Carries out what a message names.
    pub fn execute_message(&mut self, method: Bytes, data: Bytes, nonce: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.execute_message(&method, &data, nonce)?)
    }

    /// Makes wrapped tokens for what was locked.
    pub fn mint(&mut self, to: Address, amount: U256, nonce: U256, book: Address) -> Result<(), Vec<u8>> {
        Ok(self.protocol.mint(to, amount, nonce, book)?)
    }

    /// Gives wrapped tokens back for ETH.
    pub fn redeem(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.redeem(self.vm().msg_sender(), amount)?)
    }

    /// Makes it the next version.
    pub fn upgrade(&mut self) -> Result<(), Vec<u8>> {
        Ok(self.protocol.upgrade(self.vm().msg_sender())?)
    }

    /// Writes the weight that the next version reads.
    pub fn initialize_weight(&mut self) -> Result<(), Vec<u8>> {
        Ok(self.protocol.initialize_weight(self.vm().msg_sender())?)
    }

    /// Stops everything that pays.
    pub fn pause(&mut self) -> Result<(), Vec<u8>> {
        Ok(self.protocol.pause(self.vm().msg_sender())?)
    }

    /// Sets the protocol's own most of a withdrawal; zero is none.
    pub fn set_cap(&mut self, asset: Address, cap: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.set_cap(self.vm().msg_sender(), asset, cap)?)
    }

    /// The keys' hash and their number.
    pub fn keys(&self) -> (B256, U256) {
        self.protocol.keys()
    }

    /// The wrapped supply, what of it an account has, the weight that a message needs, and whether it runs.
    pub fn state(&self, account: Address) -> (U256, U256, U256, bool) {
        (
            self.protocol.supply(),
            self.protocol.wrapped_of(account),
            self.protocol.needed(),
            self.protocol.is_running(),
        )
    }
}
