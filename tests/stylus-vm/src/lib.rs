//! Runs Stylus programs as Nitro does: what may be activated, what an instruction and a host function cost, and
//! what a program sees of the chain.
//!
//! The crate knows nothing of accounts or transactions: a chain implements [`host::Host`] and hands in frames.

pub mod host;
