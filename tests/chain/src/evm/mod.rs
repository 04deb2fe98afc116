//! Runs transactions: revm's interpreter and journal below, WASM and Arbitrum's precompiles beside it.
//!
//! # Design
//! - **A frame is a Rust call.** revm's own loop keeps frames on a heap stack; a program calls out from the middle of
//!   native code, so frames nest natively here, for bytecode and programs alike, on a thread with room for them.
//! - **One journal.** Storage, transient storage, logs, balances, warm addresses and the registry of programs are all
//!   journaled, so a revert at any depth takes all of them back.
//! - **The state is only read.** What a transaction changed comes back as a set of changes, to be committed or not.

mod arbos_state;
mod batch;
mod executor;
mod frames;
mod host;
mod program;
mod record;
mod storage_log;
mod transact;

pub(crate) use arbos_state::Slot;
pub(crate) use executor::{Executor, World};
pub(crate) use frames::MAX_CODE;
pub(crate) use program::input_bytes;
pub(crate) use transact::{Execution, Message, MAX_INIT_CODE};

use alloy_primitives::Address;

/// The block that a transaction or call stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockContext {
    /// The number of the L2 block.
    pub number: u64,
    /// L1's block number, which is what `block.number` gives.
    pub l1_number: u64,
    /// The time in seconds.
    pub timestamp: u64,
    /// The base fee in wei.
    pub base_fee: u64,
    /// The gas limit.
    pub gas_limit: u64,
    /// The coinbase.
    pub coinbase: Address,
}
