//! Arbitrum's precompiles other than those for programs.

mod common;

use alloy_primitives::{address, Address, U256};
use alloy_sol_types::{SolCall, SolError};
use common::*;
use embedded_chain::precompiles::*;
use embedded_chain::{CallRequest, Chain, Config, Outcome, Status, Transaction};

fn ask<C: SolCall>(chain: &Chain, to: Address, call: C) -> Outcome {
    let request = CallRequest::new(ALICE, to, call.abi_encode());
    chain.call(&request).unwrap()
}

fn answer<C: SolCall>(chain: &Chain, to: Address, call: C) -> C::Return {
    let outcome = ask(chain, to, call);
    assert_eq!(outcome.status, Status::Success, "{outcome:?}");
    C::abi_decode_returns(&outcome.output).unwrap()
}

#[test]
fn arb_sys_tells_the_chain() {
    let mut chain = chain();
    chain.mine();
    chain.mine();
    assert_eq!(
        answer(&chain, ARB_SYS, IArbSys::arbBlockNumberCall {}),
        U256::from(2)
    );
    assert_eq!(
        answer(&chain, ARB_SYS, IArbSys::arbChainIDCall {}),
        U256::from(412_346)
    );
    assert_eq!(
        answer(&chain, ARB_SYS, IArbSys::arbOSVersionCall {}),
        U256::from(115)
    );
    assert!(answer(&chain, ARB_SYS, IArbSys::isTopLevelCallCall {}));
    assert!(!answer(
        &chain,
        ARB_SYS,
        IArbSys::wasMyCallersAddressAliasedCall {}
    ));
    let hash = answer(
        &chain,
        ARB_SYS,
        IArbSys::arbBlockHashCall {
            arbBlockNum: U256::from(1),
        },
    );
    assert_eq!(hash, chain.block(1).unwrap().hash);
}

#[test]
fn a_block_hash_is_known_for_256_blocks_and_never_for_the_present_one() {
    let mut chain = chain();
    for _ in 0..300 {
        chain.mine();
    }
    let ask_for = |number: U256| ask(&chain, ARB_SYS, IArbSys::arbBlockHashCall { arbBlockNum: number });
    assert_eq!(ask_for(U256::from(44)).status, Status::Success);
    for number in [U256::from(43), U256::from(300), U256::MAX] {
        let outcome = ask_for(number);
        let error = StylusErrors::InvalidBlockNumber::abi_decode(&outcome.output).unwrap();
        assert_eq!((error.requested, error.current), (number, U256::from(300)));
    }
}

#[test]
fn who_called_my_caller_is_known_below_the_second_frame() {
    let mut chain = chain();
    let inner = deploy_code(&mut chain, &forwarder(0xf1, ARB_SYS));
    let outer = deploy_code(&mut chain, &forwarder(0xf1, inner));
    let input = IArbSys::myCallersAddressWithoutAliasingCall {}.abi_encode();
    for (to, expected) in [(inner, Address::ZERO), (outer, ALICE)] {
        let output = send(&mut chain, to, input.clone()).outcome.output;
        assert_eq!(Address::from_slice(&output[12..]), expected);
    }
}

#[test]
fn arb_info_looks_accounts_up() {
    let mut chain = chain();
    let contract = deploy_code(&mut chain, &[1, 2, 3]);
    let account = contract;
    chain.set_balance(contract, U256::from(9));
    assert_eq!(
        answer(&chain, ARB_INFO, IArbInfo::getBalanceCall { account }),
        U256::from(9)
    );
    assert_eq!(
        answer(&chain, ARB_INFO, IArbInfo::getCodeCall { account }).as_ref(),
        [1, 2, 3]
    );
}

#[test]
fn arb_owner_public_tells_who_owns_the_chain_and_in_how_many_fragments_a_program_may_lie() {
    let chain = chain();
    assert_eq!(
        answer(
            &chain,
            ARB_OWNER_PUBLIC,
            IArbOwnerPublic::getAllChainOwnersCall {}
        ),
        [ALICE]
    );
    assert!(answer(
        &chain,
        ARB_OWNER_PUBLIC,
        IArbOwnerPublic::isChainOwnerCall { addr: ALICE }
    ));
    assert!(!answer(
        &chain,
        ARB_OWNER_PUBLIC,
        IArbOwnerPublic::isChainOwnerCall { addr: BOB }
    ));
    assert_eq!(
        answer(
            &chain,
            ARB_OWNER_PUBLIC,
            IArbOwnerPublic::getMaxStylusContractFragmentsCall {}
        ),
        2
    );
    let input = IArbOwnerPublic::getMaxStylusContractFragmentsCall {}.abi_encode();
    assert_eq!(hex(&input), "e5a7f893");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn arb_gas_info_tells_prices_and_what_calldata_costs() {
    let chain = Chain::new(Config {
        poster_gas_per_byte: 10,
        ..Config::default()
    })
    .unwrap();
    let limit = answer(&chain, ARB_GAS_INFO, IArbGasInfo::getMaxTxGasLimitCall {});
    assert_eq!(limit, U256::from(32_000_000));
    let price = answer(&chain, ARB_GAS_INFO, IArbGasInfo::getMinimumGasPriceCall {});
    assert_eq!(price, U256::from(100_000_000));
    let mut chain = chain;
    let input = IArbGasInfo::getCurrentTxL1GasFeesCall {}.abi_encode();
    let receipt = send(&mut chain, ARB_GAS_INFO, input);
    assert_eq!(receipt.outcome.output, word(4 * 10 * 100_000_000).to_vec());
    let plain = chain.transact(Transaction::call(ALICE, BOB, vec![0; 3])).unwrap();
    assert_eq!(plain.outcome.gas_used, 21_000 + 3 * 4 + 3 * 10);
}

#[test]
fn a_view_pays_for_opening_the_state_and_for_its_result() {
    let mut chain = chain();
    let input = IArbSys::arbBlockNumberCall {}.abi_encode();
    let receipt = send(&mut chain, ARB_SYS, input);
    assert_eq!(receipt.outcome.gas_used, 21_000 + 4 * 16 + 800 + 3);
}

#[test]
fn a_call_that_should_not_be_made_loses_its_gas() {
    let mut chain = chain();
    let unknown = vec![1, 2, 3, 4];
    let short = vec![1, 2];
    let number = IArbSys::arbBlockNumberCall {}.abi_encode();
    let truncated = IArbSys::arbBlockHashCall {
        arbBlockNum: U256::from(1),
    }
    .abi_encode()[..20]
        .to_vec();
    for (input, value) in [(unknown, 0), (short, 0), (number, 1), (truncated, 0)] {
        let transaction = Transaction::call(ALICE, ARB_SYS, input)
            .with_value(U256::from(value))
            .with_gas_limit(100_000);
        let outcome = chain.transact(transaction).unwrap().outcome;
        assert_eq!(outcome.status, Status::Revert);
        assert_eq!(outcome.gas_used, 100_000);
        assert!(outcome.output.is_empty());
    }
}

#[test]
fn a_precompile_answers_only_as_itself() {
    let mut chain = chain();
    let delegate = deploy_code(&mut chain, &forwarder(0xf4, ARB_SYS));
    let number = IArbSys::arbBlockNumberCall {}.abi_encode();
    assert!(!send(&mut chain, delegate, number).is_success());
    let sender = address!("0x0000000000000000000000000000000000000001");
    let pure = IArbSys::mapL1SenderContractAddressToL2AliasCall {
        sender,
        unused: sender,
    };
    assert!(send(&mut chain, delegate, pure.abi_encode()).is_success());
}

#[test]
fn precompiles_have_code() {
    let chain = chain();
    for address in ADDRESSES {
        assert_eq!(chain.code(address).as_ref(), [0xfe]);
    }
}

/// P-256 of ArbOS 30 costs 3,450 gas and that of ArbOS 50 twice as much; BLS12-381 came with ArbOS 50.
#[test]
fn ethereums_precompiles_come_with_stylus_and_with_arbos_50() {
    let p256 = address!("0x0000000000000000000000000000000000000100");
    let bls = address!("0x000000000000000000000000000000000000000b");
    // An account without code takes no gas, and a signature that is none costs what a good one does.
    for (arbos_version, p256_gas, has_bls) in [
        (29, 0, false),
        (30, 3450, false),
        (49, 3450, false),
        (50, 6900, true),
    ] {
        let chain = Chain::new(Config {
            arbos_version,
            ..Config::default()
        })
        .unwrap();
        let outcome = chain.call(&CallRequest::new(ALICE, p256, vec![1; 160])).unwrap();
        assert_eq!(outcome.gas_used, 21_000 + 160 * 16 + p256_gas);
        let outcome = chain.call(&CallRequest::new(ALICE, bls, vec![1; 3])).unwrap();
        assert_eq!(outcome.is_success(), !has_bls);
    }
}
