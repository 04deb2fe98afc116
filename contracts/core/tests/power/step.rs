//! What each action does: the library's transitions, and what an observer writes down about them.

use super::{
    bounds, delay,
    promises::{
        Rule, A_USE_IS_SINGLE, LOOSENING_WAITS, NO_PAUSE_FOLLOWS_UPON_ANOTHER, PAUSING_ONLY_TIGHTENS,
        WHO_LAPSED_DOES_NOT_PAUSE,
    },
    runs,
    shift::a_week_later,
    weeks, Action, Loosening, Power, Seat, State, FALLBACK, GUARDIAN, NOW, WEEK,
};
use portcullis_core::{
    breaker::Rung,
    guardian::{Assignment, Role},
    pause::{Bounds, Group},
    timelock::Operation,
};

impl Power {
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

    pub(super) fn step(&self, state: &mut State, action: Action) -> Option<()> {
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
}
