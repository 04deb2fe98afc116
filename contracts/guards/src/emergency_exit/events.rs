//! What is told.

use crate::events;
use alloy_primitives::{Address, U256};

events! {
    /// An asset's exit has terms from now on; the previous ones are zero when there were none. `loosened`: it opens later, or pays who tripped the
    /// breaker sooner.
    ExitConfigured(asset: Address; previous_open_after_secs: u64, open_after_secs: u64, previous_late_secs: u64, late_secs: u64, loosened: bool);
    /// The clock was told what is frozen: up to `frozenUntil`, zero when nothing is. It stood at `previousSecs` when it was told last, and does at `frozenSecs` now.
    FreezeObserved(asset: Address; previous_secs: u64, frozen_secs: u64, frozen_until: u64);
    /// The exit was opened: what was held and claimed then. Who tripped the breaker is paid from `lateAt` on.
    ExitOpened(asset: Address, by: Address; number: u64, held: U256, claims: U256, frozen_secs: u64, late_at: u64);
    /// An account is paid `amount` upon `claim`. `claimsLeft` were not paid upon yet.
    ExitPaid(asset: Address, account: Address; number: u64, claim: U256, amount: U256, claims_left: U256);
    /// The account tripped a breaker: of what is opened before `lateUntil` it is paid last.
    ExitMarkedLate(asset: Address, account: Address; late_until: u64);
    /// The exit was closed. Claims of `claimsLeft` were not paid upon.
    ExitClosed(asset: Address; number: u64, claims_left: U256);
}
