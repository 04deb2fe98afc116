//! The value per share of a pool does not fall.
//!
//! # Design
//! - [`portcullis_core::invariant::pool`] and [`portcullis_core::invariant::stable`]: exact, in products of up to 5,120 bits. What a pool holds and has issued is handed in by the protocol: its own account of it,
//!   or the balances that it measures, scaled as its mathematics scales them.
//!
//! # The attack
//! A rounding in the swapper's favour, repeated until it is money. And on this: a gift raises the value per share and is no breach; taken out again in the same transition it leaves nothing; a balance that a token lies about
//! is as false as in the pool itself.

use super::{Invariant, Unmet};
use crate::{errors, sdk::VM};
use alloy_primitives::U256;
use portcullis_core::invariant::{
    pool::{Fell, Pool, Weights, WithFee},
    stable::{Amplification, BadPool},
};

errors! {
    /// A pool's value per share is less than before. Both sides of the comparison, without as many of their lowest bits as are said.
    PoolValueFell(before: U256, value: U256, dropped_bits: u64);
    /// A stable-swap pool's balances sum up to 2^192 or more.
    PoolTooLarge();
}

fn fell(fell: Fell) -> Unmet {
    Unmet::broken(PoolValueFell {
        before: fell.before,
        value: fell.after,
        dropped_bits: fell.dropped_bits,
    })
}

/// A weighted pool, a constant product among them.
#[derive(Clone, Copy, Debug)]
pub struct WeightedPool<const N: usize, S> {
    weights: Weights<N>,
    pool: S,
}

/// A weighted pool's shares are worth no less than before. [`Weights::EQUAL`] is a constant product.
///
/// Unmet: [`PoolValueFell`], and what `pool` fails with.
pub fn weighted_pool<const N: usize, S>(weights: Weights<N>, pool: S) -> WeightedPool<N, S>
where
    S: Fn(&VM) -> Result<Pool<N>, Unmet>,
{
    WeightedPool { weights, pool }
}

impl<const N: usize, S: Fn(&VM) -> Result<Pool<N>, Unmet>> Invariant for WeightedPool<N, S> {
    type Before = Pool<N>;

    fn before(&self, vm: &VM) -> Result<Pool<N>, Unmet> {
        (self.pool)(vm)
    }

    fn after(&self, vm: &VM, before: Pool<N>) -> Result<(), Unmet> {
        let after = (self.pool)(vm)?;
        self.weights.require_no_fall(&before, &after).map_err(fell)
    }
}

/// A constant product whose swaps pay a fee into it.
#[derive(Clone, Copy, Debug)]
pub struct ConstantProductWithFee<S> {
    fee: WithFee,
    balances: S,
}

/// Over a swap, the product of two balances does not fall, without the fee on what came in. For swaps only: a withdrawal of liquidity lowers it.
///
/// Unmet: [`PoolValueFell`], and what `balances` fails with.
pub fn constant_product_with_fee<S>(fee: WithFee, balances: S) -> ConstantProductWithFee<S>
where
    S: Fn(&VM) -> Result<[U256; 2], Unmet>,
{
    ConstantProductWithFee { fee, balances }
}

impl<S: Fn(&VM) -> Result<[U256; 2], Unmet>> Invariant for ConstantProductWithFee<S> {
    type Before = [U256; 2];

    fn before(&self, vm: &VM) -> Result<[U256; 2], Unmet> {
        (self.balances)(vm)
    }

    fn after(&self, vm: &VM, before: [U256; 2]) -> Result<(), Unmet> {
        let after = (self.balances)(vm)?;
        self.fee.require_no_fall(before, after).map_err(fell)
    }
}

/// A stable-swap pool.
#[derive(Clone, Copy, Debug)]
pub struct StablePool<const N: usize, S> {
    amplification: Amplification,
    pool: S,
}

/// A stable-swap pool's `D` per share is no less than before, but for 2^-64 of a unit.
///
/// Unmet: [`PoolValueFell`], [`PoolTooLarge`], and what `pool` fails with.
pub fn stable_pool<const N: usize, S>(amplification: Amplification, pool: S) -> StablePool<N, S>
where
    S: Fn(&VM) -> Result<Pool<N>, Unmet>,
{
    StablePool { amplification, pool }
}

impl<const N: usize, S: Fn(&VM) -> Result<Pool<N>, Unmet>> Invariant for StablePool<N, S> {
    type Before = Pool<N>;

    fn before(&self, vm: &VM) -> Result<Pool<N>, Unmet> {
        (self.pool)(vm)
    }

    fn after(&self, vm: &VM, before: Pool<N>) -> Result<(), Unmet> {
        let after = (self.pool)(vm)?;
        self.amplification
            .require_no_fall(&before, &after)
            .map_err(|bad| match bad {
                BadPool::TooLarge => Unmet::broken(PoolTooLarge {}),
                BadPool::Fell(by) => fell(by),
            })
    }
}
