//! Sixteen closed ticks in a word.

use crate::wide::shl;
use alloy_primitives::U256;

/// What passed in each closed tick, in quanta: the youngest in the lowest 16 bits, each older one 16 bits above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ring(pub(super) U256);

impl Ring {
    /// Nothing in any tick.
    pub(super) const EMPTY: Self = Self(U256::ZERO);

    /// Closes a tick with `quanta`, and `idle` more in which nothing passed.
    #[must_use]
    pub(super) fn closed(self, quanta: u16, idle: u64) -> Self {
        if idle > 15 {
            return Self::EMPTY;
        }
        let youngest = shl(self.0, 16) | U256::from(quanta);
        // Invariant: at most 15 times 16 is 240.
        Self(shl(youngest, 16 * idle as u8))
    }

    /// The sum of the youngest `ticks`: at most 20 bits.
    pub(super) fn sum(self, ticks: u8) -> u32 {
        let quanta = self
            .0
            .into_limbs()
            .into_iter()
            .flat_map(|limb| [limb, limb >> 16, limb >> 32, limb >> 48]);
        quanta
            .take(usize::from(ticks))
            .map(|quanta| u32::from(quanta as u16))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_move_up_and_fall_off_the_end() {
        let ring = Ring::EMPTY.closed(7, 0).closed(5, 1);
        assert_eq!(ring.0, U256::from(7u64 << 32 | 5 << 16));
        assert_eq!(
            (ring.sum(1), ring.sum(2), ring.sum(3), ring.sum(16)),
            (0, 5, 12, 12)
        );
        assert_eq!(ring.closed(0, 12).sum(16), 12, "the oldest is the sixteenth");
        assert_eq!(ring.closed(0, 13).sum(16), 5);
        assert_eq!(ring.closed(0, 14).sum(16), 0);
        assert_eq!(Ring::EMPTY.closed(9, 15).sum(16), 9);
        assert_eq!(Ring::EMPTY.closed(9, 16), Ring::EMPTY);
        assert_eq!(Ring::EMPTY.closed(9, u64::MAX), Ring::EMPTY);
    }

    #[test]
    fn the_largest_sum_has_twenty_bits() {
        assert_eq!(Ring(U256::MAX).sum(16), 1_048_560);
    }
}
