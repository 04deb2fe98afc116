//! What the guarded builds of the victims have in common.
//!
//! # Design
//! - Its settings are the incidents' rules R1 to R5: who governs is a timelock in the replays' story, so that nothing waits here.
//! - A victim's methods that set them say by themselves why they are exempt; what they do is here.

extern crate alloc;

mod least_supply;
mod limits;
mod references;
mod share_price;

pub use least_supply::LeastSupply;
pub use limits::{Limit, Limits, UnknownMode};
pub use references::{share_price, PriceOffReference, ReferenceUnset, References};
pub use share_price::{BadSharePrice, SharePriceBound, SharePriceUnset};
