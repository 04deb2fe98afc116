//! The two caps of an asset.

use crate::{setting::amount_refused, GuardError};
use alloy_primitives::{B256, U256};
use portcullis_core::cap::Cap;

/// The amount that stands for no cap. Only a sum that does not fit is more.
pub const UNCAPPED: U256 = U256::MAX;

/// The most in one transition and in one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// In one call of [`super::FlowCap::take_out`], gross.
    pub transition: U256,
    /// In one transaction, net of what the same actor brought in.
    pub transaction: U256,
}

impl Caps {
    /// An asset's that is closed.
    pub(super) const NONE: Self = Self {
        transition: U256::ZERO,
        transaction: U256::ZERO,
    };

    /// Both as they are asked, or none when the asset is closed.
    pub(super) fn open(self) -> Option<(Cap, Cap)> {
        Some((
            Cap::from_word(self.transition)?,
            Cap::from_word(self.transaction)?,
        ))
    }

    /// Whether some flow passes that does not pass under `other`.
    pub(super) fn is_looser_than(&self, other: &Self) -> bool {
        self.transition > other.transition || self.transaction > other.transaction
    }

    /// Refuses a cap of nothing, which closing is for, and two that cap nothing.
    pub(super) fn check(&self, key: B256) -> Result<(), GuardError> {
        let refused = |setting, amount| Err(amount_refused(key, setting, amount));
        if self.transition.is_zero() {
            return refused("transition", self.transition);
        }
        let both_uncapped = self.transition == UNCAPPED && self.transaction == UNCAPPED;
        if self.transaction.is_zero() || both_uncapped {
            return refused("transaction", self.transaction);
        }
        Ok(())
    }
}
