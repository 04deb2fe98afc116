//! What each call does, what it refuses, what it stores and tells.

use super::*;
use crate::{
    authority::Governor,
    fixture::{assert_told, chain, delayed, now, stored, u, unscheduled, CALL, OTHER, START, TOKEN},
    setting::{name, AmountCannotAct, SettingOutOfBounds},
    GuardError,
};
use alloy_primitives::{B256, U256};
use portcullis_core::baseline::Share;
use stylus_sdk::testing::TestVM;

/// 1,000 held for ever, a window of 400 seconds: five ticks of 80 of a minimum, eight of 50 of a mean.
fn started(kind: Kind) -> (TestVM, BaselineGuard, Governor) {
    let (test, governor) = chain();
    let mut baselines = BaselineGuard::from(&test);
    baselines
        .start(now(&governor), TOKEN, kind, u(1_000), 400)
        .unwrap();
    (test, baselines, governor)
}

fn tenth() -> Share {
    Share::new(1_000).unwrap()
}

#[test]
fn an_asset_without_a_baseline_has_no_share_and_is_observed_in_vain() {
    let (test, governor) = chain();
    let mut baselines = BaselineGuard::from(&test);
    let unset = GuardError::from(BaselineUnset { asset: TOKEN });
    baselines.observe(TOKEN, u(5));
    assert_eq!(baselines.share_down(TOKEN, tenth()), Err(unset.clone()));
    assert_eq!(baselines.value_down(TOKEN), Err(unset.clone()));
    assert_eq!(baselines.rewindow(now(&governor), TOKEN, 5), Err(unset.clone()));
    assert_eq!(baselines.stop(&governor, TOKEN), Err(unset.clone()));
    assert_eq!(
        (baselines.baseline(TOKEN), baselines.window_secs(TOKEN)),
        (None, 0)
    );
    assert!(stored(&test).is_empty());
}

#[test]
fn a_minimum_takes_one_word_and_falls_at_once() {
    let (test, mut baselines, _) = started(Kind::Minimum);
    baselines.observe(TOKEN, u(400));
    assert_eq!(baselines.share_down(TOKEN, tenth()), Ok(u(40)));
    baselines.observe(TOKEN, u(2_000));
    assert_eq!(test.snapshot().storage.len(), 1);
    // The tick in which it was 400 begins at a multiple of 80, and counts until five have closed after it.
    let end = START / 80 * 80 + 6 * 80;
    for (second, value) in [(end - 1, 400), (end, 2_000), (end + 1, 2_000)] {
        test.set_block_timestamp(second);
        assert_eq!(baselines.value_down(TOKEN), Ok(u(value)), "{second}");
    }
}

#[test]
fn a_mean_takes_two_words_and_moves_by_the_seconds() {
    let (test, mut baselines, _) = started(Kind::Mean);
    baselines.observe(TOKEN, u(200));
    assert_eq!(test.snapshot().storage.len(), 2);
    assert_eq!(baselines.share_down(TOKEN, tenth()), Ok(u(100)));
    // START is a multiple of 50: a whole tick at 200 closes.
    for (later, value) in [(49, 1_000), (50, 900), (51, 900), (100, 800), (400, 200)] {
        test.set_block_timestamp(START + later);
        assert_eq!(baselines.value_down(TOKEN), Ok(u(value)), "{later}");
    }
    baselines.observe(TOKEN, u(1_000));
    assert_eq!(baselines.value_down(TOKEN), Ok(u(200)));
    assert_eq!(test.snapshot().storage.len(), 2);
}

#[test]
fn one_assets_baseline_is_not_anothers() {
    let (_, mut baselines, governor) = started(Kind::Minimum);
    baselines
        .start(now(&governor), OTHER, Kind::Mean, u(70), 8)
        .unwrap();
    baselines.observe(OTHER, u(1));
    assert_eq!(
        (baselines.value_down(TOKEN), baselines.value_down(OTHER)),
        (Ok(u(1_000)), Ok(u(70)))
    );
    assert_eq!(
        (baselines.window_secs(TOKEN), baselines.window_secs(OTHER)),
        (400, 8)
    );
}

#[test]
fn every_change_is_told_with_its_old_and_new_numbers() {
    for (kind, mean) in [(Kind::Minimum, false), (Kind::Mean, true)] {
        let (test, mut baselines, governor) = started(kind);
        assert_told(
            &test,
            BaselineStarted {
                asset: TOKEN,
                mean,
                value: u(1_000),
                window_secs: 400,
            },
        );
        baselines.observe(TOKEN, u(300));
        baselines.rewindow(now(&governor), TOKEN, 800).unwrap();
        let rewindowed = BaselineRewindowed {
            asset: TOKEN,
            previous_window_secs: 400,
            window_secs: 800,
            previous_value: if mean { u(1_000) } else { u(300) },
            value: u(300),
            loosened: false,
        };
        assert_told(&test, rewindowed);
        baselines.rewindow(now(&governor), TOKEN, 40).unwrap();
        assert_told(
            &test,
            BaselineRewindowed {
                previous_window_secs: 800,
                window_secs: 40,
                previous_value: u(300),
                loosened: true,
                ..rewindowed
            },
        );
        baselines.stop(&governor, TOKEN).unwrap();
        assert_told(
            &test,
            BaselineStopped {
                asset: TOKEN,
                previous_value: u(300),
            },
        );
        assert!(stored(&test).is_empty());
    }
}

#[test]
fn starting_waits_and_a_shorter_window_does_and_a_longer_one_does_not() {
    let (test, mut baselines, governor) = started(Kind::Minimum);
    let mut timelock = delayed(&governor);
    let before = test.snapshot().storage;
    let change = timelock.change(&governor, CALL);
    assert_eq!(
        baselines.start(change, OTHER, Kind::Mean, u(0), 400),
        Err(unscheduled(CALL))
    );
    let change = timelock.change(&governor, CALL);
    assert_eq!(baselines.rewindow(change, TOKEN, 395), Err(unscheduled(CALL)));
    let change = timelock.change(&governor, CALL);
    assert_eq!(
        baselines.start(change, TOKEN, Kind::Mean, u(0), 400),
        Err(HasBaseline { asset: TOKEN }.into())
    );
    assert_eq!(test.snapshot().storage, before);
    let change = timelock.change(&governor, CALL);
    assert_eq!(baselines.rewindow(change, TOKEN, 400), Ok(()));
    let change = timelock.change(&governor, CALL);
    assert_eq!(baselines.rewindow(change, TOKEN, 4_000), Ok(()));
}

#[test]
fn a_window_that_cannot_act_is_refused() {
    let (test, mut baselines, governor) = started(Kind::Mean);
    let before = test.snapshot().storage;
    for secs in [0, 315_360_001] {
        let refused = |asset: alloy_primitives::Address| {
            Err(GuardError::from(SettingOutOfBounds {
                key: asset.into_word(),
                setting: name("window_secs"),
                value: secs,
                least: 1,
                most: 315_360_000,
            }))
        };
        for kind in [Kind::Minimum, Kind::Mean] {
            assert_eq!(
                baselines.start(now(&governor), OTHER, kind, u(1), secs),
                refused(OTHER)
            );
        }
        assert_eq!(baselines.rewindow(now(&governor), TOKEN, secs), refused(TOKEN));
    }
    assert_eq!(test.snapshot().storage, before);
}

fn capped() -> (TestVM, ShareCap, BaselineGuard, Governor) {
    let (_, baselines, governor) = started(Kind::Minimum);
    // On a chain of its own, as both would stand in the first slot.
    let test = TestVM::new();
    let mut cap = ShareCap::from(&test);
    cap.configure(now(&governor), TOKEN, 1_000, u(30)).unwrap();
    (test, cap, baselines, governor)
}

#[test]
fn a_share_is_a_cap_and_its_floor_holds_where_the_share_is_less() {
    let (_, cap, mut baselines, _) = capped();
    assert_eq!(cap.amount_down(&baselines, TOKEN), Ok(u(100)));
    assert_eq!(cap.check(&baselines, TOKEN, u(100)), Ok(()));
    let exceeded = |requested, available| {
        Err(GuardError::from(ShareCapExceeded {
            asset: TOKEN,
            requested: u(requested),
            available: u(available),
        }))
    };
    assert_eq!(cap.check(&baselines, TOKEN, u(101)), exceeded(101, 100));
    baselines.observe(TOKEN, u(299));
    assert_eq!(cap.check(&baselines, TOKEN, u(30)), Ok(()));
    assert_eq!(cap.check(&baselines, TOKEN, u(31)), exceeded(31, 30));
    baselines.observe(TOKEN, u(0));
    assert_eq!(cap.amount_down(&baselines, TOKEN), Ok(u(30)));
}

#[test]
fn without_a_cap_or_without_a_baseline_nothing_moves() {
    let (test, mut cap, mut baselines, governor) = capped();
    let unset = GuardError::from(ShareCapUnset { asset: OTHER });
    assert_eq!(cap.check(&baselines, OTHER, u(0)), Err(unset.clone()));
    assert_eq!(cap.close(&governor, OTHER), Err(unset.clone()));
    assert_eq!((cap.share(OTHER), cap.floor(OTHER)), (None, u(0)));
    baselines.stop(&governor, TOKEN).unwrap();
    assert_eq!(
        cap.check(&baselines, TOKEN, u(0)),
        Err(BaselineUnset { asset: TOKEN }.into())
    );
    cap.close(&governor, TOKEN).unwrap();
    assert_told(
        &test,
        ShareCapConfigured {
            asset: TOKEN,
            previous_bps: 1_000,
            previous_floor: u(30),
            bps: 0,
            floor: u(0),
            loosened: false,
        },
    );
    assert!(stored(&test).is_empty());
}

#[test]
fn a_caps_word_is_laid_out_as_it_is_drawn() {
    let (test, mut cap, _, governor) = capped();
    let floor = U256::MAX >> 16usize;
    cap.configure(now(&governor), TOKEN, 10_000, floor).unwrap();
    assert_told(
        &test,
        ShareCapConfigured {
            asset: TOKEN,
            previous_bps: 1_000,
            previous_floor: u(30),
            bps: 10_000,
            floor,
            loosened: true,
        },
    );
    assert_eq!(
        (cap.share(TOKEN), cap.floor(TOKEN)),
        (Share::new(10_000).ok(), floor)
    );
    let words: alloc::vec::Vec<_> = stored(&test).into_values().collect();
    assert_eq!(words, [B256::from(u(10_000) << 240usize | floor)]);
}

#[test]
fn a_larger_share_or_floor_waits_and_a_smaller_one_does_not() {
    let (test, mut cap, _, governor) = capped();
    let mut timelock = delayed(&governor);
    let before = test.snapshot().storage;
    for (asset, bps, floor) in [(TOKEN, 1_001, 1), (TOKEN, 1, 31), (OTHER, 1, 1)] {
        let change = timelock.change(&governor, CALL);
        assert_eq!(
            cap.configure(change, asset, bps, u(floor)),
            Err(unscheduled(CALL))
        );
    }
    assert_eq!(test.snapshot().storage, before);
    let change = timelock.change(&governor, CALL);
    assert_eq!(
        cap.configure(change, TOKEN, 1_000, u(30)),
        Ok(()),
        "the same again"
    );
    let change = timelock.change(&governor, CALL);
    assert_eq!(cap.configure(change, TOKEN, 999, u(29)), Ok(()));
}

#[test]
fn a_cap_that_cannot_act_is_refused() {
    let (test, mut cap, _, governor) = capped();
    let before = test.snapshot().storage;
    let key = TOKEN.into_word();
    for bps in [0u16, 10_001] {
        let refused = SettingOutOfBounds {
            key,
            setting: name("share_bps"),
            value: bps.into(),
            least: 1,
            most: 10_000,
        };
        assert_eq!(
            cap.configure(now(&governor), TOKEN, bps, u(1)),
            Err(refused.into())
        );
    }
    for amount in [u(0), U256::ONE << 240usize, U256::MAX] {
        let refused = AmountCannotAct {
            key,
            setting: name("floor"),
            amount,
        };
        assert_eq!(
            cap.configure(now(&governor), TOKEN, 1, amount),
            Err(refused.into())
        );
    }
    assert_eq!(test.snapshot().storage, before);
}
