//! What `cargo stylus` runs to learn the contract's interface and its constructor.
//!
//! The contract is a module of this program and not a crate that it links: see `crate-type` in `Cargo.toml`.
// Most of a contract is for the chain.
#![allow(dead_code, unreachable_pub, unused_imports)]

extern crate alloc;

#[path = "lib.rs"]
mod contract;

fn main() {
    contract::print_from_args();
}
