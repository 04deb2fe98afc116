//! `txpool_*`: what waits.

use super::{Registry, RpcError};
use crate::node::{Shared, SignedTransaction};
use crate::rpc::transaction_json;
use alloy_consensus::Transaction as _;
use alloy_primitives::U64;
use jsonrpsee::core::RegisterMethodError;
use serde_json::{json, Map, Value};

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["txpool_status"], |shared, _| {
        let count = |value: &Value| {
            let senders = value.as_object().into_iter().flat_map(Map::values);
            let waiting: usize = senders.filter_map(Value::as_object).map(Map::len).sum();
            U64::from(waiting)
        };
        let all = sorted(shared, |_| Value::Null)?;
        Ok(json!({ "pending": count(&all["pending"]), "queued": count(&all["queued"]) }))
    })?;
    registry.method(&["txpool_content"], |shared, _| {
        sorted(shared, |transaction| transaction_json(transaction, None))
    })?;
    registry.method(&["txpool_inspect"], |shared, _| {
        sorted(shared, |transaction| json!(summary(transaction)))
    })
}

/// Everything that waits by sender and nonce: what could run now, and what waits for a nonce before it.
fn sorted(shared: &Shared, show: impl Fn(&SignedTransaction) -> Value) -> Result<Value, RpcError> {
    let node = shared.read();
    let (mut pending, mut queued) = (Map::new(), Map::new());
    for transaction in node.pool.iter() {
        let sender = transaction.sender();
        let next = node.pool.next_nonce(sender, node.chain.nonce(sender));
        let part = if transaction.nonce() < next {
            &mut pending
        } else {
            &mut queued
        };
        let of_sender = part.entry(sender.to_string()).or_insert_with(|| json!({}));
        of_sender[transaction.nonce().to_string()] = show(transaction);
    }
    Ok(json!({ "pending": pending, "queued": queued }))
}

/// A transaction in a line, as Geth writes it.
fn summary(transaction: &SignedTransaction) -> String {
    let envelope = transaction.envelope();
    let to = match envelope.to() {
        Some(to) => to.to_string(),
        None => "contract creation".to_owned(),
    };
    format!(
        "{to}: {} wei + {} gas × {} wei",
        envelope.value(),
        envelope.gas_limit(),
        envelope.max_fee_per_gas()
    )
}
