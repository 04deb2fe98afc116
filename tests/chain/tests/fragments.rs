//! Programs that lie in several contracts.

mod common;

use alloy_primitives::{Address, Bytes};
use alloy_sol_types::SolCall;
use common::*;
use embedded_chain::precompiles::{IArbOwnerPublic, IArbWasm, ARB_OWNER_PUBLIC, ARB_WASM};
use embedded_chain::{init_code_for, CallRequest, Chain, Config, DeployError, Outcome, Status, Transaction};
use stylus_vm::fragments::{root_of, split, Root};

/// The codes of a program in two fragments.
fn halves(wasm: &[u8]) -> Vec<Vec<u8>> {
    let whole = split(wasm, usize::MAX).remove(0).len();
    let codes = split(wasm, whole / 2 + 3);
    assert_eq!(codes.len(), 2);
    codes
}

fn deploy_all(chain: &mut Chain, codes: &[Vec<u8>]) -> Vec<Address> {
    codes.iter().map(|code| deploy_code(chain, code)).collect()
}

fn deploy_root(chain: &mut Chain, wasm: &[u8], codes: &[Vec<u8>]) -> Address {
    let fragments = deploy_all(chain, codes);
    deploy_code(chain, &root_of(wasm, fragments).encode())
}

fn activation(program: Address) -> Bytes {
    IArbWasm::activateProgramCall { program }.abi_encode().into()
}

/// An activation that must not succeed.
fn refusal(chain: &mut Chain, program: Address) -> Outcome {
    let failure = chain.activate_program(ALICE, program).unwrap_err();
    let DeployError::Activation(outcome) = failure else {
        panic!("{failure}")
    };
    *outcome
}

/// What a transaction's input costs, besides the 21,000 of the transaction itself.
fn input_gas(input: &[u8]) -> u64 {
    input.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum()
}

#[test]
fn a_program_in_fragments_runs_as_one_in_a_single_contract_does() {
    let mut chain = chain();
    let whole = deploy_switch(&mut chain);
    let wasm = wasm();
    let root = deploy_root(&mut chain, &wasm, &halves(&wasm));
    chain.activate_program(BOB, root).unwrap();

    let by_root = send(&mut chain, root, store(7, 42)).outcome;
    let by_whole = send(&mut chain, whole, store(7, 42)).outcome;
    assert_eq!(by_root.status, Status::Success);
    assert_eq!(by_root.gas_used, by_whole.gas_used);
    assert_eq!(send(&mut chain, root, load(7)).outcome.output, word(42).to_vec());
}

#[test]
fn an_activation_pays_for_each_fragment_as_for_the_code_of_another_account() {
    let mut chain = chain();
    let wasm = wasm();
    let codes = halves(&wasm);
    let root = deploy_root(&mut chain, &wasm, &codes);
    let whole = deploy_code(&mut chain, &stylus_vm::code::compress(&wasm));
    let spent = |chain: &mut Chain, program| {
        let receipt = chain.activate_program(ALICE, program).unwrap();
        receipt.outcome.gas_used - input_gas(&activation(program))
    };
    let by_root = spent(&mut chain, root);
    let by_whole = spent(&mut chain, whole);
    // Cold access, and three gas a word.
    let reading: u64 = codes
        .iter()
        .map(|code| 2600 + 3 * code.len().div_ceil(32) as u64)
        .sum();
    assert_eq!(by_root, by_whole + reading);
}

#[test]
fn reading_a_fragment_takes_the_gas_for_the_largest_one_to_begin_with() {
    let mut chain = chain();
    let wasm = wasm();
    let root = deploy_root(&mut chain, &wasm, &split(&wasm, 24_576));
    let input = activation(root);
    // Arguments 3, state 800, the owners' price 800, the fixed gas, parameters 100, the entry 800; then 2,600 for
    // the account and 3 for each of the 768 words of 24,576 bytes.
    let before = 21_000 + input_gas(&input) + 3 + 800 + 800 + 1_659_168 + 100 + 800;
    for (gas, is_read) in [(before + 2600 + 2303, false), (before + 2600 + 2304, true)] {
        let transaction = Transaction::call(ALICE, ARB_WASM, input.clone()).with_gas_limit(gas);
        let outcome = chain.transact(transaction).unwrap().outcome;
        // Once it is read, it is the activation itself that lacks gas, and says so.
        assert_eq!(outcome.reason.is_some(), is_read, "{outcome:?}");
        assert_eq!(outcome.gas_used, gas);
    }
}

#[test]
fn only_whole_roots_are_activated() {
    let mut chain = chain();
    let wasm = wasm();
    let codes = halves(&wasm);
    let fragments = deploy_all(&mut chain, &codes);
    let no_fragment = deploy_code(&mut chain, &[0x00]);
    let root = |fragments: Vec<Address>| root_of(&wasm, fragments).encode();
    let three = [fragments.clone(), vec![no_fragment]].concat();
    let lying = Root {
        length: wasm.len() as u32 - 1,
        ..root_of(&wasm, fragments.clone())
    };
    let long = Root {
        length: 128 * 1024 + 1,
        ..root_of(&wasm, fragments.clone())
    };
    for code in [
        root(vec![]),
        root(three),
        root(vec![no_fragment, fragments[0]]),
        root(vec![fragments[1], fragments[0]]),
        lying.encode(),
        long.encode(),
        [root(fragments.clone()), vec![0]].concat(),
    ] {
        let target = deploy_code(&mut chain, &code);
        let outcome = refusal(&mut chain, target);
        assert_eq!(outcome.status, Status::Revert);
        assert!(outcome.output.is_empty());
        assert!(outcome.gas_used < 2_000_000, "the gas that is left is kept");
    }
    let outcome = refusal(&mut chain, fragments[0]);
    assert_eq!((outcome.status, outcome.output.len()), (Status::Revert, 0));
}

#[test]
fn fragments_came_with_arbos_60() {
    let wasm = wasm();
    let codes = halves(&wasm);
    let root = root_of(&wasm, vec![ALICE, BOB]).encode();
    for (arbos_version, fragments) in [(59, 0), (60, 2)] {
        let mut chain = Chain::new(Config {
            arbos_version,
            ..Config::default()
        })
        .unwrap();
        for code in [&codes[0], &root] {
            let deployed = chain.deploy(ALICE, init_code_for(code)).is_ok();
            assert_eq!(deployed, fragments > 0);
        }
        let ask = IArbOwnerPublic::getMaxStylusContractFragmentsCall {}.abi_encode();
        let outcome = chain
            .call(&CallRequest::new(ALICE, ARB_OWNER_PUBLIC, ask))
            .unwrap();
        assert_eq!(outcome.output.last().copied().unwrap_or_default(), fragments);
    }
}
