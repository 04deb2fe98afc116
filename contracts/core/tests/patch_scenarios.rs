//! What other systems do with an upgrade, to the second, and what ours does with the same times. Where they differ the test says both, and why.

use portcullis_core::patch::{
    Changed, Config, Deployment, Patch, Path, Phase, Policy, Refused, WayBack, Window,
};

const NOW: u64 = 1_700_000_000;
const DAY: u64 = 86_400;
const NEW: Deployment = Deployment::NEW;

/// Three days of review and one of delay, a month to be approved in; then a week in which it is applied.
const CONFIG: Config = Config {
    review_secs: 3 * DAY,
    proposal_secs: 30 * DAY,
    delay_secs: DAY,
    approval_secs: 7 * DAY,
    standby_secs: 90 * DAY,
    window_secs: 7 * DAY,
    probation_secs: 7 * DAY,
};

fn proposed(config: Config, at: u64) -> Patch {
    let policy = Policy::new(config).unwrap();
    Patch::UNKNOWN
        .propose(Path::Timelocked, WayBack::Open, &policy, &NEW, at)
        .unwrap()
}

/// Approved as soon as it can be, and armed for as long as it can be from the first second on.
fn armed(config: Config, at: u64) -> Patch {
    let approved_at = at + config.review_secs;
    let ready_at = approved_at + config.delay_secs;
    let window = Window {
        from: ready_at,
        until: ready_at + config.window_secs - 1,
    };
    let approved = proposed(config, at).approve(&NEW, approved_at).unwrap();
    approved.arm(window, &NEW, approved_at).unwrap()
}

fn phase<T>(phase: Phase) -> Result<T, Refused> {
    Err(Refused::Phase { phase })
}

mod zksync {
    use super::*;

    /// Created at t0, the council approves at t0 + 3 d: ready exactly at t0 + 4 d.
    #[test]
    fn approved_when_the_veto_is_over_it_is_ready_a_day_later() {
        let patch = proposed(CONFIG, NOW);
        let opens_at = NOW + 3 * DAY;
        assert_eq!(
            patch.approve(&NEW, opens_at - 1),
            Err(Refused::TooEarly { opens_at })
        );
        let approved = patch.approve(&NEW, opens_at).unwrap();
        assert_eq!(approved.ready_at(&NEW, opens_at), Some(NOW + 4 * DAY));
        let armed = armed(CONFIG, NOW);
        let opens_at = NOW + 4 * DAY;
        assert_eq!(
            armed.apply(NEW, opens_at - 1),
            Err(Refused::TooEarly { opens_at })
        );
        assert!(armed.apply(NEW, opens_at).is_ok());
    }

    /// Unapproved it expires at t0 + 33 d.
    #[test]
    fn unapproved_it_expires_thirty_days_after_the_veto() {
        let patch = proposed(CONFIG, NOW);
        let last = NOW + 33 * DAY - 1;
        assert_eq!(patch.phase(&NEW, last), Phase::Proposed);
        assert!(patch.approve(&NEW, last).is_ok());
        assert_eq!(patch.phase(&NEW, last + 1), Phase::Expired);
        assert_eq!(patch.approve(&NEW, last + 1), phase(Phase::Expired));
    }

    /// Theirs, once it is ready, stays so for ever. Ours lies ready for a time, and is dead after it.
    #[test]
    fn what_is_ready_and_never_applied_expires_here() {
        let approved = proposed(CONFIG, NOW).approve(&NEW, NOW + 3 * DAY).unwrap();
        assert_eq!(approved.phase(&NEW, NOW + 11 * DAY - 1), Phase::Approved);
        assert_eq!(approved.phase(&NEW, NOW + 11 * DAY), Phase::Expired);
    }

    /// Theirs has an emergency upgrade that waits for nothing, by three boards together. Ours is one that waited before: ninety days later it is armed
    /// and applied in the same second.
    #[test]
    fn an_emergency_upgrade_here_is_one_that_was_approved_before_it() {
        let policy = Policy::new(CONFIG).unwrap();
        let patch = Patch::UNKNOWN
            .propose(Path::Standby, WayBack::Open, &policy, &NEW, NOW)
            .unwrap();
        let approved = patch.approve(&NEW, NOW + 3 * DAY).unwrap();
        for (now, is_ready) in [
            (NOW + 4 * DAY - 1, false),
            (NOW + 4 * DAY, true),
            (NOW + 94 * DAY - 1, true),
            (NOW + 94 * DAY, false),
        ] {
            let window = Window {
                from: now,
                until: now + DAY - 1,
            };
            let applied = approved
                .arm(window, &NEW, now)
                .and_then(|armed| armed.apply(NEW, now));
            assert_eq!(applied.is_ok(), is_ready, "{now}");
        }
    }
}

mod lido {
    use super::*;

    /// Submitted at t: schedule at +259,199 s reverts, at +259,200 passes; execute at +86,399 after that reverts, at +86,400 passes.
    #[test]
    fn scheduled_after_three_days_and_executed_a_day_after_that() {
        let patch = proposed(CONFIG, NOW);
        assert!(patch.approve(&NEW, NOW + 259_199).is_err());
        let scheduled_at = NOW + 259_200;
        assert!(patch.approve(&NEW, scheduled_at).is_ok());
        let armed = armed(CONFIG, NOW);
        assert!(armed.apply(NEW, scheduled_at + 86_399).is_err());
        assert!(armed.apply(NEW, scheduled_at + 86_400).is_ok());
    }

    /// `cancelAll` kills everything before it: what is submitted and what is scheduled. What comes after it lives.
    #[test]
    fn cancel_all_kills_everything_before_it() {
        let submitted = proposed(CONFIG, NOW);
        let scheduled = submitted.approve(&NEW, NOW + 259_200).unwrap();
        let after = NEW.cancel_all();
        let now = NOW + 345_600;
        assert_eq!(submitted.approve(&after, now), phase(Phase::Cancelled));
        assert_eq!(scheduled.phase(&after, now), Phase::Cancelled);
        assert_eq!(armed(CONFIG, NOW).apply(after, now), phase(Phase::Cancelled));
        let policy = Policy::new(CONFIG).unwrap();
        let next = Patch::UNKNOWN.commit(&policy, &after, now).unwrap();
        assert!(next.approve(&after, now + 259_200).is_ok());
        // Not under its old identifier. Theirs are numbers, and never come again either.
        assert_eq!(submitted.commit(&policy, &after, now), phase(Phase::Cancelled));
    }
}

mod access_manager {
    use super::*;

    /// Ready at T it passes at T and at T + 604,799, and is expired at T + 604,800.
    #[test]
    fn ready_for_a_week_of_seconds() {
        let ready_at = NOW + 4 * DAY;
        let armed = armed(CONFIG, NOW);
        for (after, passes) in [(0, true), (604_799, true), (604_800, false)] {
            assert_eq!(armed.apply(NEW, ready_at + after).is_ok(), passes, "{after}");
        }
        assert_eq!(armed.phase(&NEW, ready_at + 604_800), Phase::Expired);
    }

    /// A delay that is reduced from 7 d to 0 takes effect after max(5 d, 7 d) there. Here what is on record keeps the delay under which it came, and a
    /// new policy waits the old one in a timelock; none is shorter than a day.
    #[test]
    fn a_shorter_delay_brings_nothing_forward() {
        let week = Config {
            delay_secs: 7 * DAY,
            ..CONFIG
        };
        let patch = proposed(week, NOW);
        let approved = patch.approve(&NEW, NOW + 3 * DAY).unwrap();
        assert_eq!(approved.ready_at(&NEW, NOW), Some(NOW + 10 * DAY));
        let none = Config {
            delay_secs: 0,
            ..CONFIG
        };
        assert!(Policy::new(none).is_err());
        let [long, short] = [week, CONFIG].map(|config| Policy::new(config).unwrap());
        assert!(short.loosens(&long) && !long.loosens(&short));
    }

    /// Theirs is scheduled again once it has expired. Ours never is: its approvals were given for then.
    #[test]
    fn what_has_expired_is_not_scheduled_again_here() {
        let policy = Policy::new(CONFIG).unwrap();
        let expired_at = NOW + 11 * DAY;
        let again = armed(CONFIG, NOW).propose(Path::Timelocked, WayBack::Open, &policy, &NEW, expired_at);
        assert_eq!(again, phase(Phase::Expired));
    }
}

mod aave {
    use super::*;

    /// Queued at q with a delay of d: executing at q + d reverts there, q + d + 1 passes, q + d + 7 d is expired. Here it passes at q + d: a delay of d has gone
    /// by. The end is the same second.
    #[test]
    fn it_is_applied_from_the_end_of_its_delay_for_a_week() {
        let (queued_at, delay_secs) = (NOW + 3 * DAY, DAY);
        let armed = armed(CONFIG, NOW);
        for (now, passes) in [
            (queued_at + delay_secs - 1, false),
            (queued_at + delay_secs, true),
            (queued_at + delay_secs + 1, true),
            (queued_at + delay_secs + 7 * DAY - 1, true),
            (queued_at + delay_secs + 7 * DAY, false),
        ] {
            assert_eq!(armed.apply(NEW, now).is_ok(), passes, "{now}");
        }
    }
}

mod starkgate {
    use super::*;

    /// At expiry it passes, one second later not.
    #[test]
    fn its_expiry_is_the_last_second() {
        let ready_at = NOW + 4 * DAY;
        let expiry = ready_at + 2 * DAY;
        let approved = proposed(CONFIG, NOW).approve(&NEW, NOW + 3 * DAY).unwrap();
        let window = Window {
            from: ready_at,
            until: expiry,
        };
        let armed = approved.arm(window, &NEW, ready_at).unwrap();
        assert!(armed.apply(NEW, expiry).is_ok());
        assert_eq!(armed.apply(NEW, expiry + 1), phase(Phase::Expired));
    }

    /// The same implementation with other initialisation data is unknown: it has another identifier.
    #[test]
    fn other_terms_are_another_patch() {
        assert_eq!(Patch::UNKNOWN.apply(NEW, NOW + 4 * DAY), phase(Phase::Unknown));
    }

    /// A used entry cannot be used again, and neither can one that was taken back.
    #[test]
    fn a_used_entry_is_used() {
        let now = NOW + 4 * DAY;
        let Changed { patch, deployment } = armed(CONFIG, NOW).apply(NEW, now).unwrap();
        assert_eq!(patch.apply(deployment, now), phase(Phase::Probation));
        assert_eq!(patch.apply(deployment, now + 7 * DAY), phase(Phase::Final));
        let back = patch.roll_back(deployment, now).unwrap();
        assert_eq!(back.patch.apply(back.deployment, now), phase(Phase::RolledBack));
    }
}

/// The machine has nothing to say to soft freezes and pauses (zkSync's cycle, Optimism's pause); but a way back is like them: once, for a time, and
/// not again without something new.
mod zksync_and_optimism {
    use super::*;

    /// Optimism's pause lasts until ts + 7,884,000 - 1, and there is no second without a reset. A probation of a week lasts until its last second, and
    /// there is no second way back without another patch.
    #[test]
    fn a_way_back_lasts_to_its_last_second_and_is_used_once() {
        let now = NOW + 4 * DAY;
        let Changed { patch, deployment } = armed(CONFIG, NOW).apply(NEW, now).unwrap();
        let last = now + 7 * DAY - 1;
        assert_eq!(patch.roll_back(deployment, last + 1), phase(Phase::Final));
        let back = patch.roll_back(deployment, last).unwrap();
        assert_eq!(
            back.patch.roll_back(back.deployment, last),
            phase(Phase::RolledBack)
        );
        assert_eq!(back.deployment.settle(last), None);
        // Another patch brings a way back of its own.
        let next_at = last + 11 * DAY;
        let policy = Policy::new(CONFIG).unwrap();
        let next = Patch::UNKNOWN
            .commit(&policy, &back.deployment, last)
            .and_then(|patch| patch.approve(&back.deployment, last + 3 * DAY))
            .and_then(|patch| patch.reveal(WayBack::Open, &back.deployment, next_at - 1))
            .unwrap();
        let window = Window {
            from: next_at - 1,
            until: next_at + DAY,
        };
        let next = next.arm(window, &back.deployment, next_at - 1).unwrap();
        let next = next.apply(back.deployment, next_at).unwrap();
        assert!(next.patch.roll_back(next.deployment, next_at).is_ok());
    }
}
