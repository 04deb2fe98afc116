//! The wallet without guards.

use crate::protocol::{Operation, Protocol};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use stylus_sdk::{abi::Bytes, prelude::*};

/// The wallet without guards.
#[entrypoint]
#[storage]
pub struct Wallet {
    protocol: Protocol,
}

#[public]
impl Wallet {
    /// Locks the code itself.
    #[constructor]
    pub fn constructor(&mut self) -> Result<(), Vec<u8>> {
        self.protocol.lock();
        Ok(())
    }

    /// Names the owners, and how many have to approve. Who would set the guards sets nothing.
    pub fn set_up(
        &mut self,
        owners: Vec<Address>,
        threshold: U256,
        _governor: Address,
        _tokens: Vec<Address>,
    ) -> Result<(), Vec<u8>> {
        Ok(self.protocol.set_up(&owners, threshold)?)
    }

    /// An owner's approval of an operation.
    pub fn approve(&mut self, operation: B256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.approve(self.vm().msg_sender(), operation)?)
    }

    /// Calls somebody as enough owners have approved.
    pub fn execute(&mut self, to: Address, value: U256, data: Bytes, delegated: bool) -> Result<(), Vec<u8>> {
        Ok(self.protocol.execute(&Operation {
            to,
            value,
            data: &data,
            delegated,
        })?)
    }

    /// Takes ether.
    #[receive]
    #[payable]
    pub fn receive(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    /// What owners approve, when it is the next operation.
    pub fn operation(&self, to: Address, value: U256, data: Bytes, delegated: bool) -> B256 {
        self.protocol.hash(&Operation {
            to,
            value,
            data: &data,
            delegated,
        })
    }

    /// The number of the next operation, and whose code runs.
    pub fn state(&self) -> (U256, Address) {
        (self.protocol.nonce(), self.protocol.implementation())
    }
}
