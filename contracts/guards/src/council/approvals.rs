//! The council.

// The storage macro names both.
use super::{
    assembly::Sealed,
    emergency::EmergencyCommittee,
    own::OwnCall,
    quorum::{Quorum, Verified},
    Action, COUNCIL,
};
use crate::{errors, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256};
use stylus_sdk::prelude::*;

errors! {
    /// The action is none with which the council acts on itself.
    NotCouncilCall(digest: B256, target: Address);
}

/// An action that enough members of the council approved, to be carried out. It is marked as used; nobody else will get it.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the action is used up, and nothing is done unless it is carried out"]
pub struct Authorized<'a> {
    digest: B256,
    action: Action<'a>,
}

impl<'a> Authorized<'a> {
    /// What was signed.
    pub fn digest(&self) -> B256 {
        self.digest
    }

    /// What is to be carried out: this call of this target with this value, and no other.
    pub fn action(&self) -> &Action<'a> {
        &self.action
    }

    /// One that nobody approved, of this contract on itself.
    #[cfg(test)]
    pub(super) fn of_itself(vm: &impl Host, call: &'a [u8]) -> Self {
        let action = Action {
            target: vm.contract_address(),
            value: alloy_primitives::U256::ZERO,
            call,
            ..super::world::action()
        };
        let digest = B256::ZERO;
        Self { digest, action }
    }
}

/// M-of-N approvals of actions, verified on chain.
#[storage]
#[derive(crate::StorageLayout)]
pub struct CouncilApprovals {
    quorum: Quorum,
}

impl CouncilApprovals {
    /// Names the first members, ascending, and how many of them have to approve. For a constructor: it asks nobody.
    ///
    /// # Errors
    /// [`CouncilSizeOutOfBounds`](super::CouncilSizeOutOfBounds), [`ThresholdOutOfBounds`](super::ThresholdOutOfBounds),
    /// [`InvalidMember`](super::InvalidMember).
    ///
    /// # Events
    /// [`MemberAdded`](super::MemberAdded), [`MemberRemoved`](super::MemberRemoved), [`ThresholdChanged`](super::ThresholdChanged) and
    /// [`MembersChanged`](super::MembersChanged).
    pub fn initialize(&mut self, members: &[Address], threshold: u64) -> Result<(), GuardError> {
        let terms = self.quorum.next_terms(members, threshold)?;
        self.quorum.seat_all(COUNCIL, members, terms);
        Ok(())
    }

    /// Verifies that enough members approve the action, and marks it as used before anything else happens. `approvals` is in the layout
    /// of [`portcullis_core::council::Entries`], ascending by signer. Anyone may ask.
    ///
    /// # Errors
    /// [`CouncilUnset`](super::CouncilUnset); of the window [`ApprovalValidTooLong`](super::ApprovalValidTooLong),
    /// [`ApprovalNotYetValid`](super::ApprovalNotYetValid) and [`ApprovalExpired`](super::ApprovalExpired);
    /// [`EpochChanged`](super::EpochChanged), [`ActionUsed`](super::ActionUsed); of an entry
    /// [`MalformedApproval`](super::MalformedApproval), [`InvalidApproval`](super::InvalidApproval),
    /// [`SignersOutOfOrder`](super::SignersOutOfOrder), [`NotMember`](super::NotMember) and
    /// [`ApprovalWithdrawn`](super::ApprovalWithdrawn); and [`TooFewApprovals`](super::TooFewApprovals).
    ///
    /// # Events
    /// [`ActionAuthorized`](super::ActionAuthorized).
    pub fn authorize<'a>(
        &mut self,
        action: Action<'a>,
        approvals: &[u8],
    ) -> Result<Authorized<'a>, GuardError> {
        let verified = self.quorum.verify(COUNCIL, action, approvals)?;
        self.quorum.mark(&verified);
        let Verified { digest, .. } = verified;
        Ok(Authorized { digest, action })
    }

    /// Carries out an action of the council on itself: one that targets this contract, without value, with the data of `setMembers(address[] members,
    /// uint64 threshold)` or `cancelAction(bytes32 digest)`. At once: the threshold is the guard.
    ///
    /// # Errors
    /// [`NotCouncilCall`], those of [`CouncilApprovals::initialize`], and [`ActionUsed`](super::ActionUsed) of what is to be cancelled.
    ///
    /// # Events
    /// Those of [`CouncilApprovals::initialize`], or [`ActionCancelled`](super::ActionCancelled).
    pub fn carry_out(&mut self, authorized: Authorized<'_>) -> Result<(), GuardError> {
        let call = self.own_call(&authorized)?;
        self.make(&authorized, call)
    }

    /// The same for a council that has an emergency committee, which it also names: with the data of `nameCommittee(address[] members, uint64 threshold,
    /// uint64 expiresAt)`. At once: it is for a contract whose committee may do nothing that the council could not, or naming it has to wait
    /// ([`EmergencyCommittee::name`]).
    ///
    /// # Errors
    /// Those of [`CouncilApprovals::carry_out`] and [`EmergencyCommittee::initialize`].
    ///
    /// # Events
    /// Those of [`CouncilApprovals::carry_out`] and [`EmergencyCommittee::initialize`].
    pub fn carry_out_with(
        &mut self,
        committee: &mut EmergencyCommittee,
        authorized: Authorized<'_>,
    ) -> Result<(), GuardError> {
        match self.own_call(&authorized)? {
            OwnCall::NameCommittee {
                members,
                threshold,
                expires_at,
            } => committee.initialize(&members, threshold, expires_at),
            call => self.make(&authorized, call),
        }
    }

    /// The call of an action that is of this contract on itself.
    fn own_call(&self, authorized: &Authorized<'_>) -> Result<OwnCall, GuardError> {
        let action = &authorized.action;
        let is_own = action.target == self.vm().contract_address() && action.value.is_zero();
        let call = is_own.then(|| OwnCall::read(action.call)).flatten();
        call.ok_or_else(|| not_ours(authorized))
    }

    fn make(&mut self, authorized: &Authorized<'_>, call: OwnCall) -> Result<(), GuardError> {
        match call {
            OwnCall::SetMembers { members, threshold } => self.initialize(&members, threshold),
            OwnCall::CancelAction { digest } => self.quorum.cancel(digest),
            OwnCall::NameCommittee { .. } => Err(not_ours(authorized)),
        }
    }

    /// Names the members, ascending, and how many of them have to approve, by the governor. It waits, whatever changes: whoever names the
    /// council can be all of it.
    ///
    /// # Errors
    /// Those of [`CouncilApprovals::initialize`] and of [`Change::require_waited`].
    ///
    /// # Events
    /// Those of [`CouncilApprovals::initialize`].
    pub fn set_members(
        &mut self,
        change: Change<'_>,
        members: &[Address],
        threshold: u64,
    ) -> Result<(), GuardError> {
        let terms = self.quorum.next_terms(members, threshold)?;
        change.require_waited()?;
        self.quorum.seat_all(COUNCIL, members, terms);
        Ok(())
    }
}

impl Sealed for CouncilApprovals {
    const NAME: B256 = COUNCIL;

    fn quorum(&self) -> &Quorum {
        &self.quorum
    }

    fn quorum_mut(&mut self) -> &mut Quorum {
        &mut self.quorum
    }

    fn require_power(&self) -> Result<(), GuardError> {
        Ok(())
    }
}

fn not_ours(authorized: &Authorized<'_>) -> GuardError {
    NotCouncilCall {
        digest: authorized.digest,
        target: authorized.action.target,
    }
    .into()
}
