//! A fork: what it reads of another chain, what it writes on its own side, and that it says nothing when it cannot know.
//!
//! The other chain is an embedded one, asked as an endpoint would be.

mod common;

use alloy_primitives::{address, Address, Bytes, B256, U256};
use alloy_sol_types::SolCall;
use common::*;
use embedded_chain::precompiles::{IArbGasInfo, IArbSys, IArbWasm, ARB_GAS_INFO, ARB_SYS, ARB_WASM};
use embedded_chain::{
    init_code_for, CallRequest, Chain, Config, Fork, ForkError, HaltReason, InvalidTransaction, Outcome,
    ProgramError, Remote, RemoteAccount, RemoteAnswer, RemoteBlock, RemoteError, SafeCall, Status,
    StylusParams, Transaction, WordChange,
};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const SAFE: Address = address!("0x5afe000000000000000000000000000000000001");
const EXECUTOR: Address = address!("0x5afe000000000000000000000000000000000002");
const AFTER: u64 = 86_400;

/// An embedded chain as it is reached from elsewhere.
struct Elsewhere {
    chain: Mutex<Chain>,
    questions: AtomicUsize,
    down: AtomicBool,
}

impl Elsewhere {
    fn asked(&self) -> Result<std::sync::MutexGuard<'_, Chain>, RemoteError> {
        self.questions.fetch_add(1, Ordering::Relaxed);
        if self.down.load(Ordering::Relaxed) {
            return Err(RemoteError::Endpoint("the endpoint is down".to_owned()));
        }
        Ok(self.chain.lock().unwrap())
    }

    fn count(&self) -> usize {
        self.questions.load(Ordering::Relaxed)
    }

    fn go_down(&self) {
        self.down.store(true, Ordering::Relaxed);
    }
}

impl Remote for Elsewhere {
    fn account(&self, address: Address) -> Result<RemoteAccount, RemoteError> {
        let chain = self.asked()?;
        Ok(RemoteAccount {
            balance: chain.balance(address),
            nonce: chain.nonce(address),
            code: chain.code(address),
        })
    }

    fn storage(&self, address: Address, key: U256) -> Result<U256, RemoteError> {
        Ok(self.asked()?.storage(address, key))
    }

    fn call(&self, to: Address, input: Bytes) -> Result<RemoteAnswer, RemoteError> {
        let outcome = self
            .asked()?
            .call(&CallRequest::new(Address::ZERO, to, input))
            .unwrap();
        Ok(if outcome.is_success() {
            RemoteAnswer::Returned(outcome.output)
        } else {
            RemoteAnswer::Reverted(outcome.output)
        })
    }
}

fn fork_of(chain: &Chain, after: u64) -> (Fork, Arc<Elsewhere>) {
    let elsewhere = Arc::new(Elsewhere {
        chain: Mutex::new(chain.clone()),
        questions: AtomicUsize::new(0),
        down: AtomicBool::new(false),
    });
    let block = chain.latest_block();
    let block = RemoteBlock {
        chain_id: chain.config().chain_id,
        number: block.number,
        l1_number: block.l1_number,
        timestamp: block.timestamp,
        base_fee: block.base_fee,
        gas_limit: block.gas_limit,
    };
    (Fork::new(elsewhere.clone(), block, after).unwrap(), elsewhere)
}

fn call(to: Address, data: impl Into<Bytes>) -> SafeCall {
    SafeCall {
        to,
        value: U256::ZERO,
        data: data.into(),
    }
}

fn number(n: u64) -> U256 {
    U256::from(n)
}

/// A chain with the program of all tests, its words 1 to 3 set.
fn stored() -> (Chain, Address) {
    let mut chain = chain();
    let program = deploy_switch(&mut chain);
    for key in 1..=3 {
        assert!(send(&mut chain, program, store(key, 10 * key)).is_success());
    }
    (chain, program)
}

#[test]
fn what_was_written_hides_what_is_elsewhere_and_a_zero_is_a_zero() {
    let (chain, program) = stored();
    let (mut fork, _) = fork_of(&chain, 0);
    let calls = [store(1, 11), store(2, 0), store(4, 44)].map(|data| call(program, data));
    let outcome = fork.batch(SAFE, EXECUTOR, &calls).unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    let change = |key, before, after| WordChange {
        key: number(key),
        before: number(before),
        after: number(after),
    };
    assert_eq!(outcome.changes.len(), 1);
    assert_eq!(outcome.changes[0].address, program);
    assert_eq!(
        outcome.changes[0].words,
        [change(1, 10, 11), change(2, 20, 0), change(4, 0, 44)]
    );
    for (key, word) in [(1, 11), (2, 0), (3, 30), (4, 44), (5, 0)] {
        assert_eq!(fork.storage(program, number(key)).unwrap(), number(word), "{key}");
        let read = fork.call(SAFE, program, load(key)).unwrap();
        assert_eq!(read.output, word_of(word), "{key}");
    }
    // The chain itself is as it was.
    assert_eq!(chain.storage(program, number(1)), number(10));
    assert_eq!(chain.storage(program, number(4)), U256::ZERO);
}

fn word_of(n: u64) -> Bytes {
    word(n).to_vec().into()
}

#[test]
fn a_fork_does_exactly_what_the_chain_does() {
    let (mut chain, program) = stored();
    let plain = deploy_code(&mut chain, &forwarder(0xf1, program));
    let (mut fork, _) = fork_of(&chain, 0);
    let data = call_to(3, CALL, plain, 0, &store(7, 77));
    let forked = fork
        .batch(ALICE, EXECUTOR, &[call(program, data.clone())])
        .unwrap();
    let before = chain.dump();
    let mined = send(&mut chain, program, data);
    assert!(mined.is_success() && forked.is_success());
    assert_eq!(forked.calls[0].logs, mined.outcome.logs);
    assert_eq!(forked.calls[0].output, mined.outcome.output);
    assert_ne!(before, chain.dump());
    for change in &forked.changes {
        for word in &change.words {
            assert_eq!(chain.storage(change.address, word.key), word.after);
        }
    }
    assert_eq!(forked.changes[0].words.len(), 1);
}

#[test]
fn each_word_is_asked_for_once_and_only_when_it_is_needed() {
    let (chain, program) = stored();
    let (fork, elsewhere) = fork_of(&chain, 0);
    let read = |key| fork.storage(program, number(key)).unwrap();
    let before = elsewhere.count();
    assert_eq!((read(1), read(1), read(2)), (number(10), number(10), number(20)));
    assert_eq!(elsewhere.count(), before + 2);
    fork.call(SAFE, program, load(1)).unwrap();
    let known = elsewhere.count();
    // The chain goes on; the fork does not.
    let other = elsewhere
        .chain
        .lock()
        .unwrap()
        .transact(embedded_chain::Transaction::call(ALICE, program, store(1, 99)));
    assert!(other.unwrap().is_success());
    assert_eq!(read(1), number(10));
    fork.call(SAFE, program, load(1)).unwrap();
    assert_eq!(elsewhere.count(), known);
}

#[test]
fn an_endpoint_that_fails_is_an_error_and_never_a_zero() {
    let (chain, program) = stored();
    let down = RemoteError::Endpoint("the endpoint is down".to_owned());

    let (fork, elsewhere) = fork_of(&chain, 0);
    assert_eq!(fork.storage(program, number(1)).unwrap(), number(10));
    elsewhere.go_down();
    assert_eq!(fork.storage(program, number(2)), Err(down.clone()));
    // Nothing that it says afterwards could be told from a guess, and nobody is asked.
    let asked = elsewhere.count();
    assert_eq!(fork.storage(program, number(1)), Err(down.clone()));
    assert_eq!(fork.balance(ALICE), Err(down.clone()));
    assert_eq!(fork.code(program), Err(down.clone()));
    assert_eq!(elsewhere.count(), asked);

    // In the middle of a batch: it is not carried out, although with zeros it would succeed.
    let (mut fork, elsewhere) = fork_of(&chain, 0);
    fork.call(SAFE, program, load(1)).unwrap();
    elsewhere.go_down();
    let calls = [call(program, load(1)), call(program, load(2))];
    assert_eq!(fork.batch(SAFE, EXECUTOR, &calls), Err(down.clone()));
    let called = fork.call(SAFE, program, load(1));
    assert_eq!(called, Err(ForkError::Remote(down.clone())));

    // At its beginning.
    let block = RemoteBlock {
        chain_id: 1,
        number: 1,
        l1_number: 1,
        timestamp: 1,
        base_fee: 1,
        gas_limit: 1,
    };
    let begun = Fork::new(elsewhere, block, 0);
    assert_eq!(begun.err(), Some(ForkError::Remote(down)));
}

#[test]
fn a_batch_is_all_or_nothing() {
    let (chain, program) = stored();
    let (mut fork, _) = fork_of(&chain, 0);
    let failing = op(2, &[word(2).as_slice(), word(22).as_slice()]);
    let calls = [
        call(program, store(1, 11)),
        call(program, failing),
        call(program, store(3, 33)),
    ];
    let outcome = fork.batch(SAFE, EXECUTOR, &calls).unwrap();
    assert!(!outcome.is_success());
    let statuses: Vec<_> = outcome.calls.iter().map(|call| call.status).collect();
    assert_eq!(
        statuses,
        [Status::Success, Status::Revert],
        "what follows is not reached"
    );
    assert!(outcome.changes.is_empty());
    for key in 1..=3 {
        assert_eq!(fork.storage(program, number(key)).unwrap(), number(10 * key));
    }
}

#[test]
fn a_batch_is_one_transaction_of_somebody_else_and_each_call_is_the_safes() {
    let (mut chain, program) = stored();
    // Returns the origin and the caller.
    let who = [0x32, 0x60, 0, 0x52, 0x33, 0x60, 32, 0x52, 0x60, 64, 0x60, 0, 0xf3];
    let who = deploy_code(&mut chain, &who);
    let (mut fork, _) = fork_of(&chain, 0);
    let transient = op(5, &[word(1).as_slice(), word(99).as_slice()]);
    let calls = [
        call(program, transient),
        call(program, op(6, &[word(1).as_slice()])),
        call(who, Bytes::new()),
    ];
    let outcome = fork.batch(SAFE, EXECUTOR, &calls).unwrap();
    assert_eq!(
        outcome.calls[1].output,
        word_of(99),
        "what is transient lasts for the batch"
    );
    let expected = [EXECUTOR.into_word(), SAFE.into_word()].concat();
    assert_eq!(outcome.calls[2].output, expected);
    let next = fork.batch(SAFE, EXECUTOR, &[call(program, op(6, &[word(1).as_slice()]))]);
    assert_eq!(next.unwrap().calls[0].output, word_of(0), "and no longer");
}

#[test]
fn money_moves_from_the_safe_and_not_more_than_it_has() {
    let mut chain = chain();
    chain.set_balance(SAFE, number(100));
    let (mut fork, _) = fork_of(&chain, 0);
    let pay = |value| SafeCall {
        to: BOB,
        value: number(value),
        data: Bytes::new(),
    };
    let too_much = fork.batch(SAFE, EXECUTOR, &[pay(60), pay(41)]).unwrap();
    assert!(!too_much.is_success());
    assert_eq!(fork.balance(SAFE).unwrap(), number(100));
    let outcome = fork.batch(SAFE, EXECUTOR, &[pay(60), pay(40)]).unwrap();
    assert!(outcome.is_success());
    assert_eq!(fork.balance(SAFE).unwrap(), U256::ZERO);
    let bob = chain.balance(BOB);
    assert_eq!(fork.balance(BOB).unwrap(), bob + number(100));
    let changes: Vec<_> = outcome.changes.iter().map(|c| (c.address, c.balance)).collect();
    let expected = [(SAFE, (number(100), U256::ZERO)), (BOB, (bob, bob + number(100)))];
    assert!(
        expected.iter().all(|change| changes.contains(change)) && changes.len() == 2,
        "{changes:?}"
    );
    // Emptied here, it does not have again what it has elsewhere.
    assert!(!fork.batch(SAFE, EXECUTOR, &[pay(1)]).unwrap().is_success());
}

#[test]
fn time_and_block_are_those_after_the_pinned_one() {
    let (chain, program) = stored();
    let block = chain.latest_block().clone();
    let (fork, _) = fork_of(&chain, AFTER);
    assert_eq!(fork.now(), block.timestamp + AFTER);
    let told = fork.call(SAFE, program, op(8, &[])).unwrap().output;
    let number_at = |at: usize| u64::from_le_bytes(told[at..at + 8].try_into().unwrap());
    let l1 = block.l1_number + AFTER / 12;
    assert_eq!((number_at(4), number_at(12)), (l1, fork.now()), "{told}");
    let l2 = fork
        .call(SAFE, ARB_SYS, IArbSys::arbBlockNumberCall {}.abi_encode())
        .unwrap();
    assert_eq!(l2.output, word_of(block.number + 1));
    let gas = fork.call(
        SAFE,
        ARB_GAS_INFO,
        IArbGasInfo::getMinimumGasPriceCall {}.abi_encode(),
    );
    assert_eq!(gas.unwrap().output, word_of(block.base_fee), "asked elsewhere");
}

#[test]
fn a_program_is_active_in_a_fork_as_it_is_elsewhere() {
    let (chain, program) = stored();
    let (fork, _) = fork_of(&chain, 0);
    // Its costs, its size, its age: every view says the same.
    let code_hash = alloy_primitives::keccak256(chain.code(program));
    let views: Vec<Vec<u8>> = vec![
        IArbWasm::programVersionCall { program }.abi_encode(),
        IArbWasm::programInitGasCall { program }.abi_encode(),
        IArbWasm::programMemoryFootprintCall { program }.abi_encode(),
        IArbWasm::programTimeLeftCall { program }.abi_encode(),
        IArbWasm::codehashAsmSizeCall { codehash: code_hash }.abi_encode(),
        IArbWasm::minInitGasCall {}.abi_encode(),
        IArbWasm::expiryDaysCall {}.abi_encode(),
    ];
    fork.code(program).unwrap();
    for view in views {
        let there = chain
            .call(&CallRequest::new(SAFE, ARB_WASM, view.clone()))
            .unwrap();
        let here = fork.call(SAFE, ARB_WASM, view).unwrap();
        assert!(there.is_success());
        assert_eq!(here.output, there.output);
    }

    // It expires to the second.
    let left = chain.call(&CallRequest::new(
        SAFE,
        ARB_WASM,
        IArbWasm::programTimeLeftCall { program }.abi_encode(),
    ));
    let left: u64 = U256::from_be_slice(&left.unwrap().output).to();
    let (fork, _) = fork_of(&chain, left);
    assert!(fork.call(SAFE, program, load(1)).unwrap().is_success());
    let (fork, _) = fork_of(&chain, left + 1);
    let expired = fork.call(SAFE, program, load(1)).unwrap();
    assert!(matches!(
        expired.status,
        Status::Halt(HaltReason::Program(ProgramError::Expired { .. }))
    ));
}

#[test]
fn a_program_that_is_not_active_elsewhere_fails_in_a_fork_until_it_is_activated_there() {
    let mut chain = chain();
    let code = stylus_vm_code(&wasm());
    let program = chain.deploy(ALICE, init_code_for(&code)).unwrap();
    chain.set_balance(SAFE, U256::from(10u64.pow(18)));
    let (mut fork, _) = fork_of(&chain, 0);
    let failed = fork.batch(SAFE, EXECUTOR, &[call(program, store(1, 1))]).unwrap();
    assert_eq!(
        failed.calls[0].status,
        Status::Halt(HaltReason::Program(ProgramError::NotActivated))
    );
    // A batch that activates it, and calls it then.
    let activate = SafeCall {
        to: ARB_WASM,
        value: U256::from(10u64.pow(17)),
        data: IArbWasm::activateProgramCall { program }.abi_encode().into(),
    };
    let outcome = fork
        .batch(SAFE, EXECUTOR, &[activate, call(program, store(1, 1))])
        .unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert!(outcome
        .changes
        .iter()
        .any(|change| change.is_arbos() && !change.words.is_empty()));
    assert_eq!(fork.storage(program, number(1)).unwrap(), number(1));
}

fn stylus_vm_code(wasm: &[u8]) -> Vec<u8> {
    stylus_vm::code::compress(wasm)
}

#[test]
fn another_version_of_stylus_disables_a_program_in_a_fork_too() {
    let (mut chain, program) = stored();
    chain.set_stylus_version(3);
    let (fork, _) = fork_of(&chain, 0);
    let refused = fork.call(SAFE, program, load(1)).unwrap();
    assert_eq!(
        refused.status,
        Status::Halt(HaltReason::Program(ProgramError::NeedsUpgrade {
            version: 2,
            stylus_version: 3
        }))
    );
}

#[test]
fn what_the_owners_have_set_elsewhere_holds_in_a_fork() {
    let mut params = StylusParams::at(60);
    params.init_cost_scalar = 75;
    params.min_init_gas = 90;
    params.expiry_days = 100;
    params.ink_price = 12_345;
    let config = Config {
        stylus: Some(params),
        ..Config::default()
    };
    let mut chain = Chain::new(config).unwrap();
    let program = deploy_switch(&mut chain);
    let (fork, _) = fork_of(&chain, 0);
    fork.code(program).unwrap();
    for view in [
        IArbWasm::programInitGasCall { program }.abi_encode(),
        IArbWasm::inkPriceCall {}.abi_encode(),
        IArbWasm::programTimeLeftCall { program }.abi_encode(),
        IArbWasm::initCostScalarCall {}.abi_encode(),
    ] {
        let there = chain
            .call(&CallRequest::new(SAFE, ARB_WASM, view.clone()))
            .unwrap();
        assert_eq!(fork.call(SAFE, ARB_WASM, view).unwrap().output, there.output);
    }
}

#[test]
fn what_no_endpoint_tells_ends_the_fork() {
    let mut chain = chain();
    // BLOCKHASH of the number before this one.
    let hash = deploy_code(
        &mut chain,
        &[0x60, 1, 0x43, 0x03, 0x40, 0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3],
    );
    let untold = |to: Address, data: Vec<u8>| {
        let (mut fork, _) = fork_of(&chain, 0);
        match fork.batch(SAFE, EXECUTOR, &[call(to, data)]) {
            Err(RemoteError::Untold(why)) => {
                assert!(fork.balance(SAFE).is_err(), "and stays ended");
                why
            }
            other => panic!("{other:?}"),
        }
    };
    assert!(untold(hash, Vec::new()).contains("block of L1"));
    let earlier = IArbSys::arbBlockHashCall {
        arbBlockNum: U256::ZERO,
    };
    assert!(untold(ARB_SYS, earlier.abi_encode()).contains("earlier block"));
    // withdrawEth(address), which the real ArbSys has.
    let withdraw = [&[0x25, 0xe1, 0x60, 0x63][..], B256::ZERO.as_slice()].concat();
    assert!(untold(ARB_SYS, withdraw).contains("not built here"));
    let arb_owner = address!("0x0000000000000000000000000000000000000070");
    assert!(untold(arb_owner, vec![1, 2, 3, 4]).contains(&arb_owner.to_string()));
}

#[test]
fn a_contract_that_ends_itself_is_gone_with_its_words() {
    let (chain, program) = stored();
    let (mut fork, _) = fork_of(&chain, 0);
    // Creates a contract that stores a word and ends itself in the same transaction.
    let init = [0x60, 7, 0x60, 1, 0x55, 0x33, 0xff];
    let create = op(12, &[word(0).as_slice(), &init]);
    let outcome = fork.batch(SAFE, EXECUTOR, &[call(program, create)]).unwrap();
    assert!(outcome.is_success());
    let created = Address::from_word(B256::from_slice(&outcome.calls[0].output[..32]));
    assert!(fork.code(created).unwrap().is_empty());
    assert_eq!(fork.storage(created, number(1)).unwrap(), U256::ZERO);
    assert!(outcome.changes.iter().all(|change| change.address != created));
}

/// What a chain elsewhere answers may be anything.
#[test]
fn an_endpoint_that_is_no_arbitrum_chain_is_refused() {
    struct Nothing;
    impl Remote for Nothing {
        fn account(&self, _: Address) -> Result<RemoteAccount, RemoteError> {
            Ok(RemoteAccount::default())
        }
        fn storage(&self, _: Address, _: U256) -> Result<U256, RemoteError> {
            Ok(U256::ZERO)
        }
        fn call(&self, _: Address, _: Bytes) -> Result<RemoteAnswer, RemoteError> {
            Ok(RemoteAnswer::Returned(Bytes::new()))
        }
    }
    let block = RemoteBlock {
        chain_id: 1,
        number: 1,
        l1_number: 1,
        timestamp: 1,
        base_fee: 1,
        gas_limit: 1,
    };
    let refused = Fork::new(Arc::new(Nothing), block, 0).err().unwrap();
    assert!(
        matches!(refused, ForkError::Remote(RemoteError::Arbos { .. })),
        "{refused}"
    );
    assert!(refused.to_string().contains("arbOSVersion()"), "{refused}");
}

#[test]
fn a_transaction_on_a_fork_does_what_it_does_on_the_chain_and_its_sender_pays_for_no_gas() {
    let (mut chain, program) = stored();
    let (mut fork, _) = fork_of(&chain, 0);
    let had = fork.balance(ALICE).unwrap();
    let transaction = Transaction::call(ALICE, program, store(1, 11));
    let forked = fork.transact(&transaction).unwrap();
    let mined = chain.transact(transaction).unwrap();
    assert!(mined.is_success());
    let mined = Outcome {
        trace: None,
        ..mined.outcome
    };
    assert_eq!(forked, mined);
    assert_eq!(fork.storage(program, number(1)).unwrap(), number(11));
    assert_eq!(fork.balance(ALICE).unwrap(), had);
    // What fails keeps nothing, and what cannot be begun is an error.
    let failing = Transaction::call(ALICE, program, op(2, &[word(1).as_slice(), word(22).as_slice()]));
    assert_eq!(fork.transact(&failing).unwrap().status, Status::Revert);
    assert_eq!(fork.storage(program, number(1)).unwrap(), number(11));
    let poor = Transaction::call(SAFE, program, Bytes::new()).with_value(number(1));
    let refused = InvalidTransaction::InsufficientFunds {
        from: SAFE,
        have: U256::ZERO,
        want: number(1),
    };
    assert_eq!(fork.transact(&poor), Err(ForkError::Invalid(refused)));
    fork.give(SAFE, number(1)).unwrap();
    assert!(fork.transact(&poor).is_ok());
    let large = Transaction::create(ALICE, vec![0; 49_153]);
    let refused = InvalidTransaction::InitCodeTooLarge {
        size: 49_153,
        limit: 49_152,
    };
    assert_eq!(fork.transact(&large), Err(ForkError::Invalid(refused)));
    let created = fork.transact(&Transaction::create(ALICE, init_code_for(&[0xfe])));
    let created = created.unwrap().created.unwrap();
    assert_eq!(fork.code(created).unwrap(), Bytes::from_static(&[0xfe]));
}

#[test]
fn a_transaction_keeps_nothing_that_rests_on_what_could_not_be_read() {
    let (chain, program) = stored();
    let (mut fork, elsewhere) = fork_of(&chain, 0);
    fork.call(ALICE, program, load(1)).unwrap();
    elsewhere.go_down();
    let down = ForkError::Remote(RemoteError::Endpoint("the endpoint is down".to_owned()));
    let touched = fork.transact(&Transaction::call(ALICE, program, store(5, 5)));
    assert_eq!(touched, Err(down.clone()));
    assert_eq!(
        fork.difference(&fork.clone()).map_err(ForkError::Remote),
        Err(down)
    );
}

#[test]
fn blocks_go_on_and_time_never_goes_back() {
    let (chain, program) = stored();
    let block = chain.latest_block().clone();
    let (mut fork, _) = fork_of(&chain, 10);
    fork.next_block(block.timestamp + 25);
    assert_eq!(fork.now(), block.timestamp + 25);
    let told = fork.call(SAFE, program, op(8, &[])).unwrap().output;
    let number_at = |at: usize| u64::from_le_bytes(told[at..at + 8].try_into().unwrap());
    assert_eq!(
        (number_at(4), number_at(12)),
        (block.l1_number + 2, block.timestamp + 25)
    );
    fork.next_block(block.timestamp);
    assert_eq!(fork.now(), block.timestamp + 25);
    let l2 = fork.call(SAFE, ARB_SYS, IArbSys::arbBlockNumberCall {}.abi_encode());
    assert_eq!(l2.unwrap().output, word_of(block.number + 3));
}

#[test]
fn clones_go_apart_and_what_differs_between_them_is_what_each_wrote() {
    let (mut chain, program) = stored();
    chain.set_balance(SAFE, number(100));
    let (mut one, elsewhere) = fork_of(&chain, 0);
    let same = Transaction::call(ALICE, program, store(4, 44));
    one.transact(&same).unwrap();
    let mut two = one.clone();
    assert_eq!(one.difference(&two).unwrap(), []);
    // Both write the first word alike, each another of the others; a zero is written over what is elsewhere.
    for (fork, calls) in [
        (&mut one, [store(1, 11), store(2, 22)]),
        (&mut two, [store(1, 11), store(3, 0)]),
    ] {
        for data in calls {
            assert!(fork
                .transact(&Transaction::call(ALICE, program, data))
                .unwrap()
                .is_success());
        }
    }
    let paid = Transaction::call(SAFE, BOB, Bytes::new()).with_value(number(40));
    two.transact(&paid).unwrap();
    let asked = elsewhere.count();
    let changes = one.difference(&two).unwrap();
    let words = |address| {
        let change = changes.iter().find(|change| change.address == address);
        change.map(|change| change.words.clone()).unwrap_or_default()
    };
    let change = |key, before, after| WordChange {
        key: number(key),
        before: number(before),
        after: number(after),
    };
    assert_eq!(words(program), [change(2, 22, 20), change(3, 30, 0)]);
    let safe = changes.iter().find(|change| change.address == SAFE).unwrap();
    assert_eq!(safe.balance, (number(100), number(60)));
    assert_eq!(safe.nonce, (0, 1));
    let bob = changes.iter().find(|change| change.address == BOB).unwrap();
    assert_eq!(bob.balance.1 - bob.balance.0, number(40));
    assert_eq!(changes.len(), 3, "{changes:?}");
    assert_eq!(elsewhere.count(), asked, "a clone knows what the other has read");
}
