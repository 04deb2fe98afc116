//! The guards' state and settings.

use alloc::{vec, vec::Vec};
use portcullis::core_types::mode::GuardId;
use stylus_sdk::prelude::*;
use victim_guards::Limits;

/// The bucket and the cap of a transaction.
pub(crate) const FLOWS: GuardId = GuardId::of::<0>();
/// A reward is at most what grew without deposits.
pub(crate) const MEASURED: GuardId = GuardId::of::<1>();
/// What is held covers stakes and rewards.
pub(crate) const SOLVENT: GuardId = GuardId::of::<2>();

/// The guards around the staking contract.
#[storage]
pub struct Defence {
    pub(crate) limits: Limits,
}
