//! Nothing.

use alloc::{vec, vec::Vec};
use alloy_primitives::U256;
use stylus_sdk::prelude::*;

/// Nothing.
#[storage]
pub struct Defence {}

impl Defence {
    pub(crate) fn credited(&mut self, _amount: U256) {}

    pub(crate) fn debited(&mut self, _amount: U256) {}
}
