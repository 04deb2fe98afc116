//! A transaction as it was signed, and who sent it.

use alloy_consensus::transaction::Recovered;
use alloy_consensus::{Transaction as _, TxEnvelope, Typed2718};
use alloy_primitives::{Address, B256};
use embedded_chain::Transaction;
use std::sync::Arc;

/// A transaction with its sender. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedTransaction {
    inner: Arc<Recovered<TxEnvelope>>,
}

impl SignedTransaction {
    /// A transaction whose sender is known.
    pub(crate) fn new(envelope: TxEnvelope, sender: Address) -> Self {
        Self {
            inner: Arc::new(Recovered::new_unchecked(envelope, sender)),
        }
    }

    pub(crate) fn recovered(&self) -> &Recovered<TxEnvelope> {
        &self.inner
    }

    pub(crate) fn envelope(&self) -> &TxEnvelope {
        self.inner.inner()
    }

    pub(crate) fn hash(&self) -> B256 {
        *self.envelope().tx_hash()
    }

    pub(crate) fn sender(&self) -> Address {
        self.inner.signer()
    }

    pub(crate) fn nonce(&self) -> u64 {
        self.envelope().nonce()
    }

    /// The most that it pays for a unit of gas.
    pub(crate) fn max_fee(&self) -> u128 {
        self.envelope().max_fee_per_gas()
    }

    /// The tip that it offers; a legacy transaction offers all that it pays.
    pub(crate) fn tip(&self) -> u128 {
        let envelope = self.envelope();
        envelope
            .max_priority_fee_per_gas()
            .unwrap_or_else(|| envelope.max_fee_per_gas())
    }

    /// What the chain executes.
    pub(crate) fn to_chain(&self) -> Transaction {
        let envelope = self.envelope();
        let access_list = envelope.access_list().map_or_else(Vec::new, |list| {
            let items = list.0.iter();
            items
                .map(|item| (item.address, item.storage_keys.clone()))
                .collect()
        });
        Transaction {
            from: self.sender(),
            to: envelope.kind(),
            value: envelope.value(),
            data: envelope.input().clone(),
            gas_limit: Some(envelope.gas_limit()),
            nonce: Some(envelope.nonce()),
            max_fee_per_gas: Some(envelope.max_fee_per_gas()),
            max_priority_fee_per_gas: envelope.max_priority_fee_per_gas().unwrap_or_default(),
            chain_id: envelope.chain_id(),
            access_list,
            tx_type: envelope.ty(),
            hash: Some(self.hash()),
        }
    }
}
