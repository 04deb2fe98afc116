//! Whom the node signs for.
//!
//! # Trust
//! The development keys are known to everyone. Impersonation needs no key at all: whoever reaches the port can send
//! anything as anyone, which is why the server listens on the loopback interface unless told otherwise.

use super::signed::SignedTransaction;
use alloy_consensus::{SignableTransaction, TxEnvelope, TypedTransaction};
use alloy_primitives::{b256, eip191_hash_message, Address, Signature, B256, U256};
use alloy_signer_local::PrivateKeySigner;
use embedded_chain::DEV_ACCOUNTS;
use std::collections::BTreeSet;

/// The keys of [`DEV_ACCOUNTS`], in the same order.
///
/// They derive from the mnemonic `test test test test test test test test test test test junk`.
pub const DEV_KEYS: [B256; 10] = [
    b256!("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    b256!("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    b256!("0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    b256!("0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
    b256!("0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
    b256!("0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
    b256!("0x92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
    b256!("0x4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
    b256!("0xdbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
    b256!("0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
];

/// Why the node cannot sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SignError {
    /// It has no key for the account, and does not impersonate it.
    #[error("no signer available for {0}: it is no development account and not impersonated")]
    NoSigner(Address),
    /// The key failed to sign.
    #[error("signing failed")]
    Failed,
}

/// The accounts of the node.
#[derive(Clone, Debug)]
pub(crate) struct Accounts {
    signers: Vec<PrivateKeySigner>,
    impersonated: BTreeSet<Address>,
    impersonate_all: bool,
}

impl Accounts {
    /// The first development accounts.
    pub(crate) fn development(count: usize) -> Self {
        let keys = DEV_KEYS.iter().take(count);
        Self {
            signers: keys
                .filter_map(|key| PrivateKeySigner::from_bytes(key).ok())
                .collect(),
            impersonated: BTreeSet::new(),
            impersonate_all: false,
        }
    }

    /// The addresses that the node signs for with a key.
    pub(crate) fn addresses(&self) -> Vec<Address> {
        self.signers.iter().map(PrivateKeySigner::address).collect()
    }

    pub(crate) fn impersonate(&mut self, account: Address) {
        self.impersonated.insert(account);
    }

    pub(crate) fn stop_impersonating(&mut self, account: Address) {
        self.impersonated.remove(&account);
    }

    pub(crate) fn impersonate_all(&mut self, all: bool) {
        self.impersonate_all = all;
    }

    /// Signs a transaction; for an impersonated account, with a signature that only names the account.
    pub(crate) fn sign(
        &self,
        from: Address,
        transaction: TypedTransaction,
    ) -> Result<SignedTransaction, SignError> {
        let signature = match self.signer(from) {
            Some(signer) => {
                let hash = match &transaction {
                    TypedTransaction::Legacy(inner) => inner.signature_hash(),
                    TypedTransaction::Eip2930(inner) => inner.signature_hash(),
                    TypedTransaction::Eip1559(inner) => inner.signature_hash(),
                    TypedTransaction::Eip4844(inner) => inner.signature_hash(),
                    TypedTransaction::Eip7702(inner) => inner.signature_hash(),
                };
                sign_hash(signer, hash)?
            }
            None if self.impersonate_all || self.impersonated.contains(&from) => {
                // The sender is in it so that two senders' equal transactions do not share a hash.
                Signature::new(U256::from_be_slice(from.as_slice()), U256::from(1), false)
            }
            None => return Err(SignError::NoSigner(from)),
        };
        let envelope: TxEnvelope = transaction.into_signed(signature).into();
        Ok(SignedTransaction::new(envelope, from))
    }

    /// Signs a message as wallets do, with the prefix of EIP-191.
    pub(crate) fn sign_message(&self, from: Address, message: &[u8]) -> Result<Signature, SignError> {
        let signer = self.signer(from).ok_or(SignError::NoSigner(from))?;
        sign_hash(signer, eip191_hash_message(message))
    }

    fn signer(&self, account: Address) -> Option<&PrivateKeySigner> {
        self.signers.iter().find(|signer| signer.address() == account)
    }
}

fn sign_hash(signer: &PrivateKeySigner, hash: B256) -> Result<Signature, SignError> {
    let signed = signer.credential().sign_prehash_recoverable(hash.as_slice());
    signed.map(Signature::from).map_err(|_| SignError::Failed)
}

/// The first development accounts with their keys.
#[must_use]
pub fn development_accounts(count: usize) -> Vec<(Address, B256)> {
    DEV_ACCOUNTS.into_iter().zip(DEV_KEYS).take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_the_key_of_its_account() {
        assert_eq!(Accounts::development(10).addresses(), DEV_ACCOUNTS);
        assert_eq!(Accounts::development(2).addresses(), DEV_ACCOUNTS[..2]);
    }
}
