//! Proxies in care: how they are taken, frozen, and what runs behind them kept alive.

use super::{
    super::{
        events::{PatchFroze, ProgramKeptAlive, ProxyAdopted},
        proxy::restrict,
        refusals::{ImplementationDiffers, NothingToFreeze, PatchHidden, ProxyKnown, SwitchFailed},
        Switch, Terms,
    },
    in_phase, PatchManager,
};
use crate::{authority::Governor, implementation, sdk, transition::RefundRefused, GuardError};
use alloy_primitives::{Address, U256};
use portcullis_core::patch::Phase;
use stylus_sdk::prelude::*;

impl PatchManager {
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

    /// Freezes what an approved patch is about, each group once, as long as its terms say: whoever asks. It ends by itself.
    ///
    /// A group that the proxy refuses to restrict is left as it is, and can be frozen later: it is restricted more strictly or for longer already, or the caller gave too little gas for it.
    /// So a freeze of the guardian keeps no other group open, and nobody spends a patch's freeze by starving it.
    ///
    /// # Errors
    /// [`NothingToFreeze`], [`ProxyUnknown`](crate::patch::ProxyUnknown), [`PatchInPhase`](crate::patch::PatchInPhase) when it is neither approved nor armed, [`PatchHidden`],
    /// [`SwitchFailed`] when the proxy refuses for every group that is left.
    ///
    /// # Events
    /// [`PatchFroze`], with the groups that it froze.
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
        let frozen = self.frozen.get(id).byte(0);
        let left = terms.freeze_groups & !frozen;
        if left == 0 || switch != Switch::Guarded {
            return Err(NothingToFreeze { patch: id }.into());
        }
        let Terms {
            proxy,
            freeze_rung: rung,
            freeze_secs: secs,
            ..
        } = *terms;
        // All of them until it is known which, as the proxy is called.
        self.frozen.insert(id, U256::from(frozen | left));
        let mut groups = 0;
        for group in 0..u8::BITS as u8 {
            if left >> group & 1 == 1 && restrict(self.vm(), proxy, group, rung, secs).is_ok() {
                groups |= 1 << group;
            }
        }
        if groups == 0 {
            return Err(SwitchFailed { proxy }.into());
        }
        self.frozen.insert(id, U256::from(frozen | groups));
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
}
