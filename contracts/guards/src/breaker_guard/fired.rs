//! What trips a breaker, and what came of it: values that only those make who may.

use alloy_primitives::Address;
use portcullis_core::{
    breaker::{Reason, State, Target},
    recorder::RecordSecs,
};

/// The reasons of a contract's own triggers have this bit; those of this library do not.
const OWN: u8 = 0x80;

/// A trigger that fired: what it takes to trip a breaker, or [`crate::pause_guard`] where there is none.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a trigger that fired trips a breaker"]
pub struct Fired {
    pub(crate) target: Target,
    pub(crate) reason: Reason,
    pub(crate) by: Address,
}

impl Fired {
    pub(crate) fn new(target: Target, reason: Reason, by: Address) -> Self {
        Self { target, reason, by }
    }

    /// A trigger of the contract's own, such as an invariant that is broken. `code` is 0 to 127; the reason that is told is 128 more. `by` is
    /// the account on whose authority the transition ran.
    ///
    /// Whoever makes one vouches for what [`crate::triggers`] promises: that firing costs something, and that the same cause does not fire twice.
    pub fn own(code: u8, target: Target, by: Address) -> Self {
        Self::new(target, Reason(code | OWN), by)
    }
}

/// A breaker that was tripped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trip {
    pub(super) from: State,
    pub(super) to: State,
    pub(super) until: u64,
    pub(super) by: Address,
    pub(super) record: Option<RecordSecs>,
}

impl Trip {
    /// What it was the moment before.
    pub fn from(&self) -> State {
        self.from
    }

    /// What it is now.
    pub fn to(&self) -> State {
        self.to
    }

    /// When it becomes milder by itself.
    pub fn until(&self) -> u64 {
        self.until
    }

    /// Who tripped it.
    pub fn by(&self) -> Address {
        self.by
    }

    /// For how long that counts against them; none when no record is kept.
    pub fn record(&self) -> Option<RecordSecs> {
        self.record
    }
}
