//! Amounts that share a word, and how a part stands to a whole.

use crate::fields::Fields;
use crate::wide::{shl, shr};
use alloy_primitives::U256;

/// An amount of a few significant bits and a power of two, rounded to a side: `digits · 2^log2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coarse {
    digits: u64,
    log2: u8,
}

impl Coarse {
    /// An amount to `bits` significant bits, 63 at most, rounded down: exact below 2^`bits`.
    pub(super) fn down(amount: U256, bits: usize) -> Self {
        // Invariant: at most 255 of 256 bits.
        let log2 = amount.bit_len().saturating_sub(bits) as u8;
        let [digits, ..] = shr(amount, log2).into_limbs();
        Self { digits, log2 }
    }

    /// The same, rounded up. Rounded up to 2^`bits` it needs one bit more, which its field must have.
    pub(super) fn up(amount: U256, bits: usize) -> Self {
        let down = Self::down(amount, bits);
        let short = shl(U256::from(down.digits), down.log2) < amount;
        Self {
            digits: down.digits + u64::from(short),
            ..down
        }
    }

    /// The amount; the largest number when it is none of 256 bits.
    pub(super) fn amount(self) -> U256 {
        let digits = U256::from(self.digits);
        if digits.bit_len() + usize::from(self.log2) > 256 {
            U256::MAX
        } else {
            shl(digits, self.log2)
        }
    }

    pub(super) fn take(fields: &mut Fields, bits: u32) -> Self {
        Self {
            digits: fields.take(bits),
            // The cast keeps a field of 8 bits.
            log2: fields.take(8) as u8,
        }
    }

    pub(super) fn put(self, fields: Fields, bits: u32) -> Fields {
        fields.put(self.digits, bits).put(self.log2.into(), 8)
    }
}

/// Whether `part` is at least `bps` of `whole`, exactly. Any part of nothing is.
pub fn reaches(part: U256, whole: U256, bps: u32) -> bool {
    times(part, 10_000) >= times(whole, bps)
}

/// How much of `whole` `part` is, in hundredths of a per cent, rounded down and cut at 2^20 - 1.
pub fn part_bps_down(part: U256, whole: U256) -> u32 {
    if part.is_zero() {
        return 0;
    }
    (0..20).rev().fold(0, |bps, bit| {
        let more = bps | 1 << bit;
        if reaches(part, whole, more) {
            more
        } else {
            bps
        }
    })
}

/// `a · b`, its highest limb first, so that it compares as a number does.
#[inline(never)]
fn times(a: U256, b: u32) -> [u64; 5] {
    let mut product = [0; 5];
    let mut carry = 0;
    let mut limbs = a.into_limbs().into_iter();
    for place in product.iter_mut().rev() {
        // Invariant: 64 bits times 32, and a carry of 32, are below 128. The casts keep a limb and its carry.
        let wide = u128::from(limbs.next().unwrap_or(0)) * u128::from(b) + carry;
        *place = wide as u64;
        carry = wide >> 64;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_exactly_the_fraction_reaches_it_and_one_less_does_not() {
        // Phylax: exactly at the fraction is blocked, one wei less passes; at all of it only a full drain is.
        let supply = U256::from(10).pow(U256::from(24));
        let tenth = supply / U256::from(10);
        assert!(reaches(tenth, supply, 1_000));
        assert!(!reaches(tenth - U256::ONE, supply, 1_000));
        assert!(reaches(supply, supply, 10_000));
        assert!(!reaches(supply - U256::ONE, supply, 10_000));
    }

    #[test]
    fn the_extremes_do_not_wrap() {
        assert!(reaches(U256::MAX, U256::MAX, 10_000));
        assert!(!reaches(U256::MAX - U256::ONE, U256::MAX, 10_000));
        assert!(!reaches(U256::ZERO, U256::MAX, 1));
        assert!(reaches(U256::ONE, U256::ZERO, 1_000_000));
        assert_eq!(part_bps_down(U256::MAX, U256::MAX), 10_000);
        assert_eq!(part_bps_down(U256::MAX, U256::ONE), (1 << 20) - 1);
        assert_eq!(part_bps_down(U256::ONE, U256::ZERO), (1 << 20) - 1);
        assert_eq!(part_bps_down(U256::ZERO, U256::ZERO), 0);
    }

    #[test]
    fn a_measure_is_rounded_down() {
        assert_eq!(part_bps_down(U256::from(1), U256::from(3)), 3_333);
        assert_eq!(part_bps_down(U256::from(2), U256::from(3)), 6_666);
        assert_eq!(part_bps_down(U256::from(7), U256::from(3)), 23_333);
    }

    #[test]
    fn coarse_amounts_enclose_what_they_stand_for() {
        for shift in 0..256 {
            for amount in [
                U256::MAX >> shift,
                (U256::MAX >> shift) / U256::from(3),
                U256::ONE << shift,
            ] {
                let (down, up) = (Coarse::down(amount, 40), Coarse::up(amount, 40));
                assert!(down.amount() <= amount && amount <= up.amount(), "{amount}");
                assert!(up.amount() - down.amount() <= amount >> 39, "{amount}");
                if amount.bit_len() <= 40 {
                    assert_eq!((down.amount(), up.amount()), (amount, amount));
                }
                let mut fields = Fields::of(up.put(Fields::new(), 41).word());
                assert_eq!(Coarse::take(&mut fields, 41), up);
            }
        }
    }
}
