//! The record of which words of storage an execution read and wrote.

mod common;

use alloy_primitives::{Address, Bytes, B256, U256};
use common::*;
use embedded_chain::{Chain, Config, StorageAccess, StorageKind, Transaction};
use StorageKind::{Read, Write};

/// PUSH1 7, SLOAD, POP, twice; SSTORE of 1 at 7, of 2 at 8, and SLOAD of 8.
const TWO_WORDS: [u8; 23] = [
    0x60, 7, 0x54, 0x50, 0x60, 7, 0x54, 0x50, 0x60, 1, 0x60, 7, 0x55, 0x60, 2, 0x60, 8, 0x55, 0x60, 8, 0x54,
    0x50, 0x00,
];

fn watching() -> Chain {
    Chain::new(Config {
        record_storage: true,
        ..Config::default()
    })
    .unwrap()
}

fn access(kind: StorageKind, account: Address, key: u64, is_cold: bool) -> StorageAccess {
    StorageAccess {
        kind,
        account,
        key: U256::from(key),
        is_cold,
    }
}

/// The accesses of a transaction's first frame, and the gas that it used.
fn run(chain: &mut Chain, transaction: Transaction) -> (Vec<StorageAccess>, u64) {
    let outcome = chain.transact(transaction).unwrap().outcome;
    (outcome.trace.unwrap().storage, outcome.gas_used)
}

#[test]
fn bytecode_is_seen_word_by_word_cold_and_warm_at_an_unchanged_price() {
    let mut chain = watching();
    let contract = deploy_code(&mut chain, &TWO_WORDS);
    let (seen, gas) = run(&mut chain, Transaction::call(ALICE, contract, vec![]));
    let expected = [
        access(Read, contract, 7, true),
        access(Read, contract, 7, false),
        access(Write, contract, 7, false),
        access(Write, contract, 8, true),
        access(Read, contract, 8, false),
    ];
    assert_eq!(seen, expected);
    // Eight pushes of 3 and three pops of 2; 2,100 and 100 for the first reads, 20,000 and 22,100 for two words that were
    // zero, 100 for the last read.
    assert_eq!(gas, 21_000 + 27 + 2_100 + 100 + 20_000 + 22_100 + 100);

    let mut other = common::chain();
    let contract = deploy_code(&mut other, &TWO_WORDS);
    let (seen, unwatched) = run(&mut other, Transaction::call(ALICE, contract, vec![]));
    assert_eq!(
        (seen, unwatched),
        (vec![], gas),
        "nothing is noted unless asked for"
    );
}

#[test]
fn a_word_of_an_access_list_is_warm_from_the_start() {
    let mut chain = watching();
    let contract = deploy_code(&mut chain, &TWO_WORDS);
    let mut transaction = Transaction::call(ALICE, contract, vec![]);
    transaction.access_list = vec![(contract, vec![B256::with_last_byte(7)])];
    let (seen, _) = run(&mut chain, transaction);
    let cold: Vec<bool> = seen.iter().map(|access| access.is_cold).collect();
    assert_eq!(cold, [false, false, false, true, false]);
}

#[test]
fn a_program_is_seen_when_it_reaches_the_chain() {
    let mut chain = watching();
    let program = deploy_switch(&mut chain);
    let mut send = |input: Bytes| run(&mut chain, Transaction::call(ALICE, program, input)).0;
    assert_eq!(send(store(3, 9)), [access(Write, program, 3, true)]);
    assert_eq!(send(load(3)), [access(Read, program, 3, true)]);
}

#[test]
fn a_frame_keeps_its_own_words_and_a_delegates_are_those_it_acts_for() {
    let mut chain = watching();
    let program = deploy_switch(&mut chain);
    let contract = deploy_code(&mut chain, &TWO_WORDS);
    for (kind, account) in [(CALL, contract), (DELEGATE, program)] {
        let input = call_to(3, kind, contract, 0, &[]);
        let receipt = chain.transact(Transaction::call(ALICE, program, input)).unwrap();
        let outer = receipt.outcome.trace.unwrap();
        assert_eq!(outer.storage, []);
        assert_eq!(outer.calls[0].storage.len(), 5);
        assert!(outer.calls[0]
            .storage
            .iter()
            .all(|access| access.account == account));
    }
}

#[test]
fn a_refused_write_is_none() {
    let mut chain = watching();
    let program = deploy_switch(&mut chain);
    let input = call_to(9, STATIC, program, 0, &store(3, 9));
    let outcome = chain
        .transact(Transaction::call(ALICE, program, input))
        .unwrap()
        .outcome;
    assert_eq!(outcome.trace.unwrap().calls[0].storage, []);
    // SSTORE asks for more than 2,300 gas. SLOAD and two pushes cost 2,106.
    let contract = deploy_code(&mut chain, &[0x60, 7, 0x54, 0x60, 7, 0x55, 0x00]);
    let poor = Transaction::call(ALICE, contract, vec![]).with_gas_limit(21_000 + 2_106 + 2_300);
    assert_eq!(run(&mut chain, poor).0, [access(Read, contract, 7, true)]);
}
