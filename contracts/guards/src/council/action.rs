//! What is signed: an action in full, as EIP-712 typed data.

use crate::{abi::encode, sdk::VM, words};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::council::Window;
use stylus_sdk::{keccak_const::Keccak256, prelude::*};

const fn hash(text: &str) -> B256 {
    B256::new(Keccak256::new().update(text.as_bytes()).finalize())
}

/// The hash of a council's name in its EIP-712 domain, `Portcullis Council`. Its events carry it.
pub const COUNCIL: B256 = hash("Portcullis Council");

/// The hash of an emergency committee's name in its EIP-712 domain, `Portcullis Emergency Committee`. Its events carry it.
pub const EMERGENCY_COMMITTEE: B256 = hash("Portcullis Emergency Committee");

/// The version in both domains.
pub const DOMAIN_VERSION: &str = "1";

const VERSION: B256 = hash(DOMAIN_VERSION);
const DOMAIN_TYPE: B256 =
    hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
const ACTION_TYPE: B256 = hash(
    "Action(address target,uint256 value,bytes call,uint256 nonce,uint256 epoch,uint64 validAfter,uint64 validBefore)",
);

/// An action that members approve: a call, and when it may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action<'a> {
    /// Whom is called.
    pub target: Address,
    /// The wei that go with it.
    pub value: U256,
    /// The call's data, with its parameters.
    pub call: &'a [u8],
    /// Tells it from another of the same content. Any number, in any order.
    pub nonce: U256,
    /// The epoch of the council that approves it.
    pub epoch: U256,
    /// The first second at which it may be authorised.
    pub valid_after: u64,
    /// The last second at which it may be, at most 30 days after the first.
    pub valid_before: u64,
}

impl Action<'_> {
    /// The seconds within which it may be authorised.
    pub fn window(&self) -> Window {
        Window {
            valid_after: self.valid_after,
            valid_before: self.valid_before,
        }
    }

    /// What is signed, for the contract that runs, on its chain, under the domain of this name.
    #[inline(never)]
    pub(super) fn digest(&self, vm: &VM, name: B256) -> B256 {
        let domain = words![DOMAIN_TYPE, name, VERSION, vm.chain_id(), vm.contract_address()];
        let content = words![
            ACTION_TYPE,
            self.target,
            self.value,
            vm.native_keccak256(self.call),
            self.nonce,
            self.epoch,
            self.valid_after,
            self.valid_before
        ];
        let (domain, content) = (vm.native_keccak256(&domain), vm.native_keccak256(&content));
        vm.native_keccak256(&encode(&[0x19, 0x01], &[&domain, &content]))
    }
}
