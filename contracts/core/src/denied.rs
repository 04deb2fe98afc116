//! What a refusal says, whichever limiter it comes from.

use alloy_primitives::U256;

/// A request that does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denied {
    /// What was asked for.
    pub requested: U256,
    /// What would have passed, rounded down.
    pub available: U256,
    /// The first second at which the request passes if nothing else does before; none when no time lets it pass.
    pub retry_at: Option<u64>,
}
