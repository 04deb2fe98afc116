//! What goes wrong, as clients of an Ethereum node know it.

use crate::node::SubmitError;
use alloy_primitives::{hex, Bytes, U256};
use embedded_chain::{ChainError, EstimateError, InvalidTransaction, Outcome, Status};
use jsonrpsee::types::error::{ErrorObject, ErrorObjectOwned, INVALID_PARAMS_CODE};

/// Geth's code for a call that reverted.
const REVERTED: i32 = 3;
/// The code for whatever a server refuses.
const SERVER: i32 = -32_000;
/// The code for a query that would return too much.
const LIMIT: i32 = -32_005;
/// The code for what a node does not do.
const NOT_SUPPORTED: i32 = -32_004;

/// An answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RpcError {
    /// The parameters are not what the method takes.
    #[error("{0}")]
    InvalidParams(String),
    /// The call reverted.
    #[error("{}", revert_message(.0))]
    Reverted(Bytes),
    /// Something was refused.
    #[error("{0}")]
    Refused(String),
    /// The answer would be too large.
    #[error("{0}")]
    Limit(String),
    /// The node does not do that.
    #[error("{0}")]
    NotSupported(String),
}

impl RpcError {
    /// A parameter that is not what it should be.
    pub(crate) fn argument(index: usize, name: &str, why: impl std::fmt::Display) -> Self {
        Self::InvalidParams(format!("invalid argument {index} ({name}): {why}"))
    }

    /// A refusal.
    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }

    /// What an execution that did not return is to its caller.
    pub(crate) fn of_failure(outcome: &Outcome) -> Self {
        match outcome.status {
            Status::Success | Status::Revert => Self::Reverted(outcome.output.clone()),
            Status::Halt(halt) => Self::Refused(match &outcome.reason {
                Some(reason) if *reason != halt.to_string() => format!("{halt}: {reason}"),
                _ => halt.to_string(),
            }),
        }
    }
}

impl From<InvalidTransaction> for RpcError {
    fn from(reason: InvalidTransaction) -> Self {
        Self::Refused(reason.to_string())
    }
}

impl From<ChainError> for RpcError {
    fn from(reason: ChainError) -> Self {
        Self::Refused(reason.to_string())
    }
}

impl From<SubmitError> for RpcError {
    fn from(reason: SubmitError) -> Self {
        Self::Refused(reason.to_string())
    }
}

impl From<EstimateError> for RpcError {
    fn from(reason: EstimateError) -> Self {
        match reason {
            EstimateError::Invalid(reason) => reason.into(),
            EstimateError::Failed(outcome) => Self::of_failure(&outcome),
        }
    }
}

impl From<RpcError> for ErrorObjectOwned {
    fn from(error: RpcError) -> Self {
        let message = error.to_string();
        match error {
            RpcError::InvalidParams(_) => ErrorObject::owned(INVALID_PARAMS_CODE, message, None::<()>),
            RpcError::Reverted(data) => ErrorObject::owned(REVERTED, message, Some(data)),
            RpcError::Refused(_) => ErrorObject::owned(SERVER, message, None::<()>),
            RpcError::Limit(_) => ErrorObject::owned(LIMIT, message, None::<()>),
            RpcError::NotSupported(_) => ErrorObject::owned(NOT_SUPPORTED, message, None::<()>),
        }
    }
}

/// The message of a revert, with the reason when Solidity gave one.
fn revert_message(data: &[u8]) -> String {
    match revert_reason(data) {
        Some(reason) => format!("execution reverted: {reason}"),
        None => "execution reverted".to_owned(),
    }
}

/// The reason in a revert's data: `Error(string)` or `Panic(uint256)`.
pub(crate) fn revert_reason(data: &[u8]) -> Option<String> {
    let (selector, body) = data.split_first_chunk::<4>()?;
    let word = |at: usize| body.get(at..at.checked_add(32)?).map(U256::from_be_slice);
    if *selector == hex!("08c379a0") {
        let offset = usize::try_from(word(0)?).ok()?;
        let size = usize::try_from(word(offset)?).ok()?;
        let start = offset.checked_add(32)?;
        let text = body.get(start..start.checked_add(size)?)?;
        return Some(String::from_utf8_lossy(text).into_owned());
    }
    if *selector == hex!("4e487b71") {
        let code = word(0)?;
        let what = match code.saturating_to::<u64>() {
            0x01 => "assertion failed",
            0x11 => "arithmetic underflow or overflow",
            0x12 => "division or modulo by zero",
            0x21 => "enum conversion error",
            0x22 => "incorrectly encoded storage byte array",
            0x31 => "pop on an empty array",
            0x32 => "array index out of bounds",
            0x41 => "too much memory was allocated",
            0x51 => "call of an uninitialised function",
            _ => "unknown",
        };
        return Some(format!("panic: {what} ({code:#04x})"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_string(offset: u64, size: u64, text: &[u8]) -> Vec<u8> {
        let mut data = hex!("08c379a0").to_vec();
        data.extend(U256::from(offset).to_be_bytes::<32>());
        data.extend(U256::from(size).to_be_bytes::<32>());
        data.extend(text);
        data.resize(data.len().next_multiple_of(32), 0);
        data
    }

    #[test]
    fn a_reason_is_read_out_of_error_and_panic() {
        let data = error_string(32, 5, b"nope!");
        assert_eq!(revert_reason(&data).as_deref(), Some("nope!"));
        let mut panic = hex!("4e487b71").to_vec();
        panic.extend(U256::from(0x11).to_be_bytes::<32>());
        let expected = "panic: arithmetic underflow or overflow (0x11)";
        assert_eq!(revert_reason(&panic).as_deref(), Some(expected));
    }

    #[test]
    fn data_that_is_no_reason_gives_none() {
        for data in [
            vec![],
            vec![8, 195],
            hex!("08c379a0").to_vec(),
            hex!("12345678").to_vec(),
            error_string(u64::MAX, 5, b"nope!"),
            error_string(32, u64::MAX, b"nope!"),
        ] {
            assert_eq!(revert_reason(&data), None, "{data:?}");
        }
    }

    #[test]
    fn a_revert_is_code_three_with_its_data() {
        let object: ErrorObjectOwned = RpcError::Reverted(hex!("6f809c4e").into()).into();
        assert_eq!(object.code(), 3);
        assert_eq!(object.message(), "execution reverted");
        assert_eq!(object.data().map(|data| data.get()), Some("\"0x6f809c4e\""));
    }
}
