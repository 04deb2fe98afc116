//! Amounts of 256 bits in 64: whole units of a power of two.
//!
//! A word that holds more than one amount cannot hold them to the wei when they may have 256 bits. So each limiter
//! counts in units of 2^log2 wei, the smallest power of two in which its largest amount has at most 64 bits (or
//! fewer, where it says so). Below 2^64 wei a unit is one wei. What rounding costs is less than one part in 2^63 of
//! the largest amount, each time.

use crate::wide::{shl, shr};
use alloy_primitives::U256;

/// The unit in which a limiter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Granule {
    log2: u8,
}

impl Granule {
    /// A unit of one wei.
    pub(crate) const WEI: Self = Self { log2: 0 };

    /// The unit in which `largest` has at most `bits` bits, which is from 1 to 64.
    pub(crate) fn of(largest: U256, bits: usize) -> Self {
        // Invariant: 256 bits less at least one are at most 255.
        let log2 = largest.bit_len().saturating_sub(bits) as u8;
        Self { log2 }
    }

    /// The unit of a stored logarithm.
    pub(crate) fn from_log2(log2: u8) -> Self {
        Self { log2 }
    }

    /// The logarithm to store.
    pub(crate) fn log2(self) -> u8 {
        self.log2
    }

    /// Units in wei.
    pub(crate) fn wei(self, units: u64) -> U256 {
        shl(U256::from_limbs([units, 0, 0, 0]), self.log2)
    }

    /// An amount in whole units, rounded down; the largest number when it is more.
    #[inline(never)]
    pub(crate) fn units_down(self, amount: U256) -> u64 {
        match shr(amount, self.log2).into_limbs() {
            [units, 0, 0, 0] => units,
            _ => u64::MAX,
        }
    }

    /// An amount in whole units, rounded up, or none when 64 bits do not hold it.
    #[inline(never)]
    pub(crate) fn units_up(self, amount: U256) -> Option<u64> {
        let down = self.units_down(amount);
        if self.wei(down) >= amount {
            Some(down)
        } else {
            down.checked_add(1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_the_smallest_in_which_the_largest_amount_fits() {
        assert_eq!(Granule::of(U256::ZERO, 64).log2(), 0);
        assert_eq!(Granule::of(U256::from(u64::MAX), 64).log2(), 0);
        assert_eq!(Granule::of(U256::ONE << 64, 64).log2(), 1);
        assert_eq!(Granule::of(U256::MAX, 64).log2(), 192);
        assert_eq!(Granule::of(U256::from(255), 4).log2(), 4);
        assert_eq!(Granule::of(U256::MAX, 1).log2(), 255);
    }

    #[test]
    fn rounding_goes_the_way_it_is_named() {
        let sixteen = Granule::from_log2(4);
        for (amount, down, up) in [(0u64, 0, 0), (1, 0, 1), (15, 0, 1), (16, 1, 1), (17, 1, 2)] {
            let amount = U256::from(amount);
            assert_eq!(
                (sixteen.units_down(amount), sixteen.units_up(amount)),
                (down, Some(up))
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_cut_below_and_none_above() {
        let wei = Granule::WEI;
        assert_eq!(wei.units_down(U256::MAX), u64::MAX);
        assert_eq!(wei.units_up(U256::MAX), None);
        assert_eq!(wei.units_up(U256::from(u64::MAX)), Some(u64::MAX));
        let largest = Granule::of(U256::MAX, 64);
        assert_eq!(largest.units_down(U256::MAX), u64::MAX);
        // The last unit is begun and not whole.
        assert_eq!(largest.units_up(U256::MAX), None);
    }
}
