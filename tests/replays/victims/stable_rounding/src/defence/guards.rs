//! The guards' state and settings.

use alloc::{vec, vec::Vec};
use portcullis::core_types::mode::GuardId;
use stylus_sdk::prelude::*;
use victim_guards::{Limits, SharePriceBound};

/// The bucket and the cap of a transaction.
pub(crate) const FLOWS: GuardId = GuardId::of::<0>();
/// A share's price moves within a step in a batch, at the end of which there are enough shares.
pub(crate) const SHARE_PRICE: GuardId = GuardId::of::<1>();
/// The pool's value per share does not fall in a batch.
pub(crate) const POOL_VALUE: GuardId = GuardId::of::<2>();
/// The first, in each swap of it.
pub(crate) const SWAP_SHARE_PRICE: GuardId = GuardId::of::<3>();
/// The second, in each swap of it.
pub(crate) const SWAP_POOL_VALUE: GuardId = GuardId::of::<4>();

/// The guards around the pool.
#[storage]
pub struct Defence {
    pub(crate) limits: Limits,
    pub(crate) share_price: SharePriceBound,
}
