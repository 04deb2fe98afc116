//! Nothing.

use alloc::{vec, vec::Vec};
use alloy_primitives::Address;
use stylus_sdk::prelude::*;

/// Nothing.
#[storage]
pub struct Defence {}

impl Defence {
    pub(crate) fn ask(&mut self, _oracle: Address) {}
}
