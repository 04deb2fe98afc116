//! The ways in which a new version gets in: the manager's whole way, an administrator's, of proxies of all kinds, and Stylus programs.

use super::lab::*;
use super::world::{World, DAY, HOUR};
use alloy_primitives::{keccak256, Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue};
use e2e::or_skip;
use e2e::patch::{check, IPatchManager, Rule};
use e2e::proxy::{proxy_input, IBank};
use e2e::rpc::init_code_for;
use e2e::tokens::Fixture;
use e2e::wasm::{self, Code as Built};
use impact::operations::Operations;
use impact::replay::{replay, Impact};
use impact::scenario::Scenario;
use impact::switch::{Administered, Managed, Way};
use impact::worlds::{deploy, state, Code};
use safe_batch::endpoint::Endpoint;
use serde_json::json;
use std::sync::Arc;

fn managed(world: &World, patch: &super::world::Whole) -> Way {
    let terms = patch_file::Patch::new(
        patch.terms.proxy,
        patch.terms.replaces,
        patch.terms.implementation,
        patch.terms.codeHash,
    );
    Way::Managed(Box::new(Managed {
        manager: world.manager,
        terms: terms.with(&patch.init, &patch.checks),
        init: patch.init.clone().into(),
        checks: patch.checks.clone().into(),
        activation_gas: 0,
    }))
}

fn simulated(lab: &Lab, scenario: &Scenario, way: &Way) -> Result<Impact, String> {
    let endpoint = lab.endpoint(None);
    replay(state(&endpoint, 0).unwrap(), scenario, &lab.operations, way)
}

#[test]
fn a_patch_on_record_goes_the_managers_whole_way_as_soon_as_it_can_wherever_it_stands() {
    let mut lab = or_skip!(Lab::new());
    let rounds = lab
        .world
        .create(Fixture::Pool, U256::from(Version::RoundsUp as u8).abi_encode());
    let patch = lab.world.patch(rounds, vec![], vec![]);
    let scenario = lab.scenario(|_| {});
    let way = managed(&lab.world, &patch);
    let id = lab.world.id(&patch);

    // Not on record: by the administrator, who is the manager.
    let impact = simulated(&lab, &scenario, &way).unwrap();
    assert_eq!(impact.switched.refused, None);
    assert!(impact.switched.steps[0].starts_with(&format!("The patch {id} is not on record")));
    assert_eq!(impact.switched_at, lab.endpoint(None).block().timestamp);
    let right_away = gaps(&scenario, &impact, "shares", lab.bob);
    assert_eq!(right_away[1..3], [1, 1]);

    lab.world.propose(&patch);
    let ready_at = lab.world.state(id).readyAt;
    let impact = simulated(&lab, &scenario, &way).unwrap();
    assert_eq!(impact.switched.refused, None);
    assert_eq!(impact.switched_at, ready_at, "no later than its code can run");
    let steps = &impact.switched.steps;
    assert_eq!(steps.len(), 4, "{steps:?}");
    for (step, said) in steps.iter().zip([
        format!("The patch {id} is proposed on record"),
        format!(
            "It is approved in the name of the attesters {}",
            lab.world.council
        ),
        format!(
            "It is armed in the name of the guardian {}",
            lab.world.people.guardian
        ),
        format!(
            "It is applied in the name of the guardian {}",
            lab.world.people.guardian
        ),
    ]) {
        assert!(step.starts_with(&said), "{step}");
    }
    // The operations keep their distances, from then on.
    let first = lab.operations.all[0].time;
    for (compared, operation) in impact.operations.iter().zip(&lab.operations.all) {
        assert_eq!(compared.at, ready_at + operation.time - first);
    }
    assert_eq!(gaps(&scenario, &impact, "shares", lab.bob), right_away);
    let report = lab.report(&lab.endpoint(None), &scenario, &impact);
    assert!(
        report.text.contains("as far apart as they were"),
        "{}",
        report.text
    );

    or_skip!(lab.world.chain.move_to(ready_at - DAY));
    lab.world.approve(id);
    let ready_at = lab.world.state(id).readyAt;
    let approved = simulated(&lab, &scenario, &way).unwrap();
    assert_eq!(
        (approved.switched_at, approved.switched.steps.len()),
        (ready_at, 3)
    );
    or_skip!(lab.world.chain.move_to(ready_at));
    let arm = super::world::arm(id, ready_at + HOUR, ready_at + 12 * HOUR);
    super::world::succeeded(&lab.world.send(lab.world.people.guardian, &arm));
    let armed = simulated(&lab, &scenario, &way).unwrap();
    assert_eq!(
        (armed.switched_at, armed.switched.steps.len()),
        (ready_at + HOUR, 2)
    );

    let cancel = IPatchManager::cancelCall { patch: id };
    super::world::succeeded(&lab.world.send(lab.world.people.guardian, &cancel));
    let over = simulated(&lab, &scenario, &way).unwrap_err();
    assert!(
        over.starts_with(&format!("the patch {id} is cancelled: there is nothing to apply")),
        "{over}"
    );
}

#[test]
fn what_the_manager_refuses_fails_the_patch_and_nothing_is_replayed() {
    let mut lab = or_skip!(Lab::new());
    let dearer = lab.world.create(
        Fixture::Pool,
        U256::from(Version::MovesThePrice as u8).abi_encode(),
    );
    let checks = check(
        Rule::Unchanged(99),
        lab.world.proxy,
        &IPool::priceCall {}.abi_encode(),
    );
    let patch = lab.world.patch(dearer, vec![], checks);
    lab.world.propose(&patch);
    let scenario = lab.scenario(|_| {});
    let way = managed(&lab.world, &patch);
    let impact = simulated(&lab, &scenario, &way).unwrap();
    let why = impact.switched.refused.clone().unwrap();
    assert!(
        why.contains("it is not applied in the name of the guardian"),
        "{why}"
    );
    assert!(why.contains("CheckFailed(index 0, before 0x"), "{why}");
    assert_eq!(impact.operations, []);
    let report = lab.report(&lab.endpoint(None), &scenario, &impact);
    assert_eq!(
        report.breaches,
        [format!("The new version does not come to run: {why}.")]
    );
    assert!(!report.text.contains("## Positions"));
    let picture = impact::chart::picture(&scenario, &lab.operations, &impact);
    assert!(picture.contains("a patch: one limit is broken"));
    // A patch of another proxy is none of this scenario.
    let other = lab.scenario(|file| file["proxy"] = json!(lab.world.manager));
    assert!(simulated(&lab, &other, &way).unwrap_err().contains("is no proxy"));
}

/// Without operations: a version by its number alone.
fn versions(endpoint: &Arc<Endpoint>, proxy: Address, way: &Administered) -> Result<Impact, String> {
    let scenario = json!({
        "chain_id": endpoint.block().chain_id,
        "proxy": proxy,
        "market": [{"name": "version", "view": "version()(uint256)"}],
    });
    let scenario = Scenario::read(&scenario.to_string()).unwrap();
    let operations = Operations::default();
    let way = Way::Administered(way.clone());
    replay(state(endpoint, 0).unwrap(), &scenario, &operations, &way)
}

fn told(impact: &Impact) -> Vec<(String, String)> {
    let readings = impact.market[0].readings.iter();
    let number = |answer: &impact::replay::Answer| answer.number().unwrap().to_string();
    readings
        .map(|reading| (number(&reading.old), number(&reading.new)))
        .collect()
}

#[test]
fn proxies_that_upgrade_themselves_and_beacons_are_switched_by_their_owners() {
    let mut world = World::new();
    let governor = world.people.governor;
    let initial = IBank::initializeCall {
        token_: Address::repeat_byte(0x70),
        marker_: U256::from(1),
    };
    let bank = world.create(Fixture::UupsBank, vec![]);
    let initial = Bytes::from(initial.abi_encode());
    let uups = world.create(Fixture::Uups, (bank, initial.clone()).abi_encode_params());
    let two = world.create(Fixture::BankTwo, vec![]);
    let url = world.chain.client().url().to_owned();
    let endpoint = Arc::new(Endpoint::pin(&url, None).unwrap());
    let switch = |implementation| Administered {
        implementation,
        init: Bytes::new(),
        administrator: None,
    };
    let one_and_two = vec![("1".to_owned(), "2".to_owned()); 2];
    let impact = versions(&endpoint, uups, &switch(two)).unwrap();
    assert_eq!((impact.switched.before, impact.switched.after), (bank, two));
    assert_eq!(told(&impact), one_and_two);
    let stranger = Administered {
        administrator: Some(governor),
        ..switch(two)
    };
    let refused = versions(&endpoint, uups, &stranger).unwrap().switched.refused;
    let why = refused.unwrap();
    assert!(
        why.contains("is not switched in the name of") && why.ends_with("'owner'"),
        "{why}"
    );

    let beacon = world.create(Fixture::Beacon, (world.bank, governor).abi_encode_params());
    let input = proxy_input(world.manager, beacon, true, initial.to_vec(), vec![]);
    let deployer = world.people.deployer;
    let code = wasm::code("proxy").unwrap();
    let proxied = world.chain.deploy_program(deployer, &code, input).unwrap();
    let endpoint = Arc::new(Endpoint::pin(&url, None).unwrap());
    let impact = versions(&endpoint, proxied, &switch(two)).unwrap();
    assert_eq!(told(&impact), one_and_two);
    assert!(impact.switched.steps[0].starts_with(&format!("{beacon} is switched in the name of {governor}")));
    let initialising = Administered {
        init: vec![1].into(),
        ..switch(two)
    };
    let why = versions(&endpoint, proxied, &initialising).unwrap_err();
    assert!(why.contains("not initialised by the switch"), "{why}");
    let nowhere = Address::repeat_byte(0x44);
    let why = versions(&endpoint, uups, &switch(nowhere)).unwrap_err();
    assert!(why.contains(&format!("nothing stands at {nowhere}")), "{why}");
}

#[test]
fn a_program_that_is_not_active_is_activated_by_the_manager_in_the_switch() {
    let mut world = World::new();
    let Built::Whole(code) = wasm::code("probe/frame").unwrap() else {
        panic!("the probe is small enough for one contract");
    };
    let deployer = world.people.deployer;
    let program = world.chain.create(deployer, init_code_for(&code)).unwrap();
    let patch = world.patch(program, vec![], vec![]);
    world.propose(&patch);
    let endpoint = Arc::new(Endpoint::pin(world.chain.client().url(), None).unwrap());
    let scenario = json!({"chain_id": world.chain.id(), "proxy": world.proxy});
    let scenario = Scenario::read(&scenario.to_string()).unwrap();
    let with = |gas: u64| {
        let Way::Managed(mut way) = managed(&world, &patch) else {
            panic!("it is the manager's");
        };
        way.activation_gas = gas;
        let fork = state(&endpoint, 0).unwrap();
        let impact = replay(fork, &scenario, &Operations::default(), &Way::Managed(way));
        impact.unwrap().switched.refused
    };
    let inactive = with(0).unwrap();
    assert!(
        inactive.ends_with(&format!("ProgramInactive(account {program})")),
        "{inactive}"
    );
    let poor = with(500_000).unwrap();
    assert!(
        poor.ends_with(&format!("ActivationFailed(account {program}, gas 500000)")),
        "{poor}"
    );
    assert_eq!(with(15_000_000), None);
}

/// A program that answers every call with this number, but for `proxiableUUID()`, which a proxy would take at its word.
fn answering(number: u8) -> Vec<u8> {
    carrying(number, 0)
}

/// The same with so many bytes behind it that nothing compresses.
fn carrying(number: u8, bytes: usize) -> Vec<u8> {
    let dead = (0..bytes.div_ceil(32) as u64)
        .flat_map(|word| keccak256(word.to_be_bytes()).0)
        .map(|byte| format!("\\{byte:02x}"))
        .collect::<String>();
    let text = format!(
        r#"(module
            (import "vm_hooks" "read_args" (func $read_args (param i32)))
            (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
            (memory (export "memory") 1 1)
            (data (i32.const 31) "\{number:02x}")
            (data (i32.const 1024) "{dead}")
            (func (export "user_entrypoint") (param i32) (result i32)
                (call $read_args (i32.const 64))
                (if (i32.eq (i32.load (i32.const 64)) (i32.const 0x2d90d152))
                    (then (return (i32.const 1))))
                (call $write_result (i32.const 0) (i32.const 32))
                (i32.const 0)))"#
    );
    wat::parse_str(text).unwrap()
}

#[test]
fn programs_are_old_and_new_versions_as_any_code_is() {
    let mut world = World::new();
    let deployer = world.people.deployer;
    let Built::Whole(seven) = Built::of(&answering(7)) else {
        panic!("it is small");
    };
    let seven = world.chain.create(deployer, init_code_for(&seven)).unwrap();
    world.chain.activate_program(deployer, seven).unwrap();
    // It answers whatever it is called with, to be initialised too.
    let input = proxy_input(world.manager, seven, false, vec![1, 2, 3, 4], vec![]);
    let code = wasm::code("proxy").unwrap();
    let proxy = world.chain.deploy_program(deployer, &code, input).unwrap();
    let endpoint = Arc::new(Endpoint::pin(world.chain.client().url(), None).unwrap());
    let scenario = json!({
        "chain_id": endpoint.block().chain_id,
        "proxy": proxy,
        "market": [{"name": "version", "view": "version()(uint256)", "limit": {"absolute": "1"}}],
        "users": [deployer],
    });
    let scenario = Scenario::read(&scenario.to_string()).unwrap();
    let operation = impact::operations::Operation {
        from: deployer,
        to: proxy,
        value: U256::ZERO,
        data: vec![1, 2, 3, 4].into(),
        time: 5,
        hash: None,
        expected: None,
    };
    let operations = Operations {
        chain_id: scenario.chain_id,
        all: vec![operation],
    };
    let with = |code: Code| {
        let mut fork = state(&endpoint, 0).unwrap();
        let implementation = deploy(&mut fork, &code, &scenario.errors)?;
        let way = Way::Administered(Administered {
            implementation,
            init: Bytes::new(),
            administrator: None,
        });
        replay(fork, &scenario, &operations, &way)
    };
    let numbers = |old: &str, new: &str| vec![(old.to_owned(), new.to_owned()); 3];
    let impact = with(Code::Program(answering(8))).unwrap();
    assert_eq!(impact.switched.before, seven);
    assert_eq!(told(&impact), numbers("7", "8"));
    let made = &impact.operations[0];
    assert_eq!(made.old.answer[31], 7);
    assert_eq!(made.new.answer[31], 8);
    assert_eq!(
        impact::verdict::breaches(&scenario, &operations, &impact),
        [""; 0]
    );
    let far = with(Code::Program(answering(9))).unwrap();
    assert_eq!(impact::verdict::breaches(&scenario, &operations, &far).len(), 1);
    // To one that lies in two contracts, and to one that would need three.
    let large = carrying(8, 30_000);
    assert!(matches!(Built::of(&large), Built::InFragments { .. }));
    assert_eq!(told(&with(Code::Program(large)).unwrap()), numbers("7", "8"));
    let larger = with(Code::Program(carrying(8, 60_000))).unwrap_err();
    assert!(
        larger.starts_with("the new version's program is not activated"),
        "{larger}"
    );
    // To code of the EVM.
    let bank = with(Code::Creation(Fixture::Bank.creation_code().into())).unwrap();
    assert_eq!(told(&bank), numbers("7", "1"));
    // What is no program, and what makes no contract.
    let broken = with(Code::Program(b"\0asm\x01\0\0\0".to_vec())).unwrap_err();
    assert!(
        broken.starts_with("the new version's program is not activated"),
        "{broken}"
    );
    let none = with(Code::Creation(vec![0xfe].into())).unwrap_err();
    assert!(
        none.starts_with("the new version's code makes no contract"),
        "{none}"
    );
}
