//! What the host functions cost, in ink, and the EVM's prices that the machine itself charges, in gas.

use alloy_primitives::B256;

/// Calling a host function at all.
pub(crate) const HOST: u64 = 8_400;
/// Each pointer among its arguments.
pub(crate) const POINTER: u64 = 5_040;
/// Asking the chain.
pub(crate) const REQUEST: u64 = 59_673;
/// A division or remainder of 256 bits.
pub(crate) const DIVISION: u64 = 20_000;
/// An addition modulo something.
pub(crate) const ADD_MOD: u64 = 21_000;
/// A multiplication modulo something.
pub(crate) const MUL_MOD: u64 = 24_100;

/// The first access to a slot in a transaction, in gas (EIP-2929).
pub(crate) const COLD_SLOAD_GAS: u64 = 2_100;
/// The first access to an account in a transaction, in gas (EIP-2929).
pub(crate) const COLD_ACCOUNT_GAS: u64 = 2_600;
/// An access to transient storage, in gas (EIP-1153).
pub(crate) const TRANSIENT_GAS: u64 = 100;
/// What must be left for a write to storage, in gas (EIP-2200).
pub(crate) const SSTORE_SENTRY_GAS: u64 = 2_300;
/// A log, and each of its topics, in gas.
pub(crate) const LOG_TOPIC_GAS: u64 = 375;
/// Each byte of a log's data, in gas.
pub(crate) const LOG_BYTE_GAS: u64 = 8;

/// A price for the first bytes and then for each byte more.
const fn linear(base: u64, each: u64, count: u32) -> u64 {
    base.saturating_add(each.saturating_mul(count as u64))
}

/// Writing bytes into the program's memory.
pub(crate) const fn write(bytes: u32) -> u64 {
    linear(5_040, 30, bytes.saturating_sub(32))
}

/// Reading bytes out of the program's memory.
pub(crate) const fn read(bytes: u32) -> u64 {
    linear(16_381, 55, bytes.saturating_sub(32))
}

/// Hashing bytes of the program's memory.
pub(crate) const fn keccak(bytes: u32) -> u64 {
    linear(121_800, 21_000, bytes.div_ceil(32).saturating_sub(2))
}

/// Raising to a power: for each byte of the exponent that counts, and for one more.
pub(crate) fn power(exponent: &B256) -> u64 {
    let zeros = exponent.iter().take_while(|byte| **byte == 0).count() as u64;
    3_000 + (33 - zeros) * 17_500
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;

    #[test]
    fn bytes_cost_from_the_thirty_third_on() {
        assert_eq!(
            [write(0), write(32), write(33), write(64)],
            [5_040, 5_040, 5_070, 6_000]
        );
        assert_eq!(
            [read(0), read(32), read(33), read(64)],
            [16_381, 16_381, 16_436, 18_141]
        );
    }

    #[test]
    fn hashing_costs_from_the_third_word_on() {
        assert_eq!(
            [keccak(0), keccak(64), keccak(65), keccak(97)],
            [121_800, 121_800, 142_800, 163_800]
        );
    }

    #[test]
    fn the_largest_read_does_not_overflow() {
        assert_eq!(read(u32::MAX), 16_381 + 55 * (u64::from(u32::MAX) - 32));
        assert_eq!(keccak(u32::MAX), 121_800 + 21_000 * ((1 << 27) - 2));
    }

    #[test]
    fn a_power_costs_by_the_bytes_of_its_exponent() {
        let price = |exponent: U256| power(&B256::from(exponent));
        assert_eq!(price(U256::ZERO), 20_500);
        assert_eq!(price(U256::from(255)), 38_000);
        assert_eq!(price(U256::from(256)), 55_500);
        assert_eq!(price(U256::MAX), 580_500);
    }
}
