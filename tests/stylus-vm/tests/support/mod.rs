//! A chain for one program, and a shorthand for running WAT on it.
#![allow(dead_code, unreachable_pub)] // each test file uses its part

use alloy_primitives::{address, b256, Address, Bytes, B256, U256};
use std::collections::HashMap;
use std::sync::LazyLock;
use stylus_vm::activate::{activate, Activation, ActivationError};
use stylus_vm::host::{CallOutcome, CallRequest, CreateOutcome, CreateRequest, Env, Frame, Host, Refusal};
use stylus_vm::machine::{Machine, Outcome, Program};
use stylus_vm::rules::Rules;

pub const CONTRACT: Address = address!("00000000000000000000000000000000000000c0");
pub const CALLER: Address = address!("00000000000000000000000000000000000000ca");
pub const ORIGIN: Address = address!("0000000000000000000000000000000000000f0f");
pub const COINBASE: Address = address!("a4b000000000000000000073657175656e636572");
pub const CODE_HASH: B256 = b256!("00000000000000000000000000000000000000000000000000000000c0de4a54");
pub const INK_PRICE: u64 = 10_000;
/// What a basic block costs besides its operators.
pub const BLOCK: u64 = 2_450;
pub const PLENTY: u64 = 1_000_000_000;

static MACHINE: LazyLock<Machine> = LazyLock::new(|| Machine::new().expect("the engine runs here"));

pub fn machine() -> &'static Machine {
    &MACHINE
}

/// Remembers what a program asked of it and answers what the test laid there.
#[derive(Default)]
pub struct MockHost {
    pub is_static: bool,
    pub slots: HashMap<B256, B256>,
    pub load_gas: u64,
    pub store_gas: u64,
    pub loads: Vec<B256>,
    pub stores: Vec<Vec<(B256, B256)>>,
    pub transient: HashMap<B256, B256>,
    pub calls: Vec<CallRequest>,
    pub call_outcomes: Vec<CallOutcome>,
    pub creates: Vec<CreateRequest>,
    pub create_outcome: Option<Result<CreateOutcome, Refusal>>,
    pub logs: Vec<(Vec<B256>, Bytes)>,
    pub balance: (U256, u64),
    pub code: (Bytes, u64),
    pub code_requests: Vec<(Address, u64)>,
    pub code_hash: (B256, u64),
    pub pages: Vec<u16>,
    pub page_gas: u64,
}

impl MockHost {
    fn writable(&self) -> Result<(), Refusal> {
        if self.is_static {
            return Err(Refusal::WriteProtection);
        }
        Ok(())
    }
}

impl Host for MockHost {
    fn load_slot(&mut self, key: B256) -> (B256, u64) {
        self.loads.push(key);
        (self.slots.get(&key).copied().unwrap_or_default(), self.load_gas)
    }

    fn store_slots(&mut self, slots: &[(B256, B256)], gas_left: u64) -> Result<u64, Refusal> {
        self.writable()?;
        let gas = self.store_gas * slots.len() as u64;
        if gas > gas_left {
            return Err(Refusal::OutOfGas);
        }
        self.stores.push(slots.to_vec());
        self.slots.extend(slots.iter().copied());
        Ok(gas)
    }

    fn load_transient(&mut self, key: B256) -> B256 {
        self.transient.get(&key).copied().unwrap_or_default()
    }

    fn store_transient(&mut self, key: B256, value: B256) -> Result<(), Refusal> {
        self.writable()?;
        self.transient.insert(key, value);
        Ok(())
    }

    fn call(&mut self, request: CallRequest) -> CallOutcome {
        self.calls.push(request);
        self.call_outcomes.remove(0)
    }

    fn create(&mut self, request: CreateRequest) -> Result<CreateOutcome, Refusal> {
        self.creates.push(request);
        self.create_outcome
            .clone()
            .expect("the test says what a creation comes to")
    }

    fn emit_log(&mut self, topics: &[B256], data: Bytes) -> Result<(), Refusal> {
        self.writable()?;
        self.logs.push((topics.to_vec(), data));
        Ok(())
    }

    fn balance(&mut self, _: Address) -> (U256, u64) {
        self.balance
    }

    fn code(&mut self, account: Address, gas_left: u64) -> (Bytes, u64) {
        self.code_requests.push((account, gas_left));
        self.code.clone()
    }

    fn code_hash(&mut self, _: Address) -> (B256, u64) {
        self.code_hash
    }

    fn add_pages(&mut self, pages: u16) -> u64 {
        self.pages.push(pages);
        self.page_gas
    }
}

pub fn frame(calldata: &[u8]) -> Frame {
    Frame {
        calldata: Bytes::copy_from_slice(calldata),
        contract: CONTRACT,
        caller: CALLER,
        value: U256::from(0x1234),
        reentrant: false,
        is_static: false,
        cached: false,
        env: Env {
            arbos_version: 60,
            chain_id: 42_161,
            basefee: U256::from(0xBA5E),
            coinbase: COINBASE,
            gas_limit: 32_000_000,
            number: 21_000_000,
            timestamp: 1_700_000_000,
            origin: ORIGIN,
            gas_price: U256::from(0x9A5),
            ink_price: INK_PRICE as u32,
            max_depth: 22_000,
        },
    }
}

pub fn wasm(wat: &str) -> Vec<u8> {
    wat::parse_str(wat).expect("the test's WAT is well-formed")
}

pub fn try_activate(wasm: &[u8]) -> Result<Activation, ActivationError> {
    try_activate_at(wasm, 60)
}

pub fn try_activate_at(wasm: &[u8], arbos_version: u64) -> Result<Activation, ActivationError> {
    activate(wasm, CODE_HASH, &Rules::at(arbos_version), &mut u64::MAX.clone())
}

pub fn program(wat: &str) -> Program {
    let activation = try_activate(&wasm(wat)).expect("the test's program activates");
    machine()
        .compile(&activation.instrumented)
        .expect("what activates compiles")
}

/// Runs a program with this many ink, which must be whole gas.
pub fn run_with(wat: &str, host: &mut MockHost, frame: Frame, gas: u64) -> Outcome {
    machine().run(&program(wat), frame, host, gas)
}

pub fn run(wat: &str, host: &mut MockHost) -> Outcome {
    run_with(wat, host, frame(&[]), PLENTY)
}

/// A program whose entry point is `body` and which imports what `imports` says.
pub fn module(imports: &str, body: &str) -> String {
    format!(
        r#"(module
            {imports}
            (memory (export "memory") 1 1)
            (func (export "user_entrypoint") (param $length i32) (result i32) {body}))"#
    )
}

/// An import of a host function.
pub fn hook(name: &str, ty: &str) -> String {
    format!(r#"(import "vm_hooks" "{name}" (func ${name} {ty}))"#)
}

/// The ink that a program with a price of one ink a gas spends.
pub fn ink_of(wat: &str, host: &mut MockHost) -> u64 {
    let outcome = run_with(wat, host, exact_frame(&[]), PLENTY);
    assert_eq!(
        outcome.status,
        stylus_vm::machine::Status::Success,
        "the program returns"
    );
    PLENTY - outcome.gas_left
}

/// A frame in which a unit of gas is a unit of ink, so that results show every ink.
pub fn exact_frame(calldata: &[u8]) -> Frame {
    let mut frame = frame(calldata);
    frame.env.ink_price = 1;
    frame
}
