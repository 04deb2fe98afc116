//! A Safe as its owners see it: what they sign, and how it is handed in.
#![allow(missing_docs, unreachable_pub)]

use alloy_primitives::{hex, keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::{eip712_domain, sol, SolCall, SolStruct};
pub use e2e::safe::{IMultiSend, ISafe, ISafeProxyFactory};
use k256::ecdsa::SigningKey;
use serde::Deserialize;
use std::collections::BTreeMap;

sol! {
    /// What the owners of a Safe sign.
    struct SafeTx {
        address to;
        uint256 value;
        bytes data;
        uint8 operation;
        uint256 safeTxGas;
        uint256 baseGas;
        uint256 gasPrice;
        address gasToken;
        address refundReceiver;
        uint256 nonce;
    }

    /// What they sign for the Safe to say yes to `message` when a contract asks it.
    struct SafeMessage {
        bytes message;
    }
}

/// A version of Safe's contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    V1_4_1,
    V1_5_0,
}

impl Version {
    pub const ALL: [Self; 2] = [Self::V1_4_1, Self::V1_5_0];

    pub fn name(self) -> &'static str {
        match self {
            Self::V1_4_1 => "1.4.1",
            Self::V1_5_0 => "1.5.0",
        }
    }

    pub fn artefacts(self) -> Artefacts {
        let json = match self {
            Self::V1_4_1 => include_str!("../../../fixtures/safe/1.4.1.json"),
            Self::V1_5_0 => include_str!("../../../fixtures/safe/1.5.0.json"),
        };
        serde_json::from_str(json).unwrap()
    }
}

/// The contracts of a version.
#[derive(Deserialize)]
pub struct Artefacts {
    pub contracts: BTreeMap<String, Artefact>,
}

/// A contract, and where and as what it stands on every chain.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Artefact {
    #[serde(deserialize_with = "parsed")]
    pub address: Address,
    #[serde(deserialize_with = "parsed")]
    pub code_hash: B256,
    #[serde(deserialize_with = "parsed")]
    pub bytecode: Bytes,
}

/// Safe's factory, and the transaction that Safe signed to deploy it on one chain.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SingletonFactory {
    pub chain_id: u64,
    #[serde(deserialize_with = "parsed")]
    pub signer_address: Address,
    #[serde(deserialize_with = "parsed")]
    pub address: Address,
    #[serde(deserialize_with = "parsed")]
    pub transaction: Bytes,
}

impl SingletonFactory {
    pub fn load() -> Self {
        serde_json::from_str(include_str!("../../../fixtures/safe/singleton-factory.json")).unwrap()
    }
}

fn parsed<'de, D: serde::Deserializer<'de>, T: std::str::FromStr>(deserializer: D) -> Result<T, D::Error>
where
    T::Err: std::fmt::Display,
{
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

/// One who signs.
#[derive(Clone, Copy)]
pub struct Owner(pub B256);

impl Owner {
    fn key(self) -> SigningKey {
        SigningKey::from_slice(self.0.as_slice()).unwrap()
    }

    pub fn address(self) -> Address {
        Address::from_private_key(&self.key())
    }

    /// r, s and v.
    pub fn sign(self, hash: B256) -> [u8; 65] {
        let (signature, recovery) = self.key().sign_prehash_recoverable(hash.as_slice()).unwrap();
        let mut bytes = [0; 65];
        bytes[..64].copy_from_slice(&signature.to_bytes());
        bytes[64] = 27 + recovery.to_byte();
        bytes
    }
}

/// A Safe with three owners, two of whom have to sign.
pub struct Multisig {
    pub address: Address,
    owners: Vec<Owner>,
}

impl Multisig {
    /// The owners of a Safe that is still to be made.
    pub fn new(mut owners: Vec<Owner>) -> Self {
        owners.sort_by_key(|owner| owner.address());
        Self {
            address: Address::ZERO,
            owners,
        }
    }

    /// Ascending.
    pub fn addresses(&self) -> Vec<Address> {
        self.owners.iter().map(|owner| owner.address()).collect()
    }

    pub fn sign(&self, owner: usize, hash: B256) -> [u8; 65] {
        self.owners[owner].sign(hash)
    }

    /// The signatures of two owners, whose places ascend as Safe wants it.
    pub fn sign_all(&self, owners: [usize; 2], hash: B256) -> Vec<u8> {
        owners
            .into_iter()
            .flat_map(|owner| self.sign(owner, hash))
            .collect()
    }

    pub fn setup(&self, fallback_handler: Address) -> Vec<u8> {
        ISafe::setupCall {
            owners: self.addresses(),
            threshold: U256::from(2),
            to: Address::ZERO,
            data: Bytes::new(),
            fallbackHandler: fallback_handler,
            paymentToken: Address::ZERO,
            payment: U256::ZERO,
            paymentReceiver: Address::ZERO,
        }
        .abi_encode()
    }
}

/// What a Safe is to do.
#[derive(Clone)]
pub struct SafeTransaction {
    to: Address,
    data: Bytes,
    operation: u8,
}

impl SafeTransaction {
    pub fn call(to: Address, data: Vec<u8>) -> Self {
        Self {
            to,
            data: data.into(),
            operation: 0,
        }
    }

    /// Several calls of one contract in one transaction.
    pub fn batch(batcher: Address, to: Address, calls: &[Vec<u8>]) -> Self {
        let packed = calls.iter().flat_map(|data| {
            let size = U256::from(data.len()).to_be_bytes::<32>();
            [&[0][..], to.as_slice(), &[0; 32], &size, data].concat()
        });
        let transactions = packed.collect::<Vec<u8>>().into();
        Self {
            to: batcher,
            data: IMultiSend::multiSendCall { transactions }.abi_encode().into(),
            // A delegatecall: the Safe itself calls.
            operation: 1,
        }
    }

    /// What the owners sign, by EIP-712.
    pub fn hash(&self, chain_id: u64, safe: Address, nonce: U256) -> B256 {
        let domain = eip712_domain! { chain_id: chain_id, verifying_contract: safe, };
        let signed = SafeTx {
            to: self.to,
            value: U256::ZERO,
            data: self.data.clone(),
            operation: self.operation,
            safeTxGas: U256::ZERO,
            baseGas: U256::ZERO,
            gasPrice: U256::ZERO,
            gasToken: Address::ZERO,
            refundReceiver: Address::ZERO,
            nonce,
        };
        signed.eip712_signing_hash(&domain)
    }

    /// The question what the owners are to sign.
    pub fn hash_call(&self, nonce: U256) -> ISafe::getTransactionHashCall {
        ISafe::getTransactionHashCall {
            to: self.to,
            value: U256::ZERO,
            data: self.data.clone(),
            operation: self.operation,
            safeTxGas: U256::ZERO,
            baseGas: U256::ZERO,
            gasPrice: U256::ZERO,
            gasToken: Address::ZERO,
            refundReceiver: Address::ZERO,
            nonce,
        }
    }

    /// Whom it calls, and with what.
    pub fn inner(&self) -> (Address, Bytes) {
        (self.to, self.data.clone())
    }

    /// The call that hands it in with signatures.
    pub fn execute_with(&self, signatures: &[u8]) -> Vec<u8> {
        ISafe::execTransactionCall {
            to: self.to,
            value: U256::ZERO,
            data: self.data.clone(),
            operation: self.operation,
            safeTxGas: U256::ZERO,
            baseGas: U256::ZERO,
            gasPrice: U256::ZERO,
            gasToken: Address::ZERO,
            refundReceiver: Address::ZERO,
            signatures: signatures.to_vec().into(),
        }
        .abi_encode()
    }
}

/// The types that the hashes are of, as Safe's contracts write them.
#[test]
fn the_types_that_are_signed_are_safes() {
    // SAFE_TX_TYPEHASH of Safe.sol.
    let expected = hex!("bb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8");
    assert_eq!(keccak256(SafeTx::eip712_encode_type().as_bytes()), expected);
    // SAFE_MSG_TYPEHASH of CompatibilityFallbackHandler.sol.
    let expected = hex!("60b3cbf8b4a223d68d641b3b6ddf9a298e7f33710cf3d3a9d1146b5a6150fbca");
    assert_eq!(keccak256(SafeMessage::eip712_encode_type().as_bytes()), expected);
}
