//! A way out while the contract is frozen: after a bounded time, at pro rata shares, that no role can block for ever.
//!
//! [`portcullis_core::exit`] holds the clock and the shares and proves their bounds. Here are the words, who may change them, and what is told.
//!
//! # Design
//! - **Nobody's right is asked for by what leads out.** Telling the clock ([`EmergencyExit::observe`]), opening ([`EmergencyExit::open`]) and paying
//!   ([`EmergencyExit::pay`]) take none: whoever is locked in does all three. A payment reads the opening and the account and nothing else, so while the
//!   exit is open no role has a call that stops it, or that makes it pay less.
//! - **It closes by a change that waited, and only when the clock is back at zero**: when the contract has run for as long as it was frozen (30 days at
//!   most). So nobody closes it by unfreezing for a moment; and those who still want out have had that time.
//! - **What it costs a role to keep everybody in for ever** is to hold the contract frozen for at most half of all time: the other half it runs, and
//!   the ordinary ways out are open. Beyond half the exit opens.
//! - **A longer `open_after_secs` loosens, as it holds users in for longer: it waits. A shorter one does not wait**, and acts on what the clock has
//!   counted already. There is no unsetting it. A shorter `late_secs` pays who tripped the breaker sooner, so it waits too; a longer one holds
//!   for openings to come. The first terms tighten: without any there is no way out at all.
//! - **The books are closed before anybody is paid**: [`EmergencyExit::pay`] marks the account and takes its claim from those that are left, and returns what
//!   to pay. A recipient who calls back finds itself paid.
//! - **Who tripped a breaker takes last**: marking takes the [`Trip`](crate::breaker_guard::Trip), which only a breaker makes. Its wait ends
//!   `late_secs` after the opening whatever happens, so that marking everybody would block nobody for ever. It finds what is left: when less was there than
//!   measured (a token that took it back), the last ones miss it.
//! - An asset is four words and its clock and terms one each; an account is one. Nothing is walked.
//!
//! # What the contract does
//! - It tells the clock after each change of what is frozen: a trip, a decision, a step back, a pause, and above all a lift; and offers a call with which
//!   anyone may. It tells what [`BreakerGuard::freeze`](crate::breaker_guard::BreakerGuard::freeze) or a pause's end says, and
//!   [`Freeze::or`](portcullis_core::exit::Freeze::or) of several; never what its caller says.
//! - It measures `held` ([`crate::asset::held`]) less what is owed to others than those who claim, such as [`DeferralQueue::pending`](crate::deferral_queue::DeferralQueue::pending),
//!   and takes `claims` from its own total.
//! - **While [`EmergencyExit::is_open`], it refuses deposits, ordinary withdrawals, transfers of claims out of an account that was paid, and everything
//!   else that makes a claim or pays one.** A deposit would be shared among those who claimed before; a withdrawal would be paid beside the share.
//! - It takes the account's whole claim off its books in the transition that pays it, under [`crate::lock`], and authenticates the account.
//!
//! # Trust assumptions
//! - The contract says truthfully what is frozen, held and claimed. Whatever it says, no more than `held` is paid.
//! - Claims in the books are honest. What was forged before the freeze takes its share, unless the contract strikes it out before the opening: that is what
//!   the time before the opening is for.
//! - A breaker knows accounts and not people. Who trips it with one account and claims with another is not last.
//! - A governor whose key was stolen can shorten `open_after_secs` to a day, freeze, and have the exit opened. Nothing is stolen by it: everyone gets their share.
//!
//! # The attack
//! Frozen for ever: by a council that is gone, for a ransom, or by a breaker that somebody trips again and again. Those who froze it, or who hold the
//! keys, cannot keep it so, and do not get out first.

mod events;
mod exit;
mod refusals;
mod terms;

pub use events::{ExitClosed, ExitConfigured, ExitMarkedLate, ExitOpened, ExitPaid, FreezeObserved};
pub use exit::{EmergencyExit, ExitPayment};
pub use refusals::{
    AlreadyPaid, BeyondClaims, ExitAlreadyOpen, ExitEmpty, ExitNotDrained, ExitNotOpen, ExitUnset,
    NothingToPay, PaidLater,
};

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
