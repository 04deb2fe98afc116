//! The protocol with guards around every method.
//!
//! # Design
//! - **What a share is worth is held near references that follow slowly**, and they are followed before the call: a vault that was given to since the last call, also in the same transaction, is
//!   compared with what it was. A comparison of one call's beginning and end would see nothing, as the gift is not the market's call.
//! - Two references, as the rules have two: of the ratio of the vault, as for shares, which grow a little a day; and of the price that the market computes, as for prices, which may move further. The
//!   price is asked before anything is done, the ratio at the exit.
//! - What leaves is charged to a cap for each transaction, net of what the same account brought, and to a bucket; what is lent of the share to a ceiling that follows.

use crate::protocol::{Protocol, Terms};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    core_types::{
        invariant::price::{Pricing, Ratio},
        mode::{GuardId, Modes},
    },
    errors,
    flow_cap::Caps,
    growth_cap::GrowthCap,
    guarded,
    invariant::{share_price_near, Band, Invariant, PriceWindow, Unmet, WindowTerms},
    sdk::VM,
    timelock::Change,
    transition::{Flows, Moded},
    GuardError,
};
use stylus_sdk::prelude::*;
use victim_guards::Limits;

errors! {
    /// The window was not set.
    NotSet();
    /// The price is further from the reference, which is a wad with 128 bits behind the point, than it may be.
    PriceOffReference(price_wad: U256, reference_x128: U256);
}

/// What the vault holds for a share is near what it was.
pub const SHARE_PRICE: GuardId = GuardId::of::<1>();
/// The price of a share is near what it was.
pub const PRICE: GuardId = GuardId::of::<2>();
/// What leaves: cap and bucket.
pub const LIMITS: GuardId = GuardId::of::<3>();
/// What is lent of the share: the ceiling.
pub const GROWTH: GuardId = GuardId::of::<4>();

/// The window of the vault's ratio.
const OF_SHARE: B256 = B256::ZERO;
/// The window of the price.
const OF_PRICE: B256 = B256::with_last_byte(1);
/// The one debt that has a ceiling.
const DEBT: B256 = B256::ZERO;

/// The protocol with guards.
#[portcullis::entrypoint]
#[storage]
pub struct Lending {
    protocol: Protocol,
    limits: Limits,
    growth: GrowthCap,
    window: PriceWindow,
}

#[guarded]
#[public]
impl Lending {
    /// Says who governs, what is put up, what its vault holds and what that is worth, and what may be owed.
    #[constructor]
    pub fn constructor(
        &mut self,
        governor: Address,
        share: Address,
        underlying: Address,
        vault: Address,
        underlying_price_wad: U256,
        factor_bps: U256,
    ) -> Result<(), Vec<u8>> {
        self.protocol.initialize(&Terms {
            share,
            underlying,
            vault,
            underlying_price_wad,
            factor_bps,
        });
        Ok(self.limits.initialize(governor)?)
    }

    /// Makes a market of an asset. Nobody but the deployer does here.
    #[exempt("which markets there are is not what is attacked here")]
    pub fn list(&mut self, asset: Address, price_wad: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.list(asset, price_wad)?)
    }

    /// Puts up an asset for an account. At what price is asked when something is lent on it.
    #[payable]
    #[guard(inflow(LIMITS: asset))]
    pub fn deposit(&mut self, asset: Address, amount: U256, account: Address) -> Result<(), Vec<u8>> {
        Ok(self.protocol.deposit(asset, amount, account)?)
    }

    /// Lends.
    #[guard(
        enter(
            self.follow_share(),
            PRICE: self.require_near(),
            GROWTH: self.grow(asset, amount)
        ),
        outflow(LIMITS: asset, amount),
        keep(SHARE_PRICE: self.share_near()?)
    )]
    pub fn borrow(&mut self, asset: Address, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.borrow(self.vm().msg_sender(), asset, amount)?)
    }

    /// What an account has put up of an asset, and owes.
    pub fn account(&self, account: Address, asset: Address) -> (U256, U256) {
        (
            self.protocol.put_up(account, asset),
            self.protocol.debt(account, asset),
        )
    }

    /// What 10^18 base units of an asset are worth, scaled by 10^18.
    pub fn price(&self, asset: Address) -> Result<U256, Vec<u8>> {
        Ok(self.protocol.price_wad(asset)?)
    }

    /// What the vault holds, and how many shares there are.
    pub fn pricing(&self) -> Result<(U256, U256), Vec<u8>> {
        let pricing = self.protocol.pricing()?;
        Ok((pricing.assets, pricing.supply))
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
    pub fn limit(
        &mut self,
        asset: Address,
        cap: U256,
        capacity: U256,
        refill_secs: u64,
    ) -> Result<(), Vec<u8>> {
        let caps = Caps {
            transition: cap,
            transaction: cap,
        };
        Ok(self.limits.configure(asset, caps, capacity, refill_secs)?)
    }

    /// Sets how fast grows what is lent of the share.
    #[exempt("the governor's, who is a timelock here")]
    pub fn bound_growth(&mut self, maximum: U256, gap: U256, expand_secs: u64) -> Result<(), Vec<u8>> {
        let by = self.limits.governor()?;
        let lent = self.protocol.lent(self.protocol.share());
        let by = Change::waited_elsewhere(&by);
        Ok(self
            .growth
            .configure(by, DEBT, lent, [maximum, gap], expand_secs)?)
    }

    /// Sets how far the vault's ratio may be from what it is now, and how fast the reference follows.
    #[exempt("the governor's, who is a timelock here")]
    pub fn bound_share(&mut self, step_bps: u64, period_secs: u64) -> Result<(), Vec<u8>> {
        let ratio = self.ratio()?;
        self.bound(OF_SHARE, &ratio, step_bps, period_secs)
    }

    /// Sets how far the price may be from what it is now, and how fast the reference follows.
    #[exempt("the governor's, who is a timelock here")]
    pub fn bound_price(&mut self, step_bps: u64, period_secs: u64) -> Result<(), Vec<u8>> {
        let price = self.price_now()?;
        self.bound(OF_PRICE, &Ratio::whole(price), step_bps, period_secs)
    }

    /// Sets a guard's mode.
    #[exempt("the governor's, who is a timelock here")]
    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), Vec<u8>> {
        Ok(self.limits.set_mode(guard, mode)?)
    }
}

/// A price for any number of shares: how few there may be is the vault's affair.
fn every_share() -> Result<Pricing, GuardError> {
    Pricing::new(0, U256::ONE).ok_or_else(|| GuardError::own(NotSet {}))
}

impl Lending {
    fn bound(&mut self, window: B256, now: &Ratio, step_bps: u64, period_secs: u64) -> Result<(), Vec<u8>> {
        let by = self.limits.governor()?;
        let terms = WindowTerms {
            down_bps: step_bps,
            up_bps: step_bps,
            step_bps,
            period_secs,
        };
        let by = Change::waited_elsewhere(&by);
        Ok(self.window.configure(by, window, now, terms)?)
    }

    fn ratio(&self) -> Result<Ratio, GuardError> {
        Ok(every_share()?.price(&self.protocol.pricing()?))
    }

    fn price_now(&self) -> Result<U256, GuardError> {
        self.protocol.price_wad(self.protocol.share())
    }

    fn follow_share(&mut self) -> Result<(), GuardError> {
        let ratio = self.ratio()?;
        self.window.follow(OF_SHARE, &ratio).map(drop)
    }

    fn share_near(&self) -> Result<impl Invariant<Before = ()> + use<'_>, GuardError> {
        let band: Band = self
            .window
            .band(OF_SHARE)
            .ok_or_else(|| GuardError::own(NotSet {}))?;
        Ok(share_price_near(every_share()?, band, |_: &VM| {
            self.protocol.pricing().map_err(Unmet::unevaluated)
        }))
    }

    fn require_near(&mut self) -> Result<(), GuardError> {
        let price_wad = self.price_now()?;
        let price = Ratio::whole(price_wad);
        let band = self.window.follow(OF_PRICE, &price)?;
        if band.contains(&price) {
            return Ok(());
        }
        Err(GuardError::own(PriceOffReference {
            price_wad,
            reference_x128: band.reference_x128(),
        }))
    }

    /// What is lent of the share has a ceiling; no rule says one for the rest.
    fn grow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        if asset != self.protocol.share() {
            return Ok(());
        }
        let lent = self.protocol.lent(asset);
        self.growth.increase(DEBT, lent, amount)
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
