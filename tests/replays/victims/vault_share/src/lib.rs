//! Lending against a vault's shares, which are worth what the vault holds at the moment over how many there are.
//!
//! # Design
//! - [`protocol`] is the protocol with its fault, in both builds. [`guarded`] and [`unguarded`] are two faces of it: the same methods, with guards around them and without.
//! - The vault is somebody else's, and no guard stands around it.
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
