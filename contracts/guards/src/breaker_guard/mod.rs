//! A circuit breaker for each scope: it trips on evidence, is stricter rung by rung, and comes back by itself.
//!
//! [`portcullis_core::breaker`] holds the ladder and proves its bounds. Here are its words, who may change them, and what is told.
//!
//! # Design
//! - **One word answers.** [`BreakerGuard::check`] reads the scope's breaker and nothing else: what holds was written into it when it tripped, its
//!   end as well. A call that several scopes bound asks each, and the contract charges the largest of the costs.
//! - **A share is charged, not compared.** [`BreakerGuard::charge`] says what to take out of a limiter for an amount: more, the smaller the share.
//! - **A trip takes a [`Fired`]**, which a trigger makes when it fires ([`crate::triggers`]). There is none for a suspicion alone.
//! - **Where nothing is set, a breaker is closed and nothing trips it in silence**: a trip or a decision is refused with [`BreakerUnset`], so
//!   the transition in which a trigger fires does not happen. Nothing is looser than that, so first settings never wait.
//! - A constructor sets them with the right of [`crate::authority::Authority::founder`], so that a contract with latched methods can trip from its first call on.
//! - A scope without settings of its own has those of the instance ([`BreakerGuard::configure_default`]), also for assets to come.
//! - **Settings that loosen wait.** [`loosens`] says which those are; in doubt they do.
//! - Whoever trips it is recorded, for as long as [`BreakerGuard::configure_record`] says; the trip hands both on to the queue
//!   ([`crate::deferral_queue`]), where they are paid last.
//!
//! # Trust assumptions
//! - The contract asks every breaker that bounds a call, before its effects, and says truthfully which kind of call it is.
//! - A measure that steps a breaker back was measured by the contract and not handed in by its caller.
//! - The council takes any rung for at most `decision_secs` and may do so again: it is many, and each decision shows. It ends what holds,
//!   not before the dwell and never past the ramp: those are the wait of that loosening.
//!
//! # The attack
//! Something drains an asset faster than people can meet. The first limit that it hits, or the fraction that is gone, trips the asset's breaker; what is
//! left leaves at a small share of its limits, no new money comes in, and other assets and functions run on.

mod fired;
mod guard;
mod loosening;
mod record;
mod settings;
mod terms;

pub use fired::{Fired, Trip};
pub use guard::{
    BreakerDecided, BreakerGuard, BreakerOpen, BreakerSteppedBack, BreakerTripped, BreakerView,
    DecisionOutOfBounds, NotCalm, NotTripped, OnlyByDecision, StillDwelling,
};
pub use loosening::loosens;
pub use record::{RecordChanged, TripRecord};
pub use settings::{BreakerConfigured, BreakerSettings, BreakerUnset};
pub use terms::BreakerTerms;

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod tests;
