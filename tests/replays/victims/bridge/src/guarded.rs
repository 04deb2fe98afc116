//! The protocol with guards around every method.
//!
//! # Design
//! - **No message changes the keys**: whatever it is called, the two words that they are stay. Keepers that change are the governor's matter.
//! - **The wrapped token is backed** after every call that makes some of it, by the ETH that is there, whoever approved.
//! - What leaves is charged to a cap for each transaction, net of what the same account brought, and to a bucket; the wrapped supply to a ceiling that follows.
//! - An upgrade meets no guard: the library has none that reads what an upgrade left.

use crate::protocol::{Protocol, UNIT};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    asset::ETH,
    core_types::mode::{GuardId, Modes},
    growth_cap::GrowthCap,
    guarded,
    invariant::{self, numbers::supply::Backing, Holder, Invariant},
    sdk::VM,
    timelock::Change,
    transition::{Flows, Moded},
    GuardError,
};
use stylus_sdk::{abi::Bytes, prelude::*};
use victim_guards::{Limit, Limits};

/// The keys are what they were.
pub(crate) const KEYS_STAY: GuardId = GuardId::of::<1>();
/// What leaves: cap and bucket.
pub(crate) const LIMITS: GuardId = GuardId::of::<2>();
/// What is minted: the ceiling.
pub(crate) const GROWTH: GuardId = GuardId::of::<3>();
/// The wrapped token is backed.
pub(crate) const BACKING: GuardId = GuardId::of::<4>();

/// The words of the keys and of their number: the first two, as [`Protocol`] comes first and begins with them.
const KEYS: [U256; 2] = [U256::ZERO, U256::ONE];
/// The one supply that grows.
const SUPPLY: B256 = B256::ZERO;

/// The protocol with guards.
#[portcullis::entrypoint]
#[storage]
pub struct Bridge {
    protocol: Protocol,
    limits: Limits,
    growth: GrowthCap,
}

#[guarded]
#[public]
impl Bridge {
    /// Names who sets the guards, who governs and who pauses, the keepers, and who has how much of the wrapped token.
    #[constructor]
    pub fn constructor(
        &mut self,
        limits: Address,
        governor: Address,
        guardian: Address,
        keys: Bytes,
        holder: Address,
        wrapped: U256,
    ) -> Result<(), Vec<u8>> {
        self.protocol
            .initialize(governor, guardian, &keys, holder, wrapped)?;
        Ok(self.limits.initialize(limits)?)
    }

    /// Locks an asset.
    #[payable]
    #[guard(inflow(LIMITS: asset))]
    pub fn deposit(&mut self, asset: Address, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.deposit(asset, amount)?)
    }

    /// A keeper's approval of a message.
    #[guard(lock)]
    pub fn approve(&mut self, message: B256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.approve(self.vm().msg_sender(), message)?)
    }

    /// Writes a weight into the caller's own book.
    #[guard(lock)]
    pub fn note(&mut self, message: B256, weight: U256) -> Result<(), Vec<u8>> {
        self.protocol.note(self.vm().msg_sender(), message, weight);
        Ok(())
    }

    /// Pays out of what is locked.
    #[guard(outflow(LIMITS: asset, amount))]
    pub fn withdraw(
        &mut self,
        asset: Address,
        to: Address,
        amount: U256,
        nonce: U256,
    ) -> Result<(), Vec<u8>> {
        Ok(self.protocol.withdraw(asset, to, amount, nonce)?)
    }

    /// Carries out what a message names.
    #[guard(outflow(LIMITS: ETH), keep(KEYS_STAY: invariant::words_unchanged(KEYS)))]
    pub fn execute_message(&mut self, method: Bytes, data: Bytes, nonce: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.execute_message(&method, &data, nonce)?)
    }

    /// Makes wrapped tokens for what was locked.
    #[guard(enter(GROWTH: self.growth.increase(SUPPLY, self.protocol.supply(), amount)), keep(BACKING: self.is_backed()))]
    pub fn mint(&mut self, to: Address, amount: U256, nonce: U256, book: Address) -> Result<(), Vec<u8>> {
        Ok(self.protocol.mint(to, amount, nonce, book)?)
    }

    /// Gives wrapped tokens back for ETH.
    #[guard(outflow(LIMITS: ETH), leave(self.supply_fell()))]
    pub fn redeem(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.redeem(self.vm().msg_sender(), amount)?)
    }

    /// Makes it the next version.
    #[guard(lock)]
    pub fn upgrade(&mut self) -> Result<(), Vec<u8>> {
        Ok(self.protocol.upgrade(self.vm().msg_sender())?)
    }

    /// Writes the weight that the next version reads.
    #[guard(lock)]
    pub fn initialize_weight(&mut self) -> Result<(), Vec<u8>> {
        Ok(self.protocol.initialize_weight(self.vm().msg_sender())?)
    }

    /// Stops everything that pays.
    #[guard(lock)]
    pub fn pause(&mut self) -> Result<(), Vec<u8>> {
        Ok(self.protocol.pause(self.vm().msg_sender())?)
    }

    /// Sets the protocol's own most of a withdrawal; zero is none.
    #[guard(lock)]
    pub fn set_cap(&mut self, asset: Address, cap: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.set_cap(self.vm().msg_sender(), asset, cap)?)
    }

    /// The keys' hash and their number.
    pub fn keys(&self) -> (B256, U256) {
        self.protocol.keys()
    }

    /// The wrapped supply, what of it an account has, the weight that a message needs, and whether it runs.
    pub fn state(&self, account: Address) -> (U256, U256, U256, bool) {
        (
            self.protocol.supply(),
            self.protocol.wrapped_of(account),
            self.protocol.needed(),
            self.protocol.is_running(),
        )
    }

    /// Sets what of an asset leaves: in a transaction, and in a time.
    #[exempt("the governor's, who is a timelock here")]
    pub fn limit(&mut self, limit: Limit) -> Result<(), Vec<u8>> {
        Ok(self.limits.limit(limit)?)
    }

    /// Sets how fast the wrapped supply grows.
    #[exempt("the governor's, who is a timelock here")]
    pub fn bound_growth(&mut self, maximum: U256, gap: U256, expand_secs: u64) -> Result<(), Vec<u8>> {
        let by = self.limits.governor()?;
        let supply = self.protocol.supply();
        Ok(self.growth.configure(
            Change::waited_elsewhere(&by),
            SUPPLY,
            supply,
            [maximum, gap],
            expand_secs,
        )?)
    }

    /// Sets a guard's mode.
    #[exempt("the governor's, who is a timelock here")]
    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), Vec<u8>> {
        Ok(self.limits.set_mode(guard, mode)?)
    }
}

impl Bridge {
    /// What is locked of ETH is at least the wrapped supply.
    fn is_backed(&self) -> impl Invariant {
        let owed = self.protocol.supply().saturating_mul(UNIT);
        invariant::supply_backed(ETH, Holder::This, Backing::FULL, move |_: &VM| Ok(owed))
    }

    fn supply_fell(&mut self) -> Result<(), GuardError> {
        let supply = self.protocol.supply();
        self.growth.decreased(SUPPLY, supply);
        Ok(())
    }
}

impl Flows for Bridge {
    fn inflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let actor = self.vm().msg_sender();
        self.limits.came_in(asset, actor, amount)
    }

    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let actor = self.vm().msg_sender();
        self.limits.goes_out(asset, actor, amount)
    }
}

impl Moded for Bridge {
    fn guard_modes(&self) -> Modes {
        self.limits.modes()
    }
}
