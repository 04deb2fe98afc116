//! The patch manager: what is approved of a patch, and the calls that are made of it.

use crate::bridge::constructor;
use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::{eip712_domain, sol, SolStruct, SolValue};

pub use manager_abi::{IPatchCare, IPatchGovernance, IPatchManager, IPatchSentinels};

mod manager_abi {
    // What the macro makes of a method with many parameters is not ours to shorten.
    #![allow(clippy::too_many_arguments)]
    alloy_sol_types::sol!(
        #![sol(all_derives)]
        "../../contracts/patch-manager/IPatchManager.sol"
    );
}

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

/// What a patch does.
pub const UPGRADE: u8 = 0;
/// The proxy gets another administrator.
pub const HAND_OVER: u8 = 1;

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
            path: 0,
            wayBack: 0,
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
    #[allow(non_snake_case)]
    pub fn apply(&self, init: Bytes, checks: Bytes, activationGas: u64) -> IPatchManager::applyPatchCall {
        call_of!(self, IPatchManager::applyPatchCall, init, checks, activationGas)
    }

    /// Tries it.
    #[must_use]
    #[allow(non_snake_case)]
    pub fn canary(&self, init: Bytes, checks: Bytes, activationGas: u64) -> IPatchManager::canaryCall {
        call_of!(self, IPatchManager::canaryCall, init, checks, activationGas)
    }
}

/// What has to hold of a call's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It succeeds.
    Succeeds,
    /// It reverts.
    Reverts,
    /// It answers with this.
    Equals(U256),
    /// It answers what it did, give or take so many basis points.
    Unchanged(u16),
}

/// A check, as the manager reads it.
#[must_use]
pub fn check(rule: Rule, target: Address, call: &[u8]) -> Vec<u8> {
    let (kind, step, low) = match rule {
        Rule::Succeeds => (0, 0, U256::ZERO),
        Rule::Reverts => (1, 0, U256::ZERO),
        Rule::Equals(number) => (3, 0, number),
        Rule::Unchanged(step) => (5, step, U256::ZERO),
    };
    let length = u16::try_from(call.len()).unwrap_or(u16::MAX);
    let head: [&[u8]; 7] = [
        &[kind],
        &step.to_be_bytes(),
        &low.to_be_bytes::<32>(),
        &[0; 32],
        target.as_slice(),
        &length.to_be_bytes(),
        call,
    ];
    head.concat()
}

/// How patches wait in the tests, in the order of the policy: review, proposal, delay, approval, standby, window, probation, least time left.
pub const POLICY: [u64; 8] = {
    const HOUR: u64 = 3_600;
    const DAY: u64 = 24 * HOUR;
    [HOUR, 2 * DAY, DAY, 3 * DAY, 90 * DAY, DAY, 5 * DAY, 30 * DAY]
};

/// The input of the call that constructs a manager.
#[must_use]
pub fn manager_input(governor: Address, guardian: Address, attesters: Address, delay_secs: u64) -> Vec<u8> {
    let [a, b, c, d, e, f, g, h] = POLICY;
    constructor(&(governor, guardian, attesters, delay_secs, a, b, c, d, e, f, g, h).abi_encode_params())
}
