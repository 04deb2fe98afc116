//! Staking whose rewards are what the balance grew by during a call to the market: Penpie, September 2024.
//!
//! # Design
//! - The feature `guarded` (on by default) puts Portcullis' guards around it: `doors` is what differs. Same arithmetic, same fault, same interface.
//! - Stakes and rewards are in one contract here. Penpie paid rewards into another at the harvest; here they are a part of what is held, [`Staking::pot`], that stakers are owed.
//! - Who stakes nothing is paid nothing, and what came while nobody had a stake is nobody's.
//! - `lockless` is a third build: the guards without their lock, to see what the others are worth when a call back gets in.
//!
//! # The fault
//! Anybody registers a market, which names the tokens that it pays in, and a harvest counts as a reward what the balance of those grew by while the market ran. A market that stakes meanwhile
//! makes one deposit a stake and a reward.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod defence;
mod doors;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;

use crate::defence::Defence;
use alloc::{vec, vec::Vec};
use alloy_primitives::{keccak256, Address, B256, U256};
use portcullis::{
    asset::{self, ETH},
    calldata,
    core_types::mul_div::mul_div_down,
    error_set, errors, sdk, GuardError,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageMap, StorageU256},
};

errors! {
    /// The token has a market already.
    Registered(token: Address);
    /// Nobody has registered the token.
    NoMarket(token: Address);
    /// The market does not name its rewards, or one of them twice.
    BadMarket(market: Address);
    /// The market refused to pay.
    NotPaid(market: Address);
    /// More is asked for than the account has, or nothing is.
    BadAmount(amount: U256, available: U256);
    /// The account has earned nothing that it has not been paid.
    NothingEarned(token: Address, reward: Address);
    /// A sum of rewards that 256 bits do not hold.
    OutOfRange();
}

error_set! {
    /// What the staking contract refuses with.
    StakingError { Registered, NoMarket, BadMarket, NotPaid, BadAmount, NothingEarned, OutOfRange, GuardError, }
}

/// 1, as rewards for a staked unit are scaled.
const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

/// The staking contract.
#[cfg_attr(feature = "guarded", portcullis::entrypoint)]
#[cfg_attr(not(feature = "guarded"), entrypoint)]
#[storage]
pub struct Staking {
    /// By the token that is staked.
    markets: StorageMap<Address, StorageAddress>,
    first_rewards: StorageMap<Address, StorageAddress>,
    second_rewards: StorageMap<Address, StorageAddress>,
    /// All stakes of a token.
    staked: StorageMap<Address, StorageU256>,
    /// Rewards in a token that were harvested and not claimed.
    pots: StorageMap<Address, StorageU256>,
    /// By token and account.
    stakes: StorageMap<B256, StorageU256>,
    /// By token and reward: all that was ever harvested, and what that was for a staked unit.
    harvested: StorageMap<B256, StorageU256>,
    per_unit_wad: StorageMap<B256, StorageU256>,
    /// By token, reward and account: up to where it is paid, and what it may claim.
    seen_wad: StorageMap<B256, StorageU256>,
    earned: StorageMap<B256, StorageU256>,
    #[cfg_attr(not(any(feature = "guarded", feature = "lockless")), allow(dead_code))]
    // It is nothing there.
    defence: Defence,
}

/// A place in a map.
fn place<const N: usize>(accounts: [Address; N]) -> B256 {
    keccak256(accounts.map(|account| account.into_word().0).concat())
}

fn number(number: Option<U256>) -> Result<U256, StakingError> {
    number.ok_or_else(|| OutOfRange {}.into())
}

impl Staking {
    /// The tokens that a market pays in; zero is none.
    pub(crate) fn rewards_of(&self, token: Address) -> [Address; 2] {
        [self.first_rewards.get(token), self.second_rewards.get(token)]
    }

    /// The rewards in a token that are not claimed.
    pub(crate) fn pot(&self, token: Address) -> U256 {
        self.pots.get(token)
    }

    pub(crate) fn harvested_of(&self, token: Address, reward: Address) -> U256 {
        self.harvested.get(place([token, reward]))
    }

    fn market_of(&self, token: Address) -> Result<Address, StakingError> {
        match self.markets.get(token) {
            Address::ZERO => Err(NoMarket { token }.into()),
            market => Ok(market),
        }
    }

    /// Registers the market of a token. Anybody may, once for each.
    fn register(&mut self, token: Address, market: Address) -> Result<(), StakingError> {
        if self.market_of(token).is_ok() {
            return Err(Registered { token }.into());
        }
        let answer = sdk::static_call_words(self.vm(), market, &calldata!("rewardTokens"), 2);
        let named = answer.as_deref().and_then(|words| words.split_at_checked(32));
        let [first, second] = match named {
            Some((first, second)) if second.len() == 32 => {
                [first, second].map(|word| Address::from_word(B256::from_slice(word)))
            }
            _ => return Err(BadMarket { market }.into()),
        };
        if first == ETH || first == second {
            return Err(BadMarket { market }.into());
        }
        self.markets.insert(token, market);
        self.first_rewards.insert(token, first);
        self.second_rewards.insert(token, second);
        Ok(())
    }

    /// Writes down what an account has earned by its stake up to now.
    fn settle(&mut self, token: Address, account: Address) -> Result<(), StakingError> {
        let stake = self.stakes.get(place([token, account]));
        for reward in self.rewards_of(token) {
            let (of_all, of_one) = (place([token, reward]), place([token, reward, account]));
            let now = self.per_unit_wad.get(of_all);
            // Invariant: what a unit has earned only grows.
            let since = now.saturating_sub(self.seen_wad.get(of_one));
            self.seen_wad.insert(of_one, now);
            let due = number(mul_div_down(stake, since, WAD))?;
            let earned = number(self.earned.get(of_one).checked_add(due))?;
            self.earned.insert(of_one, earned);
        }
        Ok(())
    }

    fn add_stake(&mut self, token: Address, amount: U256) -> Result<(), StakingError> {
        self.market_of(token)?;
        let account = self.vm().msg_sender();
        self.settle(token, account)?;
        let arrived = asset::pull_token(self.vm(), token, account, amount)?;
        if arrived.is_zero() {
            let available = U256::ZERO;
            return Err(BadAmount { amount, available }.into());
        }
        let key = place([token, account]);
        let stake = number(self.stakes.get(key).checked_add(arrived))?;
        self.stakes.insert(key, stake);
        let staked = number(self.staked.get(token).checked_add(arrived))?;
        self.staked.insert(token, staked);
        Ok(())
    }

    fn remove_stake(&mut self, token: Address, amount: U256) -> Result<(), StakingError> {
        let account = self.vm().msg_sender();
        self.settle(token, account)?;
        let key = place([token, account]);
        let available = self.stakes.get(key);
        let left = available.checked_sub(amount);
        let left = left.ok_or(BadAmount { amount, available })?;
        self.stakes.insert(key, left);
        // Invariant: no account has staked more than all have.
        let staked = self.staked.get(token).saturating_sub(amount);
        self.staked.insert(token, staked);
        Ok(asset::push(self.vm(), token, account, amount)?)
    }

    /// Has a market pay, and shares out what the balances grew by meanwhile, whatever they grew by: the fault.
    fn collect(&mut self, token: Address) -> Result<(), StakingError> {
        let market = self.market_of(token)?;
        let rewards = self.rewards_of(token);
        let mut before = [U256::ZERO; 2];
        for (before, reward) in before.iter_mut().zip(rewards) {
            *before = asset::held(self.vm(), reward)?;
        }
        if sdk::call(self.vm(), market, U256::ZERO, &calldata!("redeemRewards")).is_none() {
            return Err(NotPaid { market }.into());
        }
        for (before, reward) in before.into_iter().zip(rewards) {
            let grown = asset::held(self.vm(), reward)?.saturating_sub(before);
            // Who named one token has the zero address as the other, and a gift of ether is no reward.
            if reward != ETH {
                self.share_out(token, reward, grown)?;
            }
        }
        Ok(())
    }

    fn share_out(&mut self, token: Address, reward: Address, amount: U256) -> Result<(), StakingError> {
        let staked = self.staked.get(token);
        if staked.is_zero() {
            return Ok(());
        }
        let per_unit = number(mul_div_down(amount, WAD, staked))?;
        let of_all = place([token, reward]);
        let now = number(self.per_unit_wad.get(of_all).checked_add(per_unit))?;
        self.per_unit_wad.insert(of_all, now);
        let harvested = number(self.harvested.get(of_all).checked_add(amount))?;
        self.harvested.insert(of_all, harvested);
        let pot = number(self.pot(reward).checked_add(amount))?;
        self.pots.insert(reward, pot);
        Ok(())
    }

    /// Pays what the caller has earned in a reward by its stake of a token.
    fn pay_reward(&mut self, token: Address, reward: Address) -> Result<(), StakingError> {
        let account = self.vm().msg_sender();
        self.settle(token, account)?;
        let key = place([token, reward, account]);
        let earned = self.earned.get(key);
        if earned.is_zero() {
            return Err(NothingEarned { token, reward }.into());
        }
        self.earned.insert(key, U256::ZERO);
        // Invariant: what accounts earn is rounded down from what is in the pot.
        let pot = self.pot(reward).saturating_sub(earned);
        self.pots.insert(reward, pot);
        Ok(asset::push(self.vm(), reward, account, earned)?)
    }
}
