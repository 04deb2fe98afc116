//! What is refused.

use crate::errors;
use alloy_primitives::{Address, U256};

errors! {
    /// The asset's exit has no terms.
    ExitUnset(asset: Address);
    /// The exit is not open, and cannot be opened yet: the clock stands at `frozenSecs` of `openAfterSecs` (zero without terms). It may be opened at `openAt` if what is
    /// frozen stays so; the largest number while nothing is.
    ExitNotOpen(asset: Address, frozen_secs: u64, open_after_secs: u64, open_at: u64);
    /// The exit is open already.
    ExitAlreadyOpen(asset: Address, opened_at: u64);
    /// Nothing is held, or nothing is claimed.
    ExitEmpty(asset: Address, held: U256, claims: U256);
    /// The exit cannot be closed before `retryAt`, and then only if nothing was frozen again.
    ExitNotDrained(asset: Address, retry_at: u64);
    /// The account was paid in this opening.
    AlreadyPaid(asset: Address, account: Address, number: u64);
    /// The account tripped a breaker and is paid from `until` on.
    PaidLater(asset: Address, account: Address, until: u64);
    /// More is claimed than is left of all claims.
    BeyondClaims(asset: Address, claim: U256, claims_left: U256);
    /// The account's share rounds to nothing.
    NothingToPay(asset: Address, account: Address, claim: U256);
}
