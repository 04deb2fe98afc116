//! Runs Stylus programs as Nitro does: what may be activated, what an instruction and a host function cost, and
//! what a program sees of the chain.
//!
//! The crate knows nothing of accounts or transactions: a chain implements [`host::Host`] and hands in frames.
//!
//! # The way of a program
//! 1. [`code::decompress`] takes the WASM out of a contract's code, or [`fragments::Root::assemble`] out of several.
//! 2. [`activate::activate`] refuses it with a reason, or says what every call of it will cost before it starts.
//! 3. [`machine::Machine::load`] compiles it, once for a code hash.
//! 4. [`machine::Machine::run`] runs one call.
//!
//! # Design
//! - **Nitro's meter, not the engine's.** Nitro charges a basic block at its head; an engine's own fuel has other
//!   boundaries, so a program would stop elsewhere. The module is rewritten with Nitro's checks and the engine
//!   only runs it.
//! - **The rewriting copies bytes.** What is added comes between the operators, so nothing that the program says is
//!   encoded anew.
//! - **Recursion is native.** A call from a program to a contract is a Rust call; [`stack::on_deep_stack`] gives it
//!   room.
//!
//! # Trust
//! The engine runs valid WASM as the standard says; the host tells the truth about costs.

pub mod activate;
pub mod code;
pub mod fragments;
pub mod host;
pub mod machine;
pub mod rules;
pub mod stack;

mod cache;
mod call;
mod hooks;
mod instrument;
mod operators;
mod pricing;
