//! What a measurement counts, on contracts whose every word is known, and that it counts the same twice.

use alloy_primitives::U256;
use bench::measure::{Cost, Ending, Stage};
use bench::site::{units, Case, Site, CALLER};
use bench::{error::BenchError, markdown, measure_all, peer, scenario};
use embedded_chain::{init_code_for, Chain, Config, Transaction};
use std::collections::BTreeSet;

/// Bytecode that reads word 1 twice, writes words 1 and 2, and reads word 3.
const WORDS: [u8; 20] = [
    0x60, 1, 0x54, 0x50, 0x60, 1, 0x54, 0x60, 1, 0x55, 0x60, 7, 0x60, 2, 0x55, 0x60, 3, 0x54, 0x50, 0x00,
];

#[test]
fn words_are_counted_once_whatever_is_done_to_them() {
    let mut chain = Chain::new(Config {
        record_storage: true,
        ..Config::default()
    })
    .unwrap();
    let contract = chain.deploy(CALLER, init_code_for(&WORDS)).unwrap();
    chain.set_storage(contract, U256::from(2), U256::from(1));
    let receipt = chain
        .transact(Transaction::call(CALLER, contract, vec![]))
        .unwrap();
    let cost = Cost::of(&receipt).unwrap();
    // Six pushes of 3 and two pops of 2; 2,100, 100 and 2,100 for the reads; 100 for a word written as it was, 5,000 for a
    // cold one that changes.
    let execution = 6 * 3 + 2 * 2 + 2_100 + 100 + 2_100 + 100 + 5_000;
    assert_eq!(
        cost,
        Cost {
            total: 21_000 + execution,
            execution,
            refunded: 0,
            words_read: 2,
            words_written: 2,
        }
    );
}

fn measured(contract: &'static str, create: peer::Create) -> Cost {
    let stage = peer::stage(create, Case::PASSES).unwrap();
    assert_eq!(stage.size.compressed, None, "{contract}");
    stage.measure().unwrap().cost
}

#[test]
fn the_storage_floor_is_one_word_read_and_written_for_5000_gas_and_what_solidity_puts_around_it() {
    let nothing = measured("Nothing", |site| site.create("Nothing", vec![]));
    assert_eq!((nothing.words_read, nothing.words_written), (0, 0));
    let floor = measured("StorageFloor", |site| site.create("StorageFloor", vec![]));
    assert_eq!((floor.words_read, floor.words_written), (1, 1));
    // 2,100 to read a cold word and 2,900 to change one that is not zero; the rest is Solidity's.
    assert_eq!(floor.total - nothing.total, 5_000 + 15);
}

#[test]
fn a_refund_is_in_the_transaction_and_not_in_the_execution() {
    let lock = measured("ReentrancyGuardPeer", |site| {
        site.create("ReentrancyGuardPeer", vec![])
    });
    // A word that is set and set back.
    assert_eq!(
        (lock.words_read, lock.words_written, lock.refunded),
        (1, 1, 2_800)
    );
    let calldata = lock.total + lock.refunded - lock.execution - 21_000;
    // 4 bytes of a selector, 20 that are zero, and one unit.
    let input = 4 * 16 + 32 * 4 + cost_of_word(units(1));
    assert_eq!(calldata, input);
}

fn cost_of_word(word: U256) -> u64 {
    let cost = |byte: &u8| if *byte == 0 { 4 } else { 16 };
    word.to_be_bytes::<32>().iter().map(cost).sum()
}

#[test]
fn a_call_that_ends_otherwise_than_it_should_is_no_measurement() {
    let refused = Case {
        ending: Ending::Returns,
        ..Case::PAUSED
    };
    let paused: peer::Create =
        |site: &mut Site| site.create("PausablePeer", vec![0u8; 31].into_iter().chain([1]).collect());
    let stage: Stage = peer::stage(paused, refused).unwrap();
    assert!(matches!(stage.measure(), Err(BenchError::Ending { .. })));
}

#[test]
fn every_row_has_a_name_of_its_own() {
    let scenarios = scenario::all();
    let names: BTreeSet<_> = scenarios.iter().map(|scenario| scenario.id).collect();
    assert_eq!(names.len(), scenarios.len());
}

#[test]
fn the_table_is_the_same_every_time() {
    // One of each kind; `scripts/bench --check` measures all of them again.
    const KINDS: [&str; 3] = [
        "bridge/withdraw-token",
        "bucket/portcullis/token",
        "authority/openzeppelin-access-manager",
    ];
    let measured = || {
        let mut scenarios = scenario::all();
        scenarios.retain(|scenario| KINDS.contains(&scenario.id));
        assert_eq!(scenarios.len(), KINDS.len());
        measure_all(&scenarios, None).unwrap().0
    };
    let (once, twice) = (measured(), measured());
    assert_eq!(once.to_json(), twice.to_json());
    assert_eq!(markdown::render(&once), markdown::render(&twice));
}
