//! The table of what a state lets through, for everything that is on the ladder.

use super::{Kind, State, ALL_BPS};

/// The shares of a ladder and the length of its ramp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ladder {
    /// All of the limits at most.
    pub(crate) throttle_bps: u16,
    /// At most `throttle_bps`.
    pub(crate) exit_bps: u16,
    pub(crate) ramp_secs: u64,
}

impl Ladder {
    /// At what share of its limits a call proceeds, rounded down; zero when it does not. `into_secs` is how far into the ramp it
    /// is, and nothing is asked of it in other states.
    #[inline]
    pub(crate) fn bps_down(self, state: State, kind: Kind, into_secs: u64) -> u16 {
        match (state, kind) {
            (State::Frozen, _) | (State::ReduceOnly, Kind::IncreaseRisk) => 0,
            (State::Closed, _) | (_, Kind::ReduceOwnRisk) => ALL_BPS,
            (State::ReduceOnly, Kind::BoundedWithdrawal) => self.exit_bps,
            (State::ReduceOnly, Kind::DecreaseRisk) | (State::Throttled, _) => self.throttle_bps,
            (State::HalfOpen, _) => self.ramped_down(into_secs),
        }
    }

    /// The share so far into the ramp, rounded down.
    fn ramped_down(self, into_secs: u64) -> u16 {
        // Invariant: at most all, as it was read or set.
        let missing = u64::from(ALL_BPS - self.throttle_bps);
        let widened = (missing * into_secs).checked_div(self.ramp_secs).unwrap_or(0);
        // Invariant: into the ramp is less than the ramp, so what it widened by is less than what was missing.
        self.throttle_bps + widened as u16
    }
}
