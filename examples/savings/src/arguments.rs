//! What methods take and return that is more than a word or two.

use alloy_primitives::Address;

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
    /// What an asset's breaker is.
    pub struct BreakerState {
        /// 0 closed, 1 half-open, 2 throttled, 3 reduce-only, 4 frozen.
        pub state: u8,
        /// When it becomes milder by itself; zero when it is closed.
        pub until: u64,
    }
}
