//! What approvals and those who give them are refused with.

use crate::errors;
use alloy_primitives::{Address, B256, U256};

errors! {
    /// The action was authorised or cancelled.
    ActionUsed(digest: B256);
    /// `validBefore` was the last second at which the action could be authorised.
    ApprovalExpired(valid_before: u64, timestamp: u64);
    /// `validAfter` is the first second at which the action can be authorised.
    ApprovalNotYetValid(valid_after: u64, timestamp: u64);
    /// The member has approved, or has withdrawn, already.
    ApprovalUnchanged(digest: B256, member: Address);
    /// The action could be authorised for too long: `latest` is the last second that it could name.
    ApprovalValidTooLong(valid_before: u64, latest: u64);
    /// The member took its approval back.
    ApprovalWithdrawn(digest: B256, member: Address);
    /// The number of members is not within 1 and the maximum.
    CouncilSizeOutOfBounds(count: u64, maximum: u64);
    /// No members were named.
    CouncilUnset();
    /// The action names another epoch than the current one.
    EpochChanged(given: U256, current: u64);
    /// The entry at this index is no approval by `signer`, or of anybody when that is zero.
    InvalidApproval(index: u64, signer: Address);
    /// The member at this index is not above the one before it, is the zero address, or is the contract itself.
    InvalidMember(index: u64, member: Address);
    /// At this index no entry can be read: its kind is unknown, or it is cut short.
    MalformedApproval(index: u64);
    /// The account is no member.
    NotMember(account: Address);
    /// The signer of the entry at this index is not above the one before it: it is doubled, or the entries are not in order.
    SignersOutOfOrder(index: u64, signer: Address, previous: Address);
    /// The threshold is not within 1 and the number of members.
    ThresholdOutOfBounds(threshold: u64, count: u64);
    /// Fewer members approved than have to.
    TooFewApprovals(given: u64, needed: u64);
}
