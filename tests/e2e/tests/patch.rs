//! The patch manager as WASM on a chain, with a guarded proxy in its care: the life of a patch, and the patches that became incidents.

#[path = "patch/attacks.rs"]
mod attacks;
#[path = "patch/care.rs"]
mod care;
#[path = "patch/incidents.rs"]
mod incidents;
#[path = "patch/layouts.rs"]
mod layouts;
#[path = "patch/life.rs"]
mod life;
#[path = "patch/programs.rs"]
mod programs;
#[path = "patch/sentinels.rs"]
mod sentinels;
#[path = "patch/world.rs"]
mod world;
