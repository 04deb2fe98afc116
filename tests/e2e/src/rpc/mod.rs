//! A chain behind JSON-RPC: the one way in which the tests talk to any chain.
//!
//! # Design
//! - **Standard methods only**, and every transaction signed here and sent raw, so that any node takes it.
//! - **What goes beyond them is named.** Moving time is the [`Clock`], the rest is in [`Chain`]; an endpoint without it
//!   answers [`Lacking`], and [`or_skip!`](crate::or_skip) ends the test with one line that says so.
//! - **One chain a world by default**: a [`devnode::Devnode`] in the test's own process, with a clock that stands still.
//!   Worlds on a given endpoint share it, each with accounts and contracts of its own.
//! - **Blocking.** A test reads from top to bottom; the runtime is hidden in the client.

mod chain;
mod client;
mod clock;
mod endpoint;
mod error;
mod funder;
mod own_node;
mod program;
mod receipt;
mod sender;
mod skip;
mod turn;

pub use chain::{Chain, Fingerprint, People};
pub use client::Client;
pub use clock::{Clock, DeveloperClock, WaitingClock, MAX_WAIT_SECS};
pub use endpoint::{Endpoint, EndpointError, NITRO_DEV_KEY};
pub use error::{Lacking, RpcError};
pub use program::{init_code_for, ARB_WASM, STYLUS_DEPLOYER};
pub use receipt::{Called, Receipt, Status};
pub use skip::skip;
