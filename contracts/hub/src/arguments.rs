//! What methods take and return that is more than a word or two.

use alloy_primitives::{Address, U256};

portcullis::arguments! {
    /// What is to leave.
    pub struct Flow {
        /// The group of the function that moves it, 1 to 5.
        pub group: u8,
        /// What the function does: 0 increases risk, 1 decreases it, 2 reduces the caller's own, 3 withdraws within a limit.
        pub kind: u8,
        /// What moves.
        pub asset: Address,
        /// How much.
        pub amount: U256,
    }
}

portcullis::arguments! {
    /// Who is to pause a group.
    pub struct Named {
        /// Which group; 0 is everything.
        pub group: u8,
        /// Its guardian.
        pub guardian: Address,
        /// Who does when the guardian cannot.
        pub fallback: Address,
    }
}

portcullis::arguments! {
    /// Who may pause a group.
    pub struct Assigned {
        /// Its guardian.
        pub guardian: Address,
        /// Who does when the guardian is stale, or spent and the cool-down is over.
        pub fallback: Address,
        /// When the guardian is stale, without another sign of life.
        pub stale_at: u64,
        /// 1 when the guardian has used its pause.
        pub spent: u8,
        /// 1 when the fallback has.
        pub fallback_spent: u8,
        /// How long guardians may still pause the group now.
        pub budget_left_secs: u64,
    }
}
