//! End-to-end tests and the incident replay, on contracts compiled to WASM and run by the embedded chain.

pub mod bridge;
pub mod honest_day;
pub mod incidents;
pub mod replay;
pub mod report;
pub mod tokens;
pub mod wasm;
pub mod world;
