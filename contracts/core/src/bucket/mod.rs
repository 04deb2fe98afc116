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
//! - **One word holds everything**, limit and level: one read and one write when something passes. [`Slot`] draws it.
//! - **No rounding to lose.** The level is held in *unit-seconds*, an amount times `refill_secs`. In that measure one second
//!   refills exactly `capacity`, an integer, and taking an amount takes exactly `amount · refill_secs`. So nothing is rounded, nothing
//!   is left over, and it does not matter how often the bucket is touched or in how many pieces a time passes.
//! - **Granularity.** A unit is 1 wei for every capacity below 2^64. For a greater capacity it is the smallest power of two
//!   that brings the capacity below 2^64 units: 2^16 wei for a million tokens of 18 decimals. Then the capacity is rounded
//!   down to whole units and every amount up, which is less than one part in 2^63 of the capacity each.
//! - Equality passes: a request for exactly what is available is granted.
//! - A bucket starts full the first time. Closed and set again it starts empty, or closing would be a way to fill it.
//! - **A change of limit forgives nothing.** It first settles what has been refilled under the old limit; then what is missing
//!   from the old capacity is missing from the new one too, and nothing is added to what is available at that moment. So whoever lowers a
//!   limit in an attack stops at once what exceeds it, and no series of changes lets through more than the loosest limit in it would.
//! - Refusals carry what a caller needs to act: how much it could have had, and when the request would pass.
//!
//! # The attack
//! Draining as fast as the bound allows, around the edges of a window, second by second, with amounts of 1, after a
//! reconfiguration: `tests/bucket_model.rs` does each of these against a model of plain large integers.

#[allow(clippy::module_inception)] // The one type that everything here is about.
mod bucket;
mod limit;
mod slot;

pub use crate::Denied;
pub use bucket::Bucket;
pub use limit::{InvalidLimit, Limit, MAX_REFILL_SECS};
pub use slot::{Reconfigured, Slot};
