//! Signed transactions.

use crate::node::{SignedTransaction, SubmitError};
use crate::rpc::wire::{receipt_json, to_json};
use crate::rpc::{Registry, RpcError};
use alloy_consensus::transaction::SignerRecoverable;
use alloy_consensus::TxEnvelope;
use alloy_eips::Decodable2718;
use alloy_primitives::Bytes;
use jsonrpsee::core::RegisterMethodError;
use serde_json::Value;

/// The bytes that a transaction may have; Geth's limit.
const MAX_SIZE: usize = 128 * 1024;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["eth_sendRawTransaction"], |shared, args| {
        let signed = decode(&args.required::<Bytes>(0, "transaction")?)?;
        Ok(to_json(shared.write(|node| node.submit(signed))?))
    })?;
    registry.method(&["eth_sendRawTransactionSync"], |shared, args| {
        let signed = decode(&args.required::<Bytes>(0, "transaction")?)?;
        let hash = shared.write(|node| node.submit(signed))?;
        let node = shared.read();
        let mined = node.chain.transaction(hash);
        mined
            .map(|mined| receipt_json(&node.chain, mined))
            .filter(|receipt| *receipt != Value::Null)
            .ok_or_else(|| RpcError::refused(format!("the transaction {hash} waits for a block")))
    })
}

/// A transaction and its sender out of the bytes that were signed.
fn decode(bytes: &[u8]) -> Result<SignedTransaction, SubmitError> {
    if bytes.len() > MAX_SIZE {
        return Err(SubmitError::Undecodable(format!(
            "oversized data: transaction size {}, limit {MAX_SIZE}",
            bytes.len()
        )));
    }
    match bytes.first() {
        None => return Err(SubmitError::Undecodable("no bytes".to_owned())),
        Some(3) => return Err(SubmitError::Type("Arbitrum has no transactions with blobs")),
        Some(4) => {
            let why = "this chain has no transactions with authorisations (EIP-7702)";
            return Err(SubmitError::Type(why));
        }
        _ => {}
    }
    let envelope =
        TxEnvelope::decode_2718_exact(bytes).map_err(|why| SubmitError::Undecodable(why.to_string()))?;
    let sender = envelope.recover_signer().map_err(|_| SubmitError::Signature)?;
    Ok(SignedTransaction::new(envelope, sender))
}
