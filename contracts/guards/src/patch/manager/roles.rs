//! Who approves and who may cancel, and how patches wait.

use super::{
    super::{
        events::{AttestersChanged, PatchPolicyChanged},
        policy::PatchPolicy,
        refusals::{AttestersNotApart, NoStranger, NotAttesters, PolicyUnset},
        stranger,
    },
    address_of, word_of, PatchManager,
};
use crate::{
    authority::{Authority, Governor},
    implementation, sdk,
    timelock::Change,
    GuardError,
};
use alloy_primitives::{Address, U256};
use portcullis_core::patch::Policy;
use stylus_sdk::prelude::*;

/// The right of the attesters: enough of them have approved what is asked.
#[derive(Debug, PartialEq, Eq)]
pub struct Attesters(Address);

/// The right to cancel: of the guardian, the governor and the attesters.
#[derive(Debug, PartialEq, Eq)]
pub struct Canceller(pub(super) Address);

impl PatchManager {
    /// Sets up: who approves, how patches wait; and makes the contract by which checks are asked. For a constructor: it asks nobody.
    ///
    /// # Errors
    /// Those of [`PatchManager::set_attesters`] and [`PatchManager::set_policy`], and [`NoStranger`].
    ///
    /// # Events
    /// [`AttestersChanged`], [`PatchPolicyChanged`].
    pub fn initialize(
        &mut self,
        authority: &Authority,
        attesters: Address,
        policy: PatchPolicy,
    ) -> Result<(), GuardError> {
        let checked = policy.checked()?;
        self.require_apart(authority, attesters)?;
        let stranger = stranger::make(self.vm()).ok_or(NoStranger {})?;
        self.stranger.set(word_of(stranger));
        self.store_policy(checked, policy, true);
        self.store_attesters(attesters);
        Ok(())
    }

    /// Names who approves: a council's contract. It waits.
    ///
    /// # Errors
    /// [`AttestersNotApart`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`AttestersChanged`].
    pub fn set_attesters(
        &mut self,
        authority: &Authority,
        change: Change<'_>,
        attesters: Address,
    ) -> Result<(), GuardError> {
        self.require_apart(authority, attesters)?;
        change.require_waited()?;
        self.store_attesters(attesters);
        Ok(())
    }

    /// Sets how patches wait, those that are put on record from now on. What loosens waits.
    ///
    /// # Errors
    /// [`PolicyOutOfBounds`](crate::patch::PolicyOutOfBounds), and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`PatchPolicyChanged`].
    pub fn set_policy(&mut self, change: Change<'_>, policy: PatchPolicy) -> Result<(), GuardError> {
        let checked = policy.checked()?;
        let from = self.required_policy()?;
        let loosens = checked.loosens(&from) || U256::from(policy.min_secs_left) < self.min_secs_left.get();
        change.require_waited_if(loosens)?;
        self.store_policy(checked, policy, loosens);
        Ok(())
    }

    /// Names the guardian, at once: anybody but themselves.
    ///
    /// # Errors
    /// [`AttestersNotApart`], [`ZeroAuthority`](crate::authority::ZeroAuthority).
    ///
    /// # Events
    /// [`GuardianChanged`](crate::authority::GuardianChanged).
    pub fn set_guardian(
        &self,
        by: &Attesters,
        authority: &mut Authority,
        guardian: Address,
    ) -> Result<(), GuardError> {
        self.require_other(guardian)?;
        authority.set_guardian(&Governor::granted(by.0), guardian)
    }

    /// Requires that it is not the attesters, whom nobody else is to be.
    ///
    /// # Errors
    /// [`AttestersNotApart`].
    pub fn require_other(&self, account: Address) -> Result<(), GuardError> {
        let attesters = self.current_attesters();
        if account == attesters {
            return Err(AttestersNotApart { attesters }.into());
        }
        Ok(())
    }

    /// The caller's right as the attesters.
    ///
    /// # Errors
    /// [`NotAttesters`].
    pub fn attesters(&self) -> Result<Attesters, GuardError> {
        let caller = self.vm().msg_sender();
        if caller == self.current_attesters() {
            Ok(Attesters(caller))
        } else {
            Err(NotAttesters { caller }.into())
        }
    }

    /// The caller's right to cancel.
    ///
    /// # Errors
    /// [`NotGuardian`](crate::authority::NotGuardian).
    pub fn canceller(&self, authority: &Authority) -> Result<Canceller, GuardError> {
        match self.attesters() {
            Ok(Attesters(by)) => Ok(Canceller(by)),
            Err(_) => authority.guardian().map(|by| Canceller(by.address())),
        }
    }

    /// Who approves.
    pub fn current_attesters(&self) -> Address {
        address_of(self.attesters.get())
    }

    /// The contract by which checks are asked.
    pub fn current_stranger(&self) -> Address {
        address_of(self.stranger.get())
    }

    /// How patches wait.
    ///
    /// # Errors
    /// [`PolicyUnset`].
    pub fn current_policy(&self) -> Result<PatchPolicy, GuardError> {
        Ok(PatchPolicy::of(self.required_policy()?, self.min_secs_left()))
    }

    fn require_apart(&self, authority: &Authority, attesters: Address) -> Result<(), GuardError> {
        let is_apart = attesters != authority.current_governor() && attesters != authority.current_guardian();
        // A constructor that runs right after it is deployed has its code by then.
        if !is_apart || implementation::kind(self.vm(), attesters).is_err() {
            return Err(AttestersNotApart { attesters }.into());
        }
        Ok(())
    }

    fn store_policy(&mut self, checked: Policy, policy: PatchPolicy, loosened: bool) {
        self.policy.set(checked.to_word());
        self.min_secs_left
            .set(U256::from_limbs([policy.min_secs_left, 0, 0, 0]));
        sdk::emit(self.vm(), PatchPolicyChanged { loosened, policy });
    }

    fn store_attesters(&mut self, current: Address) {
        let previous = self.current_attesters();
        self.attesters.set(word_of(current));
        sdk::emit(self.vm(), AttestersChanged { previous, current });
    }

    pub(super) fn required_policy(&self) -> Result<Policy, GuardError> {
        Policy::from_word(self.policy.get()).ok_or_else(|| PolicyUnset {}.into())
    }

    pub(super) fn min_secs_left(&self) -> u64 {
        let [secs, ..] = self.min_secs_left.get().into_limbs();
        secs
    }
}
