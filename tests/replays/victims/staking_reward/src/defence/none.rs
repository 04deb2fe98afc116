//! Nothing.

use alloc::{vec, vec::Vec};
use stylus_sdk::prelude::*;

/// Nothing.
#[storage]
pub struct Defence {}
