//! The hash of a layout: computed by the compiler, carried by a program, exported to a file, approved, and checked in the switch.

use super::world::*;
use alloy_primitives::{Address, B256};
use alloy_sol_types::SolValue;
use e2e::bridge::IBridge;
use e2e::or_skip;
use e2e::patch::IPatchManager;
use e2e::tokens::Fixture;
use e2e::wasm;

/// What `scripts/layout export bridge` wrote: the guarded build.
const EXPORTED: &str = include_str!("../../../../examples/bridge/layout.json");

fn exported() -> B256 {
    let layout: serde_json::Value = serde_json::from_str(EXPORTED).unwrap();
    layout["hash"].as_str().unwrap().parse().unwrap()
}

/// A build of the bridge as a program that was not constructed: what runs behind a proxy.
fn bridge(world: &mut World, build: &str) -> Address {
    let code = wasm::code(build).unwrap();
    let deployer = world.people.deployer;
    world.chain.deploy_program(deployer, &code, vec![]).unwrap()
}

/// What an implementation itself says.
fn said(world: &World, implementation: Address) -> B256 {
    let call = IBridge::storageLayoutHashCall {};
    world
        .chain
        .view(world.people.user, implementation, &call)
        .unwrap()
}

#[test]
fn a_program_carries_the_hash_that_its_exported_layout_has() {
    let mut world = World::new();
    let (guarded, unguarded) = (
        bridge(&mut world, "bridge-guarded"),
        bridge(&mut world, "bridge-unguarded"),
    );
    assert_eq!(said(&world, guarded), exported());
    assert_ne!(said(&world, unguarded), exported());
}

#[test]
fn a_program_with_the_layout_that_was_approved_is_switched_to_and_answers_behind_the_proxy() {
    let mut world = World::new();
    let program = bridge(&mut world, "bridge-guarded");
    let mut patch = world.patch(program, vec![], vec![]);
    patch.terms.layoutAfter = exported();
    world.passes(&patch, 0);
    or_skip!(world.arm(&patch));
    succeeded(&world.apply(&patch));
    assert_eq!(world.runs().implementation, program);
    assert_eq!(world.ask(&IBridge::storageLayoutHashCall {}), exported());
}

#[test]
fn a_program_with_another_layout_is_refused_and_says_which() {
    let mut world = World::new();
    // Built from the same source, without the guards and their storage: its code is what was approved, its layout is not.
    let program = bridge(&mut world, "bridge-unguarded");
    let mut patch = world.patch(program, vec![], vec![]);
    patch.terms.layoutAfter = exported();
    let differs = IPatchManager::LayoutDiffers {
        account: program,
        expected: exported(),
        found: said(&world, program),
    };
    or_skip!(world.refuses(&patch, &differs));
}

#[test]
fn the_layout_that_is_there_is_checked_as_well_and_one_that_says_nothing_has_none() {
    let mut world = World::new();
    let program = bridge(&mut world, "bridge-guarded");
    let first = world.patch(program, vec![], vec![]);
    or_skip!(world.arm(&first));
    succeeded(&world.apply(&first));
    let next = bridge(&mut world, "bridge-unguarded");
    let mut second = world.patch(next, vec![], vec![]);
    second.terms.replaces = program;
    second.terms.layoutBefore = exported();
    second.terms.layoutAfter = said(&world, next);
    world.passes(&second, 0);
    let wrong = B256::repeat_byte(1);
    second.terms.layoutBefore = wrong;
    let differs = IPatchManager::LayoutDiffers {
        account: program,
        expected: wrong,
        found: exported(),
    };
    assert_eq!(
        called::<IPatchManager::LayoutDiffers>(&world.canary(&second)),
        Some(differs)
    );
    // A contract that says nothing of its storage.
    let arguments = (world.bank, world.manager).abi_encode_params();
    let silent = world.create(Fixture::Beacon, arguments);
    second = world.patch(silent, vec![], vec![]);
    second.terms.replaces = program;
    second.terms.layoutAfter = exported();
    let differs = IPatchManager::LayoutDiffers {
        account: silent,
        expected: exported(),
        found: B256::ZERO,
    };
    assert_eq!(
        called::<IPatchManager::LayoutDiffers>(&world.canary(&second)),
        Some(differs)
    );
}
