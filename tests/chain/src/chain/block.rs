//! Blocks and what is in them.

use super::{Chain, OpenBlock};
use crate::evm::BlockContext;
use crate::outcome::Receipt;
use crate::transaction::Transaction;
use alloy_primitives::{keccak256, Address, B256};
use std::sync::Arc;

/// A transaction that was executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MinedTransaction {
    /// The transaction, its nonce and gas limit filled in.
    pub transaction: Transaction,
    /// What it left behind.
    pub receipt: Receipt,
}

/// A sealed block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its hash. It depends on what the block holds, but is not the hash of an encoded header.
    pub hash: B256,
    /// The hash of the block before.
    pub parent_hash: B256,
    /// Its number on L2.
    pub number: u64,
    /// L1's block number at its time.
    pub l1_number: u64,
    /// Its time in seconds.
    pub timestamp: u64,
    /// Its base fee in wei.
    pub base_fee: u64,
    /// Its gas limit.
    pub gas_limit: u64,
    /// The gas that its transactions used.
    pub gas_used: u64,
    /// Its coinbase.
    pub coinbase: Address,
    /// Its transactions, in order.
    pub transactions: Vec<MinedTransaction>,
}

impl Chain {
    /// Closes the open block and opens the next.
    pub(super) fn seal(&mut self) {
        let number = self.live.blocks.len() as u64;
        let context = self.context(number);
        let open = std::mem::take(&mut self.live.open);
        let parent_hash = self.live.hashes.last().copied().unwrap_or_default();
        let block = sealed(context, parent_hash, open);
        for (index, mined) in block.transactions.iter().enumerate() {
            self.live
                .mined
                .insert(mined.receipt.transaction_hash, (number, index));
        }
        self.live.hashes.push(block.hash);
        self.live.blocks.push(Arc::new(block));
        self.live.clock = self.live.clock.saturating_add(self.config.block_time);
    }
}

fn sealed(context: BlockContext, parent_hash: B256, open: OpenBlock) -> Block {
    let mut content = Vec::with_capacity(64 + 32 * open.transactions.len());
    content.extend_from_slice(parent_hash.as_slice());
    content.extend_from_slice(&context.number.to_be_bytes());
    content.extend_from_slice(&context.timestamp.to_be_bytes());
    content.extend_from_slice(&open.gas_used.to_be_bytes());
    for mined in &open.transactions {
        content.extend_from_slice(mined.receipt.transaction_hash.as_slice());
    }
    let hash = keccak256(content);
    let mut transactions = open.transactions;
    for mined in &mut transactions {
        mined.receipt.block_hash = hash;
    }
    Block {
        hash,
        parent_hash,
        number: context.number,
        l1_number: context.l1_number,
        timestamp: context.timestamp,
        base_fee: context.base_fee,
        gas_limit: context.gas_limit,
        gas_used: open.gas_used,
        coinbase: context.coinbase,
        transactions,
    }
}
