//! A pool of liquidity in ranges with a shift that loses bits: Cetus, May 2025.
//!
//! # Design
//! - The feature `guarded` (on by default) puts Portcullis' guards around it: `doors` is what differs. Same mathematics, same fault, same interface.
//! - Simplified: bounds are roots of prices and not ticks, there are at most [`MAX_POSITIONS`] positions, a swap names the price that it goes to, and nobody pays a fee.
//! - The pool lends nothing. What its flash loan was is lent by somebody else, and sold to the pool: the price is then where it was.
//!
//! # The fault
//! `math::shifted_64`: the check before the shift compares with the wrong number, so an enormous position costs one unit.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod defence;
mod doors;
mod math;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;

use crate::{
    defence::Defence,
    math::{Amounts, Round},
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis::{asset, error_set, errors, GuardError};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageMap, StorageU256},
};

errors! {
    /// The pool has a price already.
    HasPrice(root: U256);
    /// A price or a range that is none: zero, from high to low, or on the wrong side.
    BadRange(low: U256, high: U256);
    /// There are as many positions as there may be.
    TooManyPositions();
    /// The position is somebody else's, or nobody's.
    NotOwner(id: U256, owner: Address);
    /// More liquidity is asked for than the position has, or none.
    BadLiquidity(liquidity: U256, available: U256);
    /// A number of the pool's mathematics does not exist for these.
    OutOfRange();
}

error_set! {
    /// What the pool refuses with.
    PoolError { HasPrice, BadRange, TooManyPositions, NotOwner, BadLiquidity, OutOfRange, GuardError, }
}

/// The most positions.
pub const MAX_POSITIONS: u64 = 8;

/// A position.
#[storage]
pub struct Position {
    owner: StorageAddress,
    low: StorageU256,
    high: StorageU256,
    liquidity: StorageU256,
}

/// The pool.
#[cfg_attr(feature = "guarded", portcullis::entrypoint)]
#[cfg_attr(not(feature = "guarded"), entrypoint)]
#[storage]
pub struct Pool {
    first: StorageAddress,
    second: StorageAddress,
    /// The root of what the first is worth in the second, with 64 bits behind the point.
    root: StorageU256,
    positions: StorageMap<U256, Position>,
    count: StorageU256,
    defence: Defence,
}

fn number<T>(number: Option<T>) -> Result<T, PoolError> {
    number.ok_or_else(|| OutOfRange {}.into())
}

/// A position's numbers.
#[derive(Clone, Copy)]
struct Range {
    low: U256,
    high: U256,
    liquidity: U256,
}

impl Pool {
    fn tokens(&self) -> [Address; 2] {
        [self.first.get(), self.second.get()]
    }

    fn range(&self, id: U256) -> Range {
        let position = self.positions.getter(id);
        Range {
            low: position.low.get(),
            high: position.high.get(),
            liquidity: position.liquidity.get(),
        }
    }

    /// All positions, of which there are few.
    fn ranges(&self) -> Vec<Range> {
        let [count, ..] = self.count.get().into_limbs();
        (0..count.min(MAX_POSITIONS))
            .map(|id| self.range(U256::from_limbs([id, 0, 0, 0])))
            .collect()
    }

    fn take(&self, amounts: Amounts) -> Result<(), PoolError> {
        let from = self.vm().msg_sender();
        for (token, amount) in self.tokens().into_iter().zip(amounts) {
            if !amount.is_zero() {
                asset::pull_token(self.vm(), token, from, amount)?;
            }
        }
        Ok(())
    }

    fn pay(&self, amounts: Amounts) -> Result<(), PoolError> {
        let to = self.vm().msg_sender();
        for (token, amount) in self.tokens().into_iter().zip(amounts) {
            if !amount.is_zero() {
                asset::push(self.vm(), token, to, amount)?;
            }
        }
        Ok(())
    }

    /// The price of an empty pool. Once.
    fn begin(&mut self, root: U256) -> Result<(), PoolError> {
        let before = self.root.get();
        if !before.is_zero() || root.is_zero() {
            return Err(HasPrice { root: before }.into());
        }
        self.root.set(root);
        Ok(())
    }

    fn open(&mut self, low: U256, high: U256) -> Result<U256, PoolError> {
        if low.is_zero() || low >= high {
            return Err(BadRange { low, high }.into());
        }
        let id = self.count.get();
        if id >= U256::from_limbs([MAX_POSITIONS, 0, 0, 0]) {
            return Err(TooManyPositions {}.into());
        }
        let owner = self.vm().msg_sender();
        let mut position = self.positions.setter(id);
        position.owner.set(owner);
        position.low.set(low);
        position.high.set(high);
        // Invariant: there are few.
        self.count.set(id.saturating_add(U256::ONE));
        Ok(id)
    }

    /// The position's numbers, for its owner.
    fn own(&self, id: U256) -> Result<Range, PoolError> {
        let owner = self.positions.getter(id).owner.get();
        if owner != self.vm().msg_sender() {
            return Err(NotOwner { id, owner }.into());
        }
        Ok(self.range(id))
    }

    fn add(&mut self, id: U256, liquidity: U256) -> Result<Amounts, PoolError> {
        let range = self.own(id)?;
        let amounts = number(math::position(
            liquidity,
            range.low,
            range.high,
            self.root.get(),
            Round::Up,
        ))?;
        let grown = number(range.liquidity.checked_add(liquidity))?;
        self.positions.setter(id).liquidity.set(grown);
        self.take(amounts)?;
        Ok(amounts)
    }

    fn remove(&mut self, id: U256, liquidity: U256) -> Result<Amounts, PoolError> {
        let range = self.own(id)?;
        let available = range.liquidity;
        let left = available.checked_sub(liquidity);
        let (Some(left), false) = (left, liquidity.is_zero()) else {
            return Err(BadLiquidity { liquidity, available }.into());
        };
        let amounts = number(math::position(
            liquidity,
            range.low,
            range.high,
            self.root.get(),
            Round::Down,
        ))?;
        self.positions.setter(id).liquidity.set(left);
        self.pay(amounts)?;
        Ok(amounts)
    }

    /// Swaps until the price is this one. Returns what comes in and what goes out.
    fn swap_to(&mut self, target: U256) -> Result<(U256, U256), PoolError> {
        let mut root = self.root.get();
        let falls = target < root;
        if target.is_zero() || target == root {
            return Err(BadRange {
                low: target,
                high: root,
            }
            .into());
        }
        let ranges = self.ranges();
        let mut moved = [U256::ZERO; 2];
        // From bound to bound: each range has two, and the target is one more.
        for _ in 0..=2 * MAX_POSITIONS {
            let bounds = ranges.iter().flat_map(|range| [range.low, range.high]);
            let next = if falls {
                bounds.filter(|bound| *bound < root).fold(target, U256::max)
            } else {
                bounds.filter(|bound| *bound > root).fold(target, U256::min)
            };
            let (low, high) = if falls { (next, root) } else { (root, next) };
            let active = ranges
                .iter()
                .filter(|range| range.low <= low && high <= range.high);
            let liquidity = active.fold(U256::ZERO, |all, range| all.saturating_add(range.liquidity));
            let (first, second) = if falls {
                (Round::Up, Round::Down)
            } else {
                (Round::Down, Round::Up)
            };
            let amounts = [
                number(math::first_between(liquidity, low, high, first))?,
                number(math::second_between(liquidity, low, high, second))?,
            ];
            for (moved, amount) in moved.iter_mut().zip(amounts) {
                *moved = number(moved.checked_add(amount))?;
            }
            root = next;
            if root == target {
                break;
            }
        }
        self.root.set(root);
        let [first, second] = moved;
        let (come, go) = if falls {
            ([first, U256::ZERO], [U256::ZERO, second])
        } else {
            ([U256::ZERO, second], [first, U256::ZERO])
        };
        self.take(come)?;
        self.pay(go)?;
        Ok(if falls { (first, second) } else { (second, first) })
    }
}
