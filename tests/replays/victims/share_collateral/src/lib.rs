//! Lending against shares that are priced by what is held over how many there are.
//!
//! # Design
//! - [`protocol`] is the protocol with its faults, in both builds. [`guarded`] and [`unguarded`] are two faces of it: the same methods, with guards around them and without.
//! - One collateral and any number of assets that are lent against it, as far as the incidents go.
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
