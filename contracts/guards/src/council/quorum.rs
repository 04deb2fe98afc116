//! What members approve, and what has become of it. A council and a committee each have one.

// The storage macro names both.
use super::{
    events::{ActionApproved, ActionAuthorized, ActionCancelled, ActionRevoked},
    refusals::{
        ActionUsed, ApprovalExpired, ApprovalNotYetValid, ApprovalUnchanged, ApprovalValidTooLong,
        ApprovalWithdrawn, EpochChanged, InvalidApproval, MalformedApproval, SignersOutOfOrder,
        TooFewApprovals,
    },
    signer, Action,
};
use crate::{sdk, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::council::{Entries, OutOfOrder, Seat, Status, StatusRefused, Tally, WindowRefused};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

/// The members and the actions.
#[storage]
#[derive(crate::StorageLayout)]
pub struct Quorum {
    /// The [`Terms`](portcullis_core::council::Terms).
    pub(super) terms: StorageU256,
    /// The member in each seat, by the seat's word.
    pub(super) members: StorageMap<B256, StorageU256>,
    /// The [`Seat`] of each member, by the word of its address.
    pub(super) seats: StorageMap<B256, StorageU256>,
    /// The [`Status`] of each action, by its digest.
    statuses: StorageMap<B256, StorageU256>,
}

/// An action that enough members approve, before it is marked.
pub(super) struct Verified<'a> {
    pub(super) digest: B256,
    pub(super) epoch: u64,
    action: Action<'a>,
    given: u64,
    status: Status,
}

impl Quorum {
    /// What has become of an action.
    pub(super) fn status(&self, digest: B256) -> Status {
        Status::from_word(self.statuses.get(digest))
    }

    /// The caller approves an action.
    #[inline(never)]
    pub(super) fn approve(&mut self, digest: B256) -> Result<(), GuardError> {
        let (member, epoch) = self.speak(digest, Status::approved)?;
        sdk::emit(
            self.vm(),
            ActionApproved {
                digest,
                member,
                epoch,
            },
        );
        Ok(())
    }

    /// The caller withdraws its approval of an action.
    #[inline(never)]
    pub(super) fn revoke(&mut self, digest: B256) -> Result<(), GuardError> {
        let (member, epoch) = self.speak(digest, Status::withdrawn)?;
        sdk::emit(
            self.vm(),
            ActionRevoked {
                digest,
                member,
                epoch,
            },
        );
        Ok(())
    }

    /// Requires that enough members approve the action, under the domain of this name. Changes nothing.
    #[inline(never)]
    pub(super) fn verify<'a>(
        &self,
        name: B256,
        action: Action<'a>,
        approvals: &[u8],
    ) -> Result<Verified<'a>, GuardError> {
        let terms = self.required()?;
        self.require_window(&action)?;
        let epoch = terms.epoch();
        if action.epoch != U256::from_limbs([epoch, 0, 0, 0]) {
            return Err(EpochChanged {
                given: action.epoch,
                current: epoch,
            }
            .into());
        }
        let vm = self.vm();
        let digest = action.digest(vm, name);
        let before = self.status(digest);
        let status = before.authorized().map_err(|_| ActionUsed { digest })?;
        let mut tally = Tally::default();
        // Bounded: signers ascend and each is a member, or it ends.
        for entry in Entries::of(approvals) {
            let index = tally.given();
            let entry = entry.map_err(|_| MalformedApproval { index })?;
            let signer = signer::of(vm, &digest, &entry).ok_or(InvalidApproval {
                index,
                signer: Address::ZERO,
            })?;
            tally = tally
                .with(signer)
                .map_err(|OutOfOrder { previous }| SignersOutOfOrder {
                    index,
                    signer,
                    previous,
                })?;
            // Before any contract is asked, so that only members are.
            let seat = self.seat(signer)?;
            if before.has_withdrawn(seat, epoch) {
                return Err(ApprovalWithdrawn {
                    digest,
                    member: signer,
                }
                .into());
            }
            if !signer::is_good(vm, &digest, &entry, before.has_approved(seat, epoch)) {
                return Err(InvalidApproval { index, signer }.into());
            }
        }
        let given = tally.given();
        if !tally.is_enough(terms) {
            return Err(TooFewApprovals {
                given,
                needed: terms.threshold(),
            }
            .into());
        }
        Ok(Verified {
            digest,
            epoch,
            action,
            given,
            status,
        })
    }

    /// Marks a verified action as used.
    pub(super) fn mark(&mut self, verified: &Verified<'_>) {
        let Verified {
            digest,
            epoch,
            action,
            given,
            status,
        } = *verified;
        self.statuses.insert(digest, status.to_word());
        sdk::emit(
            self.vm(),
            ActionAuthorized {
                digest,
                target: action.target,
                value: action.value,
                nonce: action.nonce,
                epoch,
                given,
            },
        );
    }

    /// Marks an action as cancelled.
    pub(super) fn cancel(&mut self, digest: B256) -> Result<(), GuardError> {
        let cancelled = self
            .status(digest)
            .cancelled()
            .map_err(|_| ActionUsed { digest })?;
        self.statuses.insert(digest, cancelled.to_word());
        sdk::emit(self.vm(), ActionCancelled { digest });
        Ok(())
    }

    fn require_window(&self, action: &Action<'_>) -> Result<(), GuardError> {
        let timestamp = self.vm().block_timestamp();
        let (valid_after, valid_before) = (action.valid_after, action.valid_before);
        action.window().check(timestamp).map_err(|refused| match refused {
            WindowRefused::TooLong { latest } => {
                GuardError::from(ApprovalValidTooLong { valid_before, latest })
            }
            WindowRefused::NotYet => ApprovalNotYetValid {
                valid_after,
                timestamp,
            }
            .into(),
            WindowRefused::Expired => ApprovalExpired {
                valid_before,
                timestamp,
            }
            .into(),
        })
    }

    /// What the caller says about an action: who it is, and in which epoch.
    fn speak(
        &mut self,
        digest: B256,
        says: fn(Status, Seat, u64) -> Result<Status, StatusRefused>,
    ) -> Result<(Address, u64), GuardError> {
        let epoch = self.required()?.epoch();
        let member = self.vm().msg_sender();
        let seat = self.seat(member)?;
        let status = says(self.status(digest), seat, epoch).map_err(|refused| match refused {
            StatusRefused::Used => GuardError::from(ActionUsed { digest }),
            StatusRefused::Unchanged => ApprovalUnchanged { digest, member }.into(),
        })?;
        self.statuses.insert(digest, status.to_word());
        Ok((member, epoch))
    }
}
