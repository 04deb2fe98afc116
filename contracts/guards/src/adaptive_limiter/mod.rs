//! A rate limiter's capacity that follows what flows normally, by at most a step a day.
//!
//! # Design
//! - [`portcullis_core::adaptive`] states the theorem: after `d` midnights a capacity of `C` is at most `C + d · step`, and never above the ceiling, whatever
//!   anybody does. Two words an asset: the terms, and the capacity with the day's flow, which each flow reads and writes once.
//! - **It drives a [`RateLimiter`](crate::rate_limiter::RateLimiter)**, whose bucket is put under the new capacity by the first flow of a new day. Nothing is added to what is available at that
//!   moment. Nobody has to call anything at midnight.
//! - **The terms wait, the steps do not.** Floor, ceiling, step, multiple or smoothing in the loose direction wait as any loosening does; what moves within them
//!   is told by [`crate::rate_limiter::BucketAdapted`].
//! - **It begins at the capacity that the bucket has**, cut to the floor and the ceiling, so there is one way to open an asset and this is not it.
//! - **A limit that was set by hand stays.** Where the bucket's limit is not the one that adaptation gave it, it stands still until it is configured again,
//!   which waits. Else a limit lowered in an attack would rise by itself at midnight.
//! - Only what passed is observed. What was refused stores nothing.
//! - An asset without terms has its bucket as it is, and one without a bucket is closed: nothing is without a limit.
//!
//! # Trust assumptions
//! - Everything of the asset that leaves goes through [`AdaptiveLimiter::consume`], with the one limiter that it was configured with.
//! - Those of [`crate::rate_limiter`].
//!
//! # The attack
//! Walking the limit up: moving as much as passes, there and back, for weeks, and then everything. What that gets day by day is the theorem's bound.

mod guard;
mod terms;

pub use guard::{AdaptiveConfigured, AdaptiveLimiter, AdaptiveTermsUnset};
pub use terms::Adaptation;

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod tests;
