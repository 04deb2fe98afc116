//! What goes wrong on the way to a chain and back.

use super::clock::MAX_WAIT_SECS;
use super::receipt::Status;
use alloy_primitives::{Address, Bytes, B256, U256};

/// JSON-RPC's code for a method that is not there.
pub(super) const METHOD_NOT_FOUND: i64 = -32_601;
/// The code for a method that is there by name only (EIP-1474).
const METHOD_NOT_SUPPORTED: i64 = -32_004;
/// JSON-RPC's code for parameters that are not what the method takes.
const INVALID_PARAMS: i64 = -32_602;

/// Why something that was asked of a chain did not happen.
#[derive(Debug, thiserror::Error)]
pub enum RpcError {
    /// The node answered with an error.
    #[error("{method}: {message} (code {code})")]
    Refused {
        /// What was asked.
        method: &'static str,
        /// The error's code.
        code: i64,
        /// Its message.
        message: String,
        /// Its data, when that is bytes: of a call that reverted, the reason.
        data: Option<Bytes>,
    },
    /// There was no answer, or one that is none to the question.
    #[error("{method}: {reason}")]
    Unanswered {
        /// What was asked.
        method: &'static str,
        /// What came instead.
        reason: String,
    },
    /// The endpoint's address is none.
    #[error("{url} cannot be used as an endpoint: {reason}")]
    Address {
        /// The address.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The test's own node did not start.
    #[error(transparent)]
    Start(#[from] devnode::StartError),
    /// An endpoint does not have what a test needs.
    #[error(transparent)]
    Lacking(#[from] Lacking),
    /// A transaction was to be sent for an account whose key is not here.
    #[error("there is no key to sign for {0}")]
    NoKey(Address),
    /// A key signs nothing, or is none.
    #[error("a private key is none, or does not sign")]
    Key,
    /// A transaction was taken and does not get into a block.
    #[error("the transaction {hash} is not in a block after {secs} seconds")]
    NotMined {
        /// The transaction.
        hash: B256,
        /// How long was waited.
        secs: u64,
    },
    /// A transaction failed, and the node does not say how.
    #[error(
        "the transaction {0} failed and a call of the same at the block before does not: how cannot be told"
    )]
    Unexplained(B256),
    /// A contract was not created, activated or constructed.
    #[error("{what} failed: {status:?} with {output}")]
    Deployment {
        /// What was tried.
        what: &'static str,
        /// How it ended.
        status: Status,
        /// With which reason.
        output: Bytes,
    },
    /// The lock by which tests on a shared clock take turns cannot be had.
    #[error("the lock {path} cannot be taken: {error}")]
    Turn {
        /// The file.
        path: std::path::PathBuf,
        /// What the operating system says.
        error: std::io::Error,
    },
}

impl RpcError {
    /// Whether the node does not have the method.
    #[must_use]
    pub fn is_unknown_method(&self) -> bool {
        match self {
            Self::Refused { code, message, .. } => {
                matches!(*code, METHOD_NOT_FOUND | METHOD_NOT_SUPPORTED)
                    // Proxies in front of nodes use codes of their own.
                    || message.contains("does not exist/is not available")
                    || message.to_lowercase().contains("method not found")
            }
            _ => false,
        }
    }

    /// Whether the node does not take the parameters.
    #[must_use]
    pub fn is_invalid_params(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == INVALID_PARAMS)
    }
}

/// What a test needs and an endpoint does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lacking {
    /// Time cannot be moved, and waiting takes too long.
    #[error(
        "time has to pass by {secs} s, this endpoint's clock cannot be moved, and nobody waits for more than {MAX_WAIT_SECS} s"
    )]
    Time {
        /// How far.
        secs: u64,
    },
    /// A word of a contract's storage cannot be set.
    #[error("a word of storage has to be set, and this endpoint has no anvil_setStorageAt")]
    SetStorage,
    /// The chain's version of Stylus cannot be set.
    #[error("Stylus has to be upgraded, and this endpoint has no portcullis_setStylusVersion")]
    StylusVersion,
    /// All of a contract's storage cannot be compared.
    #[error("a contract's whole storage has to be compared, and this endpoint has neither eth_getProof nor anvil_dumpState")]
    WholeStorage,
    /// The account that pays for the tests is too poor, and no balance can be set.
    #[error("{needed} wei are needed, the account that pays holds {held}, and this endpoint has no anvil_setBalance")]
    Money {
        /// What was to be given away.
        needed: U256,
        /// What is there.
        held: U256,
    },
}
