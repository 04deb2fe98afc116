//! Arithmetic of wide numbers with small ones, each operation once in a program.
//!
//! A contract is at most 24 KiB, and a general operation on 256 bits, written out wherever it is used, is hundreds of bytes of
//! it, a general division 8 KiB. What is packed here only ever divides by seconds and shifts by less than 256.

use alloy_primitives::U256;
use core::num::{NonZeroU32, NonZeroU64};

/// A quotient, rounded down: long division in digits of 32 bits.
#[inline(never)]
pub(crate) fn div_down(dividend: u128, divisor: NonZeroU32) -> u128 {
    let divisor = NonZeroU64::from(divisor);
    let (mut quotient, mut remainder) = (0, 0);
    for digit in [96, 64, 32, 0] {
        // Invariant: the remainder is below the divisor, so below 2^32, and each digit of the quotient fits 32 bits.
        let part = (remainder << 32) | ((dividend >> digit) as u64 & 0xffff_ffff);
        quotient = (quotient << 32) | u128::from(part / divisor);
        remainder = part % divisor;
    }
    quotient
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
    fn numbers() -> impl Iterator<Item = u128> {
        let mut number = 0x9e37_79b9_7f4a_7c15_u128;
        (0..1_000).map(move |step| {
            number = number.wrapping_mul(number).wrapping_add(step * 2 + 1);
            number >> (step % 128)
        })
    }

    #[test]
    fn a_quotient_is_what_a_general_division_says() {
        for divisor in [1, 2, 3, 7, 86_400, 315_360_000, u32::MAX] {
            let small = NonZeroU32::new(divisor).unwrap();
            for dividend in numbers().chain([0, u128::MAX]) {
                assert_eq!(div_down(dividend, small), dividend / u128::from(divisor));
            }
        }
    }
}
