//! Every state of a breaker that any sequence of events reaches, in small settings.
//!
//! Time is abstract: a state is a word as seen from now, so two moments that differ only in what time it is are one, and there
//! are finitely many. A breadth-first search applies every event to each of them until nothing new comes up, and asserts of every
//! state and every step what the module promises. What holds here holds for sequences of any length.
//!
//! The ghost beside each word is what an observer with a watch knows, and the word does not say by itself: how long it has been in
//! the state that it is in, and whether the council decided since it was last closed.

use alloy_primitives::U256;
use portcullis_core::breaker::{
    Breaker, Config, Evidence, Kind, Measure, Reason, Recovery, Rung, Settings, State, StepRefused, Target,
};
use std::collections::{HashMap, VecDeque};

/// What time it is, always.
const NOW: u64 = 1_000;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Node {
    word: U256,
    /// Time in this state, up to the dwell.
    age: u64,
    /// Whether the council decided since it was last closed.
    decided: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Tick,
    Trip(Target),
    Decide(Rung, u64),
    StepBack(Evidence),
}

#[derive(Default)]
struct Seen {
    nodes: usize,
    steps: usize,
    states: [usize; 5],
    relapses: usize,
    steps_back: usize,
    freezes_refused: usize,
}

fn settings(
    recovery: Recovery,
    freezes: u8,
    [dwell_secs, expiry_secs, ramp_secs, decision_secs]: [u64; 4],
) -> Settings {
    Settings::new(Config {
        throttle_bps: 4_000,
        exit_bps: 1_000,
        dwell_secs,
        expiry_secs,
        ramp_secs,
        decision_secs,
        recovery,
        freezes,
        freeze_back_secs: if freezes == 0 { 0 } else { expiry_secs + 1 },
        measure: Measure::Part,
        trip_at_bps: 3_000,
        calm_below_bps: if recovery == Recovery::ByDecision {
            0
        } else {
            2_000
        },
    })
    .unwrap()
}

/// The breaker without what only counts, and closed ones without what they forgot.
fn canonical(breaker: Breaker) -> U256 {
    let word = breaker.to_word();
    let field = |from: usize, bits: usize| (word >> from).wrapping_to::<u64>() & ((1 << bits) - 1);
    let owed = field(192, 26).saturating_sub(NOW - field(0, 40));
    if breaker.state(NOW) == State::Closed {
        return U256::from(NOW) | U256::from(owed) << 192;
    }
    // Without the reason, the number of trips and of changes.
    let reason: U256 = U256::from(0xff) << 184;
    word & !reason & (U256::MAX >> 38)
}

/// The same breaker one second later: it last changed one second earlier.
fn ticked(word: U256) -> Breaker {
    Breaker::from_word(word - U256::ONE)
}

fn share(breaker: &Breaker, kind: Kind, after: u64) -> u16 {
    breaker.check(kind, NOW + after).map_or(0, |share| share.bps())
}

fn remaining(breaker: &Breaker) -> u64 {
    breaker.view(NOW).closed_at.map_or(0, |at| at - NOW)
}

fn events(settings: &Settings, council: bool) -> Vec<Event> {
    let mut events = vec![Event::Tick, Event::Trip(Target::OneRung)];
    events.extend(Rung::ALL.map(|rung| Event::Trip(Target::To(rung))));
    for measure_bps in [0, 1_999, 2_000, 3_000] {
        events.push(Event::StepBack(Evidence::MeasureBps(measure_bps)));
    }
    if council {
        events.push(Event::StepBack(Evidence::Decision));
        let config = settings.config();
        for rung in Rung::ALL {
            events.extend((config.dwell_secs..=config.decision_secs).map(|secs| Event::Decide(rung, secs)));
        }
    }
    events
}

/// What is true of every state.
fn assert_state(breaker: &Breaker, settings: &Settings, council: bool) {
    let state = breaker.state(NOW);
    let config = settings.config();
    // It ends by itself, when it says, and no later than published.
    let longest = if council {
        settings.longest_secs()
    } else {
        settings.longest_automatic_secs()
    };
    let left = remaining(breaker);
    assert!(left <= longest, "{state:?} for {left} of {longest}");
    assert_eq!(breaker.state(NOW + left), State::Closed);
    assert!(left == 0 || breaker.state(NOW + left - 1) == State::HalfOpen);
    for after in 0..left {
        assert!(breaker.state(NOW + after + 1) <= breaker.state(NOW + after));
    }
    // What each state lets through.
    let shares = Kind::ALL.map(|kind| share(breaker, kind, 0));
    match state {
        State::Closed => assert_eq!(shares, [10_000; 4]),
        State::HalfOpen => {
            let ramp = shares[0];
            assert!((4_000..10_000).contains(&ramp));
            assert_eq!(shares, [ramp, ramp, 10_000, ramp]);
            // No jump: from one second to the next no more than the ramp is steep.
            let steepest = 6_000u64.div_ceil(config.ramp_secs);
            assert!(u64::from(share(breaker, Kind::IncreaseRisk, 1) - ramp) <= steepest);
        }
        State::Throttled => assert_eq!(shares, [4_000, 4_000, 10_000, 4_000]),
        State::ReduceOnly => assert_eq!(shares, [0, 4_000, 10_000, 1_000]),
        State::Frozen => assert_eq!(shares, [0; 4]),
    }
    // A retry passes when it says, and not before.
    for kind in Kind::ALL {
        if let Err(shut) = breaker.check(kind, NOW) {
            assert!(breaker.check(kind, shut.retry_at).is_ok());
            assert!(breaker.check(kind, shut.retry_at - 1).is_err());
        }
    }
}

fn explore(settings: &Settings, council: bool, seen: &mut Seen) {
    let dwell = settings.config().dwell_secs;
    let start = Node {
        word: canonical(Breaker::from_word(U256::from(NOW))),
        age: dwell,
        decided: false,
    };
    let mut known = HashMap::from([(start, ())]);
    let mut todo = VecDeque::from([start]);
    let mut frozen_steps: HashMap<U256, Vec<U256>> = HashMap::new();
    while let Some(node) = todo.pop_front() {
        let before = Breaker::from_word(node.word);
        let from = before.state(NOW);
        seen.states[from as usize] += 1;
        assert_state(&before, settings, council);
        for event in events(settings, council) {
            let (after, aged) = match event {
                Event::Tick => (ticked(node.word), node.age + 1),
                Event::Trip(target) => {
                    let tripped = before.trip(target, Reason::DAMAGE, settings, NOW);
                    assert_eq!((tripped.from, tripped.to), (from, tripped.breaker.state(NOW)));
                    (tripped.breaker, node.age)
                }
                Event::Decide(rung, secs) => {
                    let tripped = before.decide(rung, secs, settings, NOW).unwrap();
                    assert!(tripped.to >= rung.into());
                    (tripped.breaker, node.age)
                }
                Event::StepBack(evidence) => match before.step_back(evidence, settings, NOW) {
                    Ok(stepped) => {
                        seen.steps_back += 1;
                        assert!(stepped.to < from, "a step that is none");
                        if let Evidence::MeasureBps(measure) = evidence {
                            assert!(measure < 2_000 && !node.decided);
                        }
                        (stepped.breaker, node.age)
                    }
                    Err(refusal) => {
                        assert_refused(&before, evidence, refusal, node);
                        continue;
                    }
                },
            };
            let to = after.state(NOW);
            seen.steps += 1;
            match event {
                // Without a trip or a decision it only ever comes closer to being closed, so no run without one is endless.
                Event::Tick => assert_eq!(remaining(&after), remaining(&before).saturating_sub(1)),
                Event::StepBack(_) => assert!(remaining(&after) < remaining(&before)),
                Event::Trip(_) | Event::Decide(..) => {
                    // Tightening only tightens: at no later time does more pass than without it.
                    for later in 0..=settings.longest_secs() {
                        for kind in Kind::ALL {
                            assert!(share(&after, kind, later) <= share(&before, kind, later));
                        }
                    }
                }
            }
            if let Event::Trip(target) = event {
                assert_reaches(&before, &after, target, settings, seen);
            }
            // A state is left downwards only after a dwell in it, so there is at most one step down in any dwell.
            assert!(to >= from || aged >= dwell, "{from:?} to {to:?} after {aged}");
            let next = Node {
                word: canonical(after),
                age: if to == from { aged.min(dwell) } else { 0 },
                decided: to != State::Closed && (node.decided || matches!(event, Event::Decide(..))),
            };
            if from == State::Frozen && to == State::Frozen && next.word != node.word {
                frozen_steps.entry(node.word).or_default().push(next.word);
            }
            if known.insert(next, ()).is_none() {
                todo.push_back(next);
            }
        }
    }
    if !council {
        assert!(
            is_acyclic(&frozen_steps),
            "automatic triggers hold it frozen for ever"
        );
    }
    seen.nodes += known.len();
}

fn assert_refused(before: &Breaker, evidence: Evidence, refusal: StepRefused, node: Node) {
    match refusal {
        StepRefused::NotTripped { state } => assert!(state <= State::HalfOpen),
        StepRefused::Dwelling { retry_at } => {
            let milder = before.state(retry_at) < before.state(NOW);
            assert!(retry_at > NOW && (milder || retry_at - NOW <= 5));
        }
        StepRefused::NotCalm { measure_bps, .. } => assert!(measure_bps >= 2_000),
        StepRefused::OnlyByDecision { until } => {
            assert!(matches!(evidence, Evidence::MeasureBps(_)));
            assert!(before.state(until) < before.state(NOW), "{node:?}");
        }
    }
}

/// How far a trip leads: one rung or where its target says, on the way back at least to where it comes from; frozen only when a
/// freeze is left.
fn assert_reaches(before: &Breaker, after: &Breaker, target: Target, settings: &Settings, seen: &mut Seen) {
    let from = before.state(NOW);
    let peak = before.view(NOW).peak.map_or(State::Closed, State::from);
    let asked = match (target, from) {
        (Target::To(rung), _) => rung.into(),
        (Target::OneRung, State::Closed | State::HalfOpen) => State::Throttled,
        (Target::OneRung, State::Throttled) => State::ReduceOnly,
        (Target::OneRung, State::ReduceOnly | State::Frozen) => State::Frozen,
    };
    let wanted = if from < peak { asked.max(peak) } else { asked };
    let to = after.state(NOW);
    if from == State::HalfOpen {
        seen.relapses += 1;
        assert!(to >= peak.min(State::ReduceOnly));
    }
    if wanted == State::Frozen {
        let owed = (before.to_word() >> 192usize).wrapping_to::<u64>() & 0x03ff_ffff;
        let since = before.to_word().wrapping_to::<u64>() & 0xff_ffff_ffff;
        let owed = owed.saturating_sub(NOW - since);
        let config = settings.config();
        let left = u64::from(config.freezes) * config.freeze_back_secs >= owed + config.freeze_back_secs;
        let expected = if left && config.freezes > 0 {
            State::Frozen
        } else {
            seen.freezes_refused += 1;
            State::ReduceOnly.max(from)
        };
        assert_eq!(to, expected);
    } else {
        assert_eq!(to, wanted.max(from));
    }
}

/// Whether no path comes back to where it was.
fn is_acyclic(steps: &HashMap<U256, Vec<U256>>) -> bool {
    // Removing what has no way in, again and again, leaves exactly the cycles and what follows them.
    let mut into: HashMap<U256, usize> = HashMap::new();
    for to in steps.values().flatten() {
        *into.entry(*to).or_default() += 1;
    }
    let mut free: Vec<U256> = steps
        .keys()
        .filter(|word| !into.contains_key(*word))
        .copied()
        .collect();
    while let Some(word) = free.pop() {
        for to in steps.get(&word).into_iter().flatten() {
            let left = into.get_mut(to).unwrap();
            *left -= 1;
            if *left == 0 {
                free.push(*to);
            }
        }
    }
    into.values().all(|left| *left == 0)
}

fn explore_all(council: bool) -> Seen {
    let mut seen = Seen::default();
    for recovery in [Recovery::Timed, Recovery::Ramped, Recovery::ByDecision] {
        for freezes in 0..=2 {
            for times in [[1, 1, 1, 2], [2, 3, 2, 4], [2, 2, 3, 2], [3, 4, 3, 5]] {
                explore(&settings(recovery, freezes, times), council, &mut seen);
            }
        }
    }
    println!(
        "{} states ({:?} from closed to frozen), {} steps",
        seen.nodes, seen.states, seen.steps
    );
    seen
}

#[test]
fn no_sequence_of_automatic_triggers_holds_it_for_ever_or_makes_it_flap() {
    let seen = explore_all(false);
    // The search is worth something only if it went everywhere.
    assert!(seen.states.iter().all(|count| *count > 30), "{:?}", seen.states);
    assert!(seen.relapses > 100 && seen.steps_back > 50 && seen.freezes_refused > 100);
}

#[test]
fn with_the_council_too_it_always_ends_and_is_never_left_before_its_dwell() {
    let seen = explore_all(true);
    assert!(seen.states.iter().all(|count| *count > 100), "{:?}", seen.states);
    assert!(seen.relapses > 1_000 && seen.steps_back > 1_000 && seen.freezes_refused > 1_000);
}

#[test]
fn a_scope_whose_triggers_may_not_freeze_is_never_frozen_without_the_council() {
    for recovery in [Recovery::Timed, Recovery::Ramped, Recovery::ByDecision] {
        let mut seen = Seen::default();
        explore(&settings(recovery, 0, [2, 3, 2, 4]), false, &mut seen);
        assert_eq!(seen.states[State::Frozen as usize], 0);
        assert!(seen.states[State::ReduceOnly as usize] > 0);
    }
}

#[test]
fn the_search_for_cycles_finds_one() {
    let [a, b, c] = [1, 2, 3].map(U256::from);
    assert!(is_acyclic(&HashMap::from([(a, vec![b, c]), (b, vec![c])])));
    assert!(!is_acyclic(&HashMap::from([
        (a, vec![b]),
        (b, vec![c]),
        (c, vec![b])
    ])));
}
