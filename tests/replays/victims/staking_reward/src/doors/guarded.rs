//! With guards.
//!
//! # Design
//! - One lock for all: who harvests cannot be staked with meanwhile.
//! - What a harvest shares out is measured against what is owed then, so that a deposit is not a reward also where the lock is not asked.
//! - What leaves is charged to a cap for each transaction, net of what the same account brought, and to a bucket.

use crate::{
    defence::{FLOWS, MEASURED, SOLVENT},
    Staking, StakingError,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use portcullis::{
    core_types::mode::Modes,
    flow_cap::{Caps, UNCAPPED},
    guarded,
    transition::{Flows, Moded},
    GuardError,
};
use stylus_sdk::prelude::*;

#[guarded]
#[public]
impl Staking {
    /// Names who governs the guards.
    #[constructor]
    pub fn constructor(&mut self, governor: Address) -> Result<(), StakingError> {
        Ok(self.defence.limits.initialize(governor)?)
    }

    /// Registers the market of a token.
    #[guard(lock)]
    pub fn register_market(&mut self, token: Address, market: Address) -> Result<(), StakingError> {
        self.register(token, market)
    }

    /// Stakes a token.
    #[guard(inflow(FLOWS: token), keep(SOLVENT: self.is_solvent(token)))]
    pub fn stake(&mut self, token: Address, amount: U256) -> Result<(), StakingError> {
        self.add_stake(token, amount)
    }

    /// Takes a stake out.
    #[guard(outflow(FLOWS: token), keep(SOLVENT: self.is_solvent(token)))]
    pub fn withdraw(&mut self, token: Address, amount: U256) -> Result<(), StakingError> {
        self.remove_stake(token, amount)
    }

    /// Collects the rewards of a token's market.
    #[guard(keep(MEASURED: self.rewards_are_measured(token), SOLVENT: self.rewards_are_covered(token)))]
    pub fn harvest(&mut self, token: Address) -> Result<(), StakingError> {
        self.collect(token)
    }

    /// Pays a reward to the caller.
    #[guard(outflow(FLOWS: reward), keep(SOLVENT: self.is_solvent(reward)))]
    pub fn claim(&mut self, token: Address, reward: Address) -> Result<(), StakingError> {
        self.pay_reward(token, reward)
    }

    /// What is staked of a token, and the rewards in it that were not claimed.
    pub fn state(&self, token: Address) -> (U256, U256) {
        (self.staked.get(token), self.pot(token))
    }

    /// All that was harvested of a reward for the stakes of a token.
    pub fn harvested(&self, token: Address, reward: Address) -> U256 {
        self.harvested_of(token, reward)
    }

    /// Sets an asset's bucket, and the most of it in a transaction.
    #[exempt("the governor's, which is a timelock; it moves nothing")]
    pub fn limit(
        &mut self,
        asset: Address,
        cap: U256,
        capacity: U256,
        refill_secs: u64,
    ) -> Result<(), StakingError> {
        let caps = Caps {
            transition: UNCAPPED,
            transaction: cap,
        };
        Ok(self
            .defence
            .limits
            .configure(asset, caps, capacity, refill_secs)?)
    }

    /// Sets a guard's mode.
    #[exempt("the governor's, which is a timelock; it moves nothing")]
    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), StakingError> {
        Ok(self.defence.limits.set_mode(guard, mode)?)
    }
}

/// What an account brought in and takes out again in the same transaction counts nothing: who borrows would use up everybody's day.
impl Flows for Staking {
    fn inflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let account = self.vm().msg_sender();
        self.defence.limits.came_in(asset, account, amount)
    }

    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let account = self.vm().msg_sender();
        self.defence.limits.goes_out(asset, account, amount)
    }
}

impl Moded for Staking {
    fn guard_modes(&self) -> Modes {
        self.defence.limits.modes()
    }
}
