//! The chain, what waits for it, and who is told.
//!
//! # Design
//! - **One value behind one lock.** Reading shares the lock; whatever changes the chain holds it alone, so two requests
//!   never see each other half done.
//! - **The chain's open block is always empty between requests**: waiting transactions are in the pool and not executed,
//!   so that a better price can still go first. What "pending" shows is a copy on which the pool was mined.

mod accounts;
mod clock;
mod history;
mod mempool;
mod mine;
mod options;
mod predeploys;
mod shared;
mod signed;
mod submit;
mod view;

pub(crate) use accounts::SignError;
pub use accounts::{development_accounts, DEV_KEYS};
pub(crate) use mine::Event;
pub use options::{Mining, Options, StartError};
pub use predeploys::{CACHE_MANAGER, CREATE2_DEPLOYER, STYLUS_DEPLOYER};
pub(crate) use shared::Shared;
pub(crate) use signed::SignedTransaction;
pub(crate) use submit::SubmitError;
pub(crate) use view::View;

use crate::rpc::RpcError;
use accounts::Accounts;
use alloy_primitives::B256;
use clock::Clock;
use embedded_chain::{Chain, ChainError};
use history::History;
use mempool::Mempool;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tokio::sync::broadcast;

/// How many snapshots are kept; the oldest goes first.
const SNAPSHOTS: usize = 256;
/// How many events a slow listener may be behind.
const EVENTS: usize = 4_096;

/// A development node without its server.
pub(crate) struct Node {
    pub(crate) chain: Chain,
    pub(crate) accounts: Accounts,
    pub(crate) pool: Mempool,
    pub(crate) clock: Clock,
    pub(crate) mining: Mining,
    /// What it was started with.
    options: Options,
    history: History,
    /// Every transaction that was mined as it was signed.
    signed: HashMap<B256, SignedTransaction>,
    snapshots: BTreeMap<u64, Saved>,
    next_snapshot: u64,
    events: broadcast::Sender<Event>,
}

/// What a snapshot keeps besides the chain's own.
struct Saved {
    chain: Chain,
    pool: Mempool,
    clock: Clock,
    history: History,
}

impl Node {
    /// A node on a new chain.
    pub(crate) fn new(options: &Options) -> Result<Self, StartError> {
        let mut chain = Chain::new(options.chain_config())?;
        predeploys::install(&mut chain);
        let clock = if options.fixed_time.is_some() {
            Clock::manual()
        } else {
            Clock::running()
        };
        let mut node = Self {
            chain,
            accounts: Accounts::development(options.accounts),
            pool: Mempool::default(),
            clock,
            mining: options.mining,
            options: options.clone(),
            history: History::default(),
            signed: HashMap::new(),
            snapshots: BTreeMap::new(),
            next_snapshot: 1,
            events: broadcast::channel(EVENTS).0,
        };
        node.record_state();
        Ok(node)
    }

    /// Another node with everything that this one has, but for its snapshots and its listeners.
    pub(crate) fn fork(&self) -> Self {
        Self {
            chain: self.chain.clone(),
            options: self.options.clone(),
            accounts: self.accounts.clone(),
            pool: self.pool.clone(),
            clock: self.clock.clone(),
            mining: self.mining,
            history: self.history.clone(),
            signed: self.signed.clone(),
            snapshots: BTreeMap::new(),
            next_snapshot: 1,
            events: broadcast::channel(EVENTS).0,
        }
    }

    /// The time that a block made now would have.
    pub(crate) fn time(&self) -> u64 {
        self.clock.now(self.chain.now())
    }

    /// Sets the time of the next block.
    pub(crate) fn set_next_timestamp(&mut self, timestamp: u64) -> Result<(), ChainError> {
        let now = self.chain.now();
        if timestamp < now {
            return Err(ChainError::TimeWentBackwards {
                now,
                requested: timestamp,
            });
        }
        self.clock.set(timestamp);
        Ok(())
    }

    /// Moves the clock on.
    pub(crate) fn advance_time(&mut self, secs: u64) {
        self.clock.advance(secs, self.chain.now());
    }

    /// A transaction as it was signed, mined or waiting.
    pub(crate) fn as_signed(&self, hash: B256) -> Option<&SignedTransaction> {
        self.signed(hash).or_else(|| self.pool.get(hash))
    }

    /// A mined transaction as it was signed.
    pub(crate) fn signed(&self, hash: B256) -> Option<&SignedTransaction> {
        self.signed.get(&hash)
    }

    /// What happens from now on.
    pub(crate) fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Starts over: another genesis, nothing waiting, nobody impersonated. Who listens keeps listening.
    pub(crate) fn reset(&mut self) -> Result<(), RpcError> {
        let mut fresh = Self::new(&self.options).map_err(|why| RpcError::refused(why.to_string()))?;
        fresh.events = self.events.clone();
        *self = fresh;
        Ok(())
    }

    /// The snapshots, each with the number and the hash of its last block.
    pub(crate) fn snapshot_blocks(&self) -> BTreeMap<String, (u64, B256)> {
        let snapshots = self.snapshots.iter();
        snapshots
            .map(|(id, saved)| {
                let block = saved.chain.latest_block();
                (format!("{id:#x}"), (block.number, block.hash))
            })
            .collect()
    }

    /// Remembers everything as it is.
    pub(crate) fn snapshot(&mut self) -> u64 {
        let id = self.next_snapshot;
        self.next_snapshot += 1;
        self.snapshots.insert(
            id,
            Saved {
                chain: self.chain.clone(),
                pool: self.pool.clone(),
                clock: self.clock.clone(),
                history: self.history.clone(),
            },
        );
        while self.snapshots.len() > SNAPSHOTS {
            self.snapshots.pop_first();
        }
        id
    }

    /// Makes everything as it was at a snapshot, which is then used up, as are all later ones.
    pub(crate) fn revert(&mut self, id: u64) -> bool {
        let Some(saved) = self.snapshots.remove(&id) else {
            return false;
        };
        self.snapshots.split_off(&id);
        self.chain = saved.chain;
        self.pool = saved.pool;
        self.clock = saved.clock;
        self.history = saved.history;
        true
    }

    /// Remembers the state after the latest block.
    fn record_state(&mut self) {
        let number = self.chain.block_number();
        self.history.record(number, Arc::new(self.chain.state().clone()));
    }
}
