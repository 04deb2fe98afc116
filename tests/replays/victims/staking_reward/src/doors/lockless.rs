//! With the other guards and without the lock, which nobody would do: every method that `#[guarded]` writes takes it. What it writes stands here by hand.

use crate::{
    defence::{FLOWS, MEASURED, SOLVENT},
    Staking, StakingError,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use portcullis::{
    core_types::mode::{GuardId, Mode},
    flow_cap::{Caps, UNCAPPED},
    invariant::{self, Invariant},
    transition::Measured,
    GuardError,
};
use stylus_sdk::prelude::*;

#[public]
impl Staking {
    /// Names who governs the guards.
    #[constructor]
    pub fn constructor(&mut self, governor: Address) -> Result<(), StakingError> {
        Ok(self.defence.limits.initialize(governor)?)
    }

    /// Registers the market of a token.
    pub fn register_market(&mut self, token: Address, market: Address) -> Result<(), StakingError> {
        self.register(token, market)
    }

    /// Stakes a token.
    pub fn stake(&mut self, token: Address, amount: U256) -> Result<(), StakingError> {
        self.moves(token, |staking| staking.add_stake(token, amount))
    }

    /// Takes a stake out.
    pub fn withdraw(&mut self, token: Address, amount: U256) -> Result<(), StakingError> {
        self.moves(token, |staking| staking.remove_stake(token, amount))
    }

    /// Collects the rewards of a token's market.
    pub fn harvest(&mut self, token: Address) -> Result<(), StakingError> {
        let before = self
            .harvest_invariants(token)
            .before(self.vm())
            .map_err(GuardError::from)?;
        self.collect(token)?;
        Ok(self
            .harvest_invariants(token)
            .after(self.vm(), before)
            .map_err(GuardError::from)?)
    }

    /// Pays a reward to the caller.
    pub fn claim(&mut self, token: Address, reward: Address) -> Result<(), StakingError> {
        self.moves(reward, |staking| staking.pay_reward(token, reward))
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
    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), StakingError> {
        Ok(self.defence.limits.set_mode(guard, mode)?)
    }
}

impl Staking {
    fn asks(&self, guard: GuardId) -> bool {
        self.defence.limits.modes().of(guard) != Mode::Shadow
    }

    fn harvest_invariants(&self, token: Address) -> impl Invariant {
        (
            invariant::only_if(self.asks(MEASURED), self.rewards_are_measured(token)),
            invariant::only_if(self.asks(SOLVENT), self.rewards_are_covered(token)),
        )
    }

    /// What moves one asset: solvent in it, and its flow charged.
    fn moves(
        &mut self,
        asset: Address,
        body: impl FnOnce(&mut Self) -> Result<(), StakingError>,
    ) -> Result<(), StakingError> {
        let flow = Measured::begin(self.vm(), asset)?;
        body(self)?;
        let solvent = invariant::only_if(self.asks(SOLVENT), self.is_solvent(asset));
        // It remembers nothing from before.
        let nothing = solvent.before(self.vm()).map_err(GuardError::from)?;
        solvent.after(self.vm(), nothing).map_err(GuardError::from)?;
        if self.asks(FLOWS) {
            let account = self.vm().msg_sender();
            let (came, went) = (flow.increase(self.vm())?, flow.decrease(self.vm())?);
            self.defence.limits.came_in(asset, account, came)?;
            self.defence.limits.goes_out(asset, account, went)?;
        }
        Ok(())
    }
}
