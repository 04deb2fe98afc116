//! Generated sequences of calls by several actors, on contracts compiled to WASM.
#![allow(missing_docs, unreachable_pub)]

#[path = "fuzz/chain.rs"]
mod chain;
#[path = "fuzz/probe.rs"]
mod probe;
#[path = "fuzz/vault/mod.rs"]
mod vault;

use proptest::test_runner::Config;

/// So many cases, or as many as `PROPTEST_CASES` says. What fails is shrunk, and printed whole: no file keeps it.
fn cases(number: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok();
    Config {
        cases: asked.and_then(|cases| cases.parse().ok()).unwrap_or(number),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    }
}
