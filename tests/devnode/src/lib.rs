//! The embedded chain behind JSON-RPC: what `cargo stylus`, `cast` and any Ethereum client talk to.
//!
//! # Design
//! - **Unmodified clients.** Names, codes and messages of errors, and Arbitrum's extra fields are as clients expect them
//!   of a Nitro node; developer methods have the names that Anvil and Hardhat gave them.
//! - **Nothing that a client sends ends the node.** Wrong input is a JSON-RPC error, large input is refused, and what
//!   executes is bounded by gas.
//! - **The rules are the chain's.** This crate decodes, orders and encodes; what a transaction does is decided in
//!   `embedded-chain`.
//!
//! # Trust
//! There is no authentication, and anyone who reaches the port may do everything. Listen on the loopback interface.

mod filters;
mod node;
mod notifications;
mod rpc;
mod server;
mod subscriptions;

pub use node::{
    development_accounts, Mining, Options, StartError, CACHE_MANAGER, CREATE2_DEPLOYER, DEV_KEYS,
    STYLUS_DEPLOYER,
};
pub use server::{Devnode, LoadError};
