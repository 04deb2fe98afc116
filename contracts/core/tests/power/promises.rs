//! What has to be true of every state, and the rules without which it is not.

use super::{bounds, groups, runs, weeks, Action, Power, State, NOW, THROTTLE_BPS, WEEK, WIDENS_BPS};
use portcullis_core::{
    breaker::{Kind, Rung, Share, State as Ladder},
    guardian::Role,
    pause::Bounds,
};
use stateright::Property;

pub(super) const NOBODY_FREEZES_FOR_EVER: &str =
    "nobody freezes for ever: every pause ends, and without the council in time";
pub(super) const GUARDIANS_STAY_WITHIN_THE_BUDGET: &str =
    "in any period guardians pause for at most the budget";
pub(super) const WAYS_OUT_ARE_OPEN_UNLESS_FROZEN: &str = "while not frozen a way out is open";
pub(super) const LOOSENING_WAITS: &str = "what loosens waits, and a shorter delay waits the old one";
pub(super) const THE_POWER_TO_PAUSE_NEVER_LAPSES: &str = "the power to pause never lapses";
pub(super) const NOTHING_SKIPS_THE_RAMP: &str = "nothing skips the ramp";
pub(super) const A_USE_IS_SINGLE: &str = "a use is single";
pub(super) const NO_PAUSE_FOLLOWS_UPON_ANOTHER: &str =
    "no guardians' pause follows upon another without a cool-down";
pub(super) const WHO_LAPSED_DOES_NOT_PAUSE: &str =
    "who lapsed does not pause, and a fallback only in its place";
pub(super) const PAUSING_ONLY_TIGHTENS: &str = "pausing only tightens";

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

impl Power {
    /// From a rung the way leads to the ramp's beginning, and on the ramp no faster than it is steep.
    pub(super) fn skips_the_ramp(&self, before: &State, after: &State, action: Action) -> bool {
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

/// All of them, by their names.
pub(super) fn all() -> Vec<Property<Power>> {
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
        Property::always(LOOSENING_WAITS, |_: &Power, state: &State| {
            state.broken != Some(LOOSENING_WAITS)
        }),
        Property::always(NOTHING_SKIPS_THE_RAMP, |_: &Power, state: &State| {
            state.broken != Some(NOTHING_SKIPS_THE_RAMP)
        }),
        Property::always(A_USE_IS_SINGLE, |_: &Power, state: &State| {
            state.broken != Some(A_USE_IS_SINGLE)
        }),
        Property::always(NO_PAUSE_FOLLOWS_UPON_ANOTHER, |_: &Power, state: &State| {
            state.broken != Some(NO_PAUSE_FOLLOWS_UPON_ANOTHER)
        }),
        Property::always(WHO_LAPSED_DOES_NOT_PAUSE, |_: &Power, state: &State| {
            state.broken != Some(WHO_LAPSED_DOES_NOT_PAUSE)
        }),
        Property::always(PAUSING_ONLY_TIGHTENS, |_: &Power, state: &State| {
            state.broken != Some(PAUSING_ONLY_TIGHTENS)
        }),
    ]
}
