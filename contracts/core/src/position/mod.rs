//! A limit of the net position over a time, with a bound for what comes in and another for what goes out. For those
//! who want netting.
//!
//! **Netting has a price: an inflow buys an outflow.** Whoever can bring something in that costs them nothing, or
//! that they can have back another way, brings it in first and takes it out afterwards *with* the whole bound: an
//! in-then-out of `max_in` and `max_in + max_out` within a second is allowed here, and a forged deposit receipt, a
//! worthless collateral or an inflow on another's behalf is an inflow. Gross counting ([`crate::bucket`],
//! [`crate::window`]) with net counting inside a transaction only ([`crate::net`]) has none of this and is what most
//! protocols want. So there is no `new`: [`Bounds::where_an_inflow_buys_an_outflow`] is the only constructor.
//!
//! **The bound.** For any interval of `W` seconds, both ends included: what goes out less what comes in is at most
//! `max_out + max_out · W / decay_secs` beyond the position at its beginning, and so at most `max_in + max_out +
//! max_out · W / decay_secs` ([`Bounds::bound_out`]). What goes out gross has no bound at all. The same with the
//! sides changed ([`Bounds::bound_in`]), but for what rounding leaves of inflows of less than a unit each.
//!
//! *Proof.* The position falls by what goes out, rises by what comes in, and moves towards zero by itself: from below
//! by at most `max_out / decay_secs` a second, from above only downwards. It is never below `−max_out` and never
//! above `max_in`. So out − in = position before − position after + what it rose by itself.
//!
//! # Design
//! - **Linear decay towards zero**, `max_out` in the decay time from below and `max_in` from above, in *unit-seconds*
//!   as in the bucket: exact, whatever the pieces in which time passes.
//! - Inflow moves the position by whole units rounded down, outflow rounded up: what is bought is at most what was
//!   paid. Both are checked rounded up.
//! - Two words: the bounds, which change rarely, and the position.
//! - **A change of bounds** settles under the old ones, keeps the position as an amount (rounded down), cuts it to
//!   the new bounds, and lowers it where more could go out at once than before. What may come in can rise at once
//!   when its bound does: one number cannot hold back both.
//! - It starts at zero.
//!
//! # The attack
//! In, then out. `tests/position_model.rs` has it, with the numbers that the bound allows, beside what a bucket of
//! the same size lets through.

mod bounds;
mod state;

pub use bounds::{Bounds, InvalidBounds, MAX_DECAY_SECS};
pub use state::Position;
