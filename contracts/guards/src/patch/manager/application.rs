//! What changes behind a proxy: a patch is applied or tried, or gone back on.

use super::{
    super::{
        checks::Checks,
        events::{PatchApplied, PatchRolledBack},
        proxy::{require_upgradable, takes_again},
        refusals::{CanaryPassed, ImplementationDiffers, InitializedTwice, InitializerOpen},
        stranger,
        terms::Act,
        Switch, Terms,
    },
    refusal, Found, PatchManager,
};
use crate::{authority::Guardian, implementation, sdk, GuardError};
use alloy_primitives::{Address, B256};
use portcullis_core::patch::Changed;
use stylus_sdk::prelude::*;

/// The parts of a patch that its terms name by their hashes.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The data with which the proxy is called in the switch.
    pub init: &'a [u8],
    /// The checks, in the layout of [`Checks`].
    pub checks: &'a [u8],
    /// How much gas a program that is not active may be activated with; zero when it has to be active already. What the call brings in ETH pays for it.
    pub activation_gas: u64,
}

impl PatchManager {
    /// Applies a patch: looks at the implementation, asks the checks, switches, initialises, and asks them again. Whatever is not as approved reverts all of it.
    ///
    /// The contract holds its lock: the code that is switched to runs in between.
    ///
    /// # Errors
    /// [`ProxyUnknown`](crate::patch::ProxyUnknown), [`PatchInPhase`](crate::patch::PatchInPhase), [`PatchTooEarly`](crate::patch::PatchTooEarly), [`ProxyInProbation`](crate::patch::ProxyInProbation), and those of [`PatchManager::canary`].
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
    /// [`CanaryPassed`] when nothing was found. Otherwise what was: of the parts [`InitDiffers`](crate::patch::InitDiffers) and [`ChecksDiffer`](crate::patch::ChecksDiffer); of the proxy
    /// [`ProxyUnknown`](crate::patch::ProxyUnknown), [`ImplementationDiffers`]; of the implementation those of [`implementation::require_code`], [`implementation::require_layout`] and
    /// [`implementation::require_answers`], and [`InitializerOpen`]; of the switch [`SwitchFailed`](crate::patch::SwitchFailed), [`BeaconTakesNoInit`](crate::patch::BeaconTakesNoInit) and
    /// [`InitializedTwice`]; of a check [`CheckFailed`](crate::patch::CheckFailed), [`MalformedCheck`](crate::patch::MalformedCheck), [`Starved`](crate::invariant::Starved).
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

    /// Goes back to the implementation before, once, in probation. It has to be the code that it was, alive, and to name the layout that it had.
    ///
    /// # Errors
    /// [`ProxyUnknown`](crate::patch::ProxyUnknown), [`PatchInPhase`](crate::patch::PatchInPhase), [`ImplementationDiffers`], those of [`implementation::require_code`] and [`implementation::require_layout`],
    /// [`SwitchFailed`](crate::patch::SwitchFailed).
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
            self.dismiss_all(proxy)?;
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
            require_upgradable(self.vm(), proxy, new)?;
        }
        // A stranger may be held back by a pause, and this contract by what it is: both are refused.
        if has_init
            && (stranger::may(self.vm(), stranger, proxy, parts.init)?
                || takes_again(self.vm(), proxy, new, parts.init)?)
        {
            return Err(InitializedTwice { proxy }.into());
        }
        let after = checks.ask(self.vm(), stranger)?;
        checks.require(&before, &after)?;
        Ok(before.len() as u64)
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
}
