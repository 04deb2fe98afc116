//! How much of an asset may move in one transition and in one transaction.
//!
//! # Design
//! - [`portcullis_core::cap`] and [`portcullis_core::net`]. Two words an asset; what a transaction has moved stands in transient storage, which
//!   the chain clears at its end: four words, two for the asset and two for the actor.
//! - **A transition is counted gross, a transaction net.** The one cap is on each call of [`FlowCap::take_out`], whatever came in before. The other
//!   is on the sum of all actors' deficits: what each took out beyond what itself brought in. So either cap may be the larger one.
//! - **A transaction is the chain's.** The sum is over all callers, all nested calls and all calls that one contract makes after another. No block
//!   number and no `tx.origin` stands in for it.
//! - **A deposit and its withdrawal in one transaction count nothing**, so nobody's budget is burnt by borrowed money. [`FlowCap::due`] says
//!   what to charge to a limiter that outlasts the transaction; asked twice it says it once.
//! - An asset that was never set, or was closed, is closed for [`FlowCap::take_out`]. [`FlowCap::brought_in`] limits nothing and asks nothing.
//! - No cap of one kind is said in so many words: [`UNCAPPED`]. No cap of both kinds is refused.
//! - Two of them in one contract do not share: their keys are made of their place in storage.
//!
//! # Trust assumptions
//! - **The actor is `msg.sender` of the outermost call**, never an address out of an argument: whoever could name the actor could borrow another's
//!   deposit. What is paid in on somebody's behalf is the payer's.
//! - What is brought in is measured: what the contract holds more than before. Not what was named.
//! - [`FlowCap::due`] is charged at each outermost exit, by a call that fails when the limiter refuses. The failure takes all of this back.
//!
//! # The attack
//! One withdrawal split into a thousand within a call, to be below any cap on each; borrowed money in and out, to use up everybody's day.

mod caps;
mod guard;

pub use caps::{Caps, UNCAPPED};
pub use guard::{
    FlowCap, FlowCapConfigured, FlowCapUnset, FlowOverflow, TransactionCapExceeded, TransitionCapExceeded,
};

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod tests;
