//! What the guarded build keeps beside the pool.

#[cfg(feature = "guarded")]
mod guards;
#[cfg(feature = "guarded")]
mod invariants;
#[cfg(not(feature = "guarded"))]
mod none;

#[cfg(feature = "guarded")]
pub(crate) use guards::*;
#[cfg(not(feature = "guarded"))]
pub(crate) use none::Defence;
