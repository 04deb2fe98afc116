//! Recursion: within a program, where the counter of words stops it, and between programs.

mod support;

use alloy_primitives::{Address, Bytes, B256, U256};
use stylus_vm::code::{compress, CodeError};
use stylus_vm::host::{CallOutcome, CallRequest, CreateOutcome, CreateRequest, Host, Refusal};
use stylus_vm::machine::{LoadError, Machine, Program, Status};
use stylus_vm::rules::Rules;
use stylus_vm::stack::on_deep_stack;
use support::{exact_frame, hook, machine, module, program, run_with, wasm, MockHost, PLENTY};

/// A function that calls itself as often as the calldata is long.
fn recursive(locals: usize) -> String {
    format!(
        r#"(module (memory (export "memory") 1 1)
            (func $f (param $n i32) (local {})
                (if (local.get $n) (then (call $f (i32.sub (local.get $n) (i32.const 1))))))
            (func (export "user_entrypoint") (param i32) (result i32)
                (call $f (local.get 0))
                (i32.const 0)))"#,
        "i32 ".repeat(locals)
    )
}

fn depth_status(wat: &str, calls: usize, arbos_version: u64) -> Status {
    let mut frame = exact_frame(&vec![0; calls]);
    frame.env.arbos_version = arbos_version;
    frame.env.max_depth = Rules::at(arbos_version).max_depth;
    on_deep_stack(|| run_with(wat, &mut MockHost::default(), frame, PLENTY).status)
}

#[test]
fn a_recursion_ends_where_nitros_22_000_words_end() {
    // Both functions hold two values at worst (the charge at a block's head takes as many as the subtraction), and
    // a call is four words. A frame needs one word more than it takes.
    let frame = 2 + 4;
    let entrypoint = 2 + 4;
    let fits = (22_000 - entrypoint - 1) / frame;
    // Calls of $f are one more than the calldata is long.
    assert_eq!(depth_status(&recursive(0), fits - 1, 60), Status::Success);
    assert_eq!(depth_status(&recursive(0), fits, 60), Status::OutOfStack);
}

#[test]
fn locals_count_as_words() {
    let frame = 2 + 4 + 300;
    let fits = (22_000 - 6 - 1) / frame;
    assert_eq!(depth_status(&recursive(300), fits - 1, 60), Status::Success);
    assert_eq!(depth_status(&recursive(300), fits, 60), Status::OutOfStack);
}

#[test]
fn the_stack_was_larger_before_arbos_50() {
    let fits = (4 * 65_536 - 6 - 1) / 6;
    assert_eq!(depth_status(&recursive(0), fits - 1, 49), Status::Success);
    assert_eq!(depth_status(&recursive(0), fits, 49), Status::OutOfStack);
}

#[test]
fn running_out_of_stack_takes_all_the_gas() {
    let frame = exact_frame(&vec![0; 30_000]);
    let outcome = on_deep_stack(|| run_with(&recursive(0), &mut MockHost::default(), frame, PLENTY));
    assert_eq!(
        (outcome.status, outcome.gas_left, outcome.output),
        (Status::OutOfStack, 0, Bytes::new())
    );
}

#[test]
fn words_are_given_back_on_return() {
    let wat = r#"(module (memory (export "memory") 1 1)
        (func $f (param i32) (if (local.get 0) (then return)))
        (func (export "user_entrypoint") (param i32) (result i32) (local $i i32)
            (local.set $i (i32.const 20000))
            (loop $again
                (call $f (i32.and (local.get $i) (i32.const 1)))
                (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
            (i32.const 0)))"#;
    assert_eq!(depth_status(wat, 0, 60), Status::Success);
}

#[test]
fn a_branch_out_of_a_function_keeps_its_words_as_on_nitro() {
    let wat = r#"(module (memory (export "memory") 1 1)
        (func $f (br 0))
        (func (export "user_entrypoint") (param i32) (result i32) (local $i i32)
            (local.set $i (i32.const 20000))
            (loop $again
                (call $f)
                (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
            (i32.const 0)))"#;
    assert_eq!(depth_status(wat, 0, 60), Status::OutOfStack);
}

#[test]
fn the_widest_frames_fit_the_native_stack() {
    // Calls itself while it holds three hundred values that it still needs.
    let values = 300;
    let wat = format!(
        r#"(module (memory (export "memory") 1 1)
            (func $f (param $n i32) (result i64)
                {}
                (if (result i64) (local.get $n)
                    (then (call $f (i32.sub (local.get $n) (i32.const 1))))
                    (else (i64.const 1)))
                {})
            (func (export "user_entrypoint") (param i32) (result i32)
                (drop (call $f (local.get 0)))
                (i32.const 0)))"#,
        "(i64.load (local.get $n))".repeat(values),
        "i64.add ".repeat(values),
    );
    assert_eq!(depth_status(&wat, 60, 60), Status::Success);
    assert_eq!(depth_status(&wat, 100, 60), Status::OutOfStack);
}

/// A function with a thousand parameters that it still needs after it has called itself with a thousand others. Its
/// frame on the native stack is the largest for the words that Nitro counts.
fn wasteful() -> String {
    let parameters = 1_000;
    let arguments: String = (1..parameters)
        .map(|i| format!("(i64.load offset={} (i32.const 0))", i * 8))
        .collect();
    let uses: String = (1..parameters)
        .map(|i| format!("(i64.store offset={} (i32.const 0) (local.get {i}))", i * 8))
        .collect();
    format!(
        r#"(module (memory (export "memory") 1 1)
            (func $f (param i64 {types})
                (if (i64.ne (local.get 0) (i64.const 0))
                    (then (call $f (i64.sub (local.get 0) (i64.const 1)) {arguments})))
                {uses})
            (func (export "user_entrypoint") (param i32) (result i32)
                (call $f (i64.extend_i32_u (local.get 0)) {arguments})
                (i32.const 0)))"#,
        types = "i64 ".repeat(parameters - 1)
    )
}

#[test]
fn the_counter_stops_even_the_most_wasteful_recursion_before_the_native_stack() {
    // Only what lies on the stack counts: the thousand arguments, and four words a call.
    let frame = 1_000 + 4;
    let fits = (22_000 - 1) / frame - 1;
    assert_eq!(depth_status(&wasteful(), fits - 1, 60), Status::Success);
    assert_eq!(depth_status(&wasteful(), fits, 60), Status::OutOfStack);
}

/// A chain on which every call runs the same program again, down to a depth.
struct Nest<'a> {
    machine: &'a Machine,
    program: Program,
    levels: usize,
}

impl Host for Nest<'_> {
    fn call(&mut self, request: CallRequest) -> CallOutcome {
        if self.levels == 0 {
            return CallOutcome {
                success: true,
                gas_cost: 0,
                return_data: Bytes::new(),
            };
        }
        self.levels -= 1;
        let program = self.program.clone();
        let machine = self.machine;
        let outcome = machine.run(&program, exact_frame(&request.input), self, request.gas_left);
        CallOutcome {
            success: outcome.status == Status::Success,
            gas_cost: request.gas_left - outcome.gas_left,
            return_data: outcome.output,
        }
    }

    fn load_slot(&mut self, _: B256) -> (B256, u64) {
        (B256::ZERO, 0)
    }
    fn store_slots(&mut self, _: &[(B256, B256)], _: u64) -> Result<u64, Refusal> {
        Ok(0)
    }
    fn load_transient(&mut self, _: B256) -> B256 {
        B256::ZERO
    }
    fn store_transient(&mut self, _: B256, _: B256) -> Result<(), Refusal> {
        Ok(())
    }
    fn create(&mut self, _: CreateRequest) -> Result<CreateOutcome, Refusal> {
        Err(Refusal::WriteProtection)
    }
    fn emit_log(&mut self, _: &[B256], _: Bytes) -> Result<(), Refusal> {
        Ok(())
    }
    fn balance(&mut self, _: Address) -> (U256, u64) {
        (U256::ZERO, 0)
    }
    fn code(&mut self, _: Address, _: u64) -> (Bytes, u64) {
        (Bytes::new(), 0)
    }
    fn code_hash(&mut self, _: Address) -> (B256, u64) {
        (B256::ZERO, 0)
    }
    fn add_pages(&mut self, _: u16) -> u64 {
        0
    }
}

/// Recurses within itself as deep as the words allow, and at the bottom calls out.
fn deep_and_calling() -> String {
    format!(
        r#"(module {}
            (memory (export "memory") 1 1)
            (func $f (param $n i32) (result i32)
                (if (result i32) (local.get $n)
                    (then (call $f (i32.sub (local.get $n) (i32.const 1))))
                    (else (call $call_contract
                        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 32)))))
            (func (export "user_entrypoint") (param i32) (result i32)
                (call $f (i32.const 1800))))"#,
        hook("call_contract", "(param i32 i32 i32 i32 i64 i32) (result i32)")
    )
}

#[test]
fn a_thousand_calls_nest_each_deep_in_its_own_stack() {
    let program = program(&deep_and_calling());
    let (status, levels_left) = on_deep_stack(|| {
        let mut nest = Nest {
            machine: machine(),
            program: program.clone(),
            levels: 1_023,
        };
        let outcome = machine().run(&program, exact_frame(&[]), &mut nest, 1 << 50);
        (outcome.status, nest.levels)
    });
    assert_eq!((status, levels_left), (Status::Success, 0));
}

#[test]
fn a_program_is_compiled_once_for_a_code_hash() {
    let code = compress(&wasm(&module("", "i32.const 0")));
    let machine = Machine::new().expect("the engine runs here");
    let hash = alloy_primitives::keccak256(&code);
    let program = machine.load(hash, &code).expect("it is a program");
    let outcome = machine.run(&program, exact_frame(&[]), &mut MockHost::default(), PLENTY);
    assert_eq!(outcome.status, Status::Success);
    // The hash decides: what stands beside it is not looked at again.
    assert!(machine.load(hash, &[]).is_ok());
    let other = machine.load(B256::ZERO, &[0x60]);
    assert_eq!(other.err(), Some(LoadError::Code(CodeError::NotAProgram)));
}

#[test]
fn a_loaded_program_runs_as_the_activated_one() {
    let wat = module("", "(local i64) (loop (nop)) (drop (i32.const 3)) i32.const 0");
    let code = compress(&wasm(&wat));
    let loaded = machine()
        .load(alloy_primitives::keccak256(&code), &code)
        .expect("it is a program");
    let one = machine().run(&loaded, exact_frame(&[]), &mut MockHost::default(), PLENTY);
    let two = machine().run(&program(&wat), exact_frame(&[]), &mut MockHost::default(), PLENTY);
    assert_eq!(one, two);
}

#[test]
fn a_program_out_of_fragments_is_kept_under_its_roots_hash() {
    let wasm = wasm(&module("", "i32.const 0"));
    let fragments = stylus_vm::fragments::split(&wasm, 40);
    assert!(fragments.len() > 1);
    let root = stylus_vm::fragments::root_of(&wasm, vec![Address::ZERO; fragments.len()]);
    let whole = root
        .assemble(&fragments, 128 * 1024)
        .expect("the pieces are whole");
    let hash = alloy_primitives::keccak256(root.encode());
    let machine = Machine::new().expect("the engine runs here");
    assert!(machine.load_wasm(hash, &whole).is_ok());
    assert!(machine.load_wasm(hash, &[]).is_ok());
}

#[test]
fn a_machine_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Machine>();
    shared::<Program>();
}
