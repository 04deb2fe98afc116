//! The chain around executions: blocks, time, snapshots, calls, fees, and transactions that are refused.

mod common;

use alloy_primitives::{keccak256, Address, B256, U256};
use common::*;
use embedded_chain::{
    init_code_for, AccountOverride, BlockOverride, CallRequest, Chain, Config, EstimateError, FrameKind,
    HaltReason, InvalidTransaction, LogFilter, Status, Transaction, SEQUENCER,
};

/// Returns NUMBER, TIMESTAMP, BASEFEE, COINBASE, GASLIMIT, PREVRANDAO, CHAINID, GASPRICE, ORIGIN.
fn environment_code() -> Vec<u8> {
    let mut code = Vec::new();
    let opcodes = [0x43, 0x42, 0x48, 0x41, 0x45, 0x44, 0x46, 0x3a, 0x32];
    for (place, opcode) in (0u16..).zip(opcodes) {
        let [high, low] = (place * 32).to_be_bytes();
        code.extend_from_slice(&[opcode, 0x61, high, low, 0x52]);
    }
    code.extend_from_slice(&[0x61, 0x01, 0x20, 0x60, 0, 0xf3]);
    code
}

fn words(output: &[u8]) -> Vec<U256> {
    output.chunks(32).map(U256::from_be_slice).collect()
}

#[test]
fn contracts_see_arbitrums_block() {
    let mut chain = chain();
    let contract = deploy_code(&mut chain, &environment_code());
    chain.advance_time(120);
    let receipt = send(&mut chain, contract, vec![]);
    assert_eq!(
        words(&receipt.outcome.output),
        [
            U256::from(20_000_010u64),
            U256::from(1_767_225_720u64),
            U256::from(100_000_000u64),
            U256::from_be_slice(SEQUENCER.as_slice()),
            U256::from(1u64 << 50),
            U256::from(1),
            U256::from(412_346),
            U256::from(100_000_000u64),
            U256::from_be_slice(ALICE.as_slice()),
        ]
    );
    assert_eq!(receipt.block_number, 2);
}

#[test]
fn a_transfer_costs_21000_and_moves_value_and_fee() {
    let mut chain = chain();
    let someone = Address::repeat_byte(0x77);
    let before = chain.balance(ALICE);
    let receipt = chain
        .transact(Transaction::call(ALICE, someone, vec![]).with_value(U256::from(5)))
        .unwrap();
    assert_eq!(receipt.outcome.gas_used, 21_000);
    let fee = U256::from(21_000u64 * 100_000_000);
    assert_eq!(chain.balance(someone), U256::from(5));
    assert_eq!(chain.balance(ALICE), before - fee - U256::from(5));
    assert_eq!(chain.balance(chain.config().network_fee_account), fee);
    assert_eq!(chain.nonce(ALICE), 1);
}

#[test]
fn bad_transactions_are_refused_by_name_and_change_nothing() {
    let mut chain = chain();
    send(&mut chain, BOB, vec![]);
    let dump = chain.dump();
    let good = Transaction::call(ALICE, BOB, vec![]);
    let poor = Address::repeat_byte(0x99);
    let mut bad = |transaction: Transaction| chain.transact(transaction).unwrap_err();

    assert_eq!(
        bad(Transaction {
            nonce: Some(0),
            ..good.clone()
        }),
        InvalidTransaction::NonceTooLow {
            from: ALICE,
            tx: 0,
            state: 1
        }
    );
    assert_eq!(
        bad(Transaction {
            nonce: Some(2),
            ..good.clone()
        }),
        InvalidTransaction::NonceTooHigh {
            from: ALICE,
            tx: 2,
            state: 1
        }
    );
    assert_eq!(
        bad(Transaction::call(poor, BOB, vec![]).with_gas_limit(21_000)),
        InvalidTransaction::InsufficientFunds {
            from: poor,
            have: U256::ZERO,
            want: U256::from(21_000u64 * 100_000_000)
        }
    );
    assert_eq!(
        bad(good.clone().with_gas_limit(20_999)),
        InvalidTransaction::IntrinsicGas {
            have: 20_999,
            want: 21_000
        }
    );
    assert_eq!(
        bad(good.clone().with_gas_limit(u64::MAX)),
        InvalidTransaction::GasLimit {
            have: u64::MAX,
            limit: 1 << 50
        }
    );
    assert_eq!(
        bad(Transaction {
            max_fee_per_gas: Some(99_999_999),
            ..good.clone()
        }),
        InvalidTransaction::FeeTooLow {
            max_fee: 99_999_999,
            base_fee: 100_000_000
        }
    );
    assert_eq!(
        bad(Transaction {
            max_fee_per_gas: Some(200_000_000),
            max_priority_fee_per_gas: 200_000_001,
            ..good.clone()
        }),
        InvalidTransaction::TipAboveFee {
            tip: 200_000_001,
            max_fee: 200_000_000
        }
    );
    assert_eq!(
        bad(Transaction {
            chain_id: Some(1),
            ..good.clone()
        }),
        InvalidTransaction::WrongChain {
            have: 1,
            want: 412_346
        }
    );
    assert_eq!(
        bad(Transaction::create(ALICE, vec![0; 49_153])),
        InvalidTransaction::InitCodeTooLarge {
            size: 49_153,
            limit: 49_152
        }
    );
    assert_eq!(chain.dump(), dump);
    assert_eq!(chain.block_number(), 1);
}

#[test]
fn gas_beyond_the_limit_of_a_transaction_is_held_and_given_back() {
    let mut chain = chain();
    // GAS, stored and returned
    let contract = deploy_code(&mut chain, &[0x5a, 0x60, 0, 0x52, 0x60, 0x20, 0x60, 0, 0xf3]);
    let before = chain.balance(ALICE);
    let receipt = chain
        .transact(Transaction::call(ALICE, contract, vec![]).with_gas_limit(100_000_000))
        .unwrap();
    assert_eq!(
        words(&receipt.outcome.output),
        [U256::from(32_000_000 - 21_000 - 2)]
    );
    assert_eq!(
        before - chain.balance(ALICE),
        U256::from(receipt.outcome.gas_used) * U256::from(100_000_000u64)
    );
}

#[test]
fn the_limit_of_a_transaction_counts_what_it_costs_to_begin_with_from_arbos_50_on() {
    for (arbos_version, used) in [(49, 32_000_000 + 21_000), (50, 32_000_000)] {
        let mut chain = Chain::new(Config {
            arbos_version,
            ..Config::default()
        })
        .unwrap();
        // JUMPDEST, PUSH1 0, JUMP: runs until nothing is left
        let contract = deploy_code(&mut chain, &[0x5b, 0x60, 0, 0x56]);
        let receipt = chain
            .transact(Transaction::call(ALICE, contract, vec![]).with_gas_limit(100_000_000))
            .unwrap();
        assert_eq!(receipt.outcome.gas_used, used);
    }
}

#[test]
fn a_tip_is_not_taken() {
    let mut chain = chain();
    let contract = deploy_code(&mut chain, &environment_code());
    let mut transaction = Transaction::call(ALICE, contract, vec![]);
    transaction.max_fee_per_gas = Some(300_000_000);
    transaction.max_priority_fee_per_gas = 200_000_000;
    let receipt = chain.transact(transaction).unwrap();
    assert_eq!(words(&receipt.outcome.output)[7], U256::from(100_000_000u64));
    assert_eq!(receipt.effective_gas_price, 100_000_000);
}

#[test]
fn clearing_storage_is_refunded_from_a_program_as_from_bytecode() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    send(&mut chain, program, store(1, 1));
    let cleared = send(&mut chain, program, store(1, 0));
    assert_eq!(cleared.outcome.gas_refunded, 4800);
    // The refund of an inner frame counts, that of one that reverts does not.
    let other = deploy_variant(&mut chain, 1);
    send(&mut chain, program, store(1, 1));
    let nested = send(&mut chain, other, call_to(3, CALL, program, 0, &store(1, 0)));
    assert_eq!(nested.outcome.gas_refunded, 4800);
    send(&mut chain, program, store(1, 1));
    let failing = op(2, &[word(1).as_slice(), word(0).as_slice()]);
    let reverted = send(&mut chain, other, call_to(9, CALL, program, 0, &failing));
    assert!(reverted.is_success());
    assert_eq!(reverted.outcome.gas_refunded, 0);
}

#[test]
fn storage_costs_from_a_program_what_the_evm_charges() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let gas = |chain: &mut Chain, value| send(chain, program, store(1, value)).outcome.gas_used;
    let create = gas(&mut chain, 1);
    let change = gas(&mut chain, 2);
    let again = gas(&mut chain, 2);
    assert_eq!(create - change, 20_000 - 2900);
    assert_eq!(change - again, 2900 - 100);
}

#[test]
fn time_moves_when_told_and_never_backwards() {
    let mut chain = chain();
    let start = chain.now();
    chain.mine();
    assert_eq!(chain.latest_block().timestamp, start);
    chain.advance_time(10);
    assert_eq!(chain.now(), start + 10);
    chain.mine();
    assert_eq!(chain.latest_block().timestamp, start + 10);
    assert!(chain.set_next_timestamp(start + 9).is_err());
    chain.set_next_timestamp(start + 11).unwrap();
    assert_eq!(send(&mut chain, BOB, vec![]).timestamp, start + 11);
    chain.advance_time(u64::MAX);
    chain.mine();
    assert_eq!(chain.latest_block().timestamp, u64::MAX);
}

#[test]
fn moving_the_clock_seals_what_waits() {
    let mut chain = chain();
    chain.set_automine(false);
    let receipt = send(&mut chain, BOB, vec![]);
    assert_eq!(receipt.block_hash, B256::ZERO);
    chain.advance_time(5);
    let sealed = chain.receipt(receipt.transaction_hash).unwrap();
    assert_eq!(sealed.block_hash, chain.latest_block().hash);
    assert_eq!(sealed.timestamp, 1_767_225_600);
}

#[test]
fn transactions_share_a_block_until_it_is_mined() {
    let mut chain = chain();
    chain.set_automine(false);
    let first = send(&mut chain, BOB, vec![]);
    let second = send(&mut chain, BOB, vec![]);
    assert_eq!((first.transaction_index, second.transaction_index), (0, 1));
    assert_eq!(second.cumulative_gas_used, 42_000);
    assert_eq!(chain.pending().len(), 2);
    let block = chain.mine().clone();
    assert_eq!(block.gas_used, 42_000);
    assert_eq!(block.transactions.len(), 2);
    assert_eq!(chain.block_by_hash(block.hash).unwrap().number, 1);
    assert_eq!(block.parent_hash, chain.block(0).unwrap().hash);
    assert_eq!(chain.block(2), None);
}

#[test]
fn a_snapshot_brings_back_state_blocks_and_time_once() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let (dump, number, now) = (chain.dump(), chain.block_number(), chain.now());
    let first = chain.snapshot();
    send(&mut chain, program, store(1, 1));
    let second = chain.snapshot();
    chain.advance_time(1000);
    send(&mut chain, program, store(1, 2));
    assert!(chain.revert(first));
    assert_eq!(
        (chain.dump(), chain.block_number(), chain.now()),
        (dump, number, now)
    );
    assert!(!chain.revert(second));
    assert!(!chain.revert(first));
    assert!(send(&mut chain, program, store(1, 3)).is_success());
}

#[test]
fn the_same_history_gives_the_same_chain() {
    let history = || {
        let mut chain = chain();
        let program = deploy_switch(&mut chain);
        let other = deploy_variant(&mut chain, 1);
        for i in 0..20 {
            chain.advance_time(i);
            send(&mut chain, other, call_to(3, CALL, program, 0, &store(i, i + 1)));
        }
        chain
    };
    let (one, two) = (history(), history());
    assert_eq!(one.dump(), two.dump());
    assert_eq!(one.latest_block(), two.latest_block());
}

#[test]
fn a_call_changes_nothing_and_sees_overrides() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let dump = chain.dump();
    let mut request = CallRequest::new(BOB, program, store(1, 1));
    assert!(chain.call(&request).unwrap().is_success());
    assert_eq!(chain.dump(), dump);

    request.data = load(1);
    request.state = vec![(
        program,
        AccountOverride {
            storage_diff: vec![(word(1), word(99))],
            ..AccountOverride::default()
        },
    )];
    assert_eq!(chain.call(&request).unwrap().output, word(99).to_vec());

    let nobody = Address::repeat_byte(0x55);
    let mut request = CallRequest::new(nobody, Address::repeat_byte(0x56), vec![]);
    request.value = U256::from(7);
    assert!(matches!(
        chain.call(&request),
        Err(InvalidTransaction::InsufficientFunds { .. })
    ));
    let rich = AccountOverride {
        balance: Some(U256::from(7)),
        ..AccountOverride::default()
    };
    let code = AccountOverride {
        code: Some(environment_code().into()),
        ..AccountOverride::default()
    };
    request.state = vec![(nobody, rich), (Address::repeat_byte(0x56), code)];
    request.block = BlockOverride {
        timestamp: Some(3),
        l1_number: Some(4),
        ..BlockOverride::default()
    };
    let output = chain.call(&request).unwrap().output;
    assert_eq!(words(&output)[..2], [U256::from(4), U256::from(3)]);
    assert_eq!(chain.dump(), dump);
}

#[test]
fn a_whole_storage_override_hides_what_was_there() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    send(&mut chain, program, store(1, 1));
    let mut request = CallRequest::new(BOB, program, load(1));
    request.state = vec![(
        program,
        AccountOverride {
            storage: Some(vec![(word(2), word(2))]),
            ..AccountOverride::default()
        },
    )];
    assert_eq!(chain.call(&request).unwrap().output, word(0).to_vec());
}

#[test]
fn an_estimate_suffices_and_is_close() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let outer = deploy_variant(&mut chain, 1);
    for (to, input) in [
        (program, store(1, 1)),
        (outer, call_to(3, CALL, program, 0, &store(1, 1))),
    ] {
        let gas = chain
            .estimate_gas(&CallRequest::new(ALICE, to, input.clone()))
            .unwrap();
        let id = chain.snapshot();
        let receipt = chain
            .transact(Transaction::call(ALICE, to, input).with_gas_limit(gas))
            .unwrap();
        assert!(receipt.is_success(), "{receipt:?}");
        let used = receipt.outcome.gas_used;
        assert!(gas < used + used / 10 + 5000, "{gas} for {used}");
        chain.revert(id);
    }
    let failing = op(2, &[word(1).as_slice(), word(0).as_slice()]);
    let error = chain.estimate_gas(&CallRequest::new(ALICE, program, failing.clone()));
    let Err(EstimateError::Failed(outcome)) = error else {
        panic!("{error:?}")
    };
    assert_eq!(outcome.output, failing.slice(1..));
}

#[test]
fn logs_are_found_by_block_address_and_topic() {
    let mut chain = chain();
    let a = deploy_switch(&mut chain);
    let b = deploy_variant(&mut chain, 1);
    let log = |topic| op(7, &[word(topic).as_slice(), b"x"]);
    let first = send(&mut chain, a, log(1)).block_number;
    send(&mut chain, b, log(1));
    send(&mut chain, a, log(2));
    let find = |addresses: &[Address], topics: &[Vec<B256>], from| {
        chain
            .logs(&LogFilter {
                from_block: Some(from),
                to_block: None,
                addresses: addresses.to_vec(),
                topics: topics.to_vec(),
            })
            .len()
    };
    assert_eq!(find(&[], &[], first), 3);
    assert_eq!(find(&[a], &[], first), 2);
    assert_eq!(find(&[a], &[], first + 1), 1);
    assert_eq!(find(&[], &[vec![word(1)]], first), 2);
    assert_eq!(find(&[], &[vec![word(1), word(2)]], first), 3);
    assert_eq!(find(&[], &[vec![], vec![word(1)]], first), 0);
}

#[test]
fn only_programs_may_begin_with_ef_and_no_code_is_larger_than_24576_bytes() {
    let mut chain = chain();
    let mut create = |code: &[u8]| {
        let receipt = chain.transact(Transaction::create(ALICE, init_code_for(code)));
        receipt.unwrap().outcome.status
    };
    assert_eq!(create(&[0xef, 0x01, 0x00]), Status::Halt(HaltReason::InvalidCode));
    assert_eq!(create(&[0xef]), Status::Halt(HaltReason::InvalidCode));
    assert_eq!(create(&[0xef, 0xf0, 0x01]), Status::Halt(HaltReason::InvalidCode));
    assert_eq!(create(&[0xef, 0xf0, 0x00, 0x00]), Status::Success);
    assert_eq!(create(&vec![0; 24_576]), Status::Success);
    assert_eq!(create(&vec![0; 24_577]), Status::Halt(HaltReason::CodeTooLarge));
}

#[test]
fn bytecode_looks_at_a_programs_code() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    // EXTCODESIZE and EXTCODEHASH of the address in the input
    let code = [
        0x60, 0, 0x35, 0x80, 0x3b, 0x60, 0, 0x52, 0x3f, 0x60, 0x20, 0x52, 0x60, 0x40, 0x60, 0, 0xf3,
    ];
    let looker = deploy_code(&mut chain, &code);
    let receipt = send(&mut chain, looker, program.into_word().to_vec());
    let code = chain.code(program);
    assert_eq!(code[..3], [0xef, 0xf0, 0]);
    assert_eq!(receipt.outcome.output[..32], *word(code.len() as u64));
    assert_eq!(receipt.outcome.output[32..], *keccak256(&code));
}

#[test]
fn ethereums_newest_precompiles_are_there() {
    let mut chain = chain();
    let p256 = Address::with_last_byte(0);
    let mut p256 = p256;
    p256.0[18] = 1;
    // An invalid signature is answered with nothing, and paid.
    let receipt = send(&mut chain, p256, vec![1; 160]);
    assert!(receipt.is_success());
    assert_eq!(receipt.outcome.gas_used, 21_000 + 160 * 16 + 6900);
    // The sum of two points at infinity on BLS12-381 is the point at infinity.
    let sum = send(&mut chain, Address::with_last_byte(0x0b), vec![0; 256]);
    assert_eq!(sum.outcome.output, vec![0; 128]);
}

#[test]
fn a_transactions_frames_are_on_record() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let proxy = deploy_code(&mut chain, &forwarder(0xf4, program));
    let receipt = send(&mut chain, proxy, call_to(3, STATIC, program, 0, &load(1)));
    let trace = receipt.outcome.trace.unwrap();
    assert_eq!(
        (trace.kind, trace.from, trace.to),
        (FrameKind::Call, ALICE, Some(proxy))
    );
    assert!(!trace.is_program);
    let [delegate] = trace.calls.as_slice() else {
        panic!("{trace:?}")
    };
    assert_eq!(
        (delegate.kind, delegate.from, delegate.to),
        (FrameKind::DelegateCall, proxy, Some(program))
    );
    assert!(delegate.is_program);
    let [inner] = delegate.calls.as_slice() else {
        panic!("{trace:?}")
    };
    assert_eq!(
        (inner.kind, inner.from, inner.to),
        (FrameKind::StaticCall, proxy, Some(program))
    );
    assert_eq!(inner.output, word(0).to_vec());
    assert_eq!(inner.error, None);
    assert!(trace.gas_used > delegate.gas_used && delegate.gas_used > inner.gas_used);
}

#[test]
fn contracts_may_be_impersonated() {
    let mut chain = chain();
    let contract = deploy_code(&mut chain, &[0x00]);
    chain.set_balance(contract, U256::from(10u64.pow(18)));
    let receipt = chain
        .transact(Transaction::call(contract, BOB, vec![]).with_value(U256::from(3)))
        .unwrap();
    assert!(receipt.is_success());
    assert_eq!(receipt.from, contract);
}

/// Calls itself for ever; each level swallows the failure of the one below.
fn endless_bytecode() -> Vec<u8> {
    // CALL(gas, self, 0, ...), POP, STOP
    vec![
        0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x30, 0x5a, 0xf1, 0x50, 0x00,
    ]
}

fn generous() -> Chain {
    Chain::new(Config {
        tx_gas_limit: 1 << 49,
        base_fee: 1,
        ..Config::default()
    })
    .unwrap()
}

fn depth(trace: &embedded_chain::CallTrace) -> usize {
    1 + trace.calls.iter().map(depth).max().unwrap_or(0)
}

#[test]
fn calls_nest_1024_deep_in_bytecode_and_no_deeper() {
    let mut chain = generous();
    let contract = deploy_code(&mut chain, &endless_bytecode());
    let receipt = send(&mut chain, contract, vec![]);
    assert!(receipt.is_success());
    assert_eq!(depth(&receipt.outcome.trace.unwrap()), 1025);
}

#[test]
fn programs_nest_until_their_pages_cannot_be_paid() {
    let mut chain = generous();
    let wasm = wat::parse_str(
        r#"(module
            (import "vm_hooks" "contract_address" (func $self (param i32)))
            (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
            (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
            (memory (export "memory") 1)
            (func (export "user_entrypoint") (param i32) (result i32)
                (call $self (i32.const 0))
                (drop (call $call (i32.const 0) (i32.const 64) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 128)))
                (i32.const 0)))"#,
    )
    .unwrap();
    let program = chain.deploy_program(ALICE, &wasm).unwrap();
    let receipt = send(&mut chain, program, vec![]);
    assert!(receipt.is_success(), "{:?}", receipt.outcome.status);
    // Each level holds a page open, and pages beyond 128 cannot be paid for.
    assert_eq!(depth(&receipt.outcome.trace.unwrap()), 129);
}

#[test]
fn a_chain_can_be_handed_to_another_thread() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let chain = std::thread::spawn(move || {
        send(&mut chain, program, store(1, 2));
        chain
    })
    .join()
    .unwrap();
    assert_eq!(chain.storage(program, U256::from(1)), U256::from(2));
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    let mut other = chain.clone();
    send(&mut other, program, store(1, 2));
    other.advance_time(9);
    assert_eq!(chain.storage(program, U256::from(1)), U256::ZERO);
    assert_eq!(other.now(), chain.now() + 9);
    assert_eq!(other.block_number(), chain.block_number() + 1);
}

#[test]
fn a_program_too_large_for_a_contract_is_not_deployed() {
    let mut chain = chain();
    // A data segment that does not compress.
    let mut noise = Vec::new();
    let mut seed = B256::ZERO;
    while noise.len() < 30_000 {
        seed = keccak256(seed);
        noise.extend_from_slice(seed.as_slice());
    }
    let data: String = noise.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let source = common::WAT.replacen(
        "(memory (export \"memory\") 1)",
        &format!("(memory (export \"memory\") 1) (data (i32.const 30000) \"{data}\")"),
        1,
    );
    let failure = chain
        .deploy_program(ALICE, &wat::parse_str(source).unwrap())
        .unwrap_err();
    let embedded_chain::DeployError::Creation(outcome) = failure else {
        panic!("{failure}")
    };
    assert_eq!(outcome.status, Status::Halt(HaltReason::CodeTooLarge));
}
