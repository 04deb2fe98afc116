//! The mathematics of a composable stable pool of two, as Balancer's second version: fixed-point numbers of 18 decimals, Newton's method.

use alloy_primitives::U256;
use portcullis::core_types::mul_div::{mul_div_down, mul_div_up};

/// The amplification times the number of tokens, in thousandths: 200.
pub(crate) const AMPLIFICATION: u64 = 400_000;
/// What the amplification is in.
pub(crate) const PRECISION: u64 = 1_000;
/// One, with 18 decimals.
pub(crate) const ONE: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
/// Of a swap: 0.01%.
pub(crate) const FEE: U256 = U256::from_limbs([100_000_000_000_000, 0, 0, 0]);
/// The part of a fee that goes to the protocol, as shares: half.
pub(crate) const PROTOCOL_FEE: U256 = U256::from_limbs([500_000_000_000_000_000, 0, 0, 0]);

/// The most steps to an invariant or a balance. They end after six or so.
const STEPS: usize = 255;

/// A small number.
pub(crate) fn small(number: u64) -> U256 {
    U256::from_limbs([number, 0, 0, 0])
}

pub(crate) fn mul_down(a: U256, b: U256) -> Option<U256> {
    mul_div_down(a, b, ONE)
}

fn mul_up(a: U256, b: U256) -> Option<U256> {
    mul_div_up(a, b, ONE)
}

fn div_down(a: U256, b: U256) -> Option<U256> {
    mul_div_down(a, ONE, b)
}

pub(crate) fn div_up(a: U256, b: U256) -> Option<U256> {
    mul_div_up(a, ONE, b)
}

fn complement(part: U256) -> U256 {
    ONE.saturating_sub(part)
}

/// With the fee on top, rounded up.
pub(crate) fn with_fee_up(amount: U256) -> Option<U256> {
    div_up(amount, complement(FEE))
}

fn twice(amount: U256) -> Option<U256> {
    amount.checked_add(amount)
}

fn is_near(a: U256, b: U256) -> bool {
    a.abs_diff(b) <= U256::ONE
}

/// The invariant `D`; zero without any balance.
#[inline(never)]
pub(crate) fn invariant(balances: [U256; 2]) -> Option<U256> {
    let sum = balances[0].checked_add(balances[1])?;
    if sum.is_zero() {
        return Some(sum);
    }
    let weighted = mul_div_down(sum, small(AMPLIFICATION), small(PRECISION))?;
    let mut d = sum;
    for _ in 0..STEPS {
        let mut product = d;
        for balance in balances {
            product = mul_div_down(product, d, twice(balance)?)?;
        }
        let over = weighted.checked_add(twice(product)?)?;
        let under = mul_div_down(d, small(AMPLIFICATION - PRECISION), small(PRECISION))?
            .checked_add(product.checked_mul(small(3))?)?;
        let previous = d;
        d = mul_div_down(over, d, under)?;
        if is_near(d, previous) {
            break;
        }
    }
    Some(d)
}

/// The balance of `place`, rounded up, with which the invariant is `d` and the other balance is what it is.
#[inline(never)]
fn balance_up(balances: [U256; 2], d: U256, place: usize) -> Option<U256> {
    let product = mul_div_down(twice(balances[0])?, twice(balances[1])?, d)?;
    let other = balances[1 - place];
    let square = d.checked_mul(d)?;
    let c = mul_div_up(d, d, product.checked_mul(small(AMPLIFICATION))?)?
        .checked_mul(small(PRECISION))?
        .checked_mul(balances[place])?;
    let part = mul_div_down(d, U256::ONE, small(AMPLIFICATION))?.checked_mul(small(PRECISION))?;
    let b = other.checked_add(part)?;
    let mut balance = mul_div_up(square.checked_add(c)?, U256::ONE, d.checked_add(b)?)?;
    for _ in 0..STEPS {
        let over = balance.checked_mul(balance)?.checked_add(c)?;
        let under = twice(balance)?.checked_add(b)?.checked_sub(d)?;
        let previous = balance;
        balance = mul_div_up(over, U256::ONE, under)?;
        if is_near(balance, previous) {
            break;
        }
    }
    Some(balance)
}

/// What has to come in at `place` for `out` of the other, without a fee: rounded up, and one more.
#[inline(never)]
pub(crate) fn in_given_out_up(balances: [U256; 2], place: usize, out: U256) -> Option<U256> {
    let d = invariant(balances)?;
    let mut less = balances;
    less[1 - place] = less[1 - place].checked_sub(out)?;
    balance_up(less, d, place)?
        .checked_sub(balances[place])?
        .checked_add(U256::ONE)
}

/// How many shares have to be given for `out` at `place`: with a fee on the part that is not proportional.
#[inline(never)]
pub(crate) fn shares_given_out_up(
    balances: [U256; 2],
    place: usize,
    out: U256,
    supply: U256,
    d: U256,
) -> Option<U256> {
    let sum = balances[0].checked_add(balances[1])?;
    let mut outs = [U256::ZERO; 2];
    outs[place] = out;
    let (mut ratios, mut ratio) = ([U256::ZERO; 2], U256::ZERO);
    for ((balance, out), own) in balances.into_iter().zip(outs).zip(&mut ratios) {
        *own = div_up(balance.checked_sub(out)?, balance)?;
        ratio = ratio.checked_add(mul_up(*own, div_down(balance, sum)?)?)?;
    }
    let mut left = balances;
    for ((left, out), own) in left.iter_mut().zip(outs).zip(ratios) {
        let mut with_fee = out;
        if ratio > own {
            let free = mul_down(*left, complement(ratio))?;
            with_fee = free.checked_add(with_fee_up(out.checked_sub(free)?)?)?;
        }
        *left = left.checked_sub(with_fee)?;
    }
    mul_up(supply, complement(div_down(invariant(left)?, d)?))
}

/// What has to come in at `place` for as many shares: with a fee on the part that is not proportional.
#[inline(never)]
pub(crate) fn in_given_shares_up(
    balances: [U256; 2],
    place: usize,
    shares: U256,
    supply: U256,
    d: U256,
) -> Option<U256> {
    let grown = mul_up(div_up(supply.checked_add(shares)?, supply)?, d)?;
    let amount = balance_up(balances, grown, place)?.checked_sub(balances[place])?;
    let sum = balances[0].checked_add(balances[1])?;
    let taxed = mul_up(amount, complement(div_down(balances[place], sum)?))?;
    amount.checked_sub(taxed)?.checked_add(with_fee_up(taxed)?)
}

/// The protocol's shares of the fees of a change of shares: of what the invariant is above what it would be without any.
#[inline(never)]
pub(crate) fn protocol_shares_down(
    d_before: U256,
    d: U256,
    supply_before: U256,
    supply: U256,
) -> Option<U256> {
    let without_fees = mul_down(d_before, div_down(supply, supply_before)?)?;
    let fees = d.saturating_sub(without_fees);
    let part = mul_div_down(fees, PROTOCOL_FEE, d)?;
    mul_div_down(supply, part, ONE.checked_sub(part)?)
}
