//! Notes which words of storage an execution reads and writes, bytecode and programs alike.
//!
//! # Design
//! - The notes lie in revm's context, where an instruction finds them, and go to the open frame of the trace whenever a
//!   frame is entered or left.
//! - Nothing is changed or charged. Unless [`crate::Config::record_storage`] asks for it the instructions are revm's own.
//! - What a precompile or the registry of programs reads of ArbOS's own state is not noted: no contract does that.

use super::executor::Ctx;
use crate::trace::{StorageAccess, StorageKind};
use alloy_primitives::{Address, U256};
use revm::bytecode::opcode::{SLOAD, SSTORE};
use revm::handler::instructions::EthInstructions;
use revm::interpreter::instructions::{gas_table_spec, host};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::InputsTr;
use revm::interpreter::{Instruction, InstructionContext, InstructionExecResult};
use revm::primitives::hardfork::SpecId;

/// The accesses since a frame was last entered or left.
#[derive(Debug, Default)]
pub(crate) struct StorageLog {
    enabled: bool,
    new: Vec<StorageAccess>,
}

impl StorageLog {
    pub(crate) fn new(enabled: bool) -> Self {
        Self {
            enabled,
            new: Vec::new(),
        }
    }

    pub(crate) fn note(&mut self, kind: StorageKind, account: Address, key: U256, is_cold: bool) {
        if self.enabled {
            self.new.push(StorageAccess {
                kind,
                account,
                key,
                is_cold,
            });
        }
    }

    pub(crate) fn take(&mut self) -> Vec<StorageAccess> {
        std::mem::take(&mut self.new)
    }
}

/// Puts instructions that take notes in the place of revm's, at the same price.
pub(crate) fn watch<'a>(table: &mut EthInstructions<EthInterpreter, Ctx<'a>>, spec: SpecId) {
    let gas = gas_table_spec(spec);
    table.insert_instruction(SLOAD, Instruction::new(load), gas[usize::from(SLOAD)]);
    table.insert_instruction(SSTORE, Instruction::new(store), gas[usize::from(SSTORE)]);
}

fn load(context: InstructionContext<'_, Ctx<'_>, EthInterpreter>) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let key = interpreter.stack.peek(0)?;
    let before = interpreter.gas.remaining();
    host::sload(InstructionContext {
        interpreter: &mut *interpreter,
        host: &mut *host,
    })?;
    // The price of a warm read is paid before the instruction; within it only a cold one pays.
    let is_cold = interpreter.gas.remaining() != before;
    let account = interpreter.input.target_address();
    host.chain.note(StorageKind::Read, account, key, is_cold);
    Ok(())
}

fn store(context: InstructionContext<'_, Ctx<'_>, EthInterpreter>) -> InstructionExecResult {
    let key = context.interpreter.stack.peek(0)?;
    host::sstore_with_gas_accounting(context, |context, account, stored| {
        host::sstore_default_gas_accounting(context, account, stored)?;
        let log = &mut context.host.chain;
        log.note(StorageKind::Write, account, key, stored.is_cold);
        Ok(())
    })
}
