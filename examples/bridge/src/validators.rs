//! Who signs roots, and whether enough of them did.
//!
//! # Design
//! - Signatures come in ascending order of their signers, so that one look tells that none counts twice.
//! - Every signature given has to be good, also those beyond the threshold: there is one way to say a thing.
//! - The upper half of `s` is refused, so that a signature has one form.
//! - The set is fixed by the constructor: who may change it is another story than how it is checked.

use super::{
    error::{BridgeError, InvalidSignature, InvalidSigner, InvalidValidators, TooFewSignatures},
    message,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{b256, Address, B256, U256};
use portcullis::{sdk, words};
use stylus_sdk::{
    prelude::*,
    storage::{StorageBool, StorageMap, StorageU256},
};

/// r, s and v.
const SIGNATURE_BYTES: usize = 65;

/// The precompiled contract that recovers a signer.
const ECRECOVER: Address = Address::with_last_byte(1);

/// Half the order of secp256k1, rounded down: the largest `s` that is taken.
const HALF_ORDER: B256 = b256!("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

/// The validators and how many of them have to sign.
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Validators {
    /// By the word of an address: one kind of map fewer in the program.
    members: StorageMap<B256, StorageBool>,
    threshold: StorageU256,
}

impl Validators {
    /// Names the validators. For a constructor.
    pub(crate) fn initialize(&mut self, members: &[Address], threshold: U256) -> Result<(), BridgeError> {
        // No need to refuse an empty set: no threshold is within 1..=0.
        if threshold.is_zero() || threshold > U256::from(members.len()) {
            return Err(InvalidValidators {}.into());
        }
        for member in members {
            if member.is_zero() || self.members.get(member.into_word()) {
                return Err(InvalidValidators {}.into());
            }
            self.members.insert(member.into_word(), true);
        }
        self.threshold.set(threshold);
        Ok(())
    }

    /// Requires that enough validators signed the root's digest.
    pub(crate) fn require_signed(&self, root: B256, signatures: &[u8]) -> Result<(), BridgeError> {
        let signatures = signatures.chunks_exact(SIGNATURE_BYTES);
        let count = signatures.len();
        if !signatures.remainder().is_empty() {
            return Err(InvalidSignature {
                index: U256::from(count),
            }
            .into());
        }
        let (given, needed) = (U256::from(count), self.threshold.get());
        if given < needed {
            return Err(TooFewSignatures { given, needed }.into());
        }
        let digest = message::digest(self.vm(), root);
        let mut last = Address::ZERO;
        for (index, signature) in signatures.enumerate() {
            let index = U256::from(index);
            let signer = self
                .recover(&digest, signature)
                .ok_or(InvalidSignature { index })?;
            if signer <= last || !self.members.get(signer.into_word()) {
                return Err(InvalidSigner { index, signer }.into());
            }
            last = signer;
        }
        Ok(())
    }

    pub(crate) fn contains(&self, account: Address) -> bool {
        self.members.get(account.into_word())
    }

    /// Who signed, or none when the signature is malformed or recovers to nobody. The precompile's own checks cover r, and v
    /// but for its form.
    fn recover(&self, digest: &B256, signature: &[u8]) -> Option<Address> {
        let (s, v) = (signature.get(32..64)?, *signature.get(64)?);
        if !matches!(v, 27 | 28) || s > HALF_ORDER.as_slice() {
            return None;
        }
        let mut input = words![*digest, v];
        input.extend_from_slice(signature.get(..64)?);
        let word = sdk::static_call(self.vm(), ECRECOVER, &input)?;
        let signer = Address::from_word(B256::try_from(word.as_slice()).ok()?);
        (!signer.is_zero()).then_some(signer)
    }
}
