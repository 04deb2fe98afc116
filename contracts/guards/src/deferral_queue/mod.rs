//! A flow that is over its limit waits instead of being denied: it gets a ticket, and anyone claims it, for its recipient, once
//! its wait is over.
//!
//! [`portcullis_core::queue`] holds the waits and proves their bound. Here are the words, who may change them, and what is told.
//!
//! # Design
//! - **A lane belongs to the account on whose authority a flow was asked for**, asset by asset, and never to the recipient. So nobody puts dust, or a
//!   ticket that cannot be paid, ahead of somebody else's by naming them.
//! - **The books are closed before anybody is paid**: [`DeferralQueue::claim`] erases the ticket and takes it out of the total, and returns whom to pay.
//!   A recipient who calls back finds the next ticket.
//! - **[`DeferralQueue::pending`] is debt.** What waits has left its owner and not the contract: a check of solvency counts it as owed.
//! - A ticket is two words, a lane one, the total of an asset one, its settings one. Every call reads and writes one ticket.
//! - **Only who tripped a breaker is marked late**: marking takes the [`Trip`](crate::breaker_guard::Trip), which only a breaker makes.
//! - An asset whose queue was never set defers nothing ([`QueueUnset`]), so first settings let flows through, and wait like all that loosen.
//!   Queues that drain faster or wait less loosen; a ticket keeps the wait that it was given, whatever is set later.
//!
//! # Trust assumptions
//! - The contract defers what its limiter denied, once, with the account that it authenticated; and pays what a claim returns.
//! - The contract asks the asset's breaker before a claim: while it is frozen nothing is paid.
//! - The council cancels theft and nothing else: it can keep anyone's ticket from being paid, and shows that it does. What it cancels stays in the contract.
//! - A recipient who cannot be paid holds up the lane of whoever named it, until the council cancels the ticket; and no other.
//!
//! # The attack
//! A forged withdrawal takes what the limiter holds and asks for the rest. The rest waits where everybody sees it, for longer the more it is, and the
//! council cancels it.

mod queue;
mod settings;

pub use queue::{
    Claim, DeferralCancelled, DeferralClaimed, DeferralQueue, Deferred, LaneEmpty, LaneFull, LaneMarkedLate,
    NothingToDefer, QueueFull, TicketNotReady, TicketNotWaiting,
};
pub use settings::{QueueConfigured, QueueSettings, QueueUnset};

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
