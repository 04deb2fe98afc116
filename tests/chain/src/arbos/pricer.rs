//! What a program pays in wei for the room that its native code takes on every node.
//!
//! The price of a byte grows exponentially with demand: the bytes activated lately, less what time forgives.

use alloy_primitives::{B256, U256};

use super::program::ARBITRUM_START;

/// Bytes that demand falls by each second: a tebibyte a year.
const BYTES_PER_SECOND: u32 = ((1u64 << 40) / (365 * 24) / 3600) as u32;
/// Wei for a byte when there is no demand.
const MIN_PRICE: u64 = 82_928_201;
/// Bytes of demand over which the price grows by a factor of e.
const INERTIA: u64 = 21_360_419;
const BIPS: u64 = 10_000;
const TERMS: u64 = 12;

/// The demand and when it was last looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataPricer {
    /// Bytes activated and not yet forgiven.
    pub demand: u32,
    /// The second of the last activation.
    pub last_update: u64,
}

impl Default for DataPricer {
    fn default() -> Self {
        Self {
            demand: 0,
            last_update: ARBITRUM_START,
        }
    }
}

impl DataPricer {
    /// Adds an activation and returns what it pays in wei.
    pub fn charge(&mut self, bytes: u32, now: u64) -> U256 {
        let passed = u32::try_from(now.saturating_sub(self.last_update)).unwrap_or(u32::MAX);
        let forgiven = BYTES_PER_SECOND.saturating_mul(passed);
        self.demand = self.demand.saturating_sub(forgiven).saturating_add(bytes);
        self.last_update = now;
        let multiplier = exp_bips(BIPS * u64::from(self.demand) / INERTIA);
        let per_byte = MIN_PRICE.saturating_mul(multiplier) / BIPS;
        U256::from(per_byte.saturating_mul(u64::from(bytes)))
    }

    /// Reads the pricer from its word; a word of zero is the pricer of a new chain.
    #[must_use]
    pub fn decode(word: B256) -> Self {
        if word.is_zero() {
            return Self::default();
        }
        let value = U256::from_be_bytes(word.0);
        let limbs = value.as_limbs();
        Self {
            demand: limbs[1] as u32,
            last_update: limbs[0],
        }
    }

    /// Writes the pricer to its word: the second in the low limb, the demand in the next.
    #[must_use]
    pub fn encode(&self) -> B256 {
        B256::from(U256::from_limbs([self.last_update, u64::from(self.demand), 0, 0]))
    }
}

/// `e^x` in basis points, as the first twelve terms of its series.
fn exp_bips(x: u64) -> u64 {
    let mut result = BIPS + x / TERMS;
    for term in (1..TERMS).rev() {
        result = BIPS + result.saturating_mul(x) / (term * BIPS);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_demand_a_byte_costs_the_least() {
        let mut pricer = DataPricer::default();
        assert_eq!(pricer.charge(1000, 1_767_225_600), U256::from(82_928_201_000u64));
        assert_eq!(pricer.demand, 1000);
    }

    #[test]
    fn demand_raises_the_price_and_time_forgives_it() {
        let now = 1_767_225_600;
        let mut pricer = DataPricer::default();
        let first = pricer.charge(10_000_000, now);
        let second = pricer.charge(10_000_000, now);
        assert!(second > first);
        assert_eq!(pricer.demand, 20_000_000);
        pricer.charge(0, now + 600);
        assert_eq!(pricer.demand, 0);
    }

    #[test]
    fn the_exponential_is_that_of_twelve_terms() {
        assert_eq!(exp_bips(0), 10_000);
        assert_eq!(exp_bips(10_000), 27_182);
    }

    #[test]
    fn a_pricer_survives_its_word() {
        let pricer = DataPricer {
            demand: 77,
            last_update: 1_767_225_600,
        };
        assert_eq!(DataPricer::decode(pricer.encode()), pricer);
        assert_eq!(DataPricer::decode(B256::ZERO), DataPricer::default());
    }
}
