//! Storage layouts of contracts, read from what `portcullis::layout` prints or what Solidity's compiler writes; compared, and hashed.
//!
//! - [`model`]: a layout.
//! - [`read`]: a layout from a file, which is checked first.
//! - [`hash`]: the hash that the contract carries, from the file alone.
//! - [`compare`]: whether one layout may follow another.
//! - [`report`]: the same in words.
//! - [`export`]: a layout from a contract's own program.
//!
//! # Design
//! - **The hash is computed here a second time**, by other code than the contract's, and tests hold the two together. Who signs an upgrade
//!   needs neither the contract's source nor its compiler to check a file against the chain.
//! - **What is not understood is refused**, and never skipped: a verdict is signed.
//! - The rules are those of OpenZeppelin's `upgrades-core`, by positions where it goes by the order of fields; `docs/LAYOUT.md` lists them.

pub mod compare;
pub mod export;
pub mod hash;
pub mod model;
pub mod read;
pub mod report;
