//! What an attacker tries who has time.

use super::{
    tests::{adaptation, vault_of, Vault},
    Adaptation,
};
use crate::{
    authority::Governor,
    fixture::{delayed, now, one, u, unscheduled, CALL, DAY, START, TOKEN},
};
use alloy_primitives::U256;
use stylus_sdk::testing::TestVM;

/// From 10,000 to a billion, by 500 a day; twice a day's flow, an eighth of the way; a bucket of a day.
fn walkable() -> (TestVM, Vault, Governor) {
    let to = Adaptation {
        floor: u(10_000),
        ceiling: u(1_000_000_000),
        step: u(500),
        smoothing_log2: 3,
        ..adaptation()
    };
    vault_of(u(10_000), to)
}

/// The theorem: the bucket at the beginning, and each day's refill.
fn theorem(days: u64) -> U256 {
    u(10_000 + days * 10_000 + 500 * days * (days - 1) / 2)
}

/// Takes what there is, every so many seconds, for so many days; checks the theorem at the end of each. What was taken in all.
fn walk(every: u64, days: u64, mut share: impl FnMut(u64) -> u64) -> U256 {
    let (test, mut vault, _) = walkable();
    let mut taken = U256::ZERO;
    for day in 0..days {
        for second in (0..DAY).step_by(every as usize) {
            test.set_block_timestamp(START + DAY * day + second);
            let there = vault.available();
            assert!(vault.consume(there + u(1)).is_err(), "day {day}");
            let amount = there * u(share(day)) / u(100);
            vault.consume(amount).unwrap();
            taken += amount;
        }
        assert!(taken <= theorem(day + 1), "day {day}: {taken}");
        let terms = vault.adaptive.terms(TOKEN).unwrap();
        let capacity = vault.outflow.limit(TOKEN).unwrap().capacity();
        assert!(
            capacity <= terms.highest_after(u(10_000), day),
            "day {day}: {capacity}"
        );
    }
    taken
}

#[test]
fn walking_the_limit_up_cannot_beat_the_theorem_day_by_day() {
    let taken = walk(2 * 3_600, 60, |_| 100);
    // The greedy one comes close: what is missing is the last hours' refill.
    assert!(taken > theorem(60) - u(10_000), "{taken} of {}", theorem(60));
}

#[test]
fn walking_it_up_patiently_and_then_taking_everything_cannot_either() {
    walk(4 * 3_600, 60, |day| if day < 59 { 60 } else { 100 });
    walk(4 * 3_600, 60, |day| if day % 7 < 5 { 100 } else { 0 });
    walk(DAY, 60, |_| 100);
}

#[test]
fn asking_for_the_impossible_all_day_raises_nothing() {
    let (test, mut vault, _) = walkable();
    for hour in 0..24 {
        test.set_block_timestamp(START + hour * 3_600);
        for amount in [u(10_001), U256::MAX] {
            assert!(vault.consume(amount).is_err());
        }
    }
    assert_eq!(vault.adaptive.flow_today(TOKEN), u(0));
    test.set_block_timestamp(START + DAY);
    assert_eq!(vault.adaptive.capacity(&vault.outflow, TOKEN), Some(u(10_000)));
}

#[test]
fn a_thousand_small_flows_count_as_one() {
    let (test, mut vault, _) = walkable();
    for _ in 0..1_000 {
        vault.consume(u(9)).unwrap();
    }
    assert_eq!(
        (vault.available(), vault.adaptive.flow_today(TOKEN)),
        (u(1_000), u(9_000))
    );
    // An eighth of the way from 10,000 to 18,000 is 1,000, of which a step.
    test.set_block_timestamp(START + DAY);
    assert_eq!(vault.adaptive.capacity(&vault.outflow, TOKEN), Some(u(10_500)));
}

#[test]
fn a_limit_that_was_lowered_by_hand_does_not_rise_by_itself() {
    let (test, mut vault, governor) = walkable();
    vault.consume(u(10_000)).unwrap();
    let mut timelock = delayed(&governor);
    // In the attack the governor lowers the bucket, at once.
    let change = timelock.change(&governor, CALL);
    vault.outflow.configure(change, TOKEN, u(50), DAY).unwrap();
    for day in 1..30 {
        test.set_block_timestamp(START + day * DAY);
        assert_eq!(vault.available(), u(50));
        assert_eq!(vault.adaptive.capacity(&vault.outflow, TOKEN), None);
        vault.consume(u(50)).unwrap();
        assert!(vault.consume(u(1)).is_err());
    }
    // To follow again, also by the same terms, waits.
    let same = vault.adaptive.terms(TOKEN).unwrap();
    let to = Adaptation::of(&same);
    let change = timelock.change(&governor, CALL);
    assert_eq!(vault.configure(change, to), Err(unscheduled(CALL)));
    vault.configure(now(&governor), to).unwrap();
    assert_eq!(vault.adaptive.capacity(&vault.outflow, TOKEN), Some(u(10_000)));
    assert_eq!(vault.available(), u(0), "and adds nothing at once");
}

#[test]
fn amounts_beyond_256_bits_and_tokens_of_0_and_of_36_decimals() {
    for decimals in [0, 36] {
        let whole = one(decimals);
        let to = Adaptation {
            floor: whole << 10usize,
            ceiling: whole << 20usize,
            step: whole,
            ..adaptation()
        };
        let (test, mut vault, _) = vault_of(whole << 12usize, to);
        let before = test.snapshot().storage;
        assert!(vault.consume(U256::MAX).is_err());
        assert_eq!(test.snapshot().storage, before);
        let terms = vault.adaptive.terms(TOKEN).unwrap();
        let start = vault.outflow.limit(TOKEN).unwrap().capacity();
        vault.consume(u(1)).unwrap();
        let rest = vault.available();
        vault.consume(rest).unwrap();
        test.set_block_timestamp(START + DAY);
        let capacity = vault.adaptive.capacity(&vault.outflow, TOKEN).unwrap();
        assert_eq!(capacity, start + terms.step(), "{decimals}");
    }
}
