//! A chain that begins where another one stands: its state after a block is read when it is needed, and what is written stays here.
//!
//! # Design
//! - **The same executor** as [`Chain`](crate::Chain)'s: the same journal, programs, prices and refusals, over another state.
//! - **One block.** Everything is read at the block that the fork began with, and runs at its time or later.
//! - **An error, never a guess.** What the endpoint does not answer, and what no endpoint tells, ends the fork with a sentence: see [`RemoteError`].
//! - **A batch is one transaction**, as a Safe's is: transient storage, warm accounts and the origin are shared by its calls.
//! - **Two futures of one state**: a fork is cloned, each clone has its own transactions, and what differs between them then can be asked.
//!
//! # Trust assumptions
//! - The endpoint: a fork is as true as its answers.
//! - Programs: that one which is active there is taken as it is. Its code is compiled here, its cost is what ArbWasm's views say.
//!
//! # What a fork does not have
//! - Hashes of blocks: BLOCKHASH speaks of L1's blocks, which an endpoint does not tell by number.
//! - Arbitrum's precompiles beyond those of this crate: a call of another, or of a method that is not here, ends the fork.
//! - The price of what is posted to L1, and what activations of others did to the price of data.

mod activation;
mod batch;
mod remote;
mod replay;

pub use batch::{AccountChange, BatchOutcome, SafeCall, WordChange};
pub(crate) use remote::Beneath;
pub use remote::{Remote, RemoteAccount, RemoteAnswer, RemoteError};

use crate::arbos::{RecentPrograms, StylusParams};
use crate::config::{Config, SEQUENCER};
use crate::evm::{BlockContext, Executor, Message, World};
use crate::outcome::Outcome;
use crate::state::State;
use crate::transaction::InvalidTransaction;
use alloy_primitives::{Address, Bytes, TxKind, U256};
use revm::DatabaseRef;
use std::sync::Arc;
use stylus_vm::machine::Machine;
use stylus_vm::stack::on_deep_stack;

/// Seconds between two blocks of L1.
const L1_BLOCK_TIME: u64 = 12;

/// The block that a fork begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteBlock {
    /// The chain's identifier.
    pub chain_id: u64,
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
}

/// Why a fork does not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForkError {
    /// What it is a fork of could not be read.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// WASM cannot be run on this host.
    #[error("no machine for WASM: {0}")]
    Machine(String),
    /// The call cannot be started.
    #[error(transparent)]
    Invalid(#[from] InvalidTransaction),
}

/// A chain that begins where another one stands. A clone goes on from where it was cloned, on its own; what is read beneath is asked once for both.
#[derive(Clone)]
pub struct Fork {
    state: State,
    machine: Arc<Machine>,
    config: Config,
    params: StylusParams,
    cache_managers: Vec<Address>,
    block: BlockContext,
    /// L1's block number and the time, of the block that everything is read at.
    origin: (u64, u64),
}

impl Fork {
    /// A fork of the state after a block, in which things happen `after_secs` seconds later. Reads what ArbOS has set there.
    ///
    /// # Errors
    /// A [`ForkError`] when that cannot be read.
    pub fn new(remote: Arc<dyn Remote>, block: RemoteBlock, after_secs: u64) -> Result<Self, ForkError> {
        let machine = Machine::new().map_err(|why| ForkError::Machine(why.to_string()))?;
        let settings = activation::settings(remote.as_ref())?;
        let config = Config {
            chain_id: block.chain_id,
            arbos_version: settings.params.arbos_version,
            owners: settings.owners,
            network_fee_account: settings.network_fee_account,
            dev_accounts: Vec::new(),
            ..Config::default()
        };
        Ok(Self {
            state: State::above(Beneath::new(remote, block.timestamp)),
            machine: Arc::new(machine),
            config,
            params: settings.params,
            cache_managers: settings.cache_managers,
            block: BlockContext {
                number: block.number.saturating_add(1),
                l1_number: block.l1_number.saturating_add(after_secs / L1_BLOCK_TIME),
                timestamp: block.timestamp.saturating_add(after_secs),
                base_fee: block.base_fee,
                gas_limit: block.gas_limit,
                coinbase: SEQUENCER,
            },
            origin: (block.l1_number, block.timestamp),
        })
    }

    /// The time at which everything runs, in seconds.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.block.timestamp
    }

    /// An account's balance in wei.
    ///
    /// # Errors
    /// A [`RemoteError`].
    pub fn balance(&self, address: Address) -> Result<U256, RemoteError> {
        let Ok(account) = self.state.basic_ref(address);
        self.sound(account.map_or(U256::ZERO, |account| account.balance))
    }

    /// An account's code.
    ///
    /// # Errors
    /// A [`RemoteError`].
    pub fn code(&self, address: Address) -> Result<Bytes, RemoteError> {
        let Ok(account) = self.state.basic_ref(address);
        let code = account.and_then(|account| account.code);
        self.sound(code.map(|code| code.original_bytes()).unwrap_or_default())
    }

    /// A word of an account's storage.
    ///
    /// # Errors
    /// A [`RemoteError`].
    pub fn storage(&self, address: Address, key: U256) -> Result<U256, RemoteError> {
        let Ok(word) = self.state.storage_ref(address, key);
        self.sound(word)
    }

    /// Executes a call and keeps nothing of it.
    ///
    /// # Errors
    /// A [`ForkError`]; a call that fails is none.
    pub fn call(&self, from: Address, to: Address, data: impl Into<Bytes>) -> Result<Outcome, ForkError> {
        let message = Message {
            from,
            to: TxKind::Call(to),
            value: U256::ZERO,
            data: data.into(),
            gas_limit: self.config.call_gas_limit,
            gas_price: 0,
            max_fee: 0,
            access_list: Vec::new(),
            is_transaction: false,
        };
        let world = self.world();
        let executed =
            on_deep_stack(move || Executor::new(world, RecentPrograms::default(), false).transact(&message));
        let executed = self.sound(executed)?;
        Ok(executed?.outcome)
    }

    /// What was found, unless something could not be read on the way.
    fn sound<T>(&self, found: T) -> Result<T, RemoteError> {
        match self.state.beneath().and_then(Beneath::failure) {
            Some(failure) => Err(failure.clone()),
            None => Ok(found),
        }
    }

    fn world(&self) -> World<'_> {
        World {
            state: &self.state,
            machine: &self.machine,
            config: &self.config,
            params: &self.params,
            cache_managers: &self.cache_managers,
            block: self.block,
            hashes: &[],
        }
    }
}
