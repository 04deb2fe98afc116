//! Signing transactions, sending them raw and waiting for their blocks.

use super::client::Client;
use super::error::RpcError;
use super::receipt::{Mined, Receipt};
use crate::signing;
use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy_eips::Encodable2718;
use alloy_primitives::{Bytes, TxKind, B256, U256, U64};
use alloy_signer_local::PrivateKeySigner;
use serde_json::{json, Value};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The gas that every transaction may use. Fixed, because an estimate refuses what the tests want to see refused; enough
/// to deploy the largest program, and less than any chain's limit.
pub(super) const GAS_LIMIT: u64 = 16_000_000;
/// How many times the price of gas is offered that the chain named at first; only the price of the block is paid.
const FEE_MARGIN: u128 = 10;
/// How long a transaction may take to get into a block.
const PATIENCE: Duration = Duration::from_secs(60);
/// The first pause between two looks for a receipt, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(250));

/// Puts transactions on a chain. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    pub(super) client: Client,
    pub(super) chain_id: u64,
    max_fee: u128,
    /// Whether the node sends and waits in one, as far as it is known.
    at_once: Arc<AtomicBool>,
}

/// What a transaction does.
#[derive(Clone, Debug)]
pub(super) struct Action {
    pub(super) to: TxKind,
    pub(super) value: U256,
    pub(super) input: Bytes,
}

impl Sender {
    pub(super) fn new(client: Client) -> Result<Self, RpcError> {
        let chain_id = client.chain_id()?;
        let price: U64 = client.ask("eth_gasPrice", json!([]))?;
        Ok(Self {
            client,
            chain_id,
            max_fee: price.to::<u128>().saturating_mul(FEE_MARGIN),
            at_once: Arc::new(AtomicBool::new(true)),
        })
    }

    /// The most that a transaction's gas may cost.
    pub(super) fn most_for_gas(&self) -> U256 {
        U256::from(self.max_fee).saturating_mul(U256::from(GAS_LIMIT))
    }

    /// Sends a transaction and waits for its receipt.
    pub(super) fn send(
        &self,
        signer: &PrivateKeySigner,
        nonce: u64,
        action: Action,
    ) -> Result<Receipt, RpcError> {
        let mut call = json!({
            "from": signer.address(),
            "value": action.value,
            "input": action.input,
            "gas": U64::from(GAS_LIMIT),
        });
        if let TxKind::Call(to) = action.to {
            call["to"] = json!(to);
        }
        let signed = self.sign(signer, nonce, action)?;
        let mined = self.deliver(&signed)?;
        mined.explained(&self.client, &call)
    }

    fn sign(&self, signer: &PrivateKeySigner, nonce: u64, action: Action) -> Result<TxEnvelope, RpcError> {
        let transaction = TxEip1559 {
            chain_id: self.chain_id,
            nonce,
            gas_limit: GAS_LIMIT,
            max_fee_per_gas: self.max_fee,
            max_priority_fee_per_gas: 0,
            to: action.to,
            value: action.value,
            access_list: Default::default(),
            input: action.input,
        };
        let hash = transaction.signature_hash();
        let signature = signing::sign(signer.to_bytes(), hash).ok_or(RpcError::Key)?;
        Ok(transaction.into_signed(signature).into())
    }

    fn deliver(&self, signed: &TxEnvelope) -> Result<Mined, RpcError> {
        let (raw, hash) = (Bytes::from(signed.encoded_2718()), *signed.tx_hash());
        if self.at_once.load(Ordering::Relaxed) {
            match self.client.ask("eth_sendRawTransactionSync", json!([raw])) {
                Ok(mined) => return Ok(mined),
                Err(error) if error.is_unknown_method() => self.at_once.store(false, Ordering::Relaxed),
                // It may have been taken in, and only the waiting have ended.
                Err(error) if !self.knows(hash)? => return Err(error),
                Err(_) => return self.wait_for(hash),
            }
        }
        let _: B256 = self.client.ask("eth_sendRawTransaction", json!([raw]))?;
        self.wait_for(hash)
    }

    fn knows(&self, hash: B256) -> Result<bool, RpcError> {
        let found: Value = self.client.ask("eth_getTransactionByHash", json!([hash]))?;
        Ok(!found.is_null())
    }

    fn wait_for(&self, hash: B256) -> Result<Mined, RpcError> {
        let (start, mut pause) = (Instant::now(), PAUSES.0);
        while start.elapsed() < PATIENCE {
            let mined: Option<Mined> = self.client.ask("eth_getTransactionReceipt", json!([hash]))?;
            if let Some(mined) = mined {
                return Ok(mined);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(PAUSES.1);
        }
        Err(RpcError::NotMined {
            hash,
            secs: PATIENCE.as_secs(),
        })
    }
}
