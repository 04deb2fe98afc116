//! What the models share: large integers, random amounts and times, and a ledger that knows nothing but what passed.
#![allow(dead_code, unreachable_pub)] // Each test uses what it needs, and is a crate of its own.

use alloy_primitives::U256;
use num_bigint::{BigInt, BigUint};
use portcullis_core::Denied;
use proptest::prelude::*;
use rand::{rngs::StdRng, Rng};
use std::collections::VecDeque;

pub const DAY: u64 = 86_400;
pub const E18: u64 = 1_000_000_000_000_000_000;

pub fn u(amount: u64) -> U256 {
    U256::from(amount)
}

pub fn big(amount: U256) -> BigInt {
    BigUint::from_bytes_be(&amount.to_be_bytes::<32>()).into()
}

/// The least power of two that brings `amount` below 2^`bits` of it.
pub fn granule(amount: U256, bits: usize) -> BigInt {
    BigInt::from(1) << amount.bit_len().saturating_sub(bits)
}

pub fn round_up(amount: &BigInt, granule: &BigInt) -> BigInt {
    (amount + granule - 1) / granule * granule
}

pub fn round_down(amount: &BigInt, granule: &BigInt) -> BigInt {
    amount / granule * granule
}

/// Numbers of every length up to 256 bits, each length as likely as another.
pub fn amount(random: &mut StdRng) -> U256 {
    let bits = random.random_range(0..=256u32);
    let limbs: [u64; 4] = random.random();
    match bits {
        0 => U256::ZERO,
        bits => U256::from_limbs(limbs) >> (256 - bits as usize),
    }
}

/// An amount about as large as what is available: a part of it, it, or one wei on either side.
pub fn near(available: U256, random: &mut StdRng) -> U256 {
    match random.random_range(0..8) {
        0 => available,
        1 => available.saturating_add(U256::ONE),
        2 => available.saturating_sub(U256::ONE),
        3 => U256::ONE,
        4 => amount(random),
        _ => available >> random.random_range(0..16usize),
    }
}

/// Mostly nothing or seconds, sometimes years, sometimes back.
pub fn step(now: u64, random: &mut StdRng) -> u64 {
    match random.random_range(0..16) {
        0..4 => now,
        4..12 => now + random.random_range(1..=60),
        12 | 13 => now + random.random_range(1..=2 * DAY),
        14 => now + random.random_range(1..=20 * 365 * DAY),
        _ => now - random.random_range(0..=now.min(100)),
    }
}

/// A time that a setting may name, seconds as likely as years.
pub fn secs(random: &mut StdRng) -> u64 {
    match random.random_range(0..4) {
        0 => random.random_range(1..=10),
        1 => DAY,
        2 => random.random_range(1..=30 * DAY),
        _ => random.random_range(1..=portcullis_core::LONGEST_SECS),
    }
}

pub fn denied(requested: u64, available: u64, retry_at: Option<u64>) -> Denied {
    Denied {
        requested: u(requested),
        available: u(available),
        retry_at,
    }
}

pub fn any_amount() -> impl Strategy<Value = U256> {
    (any::<[u64; 4]>(), 0usize..256).prop_map(|(limbs, shift)| U256::from_limbs(limbs) >> shift)
}

/// All that passed, apart from any limiter's state. It is asked, after each amount, whether in any of the intervals
/// of some length that end now more passed than was allowed when the interval began.
#[derive(Default)]
pub struct Ledger {
    /// All that ever passed.
    total: BigInt,
    /// When an interval began, and what the total may be while it lasts. Only those that could be the strictest.
    begun: VecDeque<(u64, BigInt)>,
    /// The largest that was ever found in an interval, to see that the bound is reached.
    pub intervals: u64,
}

impl Ledger {
    /// `amount` passed at `now`, which does not go back. An interval that begins with it allows `allowed`.
    pub fn pass(&mut self, amount: &BigInt, allowed: &BigInt, now: u64) {
        let limit = &self.total + allowed;
        while self.begun.back().is_some_and(|(_, other)| *other >= limit) {
            self.begun.pop_back();
        }
        self.begun.push_back((now, limit));
        self.total += amount;
    }

    /// Checks every interval that ends at `now` and is at most `secs` long, both ends included.
    pub fn assert_every_interval(&mut self, secs: u64, now: u64) {
        while self
            .begun
            .front()
            .is_some_and(|(at, _)| at.saturating_add(secs) < now)
        {
            self.begun.pop_front();
        }
        if let Some((at, limit)) = self.begun.front() {
            assert!(self.total <= *limit, "in [{at}, {now}]");
            self.intervals += 1;
        }
    }
}
