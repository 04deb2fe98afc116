//! The protocol with guards around every method.
//!
//! # Design
//! - **Every method that moves collateral or debt keeps the account healthy**, whatever the protocol asks by itself: also the one that nobody thought of.
//! - What leaves is charged to a cap for each transaction, net of what the same account brought, and to a bucket; what is lent to a ceiling that follows.
//! - What is minted is not held and does not leave: the ceiling is its bound.

use crate::protocol::{Protocol, Terms};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    core_types::{
        invariant::health::{Account, Factor},
        mode::{GuardId, Modes},
    },
    errors,
    growth_cap::GrowthCap,
    guarded,
    invariant::{healthy, Invariant, Unmet},
    sdk::VM,
    timelock::Change,
    transition::{Flows, Moded},
    GuardError,
};
use stylus_sdk::{prelude::*, storage::StorageBool};
use victim_guards::{Limit, Limits};

errors! {
    /// The deployer named no part that may be owed.
    NoFactor();
}

/// What an account has covers what it owes.
pub(crate) const HEALTH: GuardId = GuardId::of::<1>();
/// What leaves: cap and bucket.
pub(crate) const LIMITS: GuardId = GuardId::of::<2>();
/// What is lent: the ceiling.
pub(crate) const GROWTH: GuardId = GuardId::of::<3>();

/// The one debt that grows.
const DEBT: B256 = B256::ZERO;

/// The protocol with guards.
#[portcullis::entrypoint]
#[storage]
pub struct Lending {
    protocol: Protocol,
    limits: Limits,
    growth: GrowthCap,
    /// Whether what is lent is minted for it.
    minted: StorageBool,
}

#[guarded]
#[public]
impl Lending {
    /// Says who governs, how shares are counted and what may be owed.
    #[constructor]
    #[allow(clippy::too_many_arguments)]
    pub fn constructor(
        &mut self,
        governor: Address,
        lent: Address,
        collateral: Address,
        token_per_share: (U256, U256),
        value_per_share: (U256, U256),
        factor_bps: U256,
        discount_bps: U256,
        reserve_fee_bps: U256,
    ) -> Result<(), Vec<u8>> {
        self.protocol.initialize(&Terms {
            lent,
            collateral,
            token_per_share: token_per_share.into(),
            value_per_share: value_per_share.into(),
            factor_bps,
            discount_bps,
            reserve_fee_bps,
        });
        Ok(self.limits.initialize(governor)?)
    }

    /// Puts up collateral.
    #[guard(inflow(LIMITS: self.protocol.collateral()))]
    pub fn deposit(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.deposit(self.vm().msg_sender(), amount)?)
    }

    /// Takes collateral out.
    #[guard(
        outflow(LIMITS: self.protocol.collateral(), amount),
        keep(HEALTH: self.health(self.vm().msg_sender())?)
    )]
    pub fn withdraw(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.withdraw(self.vm().msg_sender(), amount)?)
    }

    /// Collateral and debt at once.
    #[guard(
        enter(GROWTH: self.growth.increase(DEBT, self.protocol.total_debt(), amount)),
        keep(HEALTH: self.health(self.vm().msg_sender())?)
    )]
    pub fn mint_self(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.mint_self(self.vm().msg_sender(), amount)?)
    }

    /// Lends.
    #[guard(
        enter(GROWTH: self.growth.increase(DEBT, self.protocol.total_debt(), amount)),
        outflow(LIMITS: self.protocol.lent(), amount),
        keep(HEALTH: self.health(self.vm().msg_sender())?)
    )]
    pub fn borrow(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.borrow(self.vm().msg_sender(), amount)?)
    }

    /// Pays a debt back.
    #[guard(
        inflow(LIMITS: self.protocol.lent()),
        keep(HEALTH: self.health(self.vm().msg_sender())?),
        leave(self.debt_fell())
    )]
    pub fn repay(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.repay(self.vm().msg_sender(), amount)?)
    }

    /// Gives collateral to the reserves.
    #[guard(keep(HEALTH: self.health(self.vm().msg_sender())?))]
    pub fn donate(&mut self, shares: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.donate(self.vm().msg_sender(), shares)?)
    }

    /// Takes all collateral out.
    #[guard(
        outflow(LIMITS: self.protocol.collateral()),
        keep(HEALTH: self.health(self.vm().msg_sender())?)
    )]
    pub fn emergency_withdraw(&mut self) -> Result<(), Vec<u8>> {
        Ok(self.protocol.emergency_withdraw(self.vm().msg_sender())?)
    }

    /// Takes a debt over. The violator cannot pay anyhow; whoever takes over has to.
    #[guard(keep(HEALTH: self.health(self.vm().msg_sender())?))]
    pub fn liquidate(&mut self, violator: Address, debt: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.liquidate(self.vm().msg_sender(), violator, debt)?)
    }

    /// Sells what the pool holds.
    #[guard(inflow(LIMITS: self.protocol.lent()), outflow(LIMITS: out, received))]
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

    /// Sets what of an asset leaves: in a transaction, and in a time.
    #[exempt("the governor's, who is a timelock here")]
    pub fn limit(&mut self, limit: Limit) -> Result<(), Vec<u8>> {
        Ok(self.limits.limit_each(limit)?)
    }

    /// Sets how fast what is lent grows, and whether it is minted for it.
    #[exempt("the governor's, who is a timelock here")]
    pub fn bound_growth(
        &mut self,
        maximum: U256,
        gap: U256,
        expand_secs: u64,
        minted: bool,
    ) -> Result<(), Vec<u8>> {
        let by = self.limits.governor()?;
        self.minted.set(minted);
        let total = self.protocol.total_debt();
        Ok(self.growth.configure(
            Change::waited_elsewhere(&by),
            DEBT,
            total,
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

impl Lending {
    fn health(&self, account: Address) -> Result<impl Invariant<Before = Account> + use<'_>, GuardError> {
        let factor: Factor = self
            .protocol
            .factor()
            .ok_or_else(|| GuardError::own(NoFactor {}))?;
        Ok(healthy(account, factor, |_: &VM, account| {
            self.protocol.account(account).map_err(Unmet::unevaluated)
        }))
    }

    fn debt_fell(&mut self) -> Result<(), GuardError> {
        let total = self.protocol.total_debt();
        self.growth.decreased(DEBT, total);
        Ok(())
    }

    fn is_minted(&self, asset: Address) -> bool {
        self.minted.get() && asset == self.protocol.lent()
    }
}

impl Flows for Lending {
    fn inflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let actor = self.vm().msg_sender();
        self.limits.came_in(asset, actor, amount)
    }

    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        if self.is_minted(asset) {
            return Ok(());
        }
        let actor = self.vm().msg_sender();
        self.limits.goes_out(asset, actor, amount)
    }
}

impl Moded for Lending {
    fn guard_modes(&self) -> Modes {
        self.limits.modes()
    }
}
