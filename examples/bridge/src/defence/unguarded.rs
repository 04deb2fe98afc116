//! No guards: what most bridges had.

use super::super::BridgeError;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use stylus_sdk::prelude::*;

/// No guards.
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Defence {}

impl Defence {
    pub(crate) fn initialize(&mut self, _governor: Address, _guardian: Address) -> Result<(), BridgeError> {
        Ok(())
    }

    pub(crate) fn before_deposit(&self, _asset: Address) -> Result<(), BridgeError> {
        Ok(())
    }

    pub(crate) fn before_withdrawal(&mut self, _asset: Address, _amount: U256) -> Result<(), BridgeError> {
        Ok(())
    }

    pub(crate) fn at_exit(&self, _asset: Address, _owed: U256) -> Result<(), BridgeError> {
        Ok(())
    }
}
