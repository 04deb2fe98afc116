//! A hub as WASM on a chain, a vault in Solidity that asks it, and the attacks on both.

#[path = "hub/governed.rs"]
mod governed;
#[path = "hub/world.rs"]
mod world;

use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use e2e::hub::{hub_input, vault_init_code, IGuardedVault, IHub, IHubGovernance};
use e2e::openzeppelin::{creation_code, ITimelockController};
use e2e::or_skip;
use e2e::rpc::{Chain, Endpoint};
use e2e::wasm;
use world::*;

#[test]
fn a_vault_lets_leave_what_its_hub_lets_leave() {
    let mut world = World::new();
    let owner = world.people.user;
    assert_eq!(world.max_withdraw(), CAPACITY);
    let over = world.withdraw(CAPACITY + 1);
    assert_refused(
        &over,
        &IGuardedVault::ERC4626ExceededMaxWithdraw {
            owner,
            assets: units(CAPACITY + 1),
            max: units(CAPACITY),
        },
    );
    let emptied = world.withdraw(CAPACITY);
    assert!(emptied.is_success());
    assert_eq!(world.max_withdraw(), 0);
    or_skip!(world.chain.move_to(world.time_of(&emptied) + DAY / 2));
    assert_eq!(world.max_withdraw(), CAPACITY / 2);
    assert!(world.withdraw(CAPACITY / 2).is_success());
    // A deposit makes no room.
    assert!(world.deposit(CAPACITY).is_success());
    assert_eq!(world.max_withdraw(), 0);
}

#[test]
fn only_a_client_charges_and_naming_one_waits() {
    let mut world = World::new();
    let (attacker, governor) = (world.people.attacker, world.people.governor);
    let consume = IHub::consumeCall {
        group: WITHDRAWALS,
        kind: 3,
        asset: world.token,
        amount: units(CAPACITY),
    };
    assert_refused(
        &world.ask(attacker, &consume),
        &IHub::NotClient { caller: attacker },
    );
    assert_eq!(world.max_withdraw(), CAPACITY);
    let named = IHubGovernance::setClientCall {
        client: attacker,
        allowed: true,
    };
    let early = world.ask(governor, &named);
    assert_refused(
        &early,
        &IHubGovernance::OperationNotReady {
            operation: keccak256(named.abi_encode()),
            readyAt: 0,
            expiresAt: 0,
        },
    );
    // Removing one does not wait, and stops what it did.
    world.govern(&IHubGovernance::setClientCall {
        client: world.vault,
        allowed: false,
    });
    let client = world.vault;
    assert_refused(&world.withdraw(1), &IHub::NotClient { caller: client });
}

#[test]
fn a_guardian_pauses_once_and_ways_out_stay_open() {
    let mut world = World::new();
    let guardian = world.people.guardian;
    assert_refused(
        &world.ask(world.people.attacker, &pause(0, 3, HOUR)),
        &IHubGovernance::NotGroupGuardian {
            group: 0,
            caller: world.people.attacker,
        },
    );
    let paused = world.ask(guardian, &pause(0, 3, 2 * DAY));
    let until = world.time_of(&paused) + 2 * DAY;
    assert_eq!(world.state(DEPOSITS), (3, until), "everything covers each group");
    assert_eq!(world.max_deposit(), U256::ZERO);
    assert!(!world.deposit(1).is_success());
    assert_eq!(
        world.check(DEPOSITS, 0),
        Err(Bytes::from(restricted(0, 3, 0, until).abi_encode()))
    );
    // Repayments run in full, withdrawals at a twentieth of the limit.
    assert_eq!(world.check(3, 2), Ok(10_000));
    assert_eq!(world.max_withdraw(), CAPACITY / 20);
    assert!(world.withdraw(CAPACITY / 20).is_success());
    assert!(!world.withdraw(1).is_success());

    let again = world.ask(guardian, &pause(0, 4, 2 * DAY));
    assert_refused(
        &again,
        &IHubGovernance::GuardianSpent {
            group: 0,
            caller: guardian,
        },
    );
}

#[test]
fn a_freeze_ends_by_itself_over_a_ramp() {
    let mut world = World::new();
    let guardian = world.people.guardian;
    let frozen = world.ask(guardian, &pause(WITHDRAWALS, 4, HOUR));
    let until = world.time_of(&frozen) + HOUR;
    let refused = Err(Bytes::from(restricted(WITHDRAWALS, 4, 3, until).abi_encode()));
    assert_eq!(world.check(WITHDRAWALS, 3), refused);
    assert!(world.deposit(1).is_success(), "the other group runs");
    or_skip!(world.chain.move_to(until - 1));
    assert_eq!(world.check(WITHDRAWALS, 3), refused);
    assert!(!world.withdraw(1).is_success());
    or_skip!(world.chain.move_to(until));
    assert_eq!(world.check(WITHDRAWALS, 3), Ok(2_500), "a quarter to begin with");
    assert!(world.withdraw(1).is_success());
    or_skip!(world.chain.move_to(until + 12 * HOUR));
    assert_eq!(world.check(WITHDRAWALS, 3), Ok(6_250));
    or_skip!(world.chain.move_to(until + DAY - 1));
    assert_eq!(world.state(WITHDRAWALS).0, 1);
    or_skip!(world.chain.move_to(until + DAY));
    assert_eq!(world.check(WITHDRAWALS, 3), Ok(10_000));
    assert_eq!(world.state(WITHDRAWALS).0, 0);
}

#[test]
fn the_fallback_renews_after_the_cool_down_and_no_sooner() {
    let mut world = World::new();
    let (guardian, fallback) = (world.people.guardian, world.people.deployer);
    let paused = world.ask(guardian, &pause(WITHDRAWALS, 4, HOUR));
    let cool_at = world.time_of(&paused) + HOUR + DAY;
    or_skip!(world.chain.move_to(cool_at - 1));
    let early = world.ask(fallback, &pause(WITHDRAWALS, 4, HOUR));
    assert_refused(
        &early,
        &IHubGovernance::GuardiansCoolingDown {
            group: WITHDRAWALS,
            retryAt: cool_at,
        },
    );
    or_skip!(world.chain.move_to(cool_at));
    assert!(world.ask(fallback, &pause(WITHDRAWALS, 4, HOUR)).is_success());
    // Both are spent: the governor arms them again.
    or_skip!(world.chain.advance_time(3 * DAY));
    for account in [guardian, fallback] {
        let spent = world.ask(account, &pause(WITHDRAWALS, 4, HOUR));
        assert_refused(
            &spent,
            &IHubGovernance::GuardianSpent {
                group: WITHDRAWALS,
                caller: account,
            },
        );
    }
    world.govern(&IHubGovernance::rearmCall { group: WITHDRAWALS });
    assert!(world.ask(guardian, &pause(WITHDRAWALS, 4, HOUR)).is_success());
}

#[test]
fn guardians_exceed_no_budget_however_often_they_are_armed() {
    let mut world = World::new();
    let guardian = world.people.guardian;
    // Half of the budget at once: three days, of which a pause takes two.
    let first = world.ask(guardian, &pause(WITHDRAWALS, 4, 2 * DAY));
    assert!(first.is_success());
    or_skip!(world.chain.move_to(world.time_of(&first) + 3 * DAY));
    world.govern(&IHubGovernance::rearmCall { group: WITHDRAWALS });
    let assigned = world.view(world.hub, &IHubGovernance::assignedCall { group: WITHDRAWALS });
    // A day is left, and a twentieth of a second for each second since has come back.
    let left = assigned.budgetLeftSecs;
    assert_eq!(left, DAY + 3 * DAY / 20);
    let over = world.ask(guardian, &pause(WITHDRAWALS, 4, left + 60));
    let refused = e2e::calls::refusal::<IHubGovernance::GuardianBudgetExceeded>(&over);
    assert_eq!(
        refused.map(|refused| (refused.group, refused.secs, refused.leftSecs)),
        Some((WITHDRAWALS, left + 60, left))
    );
    assert!(world.ask(guardian, &pause(WITHDRAWALS, 4, left)).is_success());
}

#[test]
fn a_guardian_that_gives_no_sign_of_life_is_replaced_by_its_fallback() {
    let mut world = World::new();
    let (guardian, fallback, stranger) = (
        world.people.guardian,
        world.people.deployer,
        world.people.attacker,
    );
    let beat = world.ask(guardian, &IHubGovernance::heartbeatCall { group: WITHDRAWALS });
    let stale_at = world.time_of(&beat) + 30 * DAY;
    let report = IHubGovernance::reportStaleCall { group: WITHDRAWALS };
    or_skip!(world.chain.move_to(stale_at - 1));
    assert_refused(
        &world.ask(fallback, &pause(WITHDRAWALS, 4, HOUR)),
        &IHubGovernance::GuardianStillThere {
            group: WITHDRAWALS,
            staleAt: stale_at,
        },
    );
    let not_yet = world.ask(stranger, &report);
    assert_refused(
        &not_yet,
        &IHubGovernance::GuardianNotStale {
            group: WITHDRAWALS,
            staleAt: stale_at,
        },
    );
    or_skip!(world.chain.move_to(stale_at));
    let lapsed = IHubGovernance::GuardianLapsed {
        group: WITHDRAWALS,
        staleAt: stale_at,
    };
    assert_refused(&world.ask(guardian, &pause(WITHDRAWALS, 4, HOUR)), &lapsed);
    let revived = world.ask(guardian, &IHubGovernance::heartbeatCall { group: WITHDRAWALS });
    assert_refused(&revived, &lapsed);
    assert!(world.ask(stranger, &report).is_success());
    assert!(world.ask(fallback, &pause(WITHDRAWALS, 4, HOUR)).is_success());
}

#[test]
fn a_stolen_governors_key_loosens_nothing_at_once_but_a_pause() {
    let mut world = World::new();
    let governor = world.people.governor;
    let loosening: [Vec<u8>; 4] = [
        bucket(world.token, CAPACITY + 1_000).abi_encode(),
        IHubGovernance::configureGuardiansCall {
            budgetSecs: 6 * DAY + 2,
            ..e2e::hub::GUARDIAN_TERMS
        }
        .abi_encode(),
        IHubGovernance::setCouncilCall { council_: governor }.abi_encode(),
        IHubGovernance::setDelayCall { secs: DELAY - 1 }.abi_encode(),
    ];
    let hub = world.hub;
    let before = or_skip!(world.chain.fingerprint(hub));
    for data in &loosening {
        let early = world
            .chain
            .transact(governor, hub, data.clone(), U256::ZERO)
            .unwrap();
        assert_refused(
            &early,
            &IHubGovernance::OperationNotReady {
                operation: keccak256(data),
                readyAt: 0,
                expiresAt: 0,
            },
        );
    }
    assert_eq!(world.chain.fingerprint(hub).unwrap(), before);
    // Whoever may cancel does.
    let scheduled = world.govern(&IHubGovernance::scheduleCall {
        data: loosening[0].clone().into(),
    });
    let ready_at = world.time_of(&scheduled) + DELAY;
    let operation = keccak256(&loosening[0]);
    let cancelled = world.ask(
        world.people.guardian,
        &IHubGovernance::cancelScheduledCall { operation },
    );
    assert!(cancelled.is_success());
    or_skip!(world.chain.move_to(ready_at));
    let early = world
        .chain
        .transact(governor, hub, loosening[0].clone(), U256::ZERO)
        .unwrap();
    assert!(!early.is_success());
}

#[test]
fn what_is_no_group_kind_or_state_is_refused_and_changes_nothing() {
    let mut world = World::new();
    let guardian = world.people.guardian;
    let before = or_skip!(world.chain.fingerprint(world.hub));
    assert_eq!(
        world.check(6, 0),
        Err(Bytes::from(IHub::UnknownPauseGroup { group: 6 }.abi_encode()))
    );
    assert_eq!(
        world.check(1, 4),
        Err(Bytes::from(IHub::UnknownKind { kind: 4 }.abi_encode()))
    );
    for state in [0, 1, 5] {
        let refused = world.ask(guardian, &pause(WITHDRAWALS, state, HOUR));
        assert_refused(&refused, &IHubGovernance::UnknownState { state });
    }
    assert!(!world.ask(guardian, &pause(WITHDRAWALS, 4, 0)).is_success());
    assert!(!world
        .ask(guardian, &pause(WITHDRAWALS, 4, 2 * DAY + 1))
        .is_success());
    let (hub, user) = (world.hub, world.people.user);
    for input in [
        vec![],
        vec![0; 3],
        vec![0xff; 100],
        pause(1, 4, HOUR).abi_encode()[..99].to_vec(),
    ] {
        assert!(!world
            .chain
            .transact(user, hub, input, U256::ZERO)
            .unwrap()
            .is_success());
    }
    assert_eq!(world.chain.fingerprint(hub).unwrap(), before);
}

#[test]
fn a_vault_without_a_hub_is_not_made() {
    let mut world = World::new();
    let (user, nobody) = (world.people.user, Address::repeat_byte(0x99));
    assert!(world
        .chain
        .create(user, vault_init_code(world.token, nobody))
        .is_err());
}

/// OpenZeppelin's TimelockController as it is released: proposed by one account, executed by anyone.
fn timelock_controller(chain: &mut Chain, proposer: Address, delay: u64) -> Address {
    let arguments = (
        U256::from(delay),
        vec![proposer],
        vec![Address::ZERO],
        Address::ZERO,
    );
    let init_code = creation_code("TimelockController", arguments.abi_encode_params());
    chain.create(proposer, init_code).unwrap()
}

#[test]
fn openzeppelins_timelock_controller_governs_a_hub() {
    let code = wasm::code("hub").unwrap();
    let mut chain = Chain::open(&Endpoint::from_env().unwrap(), &code).unwrap();
    let people = chain.people();
    let timelock = timelock_controller(&mut chain, people.user, DELAY);
    let input = hub_input(timelock, people.guardian);
    let hub = chain.deploy_program(people.deployer, &code, input).unwrap();
    let asset = Address::repeat_byte(0x70);
    let data: Bytes = bucket(asset, CAPACITY).abi_encode().into();
    let schedule = ITimelockController::scheduleCall {
        target: hub,
        value: U256::ZERO,
        data: data.clone(),
        predecessor: B256::ZERO,
        salt: B256::ZERO,
        delay: U256::from(DELAY),
    };
    let execute = ITimelockController::executeCall {
        target: hub,
        value: U256::ZERO,
        payload: data,
        predecessor: B256::ZERO,
        salt: B256::ZERO,
    };
    let scheduled = chain
        .must(people.user, timelock, &schedule, "a proposal")
        .unwrap();
    let ready_at = chain.time_of(&scheduled).unwrap() + DELAY;
    or_skip!(chain.move_to(ready_at - 1));
    assert!(!chain
        .submit(people.attacker, timelock, &execute)
        .unwrap()
        .is_success());
    or_skip!(chain.move_to(ready_at));
    assert!(chain
        .submit(people.attacker, timelock, &execute)
        .unwrap()
        .is_success());
    let available = chain
        .view(people.user, hub, &IHub::availableCall { asset })
        .unwrap();
    assert_eq!(available, units(CAPACITY));
}
