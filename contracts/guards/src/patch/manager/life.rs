//! The steps of a patch that change nothing behind its proxy.

use super::{
    super::{
        events::{
            AllPatchesCancelled, PatchApproved, PatchArmed, PatchCancelled, PatchCommitted, PatchProposed,
            PatchTermsRevealed, ProbationSettled,
        },
        refusals::{HandOverTerms, NoProbation, PatchCommittedElsewhere},
        terms::Act,
        Terms,
    },
    refusal, word_of, Attesters, Canceller, Found, PatchManager,
};
use crate::{
    authority::{Governor, Guardian},
    sdk, GuardError,
};
use alloy_primitives::{Address, B256};
use portcullis_core::patch::{Deployment, Patch, Path, Refused, WayBack, Window};
use stylus_sdk::prelude::*;

impl PatchManager {
    /// Puts a patch of a proxy on record as a hash: [`Terms::id`]. What it is stays hidden until it is revealed.
    ///
    /// # Errors
    /// [`ProxyUnknown`](crate::patch::ProxyUnknown), [`PolicyUnset`](crate::patch::PolicyUnset), [`PatchInPhase`](crate::patch::PatchInPhase).
    ///
    /// # Events
    /// [`PatchCommitted`].
    pub fn commit(&mut self, _by: &Governor, id: B256, proxy: Address) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let deployment = self.deployment(proxy)?;
        let recorded = self.patch(id).commit(&self.required_policy()?, &deployment, now);
        let patch = self.keep(id, proxy, recorded)?;
        self.proxies.insert(id, word_of(proxy));
        let (opens_at, ends_at) = times(&patch, &deployment, now);
        sdk::emit(
            self.vm(),
            PatchCommitted {
                patch: id,
                proxy,
                opens_at,
                ends_at,
            },
        );
        Ok(())
    }

    /// Puts a patch on record with its terms.
    ///
    /// # Errors
    /// [`UnknownTerm`](crate::patch::UnknownTerm), [`HandOverTerms`], [`ProxyUnknown`](crate::patch::ProxyUnknown), [`PolicyUnset`](crate::patch::PolicyUnset), [`PatchInPhase`](crate::patch::PatchInPhase).
    ///
    /// # Events
    /// [`PatchProposed`].
    pub fn propose(&mut self, _by: &Governor, terms: Terms) -> Result<B256, GuardError> {
        let (id, proxy) = (terms.id(self.vm()), terms.proxy);
        let (path, way_back) = self.looked_through(id, &terms)?;
        let now = self.vm().block_timestamp();
        let deployment = self.deployment(proxy)?;
        let policy = self.required_policy()?;
        let recorded = self.patch(id).propose(path, way_back, &policy, &deployment, now);
        let patch = self.keep(id, proxy, recorded)?;
        self.proxies.insert(id, word_of(proxy));
        let (opens_at, ends_at) = times(&patch, &deployment, now);
        sdk::emit(
            self.vm(),
            PatchProposed {
                patch: id,
                proxy,
                opens_at,
                ends_at,
                terms,
            },
        );
        Ok(id)
    }

    /// Shows the terms of a patch that was committed to.
    ///
    /// # Errors
    /// [`PatchCommittedElsewhere`], those of [`PatchManager::propose`], [`PatchRevealed`](crate::patch::PatchRevealed).
    ///
    /// # Events
    /// [`PatchTermsRevealed`].
    pub fn reveal(&mut self, _by: &Governor, terms: Terms) -> Result<B256, GuardError> {
        let (id, proxy) = (terms.id(self.vm()), terms.proxy);
        let (path, way_back) = self.looked_through(id, &terms)?;
        let found = self.found(id)?;
        if found.proxy != proxy || path != Path::Timelocked {
            return Err(PatchCommittedElsewhere {
                patch: id,
                proxy: found.proxy,
            }
            .into());
        }
        let now = self.vm().block_timestamp();
        let revealed = found.patch.reveal(way_back, &found.deployment, now);
        self.keep(id, proxy, revealed)?;
        sdk::emit(
            self.vm(),
            PatchTermsRevealed {
                patch: id,
                proxy,
                terms,
            },
        );
        Ok(id)
    }

    /// The attesters approve a patch: from now its delay runs.
    ///
    /// # Errors
    /// [`ProxyUnknown`](crate::patch::ProxyUnknown), [`PatchInPhase`](crate::patch::PatchInPhase), [`PatchTooEarly`](crate::patch::PatchTooEarly).
    ///
    /// # Events
    /// [`PatchApproved`].
    pub fn approve(&mut self, _by: &Attesters, id: B256) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let Found {
            proxy,
            patch,
            deployment,
        } = self.found(id)?;
        let approved = patch.approve(&deployment, now);
        let patch = self.keep(id, proxy, approved)?;
        let (ready_at, ends_at) = times(&patch, &deployment, now);
        sdk::emit(
            self.vm(),
            PatchApproved {
                patch: id,
                proxy,
                ready_at,
                ends_at,
            },
        );
        Ok(())
    }

    /// Says in which seconds an approved patch can be applied.
    ///
    /// # Errors
    /// [`ProxyUnknown`](crate::patch::ProxyUnknown), [`PatchInPhase`](crate::patch::PatchInPhase), [`PatchHidden`](crate::patch::PatchHidden), [`WindowFromOutOfBounds`](crate::patch::WindowFromOutOfBounds), [`WindowUntilOutOfBounds`](crate::patch::WindowUntilOutOfBounds).
    ///
    /// # Events
    /// [`PatchArmed`].
    pub fn arm(&mut self, _by: &Guardian, id: B256, window: Window) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let Found {
            proxy,
            patch,
            deployment,
        } = self.found(id)?;
        let armed = patch.arm(window, &deployment, now);
        self.keep(id, proxy, armed)?;
        sdk::emit(
            self.vm(),
            PatchArmed {
                patch: id,
                proxy,
                from: window.from.max(now),
                until: window.until,
            },
        );
        Ok(())
    }

    /// Cancels a patch that was not applied.
    ///
    /// # Errors
    /// [`ProxyUnknown`](crate::patch::ProxyUnknown), [`PatchInPhase`](crate::patch::PatchInPhase).
    ///
    /// # Events
    /// [`PatchCancelled`].
    pub fn cancel(&mut self, by: &Canceller, id: B256) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let Found {
            proxy,
            patch,
            deployment,
        } = self.found(id)?;
        let cancelled = patch.cancel(&deployment, now);
        self.keep(id, proxy, cancelled)?;
        sdk::emit(
            self.vm(),
            PatchCancelled {
                patch: id,
                proxy,
                by: by.0,
            },
        );
        Ok(())
    }

    /// Cancels every patch of a proxy that was not applied.
    ///
    /// # Errors
    /// [`ProxyUnknown`](crate::patch::ProxyUnknown).
    ///
    /// # Events
    /// [`AllPatchesCancelled`].
    pub fn cancel_all(&mut self, by: &Canceller, proxy: Address) -> Result<(), GuardError> {
        let deployment = self.deployment(proxy)?.cancel_all();
        self.sites.setter(proxy.into_word()).set_deployment(deployment);
        sdk::emit(
            self.vm(),
            AllPatchesCancelled {
                proxy,
                by: by.0,
                epoch: deployment.epoch(),
            },
        );
        Ok(())
    }

    /// Makes what runs final before its probation is over. For the guardian itself: nobody else gives its right up.
    ///
    /// # Errors
    /// [`ProxyUnknown`](crate::patch::ProxyUnknown), [`NoProbation`].
    ///
    /// # Events
    /// [`ProbationSettled`].
    pub fn settle(&mut self, by: &Guardian, proxy: Address) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let settled = self.deployment(proxy)?.settle(now);
        let deployment = settled.ok_or(NoProbation { proxy })?;
        self.sites.setter(proxy.into_word()).set_deployment(deployment);
        sdk::emit(
            self.vm(),
            ProbationSettled {
                proxy,
                by: by.address(),
            },
        );
        Ok(())
    }

    /// Stores what a step has made of a patch.
    #[inline(never)]
    fn keep(&mut self, id: B256, proxy: Address, made: Result<Patch, Refused>) -> Result<Patch, GuardError> {
        let patch = made.map_err(|refused| refusal(id, proxy, refused))?;
        self.patches.insert(id, patch.to_word());
        Ok(patch)
    }

    /// Path and way back of terms that can be put on record.
    pub(super) fn looked_through(&self, id: B256, terms: &Terms) -> Result<(Path, WayBack), GuardError> {
        let (path, way_back) = (terms.path()?, terms.way_back()?);
        let nothing = self.vm().native_keccak256(&[]);
        if terms.act()? == Act::HandOver
            && (way_back != WayBack::Barred || terms.init_hash != nothing || terms.checks_hash != nothing)
        {
            return Err(HandOverTerms { patch: id }.into());
        }
        terms.require_freeze()?;
        Ok((path, way_back))
    }
}

/// When the patch's next step can be taken, and when no longer.
fn times(patch: &Patch, deployment: &Deployment, now: u64) -> (u64, u64) {
    let ends_at = patch.ends_at(deployment, now).unwrap_or_default();
    let opens_at = patch.next_change_at(deployment, now).unwrap_or_default();
    (if opens_at == ends_at { now } else { opens_at }, ends_at)
}
