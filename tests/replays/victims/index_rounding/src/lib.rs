//! A market whose shares are worth an index, which the fees of flash loans raise, and which rounds to the nearest share.
//!
//! # Design
//! - [`protocol`] is the protocol with its faults, in both builds. [`guarded`] and [`unguarded`] are two faces of it: the same methods, with guards around them and without.
//! - One market of shares, which is collateral, and any number of assets that are lent against it.
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
