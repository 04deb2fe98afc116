//! Who called whom: a tree of frames, EVM bytecode, programs and precompiles alike.

use alloy_primitives::{Address, Bytes, Log, U256};

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
    /// The events that it emitted itself; none when it or a frame around it failed.
    pub logs: Vec<FrameLog>,
    /// The words of storage that it read and wrote itself, in order, also when it failed; none unless
    /// [`crate::Config::record_storage`] is set.
    pub storage: Vec<StorageAccess>,
}

/// A word of storage that a frame read or wrote on the chain. What a program has in the cache of its call it reads
/// without that, and a word that it writes counts when it is flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageAccess {
    /// What was done.
    pub kind: StorageKind,
    /// Whose storage: of a delegate call, the account that it acts for.
    pub account: Address,
    /// The word.
    pub key: U256,
    /// Whether the word was cold, and the access paid for that.
    pub is_cold: bool,
}

/// What is done to a word of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageKind {
    /// SLOAD
    Read,
    /// SSTORE
    Write,
}

/// An event of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameLog {
    /// The event.
    pub log: Log,
    /// How many frames its frame had entered before.
    pub position: u64,
}

impl CallTrace {
    /// What failed has emitted nothing, nor has what ran within it.
    fn forget_logs(&mut self) {
        self.logs.clear();
        self.calls.iter_mut().for_each(Self::forget_logs);
    }
}

/// Builds the tree while frames come and go.
#[derive(Debug, Default)]
pub(crate) struct Tracer {
    open: Vec<CallTrace>,
    root: Option<CallTrace>,
    /// How many of the journal's events belong to a frame already.
    seen: usize,
}

impl Tracer {
    pub(crate) fn enter(&mut self, frame: CallTrace) {
        self.open.push(frame);
    }

    pub(crate) fn current(&mut self) -> Option<&mut CallTrace> {
        self.open.last_mut()
    }

    /// Takes in the journal's events beyond those seen. After a revert the journal has fewer, and none are new.
    pub(crate) fn logs(&mut self, journal: &[Log]) {
        let new = journal.get(self.seen..).unwrap_or_default();
        if let Some(frame) = self.open.last_mut() {
            let position = frame.calls.len() as u64;
            let new = new.iter().cloned();
            frame.logs.extend(new.map(|log| FrameLog { log, position }));
        }
        self.seen = journal.len();
    }

    pub(crate) fn exit(&mut self, gas_used: u64, output: Bytes, error: Option<String>) {
        let Some(mut frame) = self.open.pop() else {
            return;
        };
        frame.gas_used = gas_used;
        frame.output = output;
        // What a frame said of itself is more exact than the code it ended with.
        frame.error = error.map(|error| frame.error.take().unwrap_or(error));
        if frame.error.is_some() {
            frame.forget_logs();
        }
        match self.open.last_mut() {
            Some(parent) => parent.calls.push(frame),
            None => self.root = Some(frame),
        }
    }

    pub(crate) fn finish(self) -> Option<CallTrace> {
        self.root
    }
}
