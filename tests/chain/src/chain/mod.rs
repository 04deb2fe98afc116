//! The chain: a state, a clock, and the blocks that were.
//!
//! # Design
//! - **One open block.** A transaction runs at once on top of the state and stands in the open block; mining seals it.
//!   By default each transaction seals its own, as a sequencer with nothing else to do would.
//! - **The clock is the caller's.** Time is in seconds, moves when it is told to, and never backwards.
//! - **Nothing depends on the machine.** The same calls in the same order give the same blocks, receipts and state.
//!
//! # Trust
//! Senders are taken as given: whoever calls this crate has checked signatures, or means to impersonate.

mod at_block;
mod block;
mod deploy;
mod error;
mod execute;
mod logs;
mod state;

pub use block::{Block, MinedTransaction};
pub use deploy::init_code_for;
pub use error::{ChainError, DeployError, EstimateError};
pub use logs::{LogEntry, LogFilter};

use crate::arbos::{RecentPrograms, StylusParams};
use crate::config::{Config, ARBOS_STATE};
use crate::evm::BlockContext;
use crate::precompiles;
use crate::state::State;
use alloy_primitives::{Address, Bytes, B256};
use std::collections::HashMap;
use std::sync::Arc;
use stylus_vm::machine::Machine;

/// Seconds between two blocks of L1.
const L1_BLOCK_TIME: u64 = 12;
/// What the code of a precompile looks like from outside.
const PRECOMPILE_CODE: Bytes = Bytes::from_static(&[0xfe]);

/// An Arbitrum chain in a process.
///
/// A clone goes its own way from where it was taken, and shares what is compiled already.
#[derive(Clone)]
pub struct Chain {
    config: Config,
    machine: Arc<Machine>,
    live: Live,
    snapshots: Vec<(u64, Live)>,
    next_snapshot: u64,
}

/// Everything that a snapshot keeps.
#[derive(Clone)]
struct Live {
    state: State,
    params: StylusParams,
    cache_managers: Vec<Address>,
    blocks: Vec<Arc<Block>>,
    hashes: Vec<B256>,
    /// Where a transaction was mined: block and index.
    mined: HashMap<B256, (u64, usize)>,
    open: OpenBlock,
    clock: u64,
}

/// The block that transactions are put into.
#[derive(Clone, Default)]
struct OpenBlock {
    transactions: Vec<MinedTransaction>,
    gas_used: u64,
    logs: u64,
    recent: RecentPrograms,
}

impl Chain {
    /// A chain with nothing but its genesis block.
    ///
    /// # Errors
    /// [`ChainError::Machine`] when WASM cannot be run on this host.
    pub fn new(config: Config) -> Result<Self, ChainError> {
        let machine = Machine::new().map_err(|reason| ChainError::Machine(reason.to_string()))?;
        let mut state = State::default();
        for account in &config.dev_accounts {
            state.set_balance(*account, config.dev_balance);
        }
        for address in precompiles::addresses() {
            state.set_code(address, PRECOMPILE_CODE);
        }
        // With a nonce the account is not empty, and so is never swept away.
        state.set_nonce(ARBOS_STATE, 1);
        let params = config
            .stylus
            .clone()
            .unwrap_or_else(|| StylusParams::at(config.arbos_version));
        let mut chain = Self {
            live: Live {
                state,
                params,
                cache_managers: config.cache_managers.clone(),
                blocks: Vec::new(),
                hashes: Vec::new(),
                mined: HashMap::new(),
                open: OpenBlock::default(),
                clock: config.genesis_time,
            },
            config,
            machine: Arc::new(machine),
            snapshots: Vec::new(),
            next_snapshot: 1,
        };
        chain.seal();
        Ok(chain)
    }

    /// The settings that the chain was made with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The state on top of which the next transaction will run.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.live.state
    }

    /// Stylus's parameters.
    #[must_use]
    pub fn params(&self) -> &StylusParams {
        &self.live.params
    }

    /// The time at which the next transaction will run, in seconds.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.live.clock
    }

    /// The number of the last sealed block.
    #[must_use]
    pub fn block_number(&self) -> u64 {
        self.live.blocks.len() as u64 - 1
    }

    /// The last sealed block.
    #[must_use]
    pub fn latest_block(&self) -> &Block {
        // Invariant: genesis is sealed before anyone holds the chain, and no block is ever taken away.
        &self.live.blocks[self.live.blocks.len() - 1]
    }

    /// A block by its number.
    #[must_use]
    pub fn block(&self, number: u64) -> Option<&Block> {
        let number = usize::try_from(number).ok()?;
        self.live.blocks.get(number).map(Arc::as_ref)
    }

    /// A block by its hash.
    #[must_use]
    pub fn block_by_hash(&self, hash: B256) -> Option<&Block> {
        let number = self.live.hashes.iter().position(|known| *known == hash)?;
        self.block(number as u64)
    }

    /// A transaction by its hash, with its receipt. One in the open block has a block hash of zero.
    #[must_use]
    pub fn transaction(&self, hash: B256) -> Option<&MinedTransaction> {
        match self.live.mined.get(&hash) {
            Some((number, index)) => self.block(*number)?.transactions.get(*index),
            None => self
                .live
                .open
                .transactions
                .iter()
                .find(|mined| mined.receipt.transaction_hash == hash),
        }
    }

    /// The receipt of a transaction.
    #[must_use]
    pub fn receipt(&self, hash: B256) -> Option<&crate::Receipt> {
        self.transaction(hash).map(|mined| &mined.receipt)
    }

    /// The transactions of the open block.
    #[must_use]
    pub fn pending(&self) -> &[MinedTransaction] {
        &self.live.open.transactions
    }

    /// Whether a transaction seals its block at once.
    pub fn set_automine(&mut self, automine: bool) {
        self.config.automine = automine;
    }

    /// Whether records of transactions also say which words of storage were read and written.
    pub fn set_record_storage(&mut self, record: bool) {
        self.config.record_storage = record;
    }

    /// Seals the open block, empty or not.
    pub fn mine(&mut self) -> &Block {
        self.seal();
        self.latest_block()
    }

    /// Moves the clock on. A block has one time, so transactions that wait in the open block are sealed before.
    pub fn advance_time(&mut self, secs: u64) {
        let to = self.live.clock.saturating_add(secs);
        self.move_clock(to);
    }

    /// Sets the time of the next transaction and block.
    ///
    /// # Errors
    /// [`ChainError::TimeWentBackwards`] when that time is over.
    pub fn set_next_timestamp(&mut self, timestamp: u64) -> Result<(), ChainError> {
        if timestamp < self.live.clock {
            return Err(ChainError::TimeWentBackwards {
                now: self.live.clock,
                requested: timestamp,
            });
        }
        self.move_clock(timestamp);
        Ok(())
    }

    /// Remembers everything as it is, and returns a name for it.
    pub fn snapshot(&mut self) -> u64 {
        let id = self.next_snapshot;
        self.next_snapshot += 1;
        self.snapshots.push((id, self.live.clone()));
        id
    }

    /// Makes everything as it was at a snapshot, which is then used up, as are all later ones. False when there is none.
    pub fn revert(&mut self, id: u64) -> bool {
        let Some(at) = self.snapshots.iter().position(|(known, _)| *known == id) else {
            return false;
        };
        self.snapshots.truncate(at + 1);
        match self.snapshots.pop() {
            Some((_, live)) => {
                self.live = live;
                true
            }
            None => false,
        }
    }

    /// Disables every program until it is activated again, as an upgrade of Stylus does.
    pub fn set_stylus_version(&mut self, version: u16) {
        self.live.params.version = version;
    }

    /// Changes Stylus's parameters, as the chain's owners may.
    pub fn set_params(&mut self, change: impl FnOnce(&mut StylusParams)) {
        change(&mut self.live.params);
    }

    /// Lets an account manage the cache of programs.
    pub fn add_cache_manager(&mut self, manager: Address) {
        if !self.live.cache_managers.contains(&manager) {
            self.live.cache_managers.push(manager);
        }
    }

    fn move_clock(&mut self, to: u64) {
        if to == self.live.clock {
            return;
        }
        if !self.live.open.transactions.is_empty() {
            self.seal();
        }
        self.live.clock = to.max(self.live.clock);
    }

    fn l1_number(&self, timestamp: u64) -> u64 {
        let passed = timestamp.saturating_sub(self.config.genesis_time);
        self.config
            .l1_genesis_block
            .saturating_add(passed / L1_BLOCK_TIME)
    }

    fn context(&self, number: u64) -> BlockContext {
        BlockContext {
            number,
            l1_number: self.l1_number(self.live.clock),
            timestamp: self.live.clock,
            base_fee: self.config.base_fee,
            gas_limit: self.config.block_gas_limit,
            coinbase: crate::config::SEQUENCER,
        }
    }
}
