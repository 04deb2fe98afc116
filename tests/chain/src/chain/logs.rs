//! Events by block and content.

use super::Chain;
use alloy_primitives::{Address, Log, B256};

/// Which events to find.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// The first block; genesis when none is given.
    pub from_block: Option<u64>,
    /// The last block; the latest when none is given.
    pub to_block: Option<u64>,
    /// Who emitted them; anyone when empty.
    pub addresses: Vec<Address>,
    /// At each place, the topics that may stand there; any when empty.
    pub topics: Vec<Vec<B256>>,
}

/// An event and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The event.
    pub log: Log,
    /// The block's number.
    pub block_number: u64,
    /// The block's hash.
    pub block_hash: B256,
    /// The block's time in seconds.
    pub timestamp: u64,
    /// The transaction's hash.
    pub transaction_hash: B256,
    /// The transaction's place in the block.
    pub transaction_index: u64,
    /// The event's place in the block.
    pub log_index: u64,
}

impl LogFilter {
    fn matches(&self, log: &Log) -> bool {
        let from_whom = self.addresses.is_empty() || self.addresses.contains(&log.address);
        from_whom
            && self.topics.iter().enumerate().all(|(place, wanted)| {
                wanted.is_empty()
                    || log
                        .topics()
                        .get(place)
                        .is_some_and(|topic| wanted.contains(topic))
            })
    }
}

impl Chain {
    /// The events of sealed blocks that a filter lets through, in order.
    #[must_use]
    pub fn logs(&self, filter: &LogFilter) -> Vec<LogEntry> {
        let first = filter.from_block.unwrap_or(0);
        let last = filter.to_block.unwrap_or(u64::MAX);
        let mut found = Vec::new();
        for block in &self.live.blocks {
            if block.number < first || block.number > last {
                continue;
            }
            for mined in &block.transactions {
                let receipt = &mined.receipt;
                for (log, log_index) in receipt.outcome.logs.iter().zip(receipt.first_log_index..) {
                    if filter.matches(log) {
                        found.push(LogEntry {
                            log: log.clone(),
                            block_number: block.number,
                            block_hash: block.hash,
                            timestamp: block.timestamp,
                            transaction_hash: receipt.transaction_hash,
                            transaction_index: receipt.transaction_index,
                            log_index,
                        });
                    }
                }
            }
        }
        found
    }
}
