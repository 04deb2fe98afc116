//! A council: M of N members approve an action, and the approvals are verified on chain.
//!
//! [`portcullis_core::council`] holds the rules. Here are the words, the digest that is signed, the signatures, and what is told.
//!
//! # Design
//! - **What is signed is the action in full**, as EIP-712 typed data ([`Action`]): target, value, call data with its parameters, nonce, epoch and window, for
//!   one contract on one chain. A wallet shows it; nobody signs a hash that could be anything.
//! - **An action is authorised once.** Its digest is marked before [`Authorized`] exists, so before anything is carried out; whoever calls back finds it used.
//! - **Nonces are not in order.** A nonce only tells an action from another of the same content. With a counter, an action that waits or that nobody
//!   wants any more would hold up each one behind it, and in an emergency several are gathered at once. The digest is what is used up.
//! - **An entry that does not count refuses the whole.** One by a non-member, doubled, out of order, withdrawn or invalid: there is one way to say a thing,
//!   and nothing is ignored in the hope that the rest is enough. More approvals than needed are fine.
//! - **Four kinds of approval**: a signature of an account's key, of a key on P-256 (a passkey; its address is the hash of the key), the answer of a contract
//!   (ERC-1271: a Safe), or a call of [`Assembly::approve`]. A member is an address; it may use whichever it can.
//! - **A member can take back** what it approved on chain or signed, with [`Assembly::revoke`], until the action is authorised. When so many do that fewer than
//!   the threshold are left, the action is dead.
//! - **High `s` is refused** in signatures of accounts, as everywhere. On P-256 it is not, since passkeys make either half: a
//!   second form of a signature gains nothing here, where a signer counts once and an action is authorised once.
//! - **A change names the whole council that results**, so nobody has to know what it was. It takes an [`Authorized`] action that targets the contract
//!   itself, or a [`Change`](crate::timelock::Change) of the governor that has waited, always: whoever names the council can be all of it. Naming
//!   the same council again makes void all that was approved.
//! - **A contract's answer is bounded in length and not in gas.** The caller chose the entry and pays for it; a member whose contract consumes everything is left
//!   out. A bound would shut out members whose check is dear.
//! - **An emergency committee is another type with another EIP-712 name** ([`EmergencyCommittee`]): what is signed for the one is nothing to the other, and neither's
//!   right can be used for the other's.
//!
//! # Trust assumptions
//! - Fewer than the threshold of members are dishonest or have lost their keys, and enough are left to approve.
//! - A contract embeds one council and one committee: the domain names the contract and not the field.
//! - The contract does what [`Authorized`] names and nothing else, and reverts when that fails, or the action is spent.
//! - The chain has the precompiled contracts 0x01 and, for P-256, 0x100 of RIP-7212. Without the latter no signature on P-256 counts.
//!
//! # The attack
//! One stolen key pauses, drains or upgrades. Here it is one of M, what it signed is bound to one action, and everybody can read which.

mod action;
mod approvals;
mod assembly;
mod emergency;
mod events;
mod own;
mod quorum;
mod refusals;
mod seats;
mod signer;

pub use action::{Action, COUNCIL, DOMAIN_VERSION, EMERGENCY_COMMITTEE};
pub use approvals::{Authorized, CouncilApprovals, NotCouncilCall};
pub use assembly::Assembly;
pub use emergency::{
    EmergencyAuthorized, EmergencyCommittee, EmergencyCommitteeExpired, EmergencyCommitteeNamed,
    EmergencyCommitteeSpent, EmergencyCommitteeUsed, TenureOutOfBounds,
};
pub use events::{
    ActionApproved, ActionAuthorized, ActionCancelled, ActionRevoked, MemberAdded, MemberRemoved,
    MembersChanged, ThresholdChanged,
};
pub use refusals::{
    ActionUsed, ApprovalExpired, ApprovalNotYetValid, ApprovalUnchanged, ApprovalValidTooLong,
    ApprovalWithdrawn, CouncilSizeOutOfBounds, CouncilUnset, EpochChanged, InvalidApproval, InvalidMember,
    MalformedApproval, NotMember, SignersOutOfOrder, ThresholdOutOfBounds, TooFewApprovals,
};

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod world;
