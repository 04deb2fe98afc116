//! Patches against an observer's notebook, to the second and over long times; and the promises as properties of any sequence of steps.

mod patch;

use patch::{Fate, Notebook, Step};
use portcullis_core::patch::{
    Config, Deployment, Patch, Path, Phase, Policy, Refused, WayBack, Window, LONGEST_PHASE_SECS,
    LONGEST_STANDBY_SECS, SHORTEST_DELAY_SECS, SHORTEST_PHASE_SECS, SHORTEST_REVIEW_SECS,
    SHORTEST_WINDOW_SECS,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use std::collections::HashMap;

const START: u64 = 1_700_000_000;
const PATCHES: usize = 4;

/// What somebody does next, on any of the patches. Times are drawn near those that matter.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// To the next change of one of them, or a second to either side of it.
    WaitFor(usize, i64),
    Wait(u64),
    /// What comes next in the life of one of them, as soon as it can be.
    GoOn(usize),
    Take(usize, Step),
    /// Its window begins so many seconds from the earliest, and is so many longer or shorter than it may be.
    Arm(usize, i64, i64, bool),
    CancelAll,
    Settle,
    /// The other of two policies is in force.
    Change,
}

fn policies() -> impl Strategy<Value = Policy> {
    let secs = |least, most| prop_oneof![Just(least), Just(most), least..=most, least..=least + 100];
    let usual = || secs(SHORTEST_PHASE_SECS, LONGEST_PHASE_SECS);
    (
        secs(SHORTEST_REVIEW_SECS, LONGEST_PHASE_SECS),
        usual(),
        secs(SHORTEST_DELAY_SECS, LONGEST_PHASE_SECS),
        usual(),
        secs(SHORTEST_PHASE_SECS, LONGEST_STANDBY_SECS),
        secs(SHORTEST_WINDOW_SECS, LONGEST_PHASE_SECS),
        usual(),
    )
        .prop_map(
            |(review, proposal, delay, approval, standby, window, probation)| {
                Policy::new(Config {
                    review_secs: review,
                    proposal_secs: proposal,
                    delay_secs: delay,
                    approval_secs: approval,
                    standby_secs: standby,
                    window_secs: window,
                    probation_secs: probation,
                })
                .unwrap()
            },
        )
}

fn way_back() -> impl Strategy<Value = WayBack> {
    prop_oneof![3 => Just(WayBack::Open), 1 => Just(WayBack::Barred)]
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let index = || 0..PATCHES;
    let path = prop_oneof![Just(Path::Timelocked), Just(Path::Standby)];
    let step = prop_oneof![
        2 => Just(Step::Commit),
        3 => (path, way_back()).prop_map(|(path, way_back)| Step::Propose(path, way_back)),
        2 => way_back().prop_map(Step::Reveal),
        6 => Just(Step::Approve),
        6 => Just(Step::Apply),
        1 => Just(Step::Cancel),
        3 => Just(Step::RollBack),
    ];
    let act = prop_oneof![
        20 => index().prop_map(Act::GoOn),
        6 => (index(), -1i64..=1).prop_map(|(index, off)| Act::WaitFor(index, off)),
        2 => prop_oneof![Just(0), Just(1), 0..10 * 86_400u64].prop_map(Act::Wait),
        16 => (index(), step).prop_map(|(index, step)| Act::Take(index, step)),
        6 => (index(), -1i64..3, -1i64..2, any::<bool>())
            .prop_map(|(index, from, length, is_long)| Act::Arm(index, from, length, is_long)),
        1 => prop_oneof![3 => Just(Act::Settle), 1 => Just(Act::CancelAll)],
        2 => Just(Act::Change),
    ];
    proptest::collection::vec(act, 1..120)
}

/// A proxy as a contract keeps it: words only.
struct Stored {
    patches: [alloy_primitives::U256; PATCHES],
    deployment: alloy_primitives::U256,
    notebook: Notebook,
    now: u64,
}

impl Stored {
    fn new() -> Self {
        Self {
            patches: [Patch::UNKNOWN.to_word(); PATCHES],
            deployment: Deployment::NEW.to_word(),
            notebook: Notebook {
                pages: vec![None; PATCHES],
            },
            now: START,
        }
    }

    fn patch(&self, index: usize) -> Patch {
        Patch::from_word(self.patches[index])
    }

    fn deployment(&self) -> Deployment {
        Deployment::from_word(self.deployment)
    }

    /// Takes a step, if it is not refused, and compares that with the notebook.
    fn take(&mut self, index: usize, step: Step, policy: Policy) -> Result<(), TestCaseError> {
        let (patch, deployment, now) = (self.patch(index), self.deployment(), self.now);
        let alone = |patch: Result<Patch, Refused>| patch.map(|patch| (patch, deployment));
        let taken = match step {
            Step::Commit => alone(patch.commit(&policy, &deployment, now)),
            Step::Propose(path, way_back) => alone(patch.propose(path, way_back, &policy, &deployment, now)),
            Step::Reveal(way_back) => alone(patch.reveal(way_back, &deployment, now)),
            Step::Approve => alone(patch.approve(&deployment, now)),
            Step::Arm(window) => alone(patch.arm(window, &deployment, now)),
            Step::Cancel => alone(patch.cancel(&deployment, now)),
            Step::Apply | Step::RollBack => {
                let changed = if step == Step::Apply {
                    patch.apply(deployment, now)
                } else {
                    patch.roll_back(deployment, now)
                };
                changed.map(|changed| (changed.patch, changed.deployment))
            }
        };
        prop_assert_eq!(
            taken.is_ok(),
            self.notebook.may(index, step, now),
            "{:?} of {:?}: {:?}",
            step,
            self.notebook.pages[index],
            taken
        );
        if let Ok((patch, deployment)) = taken {
            self.patches[index] = patch.to_word();
            self.deployment = deployment.to_word();
            self.notebook.write(index, step, policy.config(), now);
        }
        Ok(())
    }

    /// A window whose first and last seconds lie at their bounds, or a little beside them.
    fn window(&self, index: usize, from: i64, length: i64, is_long: bool) -> Window {
        let (now, deployment) = (self.now, self.deployment());
        let earliest = self.patch(index).ready_at(&deployment, now).unwrap_or(now);
        let from = match from {
            2 => self.patch(index).ends_at(&deployment, now).unwrap_or(now) - 1,
            off => earliest.saturating_add_signed(off),
        };
        let window_secs = self.notebook.pages[index].map_or(0, |page| page.policy.window_secs);
        let secs = if is_long {
            window_secs
        } else {
            SHORTEST_WINDOW_SECS
        };
        let until = (from.max(now) + secs).saturating_add_signed(length - 1);
        Window { from, until }
    }

    /// What comes next in a patch's life; nothing when nothing does.
    fn next(&self, index: usize) -> Option<Step> {
        let patch = self.patch(index);
        let deployment = self.deployment();
        Some(match patch.phase(&deployment, self.now) {
            Phase::Unknown if index.is_multiple_of(2) => Step::Commit,
            Phase::Unknown => Step::Propose(Path::Standby, WayBack::Open),
            Phase::Committed | Phase::Proposed => Step::Approve,
            Phase::Approved if !patch.is_revealed() => Step::Reveal(WayBack::Open),
            Phase::Approved => Step::Arm(self.window(index, 0, 0, true)),
            Phase::Armed => Step::Apply,
            _ => return None,
        })
    }

    fn act(&mut self, act: Act, policy: &mut usize, policies: &[Policy; 2]) -> Result<(), TestCaseError> {
        match act {
            Act::WaitFor(index, off) => {
                let next = self.patch(index).next_change_at(&self.deployment(), self.now);
                if let Some(next) = next {
                    self.now = next.saturating_add_signed(off).max(self.now);
                }
            }
            Act::Wait(secs) => self.now += secs,
            Act::GoOn(index) => {
                let Some(step) = self.next(index) else {
                    return Ok(());
                };
                if matches!(step, Step::Approve | Step::Apply) {
                    let opens_at = self.notebook.opens_at(index).unwrap_or(self.now);
                    self.now = self.now.max(opens_at);
                }
                self.take(index, step, policies[*policy])?;
            }
            Act::Take(index, step) => self.take(index, step, policies[*policy])?,
            Act::Arm(index, from, length, is_long) => {
                let window = self.window(index, from, length, is_long);
                self.take(index, Step::Arm(window), policies[*policy])?;
            }
            Act::CancelAll => {
                self.deployment = self.deployment().cancel_all().to_word();
                self.notebook.cancel_all();
            }
            Act::Settle => {
                let settled = self.deployment().settle(self.now);
                prop_assert_eq!(settled.is_some(), self.notebook.probation(self.now).is_some());
                if let Some(settled) = settled {
                    self.deployment = settled.to_word();
                    self.notebook.settle(self.now);
                }
            }
            Act::Change => *policy = 1 - *policy,
        }
        Ok(())
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let (now, deployment) = (self.now, self.deployment());
        for index in 0..PATCHES {
            let (patch, page) = (self.patch(index), self.notebook.pages[index]);
            let phase = patch.phase(&deployment, now);
            prop_assert_eq!(phase, self.notebook.phase(index, now));
            let end = match phase {
                Phase::Probation => page.and_then(|page| page.probation_until()),
                phase if phase.is_pending() => page.map(|page| page.pending_until()),
                _ => None,
            };
            prop_assert_eq!(patch.ends_at(&deployment, now), end);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    /// What the words allow is what an observer would, who knows nothing but who did what when.
    #[test]
    fn what_the_words_allow_is_what_the_notebook_does(
        first in policies(), second in policies(), acts in acts(),
    ) {
        let (mut stored, mut policy) = (Stored::new(), 0);
        for act in acts {
            stored.act(act, &mut policy, &[first, second])?;
            stored.check()?;
        }
    }

    /// No sequence of inputs runs code before review and delay are over since the first word about it, under the policy that was in force then; no identifier
    /// is applied twice, and between two applications lies a probation, or its holder's word, or a bar that was approved.
    #[test]
    fn nothing_runs_before_its_time_nor_in_the_way_of_a_way_back(
        first in policies(), second in policies(), acts in acts(),
    ) {
        let (mut stored, mut policy) = (Stored::new(), 0);
        let mut first_word = [None; PATCHES];
        let mut runs: Vec<usize> = vec![];
        for act in acts {
            let before = stored.deployment();
            let in_force = [first, second][policy];
            stored.act(act, &mut policy, &[first, second])?;
            for (index, word) in first_word.iter_mut().enumerate() {
                let is_known = stored.patches[index] != Patch::UNKNOWN.to_word();
                if is_known && word.is_none() {
                    *word = Some((stored.now, in_force.notice_secs()));
                }
            }
            if stored.deployment().upgrades() > before.upgrades() {
                let (Act::Take(index, Step::Apply) | Act::GoOn(index)) = act else {
                    panic!("{act:?} applied something")
                };
                let (at, notice_secs) = first_word[index].unwrap();
                prop_assert!(stored.now >= at + notice_secs);
                prop_assert!(!runs.contains(&index));
                if let Some(last) = runs.last() {
                    let page = stored.notebook.pages[*last].unwrap();
                    let (at, fate) = page.applied.unwrap();
                    let is_over = stored.now >= at + page.policy.probation_secs;
                    prop_assert!(is_over || fate != Fate::Kept || page.way_back == Some(WayBack::Barred));
                }
                runs.push(index);
                prop_assert_eq!(stored.deployment().upgrades(), runs.len() as u64);
            }
        }
    }

    /// Whatever was done, what nobody touches any more is dead or final within the longest times that any policy has.
    #[test]
    fn left_alone_everything_ends(first in policies(), second in policies(), acts in acts()) {
        let (mut stored, mut policy) = (Stored::new(), 0);
        for act in acts {
            stored.act(act, &mut policy, &[first, second])?;
        }
        let later = stored.now + LONGEST_PHASE_SECS + LONGEST_STANDBY_SECS;
        for index in 0..PATCHES {
            let phase = stored.patch(index).phase(&stored.deployment(), later);
            prop_assert!(!phase.is_pending() && phase != Phase::Probation, "{:?}", phase);
        }
    }
}

/// The properties are worth something only if their sequences go everywhere.
#[test]
fn the_sequences_go_everywhere() {
    let mut runner = TestRunner::deterministic();
    let strategy = (policies(), policies(), acts());
    let mut seen = HashMap::new();
    for _ in 0..500 {
        let (first, second, acts) = strategy.new_tree(&mut runner).unwrap().current();
        let (mut stored, mut policy) = (Stored::new(), 0);
        for act in acts {
            let before = stored.deployment();
            stored.act(act, &mut policy, &[first, second]).unwrap();
            let after = stored.deployment();
            if after != before {
                let changed = match act {
                    Act::CancelAll => "cancelled all",
                    Act::Settle => "settled",
                    _ if after.is_rolled_back() => "rolled back",
                    _ => "applied",
                };
                *seen.entry(changed).or_insert(0) += 1;
            }
        }
    }
    println!("{seen:?}");
    for (changed, least) in [
        ("cancelled all", 100),
        ("settled", 20),
        ("rolled back", 20),
        ("applied", 200),
    ] {
        assert!(seen[changed] > least, "{seen:?}");
    }
}
