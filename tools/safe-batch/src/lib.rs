//! Acts of authority as batches for a Safe, and the same in plain words out of their data. `docs/SAFE.md` says how a person uses it.
//!
//! # Design
//! - **One table of acts** ([`acts`]) writes and describes: what is described is what was encoded, and a function that
//!   is added to an interface without a row breaks a test.
//! - **Words are made of data, never of what was typed** or of what a file says about itself ([`describe`](mod@describe)).
//! - **A refusal is a sentence**, and nothing is written.
//!
//! # Trust assumptions
//! - Names of groups, symbols and decimals are what the reader says they are; numbers and addresses always stand beside them.
//! - What is in force on chain is not known to a description: whether a change loosens, and whether the Safe holds the role that an act needs. A
//!   simulation ([`simulate`](mod@simulate)) asks an endpoint, and is as true as its answers.
//! - The checksum finds damage and no attacker. What protects is that each signer describes the data and compares it with what their wallet shows.
//!
//! # The attack
//! A file or data that says one thing to a signer and does another: other values beside the data than in it, bytes hidden in padding or after the end,
//! a call in a call, a name that writes a sentence.

pub mod acts;
pub mod batch;
pub mod checksum;
pub mod console;
pub mod describe;
pub mod endpoint;
mod interfaces;
pub mod patch;
pub mod report;
mod said;
pub mod simulate;
pub mod unpack;
pub mod value;
mod views;
pub mod words;
