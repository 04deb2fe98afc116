//! The model: who acts, what they may do, and what has to be true of every state.

#![allow(unreachable_pub)] // A module of a test.

mod shift;

use alloy_primitives::{Address, U256};
use portcullis_core::{
    breaker::{Kind, Rung, Share, State as Ladder},
    guardian::{Assignment, Role, Terms},
    pause::{Bounds, Group, Pauses},
    timelock::{Delay, Operation},
};
use shift::{a_week_later, forget_what_is_over, NOW};
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

/// A rule that can be taken away, to see that somebody notices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    SingleUse,
    CoolDown,
    Heartbeat,
    Report,
    Budget,
    End,
    Tightening,
    Ramp,
    WayOut,
    Delay,
    ShorterDelay,
}

impl Rule {
    /// Each with the property that fails without it.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::SingleUse, A_USE_IS_SINGLE),
        (Self::CoolDown, NO_PAUSE_FOLLOWS_UPON_ANOTHER),
        (Self::Heartbeat, WHO_LAPSED_DOES_NOT_PAUSE),
        (Self::Report, THE_POWER_TO_PAUSE_NEVER_LAPSES),
        (Self::Budget, GUARDIANS_STAY_WITHIN_THE_BUDGET),
        (Self::End, NOBODY_FREEZES_FOR_EVER),
        (Self::Tightening, PAUSING_ONLY_TIGHTENS),
        (Self::Ramp, NOTHING_SKIPS_THE_RAMP),
        (Self::WayOut, WAYS_OUT_ARE_OPEN_UNLESS_FROZEN),
        (Self::Delay, LOOSENING_WAITS),
        (Self::ShorterDelay, LOOSENING_WAITS),
    ];
}

const NOBODY_FREEZES_FOR_EVER: &str =
    "nobody freezes for ever: every pause ends, and without the council in time";
const GUARDIANS_STAY_WITHIN_THE_BUDGET: &str = "in any period guardians pause for at most the budget";
const WAYS_OUT_ARE_OPEN_UNLESS_FROZEN: &str = "while not frozen a way out is open";
const LOOSENING_WAITS: &str = "what loosens waits, and a shorter delay waits the old one";
const THE_POWER_TO_PAUSE_NEVER_LAPSES: &str = "the power to pause never lapses";
const NOTHING_SKIPS_THE_RAMP: &str = "nothing skips the ramp";
const A_USE_IS_SINGLE: &str = "a use is single";
const NO_PAUSE_FOLLOWS_UPON_ANOTHER: &str = "no guardians' pause follows upon another without a cool-down";
const WHO_LAPSED_DOES_NOT_PAUSE: &str = "who lapsed does not pause, and a fallback only in its place";
const PAUSING_ONLY_TIGHTENS: &str = "pausing only tightens";

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

    fn a_week_goes_by(&self, state: &mut State) {
        let seen = &mut state.seen;
        let held = seen.holds > 0;
        seen.weeks =
            (seen.weeks << 1 | u16::from(held)) & ((1 << weeks(self.terms[0].config().period_secs)) - 1);
        seen.rested = match (held, seen.rested) {
            (true, _) if seen.holds == 1 => Some(0),
            (true, rested) => rested,
            (false, rested) => rested.map(|weeks_ago| (weeks_ago + 1).min(weeks(WEEK))),
        };
        seen.holds = seen.holds.saturating_sub(1);
        seen.silent = (seen.silent + 1).min(weeks(self.terms[0].config().heartbeat_secs));
        for (age, needed) in seen.waiting.iter_mut().flatten() {
            *age = (*age + 1).min(*needed);
        }
        state.pauses = a_week_later::pauses(state.pauses());
        state.assignment = a_week_later::assignment(state.assignment()).to_words();
        state.operations = state
            .operations
            .map(|word| a_week_later::operation(Operation::from_word(word)).to_word());
    }

    /// A pause on the ladder as the library makes it, and what it may not do.
    fn set(&self, state: &mut State, group: Group, rung: Rung, secs: u64) -> Option<()> {
        let before = state.pauses();
        let from = if self.is(Rule::Tightening) {
            let lifted = before.lift(group, Bounds::new(1).unwrap(), NOW);
            lifted.map_or(before, |lifted| lifted.pauses)
        } else {
            before
        };
        let changed = from.pause(group, rung, secs, bounds(), NOW).ok()?;
        let (old, new) = (before.own(group), changed.pauses.own(group));
        if old.until > NOW && (new.until < old.until || new.rung < old.rung) {
            state.broken = Some(PAUSING_ONLY_TIGHTENS);
        }
        state.pauses = changed.pauses.to_word();
        Some(())
    }

    fn pause(&self, state: &mut State, seat: Seat, secs: u64, rung: Rung) -> Option<()> {
        let terms = *self.terms(state);
        let before = state.assignment();
        let role = match seat {
            Seat::Guardian => Role::Guardian,
            Seat::Fallback => Role::Fallback,
        };
        let from = if self.is(Rule::Heartbeat) {
            Assignment {
                heartbeat_at: NOW,
                reported: before.reported && seat == Seat::Fallback,
                ..before
            }
        } else {
            before
        };
        let mut after = from.pause(role, secs, &terms, NOW).ok()?;
        self.set(state, runs(), rung, secs)?;
        if self.is(Rule::SingleUse) {
            (after.spent, after.fallback_spent) = (false, false);
        }
        if self.is(Rule::CoolDown) {
            after.paused_until = 0;
        }
        if self.is(Rule::Budget) {
            after.budget = before.budget;
        }
        state.assignment = after.to_words();

        let seen = &mut state.seen;
        let uses = &mut seen.uses[seat as usize];
        *uses = (*uses + 1).min(2);
        if *uses > 1 {
            state.broken = Some(A_USE_IS_SINGLE);
        }
        if seen.holds > 0
            || seen
                .rested
                .is_some_and(|ago| ago < weeks(terms.config().cool_down_secs))
        {
            state.broken = Some(NO_PAUSE_FOLLOWS_UPON_ANOTHER);
        }
        let lapsed = seen.reported || seen.silent >= weeks(terms.config().heartbeat_secs);
        let in_its_place = seen.uses[Seat::Guardian as usize] > 0 || seen.reported;
        if seat == Seat::Guardian && lapsed || seat == Seat::Fallback && !in_its_place {
            state.broken = Some(WHO_LAPSED_DOES_NOT_PAUSE);
        }
        seen.holds = seen.holds.max(weeks(secs));
        Some(())
    }

    fn arm(&self, state: &mut State, armed: Assignment) {
        state.assignment = armed.to_words();
        state.seen.uses = [0; 2];
        state.seen.silent = 0;
        state.seen.reported = false;
    }

    /// What the timelock does with a call, given whether it loosens.
    fn wait(&self, state: &mut State, call: Loosening, loosens: bool) -> Option<()> {
        if !loosens {
            return Some(());
        }
        if !self.is(Rule::Delay) && !state.operation(call).is_ready(NOW) {
            return None;
        }
        state.operations[call as usize] = Operation::UNSCHEDULED.to_word();
        match state.seen.waiting[call as usize].take() {
            Some((age, needed)) if age >= needed => {}
            _ => state.broken = Some(LOOSENING_WAITS),
        }
        Some(())
    }

    fn set_delay(&self, state: &mut State, long: bool) -> Option<()> {
        let loosens = delay(long) < delay(state.long_delay) && !self.is(Rule::ShorterDelay);
        if long == state.long_delay {
            return None;
        }
        self.wait(state, Loosening::ShorterDelay, loosens)?;
        if !long && !loosens {
            state.broken = Some(LOOSENING_WAITS);
        }
        state.long_delay = long;
        Some(())
    }

    fn set_terms(&self, state: &mut State, loose: bool) -> Option<()> {
        let loosens = self.terms[usize::from(loose)].loosens(self.terms(state));
        if loose == state.loose {
            return None;
        }
        self.wait(state, Loosening::LooserTerms, loosens)?;
        if loose && !loosens {
            state.broken = Some(LOOSENING_WAITS);
        }
        state.loose = loose;
        Some(())
    }

    fn schedule(&self, state: &mut State, call: Loosening) -> Option<()> {
        let in_force = delay(state.long_delay);
        let scheduled = state.operation(call).schedule(in_force, NOW)?;
        state.operations[call as usize] = scheduled.to_word();
        state.seen.waiting[call as usize] = Some((0, weeks(in_force.secs())));
        Some(())
    }

    fn step(&self, state: &mut State, action: Action) -> Option<()> {
        match action {
            Action::AWeekGoesBy => self.a_week_goes_by(state),
            Action::Pause(seat, long, level) => {
                self.pause(state, seat, u64::from(long) * WEEK, Rung::ALL[usize::from(level)])?;
            }
            Action::Decide(group, level, long) => {
                let long = if self.is(Rule::End) { 4 } else { long };
                let secs = u64::from(long) * WEEK;
                let group = Group::new(group).unwrap();
                self.set(state, group, Rung::ALL[usize::from(level)], secs)?;
            }
            Action::Lift(group) => {
                let without_ramp = Bounds::new(1).unwrap();
                let bounds = if self.is(Rule::Ramp) {
                    without_ramp
                } else {
                    bounds()
                };
                let lifted = state.pauses().lift(Group::new(group).unwrap(), bounds, NOW)?;
                state.pauses = lifted.pauses.to_word();
            }
            Action::Rearm => {
                let armed = state.assignment().rearm(NOW)?;
                self.arm(state, armed);
            }
            Action::Name => {
                let named = state.assignment().assign(GUARDIAN, FALLBACK, NOW).ok()?;
                self.arm(state, named);
            }
            Action::Heartbeat => {
                let alive = state
                    .assignment()
                    .heartbeat(GUARDIAN, self.terms(state), NOW)
                    .ok()?;
                state.assignment = alive.to_words();
                state.seen.silent = 0;
            }
            Action::Report => {
                let (reported, first) = state.assignment().report_stale(self.terms(state), NOW)?;
                state.seen.reported |= first;
                if !self.is(Rule::Report) {
                    state.assignment = reported.to_words();
                }
            }
            Action::Schedule(call) => self.schedule(state, call)?,
            Action::CarryOut(Loosening::ShorterDelay) => self.set_delay(state, false)?,
            Action::CarryOut(Loosening::LooserTerms) => self.set_terms(state, true)?,
            Action::Cancel(call) => {
                if !state.operation(call).is_pending(NOW) {
                    return None;
                }
                state.operations[call as usize] = Operation::UNSCHEDULED.to_word();
                state.seen.waiting[call as usize] = None;
            }
            Action::LongerDelay => self.set_delay(state, true)?,
            Action::TighterTerms => self.set_terms(state, false)?,
        }
        Some(())
    }

    /// From a rung the way leads to the ramp's beginning, and on the ramp no faster than it is steep.
    fn skips_the_ramp(&self, before: &State, after: &State, action: Action) -> bool {
        let from = before.ladder(runs());
        [Kind::IncreaseRisk, Kind::DecreaseRisk, Kind::BoundedWithdrawal]
            .into_iter()
            .any(|kind| {
                let share = before.share_bps(kind);
                let most = match (from, action) {
                    (Ladder::Throttled | Ladder::ReduceOnly | Ladder::Frozen, _) => THROTTLE_BPS,
                    (_, Action::AWeekGoesBy) => share + WIDENS_BPS,
                    _ => share,
                };
                after.share_bps(kind) > most
            })
    }

    fn every_pause_ends(&self, state: &State) -> bool {
        groups()
            .into_iter()
            .all(|group| state.pauses().own_until(group) <= NOW + self.longest())
            // Without the council it is guardians who hold it, and what they hold is counted.
            && (self.actors.council || state.ladder(runs()).rung().is_none() || state.seen.holds > 0)
    }

    fn within_the_budget(&self, state: &State) -> bool {
        // The loosest terms bound what any mixture of both does.
        let config = self.terms[1].config();
        let past = state.seen.weeks & ((1 << (weeks(config.period_secs) - 1)) - 1);
        let held = past.count_ones() as u8 + u8::from(state.seen.holds > 0);
        held <= weeks(config.budget_secs)
    }

    fn ways_out_are_open(&self, state: &State) -> bool {
        let bounds = if self.is(Rule::WayOut) {
            Bounds::new(4 * WEEK).unwrap()
        } else {
            bounds()
        };
        groups().into_iter().all(|group| {
            let check = |kind| state.pauses().check(group, kind, bounds, NOW);
            state.ladder(group) == Ladder::Frozen
                || check(Kind::ReduceOwnRisk) == Ok(Share::ALL) && check(Kind::BoundedWithdrawal).is_ok()
        })
    }

    /// The council can freeze for as long as it may, or it is frozen for that long. And nobody has to wait for a guardian that is gone.
    fn somebody_can_pause(&self, state: &State) -> bool {
        let terms = self.terms(state);
        let council = groups().into_iter().all(|group| {
            let secs = terms.council_secs();
            let own = state.pauses().own(group);
            let is_frozen = own.rung == Some(Rung::Frozen) && own.until >= NOW + secs;
            is_frozen
                || state
                    .pauses()
                    .pause(group, Rung::Frozen, secs, bounds(), NOW)
                    .is_ok()
        });
        let assignment = state.assignment();
        let is_left = !assignment.fallback_spent
            && NOW >= assignment.cool_at(terms)
            && assignment.budget.left_secs(terms, NOW) >= WEEK;
        let fallback =
            !state.seen.reported || !is_left || assignment.pause(Role::Fallback, WEEK, terms, NOW).is_ok();
        let report = !assignment.is_stale(terms, NOW) || assignment.report_stale(terms, NOW).is_some();
        council && fallback && report
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
            state.broken = Some(NOTHING_SKIPS_THE_RAMP);
        }
        forget_what_is_over(&mut state, &self.terms[0]);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(NOBODY_FREEZES_FOR_EVER, |power, state| {
                power.every_pause_ends(state)
            }),
            Property::always(GUARDIANS_STAY_WITHIN_THE_BUDGET, |power, state| {
                power.within_the_budget(state)
            }),
            Property::always(WAYS_OUT_ARE_OPEN_UNLESS_FROZEN, |power, state| {
                power.ways_out_are_open(state)
            }),
            Property::always(THE_POWER_TO_PAUSE_NEVER_LAPSES, |power, state| {
                power.somebody_can_pause(state)
            }),
            Property::always(LOOSENING_WAITS, |_: &Self, state: &State| {
                state.broken != Some(LOOSENING_WAITS)
            }),
            Property::always(NOTHING_SKIPS_THE_RAMP, |_: &Self, state: &State| {
                state.broken != Some(NOTHING_SKIPS_THE_RAMP)
            }),
            Property::always(A_USE_IS_SINGLE, |_: &Self, state: &State| {
                state.broken != Some(A_USE_IS_SINGLE)
            }),
            Property::always(NO_PAUSE_FOLLOWS_UPON_ANOTHER, |_: &Self, state: &State| {
                state.broken != Some(NO_PAUSE_FOLLOWS_UPON_ANOTHER)
            }),
            Property::always(WHO_LAPSED_DOES_NOT_PAUSE, |_: &Self, state: &State| {
                state.broken != Some(WHO_LAPSED_DOES_NOT_PAUSE)
            }),
            Property::always(PAUSING_ONLY_TIGHTENS, |_: &Self, state: &State| {
                state.broken != Some(PAUSING_ONLY_TIGHTENS)
            }),
        ]
    }
}
