//! What contracts refuse whatever is in force, by the rules of their core.

use crate::words::duration;
use alloy_primitives::{keccak256, Address, U256};
use patch_file::{terms::HAND_OVER, Checks, Patch};
use portcullis::patch::MOST_SECS_LEFT;
use portcullis_core::{
    breaker::{self, Measure, Recovery},
    bucket::{InvalidLimit, Limit, MAX_REFILL_SECS},
    council::{
        first_out_of_place, InvalidTerms, Terms as Council, Window, WindowRefused, MAX_MEMBERS,
        MAX_WINDOW_SECS,
    },
    guardian::{self, Terms},
    patch::{Config, Policy, SHORTEST_WINDOW_SECS},
    pause::LONGEST_MAXIMUM_SECS,
    queue::{self, LONGEST_DELAY_SECS, LONGEST_DRAIN_SECS},
    recorder::{RecordSecs, LONGEST_RECORD_SECS},
    trigger::{HitsLimit, InvalidHits, LONGEST_WINDOW_SECS, MOST_HITS},
};

fn out_of_bounds(what: &str, secs: u64, least: u64, most: u64) -> String {
    format!(
        "{what} of {} is out of bounds: from {} up to {}",
        duration(secs),
        duration(least),
        duration(most)
    )
}

pub(super) fn bucket(capacity: U256, refill_secs: u64) -> Option<String> {
    Some(match Limit::new(capacity, refill_secs).err()? {
        InvalidLimit::ZeroCapacity => {
            "a capacity of zero lets nothing leave: close the bucket for that".to_owned()
        }
        InvalidLimit::RefillOutOfBounds { refill_secs } => {
            out_of_bounds("a time to refill", refill_secs, 1, MAX_REFILL_SECS)
        }
    })
}

pub(super) fn caps(transition: U256, transaction: U256) -> Option<String> {
    if transition.is_zero() || transaction.is_zero() {
        Some("a cap of zero lets nothing leave".to_owned())
    } else if transition == U256::MAX && transaction == U256::MAX {
        Some("two caps that are as large as can be cap nothing".to_owned())
    } else {
        None
    }
}

pub(super) fn queue(drain: U256, drain_secs: u64, least: u64, most: u64, late: u64) -> Option<String> {
    use queue::InvalidSettings as No;
    Some(
        match queue::Settings::new(drain, drain_secs, least, most, late).err()? {
            No::ZeroDrain => "a queue that drains nothing never pays".to_owned(),
            No::DrainOutOfBounds { drain_secs } => {
                out_of_bounds("a drain's time", drain_secs, 1, LONGEST_DRAIN_SECS)
            }
            No::ZeroDelay => "without a least delay nobody sees a ticket before it is paid".to_owned(),
            No::MaxDelayOutOfBounds {
                min_delay_secs,
                max_delay_secs,
            } => format!(
                "a longest wait of {} is out of bounds: longer than {} and at most {}",
                duration(max_delay_secs),
                duration(min_delay_secs),
                duration(LONGEST_DELAY_SECS)
            ),
            No::LateOutOfBounds { late_secs } => {
                out_of_bounds("the late's wait", late_secs, 1, LONGEST_DELAY_SECS)
            }
        },
    )
}

pub(super) fn hits(hits: u8, window_secs: u64, least: U256) -> Option<String> {
    Some(match HitsLimit::new(hits, window_secs, least).err()? {
        InvalidHits::HitsOutOfBounds { hits } => format!("{hits} is out of bounds: from 1 up to {MOST_HITS}"),
        InvalidHits::WindowOutOfBounds { window_secs } => {
            out_of_bounds("a window", window_secs, 1, LONGEST_WINDOW_SECS)
        }
        InvalidHits::ZeroLeast => "a least amount of zero would count every dust".to_owned(),
    })
}

pub(super) fn guardians(config: guardian::Config) -> Option<String> {
    let refused = Terms::new(config).err()?;
    let term = refused.term.name().trim_end_matches("_secs").replace('_', " ");
    let (least, most) = (refused.least_secs, refused.most_secs);
    Some(out_of_bounds(
        &format!("the {term}'s time"),
        refused.secs,
        least,
        most,
    ))
}

/// As the treasury makes a breaker of its terms: eight numbers in the interface's order.
pub(super) fn breakers(terms: [u64; 8]) -> Option<String> {
    use breaker::InvalidSettings as No;
    let [throttle_bps, exit_bps, dwell_secs, expiry_secs, ramp_secs, decision_secs, freezes, freeze_back_secs] =
        terms;
    let narrow = |bps: u64| u16::try_from(bps).unwrap_or(u16::MAX);
    let config = breaker::Config {
        throttle_bps: narrow(throttle_bps),
        exit_bps: narrow(exit_bps),
        dwell_secs,
        expiry_secs,
        ramp_secs,
        decision_secs,
        recovery: Recovery::ByDecision,
        freezes: u8::try_from(freezes).unwrap_or(u8::MAX),
        freeze_back_secs,
        measure: Measure::Part,
        trip_at_bps: 10_000,
        calm_below_bps: 0,
    };
    let why = match breaker::Settings::new(config).err()? {
        No::ThrottleOutOfBounds { .. } => "the throttled share is not above 0% and below 100%",
        No::ExitOutOfBounds { .. } => {
            "the share in reduce-only is not above 0% and at most the throttled share"
        }
        No::ZeroDwell => "there is no least time in a state",
        No::DwellLongerThanExpiry { .. } => "a trip holds for less than the least time in a state",
        No::ExpiryTooLong { .. } => "a trip holds for more than 30 days",
        No::RampOutOfBounds { .. } => {
            "the ramp is shorter than the least time in a state or longer than 30 days"
        }
        No::DecisionOutOfBounds { .. } => {
            "a decision holds for less than the least time in a state or more than 30 days"
        }
        No::TooManyFreezes { .. } => "there are more than 15 automatic freezes",
        No::FreezesWithoutEnd { .. } => "freezes come back as fast as they end",
        No::FreezeBackOutOfBounds { .. } => {
            "freezes come back after more than 30 days, or at some time although there are none"
        }
        No::TripNeverOrAlways { .. }
        | No::CalmNotBelowTrip { .. }
        | No::CalmNeverMatches
        | No::CalmCannotAct { .. } => "the thresholds do not fit",
    };
    Some(why.to_owned())
}

pub(super) fn record(secs: u64) -> Option<String> {
    let refused = RecordSecs::new(secs).err()?;
    Some(out_of_bounds("a time", refused.secs, 1, LONGEST_RECORD_SECS))
}

pub(super) fn pair(guardian: Address, fallback: Address) -> Option<String> {
    (guardian == fallback).then(|| "the fallback is the guardian".to_owned())
}

/// A council's members and how many of them decide.
pub(super) fn members(members: &[Address], threshold: u64) -> Option<String> {
    let count = u64::try_from(members.len()).unwrap_or(u64::MAX);
    match Council::after(None, count, threshold) {
        Err(InvalidTerms::CountOutOfBounds { count }) => {
            return Some(format!(
                "a council of {count} is out of bounds: from 1 up to {MAX_MEMBERS}"
            ))
        }
        Err(InvalidTerms::ThresholdOutOfBounds { threshold, count }) => {
            return Some(format!(
                "{threshold} of {count} members cannot decide: from 1 up to {count}"
            ))
        }
        Ok(_) => {}
    }
    let place = first_out_of_place(members)?;
    Some(format!(
        "member {} is not above the one before it: members come in ascending order, each once, and none is zero",
        place + 1
    ))
}

/// When an action can be carried out.
pub(super) fn action(valid_after: u64, valid_before: u64) -> Option<String> {
    let window = Window {
        valid_after,
        valid_before,
    };
    match window.check(valid_after).err()? {
        WindowRefused::TooLong { .. } => {
            Some(format!("it holds for more than {}", duration(MAX_WINDOW_SECS)))
        }
        WindowRefused::NotYet | WindowRefused::Expired => Some("it ends before it begins".to_owned()),
    }
}

/// Terms of a patch that no manager puts on record.
pub(super) fn patch(terms: &Patch) -> Option<String> {
    let means_nothing = |name: &str, value: u8| Some(format!("the {name} {value} means nothing"));
    let manager = terms.terms();
    if manager.act().is_err() {
        return means_nothing("act", terms.act);
    }
    if manager.path().is_err() {
        return means_nothing("path", terms.path);
    }
    if manager.way_back().is_err() {
        return means_nothing("way back", terms.wayBack);
    }
    let nothing = keccak256([]);
    let hands_over = terms.act == HAND_OVER;
    if hands_over && (terms.wayBack == 0 || terms.initHash != nothing || terms.checksHash != nothing) {
        return Some("a hand-over cannot be rolled back, initialises nothing and asks no checks".to_owned());
    }
    let freezes = terms.freezeGroups != 0;
    if terms.freezeGroups >> 6 != 0 {
        Some("it freezes groups that there are not: they are 0 to 5".to_owned())
    } else if freezes && !(2..=4).contains(&terms.freezeRung) {
        Some(format!(
            "{} is not a state to freeze to: throttled (2), reduce-only (3) or frozen (4)",
            terms.freezeRung
        ))
    } else if freezes != (terms.freezeSecs != 0) || (!freezes && terms.freezeRung != 0) {
        Some("it freezes groups for no time, or none for some".to_owned())
    } else if terms.freezeSecs > LONGEST_MAXIMUM_SECS {
        Some("it freezes for longer than the 30 days that a proxy is paused for at most".to_owned())
    } else {
        None
    }
}

/// The same of one that was committed to.
pub(super) fn revealed(terms: &Patch) -> Option<String> {
    patch(terms).or((terms.path != 0).then(|| "a standby patch is in the open from its first second: it is proposed, and never committed and revealed".to_owned()))
}

/// A patch with data that are not the approved ones, or none.
pub(super) fn parts(terms: &Patch, init: &[u8], checks: &[u8]) -> Option<String> {
    patch(terms).or_else(|| {
        if keccak256(init) != terms.initHash {
            Some("the data of the call in the switch are not those of the terms".to_owned())
        } else if keccak256(checks) != terms.checksHash {
            Some("the checks are not those of the terms".to_owned())
        } else {
            Checks::decode(checks).err().map(|why| why.to_string())
        }
    })
}

/// When an armed patch can be applied.
pub(super) fn window(from: u64, until: u64) -> Option<String> {
    // Inclusive at both ends.
    (until < from.saturating_add(SHORTEST_WINDOW_SECS - 1)).then(|| {
        format!(
            "the window is shorter than {}, in which nobody could meet it for sure",
            duration(SHORTEST_WINDOW_SECS)
        )
    })
}

/// How patches wait, in the interface's order.
pub(super) fn policy(terms: [u64; 8]) -> Option<String> {
    let [review_secs, proposal_secs, delay_secs, approval_secs, standby_secs, window_secs, probation_secs, min_secs_left] =
        terms;
    let config = Config {
        review_secs,
        proposal_secs,
        delay_secs,
        approval_secs,
        standby_secs,
        window_secs,
        probation_secs,
    };
    match Policy::new(config) {
        Err(refused) => {
            let term = refused.term.name().trim_end_matches("_secs");
            Some(out_of_bounds(
                &format!("the {term}'s time"),
                refused.secs,
                refused.least_secs,
                refused.most_secs,
            ))
        }
        // A program is rolled back to as long as it lives.
        Ok(_) if !(probation_secs..=MOST_SECS_LEFT).contains(&min_secs_left) => Some(out_of_bounds(
            "the time that a program has to have left",
            min_secs_left,
            probation_secs,
            MOST_SECS_LEFT,
        )),
        Ok(_) => None,
    }
}

/// What no manager sets a guarded proxy by.
pub(super) fn setting(call: &[u8]) -> Option<String> {
    super::proxy::refused(call)
}
