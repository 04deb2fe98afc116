//! Each host function: what the program sees, what the chain is asked, and what it costs to the last ink.

mod support;

use alloy_primitives::{b256, keccak256, Address, Bytes, B256, U256};
use stylus_vm::host::{CallKind, CallOutcome, CreateOutcome, Refusal};
use stylus_vm::machine::{Outcome, Status};
use support::{
    exact_frame, hook, module, run_with, MockHost, BLOCK, CALLER, COINBASE, CONTRACT, ORIGIN, PLENTY,
};

const HOST: u64 = 8_400;
const POINTER: u64 = 5_040;
const REQUEST: u64 = 59_673;
const READ: u64 = 16_381;
const WRITE: u64 = 5_040;
/// A call of a host function with n constant arguments at the head of a block.
const fn calling(arguments: u64) -> u64 {
    BLOCK + arguments + 3_800
}
/// The constant zero and the end of the entry point.
const LAST: u64 = BLOCK + 2;

/// A program that lays data into its memory, runs `body`, and returns `length` bytes from 512 on.
fn reporting(imports: &str, data: &str, body: &str, length: u32) -> String {
    format!(
        r#"(module {imports}
            (import "vm_hooks" "write_result" (func $report (param i32 i32)))
            (memory (export "memory") 1 1)
            (data (i32.const 0) "{data}")
            (func (export "user_entrypoint") (param $length i32) (result i32)
                {body}
                (call $report (i32.const 512) (i32.const {length}))
                i32.const 0))"#
    )
}

/// What a report of so many bytes costs.
fn report(length: u64) -> u64 {
    calling(2) + HOST + 2 * (READ + 55 * length.saturating_sub(32))
}

fn run(wat: &str, host: &mut MockHost) -> Outcome {
    run_with(wat, host, exact_frame(&[]), PLENTY)
}

fn assert_success(outcome: &Outcome, output: &[u8], ink: u64) {
    assert_eq!(outcome.status, Status::Success);
    assert_eq!(outcome.output, Bytes::copy_from_slice(output));
    assert_eq!(PLENTY - outcome.gas_left, ink);
}

/// Runs with exactly enough and one less.
fn assert_boundary(wat: &str, host: impl Fn() -> MockHost, ink: u64) {
    let enough = run_with(wat, &mut host(), exact_frame(&[]), ink);
    assert_eq!((enough.status, enough.gas_left), (Status::Success, 0));
    let short = run_with(wat, &mut host(), exact_frame(&[]), ink - 1);
    assert_eq!((short.status, short.gas_left), (Status::OutOfInk, 0));
}

fn assert_failure(wat: &str, host: &mut MockHost, reason: &str) {
    let outcome = run(wat, host);
    assert_eq!(outcome.status, Status::Failure(reason.into()));
    assert_eq!(outcome.output, Bytes::new());
    assert!(outcome.gas_left > 0, "a failure keeps the gas");
}

#[test]
fn a_program_reads_its_calldata_and_its_length() {
    let body = "(call $read_args (i32.const 513)) (i32.store8 (i32.const 512) (local.get $length))";
    let wat = reporting(&hook("read_args", "(param i32)"), "", body, 41);
    let calldata = [7_u8; 40];
    let outcome = run_with(&wat, &mut MockHost::default(), exact_frame(&calldata), PLENTY);
    let mut expected = vec![40];
    expected.extend(calldata);
    let ink = calling(1) + HOST + WRITE + 8 * 30 + (1 + 75 + 825) + report(41) + LAST;
    assert_success(&outcome, &expected, ink);
}

#[test]
fn the_status_decides_between_success_and_revert_and_the_last_result_counts() {
    let wat = |status: u32| {
        format!(
            r#"(module {} (memory (export "memory") 1 1) (data (i32.const 0) "abcd")
                (func (export "user_entrypoint") (param i32) (result i32)
                    (call $write_result (i32.const 0) (i32.const 4))
                    (call $write_result (i32.const 1) (i32.const 2))
                    i32.const {status}))"#,
            hook("write_result", "(param i32 i32)")
        )
    };
    let ink = 2 * (calling(2) + HOST + 2 * READ) + LAST;
    assert_success(&run(&wat(0), &mut MockHost::default()), b"bc", ink);
    let reverted = run(&wat(9), &mut MockHost::default());
    assert_eq!(
        (reverted.status, reverted.output),
        (Status::Revert, Bytes::from_static(b"bc"))
    );
    assert_eq!(reverted.gas_left, PLENTY - ink);
}

#[test]
fn exiting_early_ends_as_the_status_says_and_costs_nothing_itself() {
    let wat = |status: u32| {
        reporting(
            &hook("exit_early", "(param i32)"),
            "",
            &format!("(call $report (i32.const 0) (i32.const 1)) (call $exit_early (i32.const {status}))"),
            9,
        )
    };
    let ink = calling(2) + HOST + 2 * READ + calling(1);
    assert_success(&run(&wat(0), &mut MockHost::default()), &[0], ink);
    let reverted = run(&wat(1), &mut MockHost::default());
    assert_eq!(
        (reverted.status, reverted.gas_left),
        (Status::Revert, PLENTY - ink)
    );
    assert_eq!(reverted.output, Bytes::from_static(&[0]));
}

#[test]
fn a_trap_is_a_failure_without_output_that_keeps_the_gas() {
    let wat = reporting(
        "",
        "",
        "(call $report (i32.const 0) (i32.const 1)) unreachable",
        9,
    );
    let outcome = run(&wat, &mut MockHost::default());
    assert!(matches!(outcome.status, Status::Failure(_)));
    assert_eq!(outcome.output, Bytes::new());
    // What is dead behind the trap belongs to its block.
    let ink = calling(2) + HOST + 2 * READ + (calling(2) + 1);
    assert_eq!(outcome.gas_left, PLENTY - ink);
}

#[test]
fn a_pointer_out_of_memory_is_a_failure() {
    let args = module(
        &hook("read_args", "(param i32)"),
        "(call $read_args (i32.const 65537)) i32.const 0",
    );
    // Even nothing cannot be written beyond the end; at the end it can.
    assert_failure(&args, &mut MockHost::default(), "memory access out of bounds");
    let at_the_end = args.replace("65537", "65536");
    assert_eq!(run(&at_the_end, &mut MockHost::default()).status, Status::Success);
    let result = module(
        &hook("write_result", "(param i32 i32)"),
        "(call $write_result (i32.const 65530) (i32.const 7)) i32.const 0",
    );
    assert_failure(&result, &mut MockHost::default(), "memory access out of bounds");
}

fn load(times: usize) -> String {
    reporting(
        &hook("storage_load_bytes32", "(param i32 i32)"),
        &"k".repeat(32),
        &"(call $storage_load_bytes32 (i32.const 0) (i32.const 512))".repeat(times),
        32,
    )
}

const KEY: B256 = B256::repeat_byte(b'k');
const VALUE: B256 = B256::repeat_byte(0x5A);

fn host_with_slot() -> MockHost {
    MockHost {
        slots: [(KEY, VALUE)].into(),
        load_gas: 100,
        ..MockHost::default()
    }
}

#[test]
fn the_first_read_of_a_slot_asks_the_chain_and_the_next_do_not() {
    let mut host = host_with_slot();
    let outcome = run(&load(2), &mut host);
    assert_eq!(host.loads, [KEY]);
    // With an ink a gas the request costs its ink in gas.
    let each = calling(2) + HOST + 2 * POINTER;
    assert_success(
        &outcome,
        VALUE.as_slice(),
        2 * each + 100 + REQUEST + report(32) + LAST,
    );
}

#[test]
fn at_the_usual_ink_price_a_miss_adds_five_gas() {
    let mut host = host_with_slot();
    let outcome = run_with(&load(1), &mut host, support::frame(&[]), 1_000_000);
    let ink = calling(2) + HOST + 2 * POINTER + (100 + 5) * 10_000 + report(32) + LAST;
    assert_eq!(outcome.gas_left, (1_000_000 * 10_000 - ink) / 10_000);
}

#[test]
fn a_read_needs_the_price_of_a_cold_slot_in_hand() {
    let wat = load(1);
    // At an ink a gas: what was spent up to there, and 2,100 + 10 + the request.
    let spent = calling(2) + HOST + 2 * POINTER;
    let enough = spent + 2_110 + REQUEST;
    let mut host = host_with_slot();
    run_with(&wat, &mut host, exact_frame(&[]), enough);
    assert_eq!(host.loads, [KEY]);
    let mut host = host_with_slot();
    let short = run_with(&wat, &mut host, exact_frame(&[]), enough - 1);
    assert_eq!((short.status, short.gas_left), (Status::OutOfInk, 0));
    assert!(host.loads.is_empty());
}

#[test]
fn before_arbos_32_a_miss_took_ink_for_gas() {
    let mut frame = support::frame(&[]);
    frame.env.arbos_version = 31;
    let outcome = run_with(&load(1), &mut host_with_slot(), frame, 1_000_000);
    let ink = calling(2) + HOST + 2 * POINTER + (100 + REQUEST) * 10_000 + report(32) + LAST;
    assert_eq!(outcome.gas_left, (1_000_000 * 10_000 - ink) / 10_000);
}

/// A program that has a key at 0 and a value at 32.
fn storing(rest: &str) -> String {
    let imports = [
        hook("storage_cache_bytes32", "(param i32 i32)"),
        hook("storage_load_bytes32", "(param i32 i32)"),
        hook("storage_flush_cache", "(param i32)"),
    ]
    .concat();
    let data = ["k".repeat(32), "v".repeat(32)].concat();
    reporting(&imports, &data, rest, 32)
}

const CACHE: &str = "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32))";
const FLUSH: &str = "(call $storage_flush_cache (i32.const 0))";
const CLEAR: &str = "(call $storage_flush_cache (i32.const 1))";
const LOAD: &str = "(call $storage_load_bytes32 (i32.const 0) (i32.const 512))";
const WRITTEN: B256 = B256::repeat_byte(b'v');

#[test]
fn a_write_is_read_back_from_the_cache_and_lost_without_a_flush() {
    let mut host = host_with_slot();
    let outcome = run(&storing(&[CACHE, LOAD].concat()), &mut host);
    let ink = 2 * (calling(2) + HOST + 2 * POINTER) + report(32) + LAST;
    assert_success(&outcome, WRITTEN.as_slice(), ink);
    assert!(host.loads.is_empty());
    assert!(host.stores.is_empty());
}

#[test]
fn a_flush_writes_what_is_dirty_once_and_pays_the_chain() {
    let mut host = MockHost {
        store_gas: 22_100,
        ..host_with_slot()
    };
    let outcome = run(&storing(&[CACHE, FLUSH, FLUSH, LOAD].concat()), &mut host);
    assert_eq!(host.stores, [vec![(KEY, WRITTEN)]]);
    let accesses = 2 * (calling(2) + HOST + 2 * POINTER);
    let flushes = 2 * (calling(1) + HOST + REQUEST) + 22_100;
    assert_success(
        &outcome,
        WRITTEN.as_slice(),
        accesses + flushes + report(32) + LAST,
    );
    assert!(host.loads.is_empty());
}

#[test]
fn a_flush_that_clears_makes_the_next_read_ask_the_chain() {
    let mut host = host_with_slot();
    let outcome = run(&storing(&[CACHE, CLEAR, LOAD].concat()), &mut host);
    assert_eq!(outcome.output, Bytes::copy_from_slice(WRITTEN.as_slice()));
    assert_eq!(host.loads, [KEY]);
}

#[test]
fn clearing_without_a_write_forgets_what_was_read() {
    let mut host = host_with_slot();
    assert_eq!(
        run(&storing(&[LOAD, CLEAR, LOAD].concat()), &mut host).status,
        Status::Success
    );
    assert_eq!(host.loads, [KEY, KEY]);
    assert!(host.stores.is_empty());
}

#[test]
fn a_flush_in_a_static_call_fails_only_with_something_to_write() {
    let mut host = MockHost {
        is_static: true,
        ..host_with_slot()
    };
    assert_eq!(
        run(&storing(&[LOAD, FLUSH].concat()), &mut host).status,
        Status::Success
    );
    assert_failure(
        &storing(&[CACHE, FLUSH].concat()),
        &mut host,
        "write in a static call",
    );
}

#[test]
fn writes_and_flushes_need_the_sentry_in_hand() {
    let cached = calling(2) + HOST + 2 * POINTER;
    let wat = storing(CACHE);
    let mut host = MockHost::default();
    let short = run_with(&wat, &mut host, exact_frame(&[]), cached + 2_309);
    assert_eq!(short.status, Status::OutOfInk);
    assert_eq!(short.gas_left, 0);

    let wat = storing(&[CACHE, FLUSH].concat());
    let flushed = cached + calling(1) + HOST + REQUEST;
    let mut host = MockHost::default();
    run_with(&wat, &mut host, exact_frame(&[]), flushed + 2_300);
    assert_eq!(host.stores.len(), 1);
    let mut host = MockHost::default();
    run_with(&wat, &mut host, exact_frame(&[]), flushed + 2_299);
    assert_eq!(host.stores.len(), 0);
}

#[test]
fn a_flush_that_the_chain_finds_too_dear_is_out_of_ink_from_arbos_50_on() {
    let wat = storing(&[CACHE, FLUSH].concat());
    let mut host = MockHost {
        store_gas: PLENTY,
        ..MockHost::default()
    };
    let outcome = run(&wat, &mut host);
    assert_eq!((outcome.status, outcome.gas_left), (Status::OutOfInk, 0));

    let mut frame = exact_frame(&[]);
    frame.env.arbos_version = 49;
    let outcome = run_with(&wat, &mut host, frame, PLENTY);
    assert_eq!(outcome.status, Status::Failure("out of gas".into()));
    assert!(outcome.gas_left > 0);
}

#[test]
fn a_flush_may_take_all_that_is_left_and_no_more() {
    let wat = storing(&[CACHE, FLUSH].concat());
    let before = calling(2) + HOST + 2 * POINTER + calling(1) + HOST + REQUEST;
    for (missing, flushed) in [(0, true), (1, true), (2, false)] {
        let mut host = MockHost {
            store_gas: 22_100,
            ..MockHost::default()
        };
        let outcome = run_with(&wat, &mut host, exact_frame(&[]), before + 22_100 - missing);
        // What reaches the chain for want of one gas is taken back with the rest of the call.
        assert_eq!((outcome.status, outcome.gas_left), (Status::OutOfInk, 0));
        assert_eq!(!host.stores.is_empty(), flushed, "{missing}");
    }
}

#[test]
fn a_flush_was_free_of_the_chains_price_before_arbos_32() {
    let wat = storing(&[CACHE, FLUSH].concat());
    let mut frame = exact_frame(&[]);
    frame.env.arbos_version = 31;
    let mut host = MockHost {
        store_gas: 5_000,
        ..MockHost::default()
    };
    let old = run_with(&wat, &mut host, frame, PLENTY);
    let new = run(&wat, &mut host);
    assert_eq!(old.gas_left - new.gas_left, 5_000);
}

#[test]
fn transient_words_go_straight_through() {
    let imports = [
        hook("transient_load_bytes32", "(param i32 i32)"),
        hook("transient_store_bytes32", "(param i32 i32)"),
    ]
    .concat();
    let data = ["k".repeat(32), "v".repeat(32)].concat();
    let body = "(call $transient_store_bytes32 (i32.const 0) (i32.const 32))
        (call $transient_load_bytes32 (i32.const 0) (i32.const 512))";
    let wat = reporting(&imports, &data, body, 32);
    let mut host = MockHost::default();
    let outcome = run(&wat, &mut host);
    let each = calling(2) + HOST + 2 * POINTER + REQUEST + 100;
    assert_success(&outcome, WRITTEN.as_slice(), 2 * each + report(32) + LAST);
    assert_eq!(host.transient[&KEY], WRITTEN);
    assert_failure(
        &wat,
        &mut MockHost {
            is_static: true,
            ..MockHost::default()
        },
        "write in a static call",
    );
}

fn call_outcome(success: bool, gas_cost: u64, data: &'static [u8]) -> CallOutcome {
    CallOutcome {
        success,
        gas_cost,
        return_data: Bytes::from_static(data),
    }
}

/// The target's address, the input `in!`, and a value at 64.
fn call_data() -> String {
    format!(
        "{}in!{}{}\\07",
        "t".repeat(20),
        "\\00".repeat(41),
        "\\00".repeat(31)
    )
}

const TARGET: Address = Address::repeat_byte(b't');
const CALL_PRICE: u64 = HOST + 3 * POINTER + REQUEST + 2 * READ;

#[test]
fn a_call_hands_on_what_it_is_given_and_pays_what_it_cost() {
    let body = "(i32.store8 (i32.const 512) (call $call_contract
        (i32.const 0) (i32.const 20) (i32.const 3) (i32.const 64) (i64.const 5000) (i32.const 513)))";
    let imports = hook("call_contract", "(param i32 i32 i32 i32 i64 i32) (result i32)");
    let wat = reporting(&imports, &call_data(), body, 5);
    let mut host = MockHost {
        call_outcomes: vec![call_outcome(true, 700, b"yes")],
        ..MockHost::default()
    };
    let outcome = run(&wat, &mut host);
    // The pointer of the store lies on the stack before the call.
    let before = calling(7) + CALL_PRICE;
    assert_success(&outcome, &[0, 3, 0, 0, 0], before + 700 + 825 + report(5) + LAST);
    let request = &host.calls[0];
    assert_eq!(request.kind, CallKind::Call);
    assert_eq!(request.target, TARGET);
    assert_eq!(request.input, Bytes::from_static(b"in!"));
    assert_eq!(request.value, U256::from(7));
    assert_eq!(request.gas_left, PLENTY - before);
    assert_eq!(request.gas_requested, 5_000);
}

#[test]
fn a_call_asks_for_no_more_than_is_left_and_a_failed_one_says_two() {
    let body = "(i32.store8 (i32.const 512) (call $static_call_contract
        (i32.const 0) (i32.const 20) (i32.const 3) (i64.const -1) (i32.const 513)))";
    let imports = hook("static_call_contract", "(param i32 i32 i32 i64 i32) (result i32)");
    let wat = reporting(&imports, &call_data(), body, 2);
    let mut host = MockHost {
        call_outcomes: vec![call_outcome(false, 0, b"no")],
        ..MockHost::default()
    };
    assert_eq!(run(&wat, &mut host).output, Bytes::from_static(&[2, 2]));
    let request = &host.calls[0];
    assert_eq!((request.kind, request.value), (CallKind::StaticCall, U256::ZERO));
    assert_eq!(request.gas_requested, request.gas_left);
}

#[test]
fn a_delegate_call_sends_no_value_of_its_own() {
    let body = "(drop (call $delegate_call_contract
        (i32.const 0) (i32.const 20) (i32.const 3) (i64.const 1) (i32.const 513)))";
    let imports = hook(
        "delegate_call_contract",
        "(param i32 i32 i32 i64 i32) (result i32)",
    );
    let mut host = MockHost {
        call_outcomes: vec![call_outcome(true, 0, b"")],
        ..MockHost::default()
    };
    assert_eq!(
        run(&reporting(&imports, &call_data(), body, 1), &mut host).status,
        Status::Success
    );
    assert_eq!(
        (host.calls[0].kind, host.calls[0].value),
        (CallKind::DelegateCall, U256::ZERO)
    );
}

#[test]
fn a_call_dearer_than_what_is_left_runs_out_of_ink() {
    let body = "(drop (call $delegate_call_contract
        (i32.const 0) (i32.const 20) (i32.const 3) (i64.const 1) (i32.const 513)))";
    let imports = hook(
        "delegate_call_contract",
        "(param i32 i32 i32 i64 i32) (result i32)",
    );
    let mut host = MockHost {
        call_outcomes: vec![call_outcome(true, PLENTY, b"")],
        ..MockHost::default()
    };
    let outcome = run(&reporting(&imports, &call_data(), body, 1), &mut host);
    assert_eq!((outcome.status, outcome.gas_left), (Status::OutOfInk, 0));
}

#[test]
fn return_data_is_read_by_part_and_paid_for_by_what_could_be_written() {
    let imports = [
        hook("static_call_contract", "(param i32 i32 i32 i64 i32) (result i32)"),
        hook("read_return_data", "(param i32 i32 i32) (result i32)"),
        hook("return_data_size", "(result i32)"),
    ]
    .concat();
    let before = reporting(
        &imports,
        "",
        "(drop (call $return_data_size))
        (i32.store8 (i32.const 512) (call $read_return_data (i32.const 513) (i32.const 0) (i32.const 9)))",
        1,
    );
    let outcome = run(&before, &mut MockHost::default());
    let ink = calling(0) + HOST + (9 + calling(4)) + HOST + REQUEST + WRITE + 825 + report(1) + LAST;
    assert_success(&outcome, &[0], ink);

    let after = reporting(
        &imports,
        "",
        "(drop (call $static_call_contract
            (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 100)))
        (i32.store8 (i32.const 512) (call $return_data_size))
        (i32.store8 (i32.const 513) (call $read_return_data (i32.const 514) (i32.const 2) (i32.const 100)))
        (i32.store8 (i32.const 519) (call $read_return_data (i32.const 520) (i32.const 1) (i32.const 1)))",
        9,
    );
    let mut host = MockHost {
        call_outcomes: vec![call_outcome(true, 0, b"01234")],
        ..MockHost::default()
    };
    let outcome = run(&after, &mut host);
    assert_eq!(
        outcome.output,
        Bytes::from_static(&[5, 3, b'2', b'3', b'4', 0, 0, 1, b'1'])
    );

    let beyond = after.replace("(i32.const 514)", "(i32.const 65536)");
    let mut host = MockHost {
        call_outcomes: vec![call_outcome(true, 0, b"01234")],
        ..MockHost::default()
    };
    assert_failure(&beyond, &mut host, "memory access out of bounds");
}

fn creating(salt: &str) -> String {
    let (name, ty) = match salt {
        "" => ("create1", "(param i32 i32 i32 i32 i32)"),
        _ => ("create2", "(param i32 i32 i32 i32 i32 i32)"),
    };
    let body = format!(
        "(call ${name} (i32.const 20) (i32.const 3) (i32.const 64) {salt} (i32.const 512) (i32.const 532))"
    );
    reporting(&hook(name, ty), &call_data(), &body, 24)
}

#[test]
fn a_creation_gives_the_address_or_zero_and_the_revert_data() {
    let created = CreateOutcome {
        address: Some(TARGET),
        gas_cost: 32_000,
        return_data: Bytes::new(),
    };
    let mut host = MockHost {
        create_outcome: Some(Ok(created)),
        ..MockHost::default()
    };
    let outcome = run(&creating(""), &mut host);
    let before = calling(5) + HOST + 3 * POINTER + REQUEST + 2 * READ;
    let mut expected = TARGET.to_vec();
    expected.extend([0; 4]);
    assert_success(&outcome, &expected, before + 32_000 + report(24) + LAST);
    let request = &host.creates[0];
    assert_eq!(
        (&request.init_code, request.salt),
        (&Bytes::from_static(b"in!"), None)
    );
    assert_eq!(
        (request.value, request.gas_left),
        (U256::from(7), PLENTY - before)
    );

    let failed = CreateOutcome {
        address: None,
        gas_cost: 1,
        return_data: Bytes::from_static(b"no!"),
    };
    let mut host = MockHost {
        create_outcome: Some(Ok(failed)),
        ..MockHost::default()
    };
    let mut expected = vec![0; 20];
    expected.extend([3, 0, 0, 0]);
    assert_eq!(run(&creating(""), &mut host).output, Bytes::from(expected));
}

#[test]
fn a_salted_creation_reads_the_salt_and_pays_for_its_pointer() {
    let created = CreateOutcome {
        address: Some(TARGET),
        gas_cost: 0,
        return_data: Bytes::new(),
    };
    let mut host = MockHost {
        create_outcome: Some(Ok(created)),
        ..MockHost::default()
    };
    let outcome = run(&creating("(i32.const 64)"), &mut host);
    let ink = calling(6) + HOST + 4 * POINTER + REQUEST + 2 * READ + report(24) + LAST;
    assert_eq!(PLENTY - outcome.gas_left, ink);
    assert_eq!(host.creates[0].salt, Some(B256::with_last_byte(7)));
}

#[test]
fn a_creation_that_cannot_be_tried_fails_the_program() {
    for (refusal, reason) in [
        (Refusal::WriteProtection, "write in a static call"),
        (Refusal::OutOfGas, "out of gas"),
    ] {
        let mut host = MockHost {
            create_outcome: Some(Err(refusal)),
            ..MockHost::default()
        };
        assert_failure(&creating(""), &mut host, reason);
    }
}

fn logging(length: u32, topics: u32) -> String {
    let data = ["A".repeat(32), "B".repeat(32), "data".into()].concat();
    let body = format!("(call $emit_log (i32.const 0) (i32.const {length}) (i32.const {topics}))");
    reporting(&hook("emit_log", "(param i32 i32 i32)"), &data, &body, 1)
}

#[test]
fn a_log_carries_its_topics_first_and_pays_for_them_and_its_bytes() {
    let mut host = MockHost::default();
    let outcome = run(&logging(68, 2), &mut host);
    let topics = vec![B256::repeat_byte(b'A'), B256::repeat_byte(b'B')];
    assert_eq!(host.logs, [(topics, Bytes::from_static(b"data"))]);
    let ink = calling(3) + HOST + REQUEST + READ + 36 * 55 + 3 * 375 + 4 * 8 + report(1) + LAST;
    assert_success(&outcome, &[0], ink);
}

#[test]
fn a_log_without_anything_is_a_log() {
    let mut host = MockHost::default();
    assert_eq!(run(&logging(0, 0), &mut host).status, Status::Success);
    assert_eq!(host.logs, [(vec![], Bytes::new())]);
}

#[test]
fn a_log_of_five_topics_or_of_too_little_data_fails() {
    assert_failure(&logging(160, 5), &mut MockHost::default(), "bad topic data");
    assert_failure(&logging(63, 2), &mut MockHost::default(), "bad topic data");
    let mut host = MockHost {
        is_static: true,
        ..MockHost::default()
    };
    assert_failure(&logging(68, 2), &mut host, "write in a static call");
}

#[test]
fn an_accounts_balance_and_code_hash_cost_what_the_chain_says() {
    let wat = |name: &str| {
        let body = format!("(call ${name} (i32.const 0) (i32.const 512))");
        reporting(&hook(name, "(param i32 i32)"), &call_data(), &body, 32)
    };
    let before = calling(2) + HOST + 2 * POINTER + REQUEST;
    let mut host = MockHost {
        balance: (U256::from(77), 2_600),
        code_hash: (B256::repeat_byte(3), 100),
        ..MockHost::default()
    };
    let balance = run(&wat("account_balance"), &mut host);
    assert_success(
        &balance,
        &B256::with_last_byte(77)[..],
        before + 2_600 + report(32) + LAST,
    );
    let hash = run(&wat("account_codehash"), &mut host);
    assert_success(&hash, &[3; 32], before + 100 + report(32) + LAST);
    for name in ["account_balance", "account_codehash"] {
        let short = run_with(&wat(name), &mut host, exact_frame(&[]), before + 2_599);
        assert_eq!((short.status, short.gas_left), (Status::OutOfInk, 0), "{name}");
    }
}

#[test]
fn code_is_copied_by_part_paid_for_whole_and_loaded_once() {
    let imports = [
        hook("account_code", "(param i32 i32 i32 i32) (result i32)"),
        hook("account_code_size", "(param i32) (result i32)"),
    ]
    .concat();
    let body = "(i32.store8 (i32.const 512) (call $account_code_size (i32.const 0)))
        (i32.store8 (i32.const 513)
            (call $account_code (i32.const 0) (i32.const 38) (i32.const 9) (i32.const 514)))";
    let wat = reporting(&imports, &call_data(), body, 5);
    let mut code = vec![0_u8; 38];
    code.extend([5, 6]);
    let mut host = MockHost {
        code: (code.into(), 2_600),
        ..MockHost::default()
    };
    let outcome = run(&wat, &mut host);
    let size = calling(2) + HOST + REQUEST + 2_600;
    let copy = 825 + calling(5) + HOST + REQUEST + WRITE + 8 * 30 + 825;
    assert_success(&outcome, &[40, 2, 5, 6, 0], size + copy + report(5) + LAST);
    assert_eq!(
        host.code_requests,
        [(TARGET, PLENTY - (calling(2) + HOST + REQUEST))]
    );
}

#[test]
fn an_empty_code_is_asked_for_again_from_arbos_40_on() {
    let body = "(drop (call $account_code_size (i32.const 0)))".repeat(2);
    let wat = reporting(
        &hook("account_code_size", "(param i32) (result i32)"),
        "",
        &body,
        1,
    );
    let asked = |arbos_version| {
        let mut frame = exact_frame(&[]);
        frame.env.arbos_version = arbos_version;
        let mut host = MockHost::default();
        run_with(&wat, &mut host, frame, PLENTY);
        host.code_requests.len()
    };
    assert_eq!([asked(39), asked(40)], [1, 2]);
}

#[test]
fn what_is_written_to_a_pointer_costs_the_pointer() {
    let word = |number: u64| U256::from(number).to_be_bytes_vec();
    let cases: [(&str, Vec<u8>); 7] = [
        ("block_basefee", word(0xBA5E)),
        ("block_coinbase", COINBASE.to_vec()),
        ("contract_address", CONTRACT.to_vec()),
        ("msg_sender", CALLER.to_vec()),
        ("msg_value", word(0x1234)),
        ("tx_gas_price", word(0x9A5)),
        ("tx_origin", ORIGIN.to_vec()),
    ];
    for (name, expected) in cases {
        let body = format!("(call ${name} (i32.const 512))");
        let length = expected.len() as u64;
        let wat = reporting(&hook(name, "(param i32)"), "", &body, length as u32);
        let ink = calling(1) + HOST + POINTER + report(length) + LAST;
        assert_success(&run(&wat, &mut MockHost::default()), &expected, ink);
    }
}

#[test]
fn what_is_returned_costs_a_host_function() {
    let cases = [
        ("block_gas_limit", 32_000_000),
        ("block_number", 21_000_000),
        ("block_timestamp", 1_700_000_000),
        ("chainid", 42_161),
        ("evm_gas_left", PLENTY - (calling(1) + HOST)),
        ("evm_ink_left", PLENTY - (calling(1) + HOST)),
    ];
    for (name, expected) in cases {
        let body = format!("(i64.store (i32.const 512) (call ${name}))");
        let wat = reporting(&hook(name, "(result i64)"), "", &body, 8);
        let ink = calling(1) + HOST + 950 + report(8) + LAST;
        assert_success(&run(&wat, &mut MockHost::default()), &expected.to_le_bytes(), ink);
    }
}

#[test]
fn gas_left_and_ink_left_differ_by_the_price() {
    let imports = [
        hook("evm_gas_left", "(result i64)"),
        hook("tx_ink_price", "(result i32)"),
    ]
    .concat();
    let body = "(i64.store (i32.const 512) (call $evm_gas_left))
        (i32.store (i32.const 520) (call $tx_ink_price))";
    let wat = reporting(&imports, "", body, 12);
    let outcome = run_with(&wat, &mut MockHost::default(), support::frame(&[]), 1_000);
    let left = (1_000 * 10_000 - (calling(1) + HOST)) / 10_000;
    assert_eq!(outcome.output[..8], left.to_le_bytes());
    assert_eq!(outcome.output[8..], 10_000_u32.to_le_bytes());
}

#[test]
fn a_program_knows_whether_it_is_entered_again() {
    let wat = reporting(
        &hook("msg_reentrant", "(result i32)"),
        "",
        "(i32.store (i32.const 512) (call $msg_reentrant))",
        4,
    );
    let mut frame = exact_frame(&[]);
    assert_eq!(
        run(&wat, &mut MockHost::default()).output,
        Bytes::from_static(&[0, 0, 0, 0])
    );
    frame.reentrant = true;
    let outcome = run_with(&wat, &mut MockHost::default(), frame, PLENTY);
    assert_success(
        &outcome,
        &[1, 0, 0, 0],
        calling(1) + HOST + 825 + report(4) + LAST,
    );
}

#[test]
fn arithmetic_is_the_evms() {
    let number = |last: u8| format!("{}\\{last:02x}", "\\00".repeat(31));
    let run_math = |name: &str, operands: &[u8]| {
        let params = "i32 ".repeat(operands.len());
        let data: String = operands.iter().map(|operand| number(*operand)).collect();
        let pointers: String = (0..operands.len())
            .map(|i| format!("(i32.const {})", i * 32))
            .collect();
        let body =
            format!("(call ${name} {pointers}) (memory.copy (i32.const 512) (i32.const 0) (i32.const 32))");
        let wat = reporting(&hook(name, &format!("(param {params})")), &data, &body, 32);
        let outcome = run(&wat, &mut MockHost::default());
        // The copy's operators belong to the block of the report.
        let around = calling(operands.len() as u64) + 3 + 950 + 3_200 + report(32) + LAST;
        (
            U256::from_be_slice(&outcome.output),
            PLENTY - outcome.gas_left - around,
        )
    };
    let div = HOST + 3 * POINTER + 20_000;
    assert_eq!(run_math("math_div", &[17, 5]), (U256::from(3), div));
    assert_eq!(run_math("math_div", &[17, 0]), (U256::ZERO, div));
    assert_eq!(run_math("math_mod", &[17, 5]), (U256::from(2), div));
    assert_eq!(run_math("math_mod", &[17, 0]), (U256::ZERO, div));
    let pow = HOST + 3 * POINTER + 3_000 + 17_500;
    assert_eq!(run_math("math_pow", &[3, 5]), (U256::from(243), pow + 17_500));
    assert_eq!(run_math("math_pow", &[3, 0]), (U256::ONE, pow));
    let wrapped = U256::from(3).wrapping_pow(U256::from(255));
    assert_eq!(run_math("math_pow", &[3, 255]), (wrapped, pow + 17_500));
    let add_mod = HOST + 4 * POINTER + 21_000;
    assert_eq!(run_math("math_add_mod", &[9, 8, 5]), (U256::from(2), add_mod));
    assert_eq!(run_math("math_add_mod", &[9, 8, 0]), (U256::ZERO, add_mod));
    let mul_mod = HOST + 4 * POINTER + 24_100;
    assert_eq!(run_math("math_mul_mod", &[9, 8, 5]), (U256::from(2), mul_mod));
    assert_eq!(run_math("math_mul_mod", &[9, 8, 0]), (U256::ZERO, mul_mod));
}

#[test]
fn the_hash_is_keccak_and_costs_by_words() {
    let body = "(call $native_keccak256 (i32.const 0) (i32.const 65) (i32.const 512))";
    let wat = reporting(
        &hook("native_keccak256", "(param i32 i32 i32)"),
        &"a".repeat(65),
        body,
        32,
    );
    let outcome = run(&wat, &mut MockHost::default());
    let ink = calling(3) + 121_800 + 21_000 + report(32) + LAST;
    assert_success(&outcome, keccak256([b'a'; 65]).as_slice(), ink);
    let empty = wat.replace("(i32.const 65) (i32.const 512)", "(i32.const 0) (i32.const 512)");
    let expected = b256!("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    assert_eq!(
        run(&empty, &mut MockHost::default()).output,
        Bytes::copy_from_slice(&expected[..])
    );
}

#[test]
fn a_host_function_stops_where_its_price_ends() {
    let imports = hook("block_number", "(result i64)");
    let wat = module(&imports, "(drop (call $block_number)) i32.const 0");
    assert_boundary(&wat, MockHost::default, calling(0) + HOST + 9 + LAST);
    let hash = module(
        &hook("native_keccak256", "(param i32 i32 i32)"),
        "(call $native_keccak256 (i32.const 0) (i32.const 1) (i32.const 0)) i32.const 0",
    );
    let through_the_hash = calling(3) + 121_800;
    assert_boundary(&hash, MockHost::default, through_the_hash + LAST);
    let short = run_with(
        &hash,
        &mut MockHost::default(),
        exact_frame(&[]),
        through_the_hash - 1,
    );
    assert_eq!((short.status, short.gas_left), (Status::OutOfInk, 0));
}

#[test]
fn a_program_pays_for_growth_in_sixteen_bits() {
    let imports = hook("pay_for_memory_grow", "(param i32)");
    let wat = |pages: u32| {
        module(
            &imports,
            &format!("(call $pay_for_memory_grow (i32.const {pages})) i32.const 0"),
        )
    };
    let mut host = MockHost {
        page_gas: 40,
        ..MockHost::default()
    };
    assert_success(&run(&wat(5), &mut host), &[], calling(1) + 40 + LAST);
    assert_success(&run(&wat(65_536), &mut host), &[], calling(1) + HOST + LAST);
    assert_eq!(host.pages, [5]);
}
