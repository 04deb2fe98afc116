//! What a message hashes to, and what validators sign.
//!
//! # Design
//! - A leaf is hashed twice and a node of the tree once, so that no inner node can pass for a message.
//! - A leaf holds the chain and the bridge, so that a message is for one of each; so does the digest.
//! - A message is four arguments in Solidity and one here. Decoded by itself it takes a fifth of the code that alloy's tuples
//!   of four and five take.
//! - Siblings are hashed in ascending order, so that a proof needs no directions.

use alloc::vec::Vec;
use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_sol_types::{
    abi::token::{FixedSeqToken, WordToken},
    private::SolTypeValue,
    SolType,
};
use portcullis::{abi::encode, sdk::VM, words};
use stylus_sdk::{
    abi::{AbiType, ConstString},
    keccak_const::Keccak256,
    prelude::*,
};

const fn hash(text: &str) -> B256 {
    B256::new(Keccak256::new().update(text.as_bytes()).finalize())
}

const DOMAIN_TYPE: B256 =
    hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
const DOMAIN_NAME: B256 = hash("Portcullis Bridge");
const DOMAIN_VERSION: B256 = hash("1");
const ROOT_TYPE: B256 = hash("Root(bytes32 root)");

/// A withdrawal that the other chain asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl SolType for Message {
    type RustType = Self;
    type Token<'a> = FixedSeqToken<WordToken, 4>;

    const SOL_NAME: &'static str = "uint256,address,address,uint256";
    const ENCODED_SIZE: Option<usize> = Some(4 * 32);
    const PACKED_ENCODED_SIZE: Option<usize> = Some(32 + 20 + 20 + 32);

    fn valid_token(FixedSeqToken([_, asset, recipient, _]): &Self::Token<'_>) -> bool {
        let is_address = |word: &WordToken| word.0.iter().take(12).all(|byte| *byte == 0);
        is_address(asset) && is_address(recipient)
    }

    fn detokenize(FixedSeqToken([nonce, asset, recipient, amount]): Self::Token<'_>) -> Self {
        Self {
            nonce: nonce.0.into(),
            asset: Address::from_word(asset.0),
            recipient: Address::from_word(recipient.0),
            amount: amount.0.into(),
        }
    }
}

impl SolTypeValue<Self> for Message {
    fn stv_to_tokens(&self) -> FixedSeqToken<WordToken, 4> {
        let words = [
            self.nonce.into(),
            self.asset.into_word(),
            self.recipient.into_word(),
            self.amount.into(),
        ];
        FixedSeqToken(words.map(WordToken))
    }

    fn stv_abi_encode_packed_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.nonce.to_be_bytes::<32>());
        out.extend_from_slice(self.asset.as_slice());
        out.extend_from_slice(self.recipient.as_slice());
        out.extend_from_slice(&self.amount.to_be_bytes::<32>());
    }

    fn stv_eip712_data_word(&self) -> B256 {
        keccak256(words![self.nonce, self.asset, self.recipient, self.amount])
    }
}

impl AbiType for Message {
    type SolType = Self;

    const ABI: ConstString = ConstString::new("uint256,address,address,uint256");
    // The parameter's own name follows.
    const EXPORT_ABI_ARG: ConstString =
        ConstString::new("uint256 nonce, address asset, address recipient, uint256");
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
