//! A program from activation to expiry, and what a call of it pays before its first instruction.

mod common;

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent};
use common::*;
use embedded_chain::precompiles::{IArbWasm, IArbWasmCache, StylusErrors, ARB_WASM, ARB_WASM_CACHE};
use embedded_chain::{
    init_code_for, CallRequest, Chain, Config, HaltReason, Outcome, Program, ProgramError, Status,
    Transaction,
};

const DAY: u64 = 86_400;

fn ask<C: SolCall>(chain: &Chain, to: Address, call: C) -> Outcome {
    let mut request = CallRequest::new(ALICE, to, call.abi_encode());
    request.gas_limit = Some(10_000_000);
    chain.call(&request).unwrap()
}

fn answer<C: SolCall>(chain: &Chain, to: Address, call: C) -> C::Return {
    let outcome = ask(chain, to, call);
    assert_eq!(outcome.status, Status::Success, "{outcome:?}");
    C::abi_decode_returns(&outcome.output).unwrap()
}

fn code_hash(chain: &Chain, program: Address) -> B256 {
    chain.state().account(program).unwrap().code_hash
}

fn deploy_inactive(chain: &mut Chain) -> Address {
    let code = stylus_vm::code::compress(&wasm());
    chain.deploy(ALICE, init_code_for(&code)).unwrap()
}

fn keep_alive(chain: &mut Chain, codehash: B256) -> embedded_chain::Receipt {
    let input = IArbWasm::codehashKeepaliveCall { codehash }.abi_encode();
    let transaction = Transaction::call(BOB, ARB_WASM, input).with_value(U256::from(10u64.pow(18)));
    chain.transact(transaction).unwrap()
}

#[test]
fn a_program_that_is_not_activated_takes_all_the_gas_of_its_call() {
    let mut chain = chain();
    let program = deploy_inactive(&mut chain);
    let receipt = chain
        .transact(Transaction::call(ALICE, program, load(1)).with_gas_limit(100_000))
        .unwrap();
    let outcome = receipt.outcome;
    assert_eq!(
        outcome.status,
        Status::Halt(HaltReason::Program(ProgramError::NotActivated))
    );
    assert_eq!(outcome.gas_used, 100_000);
    assert!(outcome.output.is_empty());
    assert!(outcome.reason.unwrap().starts_with("ProgramNotActivated"));
    let codehash = code_hash(&chain, program);
    let outcome = ask(&chain, ARB_WASM, IArbWasm::codehashVersionCall { codehash });
    assert_eq!(outcome.status, Status::Revert);
    assert_eq!(outcome.output, StylusErrors::ProgramNotActivated {}.abi_encode());
}

#[test]
fn activation_takes_the_data_fee_and_gives_the_rest_back() {
    let mut chain = chain();
    let program = deploy_inactive(&mut chain);
    let before = chain.balance(BOB);
    let receipt = chain.activate_program(BOB, program).unwrap();
    let returned = IArbWasm::activateProgramCall::abi_decode_returns(&receipt.outcome.output).unwrap();
    assert_eq!(returned.version, 2);
    let entry = chain.program(code_hash(&chain, program));
    // Demand was zero: the least price for each byte, times how little this program adds to it.
    assert!(returned.dataFee >= U256::from(82_928_201u64 * 1024));
    let gas = U256::from(receipt.outcome.gas_used) * U256::from(100_000_000u64);
    assert_eq!(before - chain.balance(BOB), returned.dataFee + gas);
    assert_eq!(chain.balance(ARB_WASM), U256::ZERO);

    let [log] = receipt.outcome.logs.as_slice() else {
        panic!("{receipt:?}")
    };
    let event = IArbWasm::ProgramActivated::decode_log(log).unwrap();
    assert_eq!(log.address, ARB_WASM);
    assert_eq!(event.codehash, code_hash(&chain, program));
    assert_eq!(event.program, program);
    assert_eq!(event.dataFee, returned.dataFee);
    assert_eq!(event.version, 2);
    assert_eq!(entry.version, 2);
    assert_eq!(entry.footprint, 1);
}

#[test]
fn activation_without_the_fee_says_what_it_wants_and_changes_nothing() {
    let mut chain = chain();
    let program = deploy_inactive(&mut chain);
    let input = IArbWasm::activateProgramCall { program }.abi_encode();
    let receipt = chain
        .transact(Transaction::call(BOB, ARB_WASM, input).with_value(U256::from(5)))
        .unwrap();
    assert_eq!(receipt.outcome.status, Status::Revert);
    let error = StylusErrors::ProgramInsufficientValue::abi_decode(&receipt.outcome.output).unwrap();
    assert_eq!(error.have, U256::from(5));
    assert!(error.want > error.have);
    assert_eq!(chain.program(code_hash(&chain, program)), Program::default());
    assert_eq!(chain.balance(ARB_WASM), U256::ZERO);
}

#[test]
fn what_is_active_or_no_program_is_not_activated() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let evm = deploy_code(&mut chain, &[0x00]);
    for (target, error) in [
        (program, StylusErrors::ProgramUpToDate {}.abi_encode()),
        (evm, StylusErrors::ProgramNotWasm {}.abi_encode()),
        (BOB, StylusErrors::ProgramNotWasm {}.abi_encode()),
    ] {
        let outcome = ask(
            &chain,
            ARB_WASM,
            IArbWasm::activateProgramCall { program: target },
        );
        assert_eq!(outcome.status, Status::Revert);
        assert_eq!(outcome.output, error);
    }
}

#[test]
fn a_wasm_that_is_refused_takes_all_the_gas_and_says_why() {
    let mut chain = chain();
    let wasm = wat::parse_str(r#"(module (memory (export "memory") 1))"#).unwrap();
    let failure = chain.deploy_program(ALICE, &wasm).unwrap_err();
    let embedded_chain::DeployError::Activation(outcome) = failure else {
        panic!("{failure}")
    };
    assert!(matches!(outcome.status, Status::Halt(_)), "{outcome:?}");
    assert_eq!(outcome.gas_used, 32_000_000);
    assert!(outcome.reason.unwrap().starts_with("program activation failed: "));
}

#[test]
fn a_program_expires_after_its_year_and_lives_again_once_activated() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    chain.advance_time(365 * DAY - 3600);
    assert!(send(&mut chain, program, store(1, 1)).is_success());
    chain.advance_time(2 * 3600);
    let receipt = send(&mut chain, program, store(1, 2));
    assert!(matches!(
        receipt.outcome.status,
        Status::Halt(HaltReason::Program(ProgramError::Expired { .. }))
    ));
    let outcome = ask(&chain, ARB_WASM, IArbWasm::programVersionCall { program });
    assert!(StylusErrors::ProgramExpired::abi_decode(&outcome.output).is_ok());
    assert_eq!(chain.storage(program, U256::from(1)), U256::from(1));
    chain.activate_program(BOB, program).unwrap();
    assert!(send(&mut chain, program, store(1, 3)).is_success());
}

#[test]
fn a_program_is_kept_alive_from_its_31st_day() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let codehash = code_hash(&chain, program);
    chain.advance_time(30 * DAY);
    let early = keep_alive(&mut chain, codehash);
    let error = StylusErrors::ProgramKeepaliveTooSoon::abi_decode(&early.outcome.output).unwrap();
    assert_eq!(error.ageInSeconds / DAY, 30);
    chain.advance_time(DAY);
    let kept = keep_alive(&mut chain, codehash);
    assert!(kept.is_success(), "{kept:?}");
    let event = IArbWasm::ProgramLifetimeExtended::decode_log(&kept.outcome.logs[0]).unwrap();
    assert_eq!(event.codehash, codehash);
    assert!(event.dataFee > U256::ZERO);
    let left = answer(&chain, ARB_WASM, IArbWasm::programTimeLeftCall { program });
    assert!(left > 364 * DAY && left <= 365 * DAY, "{left}");
    chain.advance_time(364 * DAY);
    assert!(send(&mut chain, program, load(1)).is_success());
}

#[test]
fn an_expired_program_cannot_be_kept_alive() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let codehash = code_hash(&chain, program);
    chain.advance_time(366 * DAY);
    let receipt = keep_alive(&mut chain, codehash);
    assert_eq!(receipt.outcome.status, Status::Revert);
    assert!(StylusErrors::ProgramExpired::abi_decode(&receipt.outcome.output).is_ok());
}

#[test]
fn a_call_has_the_stack_that_the_parameters_grant() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    assert!(send(&mut chain, program, load(1)).is_success());
    // Every frame takes four words and more.
    chain.set_params(|params| params.max_stack_depth = 4);
    let receipt = send(&mut chain, program, load(1));
    assert_eq!(receipt.outcome.status, Status::Halt(HaltReason::OutOfStack));
}

#[test]
fn an_upgrade_of_stylus_disables_programs_until_they_are_activated_again() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    chain.set_stylus_version(3);
    let receipt = send(&mut chain, program, load(1));
    assert_eq!(
        receipt.outcome.status,
        Status::Halt(HaltReason::Program(ProgramError::NeedsUpgrade {
            version: 2,
            stylus_version: 3
        }))
    );
    let outcome = ask(&chain, ARB_WASM, IArbWasm::programVersionCall { program });
    let error = StylusErrors::ProgramNeedsUpgrade::abi_decode(&outcome.output).unwrap();
    assert_eq!((error.version, error.stylusVersion), (2, 3));
    chain.activate_program(BOB, program).unwrap();
    assert!(send(&mut chain, program, load(1)).is_success());
}

#[test]
fn a_callers_revert_takes_an_activation_back() {
    let mut chain = chain();
    let program = deploy_inactive(&mut chain);
    let codehash = code_hash(&chain, program);
    // CALL with value, then REVERT
    let mut code = vec![
        0x36, 0x60, 0, 0x60, 0, 0x37, 0x60, 0, 0x60, 0, 0x36, 0x60, 0, 0x34, 0x60,
    ];
    code.extend_from_slice(&[0x71, 0x5a, 0xf1, 0x60, 0, 0x60, 0, 0xfd]);
    let reverter = deploy_code(&mut chain, &code);
    let input = IArbWasm::activateProgramCall { program }.abi_encode();
    let receipt = chain
        .transact(Transaction::call(ALICE, reverter, input).with_value(U256::from(10u64.pow(18))))
        .unwrap();
    assert_eq!(receipt.outcome.status, Status::Revert);
    let trace = receipt.outcome.trace.unwrap();
    assert_eq!(trace.calls[0].error, None, "the inner activation succeeded");
    assert_eq!(chain.program(codehash), Program::default());
}

/// The gas of a call less what the EVM takes: the transaction and its calldata.
fn call_gas(chain: &mut Chain, program: Address, input: Bytes) -> u64 {
    let receipt = send(chain, program, input.clone());
    assert!(receipt.is_success(), "{receipt:?}");
    let data: u64 = input.iter().map(|b| if *b == 0 { 4 } else { 16 }).sum();
    receipt.outcome.gas_used - 21_000 - data
}

#[test]
fn a_cached_program_starts_for_less_by_exactly_its_init_cost() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let gas = answer(&chain, ARB_WASM, IArbWasm::programInitGasCall { program });
    let cold = call_gas(&mut chain, program, op(8, &[]));
    let input = IArbWasmCache::cacheProgramCall { addr: program }.abi_encode();
    assert!(send(&mut chain, ARB_WASM_CACHE, input).is_success());
    let cached = call_gas(&mut chain, program, op(8, &[]));
    assert_eq!(cold - cached, gas.gas - gas.gasWhenCached);
    assert!(gas.gas - gas.gasWhenCached >= 8832);
    assert!(gas.gasWhenCached >= 352);
}

#[test]
fn a_program_called_before_in_the_block_starts_at_the_cached_price() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let gas = answer(&chain, ARB_WASM, IArbWasm::programInitGasCall { program });
    chain.set_automine(false);
    let first = call_gas(&mut chain, program, op(8, &[]));
    let second = call_gas(&mut chain, program, op(8, &[]));
    assert_eq!(first - second, gas.gas - gas.gasWhenCached);
    chain.mine();
    let next_block = call_gas(&mut chain, program, op(8, &[]));
    assert_eq!(next_block, first);
}

#[test]
fn before_arbos_60_a_block_remembers_no_programs() {
    for arbos_version in [32, 40, 50] {
        let mut chain = Chain::new(Config {
            arbos_version,
            ..Config::default()
        })
        .unwrap();
        let program = deploy_switch(&mut chain);
        chain.set_automine(false);
        let first = call_gas(&mut chain, program, op(8, &[]));
        let second = call_gas(&mut chain, program, op(8, &[]));
        assert_eq!(first, second, "ArbOS {arbos_version}");
    }
}

#[test]
fn only_managers_and_owners_touch_the_cache() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let codehash = code_hash(&chain, program);
    let cache = IArbWasmCache::cacheProgramCall { addr: program }.abi_encode();
    let refused = chain
        .transact(Transaction::call(BOB, ARB_WASM_CACHE, cache.clone()).with_gas_limit(100_000))
        .unwrap();
    assert_eq!(refused.outcome.status, Status::Revert);
    assert_eq!(refused.outcome.gas_used, 100_000);
    chain.add_cache_manager(BOB);
    let done = chain
        .transact(Transaction::call(BOB, ARB_WASM_CACHE, cache))
        .unwrap();
    let event = IArbWasmCache::UpdateProgramCache::decode_log(&done.outcome.logs[0]).unwrap();
    assert_eq!(
        (event.manager, event.codehash, event.cached),
        (BOB, codehash, true)
    );
    let is_cached = IArbWasmCache::codehashIsCachedCall { codehash };
    assert!(answer(&chain, ARB_WASM_CACHE, is_cached.clone()));
    let evict = IArbWasmCache::evictCodehashCall { codehash }.abi_encode();
    assert!(send(&mut chain, ARB_WASM_CACHE, evict).is_success());
    assert!(!answer(&chain, ARB_WASM_CACHE, is_cached));
    let managers = IArbWasmCache::allCacheManagersCall {};
    assert_eq!(answer(&chain, ARB_WASM_CACHE, managers), [BOB]);
}

#[test]
fn pages_beyond_the_free_ones_cost_the_line_and_the_ramp() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let one = call_gas(&mut chain, program, op(10, &[&[1]]));
    let two = call_gas(&mut chain, program, op(10, &[&[2]]));
    let ten = call_gas(&mut chain, program, op(10, &[&[10]]));
    // The program starts with one page and two are free; the ramp's first step comes with the sixth page.
    assert_eq!(two - one, 1000);
    assert_eq!(ten - one, 9 * 1000 + 4 - 1);
}

#[test]
fn pages_are_closed_when_a_call_returns_and_the_ramp_is_paid_once_a_transaction() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let grow = op(10, &[&[20]]);
    let twice = script(&[(program, 0, grow.clone()), (program, 0, grow)]);
    let twice = deploy_code(&mut chain, &twice);
    let gas = answer(&chain, ARB_WASM, IArbWasm::programInitGasCall { program });
    let trace = send(&mut chain, twice, vec![]).outcome.trace.unwrap();
    let [first, second] = trace.calls.as_slice() else {
        panic!("{trace:?}")
    };
    assert_eq!((&first.error, &second.error), (&None, &None));
    // Both pay the line for the pages that they open; only the first pays the ramp to 21 pages, and a full init.
    let init = gas.gas - gas.gasWhenCached;
    assert_eq!(first.gas_used - second.gas_used, init + 17 - 1);
}

#[test]
fn pages_of_a_caller_stay_open_below_it() {
    let mut chain = chain();
    let inner = deploy_switch(&mut chain);
    let outer = deploy_variant(&mut chain, 1);
    let grow = op(10, &[&[1]]);
    let alone = send(&mut chain, inner, grow.clone()).outcome.trace.unwrap();
    let nested = send(&mut chain, outer, call_to(3, CALL, inner, 0, &grow));
    let nested = nested.outcome.trace.unwrap();
    // Alone the program's two pages are the free ones; below another program both are beyond them.
    assert_eq!(nested.calls[0].gas_used - alone.gas_used, 1000);
}

#[test]
fn arb_wasm_tells_the_parameters() {
    let chain = chain();
    assert_eq!(answer(&chain, ARB_WASM, IArbWasm::stylusVersionCall {}), 2);
    assert_eq!(answer(&chain, ARB_WASM, IArbWasm::inkPriceCall {}), 10_000);
    assert_eq!(answer(&chain, ARB_WASM, IArbWasm::maxStackDepthCall {}), 22_000);
    assert_eq!(answer(&chain, ARB_WASM, IArbWasm::freePagesCall {}), 2);
    assert_eq!(answer(&chain, ARB_WASM, IArbWasm::pageGasCall {}), 1000);
    assert_eq!(answer(&chain, ARB_WASM, IArbWasm::pageRampCall {}), 620_674_314);
    assert_eq!(answer(&chain, ARB_WASM, IArbWasm::pageLimitCall {}), 128);
    let least = answer(&chain, ARB_WASM, IArbWasm::minInitGasCall {});
    assert_eq!((least.gas, least.cached), (8832, 352));
    assert_eq!(answer(&chain, ARB_WASM, IArbWasm::initCostScalarCall {}), 100);
    assert_eq!(answer(&chain, ARB_WASM, IArbWasm::expiryDaysCall {}), 365);
    assert_eq!(answer(&chain, ARB_WASM, IArbWasm::keepaliveDaysCall {}), 31);
    assert_eq!(answer(&chain, ARB_WASM, IArbWasm::blockCacheSizeCall {}), 32);
    assert_eq!(answer(&chain, ARB_WASM, IArbWasm::activationGasCall {}), 0);
}

#[test]
fn the_same_code_at_two_addresses_is_one_program() {
    let mut chain = chain();
    let first = deploy_switch(&mut chain);
    let second = deploy_switch(&mut chain);
    assert_ne!(first, second);
    assert_eq!(code_hash(&chain, first), code_hash(&chain, second));
    assert!(send(&mut chain, second, store(1, 5)).is_success());
    assert_eq!(chain.storage(first, U256::from(1)), U256::ZERO);
}
