//! A stable pool that scales what it pays out by a rate and rounds that down: Balancer's pools of the second version, November 2025.
//!
//! # Design
//! - The feature `guarded` (on by default) puts Portcullis' guards around it: `doors` is what differs. Same mathematics, same fault, same interface.
//! - Pool and vault are one contract: a batch of swaps changes what accounts have inside of it, and only `Pool::pay_out` moves a token.
//! - The pool's own share is an asset of the batch, as Balancer's composable pools have it. Shares do not leave the contract.
//! - With the pool's state and the swaps of the attack it gives their amounts to the unit, but for two of 121, which differ by a unit of the share: what a rounding in the
//!   pool's favour makes its protocol's due at the next change of shares is not here.
//!
//! # The fault
//! `Pool::scaled_down` is also asked for what goes out. Of 18 units at a rate of 1.058 the pool counts 19, of 17 it counts 17: it gets paid for one less than it gives.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod defence;
mod doors;
mod math;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;

use crate::defence::Defence;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis::{asset, calldata, error_set, errors, events, sdk, GuardError};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageMap, StorageU256},
};

events! {
    /// A swap of a batch, by the places of its assets.
    Swapped(place_in: U256, place_out: U256; amount_in: U256, amount_out: U256);
}

errors! {
    /// There is something already.
    NotEmpty(supply: U256);
    /// More is asked for than the account or the pool has.
    BadAmount(amount: U256, available: U256);
    /// A number of the pool's mathematics does not exist for these amounts.
    OutOfRange();
    /// Not swaps: three words each, of two different assets of the three.
    BadSwaps();
    /// The provider does not say a rate.
    NoRate(provider: Address);
}

error_set! {
    /// What the pool refuses with.
    PoolError { NotEmpty, BadAmount, OutOfRange, BadSwaps, NoRate, GuardError, }
}

/// The assets by their places: the two tokens, of which the second has a rate, and the pool's share.
pub(crate) const SHARE: usize = 2;

/// The pool.
#[cfg_attr(feature = "guarded", portcullis::entrypoint)]
#[cfg_attr(not(feature = "guarded"), entrypoint)]
#[storage]
pub struct Pool {
    plain: StorageAddress,
    rated: StorageAddress,
    rate_provider: StorageAddress,
    /// What a unit of the second token is worth in the first, with 18 decimals.
    rate: StorageU256,
    balance_plain: StorageU256,
    balance_rated: StorageU256,
    supply: StorageU256,
    /// What accounts have inside, by asset.
    inside: StorageMap<U256, StorageMap<Address, StorageU256>>,
    // Nothing is in it without guards.
    #[cfg_attr(not(feature = "guarded"), allow(dead_code))]
    defence: Defence,
}

fn number(number: Option<U256>) -> Result<U256, PoolError> {
    number.ok_or_else(|| OutOfRange {}.into())
}

impl Pool {
    fn name(&mut self, plain: Address, rated: Address) {
        self.plain.set(plain);
        self.rated.set(rated);
    }

    /// The tokens as the pool counts them.
    fn balances(&self) -> [U256; 2] {
        [self.balance_plain.get(), self.balance_rated.get()]
    }

    fn set_balances(&mut self, [plain, rated]: [U256; 2]) {
        self.balance_plain.set(plain);
        self.balance_rated.set(rated);
    }

    /// The token at a place, if there is one.
    fn token(&self, place: U256) -> Result<Address, PoolError> {
        match place.into_limbs() {
            [0, 0, 0, 0] => Ok(self.plain.get()),
            [1, 0, 0, 0] => Ok(self.rated.get()),
            _ => Err(BadSwaps {}.into()),
        }
    }

    fn factor(&self, place: usize) -> U256 {
        if place == 1 {
            self.rate.get()
        } else {
            math::ONE
        }
    }

    /// An amount in the units of the mathematics. The fault: what goes out had to be rounded up.
    fn scaled_down(&self, place: usize, amount: U256) -> Result<U256, PoolError> {
        number(math::mul_down(amount, self.factor(place)))
    }

    fn scaled(&self, [plain, rated]: [U256; 2]) -> Result<[U256; 2], PoolError> {
        Ok([self.scaled_down(0, plain)?, self.scaled_down(1, rated)?])
    }

    fn scaled_balances(&self) -> Result<[U256; 2], PoolError> {
        self.scaled(self.balances())
    }

    fn invariant_now(&self) -> Result<U256, PoolError> {
        number(math::invariant(self.scaled_balances()?))
    }

    /// The pool as it stood: its balances, a supply that is the caller's, and who says the rate.
    fn begin(&mut self, amounts: [U256; 2], supply: U256, rate_provider: Address) -> Result<(), PoolError> {
        let before = self.supply.get();
        if !before.is_zero() {
            return Err(NotEmpty { supply: before }.into());
        }
        self.rate_provider.set(rate_provider);
        self.take_rate()?;
        let account = self.vm().msg_sender();
        for (place, amount) in [U256::ZERO, U256::ONE].into_iter().zip(amounts) {
            asset::pull_token(self.vm(), self.token(place)?, account, amount)?;
        }
        self.set_balances(amounts);
        self.supply.set(supply);
        self.settle(SHARE, U256::ZERO, supply)
    }

    /// Takes the rate that the provider says.
    fn take_rate(&mut self) -> Result<(), PoolError> {
        let (provider, token) = (self.rate_provider.get(), self.rated.get());
        let said = sdk::static_call(self.vm(), provider, &calldata!("price", token: Address));
        let rate = said
            .and_then(|said| U256::try_from_be_slice(&said))
            .unwrap_or_default();
        if rate.is_zero() {
            return Err(NoRate { provider }.into());
        }
        self.rate.set(rate);
        Ok(())
    }

    /// Credits the caller inside with what arrives of a token.
    fn bring_in(&mut self, place: U256, amount: U256) -> Result<(), PoolError> {
        let token = self.token(place)?;
        let arrived = asset::pull_token(self.vm(), token, self.vm().msg_sender(), amount)?;
        self.settle(place.into_limbs()[0] as usize, U256::ZERO, arrived)
    }

    /// Pays what the caller has inside of a token.
    fn pay_out(&mut self, place: U256, amount: U256) -> Result<(), PoolError> {
        let token = self.token(place)?;
        self.settle(place.into_limbs()[0] as usize, amount, U256::ZERO)?;
        Ok(asset::push(self.vm(), token, self.vm().msg_sender(), amount)?)
    }

    /// Takes from what the caller has inside of an asset, and gives to it.
    fn settle(&mut self, place: usize, owed: U256, due: U256) -> Result<(), PoolError> {
        let account = self.vm().msg_sender();
        let mut accounts = self.inside.setter(math::small(place as u64));
        let available = accounts.get(account);
        let with_due = number(available.checked_add(due))?;
        let left = with_due.checked_sub(owed).ok_or(BadAmount {
            amount: owed,
            available: with_due,
        })?;
        accounts.insert(account, left);
        Ok(())
    }

    /// Makes swaps in a row, each for an exact amount that goes out, and settles only what is left of all of them.
    fn swaps(&mut self, words: &[U256]) -> Result<(), PoolError> {
        if !words.len().is_multiple_of(3) {
            return Err(BadSwaps {}.into());
        }
        let (mut owed, mut due) = ([U256::ZERO; 3], [U256::ZERO; 3]);
        for swap in words.chunks_exact(3) {
            let [place_in, place_out] = [swap[0], swap[1]].map(|place| match place.into_limbs() {
                [place @ 0..=2, 0, 0, 0] => place as usize,
                _ => usize::MAX,
            });
            if place_in == place_out || place_in > SHARE || place_out > SHARE {
                return Err(BadSwaps {}.into());
            }
            let amount_in = self.kept_swap(place_in, place_out, swap[2])?;
            let swapped = Swapped {
                place_in: swap[0],
                place_out: swap[1],
                amount_in,
                amount_out: swap[2],
            };
            sdk::emit(self.vm(), swapped);
            owed[place_in] = number(owed[place_in].checked_add(amount_in))?;
            due[place_out] = number(due[place_out].checked_add(swap[2]))?;
        }
        for (place, (owed, due)) in owed.into_iter().zip(due).enumerate() {
            self.settle(place, owed, due)?;
        }
        Ok(())
    }

    /// One swap. Returns what comes in for `out`.
    fn swap(&mut self, place_in: usize, place_out: usize, out: U256) -> Result<U256, PoolError> {
        let (scaled, supply) = (self.scaled_balances()?, self.supply.get());
        let counted = self.scaled_down(place_out, out)?;
        let d = number(math::invariant(scaled))?;
        let mut balances = self.balances();
        if place_out < SHARE {
            let available = balances[place_out];
            balances[place_out] = available.checked_sub(out).ok_or(BadAmount {
                amount: out,
                available,
            })?;
        }
        let amount_in = if place_in == SHARE {
            let shares = number(math::shares_given_out_up(scaled, place_out, counted, supply, d))?;
            self.supply.set(supply.checked_sub(shares).ok_or(BadAmount {
                amount: shares,
                available: supply,
            })?);
            shares
        } else {
            let amount = if place_out == SHARE {
                self.supply.set(number(supply.checked_add(counted))?);
                number(math::in_given_shares_up(scaled, place_in, counted, supply, d))?
            } else {
                number(math::in_given_out_up(scaled, place_in, counted))?
            };
            let mut amount = number(math::div_up(amount, self.factor(place_in)))?;
            if place_out != SHARE {
                amount = number(math::with_fee_up(amount))?;
            }
            balances[place_in] = number(balances[place_in].checked_add(amount))?;
            amount
        };
        self.set_balances(balances);
        if place_in == SHARE || place_out == SHARE {
            self.pay_protocol(d, supply)?;
        }
        Ok(amount_in)
    }

    /// Mints the protocol's part of the fees that a change of shares brought. They are nobody's here that acts.
    fn pay_protocol(&mut self, d_before: U256, supply_before: U256) -> Result<(), PoolError> {
        let (d, supply) = (self.invariant_now()?, self.supply.get());
        let fee = number(math::protocol_shares_down(d_before, d, supply_before, supply))?;
        self.supply.set(number(supply.checked_add(fee))?);
        Ok(())
    }
}
