//! What came of a transaction or a call.

use super::client::Client;
use super::error::RpcError;
use alloy_primitives::{Address, Bytes, Log, B256, U64};
use serde::Deserialize;
use serde_json::{json, Value};

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It returned.
    Success,
    /// It reverted.
    Revert,
    /// It failed for a reason of the chain's and not the contract's: out of gas, a program that expired.
    Halt(String),
}

/// What a mined transaction left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The transaction's hash.
    pub hash: B256,
    /// The number of its block.
    pub block_number: u64,
    /// How it ended.
    pub status: Status,
    /// Gas paid for, refunds already taken off.
    pub gas_used: u64,
    /// Of a transaction that reverted, the reason's bytes.
    pub output: Bytes,
    /// Events, in the order in which they were emitted.
    pub logs: Vec<Log>,
    /// The contract that was created.
    pub created: Option<Address>,
}

impl Receipt {
    /// Whether the transaction returned.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status == Status::Success
    }
}

/// What came of a call that leaves nothing behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// How it ended.
    pub status: Status,
    /// What it returned, or the bytes of its reason.
    pub output: Bytes,
}

impl Called {
    /// Whether it returned.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status == Status::Success
    }
}

/// A receipt as nodes send it, as far as it is read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Mined {
    transaction_hash: B256,
    block_number: U64,
    status: U64,
    gas_used: U64,
    contract_address: Option<Address>,
    logs: Vec<alloy_rpc_types_eth::Log>,
}

/// The frame of a transaction's own call, as the call tracer writes it.
#[derive(Debug, Deserialize)]
struct TopFrame {
    #[serde(default)]
    output: Bytes,
    error: Option<String>,
}

impl Mined {
    /// The receipt; of a failure with its reason, which nodes do not keep in receipts. `call` is the transaction as a
    /// call.
    pub(super) fn explained(self, client: &Client, call: &Value) -> Result<Receipt, RpcError> {
        let succeeded = self.status == U64::from(1);
        let how = if succeeded {
            Called {
                status: Status::Success,
                output: Bytes::new(),
            }
        } else {
            failure(client, &self, call)?
        };
        Ok(Receipt {
            hash: self.transaction_hash,
            block_number: self.block_number.to(),
            status: how.status,
            gas_used: self.gas_used.to(),
            output: how.output,
            logs: self.logs.into_iter().map(|log| log.inner).collect(),
            created: self.contract_address.filter(|_| succeeded),
        })
    }
}

/// How a transaction failed: from its trace, which is exact. Where there are no traces, the same is called on the state
/// before its block, at its block's time; what came before it in the block is missing there.
fn failure(client: &Client, mined: &Mined, call: &Value) -> Result<Called, RpcError> {
    let tracer = json!({ "tracer": "callTracer", "tracerConfig": { "onlyTopCall": true } });
    let traced = client.ask("debug_traceTransaction", json!([mined.transaction_hash, tracer]));
    match traced {
        Ok(TopFrame {
            output,
            error: Some(error),
        }) => return Ok(failed(&error, output)),
        Ok(TopFrame { error: None, .. }) => return Err(RpcError::Unexplained(mined.transaction_hash)),
        Err(error) if error.is_unknown_method() => {}
        Err(error) => return Err(error),
    }
    let time = client.time_of_block(json!(mined.block_number))?;
    let before = mined.block_number - U64::from(1);
    let at_its_time = json!([call, before, {}, { "time": format!("{time:#x}") }]);
    let called = match self::call(client, at_its_time) {
        // Not every node lets a block's time be overridden.
        Err(error) if error.is_invalid_params() => self::call(client, json!([call, before]))?,
        called => called?,
    };
    if called.is_success() {
        return Err(RpcError::Unexplained(mined.transaction_hash));
    }
    Ok(called)
}

/// A call, whose failure is an answer and no error.
pub(super) fn call(client: &Client, params: Value) -> Result<Called, RpcError> {
    match client.ask("eth_call", params) {
        Ok(output) => Ok(Called {
            status: Status::Success,
            output,
        }),
        Err(RpcError::Refused {
            data: Some(output), ..
        }) => Ok(Called {
            status: Status::Revert,
            output,
        }),
        // Nodes give no code of its own to an execution that failed without a reason.
        Err(RpcError::Refused {
            code: -32_000 | 3,
            message,
            ..
        }) => Ok(failed(&message, Bytes::new())),
        Err(error) => Err(error),
    }
}

fn failed(error: &str, output: Bytes) -> Called {
    let status = if error.contains("execution reverted") {
        Status::Revert
    } else {
        Status::Halt(error.to_owned())
    };
    Called { status, output }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revert_is_told_from_a_failure_by_its_message() {
        let output = Bytes::from_static(&[1, 2, 3, 4]);
        assert_eq!(
            failed("execution reverted", output.clone()).status,
            Status::Revert
        );
        assert_eq!(
            failed("out of gas", Bytes::new()).status,
            Status::Halt("out of gas".to_owned())
        );
    }
}
