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
//! # Example
//! ```
//! use embedded_chain::{init_code_for, Chain, Config, Transaction, DEV_ACCOUNTS};
//!
//! let mut chain = Chain::new(Config::default())?;
//! let [alice, bob, ..] = DEV_ACCOUNTS;
//! // Returns the time: TIMESTAMP, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN
//! let clock = chain.deploy(alice, init_code_for(&[0x42, 0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3]))?;
//! chain.advance_time(3600);
//! let receipt = chain.transact(Transaction::call(bob, clock, vec![]))?;
//! assert!(receipt.is_success());
//! assert_eq!(receipt.outcome.output[24..], chain.now().to_be_bytes());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`Fork`] is the same over the state of another chain, which is read as it is needed.
//!
//! # What differs from Nitro
//! - Calldata costs nothing on L1 unless [`Config::poster_gas_per_byte`] says so.
//! - The base fee does not move.
//! - Retryable tickets, messages to L1 and EIP-7702 transactions do not exist.
//! - Arbitrum's other precompiles refuse every call, and the owners' settings are the embedder's.
//! - BLOCKHASH answers for any recent number of L1, with a hash made of the number.
//! - A module's hash is not Nitro's, and ArbOS's storage is laid out differently; contracts see neither.

mod arbos;
mod chain;
mod config;
mod evm;
mod fork;
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
pub use fork::{
    AccountChange, BatchOutcome, Fork, ForkError, Remote, RemoteAccount, RemoteAnswer, RemoteBlock,
    RemoteError, SafeCall, WordChange,
};
pub use outcome::{HaltReason, Outcome, Receipt, Status};
pub use state::{Account, AccountDump, State, Storage};
pub use trace::{CallTrace, FrameKind, FrameLog, StorageAccess, StorageKind};
pub use transaction::{AccountOverride, BlockOverride, CallRequest, InvalidTransaction, Transaction};
