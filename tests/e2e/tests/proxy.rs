//! The guarded proxy as WASM on a chain, in front of contracts in Solidity and Rust that know of no guard, and the attacks on both.

#[path = "proxy/administration.rs"]
mod administration;
#[path = "proxy/beacon.rs"]
mod beacon;
#[path = "proxy/construction.rs"]
mod construction;
#[path = "proxy/flows.rs"]
mod flows;
#[path = "proxy/forwarding.rs"]
mod forwarding;
#[path = "proxy/invariants.rs"]
mod invariants;
#[path = "proxy/latched.rs"]
mod latched;
#[path = "proxy/nested.rs"]
mod nested;
#[path = "proxy/pauses.rs"]
mod pauses;
#[path = "proxy/stylus.rs"]
mod stylus;
#[path = "proxy/world.rs"]
mod world;
