//! The ways into the staking contract: the same methods, with guards and without.

#[cfg(feature = "guarded")]
mod guarded;
#[cfg(all(not(feature = "guarded"), feature = "lockless"))]
mod lockless;
#[cfg(not(any(feature = "guarded", feature = "lockless")))]
mod unguarded;
