//! A capacity that follows what flows normally, so that a limit set in the first week is not ten times too large, or
//! too small, in the tenth.
//!
//! Each day the gross outflow that passed is summed. When the day ends, the capacity moves towards a multiple of that
//! sum: a `2^-smoothing` part of the way, at most a step, never below a floor nor above a ceiling. What comes out is
//! a [`bucket::Limit`](crate::bucket::Limit) to reconfigure a bucket with, which settles under the old one first, and
//! to which a change adds nothing at once.
//!
//! **The theorem.** Whatever anybody does, if the capacity is `C` at one time, then after `d` midnights it is at most
//! `C + d · step`, and never above the ceiling ([`Terms::highest_after`]). Between two times `t₁ < t₂` lie at most
//! `⌊(t₂ − t₁) / 86,400⌋ + 1` midnights. So of a bucket that refills in `R` seconds and is reconfigured at each
//! midnight, at most `C + 86,400 / R · (n · C + step · n · (n − 1) / 2)` passes in `n` whole days from a midnight on.
//!
//! *Proof.* A capacity is changed in one place, once for each midnight, by at most `step` upwards, and cut to the
//! ceiling. Bound the bucket day by day: it holds at most `C` at the beginning, refills `86,400 / R` of its capacity
//! in a day, which is at most `C + i · step` in day `i`, and a change of limit adds nothing. Sum over `i` from 0 to
//! `n − 1`.
//!
//! And it is not free: the capacity rises above `C` only after a day in which more than `C / multiple` has passed,
//! gross. It is the linear step that bounds a patient attacker; a bound in percent a day would double and double
//! again.
//!
//! # Design
//! - **Only what passed is observed.** What was refused is not a flow, or asking for the impossible would raise the
//!   limit.
//! - **Gross outflow, summed in whole units rounded down**: dust raises nothing.
//! - **Days are of the calendar** (86,400 seconds since time zero), so that it does not matter when, or how often, it
//!   is touched. Idle days count as days of no flow, all at once and in bounded work: a straight line while the step
//!   bounds the fall, then at most 64 steps for each `2^smoothing`.
//! - **The way down is as slow as the way up**, so that a quiet Sunday does not choke Monday. The floor is what quiet
//!   weeks cannot go below.
//! - **Rounded down** in both directions: the capacity rises by the part rounded down and falls by the part rounded up.
//! - One word of state, and one of terms. Change of terms: the capacity stays what it was, cut to the new floor and
//!   ceiling.
//!
//! # The attack
//! Walking the limit up: as much as passes every hour of every day, for a year, and then everything at once. Asking
//! for the impossible. Touching it every second. `tests/adaptive_model.rs` does each and checks the theorem day by
//! day.

mod state;
mod terms;

pub use state::Capacity;
pub use terms::{InvalidTerms, Terms, DAY_SECS, MAX_MULTIPLE_PERCENT, MAX_SMOOTHING_LOG2};
