//! Two futures of one state: one in which the old version goes on, one in which the new one runs.
//!
//! # Design
//! - **Time and blocks go on in both alike**, so that what differs is the patch's alone.

use crate::errors::Errors;
use alloy_primitives::{keccak256, Address, Bytes, TxKind, U256};
use alloy_sol_types::SolCall;
use embedded_chain::precompiles::{IArbWasm, ARB_WASM};
use embedded_chain::{init_code_for, ForkError, Outcome, Transaction};
use safe_batch::endpoint::Endpoint;
use std::sync::Arc;
use stylus_vm::fragments;

pub use embedded_chain::Fork;

/// The bytes that a contract's code may have.
const CODE_LIMIT: usize = 24_576;
/// What comes along with an activation, in wei; what it does not cost comes back.
pub(crate) const ACTIVATION_VALUE: u64 = 1_000_000_000_000_000_000;

/// Both.
pub struct Worlds {
    /// Where the old version goes on.
    pub old: Fork,
    /// Where the new one runs.
    pub new: Fork,
}

/// The code of a new version that is not on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// What creates the contract: the compiler's creation code, and its constructor's arguments behind it.
    Creation(Bytes),
    /// A Stylus program as WASM.
    Program(Vec<u8>),
}

impl Worlds {
    /// Two futures of this state.
    #[must_use]
    pub fn of(fork: Fork) -> Self {
        Self {
            old: fork.clone(),
            new: fork,
        }
    }

    /// The time in both, in seconds.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.new.now()
    }

    /// The next block in both, at this time or at that of the last one.
    pub fn move_to(&mut self, time: u64) {
        self.old.next_block(time);
        self.new.next_block(time);
    }
}

/// The state that an endpoint tells, this long after its block.
///
/// # Errors
/// A sentence.
pub fn state(endpoint: &Arc<Endpoint>, after_secs: u64) -> Result<Fork, String> {
    let remote = Arc::clone(endpoint);
    Fork::new(remote, endpoint.block(), after_secs).map_err(sentence)
}

/// What a call of a view returns, by nobody in particular; none when it reverts or returns something else.
pub(crate) fn ask<C: SolCall>(fork: &Fork, to: Address, call: &C) -> Result<Option<C::Return>, String> {
    let outcome = fork.call(stranger(), to, call.abi_encode()).map_err(sentence)?;
    Ok(outcome
        .is_success()
        .then(|| C::abi_decode_returns_validate(&outcome.output).ok())
        .flatten())
}

/// Who asks: nobody's address.
pub(crate) fn stranger() -> Address {
    Address::from_word(keccak256("portcullis: whoever asks what a patch changes"))
}

/// Who deploys what is not on the chain: nobody's address.
fn creator() -> Address {
    Address::from_word(keccak256("portcullis: whoever deploys what a patch is about"))
}

pub(crate) fn sentence(error: ForkError) -> String {
    error.to_string()
}

/// A call in a transaction of its own.
pub(crate) fn send(
    fork: &mut Fork,
    from: Address,
    to: Address,
    data: impl Into<Bytes>,
    value: U256,
) -> Result<Outcome, String> {
    let transaction = Transaction::call(from, to, data).with_value(value);
    fork.transact(&transaction).map_err(sentence)
}

/// Puts code on the fork, a program activated, and in fragments where one contract does not hold it.
///
/// # Errors
/// A sentence.
pub fn deploy(fork: &mut Fork, code: &Code, errors: &Errors) -> Result<Address, String> {
    let init = match code {
        Code::Creation(init) => init.clone(),
        Code::Program(wasm) => {
            let whole = stylus_vm::code::compress(wasm);
            if whole.len() <= CODE_LIMIT {
                init_code_for(&whole)
            } else {
                let pieces = fragments::split(wasm, CODE_LIMIT)
                    .iter()
                    .map(|piece| create(fork, init_code_for(piece), errors))
                    .collect::<Result<_, _>>()?;
                init_code_for(&fragments::root_of(wasm, pieces).encode())
            }
        }
    };
    let created = create(fork, init, errors)?;
    if matches!(code, Code::Program(_)) {
        let value = U256::from(ACTIVATION_VALUE);
        fork.give(creator(), value).map_err(|why| why.to_string())?;
        let activate = IArbWasm::activateProgramCall { program: created };
        let outcome = send(fork, creator(), ARB_WASM, activate.abi_encode(), value)?;
        if let Some(why) = errors.of(&outcome) {
            let reason = outcome
                .reason
                .map(|reason| format!(" ({})", reason.escape_default()));
            return Err(format!(
                "the new version's program is not activated: {why}{}",
                reason.unwrap_or_default()
            ));
        }
    }
    Ok(created)
}

/// The contract that this code makes.
fn create(fork: &mut Fork, init: Bytes, errors: &Errors) -> Result<Address, String> {
    let creation = Transaction {
        from: creator(),
        to: TxKind::Create,
        data: init,
        ..Transaction::default()
    };
    let outcome = fork.transact(&creation).map_err(sentence)?;
    match (errors.of(&outcome), outcome.created) {
        (None, Some(created)) => Ok(created),
        (why, _) => Err(format!(
            "the new version's code makes no contract: {}",
            why.unwrap_or_else(|| "it creates none".to_owned())
        )),
    }
}
