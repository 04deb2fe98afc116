use super::*;
use crate::{
    fixture::{
        assert_told, chain, delayed, now, one, stored, u, unscheduled, CALL, DAY, OTHER, START, TOKEN,
    },
    rate_limiter::RateLimiter,
    setting::{name, AmountCannotAct, SettingOutOfBounds},
};
use stylus_sdk::testing::TestVM;

/// At most 1,000 in and 500 out, either decaying in 100 seconds.
fn bounded() -> (TestVM, NetPosition, Governor) {
    let (test, governor) = chain();
    let mut position = NetPosition::from(&test);
    configure(&mut position, now(&governor), TOKEN, 1_000, 500, 100).unwrap();
    (test, position, governor)
}

fn configure(
    position: &mut NetPosition,
    change: Change<'_>,
    asset: Address,
    max_in: u64,
    max_out: u64,
    secs: u64,
) -> Result<(), GuardError> {
    position.configure_where_an_inflow_buys_an_outflow(change, asset, [u(max_in), u(max_out)], secs)
}

fn out(requested: u64, available: u64, retry_at: u64) -> Result<(), GuardError> {
    Err(PositionOutExceeded {
        asset: TOKEN,
        requested: u(requested),
        available: u(available),
        retry_at,
    }
    .into())
}

#[test]
fn an_asset_that_was_never_set_is_closed_both_ways() {
    let (test, governor) = chain();
    let mut position = NetPosition::from(&test);
    let closed = Err(GuardError::from(PositionClosed { asset: TOKEN }));
    assert_eq!(position.bring_in(TOKEN, u(0)), closed);
    assert_eq!(position.take_out(TOKEN, u(0)), closed);
    assert_eq!(position.check_open(TOKEN), closed);
    assert_eq!(position.close(&governor, TOKEN), closed);
    assert_eq!(
        (
            position.available_in(TOKEN),
            position.available_out(TOKEN),
            position.bounds(TOKEN)
        ),
        (u(0), u(0), None)
    );
    assert!(stored(&test).is_empty());
}

#[test]
fn a_monitor_sees_when_an_amount_fits_on_either_side() {
    let (_, mut position, _) = bounded();
    position.take_out(TOKEN, u(490)).unwrap();
    for (amount, at) in [
        (10, START),
        (11, START + 1),
        (15, START + 1),
        (16, START + 2),
        (501, NEVER),
    ] {
        assert_eq!(position.ready_out_at(TOKEN, u(amount)), at, "{amount}");
    }
    for (amount, at) in [(1_490, START), (1_491, NEVER)] {
        assert_eq!(position.ready_in_at(TOKEN, u(amount)), at, "{amount}");
    }
    position.bring_in(TOKEN, u(1_490)).unwrap();
    for (amount, at) in [(10, START + 1), (11, START + 2), (1_001, NEVER)] {
        assert_eq!(position.ready_in_at(TOKEN, u(amount)), at, "{amount}");
    }
    assert_eq!(
        (
            position.ready_in_at(OTHER, u(0)),
            position.ready_out_at(OTHER, u(0))
        ),
        (NEVER, NEVER)
    );
}

#[test]
fn either_side_has_its_bound_and_decays() {
    let (test, mut position, _) = bounded();
    assert_eq!(position.take_out(TOKEN, u(501)), out(501, 500, NEVER));
    position.take_out(TOKEN, u(500)).unwrap();
    assert_eq!(position.take_out(TOKEN, u(9)), out(9, 0, START + 2));
    test.set_block_timestamp(START + 1);
    assert_eq!(position.take_out(TOKEN, u(9)), out(9, 5, START + 2));
    test.set_block_timestamp(START + 2);
    position.take_out(TOKEN, u(9)).unwrap();
    test.set_block_timestamp(START + 3);
    assert_eq!(position.available_out(TOKEN), u(6));
    test.set_block_timestamp(START + 1_000);
    position.bring_in(TOKEN, u(999)).unwrap();
    assert_eq!(
        position.bring_in(TOKEN, u(2)),
        Err(PositionInExceeded {
            asset: TOKEN,
            requested: u(2),
            available: u(1),
            retry_at: START + 1_001
        }
        .into())
    );
    assert_eq!(
        position.bring_in(TOKEN, u(1_001)),
        Err(PositionInExceeded {
            asset: TOKEN,
            requested: u(1_001),
            available: u(1),
            retry_at: NEVER
        }
        .into())
    );
}

#[test]
fn a_refusal_stores_nothing_and_a_position_takes_two_words() {
    let (test, mut position, _) = bounded();
    position.take_out(TOKEN, u(400)).unwrap();
    let before = test.snapshot().storage;
    assert_eq!(before.len(), 2);
    test.set_block_timestamp(START + 7);
    assert!(position.take_out(TOKEN, u(136)).is_err());
    assert!(position.bring_in(TOKEN, u(2_000)).is_err());
    assert!(position.take_out(OTHER, u(1)).is_err());
    assert_eq!(test.snapshot().storage, before);
    assert_eq!(position.take_out(TOKEN, u(135)), Ok(()));
}

#[test]
fn the_same_window_netting_attack_takes_out_without_a_bound() {
    let (_, mut position, _) = bounded();
    // What is brought in is worth nothing; what goes out is not.
    let mut stolen = u(0);
    for _ in 0..100 {
        let room = position.available_in(TOKEN);
        position.bring_in(TOKEN, room).unwrap();
        let bought = position.available_out(TOKEN);
        position.take_out(TOKEN, bought).unwrap();
        stolen += bought;
    }
    // All in one second: `max_in + max_out` each time, but for the first, at which nothing had gone out before.
    assert_eq!(stolen, u(100 * (1_000 + 500)));
}

#[test]
fn a_gross_limiter_beside_it_bounds_the_netting_attack() {
    let (test, mut position, governor) = bounded();
    // On a chain of its own, as both would stand in the first slot; with the same clock.
    let beside = TestVM::new();
    beside.set_block_timestamp(START);
    let mut gross = RateLimiter::from(&beside);
    gross.configure(now(&governor), TOKEN, u(2_000), DAY).unwrap();
    let mut stolen = u(0);
    for minute in 0..24 * 60 {
        test.set_block_timestamp(START + 60 * minute);
        beside.set_block_timestamp(START + 60 * minute);
        let room = position.available_in(TOKEN);
        position.bring_in(TOKEN, room).unwrap();
        let bought = position.available_out(TOKEN).min(gross.available(TOKEN));
        gross.consume(TOKEN, bought).unwrap();
        position.take_out(TOKEN, bought).unwrap();
        stolen += bought;
    }
    let bound = gross.limit(TOKEN).unwrap().bound(DAY - 60);
    assert_eq!((stolen, bound), (u(3_998), u(3_998)));
}

#[test]
fn a_thousand_small_withdrawals_are_one() {
    let (_, mut position, _) = bounded();
    for _ in 0..500 {
        position.take_out(TOKEN, u(1)).unwrap();
    }
    assert_eq!(position.take_out(TOKEN, u(1)), out(1, 0, START + 1));
}

#[test]
fn closed_and_set_again_nothing_goes_out_before_time_has_passed() {
    let (test, mut position, governor) = bounded();
    position.close(&governor, TOKEN).unwrap();
    assert_eq!(
        position.take_out(TOKEN, u(1)),
        Err(PositionClosed { asset: TOKEN }.into())
    );
    configure(&mut position, now(&governor), TOKEN, 1_000, 500, 100).unwrap();
    assert_eq!(position.take_out(TOKEN, u(1)), out(1, 0, START + 1));
    test.set_block_timestamp(START + 50);
    assert_eq!(position.available_out(TOKEN), u(250));
}

#[test]
fn under_other_bounds_no_more_goes_out_at_once() {
    let (_, mut position, governor) = bounded();
    position.take_out(TOKEN, u(400)).unwrap();
    configure(&mut position, now(&governor), TOKEN, 5_000, 5_000, 10).unwrap();
    assert_eq!(position.available_out(TOKEN), u(100));
    configure(&mut position, now(&governor), TOKEN, 10, 10, 10).unwrap();
    assert_eq!(position.available_out(TOKEN), u(0));
}

#[test]
fn every_change_is_told_with_its_old_and_new_numbers() {
    let (test, mut position, governor) = bounded();
    let configured = PositionConfigured {
        asset: TOKEN,
        previous_max_in: u(0),
        previous_max_out: u(0),
        previous_decay_secs: 0,
        max_in: u(1_000),
        max_out: u(500),
        decay_secs: 100,
        loosened: true,
    };
    assert_told(&test, configured);
    configure(&mut position, now(&governor), TOKEN, 900, 500, 200).unwrap();
    let tightened = PositionConfigured {
        previous_max_in: u(1_000),
        previous_max_out: u(500),
        previous_decay_secs: 100,
        max_in: u(900),
        decay_secs: 200,
        loosened: false,
        ..configured
    };
    assert_told(&test, tightened);
    position.close(&governor, TOKEN).unwrap();
    let closed = PositionConfigured {
        previous_max_in: u(900),
        previous_decay_secs: 200,
        max_in: u(0),
        max_out: u(0),
        decay_secs: 0,
        ..tightened
    };
    assert_told(&test, closed);
}

#[test]
fn larger_or_sooner_waits_and_smaller_does_not() {
    let (test, mut position, governor) = bounded();
    let mut timelock = delayed(&governor);
    let before = test.snapshot().storage;
    for (max_in, max_out, secs) in [(1_001, 500, 100), (1, 501, 100), (1, 1, 99)] {
        let change = timelock.change(&governor, CALL);
        assert_eq!(
            configure(&mut position, change, TOKEN, max_in, max_out, secs),
            Err(unscheduled(CALL))
        );
    }
    let change = timelock.change(&governor, CALL);
    assert_eq!(
        configure(&mut position, change, OTHER, 1, 1, 100),
        Err(unscheduled(CALL)),
        "the first one"
    );
    assert_eq!(test.snapshot().storage, before);
    let change = timelock.change(&governor, CALL);
    assert_eq!(
        configure(&mut position, change, TOKEN, 1_000, 500, 100),
        Ok(()),
        "the same again"
    );
    let change = timelock.change(&governor, CALL);
    assert_eq!(configure(&mut position, change, TOKEN, 999, 499, 101), Ok(()));
}

#[test]
fn bounds_that_cannot_act_are_refused() {
    let (test, governor) = chain();
    let mut position = NetPosition::from(&test);
    let key = TOKEN.into_word();
    for (max_in, max_out, setting) in [(0, 1, "max_in"), (1, 0, "max_out")] {
        let refused = AmountCannotAct {
            key,
            setting: name(setting),
            amount: u(0),
        };
        assert_eq!(
            configure(&mut position, now(&governor), TOKEN, max_in, max_out, 1),
            Err(refused.into())
        );
    }
    for secs in [0, 315_360_001] {
        let refused = SettingOutOfBounds {
            key,
            setting: name("decay_secs"),
            value: secs,
            least: 1,
            most: 315_360_000,
        };
        assert_eq!(
            configure(&mut position, now(&governor), TOKEN, 1, 1, secs),
            Err(refused.into())
        );
    }
    assert!(stored(&test).is_empty());
}

#[test]
fn amounts_beyond_256_bits_are_refused_and_tokens_of_0_and_of_36_decimals_counted() {
    let (_, mut position, governor) = bounded();
    assert_eq!(
        position.take_out(TOKEN, U256::MAX),
        Err(PositionOutExceeded {
            asset: TOKEN,
            requested: U256::MAX,
            available: u(500),
            retry_at: NEVER
        }
        .into())
    );
    let large = one(36) << 20usize;
    position
        .configure_where_an_inflow_buys_an_outflow(now(&governor), OTHER, [large, large], 100)
        .unwrap();
    let room = position.available_out(OTHER);
    // Rounded down to a unit: 140 bits in 63.
    assert_eq!(room, large >> 77usize << 77usize);
    position.take_out(OTHER, u(1)).unwrap();
    assert_eq!(
        room - position.available_out(OTHER),
        u(1) << 77usize,
        "and up when it goes out"
    );
    assert!(position.take_out(OTHER, U256::MAX).is_err());
    assert!(position.bring_in(OTHER, U256::MAX).is_err());
}
