//! A contract whose governor is an OpenZeppelin `AccessManager`: who may call what, and after which delay, is decided there.
//!
//! # Design
//! - **The manager is asked for each call**, with the caller and the four bytes of the function that runs: `canCall`. What it grants at once is granted;
//!   what it grants after a delay has to have been scheduled with it, and is used up by asking it to `consumeScheduledOp`. Anything else is refused, and so is an
//!   answer of any other form: of an older interface without delays, of an address without code, of a manager that reverts.
//! - **The right is the same [`Governor`](crate::authority::Governor)** that [`crate::authority`] makes, so every module takes it. It comes as an [`Access`], which knows how long the manager
//!   made the call wait.
//! - **What the manager delayed does not wait again** ([`Access::change`]), if it delayed it by at least as much as the contract's own timelock would.
//! - **An immediate grant is no wait.** The manager's admin gave the caller a delay of zero, for this function, and perhaps because of functions that tighten. So
//!   what loosens waits in the contract's own timelock (as long as that was set to), unless the contract says by name that the manager's decision is enough: [`Access::change_as_granted`]. Then the
//!   delays of the roles are all that stands between a stolen key and the contract: an admin who grants without a delay has chosen so.
//! - A call that comes through the manager's own `execute` is immediate: it may have waited there, and nothing tells. It is treated as one that did not.
//! - While it asks the manager to use up a schedule, and at no other time, [`AccessManaged::is_consuming_scheduled_op`] answers as the manager wants to hear it. In
//!   transient storage: a revert takes it back.
//! - Only the manager hands over to another ([`AccessManaged::set_authority`]), as its admin tells it to; and only to an address with code.
//!
//! # What the contract routes
//! `authority()` to [`AccessManaged::authority`], `setAuthority(address)` to [`AccessManaged::set_authority`], and `isConsumingScheduledOp()` to
//! [`AccessManaged::is_consuming_scheduled_op`], which must be a view that takes no lock: the manager asks it in the middle of the call.
//!
//! # Trust assumptions
//! - **The manager is trusted with everything a governor is**: it says who governs. It runs in the middle of a call, before the contract has changed anything; storage is written
//!   out and the cache dropped before, and what it calls back finds the contract as it was.
//! - The delay is what the manager asks of the caller now. A schedule made under a shorter one, which was lengthened since, counts as the longer.
//! - The contract hands in the data of the call that runs, and no other's, and asks before it changes anything.
//! - A manager that was closed for this contract, or is gone, governs no longer: nothing is loosened, and what ends by itself ends.
//!
//! # The attack
//! A role that may set fees calls what raises limits; a role with a delay calls without having scheduled; somebody schedules once and calls twice.

mod managed;

pub use managed::{
    Access, AccessDenied, AccessManaged, AccessNotScheduled, AuthorityUpdated, AuthorityWithoutCode,
};

#[cfg(test)]
mod tests;
