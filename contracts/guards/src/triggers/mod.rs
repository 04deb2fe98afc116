//! What trips a breaker without anybody deciding it: each sees what the contract shows it and, when it fires, trips its scope's breaker.
//!
//! | trigger | sees | fires when |
//! |---|---|---|
//! | [`HitsTrigger`] | a flow that met its limit | so many did within a window, each of real money |
//! | [`GoneTrigger`] | what was held and what is left | a fraction of what had stayed for a window is gone |
//! | [`MoveTrigger`] | a price, or the price of a share | it moved beyond its bound within a window |
//! | [`DamageTrigger`] | the value that went in and out | more went out, beyond a bound |
//! | [`SuspicionTrigger`] | the same, and a score | the score is high *and* more went out, beyond a bound |
//! | [`FindingTrigger`] | a sentinel's finding | it is new, in time, and one of a few |
//!
//! What each costs whoever wants it to fire is in [`portcullis_core::trigger`].
//!
//! # Design
//! - **Firing trips, records and tells, and never reverts.** `observe` returns the [`Trip`](crate::breaker_guard::Trip), and the contract goes on or rolls its
//!   transition back; a trip that is to outlive a roll-back is observed outside of it.
//! - **A suspicion alone never trips**: there is no way from a score to a breaker but through damage.
//! - **A trigger that was never set refuses** ([`TriggerUnset`]): to observe and never to fire would be a guard that is not there. So first settings
//!   let calls through, and wait like all that loosen; [`TriggerConfigured`] says which do.
//! - One word of settings and one of state for each scope. A setting is read when something is observed, so a change holds from then on.
//! - Where a trip leads is the contract's to say, in a constant; a finding and a limit that is hit lead one rung further.
//!
//! # Trust assumptions
//! - The contract observes at the end of a transition, once, with what it measured itself; its caller chooses none of the numbers.
//! - `actor` is the account on whose authority the transition ran: who is paid last.
//! - A [`Sentinel`] is made of a signature that the contract has verified.
//!
//! # The attack
//! Tripping for the price of gas: refused calls and dust count nothing, a flash deposit moves no baseline, a price that is in dispute
//! fires once. Whoever wants a breaker tripped twice pays twice.

mod damage;
mod finding;
mod gone;
mod hits;
mod moved;
mod settings;
mod suspicion;

pub use damage::DamageTrigger;
pub use finding::{
    FindingAccepted, FindingExpired, FindingTrigger, FindingUsed, FindingValidTooLong, FindingsSpent,
    Sentinel,
};
pub use gone::GoneTrigger;
pub use hits::{HitsTerms, HitsTrigger};
pub use moved::{MoveTrigger, PriceJudged};
pub use settings::{TriggerConfigured, TriggerSettings, TriggerUnset};
pub use suspicion::SuspicionTrigger;

#[cfg(test)]
mod attacks;
