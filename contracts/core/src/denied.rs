//! What a refusal says, whichever limiter it comes from.

use alloy_primitives::U256;

/// A request that does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denied {
    /// What was asked for.
    pub requested: U256,
    /// What would have passed, rounded down.
    pub available: U256,
    /// The first second from now on at which the request passes if nothing else does before; none when no time lets it pass. A time
    /// beyond 40 bits (the year 36,812) is none that comes: a state's clock stands still there.
    pub retry_at: Option<u64>,
}
