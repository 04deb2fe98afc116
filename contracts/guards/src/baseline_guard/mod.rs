//! What a share of the value held is taken of, asset by asset: a value that lags.
//!
//! # Design
//! - [`portcullis_core::baseline`] says what moving it costs. A baseline is the least value of a window (one word) or its mean (two), which each asset's owner
//!   chooses: **the minimum** where a limit that is too large is the danger, **the mean** where somebody gains by a baseline that falls at once, as when
//!   a fall below it trips a breaker.
//! - **The value is observed at the outermost exit**, once, so that what is borrowed and given back within a transition is not seen at all.
//! - **A baseline starts at a value that the governor names**, which waits. A larger one would be a share of what is not there.
//! - A shorter window waits too: capital would have to stay for less time to count. Another window never raises what the baseline says.
//! - An asset without a baseline has no share: [`BaselineUnset`]. Observing it does nothing, so that a way in or out that needs no share stays open.
//! - A share as a cap is a [`ShareCap`], with an absolute floor for the time in which the share is nothing.
//!
//! # Trust assumptions
//! - The value is what the contract counts as held, such as what it owes. The balance of a token is what anybody may send; a donation counts there, after
//!   a window and by its share, and is gone for the one who made it.
//! - The contract observes at each outermost exit at which the value has changed. A value that went unseen counts as not having been there.
//!
//! # The attack
//! A flash deposit that makes "ten percent of what is held" as large as the borrower likes; a flash withdrawal that makes it nothing and shuts everybody out.

mod cap;
mod guard;

pub use cap::{ShareCap, ShareCapConfigured, ShareCapExceeded, ShareCapUnset};
pub use guard::{
    BaselineGuard, BaselineRewindowed, BaselineStarted, BaselineStopped, BaselineUnset, HasBaseline, Kind,
};

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod tests;
