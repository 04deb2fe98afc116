//! `a · b / c` with the direction of rounding in the name: what shares, interest and prices are made of.
//!
//! # Design
//! - Exact, as if the product had 512 bits. None where the quotient has more than 256, or `c` is zero.
//! - Long division, bit by bit: a few hundred gas, and a tenth of the code that a general multiplication and division take.

use crate::wide::add_modulo;
use alloy_primitives::U256;

/// `a · b / c`, rounded down. None when `c` is zero or no number is that large.
///
/// ```
/// use alloy_primitives::U256;
/// use portcullis_core::mul_div::{mul_div_down, mul_div_up};
///
/// let u = U256::from::<u64>;
/// assert_eq!(mul_div_down(u(7), u(3), u(2)), Some(u(10)));
/// assert_eq!(mul_div_up(u(7), u(3), u(2)), Some(u(11)));
/// assert_eq!(mul_div_down(U256::MAX, U256::MAX, U256::MAX), Some(U256::MAX));
/// assert_eq!(mul_div_down(U256::MAX, u(2), u(1)), None);
/// ```
#[must_use]
pub fn mul_div_down(a: U256, b: U256, c: U256) -> Option<U256> {
    mul_div(a, b, c).map(|(quotient, _)| quotient)
}

/// The same, rounded up.
#[must_use]
pub fn mul_div_up(a: U256, b: U256, c: U256) -> Option<U256> {
    let (quotient, remainder) = mul_div(a, b, c)?;
    if remainder.is_zero() {
        Some(quotient)
    } else {
        quotient.checked_add(U256::ONE)
    }
}

/// The quotient and the remainder.
#[inline(never)]
fn mul_div(a: U256, b: U256, c: U256) -> Option<(U256, U256)> {
    if c.is_zero() {
        return None;
    }
    // One is a quotient and a remainder by `c`, and so `b` is, and so `a · b`.
    let one = if c == U256::ONE {
        (U256::ONE, U256::ZERO)
    } else {
        (U256::ZERO, U256::ONE)
    };
    let b = times(b, one, c)?;
    times(a, b, c)
}

/// `amount` times a quotient and a remainder by `whole`, as such. From the highest bit down: what is kept is the product of the bits so far.
#[inline(never)]
fn times(amount: U256, (part, rest): (U256, U256), whole: U256) -> Option<(U256, U256)> {
    let (mut quotient, mut remainder) = (U256::ZERO, U256::ZERO);
    for bit in (0..amount.bit_len()).rev() {
        let (doubled, carry) = add_modulo(remainder, remainder, whole);
        // Of fewer bits the product is no larger: when it is beyond all numbers, it is so in the end.
        quotient = quotient.checked_add(quotient)?.checked_add(carry)?;
        remainder = doubled;
        if amount.bit(bit) {
            let (added, carry) = add_modulo(remainder, rest, whole);
            quotient = quotient.checked_add(part)?.checked_add(carry)?;
            remainder = added;
        }
    }
    Some((quotient, remainder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use proptest::prelude::*;

    fn big(number: U256) -> BigUint {
        BigUint::from_bytes_be(&number.to_be_bytes::<32>())
    }

    /// Numbers of every length, and those around a power of two.
    fn any() -> impl Strategy<Value = U256> {
        let limbs = prop::array::uniform4(0u64..);
        prop_oneof![
            (limbs, 0usize..256).prop_map(|(limbs, shift)| U256::from_limbs(limbs) >> shift),
            (0usize..256).prop_map(|bit| U256::ONE << bit),
            (1usize..=256).prop_map(|bits| U256::MAX >> (256 - bits)),
            Just(U256::ZERO),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn it_is_what_wide_arithmetic_says(a in any(), b in any(), c in any()) {
            let (down, up) = (mul_div_down(a, b, c), mul_div_up(a, b, c));
            if c.is_zero() {
                prop_assert_eq!((down, up), (None, None));
                return Ok(());
            }
            let product = big(a) * big(b);
            let quotient = &product / big(c);
            let above = (&product + big(c) - 1u8) / big(c);
            let fits = |number: BigUint| (number.bits() <= 256).then_some(number);
            prop_assert_eq!(down.map(big), fits(quotient));
            prop_assert_eq!(up.map(big), fits(above));
        }
    }

    #[test]
    fn the_largest_that_fits_and_one_more() {
        let two = U256::from(2);
        let half = U256::ONE << 255;
        assert_eq!(mul_div_down(half, two, U256::ONE), None);
        assert_eq!(mul_div_down(half, two, two), Some(half));
        assert_eq!(mul_div_up(U256::MAX, U256::MAX, U256::MAX), Some(U256::MAX));
        // 2^257 - 1 is a product. Half of it, rounded down, is the largest number, and rounded up it is none.
        let factor = U256::from(535_006_138_814_359_u64);
        let other = (BigUint::from(1u8) << 257u32) - 1u8;
        let other = U256::from_be_slice(&(other / big(factor)).to_bytes_be());
        assert_eq!(mul_div_down(factor, other, two), Some(U256::MAX));
        assert_eq!(mul_div_up(factor, other, two), None);
        assert_eq!(
            mul_div_down(U256::MAX, U256::from(3), U256::from(3)),
            Some(U256::MAX)
        );
        let b = (U256::ONE << 128) + U256::ONE;
        let d = (U256::ONE << 128) - U256::ONE;
        // (2^128 + 1)(2^128 - 1) = 2^256 - 1, and a third of three times that and one is no whole number.
        assert_eq!(mul_div_down(b, d, U256::ONE), Some(U256::MAX));
        assert_eq!(mul_div_up(b, d, U256::ONE), Some(U256::MAX));
        assert_eq!(mul_div_up(U256::MAX, U256::MAX, U256::MAX - U256::ONE), None);
    }
}
