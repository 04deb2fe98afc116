//! What an actor brought in a while ago lets it take out again without using up everybody's budget.
//!
//! Optional. Somebody who deposits in the morning and changes their mind in the evening moves only what is theirs;
//! with gross counting it uses up a day's budget twice as fast as it should. So a share of what an actor verifiably
//! brought in becomes its credit, and what it takes out is charged to its credit first and to the limiter after. A
//! credit is bounded, it belongs to the actor, and it decays to nothing.
//!
//! **The bound.** In any interval, what passes beside the limiter on credit is at most the share of what was
//! verifiably brought in during it and during the decay time before it; and for one actor at most the bound at any
//! moment. With the share below one, an actor that moves money in and out through its credit leaves more behind than
//! it takes.
//!
//! # Design
//! - **Linear decay, exact.** Each grant of `g` units loses `g` over the decay time, the same each second. Held in
//!   *unit-seconds* (an amount times the decay time) a second takes exactly `g`, an integer. So nothing is rounded,
//!   and touching it a thousand times on the way changes nothing.
//! - **Several grants are one.** Their amounts add up and so do their losses a second. When the older would have
//!   ended, its loss goes on: the sum ends sooner than its parts would, never later. So a deposit of 1 wei does not
//!   keep an old credit alive.
//! - **Spending reduces it at once**, and its loss a second by as much: no slower in proportion to what is left, so
//!   never in the actor's favour.
//! - **Bounded** by a share of each inflow and by an absolute bound. What the bound cuts off is not granted, and is
//!   not lost each second either.
//! - **One word an actor**, which says itself under which decay time and unit it was granted. When the terms change,
//!   it goes on under its own until the next grant, which takes over what is left, cut at the new bound, with what is
//!   left as a fresh grant of that: a change can lengthen what is left of a credit and not enlarge it.
//! - Inflow is rounded down to a unit, what is spent up. A credit never refuses anything: it covers what it can.
//!
//! # The attack
//! Borrowed money in and out again in one transaction earns credit for nothing. So inflow is granted when the
//! transaction's net is known: what the actor brought in beyond what it took ([`crate::net`]), at the outermost exit.
//! Reversible inflow (a deposit that is taken back another way) is what the share is for: the caller must charge
//! every way out, or not use this.

mod state;
mod terms;

pub use state::{Credit, Spent};
pub use terms::{InvalidTerms, Terms, MAX_DECAY_SECS};
