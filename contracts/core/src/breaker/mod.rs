//! A circuit breaker: a ladder of states for an asset or a group of functions, and a ramp on the way back.
//!
//! closed → throttled → reduce-only → frozen, and *half-open* from each of them back to closed. One word answers "may this
//! call proceed, and at what share of the limits": [`Breaker::check`].
//!
//! | a call that | closed | half-open | throttled | reduce-only | frozen |
//! |---|---|---|---|---|---|
//! | increases risk, or brings funds in | all | ramp | throttle | no | no |
//! | decreases risk, or takes funds out against it | all | ramp | throttle | throttle | no |
//! | withdraws what a limit bounds | all | ramp | throttle | exit | no |
//! | reduces the caller's own risk: repays, adds margin | all | all | all | all | no |
//!
//! *throttle* and *exit* are shares of the limits that a setting names, exit at most throttle; *ramp* begins at throttle and widens
//! evenly, second by second, to all.
//!
//! # Design
//! - **The way back is part of the word.** A trip writes down when each rung ends, as a staircase: frozen until, reduce-only until,
//!   throttled until, and then the ramp. So the state at a time is a matter of comparing, needs nobody to call, and always ends:
//!   [`Settings::longest_secs`] after the last trip or decision it is closed, whatever happened before.
//! - **Tightening is instant, loosening waits.** A trip or a decision only ever lengthens stairs and only ever narrows shares, so
//!   at no later time does more pass than would have passed without it. Nothing shortens a stair before `dwell_secs` have passed in it,
//!   not even the council, and nothing skips the ramp.
//! - **It cannot flap.** Stairs are either as one or at least `dwell_secs` apart, and the ramp is at least as long: at most
//!   one step down in any `dwell_secs`. A step back before its time needs a measure below a lower threshold than the one that trips.
//! - **A relapse goes back.** A trip on the way back leads at least to the rung that it comes from.
//! - **Automatic freezes are rationed.** In a frozen scope no one can leave, so it is the state worth paying for. Automatic
//!   triggers freeze at most `freezes` times at once and once more each `freeze_back_secs`, which is longer than a freeze holds; beyond
//!   that, and on a relapse too, they reach reduce-only, where ways out are open. With `freezes` of zero only the council freezes.
//! - A setting is read when something changes and never when a call asks: what holds was written down when it began, so
//!   a change of settings neither lengthens nor shortens it.
//! - Scopes know nothing of one another: a breaker has no word in common with another's.
//!
//! # Trust
//! - Whoever trips it has shown a [`Reason`] that costs something: see [`crate::trigger`]. The breaker itself asks for nothing.
//! - The council may take any rung for at most `decision_secs`, and may decide again: it is many, and each decision shows.
//! - Frozen stops repayments too, so interest and liquidation must stop with it and start with a grace period.
//!
//! # The attack
//! Tripping it for the price of gas, holding it tripped, freezing everybody, having it flap so that nobody knows, leaving by a
//! step back in the middle of an attack: `tests/breaker_exploration.rs` visits every state that any sequence of events
//! reaches in a small setting and proves that none of it is possible; `tests/breaker_model.rs` walks large ones at random.

#[allow(clippy::module_inception)] // The one type that everything here is about.
mod breaker;
mod ladder;
mod rung;
mod settings;
mod share;
mod transition;

pub(crate) use breaker::LATEST;
pub use breaker::{Breaker, Shut, View};
pub(crate) use ladder::Ladder;
pub use rung::{Kind, Reason, Rung, State};
pub use settings::{
    Config, InvalidSettings, Measure, Recovery, Settings, HIGHEST_RISE_BPS, LONGEST_SECS, MOST_FREEZES,
};
pub use share::{Share, ALL_BPS};
pub use transition::{DecisionRefused, Evidence, StepRefused, Target, Tripped};
