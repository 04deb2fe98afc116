//! What the guarded builds keep beside the staking contract.

#[cfg(any(feature = "guarded", feature = "lockless"))]
mod guards;
#[cfg(any(feature = "guarded", feature = "lockless"))]
mod invariants;
#[cfg(not(any(feature = "guarded", feature = "lockless")))]
mod none;

#[cfg(any(feature = "guarded", feature = "lockless"))]
pub(crate) use guards::*;
#[cfg(not(any(feature = "guarded", feature = "lockless")))]
pub(crate) use none::Defence;
