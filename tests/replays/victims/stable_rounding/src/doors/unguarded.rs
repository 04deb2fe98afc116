//! Without guards.

use crate::{math, OutOfRange, Pool, PoolError};
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
        plain: Address,
        rated: Address,
    ) -> Result<(), PoolError> {
        self.name(plain, rated);
        Ok(())
    }

    /// The pool as it stood, and who says the second token's rate. Once, by whoever is first.
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
    pub fn update_rate(&mut self) -> Result<(), PoolError> {
        self.take_rate()
    }

    /// Credits the caller inside.
    pub fn deposit(&mut self, place: U256, amount: U256) -> Result<(), PoolError> {
        self.bring_in(place, amount)
    }

    /// Swaps in a row: three words each, what comes in, what goes out, and how much of it.
    pub fn batch_swap(&mut self, swaps: Vec<U256>) -> Result<(), PoolError> {
        self.swaps(&swaps)
    }

    /// Pays what the caller has inside.
    pub fn withdraw(&mut self, place: U256, amount: U256) -> Result<(), PoolError> {
        self.pay_out(place, amount)
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
    pub(crate) fn kept_swap(
        &mut self,
        place_in: usize,
        place_out: usize,
        out: U256,
    ) -> Result<U256, PoolError> {
        self.swap(place_in, place_out, out)
    }
}
