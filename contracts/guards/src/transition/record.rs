//! The last violation of a contract's guards, for whoever watches.

// The storage macro names both.
use super::{latch::UNNAMED, Violation};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis_core::mode::GuardId;
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageU256},
};

/// The last violation, and how many there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastViolation {
    /// How many, up to this one. Zero: there was none.
    pub count: u64,
    /// When, in seconds.
    pub at: u64,
    /// Which guard; 255 for an invariant without a name.
    pub guard: u8,
    /// The selector of the method.
    pub method: [u8; 4],
    /// The selector of the error that the guard refused with.
    pub reason: [u8; 4],
    /// Who called.
    pub by: Address,
}

/// The record of the last violation: two words.
///
/// ```text
///  255    200 199  192 191     160 159     128 127        64 63         0
/// ┌──────────┬────────┬───────────┬───────────┬─────────────┬────────────┐
/// │ zero     │ guard  │ method    │ reason    │ at          │ count      │
/// └──────────┴────────┴───────────┴───────────┴─────────────┴────────────┘
/// ```
#[storage]
#[derive(crate::StorageLayout)]
pub struct ViolationRecord {
    last: StorageU256,
    by: StorageAddress,
}

impl ViolationRecord {
    /// Records a violation, over the one before.
    pub fn record(&mut self, violation: &Violation<'_>) {
        let count = self.last().count.saturating_add(1);
        let guard = violation.guard().map_or(UNNAMED, GuardId::number);
        let reason = violation.reason().first_chunk().copied().unwrap_or_default();
        let selectors =
            u64::from(u32::from_be_bytes(violation.method())) << 32 | u64::from(u32::from_be_bytes(reason));
        let at = self.vm().block_timestamp();
        self.last
            .set(U256::from_limbs([count, at, selectors, u64::from(guard)]));
        self.by.set(violation.by());
    }

    /// The last violation.
    pub fn last(&self) -> LastViolation {
        let [count, at, selectors, guard] = *self.last.get().as_limbs();
        let [a, b, c, d, e, f, g, h] = selectors.to_be_bytes();
        let [.., guard] = guard.to_be_bytes();
        LastViolation {
            count,
            at,
            guard,
            method: [a, b, c, d],
            reason: [e, f, g, h],
            by: self.by.get(),
        }
    }
}
