//! The patch manager as WASM on a chain, with a guarded proxy in its care: the life of a patch, and the patches that became incidents.

#[path = "patch/alive.rs"]
mod alive;
#[path = "patch/attacks.rs"]
mod attacks;
#[path = "patch/care.rs"]
mod care;
#[path = "patch/checks.rs"]
mod checks;
#[path = "patch/conformance.rs"]
mod conformance;
#[path = "patch/freezes.rs"]
mod freezes;
#[path = "patch/governed.rs"]
mod governed;
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
#[path = "patch/stubborn.rs"]
mod stubborn;
#[path = "patch/switches.rs"]
mod switches;
#[path = "patch/told.rs"]
mod told;
#[path = "patch/world.rs"]
mod world;
