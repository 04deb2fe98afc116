//! A deferral queue: a flow over the limit gets a ticket instead of being denied.
//!
//! A ticket can be claimed by anyone, for its recipient, once its wait is over. Until it is claimed the council can cancel it, when it
//! turns out to be theft.
//!
//! **The wait is sized by what is waiting.** A ticket waits `min_delay + total / drain`, rounded up to a second, where `total` is what
//! waits for the asset, the ticket included, and `drain` a rate that a setting names; and at most `max_delay`. To split an amount makes
//! its last piece wait exactly as long as the whole.
//!
//! **The bound.** Of what is queued at or after any time `t`, at most `drain · (T - t - min_delay)` can be claimed by `T`
//! ([`Settings::bound`]), as long as no wait was cut at `max_delay`. So it is a cap and not only a delay, whoever splits, waits or claims. Where waits
//! are cut, it is a delay: there is more waiting than the drain lets out in that time, and the council has all of it to look.
//!
//! # Design
//! - **Neither queueing nor claiming takes from the limiter.** Not queueing, because there was not that much in it: a flow is queued as
//!   a whole, and what passed before was counted when it passed. Not claiming, because then whoever empties the limiter, for which any flow
//!   will do, would keep everyone's tickets waiting. So each amount is counted once: by the limiter when it passes at once, by the
//!   queue's total when it is deferred. What leaves in a window is at most the sum of the two published bounds.
//! - **A ticket is in the total from when it is queued until it is claimed or cancelled**, once, and the total is exact to the wei:
//!   it is the sum of the tickets, and `tests/queue_model.rs` says so after each of a million steps. Nothing else counts as debt.
//! - **First in, first out, for each account** on whose authority flows are asked for: that is a lane. Its next ticket is that of
//!   `head`, and no wait ends before that of a ticket ahead. Every operation reads one ticket: nothing is walked.
//! - **No one blocks another.** A lane belongs to an account that authorised what is in it, so no one puts dust ahead of someone else's
//!   ticket by naming them as recipient. Across lanes only the total is shared, and what it can add to a wait ends at `max_delay`.
//! - **Who tripped the breaker is paid last.** Tickets of a lane that is late wait `max_delay + late`, so longer than those which others queue for
//!   `late_secs` after them; and marking a lane holds back the tickets that it has already.
//! - **What is queued stays executable.** Its end of waiting is written down in it. No setting is read when it is claimed.
//! - A cancelled ticket keeps its place, and whoever claims passes over it, one call for each.
//!
//! # Trust
//! - The caller authenticates: the account that a lane belongs to, the council that cancels and what marks a lane.
//! - While a breaker is frozen nothing is claimed; that ends by itself. Claims do not expire.
//!
//! # What others did
//! Hyperlane's debt was counted twice on one of two paths: here there is one path in and two out, each of which moves the total by the whole
//! ticket. Wormhole NTT's queue is a delay and not a cap, and an audit found items stuck after a change of configuration.

mod lane;
mod settings;
mod ticket;

pub use lane::{Cancelled, ClaimRefused, Claimed, Lane, NotWaiting, QueueRefused, Queued, Total};
pub use settings::{InvalidSettings, Settings, LONGEST_DELAY_SECS, LONGEST_DRAIN_SECS};
pub use ticket::{Status, Ticket};
