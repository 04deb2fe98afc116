//! Makes one call and counts what happened.

use crate::error::BenchError;
use crate::table::Size;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use embedded_chain::precompiles::{IArbWasmCache, ARB_WASM_CACHE};
use embedded_chain::{CallTrace, Chain, Receipt, Status, StorageKind, Transaction, DEV_ACCOUNTS};
use std::collections::BTreeSet;

/// How a call is to end. A benchmark of a call that failed unnoticed would be cheap and wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It returns.
    Returns,
    /// It reverts.
    Reverts,
}

/// A chain just before the call that is measured.
pub struct Stage {
    /// The chain. It records storage.
    pub chain: Chain,
    /// The call.
    pub call: Transaction,
    /// The contract that is called.
    pub contract: Address,
    /// The size of its code.
    pub size: Size,
    /// How the call is to end.
    pub ending: Ending,
}

/// What a call cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Gas of the transaction, refunds taken off.
    pub total: u64,
    /// Gas of its first frame: without the 21,000, without calldata, without refunds.
    pub execution: u64,
    /// Gas refunded.
    pub refunded: u64,
    /// Distinct words of storage that were read.
    pub words_read: u64,
    /// Distinct words of storage that were written.
    pub words_written: u64,
}

/// What a call cost in every way that it can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Of a program, when it is in the cache; of bytecode, simply.
    pub cost: Cost,
    /// Of a program that is not in the cache.
    pub uncached: Option<Cost>,
    /// Gas that a program pays before its first instruction when it is in the cache.
    pub start: Option<u64>,
    /// The size of the contract's code.
    pub size: Size,
}

impl Stage {
    /// Makes the call, twice for a program: with it in the cache and without. Both from the same state.
    ///
    /// # Errors
    /// A [`BenchError`] when it does not end as it should.
    pub fn measure(&self) -> Result<Measured, BenchError> {
        let program = self.program();
        if !program {
            return Ok(Measured {
                cost: self.run(self.chain.clone())?,
                uncached: None,
                start: None,
                size: self.size,
            });
        }
        let mut cached = self.chain.clone();
        let input = IArbWasmCache::cacheProgramCall { addr: self.contract }.abi_encode();
        // The first account owns the chain.
        let receipt = cached.transact(Transaction::call(DEV_ACCOUNTS[0], ARB_WASM_CACHE, input))?;
        ended(&receipt, Ending::Returns)?;
        Ok(Measured {
            cost: self.run(cached)?,
            uncached: Some(self.run(self.chain.clone())?),
            start: Some(self.start()),
            size: self.size,
        })
    }

    fn run(&self, mut chain: Chain) -> Result<Cost, BenchError> {
        let receipt = chain.transact(self.call.clone())?;
        ended(&receipt, self.ending)?;
        Cost::of(&receipt)
    }

    fn program(&self) -> bool {
        let code = self.chain.code(self.contract);
        // One that lies in fragments is called at what names them.
        stylus_vm::code::is_program(&code) || stylus_vm::fragments::is_root(&code)
    }

    fn start(&self) -> u64 {
        let account = self.chain.state().account(self.contract);
        let code_hash = account.map(|account| account.code_hash).unwrap_or_default();
        let entry = self.chain.program(code_hash);
        entry.call_gas(true, self.chain.params())
    }
}

impl Cost {
    /// What a receipt says.
    ///
    /// # Errors
    /// [`BenchError::NoTrace`] when the chain did not record the call.
    pub fn of(receipt: &Receipt) -> Result<Self, BenchError> {
        let outcome = &receipt.outcome;
        let trace = outcome.trace.as_ref().ok_or(BenchError::NoTrace)?;
        let mut words = Words::default();
        words.collect(trace);
        Ok(Self {
            total: outcome.gas_used,
            execution: trace.gas_used,
            refunded: outcome.gas_refunded,
            words_read: words.read.len() as u64,
            words_written: words.written.len() as u64,
        })
    }
}

/// Checks how a call ended.
///
/// # Errors
/// [`BenchError::Ending`] with what came of it.
pub fn ended(receipt: &Receipt, ending: Ending) -> Result<(), BenchError> {
    let outcome = &receipt.outcome;
    let (expected, good) = match ending {
        Ending::Returns => ("success", outcome.status == Status::Success),
        // Without data it was a failure, not a typed refusal.
        Ending::Reverts => (
            "a typed refusal",
            outcome.status == Status::Revert && outcome.output.len() >= 4,
        ),
    };
    if good {
        return Ok(());
    }
    Err(BenchError::Ending {
        expected,
        status: outcome.status,
        output: outcome.output.clone(),
        reason: outcome.reason.clone(),
    })
}

/// Distinct words by account and key, in every frame of a transaction.
#[derive(Default)]
struct Words {
    read: BTreeSet<(Address, U256)>,
    written: BTreeSet<(Address, U256)>,
}

impl Words {
    fn collect(&mut self, frame: &CallTrace) {
        for access in &frame.storage {
            let words = match access.kind {
                StorageKind::Read => &mut self.read,
                StorageKind::Write => &mut self.written,
            };
            words.insert((access.account, access.key));
        }
        frame.calls.iter().for_each(|call| self.collect(call));
    }
}
