//! The protocol with guards around every method.
//!
//! # Design
//! - **Few shares are refused, whatever they are worth**, and what a share is worth is held near a reference that follows slowly, over any number of flash loans.
//! - **What is paid out is worth what was given for it**: what the market holds and what its shares are worth are counted together, so that a share that is rounded away is a value that left. What
//!   is held per share would not do: a gift of before stands in it, so that it rises at a withdrawal that is paid too much, and falls at a deposit that is not.
//! - The lock that every guarded method takes is closed to a flash loan's borrower as well. Honest ones deposit and withdraw in the middle of a loan too; here they do it after.
//! - What leaves is charged to a cap for each transaction and to a bucket.

use crate::protocol::{Protocol, RAY};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    asset,
    core_types::{
        invariant::{
            change::Change as Moved,
            price::{Pricing, Shares},
            value::{Flows as Values, Tolerance},
        },
        mode::{GuardId, Modes},
    },
    errors,
    flow_cap::Caps,
    guarded,
    invariant::{
        self, share_price_near, Band, Invariant, PriceWindow, SupplyBelowFloor, Unmet, ValueLost,
        ValueOverflow, WindowTerms,
    },
    sdk::VM,
    timelock::Change,
    transition::{Flows, Moded},
    GuardError,
};
use stylus_sdk::{abi::Bytes, prelude::*, storage::StorageU256};
use victim_guards::Limits;

errors! {
    /// The window was not set.
    NotSet();
}

/// There are enough shares, or none.
pub const LEAST_SUPPLY: GuardId = GuardId::of::<1>();
/// What a share is worth is near what it was.
pub const SHARE_PRICE: GuardId = GuardId::of::<2>();
/// What goes out is worth what came in.
pub const VALUE: GuardId = GuardId::of::<3>();
/// What leaves: cap and bucket.
pub const LIMITS: GuardId = GuardId::of::<4>();

/// The one share that is priced.
const SHARE: B256 = B256::ZERO;
/// One percent.
const TOLERANCE: Tolerance = match Tolerance::new(100) {
    Some(tolerance) => tolerance,
    None => unreachable!(),
};

/// The protocol with guards.
#[portcullis::entrypoint]
#[storage]
pub struct Lending {
    protocol: Protocol,
    limits: Limits,
    window: PriceWindow,
    least_supply: StorageU256,
}

#[guarded]
#[public]
impl Lending {
    /// Says who governs, what is put up, what a share of it is worth at first, what a flash loan costs and what may be owed.
    #[constructor]
    pub fn constructor(
        &mut self,
        governor: Address,
        collateral: Address,
        index_ray: U256,
        fee_bps: U256,
        factor_bps: U256,
    ) -> Result<(), Vec<u8>> {
        self.protocol
            .initialize(collateral, index_ray, [fee_bps, factor_bps]);
        Ok(self.limits.initialize(governor)?)
    }

    /// Puts up collateral.
    #[guard(
        enter(self.follow()),
        inflow(LIMITS: self.protocol.collateral()),
        keep(LEAST_SUPPLY: self.enough(), SHARE_PRICE: self.near()?, VALUE: self.even())
    )]
    pub fn deposit(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.deposit(self.vm().msg_sender(), amount)?)
    }

    /// Takes collateral out.
    #[guard(
        enter(self.follow()),
        outflow(LIMITS: self.protocol.collateral(), amount),
        keep(LEAST_SUPPLY: self.enough(), SHARE_PRICE: self.near()?, VALUE: self.even())
    )]
    pub fn withdraw(&mut self, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.withdraw(self.vm().msg_sender(), amount)?)
    }

    /// Lends collateral for as long as a call takes. What is lent so does not leave, and what shares gain is the fee.
    #[guard(
        enter(self.follow()),
        keep(LEAST_SUPPLY: self.enough(), SHARE_PRICE: self.near()?)
    )]
    pub fn flash_loan(&mut self, amount: U256, data: Bytes) -> Result<(), Vec<u8>> {
        self.protocol.flash_loan(self.vm().msg_sender(), amount, &data)
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

    /// What a share is worth, scaled by 10^27, and how many there are.
    pub fn market(&self) -> (U256, U256) {
        (self.protocol.index_ray(), self.protocol.supply())
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

    /// Sets how far what a share is worth moves, from what it is worth now, and the least supply.
    #[exempt("the governor's, who is a timelock here")]
    pub fn bound_share(
        &mut self,
        step_bps: u64,
        period_secs: u64,
        least_supply: U256,
    ) -> Result<(), Vec<u8>> {
        let by = self.limits.governor()?;
        self.least_supply.set(least_supply);
        let terms = WindowTerms {
            down_bps: step_bps,
            up_bps: step_bps,
            step_bps,
            period_secs,
        };
        let price = every_share()?.price(&self.index());
        Ok(self
            .window
            .configure(Change::waited_elsewhere(&by), SHARE, &price, terms)?)
    }

    /// Sets a guard's mode.
    #[exempt("the governor's, who is a timelock here")]
    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), Vec<u8>> {
        Ok(self.limits.set_mode(guard, mode)?)
    }
}

/// A price for any number of shares: how few there may be is a guard of its own here, so that each is seen alone.
fn every_share() -> Result<Pricing, GuardError> {
    Pricing::new(0, U256::ONE).ok_or_else(|| GuardError::own(NotSet {}))
}

impl Lending {
    /// What 10^27 shares are worth.
    fn index(&self) -> Shares {
        Shares {
            assets: self.protocol.index_ray(),
            supply: RAY,
        }
    }

    /// The reference follows what a share is worth before the call.
    fn follow(&mut self) -> Result<(), GuardError> {
        let price = every_share()?.price(&self.index());
        self.window.follow(SHARE, &price).map(drop)
    }

    fn near(&self) -> Result<impl Invariant<Before = ()> + use<'_>, GuardError> {
        let band: Band = self
            .window
            .band(SHARE)
            .ok_or_else(|| GuardError::own(NotSet {}))?;
        Ok(share_price_near(every_share()?, band, |_: &VM| Ok(self.index())))
    }

    fn enough(&self) -> impl Invariant<Before = ()> + use<'_> {
        invariant::check(|_: &VM| {
            let (supply, floor) = (self.protocol.supply(), self.least_supply.get());
            if supply.is_zero() || supply >= floor {
                return Ok(());
            }
            Err(Unmet::broken(SupplyBelowFloor { supply, floor }))
        })
    }

    /// What is held, and what shares are worth.
    fn sums(&self, vm: &VM) -> Result<[U256; 2], Unmet> {
        let held = asset::held(vm, self.protocol.collateral()).map_err(Unmet::unevaluated)?;
        let owed = self
            .protocol
            .worth_nearest(self.protocol.supply())
            .map_err(Unmet::unevaluated)?;
        Ok([held, owed])
    }

    fn even(&self) -> impl Invariant<Before = [U256; 2]> + use<'_> {
        invariant::compare(
            |vm: &VM| self.sums(vm),
            |[held_before, owed_before]: [U256; 2], [held, owed]: [U256; 2]| {
                let asset = self.protocol.collateral();
                let mut values = Values::default();
                for change in [
                    Moved::between(held_before, held),
                    // To owe less is to have got something.
                    Moved::between(owed, owed_before),
                ] {
                    // Of one asset, both at one price: how that is rounded is far below the tolerance.
                    let value_of = |amount, _| {
                        self.protocol
                            .value_down(asset, amount)
                            .map_err(Unmet::unevaluated)
                    };
                    values = values
                        .add(change, value_of)?
                        .ok_or_else(|| Unmet::broken(ValueOverflow { asset }))?;
                }
                if values.are_even(TOLERANCE) {
                    return Ok(());
                }
                Err(Unmet::broken(ValueLost {
                    came_in_wad: values.came_in,
                    went_out_wad: values.went_out,
                    tolerance_bps: TOLERANCE.bps().into(),
                }))
            },
        )
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
