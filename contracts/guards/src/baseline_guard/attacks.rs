//! What an attacker tries with capital that it has for a moment.

use super::*;
use crate::{
    authority::Governor,
    fixture::{chain, now, one, u, START, TOKEN},
};
use alloc::{vec, vec::Vec};
use alloy_primitives::U256;
use stylus_sdk::{prelude::*, testing::TestVM};

const HOUR: u64 = 3_600;

#[storage]
struct Vault {
    baselines: BaselineGuard,
    cap: ShareCap,
}

/// A million held, a tenth of which may move, and 500 when that is less; a window of an hour.
fn vault(kind: Kind, value: U256) -> (TestVM, Vault, Governor) {
    let (test, governor) = chain();
    let mut vault = Vault::from(&test);
    vault
        .baselines
        .start(now(&governor), TOKEN, kind, value, HOUR)
        .unwrap();
    vault.cap.configure(now(&governor), TOKEN, 1_000, u(500)).unwrap();
    (test, vault, governor)
}

impl Vault {
    /// The outermost exit of a call after which so much is held.
    fn exit(&mut self, held: u64) {
        self.baselines.observe(TOKEN, u(held));
    }

    fn cap(&self) -> U256 {
        self.cap.amount_down(&self.baselines, TOKEN).unwrap()
    }
}

#[test]
fn a_flash_deposit_does_not_raise_the_cap() {
    for kind in [Kind::Minimum, Kind::Mean] {
        let (test, mut vault, _) = vault(kind, u(1_000_000));
        let before = vault.cap();
        assert_eq!(before, u(100_000));
        // In and out by two calls of one second, a hundred times; in each the cap is what it was.
        for second in 0..100 {
            test.set_block_timestamp(START + second);
            vault.exit(1_000_000_000);
            assert_eq!(vault.cap(), before);
            vault.exit(1_000_000);
        }
        for later in 0..3 * HOUR / 60 {
            test.set_block_timestamp(START + 60 * later);
            assert!(vault.cap() <= before, "{kind:?} {later}");
        }
    }
}

#[test]
fn capital_that_stays_for_less_than_the_window_does_not_raise_a_minimum() {
    let (test, mut vault, _) = vault(Kind::Minimum, u(1_000_000));
    let before = vault.cap();
    vault.exit(1_000_000_000);
    test.set_block_timestamp(START + HOUR - 1);
    assert_eq!(vault.cap(), before);
    vault.exit(1_000_000);
    test.set_block_timestamp(START + 3 * HOUR);
    assert_eq!(vault.cap(), before);
}

#[test]
fn a_flash_withdrawal_does_not_lower_a_mean_into_a_free_trip() {
    let (test, mut vault, _) = vault(Kind::Mean, u(1_000_000));
    let before = vault.baselines.value_down(TOKEN).unwrap();
    for second in 0..100 {
        test.set_block_timestamp(START + second);
        vault.exit(0);
        assert_eq!(vault.baselines.value_down(TOKEN), Ok(before));
        vault.exit(1_000_000);
    }
    for later in 0..3 * HOUR / 60 {
        test.set_block_timestamp(START + 60 * later);
        assert_eq!(vault.baselines.value_down(TOKEN), Ok(before));
    }
}

#[test]
fn what_is_borrowed_and_given_back_within_a_transition_is_not_seen() {
    for kind in [Kind::Minimum, Kind::Mean] {
        let (test, mut vault, _) = vault(kind, u(1_000_000));
        vault.exit(1_000_000);
        let before = test.snapshot().storage;
        // The value at the outermost exit is what it was at the entry, whatever it was between.
        vault.exit(1_000_000);
        assert_eq!(test.snapshot().storage, before);
    }
}

#[test]
fn a_withdrawal_lowers_a_minimum_at_once_to_the_floor_and_not_to_nothing() {
    let (test, mut vault, _) = vault(Kind::Minimum, u(1_000_000));
    vault.exit(0);
    vault.exit(1_000_000);
    // The price of the minimum, as its documentation says: until six ticks of 720 seconds have begun.
    assert_eq!(vault.cap(), u(500));
    let end = START + 6 * 720;
    test.set_block_timestamp(end - 1);
    assert_eq!(vault.cap(), u(500));
    test.set_block_timestamp(end);
    assert_eq!(vault.cap(), u(100_000));
}

#[test]
fn a_donation_counts_after_the_window_and_by_its_share() {
    for (kind, last) in [(Kind::Minimum, 6 * 720), (Kind::Mean, 8 * 450)] {
        let (test, mut vault, _) = vault(kind, u(60_000));
        assert_eq!(vault.cap(), u(6_000));
        vault.exit(65_000);
        assert_eq!(vault.cap(), u(6_000), "not at once");
        test.set_block_timestamp(START + last - 1);
        assert!(vault.cap() < u(6_500), "{kind:?}");
        test.set_block_timestamp(START + last);
        assert_eq!(vault.cap(), u(6_500), "a tenth of what was given away, {kind:?}");
    }
}

#[test]
fn in_the_first_window_the_floor_holds() {
    for (kind, last) in [(Kind::Minimum, 6 * 720), (Kind::Mean, 8 * 450)] {
        let (test, mut vault, _) = vault(kind, u(0));
        assert_eq!(vault.cap(), u(500));
        vault.exit(50_000);
        assert_eq!(vault.cap(), u(500));
        test.set_block_timestamp(START + last);
        assert_eq!(vault.cap(), u(5_000), "{kind:?}");
    }
}

#[test]
fn tokens_of_0_and_of_36_decimals_and_the_largest_amounts() {
    for kind in [Kind::Minimum, Kind::Mean] {
        let (_, vault_of_ten, _) = vault(kind, u(10));
        assert_eq!(vault_of_ten.baselines.value_down(TOKEN), Ok(u(10)));
        for value in [one(36) * u(1_000_000), U256::MAX] {
            let (_, vault, _) = vault(kind, value);
            let kept = vault.baselines.value_down(TOKEN).unwrap();
            assert!(
                kept <= value && value - kept <= value >> 15usize,
                "{kind:?} {value}"
            );
            // Rounded down again: a tenth of it and less than one more.
            assert_eq!(vault.cap(), kept / u(10));
        }
    }
}
