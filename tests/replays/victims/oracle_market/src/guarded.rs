//! The protocol with guards around every method that uses the price or moves anything.
//!
//! # Design
//! - **The price is held near a reference that follows slowly**, and the reference is followed before the call: a price that moved since it was last used, also in the same transaction, is compared with
//!   that of before.
//! - A price of a reporter whom anybody can be is used when others had the time to dispute it.
//! - What is minted is not held and does not leave: the ceiling is its bound.

use crate::protocol::Protocol;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    core_types::{
        invariant::price::Ratio,
        mode::{GuardId, Modes},
    },
    errors,
    growth_cap::GrowthCap,
    guarded,
    timelock::Change,
    transition::{Flows, Moded},
    GuardError,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageBool, StorageU256},
};
use victim_guards::{Limit, Limits, References};

errors! {
    /// The price is younger or older than it may be, in seconds.
    PriceNotOfAge(age_secs: U256, least_secs: U256, most_secs: U256);
}

/// The price is near what it was.
pub const PRICE: GuardId = GuardId::of::<1>();
/// The price is neither too young nor too old.
pub const AGE: GuardId = GuardId::of::<2>();
/// What leaves: cap and bucket.
pub const LIMITS: GuardId = GuardId::of::<3>();
/// What is lent: the ceiling.
pub const GROWTH: GuardId = GuardId::of::<4>();

/// The one price and the one debt.
const KEY: B256 = B256::ZERO;

/// The protocol with guards.
#[portcullis::entrypoint]
#[storage]
pub struct Lending {
    protocol: Protocol,
    limits: Limits,
    growth: GrowthCap,
    references: References,
    least_age_secs: StorageU256,
    most_age_secs: StorageU256,
    /// Whether what is lent is minted for it.
    minted: StorageBool,
}

#[guarded]
#[public]
impl Lending {
    /// Says who governs, what is put up and lent, what may be owed, what a loan costs, the price, and what others had and owed.
    #[constructor]
    #[allow(clippy::too_many_arguments)]
    pub fn constructor(
        &mut self,
        governor: Address,
        collateral: Address,
        lent: Address,
        factor_bps: U256,
        fee_wad: U256,
        price_wad: U256,
        others: Address,
        put_up: U256,
        debt: U256,
    ) -> Result<(), Vec<u8>> {
        self.protocol
            .initialize(collateral, lent, [factor_bps, fee_wad, price_wad]);
        self.protocol.endow(others, put_up, debt);
        Ok(self.limits.initialize(governor)?)
    }

    /// Puts up collateral.
    #[guard(inflow(LIMITS: self.protocol.collateral()))]
    pub fn deposit(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.deposit(self.vm().msg_sender(), amount)?)
    }

    /// Takes collateral out.
    #[guard(outflow(LIMITS: self.protocol.collateral(), amount))]
    pub fn withdraw(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.withdraw(self.vm().msg_sender(), amount)?)
    }

    /// Opens a position.
    #[guard(enter(PRICE: self.require_near()))]
    pub fn trade(&mut self, size: U256) -> Result<(), Vec<u8>> {
        let by = self.vm().msg_sender();
        self.protocol.trade(by, size);
        Ok(())
    }

    /// Lends.
    #[guard(
        enter(
            PRICE: self.require_near(),
            AGE: self.require_of_age(),
            GROWTH: self.grow(amount)
        ),
        outflow(LIMITS: self.protocol.lent(), amount)
    )]
    pub fn borrow(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.borrow(self.vm().msg_sender(), amount)?)
    }

    /// Takes all of an account that cannot pay.
    #[guard(enter(PRICE: self.require_near(), AGE: self.require_of_age()), leave(self.debt_fell()))]
    pub fn liquidate(&mut self, violator: Address) -> Result<(), Vec<u8>> {
        Ok(self.protocol.liquidate(self.vm().msg_sender(), violator)?)
    }

    /// The price moved: anybody says so, which is the fault.
    #[exempt("anybody moves the price: what uses it asks how far and when")]
    pub fn post_price(&mut self, price_wad: U256) -> Result<(), Vec<u8>> {
        self.protocol.post_price(price_wad);
        Ok(())
    }

    /// What an account has put up, owes, and has gained.
    pub fn account(&self, account: Address) -> Result<(U256, U256, U256), Vec<u8>> {
        let profit = self.protocol.profit(account)?;
        Ok((self.protocol.put_up(account), self.protocol.debt(account), profit))
    }

    /// The price, and what is owed in all.
    pub fn market(&self) -> (U256, U256) {
        (self.protocol.price_wad(), self.protocol.total_debt())
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
            KEY,
            total,
            [maximum, gap],
            expand_secs,
        )?)
    }

    /// Sets how far the price may be from the reference, which is the price of now, how fast that follows, and how old a price may be.
    #[exempt("the governor's, who is a timelock here")]
    pub fn bound_price(
        &mut self,
        step_bps: u64,
        period_secs: u64,
        least_age_secs: U256,
        most_age_secs: U256,
    ) -> Result<(), Vec<u8>> {
        let by = self.limits.governor()?;
        self.least_age_secs.set(least_age_secs);
        self.most_age_secs.set(most_age_secs);
        let price = Ratio::whole(self.protocol.price_wad());
        Ok(self.references.set(&by, KEY, &price, step_bps, period_secs)?)
    }

    /// Sets a guard's mode.
    #[exempt("the governor's, who is a timelock here")]
    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), Vec<u8>> {
        Ok(self.limits.set_mode(guard, mode)?)
    }
}

impl Lending {
    fn require_near(&mut self) -> Result<(), GuardError> {
        self.references.require_near(KEY, self.protocol.price_wad())
    }

    fn require_of_age(&self) -> Result<(), GuardError> {
        let now = U256::from(self.vm().block_timestamp());
        let age_secs = now.saturating_sub(self.protocol.told_at());
        let (least_secs, most_secs) = (self.least_age_secs.get(), self.most_age_secs.get());
        if age_secs >= least_secs && age_secs <= most_secs {
            return Ok(());
        }
        Err(GuardError::own(PriceNotOfAge {
            age_secs,
            least_secs,
            most_secs,
        }))
    }

    fn grow(&mut self, amount: U256) -> Result<(), GuardError> {
        let (total, added) = (self.protocol.total_debt(), self.protocol.with_fee(amount)?);
        self.growth.increase(KEY, total, added)
    }

    fn debt_fell(&mut self) -> Result<(), GuardError> {
        let total = self.protocol.total_debt();
        self.growth.decreased(KEY, total);
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
