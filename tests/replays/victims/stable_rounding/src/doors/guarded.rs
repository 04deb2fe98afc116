//! With guards.

use crate::{
    defence::{FLOWS, POOL_VALUE, SHARE_PRICE, SWAP_POOL_VALUE, SWAP_SHARE_PRICE},
    math, OutOfRange, Pool, PoolError,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use portcullis::{
    core_types::mode::{Mode, Modes},
    guarded,
    invariant::Invariant,
    transition::{Flows, Moded},
    GuardError,
};
use stylus_sdk::prelude::*;
use victim_guards::Limit;

#[guarded]
#[public]
impl Pool {
    /// Names the tokens, and who governs the guards.
    #[constructor]
    pub fn constructor(
        &mut self,
        governor: Address,
        plain: Address,
        rated: Address,
    ) -> Result<(), PoolError> {
        self.name(plain, rated);
        Ok(self.defence.limits.initialize(governor)?)
    }

    /// The pool as it stood, and who says the second token's rate. Once, by whoever is first.
    #[guard(lock)]
    pub fn seed(
        &mut self,
        plain: U256,
        rated: U256,
        supply: U256,
        rate_provider: Address,
    ) -> Result<(), PoolError> {
        self.begin([plain, rated], supply, rate_provider)
    }

    /// Takes the rate that its provider says. Anyone may.
    #[guard(lock)]
    pub fn update_rate(&mut self) -> Result<(), PoolError> {
        self.take_rate()
    }

    /// Credits the caller inside.
    #[guard(inflow(FLOWS: self.token(place)?))]
    pub fn deposit(&mut self, place: U256, amount: U256) -> Result<(), PoolError> {
        self.bring_in(place, amount)
    }

    /// Swaps in a row: three words each, what comes in, what goes out, and how much of it.
    #[guard(keep(SHARE_PRICE: self.share_price_stays()?, POOL_VALUE: self.value_per_share_stays()))]
    pub fn batch_swap(&mut self, swaps: Vec<U256>) -> Result<(), PoolError> {
        self.swaps(&swaps)
    }

    /// Pays what the caller has inside.
    #[guard(outflow(FLOWS: self.token(place)?))]
    pub fn withdraw(&mut self, place: U256, amount: U256) -> Result<(), PoolError> {
        self.pay_out(place, amount)
    }

    /// Sets an asset's bucket, and the most of it in a transaction.
    #[exempt("the governor's, which is a timelock; it moves nothing")]
    pub fn limit(&mut self, limit: Limit) -> Result<(), PoolError> {
        Ok(self.defence.limits.limit(limit)?)
    }

    /// Sets by how much a share's price may move in a transition, and the least supply.
    #[exempt("the governor's, which is a timelock; it moves nothing")]
    pub fn set_share_price(&mut self, step_bps: u64, least_supply: U256) -> Result<(), PoolError> {
        let by = self.defence.limits.governor()?;
        Ok(self.defence.share_price.set(&by, step_bps, least_supply)?)
    }

    /// Sets a guard's mode.
    #[exempt("the governor's, which is a timelock; it moves nothing")]
    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), PoolError> {
        Ok(self.defence.limits.set_mode(guard, mode)?)
    }

    /// Both balances and the supply.
    pub fn state(&self) -> (U256, U256, U256) {
        let [plain, rated] = self.balances();
        (plain, rated, self.supply.get())
    }

    /// What an account has inside.
    pub fn inside_of(&self, place: U256, account: Address) -> U256 {
        self.inside.getter(place).get(account)
    }

    /// The invariant of such balances, at the rate of now.
    pub fn invariant_of(&self, plain: U256, rated: U256) -> Result<U256, PoolError> {
        math::invariant(self.scaled([plain, rated])?).ok_or_else(|| OutOfRange {}.into())
    }
}

impl Pool {
    /// A swap, over which the invariants hold: what they are over a batch can be put right before its end, or hidden by what comes after.
    pub(crate) fn kept_swap(
        &mut self,
        place_in: usize,
        place_out: usize,
        out: U256,
    ) -> Result<U256, PoolError> {
        let modes = self.defence.limits.modes();
        let asked = |guard| modes.of(guard) != Mode::Shadow;
        // Made only where they are asked: either computes the pool's invariant, 121 times in a batch.
        let share_price = if asked(SWAP_SHARE_PRICE) {
            let before = self.share_price_stays()?.before(self.vm());
            Some(before.map_err(GuardError::from)?)
        } else {
            None
        };
        let pool_value = if asked(SWAP_POOL_VALUE) {
            let before = self.value_per_share_stays().before(self.vm());
            Some(before.map_err(GuardError::from)?)
        } else {
            None
        };
        let amount_in = self.swap(place_in, place_out, out)?;
        if let Some(before) = share_price {
            let after = self.share_price_stays()?.after(self.vm(), before);
            after.map_err(GuardError::from)?;
        }
        if let Some(before) = pool_value {
            let after = self.value_per_share_stays().after(self.vm(), before);
            after.map_err(GuardError::from)?;
        }
        Ok(amount_in)
    }
}

/// What an account brought in and takes out again in the same transaction counts nothing: borrowed ether would use up everybody's day.
impl Flows for Pool {
    fn inflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let account = self.vm().msg_sender();
        self.defence.limits.came_in(asset, account, amount)
    }

    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let account = self.vm().msg_sender();
        self.defence.limits.goes_out(asset, account, amount)
    }
}

impl Moded for Pool {
    fn guard_modes(&self) -> Modes {
        self.defence.limits.modes()
    }
}
