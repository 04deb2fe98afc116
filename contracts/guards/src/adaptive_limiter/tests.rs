//! What each call does, what it refuses, what it stores and tells.

use super::*;
use crate::{
    authority::Governor,
    fixture::{assert_told, chain, delayed, now, stored, u, unscheduled, CALL, DAY, OTHER, START, TOKEN},
    rate_limiter::{AssetClosed, BucketAdapted, RateLimited, RateLimiter},
    setting::{name, AmountCannotAct, SettingOutOfBounds},
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::U256;
use stylus_sdk::{prelude::*, testing::TestVM};

#[storage]
pub(super) struct Vault {
    pub(super) outflow: RateLimiter,
    pub(super) adaptive: AdaptiveLimiter,
}

/// From 1,000 to 10,000, by 100 a day, a quarter of the way to twice a day's flow, refilled in a day.
pub(super) fn adaptation() -> Adaptation {
    Adaptation {
        floor: u(1_000),
        ceiling: u(10_000),
        step: u(100),
        multiple_percent: 200,
        smoothing_log2: 2,
        refill_secs: DAY,
    }
}

fn vault() -> (TestVM, Vault, Governor) {
    vault_of(u(2_000), adaptation())
}

/// A full bucket of a capacity, and how it adapts.
pub(super) fn vault_of(capacity: U256, to: Adaptation) -> (TestVM, Vault, Governor) {
    let (test, governor) = chain();
    let mut vault = Vault::from(&test);
    vault
        .outflow
        .configure(now(&governor), TOKEN, capacity, to.refill_secs)
        .unwrap();
    vault.configure(now(&governor), to).unwrap();
    (test, vault, governor)
}

impl Vault {
    pub(super) fn configure(&mut self, change: Change<'_>, to: Adaptation) -> Result<(), GuardError> {
        self.adaptive.configure(change, &mut self.outflow, TOKEN, to)
    }

    pub(super) fn consume(&mut self, amount: U256) -> Result<(), GuardError> {
        self.adaptive.consume(&mut self.outflow, TOKEN, amount)
    }

    pub(super) fn available(&self) -> U256 {
        self.adaptive.available(&self.outflow, TOKEN)
    }

    fn capacity(&self) -> Option<U256> {
        self.adaptive.capacity(&self.outflow, TOKEN)
    }
}

#[test]
fn the_first_flow_of_a_new_day_puts_the_bucket_under_the_days_capacity() {
    let (test, mut vault, _) = vault();
    vault.consume(u(1_200)).unwrap();
    assert_eq!(vault.adaptive.flow_today(TOKEN), u(1_200));
    assert_eq!(vault.adaptive.next_change_at(TOKEN), START + DAY);
    let logs = test.get_emitted_logs().len();
    test.set_block_timestamp(START + DAY - 1);
    vault.consume(u(0)).unwrap();
    assert_eq!(
        (vault.capacity(), test.get_emitted_logs().len()),
        (Some(u(2_000)), logs)
    );
    test.set_block_timestamp(START + DAY);
    assert_eq!((vault.capacity(), vault.available()), (Some(u(2_100)), u(2_000)));
    assert_eq!(
        vault.outflow.limit(TOKEN).unwrap().capacity(),
        u(2_000),
        "not yet"
    );
    vault.consume(u(50)).unwrap();
    assert_told(
        &test,
        BucketAdapted {
            asset: TOKEN,
            previous_capacity: u(2_000),
            capacity: u(2_100),
            previous_available: u(2_000),
            available: u(2_000),
        },
    );
    assert_eq!(vault.outflow.limit(TOKEN).unwrap().capacity(), u(2_100));
    assert_eq!(
        (vault.available(), vault.adaptive.flow_today(TOKEN)),
        (u(1_950), u(50))
    );
    // Once a day.
    test.set_block_timestamp(START + DAY + 1);
    let logs = test.get_emitted_logs().len();
    vault.consume(u(1)).unwrap();
    assert_eq!(test.get_emitted_logs().len(), logs);
}

#[test]
fn it_falls_in_quiet_days_and_not_below_the_floor() {
    let (test, mut vault, _) = vault();
    test.set_block_timestamp(START + 3 * DAY);
    assert_eq!(vault.capacity(), Some(u(1_700)));
    test.set_block_timestamp(START + 1_000 * DAY);
    assert_eq!(vault.available(), u(1_000));
    vault.consume(u(1_000)).unwrap();
    assert!(vault.consume(u(1)).is_err());
}

#[test]
fn a_refused_flow_stores_nothing_and_is_not_observed_also_on_a_new_day() {
    let (test, mut vault, _) = vault();
    vault.consume(u(1_200)).unwrap();
    for later in [0, DAY - 1, DAY, 2 * DAY] {
        test.set_block_timestamp(START + later);
        let before = (test.snapshot().storage, test.get_emitted_logs());
        for _ in 0..10 {
            assert!(vault.consume(u(3_000)).is_err());
        }
        assert_eq!((test.snapshot().storage, test.get_emitted_logs()), before);
    }
    test.set_block_timestamp(START + DAY);
    assert_eq!(
        vault.consume(u(2_050)),
        Err(RateLimited {
            asset: TOKEN,
            requested: u(2_050),
            available: u(2_000),
            // 2,100 in 86,400 seconds: 50 in 2,058.
            retry_at: START + DAY + 2_058
        }
        .into())
    );
}

#[test]
fn an_asset_takes_two_words_beside_its_bucket() {
    let (test, mut vault, _) = vault();
    vault.consume(u(10)).unwrap();
    assert_eq!(test.snapshot().storage.len(), 3);
}

#[test]
fn without_terms_the_bucket_is_as_it_is_and_without_a_bucket_nothing_moves() {
    let (_, mut vault, governor) = vault();
    let closed = Err(GuardError::from(AssetClosed { asset: OTHER }));
    assert_eq!(vault.adaptive.consume(&mut vault.outflow, OTHER, u(0)), closed);
    assert_eq!(
        vault
            .adaptive
            .configure(now(&governor), &mut vault.outflow, OTHER, adaptation()),
        closed
    );
    vault.outflow.configure(now(&governor), OTHER, u(7), DAY).unwrap();
    vault.adaptive.consume(&mut vault.outflow, OTHER, u(5)).unwrap();
    assert_eq!(vault.adaptive.available(&vault.outflow, OTHER), u(2));
    assert_eq!(vault.adaptive.capacity(&vault.outflow, OTHER), None);
    assert_eq!(
        (
            vault.adaptive.flow_today(OTHER),
            vault.adaptive.next_change_at(OTHER)
        ),
        (u(0), 0)
    );
    assert_eq!(
        vault.adaptive.stop(&governor, OTHER),
        Err(AdaptiveTermsUnset { asset: OTHER }.into())
    );
    vault.outflow.close(&governor, TOKEN).unwrap();
    assert_eq!(vault.consume(u(0)), Err(AssetClosed { asset: TOKEN }.into()));
}

#[test]
fn every_change_is_told_with_its_old_and_new_numbers() {
    let (test, mut vault, governor) = vault();
    let configured = AdaptiveConfigured {
        asset: TOKEN,
        previous_floor: u(0),
        previous_ceiling: u(0),
        previous_step: u(0),
        previous_multiple_percent: 0,
        previous_smoothing_log2: 0,
        previous_refill_secs: 0,
        floor: u(1_000),
        ceiling: u(10_000),
        step: u(100),
        multiple_percent: 200,
        smoothing_log2: 2,
        refill_secs: DAY,
        capacity: u(2_000),
        loosened: true,
    };
    assert_told(&test, configured);
    let lower = Adaptation {
        floor: u(900),
        ceiling: u(1_500),
        step: u(90),
        multiple_percent: 150,
        refill_secs: 2 * DAY,
        ..adaptation()
    };
    vault.configure(now(&governor), lower).unwrap();
    let tightened = AdaptiveConfigured {
        previous_floor: u(1_000),
        previous_ceiling: u(10_000),
        previous_step: u(100),
        previous_multiple_percent: 200,
        previous_smoothing_log2: 2,
        previous_refill_secs: DAY,
        floor: u(900),
        ceiling: u(1_500),
        step: u(90),
        multiple_percent: 150,
        refill_secs: 2 * DAY,
        capacity: u(1_500),
        loosened: false,
        ..configured
    };
    assert_told(&test, tightened);
    assert_eq!(vault.outflow.limit(TOKEN).unwrap().capacity(), u(1_500));
    vault.adaptive.stop(&governor, TOKEN).unwrap();
    assert_told(
        &test,
        AdaptiveConfigured {
            previous_floor: u(900),
            previous_ceiling: u(1_500),
            previous_step: u(90),
            previous_multiple_percent: 150,
            previous_refill_secs: 2 * DAY,
            floor: u(0),
            ceiling: u(0),
            step: u(0),
            multiple_percent: 0,
            smoothing_log2: 0,
            refill_secs: 0,
            capacity: u(0),
            ..tightened
        },
    );
    assert_eq!(stored(&test).len(), 1, "the bucket, under the limit that it had");
    test.set_block_timestamp(START + 9 * DAY);
    assert_eq!(vault.available(), u(1_500));
}

#[test]
fn looser_terms_wait_and_tighter_ones_do_not() {
    let (test, mut vault, governor) = vault();
    let mut timelock = delayed(&governor);
    let before = (test.snapshot().storage, test.get_emitted_logs());
    let base = adaptation();
    let looser = [
        Adaptation {
            floor: u(1_001),
            ..base
        },
        Adaptation {
            ceiling: u(10_001),
            ..base
        },
        Adaptation { step: u(101), ..base },
        Adaptation {
            multiple_percent: 201,
            ..base
        },
        Adaptation {
            smoothing_log2: 1,
            ..base
        },
        Adaptation {
            smoothing_log2: 3,
            ..base
        },
        Adaptation {
            refill_secs: DAY - 1,
            ..base
        },
        // Above where the capacity is.
        Adaptation {
            floor: u(2_001),
            ..base
        },
    ];
    for to in looser {
        let change = timelock.change(&governor, CALL);
        assert_eq!(vault.configure(change, to), Err(unscheduled(CALL)), "{to:?}");
    }
    assert_eq!((test.snapshot().storage, test.get_emitted_logs()), before);
    let change = timelock.change(&governor, CALL);
    assert_eq!(vault.configure(change, base), Ok(()), "the same again");
    // Also when a midnight has passed that no flow has seen.
    vault.consume(u(1_200)).unwrap();
    test.set_block_timestamp(START + DAY);
    let tighter = Adaptation {
        floor: u(999),
        ceiling: u(9_999),
        step: u(99),
        multiple_percent: 199,
        refill_secs: DAY + 1,
        ..base
    };
    let change = timelock.change(&governor, CALL);
    assert_eq!(vault.configure(change, tighter), Ok(()));
    assert_eq!(vault.outflow.limit(TOKEN).unwrap().capacity(), u(2_000));
}

#[test]
fn the_first_terms_wait() {
    let (_, mut vault, governor) = vault();
    vault.adaptive.stop(&governor, TOKEN).unwrap();
    let mut timelock = delayed(&governor);
    let change = timelock.change(&governor, CALL);
    assert_eq!(vault.configure(change, adaptation()), Err(unscheduled(CALL)));
}

#[test]
fn terms_that_cannot_act_are_refused() {
    let (test, mut vault, governor) = vault();
    let before = test.snapshot().storage;
    let (base, key) = (adaptation(), TOKEN.into_word());
    for (to, setting, amount) in [
        (Adaptation { floor: u(0), ..base }, "floor", 0),
        (
            Adaptation {
                ceiling: u(1_000),
                ..base
            },
            "ceiling",
            1_000,
        ),
        (Adaptation { step: u(0), ..base }, "step", 0),
    ] {
        let refused = AmountCannotAct {
            key,
            setting: name(setting),
            amount: u(amount),
        };
        assert_eq!(vault.configure(now(&governor), to), Err(refused.into()));
    }
    for (to, setting, value, least, most) in [
        (
            Adaptation {
                multiple_percent: 99,
                ..base
            },
            "multiple_percent",
            99,
            100,
            10_000,
        ),
        (
            Adaptation {
                multiple_percent: 10_001,
                ..base
            },
            "multiple_percent",
            10_001,
            100,
            10_000,
        ),
        (
            Adaptation {
                smoothing_log2: 6,
                ..base
            },
            "smoothing_log2",
            6,
            0,
            5,
        ),
        (
            Adaptation {
                refill_secs: 0,
                ..base
            },
            "refill_secs",
            0,
            1,
            315_360_000,
        ),
    ] {
        let refused = SettingOutOfBounds {
            key,
            setting: name(setting),
            value,
            least,
            most,
        };
        assert_eq!(vault.configure(now(&governor), to), Err(refused.into()));
    }
    assert_eq!(test.snapshot().storage, before);
}

#[test]
fn other_terms_do_not_forget_what_has_flowed_today() {
    let (test, mut vault, governor) = vault();
    vault.consume(u(1_200)).unwrap();
    let to = Adaptation {
        ceiling: u(9_000),
        ..adaptation()
    };
    vault.configure(now(&governor), to).unwrap();
    assert_eq!(vault.adaptive.flow_today(TOKEN), u(1_200));
    test.set_block_timestamp(START + DAY);
    assert_eq!(vault.capacity(), Some(u(2_100)), "and the capacity follows it");
}

#[test]
fn each_of_the_terms_is_looser_in_its_direction() {
    let base = adaptation();
    assert!(!base.is_looser_than(&base));
    for (looser, tighter) in [
        (
            Adaptation {
                floor: u(1_001),
                ..base
            },
            Adaptation {
                floor: u(999),
                ..base
            },
        ),
        (
            Adaptation {
                ceiling: u(10_001),
                ..base
            },
            Adaptation {
                ceiling: u(9_999),
                ..base
            },
        ),
        (
            Adaptation { step: u(101), ..base },
            Adaptation { step: u(99), ..base },
        ),
        (
            Adaptation {
                multiple_percent: 201,
                ..base
            },
            Adaptation {
                multiple_percent: 199,
                ..base
            },
        ),
        (
            Adaptation {
                refill_secs: DAY - 1,
                ..base
            },
            Adaptation {
                refill_secs: DAY + 1,
                ..base
            },
        ),
    ] {
        assert!(looser.is_looser_than(&base), "{looser:?}");
        assert!(!tighter.is_looser_than(&base), "{tighter:?}");
    }
}
