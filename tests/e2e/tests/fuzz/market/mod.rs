//! Sequences against the lending market.

mod checks;
mod end;
mod limits;
mod model;
mod pairs;
mod steps;
mod told;
mod world;

use crate::cases;
use checks::{tells, Judge, Seen};
use pairs::{Base, Pair};
use std::cell::RefCell;
use std::collections::HashMap;
use steps::{sequence, Step};
use world::World;

/// Takes the steps, judges each, and has everybody leave.
fn run(pair: Pair, base: Base, steps: &[Step], is_made_up: bool) -> HashMap<&'static str, u64> {
    let mut world = World::new(pair, base);
    let mut judge = Judge::new(world.net.now());
    let mut before = Seen::of(&world);
    for step in steps {
        let foreseen = judge.foresee(&world, step, &before);
        let outcome = world.take(step);
        let after = Seen::of(&world);
        judge.judge(&world, step, &foreseen, outcome.as_ref(), &before, &after);
        if !tells(&world) {
            world.primed.clear();
        }
        before = after;
    }
    end::everybody_gets_out(world, is_made_up);
    judge.seen
}

#[test]
fn whatever_is_lent_and_whatever_the_oracle_says_nothing_breaks_and_everybody_gets_out() {
    let seen = RefCell::new(HashMap::<&str, u64>::new());
    cases(40, sequence(), |(pair, base, steps, is_made_up)| {
        for (what, times) in run(pair, base, &steps, is_made_up) {
            *seen.borrow_mut().entry(what).or_default() += times;
        }
    });
    let mut seen: Vec<_> = seen.into_inner().into_iter().collect();
    seen.sort_unstable();
    println!("{seen:?}");
}
