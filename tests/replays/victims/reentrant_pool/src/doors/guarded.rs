//! With guards.

use crate::{
    defence::{FLOWS, POOL_VALUE, SHARE_PRICE, SUPPLY},
    Pool, PoolError,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use portcullis::{
    asset::ETH,
    core_types::mode::Modes,
    guarded,
    transition::{Flows, Moded},
    GuardError,
};
use stylus_sdk::prelude::*;
use victim_guards::Limit;

#[guarded]
#[public]
impl Pool {
    /// Names the token, and who governs the guards.
    #[constructor]
    pub fn constructor(&mut self, governor: Address, token: Address) -> Result<(), PoolError> {
        self.token.set(token);
        Ok(self.defence.limits.initialize(governor)?)
    }

    /// The pool as it stood. Once, by whoever is first.
    #[payable]
    #[guard(lock)]
    pub fn seed(&mut self, ether: U256, tokens: U256, supply: U256) -> Result<(), PoolError> {
        self.begin([ether, tokens], supply)
    }

    /// Adds liquidity for shares.
    #[payable]
    #[guard(
        inflow(FLOWS: ETH),
        inflow(FLOWS: self.token.get()),
        keep(
            SUPPLY: self.supply_is_accounted(),
            SHARE_PRICE: self.share_price_stays()?,
            POOL_VALUE: self.value_per_share_stays(),
        )
    )]
    pub fn add_liquidity(&mut self, ether: U256, tokens: U256) -> Result<U256, PoolError> {
        self.add([ether, tokens])
    }

    /// Gives shares back for their part of both.
    #[guard(
        outflow(FLOWS: ETH),
        outflow(FLOWS: self.token.get()),
        keep(
            SUPPLY: self.supply_is_accounted(),
            SHARE_PRICE: self.share_price_stays()?,
            POOL_VALUE: self.value_per_share_stays(),
        )
    )]
    pub fn remove_liquidity(&mut self, amount: U256) -> Result<(U256, U256), PoolError> {
        self.remove(amount).map(Into::into)
    }

    /// Swaps ether for tokens, or tokens for ether.
    #[payable]
    #[guard(
        inflow(FLOWS: ETH),
        inflow(FLOWS: self.token.get()),
        outflow(FLOWS: ETH),
        outflow(FLOWS: self.token.get()),
        keep(
            SUPPLY: self.supply_is_accounted(),
            SHARE_PRICE: self.share_price_stays()?,
            POOL_VALUE: self.value_per_share_stays(),
        )
    )]
    pub fn exchange(&mut self, ether_in: bool, amount: U256) -> Result<U256, PoolError> {
        self.swap(ether_in, amount)
    }

    /// Sets an asset's bucket, and the most of it in a transaction.
    #[exempt("the governor's, which is a timelock; it moves nothing")]
    pub fn limit(&mut self, limit: Limit) -> Result<(), PoolError> {
        Ok(self.defence.limits.limit(limit)?)
    }

    /// Sets by how much a share's price may move in a transition, and the least supply.
    #[exempt("the governor's, which is a timelock; it moves nothing")]
    pub fn set_share_price(&mut self, step_bps: u64, least_supply: U256) -> Result<(), PoolError> {
        let by = self.defence.limits.governor()?;
        Ok(self.defence.share_price.set(&by, step_bps, least_supply)?)
    }

    /// Sets a guard's mode.
    #[exempt("the governor's, which is a timelock; it moves nothing")]
    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), PoolError> {
        Ok(self.defence.limits.set_mode(guard, mode)?)
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
    #[settled]
    pub fn virtual_price(&self) -> Result<U256, PoolError> {
        self.share_price_wad()
    }
}

/// What an account brought in and takes out again in the same transaction counts nothing: borrowed ether would use up everybody's day.
impl Flows for Pool {
    fn inflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let account = self.vm().msg_sender();
        self.defence.limits.came_in(asset, account, amount)
    }

    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let account = self.vm().msg_sender();
        self.defence.limits.goes_out(asset, account, amount)
    }
}

impl Moded for Pool {
    fn guard_modes(&self) -> Modes {
        self.defence.limits.modes()
    }
}
