//! Lending against a price that is set from outside: by a market, by a reporter, by what a pool holds.
//!
//! # Design
//! - [`protocol`] is the protocol with its faults, in both builds. [`guarded`] and [`unguarded`] are two faces of it: the same methods, with guards around them and without.
//! - One collateral, one asset that is lent, and positions whose profit counts as collateral.
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
