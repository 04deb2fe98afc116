//! Who called whom: a tree of frames, EVM bytecode, programs and precompiles alike.

use alloy_primitives::{Address, Bytes, U256};

/// The kinds of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// CALL
    Call,
    /// CALLCODE
    CallCode,
    /// DELEGATECALL
    DelegateCall,
    /// STATICCALL
    StaticCall,
    /// CREATE
    Create,
    /// CREATE2
    Create2,
}

impl FrameKind {
    /// The name of the instruction.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Call => "CALL",
            Self::CallCode => "CALLCODE",
            Self::DelegateCall => "DELEGATECALL",
            Self::StaticCall => "STATICCALL",
            Self::Create => "CREATE",
            Self::Create2 => "CREATE2",
        }
    }
}

/// A frame and those within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallTrace {
    /// How it was entered.
    pub kind: FrameKind,
    /// Who entered it.
    pub from: Address,
    /// Whose code ran; of a creation, the contract created.
    pub to: Option<Address>,
    /// Value sent along, in wei.
    pub value: U256,
    /// The gas that it got.
    pub gas: u64,
    /// The gas that it used.
    pub gas_used: u64,
    /// Its input or init code.
    pub input: Bytes,
    /// What it returned or reverted with; of a creation, the code.
    pub output: Bytes,
    /// Why it did not return.
    pub error: Option<String>,
    /// Whether WASM ran.
    pub is_program: bool,
    /// The frames that it entered.
    pub calls: Vec<CallTrace>,
}

/// Builds the tree while frames come and go.
#[derive(Debug, Default)]
pub(crate) struct Tracer {
    open: Vec<CallTrace>,
    root: Option<CallTrace>,
}

impl Tracer {
    pub(crate) fn enter(&mut self, frame: CallTrace) {
        self.open.push(frame);
    }

    pub(crate) fn current(&mut self) -> Option<&mut CallTrace> {
        self.open.last_mut()
    }

    pub(crate) fn exit(&mut self, gas_used: u64, output: Bytes, error: Option<String>) {
        let Some(mut frame) = self.open.pop() else {
            return;
        };
        frame.gas_used = gas_used;
        frame.output = output;
        // What a frame said of itself is more exact than the code it ended with.
        frame.error = error.map(|error| frame.error.take().unwrap_or(error));
        match self.open.last_mut() {
            Some(parent) => parent.calls.push(frame),
            None => self.root = Some(frame),
        }
    }

    pub(crate) fn finish(self) -> Option<CallTrace> {
        self.root
    }
}
