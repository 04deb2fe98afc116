//! What methods take that is more than a word or two.

use alloy_primitives::{Address, U256};
use portcullis::core_types::guardian::Config;

portcullis::arguments! {
    /// What of an asset leaves at once.
    pub struct BucketTerms {
        /// Which asset.
        pub asset: Address,
        /// How much.
        pub capacity: U256,
        /// The time in which that refills.
        pub refill_secs: u64,
    }
}

portcullis::arguments! {
    /// When an asset's exit opens.
    pub struct ExitTerms {
        /// Which asset.
        pub asset: Address,
        /// After how long of being frozen.
        pub open_after_secs: u64,
        /// How much later who tripped a breaker is paid.
        pub late_secs: u64,
    }
}

portcullis::arguments! {
    /// What guardians may do: [`Config`].
    pub struct GuardianTerms {
        /// How long after its last sign of life a guardian may pause.
        pub heartbeat_secs: u64,
        /// The longest pause by a guardian.
        pub pause_secs: u64,
        /// How long after its end no guardian pauses again.
        pub cool_down_secs: u64,
        /// The most that guardians hold the savings paused in any period.
        pub budget_secs: u64,
        /// That period.
        pub period_secs: u64,
        /// The longest pause by one decision of a council. The savings have none.
        pub council_secs: u64,
    }
}

impl GuardianTerms {
    /// As the guard knows them.
    pub(crate) fn config(&self) -> Config {
        Config {
            heartbeat_secs: self.heartbeat_secs,
            pause_secs: self.pause_secs,
            cool_down_secs: self.cool_down_secs,
            budget_secs: self.budget_secs,
            period_secs: self.period_secs,
            council_secs: self.council_secs,
        }
    }
}
