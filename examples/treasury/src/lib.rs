//! A treasury for ETH and ERC-20 that many accounts pay into and out of. At a limit it denies, defers or throttles.
//!
//! | what meets its limit | what happens | guard |
//! |---|---|---|
//! | a withdrawal, or the sum of a transaction's, over its cap | denied | flow cap |
//! | a withdrawal over what the asset's bucket has | deferred: a ticket, paid later, cancellable | rate limiter, deferral queue |
//! | the third such withdrawal of real size within the trigger's time | the asset's breaker moves one rung | hits trigger, breaker |
//!
//! `ITreasury.sol` beside this crate is the interface.
//!
//! # Design
//! - A transition reads in one order: lock, breaker, requirements, effects, event, call out, solvency at the exit.
//! - What an account brought in and took out again in one transaction was never the treasury's: the bucket is charged with what is
//!   net of it, and with more of it while the breaker is throttled.
//! - **The bucket holds for what is paid at once and the queue's drain for what waits**: a ticket is not charged to the bucket when it is
//!   paid, so nothing counts twice, and in a time `W` at most the sum of both bounds leaves.
//! - A breaker for each asset. One asset's trouble stops no other.
//! - A deposit is a way in: reduce-only shuts it. A withdrawal and a claim are ways out: only frozen shuts them.
//! - The trigger counts what was deferred, as that waits at its owner's risk; what was refused cost nothing and counts nothing.
//!   Whoever trips the breaker is marked late in the queue.
//! - What waits is owed, as what is on the accounts is.
//! - What loosens waits ([`portcullis::timelock`]): `schedule` the call, then make it.
//!
//! # Trust assumptions
//! - The governor sets limits from normal flows. The council cancels theft and moves breakers; until one is named, the governor is it.
//! - The guardian cancels what is scheduled. It can also keep the governor from loosening for as long as it is guardian.
// What the macros add, on chain and for printing the interface, has none.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod arguments;
mod error;
mod governance;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use arguments::{AssetTerms, BreakerState, CapTerms, QueueTerms, TicketPlace, Waiting, Withdrawal};
pub use error::*;
pub use governance::ITreasuryGuards;
// What the macro makes of the trait for whoever prints the interface, and looks for here.
#[cfg(feature = "export-abi")]
pub use governance::ITreasuryGuardsStylusAbiStruct;

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    asset,
    authority::Authority,
    breaker_guard::BreakerGuard,
    core_types::{breaker::Kind, trigger::Flow},
    deferral_queue::DeferralQueue,
    events,
    flow_cap::FlowCap,
    lock::nonreentrant,
    rate_limiter::{RateLimited, RateLimiter},
    registry::Registry,
    scope_key::Scope,
    sdk::emit,
    solvency,
    timelock::Timelock,
    triggers::HitsTrigger,
    words,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// An account was credited with what arrived.
    Deposited(asset: Address, account: Address; amount: U256);
    /// An account's money left, or waits in the queue to leave.
    Withdrawn(asset: Address, account: Address, recipient: Address; amount: U256, deferred: bool);
}

/// The treasury.
#[entrypoint]
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Treasury {
    /// By the hash of asset and account.
    balances: StorageMap<B256, StorageU256>,
    /// The sum of an asset's balances, by the word of its address.
    totals: StorageMap<B256, StorageU256>,
    authority: Authority,
    timelock: Timelock,
    breakers: BreakerGuard,
    hits: HitsTrigger,
    caps: FlowCap,
    outflow: RateLimiter,
    queue: DeferralQueue,
    /// Every asset that ever had a limit.
    assets: Registry,
}

#[public]
#[implements(ITreasuryGuards)]
impl Treasury {
    /// Names who governs and who guards. Runs once; see `ITreasury.sol` for how it is called.
    ///
    /// # Errors
    /// `ZeroAuthority`.
    #[constructor]
    pub fn constructor(&mut self, governor: Address, guardian: Address) -> Result<(), TreasuryError> {
        Ok(self.authority.initialize(governor, guardian)?)
    }

    /// Credits the caller with what arrives of an asset. ETH comes as the call's value.
    ///
    /// # Errors
    /// `WrongValue`, [`NothingMoved`], [`AmountTooLarge`], `AssetClosed`, `FlowCapUnset`, `BreakerOpen`, `TransferFailed`, `NotAToken`,
    /// `Insolvent`, `Reentered`.
    ///
    /// # Events
    /// [`Deposited`].
    #[payable]
    pub fn deposit(&mut self, asset: Address, amount: U256) -> Result<(), TreasuryError> {
        nonreentrant(|| self.deposit_locked(asset, amount))
    }

    /// Takes an amount from the caller's balance and pays it, or defers it when it is over what the bucket has. Says whether it waits.
    ///
    /// # Errors
    /// [`ZeroRecipient`], [`NothingMoved`], [`MoreThanBalance`], `AssetClosed`, `BreakerOpen`, `TransitionCapExceeded`, `TransactionCapExceeded`,
    /// `TransferFailed`, `Insolvent`, `Reentered`; when it is to wait also `QueueUnset`, `TriggerUnset`, `BreakerUnset`.
    ///
    /// # Events
    /// [`Withdrawn`]; `Deferred`, `BreakerTripped`, `LaneMarkedLate`.
    pub fn withdraw(&mut self, withdrawal: Withdrawal) -> Result<bool, TreasuryError> {
        nonreentrant(|| self.withdraw_locked(withdrawal))
    }

    /// Pays the next ticket of an account's lane to its recipient. Anyone may.
    ///
    /// # Errors
    /// `BreakerOpen`, `LaneEmpty`, `TicketNotReady`, `TransferFailed`, `Insolvent`, `Reentered`.
    ///
    /// # Events
    /// `DeferralClaimed`.
    pub fn claim(&mut self, asset: Address, account: Address) -> Result<(), TreasuryError> {
        nonreentrant(|| {
            self.breakers
                .check(Scope::asset(asset), Kind::BoundedWithdrawal)?;
            let claim = self.queue.claim(asset, account)?;
            if !claim.amount.is_zero() {
                asset::push(self.vm(), asset, claim.recipient, claim.amount)?;
            }
            self.at_exit(asset)
        })
    }

    /// What an account can withdraw of an asset.
    pub fn balance_of(&self, asset: Address, account: Address) -> U256 {
        self.balances.get(self.balance_key(asset, account))
    }

    /// What the treasury owes: all balances, and what waits.
    pub fn owed(&self, asset: Address) -> U256 {
        // Both are sums of what arrived, so no number is too small for them.
        self.totals
            .get(asset.into_word())
            .saturating_add(self.queue.pending(asset))
    }
}

impl Treasury {
    fn deposit_locked(&mut self, asset: Address, amount: U256) -> Result<(), TreasuryError> {
        // Nothing is locked that nothing could unlock.
        self.outflow.check_open(asset)?;
        self.caps.check_open(asset)?;
        self.breakers.check(Scope::asset(asset), Kind::IncreaseRisk)?;

        let account = self.vm().msg_sender();
        // The call out comes first here: only after it is known what to credit. The lock makes that safe.
        let credited = asset::take(self.vm(), asset, amount)?;
        if credited.is_zero() {
            return Err(NothingMoved {}.into());
        }
        let key = self.balance_key(asset, account);
        let too_large = || AmountTooLarge { asset };
        let balance = self
            .balances
            .get(key)
            .checked_add(credited)
            .ok_or_else(too_large)?;
        let total = self
            .totals
            .get(asset.into_word())
            .checked_add(credited)
            .ok_or_else(too_large)?;
        self.caps.brought_in(asset, account, credited)?;

        self.balances.insert(key, balance);
        self.totals.insert(asset.into_word(), total);
        emit(
            self.vm(),
            Deposited {
                asset,
                account,
                amount: credited,
            },
        );
        self.at_exit(asset)
    }

    fn withdraw_locked(&mut self, withdrawal: Withdrawal) -> Result<bool, TreasuryError> {
        let Withdrawal {
            asset,
            amount,
            recipient,
        } = withdrawal;
        let scope = Scope::asset(asset);
        let share = self.breakers.check(scope, Kind::BoundedWithdrawal)?;

        if recipient.is_zero() {
            return Err(ZeroRecipient {}.into());
        }
        if amount.is_zero() {
            return Err(NothingMoved {}.into());
        }
        let account = self.vm().msg_sender();
        let key = self.balance_key(asset, account);
        let balance = self.balances.get(key);
        let Some(left) = balance.checked_sub(amount) else {
            return Err(MoreThanBalance {
                asset,
                requested: amount,
                balance,
            }
            .into());
        };
        self.caps.take_out(asset, account, amount)?;
        let charge = share.cost_up(self.caps.due(asset));

        self.balances.insert(key, left);
        // Invariant: no balance is larger than the sum of all.
        let total = self.totals.get(asset.into_word()).saturating_sub(amount);
        self.totals.insert(asset.into_word(), total);
        let deferred = match self.outflow.consume(asset, charge) {
            Ok(()) => false,
            Err(refused) if refused.is::<RateLimited>() => {
                self.queue.defer(asset, account, recipient, amount)?;
                let flow = Flow::Staked(amount);
                let trip = self.hits.observe(&mut self.breakers, scope, flow, account)?;
                if let Some(trip) = trip {
                    self.queue.mark_late(asset, &trip)?;
                }
                true
            }
            Err(refused) => return Err(refused.into()),
        };
        emit(
            self.vm(),
            Withdrawn {
                asset,
                account,
                recipient,
                amount,
                deferred,
            },
        );
        if !deferred {
            asset::push(self.vm(), asset, recipient, amount)?;
        }
        self.at_exit(asset)?;
        Ok(deferred)
    }

    /// The treasury must hold what it owes, what waits included.
    fn at_exit(&self, asset: Address) -> Result<(), TreasuryError> {
        Ok(solvency::require_covered(self.vm(), asset, self.owed(asset))?)
    }

    fn balance_key(&self, asset: Address, account: Address) -> B256 {
        self.vm().native_keccak256(&words![asset, account])
    }
}
