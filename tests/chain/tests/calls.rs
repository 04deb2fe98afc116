//! Calls between programs and EVM contracts, in both directions and all three kinds.

mod common;

use alloy_primitives::{Address, U256};
use common::*;
use embedded_chain::{CallRequest, Status, Transaction};

fn view(
    chain: &embedded_chain::Chain,
    to: Address,
    input: impl Into<alloy_primitives::Bytes>,
) -> alloy_primitives::Bytes {
    let outcome = chain.call(&CallRequest::new(BOB, to, input)).unwrap();
    assert_eq!(outcome.status, Status::Success, "{outcome:?}");
    outcome.output
}

#[test]
fn a_program_keeps_what_it_stores() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let receipt = send(&mut chain, program, store(7, 42));
    assert!(receipt.is_success(), "{receipt:?}");
    assert_eq!(chain.storage(program, U256::from(7)), U256::from(42));
    assert_eq!(view(&chain, program, load(7)), word(42).to_vec());
}

#[test]
fn a_program_that_reverts_returns_its_data_and_keeps_nothing() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let input = op(2, &[word(7).as_slice(), word(42).as_slice()]);
    let receipt = send(&mut chain, program, input.clone());
    assert_eq!(receipt.outcome.status, Status::Revert);
    assert_eq!(receipt.outcome.output, input.slice(1..));
    assert_eq!(chain.storage(program, U256::from(7)), U256::ZERO);
}

#[test]
fn an_evm_contract_calls_a_program_in_all_three_ways() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    for (opcode, caller_is_alice, acting_is_forwarder) in
        [(0xf1, false, false), (0xf4, true, true), (0xfa, false, false)]
    {
        let code = forwarder(opcode, program);
        let forwarder = deploy_code(&mut chain, &code);
        let receipt = send(&mut chain, forwarder, op(4, &[]));
        assert!(receipt.is_success(), "{receipt:?}");
        let output = &receipt.outcome.output;
        let caller = if caller_is_alice { ALICE } else { forwarder };
        let acting = if acting_is_forwarder { forwarder } else { program };
        assert_eq!(output[0..32], *caller.into_word());
        assert_eq!(output[32..64], *acting.into_word());
    }
}

#[test]
fn a_delegate_call_to_a_program_writes_the_callers_storage() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let proxy = deploy_code(&mut chain, &forwarder(0xf4, program));
    assert!(send(&mut chain, proxy, store(7, 42)).is_success());
    assert_eq!(chain.storage(proxy, U256::from(7)), U256::from(42));
    assert_eq!(chain.storage(program, U256::from(7)), U256::ZERO);
}

#[test]
fn a_static_call_protects_a_program_and_all_below_it() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let other = deploy_variant(&mut chain, 1);
    let guarded = deploy_code(&mut chain, &forwarder(0xfa, program));
    let transient = op(5, &[word(1).as_slice(), word(1).as_slice()]);
    let log = op(7, &[word(1).as_slice()]);
    let nested = call_to(3, CALL, other, 0, &store(7, 42));
    for input in [store(7, 42), transient, log, nested] {
        assert!(!send(&mut chain, guarded, input).is_success());
    }
    assert!(send(&mut chain, guarded, load(7)).is_success());
    assert_eq!(chain.storage(program, U256::from(7)), U256::ZERO);
    assert_eq!(chain.storage(other, U256::from(7)), U256::ZERO);
}

#[test]
fn a_program_calls_an_evm_contract_and_gets_its_data() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    // returns CALLER and CALLVALUE
    let echo = deploy_code(
        &mut chain,
        &[
            0x33, 0x60, 0, 0x52, 0x34, 0x60, 0x20, 0x52, 0x60, 0x40, 0x60, 0, 0xf3,
        ],
    );
    for (kind, value, caller, seen) in [
        (CALL, 5, program, 5),
        (DELEGATE, 0, ALICE, 9),
        (STATIC, 0, program, 0),
    ] {
        let input = call_to(3, kind, echo, value, &[]);
        let transaction = Transaction::call(ALICE, program, input).with_value(U256::from(9));
        let receipt = chain.transact(transaction).unwrap();
        assert!(receipt.is_success(), "{receipt:?}");
        assert_eq!(receipt.outcome.output[0..32], *caller.into_word());
        assert_eq!(receipt.outcome.output[32..64], *word(seen));
    }
    assert_eq!(chain.balance(echo), U256::from(5));
    assert_eq!(chain.balance(program), U256::from(9 * 3 - 5));
}

#[test]
fn an_inner_revert_takes_back_storage_transient_storage_logs_and_value() {
    let mut chain = chain();
    let outer = deploy_switch(&mut chain);
    let inner = deploy_variant(&mut chain, 1);
    // inner calls back to itself: stores, then fails; outer goes on
    let write_and_fail = op(2, &[word(7).as_slice(), word(42).as_slice()]);
    let input = call_to(9, CALL, inner, 3, &write_and_fail);
    let transaction = Transaction::call(ALICE, outer, input).with_value(U256::from(3));
    let receipt = chain.transact(transaction).unwrap();
    assert!(receipt.is_success());
    assert_eq!(receipt.outcome.output.as_ref(), [0]);
    assert_eq!(chain.storage(inner, U256::from(7)), U256::ZERO);
    assert_eq!(chain.balance(outer), U256::from(3));
    assert_eq!(chain.balance(inner), U256::ZERO);
}

#[test]
fn transient_storage_is_the_acting_contracts_and_ends_with_the_transaction() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let put = op(5, &[word(1).as_slice(), word(8).as_slice()]);
    assert!(send(&mut chain, program, put).is_success());
    let get = op(6, &[word(1).as_slice()]);
    assert_eq!(view(&chain, program, get), word(0).to_vec());
}

#[test]
fn a_log_of_a_program_stands_in_the_receipt() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let receipt = send(&mut chain, program, op(7, &[word(5).as_slice(), b"data"]));
    let [log] = receipt.outcome.logs.as_slice() else {
        panic!("{receipt:?}")
    };
    assert_eq!(log.address, program);
    assert_eq!(log.topics(), [word(5)]);
    assert_eq!(log.data.data.as_ref(), b"data");
}

#[test]
fn reentrancy_is_seen_across_calls_but_not_across_delegate_calls() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let ask = op(8, &[]);
    let direct = send(&mut chain, program, ask.clone());
    assert_eq!(direct.outcome.output[0], 0);
    let again = send(&mut chain, program, call_to(3, CALL, program, 0, &ask));
    assert_eq!(again.outcome.output[0], 1);
    let delegated = send(&mut chain, program, call_to(3, DELEGATE, program, 0, &ask));
    assert_eq!(delegated.outcome.output[0], 0);
}

#[test]
fn a_program_sees_l1s_block_number_and_the_time() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    chain.advance_time(25);
    let output = send(&mut chain, program, op(8, &[])).outcome.output;
    assert_eq!(u64::from_le_bytes(output[4..12].try_into().unwrap()), 20_000_002);
    assert_eq!(
        u64::from_le_bytes(output[12..20].try_into().unwrap()),
        1_767_225_625
    );
}

#[test]
fn a_program_creates_a_contract() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let init = embedded_chain::init_code_for(&[0x60, 1]);
    let receipt = send(&mut chain, program, op(12, &[word(0).as_slice(), &init]));
    assert!(receipt.is_success(), "{receipt:?}");
    let created = Address::from_slice(&receipt.outcome.output[12..32]);
    assert_eq!(created, program.create(1));
    assert_eq!(chain.code(created).as_ref(), [0x60, 1]);
}

#[test]
fn a_program_looks_accounts_up() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let code = [0x60, 1, 0x60, 2];
    let other = deploy_code(&mut chain, &code);
    chain.set_balance(other, U256::from(77));
    let output = view(&chain, program, op(13, &[other.as_slice()]));
    assert_eq!(output[0..32], *word(77));
    assert_eq!(output[32..36], 4u32.to_le_bytes());
    assert_eq!(output[36..68], *alloy_primitives::keccak256(code));
}

#[test]
fn a_program_without_end_runs_out_of_gas() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let transaction = Transaction::call(ALICE, program, op(11, &[])).with_gas_limit(500_000);
    let receipt = chain.transact(transaction).unwrap();
    assert_eq!(
        receipt.outcome.status,
        Status::Halt(embedded_chain::HaltReason::OutOfGas)
    );
    assert_eq!(receipt.outcome.gas_used, 500_000);
}

#[test]
fn a_trap_is_a_revert_without_data() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let receipt = send(&mut chain, program, op(14, &[]));
    assert_eq!(receipt.outcome.status, Status::Revert);
    assert!(receipt.outcome.output.is_empty());
    assert!(receipt.outcome.reason.is_some());
}

#[test]
fn endless_recursion_of_programs_ends_without_harm() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    // Calls itself with an input that calls itself...; the innermost level answers.
    let mut input = op(8, &[]);
    for _ in 0..60 {
        input = call_to(3, CALL, program, 0, &input);
    }
    assert!(send(&mut chain, program, input).is_success());
}

#[test]
fn transient_storage_lives_through_a_transaction_and_dies_with_a_revert() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let outer = deploy_variant(&mut chain, 1);
    let put = |value| op(5, &[word(1).as_slice(), word(value).as_slice()]);
    let get = op(6, &[word(1).as_slice()]);
    // Makes its call, then reverts instead of returning.
    let failing = deploy_code(&mut chain, &{
        let mut code = script(&[(program, 0, put(9))]);
        let end = 51 + 9;
        code[end] = 0xfd;
        code
    });
    let code = script(&[
        (program, 0, put(8)),
        (failing, 0, vec![].into()),
        (outer, 0, put(7)),
        (program, 0, get),
    ]);
    let contract = deploy_code(&mut chain, &code);
    let receipt = send(&mut chain, contract, vec![]);
    assert!(receipt.is_success());
    let trace = receipt.outcome.trace.unwrap();
    assert_eq!(trace.calls[1].calls[0].error, None, "the write itself succeeds");
    assert_eq!(trace.calls[1].error.as_deref(), Some("execution reverted"));
    assert_eq!(receipt.outcome.output, word(8).to_vec());
}

#[test]
fn logs_of_a_frame_that_reverts_are_gone() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let log = |topic: u64| op(7, &[word(topic).as_slice()]);
    let mut failing = script(&[(program, 0, log(2))]);
    failing[51 + 9] = 0xfd;
    let failing = deploy_code(&mut chain, &failing);
    let code = script(&[
        (program, 0, log(1)),
        (failing, 0, vec![].into()),
        (program, 0, log(3)),
    ]);
    let contract = deploy_code(&mut chain, &code);
    let logs = send(&mut chain, contract, vec![]).outcome.logs;
    let topics: Vec<_> = logs.iter().map(|log| log.topics()[0]).collect();
    assert_eq!(topics, [word(1), word(3)]);
}

#[test]
fn value_from_a_program_costs_what_nitro_charges() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    chain.set_balance(program, U256::from(100));
    let mut gas = |to: Address, value| {
        let input = call_to(3, CALL, to, value, &[]);
        let receipt = send(&mut chain, program, input);
        assert!(receipt.is_success(), "{receipt:?}");
        receipt.outcome.gas_used
    };
    let nobody = Address::repeat_byte(0x11);
    let plain = gas(nobody, 0);
    // One byte of calldata is no longer zero. The stipend is a gift and does not come back.
    assert_eq!(gas(nobody, 1) - plain, 9000 + 25_000 + 12);
    assert_eq!(gas(nobody, 1) - plain, 9000 + 12);
}

#[test]
fn a_program_without_the_value_it_sends_gets_a_failure() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let receipt = send(&mut chain, program, call_to(9, CALL, BOB, 1, &[]));
    assert!(receipt.is_success());
    assert_eq!(receipt.outcome.output.as_ref(), [0]);
}

#[test]
fn a_callee_gets_all_but_a_64th() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    // GAS, stored and returned
    let callee = deploy_code(&mut chain, &[0x5a, 0x60, 0, 0x52, 0x60, 0x20, 0x60, 0, 0xf3]);
    let receipt = send(&mut chain, program, call_to(3, CALL, callee, 0, &[]));
    let trace = receipt.outcome.trace.unwrap();
    let inner = &trace.calls[0];
    let seen = U256::from_be_slice(&inner.output);
    assert_eq!(seen, U256::from(inner.gas - 2));
    let share = inner.gas as f64 / trace.gas as f64;
    assert!(share > 0.983 && share < 63.0 / 64.0, "{share}");
}
