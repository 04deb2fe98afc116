//! A purse: ETH that its holders send each other. It knows of no guard and runs behind a guarded proxy; `docs/PATCHES.md` patches it.
//!
//! # Design
//! - **Three versions of one source.** The first has a fault; the feature `two` is the version that mends it, and `three` one that turns out to be bad.
//! - **Its storage is the proxy's.** There it is initialised by a call, once a version. Its constructor is for the implementation itself, and locks it: nobody initialises what is not behind a proxy, and behind one
//!   the constructor does nothing any more.
//! - Effects before calls: a recipient that calls back finds everything written.
//!
//! # Trust assumptions
//! - What guards it is the proxy in front. By itself it has no limit and no pause.
//!
//! # The attack
//! Whoever sends ETH to himself in version 1 has it twice, and takes out what is others'.
// What the macros add, on chain and for printing the interface, has none.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod error;
#[cfg(not(feature = "two"))]
mod one;
#[cfg(feature = "two")]
mod two;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use error::*;
#[cfg(not(feature = "two"))]
pub use one::*;
#[cfg(feature = "two")]
pub use two::*;
