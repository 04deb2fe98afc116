//! Pauses that end by themselves, for everything and for groups of functions, each on a rung of the ladder.
//!
//! A pause throttles, lets only risk be reduced, or freezes: the rungs of [`crate::breaker`], with its table of what a state
//! lets through of each kind of call. After its end comes the ramp: *half-open*, a share of the limits that widens second by
//! second from the throttle to all. A contract that only freezes has no ramp and asks
//! [`Pauses::require_running`], which is less code.
//!
//! # Design
//! - **One word holds every pause**, so asking whether a function runs costs one read. What widens and for how long are the contract's
//!   own constants ([`Bounds`]): nobody can change them in an attack, and they cost no read.
//! - **A method declares its [`Kind`](crate::breaker::Kind)**, and that is what states it works in: no list of methods for each state, of which one
//!   is forgotten.
//! - **A pause is a time at which it ends, never a flag**: whoever set it may be gone, and it ends all the same.
//! - The end is the first second that is not paused: a pause of 1 at 100 holds at 100 and not at 101.
//! - **While it holds, a pause is made stricter or longer, or both, and never milder or shorter by pausing**: so nobody ends a freeze with a
//!   throttle. One whose end has come, in the ramp too, counts as none. A short freeze inside a long throttle is therefore not to
//!   be had on one group; on everything it is, as the two are apart.
//! - **Nothing skips the ramp.** Lifting is another power than pausing ([`Pauses::lift`]): it brings the end forward to now, and from there the ramp
//!   runs its whole length. A new pause in the ramp ends later than the one before, and so does its ramp.
//! - **The strictest counts.** Where a group's own pause and that of everything hold, a call gets the smaller share, and is refused when either
//!   refuses it. Neither stands in another group's way.
//! - Every state but the last lets the caller's own risk be reduced, at all of the limits, and lets withdrawals leave at a
//!   share that is never nothing: a share of zero is refused when it is set.
//!
//! # Trust
//! - Who may pause, for how long and how often, is not asked here: see [`crate::guardian`].
//! - Frozen stops repayments too, so interest and liquidation must stop with it and start with a grace period.
//!
//! # The attack
//! A stolen key freezes everybody for ever, or ends a freeze in the middle of the attack that it is for. Here every pause ends, and nothing
//! that pauses loosens. `tests/power_exploration.rs` visits every state that pauses and those who may set them reach, in a small setting.

mod bounds;
mod pauses;

pub use bounds::{Bounds, Group, GROUPS, LONGEST_MAXIMUM_SECS, LONGEST_RAMP_SECS};
pub use pauses::{Changed, NotRunning, Pause, PauseRefused, Paused, Pauses};

#[cfg(test)]
mod tests;
