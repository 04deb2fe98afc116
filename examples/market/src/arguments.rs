//! What methods take and views return that is more than a word or two.

use alloy_primitives::{Address, B256, U256};

portcullis::arguments! {
    /// What the market is made of.
    pub struct Parts {
        /// What is lent.
        pub loan: Address,
        /// What it is lent on.
        pub collateral: Address,
        /// What says the prices.
        pub oracle: Address,
        /// Who governs.
        pub governor: Address,
        /// Who guards.
        pub guardian: Address,
    }
}

portcullis::arguments! {
    /// How near to its reference the collateral's price in the loan has to be, and how fast that follows: see `WindowTerms` of the guard.
    pub struct BandTerms {
        /// How far below, in basis points.
        pub down_bps: u64,
        /// How far above.
        pub up_bps: u64,
        /// By how much the reference moves in a period.
        pub step_bps: u64,
        /// That period.
        pub period_secs: u64,
    }
}

portcullis::arguments! {
    /// What an account has and owes, and what all do, with interest of now.
    pub struct Position {
        /// Its shares of what is supplied.
        pub shares: U256,
        /// What they pay, rounded down.
        pub supplied: U256,
        /// What it owes, rounded up.
        pub debt: U256,
        /// Its collateral.
        pub collateral: U256,
        /// What is the suppliers', in all.
        pub all_supplied: U256,
        /// What is owed, in all.
        pub all_borrowed: U256,
        /// What is pledged, in all.
        pub all_pledged: U256,
    }
}

portcullis::arguments! {
    /// What the market is made of, what its guards are at and what they refused last.
    pub struct Overview {
        /// What is lent.
        pub loan: Address,
        /// What it is lent on.
        pub collateral: Address,
        /// What says the prices.
        pub oracle: Address,
        /// Who governs.
        pub governor: Address,
        /// Who guards.
        pub guardian: Address,
        /// How long what loosens waits.
        pub delay_secs: u64,
        /// What of the loan leaves at once at the most; zero when no bucket was set, here and below.
        pub loan_capacity: U256,
        /// The time in which that refills.
        pub loan_refill_secs: u64,
        /// What of it may leave now, if nothing is throttled.
        pub loan_available: U256,
        /// The same of the collateral.
        pub collateral_capacity: U256,
        /// And its time.
        pub collateral_refill_secs: u64,
        /// And what may leave now.
        pub collateral_available: U256,
        /// What the collateral's price in the loan is held near, as it was last followed, with 128 bits behind the point; zero when none was set.
        pub reference_x128: U256,
        /// The breaker: 0 closed, 1 half-open, 2 throttled, 3 reduce-only, 4 frozen.
        pub state: u8,
        /// When it becomes milder by itself; zero when it is closed.
        pub until: u64,
        /// Why it tripped last: 129 for a violation, 130 for the guardian.
        pub reason: u8,
        /// The modes of all guards, two bits each from the lowest: 0 enforce, 1 shadow, 2 latch.
        pub modes: U256,
        /// How many violations were latched.
        pub violations: u64,
        /// When the last one was; zeros from here when there was none.
        pub violated_at: u64,
        /// Which guard refused.
        pub violated_guard: u8,
        /// The selector of the method, from the left.
        pub violated_method: B256,
        /// The selector of what it was refused with, from the left.
        pub violated_reason: B256,
        /// Who called.
        pub violated_by: Address,
    }
}
