//! One flow, several limits: of its asset, its account, its group of functions and its route. It passes only if each lets it.
//!
//! # Design
//! - **All or none** ([`portcullis_core::scope`]): first every limiter is asked, then every one is charged. A flow that is refused consumes
//!   nothing anywhere. What passes in any `W` seconds is at most the least of the bounds that it meets.
//! - **The contract says in code which scopes a flow meets**, as a list of [`Charge`]s. A scope that has no limit refuses; only one that
//!   the contract charges by [`Scope::charge_if_set`] may be passed by. A list without any charge is refused, not let through.
//! - **Each scope is a bucket or a window**, chosen when it is set ([`Setting`]). A flow reads a bucket's word or a window's two once, and
//!   writes once those that changed; an account without a limit of its own reads the asset's default beside.
//! - **A scope named twice in one flow is asked once, for the sum.** Payer and payee may be the same account.
//! - **An account without a limit of its own is under the asset's default**, and its limiter begins when it first moves something, with all
//!   of the default available. An account's own limit takes precedence, also when it is closed.
//! - **A change of the default reaches every account at the second of the change, whenever the account moves next.** The account's word
//!   keeps the limit under which it was written. When that is no longer the default, the flow first puts it under the default, as of the
//!   time at which that was set: the old limit frees up to then, the new one from then, nothing is added at once and what has left counts.
//!   So nobody has to walk over all accounts, an account that moves late has what it would have had anyway, and a refusal's `retryAt`
//!   holds. Of several changes between two flows of an account only the last counts, as nothing passed under the others; what passes is at
//!   most what the loosest of the limits that held lets.
//! - **Keys are hashes of four words**, of which one is the kind ([`Subject::key`]): no account is ever a route.
//! - **What is configured is listed** ([`crate::registry`]), so that everything in force can be read from the contract. An account that
//!   only follows the default is not in the list: the default is.
//! - Limits count one direction, gross. A contract that limits both has two of these.
//! - A limiter may change between bucket and window, and carries over what has left. From a window to a bucket always loosens; from a
//!   bucket to a window as the numbers say, because the window of the same numbers never lets more pass.
//!
//! # Trust assumptions
//! - The contract charges what moves, once, before it moves, to the account that authorised it and not to one that a stranger names.
//! - Accounts cost nothing: a limit for each bounds what one stolen key moves, not what a thief with many accounts does. That is what
//!   the asset's global scope is for. Whoever moves an honest amount first in it is served first.
//!
//! # The attack
//! A limit for each account, beaten with a thousand accounts; requests that the global limit charges and the account's refuses, until the
//! global one is used up for everybody; the same scope named twice and charged once.

mod configure;
mod limiter;
mod scope;
mod state;

pub use limiter::{Entry, ScopedLimiter};
pub use scope::{Charge, Scope, Subject, DOMAIN};
pub use state::Setting;

use crate::{errors, events};
use alloy_primitives::{Address, B256, U256};

events! {
    /// A scope's limit was set, changed or closed. `kind` and `detail` are those of the scope, 4 the default of accounts. A `limiter` is 0
    /// when there is none, 1 a bucket, 2 a window. `loosened`: more may pass than before in some interval.
    ScopeConfigured(scope: B256, asset: Address; kind: u8, detail: B256, previous_limiter: u8, previous_amount: U256, previous_secs: u64, limiter: u8, amount: U256, secs: u64, previous_available: U256, available: U256, loosened: bool);
}

errors! {
    /// More than every scope lets pass. `scope` is the one that frees last, which was asked for `requested` and has `available`. `retryAt`
    /// is the first second at which all let the same flow pass if nothing else does before; the largest number means never.
    ScopeLimited(scope: B256, requested: U256, available: U256, retry_at: u64);
    /// The scope has no limit that is open.
    ScopeClosed(scope: B256);
    /// The account has no limit of its own.
    ScopeFollowsDefault(scope: B256);
    /// A flow names no scope, or more than the maximum.
    ScopesOutOfBounds(scopes: u64, maximum: u64);
    /// A limit of nothing; close the scope instead.
    ScopeLimitZero(scope: B256);
    /// The time is not within 1 second and the maximum.
    ScopeTimeOutOfBounds(scope: B256, secs: u64, maximum_secs: u64);
}

#[cfg(test)]
mod tests;
