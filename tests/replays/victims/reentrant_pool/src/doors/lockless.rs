//! With the invariants and without the lock, which nobody would do: every method that `#[guarded]` writes takes it. What it writes stands here by hand.

use crate::{
    defence::{FLOWS, POOL_VALUE, SHARE_PRICE, SUPPLY},
    Pool, PoolError,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use portcullis::{
    asset::ETH,
    core_types::mode::Mode,
    invariant::{self, Invariant},
    transition::Measured,
    GuardError,
};
use stylus_sdk::prelude::*;
use victim_guards::Limit;

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
    pub fn seed(&mut self, ether: U256, tokens: U256, supply: U256) -> Result<(), PoolError> {
        self.begin([ether, tokens], supply)
    }

    /// Adds liquidity for shares.
    #[payable]
    pub fn add_liquidity(&mut self, ether: U256, tokens: U256) -> Result<U256, PoolError> {
        self.kept(|pool| pool.add([ether, tokens]))
    }

    /// Gives shares back for their part of both.
    pub fn remove_liquidity(&mut self, amount: U256) -> Result<(U256, U256), PoolError> {
        self.kept(|pool| pool.remove(amount)).map(Into::into)
    }

    /// Swaps ether for tokens, or tokens for ether.
    #[payable]
    pub fn exchange(&mut self, ether_in: bool, amount: U256) -> Result<U256, PoolError> {
        self.kept(|pool| pool.swap(ether_in, amount))
    }

    /// Sets an asset's bucket, and the most of it in a transaction.
    pub fn limit(&mut self, limit: Limit) -> Result<(), PoolError> {
        Ok(self.defence.limits.limit(limit)?)
    }

    /// Sets by how much a share's price may move in a transition, and the least supply.
    pub fn set_share_price(&mut self, step_bps: u64, least_supply: U256) -> Result<(), PoolError> {
        let by = self.defence.limits.governor()?;
        Ok(self.defence.share_price.set(&by, step_bps, least_supply)?)
    }

    /// Sets a guard's mode.
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
    pub fn virtual_price(&self) -> Result<U256, PoolError> {
        self.share_price_wad()
    }
}

impl Pool {
    /// The invariants that are not in shadow.
    fn invariants(&self) -> Result<impl Invariant, GuardError> {
        let modes = self.defence.limits.modes();
        let asked = |guard| modes.of(guard) != Mode::Shadow;
        Ok((
            invariant::only_if(asked(SUPPLY), self.supply_is_accounted()),
            invariant::only_if(asked(SHARE_PRICE), self.share_price_stays()?),
            invariant::only_if(asked(POOL_VALUE), self.value_per_share_stays()),
        ))
    }

    fn kept<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T, PoolError>) -> Result<T, PoolError> {
        let [ether, token] = [ETH, self.token.get()];
        let measured = [
            Measured::begin(self.vm(), ether)?,
            Measured::begin(self.vm(), token)?,
        ];
        let before = self.invariants()?.before(self.vm()).map_err(GuardError::from)?;
        let done = body(self)?;
        self.invariants()?
            .after(self.vm(), before)
            .map_err(GuardError::from)?;
        if self.defence.limits.modes().of(FLOWS) != Mode::Shadow {
            let account = self.vm().msg_sender();
            for (asset, measured) in [ether, token].into_iter().zip(measured) {
                let (came, went) = (measured.increase(self.vm())?, measured.decrease(self.vm())?);
                self.defence.limits.came_in(asset, account, came)?;
                self.defence.limits.goes_out(asset, account, went)?;
            }
        }
        Ok(done)
    }
}
