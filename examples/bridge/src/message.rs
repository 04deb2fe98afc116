//! What a message hashes to, and what validators sign.
//!
//! # Design
//! - A leaf is hashed twice and a node of the tree once, so that no inner node can pass for a message.
//! - A leaf holds the chain and the bridge, so that a message is for one of each; so does the digest.
//! - Siblings are hashed in ascending order, so that a proof needs no directions.

use alloy_primitives::{keccak256, Address, B256, U256};
use portcullis::{abi::encode, sdk::VM, words};
use stylus_sdk::{keccak_const::Keccak256, prelude::*};

const fn hash(text: &str) -> B256 {
    B256::new(Keccak256::new().update(text.as_bytes()).finalize())
}

const DOMAIN_TYPE: B256 =
    hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
const DOMAIN_NAME: B256 = hash("Portcullis Bridge");
const DOMAIN_VERSION: B256 = hash("1");
const ROOT_TYPE: B256 = hash("Root(bytes32 root)");

portcullis::arguments! {
    /// A withdrawal that the other chain asks for.
    pub struct Message {
        /// Tells it from another of the same content.
        pub nonce: U256,
        /// What is paid.
        pub asset: Address,
        /// Whom.
        pub recipient: Address,
        /// How much.
        pub amount: U256,
    }
}

impl Message {
    /// The leaf that it is in a tree of messages to this bridge on this chain.
    pub(crate) fn leaf(&self, vm: &VM) -> B256 {
        let content = words![
            vm.chain_id(),
            vm.contract_address(),
            self.nonce,
            self.asset,
            self.recipient,
            self.amount
        ];
        keccak256(keccak256(content))
    }
}

/// The root that `proof` leads to from `leaf`; the leaf itself when it is empty.
pub(crate) fn root_of(leaf: B256, proof: &[B256]) -> B256 {
    proof.iter().fold(leaf, |node, &sibling| {
        let (low, high) = if node <= sibling {
            (node, sibling)
        } else {
            (sibling, node)
        };
        keccak256(words![low, high])
    })
}

/// The EIP-712 digest of `Root(bytes32 root)` for this bridge on this chain.
pub(crate) fn digest(vm: &VM, root: B256) -> B256 {
    let domain = keccak256(words![
        DOMAIN_TYPE,
        DOMAIN_NAME,
        DOMAIN_VERSION,
        vm.chain_id(),
        vm.contract_address()
    ]);
    let content = keccak256(words![ROOT_TYPE, root]);
    keccak256(encode(&[0x19, 0x01], &[&domain, &content]))
}
