//! Lending of one asset against shares of collateral, with a path that moves collateral and does not look at the account again.
//!
//! # Design
//! - [`protocol`] is the protocol with its faults, in both builds. [`guarded`] and [`unguarded`] are two faces of it: the same methods, with guards around them and without.
//! - A share has a worth that does not change: the fault is not in it.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod protocol;

#[cfg(feature = "guarded")]
pub mod guarded;
#[cfg(not(feature = "guarded"))]
pub mod unguarded;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;
