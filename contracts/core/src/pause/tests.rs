//! A pause's seconds, its rungs, its ramp, and what it may become.

use super::*;
use crate::breaker::{Kind, Rung, Share, State};
use alloy_primitives::U256;

const NONE: Pauses = Pauses::from_word(U256::ZERO);
const DAY: u64 = 86_400;
const LATEST: u64 = (1 << 40) - 1;

fn group(number: u8) -> Group {
    Group::new(number).unwrap()
}

/// Those of a contract that only freezes.
fn freezing() -> Bounds {
    Bounds::new(7 * DAY).unwrap()
}

/// A ramp of 60 seconds from 40%, and withdrawals at 10% when only risk may be reduced.
fn ladder() -> Bounds {
    freezing().with_ladder(4_000, 1_000, 60).unwrap()
}

fn paused(rung: Rung, secs: u64, now: u64) -> Pauses {
    NONE.pause(group(1), rung, secs, ladder(), now).unwrap().pauses
}

fn frozen(pauses: Pauses, number: u8, secs: u64, now: u64) -> Pauses {
    let changed = pauses.pause(group(number), Rung::Frozen, secs, freezing(), now);
    changed.unwrap().pauses
}

/// The shares of group 1 in the order of [`Kind::ALL`], zero for what is refused.
fn shares(pauses: Pauses, now: u64) -> [u16; 4] {
    Kind::ALL.map(|kind| {
        let checked = pauses.check(group(1), kind, ladder(), now);
        checked.map_or(0, Share::bps)
    })
}

fn not_running(number: u8, until: u64) -> Result<(), NotRunning> {
    let group = group(number);
    Err(NotRunning { group, until })
}

#[test]
fn a_pause_holds_up_to_its_last_second_and_not_at_its_end() {
    let pauses = frozen(NONE, 1, 10, 100);
    for now in [0, 100, 109] {
        assert_eq!(pauses.require_running(group(1), now), not_running(1, 110));
    }
    assert_eq!(pauses.require_running(group(1), 110), Ok(()));
    // At 110 the ladder's pause is on the ramp, whose last second is 169.
    let states = [99, 100, 109, 110, 169, 170].map(|now| pauses.state(group(1), ladder(), now));
    assert_eq!(
        states,
        [
            State::Frozen,
            State::Frozen,
            State::Frozen,
            State::HalfOpen,
            State::HalfOpen,
            State::Closed
        ]
    );
}

/// Optimism's pause is for 7,884,000 seconds and its last second is `ts + 7,883,999`. Theirs is not paused again without a reset; ours
/// ends by itself, and who may pause again is [`crate::guardian`]'s to say.
#[test]
fn optimism_a_pause_lasts_until_its_time_less_one_second() {
    let ts = 1_700_000_000;
    // Ours is at most 30 days.
    assert_eq!(Bounds::new(7_884_000), None);
    let bounds = Bounds::new(LONGEST_MAXIMUM_SECS).unwrap();
    let pauses = NONE.pause(Group::ALL, Rung::Frozen, LONGEST_MAXIMUM_SECS, bounds, ts);
    let pauses = pauses.unwrap().pauses;
    let end = ts + LONGEST_MAXIMUM_SECS;
    assert_eq!(pauses.require_running(group(3), end - 1), not_running(0, end));
    assert_eq!(pauses.require_running(group(3), end), Ok(()));
}

#[test]
fn a_pause_of_one_group_stands_in_no_others_way() {
    let pauses = frozen(NONE, 2, 10, 100);
    for number in [0, 1, 3, 4, 5] {
        assert_eq!(pauses.require_running(group(number), 100), Ok(()));
        for kind in Kind::ALL {
            let checked = pauses.check(group(number), kind, ladder(), 100);
            assert_eq!(checked, Ok(Share::ALL));
        }
    }
}

#[test]
fn a_pause_of_everything_covers_every_group() {
    let pauses = frozen(NONE, 0, 10, 100);
    for number in 0..=GROUPS {
        assert_eq!(pauses.require_running(group(number), 109), not_running(0, 110));
        assert_eq!(pauses.require_running(group(number), 110), Ok(()));
        let refused = Paused {
            group: Group::ALL,
            state: State::Frozen,
            kind: Kind::ReduceOwnRisk,
            retry_at: 110,
        };
        let check = |now| pauses.check(group(number), Kind::ReduceOwnRisk, ladder(), now);
        assert_eq!(check(109), Err(refused));
        assert_eq!(check(110), Ok(Share::ALL));
    }
}

#[test]
fn the_longer_of_the_two_pauses_counts_and_of_equals_that_of_everything() {
    let pauses = frozen(frozen(NONE, 0, 10, 100), 5, 20, 100);
    let pauses = frozen(pauses, 4, 10, 100);
    assert_eq!(pauses.require_running(group(5), 109), not_running(5, 120));
    assert_eq!(pauses.require_running(group(4), 109), not_running(0, 110));
    assert_eq!(pauses.require_running(group(4), 115), Ok(()));
    let refused = |number| {
        let refused = pauses.check(group(number), Kind::IncreaseRisk, ladder(), 109);
        let Paused { group, retry_at, .. } = refused.unwrap_err();
        (group.number(), retry_at)
    };
    assert_eq!((refused(5), refused(4)), ((5, 120), (0, 110)));
    assert_eq!((pauses.until(group(5)), pauses.until(group(3))), (120, 110));
    assert_eq!((pauses.own_until(group(5)), pauses.own_until(group(3))), (120, 0));
}

#[test]
fn each_rung_lets_through_what_the_table_says() {
    assert_eq!(shares(NONE, 5), [10_000; 4]);
    assert_eq!(
        shares(paused(Rung::Throttled, 10, 0), 9),
        [4_000, 4_000, 10_000, 4_000]
    );
    assert_eq!(
        shares(paused(Rung::ReduceOnly, 10, 0), 9),
        [0, 4_000, 10_000, 1_000]
    );
    assert_eq!(shares(paused(Rung::Frozen, 10, 0), 9), [0; 4]);
}

#[test]
fn after_a_pause_the_share_widens_second_by_second_and_rounded_down() {
    for rung in Rung::ALL {
        let pauses = paused(rung, 10, 0);
        for (now, share) in [(10, 4_000), (11, 4_100), (40, 7_000), (69, 9_900), (70, 10_000)] {
            assert_eq!(shares(pauses, now), [share, share, 10_000, share], "{now}");
        }
    }
    let uneven = freezing().with_ladder(4_000, 1_000, 7).unwrap();
    let pauses = paused(Rung::Frozen, 10, 0);
    let share = |now| pauses.check(group(1), Kind::IncreaseRisk, uneven, now).unwrap();
    // 6,000 · 1/7 is 857.1, and of 6/7 5,142.9.
    assert_eq!((share(11).bps(), share(16).bps()), (4_857, 9_142));
}

#[test]
fn the_smaller_share_counts_and_either_refuses() {
    let all = NONE.pause(Group::ALL, Rung::Throttled, 100, ladder(), 0).unwrap();
    let both = all
        .pauses
        .pause(group(1), Rung::ReduceOnly, 10, ladder(), 0)
        .unwrap();
    assert_eq!(shares(both.pauses, 9), [0, 4_000, 10_000, 1_000]);
    // Its own on the ramp, everything throttled: the throttle is the smaller.
    assert_eq!(shares(both.pauses, 40), [4_000, 4_000, 10_000, 4_000]);
    assert_eq!(both.pauses.state(group(1), ladder(), 9), State::ReduceOnly);
    assert_eq!(both.pauses.state(group(1), ladder(), 40), State::Throttled);
    assert_eq!(both.pauses.state(group(2), ladder(), 9), State::Throttled);
    // And the other way round: everything on the ramp, its own throttled.
    let own = all
        .pauses
        .pause(group(1), Rung::Throttled, 120, ladder(), 0)
        .unwrap();
    assert_eq!(shares(own.pauses, 119), [4_000, 4_000, 10_000, 4_000]);
    // Refused by the shorter of two: the retry is when that ends.
    let refused = both.pauses.check(group(1), Kind::IncreaseRisk, ladder(), 9);
    assert_eq!(
        refused,
        Err(Paused {
            group: group(1),
            state: State::ReduceOnly,
            kind: Kind::IncreaseRisk,
            retry_at: 10
        })
    );
}

#[test]
fn where_there_is_no_ladder_no_rung_lets_anything_through_but_what_reduces_the_callers_risk() {
    let shares = |rung, now| {
        let pauses = NONE.pause(group(1), rung, 10, freezing(), 0).unwrap().pauses;
        Kind::ALL.map(|kind| {
            let checked = pauses.check(group(1), kind, freezing(), now);
            checked.map_or(0, Share::bps)
        })
    };
    assert_eq!(shares(Rung::Throttled, 9), [0, 0, 10_000, 0]);
    assert_eq!(shares(Rung::ReduceOnly, 9), [0, 0, 10_000, 0]);
    assert_eq!(shares(Rung::Frozen, 9), [0; 4]);
    assert_eq!(shares(Rung::Frozen, 10), [10_000; 4]);
}

#[test]
fn a_time_of_zero_or_beyond_the_maximum_is_refused() {
    let pause = |secs| NONE.pause(group(1), Rung::Throttled, secs, freezing(), 0);
    for secs in [0, 7 * DAY + 1, u64::MAX] {
        let refused = PauseRefused::OutOfBounds {
            secs,
            maximum_secs: 604_800,
        };
        assert_eq!(pause(secs), Err(refused));
    }
    assert_eq!(pause(7 * DAY).unwrap().until, 604_800);
    assert_eq!(pause(1).unwrap().until, 1);
}

#[test]
fn while_it_holds_a_pause_becomes_stricter_or_longer_and_never_milder_or_shorter() {
    let pauses = paused(Rung::ReduceOnly, 100, 0);
    let pause = |rung, secs| pauses.pause(group(1), rung, secs, ladder(), 50);
    for (rung, secs) in [
        (Rung::Throttled, 51),
        (Rung::Throttled, 50),
        (Rung::ReduceOnly, 50),
        (Rung::ReduceOnly, 49),
        (Rung::Frozen, 49),
    ] {
        let refused = PauseRefused::NotTightened {
            state: State::ReduceOnly,
            until: 100,
            requested_until: 50 + secs,
        };
        assert_eq!(pause(rung, secs), Err(refused));
    }
    for (rung, secs) in [(Rung::ReduceOnly, 51), (Rung::Frozen, 50), (Rung::Frozen, 51)] {
        let changed = pause(rung, secs).unwrap();
        assert_eq!((changed.from, changed.to), (State::ReduceOnly, rung.into()));
        assert_eq!((changed.previous_until, changed.until), (100, 50 + secs));
        let own = Pause {
            rung: Some(rung),
            until: 50 + secs,
        };
        assert_eq!(changed.pauses.own(group(1)), own);
    }
}

#[test]
fn one_whose_end_has_come_counts_as_none() {
    let pauses = paused(Rung::Frozen, 100, 0);
    let pause = |now| pauses.pause(group(1), Rung::Throttled, 1, ladder(), now);
    assert!(pause(99).is_err());
    let changed = pause(100).unwrap();
    assert_eq!((changed.from, changed.to), (State::HalfOpen, State::Throttled));
    // Its ramp begins again, so at no time does more pass than without it.
    for now in 100..=170 {
        let (with, without) = (shares(changed.pauses, now), shares(pauses, now));
        assert!(with.iter().zip(without).all(|(with, without)| *with <= without));
    }
}

#[test]
fn lifting_ends_it_now_and_goes_into_the_ramp() {
    let pauses = paused(Rung::Frozen, 100, 0);
    let lifted = pauses.lift(group(1), ladder(), 30).unwrap();
    assert_eq!((lifted.from, lifted.to), (State::Frozen, State::HalfOpen));
    assert_eq!((lifted.previous_until, lifted.until), (100, 30));
    assert_eq!(shares(lifted.pauses, 30), [4_000, 4_000, 10_000, 4_000]);
    assert_eq!(shares(lifted.pauses, 89), [9_900, 9_900, 10_000, 9_900]);
    assert_eq!(shares(lifted.pauses, 90), [10_000; 4]);
    assert_eq!(
        lifted.pauses.lift(group(1), ladder(), 31),
        None,
        "nothing shortens the ramp"
    );
}

#[test]
fn without_a_ramp_lifting_is_at_once_and_leaves_nothing() {
    let pauses = frozen(NONE, 1, 100, 0);
    let lifted = pauses.lift(group(1), freezing(), 30).unwrap();
    assert_eq!((lifted.previous_until, lifted.until), (100, 0));
    assert_eq!((lifted.from, lifted.to), (State::Frozen, State::Closed));
    assert_eq!(lifted.pauses, NONE);
}

#[test]
fn lifting_one_leaves_the_others() {
    let pauses = frozen(frozen(NONE, 1, 10, 0), 2, 20, 0);
    let lifted = pauses.lift(group(1), freezing(), 5).unwrap();
    assert_eq!(lifted.pauses.until(group(1)), 0);
    assert_eq!(lifted.pauses.until(group(2)), 20);
}

#[test]
fn what_is_not_paused_cannot_be_lifted() {
    assert_eq!(NONE.lift(group(1), ladder(), 0), None);
    let pauses = frozen(NONE, 1, 10, 0);
    assert!(pauses.lift(group(1), freezing(), 9).is_some());
    assert_eq!(
        pauses.lift(group(1), freezing(), 10),
        None,
        "it has ended by itself"
    );
    assert_eq!(
        pauses.lift(Group::ALL, freezing(), 5),
        None,
        "its own pause, not another's"
    );
}

#[test]
fn time_that_goes_back_ends_nothing() {
    let pauses = paused(Rung::Frozen, 10, 1_000);
    assert_eq!(pauses.state(group(1), ladder(), 0), State::Frozen);
    let longer = pauses.pause(group(1), Rung::Frozen, 10, ladder(), 900);
    assert!(longer.is_err(), "it would end sooner");
}

#[test]
fn the_far_future_fits_its_forty_bits() {
    let pauses = frozen(NONE, 1, DAY, u64::MAX);
    let own = Pause {
        rung: Some(Rung::Frozen),
        until: LATEST,
    };
    assert_eq!(pauses.own(group(1)), own);
    assert_eq!(pauses.own_until(group(2)), 0);
    assert_eq!(
        pauses.state(group(1), ladder(), u64::MAX),
        State::Closed,
        "it ends"
    );
}

#[test]
fn a_word_is_laid_out_as_it_is_drawn() {
    let rungs = [
        Rung::Frozen,
        Rung::Throttled,
        Rung::ReduceOnly,
        Rung::Frozen,
        Rung::Throttled,
        Rung::ReduceOnly,
    ];
    let (mut pauses, mut word) = (NONE, U256::ZERO);
    for (number, rung) in rungs.into_iter().enumerate() {
        let secs = 10 + number as u64;
        let changed = pauses.pause(group(number as u8), rung, secs, ladder(), 100);
        pauses = changed.unwrap().pauses;
        let bits = (100 + secs) | (rung.level() as u64) << 40;
        word |= U256::from(bits) << (42 * number);
    }
    assert_eq!(pauses.to_word(), word);
    for (number, rung) in rungs.into_iter().enumerate() {
        let own = Pause {
            rung: Some(rung),
            until: 110 + number as u64,
        };
        assert_eq!(Pauses::from_word(word).own(group(number as u8)), own);
    }
}

#[test]
fn the_usual_ladder_is_a_month_a_quarter_a_twentieth_and_a_day() {
    let usual = Bounds::USUAL;
    assert_eq!([usual.maximum_secs(), usual.ramp_secs()], [2_592_000, 86_400]);
    assert_eq!([usual.throttle_bps(), usual.exit_bps()], [2_500, 500]);
}
