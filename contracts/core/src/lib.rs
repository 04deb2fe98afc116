//! The mathematics and state machines of Portcullis: no storage, no SDK, no I/O.
//!
//! Every state machine is a plain value that packs into 256-bit words, with pure transitions
//! `(state, input, now) -> Result<state, refusal>`. Whoever keeps the words (a contract, a fuzzer, a model) loads
//! them, calls a transition and stores what comes back; a refusal changes nothing.
//!
//! - [`breaker`]: closed, throttled, reduce-only, frozen, and half-open on the way back, in one word.
//! - [`bucket`]: a token bucket, exact to the second and to the wei.
//! - [`window`]: a sliding window: in any `W` seconds at most the limit.
//! - [`cap`]: the most in one transition and in one transaction.
//! - [`council`]: M of N approve an action, once; and an emergency committee that ends.
//! - [`mul_div`](mod@mul_div): `a · b / c`, exact, rounded as its name says.
//! - [`mode`]: whether a guard watches, refuses, or refuses and trips.
//! - [`net`]: what counts of the flows within a transaction, so that nobody's budget is burnt or bought.
//! - [`credit`]: what an actor brought in a while ago, decaying, that it may take out beside the limiter.
//! - [`baseline`]: the value that a share is taken of, so that no deposit or withdrawal of the moment moves it.
//! - [`exit`]: a way out of what is frozen, after a bounded time, at pro rata shares.
//! - [`growth`]: a ceiling that expands with time: how fast a debt or a supply may grow.
//! - [`adaptive`]: a bucket's capacity that follows what flows normally, no faster than a stated step a day.
//! - [`position`]: a net position with a bound for either side, for those who want netting.
//! - [`scope`]: several limiters that one flow meets, all or none.
//! - [`guardian`]: who may pause, how often, and for how much of any time.
//! - [`timelock`]: a change that waits until it may be carried out, and not longer.
//! - [`patch`]: an upgrade's life: on record, approved, armed, on probation, final; never earlier than review and delay.
//! - [`pause`]: pauses on the ladder's rungs that end by themselves, for everything and for five groups of functions, in one word.
//! - [`queue`]: what is over a limit, deferred: a ticket, a wait sized by what is waiting, first in first out.
//! - [`recorder`]: who tripped a breaker, for as long as they are paid last.
//! - [`solvency`]: what is held against what is owed.
//! - [`invariant`]: what has to hold over a transition: changes, prices, pools, health and value, compared exactly.
//! - [`trigger`]: what trips a breaker, and what tripping it costs.
//!
//! # Design
//! - Time is in seconds (`u64`) and is handed in. It may repeat, jump, or seem to go back; no transition divides by a
//!   difference of times, and one that sees time go back treats it as standing still.
//! - Integers only. Rounding is against the flow and named where it happens (`_down`, `_up`).
//! - Nothing here panics and nothing wraps: each place that could says why it does not (`// Invariant:`).
#![cfg_attr(not(test), no_std)]

pub mod adaptive;
pub mod baseline;
pub mod breaker;
pub mod bucket;
pub mod cap;
pub mod council;
pub mod credit;
mod denied;
pub mod exit;
mod fields;
mod granule;
pub mod growth;
pub mod guardian;
pub mod invariant;
pub mod mode;
pub mod mul_div;
pub mod net;
pub mod patch;
pub mod pause;
pub mod position;
pub mod queue;
pub mod recorder;
pub mod scope;
pub mod solvency;
mod time;
pub mod timelock;
pub mod trigger;
mod wide;
pub mod window;

pub use denied::Denied;
pub use time::LONGEST_SECS;
