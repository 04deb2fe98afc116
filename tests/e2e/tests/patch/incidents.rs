//! Patches that became incidents, each refused as it is tried and as it is applied, with nothing changed on the whole chain: for implementations in Solidity and in Rust.

use super::world::*;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use e2e::or_skip;
use e2e::patch::{check, IPatchManager, Rule};
use e2e::proxy::IBank;
use e2e::tokens::Fixture;

alloy_sol_types::sol! {
    function initialize(address registry_) external;
}

/// What the first bank answers to a call that it does not know: its own words in front of it.
fn echoed(call: &[u8]) -> B256 {
    B256::from_slice(&[&[0xfa, 0x11], call].concat()[..32])
}

#[test]
fn audius_an_initialiser_whose_word_collides_behind_the_proxy() {
    let mut world = World::new();
    let collided = world.create(Fixture::Collided, vec![]);
    let init = initializeCall {
        registry_: Address::repeat_byte(9),
    };
    let patch = world.patch(collided, init.abi_encode(), vec![]);
    let proxy = world.proxy;
    or_skip!(world.refuses(&patch, &IPatchManager::InitializedTwice { proxy }));
    for kind in Kind::BOTH {
        let four = world.four(kind);
        let init = IBank::initializeRegistryCall {
            registry_: Address::repeat_byte(9),
        };
        // On the implementation itself it is locked.
        let refused = world.chain.call(world.people.attacker, four, init.abi_encode());
        assert!(!refused.unwrap().is_success(), "{kind:?}");
        let patch = world.patch(four, init.abi_encode(), vec![]);
        or_skip!(world.refuses(&patch, &IPatchManager::InitializedTwice { proxy }));
    }
}

#[test]
fn nomad_a_root_of_zero_that_becomes_acceptable() {
    for kind in Kind::BOTH {
        let mut world = World::new();
        let four = world.four(kind);
        let init = |root| IBank::initializeThreeCall { root, mutes: false }.abi_encode();
        let good = world.patch(four, init(B256::repeat_byte(1)), world.checks());
        world.passes(&good, 3);
        let bad = world.patch(four, init(B256::ZERO), good.checks);
        let refused = IPatchManager::CheckFailed {
            index: 1,
            before: echoed(&IBank::acceptableCall { root: B256::ZERO }.abi_encode()),
            current: B256::from(U256::from(1)),
        };
        or_skip!(world.refuses(&bad, &refused));
        // The forged message alone says it too.
        let process = IBank::processCall {
            root: B256::ZERO,
            rounds: U256::from(1),
        };
        let forged = check(Rule::Reverts, world.proxy, &process.abi_encode());
        let bad = world.patch(four, bad.init, forged);
        let refused = IPatchManager::CheckFailed {
            index: 0,
            before: echoed(&process.abi_encode()),
            current: B256::from(U256::from(1)),
        };
        or_skip!(world.refuses(&bad, &refused));
    }
}

#[test]
fn wormhole_an_implementation_that_anybody_initialises() {
    let mut world = World::new();
    let open = world.create(Fixture::Bank, vec![]);
    let init = IBank::initializeCall {
        token_: Address::ZERO,
        marker_: U256::ZERO,
    };
    let patch = world.patch(open, init.abi_encode(), vec![]);
    or_skip!(world.refuses(&patch, &IPatchManager::InitializerOpen { implementation: open }));

    // In Rust, deployed and not constructed. Anybody constructs it, which locks it: the same patch passes then.
    let open = world.unlocked();
    let init = IBank::initializeThreeCall {
        root: B256::repeat_byte(1),
        mutes: false,
    };
    let patch = world.patch(open, init.abi_encode(), world.checks());
    or_skip!(world.refuses(&patch, &IPatchManager::InitializerOpen { implementation: open }));
    let lock = e2e::bridge::constructor(&[]);
    let locked = world
        .chain
        .transact(world.people.attacker, open, lock, U256::ZERO);
    succeeded(&locked.unwrap());
    succeeded(&world.apply(&patch));
}

#[test]
fn compound_a_price_that_reverts_after_the_upgrade() {
    for kind in Kind::BOTH {
        let mut world = World::new();
        let four = world.four(kind);
        let init = IBank::initializeThreeCall {
            root: B256::repeat_byte(1),
            mutes: true,
        };
        let patch = world.patch(four, init.abi_encode(), world.checks());
        let refused = IPatchManager::CheckFailed {
            index: 0,
            before: B256::from(U256::from(10).pow(U256::from(18))),
            current: B256::repeat_byte(0xff),
        };
        or_skip!(world.refuses(&patch, &refused));
    }
}

/// Compound's proposal 62: rewards were counted from another index than was meant, and what an account could claim was everything.
#[test]
fn compound_a_parameter_that_no_check_asked_for() {
    let reserve = U256::from(1_000_000);
    for kind in Kind::BOTH {
        let mut world = World::new();
        let user = world.people.user;
        // What the user has in the bank, at the mapping's place.
        let slot = alloy_primitives::keccak256([user.into_word(), B256::with_last_byte(3)].concat());
        let balance = IBank::overwriteCall {
            slot,
            value: B256::from(reserve),
        };
        succeeded(&world.chain.submit(user, world.proxy, &balance).unwrap());
        let four = world.four(kind);
        let wad = 1_000_000_000_000_000_000_u64;
        // A thousandth was meant.
        let init = |part: u64| {
            let index_ = U256::from(wad / part);
            IBank::initializeRewardsCall { index_ }.abi_encode()
        };
        // What was asked so far holds: nobody looked at this.
        let blind = world.patch(four, init(1), world.checks());
        world.passes(&blind, 3);
        let earned = IBank::earnedCall { account: user }.abi_encode();
        let most = U256::from(1_000);
        let bounded = check(Rule::Within(U256::from(1), most), world.proxy, &earned);
        let checks = [world.checks(), bounded].concat();
        let good = world.patch(four, init(1_000), checks.clone());
        world.passes(&good, 4);
        let bad = world.patch(four, init(1), checks);
        let refused = IPatchManager::CheckFailed {
            index: 3,
            before: echoed(&earned),
            current: reserve.into(),
        };
        or_skip!(world.refuses(&bad, &refused));
    }
}

/// Parity's library of 2017: nobody had initialised it, so anybody made it theirs, and killed it. A patch that initialises nothing does not try the initialisers by itself: a check does.
#[test]
fn parity_an_implementation_that_anybody_makes_theirs() {
    for kind in Kind::BOTH {
        let mut world = World::new();
        let open = match kind {
            Kind::Evm => world.create(Fixture::Bank, vec![]),
            Kind::Stylus => world.unlocked(),
        };
        let theirs = IBank::initializeCall {
            token_: Address::ZERO,
            marker_: U256::ZERO,
        };
        let locked = check(Rule::Reverts, open, &theirs.abi_encode());
        let patch = world.patch(open, vec![], locked);
        let refused = IPatchManager::CheckFailed {
            index: 0,
            before: B256::repeat_byte(0xff),
            current: B256::repeat_byte(0xff),
        };
        or_skip!(world.refuses(&patch, &refused));
        // Once it is somebody's it is nobody else's, and what stands in its storage is nothing to the proxy.
        succeeded(&world.chain.submit(world.people.attacker, open, &theirs).unwrap());
        succeeded(&world.apply(&patch));
        assert_eq!(world.ask(&IBank::markerCall {}), U256::from(MARKER));
        let owner: Address = world.ask(&IBank::ownerCall {});
        assert_ne!(owner, world.people.attacker);
    }
}

#[test]
fn parity_an_implementation_that_was_killed() {
    let mut world = World::new();
    let (attacker, bank) = (world.people.attacker, world.bank);
    let kill = IBank::destroyCall { to: attacker };
    // What was there before stays: no chain takes code away from a contract any more but in the transaction that made it.
    let two = world.create(Fixture::BankTwo, vec![]);
    let patch = world.patch(two, vec![], vec![]);
    succeeded(&world.chain.submit(attacker, two, &kill).unwrap());
    world.passes(&patch, 0);
    succeeded(&world.chain.submit(attacker, bank, &kill).unwrap());
    or_skip!(world.arm(&patch));
    succeeded(&world.apply(&patch));
    succeeded(&world.roll_back(&patch));
    // One that kills itself as it is made has a hash to approve, and no code.
    let init_code = [&[0x73], attacker.as_slice(), &[0xff]].concat();
    let account = world.chain.create(attacker, init_code).unwrap();
    let patch = world.patch(account, vec![], vec![]);
    or_skip!(world.refuses(&patch, &IPatchManager::NoCode { account }));
}

#[test]
fn an_initialisation_that_fails() {
    for kind in Kind::BOTH {
        let mut world = World::new();
        let four = world.four(kind);
        let init = IBank::initializeFailingCall {}.abi_encode();
        let patch = world.patch(four, init, world.checks());
        let proxy = world.proxy;
        or_skip!(world.refuses(&patch, &IPatchManager::SwitchFailed { proxy }));
    }
}

#[test]
fn other_code_other_data_other_checks_and_another_implementation_that_runs() {
    let mut world = World::new();
    let right = world.right();
    let account = right.terms.implementation;
    let found = world.code_hash(account);

    let mut other = right.clone();
    other.terms.codeHash = world.code_hash(world.bank);
    let expected = other.terms.codeHash;
    or_skip!(world.refuses(
        &other,
        &IPatchManager::CodeDiffers {
            account,
            expected,
            found
        }
    ));

    let mut other = right.clone();
    other.init.push(0);
    let (expected, found) = (other.terms.initHash, alloy_primitives::keccak256(&other.init));
    or_skip!(world.refuses(&other, &IPatchManager::InitDiffers { expected, found }));

    let mut other = right.clone();
    other.terms.salt = B256::repeat_byte(1);
    other.checks = world.checks()[..0].to_vec();
    let (expected, found) = (other.terms.checksHash, alloy_primitives::keccak256(&other.checks));
    or_skip!(world.refuses(&other, &IPatchManager::ChecksDiffer { expected, found }));

    let mut other = right.clone();
    other.terms.replaces = account;
    let (proxy, found) = (world.proxy, world.bank);
    or_skip!(world.refuses(
        &other,
        &IPatchManager::ImplementationDiffers {
            proxy,
            expected: account,
            found
        }
    ));

    let mut other = right.clone();
    other.terms.layoutAfter = B256::repeat_byte(3);
    let found = alloy_primitives::keccak256("bank 3");
    let expected = other.terms.layoutAfter;
    or_skip!(world.refuses(
        &other,
        &IPatchManager::LayoutDiffers {
            account,
            expected,
            found
        }
    ));

    let mut other = right;
    other.terms.implementation = Address::repeat_byte(0x99);
    let account = other.terms.implementation;
    or_skip!(world.refuses(&other, &IPatchManager::NoCode { account }));
}

#[test]
fn a_contract_for_another_kind_of_proxy() {
    let mut world = World::new();
    let sworn = world.create(Fixture::Sworn, vec![]);
    let patch = world.patch(sworn, vec![], vec![]);
    let found = alloy_primitives::keccak256("PROXIABLE");
    or_skip!(world.refuses(
        &patch,
        &IPatchManager::NotProxiable {
            account: sworn,
            found
        }
    ));
}
