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
    /// Says what is put up, what its first share costs, what of it is reserves, what may be owed and what a liquidator gets. Who governs is not kept.
    #[constructor]
    #[allow(clippy::too_many_arguments)]
    pub fn constructor(
        &mut self,
        _governor: Address,
        collateral: Address,
        first_price_wad: U256,
        reserves: U256,
        factor_bps: U256,
        incentive_bps: U256,
        holder: Address,
        shares: U256,
    ) {
        self.protocol
            .initialize(collateral, [first_price_wad, reserves, factor_bps, incentive_bps]);
        self.protocol.endow(holder, shares);
    }

    /// Puts up collateral.
    pub fn deposit(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.deposit(self.vm().msg_sender(), amount)?)
    }

    /// Takes an amount of collateral out.
    pub fn withdraw(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.withdraw(self.vm().msg_sender(), amount)?)
    }

    /// Takes shares' worth of collateral out.
    pub fn redeem(&mut self, shares: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.redeem(self.vm().msg_sender(), shares)?)
    }

    /// Lends.
    pub fn borrow(&mut self, asset: Address, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.borrow(self.vm().msg_sender(), asset, amount)?)
    }

    /// Pays for somebody who cannot.
    #[payable]
    pub fn liquidate(&mut self, violator: Address, asset: Address, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self
            .protocol
            .liquidate(self.vm().msg_sender(), violator, asset, amount)?)
    }

    /// What the oracle says. Nobody moves it here.
    pub fn set_price(&mut self, asset: Address, price_wad: U256) {
        self.protocol.set_price(asset, price_wad);
    }

    /// What an account has and owes.
    pub fn account(&self, account: Address, asset: Address) -> (U256, U256) {
        (self.protocol.shares(account), self.protocol.debt(account, asset))
    }

    /// What is held for how many shares, and how many there are.
    pub fn pricing(&self) -> Result<(U256, U256, U256), Vec<u8>> {
        let pricing = self.protocol.pricing()?;
        Ok((pricing.assets, pricing.supply, self.protocol.supply()))
    }

    /// Takes what comes, as what is lent.
    #[receive]
    #[payable]
    pub fn receive(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}
