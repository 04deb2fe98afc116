//! What ArbOS looks at or pays by itself is not warm: whoever touches it next pays for the first access.

mod common;

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use common::*;
use embedded_chain::precompiles::{
    IArbInfo, IArbWasm, IArbWasmCache, ADDRESSES, ARB_INFO, ARB_WASM, ARB_WASM_CACHE, CLOSED,
};
use embedded_chain::{CallRequest, Chain, Config, Status, Transaction};

const COLD: u64 = 2600;
const WARM: u64 = 100;

/// EVM bytecode that makes a call with all its value and returns what BALANCE of an account costs afterwards.
fn touch_after(to: Address, input: &[u8], account: Address) -> Vec<u8> {
    let size = input.len() as u8;
    // CODECOPY(0, at, size); CALL(gas, to, value, 0, size, 0, 0), whose success must be 1
    let mut code = vec![0x60, size, 0x60, 0, 0x60, 0, 0x39];
    code.extend_from_slice(&[0x60, 0, 0x60, 0, 0x60, size, 0x60, 0, 0x34, 0x73]);
    code.extend_from_slice(to.as_slice());
    code.extend_from_slice(&[0x5a, 0xf1]);
    let target = code.len() as u8 + 6;
    code.extend_from_slice(&[0x60, target, 0x57, 0x60, 0, 0xfe, 0x5b]);
    // GAS, PUSH20, BALANCE, POP, GAS: what lies between costs 7 and the BALANCE
    code.extend_from_slice(&[0x5a, 0x73]);
    code.extend_from_slice(account.as_slice());
    code.extend_from_slice(&[0x31, 0x50, 0x5a, 0x90, 0x03, 0x60, 7, 0x90, 0x03]);
    code.extend_from_slice(&[0x60, 0, 0x52, 0x60, 0x20, 0x60, 0, 0xf3]);
    code[3] = code.len() as u8;
    code.extend_from_slice(input);
    code
}

fn cost_after(chain: &mut Chain, to: Address, input: &[u8], value: u64, account: Address) -> u64 {
    let contract = deploy_code(chain, &touch_after(to, input, account));
    let transaction = Transaction::call(ALICE, contract, Bytes::new()).with_value(U256::from(value));
    let outcome = chain.transact(transaction).unwrap().outcome;
    assert_eq!(outcome.output.len(), 32, "{outcome:?}");
    U256::from_be_slice(&outcome.output).to()
}

#[test]
fn what_the_evm_has_touched_is_warm() {
    let mut chain = chain();
    assert_eq!(
        cost_after(
            &mut chain,
            Address::repeat_byte(9),
            &[],
            0,
            Address::repeat_byte(8)
        ),
        COLD
    );
    assert_eq!(
        cost_after(
            &mut chain,
            Address::repeat_byte(9),
            &[],
            0,
            Address::repeat_byte(9)
        ),
        WARM
    );
}

#[test]
fn asking_a_precompile_about_an_account_leaves_it_cold() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    for (to, input) in [
        (
            ARB_INFO,
            IArbInfo::getBalanceCall { account: program }.abi_encode(),
        ),
        (ARB_INFO, IArbInfo::getCodeCall { account: program }.abi_encode()),
        (ARB_WASM, IArbWasm::programVersionCall { program }.abi_encode()),
        (ARB_WASM, IArbWasm::programInitGasCall { program }.abi_encode()),
    ] {
        assert_eq!(cost_after(&mut chain, to, &input, 0, program), COLD);
    }
}

#[test]
fn an_activation_leaves_the_program_and_the_collector_of_fees_cold() {
    let fee = 10u64.pow(18);
    let collector = Config::default().network_fee_account;
    for seen in [None, Some(collector)] {
        let mut chain = chain();
        let program = deploy_code(&mut chain, &stylus_vm::code::compress(&wasm()));
        let input = IArbWasm::activateProgramCall { program }.abi_encode();
        let account = seen.unwrap_or(program);
        assert_eq!(cost_after(&mut chain, ARB_WASM, &input, fee, account), COLD);
    }
}

#[test]
fn every_precompile_of_arbitrum_is_warm_and_those_that_are_closed_refuse() {
    let mut chain = chain();
    for account in ADDRESSES.into_iter().chain(CLOSED) {
        assert_eq!(
            cost_after(&mut chain, Address::repeat_byte(9), &[], 0, account),
            WARM
        );
        assert_eq!(chain.code(account)[..], [0xfe]);
    }
    for closed in CLOSED {
        let mut request = CallRequest::new(ALICE, closed, [0xAA; 4]);
        request.gas_limit = Some(100_000);
        let outcome = chain.call(&request).unwrap();
        assert_eq!((outcome.status, outcome.gas_used), (Status::Revert, 100_000));
    }
}

#[test]
fn caching_a_program_leaves_it_cold() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let input = IArbWasmCache::cacheProgramCall { addr: program }.abi_encode();
    let contract = deploy_code(&mut chain, &touch_after(ARB_WASM_CACHE, &input, program));
    chain.add_cache_manager(contract);
    let outcome = send(&mut chain, contract, Bytes::new()).outcome;
    assert_eq!(outcome.output, word(COLD).to_vec());
}
