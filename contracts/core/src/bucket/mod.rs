//! A token bucket: at most its capacity at once, refilled evenly over a time.
//!
//! An amount passes when the bucket holds it, and is taken out of it. An empty bucket is full again after
//! `refill_secs`, each second the same.
//!
//! **The bound.** What passes in any window of `W` seconds, first and last second included, is at most
//! `capacity + capacity · W / refill_secs` ([`Limit::bound`]). So as much as twice the capacity leaves in one refill time,
//! as in every token bucket: size the capacity by the bound and not by its name.
//!
//! # Design
//! - **No rounding to lose.** The level is held in *unit-seconds*, the amount times `refill_secs`. In that measure one second
//!   refills exactly `capacity`, an integer, and taking an amount takes exactly `amount · refill_secs`. So nothing is rounded, nothing
//!   is left over, and it does not matter how often the bucket is touched or in how many pieces a time passes.
//! - **One word of state**, read and written when something passes; **one word of setting** beside it, that is only read
//!   then. They are apart because a write of an unchanged word still costs, and because a setting must be
//!   readable without the level.
//! - **Granularity.** A unit is 1 wei for every capacity below 2^160 (10^48: a trillion tokens of 36 decimals). For
//!   a greater capacity it is the smallest power of two that brings the capacity below 2^160 units. Then the
//!   capacity is rounded down to whole units and every amount up, which is less than one part in 2^159 of the capacity each.
//! - Equality passes: a request for exactly what is available is granted.
//! - A bucket starts full the first time. Closed and set again it starts empty, or closing would be a way to fill it.
//! - A change of setting first settles what has been refilled under the old one, and never adds to what is
//!   available at that moment; a smaller capacity cuts it. What is less than a wei (or a unit) is lost in it.
//! - Refusals carry what a caller needs to act: how much it could have had, and when the request would pass.
//!
//! # The attack
//! Draining as fast as the bound allows, around the edges of a window, second by second, with amounts of 1, after a
//! reconfiguration: `tests/bucket_model.rs` does each of these against a model of plain large integers.

mod level;
mod limit;
mod setting;

pub use level::{Denied, Level};
pub use limit::{InvalidLimit, Limit, MAX_REFILL_SECS};
pub use setting::{Reconfigured, Setting};
