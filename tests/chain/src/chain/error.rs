//! What can go wrong outside of an execution.

use crate::outcome::Outcome;
use crate::transaction::InvalidTransaction;

/// Why the chain cannot do what it was told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// WASM cannot be run on this host.
    #[error("no machine for WASM: {0}")]
    Machine(String),
    /// Time does not go backwards.
    #[error("time is {now} and cannot become {requested}")]
    TimeWentBackwards {
        /// The time.
        now: u64,
        /// The time that was asked for.
        requested: u64,
    },
}

/// Why there is no estimate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EstimateError {
    /// The call cannot be made.
    #[error(transparent)]
    Invalid(#[from] InvalidTransaction),
    /// The call does not succeed with any gas.
    #[error("{}", describe(.0))]
    Failed(Box<Outcome>),
}

/// Why a contract was not deployed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeployError {
    /// The transaction was not taken.
    #[error(transparent)]
    Invalid(#[from] InvalidTransaction),
    /// The transaction that creates the contract failed.
    #[error("the creation failed: {}", describe(.0))]
    Creation(Box<Outcome>),
    /// The transaction that activates the program failed.
    #[error("the activation failed: {}", describe(.0))]
    Activation(Box<Outcome>),
}

fn describe(outcome: &Outcome) -> String {
    let what = match outcome.status {
        crate::Status::Success => "success".to_owned(),
        crate::Status::Revert => format!("execution reverted with {}", outcome.output),
        crate::Status::Halt(reason) => reason.to_string(),
    };
    match &outcome.reason {
        Some(reason) => format!("{what} ({reason})"),
        None => what,
    }
}
