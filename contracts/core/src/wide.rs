//! Arithmetic of 256 bits with small numbers, each operation once in a program.
//!
//! A contract is at most 24 KiB, and a general operation on 256 bits, written out wherever it is used, is hundreds of bytes of
//! it, a general division 8 KiB. What is packed here only ever multiplies and divides by seconds and shifts by less than 256.

use alloy_primitives::U256;
use core::num::{NonZeroU32, NonZeroU64};

/// A product that fits 256 bits; the caller says why it does.
#[inline(never)]
pub(crate) fn mul(a: U256, b: u64) -> U256 {
    let mut carry = 0;
    U256::from_limbs(a.into_limbs().map(|limb| {
        // Invariant: (2^64 - 1)^2 + 2^64 - 1 is below 2^128.
        let wide = u128::from(limb) * u128::from(b) + carry;
        carry = wide >> 64;
        wide as u64
    }))
}

/// A quotient, rounded down: long division in digits of 32 bits.
#[inline(never)]
pub(crate) fn div_down(dividend: U256, divisor: NonZeroU32) -> U256 {
    let divisor = NonZeroU64::from(divisor);
    let mut remainder = 0;
    let mut limbs = dividend.into_limbs();
    for limb in limbs.iter_mut().rev() {
        // Invariant: the remainder is below the divisor, so below 2^32, and each digit of the quotient fits 32 bits.
        let high = (remainder << 32) | (*limb >> 32);
        let low = ((high % divisor) << 32) | (*limb & 0xffff_ffff);
        *limb = ((high / divisor) << 32) | (low / divisor);
        remainder = low % divisor;
    }
    U256::from_limbs(limbs)
}

/// `a · 2^bits`, without what does not fit.
#[inline(never)]
pub(crate) fn shl(a: U256, bits: u8) -> U256 {
    a << usize::from(bits)
}

/// `a / 2^bits`, rounded down.
#[inline(never)]
pub(crate) fn shr(a: U256, bits: u8) -> U256 {
    a >> usize::from(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of every length.
    fn numbers() -> impl Iterator<Item = U256> {
        let mut number = U256::from(0x9e37_79b9_7f4a_7c15_u64);
        (0..1_000).map(move |step| {
            number = number.wrapping_mul(number).wrapping_add(U256::from(step * 2 + 1));
            number >> (step % 256)
        })
    }

    #[test]
    fn a_quotient_is_what_a_general_division_says() {
        for divisor in [1, 2, 3, 7, 86_400, 315_360_000, u32::MAX] {
            let small = NonZeroU32::new(divisor).unwrap();
            for dividend in numbers().chain([U256::ZERO, U256::MAX]) {
                assert_eq!(div_down(dividend, small), dividend / U256::from(divisor));
            }
        }
    }

    #[test]
    fn a_product_is_what_a_general_multiplication_says() {
        for factor in [0, 1, 86_400, u64::from(u32::MAX), u64::MAX] {
            for number in numbers().chain([U256::ZERO, U256::MAX]) {
                assert_eq!(mul(number, factor), number.wrapping_mul(U256::from(factor)));
            }
        }
    }
}
