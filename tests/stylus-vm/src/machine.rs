//! The machine: it compiles programs once and runs them.

use crate::activate::ActivationError;
use crate::code::CodeError;
use crate::host::{Frame, Host};
use alloy_primitives::{Bytes, B256};

/// A program that is compiled and can be run any number of times. Cheap to clone.
#[derive(Clone)]
pub struct Program {}

/// How a call of a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// The program returned zero.
    Success,
    /// The program returned something else than zero. Its output is the revert's data and its gas is kept.
    Revert,
    /// The program did what cannot be done, for example reached out of its memory. To the caller it is a revert
    /// without data, and the gas is kept.
    Failure(String),
    /// The program used up its gas.
    OutOfInk,
    /// The program used up its stack. All gas is lost.
    OutOfStack,
}

/// What came of a call of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// What the program wrote as its result; nothing unless it returned or reverted.
    pub output: Bytes,
    /// The gas that is left; zero when the program ran out of ink or stack.
    pub gas_left: u64,
}

/// Why a contract's code cannot be made a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The code holds no WASM.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// The WASM could never have been activated.
    #[error(transparent)]
    Activation(#[from] ActivationError),
    /// The engine does not compile it.
    #[error("the engine refuses the program: {0}")]
    Engine(String),
}

/// An engine and what it has compiled so far.
pub struct Machine {}

impl Machine {
    /// A machine that has compiled nothing yet.
    ///
    /// # Errors
    /// When the engine does not run on this host.
    pub fn new() -> Result<Self, LoadError> {
        Ok(Self {})
    }

    /// The program in a contract's code, compiled at the first sight of the code's hash.
    ///
    /// Whether the chain has activated it is the chain's to know.
    ///
    /// # Errors
    /// A [`LoadError`] when the code holds no program.
    pub fn load(&self, code_hash: B256, code: &[u8]) -> Result<Program, LoadError> {
        let _ = (code_hash, code);
        Err(LoadError::Engine("not yet".into()))
    }

    /// Runs one call. The chain has charged for the call, the program's init and its first pages before.
    pub fn run(&self, program: &Program, frame: Frame, host: &mut dyn Host, gas: u64) -> Outcome {
        let _ = (program, frame, host, gas);
        Outcome {
            status: Status::OutOfInk,
            output: Bytes::new(),
            gas_left: 0,
        }
    }
}
