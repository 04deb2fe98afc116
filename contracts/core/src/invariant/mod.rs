//! What has to hold over a transition, as comparisons of numbers from before it and after it.
//!
//! - [`change`]: by how much a balance may rise or fall.
//! - [`supply`]: a supply changes by what was minted and burned, and is backed.
//! - [`price`]: what a share is worth: it does not fall, or moves within a step.
//! - [`reference`](mod@reference): a price that is remembered and follows slowly, so that many small steps do not make a large one.
//! - [`rate`]: a rate is never zero, never out of its bounds, never jumps.
//! - [`pool`]: the value per share of a constant product and of a weighted pool does not fall.
//! - [`stable`]: nor does that of a stable-swap pool.
//! - [`health`]: an account can pay, or is at least no worse than it was.
//! - [`value`]: what came in is worth what went out.
//!
//! # Design
//! - **Nothing is divided.** A fraction is compared with another by multiplying crosswise, and a product has as many bits as it needs. So a
//!   comparison is exact, has no rounding that could be walked along, and needs no general division, which would be 8 KiB of a program.
//! - Equal to a bound is within it, everywhere.
//! - A number that could not act (a fall of 10,000 bps, a margin beyond the whole) is refused where a bound is made, so a bound that exists acts.

pub mod change;
pub mod health;
pub mod pool;
pub mod price;
mod product;
pub mod rate;
pub mod reference;
pub mod stable;
pub mod supply;
pub mod value;

/// A whole, in basis points.
pub const WHOLE_BPS: u32 = 10_000;
