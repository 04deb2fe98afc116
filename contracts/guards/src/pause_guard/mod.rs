//! Pauses that end by themselves, for everything and for groups of functions, each on a rung of the ladder.
//!
//! [`portcullis_core::pause`] holds the ladder, its ramp and what a pause may become. Here are its word, who may change it, and what is told.
//!
//! # Design
//! - One word in storage, so that a guarded function pays one read.
//! - **What is asked** is chosen by what the contract can do half-way. One with a ladder asks [`PauseGuard::check`] with the kind of its call and charges its limiter by the share. One that
//!   runs or does not asks [`PauseGuard::require_running`], which is less code; any rung stops it.
//! - **Who pauses** is chosen beside that:
//!
//!   | pauses by | with the right of | reaches | bounded by |
//!   |---|---|---|---|
//!   | [`PauseGuard::freeze`] | [`crate::authority`]'s guardian | frozen | the longest pause; nobody counts how often |
//!   | [`PauseGuard::restrict`] | the same | every rung | the same |
//!   | [`PauseGuard::pause`] | [`crate::guardians`], by a [`PauseRight`](crate::guardians::PauseRight) | every rung | once, a heartbeat, a cool-down and a budget in any period |
//! - Beside either there is [`PauseGuard::trip`], by which what the contract finds itself (a latched violation) pauses a group. A contract whose triggers need memory, a dwell or a
//!   budget of freezes has [`crate::breaker_guard`] for it.
//! - Pausing is a tightening and at once. Lifting loosens and takes the governor's or the council's right; it does not wait, as a pause is short
//!   and the ramp is its wait.
//! - The contract says how its functions are grouped, what the longest pause is, what the rungs let through and how long the ramp is, in
//!   constants: they cannot be changed in an attack.
//!
//! # Trust assumptions
//! - Somebody pauses when they should. What happens when nobody does is bounded by [`crate::rate_limiter`].
//! - A contract hands the same [`Bounds`](portcullis_core::pause::Bounds) to every call, and says truthfully which kind a call is.
//! - A contract that has guardians with a budget offers no `freeze` and no `restrict` beside them.
//!
//! # The attack
//! A guardian's key that was stolen, or a guardian that is gone, must not freeze the contract for ever: every pause ends. Nor must it
//! end a freeze: no pause makes another milder or shorter.

mod arguments;
mod guard;

pub use arguments::{any_group, group, rung, Pause, PauseState, UnknownPauseGroup, UnknownState};
pub use guard::{
    GroupPaused, GroupRestricted, NotPaused, PauseGuard, PauseNotExtended, PauseNotTightened,
    PauseOutOfBounds, Paused, Restricted, Tripped, Unpaused,
};

#[cfg(test)]
mod tests;
