//! The mathematics of a stable-swap pool of two, as Curve's: integers, rounded down, by Newton's method.

use alloy_primitives::U256;
use portcullis::core_types::mul_div::mul_div_down;

/// `A · n` in hundredths: an amplification of three.
pub(crate) const ANN: u64 = 600;
/// What the amplification is in.
pub(crate) const PRECISION: u64 = 100;
/// Of a swap, in parts of [`WHOLE`]: 0.04%.
pub(crate) const FEE: u64 = 4_000_000;
/// The part of a fee that is not the pool's, in parts of [`WHOLE`]: half.
pub(crate) const ADMIN_FEE: u64 = 5_000_000_000;
/// What fees are parts of.
pub(crate) const WHOLE: u64 = 10_000_000_000;

/// The most steps to an invariant or a balance. They end after six or so.
const STEPS: usize = 255;

/// A small number.
pub(crate) fn small(number: u64) -> U256 {
    U256::from_limbs([number, 0, 0, 0])
}

/// A part of an amount, of [`WHOLE`], rounded down.
pub(crate) fn part_down(amount: U256, part: u64) -> Option<U256> {
    mul_div_down(amount, small(part), small(WHOLE))
}

fn is_near(a: U256, b: U256) -> bool {
    a.abs_diff(b) <= U256::ONE
}

/// The invariant `D` of two balances; zero without any.
#[inline(never)]
pub(crate) fn invariant(balances: [U256; 2]) -> Option<U256> {
    let sum = balances[0].checked_add(balances[1])?;
    if sum.is_zero() {
        return Some(sum);
    }
    let weighted = mul_div_down(sum, small(ANN), small(PRECISION))?;
    let mut d = sum;
    for _ in 0..STEPS {
        let mut product = d;
        for balance in balances {
            product = mul_div_down(product, d, balance)?;
        }
        let product = mul_div_down(product, U256::ONE, small(4))?;
        let over = weighted.checked_add(product)?.checked_add(product)?;
        let under = mul_div_down(d, small(ANN - PRECISION), small(PRECISION))?
            .checked_add(product.checked_mul(small(3))?)?;
        let previous = d;
        d = mul_div_down(over, d, under)?;
        if is_near(d, previous) {
            break;
        }
    }
    Some(d)
}

/// The other balance, when one of them is `known` and the invariant is `d`.
#[inline(never)]
pub(crate) fn other_balance(known: U256, d: U256) -> Option<U256> {
    let c = mul_div_down(d, d, known.checked_add(known)?)?;
    let c = mul_div_down(c, d.checked_mul(small(PRECISION))?, small(2 * ANN))?;
    let b = known.checked_add(mul_div_down(d, small(PRECISION), small(ANN))?)?;
    let mut y = d;
    for _ in 0..STEPS {
        let over = y.checked_mul(y)?.checked_add(c)?;
        let under = y.checked_add(y)?.checked_add(b)?.checked_sub(d)?;
        let previous = y;
        y = mul_div_down(over, U256::ONE, under)?;
        if is_near(y, previous) {
            break;
        }
    }
    Some(y)
}
