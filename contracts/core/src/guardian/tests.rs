//! Who may pause when, what it uses, and what is left.

use super::*;
use alloy_primitives::{Address, U256};

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
const NOW: u64 = 20_000 * DAY;
const GUARDIAN: Address = Address::repeat_byte(0x61);
const FALLBACK: Address = Address::repeat_byte(0x62);
const OTHER: Address = Address::repeat_byte(0x63);

/// At most six days of sixty: a bucket of three days.
const CONFIG: Config = Config {
    heartbeat_secs: 30 * DAY,
    pause_secs: 2 * DAY,
    cool_down_secs: DAY,
    budget_secs: 6 * DAY,
    period_secs: 60 * DAY,
    council_secs: 7 * DAY,
};

fn terms() -> Terms {
    Terms::new(CONFIG).unwrap()
}

fn none() -> Assignment {
    Assignment::from_words([U256::ZERO; 2])
}

fn assigned() -> Assignment {
    none().assign(GUARDIAN, FALLBACK, NOW).unwrap()
}

fn paused(by: Role, secs: u64, now: u64) -> Assignment {
    assigned().pause(by, secs, &terms(), now).unwrap()
}

#[test]
fn nobody_is_named_who_is_nobody_or_has_no_other() {
    for (guardian, fallback, refused) in [
        (Address::ZERO, FALLBACK, AssignRefused::Nobody),
        (GUARDIAN, Address::ZERO, AssignRefused::Nobody),
        (Address::ZERO, Address::ZERO, AssignRefused::Nobody),
        (GUARDIAN, GUARDIAN, AssignRefused::Same),
    ] {
        assert_eq!(none().assign(guardian, fallback, NOW), Err(refused));
    }
    let named = Assignment {
        guardian: GUARDIAN,
        fallback: FALLBACK,
        heartbeat_at: NOW,
        ..none()
    };
    assert_eq!(assigned(), named);
    assert_eq!(none().rearm(NOW), None, "there is nobody to arm");
    assert_eq!(none().report_stale(&terms(), NOW), None);
}

#[test]
fn a_role_is_the_accounts_own() {
    assert_eq!(assigned().role(GUARDIAN), Some(Role::Guardian));
    assert_eq!(assigned().role(FALLBACK), Some(Role::Fallback));
    assert_eq!(assigned().role(OTHER), None);
}

/// Lido's circuit breaker: one second before its expiry a heartbeat counts and a pause holds, at its expiry neither; and a pause is used once.
#[test]
fn lido_one_second_before_expiry_it_pauses_and_at_expiry_it_does_not() {
    let (terms, stale_at) = (terms(), NOW + 30 * DAY);
    assert_eq!(assigned().stale_at(&terms), stale_at);
    assert_eq!(assigned().cool_at(&terms), 0, "nothing to cool down from");
    let paused = assigned().pause(Role::Guardian, HOUR, &terms, stale_at - 1);
    assert!(paused.is_ok());
    for now in [stale_at, stale_at + 1, u64::MAX] {
        let refused = Err(PauseRefused::Lapsed { stale_at });
        assert_eq!(assigned().pause(Role::Guardian, HOUR, &terms, now), refused);
        let refused = Err(HeartbeatRefused::Lapsed { stale_at });
        assert_eq!(assigned().heartbeat(GUARDIAN, &terms, now), refused);
    }
    let alive = assigned().heartbeat(GUARDIAN, &terms, stale_at - 1).unwrap();
    assert_eq!(alive.stale_at(&terms), stale_at - 1 + 30 * DAY);
    let again = paused.unwrap().pause(Role::Guardian, HOUR, &terms, stale_at - 1);
    assert_eq!(again, Err(PauseRefused::Spent), "the second use");
}

#[test]
fn only_the_guardian_gives_a_sign_of_life() {
    for by in [FALLBACK, OTHER] {
        let refused = Err(HeartbeatRefused::NotGuardian);
        assert_eq!(assigned().heartbeat(by, &terms(), NOW), refused);
    }
    // A time that went back takes none away.
    let back = assigned().heartbeat(GUARDIAN, &terms(), NOW - 1).unwrap();
    assert_eq!(back.heartbeat_at, NOW);
}

#[test]
fn a_lapse_is_reported_once_and_from_then_on_the_fallback_pauses_until_the_guardian_is_rearmed() {
    let (terms, stale_at) = (terms(), NOW + 30 * DAY);
    let waits = Err(PauseRefused::GuardianThere { stale_at });
    for now in [NOW, stale_at - 1, stale_at] {
        assert_eq!(assigned().pause(Role::Fallback, HOUR, &terms, now), waits);
    }
    assert_eq!(assigned().report_stale(&terms, stale_at - 1), None);
    let (reported, first) = assigned().report_stale(&terms, stale_at).unwrap();
    assert!(first && reported.is_stale(&terms, stale_at));
    assert_eq!(reported.report_stale(&terms, stale_at), Some((reported, false)));
    assert!(reported.pause(Role::Fallback, HOUR, &terms, stale_at).is_ok());
    // A longer heartbeat does not take the report back, re-arming does.
    let longer = Config {
        heartbeat_secs: 60 * DAY,
        ..CONFIG
    };
    assert!(reported.is_stale(&Terms::new(longer).unwrap(), stale_at));
    let rearmed = reported.rearm(stale_at).unwrap();
    assert_eq!(rearmed, none().assign(GUARDIAN, FALLBACK, stale_at).unwrap());
    assert!(rearmed.pause(Role::Guardian, HOUR, &terms, stale_at).is_ok());
}

#[test]
fn what_the_fallback_uses_is_its_own_and_rearming_gives_it_back() {
    let (terms, stale_at) = (terms(), NOW + 30 * DAY);
    let (reported, _) = assigned().report_stale(&terms, stale_at).unwrap();
    let used = reported.pause(Role::Fallback, HOUR, &terms, stale_at).unwrap();
    assert_eq!((used.spent, used.fallback_spent), (false, true));
    // The guardian has lapsed, and is not spent.
    let later = stale_at + 5 * DAY;
    let lapsed = Err(PauseRefused::Lapsed { stale_at });
    assert_eq!(used.pause(Role::Guardian, HOUR, &terms, later), lapsed);
    let spent = Err(PauseRefused::Spent);
    assert_eq!(used.pause(Role::Fallback, HOUR, &terms, later), spent);
    for armed in [used.rearm(later), used.assign(GUARDIAN, FALLBACK, later).ok()] {
        let armed = armed.unwrap();
        assert_eq!(
            (armed.spent, armed.reported, armed.fallback_spent),
            (false, false, false)
        );
        let both = armed.pause(Role::Guardian, HOUR, &terms, later).unwrap();
        let next = later + HOUR + DAY;
        assert!(both.pause(Role::Fallback, HOUR, &terms, next).is_ok());
    }
    // A guardian's pause leaves the fallback's mark as it is.
    let marked = Assignment {
        fallback_spent: true,
        ..assigned()
    };
    let both = marked.pause(Role::Guardian, HOUR, &terms, NOW).unwrap();
    assert_eq!((both.spent, both.fallback_spent), (true, true));
}

/// zkSync's soft freeze: a second one in the same cycle is refused. There the next takes more signers, and somebody has to unfreeze, one second after
/// the end at the earliest. Ours ends by itself at its end, and the next takes a cool-down and somebody who is not spent.
#[test]
fn zksync_a_second_pause_of_the_same_cycle_is_refused() {
    let terms = terms();
    let (end, cool_at) = (NOW + HOUR, NOW + HOUR + DAY);
    let used = paused(Role::Guardian, HOUR, NOW);
    assert_eq!((used.paused_until, used.cool_at(&terms)), (end, cool_at));
    let cooling = Err(PauseRefused::CoolingDown { retry_at: cool_at });
    let rearmed = used.rearm(NOW).unwrap();
    let renamed = used.assign(OTHER, GUARDIAN, NOW).unwrap();
    for now in [NOW, end - 1, end, cool_at - 1] {
        let spent = Err(PauseRefused::Spent);
        assert_eq!(used.pause(Role::Guardian, HOUR, &terms, now), spent);
        assert_eq!(used.pause(Role::Fallback, HOUR, &terms, now), cooling);
        assert_eq!(rearmed.pause(Role::Guardian, HOUR, &terms, now), cooling);
        assert_eq!(renamed.pause(Role::Guardian, HOUR, &terms, now), cooling);
    }
    let spent = Err(PauseRefused::Spent);
    assert_eq!(used.pause(Role::Guardian, HOUR, &terms, cool_at), spent);
    assert!(rearmed.pause(Role::Guardian, HOUR, &terms, cool_at).is_ok());
    assert!(renamed.pause(Role::Guardian, HOUR, &terms, cool_at).is_ok());
    let both = used.pause(Role::Fallback, HOUR, &terms, cool_at).unwrap();
    assert!(both.spent && both.fallback_spent);
    let later = cool_at + 5 * DAY;
    assert_eq!(both.pause(Role::Fallback, HOUR, &terms, later), spent);
    assert_eq!(both.pause(Role::Guardian, HOUR, &terms, later), spent);
}

/// Optimism's second pause waits for a reset: ours for re-arming, which gives back the use and nothing else.
#[test]
fn optimism_no_second_pause_without_a_reset() {
    let used = paused(Role::Guardian, HOUR, NOW);
    let later = NOW + 10 * DAY;
    let spent = Err(PauseRefused::Spent);
    assert_eq!(used.pause(Role::Guardian, HOUR, &terms(), later), spent);
    let rearmed = used.rearm(later).unwrap();
    assert_eq!(
        (rearmed.paused_until, rearmed.budget),
        (used.paused_until, used.budget)
    );
    assert!(rearmed.pause(Role::Guardian, HOUR, &terms(), later).is_ok());
}

#[test]
fn a_pause_of_nothing_or_longer_than_the_terms_is_refused() {
    let pause = |secs| assigned().pause(Role::Guardian, secs, &terms(), NOW);
    for secs in [0, 2 * DAY + 1, u64::MAX] {
        let refused = PauseRefused::OutOfBounds {
            secs,
            maximum_secs: 172_800,
        };
        assert_eq!(pause(secs), Err(refused));
    }
    assert!(pause(1).is_ok());
    assert_eq!(pause(2 * DAY).unwrap().paused_until, NOW + 2 * DAY);
}

#[test]
fn what_is_over_the_budget_is_refused_with_what_is_left_and_when_it_fits() {
    let terms = terms();
    // Two of three days are used. In a day 1/20 of a day leaks, 4,320 seconds.
    let used = paused(Role::Guardian, 2 * DAY, NOW);
    assert_eq!(used.budget.left_secs(&terms, NOW), DAY);
    let now = NOW + 3 * DAY;
    assert_eq!(used.budget.left_secs(&terms, now), DAY + 3 * 4_320);
    let left_secs = DAY + 3 * 4_320;
    // What is missing of a day leaks in twenty.
    let retry_at = NOW + 20 * DAY;
    let asked = |now| used.pause(Role::Fallback, 2 * DAY, &terms, now);
    assert_eq!(asked(now), Err(PauseRefused::OverBudget { left_secs, retry_at }));
    assert!(matches!(
        asked(retry_at - 1),
        Err(PauseRefused::OverBudget { .. })
    ));
    let both = asked(retry_at).unwrap();
    assert_eq!(both.budget.left_secs(&terms, retry_at), 0);
    let full = Budget {
        level_secs: 3 * DAY,
        at: retry_at,
    };
    assert_eq!(both.budget, full, "what leaked is not in it");
    assert!(used.pause(Role::Fallback, left_secs, &terms, now).is_ok());
    let more = used.pause(Role::Fallback, left_secs + 1, &terms, now);
    let retry_at = now + 20;
    assert_eq!(more, Err(PauseRefused::OverBudget { left_secs, retry_at }));
}

#[test]
fn the_leak_is_rounded_down_and_a_retry_up() {
    let config = Config {
        pause_secs: HOUR,
        budget_secs: 7_201,
        period_secs: 5 * HOUR,
        ..CONFIG
    };
    let terms = Terms::new(config).unwrap();
    assert_eq!(terms.capacity_secs_down(), 3_600);
    let used = assigned().pause(Role::Guardian, HOUR, &terms, NOW).unwrap();
    // A second leaks in five.
    let left = |after| used.budget.left_secs(&terms, NOW + after);
    assert_eq!([0, 4, 5, 9, 10, 18_000].map(left), [0, 0, 1, 1, 2, 3_600]);
    let asked = used.rearm(NOW).unwrap();
    let refused = asked.pause(Role::Guardian, 3_599, &terms, NOW + HOUR + DAY);
    assert!(refused.is_ok(), "it is all there again");
    let over = used.budget.charged(2, &terms, NOW).unwrap_err();
    assert_eq!((over.left_secs, over.retry_at), (0, NOW + 10));
    // In a period of a second more, the first leaks in five and a bit.
    let longer = Terms::new(Config {
        period_secs: 5 * HOUR + 1,
        ..config
    });
    let over = used.budget.charged(1, &longer.unwrap(), NOW + 5).unwrap_err();
    assert_eq!((over.left_secs, over.retry_at), (0, NOW + 6));
    // Time that goes back leaks nothing and un-leaks nothing.
    assert_eq!(used.budget.left_secs(&terms, 0), 0);
    let back = used.budget.charged(1, &terms, NOW + 5).unwrap();
    assert_eq!(back.charged(0, &terms, NOW).unwrap().at, NOW + 5);
}

#[test]
fn naming_and_rearming_leave_the_budget_as_it_was_used() {
    let used = paused(Role::Guardian, 2 * DAY, NOW);
    let renamed = used.assign(OTHER, FALLBACK, NOW + DAY).unwrap();
    assert_eq!(renamed.budget, used.budget);
    assert_eq!(renamed.paused_until, used.paused_until);
    assert!(!renamed.spent);
    let smaller = Config {
        pause_secs: DAY,
        budget_secs: 2 * DAY,
        ..CONFIG
    };
    let smaller = Terms::new(smaller).unwrap();
    assert_eq!(
        used.budget.left_secs(&smaller, NOW),
        0,
        "more is used than there is"
    );
}

#[test]
fn a_dismissal_names_nobody_and_leaves_budget_and_cool_down() {
    assert_eq!(none().dismiss(), None);
    let used = paused(Role::Guardian, HOUR, NOW);
    let gone = used.dismiss().unwrap();
    let kept = Assignment {
        guardian: Address::ZERO,
        fallback: Address::ZERO,
        ..used
    };
    assert_eq!(gone, kept);
    assert_eq!((gone.role(GUARDIAN), gone.role(FALLBACK)), (None, None));
    assert_eq!(gone.rearm(NOW), None);
    assert_eq!(gone.report_stale(&terms(), u64::MAX), None);
    let named = gone.assign(OTHER, GUARDIAN, NOW).unwrap();
    assert_eq!(
        (named.budget, named.paused_until),
        (used.budget, used.paused_until)
    );
}

#[test]
fn each_term_is_within_its_bounds_which_are_inclusive() {
    let at = |change: fn(&mut Config, u64), secs| {
        let mut config = CONFIG;
        change(&mut config, secs);
        Terms::new(config)
    };
    type Case = (Term, fn(&mut Config, u64), u64, u64);
    let cases: [Case; 6] = [
        (
            Term::Heartbeat,
            |config, secs| config.heartbeat_secs = secs,
            DAY,
            3 * 365 * DAY,
        ),
        // Longer ones need more of budget, period and council.
        (
            Term::Pause,
            |config, secs| config.pause_secs = secs,
            HOUR,
            3 * DAY,
        ),
        (
            Term::CoolDown,
            |config, secs| config.cool_down_secs = secs,
            HOUR,
            30 * DAY,
        ),
        (
            Term::Budget,
            |config, secs| config.budget_secs = secs,
            4 * DAY,
            30 * DAY,
        ),
        (
            Term::Period,
            |config, secs| config.period_secs = secs,
            12 * DAY,
            365 * DAY,
        ),
        (
            Term::Council,
            |config, secs| config.council_secs = secs,
            2 * DAY,
            30 * DAY,
        ),
    ];
    for (term, change, least, most) in cases {
        for secs in [least, most] {
            let terms = at(change, secs).unwrap();
            assert_eq!(Terms::from_word(terms.to_word()), Some(terms), "{term:?}");
        }
        for secs in [0, least - 1, most + 1, u64::MAX] {
            assert!(at(change, secs).is_err(), "{term:?} {secs}");
        }
        if term != Term::Pause && term != Term::Period {
            let refused = InvalidTerms {
                term,
                secs: most + 1,
                least_secs: least,
                most_secs: most,
            };
            assert_eq!(at(change, most + 1), Err(refused));
        }
    }
    let pause = at(|config, secs| config.pause_secs = secs, 30 * DAY + 1).unwrap_err();
    assert_eq!(
        (pause.term, pause.least_secs, pause.most_secs),
        (Term::Pause, HOUR, 30 * DAY)
    );
    let period = at(|config, secs| config.period_secs = secs, 8 * DAY - 1).unwrap_err();
    assert_eq!(
        (period.term, period.least_secs, period.most_secs),
        (Term::Period, 8 * DAY, 365 * DAY)
    );
    let names = cases.map(|(term, ..)| term.name());
    assert_eq!(
        names,
        [
            "heartbeat_secs",
            "pause_secs",
            "cool_down_secs",
            "budget_secs",
            "period_secs",
            "council_secs"
        ]
    );
}

#[test]
fn each_term_loosens_in_one_direction() {
    let changed = |change: fn(&mut Config)| {
        let mut config = CONFIG;
        change(&mut config);
        Terms::new(config).unwrap().loosens(&terms())
    };
    let loosening: [fn(&mut Config); 6] = [
        |to| to.heartbeat_secs += 1,
        |to| to.pause_secs += 1,
        |to| to.cool_down_secs -= 1,
        |to| to.budget_secs += 1,
        |to| to.period_secs -= 1,
        |to| to.council_secs += 1,
    ];
    let tightening: [fn(&mut Config); 6] = [
        |to| to.heartbeat_secs -= 1,
        |to| to.pause_secs -= 1,
        |to| to.cool_down_secs += 1,
        |to| to.budget_secs -= 1,
        |to| to.period_secs += 1,
        |to| to.council_secs -= 1,
    ];
    assert_eq!(loosening.map(changed), [true; 6]);
    assert_eq!(tightening.map(changed), [false; 6]);
    assert!(!terms().loosens(&terms()));
}

#[test]
fn words_are_laid_out_as_they_are_drawn() {
    let word = |fields: &[(u64, usize)]| {
        fields
            .iter()
            .fold(U256::ZERO, |word, (value, at)| word | U256::from(*value) << *at)
    };
    let config = word(&[
        (30 * DAY, 0),
        (2 * DAY, 28),
        (DAY, 50),
        (6 * DAY, 72),
        (60 * DAY, 97),
        (7 * DAY, 122),
    ]);
    assert_eq!(terms().to_word(), config);
    assert_eq!(Terms::from_word(config), Some(terms()));
    assert_eq!(Terms::from_word(U256::ZERO), None);
    let assignment = Assignment {
        guardian: GUARDIAN,
        heartbeat_at: 3,
        paused_until: 4,
        spent: true,
        reported: false,
        fallback: FALLBACK,
        fallback_spent: true,
        budget: Budget { level_secs: 5, at: 6 },
    };
    let account = |account: Address| U256::from_be_bytes(account.into_word().0);
    let words = [
        account(GUARDIAN) | word(&[(3, 160), (4, 200), (1, 240), (0, 241)]),
        account(FALLBACK) | word(&[(5, 160), (6, 184), (1, 224)]),
    ];
    assert_eq!(assignment.to_words(), words);
    assert_eq!(Assignment::from_words(words), assignment);
    let reported = Assignment {
        spent: false,
        reported: true,
        fallback_spent: false,
        ..assignment
    };
    assert_eq!(reported.to_words()[0] >> 240usize, U256::from(2));
    assert_eq!(Assignment::from_words(reported.to_words()), reported);
}

#[test]
fn at_the_end_of_time_everything_still_ends() {
    let named = none().assign(GUARDIAN, FALLBACK, u64::MAX).unwrap();
    let used = named
        .pause(Role::Guardian, HOUR, &terms(), (1 << 40) - 1)
        .unwrap();
    assert_eq!(Assignment::from_words(used.to_words()), used);
    assert_eq!(used.paused_until, (1 << 40) - 1);
    // And after it: no time leaves its bits.
    let latest = (1 << 40) - 1;
    let alive = named.heartbeat(GUARDIAN, &terms(), latest + 1).unwrap();
    assert_eq!(alive.heartbeat_at, latest);
    let used = alive.pause(Role::Guardian, HOUR, &terms(), latest + 1).unwrap();
    assert_eq!((used.paused_until, used.budget.at), (latest, latest));
    assert_eq!(
        paused(Role::Guardian, HOUR, NOW)
            .budget
            .left_secs(&terms(), u64::MAX),
        3 * DAY
    );
}
