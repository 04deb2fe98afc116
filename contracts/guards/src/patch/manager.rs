//! The patches of a contract's proxies.

// The storage macro names both.
use super::{
    checks::Checks,
    events::{
        AllPatchesCancelled, AttestersChanged, PatchApplied, PatchApproved, PatchArmed, PatchCancelled,
        PatchCommitted, PatchFroze, PatchPolicyChanged, PatchProposed, PatchRolledBack, PatchTermsRevealed,
        ProbationSettled, ProgramKeptAlive, ProxyAdopted,
    },
    policy::PatchPolicy,
    refusals::{
        AttestersNotApart, CanaryPassed, HandOverTerms, ImplementationDiffers, InitializedTwice,
        InitializerOpen, NoProbation, NoStranger, NotAttesters, NothingToFreeze, PatchCommittedElsewhere,
        PatchHidden, PatchInPhase, PatchRevealed, PatchTooEarly, PolicyUnset, ProxyInProbation, ProxyKnown,
        ProxyUnknown, WindowFromOutOfBounds, WindowUntilOutOfBounds,
    },
    site::Site,
    stranger,
    terms::Act,
    Switch, Terms,
};
use crate::{
    authority::{Authority, Governor, Guardian},
    implementation, sdk,
    timelock::Change,
    transition::RefundRefused,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::patch::{Changed, Deployment, Patch, Path, Phase, Policy, Refused, WayBack, Window};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

/// The patches of proxies.
#[storage]
pub struct PatchManager {
    /// A [`Policy`].
    policy: StorageU256,
    /// How many seconds a program has to have left when it is switched to.
    min_secs_left: StorageU256,
    /// The word of who approves.
    attesters: StorageU256,
    /// The word of who asks what a stranger would.
    stranger: StorageU256,
    /// A [`Patch`] for each identifier.
    patches: StorageMap<B256, StorageU256>,
    /// The word of the proxy of each.
    proxies: StorageMap<B256, StorageU256>,
    /// Not zero for one that has frozen what it freezes.
    frozen: StorageMap<B256, StorageU256>,
    /// What is known of each proxy, by the word of its address.
    sites: StorageMap<B256, Site>,
}

/// The right of the attesters: enough of them have approved what is asked.
#[derive(Debug, PartialEq, Eq)]
pub struct Attesters(Address);

/// The right to cancel: of the guardian, the governor and the attesters.
#[derive(Debug, PartialEq, Eq)]
pub struct Canceller(Address);

/// A patch, as a step finds it.
struct Found {
    proxy: Address,
    patch: Patch,
    deployment: Deployment,
}

/// The parts of a patch that its terms name by their hashes.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The data with which the proxy is called in the switch.
    pub init: &'a [u8],
    /// The checks, in the layout of [`super::Checks`].
    pub checks: &'a [u8],
    /// How much gas a program that is not active may be activated with; zero when it has to be active already. What the call brings in ETH pays for it.
    pub activation_gas: u64,
}

/// A patch, for whoever watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatchStatus {
    /// Where it is in its life.
    pub phase: Phase,
    /// The first second at which its code can run, if everybody acts at once.
    pub ready_at: Option<u64>,
    /// The first second at which its phase is over.
    pub ends_at: Option<u64>,
    /// Its proxy.
    pub proxy: Address,
}

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
    /// [`PolicyOutOfBounds`](super::PolicyOutOfBounds), and those of [`Change::require_waited`].
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

    /// Takes a proxy into care, whose administrator or owner this contract is, and that runs this implementation.
    ///
    /// # Errors
    /// [`ProxyKnown`], [`ImplementationDiffers`], those of [`implementation::kind`].
    ///
    /// # Events
    /// [`ProxyAdopted`].
    pub fn adopt(
        &mut self,
        _by: &Governor,
        proxy: Address,
        switch: Switch,
        running: Address,
    ) -> Result<(), GuardError> {
        if self.sites.getter(proxy.into_word()).switch().is_some() {
            return Err(ProxyKnown { proxy }.into());
        }
        implementation::kind(self.vm(), running)?;
        let found = switch.running(self.vm(), proxy, running);
        if found != running {
            return Err(ImplementationDiffers {
                proxy,
                expected: running,
                found,
            }
            .into());
        }
        self.sites.setter(proxy.into_word()).begin(switch, running);
        let switch = switch as u8;
        sdk::emit(
            self.vm(),
            ProxyAdopted {
                proxy,
                switch,
                implementation: running,
            },
        );
        Ok(())
    }

    /// Puts a patch of a proxy on record as a hash: [`Terms::id`]. What it is stays hidden until it is revealed.
    ///
    /// # Errors
    /// [`ProxyUnknown`], [`PolicyUnset`], [`PatchInPhase`].
    ///
    /// # Events
    /// [`PatchCommitted`].
    pub fn commit(&mut self, _by: &Governor, id: B256, proxy: Address) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let deployment = self.deployment(proxy)?;
        let recorded = self.patch(id).commit(&self.required_policy()?, &deployment, now);
        let patch = recorded.map_err(|refused| refusal(id, proxy, refused))?;
        self.proxies.insert(id, word_of(proxy));
        self.patches.insert(id, patch.to_word());
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
    /// [`UnknownTerm`](super::UnknownTerm), [`HandOverTerms`], [`ProxyUnknown`], [`PolicyUnset`], [`PatchInPhase`].
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
        let patch = recorded.map_err(|refused| refusal(id, proxy, refused))?;
        self.proxies.insert(id, word_of(proxy));
        self.patches.insert(id, patch.to_word());
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
    /// [`PatchCommittedElsewhere`], those of [`PatchManager::propose`], [`PatchRevealed`].
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
        let patch = revealed.map_err(|refused| refusal(id, proxy, refused))?;
        self.patches.insert(id, patch.to_word());
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
    /// [`ProxyUnknown`], [`PatchInPhase`], [`PatchTooEarly`].
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
        let patch = approved.map_err(|refused| refusal(id, proxy, refused))?;
        self.patches.insert(id, patch.to_word());
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

    /// Freezes what an approved patch is about, once, as long as its terms say: whoever asks. It ends by itself.
    ///
    /// # Errors
    /// [`NothingToFreeze`], [`ProxyUnknown`], [`PatchInPhase`] when it is neither approved nor armed, [`PatchHidden`], [`SwitchFailed`](super::SwitchFailed).
    ///
    /// # Events
    /// [`PatchFroze`].
    pub fn freeze(&mut self, terms: &Terms) -> Result<(), GuardError> {
        let id = terms.id(self.vm());
        let found = self.found(id)?;
        let phase = found.patch.phase(&found.deployment, self.vm().block_timestamp());
        if !matches!(phase, Phase::Approved | Phase::Armed) {
            return Err(in_phase(id, phase));
        }
        if !found.patch.is_revealed() {
            return Err(PatchHidden { patch: id }.into());
        }
        let switch = self.switch(terms.proxy)?;
        if terms.freeze_groups == 0 || switch != Switch::Guarded || !self.frozen.get(id).is_zero() {
            return Err(NothingToFreeze { patch: id }.into());
        }
        self.frozen.insert(id, U256::ONE);
        let Terms {
            proxy,
            freeze_groups: groups,
            freeze_rung: rung,
            freeze_secs: secs,
            ..
        } = *terms;
        for group in 0..u8::BITS as u8 {
            if groups >> group & 1 == 1 {
                super::proxy::restrict(self.vm(), proxy, group, rung, secs)?;
            }
        }
        sdk::emit(
            self.vm(),
            PatchFroze {
                patch: id,
                proxy,
                groups,
                rung,
                secs,
            },
        );
        Ok(())
    }

    /// Says in which seconds an approved patch can be applied.
    ///
    /// # Errors
    /// [`ProxyUnknown`], [`PatchInPhase`], [`PatchHidden`], [`WindowFromOutOfBounds`], [`WindowUntilOutOfBounds`].
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
        let patch = armed.map_err(|refused| refusal(id, proxy, refused))?;
        self.patches.insert(id, patch.to_word());
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

    /// Applies a patch: looks at the implementation, asks the checks, switches, initialises, and asks them again. Whatever is not as approved reverts all of it.
    ///
    /// The contract holds its lock: the code that is switched to runs in between.
    ///
    /// # Errors
    /// [`ProxyUnknown`], [`PatchInPhase`], [`PatchTooEarly`], [`ProxyInProbation`], and those of [`PatchManager::canary`].
    ///
    /// # Events
    /// [`PatchApplied`].
    pub fn apply(&mut self, _by: &Guardian, terms: &Terms, parts: Parts<'_>) -> Result<(), GuardError> {
        let (id, proxy) = (terms.id(self.vm()), terms.proxy);
        let now = self.vm().block_timestamp();
        let Found {
            patch, deployment, ..
        } = self.found(id)?;
        let applied = patch.apply(deployment, now);
        let Changed { patch, deployment } = applied.map_err(|refused| refusal(id, proxy, refused))?;
        self.patches.insert(id, patch.to_word());
        self.sites.setter(proxy.into_word()).set_deployment(deployment);
        self.carry_out(terms, parts)?;
        sdk::emit(
            self.vm(),
            PatchApplied {
                patch: id,
                proxy,
                implementation: terms.implementation,
                probation_ends_at: deployment.probation_ends_at(now).unwrap_or_default(),
            },
        );
        Ok(())
    }

    /// Does what applying would do, whether or not anybody has approved it, and returns an error in any case, so that all of it is undone: for anyone to simulate.
    ///
    /// # Errors
    /// [`CanaryPassed`] when nothing was found. Otherwise what was: of the parts [`InitDiffers`](super::InitDiffers) and [`ChecksDiffer`](super::ChecksDiffer); of the proxy
    /// [`ProxyUnknown`], [`ImplementationDiffers`]; of the implementation those of [`implementation::require_code`], [`implementation::require_layout`] and
    /// [`implementation::require_answers`], and [`InitializerOpen`]; of the switch [`SwitchFailed`](super::SwitchFailed), [`BeaconTakesNoInit`](super::BeaconTakesNoInit) and
    /// [`InitializedTwice`]; of a check [`CheckFailed`](super::CheckFailed), [`MalformedCheck`](super::MalformedCheck), [`Starved`](crate::invariant::Starved).
    pub fn canary(&mut self, terms: &Terms, parts: Parts<'_>) -> GuardError {
        let id = terms.id(self.vm());
        if let Err(refusal) = self.looked_through(id, terms) {
            return refusal;
        }
        match self.carry_out(terms, parts) {
            Ok(checks) => CanaryPassed { patch: id, checks }.into(),
            Err(refusal) => refusal,
        }
    }

    /// Cancels a patch that was not applied.
    ///
    /// # Errors
    /// [`ProxyUnknown`], [`PatchInPhase`].
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
        let patch = cancelled.map_err(|refused| refusal(id, proxy, refused))?;
        self.patches.insert(id, patch.to_word());
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
    /// [`ProxyUnknown`].
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

    /// Goes back to the implementation before, once, in probation. It has to be the code that it was, alive, and to name the layout that it had.
    ///
    /// # Errors
    /// [`ProxyUnknown`], [`PatchInPhase`], [`ImplementationDiffers`], those of [`implementation::require_code`] and [`implementation::require_layout`],
    /// [`SwitchFailed`](super::SwitchFailed).
    ///
    /// # Events
    /// [`PatchRolledBack`].
    pub fn roll_back(&mut self, by: &Guardian, terms: &Terms, reason: B256) -> Result<(), GuardError> {
        let (id, proxy) = (terms.id(self.vm()), terms.proxy);
        let now = self.vm().block_timestamp();
        let Found {
            patch, deployment, ..
        } = self.found(id)?;
        let rolled_back = patch.roll_back(deployment, now);
        let Changed { patch, deployment } = rolled_back.map_err(|refused| refusal(id, proxy, refused))?;
        let switch = self.switch(proxy)?;
        let (previous, expected) = self.sites.getter(proxy.into_word()).way_back();
        implementation::require_code(self.vm(), previous, &expected)?;
        implementation::require_layout(self.vm(), previous, terms.layout_before)?;
        self.require_running(switch, proxy, terms.implementation)?;
        self.patches.insert(id, patch.to_word());
        let mut site = self.sites.setter(proxy.into_word());
        site.set_deployment(deployment);
        site.set_running(previous);
        switch.point(self.vm(), proxy, previous, &[])?;
        self.require_running(switch, proxy, previous)?;
        sdk::emit(
            self.vm(),
            PatchRolledBack {
                patch: id,
                proxy,
                implementation: previous,
                by: by.address(),
                reason,
            },
        );
        Ok(())
    }

    /// Makes what runs final before its probation is over. For the guardian itself: nobody else gives its right up.
    ///
    /// # Errors
    /// [`ProxyUnknown`], [`NoProbation`].
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

    /// Prolongs the life of a program with what the call brings in ETH, be it one that runs or one to go back to. Whoever pays may.
    ///
    /// # Errors
    /// [`KeepAliveFailed`](implementation::KeepAliveFailed).
    ///
    /// # Events
    /// [`ProgramKeptAlive`].
    pub fn keep_alive(&mut self, account: Address) -> Result<(), GuardError> {
        let (code_hash, value) = (self.vm().code_hash(account), self.vm().msg_value());
        implementation::keep_alive(self.vm(), code_hash, value)?;
        let by = self.vm().msg_sender();
        sdk::emit(self.vm(), ProgramKeptAlive { code_hash, by });
        Ok(())
    }

    /// What this contract holds that the call did not bring. For [`PatchManager::give_back`], before anything else.
    pub fn held(&self) -> U256 {
        // Invariant: the balance has the value in it.
        self.balance().saturating_sub(self.vm().msg_value())
    }

    /// Sends what the call brought in ETH, and nothing took, back to its caller. A call that brought nothing gets nothing, and is not called: what was forced upon this contract is in
    /// nobody's way.
    ///
    /// # Errors
    /// [`RefundRefused`].
    pub fn give_back(&self, held: U256) -> Result<(), GuardError> {
        let to = self.vm().msg_sender();
        let value = self.balance().saturating_sub(held).min(self.vm().msg_value());
        if !value.is_zero() {
            sdk::call(self.vm(), to, value, &[]).ok_or(RefundRefused { to, value })?;
        }
        Ok(())
    }

    fn balance(&self) -> U256 {
        self.vm().balance(self.vm().contract_address())
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

    /// Whether it is a guarded proxy in this contract's care.
    pub fn is_guarded(&self, proxy: Address) -> bool {
        self.switch(proxy) == Ok(Switch::Guarded)
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

    /// A patch, for whoever watches.
    ///
    /// # Errors
    /// [`ProxyUnknown`] of one that was never on record.
    pub fn status(&self, id: B256) -> Result<PatchStatus, GuardError> {
        let now = self.vm().block_timestamp();
        let Found {
            proxy,
            patch,
            deployment,
        } = self.found(id)?;
        Ok(PatchStatus {
            phase: patch.phase(&deployment, now),
            ready_at: patch.ready_at(&deployment, now),
            ends_at: patch.ends_at(&deployment, now),
            proxy,
        })
    }

    /// What runs behind a proxy, and what it would be rolled back to, or the zero address.
    ///
    /// # Errors
    /// [`ProxyUnknown`].
    pub fn implementations(&self, proxy: Address) -> Result<(Address, Address), GuardError> {
        self.switch(proxy)?;
        let site = self.sites.getter(proxy.into_word());
        let (previous, _) = site.way_back();
        Ok((site.running(), previous))
    }

    /// Until when what runs behind a proxy can be rolled back; zero when it cannot.
    ///
    /// # Errors
    /// [`ProxyUnknown`].
    pub fn probation_ends_at(&self, proxy: Address) -> Result<u64, GuardError> {
        let now = self.vm().block_timestamp();
        Ok(self.deployment(proxy)?.probation_ends_at(now).unwrap_or_default())
    }

    /// Looks, asks, switches, asks again, and returns how many checks there were.
    #[inline(never)]
    fn carry_out(&mut self, terms: &Terms, parts: Parts<'_>) -> Result<u64, GuardError> {
        let Terms {
            proxy,
            replaces,
            implementation: new,
            ..
        } = *terms;
        terms.require_parts(self.vm(), parts.init, parts.checks)?;
        let switch = self.switch(proxy)?;
        self.require_running(switch, proxy, replaces)?;
        // Anybody may have activated it in between.
        if parts.activation_gas != 0 && implementation::secs_left(self.vm(), new).is_none() {
            implementation::activate(self.vm(), new, parts.activation_gas, self.vm().msg_value())?;
        }
        implementation::require_code(self.vm(), new, &terms.expected(self.min_secs_left()))?;
        implementation::require_layout(self.vm(), replaces, terms.layout_before)?;
        if terms.act()? == Act::HandOver {
            switch.hand_over(self.vm(), proxy, new)?;
            self.sites.setter(proxy.into_word()).end();
            return Ok(0);
        }
        implementation::require_layout(self.vm(), new, terms.layout_after)?;
        implementation::require_answers(self.vm(), new, switch == Switch::Uups)?;
        let stranger = self.current_stranger();
        let has_init = !parts.init.is_empty();
        if has_init && stranger::may(self.vm(), stranger, new, parts.init)? {
            return Err(InitializerOpen { implementation: new }.into());
        }

        let checks = Checks::of(parts.checks);
        let before = checks.ask(self.vm(), stranger)?;
        let old = implementation::hashes(self.vm(), replaces)?;
        self.sites.setter(proxy.into_word()).switched(replaces, old, new);
        switch.point(self.vm(), proxy, new, parts.init)?;
        self.require_running(switch, proxy, new)?;
        if switch == Switch::Uups {
            super::proxy::require_upgradable(self.vm(), proxy, new)?;
        }
        // A stranger may be held back by a pause, and this contract by what it is: both are refused.
        if has_init
            && (stranger::may(self.vm(), stranger, proxy, parts.init)?
                || super::proxy::takes_again(self.vm(), proxy, new, parts.init)?)
        {
            return Err(InitializedTwice { proxy }.into());
        }
        let after = checks.ask(self.vm(), stranger)?;
        checks.require(&before, &after)?;
        Ok(before.len() as u64)
    }

    /// Path and way back of terms that can be put on record.
    fn looked_through(&self, id: B256, terms: &Terms) -> Result<(Path, WayBack), GuardError> {
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

    fn require_running(&self, switch: Switch, proxy: Address, expected: Address) -> Result<(), GuardError> {
        let recorded = self.sites.getter(proxy.into_word()).running();
        let found = switch.running(self.vm(), proxy, recorded);
        if found == expected {
            return Ok(());
        }
        Err(ImplementationDiffers {
            proxy,
            expected,
            found,
        }
        .into())
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

    fn required_policy(&self) -> Result<Policy, GuardError> {
        Policy::from_word(self.policy.get()).ok_or_else(|| PolicyUnset {}.into())
    }

    fn min_secs_left(&self) -> u64 {
        let [secs, ..] = self.min_secs_left.get().into_limbs();
        secs
    }

    fn patch(&self, id: B256) -> Patch {
        Patch::from_word(self.patches.get(id))
    }

    /// A patch on record and its proxy's word. One that is not on record has no proxy.
    fn found(&self, id: B256) -> Result<Found, GuardError> {
        let proxy = address_of(self.proxies.get(id));
        if proxy.is_zero() {
            return Err(in_phase(id, Phase::Unknown));
        }
        Ok(Found {
            proxy,
            patch: self.patch(id),
            deployment: self.sites.getter(proxy.into_word()).deployment(),
        })
    }

    fn switch(&self, proxy: Address) -> Result<Switch, GuardError> {
        let site = self.sites.getter(proxy.into_word());
        site.switch().ok_or_else(|| ProxyUnknown { proxy }.into())
    }

    fn deployment(&self, proxy: Address) -> Result<Deployment, GuardError> {
        self.switch(proxy)?;
        Ok(self.sites.getter(proxy.into_word()).deployment())
    }
}

/// When the patch's next step can be taken, and when no longer.
fn times(patch: &Patch, deployment: &Deployment, now: u64) -> (u64, u64) {
    let ends_at = patch.ends_at(deployment, now).unwrap_or_default();
    let opens_at = patch.next_change_at(deployment, now).unwrap_or_default();
    (if opens_at == ends_at { now } else { opens_at }, ends_at)
}

fn in_phase(patch: B256, phase: Phase) -> GuardError {
    // The cast keeps a number below ten.
    let phase = phase as u8;
    PatchInPhase { patch, phase }.into()
}

#[inline(never)]
fn refusal(patch: B256, proxy: Address, refused: Refused) -> GuardError {
    match refused {
        Refused::Phase { phase } => in_phase(patch, phase),
        Refused::TooEarly { opens_at } => PatchTooEarly { patch, opens_at }.into(),
        Refused::Hidden => PatchHidden { patch }.into(),
        Refused::Revealed => PatchRevealed { patch }.into(),
        Refused::FromOutOfBounds { earliest, latest } => WindowFromOutOfBounds {
            patch,
            earliest,
            latest,
        }
        .into(),
        Refused::UntilOutOfBounds { earliest, latest } => WindowUntilOutOfBounds {
            patch,
            earliest,
            latest,
        }
        .into(),
        Refused::InProbation { ends_at } => ProxyInProbation { proxy, ends_at }.into(),
    }
}

pub(super) fn word_of(address: Address) -> U256 {
    address.into_word().into()
}

pub(super) fn address_of(word: U256) -> Address {
    Address::from_word(word.into())
}
