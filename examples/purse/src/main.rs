//! What `cargo stylus` runs to learn the contract's interface and its constructor, and `layout export` to learn how its storage lies.
//!
//! The contract is a module of this program and not a crate that it links: see `crate-type` in `Cargo.toml`.
// Most of a contract is for the chain.
#![allow(dead_code, unreachable_pub, unused_imports)]

extern crate alloc;

#[path = "lib.rs"]
mod contract;

fn main() {
    if portcullis::layout::printed::<contract::Purse>() {
        return;
    }
    contract::print_from_args();
}
