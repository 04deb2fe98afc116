//! Who may pause a group, how often, and for how much of any time: a guardian, a fallback for when it is gone, and a budget.
//!
//! **The bound.** However guardians, fallbacks and whoever names and re-arms them act together, in any period the guardians
//! of a group hold it paused for at most `budget` seconds. A leaky bucket of paused seconds has the capacity `C`, half the budget rounded down, and leaks
//! `R = C / period` a second. A pause of `s` is refused when `level + s > C`, and charged `s` whole when it is made. Then, at every time:
//!
//! 1. *The level is at least what is left of the guardians' pauses.* A pause of `s` leaves `max(left, s)` and raises the level by `s`, to at least
//!    `level + s`; after that what is left falls by a second each second, and the level by at most `R ≤ 1/4`.
//! 2. So in a window from `t` to `t + W` they pause for at most what is left at `t` and the pauses made in it: `level(t) + Σ s`. And what
//!    goes into the bucket leaks out of it or is in it at the end: `level(t) + Σ s ≤ C + R · W`.
//! 3. With `W = period` that is `2 · C ≤ budget`.
//!
//! The leak is rounded down, so that the level is only ever too high, by less than a second for each pause.
//!
//! # Design
//! - **Single use.** A guardian that paused is spent until it is re-armed, its fallback as well: a stolen key pauses once.
//! - **The power never lapses silently.** A guardian whose heartbeat is late can neither pause nor revive itself, as
//!   nobody knows whether it is there or who has its key. Anyone reports that, once a lapse; from that second its fallback pauses. A lapse that was reported
//!   lasts until the guardian is re-armed, whatever the terms become.
//! - **A fallback has no heartbeat to lose.** It pauses when the guardian is spent or reported, and not beside a guardian that is there.
//! - **No pause follows upon another.** After the end of a guardian's or a fallback's pause neither pauses the group again for `cool_down` seconds, also
//!   when re-armed or newly named: in between the group runs, and everybody can leave.
//! - **A pause is used in one go.** Within its use a guardian cannot make its pause stricter or longer: what it charged stays
//!   what it is, and the council can do both.
//! - **Lifting gives nothing back**, neither of the budget nor of the use nor of the cool-down, which counts from the end that the pause was given. Who pauses and
//!   has it lifted again and again gains nothing by it.
//! - **What was used belongs to the group** and not to whoever used it: naming others, or re-arming, changes neither the level nor the cool-down. So
//!   whoever may do that has no more power by it than the budget.
//! - The guardian of everything has a budget of its own. A group can be held by its own and by that: together for at most two budgets.
//! - The level is kept in seconds, so that new terms hold from the moment they do: a smaller budget refuses what a larger one let pass, and a larger one
//!   forgets nothing.
//!
//! # Trust
//! - Whoever re-arms and names is the governor or the council. The council's own pauses are not counted here: it is many, each of its
//!   pauses ends within [`Terms::council_secs`], and each shows.
//! - A guardian that is there and does nothing keeps its fallback from pausing. The governor replaces it at once, and the council pauses.
//!
//! # The attack
//! One stolen key freezes everybody for ever; or the one guardian has been gone for a year when it is needed.
//! `tests/power_exploration.rs` visits every state that all of them together reach in a small setting.

mod assignment;
mod budget;
mod terms;

pub use assignment::{AssignRefused, Assignment, HeartbeatRefused, PauseRefused, Role};
pub use budget::Budget;
pub use terms::{
    Config, InvalidTerms, Term, Terms, LONGEST_HEARTBEAT_SECS, LONGEST_PAUSE_SECS, LONGEST_PERIOD_SECS,
    SHORTEST_HEARTBEAT_SECS, SHORTEST_PAUSE_SECS,
};

#[cfg(test)]
mod tests;
