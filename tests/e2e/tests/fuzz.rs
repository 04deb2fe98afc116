//! Generated sequences of calls by several actors, on contracts compiled to WASM.
//!
//! # Design
//! - **What holds is looked at after every step**, read off the contracts and computed here once more: a share of a vault, what left in any time, whose shares changed, how many words a
//!   refusal and a latched violation touched. What a tree of nested calls leaves, a model says to the word, and so it does of all that a market counts.
//! - **What passes is foreseen as well**, where nobody lies: what is refused without a reason is a fault, like what passes with one.
//! - **A sequence ends with everybody getting out.** Tokens are repaired, pauses expire or are lifted, delays pass; then each thing that people do works, and each takes out all that is theirs.
//! - On the embedded chain itself, without JSON-RPC: a case is a clone of a base that was set up once. An endpoint of somebody else's is not for thousands of calls.
//! - Amounts are parts of what there is, so that a sequence means something wherever it has come to, and still does when it is shrunk.
//!
//! # Trust assumptions
//! - A token may revert, burn gas, answer nothing or nonsense, keep a fee, take something back, and call back; that it says it holds nothing while somebody writes the loss down is left out:
//!   then it is one.
//! - An oracle may be gone, old, early, absurd, burn gas, or be written to by anyone within a transaction; afterwards its reporters say the truth again.
//!
//! The cases are the same each time, so that nobody's build fails by chance. More of them, and others: `PROPTEST_CASES=2000 cargo test --workspace --test fuzz -- --nocapture`, which prints the
//! seed; `PROPTEST_RNG_SEED` takes it, and makes the same cases once more.
#![allow(missing_docs, unreachable_pub)]

#[path = "fuzz/chain.rs"]
mod chain;
#[path = "fuzz/left.rs"]
mod left;
#[path = "fuzz/market/mod.rs"]
mod market;
#[path = "fuzz/people.rs"]
mod people;
#[path = "fuzz/probe.rs"]
mod probe;
#[path = "fuzz/token.rs"]
mod token;
#[path = "fuzz/vault/mod.rs"]
mod vault;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};

/// What the cases are made from, unless something is asked for.
const SEED: u64 = 0x706f_7274_6375_6c6c;

/// Runs so many cases, or as many as `PROPTEST_CASES` says, from the seed that the head of this file speaks of. What fails is shrunk and printed whole, with the case that found it: no file
/// keeps it.
fn cases<S: Strategy>(number: u32, strategy: S, run: impl Fn(S::Value)) {
    let said = |name: &str| std::env::var(name).ok();
    let asked = said("PROPTEST_CASES").and_then(|cases| cases.parse().ok());
    let seed = match said("PROPTEST_RNG_SEED").map(|seed| seed.parse()) {
        Some(Ok(seed)) => seed,
        Some(Err(error)) => panic!("PROPTEST_RNG_SEED is a number below 2^64: {error}"),
        None if asked.is_some() => RandomState::new().build_hasher().finish(),
        None => SEED,
    };
    if seed != SEED {
        println!("PROPTEST_RNG_SEED={seed} makes these cases again");
    }
    let config = Config {
        cases: asked.unwrap_or(number),
        failure_persistence: None,
        max_shrink_iters: 1_000,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    // After the first that did not return come those that shrink it.
    let (begun, returned, found_by) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let outcome = TestRunner::new(config).run(&strategy, |value| {
        if begun.get() > returned.get() && found_by.get() == 0 {
            found_by.set(begun.get());
        }
        begun.set(begun.get() + 1);
        run(value);
        returned.set(returned.get() + 1);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("found by case {} of seed {seed}: {failure}", found_by.get());
    }
}
