//! Blocks, transactions, receipts and logs as clients read them.
//!
//! # Design
//! - **Ethereum's types from alloy, Arbitrum's fields beside them**: what a client of Nitro finds in an answer is there.
//! - **There are no tries here**: the state's root is zero, and a block's hash is the chain's own.

use crate::node::{Node, SignedTransaction};
use alloy_consensus::proofs::{calculate_receipt_root, calculate_transaction_root};
use alloy_consensus::{
    Eip658Value, Header as ConsensusHeader, Receipt as ConsensusReceipt, ReceiptEnvelope, ReceiptWithBloom,
    TxEnvelope, TxType, EMPTY_OMMER_ROOT_HASH,
};
use alloy_primitives::{Bloom, Bytes, B256, B64, U256, U64};
use alloy_rpc_types_eth::{Header, Log, Transaction, TransactionReceipt};
use embedded_chain::{Block, Chain, MinedTransaction, Receipt};
use serde::Serialize;
use serde_json::{json, Map, Value};

/// A value as JSON. Nothing that is sent fails to be written.
pub(crate) fn to_json(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

fn to_map(value: impl Serialize) -> Map<String, Value> {
    match to_json(value) {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// A log of a mined transaction.
pub(crate) fn log_of(receipt: &Receipt, place: usize) -> Option<Log> {
    Some(Log {
        inner: receipt.outcome.logs.get(place)?.clone(),
        block_hash: Some(receipt.block_hash),
        block_number: Some(receipt.block_number),
        block_timestamp: Some(receipt.timestamp),
        transaction_hash: Some(receipt.transaction_hash),
        transaction_index: Some(receipt.transaction_index),
        log_index: Some(receipt.first_log_index + place as u64),
        removed: false,
    })
}

fn logs_of(receipt: &Receipt) -> Vec<Log> {
    (0..receipt.outcome.logs.len())
        .filter_map(|place| log_of(receipt, place))
        .collect()
}

fn envelope_of<T>(tx_type: u8, with_bloom: ReceiptWithBloom<ConsensusReceipt<T>>) -> ReceiptEnvelope<T> {
    match TxType::try_from(tx_type) {
        Ok(TxType::Legacy) => ReceiptEnvelope::Legacy(with_bloom),
        Ok(TxType::Eip2930) => ReceiptEnvelope::Eip2930(with_bloom),
        Ok(TxType::Eip4844) => ReceiptEnvelope::Eip4844(with_bloom),
        Ok(TxType::Eip7702) => ReceiptEnvelope::Eip7702(with_bloom),
        _ => ReceiptEnvelope::Eip1559(with_bloom),
    }
}

fn bloom_of(receipt: &Receipt) -> Bloom {
    receipt.outcome.logs.iter().collect()
}

/// A receipt.
pub(crate) fn receipt_json(chain: &Chain, mined: &MinedTransaction) -> Value {
    let receipt = &mined.receipt;
    let inner = ConsensusReceipt {
        status: Eip658Value::Eip658(receipt.is_success()),
        cumulative_gas_used: receipt.cumulative_gas_used,
        logs: logs_of(receipt),
    };
    let with_bloom = ReceiptWithBloom::new(inner, bloom_of(receipt));
    let mut map = to_map(TransactionReceipt {
        inner: envelope_of(mined.transaction.tx_type, with_bloom),
        transaction_hash: receipt.transaction_hash,
        transaction_index: Some(receipt.transaction_index),
        block_hash: Some(receipt.block_hash),
        block_number: Some(receipt.block_number),
        gas_used: receipt.outcome.gas_used,
        effective_gas_price: u128::from(receipt.effective_gas_price),
        blob_gas_used: None,
        blob_gas_price: None,
        from: receipt.from,
        to: receipt.to,
        contract_address: receipt.outcome.created,
    });
    let l1_block = chain
        .block(receipt.block_number)
        .map_or(0, |block| block.l1_number);
    let posted = chain
        .config()
        .poster_gas_per_byte
        .saturating_mul(mined.transaction.data.len() as u64);
    map.insert("l1BlockNumber".to_owned(), to_json(U64::from(l1_block)));
    map.insert("gasUsedForL1".to_owned(), to_json(U64::from(posted)));
    map.insert("timeboosted".to_owned(), Value::Bool(false));
    Value::Object(map)
}

/// A transaction, mined or waiting.
pub(crate) fn transaction_json(signed: &SignedTransaction, mined: Option<&Receipt>) -> Value {
    to_json(Transaction {
        inner: signed.recovered().clone(),
        block_hash: mined.map(|receipt| receipt.block_hash),
        block_number: mined.map(|receipt| receipt.block_number),
        transaction_index: mined.map(|receipt| receipt.transaction_index),
        effective_gas_price: mined.map(|receipt| u128::from(receipt.effective_gas_price)),
        block_timestamp: mined.map(|receipt| receipt.timestamp),
    })
}

/// A block's header.
pub(crate) fn header_json(node: &Node, block: &Block) -> Map<String, Value> {
    let envelopes: Vec<TxEnvelope> = block
        .transactions
        .iter()
        .filter_map(|mined| node.as_signed(mined.receipt.transaction_hash))
        .map(|signed| signed.envelope().clone())
        .collect();
    header_of(node.chain.config().arbos_version, block, &envelopes)
}

fn header_of(arbos_version: u64, block: &Block, envelopes: &[TxEnvelope]) -> Map<String, Value> {
    let receipts: Vec<ReceiptEnvelope<alloy_primitives::Log>> = block
        .transactions
        .iter()
        .map(|mined| {
            let inner = ConsensusReceipt {
                status: Eip658Value::Eip658(mined.receipt.is_success()),
                cumulative_gas_used: mined.receipt.cumulative_gas_used,
                logs: mined.receipt.outcome.logs.clone(),
            };
            envelope_of(
                mined.transaction.tx_type,
                ReceiptWithBloom::new(inner, bloom_of(&mined.receipt)),
            )
        })
        .collect();
    let mut bloom = Bloom::ZERO;
    for mined in &block.transactions {
        bloom |= bloom_of(&mined.receipt);
    }
    // Arbitrum's headers say there how many messages went to L1, L1's block number and the version of ArbOS.
    let mut mix_hash = B256::ZERO;
    mix_hash[8..16].copy_from_slice(&block.l1_number.to_be_bytes());
    mix_hash[16..24].copy_from_slice(&arbos_version.to_be_bytes());
    let header = ConsensusHeader {
        parent_hash: block.parent_hash,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: block.coinbase,
        state_root: B256::ZERO,
        transactions_root: calculate_transaction_root(envelopes),
        receipts_root: calculate_receipt_root(&receipts),
        logs_bloom: bloom,
        difficulty: U256::from(1),
        number: block.number,
        gas_limit: block.gas_limit,
        gas_used: block.gas_used,
        timestamp: block.timestamp,
        extra_data: Bytes::from(B256::ZERO),
        mix_hash,
        nonce: B64::from(1u64.to_be_bytes()),
        base_fee_per_gas: Some(block.base_fee),
        ..ConsensusHeader::default()
    };
    let size = 600
        + block
            .transactions
            .iter()
            .map(|mined| 120 + mined.transaction.data.len())
            .sum::<usize>();
    let mut map = to_map(Header {
        hash: block.hash,
        inner: header,
        total_difficulty: None,
        size: Some(U256::from(size)),
    });
    map.insert("l1BlockNumber".to_owned(), to_json(U64::from(block.l1_number)));
    map.insert("sendCount".to_owned(), json!("0x0"));
    map.insert("sendRoot".to_owned(), to_json(B256::ZERO));
    map
}

/// A block with its transactions or their hashes.
pub(crate) fn block_json(node: &Node, block: &Block, full: bool) -> Value {
    let mut map = header_json(node, block);
    let transactions = block.transactions.iter().map(|mined| {
        let receipt = &mined.receipt;
        let hash = receipt.transaction_hash;
        match node.as_signed(hash) {
            Some(signed) if full => transaction_json(signed, Some(receipt)),
            _ => to_json(hash),
        }
    });
    map.insert("transactions".to_owned(), transactions.collect());
    map.insert("uncles".to_owned(), json!([]));
    Value::Object(map)
}
