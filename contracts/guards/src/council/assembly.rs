//! What a council and an emergency committee have in common: members, what they say of actions, and what is seen of both.

use super::{quorum::Quorum, Action};
use crate::GuardError;
use alloc::vec::Vec;
use alloy_primitives::{Address, B256};
use portcullis_core::council::{Status, Terms};
use stylus_sdk::prelude::*;

mod sealed {
    use super::{GuardError, Quorum, B256};

    pub trait Sealed {
        /// The hash of the name in its EIP-712 domain.
        const NAME: B256;

        fn quorum(&self) -> &Quorum;
        fn quorum_mut(&mut self) -> &mut Quorum;
        /// Requires that it can still authorise something.
        fn require_power(&self) -> Result<(), GuardError>;
    }
}
pub(super) use sealed::Sealed;

/// Members who approve actions. Only a [`CouncilApprovals`](super::CouncilApprovals) and an [`EmergencyCommittee`](super::EmergencyCommittee) are one.
pub trait Assembly: Sealed {
    /// The caller, a member, approves an action on chain. A contract that takes the action in full and hashes it with
    /// [`Assembly::digest`] lets a wallet show what is approved.
    ///
    /// # Errors
    /// [`NotMember`](super::NotMember), [`ActionUsed`](super::ActionUsed), [`ApprovalUnchanged`](super::ApprovalUnchanged),
    /// [`CouncilUnset`](super::CouncilUnset); of a committee also [`EmergencyCommitteeUsed`](super::EmergencyCommitteeUsed) and
    /// [`EmergencyCommitteeExpired`](super::EmergencyCommitteeExpired).
    ///
    /// # Events
    /// [`ActionApproved`](super::ActionApproved).
    fn approve(&mut self, digest: B256) -> Result<(), GuardError> {
        self.require_power()?;
        self.quorum_mut().approve(digest)
    }

    /// The caller, a member, takes back its approval of an action, be it one on chain or a signature, until it approves on chain again.
    ///
    /// # Errors
    /// [`NotMember`](super::NotMember), [`ActionUsed`](super::ActionUsed), [`ApprovalUnchanged`](super::ApprovalUnchanged),
    /// [`CouncilUnset`](super::CouncilUnset).
    ///
    /// # Events
    /// [`ActionRevoked`](super::ActionRevoked).
    fn revoke(&mut self, digest: B256) -> Result<(), GuardError> {
        self.quorum_mut().revoke(digest)
    }

    /// What is signed to approve the action.
    fn digest(&self, action: &Action<'_>) -> B256 {
        action.digest(self.quorum().vm(), Self::NAME)
    }

    /// What has become of an action.
    fn status(&self, digest: B256) -> Status {
        self.quorum().status(digest)
    }

    /// How many members there are, how many have to approve, and the epoch; none before members are named.
    fn terms(&self) -> Option<Terms> {
        self.quorum().terms()
    }

    /// The members, ascending.
    fn members(&self) -> Vec<Address> {
        self.quorum().members()
    }

    /// Whether the account is a member.
    fn has_member(&self, account: Address) -> bool {
        self.quorum().has_member(account)
    }
}

impl Assembly for super::CouncilApprovals {}
impl Assembly for super::EmergencyCommittee {}
