//! Patches in plain words: what changes, what has to hold, what is frozen, who approved and when it may be applied.
//!
//! # Design
//! - **The file alone says what would change** ([`report`](mod@report)); an endpoint says whether the chain is as the file says, and where the patch is in its life ([`chain`]).
//! - **Everything that is not as the file says is listed for whoever signs**, and the canary is tried, whose answer is the manager's own.
//! - A call is told by its Solidity signature only where the data is that call to the last byte.
//!
//! # Trust assumptions
//! - The endpoint, for everything that it says, and it is asked at one block.
//! - The names of functions are the file's: a signature whose selector is another function's, too, tells the wrong name.

pub mod chain;
pub mod report;
pub(crate) mod sentences;
