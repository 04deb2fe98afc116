//! The chain as a running program sees it: every effect goes through the journal, at the EVM's price.

use super::{executor::World, Executor};
use crate::trace::StorageKind;
use alloy_primitives::{Address, Bytes, Log, LogData, B256, U256};
use revm::context_interface::{Cfg, CreateScheme, JournalTr};
use revm::interpreter::{CallInput, CallInputs, CallScheme, CallValue, CreateInputs, InstructionResult};
use stylus_vm::host::{CallKind, CallOutcome, CallRequest, CreateOutcome, CreateRequest, Host, Refusal};

const WARM_ACCESS: u64 = 100;
const COLD_ACCOUNT: u64 = 2600;
const NEW_ACCOUNT: u64 = 25_000;
const VALUE_TRANSFER: u64 = 9000;
const CALL_STIPEND: u64 = 2300;
const CREATE: u64 = 32_000;
const HASH_WORD: u64 = 6;
/// What reading a whole code of the largest size costs besides the access.
const CODE_READ: u64 = 700;
/// From this version of ArbOS on, a flush without enough gas is out of gas and not a failure.
const FLUSH_OUT_OF_GAS: u64 = 50;

/// A program's frame and the transaction around it.
pub(super) struct ProgramHost<'e, 'a> {
    executor: &'e mut Executor<'a>,
    acting: Address,
    caller: Address,
    value: U256,
    is_static: bool,
    depth: usize,
    refund: i64,
}

impl<'e, 'a> ProgramHost<'e, 'a> {
    pub(super) fn new(executor: &'e mut Executor<'a>, inputs: &CallInputs, depth: usize) -> Self {
        Self {
            executor,
            acting: inputs.target_address,
            caller: inputs.caller,
            value: inputs.value.get(),
            is_static: inputs.is_static,
            depth,
            refund: 0,
        }
    }

    pub(super) fn world(&self) -> World<'a> {
        self.executor.world.clone()
    }

    /// What the frame and those within it are refunded.
    pub(super) fn refund(&self) -> i64 {
        self.refund
    }

    /// What a call costs before its callee runs, or nothing when the gas does not suffice.
    fn call_cost(&mut self, target: Address, value: U256, gas_left: u64) -> Option<u64> {
        if gas_left < WARM_ACCESS {
            return None;
        }
        let Ok(account) = self.executor.journal().load_account(target);
        let mut cost = access_cost(account.is_cold);
        let is_new = account.data.is_empty();
        if !value.is_zero() {
            if is_new {
                cost += NEW_ACCOUNT;
            }
            cost += VALUE_TRANSFER;
        }
        (cost <= gas_left).then_some(cost)
    }
}

fn access_cost(is_cold: bool) -> u64 {
    if is_cold {
        COLD_ACCOUNT
    } else {
        WARM_ACCESS
    }
}

fn word(value: U256) -> B256 {
    B256::from(value)
}

fn number(word: B256) -> U256 {
    U256::from_be_bytes(word.0)
}

impl Host for ProgramHost<'_, '_> {
    fn load_slot(&mut self, key: B256) -> (B256, u64) {
        let acting = self.acting;
        let Ok(loaded) = self.executor.journal().sload(acting, number(key));
        let gas_params = self.executor.ctx.cfg.gas_params();
        let cost = if loaded.is_cold {
            gas_params.cold_storage_cost()
        } else {
            gas_params.warm_storage_read_cost()
        };
        let log = &mut self.executor.ctx.chain;
        log.note(StorageKind::Read, acting, number(key), loaded.is_cold);
        (word(loaded.data), cost)
    }

    fn store_slots(&mut self, slots: &[(B256, B256)], gas_left: u64) -> Result<u64, Refusal> {
        let acting = self.acting;
        let mut spent = 0u64;
        for (key, value) in slots {
            if self.is_static {
                return Err(Refusal::WriteProtection);
            }
            let Ok(stored) = self
                .executor
                .journal()
                .sstore(acting, number(*key), number(*value));
            let gas_params = self.executor.ctx.cfg.gas_params();
            let cost = gas_params.sstore_static_gas()
                + gas_params.sstore_dynamic_gas(true, &stored.data, stored.is_cold);
            // A write that cannot be paid ends the program, which takes the write back.
            if spent.saturating_add(cost) > gas_left {
                return Err(Refusal::OutOfGas);
            }
            spent += cost;
            self.refund += gas_params.sstore_refund(true, &stored.data);
            let log = &mut self.executor.ctx.chain;
            log.note(StorageKind::Write, acting, number(*key), stored.is_cold);
        }
        // Nitro takes a flush that leaves nothing for one that did not suffice.
        if spent == gas_left && self.executor.world.config.arbos_version >= FLUSH_OUT_OF_GAS {
            return Err(Refusal::OutOfGas);
        }
        Ok(spent)
    }

    fn load_transient(&mut self, key: B256) -> B256 {
        let acting = self.acting;
        word(self.executor.journal().tload(acting, number(key)))
    }

    fn store_transient(&mut self, key: B256, value: B256) -> Result<(), Refusal> {
        if self.is_static {
            return Err(Refusal::WriteProtection);
        }
        let acting = self.acting;
        self.executor.journal().tstore(acting, number(key), number(value));
        Ok(())
    }

    fn call(&mut self, request: CallRequest) -> CallOutcome {
        let failed = |gas_cost| CallOutcome {
            success: false,
            gas_cost,
            return_data: Bytes::new(),
        };
        let value = match request.kind {
            CallKind::Call => request.value,
            CallKind::DelegateCall | CallKind::StaticCall => U256::ZERO,
        };
        if self.is_static && !value.is_zero() {
            return failed(0);
        }
        let Some(base) = self.call_cost(request.target, value, request.gas_left) else {
            return failed(request.gas_left);
        };
        // All but a 64th, in the order of multiplication and division that Nitro uses.
        let available = (u128::from(request.gas_left - base) * 63 / 64) as u64;
        let mut gas = available.min(request.gas_requested);
        if !value.is_zero() {
            gas = gas.saturating_add(CALL_STIPEND);
        }
        let known_bytecode = self.executor.code_of(request.target);
        let (target_address, caller, call_value, scheme) = match request.kind {
            CallKind::Call => (
                request.target,
                self.acting,
                CallValue::Transfer(value),
                CallScheme::Call,
            ),
            CallKind::StaticCall => (
                request.target,
                self.acting,
                CallValue::Transfer(U256::ZERO),
                CallScheme::StaticCall,
            ),
            CallKind::DelegateCall => (
                self.acting,
                self.caller,
                CallValue::Apparent(self.value),
                CallScheme::DelegateCall,
            ),
        };
        let inputs = CallInputs {
            input: CallInput::Bytes(request.input),
            return_memory_offset: 0..0,
            gas_limit: gas,
            reservoir: 0,
            bytecode_address: request.target,
            known_bytecode,
            target_address,
            caller,
            value: call_value,
            scheme,
            is_static: self.is_static || request.kind == CallKind::StaticCall,
            charged_new_account_state_gas: false,
        };
        let result = self.executor.call(inputs, self.depth + 1);
        let success = result.result.is_ok();
        if success {
            self.refund += result.gas.refunded();
        }
        CallOutcome {
            success,
            gas_cost: base.saturating_add(gas.saturating_sub(result.gas.remaining())),
            return_data: result.output,
        }
    }

    fn create(&mut self, request: CreateRequest) -> Result<CreateOutcome, Refusal> {
        if self.is_static {
            return Err(Refusal::WriteProtection);
        }
        let mut base = CREATE;
        if request.salt.is_some() {
            base += HASH_WORD * (request.init_code.len() as u64).div_ceil(32);
        }
        let Some(available) = request.gas_left.checked_sub(base) else {
            return Err(Refusal::OutOfGas);
        };
        let kept = available / 64;
        let scheme = match request.salt {
            Some(salt) => CreateScheme::Create2 { salt: number(salt) },
            None => CreateScheme::Create,
        };
        let inputs = CreateInputs::new(
            self.acting,
            scheme,
            request.value,
            request.init_code,
            available - kept,
            0,
        );
        let outcome = self.executor.create(inputs, self.depth + 1);
        let result = outcome.result;
        if result.result.is_ok() {
            self.refund += result.gas.refunded();
        }
        let returned = result.gas.remaining().saturating_add(kept);
        Ok(CreateOutcome {
            address: outcome.address,
            gas_cost: request.gas_left.saturating_sub(returned),
            return_data: match result.result {
                InstructionResult::Revert => result.output,
                _ => Bytes::new(),
            },
        })
    }

    fn emit_log(&mut self, topics: &[B256], data: Bytes) -> Result<(), Refusal> {
        if self.is_static {
            return Err(Refusal::WriteProtection);
        }
        let log = Log {
            address: self.acting,
            data: LogData::new_unchecked(topics.to_vec(), data),
        };
        self.executor.journal().log(log);
        Ok(())
    }

    fn balance(&mut self, account: Address) -> (U256, u64) {
        let Ok(loaded) = self.executor.journal().load_account(account);
        (loaded.data.info.balance, access_cost(loaded.is_cold))
    }

    fn code(&mut self, account: Address, gas_left: u64) -> (Bytes, u64) {
        let Ok(loaded) = self.executor.journal().load_account_with_code(account);
        let cost = CODE_READ + access_cost(loaded.is_cold);
        if gas_left < cost {
            return (Bytes::new(), cost);
        }
        let code = loaded.data.info.code.as_ref();
        (code.map(|code| code.original_bytes()).unwrap_or_default(), cost)
    }

    fn code_hash(&mut self, account: Address) -> (B256, u64) {
        let Ok(loaded) = self.executor.journal().code_hash(account);
        (loaded.data, access_cost(loaded.is_cold))
    }

    fn add_pages(&mut self, pages: u16) -> u64 {
        let (open, ever) = self.executor.open_pages(pages);
        self.executor.world.params.memory().gas_cost(pages, open, ever)
    }
}
