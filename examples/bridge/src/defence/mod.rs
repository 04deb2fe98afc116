//! What stands around the bridge: Portcullis' guards, or nothing. The one place where the two builds differ.

#[cfg(feature = "guarded")]
mod guarded;
#[cfg(not(feature = "guarded"))]
mod unguarded;

#[cfg(feature = "guarded")]
pub use guarded::Defence;
#[cfg(feature = "guarded")]
pub(crate) use guarded::{MAXIMUM_PAUSE, WITHDRAWALS};
#[cfg(not(feature = "guarded"))]
pub use unguarded::Defence;
