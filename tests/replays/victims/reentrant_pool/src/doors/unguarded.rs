//! Without guards.

use crate::{Pool, PoolError};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use stylus_sdk::prelude::*;

#[public]
impl Pool {
    /// Names the token. Who would govern the guards governs nothing.
    #[constructor]
    pub fn constructor(&mut self, _governor: Address, token: Address) -> Result<(), PoolError> {
        self.token.set(token);
        Ok(())
    }

    /// The pool as it stood. Once, by whoever is first.
    #[payable]
    pub fn seed(&mut self, ether: U256, tokens: U256, supply: U256) -> Result<(), PoolError> {
        self.begin([ether, tokens], supply)
    }

    /// Adds liquidity for shares.
    #[payable]
    pub fn add_liquidity(&mut self, ether: U256, tokens: U256) -> Result<U256, PoolError> {
        self.add([ether, tokens])
    }

    /// Gives shares back for their part of both.
    pub fn remove_liquidity(&mut self, amount: U256) -> Result<(U256, U256), PoolError> {
        self.remove(amount).map(Into::into)
    }

    /// Swaps ether for tokens, or tokens for ether.
    #[payable]
    pub fn exchange(&mut self, ether_in: bool, amount: U256) -> Result<U256, PoolError> {
        self.swap(ether_in, amount)
    }

    /// Ether, tokens and supply.
    pub fn state(&self) -> (U256, U256, U256) {
        let [ether, tokens] = self.balances();
        (ether, tokens, self.supply.get())
    }

    /// An account's shares.
    pub fn shares_of(&self, account: Address) -> U256 {
        self.shares.get(account)
    }

    /// What a share is worth, for whoever prices by it.
    pub fn virtual_price(&self) -> Result<U256, PoolError> {
        self.share_price_wad()
    }
}
