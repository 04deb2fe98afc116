//! Programs that stop running while a patch waits or is on probation: of an older Stylus, in fragments, expired, kept alive.

use super::world::*;
use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall};
use e2e::or_skip;
use e2e::patch::IPatchManager;
use e2e::proxy::IBank;
use e2e::rpc::{init_code_for, Receipt, RpcError, ARB_WASM};
use e2e::wasm;
use stylus_vm::fragments::{root_of, split};

const YEAR: u64 = 365 * DAY;

sol! {
    interface IArbWasm {
        function programTimeLeft(address program) external view returns (uint64 secs);
        function stylusVersion() external view returns (uint16 version);
    }
}

impl World {
    fn left(&self, program: Address) -> u64 {
        let asked = IArbWasm::programTimeLeftCall { program };
        self.chain.view(self.people.user, ARB_WASM, &asked).unwrap()
    }

    /// Anybody has the manager keep a program alive.
    fn keep_alive(&mut self, account: Address) -> Receipt {
        let (anyone, manager) = (self.people.attacker, self.manager);
        let keep = IPatchManager::keepAliveCall { account }.abi_encode();
        self.chain
            .transact(anyone, manager, keep, U256::from(FEE))
            .unwrap()
    }

    /// What has to run for anything to be done at all.
    fn keep_the_house_alive(&mut self) {
        for program in [self.proxy, self.council, self.manager] {
            succeeded(&self.keep_alive(program));
        }
    }

    fn activate(&mut self, program: Address) {
        let anyone = self.people.attacker;
        self.chain.activate_program(anyone, program).unwrap();
    }

    /// Whether the guardian could roll back now.
    fn would_roll_back(&self, patch: &Whole) -> bool {
        let call = patch.terms.roll_back(B256::ZERO).abi_encode();
        let called = self.chain.call(self.people.guardian, self.manager, call);
        called.unwrap().is_success()
    }
}

/// A patch that initialises the fourth bank rightly.
fn good(world: &World, four: Address) -> Whole {
    let init = IBank::initializeThreeCall {
        root: B256::repeat_byte(1),
        mutes: false,
    };
    world.patch(four, init.abi_encode(), world.checks())
}

#[test]
fn stylus_is_upgraded_after_a_patch_was_armed() {
    let mut world = World::new();
    let program = world.four(Kind::Stylus);
    let patch = good(&world, program);
    or_skip!(world.arm(&patch));
    world.passes(&patch, 3);
    let asked = IArbWasm::stylusVersionCall {};
    let version: u16 = world.chain.view(world.people.user, ARB_WASM, &asked).unwrap();
    or_skip!(world.chain.set_stylus_version(version + 1));
    // Nothing runs any more. Anybody brings manager and proxy back.
    assert!(!world.apply(&patch).is_success());
    let house = [world.manager, world.proxy, world.council];
    for contract in house {
        world.activate(contract);
    }
    let refused = IPatchManager::ProgramInactive { account: program };
    world.refuses_to_try(&patch, &refused);
    or_skip!(world.refuses_to_apply(&patch, &refused));
    // It is activated in the switch, or before it by anybody.
    succeeded(&world.apply_activating(&patch, ACTIVATION_GAS));
    assert_eq!(world.ask(&IBank::versionCall {}), U256::from(3));
    assert_eq!(world.runs().secsLeft, YEAR);

    // And the way back: what ran before has to be activated, too.
    succeeded(&world.roll_back(&patch));
    let mut again = patch.clone();
    again.terms.salt = B256::repeat_byte(1);
    // The bank knows its initialisation by now.
    again = Whole {
        terms: again.terms.with(&[], &[]),
        init: vec![],
        checks: vec![],
    };
    or_skip!(world.arm(&again));
    succeeded(&world.apply(&again));
    let proxy = world.proxy;
    succeeded(&world.send(world.people.guardian, &IPatchManager::settleCall { proxy }));
    let evm = world.four(Kind::Evm);
    let mut on = world.patch(evm, vec![], vec![]);
    on.terms.replaces = program;
    or_skip!(world.arm(&on));
    succeeded(&world.apply(&on));
    or_skip!(world.chain.set_stylus_version(version + 2));
    for contract in house {
        world.activate(contract);
    }
    let runs = world.runs();
    assert_eq!((runs.secsLeft, runs.previous), (u64::MAX, program));
    assert_eq!(runs.previousSecsLeft, 0, "it says so before it is needed");
    let before = or_skip!(world.traces(world.people.guardian));
    assert_refused(&world.roll_back(&on), &refused);
    assert_eq!(or_skip!(world.traces(world.people.guardian)), before);
    world.activate(program);
    assert_ne!(world.runs().previousSecsLeft, 0);
    succeeded(&world.roll_back(&on));
    assert_eq!(world.runs().implementation, program);
}

/// A bank in two fragments, whose root names addresses at which nothing stands yet: the next ones of its deployer.
struct Torn {
    root: Address,
    codes: [Vec<u8>; 2],
    places: [Address; 2],
}

fn torn(world: &mut World) -> Torn {
    let wasm = wasm::load("probe/bank").unwrap();
    let whole = split(&wasm, usize::MAX).remove(0).len();
    let codes: [Vec<u8>; 2] = split(&wasm, whole / 2 + 3).try_into().unwrap();
    let deployer = world.people.deployer;
    let nonce = world.chain.client().nonce(deployer).unwrap();
    let places = [1, 2].map(|next| deployer.create(nonce + next));
    let root = root_of(&wasm, places.to_vec()).encode();
    let root = world.chain.create(deployer, init_code_for(&root)).unwrap();
    Torn { root, codes, places }
}

fn of_fragments(codes: &[Vec<u8>; 2]) -> B256 {
    keccak256(codes.each_ref().map(keccak256).concat())
}

#[test]
fn of_a_program_in_fragments_the_code_of_each_is_what_was_approved() {
    let mut world = World::new();
    let Torn { root, codes, places } = torn(&mut world);
    let deployer = world.people.deployer;
    let mut patch = world.patch(root, vec![], vec![]);
    patch.terms.fragments = of_fragments(&codes);
    let proxy = world.proxy;

    // Approved before the fragments were there: what comes to their places later is looked at when it is applied.
    or_skip!(world.arm(&patch));
    let none = IPatchManager::NoCode { account: places[0] };
    or_skip!(world.refuses_to_apply(&patch, &none));
    world.chain.create(deployer, init_code_for(&codes[0])).unwrap();
    let none = IPatchManager::NoCode { account: places[1] };
    or_skip!(world.refuses_to_apply(&patch, &none));
    let mut others = codes.clone();
    let last = others[1].last_mut().unwrap();
    *last ^= 1;
    world.chain.create(deployer, init_code_for(&others[1])).unwrap();
    let differ = |found: &[Vec<u8>; 2]| IPatchManager::FragmentsDiffer {
        account: root,
        expected: of_fragments(&codes),
        found: of_fragments(found),
    };
    world.refuses_to_try(&patch, &differ(&others));
    or_skip!(world.refuses_to_apply(&patch, &differ(&others)));
    // The other way round they are others, too.
    or_skip!(world.chain.set_code(places[0], codes[1].clone()));
    or_skip!(world.chain.set_code(places[1], codes[0].clone()));
    let turned = [codes[1].clone(), codes[0].clone()];
    or_skip!(world.refuses_to_apply(&patch, &differ(&turned)));

    or_skip!(world.chain.set_code(places[0], codes[0].clone()));
    or_skip!(world.chain.set_code(places[1], codes[1].clone()));
    or_skip!(world.refuses_to_apply(&patch, &IPatchManager::ProgramInactive { account: root }));
    succeeded(&world.apply_activating(&patch, ACTIVATION_GAS));
    assert_eq!(world.ask(&IBank::versionCall {}), U256::from(3));
    assert_eq!(world.runs().secsLeft, YEAR);

    // The way back leads to the code that it was, and to no other.
    succeeded(&world.send(world.people.guardian, &IPatchManager::settleCall { proxy }));
    let evm = world.four(Kind::Evm);
    let mut on = world.patch(evm, vec![], vec![]);
    on.terms.replaces = root;
    or_skip!(world.arm(&on));
    succeeded(&world.apply(&on));
    or_skip!(world.chain.set_code(places[1], others[1].clone()));
    assert_refused(&world.roll_back(&on), &differ(&others));
    or_skip!(world.chain.set_code(places[1], codes[1].clone()));
    succeeded(&world.roll_back(&on));
}

#[test]
fn a_program_in_fragments_is_not_approved_as_one_without() {
    let mut world = World::new();
    let Torn { root, codes, .. } = torn(&mut world);
    let deployer = world.people.deployer;
    for code in &codes {
        world.chain.create(deployer, init_code_for(code)).unwrap();
    }
    world.activate(root);
    let patch = world.patch(root, vec![], vec![]);
    let differ = IPatchManager::FragmentsDiffer {
        account: root,
        expected: B256::ZERO,
        found: of_fragments(&codes),
    };
    or_skip!(world.refuses(&patch, &differ));
    // Nor does a fragment run.
    let account = deployer.create(world.chain.client().nonce(deployer).unwrap() - 1);
    let patch = world.patch(account, vec![], vec![]);
    or_skip!(world.refuses(&patch, &IPatchManager::NotRunnable { account }));
}

#[test]
fn a_standby_patch_whose_program_grows_old_is_refused_from_the_second_on_and_expired() {
    let mut world = World::new();
    let program = world.four(Kind::Stylus);
    let mut patch = good(&world, program);
    patch.terms.path = 1;
    // It lies ready from the 301st day to the 391st.
    or_skip!(world.chain.advance_time(300 * DAY));
    let id = world.propose(&patch);
    let opens_at = world.state(id).readyAt - DAY;
    or_skip!(world.chain.move_to(opens_at));
    world.approve(id);
    let now = world.chain.now().unwrap();
    let secs = world.left(program);
    or_skip!(world.chain.move_to(now + secs - 30 * DAY));
    world.passes(&patch, 3);
    or_skip!(world.chain.move_to(now + secs - 30 * DAY + 1));
    let soon = IPatchManager::ProgramExpiresSoon {
        account: program,
        secsLeft: 30 * DAY - 1,
        needed: 30 * DAY,
    };
    world.refuses_to_try(&patch, &soon);
    world.keep_the_house_alive();
    let from = now + secs;
    or_skip!(world.chain.move_to(from));
    succeeded(&world.send(world.people.guardian, &arm(id, from, from + 2 * HOUR)));
    // In its last second it still runs.
    let last = IPatchManager::ProgramExpiresSoon { secsLeft: 0, ..soon };
    or_skip!(world.refuses_to_apply(&patch, &last));
    or_skip!(world.chain.move_to(from + 1));
    or_skip!(world.refuses_to_apply(&patch, &IPatchManager::ProgramInactive { account: program }));
    world.activate(program);
    succeeded(&world.apply(&patch));
    assert_eq!(world.runs().secsLeft, world.left(program));
}

/// What ran before grows old: a proxy in whose probation it expires.
fn growing_old() -> Result<(World, Whole), RpcError> {
    let mut world = World::new();
    let program = world.four(Kind::Stylus);
    let mut world = world.running(program);
    let evm = world.four(Kind::Evm);
    let patch = world.patch(evm, vec![], vec![]);
    world.chain.advance_time(340 * DAY)?;
    world.keep_the_house_alive();
    world.chain.advance_time(21 * DAY)?;
    world.arm(&patch)?;
    Ok((world, patch))
}

#[test]
fn the_way_back_is_lost_with_the_program_and_found_with_it() {
    let (mut world, patch) = or_skip!(growing_old());
    let program = world.bank;
    let runs = world.runs();
    assert_eq!((runs.implementation, runs.previous), (program, Address::ZERO));
    assert_eq!((runs.secsLeft, runs.previousSecsLeft), (world.left(program), 0));
    succeeded(&world.apply(&patch));
    let runs = world.runs();
    let now = world.chain.now().unwrap();
    assert_eq!((runs.secsLeft, runs.previous), (u64::MAX, program));
    assert_eq!(runs.previousSecsLeft, world.left(program));
    // It says before it is needed that it will not be there to the end.
    let dies_at = now + runs.previousSecsLeft;
    assert!(dies_at < runs.probationEndsAt, "{runs:?}");
    or_skip!(world.chain.move_to(dies_at));
    assert!(world.would_roll_back(&patch));
    assert_eq!(world.runs().previousSecsLeft, 0);
    or_skip!(world.chain.move_to(dies_at + 1));
    let before = or_skip!(world.traces(world.people.guardian));
    let inactive = IPatchManager::ProgramInactive { account: program };
    assert_refused(&world.roll_back(&patch), &inactive);
    assert_eq!(or_skip!(world.traces(world.people.guardian)), before);
    // Nobody keeps alive what is dead; anybody activates it.
    let code_hash = world.code_hash(program);
    let failed = IPatchManager::KeepAliveFailed { codeHash: code_hash };
    assert_refused(&world.keep_alive(program), &failed);
    world.activate(program);
    succeeded(&world.roll_back(&patch));
    assert_eq!(world.ask(&IBank::markerCall {}), U256::from(MARKER));
}

#[test]
fn anybody_keeps_the_way_back_alive() {
    let (mut world, patch) = or_skip!(growing_old());
    let program = world.bank;
    succeeded(&world.apply(&patch));
    let dies_at = world.chain.now().unwrap() + world.left(program);
    let (anyone, manager) = (world.people.attacker, world.manager);
    let had = world.chain.balance(anyone).unwrap();
    let kept = world.keep_alive(program);
    succeeded(&kept);
    assert_eq!(
        told::<IPatchManager::ProgramKeptAlive>(&kept, manager),
        [IPatchManager::ProgramKeptAlive {
            codeHash: world.code_hash(program),
            by: anyone
        }]
    );
    assert!(world.chain.balance(anyone).unwrap() > had - U256::from(FEE));
    assert_eq!(world.chain.balance(manager).unwrap(), U256::ZERO);
    assert_eq!(world.runs().previousSecsLeft, world.left(program));
    assert!(world.left(program) > 360 * DAY);
    or_skip!(world.chain.move_to(dies_at + 1));
    succeeded(&world.roll_back(&patch));
    // One that is younger than a month is not taken, and what was sent comes back.
    let refused = IPatchManager::KeepAliveFailed {
        codeHash: world.code_hash(program),
    };
    assert_refused(&world.keep_alive(program), &refused);
    // What is no program has no life to prolong.
    let evm = patch.terms.implementation;
    let refused = IPatchManager::KeepAliveFailed {
        codeHash: world.code_hash(evm),
    };
    assert_refused(&world.keep_alive(evm), &refused);
}

/// What stands at an address is what it says it is: bytes that begin as a program's, with nothing behind.
#[test]
fn what_only_begins_as_a_program_is_none() {
    let mut world = World::new();
    let account = Address::repeat_byte(0x78);
    or_skip!(world
        .chain
        .set_code(account, Bytes::from_static(&[0xef, 0xf0, 0x00])));
    let patch = world.patch(account, vec![], vec![]);
    world.refuses_to_try(&patch, &IPatchManager::ProgramInactive { account });
    or_skip!(world.chain.set_code(account, Bytes::from_static(&[0xef, 0xf0])));
    let patch = world.patch(account, vec![], vec![]);
    world.refuses_to_try(&patch, &IPatchManager::NotRunnable { account });
}
