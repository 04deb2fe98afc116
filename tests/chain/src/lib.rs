//! An Arbitrum chain in a process.
//!
//! EVM bytecode runs in revm, Stylus programs in `stylus-vm`, over one journaled state, with ArbOS's registry of
//! programs, its prices and its precompiles around them.
//!
//! # Design
//! - **Semantics from Nitro, nothing else.** What a contract can see or pay is as on an Arbitrum chain of the
//!   configured version of ArbOS; what only a node's operator sees (tries, encoded headers, L1) is left out.
//! - **A library, not a server.** [`Chain`] is a value: no threads of its own, no clock of its own, no files.
//! - **Bad input is an error, never a panic**, and changes nothing.
//!
//! # What differs from Nitro
//! - Calldata costs nothing on L1 unless [`Config::poster_gas_per_byte`] says so.
//! - The base fee does not move.
//! - Programs in fragments, retryable tickets and messages to L1 do not exist.
//! - A module's hash is not Nitro's, and ArbOS's storage is laid out differently; contracts see neither.

mod arbos;
mod chain;
mod config;
mod evm;
mod outcome;
pub mod precompiles;
mod state;
mod trace;
mod transaction;

pub use arbos::{DataPricer, MemoryModel, Program, ProgramError, StylusParams};
pub use chain::{
    init_code_for, Block, Chain, ChainError, DeployError, EstimateError, LogEntry, LogFilter,
    MinedTransaction,
};
pub use config::{Config, ARBOS_STATE, DEV_ACCOUNTS, SEQUENCER};
pub use evm::BlockContext;
pub use outcome::{HaltReason, Outcome, Receipt, Status};
pub use state::{Account, AccountDump, State};
pub use trace::{CallTrace, FrameKind};
pub use transaction::{AccountOverride, BlockOverride, CallRequest, InvalidTransaction, Transaction};
