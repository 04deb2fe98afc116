//! Transactions and receipts.

use super::blocks::with_block;
use crate::node::Node;
use crate::rpc::wire::{receipt_json, to_json, transaction_json};
use crate::rpc::Registry;
use alloy_eips::{BlockNumberOrTag, Encodable2718};
use alloy_primitives::{Bytes, B256};
use embedded_chain::Block;
use jsonrpsee::core::RegisterMethodError;
use serde_json::Value;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["eth_getTransactionByHash"], |shared, args| {
        let hash: B256 = args.required(0, "transaction hash")?;
        let node = shared.read();
        let mined = node.chain.transaction(hash).map(|mined| &mined.receipt);
        let signed = match mined {
            Some(_) => node.signed(hash),
            None => node.pool.get(hash),
        };
        Ok(signed.map_or(Value::Null, |signed| transaction_json(signed, mined)))
    })?;
    registry.method(&["eth_getRawTransactionByHash"], |shared, args| {
        let hash: B256 = args.required(0, "transaction hash")?;
        let node = shared.read();
        let mined = node.chain.transaction(hash).and_then(|_| node.signed(hash));
        let signed = mined.or_else(|| node.pool.get(hash));
        Ok(signed.map_or(Value::Null, |signed| {
            to_json(Bytes::from(signed.envelope().encoded_2718()))
        }))
    })?;
    registry.method(&["eth_getTransactionByBlockNumberAndIndex"], |shared, args| {
        let number: BlockNumberOrTag = args.required(0, "block number")?;
        let index = args.number(1, "index")?;
        with_block(shared, number.into(), |node, block| at_index(node, block, index))
    })?;
    registry.method(&["eth_getTransactionByBlockHashAndIndex"], |shared, args| {
        let hash: B256 = args.required(0, "block hash")?;
        let index = args.number(1, "index")?;
        with_block(shared, hash.into(), |node, block| at_index(node, block, index))
    })?;
    registry.method(&["eth_getTransactionReceipt"], |shared, args| {
        let hash: B256 = args.required(0, "transaction hash")?;
        let node = shared.read();
        let mined = node.chain.transaction(hash);
        Ok(mined.map_or(Value::Null, |mined| receipt_json(&node.chain, mined)))
    })
}

fn at_index(node: &Node, block: &Block, index: u64) -> Value {
    let mined = usize::try_from(index)
        .ok()
        .and_then(|index| block.transactions.get(index));
    let Some(mined) = mined else {
        return Value::Null;
    };
    let hash = mined.receipt.transaction_hash;
    let signed = node.as_signed(hash);
    signed.map_or(Value::Null, |signed| {
        transaction_json(signed, Some(&mined.receipt))
    })
}
