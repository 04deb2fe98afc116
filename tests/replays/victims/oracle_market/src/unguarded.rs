//! The protocol without guards.

use crate::protocol::Protocol;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use stylus_sdk::prelude::*;

/// The protocol without guards.
#[entrypoint]
#[storage]
pub struct Lending {
    protocol: Protocol,
}

#[public]
impl Lending {
    /// Says what is put up and lent, what may be owed, what a loan costs, the price, and what others had and owed. Who governs is not kept.
    #[constructor]
    #[allow(clippy::too_many_arguments)]
    pub fn constructor(
        &mut self,
        _governor: Address,
        collateral: Address,
        lent: Address,
        factor_bps: U256,
        fee_wad: U256,
        price_wad: U256,
        others: Address,
        put_up: U256,
        debt: U256,
    ) {
        self.protocol
            .initialize(collateral, lent, [factor_bps, fee_wad, price_wad]);
        self.protocol.endow(others, put_up, debt);
    }

    /// Puts up collateral.
    pub fn deposit(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.deposit(self.vm().msg_sender(), amount)?)
    }

    /// Takes collateral out.
    pub fn withdraw(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.withdraw(self.vm().msg_sender(), amount)?)
    }

    /// Opens a position.
    pub fn trade(&mut self, size: U256) -> Result<(), Vec<u8>> {
        let by = self.vm().msg_sender();
        self.protocol.trade(by, size);
        Ok(())
    }

    /// Lends.
    pub fn borrow(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.borrow(self.vm().msg_sender(), amount)?)
    }

    /// Takes all of an account that cannot pay.
    pub fn liquidate(&mut self, violator: Address) -> Result<(), Vec<u8>> {
        Ok(self.protocol.liquidate(self.vm().msg_sender(), violator)?)
    }

    /// The price moved: anybody says so, which is the fault.
    pub fn post_price(&mut self, price_wad: U256) -> Result<(), Vec<u8>> {
        self.protocol.post_price(price_wad);
        Ok(())
    }

    /// What an account has put up, owes, and has gained.
    pub fn account(&self, account: Address) -> Result<(U256, U256, U256), Vec<u8>> {
        let profit = self.protocol.profit(account)?;
        Ok((self.protocol.put_up(account), self.protocol.debt(account), profit))
    }

    /// The price, and what is owed in all.
    pub fn market(&self) -> (U256, U256) {
        (self.protocol.price_wad(), self.protocol.total_debt())
    }
}
