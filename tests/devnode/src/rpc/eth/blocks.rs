//! Blocks.

use crate::node::{Node, Shared};
use crate::rpc::wire::{block_json, header_json, receipt_json, to_json};
use crate::rpc::{Registry, RpcError};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{B256, U64};
use embedded_chain::Block;
use jsonrpsee::core::RegisterMethodError;
use serde_json::Value;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["eth_blockNumber"], |shared, _| {
        Ok(to_json(U64::from(shared.read().chain.block_number())))
    })?;
    registry.method(&["eth_getBlockByNumber"], |shared, args| {
        let number: BlockNumberOrTag = args.required(0, "block number")?;
        let full = args.optional(1, "full transactions")?.unwrap_or(false);
        with_block(shared, number.into(), |node, block| block_json(node, block, full))
    })?;
    registry.method(&["eth_getBlockByHash"], |shared, args| {
        let hash: B256 = args.required(0, "block hash")?;
        let full = args.optional(1, "full transactions")?.unwrap_or(false);
        with_block(shared, hash.into(), |node, block| block_json(node, block, full))
    })?;
    registry.method(&["eth_getHeaderByNumber"], |shared, args| {
        let number: BlockNumberOrTag = args.required(0, "block number")?;
        with_block(shared, number.into(), |node, block| {
            Value::Object(header_json(node, block))
        })
    })?;
    registry.method(&["eth_getHeaderByHash"], |shared, args| {
        let hash: B256 = args.required(0, "block hash")?;
        with_block(shared, hash.into(), |node, block| {
            Value::Object(header_json(node, block))
        })
    })?;
    registry.method(&["eth_getBlockTransactionCountByNumber"], |shared, args| {
        let number: BlockNumberOrTag = args.required(0, "block number")?;
        with_block(shared, number.into(), |_, block| {
            to_json(U64::from(block.transactions.len()))
        })
    })?;
    registry.method(&["eth_getBlockTransactionCountByHash"], |shared, args| {
        let hash: B256 = args.required(0, "block hash")?;
        with_block(shared, hash.into(), |_, block| {
            to_json(U64::from(block.transactions.len()))
        })
    })?;
    registry.method(&["eth_getUncleCountByBlockNumber"], |shared, args| {
        let number: BlockNumberOrTag = args.required(0, "block number")?;
        with_block(shared, number.into(), |_, _| to_json(U64::ZERO))
    })?;
    registry.method(&["eth_getUncleCountByBlockHash"], |shared, args| {
        let hash: B256 = args.required(0, "block hash")?;
        with_block(shared, hash.into(), |_, _| to_json(U64::ZERO))
    })?;
    registry.method(&["eth_getBlockReceipts"], |shared, args| {
        let id: BlockId = args.required(0, "block")?;
        with_block(shared, id, |node, block| {
            let receipts = block.transactions.iter();
            receipts.map(|mined| receipt_json(&node.chain, mined)).collect()
        })
    })
}

/// What is wanted of a block, the pending one too; null when there is none.
pub(super) fn with_block(
    shared: &Shared,
    id: BlockId,
    wanted: impl Fn(&Node, &Block) -> Value,
) -> Result<Value, RpcError> {
    let node = shared.read();
    if id == BlockId::Number(BlockNumberOrTag::Pending) {
        let pending = shared.pending(&node);
        return Ok(wanted(&node, pending.latest_block()));
    }
    Ok(node.block(id).map_or(Value::Null, |block| wanted(&node, block)))
}
