//! Frames: a call or a creation, from the moment its gas is known to the moment it is settled.

use super::{executor::spec, Executor};
use alloy_primitives::{Address, Bytes, B256};
use revm::context_interface::{
    context::ContextError, journaled_state::account::JournaledAccountTr, Cfg, JournalTr,
};
use revm::handler::{CallFrame, EthFrame, FrameData, FrameResult, PrecompileProvider};
use revm::interpreter::interpreter::{EthInterpreter, ExtBytecode};
use revm::interpreter::{
    CallInput, CallInputs, CallOutcome, CallScheme, CallValue, CreateInputs, CreateOutcome, FrameInput, Gas,
    InputsImpl, InstructionResult, InterpreterAction, InterpreterResult, SharedMemory,
};
use revm::primitives::constants::CALL_STACK_LIMIT;
use revm::state::Bytecode;
use std::convert::Infallible;

/// The bytes of code that a contract may have.
pub(crate) const MAX_CODE: usize = 24_576;

pub(super) fn ended(result: InstructionResult, gas_limit: u64) -> InterpreterResult {
    InterpreterResult {
        result,
        output: Bytes::new(),
        gas: Gas::new(gas_limit),
    }
}

impl Executor<'_> {
    /// Calls an account and settles everything but the caller's gas.
    pub(crate) fn call(&mut self, inputs: CallInputs, depth: usize) -> InterpreterResult {
        let gas_limit = inputs.gas_limit;
        if depth > CALL_STACK_LIMIT as usize {
            return ended(InstructionResult::CallTooDeep, gas_limit);
        }
        self.trace_call(&inputs);
        let checkpoint = self.journal().checkpoint();
        let mut result = self.call_within(inputs, depth);
        if result.result.is_ok() {
            self.journal().checkpoint_commit();
        } else {
            self.journal().checkpoint_revert(checkpoint);
        }
        settle(&mut result);
        self.trace_exit(gas_limit, &result);
        result
    }

    fn call_within(&mut self, inputs: CallInputs, depth: usize) -> InterpreterResult {
        let gas_limit = inputs.gas_limit;
        if let CallValue::Transfer(value) = inputs.value {
            let Ok(failure) = self
                .journal()
                .transfer(inputs.caller, inputs.target_address, value);
            if let Some(failure) = failure {
                return ended(failure.into(), gas_limit);
            }
        }
        if let Some(result) = self.arbitrum_precompile(&inputs, depth) {
            return result;
        }
        match self.ethereum.run(&mut self.ctx, &inputs) {
            Ok(Some(result)) => return result,
            Ok(None) => {}
            Err(_) => return ended(InstructionResult::PrecompileError, gas_limit),
        }
        let (_, code) = &inputs.known_bytecode;
        if code.is_empty() {
            return ended(InstructionResult::Stop, gas_limit);
        }
        let counted = matches!(inputs.scheme, CallScheme::Call | CallScheme::StaticCall);
        let acting = inputs.target_address;
        self.enter(acting, inputs.caller, counted);
        let result = if self.world.is_program(code.original_byte_slice()) {
            self.run_program(inputs, depth)
        } else {
            self.run_bytecode(inputs, depth)
        };
        self.leave(acting, counted);
        result
    }

    /// Creates a contract and settles everything but the creator's gas.
    pub(crate) fn create(&mut self, inputs: CreateInputs, depth: usize) -> CreateOutcome {
        let gas_limit = inputs.gas_limit();
        let refused = |reason| CreateOutcome::new(ended(reason, gas_limit), None);
        if depth > CALL_STACK_LIMIT as usize {
            return refused(InstructionResult::CallTooDeep);
        }
        let Ok(mut creator) = self.journal().load_account_mut(inputs.caller());
        if *creator.balance() < inputs.value() {
            return refused(InstructionResult::OutOfFunds);
        }
        let nonce = creator.nonce();
        if !creator.bump_nonce() {
            return refused(InstructionResult::Return);
        }
        let address = inputs.created_address(nonce);
        self.trace_create(&inputs, address);
        let Ok(_) = self.journal().load_account(address);
        let spec = spec(self.world.config.arbos_version);
        let checkpoint =
            match self
                .journal()
                .create_account_checkpoint(inputs.caller(), address, inputs.value(), spec)
            {
                Ok(checkpoint) => checkpoint,
                Err(failure) => {
                    let mut result = ended(failure.into(), gas_limit);
                    settle(&mut result);
                    self.trace_exit(gas_limit, &result);
                    return CreateOutcome::new(result, None);
                }
            };
        let caller = inputs.caller();
        self.enter(address, caller, true);
        let mut result = self.run_init_code(inputs, address, depth);
        self.leave(address, true);
        if result.result.is_ok() {
            self.deposit(&mut result);
        }
        if result.result.is_ok() {
            self.journal().checkpoint_commit();
            let code = Bytecode::new_legacy(result.output.clone());
            self.journal().set_code(address, code);
        } else {
            self.journal().checkpoint_revert(checkpoint);
        }
        settle(&mut result);
        self.trace_exit(gas_limit, &result);
        let created = result.result.is_ok().then_some(address);
        CreateOutcome::new(result, created)
    }

    /// Checks the code that init code returned, and charges for it.
    fn deposit(&mut self, result: &mut InterpreterResult) {
        let code = &result.output;
        if code.len() > MAX_CODE {
            result.result = InstructionResult::CreateContractSizeLimit;
        } else if code.first() == Some(&0xEF) && !self.world.is_component(code) {
            // EIP-3541, with the exception that Arbitrum makes for programs and their fragments.
            result.result = InstructionResult::CreateContractStartingWithEF;
        } else {
            let cost = self.ctx.cfg.gas_params().code_deposit_cost(code.len());
            if !result.gas.record_regular_cost(cost) {
                result.result = InstructionResult::OutOfGas;
            }
        }
    }

    fn run_bytecode(&mut self, inputs: CallInputs, depth: usize) -> InterpreterResult {
        let (hash, code) = inputs.known_bytecode.clone();
        let interpreter_input = InputsImpl {
            target_address: inputs.target_address,
            caller_address: inputs.caller,
            bytecode_address: Some(inputs.bytecode_address),
            input: inputs.input.clone(),
            call_value: inputs.value.get(),
            depth,
        };
        self.interpret(
            ExtBytecode::new_with_hash(code, hash),
            interpreter_input,
            inputs.is_static,
            inputs.gas_limit,
            depth,
        )
    }

    fn run_init_code(&mut self, inputs: CreateInputs, address: Address, depth: usize) -> InterpreterResult {
        let interpreter_input = InputsImpl {
            target_address: address,
            caller_address: inputs.caller(),
            bytecode_address: None,
            input: CallInput::Bytes(Bytes::new()),
            call_value: inputs.value(),
            depth,
        };
        let code = Bytecode::new_legacy(inputs.init_code().clone());
        let gas_limit = inputs.gas_limit();
        self.interpret(ExtBytecode::new(code), interpreter_input, false, gas_limit, depth)
    }

    fn interpret(
        &mut self,
        code: ExtBytecode,
        input: InputsImpl,
        is_static: bool,
        gas_limit: u64,
        depth: usize,
    ) -> InterpreterResult {
        let mut frame = Box::new(EthFrame::<EthInterpreter>::invalid());
        frame.clear(
            FrameData::Call(CallFrame {
                return_memory_range: 0..0,
            }),
            FrameInput::Empty,
            depth,
            SharedMemory::new(),
            code,
            input,
            is_static,
            spec(self.world.config.arbos_version),
            gas_limit,
            0,
            Default::default(),
        );
        loop {
            let action = frame.interpreter.run_plain(
                self.instructions.instruction_table(),
                self.instructions.gas_table(),
                &mut self.ctx,
            );
            let outcome = match action {
                InterpreterAction::Return(result) => return result,
                InterpreterAction::NewFrame(FrameInput::Call(mut inputs)) => {
                    // Each frame has a memory of its own, so the input leaves this one by value. An empty input
                    // may lie anywhere, outside of the memory too.
                    let data = if inputs.input.is_empty() {
                        Bytes::new()
                    } else {
                        Bytes::copy_from_slice(&inputs.input.as_bytes_memory(&frame.interpreter.memory))
                    };
                    inputs.input = CallInput::Bytes(data);
                    let range = inputs.return_memory_offset.clone();
                    let result = self.call(*inputs, depth + 1);
                    FrameResult::Call(CallOutcome::new(result, range))
                }
                InterpreterAction::NewFrame(FrameInput::Create(inputs)) => {
                    FrameResult::Create(self.create(*inputs, depth + 1))
                }
                InterpreterAction::NewFrame(FrameInput::Empty) => {
                    return ended(InstructionResult::OpcodeNotFound, gas_limit);
                }
            };
            let returned: Result<(), ContextError<Infallible>> = frame.return_result(&mut self.ctx, outcome);
            if returned.is_err() {
                return ended(InstructionResult::PrecompileError, gas_limit);
            }
        }
    }

    pub(super) fn enter(&mut self, acting: Address, caller: Address, counted: bool) {
        self.callers.push(caller);
        if counted {
            *self.spans.entry(acting).or_default() += 1;
        }
    }

    fn leave(&mut self, acting: Address, counted: bool) {
        self.callers.pop();
        if counted {
            if let Some(open) = self.spans.get_mut(&acting) {
                *open = open.saturating_sub(1);
            }
        }
    }

    /// The code that a call of an account runs, with its hash, and the account loaded.
    pub(crate) fn code_of(&mut self, address: Address) -> (B256, Bytecode) {
        let Ok(account) = self.journal().load_account_with_code(address);
        let info = &account.data.info;
        let own = (info.code_hash, info.code.clone().unwrap_or_default());
        match own.1.eip7702_address() {
            None => own,
            // A program's call follows a delegation for nothing, so whoever touches the delegate next pays.
            Some(delegate) => {
                let info = self.look_at(delegate);
                (info.code_hash, info.code.unwrap_or_default())
            }
        }
    }
}

/// What a frame that failed keeps: no refund, and after a halt no gas.
fn settle(result: &mut InterpreterResult) {
    if !result.result.is_ok() {
        result.gas.set_refund(0);
    }
    if result.result.is_halt() {
        result.gas.spend_all();
        result.output = Bytes::new();
    }
}
