use super::*;
use crate::{
    fixture::{assert_told, chain, delayed, now, one, stored, u, unscheduled, CALL, START},
    setting::{name, AmountCannotAct, SettingOutOfBounds},
};
use stylus_sdk::testing::TestVM;

const MARKET: B256 = B256::repeat_byte(0x3a);
const OTHER: B256 = B256::repeat_byte(0x3b);

/// At most 10,000, at most 1,000 above, 10 a second; over a quantity of 500.
fn capped() -> (TestVM, GrowthCap, Governor) {
    let (test, governor) = chain();
    let mut cap = GrowthCap::from(&test);
    configure(&mut cap, now(&governor), MARKET, 10_000, 1_000, 100).unwrap();
    (test, cap, governor)
}

fn configure(
    cap: &mut GrowthCap,
    change: Change<'_>,
    key: B256,
    maximum: u64,
    gap: u64,
    secs: u64,
) -> Result<(), GuardError> {
    cap.configure(change, key, u(500), [u(maximum), u(gap)], secs)
}

fn exceeded(requested: u64, available: u64, retry_at: u64) -> Result<(), GuardError> {
    Err(GrowthExceeded {
        key: MARKET,
        requested: u(requested),
        available: u(available),
        retry_at,
    }
    .into())
}

#[test]
fn a_key_that_was_never_set_is_closed_and_decreases_pass() {
    let (test, governor) = chain();
    let mut cap = GrowthCap::from(&test);
    let closed = Err(GuardError::from(GrowthClosed { key: MARKET }));
    assert_eq!(cap.increase(MARKET, u(0), u(0)), closed);
    assert_eq!(cap.check_open(MARKET), closed);
    assert_eq!(cap.close(&governor, MARKET, u(0)), closed);
    cap.decreased(MARKET, u(7));
    assert_eq!((cap.headroom(MARKET, u(7)), cap.terms(MARKET)), (u(0), None));
    assert!(stored(&test).is_empty());
}

#[test]
fn a_monitor_sees_when_a_growth_fits() {
    let (test, mut cap, _) = capped();
    cap.increase(MARKET, u(500), u(990)).unwrap();
    for (amount, at) in [
        (10, START),
        (11, START + 1),
        (110, START + 10),
        (1_000, START + 99),
        (1_001, NEVER),
    ] {
        assert_eq!(cap.ready_at(MARKET, u(1_490), u(amount)), at, "{amount}");
    }
    assert_eq!(cap.ready_at(OTHER, u(0), u(0)), NEVER);
    test.set_block_timestamp(START + 9);
    assert!(cap.increase(MARKET, u(1_490), u(110)).is_err());
    test.set_block_timestamp(START + 10);
    cap.increase(MARKET, u(1_490), u(110)).unwrap();
}

#[test]
fn a_gap_passes_at_once_and_then_the_ceiling_follows_at_its_rate() {
    let (test, mut cap, _) = capped();
    assert_eq!(cap.headroom(MARKET, u(500)), u(1_000));
    assert_eq!(
        cap.increase(MARKET, u(500), u(1_001)),
        exceeded(1_001, 1_000, NEVER)
    );
    cap.increase(MARKET, u(500), u(1_000)).unwrap();
    assert_eq!(cap.increase(MARKET, u(1_500), u(95)), exceeded(95, 0, START + 10));
    test.set_block_timestamp(START + 9);
    assert_eq!(
        cap.increase(MARKET, u(1_500), u(95)),
        exceeded(95, 90, START + 10)
    );
    test.set_block_timestamp(START + 10);
    cap.increase(MARKET, u(1_500), u(95)).unwrap();
    test.set_block_timestamp(START + 11);
    assert_eq!(cap.headroom(MARKET, u(1_595)), u(15));
    assert_eq!(cap.increase(MARKET, u(9_900), u(101)), exceeded(101, 0, NEVER));
    assert_eq!(
        cap.increase(OTHER, u(0), u(1)),
        Err(GrowthClosed { key: OTHER }.into())
    );
}

#[test]
fn a_decrease_lowers_the_ceiling_with_it() {
    let (_, mut cap, _) = capped();
    cap.increase(MARKET, u(500), u(1_000)).unwrap();
    cap.decreased(MARKET, u(100));
    assert_eq!(cap.headroom(MARKET, u(100)), u(1_000));
    cap.increase(MARKET, u(100), u(1_000)).unwrap();
    assert_eq!(cap.increase(MARKET, u(1_100), u(10)), exceeded(10, 0, START + 1));
}

#[test]
fn a_ceiling_takes_one_word_and_a_refusal_stores_nothing() {
    let (test, mut cap, _) = capped();
    cap.increase(MARKET, u(500), u(700)).unwrap();
    let before = test.snapshot().storage;
    assert_eq!(before.len(), 1);
    test.set_block_timestamp(START + 5_000);
    assert!(cap.increase(MARKET, u(1_200), u(1_001)).is_err());
    assert_eq!(test.snapshot().storage, before);
}

#[test]
fn growing_shrinking_and_growing_again_is_not_granted_the_gap_twice() {
    let (test, mut cap, _) = capped();
    let mut quantity = u(500);
    let mut highest = quantity;
    // As often as it likes within a second, and then for ten seconds.
    for second in 0..10 {
        test.set_block_timestamp(START + second);
        for _ in 0..20 {
            let room = cap.headroom(MARKET, quantity);
            cap.increase(MARKET, quantity, room).unwrap();
            quantity += room;
            highest = highest.max(quantity);
            cap.decreased(MARKET, quantity - u(300));
            quantity -= u(300).min(quantity);
            let room = cap.headroom(MARKET, quantity);
            cap.increase(MARKET, quantity, room).unwrap();
            quantity += room;
        }
    }
    // What stood at 500 ten seconds ago stands at most a gap and nine seconds above.
    assert_eq!(highest, u(500 + 1_000 + 90));
}

#[test]
fn every_change_is_told_with_its_old_and_new_numbers() {
    let (test, mut cap, governor) = capped();
    let configured = GrowthConfigured {
        key: MARKET,
        previous_maximum: u(0),
        previous_gap: u(0),
        previous_expand_secs: 0,
        maximum: u(10_000),
        gap: u(1_000),
        expand_secs: 100,
        previous_headroom: u(0),
        headroom: u(1_000),
        loosened: true,
    };
    assert_told(&test, configured);
    configure(&mut cap, now(&governor), MARKET, 9_000, 800, 200).unwrap();
    let tightened = GrowthConfigured {
        previous_maximum: u(10_000),
        previous_gap: u(1_000),
        previous_expand_secs: 100,
        maximum: u(9_000),
        gap: u(800),
        expand_secs: 200,
        previous_headroom: u(1_000),
        headroom: u(800),
        loosened: false,
        ..configured
    };
    assert_told(&test, tightened);
    cap.close(&governor, MARKET, u(600)).unwrap();
    let closed = GrowthConfigured {
        previous_maximum: u(9_000),
        previous_gap: u(800),
        previous_expand_secs: 200,
        maximum: u(0),
        gap: u(0),
        expand_secs: 0,
        previous_headroom: u(700),
        headroom: u(0),
        ..tightened
    };
    assert_told(&test, closed);
    configure(&mut cap, now(&governor), MARKET, 9_000, 800, 200).unwrap();
    assert_eq!(
        cap.headroom(MARKET, u(500)),
        u(0),
        "opened again it begins at the quantity"
    );
}

#[test]
fn higher_or_faster_waits_and_lower_does_not() {
    let (test, mut cap, governor) = capped();
    let mut timelock = delayed(&governor);
    let before = test.snapshot().storage;
    for (maximum, gap, secs) in [(10_001, 1_000, 100), (10_000, 1_001, 100), (1_000, 10, 99)] {
        let change = timelock.change(&governor, CALL);
        assert_eq!(
            configure(&mut cap, change, MARKET, maximum, gap, secs),
            Err(unscheduled(CALL))
        );
    }
    let change = timelock.change(&governor, CALL);
    assert_eq!(
        configure(&mut cap, change, OTHER, 1, 1, 100),
        Err(unscheduled(CALL)),
        "the first one"
    );
    assert_eq!(test.snapshot().storage, before);
    let change = timelock.change(&governor, CALL);
    assert_eq!(
        configure(&mut cap, change, MARKET, 10_000, 1_000, 100),
        Ok(()),
        "the same again"
    );
    let change = timelock.change(&governor, CALL);
    assert_eq!(configure(&mut cap, change, MARKET, 10_000, 999, 101), Ok(()));
    assert_eq!(cap.terms(MARKET), Terms::new(u(10_000), u(999), 101).ok());
}

#[test]
fn terms_that_cannot_act_are_refused() {
    let (test, governor) = chain();
    let mut cap = GrowthCap::from(&test);
    let mut refused = |maximum, gap, setting, amount| {
        let refused = AmountCannotAct {
            key: MARKET,
            setting: name(setting),
            amount: u(amount),
        };
        assert_eq!(
            configure(&mut cap, now(&governor), MARKET, maximum, gap, 1),
            Err(refused.into())
        );
    };
    refused(0, 0, "maximum", 0);
    refused(10, 0, "gap", 0);
    refused(10, 11, "gap", 11);
    for secs in [0, 315_360_001] {
        let refused = SettingOutOfBounds {
            key: MARKET,
            setting: name("expand_secs"),
            value: secs,
            least: 1,
            most: 315_360_000,
        };
        assert_eq!(
            configure(&mut cap, now(&governor), MARKET, 10, 1, secs),
            Err(refused.into())
        );
    }
    assert!(stored(&test).is_empty());
}

#[test]
fn a_sum_beyond_256_bits_is_refused_and_not_wrapped() {
    let (test, governor) = chain();
    let mut cap = GrowthCap::from(&test);
    cap.configure(now(&governor), MARKET, u(0), [U256::MAX, U256::MAX], 1)
        .unwrap();
    let before = test.snapshot().storage;
    let unit = u(1) << 197usize;
    let highest = U256::MAX - unit + u(1);
    assert_eq!(
        cap.increase(MARKET, u(1), U256::MAX),
        Err(GrowthExceeded {
            key: MARKET,
            requested: U256::MAX,
            available: highest - u(1),
            retry_at: NEVER
        }
        .into())
    );
    assert_eq!(test.snapshot().storage, before);
}

#[test]
fn tokens_of_0_and_of_36_decimals() {
    for decimals in [0, 36] {
        let (test, governor) = chain();
        let mut cap = GrowthCap::from(&test);
        let whole = one(decimals);
        // Powers of two, so that no unit rounds them.
        let (maximum, gap) = (whole << 20usize, whole << 10usize);
        cap.configure(now(&governor), MARKET, u(0), [maximum, gap], 1_024)
            .unwrap();
        let room = cap.headroom(MARKET, u(0));
        let unit = u(1) << maximum.bit_len().saturating_sub(59);
        assert_eq!(room, gap / unit * unit);
        assert!(cap.increase(MARKET, u(0), room + u(1)).is_err());
        cap.increase(MARKET, u(0), room).unwrap();
        assert!(cap.increase(MARKET, room, u(1)).is_err());
        test.set_block_timestamp(START + 1);
        cap.increase(MARKET, room, u(1)).unwrap();
    }
}

#[test]
fn what_grows_by_itself_after_a_decrease_uses_the_room_up() {
    let (test, mut cap, _) = capped();
    cap.increase(MARKET, u(500), u(1_000)).unwrap();
    cap.decreased(MARKET, u(100));
    // Interest that nobody asked for. The ceiling came down to 1,100 and not only while the quantity was low.
    assert_eq!(cap.headroom(MARKET, u(600)), u(500));
    assert_eq!(cap.headroom(MARKET, u(1_400)), u(0));
    test.set_block_timestamp(START + 5);
    assert_eq!(cap.increase(MARKET, u(1_100), u(51)), exceeded(51, 50, START + 6));
    cap.increase(MARKET, u(1_100), u(50)).unwrap();
}

#[test]
fn idle_time_is_not_saved_up_for_more_than_the_gap() {
    let (test, mut cap, _) = capped();
    // So long that the rate alone would allow 10,000.
    test.set_block_timestamp(START + 1_000);
    assert_eq!(
        cap.increase(MARKET, u(500), u(1_001)),
        exceeded(1_001, 1_000, NEVER)
    );
    cap.increase(MARKET, u(500), u(1_000)).unwrap();
    assert_eq!(cap.headroom(MARKET, u(1_500)), u(0));
    assert_eq!(
        cap.increase(MARKET, u(1_500), u(10)),
        exceeded(10, 0, START + 1_001)
    );
    test.set_block_timestamp(START + 1_001);
    cap.increase(MARKET, u(1_500), u(10)).unwrap();
    assert_eq!(cap.headroom(MARKET, u(1_510)), u(0));
}
