//! A sliding window: what passes in any `W` seconds is at most the limit.
//!
//! Time is cut into ticks of `T` seconds, at most sixteen of them to a window. What passes is added to the current
//! tick. A request passes when it, the current tick and the last `n` closed ticks together are at most the limit.
//!
//! **The bound.** In any closed interval of `W` seconds (first and last second included, like the bucket's) at most
//! the limit passes; in any closed interval of `S` seconds at most `limit · (⌊S / (W + 1)⌋ + 1)` ([`Limit::bound`]).
//!
//! *Proof.* Let the last amount of the interval pass at `t`, in tick `k`, so `t ≥ k·T`. Its check counted ticks `k −
//! n` to `k`, which begin at `(k − n)·T ≤ t − n·T ≤ t − W`. So all that passed in `[t − W, t]` was counted, each
//! amount at least as large as it was, and the sum was found to be at most the limit (an amount of nothing passes in any case). An interval of `S` seconds is
//! covered by `⌊S / (W + 1)⌋ + 1` such intervals, each beginning a second after the one before ends.
//!
//! **When it comes back.** What passes in tick `k` stops counting at the start of tick `k + n + 1`: more than `n·T`
//! and at most `(n + 1)·T` seconds after it passed. With a window that is a multiple of sixteen seconds that is
//! between `W` and `W · 17/16`.
//!
//! Which one to take: a bucket of the same size lets twice its capacity out in one refill time and frees a little
//! every second. A window keeps to its limit and frees in sixteen steps; it needs a second word.
//!
//! # Design
//! - **No list to walk.** The closed ticks are a ring of sixteen numbers of 16 bits in one word, moved by one shift
//!   however long nothing happened.
//! - **The current tick is exact, a closed one is rounded up** to a quantum, which is the limit over 65,535, rounded
//!   up to a unit. So dust costs nothing while a tick lasts, however many amounts of 1 wei there are, and at most a
//!   quantum once in a tick: all sixteen together hold back less than one part in 4,095 of the limit. Limits of up to
//!   65,535 units are not rounded at all. What an honest user sees of it: when a tick closes, what is available may
//!   go down by less than a quantum.
//! - **Granularity.** The limit and the current tick are in units as the bucket's are: of 1 wei below 2^64, and
//!   otherwise less than one part in 2^63 of the limit.
//! - Equality passes: a request for exactly what is available is granted, and the whole limit when nothing has passed.
//! - **A change of limit forgives nothing.** It first settles under the old limit; then all that counted, at that
//!   moment, counts in the current tick of the new one, and what the new limit allows beyond what was available is
//!   counted there too, as if it had just passed. So nothing is added at once, and what a larger limit adds comes a
//!   window later. In any `W` seconds in which limits with windows of at least `W` followed each other, at most the
//!   amount passes that was the limit when they began: after the first change nothing is freed before they end, and
//!   what was available then is what that limit had left.
//! - A window starts empty the first time, so that all of the limit is available. Closed and set again it starts used up.
//!
//! # The attack
//! Twice the limit at an edge of a fixed window (once just before, once just after), which lets a thief have double
//! what governance signed; one amount of 1 wei after another until rounding has used everything up; a change of limit
//! that forgets what has left. `tests/window_model.rs` does each, and checks the bound over every interval against a
//! ledger of all that passed.

mod limit;
mod ring;
mod slot;
#[allow(clippy::module_inception)] // The one type that everything here is about.
mod window;

pub use crate::Denied;
pub use limit::{InvalidLimit, Limit, MAX_WINDOW_SECS, TICKS};
pub use slot::{Reconfigured, Slot};
pub use window::Window;
