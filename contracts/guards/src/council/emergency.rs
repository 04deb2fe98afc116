//! A committee for an emergency: the same approvals, for one action, and not for ever.
//!
//! # Design
//! - **One action, and its power is gone**, as that of Lido's GateSeals and pausers. Stolen keys are worth one use, and who used it in good
//!   faith has the governor look at what happened before it can again.
//! - **It ends by itself**: at its last second it still has its power, a second later not. The last second is at most
//!   [`MAX_TENURE_SECS`] ahead, so the governor has to say again and again whom it trusts.
//! - **Only a change that has waited names it**, as that gives power, or a council that could do itself what the committee may
//!   ([`CouncilApprovals::carry_out_with`](super::CouncilApprovals::carry_out_with)). The same committee may be named again, in another epoch.
//! - **The members do not change themselves**: its right is [`EmergencyAuthorized`], which nothing here takes.
//!
//! # Trust assumptions
//! - The contract bounds what the one action may be: it knows which calls help in an emergency, as a pause that ends.
//!
//! # The attack
//! An emergency board that was named once and forgotten is robbed of its keys years later. Here they open nothing.

// The storage macro names both.
use super::{
    assembly::Sealed,
    quorum::{Quorum, Verified},
    Action, EMERGENCY_COMMITTEE,
};
use crate::{errors, events, sdk, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256};
use portcullis_core::council::{self, Powerless, Tenure, Terms, MAX_TENURE_SECS};
use stylus_sdk::{prelude::*, storage::StorageU256};

events! {
    /// The committee was named: `expiresAt` is the last second of its power.
    EmergencyCommitteeNamed(; previous_expires_at: u64, expires_at: u64, epoch: u64);
    /// The committee's one action was authorised, and it has no power until it is named again.
    EmergencyCommitteeSpent(digest: B256; epoch: u64);
}

errors! {
    /// `expiresAt` was the last second of the committee's power, or is zero as it was never named.
    EmergencyCommitteeExpired(expires_at: u64);
    /// The committee's one action was authorised.
    EmergencyCommitteeUsed();
    /// The last second of the committee's power is over, or further ahead than the maximum.
    TenureOutOfBounds(expires_at: u64, latest: u64, maximum_secs: u64);
}

/// The action that enough members of the committee approved: its one. It is marked as used.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the committee is spent, and nothing is done unless its action is carried out"]
pub struct EmergencyAuthorized<'a> {
    digest: B256,
    action: Action<'a>,
}

impl<'a> EmergencyAuthorized<'a> {
    /// What was signed.
    pub fn digest(&self) -> B256 {
        self.digest
    }

    /// What is to be carried out, if the contract lets the committee do it.
    pub fn action(&self) -> &Action<'a> {
        &self.action
    }
}

/// M-of-N approvals of one action, until a time.
#[storage]
#[derive(crate::StorageLayout)]
pub struct EmergencyCommittee {
    quorum: Quorum,
    /// The [`Tenure`].
    tenure: StorageU256,
}

impl EmergencyCommittee {
    /// Names the first members, ascending, how many of them have to approve, and the last second of their power. For a constructor: it asks nobody.
    ///
    /// # Errors
    /// [`TenureOutOfBounds`], [`CouncilSizeOutOfBounds`](super::CouncilSizeOutOfBounds),
    /// [`ThresholdOutOfBounds`](super::ThresholdOutOfBounds), [`InvalidMember`](super::InvalidMember).
    ///
    /// # Events
    /// [`EmergencyCommitteeNamed`], after those of
    /// [`CouncilApprovals::initialize`](super::CouncilApprovals::initialize).
    pub fn initialize(
        &mut self,
        members: &[Address],
        threshold: u64,
        expires_at: u64,
    ) -> Result<(), GuardError> {
        let (terms, tenure) = self.checked(members, threshold, expires_at)?;
        self.name_checked(members, terms, tenure);
        Ok(())
    }

    /// Names the committee again, by the governor. It waits.
    ///
    /// # Errors
    /// Those of [`EmergencyCommittee::initialize`] and of [`Change::require_waited`].
    ///
    /// # Events
    /// Those of [`EmergencyCommittee::initialize`].
    pub fn name(
        &mut self,
        change: Change<'_>,
        members: &[Address],
        threshold: u64,
        expires_at: u64,
    ) -> Result<(), GuardError> {
        let (terms, tenure) = self.checked(members, threshold, expires_at)?;
        change.require_waited()?;
        self.name_checked(members, terms, tenure);
        Ok(())
    }

    /// Verifies that enough members approve the action, and marks it and the committee as used before anything else happens.
    ///
    /// # Errors
    /// [`EmergencyCommitteeUsed`], [`EmergencyCommitteeExpired`], and those of
    /// [`CouncilApprovals::authorize`](super::CouncilApprovals::authorize).
    ///
    /// # Events
    /// [`ActionAuthorized`](super::ActionAuthorized) and [`EmergencyCommitteeSpent`].
    pub fn authorize<'a>(
        &mut self,
        action: Action<'a>,
        approvals: &[u8],
    ) -> Result<EmergencyAuthorized<'a>, GuardError> {
        self.require_power()?;
        let verified = self.quorum.verify(EMERGENCY_COMMITTEE, action, approvals)?;
        self.tenure.set(self.tenure().spent().to_word());
        self.quorum.mark(&verified);
        let Verified { digest, epoch, .. } = verified;
        sdk::emit(self.vm(), EmergencyCommitteeSpent { digest, epoch });
        Ok(EmergencyAuthorized { digest, action })
    }

    /// Until when the committee has its power, and whether it used it.
    pub fn tenure(&self) -> Tenure {
        Tenure::from_word(self.tenure.get())
    }

    fn checked(
        &self,
        members: &[Address],
        threshold: u64,
        expires_at: u64,
    ) -> Result<(Terms, Tenure), GuardError> {
        let terms = self.quorum.next_terms(members, threshold)?;
        let now = self.vm().block_timestamp();
        let tenure =
            Tenure::until(expires_at, now).map_err(|council::TenureOutOfBounds { expires_at, latest }| {
                TenureOutOfBounds {
                    expires_at,
                    latest,
                    maximum_secs: MAX_TENURE_SECS,
                }
            })?;
        Ok((terms, tenure))
    }

    fn name_checked(&mut self, members: &[Address], terms: Terms, tenure: Tenure) {
        let previous_expires_at = self.tenure().expires_at();
        self.quorum.seat_all(EMERGENCY_COMMITTEE, members, terms);
        self.tenure.set(tenure.to_word());
        sdk::emit(
            self.vm(),
            EmergencyCommitteeNamed {
                previous_expires_at,
                expires_at: tenure.expires_at(),
                epoch: terms.epoch(),
            },
        );
    }
}

impl Sealed for EmergencyCommittee {
    const NAME: B256 = EMERGENCY_COMMITTEE;

    fn quorum(&self) -> &Quorum {
        &self.quorum
    }

    fn quorum_mut(&mut self) -> &mut Quorum {
        &mut self.quorum
    }

    fn require_power(&self) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        self.tenure().check(now).map_err(|powerless| match powerless {
            Powerless::Spent => GuardError::from(EmergencyCommitteeUsed {}),
            Powerless::Expired { expires_at } => EmergencyCommitteeExpired { expires_at }.into(),
        })
    }
}
