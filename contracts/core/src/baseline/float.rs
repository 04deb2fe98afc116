//! A value in 24 bits, rounded down.

use crate::wide::{shl, shr};
use alloy_primitives::U256;

/// How many bits a value has.
pub(super) const BITS: u32 = 24;

/// `mantissa · 2^exponent`: 16 bits of mantissa, 8 bits of exponent above them. The mantissa's highest bit is set
/// unless the exponent is zero, so that the greater word is the greater value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Float(u32);

impl Float {
    /// The largest that is at most `value`.
    #[inline(never)]
    pub(super) fn of_down(value: U256) -> Self {
        // Invariant: 256 bits less 16 are 240.
        let exponent = value.bit_len().saturating_sub(16) as u8;
        let [mantissa, ..] = shr(value, exponent).into_limbs();
        Self(u32::from(exponent) << 16 | mantissa as u32 & 0xffff)
    }

    /// The value.
    pub(super) fn value(self) -> U256 {
        let mantissa = u64::from(self.0 & 0xffff);
        shl(U256::from_limbs([mantissa, 0, 0, 0]), (self.0 >> 16) as u8)
    }

    /// The lowest 24 bits of stored ones.
    pub(super) fn from_bits(bits: u128) -> Self {
        Self(bits as u32 & 0xff_ffff)
    }

    /// The bits to store.
    pub(super) fn bits(self) -> u128 {
        u128::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_are_exact_and_large_ones_lose_less_than_a_part_in_two_to_the_fifteenth() {
        for value in [0u64, 1, 65_535, 65_536, 131_072] {
            assert_eq!(Float::of_down(U256::from(value)).value(), U256::from(value));
        }
        assert_eq!(Float::of_down(U256::from(65_537)).value(), U256::from(65_536));
        for shift in 0..256 {
            let value = U256::MAX >> shift;
            let lost = value - Float::of_down(value).value();
            assert!(lost <= value >> 15, "{shift}");
        }
    }

    #[test]
    fn the_order_of_words_is_the_order_of_values() {
        let values = (0..240)
            .flat_map(|shift: usize| [0x8000u64, 0x8001, 0xffff].map(|value| U256::from(value) << shift));
        let mut sorted: Vec<U256> = values.chain([U256::ZERO, U256::ONE]).collect();
        sorted.sort();
        assert!(sorted
            .windows(2)
            .all(|pair| Float::of_down(pair[0]) <= Float::of_down(pair[1])));
    }
}
