//! Tells the tracer of frames, and keeps the reasons that they give.

use super::{program::input_bytes, Executor};
use crate::outcome::HaltReason;
use crate::trace::{CallTrace, FrameKind};
use alloy_primitives::{Address, Bytes};
use revm::context_interface::{CreateScheme, JournalTr};
use revm::interpreter::{CallInputs, CallScheme, CreateInputs, InterpreterResult};

impl Executor<'_> {
    pub(super) fn trace_call(&mut self, inputs: &CallInputs) {
        self.trace_effects();
        let Some(tracer) = self.tracer.as_mut() else {
            return;
        };
        let (kind, from) = match inputs.scheme {
            CallScheme::Call => (FrameKind::Call, inputs.caller),
            CallScheme::StaticCall => (FrameKind::StaticCall, inputs.caller),
            // These frames keep the caller of the frame around them; who enters them is the account they act for.
            CallScheme::CallCode => (FrameKind::CallCode, inputs.target_address),
            CallScheme::DelegateCall => (FrameKind::DelegateCall, inputs.target_address),
        };
        tracer.enter(CallTrace {
            kind,
            from,
            to: Some(inputs.bytecode_address),
            value: inputs.value.get(),
            gas: inputs.gas_limit,
            gas_used: 0,
            input: input_bytes(&inputs.input),
            output: Bytes::new(),
            error: None,
            is_program: self
                .world
                .is_program(inputs.known_bytecode.1.original_byte_slice()),
            calls: Vec::new(),
            logs: Vec::new(),
            storage: Vec::new(),
        });
    }

    pub(super) fn trace_create(&mut self, inputs: &CreateInputs, address: Address) {
        self.trace_effects();
        let Some(tracer) = self.tracer.as_mut() else {
            return;
        };
        tracer.enter(CallTrace {
            kind: match inputs.scheme() {
                CreateScheme::Create2 { .. } => FrameKind::Create2,
                _ => FrameKind::Create,
            },
            from: inputs.caller(),
            to: Some(address),
            value: inputs.value(),
            gas: inputs.gas_limit(),
            gas_used: 0,
            input: inputs.init_code().clone(),
            output: Bytes::new(),
            error: None,
            is_program: false,
            calls: Vec::new(),
            logs: Vec::new(),
            storage: Vec::new(),
        });
    }

    pub(super) fn trace_exit(&mut self, gas_limit: u64, result: &InterpreterResult) {
        self.trace_effects();
        let Some(tracer) = self.tracer.as_mut() else {
            return;
        };
        let error = match result.result {
            r if r.is_ok() => None,
            r if r.is_revert() => Some("execution reverted".to_owned()),
            r => Some(HaltReason::of(r).to_string()),
        };
        tracer.exit(
            gas_limit.saturating_sub(result.gas.remaining()),
            result.output.clone(),
            error,
        );
    }

    /// Gives the frame that is open the events emitted and the words touched since a frame was last entered or left.
    fn trace_effects(&mut self) {
        if let Some(tracer) = self.tracer.as_mut() {
            tracer.logs(self.ctx.journaled_state.logs());
            if let Some(frame) = tracer.current() {
                frame.storage.append(&mut self.ctx.chain.take());
            }
        }
    }

    /// Notes why the frame that is open fails.
    pub(crate) fn note_reason(&mut self, reason: &str) {
        self.reason = Some(reason.to_owned());
        if let Some(frame) = self.tracer.as_mut().and_then(|tracer| tracer.current()) {
            frame.error = Some(reason.to_owned());
        }
    }
}
