//! With guards.

use crate::{
    defence::{COVERED, FLOWS, PRICE, VALUE},
    Pool, PoolError,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use portcullis::{
    core_types::mode::Modes,
    guarded,
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
        first: Address,
        second: Address,
    ) -> Result<(), PoolError> {
        self.first.set(first);
        self.second.set(second);
        Ok(self.defence.limits.initialize(governor)?)
    }

    /// The first price, its root with 64 bits behind the point, and whom the guards ask for prices. Once, by whoever is first.
    #[guard(lock)]
    pub fn start(&mut self, root: U256, oracle: Address) -> Result<(), PoolError> {
        self.begin(root)?;
        self.defence.ask(oracle);
        Ok(())
    }

    /// Opens an empty position between two roots.
    #[guard(lock)]
    pub fn open_position(&mut self, low: U256, high: U256) -> Result<U256, PoolError> {
        self.open(low, high)
    }

    /// Adds liquidity to the caller's position.
    #[guard(
        inflow(FLOWS: self.first.get()),
        inflow(FLOWS: self.second.get()),
        keep(VALUE: self.value_is_kept(), COVERED: self.positions_are_covered())
    )]
    pub fn add_liquidity(&mut self, id: U256, liquidity: U256) -> Result<(U256, U256), PoolError> {
        self.add(id, liquidity).map(Into::into)
    }

    /// Takes liquidity out of the caller's position.
    #[guard(
        outflow(FLOWS: self.first.get()),
        outflow(FLOWS: self.second.get()),
        keep(VALUE: self.value_is_kept(), COVERED: self.positions_are_covered())
    )]
    pub fn remove_liquidity(&mut self, id: U256, liquidity: U256) -> Result<(U256, U256), PoolError> {
        self.remove(id, liquidity).map(Into::into)
    }

    /// Swaps until the root is this one. Says what came in and what went out.
    #[guard(
        inflow(FLOWS: self.first.get()),
        inflow(FLOWS: self.second.get()),
        outflow(FLOWS: self.first.get()),
        outflow(FLOWS: self.second.get()),
        keep(
            PRICE: self.price_stays()?,
            VALUE: self.tokens_are_even()?,
            COVERED: self.positions_are_covered(),
        )
    )]
    pub fn swap(&mut self, target: U256) -> Result<(U256, U256), PoolError> {
        self.swap_to(target)
    }

    /// Sets an asset's bucket, and the most of it in a transaction.
    #[exempt("the governor's, which is a timelock; it moves nothing")]
    pub fn limit(&mut self, limit: Limit) -> Result<(), PoolError> {
        Ok(self.defence.limits.limit(limit)?)
    }

    /// Sets where the price may be, and how far it moves in a transition.
    #[exempt("the governor's, which is a timelock; it moves nothing")]
    pub fn set_price_bounds(
        &mut self,
        least_wad: U256,
        most_wad: U256,
        step_bps: u64,
    ) -> Result<(), PoolError> {
        self.defence.set_price_bounds(least_wad, most_wad, step_bps)
    }

    /// Sets a guard's mode.
    #[exempt("the governor's, which is a timelock; it moves nothing")]
    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), PoolError> {
        Ok(self.defence.limits.set_mode(guard, mode)?)
    }

    /// The root of the price.
    pub fn sqrt_price(&self) -> U256 {
        self.root.get()
    }

    /// A position's bounds and liquidity.
    pub fn position(&self, id: U256) -> (U256, U256, U256) {
        let range = self.range(id);
        (range.low, range.high, range.liquidity)
    }
}

/// What an account brought in and takes out again in the same transaction counts nothing: borrowed tokens would use up everybody's day.
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
