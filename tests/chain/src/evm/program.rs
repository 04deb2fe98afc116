//! A frame whose code is WASM.

use super::{frames::ended, host::ProgramHost, Executor};
use alloy_primitives::{Bytes, B256, U256};
use revm::interpreter::{CallInput, CallInputs, Gas, InstructionResult, InterpreterResult};
use stylus_vm::fragments::{self, Root};
use stylus_vm::host::{Env, Frame};
use stylus_vm::machine::{Program, Status};

/// From this version of ArbOS on, returning data costs at least what the EVM's memory for it would.
const RETURN_DATA_COSTS: u64 = 31;

impl Executor<'_> {
    /// Charges for the start of a program and runs it.
    pub(super) fn run_program(&mut self, inputs: CallInputs, depth: usize) -> InterpreterResult {
        let (code_hash, code) = inputs.known_bytecode.clone();
        let params = self.world.params;
        let gas_limit = inputs.gas_limit;
        let now = self.now();
        let program = match self.program_entry(code_hash).active(now, params) {
            Ok(program) => program,
            Err(refusal) => {
                // No data, and all the gas: to the EVM this is a failure like an invalid instruction.
                self.refused = Some(refusal);
                self.note_reason(&refusal.to_string());
                return ended(InstructionResult::NotActivated, gas_limit);
            }
        };

        let (open, ever) = self.pages;
        let memory = params.memory().gas_cost(program.footprint, open, ever);
        let recent = params.remembers_recent() && self.recent.insert(code_hash, params.block_cache_size);
        let cost = memory.saturating_add(program.call_gas(program.cached || recent, params));
        if gas_limit < cost {
            return ended(InstructionResult::OutOfGas, gas_limit);
        }
        let loaded = match self.load_program(code_hash, code.original_byte_slice()) {
            Ok(loaded) => loaded,
            Err(reason) => {
                // Only an entry written by hand gets here: activation has compiled the code before.
                self.note_reason(&reason);
                return ended(InstructionResult::NotActivated, gas_limit);
            }
        };
        self.open_pages(program.footprint);

        let frame = self.frame(&inputs, program.cached);
        let mut host = ProgramHost::new(self, &inputs, depth);
        let world = host.world();
        let outcome = world.machine.run(&loaded, frame, &mut host, gas_limit - cost);
        let refund = host.refund();
        self.pages.0 = open;

        let mut result = InterpreterResult {
            result: InstructionResult::Return,
            output: outcome.output,
            gas: Gas::new(gas_limit),
        };
        let mut remaining = outcome.gas_left.min(gas_limit);
        match outcome.status {
            Status::Success => {}
            Status::Revert => result.result = InstructionResult::Revert,
            Status::Failure(reason) => {
                self.note_reason(&reason);
                result.result = InstructionResult::Revert;
                result.output = Bytes::new();
            }
            Status::OutOfInk => return ended(InstructionResult::OutOfGas, gas_limit),
            Status::OutOfStack => {
                self.note_reason("out of stack");
                self.out_of_stack = true;
                return ended(InstructionResult::StackOverflow, gas_limit);
            }
        }
        if !result.output.is_empty() && params.arbos_version >= RETURN_DATA_COSTS {
            let evm_cost = evm_memory_cost(result.output.len());
            if gas_limit < evm_cost {
                return ended(InstructionResult::OutOfGas, gas_limit);
            }
            remaining = remaining.min(gas_limit - evm_cost);
        }
        result.gas.set_remaining(remaining);
        result.gas.set_refunded(refund);
        result
    }

    /// What a program's code compiles to. Fragments are read for nothing: activation has paid for them.
    fn load_program(&mut self, code_hash: B256, code: &[u8]) -> Result<Program, String> {
        let machine = self.world.machine;
        if let Some(program) = machine.loaded(code_hash) {
            return Ok(program);
        }
        let program = if fragments::is_root(code) {
            let root = Root::parse(code).map_err(|reason| reason.to_string())?;
            let pieces = root.fragments.iter().map(|fragment| self.look_at(*fragment));
            let pieces: Vec<_> = pieces
                .map(|info| info.code.unwrap_or_default().original_bytes())
                .collect();
            let wasm = root.assemble(&pieces, root.length as usize);
            machine.load_wasm(code_hash, &wasm.map_err(|reason| reason.to_string())?)
        } else {
            machine.load(code_hash, code)
        };
        program.map_err(|reason| reason.to_string())
    }

    /// Opens pages and returns how many were open, and at most ever were, before.
    pub(super) fn open_pages(&mut self, pages: u16) -> (u16, u16) {
        let before = self.pages;
        let open = before.0.saturating_add(pages);
        self.pages = (open, before.1.max(open));
        before
    }

    fn frame(&self, inputs: &CallInputs, cached: bool) -> Frame {
        let world = &self.world;
        let acting = inputs.target_address;
        Frame {
            calldata: input_bytes(&inputs.input),
            contract: acting,
            caller: inputs.caller,
            value: inputs.value.get(),
            reentrant: self.spans.get(&acting).is_some_and(|open| *open > 1),
            is_static: inputs.is_static,
            cached,
            env: Env {
                arbos_version: world.config.arbos_version,
                chain_id: world.config.chain_id,
                basefee: U256::from(world.block.base_fee),
                coinbase: world.block.coinbase,
                gas_limit: world.block.gas_limit,
                number: world.block.l1_number,
                timestamp: world.block.timestamp,
                origin: self.ctx.tx.caller,
                gas_price: U256::from(self.ctx.tx.gas_price),
                ink_price: world.params.ink_price,
                max_depth: world.params.max_stack_depth,
            },
        }
    }
}

/// A frame's input; frames hand theirs on by value.
pub(crate) fn input_bytes(input: &CallInput) -> Bytes {
    match input {
        CallInput::Bytes(bytes) => bytes.clone(),
        CallInput::SharedBuffer(_) => Bytes::new(),
    }
}

fn evm_memory_cost(bytes: usize) -> u64 {
    let words = (bytes as u64).div_ceil(32);
    words * 3 + words * words / 512
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_for_return_data_costs_what_the_evm_charges() {
        assert_eq!(evm_memory_cost(1), 3);
        assert_eq!(evm_memory_cost(32), 3);
        assert_eq!(evm_memory_cost(33), 6);
        assert_eq!(evm_memory_cost(32 * 1024), 3 * 1024 + 2048);
    }
}
