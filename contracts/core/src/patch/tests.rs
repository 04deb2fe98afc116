use super::*;
use crate::time::LATEST;
use alloy_primitives::U256;

const NOW: u64 = 1_700_000_000;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

const CONFIG: Config = Config {
    review_secs: 3 * DAY,
    proposal_secs: 30 * DAY,
    delay_secs: 2 * DAY,
    approval_secs: 5 * DAY,
    standby_secs: 90 * DAY,
    window_secs: 7 * DAY,
    probation_secs: 4 * DAY,
};
const NEW: Deployment = Deployment::NEW;

/// When each step is taken at the earliest.
const APPROVED_AT: u64 = NOW + 3 * DAY;
const READY_AT: u64 = APPROVED_AT + 2 * DAY;

fn policy() -> Policy {
    Policy::new(CONFIG).unwrap()
}

fn committed() -> Patch {
    Patch::UNKNOWN.commit(&policy(), &NEW, NOW).unwrap()
}

fn proposed_on(path: Path) -> Patch {
    Patch::UNKNOWN
        .propose(path, WayBack::Open, &policy(), &NEW, NOW)
        .unwrap()
}

fn proposed() -> Patch {
    proposed_on(Path::Timelocked)
}

fn approved() -> Patch {
    proposed().approve(&NEW, APPROVED_AT).unwrap()
}

/// For a week from the first second on at which it is ready.
fn week() -> Window {
    window(READY_AT, READY_AT + 7 * DAY - 1)
}

fn window(from: u64, until: u64) -> Window {
    Window { from, until }
}

fn armed() -> Patch {
    approved().arm(week(), &NEW, READY_AT).unwrap()
}

fn applied() -> Changed {
    armed().apply(NEW, READY_AT).unwrap()
}

/// Another patch, armed from `at` on.
fn another(deployment: &Deployment, at: u64) -> Patch {
    let recorded_at = at - 5 * DAY;
    Patch::UNKNOWN
        .propose(Path::Standby, WayBack::Open, &policy(), deployment, recorded_at)
        .unwrap()
        .approve(deployment, recorded_at + 3 * DAY)
        .unwrap()
        .arm(window(at, at + DAY - 1), deployment, at)
        .unwrap()
}

/// That it is in one phase up to a second, and in another from it on.
fn assert_ends(patch: &Patch, deployment: &Deployment, phase: Phase, at: u64, then: Phase) {
    assert_eq!(patch.phase(deployment, at - 1), phase);
    assert_eq!(patch.phase(deployment, at), then);
    assert_eq!(patch.phase(deployment, u64::MAX), then);
    assert_eq!(patch.ends_at(deployment, at - 1), Some(at));
    assert_eq!(patch.ends_at(deployment, at), None);
}

fn phase<T>(phase: Phase) -> Result<T, Refused> {
    Err(Refused::Phase { phase })
}

#[test]
fn it_is_approved_after_its_review_and_not_before() {
    for patch in [committed(), proposed(), proposed_on(Path::Standby)] {
        let opens_at = APPROVED_AT;
        for now in [0, NOW, opens_at - 1] {
            assert_eq!(patch.approve(&NEW, now), Err(Refused::TooEarly { opens_at }));
        }
        for now in [opens_at, opens_at + 30 * DAY - 1] {
            let approved = patch.approve(&NEW, now).unwrap();
            assert_eq!(approved.phase(&NEW, now), Phase::Approved);
            assert_eq!(approved.ready_at(&NEW, now), Some(now + 2 * DAY));
        }
        assert_eq!(patch.approve(&NEW, opens_at + 30 * DAY), phase(Phase::Expired));
    }
    let end = NOW + 33 * DAY;
    assert_ends(&committed(), &NEW, Phase::Committed, end, Phase::Expired);
    assert_ends(&proposed(), &NEW, Phase::Proposed, end, Phase::Expired);
    assert_eq!(approved().approve(&NEW, APPROVED_AT), phase(Phase::Approved));
}

#[test]
fn approved_it_lies_ready_for_as_long_as_its_path_says() {
    for (path, days) in [(Path::Timelocked, 5), (Path::Standby, 90)] {
        let patch = proposed_on(path).approve(&NEW, APPROVED_AT).unwrap();
        let end = READY_AT + days * DAY;
        assert_eq!(patch.path(), path);
        assert_ends(&patch, &NEW, Phase::Approved, end, Phase::Expired);
    }
}

#[test]
fn its_window_begins_when_it_is_ready_or_later_while_it_lies_ready() {
    let (earliest, latest) = (READY_AT, READY_AT + 5 * DAY - 1);
    for now in [APPROVED_AT, READY_AT] {
        for from in [0, now - 1, earliest - 1, latest + 1, u64::MAX] {
            let arm = approved().arm(window(from, from.saturating_add(DAY)), &NEW, now);
            assert_eq!(arm, Err(Refused::FromOutOfBounds { earliest, latest }), "{from}");
        }
        for from in [earliest, latest] {
            let patch = approved().arm(window(from, from + DAY), &NEW, now).unwrap();
            assert_eq!(patch.phase(&NEW, now), Phase::Armed);
            assert_eq!(patch.ready_at(&NEW, now), Some(from));
            assert_ends(&patch, &NEW, Phase::Armed, from + DAY + 1, Phase::Expired);
        }
    }
    assert_eq!(approved().arm(week(), &NEW, latest + 1), phase(Phase::Expired));
}

#[test]
fn its_window_is_an_hour_at_least_and_as_long_as_the_policy_says_at_most() {
    // A first second that is over stands for now.
    for (from, now) in [
        (READY_AT + 9, READY_AT),
        (READY_AT + 9, READY_AT + 9),
        (READY_AT, READY_AT + 9),
    ] {
        let begins = READY_AT + 9;
        let (earliest, latest) = (begins + HOUR - 1, begins + 7 * DAY - 1);
        let arm = |until| approved().arm(window(from, until), &NEW, now);
        for until in [0, from, earliest - 1, latest + 1, u64::MAX] {
            assert_eq!(
                arm(until),
                Err(Refused::UntilOutOfBounds { earliest, latest }),
                "{until}"
            );
        }
        for until in [earliest, latest] {
            let patch = arm(until).unwrap();
            assert_eq!(patch.ready_at(&NEW, 0), Some(begins));
            assert_ends(&patch, &NEW, Phase::Armed, until + 1, Phase::Expired);
        }
    }
}

#[test]
fn it_is_armed_once() {
    assert_eq!(armed().arm(week(), &NEW, READY_AT), phase(Phase::Armed));
    assert_eq!(proposed().arm(week(), &NEW, APPROVED_AT), phase(Phase::Proposed));
}

#[test]
fn it_is_applied_within_its_window_and_once() {
    let opens_at = READY_AT;
    assert_eq!(
        armed().apply(NEW, opens_at - 1),
        Err(Refused::TooEarly { opens_at })
    );
    for now in [opens_at, opens_at + 7 * DAY - 1] {
        let Changed { patch, deployment } = armed().apply(NEW, now).unwrap();
        assert_ends(&patch, &deployment, Phase::Probation, now + 4 * DAY, Phase::Final);
        assert_eq!(deployment.probation_ends_at(now), Some(now + 4 * DAY));
        assert_eq!((patch.number(), deployment.upgrades()), (1, 1));
        for (later, was) in [(now, Phase::Probation), (now + 4 * DAY, Phase::Final)] {
            assert_eq!(patch.apply(deployment, later), phase(was));
        }
    }
    assert_eq!(armed().apply(NEW, opens_at + 7 * DAY), phase(Phase::Expired));
    assert_eq!(approved().apply(NEW, opens_at), phase(Phase::Approved));
}

#[test]
fn it_is_rolled_back_in_its_probation_and_once() {
    let Changed { patch, deployment } = applied();
    for now in [READY_AT, READY_AT + 4 * DAY - 1] {
        let back = patch.roll_back(deployment, now).unwrap();
        assert_eq!(back.patch.phase(&back.deployment, now), Phase::RolledBack);
        assert!(back.deployment.is_rolled_back());
        assert_eq!(back.deployment.probation_ends_at(now), None);
        assert_eq!(
            back.patch.roll_back(back.deployment, now),
            phase(Phase::RolledBack)
        );
        assert_eq!(back.patch.apply(back.deployment, now), phase(Phase::RolledBack));
    }
    assert_eq!(
        patch.roll_back(deployment, READY_AT + 4 * DAY),
        phase(Phase::Final)
    );
    assert_eq!(armed().roll_back(NEW, READY_AT), phase(Phase::Armed));
}

#[test]
fn what_bars_its_way_back_is_final_at_once() {
    let barred = Patch::UNKNOWN
        .propose(Path::Timelocked, WayBack::Barred, &policy(), &NEW, NOW)
        .unwrap();
    let hidden = committed().approve(&NEW, APPROVED_AT).unwrap();
    assert_eq!(hidden.way_back(), WayBack::Open, "nobody said otherwise");
    for approved in [
        barred.approve(&NEW, APPROVED_AT).unwrap(),
        hidden.reveal(WayBack::Barred, &NEW, READY_AT).unwrap(),
    ] {
        assert_eq!(approved.way_back(), WayBack::Barred);
        let armed = approved.arm(week(), &NEW, READY_AT).unwrap();
        let Changed { patch, deployment } = armed.apply(NEW, READY_AT).unwrap();
        assert_eq!(patch.phase(&deployment, READY_AT), Phase::Final);
        assert_eq!(patch.roll_back(deployment, READY_AT), phase(Phase::Final));
        assert_eq!(deployment.settle(READY_AT), None);
        assert!(another(&deployment, READY_AT).apply(deployment, READY_AT).is_ok());
    }
}

#[test]
fn in_a_probation_nothing_else_is_applied_until_who_may_roll_back_settles() {
    let Changed { patch, deployment } = applied();
    let now = READY_AT + DAY;
    let hot_fix = another(&deployment, now);
    let ends_at = READY_AT + 4 * DAY;
    assert_eq!(
        hot_fix.apply(deployment, now),
        Err(Refused::InProbation { ends_at })
    );
    let settled = deployment.settle(now).unwrap();
    assert_eq!(patch.phase(&settled, now), Phase::Final);
    assert_eq!(patch.roll_back(settled, now), phase(Phase::Final));
    let fixed = hot_fix.apply(settled, now).unwrap();
    assert_eq!((fixed.patch.number(), fixed.deployment.upgrades()), (2, 2));
    assert_eq!(fixed.patch.phase(&fixed.deployment, now), Phase::Probation);
    // The one before it stays final, whatever becomes of this one.
    for deployment in [
        fixed.deployment,
        fixed.patch.roll_back(fixed.deployment, now).unwrap().deployment,
    ] {
        assert_eq!(patch.phase(&deployment, now), Phase::Final);
        assert_eq!(patch.roll_back(deployment, now), phase(Phase::Final));
    }
}

#[test]
fn a_probation_that_ended_holds_nothing_back() {
    let Changed { patch, deployment } = applied();
    let now = READY_AT + 4 * DAY;
    let next = another(&deployment, now).apply(deployment, now).unwrap();
    assert_eq!(patch.phase(&next.deployment, now), Phase::Final);
}

#[test]
fn what_waits_goes_on_waiting_through_a_roll_back() {
    let Changed { patch, deployment } = applied();
    let now = READY_AT + DAY;
    let waits = another(&deployment, now);
    let back = patch.roll_back(deployment, now).unwrap();
    assert_eq!(waits.phase(&back.deployment, now), Phase::Armed);
    let next = waits.apply(back.deployment, now).unwrap();
    assert!(!next.deployment.is_rolled_back());
    assert_eq!(next.patch.number(), 2);
    assert_eq!(patch.roll_back(next.deployment, now), phase(Phase::Final));
    assert_eq!(
        back.patch.phase(&next.deployment, now),
        Phase::RolledBack,
        "what was rolled back stays so"
    );
}

#[test]
fn a_hash_is_revealed_once_before_it_is_armed_and_its_time_goes_on() {
    let patch = committed();
    assert!(!patch.is_revealed());
    let revealed = patch.reveal(WayBack::Open, &NEW, NOW + DAY).unwrap();
    assert_eq!(revealed, proposed(), "as if it had been proposed then");
    for known in [revealed, approved(), armed()] {
        let again = known.reveal(WayBack::Barred, &NEW, APPROVED_AT);
        assert_eq!(again, Err(Refused::Revealed));
    }
    let hidden = patch.approve(&NEW, APPROVED_AT).unwrap();
    assert_eq!(hidden.arm(week(), &NEW, READY_AT), Err(Refused::Hidden));
    let shown = hidden.reveal(WayBack::Open, &NEW, READY_AT).unwrap();
    assert!(shown.arm(week(), &NEW, READY_AT).is_ok());
    assert_eq!(
        patch.reveal(WayBack::Open, &NEW, NOW + 33 * DAY),
        phase(Phase::Expired)
    );
    assert_eq!(
        Patch::UNKNOWN.reveal(WayBack::Open, &NEW, NOW),
        phase(Phase::Unknown)
    );
}

#[test]
fn cancelled_it_stays_so() {
    for (patch, now) in [
        (committed(), NOW),
        (proposed(), NOW + 33 * DAY - 1),
        (approved(), APPROVED_AT),
        (armed(), READY_AT + 7 * DAY - 1),
    ] {
        let cancelled = patch.cancel(&NEW, now).unwrap();
        for later in [now, u64::MAX] {
            assert_eq!(cancelled.phase(&NEW, later), Phase::Cancelled);
            assert_eq!(cancelled.cancel(&NEW, later), phase(Phase::Cancelled));
        }
        assert_eq!(cancelled.ends_at(&NEW, now), None);
    }
    let Changed { patch, deployment } = applied();
    assert_eq!(patch.cancel(&deployment, READY_AT), phase(Phase::Probation));
    assert_eq!(armed().cancel(&NEW, READY_AT + 7 * DAY), phase(Phase::Expired));
    assert_eq!(Patch::UNKNOWN.cancel(&NEW, NOW), phase(Phase::Unknown));
}

#[test]
fn cancelling_all_ends_what_is_pending_and_nothing_that_comes_after() {
    let after = NEW.cancel_all();
    for patch in [committed(), proposed(), approved(), armed()] {
        assert_eq!(patch.phase(&after, READY_AT), Phase::Cancelled);
        assert_eq!(patch.approve(&after, READY_AT), phase(Phase::Cancelled));
        assert_eq!(patch.arm(week(), &after, READY_AT), phase(Phase::Cancelled));
        assert_eq!(patch.apply(after, READY_AT), phase(Phase::Cancelled));
    }
    let fresh = Patch::UNKNOWN.commit(&policy(), &after, NOW).unwrap();
    assert_eq!(fresh.phase(&after, NOW), Phase::Committed);
    // What was applied can be rolled back all the same.
    let Changed { patch, deployment } = applied();
    let after = deployment.cancel_all();
    assert_eq!(patch.phase(&after, READY_AT), Phase::Probation);
    assert!(patch.roll_back(after, READY_AT).is_ok());
}

#[test]
fn an_identifier_is_used_once() {
    let later = NOW + 400 * DAY;
    let Changed { patch, deployment } = applied();
    let back = patch.roll_back(deployment, READY_AT).unwrap();
    for (patch, deployment, was) in [
        (committed(), NEW, Phase::Expired),
        (approved(), NEW, Phase::Expired),
        (armed(), NEW, Phase::Expired),
        (proposed(), NEW.cancel_all(), Phase::Cancelled),
        (proposed().cancel(&NEW, NOW).unwrap(), NEW, Phase::Cancelled),
        (patch, deployment, Phase::Final),
        (back.patch, back.deployment, Phase::RolledBack),
    ] {
        assert_eq!(patch.commit(&policy(), &deployment, later), phase(was));
        let again = patch.propose(Path::Standby, WayBack::Open, &policy(), &deployment, later);
        assert_eq!(again, phase(was));
    }
    let again = committed().commit(&policy(), &NEW, NOW);
    assert_eq!(again, phase(Phase::Committed));
}

#[test]
fn a_policy_that_changes_changes_nothing_that_is_on_record() {
    let quick = Policy::new(Config {
        review_secs: HOUR,
        delay_secs: DAY,
        ..CONFIG
    })
    .unwrap();
    let old = proposed();
    // No step but the first takes a policy, so there is nothing that could bring it forward.
    let new = Patch::UNKNOWN
        .propose(Path::Timelocked, WayBack::Open, &quick, &NEW, NOW)
        .unwrap();
    assert_eq!(old.ready_at(&NEW, NOW), Some(NOW + policy().notice_secs()));
    assert_eq!(new.ready_at(&NEW, NOW), Some(NOW + HOUR + DAY));
}

#[test]
fn its_views_say_what_comes_next() {
    let (opens_at, ends_at) = (NOW + 3 * DAY, NOW + 33 * DAY);
    for (now, ready_at, next_at) in [
        (NOW, opens_at + 2 * DAY, Some(opens_at)),
        (opens_at - 1, opens_at + 2 * DAY, Some(opens_at)),
        (opens_at, opens_at + 2 * DAY, Some(ends_at)),
        (ends_at - 1, ends_at - 1 + 2 * DAY, Some(ends_at)),
    ] {
        assert_eq!(proposed().ready_at(&NEW, now), Some(ready_at));
        assert_eq!(committed().ready_at(&NEW, now), Some(ready_at));
        assert_eq!(proposed().next_change_at(&NEW, now), next_at);
    }
    assert_eq!(proposed().ready_at(&NEW, ends_at), None);
    assert_eq!(proposed().next_change_at(&NEW, ends_at), None);
    for (now, ready_at) in [(APPROVED_AT, READY_AT), (READY_AT + 1, READY_AT + 1)] {
        assert_eq!(approved().ready_at(&NEW, now), Some(ready_at));
        assert_eq!(armed().ready_at(&NEW, now), Some(ready_at));
    }
    let Changed { patch, deployment } = applied();
    assert_eq!(
        patch.next_change_at(&deployment, READY_AT),
        Some(READY_AT + 4 * DAY)
    );
    assert_eq!(patch.ready_at(&deployment, READY_AT), None);
    let unknown = Patch::UNKNOWN;
    assert_eq!(unknown.phase(&NEW, NOW), Phase::Unknown);
    assert_eq!(
        (unknown.ready_at(&NEW, NOW), unknown.ends_at(&NEW, NOW)),
        (None, None)
    );
    assert_eq!(unknown.number(), 0);
}

#[test]
fn its_word_holds_everything_where_it_says() {
    let deployment = Deployment::NEW.cancel_all().cancel_all().cancel_all();
    let patch = Patch::UNKNOWN
        .propose(Path::Standby, WayBack::Barred, &policy(), &deployment, NOW)
        .unwrap();
    let field = |value: u64, at: usize| U256::from(value) << at;
    let terms = field(3, 80) | field(2 * DAY, 144) | field(90 * DAY, 166) | field(7 * DAY, 190);
    let flags = field(1, 237) | field(1, 238) | field(1, 239);
    let terms = terms | field(4 * DAY, 212) | flags;
    let times = |opens_at: u64, ends_at: u64| field(opens_at, 0) | field(ends_at, 40);
    let word = |opens_at, ends_at, stage: u64| terms | times(opens_at, ends_at) | field(stage, 234);

    assert_eq!(patch.to_word(), word(NOW + 3 * DAY, NOW + 33 * DAY, 1));
    let approved = patch.approve(&deployment, APPROVED_AT).unwrap();
    assert_eq!(approved.to_word(), word(READY_AT, READY_AT + 90 * DAY, 2));
    let armed = approved.arm(week(), &deployment, READY_AT).unwrap();
    assert_eq!(armed.to_word(), word(READY_AT, READY_AT + 7 * DAY, 3));
    let applied = armed.apply(deployment, READY_AT + 1).unwrap().patch;
    assert_eq!(
        applied.to_word(),
        word(READY_AT + 1, READY_AT + 1, 4) | field(1, 112)
    );
    let cancelled = approved.cancel(&deployment, READY_AT).unwrap();
    assert_eq!(cancelled.to_word(), word(READY_AT, READY_AT, 5));
    let Changed {
        patch: first,
        deployment: at,
    } = self::applied();
    let back = first.roll_back(at, READY_AT + 2).unwrap().patch;
    let open = field(2 * DAY, 144) | field(5 * DAY, 166) | field(7 * DAY, 190) | field(4 * DAY, 212);
    let back_word = times(READY_AT + 2, READY_AT + 2) | field(1, 112) | open;
    assert_eq!(back.to_word(), back_word | field(6, 234) | field(1, 239));
    assert_eq!(
        committed().to_word(),
        times(NOW + 3 * DAY, NOW + 33 * DAY) | open | field(1, 234)
    );
    for patch in [patch, approved, armed, applied, cancelled, back, committed()] {
        for above in [240, 255] {
            let above = U256::ONE << above;
            assert_eq!(Patch::from_word(patch.to_word() | above), patch);
        }
    }
    assert_eq!(Patch::from_word(U256::ZERO), Patch::UNKNOWN);
    // A stage that nobody writes is as good as cancelled.
    let strange = Patch::from_word(field(7, 234));
    assert_eq!(strange.phase(&NEW, NOW), Phase::Cancelled);
}

#[test]
fn at_the_end_of_time_nothing_is_pending_or_ready() {
    let late = Patch::UNKNOWN.commit(&policy(), &NEW, u64::MAX).unwrap();
    assert_eq!(late.phase(&NEW, u64::MAX), Phase::Expired);
    assert_eq!(Patch::from_word(late.to_word()), late);
    // What has a day left of its review has one left, and is never approved.
    let late = Patch::UNKNOWN.commit(&policy(), &NEW, LATEST - DAY).unwrap();
    assert_eq!(late.ends_at(&NEW, LATEST - DAY), Some(LATEST));
    assert_eq!(
        late.approve(&NEW, LATEST - 1),
        Err(Refused::TooEarly { opens_at: LATEST })
    );
    assert_eq!(late.approve(&NEW, LATEST), phase(Phase::Expired));
    // No word makes a step panic, as nobody writes a window of no seconds.
    for word in [
        U256::MAX,
        U256::from(2) << 234 | U256::from(1) << 40 | U256::ONE << 239,
    ] {
        let patch = Patch::from_word(word);
        for now in [0, LATEST - 1, u64::MAX] {
            let _ = patch.arm(window(0, u64::MAX), &NEW, now);
            let _ = patch.ready_at(&NEW, now);
        }
    }
}
