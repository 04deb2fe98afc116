//! Arithmetic of wide numbers with small ones, each operation once in a program.
//!
//! A contract is at most 24 KiB, and a general operation on 256 bits, written out wherever it is used, is hundreds of
//! bytes of it, a general division 8 KiB. What is packed here only ever divides by seconds and shifts by less than
//! 256.

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

/// `amount · numerator / denominator`, rounded down, for a fraction of at most one (a greater one counts as one).
#[inline(never)]
pub(crate) fn mul_div_down(amount: U256, numerator: u32, denominator: NonZeroU32) -> U256 {
    let divisor = NonZeroU64::from(denominator);
    let numerator = u128::from(numerator.min(denominator.get()));
    let mut limbs = amount.into_limbs();
    let mut carry = 0;
    for limb in &mut limbs {
        // Invariant: 64 bits times 32, and 32 on top, are below 2^128.
        let product = u128::from(*limb) * numerator + carry;
        *limb = product as u64;
        carry = product >> 64;
    }
    // Invariant: the carry is below the numerator, so below the divisor, as a remainder is; so each digit of the
    // quotient fits 32 bits.
    let mut remainder = carry as u64;
    for limb in limbs.iter_mut().rev() {
        let high = (remainder << 32) | (*limb >> 32);
        let low = ((high % divisor) << 32) | (*limb & 0xffff_ffff);
        *limb = ((high / divisor) << 32) | (low / divisor);
        remainder = low % divisor;
    }
    U256::from_limbs(limbs)
}

/// `amount · part / whole`, rounded down, for a part of at most the whole (a greater one counts as the whole); zero of a whole of zero.
///
/// Exact, as if the product had 512 bits: `amount · part` is built from the amount's highest bit down, and all that is kept of it is its quotient
/// and its remainder by `whole`, of 256 bits each.
#[inline(never)]
pub(crate) fn part_down(amount: U256, part: U256, whole: U256) -> U256 {
    if whole.is_zero() {
        return U256::ZERO;
    }
    let part = part.min(whole);
    let (mut quotient, mut remainder) = (U256::ZERO, U256::ZERO);
    for bit in (0..amount.bit_len()).rev() {
        // Invariant: the quotient is at most the amount's bits so far, as the part is at most the whole. Doubled it makes room for a carry of one, and
        // a carry beyond that is one which the amount's bit has room for.
        quotient = quotient + quotient;
        let (doubled, carry) = add_modulo(remainder, remainder, whole);
        quotient += carry;
        remainder = doubled;
        if amount.bit(bit) {
            let (added, carry) = add_modulo(remainder, part, whole);
            quotient += carry;
            remainder = added;
        }
    }
    quotient
}

/// `a + b` for `a < modulus` and `b <= modulus`, and whether it was one modulus more.
#[inline(never)]
pub(crate) fn add_modulo(a: U256, b: U256, modulus: U256) -> (U256, U256) {
    // Invariant: neither is above the modulus, and what is subtracted from each number is not more than it.
    let room = modulus - a;
    if b < room {
        (a + b, U256::ZERO)
    } else {
        (b - room, U256::ONE)
    }
}

/// The least `n` for which `n · step` is at least `target`, looked for up to 2^`bits` (or the largest number), which
/// is the answer when there is none.
///
/// Bit by bit, because a general division of 128 bits costs more of a contract's size than it saves time.
#[inline(never)]
pub(crate) fn div_up_by_search(target: u128, step: u64, bits: u32) -> u64 {
    if target == 0 {
        return 0;
    }
    let mut short: u64 = 0;
    for bit in (0..bits).rev() {
        let longer = short | (1 << bit);
        // Invariant: two numbers of 64 bits make one of 128.
        if u128::from(step) * u128::from(longer) < target {
            short = longer;
        }
    }
    short.saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;

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

    #[test]
    fn a_part_of_an_amount_is_what_wide_arithmetic_says() {
        for (numerator, denominator) in [
            (0, 1),
            (1, 1),
            (1, 3),
            (2_500, 10_000),
            (9_999, 10_000),
            (10_000, 10_000),
            (86_399, 86_400),
            (u32::MAX - 1, u32::MAX),
            (u32::MAX, u32::MAX),
        ] {
            let divisor = NonZeroU32::new(denominator).unwrap();
            for (low, high) in numbers()
                .zip(numbers().skip(7))
                .chain([(u128::MAX, u128::MAX), (0, 0)])
            {
                let amount = (U256::from(high) << 128usize) | U256::from(low);
                // 512 bits by hand: quotient and remainder apart.
                let (q, r) = amount.div_rem(U256::from(denominator));
                let expected =
                    q * U256::from(numerator) + r * U256::from(numerator) / U256::from(denominator);
                assert_eq!(mul_div_down(amount, numerator, divisor), expected);
            }
        }
    }

    #[test]
    fn a_fraction_above_one_counts_as_one() {
        let seven = NonZeroU32::new(7).unwrap();
        assert_eq!(mul_div_down(U256::MAX, 8, seven), U256::MAX);
    }

    #[test]
    fn a_part_of_a_whole_is_what_512_bits_say() {
        let wide = |low, high| (U256::from_limbs([low as u64, 0, high as u64, 0])) | U256::from(low);
        let ends = [U256::ZERO, U256::ONE, U256::MAX, U256::MAX - U256::ONE];
        let some = numbers()
            .zip(numbers().skip(7))
            .take(40)
            .map(|(low, high)| wide(low, high) | U256::from(high) << 128usize);
        let all: Vec<U256> = some.chain(ends).collect();
        for amount in &all {
            for part in &all {
                for whole in &all {
                    let big = |number: &U256| BigUint::from_bytes_be(&number.to_be_bytes::<32>());
                    let expected = if whole.is_zero() {
                        BigUint::ZERO
                    } else {
                        big(amount) * big(&(*part).min(*whole)) / big(whole)
                    };
                    assert_eq!(
                        big(&part_down(*amount, *part, *whole)),
                        expected,
                        "{amount} {part} {whole}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_search_finds_what_a_division_rounded_up_says() {
        for (target, step) in [
            (0, 1),
            (1, 1),
            (1, 5),
            (5, 5),
            (6, 5),
            (10, 5),
            (11, 5),
            (1 << 40, 3),
        ] {
            assert_eq!(
                u128::from(div_up_by_search(target, step, 41)),
                target.div_ceil(u128::from(step))
            );
        }
        assert_eq!(div_up_by_search(u128::from(u64::MAX) * 3, u64::MAX, 2), 3);
        assert_eq!(div_up_by_search(u128::from(u64::MAX), 1, 64), u64::MAX);
        assert_eq!(div_up_by_search(u128::MAX, 1, 64), u64::MAX);
        assert_eq!(div_up_by_search(100, 0, 3), 8);
    }
}
