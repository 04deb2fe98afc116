//! The same transactions in the same order make the same chain, down to every word, receipt and trace.

mod common;

use alloy_primitives::{Address, Bytes, TxKind, B256, U256};
use common::*;
use embedded_chain::{init_code_for, AccountDump, Block, Chain, Status, Transaction, DEV_ACCOUNTS};

const TRANSACTIONS: usize = 10_000;
const SEED: u64 = 0x506f_7274_6375_6c6c;
/// Words that programs and contracts write to; few, so that they are written again and cleared.
const KEYS: u64 = 8;

/// Numbers that follow from a seed alone (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    /// Small and often zero.
    fn word(&mut self) -> B256 {
        word(self.below(3))
    }

    fn key(&mut self) -> B256 {
        word(self.below(KEYS))
    }
}

/// The contracts that the transactions are about.
struct Contracts {
    programs: Vec<Address>,
    /// They pass on to a program what they are called with, by CALL, DELEGATECALL and STATICCALL.
    forwarders: Vec<Address>,
    /// They store and log.
    keepers: Vec<Address>,
}

/// EVM bytecode that stores the second word of its input under the first, then logs all of it.
fn keeper() -> Vec<u8> {
    let mut code = vec![0x60, 32, 0x35, 0x5f, 0x35, 0x55];
    // CALLDATACOPY(0, 0, size); LOG1(0, size, first word)
    code.extend_from_slice(&[0x36, 0x5f, 0x5f, 0x37, 0x5f, 0x35, 0x36, 0x5f, 0xa1, 0x00]);
    code
}

fn deploy(chain: &mut Chain) -> Contracts {
    let programs = vec![deploy_switch(chain), deploy_variant(chain, 1)];
    let mut forwarders = Vec::new();
    for opcode in [0xf1, 0xf4, 0xfa] {
        for program in &programs {
            forwarders.push(deploy_code(chain, &forwarder(opcode, *program)));
        }
    }
    let keepers = (0..2).map(|_| deploy_code(chain, &keeper())).collect();
    Contracts {
        programs,
        forwarders,
        keepers,
    }
}

/// What a program is asked to do; now and then something that fails.
fn program_input(numbers: &mut Numbers, contracts: &Contracts, depth: u32) -> Bytes {
    let (key, value) = (numbers.key(), numbers.word());
    match numbers.below(if depth == 0 { 8 } else { 12 }) {
        0 => op(0, &[key.as_slice()]),
        1 | 2 => op(1, &[key.as_slice(), value.as_slice()]),
        3 => op(2, &[key.as_slice(), value.as_slice()]),
        4 => op(7, &[key.as_slice(), value.as_slice()]),
        5 => op(5, &[key.as_slice(), value.as_slice()]),
        6 => op(10, &[&[numbers.below(4) as u8]]),
        7 => op(13, &[numbers.pick(&DEV_ACCOUNTS).as_slice()]),
        8 => {
            let code = init_code_for(&keeper());
            op(12, &[B256::ZERO.as_slice(), &code])
        }
        // A call to another contract, which may call on.
        _ => {
            let (to, input) = match numbers.below(3) {
                0 => (*numbers.pick(&contracts.keepers), keeper_input(numbers)),
                1 => {
                    let input = program_input(numbers, contracts, depth - 1);
                    (*numbers.pick(&contracts.forwarders), input)
                }
                _ => {
                    let input = program_input(numbers, contracts, depth - 1);
                    (*numbers.pick(&contracts.programs), input)
                }
            };
            let ignoring = if numbers.below(2) == 0 { 3 } else { 9 };
            let kind = *numbers.pick(&[CALL, DELEGATE, STATIC]);
            call_to(ignoring, kind, to, 0, &input)
        }
    }
}

fn keeper_input(numbers: &mut Numbers) -> Bytes {
    [numbers.key().as_slice(), numbers.word().as_slice()]
        .concat()
        .into()
}

fn transaction(numbers: &mut Numbers, contracts: &Contracts) -> Transaction {
    let from = *numbers.pick(&DEV_ACCOUNTS);
    let (to, data, value) = match numbers.below(10) {
        0..=2 => {
            // To somebody known, or to somebody new.
            let to = match numbers.below(2) {
                0 => *numbers.pick(&DEV_ACCOUNTS),
                _ => Address::left_padding_from(&numbers.below(500).to_be_bytes()),
            };
            (TxKind::Call(to), Bytes::new(), numbers.below(1_000))
        }
        3 | 4 => {
            let to = *numbers.pick(&contracts.keepers);
            (TxKind::Call(to), keeper_input(numbers), 0)
        }
        5 => {
            // Every other one begins with a byte that no contract may begin with.
            let code = if numbers.below(2) == 0 {
                keeper()
            } else {
                vec![0xef]
            };
            (TxKind::Create, init_code_for(&code), 0)
        }
        6 | 7 => {
            let to = *numbers.pick(&contracts.forwarders);
            (TxKind::Call(to), program_input(numbers, contracts, 2), 0)
        }
        _ => {
            let to = *numbers.pick(&contracts.programs);
            let value = numbers.below(2);
            (TxKind::Call(to), program_input(numbers, contracts, 2), value)
        }
    };
    let gas = *numbers.pick(&[60_000, 300_000, 3_000_000]);
    Transaction {
        from,
        to,
        data,
        value: U256::from(value),
        gas_limit: Some(gas),
        ..Transaction::default()
    }
}

/// Everything that a chain shows after the transactions of a seed.
fn replay(seed: u64) -> (Vec<AccountDump>, Vec<Block>) {
    let mut chain = chain();
    chain.set_automine(true);
    let contracts = deploy(&mut chain);
    chain.set_automine(false);
    let mut numbers = Numbers(seed);
    for _ in 0..TRANSACTIONS {
        let transaction = transaction(&mut numbers, &contracts);
        // One that the chain does not take is no part of it; there are none but for a bug in this test.
        chain.transact(transaction).unwrap();
        match numbers.below(8) {
            0 => chain.advance_time(numbers.below(30)),
            1 | 2 => {
                chain.mine();
            }
            _ => {}
        }
    }
    chain.mine();
    let blocks = (0..=chain.block_number()).filter_map(|number| chain.block(number).cloned());
    let blocks = blocks.collect();
    (chain.dump(), blocks)
}

/// Whether it called a contract that called another.
fn calls_on(mined: &embedded_chain::MinedTransaction) -> bool {
    let trace = mined.receipt.outcome.trace.as_ref();
    trace.is_some_and(|trace| !trace.calls.is_empty())
}

#[test]
fn ten_thousand_mixed_transactions_replayed_make_the_same_chain() {
    // On threads of their own: what depended on a thread or on a hash map's order would differ.
    let replays = [(); 2].map(|()| std::thread::spawn(|| replay(SEED)));
    let [(dump, blocks), (again, blocks_again)] = replays.map(|replay| replay.join().unwrap());
    assert!(dump == again, "the states differ");
    assert_eq!(blocks.len(), blocks_again.len());
    for (block, other) in blocks.iter().zip(&blocks_again) {
        assert_eq!(block, other);
    }

    // The mix is one: each kind of transaction, each way to end, and events.
    let mined: Vec<_> = blocks.iter().flat_map(|block| &block.transactions).collect();
    let count = |wanted: &dyn Fn(&embedded_chain::MinedTransaction) -> bool| {
        mined.iter().filter(|mined| wanted(mined)).count()
    };
    assert!(mined.len() > TRANSACTIONS);
    for (kinds, least) in [
        (count(&|m| m.transaction.data.is_empty()), 2_000),
        (count(&|m| m.receipt.created().is_some()), 300),
        (count(&|m| m.receipt.outcome.status == Status::Revert), 500),
        (
            count(&|m| matches!(m.receipt.outcome.status, Status::Halt(_))),
            300,
        ),
        (count(&|m| !m.receipt.outcome.logs.is_empty()), 1_000),
        (count(&|m| calls_on(m)), 1_000),
    ] {
        assert!(kinds >= least, "{kinds} where {least} were expected");
    }
}

#[test]
fn another_seed_makes_another_chain() {
    let one = |seed: u64| {
        let mut chain = chain();
        let contracts = deploy(&mut chain);
        let mut numbers = Numbers(seed);
        for _ in 0..50 {
            chain.transact(transaction(&mut numbers, &contracts)).unwrap();
        }
        chain.dump()
    };
    assert_ne!(one(SEED), one(SEED + 1));
}
