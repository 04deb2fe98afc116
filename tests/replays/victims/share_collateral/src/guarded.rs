//! The protocol with guards around every method.
//!
//! # Design
//! - **Few shares are refused, whatever they are worth**, and what a share is worth is held near a reference that follows slowly: a transfer that the market was not told of moves the price between two
//!   calls, which no comparison of one call's beginning and end sees.
//! - What leaves is charged to a cap for each transaction and to a bucket.

use crate::protocol::Protocol;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    core_types::{
        invariant::price::Shares,
        mode::{GuardId, Modes},
    },
    guarded,
    invariant::{Invariant, Unmet},
    sdk::VM,
    transition::{Flows, Moded},
    GuardError,
};
use stylus_sdk::prelude::*;
use victim_guards::{share_price, LeastSupply, Limit, Limits, References};

/// There are enough shares, or none.
pub const LEAST_SUPPLY: GuardId = GuardId::of::<1>();
/// What a share is worth is near what it was.
pub const SHARE_PRICE: GuardId = GuardId::of::<2>();
/// What leaves: cap and bucket.
pub const LIMITS: GuardId = GuardId::of::<3>();

/// The one share that is priced.
const SHARE: B256 = B256::ZERO;

/// The protocol with guards.
#[portcullis::entrypoint]
#[storage]
pub struct Lending {
    protocol: Protocol,
    limits: Limits,
    references: References,
    least_supply: LeastSupply,
}

#[guarded]
#[public]
impl Lending {
    /// Says who governs, what is put up, what its first share costs, what of it is reserves, what may be owed and what a liquidator gets.
    #[constructor]
    #[allow(clippy::too_many_arguments)]
    pub fn constructor(
        &mut self,
        governor: Address,
        collateral: Address,
        first_price_wad: U256,
        reserves: U256,
        factor_bps: U256,
        incentive_bps: U256,
        holder: Address,
        shares: U256,
    ) -> Result<(), Vec<u8>> {
        self.protocol
            .initialize(collateral, [first_price_wad, reserves, factor_bps, incentive_bps]);
        self.protocol.endow(holder, shares);
        Ok(self.limits.initialize(governor)?)
    }

    /// Puts up collateral.
    #[guard(
        enter(self.follow()),
        inflow(LIMITS: self.protocol.collateral()),
        keep(LEAST_SUPPLY: self.enough(), SHARE_PRICE: self.near()?)
    )]
    pub fn deposit(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.deposit(self.vm().msg_sender(), amount)?)
    }

    /// Takes an amount of collateral out.
    #[guard(
        enter(self.follow()),
        outflow(LIMITS: self.protocol.collateral(), amount),
        keep(LEAST_SUPPLY: self.enough(), SHARE_PRICE: self.near()?)
    )]
    pub fn withdraw(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.withdraw(self.vm().msg_sender(), amount)?)
    }

    /// Takes shares' worth of collateral out.
    #[guard(
        enter(self.follow()),
        outflow(LIMITS: self.protocol.collateral()),
        keep(LEAST_SUPPLY: self.enough(), SHARE_PRICE: self.near()?)
    )]
    pub fn redeem(&mut self, shares: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.redeem(self.vm().msg_sender(), shares)?)
    }

    /// Lends.
    #[guard(
        enter(self.follow()),
        outflow(LIMITS: asset, amount),
        keep(LEAST_SUPPLY: self.enough(), SHARE_PRICE: self.near()?)
    )]
    pub fn borrow(&mut self, asset: Address, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.borrow(self.vm().msg_sender(), asset, amount)?)
    }

    /// Pays for somebody who cannot.
    #[payable]
    #[guard(
        enter(self.follow()),
        inflow(LIMITS: asset),
        keep(LEAST_SUPPLY: self.enough(), SHARE_PRICE: self.near()?)
    )]
    pub fn liquidate(&mut self, violator: Address, asset: Address, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self
            .protocol
            .liquidate(self.vm().msg_sender(), violator, asset, amount)?)
    }

    /// What the oracle says. Nobody moves it here.
    #[exempt("the oracle is not what is attacked here")]
    pub fn set_price(&mut self, asset: Address, price_wad: U256) -> Result<(), Vec<u8>> {
        self.protocol.set_price(asset, price_wad);
        Ok(())
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
    #[guard(lock)]
    pub fn receive(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    /// Sets what of an asset leaves: in a transaction, and in a time.
    #[exempt("the governor's, who is a timelock here")]
    pub fn limit(&mut self, limit: Limit) -> Result<(), Vec<u8>> {
        Ok(self.limits.limit_each(limit)?)
    }

    /// Sets how far what a share is worth moves, from what it is worth now, and the least supply.
    #[exempt("the governor's, who is a timelock here")]
    pub fn bound_share(
        &mut self,
        step_bps: u64,
        period_secs: u64,
        least_supply: U256,
    ) -> Result<(), Vec<u8>> {
        let by = self.limits.governor()?;
        self.least_supply.set(&by, least_supply);
        let price = share_price(&self.protocol.pricing()?);
        Ok(self.references.set(&by, SHARE, &price, step_bps, period_secs)?)
    }

    /// Sets a guard's mode.
    #[exempt("the governor's, who is a timelock here")]
    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), Vec<u8>> {
        Ok(self.limits.set_mode(guard, mode)?)
    }
}

impl Lending {
    /// The reference follows what a share is worth before the call.
    fn follow(&mut self) -> Result<(), GuardError> {
        let price = share_price(&self.protocol.pricing()?);
        self.references.follow(SHARE, &price)
    }

    fn near(&self) -> Result<impl Invariant<Before = ()> + use<'_>, GuardError> {
        self.references.shares_near(SHARE, |_: &VM| self.shares())
    }

    fn enough(&self) -> impl Invariant<Before = ()> + use<'_> {
        self.least_supply.kept(|| self.protocol.supply())
    }

    fn shares(&self) -> Result<Shares, Unmet> {
        self.protocol.pricing().map_err(Unmet::unevaluated)
    }
}

impl Flows for Lending {
    fn inflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let actor = self.vm().msg_sender();
        self.limits.came_in(asset, actor, amount)
    }

    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let actor = self.vm().msg_sender();
        self.limits.goes_out(asset, actor, amount)
    }
}

impl Moded for Lending {
    fn guard_modes(&self) -> Modes {
        self.limits.modes()
    }
}
