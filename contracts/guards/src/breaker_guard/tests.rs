//! What the guard promises: its words, its errors, its events, the seconds at which it changes.

use super::*;
use crate::{fixture::*, scope_key::Scope, setting, setting::SettingOutOfBounds, GuardError};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::breaker::{
    Config, Kind, Measure, Reason, Recovery, Rung, Settings, Share, State, Target, View,
};

/// Trips the token's breaker by a trigger of the contract's own.
fn trip(house: &mut House, target: Target) -> Trip {
    let fired = Fired::own(1, target, ALICE);
    house.breakers.trip(token(), fired).unwrap()
}

fn open(state: State, kind: Kind, retry_at: u64) -> Result<Share, GuardError> {
    Err(BreakerOpen {
        scope: token().key(),
        state: state as u8,
        kind: kind as u8,
        reason: 129,
        retry_at,
    }
    .into())
}

#[test]
fn a_breaker_that_never_tripped_lets_everything_pass_and_stores_nothing() {
    let (test, house, _) = house();
    let before = stored(&test);
    for kind in Kind::ALL {
        assert_eq!(house.breakers.check(token(), kind), Ok(Share::ALL));
        assert_eq!(
            house.breakers.charge(token(), kind, U256::MAX),
            Ok(U256::MAX),
            "at all of the limits an amount costs itself"
        );
    }
    assert_eq!(stored(&test), before);
    assert_eq!(before.len(), 1, "the instance's settings");
}

#[test]
fn a_constructor_sets_a_breaker_that_trips_from_then_on() {
    let (test, mut house, _) = bare();
    let mut authority = crate::authority::Authority::from(&stylus_sdk::testing::TestVM::new());
    let founder = authority.founder().unwrap();
    let change = house.timelock.change(&founder, &[]);
    house.breakers.configure(change, token(), CONFIG).unwrap();
    let change = house.timelock.change(&founder, &[]);
    house.breakers.configure_record(change, DAY).unwrap();
    authority.initialize(ALICE, BOB).unwrap();
    test.set_sender(ALICE);
    assert_eq!(trip(&mut house, Target::To(Rung::Frozen)).to(), State::Frozen);
    assert_eq!(house.breakers.last_trip(token()).actor(), ALICE);
}

#[test]
fn where_nothing_is_set_a_trip_a_decision_and_a_step_are_refused() {
    let (test, mut house, _) = bare();
    let unset = || GuardError::from(BreakerUnset { scope: token().key() });
    let fired = Fired::own(1, Target::OneRung, ALICE);
    assert_eq!(house.breakers.trip(token(), fired), Err(unset()));
    assert_eq!(
        house.breakers.decide(&council(), token(), Rung::Frozen, HOUR),
        Err(unset())
    );
    assert_eq!(house.breakers.step_back(token(), 0), Err(unset()));
    assert_eq!(
        house.breakers.step_back_by_decision(&council(), token()),
        Err(unset())
    );
    assert_eq!(stored(&test).len(), 0);
    assert_eq!(logs(&test).len(), 0);
    assert_eq!(house.breakers.check(token(), Kind::IncreaseRisk), Ok(Share::ALL));
    assert_eq!(house.breakers.settings(token()), None);
    assert_eq!(house.breakers.default_settings(), None);
}

#[test]
fn each_kind_of_call_passes_at_the_share_of_its_rung() {
    let (_, mut house, _) = house();
    let shares = |house: &House| house.breakers.view(token()).shares_bps;
    assert_eq!(shares(&house), [10_000; 4]);
    trip(&mut house, Target::To(Rung::Throttled));
    assert_eq!(shares(&house), [2_500, 2_500, 10_000, 2_500]);
    trip(&mut house, Target::To(Rung::ReduceOnly));
    assert_eq!(shares(&house), [0, 2_500, 10_000, 500]);
    assert_eq!(
        house.breakers.charge(token(), Kind::BoundedWithdrawal, u(3)),
        Ok(u(60))
    );
    assert_eq!(
        house.breakers.charge(token(), Kind::DecreaseRisk, u(3)),
        Ok(u(12))
    );
    assert_eq!(
        house.breakers.charge(token(), Kind::ReduceOwnRisk, u(3)),
        Ok(u(3))
    );
    trip(&mut house, Target::To(Rung::Frozen));
    assert_eq!(shares(&house), [0; 4]);
    for kind in Kind::ALL {
        let refused = open(State::Frozen, kind, START + HOUR);
        assert_eq!(house.breakers.check(token(), kind), refused);
        let refused = refused.map(|share| share.cost_up(U256::ZERO));
        assert_eq!(house.breakers.charge(token(), kind, u(0)), refused);
    }
}

#[test]
fn a_trip_holds_to_the_second_before_its_end_and_then_the_ramp_widens() {
    let (test, mut house, _) = house();
    trip(&mut house, Target::To(Rung::ReduceOnly));
    let end = START + HOUR;
    let refused = open(State::ReduceOnly, Kind::IncreaseRisk, end);
    for now in [START, end - 1] {
        test.set_block_timestamp(now);
        assert_eq!(house.breakers.check(token(), Kind::IncreaseRisk), refused);
    }
    // Three quarters are missing at the beginning of the ramp, and come back over two hours.
    for (now, bps) in [
        (end, 2_500),
        (end + 1, 2_501),
        (end + HOUR, 6_250),
        (end + 2 * HOUR - 1, 9_998),
        (end + 2 * HOUR, 10_000),
    ] {
        test.set_block_timestamp(now);
        let share = house.breakers.check(token(), Kind::IncreaseRisk);
        assert_eq!(share.map(Share::bps), Ok(bps), "{now}");
    }
}

#[test]
fn one_scopes_breaker_is_not_anothers() {
    let (_, mut house, _) = house();
    trip(&mut house, Target::To(Rung::Frozen));
    for other in [
        Scope::asset(BOB),
        Scope::group(0),
        Scope::asset_and_group(TOKEN, 0),
    ] {
        assert_eq!(house.breakers.check(other, Kind::IncreaseRisk), Ok(Share::ALL));
    }
}

#[test]
fn a_breaker_takes_one_word_and_its_record_another() {
    let (test, mut house, governor) = house();
    trip(&mut house, Target::OneRung);
    assert_eq!(stored(&test).len(), 1 + 1);
    let change = house.timelock.change(&governor, &[]);
    house.breakers.configure_record(change, DAY).unwrap();
    trip(&mut house, Target::OneRung);
    assert_eq!(stored(&test).len(), 1 + 1 + 1 + 1);
    let change = house.timelock.change(&governor, &[]);
    house.breakers.configure(change, token(), CONFIG).unwrap();
    for _ in 0..10 {
        trip(&mut house, Target::OneRung);
    }
    assert_eq!(stored(&test).len(), 1 + 1 + 1 + 1 + 1, "settings of its own");
}

#[test]
fn a_trip_is_told_with_where_from_where_to_why_by_whom_and_until_when() {
    let (test, mut house, _) = house();
    let tripped = trip(&mut house, Target::OneRung);
    assert_eq!((tripped.from(), tripped.to()), (State::Closed, State::Throttled));
    assert_eq!((tripped.until(), tripped.by()), (START + HOUR, ALICE));
    assert_eq!(tripped.record(), None);
    let told = BreakerTripped {
        scope: token().key(),
        by: ALICE,
        from: 0,
        to: 2,
        reason: 129,
        until: START + HOUR,
        sequence: 1,
    };
    assert_told(&test, told);
    test.set_block_timestamp(START + HOUR);
    trip(&mut house, Target::OneRung);
    assert_told(
        &test,
        BreakerTripped {
            from: 1,
            until: START + 2 * HOUR,
            sequence: 2,
            ..told
        },
    );
}

#[test]
fn a_decision_is_told_bounded_and_ends_by_itself() {
    let (test, mut house, governor) = house();
    let before = stored(&test);
    for secs in [0, 599, DAY + 1] {
        assert_eq!(
            house.breakers.decide(&council(), token(), Rung::Frozen, secs),
            Err(DecisionOutOfBounds {
                scope: token().key(),
                secs,
                minimum_secs: 600,
                maximum_secs: DAY
            }
            .into())
        );
    }
    assert_eq!(stored(&test), before);
    house
        .breakers
        .decide(&council(), token(), Rung::Frozen, DAY)
        .unwrap();
    let decided = BreakerDecided {
        scope: token().key(),
        by: governor.address(),
        from: 0,
        to: 4,
        rung: 4,
        until: START + DAY,
        sequence: 1,
    };
    assert_told(&test, decided);
    // A milder one waits behind it.
    house
        .breakers
        .decide(&council(), token(), Rung::Throttled, DAY)
        .unwrap();
    assert_told(
        &test,
        BreakerDecided {
            from: 4,
            rung: 2,
            sequence: 2,
            ..decided
        },
    );
    test.set_block_timestamp(START + DAY - 1);
    assert_eq!(house.breakers.view(token()).view.state, State::Frozen);
    // The milder one was for as long, so nothing of it is left.
    test.set_block_timestamp(START + DAY);
    assert_eq!(house.breakers.view(token()).view.state, State::HalfOpen);
}

#[test]
fn a_step_back_needs_a_dwell_and_a_calm_measure_and_is_told() {
    let (test, mut house, _) = house();
    trip(&mut house, Target::To(Rung::Frozen));
    let before = stored(&test);
    let scope = token().key();
    test.set_block_timestamp(START + 599);
    let retry_at = START + 600;
    assert_eq!(
        house.breakers.step_back(token(), 0),
        Err(StillDwelling { scope, retry_at }.into())
    );
    test.set_block_timestamp(START + 600);
    for measure_bps in [1_000, 2_999, 3_000, u32::MAX] {
        assert_eq!(
            house.breakers.step_back(token(), measure_bps),
            Err(NotCalm {
                scope,
                measure_bps: measure_bps.into(),
                calm_below_bps: 1_000
            }
            .into())
        );
    }
    assert_eq!(stored(&test), before);
    test.set_sender(BOB);
    assert_eq!(house.breakers.step_back(token(), 999), Ok(()));
    let told = BreakerSteppedBack {
        scope,
        by: BOB,
        from: 4,
        to: 1,
        by_decision: false,
        measure_bps: 999,
        until: START + 600 + 2 * HOUR,
        sequence: 2,
    };
    assert_told(&test, told);
    assert_eq!(
        house.breakers.step_back(token(), 0),
        Err(NotTripped { scope, state: 1 }.into()),
        "nothing shortens the ramp"
    );
    test.set_block_timestamp(START + 600 + 2 * HOUR);
    assert_eq!(
        house.breakers.step_back(token(), 0),
        Err(NotTripped { scope, state: 0 }.into())
    );
}

#[test]
fn what_the_council_decided_no_measure_ends() {
    let (test, mut house, governor) = house();
    house
        .breakers
        .decide(&council(), token(), Rung::ReduceOnly, DAY)
        .unwrap();
    let scope = token().key();
    let until = START + DAY;
    test.set_block_timestamp(START + 600);
    assert_eq!(
        house.breakers.step_back(token(), 0),
        Err(OnlyByDecision { scope, until }.into())
    );
    test.set_block_timestamp(START + 599);
    let retry_at = START + 600;
    assert_eq!(
        house.breakers.step_back_by_decision(&council(), token()),
        Err(StillDwelling { scope, retry_at }.into()),
        "and not even the council before its dwell"
    );
    test.set_block_timestamp(START + 600);
    assert_eq!(house.breakers.step_back_by_decision(&council(), token()), Ok(()));
    assert_told(
        &test,
        BreakerSteppedBack {
            scope,
            by: governor.address(),
            from: 3,
            to: 1,
            by_decision: true,
            measure_bps: 0,
            until: START + 600 + 2 * HOUR,
            sequence: 2,
        },
    );
}

#[test]
fn a_monitor_sees_everything_at_once() {
    let (test, mut house, _) = house();
    trip(&mut house, Target::To(Rung::ReduceOnly));
    test.set_block_timestamp(START + HOUR + 60);
    assert_eq!(
        house.breakers.view(token()),
        BreakerView {
            view: View {
                state: State::HalfOpen,
                since: START + HOUR,
                until: Some(START + 3 * HOUR),
                closed_at: Some(START + 3 * HOUR),
                peak: Some(Rung::ReduceOnly),
                reason: Reason(129),
                trips: 1,
                sequence: 1,
            },
            shares_bps: [2_562, 2_562, 10_000, 2_562],
        }
    );
}

#[test]
fn settings_are_told_as_the_words_before_and_after() {
    let (test, mut house, governor) = house();
    let word = |config| Settings::new(config).unwrap().to_word();
    let first = BreakerConfigured {
        scope: B256::ZERO,
        previous: U256::ZERO,
        current: word(CONFIG),
        loosened: false,
    };
    assert_told(&test, first);
    let tighter = Config {
        throttle_bps: 2_000,
        ..CONFIG
    };
    let change = house.timelock.change(&governor, &[]);
    house.breakers.configure(change, token(), tighter).unwrap();
    let own = BreakerConfigured {
        scope: token().key(),
        previous: word(CONFIG),
        current: word(tighter),
        loosened: false,
    };
    assert_told(&test, own);
    assert_eq!(
        house.breakers.settings(token()).map(|own| own.config()),
        Some(tighter)
    );
    let others = house.breakers.settings(Scope::group(1));
    assert_eq!(others.map(|own| own.config()), Some(CONFIG));
    assert_eq!(others, house.breakers.default_settings());
    let change = house.timelock.change(&governor, &[]);
    house.breakers.configure(change, token(), CONFIG).unwrap();
    assert_told(
        &test,
        BreakerConfigured {
            previous: word(tighter),
            current: word(CONFIG),
            loosened: true,
            ..own
        },
    );
}

#[test]
fn what_loosens_waits_and_what_tightens_does_not() {
    let (test, mut house, governor) = bare();
    house.timelock.set_delay(&governor, &[], 2 * DAY).unwrap();
    // Without settings nothing trips, so the first ones tighten whatever they say.
    let change = house.timelock.change(&governor, b"first");
    assert_eq!(house.breakers.configure_default(change, CONFIG), Ok(()));
    let looser = Config {
        expiry_secs: HOUR - 1,
        ..CONFIG
    };
    let before = stored(&test);
    // A scope that had those of the instance so far is compared with them.
    let change = house.timelock.change(&governor, b"looser");
    assert_eq!(
        house.breakers.configure(change, token(), looser),
        Err(unscheduled(b"looser"))
    );
    let change = house.timelock.change(&governor, b"looser");
    assert_eq!(
        house.breakers.configure_default(change, looser),
        Err(unscheduled(b"looser"))
    );
    assert_eq!(stored(&test), before);
    let tighter = Config {
        expiry_secs: HOUR + 1,
        ..CONFIG
    };
    let change = house.timelock.change(&governor, b"tighter");
    assert_eq!(house.breakers.configure(change, token(), tighter), Ok(()));
    house.timelock.schedule(&governor, b"looser").unwrap();
    test.set_block_timestamp(START + 2 * DAY);
    let change = house.timelock.change(&governor, b"looser");
    assert_eq!(house.breakers.configure(change, token(), looser), Ok(()));
    assert_eq!(
        house.breakers.settings(token()).map(|own| own.config()),
        Some(looser)
    );
}

#[test]
fn settings_that_cannot_act_are_refused_with_their_bounds() {
    let (test, mut house, governor) = bare();
    // What is changed; then the setting that is refused, its value, the least and the most.
    type Refusal = (fn(&mut Config), &'static str, u64, u64, u64);
    let refusals: [Refusal; 19] = [
        (|c| c.throttle_bps = 0, "throttle_bps", 0, 1, 9_999),
        (|c| c.throttle_bps = 10_000, "throttle_bps", 10_000, 1, 9_999),
        (|c| c.exit_bps = 0, "exit_bps", 0, 1, 2_500),
        (|c| c.exit_bps = 2_501, "exit_bps", 2_501, 1, 2_500),
        (|c| c.dwell_secs = 0, "dwell_secs", 0, 1, HOUR),
        (|c| c.dwell_secs = HOUR + 1, "dwell_secs", HOUR + 1, 1, HOUR),
        (
            |c| c.expiry_secs = 30 * DAY + 1,
            "expiry_secs",
            30 * DAY + 1,
            600,
            30 * DAY,
        ),
        (|c| c.ramp_secs = 599, "ramp_secs", 599, 600, 30 * DAY),
        (|c| c.decision_secs = 599, "decision_secs", 599, 600, 30 * DAY),
        (|c| c.freezes = 16, "freezes", 16, 0, 15),
        (
            |c| c.freeze_back_secs = HOUR,
            "freeze_back_secs",
            HOUR,
            HOUR + 1,
            30 * DAY,
        ),
        (
            |c| c.freeze_back_secs = 30 * DAY + 1,
            "freeze_back_secs",
            30 * DAY + 1,
            HOUR + 1,
            30 * DAY,
        ),
        (|c| c.freezes = 0, "freeze_back_secs", DAY, 0, 0),
        (|c| c.trip_at_bps = 0, "trip_at_bps", 0, 1, 10_000),
        (|c| c.trip_at_bps = 10_001, "trip_at_bps", 10_001, 1, 10_000),
        (
            |c| (c.trip_at_bps, c.measure) = (1_000_001, Measure::Rise),
            "trip_at_bps",
            1_000_001,
            1,
            1_000_000,
        ),
        (|c| c.calm_below_bps = 3_000, "calm_below_bps", 3_000, 1, 2_999),
        (|c| c.calm_below_bps = 0, "calm_below_bps", 0, 1, 2_999),
        (
            |c| c.recovery = Recovery::ByDecision,
            "calm_below_bps",
            1_000,
            0,
            0,
        ),
    ];
    for (change, name, value, least, most) in refusals {
        let mut config = CONFIG;
        change(&mut config);
        let refused = |key| {
            Err(SettingOutOfBounds {
                key,
                setting: setting::name(name),
                value,
                least,
                most,
            }
            .into())
        };
        let right = house.timelock.change(&governor, &[]);
        assert_eq!(
            house.breakers.configure(right, token(), config),
            refused(token().key())
        );
        let right = house.timelock.change(&governor, &[]);
        assert_eq!(
            house.breakers.configure_default(right, config),
            refused(B256::ZERO)
        );
    }
    assert_eq!((stored(&test).len(), logs(&test).len()), (0, 0));
    // The most freezes that the error names are taken.
    let most = Config {
        freezes: 15,
        ..CONFIG
    };
    let change = house.timelock.change(&governor, &[]);
    assert_eq!(house.breakers.configure(change, token(), most), Ok(()));
}

#[test]
fn a_refused_setting_does_not_use_up_what_has_waited() {
    let (test, mut house, governor) = house();
    house.timelock.set_delay(&governor, &[], DAY).unwrap();
    let operation = house.timelock.schedule(&governor, b"call").unwrap();
    test.set_block_timestamp(START + DAY);
    let config = Config {
        throttle_bps: 0,
        ..CONFIG
    };
    let change = house.timelock.change(&governor, b"call");
    assert!(house.breakers.configure(change, token(), config).is_err());
    assert_eq!(house.timelock.times(operation), (START + DAY, START + 15 * DAY));
}

#[test]
fn who_tripped_it_is_recorded_for_as_long_as_it_counts() {
    let (test, mut house, governor) = house();
    trip(&mut house, Target::OneRung);
    assert_eq!(house.breakers.last_trip(token()).actor(), Address::ZERO);
    let change = house.timelock.change(&governor, &[]);
    house.breakers.configure_record(change, DAY).unwrap();
    let told = RecordChanged {
        previous_secs: 0,
        secs: DAY,
        loosened: false,
    };
    assert_told(&test, told);
    let tripped = trip(&mut house, Target::OneRung);
    assert_eq!(tripped.record().map(|secs| secs.get()), Some(DAY));
    assert_eq!(house.breakers.record_secs(), tripped.record());
    let last = house.breakers.last_trip(token());
    assert_eq!(
        (last.actor(), last.at(), last.until()),
        (ALICE, START, START + DAY)
    );
    assert!(last.is_late(ALICE, START + DAY - 1) && !last.is_late(ALICE, START + DAY));
    let change = house.timelock.change(&governor, &[]);
    house.breakers.configure_record(change, DAY - 1).unwrap();
    assert_told(
        &test,
        RecordChanged {
            previous_secs: DAY,
            secs: DAY - 1,
            loosened: true,
        },
    );
    assert_eq!(
        house.breakers.last_trip(token()),
        last,
        "what was recorded keeps its end"
    );
}

#[test]
fn a_record_of_no_time_or_too_long_is_refused_and_a_shorter_one_waits() {
    let (test, mut house, governor) = house();
    for secs in [0, 30 * DAY + 1] {
        let change = house.timelock.change(&governor, &[]);
        assert_eq!(
            house.breakers.configure_record(change, secs),
            Err(SettingOutOfBounds {
                key: B256::ZERO,
                setting: setting::name("record_secs"),
                value: secs,
                least: 1,
                most: 30 * DAY,
            }
            .into())
        );
    }
    assert_eq!(stored(&test).len(), 1);
    house.timelock.set_delay(&governor, &[], DAY).unwrap();
    for (secs, expected) in [
        (DAY, Ok(())),
        (DAY + 1, Ok(())),
        (DAY + 1, Ok(())),
        (DAY, Err(unscheduled(b"shorter"))),
    ] {
        let change = house.timelock.change(&governor, b"shorter");
        assert_eq!(house.breakers.configure_record(change, secs), expected);
    }
    assert_eq!(
        house.breakers.record_secs().map(|secs| secs.get()),
        Some(DAY + 1),
        "and nothing is stored before it has"
    );
}

#[test]
fn a_reason_of_the_contracts_own_is_none_of_the_librarys() {
    for code in [0, 7, 127, 128, 255] {
        assert!(Fired::own(code, Target::OneRung, ALICE).reason.0 >= 128);
    }
    assert_eq!(Fired::own(127, Target::OneRung, ALICE).reason, Reason(255));
}
