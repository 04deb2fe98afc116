//! Subscriptions: what a client is told over a WebSocket.
//!
//! # Design
//! - **A task a subscription**, which reads the node's events and never waits for its lock. A client that
//!   falls too far behind is let go rather than waited for.

use crate::node::{Event, Shared};
use crate::rpc::{check_size, log_of, transaction_json, Args, Handler, RpcError};
use alloy_rpc_types_eth::pubsub::{Params as Details, SubscriptionKind};
use alloy_rpc_types_eth::Filter;
use jsonrpsee::core::RegisterMethodError;
use jsonrpsee::types::error::ErrorObjectOwned;
use jsonrpsee::types::SubscriptionId;
use jsonrpsee::{PendingSubscriptionSink, RpcModule, SubscriptionMessage};
use serde_json::{json, Value};
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

/// What a client wants to hear.
enum Topic {
    Heads,
    Logs(Box<Filter>),
    Pending {
        full: bool,
    },
    /// The node never syncs, so there is never anything to say.
    Syncing,
}

impl Topic {
    fn parse(args: &Args) -> Result<Self, RpcError> {
        let kind: SubscriptionKind = args.required(0, "subscription")?;
        let details: Option<Value> = args.optional(1, "details")?;
        let details = Details::from_json_value(details.unwrap_or_default())
            .map_err(|why| RpcError::argument(1, "details", why))?;
        match (kind, details) {
            (SubscriptionKind::NewHeads, _) => Ok(Self::Heads),
            (SubscriptionKind::Logs, Details::Logs(filter)) => {
                check_size(&filter)?;
                Ok(Self::Logs(filter))
            }
            (SubscriptionKind::Logs, Details::None) => Ok(Self::Logs(Box::default())),
            (SubscriptionKind::NewPendingTransactions, Details::Bool(full)) => Ok(Self::Pending { full }),
            (SubscriptionKind::NewPendingTransactions, Details::None) => Ok(Self::Pending { full: false }),
            (SubscriptionKind::Syncing, _) => Ok(Self::Syncing),
            (kind, _) => Err(RpcError::argument(
                0,
                "subscription",
                format!("no {kind} with such details"),
            )),
        }
    }

    /// What an event is to the subscriber.
    fn news(&self, event: &Event) -> Vec<Value> {
        match (self, event) {
            (Self::Heads, Event::Block(block)) => vec![Value::Object(block.header.clone())],
            (Self::Logs(filter), Event::Block(block)) => {
                let mut found = Vec::new();
                for mined in &block.block.transactions {
                    for (place, log) in mined.receipt.outcome.logs.iter().enumerate() {
                        if filter.matches(log) {
                            found.extend(log_of(&mined.receipt, place).map(|log| json!(log)));
                        }
                    }
                }
                found
            }
            (Self::Pending { full: true }, Event::Pending(transaction)) => {
                vec![transaction_json(transaction, None)]
            }
            (Self::Pending { full: false }, Event::Pending(transaction)) => vec![json!(transaction.hash())],
            _ => Vec::new(),
        }
    }
}

pub(crate) fn register(module: &mut RpcModule<Handler>) -> Result<(), RegisterMethodError> {
    module.register_subscription(
        "eth_subscribe",
        "eth_subscription",
        "eth_unsubscribe",
        |params, pending, handler, _| async move {
            let topic = Args::parse(&params).and_then(|args| Topic::parse(&args));
            match topic {
                Ok(topic) => serve(pending, topic, &handler.shared).await,
                Err(why) => pending.reject(ErrorObjectOwned::from(why)).await,
            }
        },
    )?;
    Ok(())
}

async fn serve(pending: PendingSubscriptionSink, topic: Topic, shared: &Shared) {
    let Some(mut events) = shared.events() else {
        return;
    };
    let Ok(sink) = pending.accept().await else {
        return;
    };
    loop {
        let event = tokio::select! {
            () = sink.closed() => return,
            event = events.recv() => event,
        };
        // Too far behind, or the node is gone.
        let Ok(event) = event else {
            return;
        };
        for news in topic.news(&event) {
            let (method, id) = (sink.method_name(), sink.subscription_id());
            let Ok(message) = SubscriptionMessage::new(method, id, &news) else {
                return;
            };
            if sink.send(message).await.is_err() {
                return;
            }
        }
    }
}

/// Names for subscriptions: hexadecimal, as Geth's, and not to be guessed from one another.
#[derive(Debug, Default)]
pub(crate) struct HexIds {
    state: RandomState,
    count: AtomicU64,
}

impl jsonrpsee::core::traits::IdProvider for HexIds {
    fn next_id(&self) -> SubscriptionId<'static> {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mut hasher = self.state.build_hasher();
        hasher.write_u64(count);
        SubscriptionId::Str(format!("0x{:016x}{count:016x}", hasher.finish() | (1 << 63)).into())
    }
}
