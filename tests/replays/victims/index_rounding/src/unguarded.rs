//! The protocol without guards.

use crate::protocol::Protocol;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use stylus_sdk::{abi::Bytes, prelude::*};

/// The protocol without guards.
#[entrypoint]
#[storage]
pub struct Lending {
    protocol: Protocol,
}

#[public]
impl Lending {
    /// Says what is put up, what a share of it is worth at first, what a flash loan costs and what may be owed. Who governs is not kept.
    #[constructor]
    pub fn constructor(
        &mut self,
        _governor: Address,
        collateral: Address,
        index_ray: U256,
        fee_bps: U256,
        factor_bps: U256,
    ) {
        self.protocol
            .initialize(collateral, index_ray, [fee_bps, factor_bps]);
    }

    /// Puts up collateral.
    pub fn deposit(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.deposit(self.vm().msg_sender(), amount)?)
    }

    /// Takes collateral out.
    pub fn withdraw(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.withdraw(self.vm().msg_sender(), amount)?)
    }

    /// Lends collateral for as long as a call takes.
    pub fn flash_loan(&mut self, amount: U256, data: Bytes) -> Result<(), Vec<u8>> {
        self.protocol.flash_loan(self.vm().msg_sender(), amount, &data)
    }

    /// Lends.
    pub fn borrow(&mut self, asset: Address, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.borrow(self.vm().msg_sender(), asset, amount)?)
    }

    /// What the oracle says. Nobody moves it here.
    pub fn set_price(&mut self, asset: Address, price_wad: U256) {
        self.protocol.set_price(asset, price_wad);
    }

    /// What an account has and owes.
    pub fn account(&self, account: Address, asset: Address) -> (U256, U256) {
        (self.protocol.shares(account), self.protocol.debt(account, asset))
    }

    /// What a share is worth, scaled by 10^27, and how many there are.
    pub fn market(&self) -> (U256, U256) {
        (self.protocol.index_ray(), self.protocol.supply())
    }
}
