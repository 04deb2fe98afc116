//! The patches of a contract's proxies.

mod application;
mod care;
mod life;
mod roles;
mod sentinels;

pub use application::Parts;
pub use roles::{Attesters, Canceller};
pub use sentinels::SentinelStatus;

// The storage macro names both.
use super::{
    refusals::{
        PatchHidden, PatchInPhase, PatchRevealed, PatchTooEarly, ProxyInProbation, ProxyUnknown,
        WindowFromOutOfBounds, WindowUntilOutOfBounds,
    },
    site::Site,
    Switch,
};
use crate::{guardians::Guardians, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::patch::{Deployment, Patch, Phase, Refused};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

/// The patches of proxies.
#[storage]
pub struct PatchManager {
    /// A [`Policy`](portcullis_core::patch::Policy).
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
    /// Which of its groups one has frozen, a bit each.
    frozen: StorageMap<B256, StorageU256>,
    /// What is known of each proxy, by the word of its address.
    sites: StorageMap<B256, Site>,
    /// The sentinels of each proxy, by the same.
    sentinels: StorageMap<B256, Guardians>,
}

/// A patch, as a step finds it.
struct Found {
    proxy: Address,
    patch: Patch,
    deployment: Deployment,
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
    /// Whether it is a guarded proxy in this contract's care.
    pub fn is_guarded(&self, proxy: Address) -> bool {
        self.switch(proxy) == Ok(Switch::Guarded)
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
