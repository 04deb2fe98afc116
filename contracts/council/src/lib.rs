//! A council as a contract: what M of N members approve, it calls.
//!
//! It is what a protocol names as its council, its governor or its timelock's proposer, where a Safe would stand too. What it adds to one: every
//! approval is EIP-712 typed data that shows the call, has a window, and dies with every change of members; members sign with an account's key, a
//! passkey or a contract, or approve on chain. `ICouncil.sol` beside this crate is the interface.
//!
//! # Design
//! - **Anyone may execute**: who hands in the approvals has no right of its own, and can leave nothing out.
//! - **An action is used before it is carried out**, and all of it is undone when the call fails: then it may be tried again within its window.
//! - **Members and threshold change only by an action of the council to itself** (`setMembers`), without a delay: M of N are the highest authority here.
//!   A protocol that wants a delay has its own timelock between.
//! - **An emergency committee, which the council names, makes one call in its name, once and until a date: `councilPause` of whoever obeys the council.**
//!   Fewer people are quicker, and what they may do ends by itself: the contract that is paused bounds for how long. The council could do it too, so that
//!   naming them does not wait.
//! - The council holds ETH only to send it on as an action's value.
//!
//! # Trust assumptions
//! - Those of [`portcullis::council`].
//! - The deployer constructs it in the transaction that deploys it, or somebody else does.
//!
//! # The attack
//! A member's key is stolen. Alone it approves and executes nothing; the others replace it, and what it had signed is void.
// What the macros add, on chain and for printing the interface, has none.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod emergency;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use emergency::ICouncilEmergency;
// What the macro makes of the trait for whoever prints the interface, and looks for here.
#[cfg(feature = "export-abi")]
pub use emergency::ICouncilEmergencyStylusAbiStruct;

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    abi::Blob,
    core_types::council::Fate,
    council::{self, Assembly, CouncilApprovals, EmergencyCommittee},
    error_set, errors, sdk, GuardError,
};
use stylus_sdk::prelude::*;

portcullis::arguments! {
    /// An action, but for its call.
    pub struct Action {
        /// Whom is called.
        pub target: Address,
        /// The wei that go with it.
        pub value: U256,
        /// Tells it from another of the same content.
        pub nonce: U256,
        /// The epoch of the council that approves it.
        pub epoch: U256,
        /// The first second at which it may be executed.
        pub valid_after: u64,
        /// The last, at most 30 days after the first.
        pub valid_before: u64,
    }
}

impl Action {
    fn with_call(self, call: &Blob) -> council::Action<'_> {
        let Self {
            target,
            value,
            nonce,
            epoch,
            valid_after,
            valid_before,
        } = self;
        council::Action {
            target,
            value,
            call: &call.0,
            nonce,
            epoch,
            valid_after,
            valid_before,
        }
    }
}

errors! {
    /// The call failed, and with it all of the action's execution.
    ActionFailed(digest: B256, target: Address);
    /// A committee calls `councilPause(uint8,uint8,uint64)`, without value, and nothing else.
    NotEmergencyCall(target: Address);
}

error_set! {
    /// A refusal of the council.
    CouncilError {
        ActionFailed,
        NotEmergencyCall,
        GuardError,
    }
}

/// The council.
#[entrypoint]
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Council {
    approvals: CouncilApprovals,
    committee: EmergencyCommittee,
}

#[public]
#[implements(ICouncilEmergency)]
impl Council {
    /// Names the members, in ascending order, and how many of them it takes. Runs once; see `ICouncil.sol` for how it is called.
    ///
    /// # Errors
    /// `CouncilSizeOutOfBounds`, `ThresholdOutOfBounds`, `InvalidMember`.
    #[constructor]
    pub fn constructor(&mut self, members: Vec<Address>, threshold: u64) -> Result<(), CouncilError> {
        Ok(self.approvals.initialize(&members, threshold)?)
    }

    /// Carries out what enough members approve.
    ///
    /// # Errors
    /// [`ActionFailed`], `ActionUsed`, `TooFewApprovals` and the others of [`portcullis::council`].
    ///
    /// # Events
    /// `ActionAuthorized`; for a change of the council also `MembersChanged` and the like.
    pub fn execute(&mut self, action: Action, call: Blob, approvals: Blob) -> Result<(), CouncilError> {
        let authorized = self.approvals.authorize(action.with_call(&call), &approvals.0)?;
        if action.target == self.vm().contract_address() {
            return Ok(self.approvals.carry_out_with(&mut self.committee, authorized)?);
        }
        let digest = authorized.digest();
        self.call(digest, &action, &call)
    }

    /// Approves an action on chain. For a member. The epoch is the action's own.
    ///
    /// # Errors
    /// `NotMember`, `ActionUsed`, `ApprovalUnchanged`.
    ///
    /// # Events
    /// `ActionApproved`.
    pub fn approve(&mut self, action: Action, call: Blob) -> Result<(), CouncilError> {
        let digest = self.approvals.digest(&action.with_call(&call));
        Ok(self.approvals.approve(digest)?)
    }

    /// Takes back what a member approved on chain or signed. For that member.
    ///
    /// # Errors
    /// `NotMember`, `ActionUsed`, `ApprovalUnchanged`.
    ///
    /// # Events
    /// `ActionRevoked`.
    pub fn revoke(&mut self, action: Action, call: Blob) -> Result<(), CouncilError> {
        let digest = self.approvals.digest(&action.with_call(&call));
        Ok(self.approvals.revoke(digest)?)
    }

    /// Takes ETH, for an action to send on.
    #[receive]
    #[payable]
    pub fn receive(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    /// What members sign to approve an action.
    pub fn digest(&self, action: Action, call: Blob) -> B256 {
        self.approvals.digest(&action.with_call(&call))
    }

    /// What became of a digest: 0 open, 1 executed, 2 cancelled.
    pub fn fate(&self, digest: B256) -> U256 {
        U256::from(match self.approvals.status(digest).fate() {
            Fate::Open => 0,
            Fate::Authorized => 1,
            Fate::Cancelled => 2,
        })
    }

    /// The members, in ascending order.
    pub fn members(&self) -> Vec<Address> {
        self.approvals.members()
    }

    /// How many members it takes.
    pub fn threshold(&self) -> U256 {
        U256::from(self.approvals.terms().map_or(0, |terms| terms.threshold()))
    }

    /// How often the council has changed: part of what is signed.
    pub fn epoch(&self) -> U256 {
        U256::from(self.approvals.terms().map_or(0, |terms| terms.epoch()))
    }
}

impl Council {
    /// Makes the call of an action, which is used by now: whoever calls back finds it so.
    fn call(&self, digest: B256, action: &Action, call: &Blob) -> Result<(), CouncilError> {
        let target = action.target;
        // To call nobody succeeds as well, and would use the action up for nothing.
        let is_there = call.0.is_empty() || self.vm().code_size(target) != 0;
        let done = is_there && sdk::call(self.vm(), target, action.value, &call.0).is_some();
        if done {
            Ok(())
        } else {
            Err(ActionFailed { digest, target }.into())
        }
    }
}
