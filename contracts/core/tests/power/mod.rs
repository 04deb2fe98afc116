//! The model: who acts, what they may do, and what has to be true of every state.

#![allow(unreachable_pub)] // A module of a test.

mod promises;
mod shift;
mod step;

use alloy_primitives::{Address, U256};
use portcullis_core::{
    breaker::{Kind, Share, State as Ladder},
    guardian::{Assignment, Terms},
    pause::{Bounds, Group, Pauses},
    timelock::{Delay, Operation},
};
pub use promises::Rule;
use shift::{forget_what_is_over, NOW};
use stateright::{Model, Property};

pub const WEEK: u64 = 7 * 86_400;

/// A ramp of two weeks, from 40% by 30% a week.
const RAMP_SECS: u64 = 2 * WEEK;
const THROTTLE_BPS: u16 = 4_000;
const WIDENS_BPS: u16 = 3_000;

const GUARDIAN: Address = Address::repeat_byte(1);
const FALLBACK: Address = Address::repeat_byte(2);

fn runs() -> Group {
    Group::new(1).unwrap()
}

fn groups() -> [Group; 2] {
    [Group::ALL, runs()]
}

fn bounds() -> Bounds {
    let freezing = Bounds::new(4 * WEEK).unwrap();
    freezing.with_ladder(THROTTLE_BPS, 1_000, RAMP_SECS).unwrap()
}

/// Who acts. Everyone else is silent.
#[derive(Clone, Copy, Debug)]
pub struct Actors {
    governor: bool,
    guardian: bool,
    fallback: bool,
    council: bool,
}

impl Actors {
    const NOBODY: Self = Self {
        governor: false,
        guardian: false,
        fallback: false,
        council: false,
    };
    pub const GOVERNOR: Self = Self {
        // Whom it names are its own.
        governor: true,
        guardian: true,
        fallback: true,
        ..Self::NOBODY
    };
    pub const GUARDIAN: Self = Self {
        guardian: true,
        ..Self::NOBODY
    };
    pub const FALLBACK: Self = Self {
        fallback: true,
        ..Self::NOBODY
    };
    pub const COUNCIL: Self = Self {
        council: true,
        ..Self::NOBODY
    };
    pub const EVERYONE: Self = Self {
        council: true,
        ..Self::GOVERNOR
    };
}

/// The calls that loosen and have to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loosening {
    ShorterDelay,
    LooserTerms,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    AWeekGoesBy,
    Pause(Seat, u8, Level),
    Decide(u8, Level, u8),
    Lift(u8),
    Rearm,
    Name,
    Heartbeat,
    Report,
    Schedule(Loosening),
    CarryOut(Loosening),
    Cancel(Loosening),
    LongerDelay,
    TighterTerms,
}

/// One of the two who pause within the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seat {
    Guardian,
    Fallback,
}

/// A rung, as an index.
pub type Level = u8;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The library's words, as seen from [`NOW`].
    pauses: U256,
    assignment: [U256; 2],
    operations: [U256; 2],
    /// What the timelock and the terms are now: the second of two is the longer delay, the looser terms.
    long_delay: bool,
    loose: bool,
    /// The ghosts.
    seen: Seen,
    /// A promise that the last step broke.
    broken: Option<&'static str>,
}

/// What an observer wrote down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Seen {
    /// For each week that is over, the latest lowest: whether guardians held the group.
    weeks: u16,
    /// For how many more weeks they do, as it was announced.
    holds: u8,
    /// How many weeks ago that ended, up to the cool-down; none when it never began.
    rested: Option<u8>,
    /// The uses of guardian and fallback since they were armed, up to two.
    uses: [u8; 2],
    /// For how many weeks the guardian has been silent, up to the heartbeat.
    silent: u8,
    reported: bool,
    /// For each call that waits: for how many weeks, and how many it has to.
    waiting: [Option<(u8, u8)>; 2],
}

pub struct Power {
    /// Tight and loose.
    pub terms: [Terms; 2],
    pub actors: Actors,
    /// Whether delay and terms change.
    pub timelock: bool,
    /// The rule that is taken away.
    pub without: Option<Rule>,
}

fn weeks(secs: u64) -> u8 {
    assert_eq!(secs % WEEK, 0);
    (secs / WEEK) as u8
}

fn delay(long: bool) -> Delay {
    Delay::new(if long { 2 * WEEK } else { WEEK }).unwrap()
}

impl State {
    fn pauses(&self) -> Pauses {
        Pauses::from_word(self.pauses)
    }

    fn assignment(&self) -> Assignment {
        Assignment::from_words(self.assignment)
    }

    fn operation(&self, call: Loosening) -> Operation {
        Operation::from_word(self.operations[call as usize])
    }

    fn ladder(&self, group: Group) -> Ladder {
        self.pauses().state(group, bounds(), NOW)
    }

    fn share_bps(&self, kind: Kind) -> u16 {
        let checked = self.pauses().check(runs(), kind, bounds(), NOW);
        checked.map_or(0, Share::bps)
    }
}

impl Power {
    fn is(&self, rule: Rule) -> bool {
        self.without == Some(rule)
    }

    fn terms(&self, state: &State) -> &Terms {
        &self.terms[usize::from(state.loose)]
    }

    /// The most that a pause of either kind can have left.
    fn longest(&self) -> u64 {
        // Invariant of terms: a guardian's is no longer.
        self.terms[0].council_secs()
    }
}

impl Model for Power {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let nobody = Assignment::from_words([U256::ZERO; 2]);
        let assignment = nobody.assign(GUARDIAN, FALLBACK, NOW).unwrap();
        vec![State {
            pauses: U256::ZERO,
            assignment: assignment.to_words(),
            operations: [U256::ZERO; 2],
            long_delay: false,
            loose: false,
            seen: Seen::default(),
            broken: None,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        // What comes after a broken promise says nothing.
        if state.broken.is_some() {
            return;
        }
        let Actors {
            governor,
            guardian,
            fallback,
            council,
        } = self.actors;
        actions.extend([Action::AWeekGoesBy, Action::Report]);
        let longest = weeks(self.terms[0].config().pause_secs);
        for level in 0..3 {
            for long in 1..=longest {
                if guardian {
                    actions.push(Action::Pause(Seat::Guardian, long, level));
                }
                if fallback {
                    actions.push(Action::Pause(Seat::Fallback, long, level));
                }
            }
            if council {
                for group in [0, 1] {
                    actions.extend([1, 2].map(|long| Action::Decide(group, level, long)));
                }
            }
        }
        if guardian {
            actions.push(Action::Heartbeat);
        }
        if governor || council {
            actions.extend([Action::Rearm, Action::Lift(0), Action::Lift(1)]);
        }
        if governor {
            actions.push(Action::Name);
        }
        if self.timelock {
            actions.extend([Action::LongerDelay, Action::TighterTerms]);
            for call in [Loosening::ShorterDelay, Loosening::LooserTerms] {
                actions.extend([
                    Action::Schedule(call),
                    Action::CarryOut(call),
                    Action::Cancel(call),
                ]);
            }
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        self.step(&mut state, action)?;
        if self.skips_the_ramp(last, &state, action) {
            state.broken = Some(promises::NOTHING_SKIPS_THE_RAMP);
        }
        forget_what_is_over(&mut state, &self.terms[0]);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::all()
    }
}
