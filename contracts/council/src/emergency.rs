//! What the council answers to its emergency committee: one pause, once, until a date.

use super::{Action, Council, CouncilError, NotEmergencyCall};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256};
use portcullis::{
    abi::{function_selector, Blob},
    council::Assembly,
};
use stylus_sdk::prelude::*;

/// The selector of the one function that a committee calls.
const COUNCIL_PAUSE: [u8; 4] = function_selector!("councilPause", u8, u8, u64);

/// That, and its three words.
const CALL_BYTES: usize = 4 + 3 * 32;

portcullis::arguments! {
    /// What the emergency committee is.
    pub struct Committee {
        /// The last second of its power; zero when it was never named.
        pub expires_at: u64,
        /// 1 when it has used it.
        pub spent: u8,
        /// How many members it takes.
        pub threshold: u64,
        /// How often it was named: part of what is signed.
        pub epoch: u64,
    }
}

/// The emergency committee's methods.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait ICouncilEmergency {
    /// Makes the pause that enough members of the committee approve: its one act. Anyone may execute it.
    ///
    /// # Errors
    /// [`NotEmergencyCall`], `EmergencyCommitteeUsed`, `EmergencyCommitteeExpired`, [`ActionFailed`](super::ActionFailed), and those of
    /// [`portcullis::council`].
    ///
    /// # Events
    /// `ActionAuthorized`, `EmergencyCommitteeSpent`.
    fn execute_emergency(&mut self, action: Action, call: Blob, approvals: Blob) -> Result<(), CouncilError>;

    /// Approves such a pause on chain. For a member of the committee.
    ///
    /// # Errors
    /// `EmergencyCommitteeUsed`, `EmergencyCommitteeExpired`, `NotMember`, `ActionUsed`, `ApprovalUnchanged`, `CouncilUnset`.
    ///
    /// # Events
    /// `ActionApproved`.
    fn approve_emergency(&mut self, action: Action, call: Blob) -> Result<(), CouncilError>;

    /// Takes back what a member of the committee approved on chain or signed. For that member.
    ///
    /// # Errors
    /// `NotMember`, `ActionUsed`, `ApprovalUnchanged`, `CouncilUnset`.
    ///
    /// # Events
    /// `ActionRevoked`.
    fn revoke_emergency(&mut self, action: Action, call: Blob) -> Result<(), CouncilError>;

    /// What members of the committee sign to approve a pause.
    fn emergency_digest(&self, action: Action, call: Blob) -> B256;

    /// What the committee is.
    fn committee(&self) -> Committee;

    /// Its members, in ascending order.
    fn committee_members(&self) -> Vec<Address>;
}

#[public]
impl ICouncilEmergency for Council {
    fn execute_emergency(&mut self, action: Action, call: Blob, approvals: Blob) -> Result<(), CouncilError> {
        let target = action.target;
        let is_pause = call.0.starts_with(&COUNCIL_PAUSE) && call.0.len() == CALL_BYTES;
        if !is_pause || !action.value.is_zero() {
            return Err(NotEmergencyCall { target }.into());
        }
        let authorized = self.committee.authorize(action.with_call(&call), &approvals.0)?;
        let digest = authorized.digest();
        self.call(digest, &action, &call)
    }

    fn approve_emergency(&mut self, action: Action, call: Blob) -> Result<(), CouncilError> {
        let digest = self.committee.digest(&action.with_call(&call));
        Ok(self.committee.approve(digest)?)
    }

    fn revoke_emergency(&mut self, action: Action, call: Blob) -> Result<(), CouncilError> {
        let digest = self.committee.digest(&action.with_call(&call));
        Ok(self.committee.revoke(digest)?)
    }

    fn emergency_digest(&self, action: Action, call: Blob) -> B256 {
        self.committee.digest(&action.with_call(&call))
    }

    fn committee(&self) -> Committee {
        let (tenure, terms) = (self.committee.tenure(), self.committee.terms());
        Committee {
            expires_at: tenure.expires_at(),
            spent: tenure.is_spent().into(),
            threshold: terms.map_or(0, |terms| terms.threshold()),
            epoch: terms.map_or(0, |terms| terms.epoch()),
        }
    }

    fn committee_members(&self) -> Vec<Address> {
        self.committee.members()
    }
}
