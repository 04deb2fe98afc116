//! What methods take and return that is more than a word or two.

use alloy_primitives::{Address, B256, U256};

portcullis::arguments! {
    /// What a selector is.
    pub struct SelectorTerms {
        /// 0 increases risk, 1 decreases it, 2 reduces the caller's own, 3 withdraws within a limit, 4 is a view.
        pub kind: u8,
        /// Which group pauses it, 1 to 5; 0 for only everything.
        pub group: u8,
        /// 0 is not latched; 1 is, and answers `false` after a violation; 2 is, and answers nothing.
        pub latch: u8,
        /// 1 when it may be called in the middle of a transition.
        pub nests: u8,
    }
}

portcullis::arguments! {
    /// An asset that is watched.
    pub struct AssetState {
        /// Which; the zero address is ETH.
        pub asset: Address,
        /// How much leaves at once. Zero when nothing may.
        pub capacity: U256,
        /// The time in which that refills.
        pub refill_secs: u64,
        /// How much may leave now.
        pub available: U256,
    }
}

portcullis::arguments! {
    /// What is asked of a contract before and after a call, and how the answers may differ.
    pub struct InvariantTerms {
        /// Whom is asked; the proxy's own address asks the implementation.
        pub target: Address,
        /// How many words of arguments the view takes, 0 to 2.
        pub arguments: u8,
        /// The first of them.
        pub first: B256,
        /// The second.
        pub second: B256,
        /// 0 never falls, 1 never rises, 2 is unchanged, 3 moves within a step, 4 is at least `bound`, 5 is at most `bound`.
        pub rule: u8,
        /// What the rule takes: a number for 4 and 5, for 2^32 times the largest fall and the largest rise in basis points for 3, zero for the others.
        pub bound: U256,
        /// 1 when the call proceeds where the view does not answer.
        pub fails_open: u8,
        /// Gas with which the view always answers, below 2^32. Only where it fails open.
        pub least_gas: u64,
    }
}

portcullis::arguments! {
    /// The last violation in a latched call.
    pub struct Violated {
        /// How many there were.
        pub count: u64,
        /// When.
        pub at: u64,
        /// Which guard: 0 the limits of what leaves, 1 to 8 the invariants, 255 the proxy's own slots.
        pub guard: u8,
        /// The selector that was called, from the left.
        pub method: B256,
        /// The selector of the error, from the left.
        pub reason: B256,
        /// Who called.
        pub by: Address,
    }
}
