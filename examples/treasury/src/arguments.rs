//! What methods take and return that is more than a word or two.

use alloy_primitives::{Address, U256};

portcullis::arguments! {
    /// A withdrawal.
    pub struct Withdrawal {
        /// Of which asset.
        pub asset: Address,
        /// How much.
        pub amount: U256,
        /// To whom.
        pub recipient: Address,
    }
}

portcullis::arguments! {
    /// A ticket's place.
    pub struct TicketPlace {
        /// Of which asset it is.
        pub asset: Address,
        /// In whose lane.
        pub account: Address,
        /// Its place there.
        pub index: u64,
    }
}

portcullis::arguments! {
    /// What of an asset one call and one transaction take out.
    pub struct CapTerms {
        /// Which asset.
        pub asset: Address,
        /// The most in one call.
        pub transition: U256,
        /// The most in one transaction.
        pub transaction: U256,
    }
}

portcullis::arguments! {
    /// How an asset's tickets wait.
    pub struct QueueTerms {
        /// Of which asset.
        pub asset: Address,
        /// How much drains in each `drain_secs`.
        pub drain: U256,
        /// The time of the drain.
        pub drain_secs: u64,
        /// The least wait.
        pub min_delay_secs: u64,
        /// The longest.
        pub max_delay_secs: u64,
        /// How much longer than the longest who tripped a breaker waits.
        pub late_secs: u64,
    }
}

portcullis::arguments! {
    /// What an asset's breaker is.
    pub struct BreakerState {
        /// 0 closed, 1 half-open, 2 throttled, 3 reduce-only, 4 frozen.
        pub state: u8,
        /// When it becomes milder by itself; zero when it is closed.
        pub until: u64,
        /// Why it tripped last: a code of `portcullis_core::breaker::Reason`.
        pub reason: u8,
    }
}

portcullis::arguments! {
    /// A ticket that waits.
    pub struct Waiting {
        /// What it pays.
        pub amount: U256,
        /// When it can be claimed once it is the first of its lane.
        pub ready_at: u64,
    }
}

portcullis::arguments! {
    /// All that is set of an asset; zeros where nothing is.
    pub struct AssetTerms {
        /// What the bucket lets leave at once.
        pub capacity: U256,
        /// The time in which it refills.
        pub refill_secs: u64,
        /// The most in one call.
        pub transition: U256,
        /// The most in one transaction.
        pub transaction: U256,
        /// What drains of the queue in each `drain_secs`.
        pub drain: U256,
        /// The time of the drain.
        pub drain_secs: u64,
        /// The least wait.
        pub min_delay_secs: u64,
        /// The longest.
        pub max_delay_secs: u64,
        /// How much longer who tripped a breaker waits.
        pub late_secs: u64,
        /// How many withdrawals over the limit move the breaker.
        pub hits: u8,
        /// Within which time.
        pub window_secs: u64,
        /// Of how much at least.
        pub least: U256,
    }
}
