//! Every ink is accounted for: the sums here are done by hand from the table of prices.

mod support;

use stylus_vm::machine::Status;
use support::{exact_frame, hook, ink_of, module, run_with, MockHost, BLOCK};

/// Runs with exactly this much ink, and with one less.
fn assert_costs(wat: &str, ink: u64) {
    assert_eq!(ink_of(wat, &mut MockHost::default()), ink);
    let enough = run_with(wat, &mut MockHost::default(), exact_frame(&[]), ink);
    assert_eq!((enough.status, enough.gas_left), (Status::Success, 0));
    let short = run_with(wat, &mut MockHost::default(), exact_frame(&[]), ink - 1);
    assert_eq!((short.status, short.gas_left), (Status::OutOfInk, 0));
}

#[test]
fn the_smallest_program_costs_its_constant_and_its_end() {
    assert_costs(&module("", "i32.const 0"), BLOCK + 1 + 1);
}

#[test]
fn a_return_ends_a_block_and_what_is_dead_behind_it_is_not_charged() {
    assert_costs(&module("", "i32.const 0 return i32.const 7 drop"), BLOCK + 1 + 1);
}

#[test]
fn a_loop_is_charged_for_each_round() {
    // head: const, local.set, loop | body: get, const, sub, tee, br_if | end of the loop | const, end
    let body = "(local $i i32)
        i32.const 5 local.set $i
        (loop $again
            (local.tee $i (i32.sub (local.get $i) (i32.const 1)))
            (br_if $again))
        i32.const 0";
    let head = BLOCK + 1 + 210 + 1;
    let round = BLOCK + 75 + 1 + 70 + 75 + 765;
    assert_costs(
        &module("", body),
        head + 5 * round + (BLOCK + 1) + (BLOCK + 1 + 1),
    );
}

#[test]
fn only_the_arm_that_runs_is_charged() {
    let body = |condition: u32| {
        format!(
            "(if (result i32) (i32.const {condition})
                (then (i32.mul (i32.const 0) (i32.const 3)))
                (else (i32.popcnt (i32.const 0))))"
        )
    };
    let head = BLOCK + 1 + 765;
    // The taken arm carries its `else` or its `end`; an `end` of the function follows.
    let then = BLOCK + 1 + 1 + 160 + 1;
    let otherwise = BLOCK + 1 + 2_650 + 1;
    assert_costs(&module("", &body(1)), head + then + (BLOCK + 1));
    assert_costs(&module("", &body(0)), head + otherwise + (BLOCK + 1));
}

#[test]
fn a_block_joins_the_basic_block_around_it() {
    assert_costs(
        &module("", "(block nop) i32.const 0"),
        (BLOCK + 1 + 1 + 1) + (BLOCK + 1 + 1),
    );
}

#[test]
fn a_table_of_branches_costs_by_its_targets_without_the_default() {
    let body = "(block $a (block $b (block $c
            i32.const 1
            br_table $a $b $c)))
        i32.const 0";
    let head = BLOCK + 3 + 1 + 2_400 + 2 * 325;
    // It leaves the second block, so the ends of the first and of the function follow.
    assert_costs(&module("", body), head + (BLOCK + 1) + (BLOCK + 1 + 1));
}

#[test]
fn a_call_ends_a_block_and_an_indirect_one_costs_by_its_parameters() {
    let wat = r#"(module
        (memory (export "memory") 1 1)
        (type $two (func (param i32 i64) (result i32)))
        (table 1 1 funcref)
        (elem (i32.const 0) $callee)
        (func $callee (type $two) local.get 0)
        (func (export "user_entrypoint") (param i32) (result i32)
            (drop (call $callee (i32.const 1) (i64.const 2)))
            (call_indirect (type $two) (i32.const 0) (i64.const 4) (i32.const 0))))"#;
    let callee = BLOCK + 75 + 1;
    let direct = BLOCK + 1 + 1 + 3_800;
    let indirect = BLOCK + 9 + 3 + 13_610 + 2 * 650;
    assert_costs(wat, direct + callee + indirect + callee + (BLOCK + 1));
}

#[test]
fn moving_memory_costs_by_the_byte() {
    let fill = module(
        "",
        "(memory.fill (i32.const 0) (i32.const 1) (i32.const 33)) i32.const 0",
    );
    assert_costs(&fill, BLOCK + 3 + 950 + 1 + 1 + 3_300);
    let copy = module(
        "",
        "(memory.copy (i32.const 0) (i32.const 9) (i32.const 7)) i32.const 0",
    );
    assert_costs(&copy, BLOCK + 3 + 950 + 1 + 1 + 700);
}

#[test]
fn a_fill_that_cannot_be_paid_for_runs_out_of_ink_and_not_out_of_bounds() {
    let wat = module(
        "",
        "(memory.fill (i32.const 0) (i32.const 1) (i32.const -1)) i32.const 0",
    );
    let outcome = run_with(&wat, &mut MockHost::default(), exact_frame(&[]), 1_000_000);
    assert_eq!((outcome.status, outcome.gas_left), (Status::OutOfInk, 0));
}

#[test]
fn memory_is_paid_for_before_it_grows() {
    let wat = format!(
        r#"(module {}
            (memory (export "memory") 1)
            (func (export "user_entrypoint") (param i32) (result i32)
                (i32.sub (memory.grow (i32.const 3)) (i32.const 1))))"#,
        hook("pay_for_memory_grow", "(param i32)")
    );
    let mut host = MockHost {
        page_gas: 3_000,
        ..MockHost::default()
    };
    // The chain's price alone, no price for the host function; the operators that are added cost nothing.
    assert_eq!(ink_of(&wat, &mut host), BLOCK + 1 + 8_050 + 1 + 70 + 1 + 3_000);
    assert_eq!(host.pages, [3]);
}

#[test]
fn growing_by_nothing_costs_a_host_function() {
    let wat = format!(
        r#"(module {}
            (memory (export "memory") 1)
            (func (export "user_entrypoint") (param i32) (result i32)
                (i32.sub (memory.grow (i32.const 0)) (i32.const 1))))"#,
        hook("pay_for_memory_grow", "(param i32)")
    );
    let mut host = MockHost::default();
    assert_eq!(ink_of(&wat, &mut host), BLOCK + 1 + 8_050 + 1 + 70 + 1 + 8_400);
    assert!(host.pages.is_empty());
}

#[test]
fn a_memory_that_cannot_grow_refuses_without_a_payment() {
    let wat = module("", "(i32.add (memory.grow (i32.const 1)) (i32.const 1))");
    assert_costs(&wat, BLOCK + 1 + 8_050 + 1 + 70 + 1);
}

#[test]
fn a_float_that_is_only_moved_cannot_be_paid_for() {
    let wat = module("", "(drop (f32.const 1)) i32.const 0");
    let outcome = run_with(&wat, &mut MockHost::default(), exact_frame(&[]), u64::MAX - 1);
    assert_eq!((outcome.status, outcome.gas_left), (Status::OutOfInk, 0));
}

#[test]
fn gas_left_is_rounded_down_and_ink_is_not_lost_before() {
    let wat = module("", "i32.const 0");
    let frame = support::frame(&[]);
    let outcome = run_with(&wat, &mut MockHost::default(), frame, 10);
    // 100,000 ink less 2,452 are 9.7548 gas.
    assert_eq!((outcome.status, outcome.gas_left), (Status::Success, 9));
}

#[test]
fn every_operator_has_nitros_price() {
    let unary = |ty: &str, op: &str| format!("(drop ({ty}.{op} ({ty}.const 3)))");
    let binary = |ty: &str, op: &str| format!("(drop ({ty}.{op} ({ty}.const 7) ({ty}.const 3)))");
    let mut cases = Vec::new();
    for (ty, cheap, div) in [("i32", 70, 1_120), ("i64", 100, 1_270)] {
        for op in [
            "add", "sub", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr",
        ] {
            cases.push((binary(ty, op), 2 + cheap + 9));
        }
        cases.push((binary(ty, "mul"), 2 + 160 + 9));
        for op in ["div_s", "div_u", "rem_s", "rem_u"] {
            cases.push((binary(ty, op), 2 + div + 9));
        }
        let compare = if ty == "i32" { 170 } else { 225 };
        for op in [
            "eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u",
        ] {
            cases.push((binary(ty, op), 2 + compare + 9));
        }
        cases.push((unary(ty, "eqz"), 1 + compare + 9));
        cases.push((unary(ty, "clz"), 1 + 210 + 9));
        cases.push((unary(ty, "ctz"), 1 + 210 + 9));
        for op in ["extend8_s", "extend16_s"] {
            cases.push((unary(ty, op), 1 + 100 + 9));
        }
    }
    cases.push((unary("i32", "popcnt"), 1 + 2_650 + 9));
    cases.push((unary("i64", "popcnt"), 1 + 6_000 + 9));
    cases.push((unary("i64", "extend32_s"), 1 + 100 + 9));
    cases.push(("(drop (i32.wrap_i64 (i64.const 1)))".into(), 1 + 100 + 9));
    cases.push(("(drop (i64.extend_i32_s (i32.const 1)))".into(), 1 + 100 + 9));
    cases.push(("(drop (i64.extend_i32_u (i32.const 1)))".into(), 1 + 100 + 9));
    for op in ["load", "load8_s", "load8_u", "load16_s", "load16_u"] {
        cases.push((format!("(drop (i32.{op} (i32.const 0)))"), 1 + 670 + 9));
        cases.push((format!("(drop (i64.{op} (i32.const 0)))"), 1 + 680 + 9));
    }
    for op in ["load32_s", "load32_u"] {
        cases.push((format!("(drop (i64.{op} (i32.const 0)))"), 1 + 680 + 9));
    }
    for op in ["store", "store8", "store16"] {
        cases.push((format!("(i32.{op} (i32.const 0) (i32.const 0))"), 2 + 825));
        cases.push((format!("(i64.{op} (i32.const 0) (i64.const 0))"), 2 + 950));
    }
    cases.push(("(i64.store32 (i32.const 0) (i64.const 0))".into(), 2 + 950));
    cases.push(("(drop (memory.size))".into(), 3_000 + 9));
    cases.push((
        "(drop (select (i32.const 0) (i32.const 0) (i32.const 0)))".into(),
        3 + 1_250 + 9,
    ));
    cases.push(("(local.set 0 (i32.const 0))".into(), 1 + 210));
    cases.push(("(drop (local.tee 0 (local.get 0)))".into(), 75 + 75 + 9));
    cases.push(("nop".into(), 1));
    for (body, ink) in cases {
        let wat = module("", &format!("{body} i32.const 0"));
        assert_eq!(ink_of(&wat, &mut MockHost::default()), ink + BLOCK + 2, "{body}");
    }
}

#[test]
fn globals_cost_more_to_write_than_to_read() {
    let wat = r#"(module
        (memory (export "memory") 1 1)
        (global $g (mut i64) (i64.const 5))
        (func (export "user_entrypoint") (param i32) (result i32)
            (global.set $g (global.get $g))
            (i32.const 0)))"#;
    assert_costs(wat, BLOCK + 225 + 575 + 1 + 1);
}
