//! Sequences against the ERC-4626 vault.

mod checks;
mod end;
mod steps;
mod world;

use crate::cases;
use checks::{told, Judge, Seen};
use e2e::tokens::Fixture;
use std::cell::RefCell;
use std::collections::HashMap;
use steps::{sequence, Step};
use world::World;

/// Takes the steps, judges each, and has everybody leave.
fn run(fixture: Fixture, steps: &[Step], lift: bool) -> HashMap<&'static str, u64> {
    let mut world = World::new(fixture);
    let mut judge = Judge::default();
    let mut before = Seen::of(&world);
    for step in steps {
        let told = told(&world, step, &before);
        let outcome = world.take(step);
        let after = Seen::of(&world);
        judge.judge(&world, step, outcome.as_ref(), &before, &after);
        if let (Some(told), Some(outcome)) = (told, &outcome) {
            assert_eq!(
                outcome.is_success(),
                told,
                "what the vault told of {step:?}: {outcome:?}"
            );
        }
        before = after;
    }
    end::everybody_gets_out(world, lift);
    judge.seen
}

#[test]
fn whatever_is_called_in_whatever_order_nothing_breaks_and_everybody_gets_out() {
    let seen = RefCell::new(HashMap::<&str, u64>::new());
    cases(40, sequence(), |(fixture, steps, lift)| {
        for (what, times) in run(fixture, &steps, lift) {
            *seen.borrow_mut().entry(what).or_default() += times;
        }
    });
    let mut seen: Vec<_> = seen.into_inner().into_iter().collect();
    seen.sort_unstable();
    println!("{seen:?}");
}
