//! A pool of ether and a token that sends ether before its supply is written: Curve's pETH pool, July 2023.
//!
//! # Design
//! - The feature `guarded` (on by default) puts Portcullis' guards around it: `doors` is what differs, and what the accounts hold is counted once more. Same
//!   mathematics, same fault, same interface.
//! - The mathematics, the fees and the order in which things happen are the pool's: with its state and the calls of the attack it gives its numbers to the unit.
//! - The pool's shares are not a token of their own here: nobody passes them on.
//! - `lockless` is a third build: the guards without their lock, to see what the others are worth when a call back gets in.
//!
//! # The fault
//! The compiler gave each function a lock of its own (`Pool::locked`). So liquidity can be added while liquidity is being removed, when the ether has left and the supply has not.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod curve;
mod defence;
mod doors;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;

use crate::{
    curve::{invariant, other_balance, part_down, ADMIN_FEE, FEE},
    defence::Defence,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis::{
    asset::{self, ETH},
    core_types::mul_div::mul_div_down,
    error_set, errors, GuardError,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageMap, StorageU256},
};

errors! {
    /// The function runs already.
    Locked(function: U256);
    /// Nothing was there to begin with, or something was.
    NotEmpty(supply: U256);
    /// More is asked for than the account or the pool has, or nothing is.
    BadAmount(amount: U256, available: U256);
    /// A number of the pool's mathematics does not exist for these amounts.
    OutOfRange();
}

error_set! {
    /// What the pool refuses with.
    PoolError { Locked, NotEmpty, BadAmount, OutOfRange, GuardError, }
}

/// The functions, of which each has a lock.
#[derive(Clone, Copy)]
enum Function {
    Add = 1,
    Remove = 2,
    Exchange = 3,
}

/// The pool.
#[cfg_attr(feature = "guarded", portcullis::entrypoint)]
#[cfg_attr(not(feature = "guarded"), entrypoint)]
#[storage]
pub struct Pool {
    token: StorageAddress,
    /// What the pool counts as its own of ether and of the token; what is held beyond that are fees that are somebody else's.
    ether: StorageU256,
    tokens: StorageU256,
    supply: StorageU256,
    shares: StorageMap<Address, StorageU256>,
    entered: StorageMap<U256, StorageU256>,
    defence: Defence,
}

fn number(number: Option<U256>) -> Result<U256, PoolError> {
    number.ok_or_else(|| OutOfRange {}.into())
}

impl Pool {
    fn balances(&self) -> [U256; 2] {
        [self.ether.get(), self.tokens.get()]
    }

    fn set_balances(&mut self, [ether, tokens]: [U256; 2]) {
        self.ether.set(ether);
        self.tokens.set(tokens);
    }

    /// Runs a function under its own lock, which is the fault: there should be one for all.
    fn locked<T>(
        &mut self,
        function: Function,
        body: impl FnOnce(&mut Self) -> Result<T, PoolError>,
    ) -> Result<T, PoolError> {
        let function = curve::small(function as u64);
        if !self.entered.get(function).is_zero() {
            return Err(Locked { function }.into());
        }
        self.entered.insert(function, U256::ONE);
        let done = body(self);
        self.entered.insert(function, U256::ZERO);
        done
    }

    fn credit(&mut self, account: Address, amount: U256) {
        // Invariant: no account has more than all have.
        let held = self.shares.get(account).saturating_add(amount);
        self.shares.insert(account, held);
        self.defence.credited(amount);
    }

    fn debit(&mut self, account: Address, amount: U256) -> Result<(), PoolError> {
        let available = self.shares.get(account);
        let left = available
            .checked_sub(amount)
            .ok_or(BadAmount { amount, available })?;
        self.shares.insert(account, left);
        self.defence.debited(amount);
        Ok(())
    }

    /// Takes both from the caller.
    fn take(&self, amounts: [U256; 2]) -> Result<(), PoolError> {
        asset::take(self.vm(), ETH, amounts[0])?;
        if !amounts[1].is_zero() {
            asset::pull_token(self.vm(), self.token.get(), self.vm().msg_sender(), amounts[1])?;
        }
        Ok(())
    }

    /// The pool as it stood: its balances, and a supply that is the caller's.
    fn begin(&mut self, amounts: [U256; 2], supply: U256) -> Result<(), PoolError> {
        let before = self.supply.get();
        if !before.is_zero() {
            return Err(NotEmpty { supply: before }.into());
        }
        self.take(amounts)?;
        self.set_balances(amounts);
        self.supply.set(supply);
        self.credit(self.vm().msg_sender(), supply);
        Ok(())
    }

    fn add(&mut self, amounts: [U256; 2]) -> Result<U256, PoolError> {
        self.locked(Function::Add, |pool| {
            pool.take(amounts)?;
            let (old, supply) = (pool.balances(), pool.supply.get());
            let mut new = old;
            for (new, amount) in new.iter_mut().zip(amounts) {
                *new = number(new.checked_add(amount))?;
            }
            let (before, ideal) = (number(invariant(old))?, number(invariant(new))?);
            // A fee on what makes the pool less even: half of a swap's, as half would have been swapped. Half of it is the pool's.
            let (mut kept, mut counted) = (new, new);
            for ((old, kept), counted) in old.into_iter().zip(&mut kept).zip(&mut counted) {
                let even = number(mul_div_down(ideal, old, before))?;
                let fee = number(part_down(even.abs_diff(*kept), FEE / 2))?;
                *kept = number(kept.checked_sub(number(part_down(fee, ADMIN_FEE))?))?;
                *counted = number(counted.checked_sub(fee))?;
            }
            pool.set_balances(kept);
            let grown = number(number(invariant(counted))?.checked_sub(before))?;
            let minted = number(mul_div_down(supply, grown, before))?;
            pool.supply.set(number(supply.checked_add(minted))?);
            pool.credit(pool.vm().msg_sender(), minted);
            Ok(minted)
        })
    }

    fn remove(&mut self, amount: U256) -> Result<[U256; 2], PoolError> {
        self.locked(Function::Remove, |pool| {
            let (supply, account) = (pool.supply.get(), pool.vm().msg_sender());
            if amount.is_zero() || amount > supply {
                return Err(BadAmount {
                    amount,
                    available: supply,
                }
                .into());
            }
            // One asset after the other, and the ether first: whom it goes to is called with the supply of before.
            let ether = number(mul_div_down(pool.ether.get(), amount, supply))?;
            pool.ether.set(number(pool.ether.get().checked_sub(ether))?);
            asset::push(pool.vm(), ETH, account, ether)?;
            let tokens = number(mul_div_down(pool.tokens.get(), amount, supply))?;
            pool.tokens.set(number(pool.tokens.get().checked_sub(tokens))?);
            asset::push(pool.vm(), pool.token.get(), account, tokens)?;
            // What was minted in between is not in this number.
            pool.supply.set(number(supply.checked_sub(amount))?);
            pool.debit(account, amount)?;
            Ok([ether, tokens])
        })
    }

    /// Swaps ether for tokens, or tokens for ether.
    fn swap(&mut self, ether_in: bool, amount: U256) -> Result<U256, PoolError> {
        self.locked(Function::Exchange, |pool| {
            pool.take(if ether_in {
                [amount, U256::ZERO]
            } else {
                [U256::ZERO, amount]
            })?;
            let [ether, tokens] = pool.balances();
            let (of_in, of_out) = if ether_in {
                (ether, tokens)
            } else {
                (tokens, ether)
            };
            let d = number(invariant([ether, tokens]))?;
            let of_in = number(of_in.checked_add(amount))?;
            let left = number(other_balance(of_in, d))?;
            // One less, for the roundings of the two.
            let gross = number(
                of_out
                    .checked_sub(left)
                    .and_then(|gross| gross.checked_sub(U256::ONE)),
            )?;
            let fee = number(part_down(gross, FEE))?;
            let paid = number(gross.checked_sub(fee))?;
            let gone = number(paid.checked_add(number(part_down(fee, ADMIN_FEE))?))?;
            let of_out = number(of_out.checked_sub(gone))?;
            pool.set_balances(if ether_in {
                [of_in, of_out]
            } else {
                [of_out, of_in]
            });
            let out = if ether_in { pool.token.get() } else { ETH };
            asset::push(pool.vm(), out, pool.vm().msg_sender(), paid)?;
            Ok(paid)
        })
    }

    /// What a share is worth, 1 scaled by 10^18.
    fn share_price_wad(&self) -> Result<U256, PoolError> {
        let d = number(invariant(self.balances()))?;
        number(mul_div_down(
            d,
            curve::small(1_000_000_000_000_000_000),
            self.supply.get(),
        ))
    }
}
