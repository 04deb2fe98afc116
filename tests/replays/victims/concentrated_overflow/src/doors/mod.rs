//! The ways into the pool: the same methods, with guards and without.

#[cfg(feature = "guarded")]
mod guarded;
#[cfg(not(feature = "guarded"))]
mod unguarded;
