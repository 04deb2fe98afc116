//! End-to-end tests and the incident replay, on contracts compiled to WASM.
//!
//! They talk JSON-RPC and nothing else: to a node of their own in the same process, or to the endpoint that
//! `PORTCULLIS_RPC_URL` names. See [`rpc`].

pub mod action;
pub mod bridge;
pub mod calls;
pub mod dice;
pub mod honest_day;
pub mod hub;
pub mod incidents;
pub mod market;
pub mod openzeppelin;
pub mod patch;
pub mod proxy;
pub mod replay;
pub mod report;
pub mod rpc;
pub mod safe;
pub mod savings;
pub mod signing;
pub mod tokens;
pub mod treasury;
pub mod vault;
pub mod wasm;
pub mod world;
