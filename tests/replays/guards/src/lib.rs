//! What the guarded builds of the victims have in common.
//!
//! # Design
//! - Its settings are the incidents' rules R1, R2, R4 and R5: who governs is a timelock in the replays' story, so that nothing waits here.
//! - A victim's methods that set them say by themselves why they are exempt; what they do is here.

extern crate alloc;

mod limits;
mod share_price;

pub use limits::{Limits, UnknownMode};
pub use share_price::{BadSharePrice, SharePriceBound, SharePriceUnset};
