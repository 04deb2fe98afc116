//! Generated sequences of calls by several actors, on contracts compiled to WASM.
//!
//! # Design
//! - **What holds is looked at after every step**, read off the contracts and computed here once more: a share of a vault, what left in any time, whose shares changed, how many words a
//!   refusal and a latched violation touched. What a tree of nested calls leaves, a model says to the word.
//! - **A sequence ends with everybody getting out.** Tokens are repaired, pauses expire or are lifted, delays pass; then each thing that people do works, and each takes out all that is theirs.
//! - On the embedded chain itself, without JSON-RPC: a case is a clone of a base that was set up once. An endpoint of somebody else's is not for thousands of calls.
//! - Amounts are parts of what there is, so that a sequence means something wherever it has come to, and still does when it is shrunk.
//!
//! # Trust assumptions
//! - A token may revert, burn gas, answer nothing or nonsense, keep a fee, take something back, and call back; that it says it holds nothing while somebody writes the loss down is left out:
//!   then it is one.
//!
//! More of them: `PROPTEST_CASES=2000 cargo test --workspace --test fuzz -- --nocapture`.
#![allow(missing_docs, unreachable_pub)]

#[path = "fuzz/chain.rs"]
mod chain;
#[path = "fuzz/probe.rs"]
mod probe;
#[path = "fuzz/vault/mod.rs"]
mod vault;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};
use std::cell::Cell;

/// Runs so many cases, or as many as `PROPTEST_CASES` says. What fails is shrunk and printed whole, with the case that found it: no file keeps it.
fn cases<S: Strategy>(number: u32, strategy: S, run: impl Fn(S::Value)) {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let config = Config {
        cases: asked.and_then(|cases| cases.parse().ok()).unwrap_or(number),
        failure_persistence: None,
        max_shrink_iters: 2_000,
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
        panic!("found by case {}: {failure}", found_by.get());
    }
}
