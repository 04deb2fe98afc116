//! Every state that patches of one proxy reach together, in a small setting.
//!
//! A breadth-first search takes every step on every patch in every state until nothing new comes up. Time goes by in days, and a state is its words as
//! seen from now: two moments that differ only in what time it is are one, so there are finitely many. That there are is a result too: each phase ends, or
//! nothing changes in it any more. Whoever is dead may be followed by another under a new identifier, so what holds here holds for any number of patches, two of
//! them at a time, and for sequences of any length.
//!
//! Nobody is kept from any step: the thief has every key, so to speak. What the words allow is compared with what an observer's notebook does
//! (`patch/mod.rs`), who knows nothing but who did what when; and the promises are asserted of each step by themselves.

mod patch;

use alloy_primitives::U256;
use patch::{Fate, Notebook, Page, Step};
use portcullis_core::patch::{Config, Deployment, Patch, Path, Phase, Policy, Refused, WayBack, Window};
use std::collections::{HashMap, HashSet, VecDeque};

const DAY: u64 = 86_400;

/// What time it is, always.
const NOW: u64 = 1_000 * DAY;

/// Everything as short as it goes in whole days, and everything a day longer: which of them is in force changes at any time.
const SHORT: Config = Config {
    review_secs: DAY,
    proposal_secs: DAY,
    delay_secs: DAY,
    approval_secs: DAY,
    standby_secs: 2 * DAY,
    window_secs: DAY,
    probation_secs: DAY,
};
const LONG: Config = Config {
    review_secs: 2 * DAY,
    proposal_secs: DAY,
    delay_secs: 2 * DAY,
    approval_secs: 2 * DAY,
    standby_secs: 3 * DAY,
    window_secs: 2 * DAY,
    probation_secs: 2 * DAY,
};

const PATHS: [Path; 2] = [Path::Timelocked, Path::Standby];
const WAYS_BACK: [WayBack; 2] = [WayBack::Open, WayBack::Barred];

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Node {
    words: Vec<U256>,
    deployment: U256,
    is_long: bool,
    notebook: Notebook,
}

#[derive(Default)]
struct Seen {
    nodes: usize,
    steps: usize,
    refused: usize,
    phases: HashMap<Phase, usize>,
    refusals: HashSet<&'static str>,
    settled: usize,
}

impl Node {
    fn patch(&self, index: usize) -> Patch {
        Patch::from_word(self.words[index])
    }

    fn deployment(&self) -> Deployment {
        Deployment::from_word(self.deployment)
    }

    fn config(&self) -> Config {
        if self.is_long {
            LONG
        } else {
            SHORT
        }
    }
}

/// The field of this many bits.
fn field(word: U256, from: usize, bits: usize) -> u64 {
    (word >> from).wrapping_to::<u64>() & ((1 << bits) - 1)
}

fn with(word: U256, from: usize, bits: usize, value: u64) -> U256 {
    let mask = ((U256::ONE << bits) - U256::ONE) << from;
    (word & !mask) | U256::from(value) << from
}

/// The same words a day later: every time in them is a day earlier. What is over is over, and may as well have ended now.
fn a_day_later(node: &Node) -> Node {
    let mut node = node.clone();
    let earlier = |word, from| with(word, from, 40, field(word, from, 40).saturating_sub(DAY));
    for word in &mut node.words {
        *word = earlier(earlier(*word, 0), 40);
    }
    node.deployment = earlier(node.deployment, 0);
    for page in node.notebook.pages.iter_mut().flatten() {
        page.recorded_at -= DAY;
        page.approved_at = page.approved_at.map(|at| at - DAY);
        page.applied = page.applied.map(|(at, fate)| (at - DAY, fate));
        page.window = page.window.map(|window| Window {
            from: window.from - DAY,
            until: window.until - DAY,
        });
    }
    node
}

/// The same state without what makes no difference any more: how long ago something ended, and how many came before. Of what is dead nothing is kept but how it
/// died, unless it is alone: there each dead word is visited with all that stands in it.
fn canonical(mut node: Node) -> Node {
    let (upgrades, epoch) = (field(node.deployment, 72, 32), field(node.deployment, 40, 32));
    for word in &mut node.words {
        if word.is_zero() {
            continue;
        }
        for from in [0, 40] {
            *word = with(*word, from, 40, field(*word, from, 40).max(NOW));
        }
        let is_of_this_epoch = field(*word, 80, 32) == epoch;
        *word = with(*word, 80, 32, 8 + u64::from(is_of_this_epoch));
        let is_last = field(*word, 112, 32) == upgrades && upgrades > 0;
        *word = with(*word, 112, 32, 8 + u64::from(is_last));
    }
    let is_alone = node.words.len() == 1;
    node.deployment = with(node.deployment, 72, 32, 9);
    node.deployment = with(node.deployment, 40, 32, 9);
    node.deployment = with(node.deployment, 0, 40, field(node.deployment, 0, 40).max(NOW));
    for index in 0..node.words.len() {
        let phase = node.notebook.phase(index, NOW);
        if let Some(page) = &mut node.notebook.pages[index] {
            match phase {
                Phase::Final | Phase::RolledBack => {
                    let fate = if phase == Phase::Final {
                        Fate::Settled
                    } else {
                        Fate::RolledBack
                    };
                    *page = long_ago(page);
                    page.applied = Some((NOW - 100 * DAY, fate));
                    node.words[index] = buried(node.words[index], is_alone);
                }
                Phase::Cancelled | Phase::Expired => {
                    *page = long_ago(page);
                    page.is_cancelled = phase == Phase::Cancelled;
                    node.words[index] = buried(node.words[index], is_alone);
                }
                _ => {}
            }
        }
    }
    node
}

/// A dead word without its seconds and flags.
fn buried(word: U256, is_alone: bool) -> U256 {
    if is_alone {
        return word;
    }
    with(with(word, 144, 90, 0), 237, 3, 0)
}

/// A page on which nothing stands but that it was used.
fn long_ago(page: &Page) -> Page {
    Page {
        recorded_at: NOW - 200 * DAY,
        policy: SHORT,
        path: Path::Timelocked,
        way_back: Some(WayBack::Open),
        approved_at: None,
        window: None,
        applied: None,
        ..*page
    }
}

fn steps() -> Vec<Step> {
    let mut steps = vec![
        Step::Commit,
        Step::Approve,
        Step::Apply,
        Step::Cancel,
        Step::RollBack,
    ];
    for way_back in WAYS_BACK {
        steps.push(Step::Reveal(way_back));
        steps.extend(PATHS.map(|path| Step::Propose(path, way_back)));
    }
    for days in [0, 1, 3] {
        let from = NOW + days * DAY;
        steps.extend([DAY, 2 * DAY].map(|secs| {
            Step::Arm(Window {
                from,
                until: from + secs - 1,
            })
        }));
    }
    steps
}

fn take(node: &Node, index: usize, step: Step, now: u64) -> Result<(Patch, Deployment), Refused> {
    let (patch, deployment) = (node.patch(index), node.deployment());
    let policy = Policy::new(node.config()).unwrap();
    let alone = |patch: Result<Patch, Refused>| patch.map(|patch| (patch, deployment));
    match step {
        Step::Commit => alone(patch.commit(&policy, &deployment, now)),
        Step::Propose(path, way_back) => alone(patch.propose(path, way_back, &policy, &deployment, now)),
        Step::Reveal(way_back) => alone(patch.reveal(way_back, &deployment, now)),
        Step::Approve => alone(patch.approve(&deployment, now)),
        Step::Arm(window) => alone(patch.arm(window, &deployment, now)),
        Step::Apply => patch
            .apply(deployment, now)
            .map(|changed| (changed.patch, changed.deployment)),
        Step::Cancel => alone(patch.cancel(&deployment, now)),
        Step::RollBack => patch
            .roll_back(deployment, now)
            .map(|changed| (changed.patch, changed.deployment)),
    }
}

/// What is true of every state.
fn assert_state(node: &Node, seen: &mut Seen) {
    let deployment = node.deployment();
    assert_eq!(
        deployment.probation_ends_at(NOW),
        node.notebook.probation(NOW).map(|(_, until)| until)
    );
    for index in 0..node.words.len() {
        let patch = node.patch(index);
        let phase = patch.phase(&deployment, NOW);
        *seen.phases.entry(phase).or_default() += 1;
        assert_eq!(phase, node.notebook.phase(index, NOW), "{node:?}");
        let ends = phase.is_pending() || phase == Phase::Probation;
        let Some(ends_at) = patch.ends_at(&deployment, NOW) else {
            assert!(!ends, "{phase:?} has no end");
            for later in [NOW, NOW + DAY, u64::MAX] {
                assert_eq!(patch.phase(&deployment, later), phase, "it stays for ever");
            }
            assert_eq!(patch.next_change_at(&deployment, NOW), None);
            continue;
        };
        assert!(ends && ends_at > NOW && ends_at <= NOW + 7 * DAY);
        // It ends at the second, by itself, and that is the end.
        let last = if phase == Phase::Probation {
            Phase::Final
        } else {
            Phase::Expired
        };
        for (later, then) in [
            (NOW, phase),
            (ends_at - 1, phase),
            (ends_at, last),
            (u64::MAX, last),
        ] {
            assert_eq!(patch.phase(&deployment, later), then);
        }
        assert_next(node, index, ends_at);
    }
}

/// Until the next change the same can be done, and at it something else.
fn assert_next(node: &Node, index: usize, ends_at: u64) {
    let deployment = node.deployment();
    let next = node.patch(index).next_change_at(&deployment, NOW).unwrap();
    assert!(NOW < next && next <= ends_at);
    // Without what another patch's probation is in the way of.
    let can = |now| {
        let unhindered = Node {
            deployment: if node.patch(index).phase(&deployment, NOW) == Phase::Probation {
                node.deployment
            } else {
                with(node.deployment, 0, 40, 0)
            },
            ..node.clone()
        };
        [Step::Approve, Step::Apply, Step::RollBack, Step::Cancel]
            .map(|step| take(&unhindered, index, step, now).is_ok())
    };
    assert_eq!(can(NOW), can(next - 1), "{node:?}");
    let is_ready = node.patch(index).phase(&deployment, NOW) == Phase::Approved && next < ends_at;
    assert!(is_ready || can(next) != can(NOW), "{node:?}");
}

/// What is true of every step that was taken: each promise by itself.
fn assert_step(node: &Node, index: usize, step: Step) {
    let page = node.notebook.pages[index];
    match step {
        Step::Apply => {
            let page = page.unwrap();
            // Never before review and delay of the policy under which it was put on record, and no earlier than they follow upon another.
            let notice = page.policy.review_secs + page.policy.delay_secs;
            assert!(NOW >= page.recorded_at + notice, "{node:?}");
            assert!(NOW >= page.approved_at.unwrap() + page.policy.delay_secs);
            let window = page.window.unwrap();
            assert!((window.from..=window.until).contains(&NOW));
            assert!(window.until - window.from < page.policy.window_secs);
            assert!(page.applied.is_none(), "applied twice");
            assert!(!page.is_cancelled && page.way_back.is_some());
            assert_eq!(node.notebook.probation(NOW), None, "a way back was taken");
        }
        Step::RollBack => {
            let page = page.unwrap();
            let (at, fate) = page.applied.unwrap();
            assert!(NOW < at + page.policy.probation_secs);
            assert_eq!((fate, page.way_back), (Fate::Kept, Some(WayBack::Open)));
            // Whatever else was applied came before it.
            for other in node.notebook.pages.iter().flatten() {
                assert!(other.applied.is_none_or(|(other_at, _)| other_at <= at));
            }
        }
        Step::Commit | Step::Propose(..) => assert_eq!(page, None, "an identifier was used again"),
        Step::Arm(_) => assert!(page.unwrap().way_back.is_some()),
        Step::Reveal(_) | Step::Approve | Step::Cancel => {}
    }
}

/// A refusal says when to come again, and then it passes or is refused for another reason.
fn assert_refused(node: &Node, index: usize, step: Step, refusal: Refused, seen: &mut Seen) {
    let deployment = node.deployment();
    let name = match refusal {
        Refused::Phase { phase } => {
            assert_eq!(phase, node.patch(index).phase(&deployment, NOW));
            "phase"
        }
        Refused::TooEarly { opens_at } => {
            let again = |now| take(node, index, step, now);
            assert_eq!(again(opens_at - 1), Err(refusal));
            assert!(matches!(
                again(opens_at),
                Ok(_) | Err(Refused::InProbation { .. })
            ));
            "early"
        }
        Refused::Hidden => "hidden",
        Refused::Revealed => "revealed",
        Refused::FromOutOfBounds { earliest, latest } => {
            assert!(earliest <= latest);
            "from"
        }
        Refused::UntilOutOfBounds { earliest, latest } => {
            let Step::Arm(window) = step else {
                panic!("{step:?}")
            };
            for until in [earliest, latest] {
                let arm = Step::Arm(Window { until, ..window });
                assert!(take(node, index, arm, NOW).is_ok());
            }
            "until"
        }
        Refused::InProbation { ends_at } => {
            assert_eq!(node.notebook.probation(NOW).unwrap().1, ends_at);
            assert!(take(node, index, step, ends_at - 1).is_err());
            "probation"
        }
    };
    seen.refusals.insert(name);
}

/// Every state that can follow.
fn followers(node: &Node, seen: &mut Seen) -> Vec<Node> {
    let mut next = vec![a_day_later(node)];
    next.push(Node {
        is_long: !node.is_long,
        ..node.clone()
    });
    let deployment = node.deployment();
    let mut cancelled = node.clone();
    cancelled.deployment = deployment.cancel_all().to_word();
    cancelled.notebook.cancel_all();
    next.push(cancelled);
    assert_eq!(
        deployment.settle(NOW).is_some(),
        node.notebook.probation(NOW).is_some()
    );
    if let Some(deployment) = deployment.settle(NOW) {
        let mut settled = node.clone();
        settled.deployment = deployment.to_word();
        settled.notebook.settle(NOW);
        next.push(settled);
        seen.settled += 1;
    }
    for index in 0..node.words.len() {
        // Another patch under another identifier, where this one is dead.
        let phase = node.notebook.phase(index, NOW);
        if !phase.is_pending() && phase != Phase::Probation && phase != Phase::Unknown {
            let mut fresh = node.clone();
            fresh.words[index] = U256::ZERO;
            fresh.notebook.pages[index] = None;
            next.push(fresh);
        }
        for step in steps() {
            let taken = take(node, index, step, NOW);
            assert_eq!(
                taken.is_ok(),
                node.notebook.may(index, step, NOW),
                "{step:?} of {index}: {taken:?} in {node:?}"
            );
            match taken {
                Ok((patch, deployment)) => {
                    assert_step(node, index, step);
                    let was_back = node.deployment().is_rolled_back();
                    let is_back = step == Step::RollBack || step != Step::Apply && was_back;
                    assert_eq!(deployment.is_rolled_back(), is_back);
                    let mut after = node.clone();
                    after.words[index] = patch.to_word();
                    after.deployment = deployment.to_word();
                    after.notebook.write(index, step, node.config(), NOW);
                    next.push(after);
                    seen.steps += 1;
                }
                Err(refusal) => {
                    assert_refused(node, index, step, refusal, seen);
                    seen.refused += 1;
                }
            }
        }
    }
    next
}

/// Visits everything, and says how much that was.
fn explore(patches: usize) -> Seen {
    let mut seen = Seen::default();
    let start = canonical(Node {
        words: vec![U256::ZERO; patches],
        deployment: Deployment::NEW.to_word(),
        is_long: false,
        notebook: Notebook {
            pages: vec![None; patches],
        },
    });
    let mut known = HashSet::from([start.clone()]);
    let mut todo = VecDeque::from([start]);
    while let Some(node) = todo.pop_front() {
        assert_state(&node, &mut seen);
        for next in followers(&node, &mut seen) {
            let next = canonical(next);
            if known.insert(next.clone()) {
                todo.push_back(next);
            }
        }
    }
    seen.nodes = known.len();
    println!(
        "{patches} at a time: {} states, {} steps taken, {} refused, {:?}",
        seen.nodes, seen.steps, seen.refused, seen.phases
    );
    seen
}

fn assert_everywhere(seen: &Seen, least: usize) {
    assert_eq!(
        seen.phases.len(),
        10,
        "the search is worth something only if it went everywhere"
    );
    assert!(
        seen.phases.values().all(|count| *count > least),
        "{:?}",
        seen.phases
    );
    assert!(seen.settled > least);
}

#[test]
fn one_after_another_every_promise_holds_in_every_state() {
    let seen = explore(1);
    assert_everywhere(&seen, 3);
    let refusals = HashSet::from(["phase", "early", "hidden", "revealed", "from", "until"]);
    assert_eq!(seen.refusals, refusals);
}

#[test]
fn side_by_side_every_promise_holds_in_every_state() {
    let seen = explore(2);
    assert_everywhere(&seen, 500);
    assert!(seen.refusals.contains("probation"));
    assert!(seen.nodes > 50_000, "{}", seen.nodes);
}
