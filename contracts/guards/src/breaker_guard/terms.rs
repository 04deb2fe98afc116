//! How breakers act, as the arguments of a method.

use crate::arguments;
use portcullis_core::breaker::{Config, Measure, Recovery};

arguments! {
    /// How a breaker acts: [`Config`] without what only other triggers than a count of hits need.
    pub struct BreakerTerms {
        /// The share of the limits while throttled, and where the ramp back begins, in hundredths of a per cent.
        pub throttle_bps: u64,
        /// The share at which a withdrawal passes in reduce-only.
        pub exit_bps: u64,
        /// The least time in each state on the way down.
        pub dwell_secs: u64,
        /// How long an automatic trip holds.
        pub expiry_secs: u64,
        /// How long the ramp takes from the throttled share to all.
        pub ramp_secs: u64,
        /// How long a decision may hold at most.
        pub decision_secs: u64,
        /// How many times automatic triggers may freeze at once; zero when only the council freezes.
        pub freezes: u64,
        /// How long until one more automatic freeze.
        pub freeze_back_secs: u64,
    }
}

impl BreakerTerms {
    /// As [`BreakerGuard::configure`](super::BreakerGuard::configure) takes it. The breaker comes back by itself or by the council's decision: it is for a contract that
    /// measures nothing that says that it is calm.
    pub fn config(&self) -> Config {
        Config {
            throttle_bps: narrow(self.throttle_bps),
            exit_bps: narrow(self.exit_bps),
            dwell_secs: self.dwell_secs,
            expiry_secs: self.expiry_secs,
            ramp_secs: self.ramp_secs,
            decision_secs: self.decision_secs,
            recovery: Recovery::ByDecision,
            freezes: u8::try_from(self.freezes).unwrap_or(u8::MAX),
            freeze_back_secs: self.freeze_back_secs,
            measure: Measure::Part,
            trip_at_bps: 10_000,
            calm_below_bps: 0,
        }
    }
}

/// A share, or the largest number, which is out of bounds as well.
fn narrow(bps: u64) -> u16 {
    u16::try_from(bps).unwrap_or(u16::MAX)
}
