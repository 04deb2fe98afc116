//! The life of a patch: an upgrade of a proxy's implementation, from the first word about it until nobody can take it back.
//!
//! ```text
//!                 review                delay               window              probation
//!  commit ─────▶ committed ─┐ approve            arm               apply
//!                  │ reveal  ├────────▶ approved ─────▶ armed ──────────▶ probation ─────▶ final
//!  propose ────▶ proposed ──┘             │               │                   │ roll_back
//!                    └───── cancel, or time ────┴───────────────┘                   └───────────▶ rolled back
//!                           cancelled, expired
//! ```
//!
//! **The bound.** Code runs no earlier than `review + delay` after it was first put on record, whatever is called in whatever order. **The end.**
//! Nothing waits for ever: a patch that nobody touches is expired or final after at most `review + proposal`, `delay + approval` or `delay + standby`,
//! `approval + window` (or `standby + window`), or `probation`, whichever phase it is in.
//!
//! # Design
//! - **A patch is one word ([`Patch`]), its proxy another ([`Deployment`]).** What phase it is in is read from both and the time ([`Phase`]): nobody has to
//!   call for something to expire or become final.
//! - **All its times are those of the policy under which it was put on record**: they are copied into its word, and no later step reads a
//!   policy. So one that is made shorter in between brings nothing forward, be it between proposal and approval or later; one that is made longer
//!   holds nothing back. Whoever wants that cancels, one or all.
//! - **Committed or proposed.** A commitment is a hash, so that a hole is not advertised by what closes it. The hash binds everything, so its time counts from the
//!   commitment. Attesters who know what is behind it may approve it as it is; before it is armed it has to be revealed, in the same call if need be.
//! - **Time-locked or standby ([`Path`]).** A standby patch goes the same way, in the open from its first second, and then lies ready for long: that is all that is
//!   different. There is no shorter path, and no input says whether anything is frozen: a freeze shortens nothing. What is wanted in an emergency is
//!   approved before it.
//! - **An identifier is used once.** Cancelled, expired, rolled back, final: none is put on record again under its identifier, an expired one
//!   neither. Its approvals were given for then; a salt in its terms makes another patch of it, which waits its whole time.
//! - **The window is announced, and not too short to be met** ([`SHORTEST_WINDOW_SECS`]): a patch does not die of a sequencer that stands still for some minutes.
//! - **While one is in probation no other is applied**, a standby patch neither. Otherwise who applies two takes away the way back behind the
//!   first: the second may well be harmless. Only who has the right to go back gives it up: [`Deployment::settle`] makes what runs final at once, and
//!   then the hot fix of a hot fix goes in.
//! - **What closes a hole may bar the way back** ([`WayBack::Barred`]), as a term that is approved with it. Otherwise one key that rolls back opens the hole
//!   again, when everybody knows it. It is final as soon as it is applied.
//! - **A way back leads one step, once.** Only what was applied last is rolled back, only in its probation; after that there is nothing to roll back until
//!   another patch is applied. What waits meanwhile goes on waiting: what was approved over the code that runs again can be applied to it.
//! - **All at once ([`Deployment::cancel_all`])**: an epoch that each patch carries from the record on. What is of an older one is cancelled.
//!
//! - **What has to hold over it is data**: what a call says after it, alone or beside what it said before ([`Expectation`]), and what two parameters say
//!   together ([`Joint`]).
//!
//! # Trust
//! - Whoever embeds it says who may do what, counts approvals, hashes terms into identifiers (the proxy, the code it replaces, path and way back among them), and
//!   compares the code that a patch replaces with the code that runs: a patch over v1 is not applied over v2.
//! - It hands in the word of the proxy that the patch is of.
//! - Of a committed patch users see only that something comes. Who wants to see everything does not offer `commit`; who does not trust its council with a barred way
//!   back refuses that.
//! - Who may roll back and settle is not named by who applies.
//!
//! # The attack
//! A thief with the governor's key applies code that nobody read; moves the delay and then the patch; lets an approval of last year sleep until it fits; applies a
//! second patch to make the first irreversible. A thief with the guardian's key rolls back what closed a hole, or rolls back again and again.
//! `tests/patch_exploration.rs` visits every state that all of them together reach in a small setting.

mod deployment;
mod expectation;
mod joint;
mod numbers;
mod phase;
mod policy;
mod state;

pub use deployment::Deployment;
pub use expectation::{Expectation, InvalidExpectation};
pub use joint::{Joint, Pair};
pub use phase::{Path, Phase, WayBack};
pub use policy::{
    Config, InvalidPolicy, Policy, Term, LONGEST_PHASE_SECS, LONGEST_STANDBY_SECS, SHORTEST_DELAY_SECS,
    SHORTEST_PHASE_SECS, SHORTEST_REVIEW_SECS, SHORTEST_WINDOW_SECS,
};
pub use state::{Changed, Patch, Refused, Window};

#[cfg(test)]
mod tests;
