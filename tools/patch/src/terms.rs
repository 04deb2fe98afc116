//! What is approved of a patch, and the calls that carry it.

use crate::interface::{IPatchCare, IPatchManager};
use alloy_primitives::{keccak256, Address, Bytes, B256};
use alloy_sol_types::{eip712_domain, sol, SolStruct};
use portcullis::patch::Terms;

sol! {
    /// What is approved, field by field, as wallets show it.
    #[derive(Debug, PartialEq, Eq)]
    struct Patch {
        uint8 act;
        address proxy;
        address replaces;
        address implementation;
        bytes32 codeHash;
        bytes32 fragments;
        bytes32 layoutBefore;
        bytes32 layoutAfter;
        bytes32 initHash;
        bytes32 checksHash;
        uint8 path;
        uint8 wayBack;
        uint8 freezeGroups;
        uint8 freezeRung;
        uint64 freezeSecs;
        bytes32 salt;
    }
}

/// The proxy runs another implementation.
pub const UPGRADE: u8 = 0;
/// The proxy gets another administrator.
pub const HAND_OVER: u8 = 1;
/// It is for now.
pub const TIME_LOCKED: u8 = 0;
/// It lies ready for long.
pub const STANDBY: u8 = 1;
/// It can be rolled back.
pub const OPEN: u8 = 0;
/// It cannot.
pub const BARRED: u8 = 1;

/// Where a patch is in its life, by its number.
pub const PHASES: [&str; 10] = [
    "not on record",
    "committed",
    "proposed",
    "approved",
    "armed",
    "in probation",
    "final",
    "cancelled",
    "expired",
    "rolled back",
];

/// A call whose arguments are a patch's terms, and more.
macro_rules! call_of {
    ($terms:expr, $interface:ident::$call:ident $(, $more:ident)*) => {{
        let Patch {
            act, proxy, replaces, implementation, codeHash, fragments, layoutBefore, layoutAfter, initHash, checksHash, path, wayBack, freezeGroups,
            freezeRung, freezeSecs, salt,
        } = $terms.clone();
        $interface::$call {
            act, proxy, replaces, implementation, codeHash, fragments, layoutBefore, layoutAfter, initHash, checksHash, path, wayBack, freezeGroups,
            freezeRung, freezeSecs, salt, $($more),*
        }
    }};
}

impl Patch {
    /// One that puts an implementation in place of another, which initialises nothing and asks nothing.
    #[must_use]
    pub fn new(proxy: Address, replaces: Address, implementation: Address, code_hash: B256) -> Self {
        Self {
            act: UPGRADE,
            proxy,
            replaces,
            implementation,
            codeHash: code_hash,
            fragments: B256::ZERO,
            layoutBefore: B256::ZERO,
            layoutAfter: B256::ZERO,
            initHash: keccak256([]),
            checksHash: keccak256([]),
            path: TIME_LOCKED,
            wayBack: OPEN,
            freezeGroups: 0,
            freezeRung: 0,
            freezeSecs: 0,
            salt: B256::ZERO,
        }
    }

    /// With these data and checks.
    #[must_use]
    pub fn with(self, init: &[u8], checks: &[u8]) -> Self {
        Self {
            initHash: keccak256(init),
            checksHash: keccak256(checks),
            ..self
        }
    }

    /// The identifier, as wallets compute it for a manager at this address.
    #[must_use]
    pub fn id(&self, chain_id: u64, manager: Address) -> B256 {
        self.eip712_signing_hash(&eip712_domain! {
            name: "Portcullis Patch Manager",
            version: "1",
            chain_id: chain_id,
            verifying_contract: manager,
        })
    }

    /// As the manager keeps them.
    #[must_use]
    pub fn terms(&self) -> Terms {
        Terms {
            act: self.act,
            proxy: self.proxy,
            replaces: self.replaces,
            implementation: self.implementation,
            code_hash: self.codeHash,
            fragments: self.fragments,
            layout_before: self.layoutBefore,
            layout_after: self.layoutAfter,
            init_hash: self.initHash,
            checks_hash: self.checksHash,
            path: self.path,
            way_back: self.wayBack,
            freeze_groups: self.freezeGroups,
            freeze_rung: self.freezeRung,
            freeze_secs: self.freezeSecs,
            salt: self.salt,
        }
    }

    /// Asks the manager for the identifier.
    #[must_use]
    pub fn patch_id(&self) -> IPatchCare::patchIdCall {
        call_of!(self, IPatchCare::patchIdCall)
    }

    /// Puts it on record.
    #[must_use]
    pub fn propose(&self) -> IPatchManager::proposeCall {
        call_of!(self, IPatchManager::proposeCall)
    }

    /// Shows what was committed to.
    #[must_use]
    pub fn reveal(&self) -> IPatchManager::revealCall {
        call_of!(self, IPatchManager::revealCall)
    }

    /// Freezes what it says.
    #[must_use]
    pub fn freeze(&self) -> IPatchManager::freezeCall {
        call_of!(self, IPatchManager::freezeCall)
    }

    /// Goes back.
    #[must_use]
    pub fn roll_back(&self, reason: B256) -> IPatchManager::rollBackCall {
        call_of!(self, IPatchManager::rollBackCall, reason)
    }

    /// Applies it.
    #[must_use]
    #[allow(non_snake_case)] // Solidity's name of the argument.
    pub fn apply(&self, init: Bytes, checks: Bytes, activationGas: u64) -> IPatchManager::applyPatchCall {
        call_of!(self, IPatchManager::applyPatchCall, init, checks, activationGas)
    }

    /// Tries it.
    #[must_use]
    #[allow(non_snake_case)] // Solidity's name of the argument.
    pub fn canary(&self, init: Bytes, checks: Bytes, activationGas: u64) -> IPatchManager::canaryCall {
        call_of!(self, IPatchManager::canaryCall, init, checks, activationGas)
    }
}

macro_rules! terms_of {
    ($($call:ty),* $(,)?) => {$(
        impl From<&$call> for Patch {
            fn from(call: &$call) -> Self {
                Self {
                    act: call.act,
                    proxy: call.proxy,
                    replaces: call.replaces,
                    implementation: call.implementation,
                    codeHash: call.codeHash,
                    fragments: call.fragments,
                    layoutBefore: call.layoutBefore,
                    layoutAfter: call.layoutAfter,
                    initHash: call.initHash,
                    checksHash: call.checksHash,
                    path: call.path,
                    wayBack: call.wayBack,
                    freezeGroups: call.freezeGroups,
                    freezeRung: call.freezeRung,
                    freezeSecs: call.freezeSecs,
                    salt: call.salt,
                }
            }
        }
    )*};
}

terms_of! {
    IPatchManager::proposeCall,
    IPatchManager::revealCall,
    IPatchManager::applyPatchCall,
    IPatchManager::canaryCall,
    IPatchManager::rollBackCall,
    IPatchManager::freezeCall,
}
