//! The node as every request sees it.
//!
//! # Design
//! - **A panic in one request does not end the others**: a poisoned lock is used on. The chain changes only at the end
//!   of an execution, so what a panic leaves behind is the state before it.

use super::{Event, Node, View};
use crate::filters::Filters;
use crate::rpc::RpcError;
use alloy_eips::{BlockId, BlockNumberOrTag};
use embedded_chain::Chain;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// A node and what belongs to its server.
pub(crate) struct Shared {
    node: RwLock<Node>,
    /// The chain with the pool mined, until something changes.
    pending: Mutex<Option<Arc<Chain>>>,
    filters: Mutex<Filters>,
    interval: watch::Sender<Option<Duration>>,
    events: broadcast::WeakSender<Event>,
}

impl Shared {
    pub(crate) fn new(node: Node) -> Self {
        let interval = match node.mining {
            super::Mining::Interval(every) => Some(every),
            _ => None,
        };
        Self {
            events: node.events.downgrade(),
            node: RwLock::new(node),
            pending: Mutex::new(None),
            filters: Mutex::new(Filters::default()),
            interval: watch::channel(interval).0,
        }
    }

    /// The node, to look at.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Node> {
        self.node.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the node.
    pub(crate) fn write<R>(&self, change: impl FnOnce(&mut Node) -> R) -> R {
        let mut node = self.node.write().unwrap_or_else(PoisonError::into_inner);
        *self.lock(&self.pending) = None;
        let result = change(&mut node);
        let interval = match node.mining {
            super::Mining::Interval(every) => Some(every),
            _ => None,
        };
        self.interval.send_if_modified(|known| {
            let changed = *known != interval;
            *known = interval;
            changed
        });
        result
    }

    /// The filters.
    pub(crate) fn filters(&self) -> MutexGuard<'_, Filters> {
        self.lock(&self.filters)
    }

    /// How often blocks are made, now and from now on.
    pub(crate) fn interval(&self) -> watch::Receiver<Option<Duration>> {
        self.interval.subscribe()
    }

    /// What happens from now on, without waiting for the node.
    pub(crate) fn events(&self) -> Option<broadcast::Receiver<Event>> {
        self.events.upgrade().map(|sender| sender.subscribe())
    }

    /// The chain as it would be if a block were made of everything that waits.
    pub(crate) fn pending(&self, node: &Node) -> Arc<Chain> {
        let mut pending = self.lock(&self.pending);
        if let Some(chain) = pending.as_ref() {
            return chain.clone();
        }
        let chain = Arc::new(node.pending_chain());
        *pending = Some(chain.clone());
        chain
    }

    /// The chain right after a block, the pending one too.
    pub(crate) fn at<'a>(&self, node: &'a Node, id: BlockId) -> Result<View<'a>, RpcError> {
        if id == BlockId::Number(BlockNumberOrTag::Pending) {
            if node.pool.is_empty() {
                return Ok(View::Live(&node.chain));
            }
            return Ok(View::Copy(self.pending(node)));
        }
        node.at(id)
    }

    fn lock<'a, T>(&self, mutex: &'a Mutex<T>) -> MutexGuard<'a, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
