//! `debug_*`: who called whom.

use super::eth::{call_request, time_for};
use super::wire::to_json;
use super::{Registry, RpcError};
use alloy_primitives::{B256, U256};
use alloy_rpc_types_eth::state::StateOverride;
use alloy_rpc_types_eth::{BlockOverrides, TransactionRequest};
use alloy_rpc_types_trace::geth::{CallFrame, CallLogFrame};
use embedded_chain::{CallTrace, FrameLog, Outcome, Status};
use jsonrpsee::core::RegisterMethodError;
use serde::Deserialize;

/// What a client asks of a trace.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Tracing {
    tracer: Option<String>,
    tracer_config: TracerConfig,
    state_overrides: Option<StateOverride>,
    block_overrides: Option<BlockOverrides>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TracerConfig {
    only_top_call: bool,
    with_log: bool,
}

impl Tracing {
    fn check(&self) -> Result<(), RpcError> {
        let refuse = |why: &str| Err(RpcError::NotSupported(why.to_owned()));
        match self.tracer.as_deref() {
            Some("callTracer") => Ok(()),
            Some(other) => Err(RpcError::NotSupported(format!(
                "the tracer {other:?} is not supported: there is \"callTracer\""
            ))),
            None => {
                refuse("a trace of every instruction is not supported: ask for {\"tracer\": \"callTracer\"}")
            }
        }
    }
}

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["debug_traceTransaction"], |shared, args| {
        let hash: B256 = args.required(0, "transaction hash")?;
        let tracing: Tracing = args.optional(1, "options")?.unwrap_or_default();
        tracing.check()?;
        let node = shared.read();
        let mined = node.chain.transaction(hash);
        let mined = mined.ok_or_else(|| RpcError::refused("transaction not found"))?;
        let gas_limit = mined.transaction.gas_limit;
        Ok(to_json(frame_of(
            &mined.receipt.outcome,
            gas_limit,
            tracing.tracer_config,
        )?))
    })?;
    registry.method(&["debug_traceCall"], |shared, args| {
        let request: TransactionRequest = args.required(0, "transaction")?;
        let tracing: Tracing = args.optional(2, "options")?.unwrap_or_default();
        tracing.check()?;
        let node = shared.read();
        let id = args.block(1)?;
        let chain = shared.at(&node, id)?;
        let (state, block) = (tracing.state_overrides, tracing.block_overrides);
        let mut call = call_request(&chain, request, state, block, time_for(id, node.time()))?;
        call.trace = true;
        let outcome = chain.call(&call)?;
        Ok(to_json(frame_of(
            &outcome,
            call.gas_limit,
            tracing.tracer_config,
        )?))
    })
}

/// The tree of frames as the call tracer writes it; the first frame's gas is the transaction's.
fn frame_of(outcome: &Outcome, gas_limit: Option<u64>, config: TracerConfig) -> Result<CallFrame, RpcError> {
    let trace = outcome.trace.as_ref();
    let trace = trace.ok_or_else(|| RpcError::refused("no trace was recorded"))?;
    let mut frame = frame(trace, config);
    frame.gas_used = U256::from(outcome.gas_used);
    if let Some(gas_limit) = gas_limit {
        frame.gas = U256::from(gas_limit);
    }
    if outcome.status == Status::Revert && frame.error.is_none() {
        frame.error = Some("execution reverted".to_owned());
    }
    Ok(frame)
}

fn frame(trace: &CallTrace, config: TracerConfig) -> CallFrame {
    let calls = if config.only_top_call {
        Vec::new()
    } else {
        let calls = trace.calls.iter();
        calls.map(|inner| frame(inner, config)).collect()
    };
    let logs = if config.with_log {
        trace.logs.iter().map(log_frame).collect()
    } else {
        Vec::new()
    };
    CallFrame {
        from: trace.from,
        gas: U256::from(trace.gas),
        gas_used: U256::from(trace.gas_used),
        to: trace.to,
        input: trace.input.clone(),
        output: (!trace.output.is_empty()).then(|| trace.output.clone()),
        revert_reason: trace
            .error
            .as_ref()
            .and_then(|_| super::error::revert_reason(&trace.output)),
        error: trace.error.clone(),
        calls,
        logs,
        value: Some(trace.value),
        typ: trace.kind.name().to_owned(),
        ..CallFrame::default()
    }
}

fn log_frame(emitted: &FrameLog) -> CallLogFrame {
    CallLogFrame {
        address: Some(emitted.log.address),
        topics: Some(emitted.log.topics().to_vec()),
        data: Some(emitted.log.data.data.clone()),
        position: Some(emitted.position),
        index: None,
    }
}
