//! Pauses that end by themselves, for everything and for groups of functions, each on a rung of the ladder.
//!
//! [`portcullis_core::pause`] holds the ladder, its ramp and what a pause may become. Here are its word, who may change it, and what is told.
//!
//! # Design
//! - One word in storage, so that a guarded function pays one read.
//! - **Two ways to use it.** A contract with a ladder asks [`PauseGuard::check`] with the kind of its call and charges its limiter by the share; it
//!   pauses by [`PauseGuard::pause`], with a [`PauseRight`](crate::guardians::PauseRight) that only [`crate::guardians`] makes. A contract that only
//!   freezes asks [`PauseGuard::require_running`] and pauses by [`PauseGuard::freeze`], with the right of
//!   [`crate::authority`]'s guardian. That is less code, and neither counts how often.
//! - A third, beside either: [`PauseGuard::trip`], by which what the contract finds itself (a latched violation) pauses a group. A contract whose triggers need memory, a dwell or a
//!   budget of freezes has [`crate::breaker_guard`] for it.
//! - Pausing is a tightening and at once. Lifting loosens and takes the governor's or the council's right; it does not wait, as a pause is short
//!   and the ramp is its wait.
//! - The contract says how its functions are grouped, what the longest pause is, what the rungs let through and how long the ramp is, in
//!   constants: they cannot be changed in an attack.
//!
//! # Trust assumptions
//! - Somebody pauses when they should. What happens when nobody does is bounded by [`crate::rate_limiter`].
//! - A contract hands the same [`Bounds`](portcullis_core::pause::Bounds) to every call, and says truthfully which kind a call is.
//! - A contract that has guardians with a budget offers no `freeze` beside them.
//!
//! # The attack
//! A guardian's key that was stolen, or a guardian that is gone, must not freeze the contract for ever: every pause ends. Nor must it
//! end a freeze: no pause makes another milder or shorter.

mod guard;

pub use guard::{
    group, GroupPaused, GroupRestricted, NotPaused, PauseGuard, PauseNotExtended, PauseNotTightened,
    PauseOutOfBounds, Paused, Restricted, Tripped, UnknownPauseGroup, Unpaused,
};

#[cfg(test)]
mod tests;
