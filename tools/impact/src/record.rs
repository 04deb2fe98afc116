//! Takes operations from a chain: every transaction of some blocks that calls a contract, or in which it says something.
//!
//! # Design
//! - **Two ways to be seen.** A transaction to the contract is seen by whom it is to. One that reaches it through others, a router, a wallet or a batch, is seen
//!   by the contract's events, and recorded as it was sent: to whom it was sent, so that the replay goes the same way.
//! - **What is seen in neither way is not recorded**: it reached the contract from within, and the contract said nothing.
//! - **All or nothing**: a block that the endpoint does not have, or an answer that is none, ends it.

use crate::operations::{Operation, Operations, Source};
use alloy_primitives::{Address, B256};
use safe_batch::endpoint::Endpoint;
use serde_json::{json, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// Blocks whose events are asked for at a time.
const STRETCH: u64 = 1_000;

/// What is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of which contracts.
    pub contracts: Vec<Address>,
    /// From this block on.
    pub from_block: u64,
    /// Up to this one.
    pub to_block: u64,
    /// Only those in which a contract says something: blocks without are not asked for.
    pub events_only: bool,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The operations.
    pub operations: Operations,
    /// How many of them were seen by events alone.
    pub from_within: usize,
}

impl Wanted {
    /// Where it comes from, for the file.
    #[must_use]
    pub fn source(&self) -> Source {
        Source {
            contracts: self.contracts.clone(),
            from_block: self.from_block,
            to_block: self.to_block,
        }
    }
}

/// Takes them from the chain behind an endpoint.
///
/// # Errors
/// A sentence.
pub fn record(endpoint: &Endpoint, wanted: &Wanted) -> Result<Recorded, String> {
    let &Wanted {
        from_block, to_block, ..
    } = wanted;
    if wanted.contracts.is_empty() {
        return Err("there is no contract whose operations are wanted: name it with --to".to_owned());
    }
    if from_block > to_block {
        return Err(format!("block {from_block} is after block {to_block}"));
    }
    let last = endpoint.block().number;
    if to_block > last {
        return Err(format!(
            "the chain ends with block {last}, and block {to_block} is asked for"
        ));
    }
    let events = events(endpoint, wanted)?;
    let blocks: Vec<u64> = if wanted.events_only {
        events.keys().copied().collect()
    } else {
        (from_block..=to_block).collect()
    };
    let mut operations = Operations {
        chain_id: endpoint.block().chain_id,
        all: Vec::new(),
    };
    let mut from_within = 0;
    for number in blocks {
        let block = block(endpoint, number)?;
        let none = BTreeSet::new();
        let spoke = events.get(&number).unwrap_or(&none);
        for transaction in &block.transactions {
            let Some(to) = transaction.to else { continue };
            let is_to = wanted.contracts.contains(&to) && !wanted.events_only;
            let is_heard = spoke.contains(&transaction.hash);
            if !is_to && !is_heard {
                continue;
            }
            from_within += usize::from(!wanted.contracts.contains(&to));
            operations.all.push(Operation {
                from: transaction.from,
                to,
                value: transaction.value,
                data: transaction.data.clone(),
                time: block.time,
                hash: Some(transaction.hash),
                expected: None,
            });
        }
    }
    Ok(Recorded {
        operations,
        from_within,
    })
}

/// The transactions in which the contracts say something, by block.
fn events(endpoint: &Endpoint, wanted: &Wanted) -> Result<BTreeMap<u64, BTreeSet<B256>>, String> {
    let mut events: BTreeMap<u64, BTreeSet<B256>> = BTreeMap::new();
    let mut from = wanted.from_block;
    while from <= wanted.to_block {
        let to = from.saturating_add(STRETCH - 1).min(wanted.to_block);
        let filter = json!([{
            "address": wanted.contracts,
            "fromBlock": format!("{from:#x}"),
            "toBlock": format!("{to:#x}"),
        }]);
        let logs = endpoint
            .ask("eth_getLogs", filter)
            .map_err(|why| why.to_string())?;
        let none = || format!("the endpoint answers what is none, for the events of blocks {from} to {to}");
        for log in logs.as_array().ok_or_else(none)? {
            let block = endpoint.small("a log's block", &log["blockNumber"]);
            let hash = endpoint.word("a log's transaction", &log["transactionHash"]);
            let (block, hash) = (
                block.map_err(|why| why.to_string())?,
                hash.map_err(|why| why.to_string())?,
            );
            if !(from..=to).contains(&block) {
                return Err(none());
            }
            events.entry(block).or_default().insert(hash);
        }
        from = to.saturating_add(1);
    }
    Ok(events)
}

struct Block {
    time: u64,
    transactions: Vec<Sent>,
}

struct Sent {
    hash: B256,
    from: Address,
    to: Option<Address>,
    value: alloy_primitives::U256,
    data: alloy_primitives::Bytes,
}

fn block(endpoint: &Endpoint, number: u64) -> Result<Block, String> {
    let params = json!([format!("{number:#x}"), true]);
    let block = endpoint
        .ask("eth_getBlockByNumber", params)
        .map_err(|why| why.to_string())?;
    if block.is_null() {
        return Err(format!(
            "the endpoint does not know block {number}: it may have thrown it away"
        ));
    }
    let read = || -> Result<Block, embedded_chain::RemoteError> {
        let mut transactions = Vec::new();
        let none = Vec::new();
        for sent in block["transactions"].as_array().unwrap_or(&none) {
            transactions.push(Sent {
                hash: endpoint.word("a transaction's hash", &sent["hash"])?,
                from: account(endpoint, "a transaction's sender", &sent["from"])?,
                to: match &sent["to"] {
                    Json::Null => None,
                    to => Some(account(endpoint, "whom a transaction is to", to)?),
                },
                value: endpoint.quantity("a transaction's value", &sent["value"])?,
                data: endpoint.bytes("a transaction's data", &sent["input"])?,
            });
        }
        Ok(Block {
            time: endpoint.small("a block's time", &block["timestamp"])?,
            transactions,
        })
    };
    if block["transactions"].as_array().is_none() {
        return Err(format!(
            "the endpoint answers block {number} without its transactions"
        ));
    }
    let read = read().map_err(|why| why.to_string())?;
    match endpoint.small("a block's number", &block["number"]) {
        Ok(told) if told == number => Ok(read),
        _ => Err(format!("the endpoint answers another block than {number}")),
    }
}

fn account(endpoint: &Endpoint, what: &str, answer: &Json) -> Result<Address, embedded_chain::RemoteError> {
    let bytes = endpoint.bytes(what, answer)?;
    Address::try_from(bytes.as_ref()).map_err(|_| endpoint.no_answer(what, answer))
}
