//! A wallet of several owners that may call by delegation: Bybit's cold wallet, February 2025.
//!
//! # Design
//! - It is the code behind a proxy of Safe's, as there: word 0 is the proxy's, and names whose code runs. Storage is the proxy's, so that its constructor only locks the code itself.
//! - [`protocol`] is the wallet, in both builds. `guarded` and `unguarded` are two faces of it: the same methods, with guards around them and without.
//! - An owner's signature is a call of the owner's, which Safe's `approveHash` is too: how signatures are made is in no part of the fault.
//!
//! # The fault
//! None of the code's. What enough owners approve is done, and a call by delegation may write any word: also the one that names the code. What they signed is not what they meant.
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
