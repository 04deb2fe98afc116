//! A lock-box that carries out what keepers approved, with three faults.
//!
//! # Design
//! - [`protocol`] is the protocol with its faults, in both builds. `guarded` and `unguarded` are two faces of it: the same methods, with guards around them and without.
//! - A keeper's signature is a call of the keeper's: how signatures are made is in none of the faults.
//! - Both sides of a bridge are here on one chain: what is locked, and a wrapped token of eight decimals for locked ETH.
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
