//! What views return that is more than a word.

use alloy_primitives::{Address, B256, U256};

portcullis::arguments! {
    /// The limiter of what leaves; zeros where none was set.
    pub struct LimitState {
        /// What leaves at once at the most.
        pub capacity: U256,
        /// The time in which that refills.
        pub refill_secs: u64,
        /// What is in the bucket now.
        pub available: U256,
        /// What of it may leave now: less while the ladder lets through a share; the largest number while the limit only watches.
        pub passes: U256,
        /// When the bucket is full again if nothing leaves; the largest number where none was set.
        pub full_at: u64,
    }
}

portcullis::arguments! {
    /// What the price is held near; zeros where nothing was set.
    pub struct WindowState {
        /// What a share-unit was worth when the reference was last followed, with 128 bits behind the point.
        pub reference_x128: U256,
        /// How far below that a price may be, in basis points.
        pub down_bps: u64,
        /// How far above it.
        pub up_bps: u64,
        /// By how much the reference moves in a period at the most.
        pub step_bps: u64,
        /// A period, in seconds.
        pub period_secs: u64,
    }
}

portcullis::arguments! {
    /// What covers the shares.
    pub struct Backing {
        /// What is held of the asset.
        pub held: U256,
        /// What of it is managed: less is a surplus, more a loss that was not written down.
        pub managed: U256,
    }
}

portcullis::arguments! {
    /// The last violation that was latched; zeros where there was none.
    pub struct ViolationState {
        /// How many there were.
        pub count: u64,
        /// When.
        pub at: u64,
        /// Which guard.
        pub guard: u8,
        /// The selector of the method, from the left.
        pub method: B256,
        /// The selector of the error that the guard refused with, from the left.
        pub reason: B256,
        /// Who called.
        pub by: Address,
    }
}

portcullis::arguments! {
    /// When what was scheduled may be carried out; zeros where nothing is.
    pub struct Scheduled {
        /// The first second.
        pub ready_at: u64,
        /// The first second at which it is too late.
        pub expires_at: u64,
    }
}

portcullis::arguments! {
    /// What the price is to be held near.
    pub struct PriceTerms {
        /// How far below the reference a price may be, in basis points.
        pub down_bps: u64,
        /// How far above it.
        pub up_bps: u64,
        /// By how much the reference moves in a period.
        pub step_bps: u64,
        /// A period, in seconds.
        pub period_secs: u64,
    }
}
