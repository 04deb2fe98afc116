//! Filters: what a client polls instead of subscribing.
//!
//! # Design
//! - **A filter remembers where it stopped**, and reads on from there when it is polled. After a revert of the chain to
//!   an earlier block it reads on from that block.
//! - **Bounded.** Only so many exist at once, and one that is not polled for five minutes may be dropped for a new one.

use crate::node::{Event, Node};
use crate::rpc::{check_size, find_logs, range_of, Registry, RpcError, MAX_RANGE};
use alloy_primitives::{B256, U64};
use alloy_rpc_types_eth::Filter;
use jsonrpsee::core::RegisterMethodError;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::{error::TryRecvError, Receiver};

/// How many filters there may be.
const MAX_FILTERS: usize = 1_024;
/// How long a filter may go without being polled.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// What a filter is about.
enum Subject {
    Logs(Box<Filter>),
    Blocks,
    Pending(Receiver<Event>),
}

/// A filter.
struct Installed {
    subject: Subject,
    /// The first block that it has not seen.
    next: u64,
    polled: Instant,
}

/// The filters of all clients.
#[derive(Default)]
pub(crate) struct Filters {
    installed: BTreeMap<u64, Installed>,
    last: u64,
}

impl Filters {
    fn install(&mut self, subject: Subject, next: u64) -> Result<Value, RpcError> {
        if self.installed.len() >= MAX_FILTERS {
            self.installed.retain(|_, filter| filter.polled.elapsed() < IDLE);
        }
        if self.installed.len() >= MAX_FILTERS {
            return Err(RpcError::Limit(format!(
                "there are {MAX_FILTERS} filters already"
            )));
        }
        self.last += 1;
        let filter = Installed {
            subject,
            next,
            polled: Instant::now(),
        };
        self.installed.insert(self.last, filter);
        Ok(json!(U64::from(self.last)))
    }

    fn get(&mut self, id: u64) -> Result<&mut Installed, RpcError> {
        let filter = self.installed.get_mut(&id);
        let filter = filter.ok_or_else(|| RpcError::refused("filter not found"))?;
        filter.polled = Instant::now();
        Ok(filter)
    }
}

impl Installed {
    /// What is new since the last time.
    fn changes(&mut self, node: &Node) -> Result<Value, RpcError> {
        let latest = node.chain.block_number();
        let first = self.next.min(latest + 1);
        let news = match &mut self.subject {
            Subject::Pending(events) => pending_hashes(events),
            _ if first > latest => json!([]),
            Subject::Blocks => {
                let first = first.max((latest + 1).saturating_sub(MAX_RANGE));
                let blocks = (first..=latest).filter_map(|number| node.chain.block(number));
                blocks.map(|block| json!(block.hash)).collect()
            }
            Subject::Logs(filter) => match range_of(node, filter)? {
                Some(range) if *range.start() <= latest => {
                    let range = first.max(*range.start())..=latest.min(last_wanted(filter, latest));
                    json!(find_logs(node, filter, range)?)
                }
                _ => json!([]),
            },
        };
        self.next = latest + 1;
        Ok(news)
    }
}

/// The last block that a filter of logs wants to hear of.
fn last_wanted(filter: &Filter, latest: u64) -> u64 {
    filter.get_to_block().unwrap_or(latest)
}

fn pending_hashes(events: &mut Receiver<Event>) -> Value {
    let mut hashes: Vec<B256> = Vec::new();
    loop {
        match events.try_recv() {
            Ok(Event::Pending(transaction)) => hashes.push(transaction.hash()),
            Ok(Event::Block(_)) | Err(TryRecvError::Lagged(_)) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => return json!(hashes),
        }
    }
}

pub(crate) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["eth_newFilter"], |shared, args| {
        let filter: Filter = args.required(0, "filter")?;
        check_size(&filter)?;
        let node = shared.read();
        range_of(&node, &filter)?;
        let next = node.chain.block_number() + 1;
        shared.filters().install(Subject::Logs(Box::new(filter)), next)
    })?;
    registry.method(&["eth_newBlockFilter"], |shared, _| {
        let next = shared.read().chain.block_number() + 1;
        shared.filters().install(Subject::Blocks, next)
    })?;
    registry.method(&["eth_newPendingTransactionFilter"], |shared, _| {
        let node = shared.read();
        let next = node.chain.block_number() + 1;
        shared.filters().install(Subject::Pending(node.events()), next)
    })?;
    registry.method(&["eth_uninstallFilter"], |shared, args| {
        let id = args.number(0, "filter id")?;
        Ok(json!(shared.filters().installed.remove(&id).is_some()))
    })?;
    registry.method(&["eth_getFilterChanges"], |shared, args| {
        let id = args.number(0, "filter id")?;
        let node = shared.read();
        shared.filters().get(id)?.changes(&node)
    })?;
    registry.method(&["eth_getFilterLogs"], |shared, args| {
        let id = args.number(0, "filter id")?;
        let node = shared.read();
        let mut filters = shared.filters();
        let Subject::Logs(filter) = &filters.get(id)?.subject else {
            return Err(RpcError::refused("filter not found"));
        };
        match range_of(&node, filter)? {
            Some(range) => Ok(json!(find_logs(&node, filter, range)?)),
            None => Ok(json!([])),
        }
    })
}
