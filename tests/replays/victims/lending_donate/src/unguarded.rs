//! The protocol without guards.

use crate::protocol::{Protocol, Terms};
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
    /// Says how shares are counted and what may be owed. Who governs is not kept: there is nothing to govern.
    #[constructor]
    #[allow(clippy::too_many_arguments)]
    pub fn constructor(
        &mut self,
        _governor: Address,
        lent: Address,
        collateral: Address,
        token_per_share: (U256, U256),
        value_per_share: (U256, U256),
        factor_bps: U256,
        discount_bps: U256,
        reserve_fee_bps: U256,
    ) {
        self.protocol.initialize(&Terms {
            lent,
            collateral,
            token_per_share: token_per_share.into(),
            value_per_share: value_per_share.into(),
            factor_bps,
            discount_bps,
            reserve_fee_bps,
        });
    }

    /// Puts up collateral.
    pub fn deposit(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.deposit(self.vm().msg_sender(), amount)?)
    }

    /// Takes collateral out.
    pub fn withdraw(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.withdraw(self.vm().msg_sender(), amount)?)
    }

    /// Collateral and debt at once.
    pub fn mint_self(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.mint_self(self.vm().msg_sender(), amount)?)
    }

    /// Lends.
    pub fn borrow(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.borrow(self.vm().msg_sender(), amount)?)
    }

    /// Pays a debt back.
    pub fn repay(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.repay(self.vm().msg_sender(), amount)?)
    }

    /// Gives collateral to the reserves.
    pub fn donate(&mut self, shares: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.donate(self.vm().msg_sender(), shares)?)
    }

    /// Takes all collateral out.
    pub fn emergency_withdraw(&mut self) -> Result<(), Vec<u8>> {
        Ok(self.protocol.emergency_withdraw(self.vm().msg_sender())?)
    }

    /// Takes a debt over.
    pub fn liquidate(&mut self, violator: Address, debt: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.liquidate(self.vm().msg_sender(), violator, debt)?)
    }

    /// Sells what the pool holds.
    pub fn swap(&mut self, out: Address, paid: U256, received: U256, unit: U256) -> Result<(), Vec<u8>> {
        Ok(self
            .protocol
            .swap(self.vm().msg_sender(), out, paid, received, unit)?)
    }

    /// An account's shares and debt.
    pub fn account(&self, account: Address) -> (U256, U256) {
        (self.protocol.shares(account), self.protocol.debt(account))
    }

    /// What an account's shares are worth.
    pub fn value_of(&self, account: Address) -> Result<U256, Vec<u8>> {
        Ok(self.protocol.account(account)?.collateral)
    }
}
