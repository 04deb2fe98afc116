//! What is approved: a patch in full, and its identifier.

use super::refusals::{ChecksDiffer, InitDiffers, UnknownTerm};
use crate::{abi::encode, implementation::Expected, sdk::VM, words, GuardError};
use alloy_primitives::{Address, B256};
use portcullis_core::{
    patch::{Path, WayBack},
    pause::LONGEST_MAXIMUM_SECS,
};
use stylus_sdk::{keccak_const::Keccak256, prelude::*};

const fn hash(text: &str) -> B256 {
    B256::new(Keccak256::new().update(text.as_bytes()).finalize())
}

const DOMAIN_TYPE: B256 =
    hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
const NAME: B256 = hash("Portcullis Patch Manager");
const VERSION: B256 = hash("1");
const PATCH_TYPE: B256 = hash(
    "Patch(uint8 act,address proxy,address replaces,address implementation,bytes32 codeHash,bytes32 fragments,bytes32 layoutBefore,\
     bytes32 layoutAfter,bytes32 initHash,bytes32 checksHash,uint8 path,uint8 wayBack,uint8 freezeGroups,uint8 freezeRung,uint64 freezeSecs,bytes32 salt)",
);

/// What a patch does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The proxy runs another implementation.
    Upgrade,
    /// The proxy gets another administrator, and leaves this contract's care.
    HandOver,
}

crate::arguments! {
    /// A patch: what is put where, in place of what, and what has to hold. Its identifier is the hash of all of it, for one manager on one chain.
    pub struct Terms {
        /// 0: the proxy runs another implementation. 1: it gets another administrator or owner, named as the implementation, whose code is looked at in the same way.
        pub act: u8,
        /// The proxy.
        pub proxy: Address,
        /// The implementation that runs now. Over any other the patch is not applied.
        pub replaces: Address,
        /// The implementation that runs then.
        pub implementation: Address,
        /// The hash of its code.
        pub code_hash: B256,
        /// [`crate::implementation::fragments_hash`] of it: zero when it has none.
        pub fragments: B256,
        /// The hash of the storage's layout before, as the old implementation names it; zero asks nothing.
        pub layout_before: B256,
        /// The hash of the storage's layout after, as the new implementation names it; zero asks nothing.
        pub layout_after: B256,
        /// The hash of the data with which the proxy is called in the switch; of nothing when it is not called.
        pub init_hash: B256,
        /// The hash of the [checks](super::Checks).
        pub checks_hash: B256,
        /// 0: time-locked; 1: standby, ready for long once it is approved and has waited.
        pub path: u8,
        /// 0: open; 1: barred, so that it cannot be rolled back, as what it replaces has a hole.
        pub way_back: u8,
        /// Which groups of the guarded proxy are frozen once it is approved: bit 0 is everything, bits 1 to 5 the groups.
        pub freeze_groups: u8,
        /// To which rung: 2 throttled, 3 reduce-only, 4 frozen.
        pub freeze_rung: u8,
        /// For how many seconds: at most 30 days.
        pub freeze_secs: u64,
        /// Tells it from another of the same content, and hides what is only committed.
        pub salt: B256,
    }
}

impl Terms {
    /// The identifier: the hash of all terms as EIP-712 typed data, for this contract on this chain.
    #[inline(never)]
    pub fn id(&self, vm: &VM) -> B256 {
        let domain = words![DOMAIN_TYPE, NAME, VERSION, vm.chain_id(), vm.contract_address()];
        let content = words![PATCH_TYPE, *self];
        let (domain, content) = (vm.native_keccak256(&domain), vm.native_keccak256(&content));
        vm.native_keccak256(&encode(&[0x19, 0x01], &[&domain, &content]))
    }

    /// What it does.
    ///
    /// # Errors
    /// [`UnknownTerm`].
    pub fn act(&self) -> Result<Act, GuardError> {
        match self.act {
            0 => Ok(Act::Upgrade),
            1 => Ok(Act::HandOver),
            value => Err(UnknownTerm { term: 0, value }.into()),
        }
    }

    /// Which way it takes.
    ///
    /// # Errors
    /// [`UnknownTerm`].
    pub fn path(&self) -> Result<Path, GuardError> {
        match self.path {
            0 => Ok(Path::Timelocked),
            1 => Ok(Path::Standby),
            value => Err(UnknownTerm { term: 10, value }.into()),
        }
    }

    /// Whether it can be rolled back.
    ///
    /// # Errors
    /// [`UnknownTerm`].
    pub fn way_back(&self) -> Result<WayBack, GuardError> {
        match self.way_back {
            0 => Ok(WayBack::Open),
            1 => Ok(WayBack::Barred),
            value => Err(UnknownTerm { term: 11, value }.into()),
        }
    }

    /// Requires that what is frozen can be: groups that a guarded proxy has, to a rung that it knows, for at most [`LONGEST_MAXIMUM_SECS`]; or nothing, and for no time.
    ///
    /// # Errors
    /// [`UnknownTerm`].
    pub(super) fn require_freeze(&self) -> Result<(), GuardError> {
        let groups = self.freeze_groups;
        let (term, value) = match self.freeze_rung {
            _ if groups >> 6 != 0 => (12, groups),
            rung if (groups != 0) != (2..=4).contains(&rung) => (13, rung),
            rung if groups == 0 && rung != 0 => (13, rung),
            _ if (groups != 0) != (self.freeze_secs != 0) || self.freeze_secs > LONGEST_MAXIMUM_SECS => {
                (14, 0)
            }
            _ => return Ok(()),
        };
        Err(UnknownTerm { term, value }.into())
    }

    /// What the new implementation has to be, with so much time left.
    pub(super) fn expected(&self, min_secs_left: u64) -> Expected {
        Expected {
            code_hash: self.code_hash,
            fragments: self.fragments,
            min_secs_left,
        }
    }

    /// Requires that these are the data and the checks that were approved.
    #[inline(never)]
    pub(super) fn require_parts(&self, vm: &VM, init: &[u8], checks: &[u8]) -> Result<(), GuardError> {
        let found = vm.native_keccak256(init);
        if found != self.init_hash {
            let expected = self.init_hash;
            return Err(InitDiffers { expected, found }.into());
        }
        let found = vm.native_keccak256(checks);
        if found != self.checks_hash {
            let expected = self.checks_hash;
            return Err(ChecksDiffer { expected, found }.into());
        }
        Ok(())
    }
}
