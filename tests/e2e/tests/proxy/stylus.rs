//! A contract in Rust behind the proxy, which has guards of its own: a lock, modes, and a latch.

use super::world::*;
use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use e2e::bridge::constructor;
use e2e::proxy::{proxy_input, IGuardedProxy, IProxyGuards};
use e2e::wasm;

sol! {
    #![sol(all_derives)]
    function act(uint256 word, address target, uint256 value, bytes data) external payable returns (bool);
    function actInline(uint256 word, address target, uint256 value, bytes data) external payable returns (bool);
    function setMode(uint8 guard, uint8 mode) external;
    function word() external view returns (uint256);
    function price() external view returns (uint256);
    function lastViolation() external view returns (uint256, uint8, bytes32, bytes32, address);
    event ViolationLatched(uint8 indexed guard, bytes4 indexed method, address indexed by, bytes reason);
}

/// The probe of `tests/frame.rs` behind a proxy, constructed there. What reads it is listed.
fn probed() -> World {
    let mut world = World::plain();
    let people = world.people;
    let code = wasm::code("probe/frame").unwrap();
    // Deployed and not constructed: it is constructed in the proxy's storage.
    let probe = world
        .chain
        .deploy_program(people.deployer, &code, vec![])
        .unwrap();
    let settings = vec![selectors(
        [
            wordCall::SELECTOR,
            priceCall::SELECTOR,
            lastViolationCall::SELECTOR,
        ],
        [VIEW, 0, 0, 1],
    )
    .abi_encode()];
    let initial = constructor(&(people.governor,).abi_encode_params());
    let input = proxy_input(world.admin, probe, false, initial, settings);
    let code = wasm::code("proxy").unwrap();
    world.proxy = world.chain.deploy_program(people.deployer, &code, input).unwrap();
    world.bank = probe;
    world
}

fn inline(number: u64, target: Address, data: Vec<u8>) -> actInlineCall {
    actInlineCall {
        word: u(number),
        target,
        value: U256::ZERO,
        data: data.into(),
    }
}

fn word_of(world: &World) -> u64 {
    world.ask(&wordCall {}).to()
}

#[test]
fn it_is_constructed_behind_the_proxy_once() {
    let mut world = probed();
    let mark = alloy_primitives::keccak256("stylus_constructor");
    assert_ne!(world.word(mark), B256::ZERO, "the mark is the implementation's");
    let again = constructor(&(world.people.attacker,).abi_encode_params());
    assert!(!world.raw(again, 0).is_success());
    // Its governor governs it, through the proxy.
    let mode = setModeCall { guard: 1, mode: 1 };
    assert!(!world.send(&mode).is_success());
    let (governor, proxy) = (world.people.governor, world.proxy);
    assert!(world.chain.submit(governor, proxy, &mode).unwrap().is_success());
}

#[test]
fn it_works_as_it_does_without_and_its_lock_is_its_own() {
    let mut world = probed();
    assert!(world.send(&inline(7, Address::ZERO, vec![])).is_success());
    assert_eq!(word_of(&world), 7);
    // A call back meets the proxy's lock; where that lets it through, the contract's own.
    let back = inline(8, Address::ZERO, vec![]).abi_encode();
    let proxy = world.proxy;
    let forwarder = world
        .chain
        .create(
            world.people.user,
            alloy_primitives::hex!(
                "6022600a5f3960225ff3 6020360360205f375f5f602036035f5f5f355af13d5f5f3e601e573d5ffd5b3d5ff3"
            )
            .to_vec(),
        )
        .unwrap();
    let reenter = inline(9, forwarder, [proxy.into_word().to_vec(), back].concat());
    let refused = world.send(&reenter);
    assert!(!refused.is_success());
    world.set(&selectors([actInlineCall::SELECTOR], [INCREASES, 0, 0, 1]));
    let refused = world.send(&reenter);
    assert!(!refused.is_success());
    assert_eq!(word_of(&world), 7);
    // A view that says when it is not settled says so behind the proxy too.
    let view = [proxy.into_word().to_vec(), priceCall {}.abi_encode()].concat();
    assert!(!world.send(&inline(10, forwarder, view)).is_success());
}

#[test]
fn its_own_latch_works_where_its_selector_nests() {
    let mut world = probed();
    let (governor, proxy) = (world.people.governor, world.proxy);
    let mode = setModeCall {
        guard: 1,
        mode: LATCH,
    };
    assert!(world.chain.submit(governor, proxy, &mode).unwrap().is_success());
    let over = actCall {
        word: u(101),
        target: Address::ZERO,
        value: U256::ZERO,
        data: Bytes::new(),
    };
    // It runs its body in a delegatecall to its own address, which is the proxy.
    assert!(!world.send(&over).is_success());
    world.set(&selectors([actCall::SELECTOR], [INCREASES, 0, 0, 1]));
    let tripped = world.send(&over);
    assert!(tripped.is_success(), "{tripped:?}");
    let told = told::<ViolationLatched>(&tripped, proxy);
    assert_eq!((told.len(), told[0].guard, told[0].by), (1, 1, world.people.user));
    assert_eq!(world.ask(&lastViolationCall {})._0, u(1));
    assert_eq!(word_of(&world), 0);
    // The proxy has tripped nothing.
    assert_eq!(world.violations(), 0);
}

#[test]
fn its_storage_and_the_proxys_do_not_meet() {
    let mut world = probed();
    world.set(&watch(ETH, 100));
    world.set(&restrict(5, 4, HOUR));
    world.set(&IProxyGuards::setInvariantCall {
        ..invariant(7, wordCall::SELECTOR, world.proxy, 5, u(50))
    });
    let refused = world.send(&inline(51, Address::ZERO, vec![]));
    let broken = e2e::calls::refusal::<IProxyGuards::InvariantBroken>(&refused).unwrap();
    assert_eq!((broken.guard, broken.current), (8, u(51)));
    assert!(world.send(&inline(50, Address::ZERO, vec![])).is_success());
    assert_eq!((word_of(&world), world.state(5).0), (50, 4));
    assert_eq!(world.read(&IGuardedProxy::implementationCall {}), world.bank);
}
