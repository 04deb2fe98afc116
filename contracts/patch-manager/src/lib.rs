//! The patch manager as a contract: the administrator of guarded proxies, and the owner of beacons and UUPS proxies.
//!
//! [`portcullis::patch`] has the steps, who may take them, and what they look at. `IPatchManager.sol` beside this crate is the interface.
//!
//! # Design
//! - **Four roles that nobody has together**: the governor puts on record, the attesters (a council's contract: M of N signatures, each of them EIP-712 typed data) approve, the guardian arms, applies and rolls back, and anyone tries
//!   a patch, freezes what an approved one says, and keeps a program alive. The governor may do what the guardian may, but for ending a probation early.
//! - **Who may roll back is not replaced at once**: naming another guardian waits, unless the attesters do it. Otherwise a governor's key takes the way back away.
//! - **A guarded proxy's settings always wait**, whichever way they go: what tightens in a hurry is a pause, which the guardian makes at once ([`PatchManagerContract::restrict`]). Upgrades and another administrator are not settings:
//!   they are patches.
//! - **Sentinels are below all of them**: each restricts a group of one proxy's functions, once and for a bounded time, and reaches no patch. Naming one always waits; guardian, governor and attesters dismiss it at once.
//! - Everything that calls a proxy or a program holds the lock: the code that is switched to runs in the middle.
//! - `canary` returns nothing but errors: `CanaryPassed` is the good one.
//!
//! # Trust assumptions
//! - Those of [`portcullis::patch`].
//! - The manager's program expires after a year like any: anyone may keep it alive, by `keepAlive` of its own address, too.
//!
//! # The attack
//! A governor's key that was stolen upgrades to code that nobody read. Here it puts a patch on record, which everybody sees, and which dies there.
// What the macros add, on chain and for printing the interface, has none.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod care;
mod error;
mod governance;
mod sentinels;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use care::IPatchCare;
pub use error::*;
pub use governance::IPatchGovernance;
pub use sentinels::IPatchSentinels;
// What the macro makes of the traits for whoever prints the interface, and looks for here.
#[cfg(feature = "export-abi")]
pub use care::IPatchCareStylusAbiStruct;
#[cfg(feature = "export-abi")]
pub use governance::IPatchGovernanceStylusAbiStruct;
#[cfg(feature = "export-abi")]
pub use sentinels::IPatchSentinelsStylusAbiStruct;

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256};
use portcullis::{
    abi::Blob,
    authority::Authority,
    core_types::patch::Window,
    guarded,
    patch::{Parts, PatchManager, PatchPolicy, Terms},
    timelock::Timelock,
};
use stylus_sdk::prelude::*;

/// The patch manager.
#[portcullis::entrypoint]
#[storage]
pub struct PatchManagerContract {
    authority: Authority,
    timelock: Timelock,
    patches: PatchManager,
}

#[guarded]
#[public]
#[implements(IPatchCare, IPatchGovernance, IPatchSentinels)]
impl PatchManagerContract {
    /// Names who governs, who guards and who approves, and says how patches wait, and for how long what loosens does. Once.
    ///
    /// # Errors
    /// `ZeroAuthority`, `AttestersNotApart`, `PolicyOutOfBounds`, `NoStranger`, `DelayTooLong`.
    #[constructor]
    pub fn constructor(
        &mut self,
        governor: Address,
        guardian: Address,
        attesters: Address,
        delay_secs: u64,
        policy: PatchPolicy,
    ) -> Result<(), ManagerError> {
        let founder = self.authority.founder()?;
        self.timelock.set_delay(&founder, &[], delay_secs)?;
        self.authority.initialize(governor, guardian)?;
        Ok(self.patches.initialize(&self.authority, attesters, policy)?)
    }

    /// Puts a patch of a proxy on record as a hash. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `ProxyUnknown`, `PatchInPhase`.
    #[exempt("the governor's; it only says that something will come")]
    pub fn commit(&mut self, patch: B256, proxy: Address) -> Result<(), ManagerError> {
        let by = self.authority.governor()?;
        Ok(self.patches.commit(&by, patch, proxy)?)
    }

    /// Puts a patch on record with its terms. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `UnknownTerm`, `HandOverTerms`, `ProxyUnknown`, `PatchInPhase`.
    #[exempt("the governor's; it only says what will come")]
    pub fn propose(&mut self, terms: Terms) -> Result<B256, ManagerError> {
        let by = self.authority.governor()?;
        Ok(self.patches.propose(&by, terms)?)
    }

    /// Shows the terms of a patch that was committed to. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `PatchCommittedElsewhere`, `PatchRevealed`, and those of `propose`.
    #[exempt("the governor's; it only says what will come")]
    pub fn reveal(&mut self, terms: Terms) -> Result<B256, ManagerError> {
        let by = self.authority.governor()?;
        Ok(self.patches.reveal(&by, terms)?)
    }

    /// Approves a patch. For the attesters.
    ///
    /// # Errors
    /// `NotAttesters`, `PatchInPhase`, `PatchTooEarly`.
    #[exempt("the attesters'; it only lets a delay begin")]
    pub fn approve(&mut self, patch: B256) -> Result<(), ManagerError> {
        let by = self.patches.attesters()?;
        Ok(self.patches.approve(&by, patch)?)
    }

    /// Freezes what an approved patch says, each group once. For anyone. A group that the proxy refuses to restrict, as it is restricted more strictly or for longer already, is left.
    ///
    /// # Errors
    /// `NothingToFreeze`, `PatchInPhase`, `PatchHidden`, `SwitchFailed`.
    #[guard(lock)]
    pub fn freeze(&mut self, terms: Terms) -> Result<(), ManagerError> {
        Ok(self.patches.freeze(&terms)?)
    }

    /// Says in which seconds an approved patch can be applied, both inclusive. For the guardian and the governor.
    ///
    /// # Errors
    /// `NotGuardian`, `PatchInPhase`, `PatchHidden`, `WindowFromOutOfBounds`, `WindowUntilOutOfBounds`.
    #[exempt("the guardian's; what is armed was approved and has waited")]
    pub fn arm(&mut self, patch: B256, from: u64, until: u64) -> Result<(), ManagerError> {
        let by = self.authority.guardian()?;
        Ok(self.patches.arm(&by, patch, Window { from, until })?)
    }

    /// Applies a patch, or changes nothing. For the guardian and the governor. With `activation_gas` a program that is not active is activated first, for the value of the call.
    ///
    /// # Errors
    /// `NotGuardian`, `PatchInPhase`, `PatchTooEarly`, `ProxyInProbation`, and those of `canary`.
    #[guard(lock)]
    #[payable]
    pub fn apply_patch(
        &mut self,
        terms: Terms,
        init: Blob,
        checks: Blob,
        activation_gas: u64,
    ) -> Result<(), ManagerError> {
        let (by, held) = (self.authority.guardian()?, self.patches.held());
        let parts = Parts {
            init: &init.0,
            checks: &checks.0,
            activation_gas,
        };
        self.patches.apply(&by, &terms, parts)?;
        Ok(self.patches.give_back(held)?)
    }

    /// Tries a patch, whether or not anybody approved it, and reverts in any case. For anyone, to simulate.
    ///
    /// # Errors
    /// `CanaryPassed` when nothing was found; else what was: `InitDiffers`, `ChecksDiffer`, `ProxyUnknown`, `ImplementationDiffers`, `NoCode`, `DelegatedAccount`, `CodeDiffers`, `FragmentsDiffer`,
    /// `ProgramInactive`, `ProgramExpiresSoon`, `ActivationFailed`, `LayoutDiffers`, `NotProxiable`, `InitializerOpen`, `SwitchFailed`, `InitializedTwice`, `CheckFailed`, `MalformedCheck`, `Starved`.
    #[guard(lock)]
    #[payable]
    pub fn canary(
        &mut self,
        terms: Terms,
        init: Blob,
        checks: Blob,
        activation_gas: u64,
    ) -> Result<(), ManagerError> {
        let parts = Parts {
            init: &init.0,
            checks: &checks.0,
            activation_gas,
        };
        Err(self.patches.canary(&terms, parts).into())
    }

    /// Cancels a patch. For the guardian, the governor and the attesters.
    ///
    /// # Errors
    /// `NotGuardian`, `PatchInPhase`.
    #[exempt("it only tightens")]
    pub fn cancel(&mut self, patch: B256) -> Result<(), ManagerError> {
        let by = self.patches.canceller(&self.authority)?;
        Ok(self.patches.cancel(&by, patch)?)
    }

    /// Cancels every patch of a proxy that was not applied. For the guardian, the governor and the attesters.
    ///
    /// # Errors
    /// `NotGuardian`, `ProxyUnknown`.
    #[exempt("it only tightens")]
    pub fn cancel_all(&mut self, proxy: Address) -> Result<(), ManagerError> {
        let by = self.patches.canceller(&self.authority)?;
        Ok(self.patches.cancel_all(&by, proxy)?)
    }

    /// Goes back to what ran before, once, in probation. For the guardian and the governor.
    ///
    /// # Errors
    /// `NotGuardian`, `PatchInPhase`, `CodeDiffers`, `ProgramInactive`, `LayoutDiffers`, `SwitchFailed`.
    #[guard(lock)]
    pub fn roll_back(&mut self, terms: Terms, reason: B256) -> Result<(), ManagerError> {
        let by = self.authority.guardian()?;
        Ok(self.patches.roll_back(&by, &terms, reason)?)
    }

    /// Ends a probation early: what runs is final. For the guardian alone.
    ///
    /// # Errors
    /// `NotGuardian`, `NoProbation`.
    #[exempt("the guardian gives its own right up")]
    pub fn settle(&mut self, proxy: Address) -> Result<(), ManagerError> {
        let by = self.only_guardian()?;
        Ok(self.patches.settle(&by, proxy)?)
    }

    /// Prolongs the life of the program at an address, for the value of the call. For anyone.
    ///
    /// # Errors
    /// `KeepAliveFailed`.
    #[guard(lock)]
    #[payable]
    pub fn keep_alive(&mut self, account: Address) -> Result<(), ManagerError> {
        let held = self.patches.held();
        self.patches.keep_alive(account)?;
        Ok(self.patches.give_back(held)?)
    }
}
