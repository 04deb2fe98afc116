//! Why a measurement failed.

use embedded_chain::{ChainError, DeployError, InvalidTransaction};
use std::path::PathBuf;

/// Why a measurement failed.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A contract's WASM is missing.
    #[error(transparent)]
    Wasm(#[from] e2e::wasm::WasmError),
    /// The chain did not start.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A contract was not deployed.
    #[error(transparent)]
    Deploy(#[from] DeployError),
    /// The chain did not take a transaction.
    #[error(transparent)]
    Invalid(#[from] InvalidTransaction),
    /// A peer that is not checked in was not fetched.
    #[error("there is no {0}: 'tests/fixtures/build --fetched' makes it (it needs Node.js and npm)")]
    NotFetched(PathBuf),
    /// A file cannot be read, written or understood.
    #[error("{path}: {reason}")]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A call ended otherwise than the scenario says.
    #[error("the call was to end with {expected}, and ended with {status:?} and the data {output}{}", reason.as_deref().map(|r| format!(" ({r})")).unwrap_or_default())]
    Ending {
        /// What the scenario says.
        expected: &'static str,
        /// How it ended.
        status: embedded_chain::Status,
        /// What it returned.
        output: alloy_primitives::Bytes,
        /// What the chain says of it.
        reason: Option<String>,
    },
    /// The chain kept no record of a call.
    #[error("the chain kept no trace of the call")]
    NoTrace,
    /// In one of the scenarios.
    #[error("{scenario}: {error}")]
    At {
        /// Which.
        scenario: String,
        /// What went wrong.
        error: Box<Self>,
    },
}

impl BenchError {
    /// The same, with the scenario that it happened in.
    #[must_use]
    pub fn at(self, scenario: &str) -> Self {
        Self::At {
            scenario: scenario.to_owned(),
            error: Box::new(self),
        }
    }
}
