//! What came of a transaction or a call.

use crate::arbos::ProgramError;
use crate::trace::CallTrace;
use alloy_primitives::{Address, Bytes, Log, B256};
use revm::interpreter::InstructionResult;

/// How an execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It returned.
    Success,
    /// It reverted; the output is its reason and unused gas was kept.
    Revert,
    /// It failed and lost its gas.
    Halt(HaltReason),
}

/// Why an execution failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HaltReason {
    /// The gas did not suffice.
    #[error("out of gas")]
    OutOfGas,
    /// A program that cannot be called was called.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// A program used up its stack.
    #[error("out of stack")]
    OutOfStack,
    /// An address that is already taken was to be created.
    #[error("contract address collision")]
    Collision,
    /// Code begins with a byte that no contract may begin with.
    #[error("invalid code: must not begin with 0xef")]
    InvalidCode,
    /// Code is larger than a contract may be.
    #[error("max code size exceeded")]
    CodeTooLarge,
    /// A static call tried to change something.
    #[error("write protection")]
    WriteProtection,
    /// A precompile failed without saying how in its output. A node says no more of it than of a revert.
    #[error("execution reverted")]
    Precompile,
    /// An instruction that cannot be executed.
    #[error("invalid instruction ({0:?})")]
    Instruction(InstructionResult),
}

impl HaltReason {
    pub(crate) fn of(result: InstructionResult) -> Self {
        use InstructionResult as R;
        match result {
            R::OutOfGas
            | R::MemoryOOG
            | R::MemoryLimitOOG
            | R::PrecompileOOG
            | R::InvalidOperandOOG
            | R::ReentrancySentryOOG => Self::OutOfGas,
            R::CreateCollision => Self::Collision,
            R::CreateContractStartingWithEF => Self::InvalidCode,
            R::CreateContractSizeLimit => Self::CodeTooLarge,
            R::StateChangeDuringStaticCall | R::CallNotAllowedInsideStatic => Self::WriteProtection,
            R::PrecompileError => Self::Precompile,
            other => Self::Instruction(other),
        }
    }
}

/// What came of a transaction or a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// Gas paid for, refunds already taken off.
    pub gas_used: u64,
    /// Gas refunded for storage that was cleared, already taken off.
    pub gas_refunded: u64,
    /// What was returned, or the reason of a revert.
    pub output: Bytes,
    /// Events, in the order in which they were emitted.
    pub logs: Vec<Log>,
    /// The contract that was created.
    pub created: Option<Address>,
    /// Of a failure, the last reason that a program or a precompile gave; for people, not for machines.
    pub reason: Option<String>,
    /// Who called whom, when that was asked for.
    pub trace: Option<CallTrace>,
}

impl Outcome {
    /// Whether it returned.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status == Status::Success
    }
}

/// What a mined transaction left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The transaction's hash.
    pub transaction_hash: B256,
    /// Its place in the block.
    pub transaction_index: u64,
    /// The block's number.
    pub block_number: u64,
    /// The block's hash; zero as long as the block is pending.
    pub block_hash: B256,
    /// The block's time in seconds.
    pub timestamp: u64,
    /// Who sent it.
    pub from: Address,
    /// Whom it called, unless it created a contract.
    pub to: Option<Address>,
    /// What it paid for a unit of gas in wei.
    pub effective_gas_price: u64,
    /// Gas used in the block up to and with this transaction.
    pub cumulative_gas_used: u64,
    /// The place of its first event in the block.
    pub first_log_index: u64,
    /// What came of it.
    pub outcome: Outcome,
}

impl Receipt {
    /// Whether the transaction returned.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.outcome.is_success()
    }

    /// The contract that it created, if it created one.
    #[must_use]
    pub fn created(&self) -> Option<Address> {
        self.outcome.created
    }
}
