//! Without guards.

use crate::{Pool, PoolError};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use stylus_sdk::prelude::*;

#[public]
impl Pool {
    /// Names the tokens. Who would govern the guards governs nothing.
    #[constructor]
    pub fn constructor(
        &mut self,
        _governor: Address,
        first: Address,
        second: Address,
    ) -> Result<(), PoolError> {
        self.first.set(first);
        self.second.set(second);
        Ok(())
    }

    /// The first price, its root with 64 bits behind the point, and whom the guards ask for prices. Once, by whoever is first.
    pub fn start(&mut self, root: U256, oracle: Address) -> Result<(), PoolError> {
        self.begin(root)?;
        self.defence.ask(oracle);
        Ok(())
    }

    /// Opens an empty position between two roots.
    pub fn open_position(&mut self, low: U256, high: U256) -> Result<U256, PoolError> {
        self.open(low, high)
    }

    /// Adds liquidity to the caller's position.
    pub fn add_liquidity(&mut self, id: U256, liquidity: U256) -> Result<(U256, U256), PoolError> {
        self.add(id, liquidity).map(Into::into)
    }

    /// Takes liquidity out of the caller's position.
    pub fn remove_liquidity(&mut self, id: U256, liquidity: U256) -> Result<(U256, U256), PoolError> {
        self.remove(id, liquidity).map(Into::into)
    }

    /// Swaps until the root is this one. Says what came in and what went out.
    pub fn swap(&mut self, target: U256) -> Result<(U256, U256), PoolError> {
        self.swap_to(target)
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
