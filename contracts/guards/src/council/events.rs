//! What is told. `council` is [`COUNCIL`](super::COUNCIL) or [`EMERGENCY_COMMITTEE`](super::EMERGENCY_COMMITTEE).

use crate::events;
use alloy_primitives::{Address, B256, U256};

events! {
    /// A member approved an action on chain.
    ActionApproved(digest: B256, member: Address; epoch: u64);
    /// A member took its approval of an action back, be it one on chain or a signature.
    ActionRevoked(digest: B256, member: Address; epoch: u64);
    /// An action was authorised by `given` members, once, and is carried out.
    ActionAuthorized(digest: B256, target: Address; value: U256, nonce: U256, epoch: u64, given: u64);
    /// An action will not be authorised.
    ActionCancelled(digest: B256;);
    /// Somebody is a member from this epoch on.
    MemberAdded(council: B256, member: Address; epoch: u64);
    /// Somebody is no member from this epoch on.
    MemberRemoved(council: B256, member: Address; epoch: u64);
    /// Another number of members has to approve from this epoch on.
    ThresholdChanged(council: B256; previous: u64, current: u64, epoch: u64);
    /// The council was named, with so many members; all approvals of an earlier epoch are void.
    MembersChanged(council: B256; previous: u64, current: u64, epoch: u64);
}
