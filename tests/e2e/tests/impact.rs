//! What `impact` says of patches: a pool behind a guarded proxy in a manager's care, its users' operations recorded from the chain, and versions of it that are
//! right, round otherwise, refuse, move a price, stop answering, cost more or lie. The real contracts, over HTTP.

#[path = "impact/files.rs"]
mod files;
#[path = "impact/lab.rs"]
mod lab;
#[path = "impact/limits.rs"]
mod limits;
#[path = "impact/recorded.rs"]
mod recorded;
#[path = "impact/ways.rs"]
mod ways;
#[allow(dead_code)] // Of the suite that this world is of.
#[path = "patch/world.rs"]
mod world;
