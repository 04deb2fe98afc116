//! The mathematics of concentrated liquidity: roots of prices with 64 bits behind the point, as Cetus has them, and its shift.

use alloy_primitives::U256;
use portcullis::core_types::mul_div::{mul_div_down, mul_div_up};

/// What is compared with before the shift: `0xffffffffffffffff << 192`. It should have been `1 << 192`.
const CHECKED: U256 = U256::from_limbs([0, 0, 0, u64::MAX]);

/// An amount of each token.
pub(crate) type Amounts = [U256; 2];

/// Which way a division goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Round {
    /// What is paid out.
    Down,
    /// What is taken in.
    Up,
}

fn divided(over: U256, under: U256, round: Round) -> Option<U256> {
    match round {
        Round::Down => mul_div_down(over, U256::ONE, under),
        Round::Up => mul_div_up(over, U256::ONE, under),
    }
}

/// A number, 64 bits further up. The fault: the check lets numbers of more than 192 bits pass, which lose what is above 256.
fn shifted_64(number: U256) -> Option<U256> {
    if number > CHECKED {
        return None;
    }
    let [first, second, third, _] = number.into_limbs();
    Some(U256::from_limbs([0, first, second, third]))
}

/// 2^64.
const POINT: U256 = U256::from_limbs([0, 1, 0, 0]);

/// The first token between two roots, `liquidity · (high - low) · 2^64 / (low · high)`, as the pool computes it.
pub(crate) fn first_between(liquidity: U256, low: U256, high: U256, round: Round) -> Option<U256> {
    let product = liquidity.checked_mul(high.checked_sub(low)?)?;
    divided(shifted_64(product)?, low.checked_mul(high)?, round)
}

/// The second token between two roots, `liquidity · (high - low) / 2^64`.
pub(crate) fn second_between(liquidity: U256, low: U256, high: U256, round: Round) -> Option<U256> {
    divided(liquidity.checked_mul(high.checked_sub(low)?)?, POINT, round)
}

/// What a position of these bounds is at a price, as the pool computes it.
#[inline(never)]
pub(crate) fn position(liquidity: U256, low: U256, high: U256, root: U256, round: Round) -> Option<Amounts> {
    let at = root.clamp(low, high);
    Some([
        first_between(liquidity, at, high, round)?,
        second_between(liquidity, low, at, round)?,
    ])
}

/// The same, rounded down, by another mathematics than the pool's: products of 512 bits, and none where the result has more than 256.
#[cfg(feature = "guarded")]
#[inline(never)]
pub(crate) fn position_exactly_down(liquidity: U256, low: U256, high: U256, root: U256) -> Option<Amounts> {
    let at = root.clamp(low, high);
    Some([
        mul_div_down(
            liquidity.checked_mul(POINT)?,
            high.checked_sub(at)?,
            at.checked_mul(high)?,
        )?,
        mul_div_down(liquidity, at.checked_sub(low)?, POINT)?,
    ])
}

/// The price of a root, with 18 decimals, rounded down.
#[cfg(feature = "guarded")]
pub(crate) fn price_wad_down(root: U256) -> Option<U256> {
    const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
    mul_div_down(root.checked_mul(root)?, WAD, POINT.checked_mul(POINT)?)
}
