//! What is refused and why, and what an accepted program is said to cost.

mod support;

use proptest::prelude::*;
use stylus_vm::activate::{activate, ActivationError as E};
use stylus_vm::rules::Rules;
use support::{hook, machine, module, try_activate, try_activate_at, wasm, CODE_HASH};

fn refusal(wat: &str) -> E {
    try_activate(&wasm(wat)).expect_err("the program is refused")
}

/// A module with a right memory and entry point, and this besides.
fn with(fields: &str) -> String {
    format!(
        r#"(module {fields}
            (memory (export "memory") 1 1)
            (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#
    )
}

fn assert_invalid(wat: &str, reason: &str) {
    let E::Invalid(message) = refusal(wat) else {
        panic!("{wat} is refused for another reason: {:?}", refusal(wat));
    };
    assert!(message.contains(reason), "{message}");
}

#[test]
fn the_smallest_program_activates() {
    let activation = try_activate(&wasm(&with(""))).expect("it is right");
    assert_eq!(activation.footprint, 1);
    assert!(machine().compile(&activation.instrumented).is_ok());
}

#[test]
fn features_beyond_the_allowed_are_refused_while_parsing() {
    assert_invalid(&with("(func (param externref))"), "reference types");
    assert_invalid(&with("(func (param v128))"), "SIMD");
    assert_invalid(&with("(memory 1 1)"), "multiple memories");
    assert_invalid(&with("(func (return_call 0))"), "tail calls");
    assert_invalid(&with("(func (drop (i32.atomic.load (i32.const 0))))"), "threads");
    assert_invalid(&with("(tag (param i32))"), "exceptions");
    assert_invalid(
        &with("(global i32 (i32.add (i32.const 1) (i32.const 2)))"),
        "constant",
    );
    assert_invalid(&with("(type (struct))"), "gc");
    assert_invalid(r#"(module (memory (export "memory") i64 1 1))"#, "memory64");
}

#[test]
fn several_results_are_refused_from_arbos_60_on() {
    let two_results = with("(func (result i32 i32) (i32.const 1) (i32.const 2))");
    assert_invalid(&two_results, "multi-value");
    assert!(try_activate_at(&wasm(&two_results), 59).is_ok());
    assert_invalid(
        &with("(func (param i32) (result i32) local.get 0 (block (param i32) (result i32)))"),
        "multi-value",
    );
}

#[test]
fn what_is_not_wasm_is_refused() {
    assert!(matches!(try_activate(b""), Err(E::Invalid(_))));
    assert!(matches!(try_activate(b"\0asm\x02\0\0\0"), Err(E::Invalid(_))));
}

#[test]
fn a_data_count_is_refused() {
    let wat = with(r#"(data $d "x") (func (data.drop $d))"#);
    assert_eq!(refusal(&wat), E::UnsupportedSection("data count"));
}

#[test]
fn only_functions_may_be_imported() {
    let kind = |import: &str| refusal(&with(import));
    let expected = E::ImportKind {
        module: "vm_hooks".into(),
        name: "x".into(),
    };
    assert_eq!(kind(r#"(import "vm_hooks" "x" (global i32))"#), expected);
    assert_eq!(kind(r#"(import "vm_hooks" "x" (table 1 funcref))"#), expected);
}

#[test]
fn the_same_import_with_two_types_is_refused() {
    let wat = with(
        r#"(import "vm_hooks" "read_args" (func (param i32)))
        (import "vm_hooks" "read_args" (func (param i64)))"#,
    );
    let expected = E::InconsistentImport {
        module: "vm_hooks".into(),
        name: "read_args".into(),
    };
    assert_eq!(refusal(&wat), expected);
}

#[test]
fn an_export_named_as_an_import_is_refused() {
    let import = hook("read_args", "(param i32)");
    let plain = with(&format!(r#"{import} (func (export "read_args"))"#));
    assert_eq!(refusal(&plain), E::ReexportedImport("read_args".into()));
    let disguised = with(&format!(r#"{import} (func (export "vm_hooks__read_args"))"#));
    assert_eq!(refusal(&disguised), E::ReexportedImport("read_args".into()));
}

#[test]
fn names_that_begin_with_stylus_are_reserved() {
    let export = with(r#"(global (export "stylus_ink_left") (mut i64) (i64.const 9))"#);
    assert_eq!(refusal(&export), E::ReservedExport("stylus_ink_left".into()));
    let disguised = with(r#"(func (export "a__stylus_start"))"#);
    assert_eq!(refusal(&disguised), E::ReservedExport("stylus_start".into()));
    let import = with(r#"(import "vm_hooks" "stylus_x" (func))"#);
    assert_eq!(refusal(&import), E::ReservedImport("stylus_x".into()));
}

#[test]
fn a_start_function_is_refused() {
    assert_eq!(refusal(&with("(func $f) (start $f)")), E::StartFunction);
}

#[test]
fn a_memory_is_required_and_exported_as_such() {
    let entrypoint = r#"(func (export "user_entrypoint") (param i32) (result i32) i32.const 0)"#;
    assert_eq!(refusal(&format!("(module {entrypoint})")), E::MissingMemory);
    assert_eq!(
        refusal(&format!("(module (memory 1 1) {entrypoint})")),
        E::MissingMemory
    );
    let misnamed = format!(r#"(module (memory (export "mem") 1 1) {entrypoint})"#);
    assert_eq!(refusal(&misnamed), E::MissingMemory);
    let a_function = format!(r#"(module (memory 1 1) (func (export "memory")) {entrypoint})"#);
    assert_eq!(refusal(&a_function), E::MissingMemory);
}

#[test]
fn a_memory_may_begin_with_128_pages_and_no_more() {
    let wat = |pages: u32| {
        format!(
            r#"(module (memory (export "memory") {pages} {pages})
                (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#
        )
    };
    assert_eq!(
        try_activate(&wasm(&wat(128))).map(|activation| activation.footprint),
        Ok(128)
    );
    assert_eq!(
        refusal(&wat(129)),
        E::MemoryTooLarge {
            pages: 129,
            limit: 128
        }
    );
}

#[test]
fn a_memory_beyond_what_the_transaction_may_still_open_is_refused() {
    let rules = Rules {
        page_limit: 2,
        ..Rules::at(60)
    };
    let wat = r#"(module (memory (export "memory") 3 3)
        (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;
    let result = activate(&wasm(wat), CODE_HASH, &rules, &mut u64::MAX.clone());
    assert_eq!(result, Err(E::PageLimit { pages: 3, limit: 2 }));
}

#[test]
fn a_memory_that_can_grow_needs_the_import_that_pays() {
    let wat = |import: &str, maximum: &str| {
        format!(
            r#"(module {import} (memory (export "memory") 1 {maximum})
                (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#
        )
    };
    assert_eq!(refusal(&wat("", "")), E::MissingGrowthPayment);
    assert_eq!(refusal(&wat("", "2")), E::MissingGrowthPayment);
    assert!(try_activate(&wasm(&wat("", "1"))).is_ok());
    assert_eq!(
        refusal(&wat(&hook("pay_for_memory_grow", "(param i64)"), "")),
        E::GrowthPaymentType
    );
    assert!(try_activate(&wasm(&wat(&hook("pay_for_memory_grow", "(param i32)"), ""))).is_ok());
}

#[test]
fn moving_tables_is_refused() {
    let refused = |body: &str| {
        refusal(&with(&format!(
            "(table 1 1 funcref) (elem $e func) (func {body})"
        )))
    };
    let unsupported = |operator: &str| E::UnsupportedOperator {
        function: 0,
        operator: operator.to_owned(),
    };
    let three = "(i32.const 0) (i32.const 0) (i32.const 0)";
    assert_eq!(
        refused(&format!("(table.copy {three})")),
        unsupported("TableCopy")
    );
    assert_eq!(
        refused(&format!("(table.init $e {three})")),
        unsupported("TableInit")
    );
    assert_eq!(refused("(elem.drop $e)"), unsupported("ElemDrop"));
}

#[test]
fn a_frame_of_too_many_words_is_refused() {
    let wat = |locals: usize| with(&format!("(func (local {}))", "i32 ".repeat(locals)));
    // The charge at the head of the block takes two values, the call four words.
    assert_eq!(
        refusal(&wat(10_235)),
        E::FrameTooLarge {
            function: 0,
            words: 10_241,
            limit: 10_240
        }
    );
    // A frame that fits is refused for its locals.
    let expected = E::TooMany {
        what: "locals",
        count: 10_234,
        limit: 348,
    };
    assert_eq!(refusal(&wat(10_234)), expected);
}

#[test]
fn too_many_values_at_once_are_refused() {
    let wat = |values: usize| {
        with(&format!(
            "(func {} {})",
            "i32.const 0 ".repeat(values),
            "drop ".repeat(values)
        ))
    };
    assert!(try_activate(&wasm(&wat(4_096))).is_ok());
    assert_eq!(
        refusal(&wat(4_097)),
        E::TooManyValues {
            function: 0,
            values: 4_097,
            limit: 4_096
        }
    );
}

#[test]
fn the_entry_point_is_a_function_from_i32_to_i32() {
    let wat = |field: &str| format!(r#"(module (memory (export "memory") 1 1) {field})"#);
    assert_eq!(refusal(&wat("")), E::MissingEntrypoint);
    let global = r#"(global (export "user_entrypoint") i32 (i32.const 0))"#;
    assert_eq!(refusal(&wat(global)), E::EntrypointKind);
    assert_eq!(
        refusal(&wat(r#"(func (export "user_entrypoint"))"#)),
        E::EntrypointType
    );
    let long = r#"(func (export "user_entrypoint") (param i64) (result i32) i32.const 0)"#;
    assert_eq!(refusal(&wat(long)), E::EntrypointType);
}

#[test]
fn segments_functions_globals_locals_and_operators_are_limited() {
    let too_many = |what, count, limit| E::TooMany { what, count, limit };
    let datas = |n: usize| with(&r#"(data (i32.const 0) "x")"#.repeat(n));
    assert!(try_activate(&wasm(&datas(128))).is_ok());
    assert_eq!(refusal(&datas(129)), too_many("datas", 129, 128));

    let elements = |n: usize| {
        with(&format!(
            "(table 1 1 funcref) (func $f) {}",
            "(elem (i32.const 0) $f)".repeat(n)
        ))
    };
    assert!(try_activate(&wasm(&elements(128))).is_ok());
    assert_eq!(refusal(&elements(129)), too_many("elements", 129, 128));

    let functions = |n: usize| with(&"(func)".repeat(n));
    assert!(try_activate(&wasm(&functions(4_095))).is_ok());
    assert_eq!(refusal(&functions(4_096)), too_many("functions", 4_097, 4_096));

    // Four are the meter's.
    let globals = |n: usize| with(&"(global i32 (i32.const 0))".repeat(n));
    assert!(try_activate(&wasm(&globals(32_764))).is_ok());
    assert_eq!(refusal(&globals(32_765)), too_many("globals", 32_769, 32_768));

    let locals = |n: usize| with(&format!("(func (local {}))", "i32 ".repeat(n)));
    assert!(try_activate(&wasm(&locals(348))).is_ok());
    assert_eq!(refusal(&locals(349)), too_many("locals", 349, 348));

    // Besides the operators: its end, 12 at the block's head, 12 on entry, 4 and a return on leaving.
    let operators = |n: usize| with(&format!("(func {})", "nop ".repeat(n)));
    assert!(try_activate(&wasm(&operators(65_506))).is_ok());
    assert_eq!(
        refusal(&operators(65_507)),
        too_many("opcodes in func body", 65_537, 65_536)
    );
}

#[test]
fn imports_are_limited_from_arbos_32_on() {
    let wat = |n: usize| {
        with(
            &hook("return_data_size", "(result i32)")
                .replace("$return_data_size", "")
                .repeat(n),
        )
    };
    assert!(try_activate(&wasm(&wat(513))).is_ok());
    assert_eq!(
        refusal(&wat(514)),
        E::TooMany {
            what: "imports",
            count: 514,
            limit: 513
        }
    );
    assert!(try_activate_at(&wasm(&wat(514)), 31).is_ok());
}

#[test]
fn table_entries_are_limited_in_all() {
    let wat = |entries: usize| with(&format!("(table {entries} funcref)"));
    assert!(try_activate(&wasm(&wat(4_096))).is_ok());
    assert_eq!(
        refusal(&wat(4_097)),
        E::TooMany {
            what: "table entries",
            count: 4_097,
            limit: 4_096
        }
    );
}

#[test]
fn element_segments_are_limited_by_their_bytes() {
    let wat = |n: usize| {
        with(&format!(
            "(func $f) (table 4096 funcref) (elem (i32.const 0) func {})",
            "$f ".repeat(n)
        ))
    };
    // Flags, the offset's three bytes, two for the count, and a byte a function.
    assert!(try_activate(&wasm(&wat(4_090))).is_ok());
    assert_eq!(
        refusal(&wat(4_091)),
        E::TooMany {
            what: "element entries",
            count: 4_097,
            limit: 4_096
        }
    );
}

#[test]
fn a_long_module_name_is_refused() {
    let named = |length: usize| {
        let mut binary = wasm(&with(""));
        let name = "n".repeat(length);
        let mut names = wasm_encoder_name(&name);
        binary.append(&mut names);
        binary
    };
    assert!(try_activate(&named(512)).is_ok());
    assert_eq!(
        try_activate(&named(513)),
        Err(E::ModuleNameTooLong {
            length: 513,
            limit: 512
        })
    );
}

fn wasm_encoder_name(name: &str) -> Vec<u8> {
    let mut names = wasm_encoder::NameSection::new();
    names.module(name);
    let mut module = wasm_encoder::Module::new();
    module.section(&names);
    module.finish().split_off(8)
}

#[test]
fn imports_are_those_that_the_chain_offers() {
    let unknown = |module: &str, name: &str| E::UnknownImport {
        module: module.into(),
        name: name.into(),
    };
    assert_eq!(
        refusal(&with(&hook("teleport", ""))),
        unknown("vm_hooks", "teleport")
    );
    let elsewhere = with(r#"(import "env" "read_args" (func (param i32)))"#);
    assert_eq!(refusal(&elsewhere), unknown("env", "read_args"));
    let console = with(r#"(import "console" "log_i32" (func (param i32)))"#);
    assert_eq!(refusal(&console), unknown("console", "log_i32"));
    let mistyped = with(&hook("read_args", "(param i64)"));
    assert_eq!(refusal(&mistyped), E::ImportType("read_args".into()));
}

#[test]
fn computing_with_floats_is_refused_by_name_of_the_operator() {
    let float = |operator: &str| E::FloatingPoint {
        function: 0,
        operator: operator.to_owned(),
    };
    let cases = [
        ("(drop (f32.add (f32.const 1) (f32.const 2)))", "F32Add"),
        ("(drop (f64.sqrt (f64.const 1)))", "F64Sqrt"),
        ("(drop (f64.lt (f64.const 1) (f64.const 2)))", "F64Lt"),
        ("(drop (f64.promote_f32 (f32.const 1)))", "F64PromoteF32"),
        ("(drop (f32.demote_f64 (f64.const 1)))", "F32DemoteF64"),
        ("(drop (f32.convert_i32_u (i32.const 1)))", "F32ConvertI32U"),
        ("(drop (i32.trunc_f64_s (f64.const 1)))", "I32TruncF64S"),
        ("(drop (i64.trunc_sat_f32_u (f32.const 1)))", "I64TruncSatF32U"),
        ("(drop (f32.copysign (f32.const 1) (f32.const 2)))", "F32Copysign"),
        ("(drop (f64.max (f64.const 1) (f64.const 2)))", "F64Max"),
    ];
    for (body, operator) in cases {
        assert_eq!(
            refusal(&with(&format!("(func {body})"))),
            float(operator),
            "{body}"
        );
    }
}

#[test]
fn moving_floats_is_accepted_as_on_nitro() {
    let wat = with(
        "(global f64 (f64.const 1))
        (func (param f32) (result f64)
            (f32.store (i32.const 0) (f32.load (i32.const 8)))
            (f64.store (i32.const 0) (f64.load (i32.const 8)))
            (drop (i32.reinterpret_f32 (local.get 0)))
            (drop (i64.reinterpret_f64 (f64.const 1)))
            (drop (f32.reinterpret_i32 (i32.const 1)))
            (f64.reinterpret_i64 (i64.const 1)))",
    );
    let activation = try_activate(&wasm(&wat)).expect("it only moves them");
    assert!(machine().compile(&activation.instrumented).is_ok());
}

#[test]
fn data_must_lie_within_the_initial_memory() {
    assert!(try_activate(&wasm(&with(r#"(data (i32.const 65533) "xyz")"#))).is_ok());
    let beyond = |offset| E::DataOutOfBounds { offset, length: 3 };
    assert_eq!(
        refusal(&with(r#"(data (i32.const 65534) "xyz")"#)),
        beyond(65_534)
    );
    assert_eq!(refusal(&with(r#"(data (i32.const -1) "xyz")"#)), beyond(-1));
}

#[test]
fn elements_must_lie_within_their_table() {
    let wat = |offset: i32| {
        with(&format!(
            "(func $f) (table 3 funcref) (elem (i32.const {offset}) func $f $f)"
        ))
    };
    assert!(try_activate(&wasm(&wat(1))).is_ok());
    assert_eq!(refusal(&wat(2)), E::ElementOutOfBounds { offset: 2, length: 2 });
    assert_eq!(
        refusal(&wat(-1)),
        E::ElementOutOfBounds {
            offset: -1,
            length: 2
        }
    );
}

#[test]
fn costs_follow_from_the_size() {
    let binary = wasm(&with(
        r#"(func (param i32 i64)) (global i32 (i32.const 0)) (data (i32.const 0) "abcdefgh")"#,
    ));
    let length = binary.len() as u64;
    let activation = try_activate(&binary).expect("it is right");
    // Two functions, four parameters and results, five globals, a segment of 13 bytes, one page.
    let cached = length * 122 / 100_000 + 5 * 1_628 / 1_000 + 13 * 75_244 / 100_000 + 5;
    let init = 2 * 8_252 / 1_000 + 4 * 1_059 / 1_000 + length * 1_286 / 10_000;
    let asm = 512_000 + 2 * 996_829 / 1_000 + 4 * 11_416 / 1_000 + length * 62_628 / 10_000;
    assert_eq!(u64::from(activation.cached_init_cost), cached);
    assert_eq!(u64::from(activation.init_cost), init);
    assert_eq!(u64::from(activation.asm_estimate), asm);

    let first = try_activate_at(&binary, 30).expect("it was right then");
    assert_eq!(u64::from(first.init_cost), cached + init);
}

#[test]
fn activation_burns_for_bytes_functions_data_pages_and_operators() {
    let binary = wasm(&with(r#"(data (i32.const 0) "abcdefghijklmnopqrst")"#));
    // One function of two operators: 12 at the block's head, 12 on entry, 4 and a return on leaving.
    let operators = 2 + 12 + 12 + 5;
    let microseconds = [
        binary.len() as u64 * 31_733 / 100_000,
        0,
        20 * 17_376 / 100_000,
        2_217,
        operators * 535 / 1_000,
    ];
    let gas: u64 = microseconds.iter().map(|us| us * 28).sum();

    let mut left = gas;
    let activation = activate(&binary, CODE_HASH, &Rules::at(60), &mut left).expect("the gas suffices");
    assert_eq!((activation.gas, left), (gas, 0));

    let mut left = gas - 1;
    assert_eq!(
        activate(&binary, CODE_HASH, &Rules::at(60), &mut left),
        Err(E::OutOfGas)
    );
    assert_eq!(left, 0);

    // The bytes are free before ArbOS 32.
    let before = try_activate_at(&binary, 31).expect("it was right then");
    assert_eq!(before.gas, gas - microseconds[0] * 28);
}

#[test]
fn a_parse_error_costs_nothing_and_an_unknown_import_costs_the_work() {
    let mut left = 1_000_000;
    assert!(activate(b"nonsense", CODE_HASH, &Rules::at(60), &mut left).is_err());
    assert_eq!(left, 1_000_000);
    let unknown = wasm(&with(&hook("teleport", "")));
    assert!(activate(&unknown, CODE_HASH, &Rules::at(60), &mut left).is_err());
    assert!(left < 1_000_000 - 2_217 * 28);
}

#[test]
fn the_module_hash_binds_the_code_hash_and_the_version() {
    let binary = wasm(&with(""));
    let hash = |code_hash, arbos| {
        let activation = activate(&binary, code_hash, &Rules::at(arbos), &mut u64::MAX.clone());
        activation.expect("it is right").module_hash
    };
    let one = hash(CODE_HASH, 60);
    assert_eq!(one, hash(CODE_HASH, 59));
    assert_ne!(one, hash(CODE_HASH, 30));
    assert_ne!(one, hash(alloy_primitives::B256::ZERO, 60));
}

fn a_program() -> Vec<u8> {
    let imports = [
        hook("read_args", "(param i32)"),
        hook("storage_flush_cache", "(param i32)"),
    ]
    .concat();
    wasm(&module(
        &imports,
        "(local i64) (call $read_args (i32.const 8))
        (loop $l (br_if $l (i32.eqz (i32.load (i32.const 8)))))
        (memory.fill (i32.const 0) (i32.const 0) (i32.const 8))
        (call $storage_flush_cache (i32.const 0)) (local.get 0)",
    ))
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = try_activate(&bytes);
        let _ = try_activate(&[b"\0asm\x01\0\0\0".as_slice(), &bytes].concat());
    }

    #[test]
    fn a_program_with_broken_bytes_is_refused_or_compiles(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut binary = a_program();
        for (index, byte) in changes {
            let index = index.index(binary.len());
            binary[index] = byte;
        }
        if let Ok(activation) = try_activate(&binary) {
            prop_assert!(machine().compile(&activation.instrumented).is_ok());
        }
    }
}
