//! Whatever is thrown at the chain, it answers; and no wei is made.

mod common;

use alloy_primitives::{Address, Bytes, TxKind, U256};
use common::*;
use embedded_chain::{precompiles, AccountDump, Chain, Transaction};
use proptest::prelude::*;

fn supply(dump: &[AccountDump]) -> U256 {
    dump.iter().map(|account| account.balance).sum()
}

/// A chain with the program and a forwarder to it, made once: compiling takes longer than running.
fn start() -> (Chain, Vec<Address>) {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let proxy = deploy_code(&mut chain, &forwarder(0xf4, program));
    let mut targets = vec![program, proxy, ALICE, Address::with_last_byte(5)];
    targets.extend(precompiles::ADDRESSES);
    (chain, targets)
}

/// Bytes that are more often instructions that do something than not.
fn bytecode() -> impl Strategy<Value = Vec<u8>> {
    let instruction = prop_oneof![
        any::<u8>(),
        Just(0x60),
        Just(0x5f),
        Just(0x52),
        Just(0x55),
        Just(0xf0),
        Just(0xf1),
        Just(0xf4),
        Just(0xfa),
        Just(0x5a),
        Just(0x30),
    ];
    // Self-destruction in the creating transaction may burn what it holds.
    prop::collection::vec(instruction.prop_filter("selfdestruct", |op| *op != 0xff), 0..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytecode_is_answered(code in bytecode(), value in 0u64..5, gas in 21_000u64..600_000) {
        let mut chain = chain();
        let before = supply(&chain.dump());
        let contract = Address::repeat_byte(0x42);
        chain.set_code(contract, code.clone());
        for to in [TxKind::Call(contract), TxKind::Create] {
            let transaction = Transaction {
                from: ALICE,
                to,
                value: U256::from(value),
                data: code.clone().into(),
                gas_limit: Some(gas),
                ..Transaction::default()
            };
            if let Ok(receipt) = chain.transact(transaction) {
                prop_assert!(receipt.outcome.gas_used <= gas);
            }
        }
        prop_assert_eq!(supply(&chain.dump()), before);
    }
}

#[test]
fn any_input_to_programs_and_precompiles_is_answered() {
    let (mut chain, targets) = start();
    let before = supply(&chain.dump());
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let input = (
        0..targets.len(),
        prop::collection::vec(any::<u8>(), 0..200),
        0u8..16,
        0u64..5,
        21_000u64..3_000_000,
    );
    let chain = std::cell::RefCell::new(&mut chain);
    runner
        .run(&input, |(target, mut data, first, value, gas)| {
            // A selector that exists is more interesting than one that does not.
            if let Some(byte) = data.first_mut() {
                *byte = first;
            }
            let transaction = Transaction::call(ALICE, targets[target], Bytes::from(data))
                .with_value(U256::from(value))
                .with_gas_limit(gas);
            let mut chain = chain.borrow_mut();
            if let Ok(receipt) = chain.transact(transaction) {
                prop_assert!(receipt.outcome.gas_used <= gas);
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(supply(&chain.borrow().dump()), before);
}
