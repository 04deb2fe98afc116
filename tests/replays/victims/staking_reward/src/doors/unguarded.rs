//! Without guards.

use crate::{Staking, StakingError};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use stylus_sdk::prelude::*;

#[public]
impl Staking {
    /// Who would govern the guards governs nothing.
    #[constructor]
    pub fn constructor(&mut self, _governor: Address) -> Result<(), StakingError> {
        Ok(())
    }

    /// Registers the market of a token.
    pub fn register_market(&mut self, token: Address, market: Address) -> Result<(), StakingError> {
        self.register(token, market)
    }

    /// Stakes a token.
    pub fn stake(&mut self, token: Address, amount: U256) -> Result<(), StakingError> {
        self.add_stake(token, amount)
    }

    /// Takes a stake out.
    pub fn withdraw(&mut self, token: Address, amount: U256) -> Result<(), StakingError> {
        self.remove_stake(token, amount)
    }

    /// Collects the rewards of a token's market.
    pub fn harvest(&mut self, token: Address) -> Result<(), StakingError> {
        self.collect(token)
    }

    /// Pays a reward to the caller.
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
}
