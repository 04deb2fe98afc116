//! Savings that nobody can be locked in: a pause ladder for guardians, and an emergency exit for everybody else.
//!
//! They are governed through OpenZeppelin's AccessManager. `ISavings.sol` beside this crate is the interface.
//!
//! # Design
//! - Deposits are shut in reduce-only; withdrawals leave through a bucket, at a share of it while the ladder is up; only frozen shuts them.
//! - **Withdrawals of real size, so many within a time, trip the asset's breaker** one rung, and whoever made the last of them is paid last at the exit.
//!   What was refused cost nothing and counts nothing. The stricter of ladder and breaker holds.
//! - **A freeze runs against a clock.** When the savings were frozen for `openAfterSecs`, less what they ran since, anyone opens the exit, and then every account
//!   takes its share of what is held, once: no guardian, manager or governor can stop that ([`portcullis::emergency_exit`]).
//! - While the exit is open there is no other way in or out: a deposit would be shared among those who were there before.
//! - The manager says who may call what and after which delay ([`portcullis::access_managed`]). What loosens has to have been delayed by it for at least
//!   as long as `setDelay` said: a grant without a delay tightens and lifts, and loosens nothing.
//!
//! # Trust assumptions
//! - Those of the manager: whoever administers it governs, after the delays that it sets.
//! - The guardian and its fallback pause when they should, and for at most their budget.
//!
//! # The attack
//! The keys that froze everything are gone, or want a ransom.
// What the macros add, on chain and for printing the interface, has none.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod arguments;
mod error;
mod governance;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use arguments::{BreakerState, ExitTerms};
pub use error::*;
pub use governance::ISavingsGovernance;
// What the macro makes of the trait for whoever prints the interface, and looks for here.
#[cfg(feature = "export-abi")]
pub use governance::ISavingsGovernanceStylusAbiStruct;

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    access_managed::AccessManaged,
    asset,
    breaker_guard::BreakerGuard,
    core_types::{
        breaker::{Kind, Rung, Share},
        exit::Freeze,
        pause::{Bounds, Group, Pause},
        trigger::Flow,
    },
    emergency_exit::EmergencyExit,
    events,
    guardians::Guardians,
    lock::nonreentrant,
    pause_guard::PauseGuard,
    rate_limiter::RateLimiter,
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
    /// An account's money left.
    Withdrawn(asset: Address, account: Address; amount: U256);
}

/// How the pauses act.
pub const LADDER: Bounds = Bounds::USUAL;

/// The savings.
#[entrypoint]
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Savings {
    /// By the hash of asset and account.
    balances: StorageMap<B256, StorageU256>,
    /// The sum of an asset's balances, by the word of its address.
    totals: StorageMap<B256, StorageU256>,
    manager: AccessManaged,
    timelock: Timelock,
    guardians: Guardians,
    pauses: PauseGuard,
    outflow: RateLimiter,
    exit: EmergencyExit,
    breakers: BreakerGuard,
    hits: HitsTrigger,
}

#[public]
#[implements(ISavingsGovernance)]
impl Savings {
    /// Names the AccessManager. Runs once; see `ISavings.sol` for how it is called.
    ///
    /// # Errors
    /// `AuthorityWithoutCode`.
    #[constructor]
    pub fn constructor(&mut self, manager: Address) -> Result<(), SavingsError> {
        Ok(self.manager.initialize(manager)?)
    }

    /// Credits the caller with what arrives of an asset. ETH comes as the call's value.
    ///
    /// # Errors
    /// `WrongValue`, [`NothingMoved`], [`AmountTooLarge`], [`ExitIsOpen`], `AssetClosed`, `TriggerUnset`, `BreakerUnset`, `GroupRestricted`,
    /// `BreakerOpen`, `TransferFailed`, `NotAToken`, `Insolvent`, `Reentered`.
    ///
    /// # Events
    /// [`Deposited`].
    #[payable]
    pub fn deposit(&mut self, asset: Address, amount: U256) -> Result<(), SavingsError> {
        nonreentrant(|| self.deposit_locked(asset, amount))
    }

    /// Pays an amount of the caller's balance.
    ///
    /// # Errors
    /// [`NothingMoved`], [`MoreThanBalance`], [`ExitIsOpen`], `RateLimited`, `AssetClosed`, `GroupRestricted`, `BreakerOpen`, `TransferFailed`,
    /// `Insolvent`, `Reentered`.
    ///
    /// # Events
    /// [`Withdrawn`]; `BreakerTripped`, `ExitMarkedLate`, `FreezeObserved`.
    pub fn withdraw(&mut self, asset: Address, amount: U256) -> Result<(), SavingsError> {
        nonreentrant(|| self.withdraw_locked(asset, amount))
    }

    /// Tells an asset's clock whether the savings are frozen. Anyone may, at any time.
    ///
    /// # Events
    /// `FreezeObserved`, when that is news.
    pub fn observe(&mut self, asset: Address) {
        let freeze = self.freeze(asset);
        self.exit.observe(asset, freeze);
    }

    /// Opens the exit of an asset. Anyone may, when the savings are frozen and have been for long enough.
    ///
    /// # Errors
    /// `ExitUnset`, `ExitAlreadyOpen`, `ExitNotOpen`, `ExitEmpty`, `NotAToken`.
    ///
    /// # Events
    /// `ExitOpened`, `FreezeObserved`.
    pub fn open_exit(&mut self, asset: Address) -> Result<(), SavingsError> {
        let (held, claims) = (asset::held(self.vm(), asset)?, self.owed(asset));
        let freeze = self.freeze(asset);
        Ok(self.exit.open(asset, freeze, held, claims)?)
    }

    /// Pays the caller its share of what is held of an asset, for its whole balance. While the exit is open.
    ///
    /// # Errors
    /// `ExitNotOpen`, `AlreadyPaid`, `PaidLater`, `NothingToPay`, `TransferFailed`, `Reentered`.
    ///
    /// # Events
    /// `ExitPaid`.
    pub fn take_share(&mut self, asset: Address) -> Result<(), SavingsError> {
        nonreentrant(|| {
            let account = self.vm().msg_sender();
            let key = self.balance_key(asset, account);
            let claim = self.balances.get(key);
            let payment = self.exit.pay(asset, account, claim)?;
            self.balances.insert(key, U256::ZERO);
            self.take_off(asset, claim);
            Ok(asset::push(self.vm(), asset, payment.account, payment.amount)?)
        })
    }

    /// What an account has of an asset.
    pub fn balance_of(&self, asset: Address, account: Address) -> U256 {
        self.balances.get(self.balance_key(asset, account))
    }

    /// What the savings owe: all balances.
    pub fn owed(&self, asset: Address) -> U256 {
        self.totals.get(asset.into_word())
    }

    /// What an asset's breaker is, and when it becomes milder by itself.
    pub fn breaker(&self, asset: Address) -> BreakerState {
        let view = self.breakers.view(Scope::asset(asset)).view;
        BreakerState {
            state: view.state as u8,
            until: view.until.unwrap_or(0),
        }
    }

    /// From when on an account is paid at the exit that is open; zero when it was paid, or none is open.
    pub fn payable_at(&self, asset: Address, account: Address) -> U256 {
        U256::from(self.exit.payable_at(asset, account).unwrap_or(0))
    }

    /// Whether the exit of an asset is open.
    pub fn is_exit_open(&self, asset: Address) -> bool {
        self.exit.is_open(asset)
    }
}

impl Savings {
    fn deposit_locked(&mut self, asset: Address, amount: U256) -> Result<(), SavingsError> {
        self.require_ordinary(asset)?;
        self.share(asset, Kind::IncreaseRisk)?;
        // Nothing is locked that nothing could unlock.
        self.outflow.check_open(asset)?;
        self.hits.check_set(&self.breakers, Scope::asset(asset))?;

        let account = self.vm().msg_sender();
        // The call out comes first here: only after it is known what to credit. The lock makes that safe.
        let credited = asset::take(self.vm(), asset, amount)?;
        if credited.is_zero() {
            return Err(NothingMoved {}.into());
        }
        let key = self.balance_key(asset, account);
        let owed = self
            .owed(asset)
            .checked_add(credited)
            .ok_or(AmountTooLarge { asset })?;
        // Invariant: no balance is larger than the sum of all.
        let balance = self.balances.get(key).saturating_add(credited);

        self.balances.insert(key, balance);
        self.totals.insert(asset.into_word(), owed);
        emit(
            self.vm(),
            Deposited {
                asset,
                account,
                amount: credited,
            },
        );
        Ok(solvency::require_covered(self.vm(), asset, owed)?)
    }

    fn withdraw_locked(&mut self, asset: Address, amount: U256) -> Result<(), SavingsError> {
        self.require_ordinary(asset)?;
        let share = self.share(asset, Kind::BoundedWithdrawal)?;

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
        self.outflow.consume(asset, share.cost_up(amount))?;

        self.balances.insert(key, left);
        self.take_off(asset, amount);
        emit(
            self.vm(),
            Withdrawn {
                asset,
                account,
                amount,
            },
        );
        self.see(asset, account, amount)?;
        asset::push(self.vm(), asset, account, amount)?;
        Ok(solvency::require_covered(self.vm(), asset, self.owed(asset))?)
    }

    fn require_ordinary(&self, asset: Address) -> Result<(), SavingsError> {
        if self.exit.is_open(asset) {
            return Err(ExitIsOpen { asset }.into());
        }
        Ok(())
    }

    /// The smaller of the shares at which ladder and breaker let a call through.
    fn share(&self, asset: Address, kind: Kind) -> Result<Share, SavingsError> {
        let ladder = self.pauses.check(Group::ALL, kind, LADDER)?;
        Ok(ladder.min(self.breakers.check(Scope::asset(asset), kind)?))
    }

    /// Shows the trigger a withdrawal. Whoever trips the breaker by it is marked, and the clock is told.
    fn see(&mut self, asset: Address, account: Address, amount: U256) -> Result<(), SavingsError> {
        let (scope, flow) = (Scope::asset(asset), Flow::Moved(amount));
        if let Some(trip) = self.hits.observe(&mut self.breakers, scope, flow, account)? {
            self.exit.mark_late(asset, &trip);
            let freeze = self.freeze(asset);
            self.exit.observe(asset, freeze);
        }
        Ok(())
    }

    /// What ladder and breaker say of being frozen.
    fn freeze(&self, asset: Address) -> Freeze {
        let ladder = match self.pauses.own(Group::ALL) {
            Pause {
                rung: Some(Rung::Frozen),
                until,
            } => Freeze::until(until),
            Pause { .. } => Freeze::NONE,
        };
        let breaker = self.breakers.freeze(Scope::asset(asset));
        ladder.or(breaker, self.vm().block_timestamp())
    }

    fn take_off(&mut self, asset: Address, amount: U256) {
        // Invariant: no balance is larger than the sum of all.
        let owed = self.owed(asset).saturating_sub(amount);
        self.totals.insert(asset.into_word(), owed);
    }

    fn balance_key(&self, asset: Address, account: Address) -> B256 {
        self.vm().native_keccak256(&words![asset, account])
    }
}
