//! An ERC-4626 vault over one ERC-20: every call passes through its guards.
//!
//! | what a caller tries | what answers |
//! |---|---|
//! | shares that cost too little, or assets for too few | PRICE: a share is worth no less after a call than before it, exactly |
//! | shares out of nowhere | SUPPLY: nobody else's shares change, and moved ones are conserved |
//! | a token that takes back or takes more than it says | SOLVENCY: what is held covers what is managed |
//! | all at once | OUTFLOW: a token bucket, charged with what really left |
//! | many small steps that each pass | WINDOW: the price stays near a reference, which follows slowly |
//! | a gift that makes a share dear | it counts by the second, at most a hundredth of what is managed a day |
//!
//! Here is what a call declares. [`guards`] says what each guard asks and what a trip does, `accounts` moves the money, `limits` says what would pass, [`shares`] is ERC-20,
//! [`governance`] who sets what, [`monitor`] what is in force. `IVault.sol` beside this crate is the interface.
//!
//! # Design
//! - **What is managed is a number, not a balance.** A gift is a surplus, which becomes a gain slowly ([`rates::gain_down`]): nobody prices a share up within a transaction. Gains are
//!   counted before each deposit and withdrawal, so nobody buys in just before them.
//! - SOLVENCY is asked first: a loss shows in the price as well, and its reason is the one to tell.
//! - **A loss stops the vault until it is written down**, which anyone may, at once: until then the first to leave would be paid what the others lost.
//! - A token that takes a fee is refused: what `previewDeposit` says would be wrong.
//! - All that a call changes is written on one side of its call out: asked in the middle of a call, a view says what was before or what is after, never a half. It is not `#[settled]`, as
//!   ERC-4626 says that it does not revert.
//! - ERC-4626 says that its methods return amounts, so they only revert. [`Vault::collect`] is latched: whoever watches calls it, and a trip outlives what it found. A thief who
//!   writes the loss down first trips the ladder too.
//! - OUTFLOW and WINDOW begin in shadow: they tell whom they would have refused until the governor has them enforce. The others are about the code, not about how much honest users
//!   move, and enforce from the start.
//! - **A way out stays open.** A trip and a price below its reference shut the ways in; out leads a bounded share. Only a guardian's freeze shuts that, and ends.
//!
//! # Trust assumptions
//! - The governor sets limits from normal flows; what loosens waits. The guardian freezes for at most [`guards::LADDER`]'s time, and can do so again.
//! - The token says the truth of balances at the end of a call.
//!
//! # The attack
//! A share of an empty vault is made worth a fortune by a gift, and the next deposit is rounded down to nothing.
// What the macros add, on chain and for printing the interface, has none.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod accounts;
mod arguments;
mod error;
mod events;
pub mod governance;
pub mod guards;
mod limits;
pub mod monitor;
pub mod rates;
pub mod shares;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use arguments::*;
pub use error::*;
pub use events::*;
pub use governance::IVaultGovernance;
pub use monitor::IVaultMonitor;
pub use shares::IShares;
// What the macro makes of the traits for whoever prints the interface, and looks for here.
#[cfg(feature = "export-abi")]
pub use {
    governance::IVaultGovernanceStylusAbiStruct, monitor::IVaultMonitorStylusAbiStruct,
    shares::ISharesStylusAbiStruct,
};

use accounts::found;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use guards::{DEPOSITS, OUTFLOW, PRICE, SOLVENCY, SUPPLY, WINDOW, WITHDRAWALS};
use portcullis::{
    authority::Authority, core_types::breaker::Kind, guard_modes::GuardModes, guarded,
    invariant::PriceWindow, pause_guard::PauseGuard, rate_limiter::RateLimiter, timelock::Timelock,
    transition::ViolationRecord,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageB256, StorageMap, StorageU256},
};

/// The vault.
#[portcullis::entrypoint(latch)]
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Vault {
    asset: StorageAddress,
    name: StorageB256,
    symbol: StorageB256,
    decimals: StorageU256,
    /// All shares.
    supply: StorageU256,
    /// By the word of the account.
    balances: StorageMap<B256, StorageU256>,
    /// By the hash of owner and spender.
    allowances: StorageMap<B256, StorageU256>,
    /// What of the asset is the shares'.
    managed: StorageU256,
    /// When gains were counted last, in seconds.
    counted_at: StorageU256,
    authority: Authority,
    timelock: Timelock,
    modes: GuardModes,
    pauses: PauseGuard,
    outflow: RateLimiter,
    prices: PriceWindow,
    violations: ViolationRecord,
}

#[guarded]
#[public]
#[implements(IShares, IVaultGovernance, IVaultMonitor)]
impl Vault {
    /// Names the asset, who governs, who guards, and the shares: name and symbol are ASCII of at most 32 bytes. Runs once; see `IVault.sol` for how it is called.
    ///
    /// # Errors
    /// `NotAToken`, `ZeroAuthority`.
    #[constructor]
    pub fn constructor(
        &mut self,
        asset: Address,
        governor: Address,
        guardian: Address,
        name: B256,
        symbol: B256,
    ) -> Result<(), VaultError> {
        self.open(asset)?;
        self.authority.initialize(governor, guardian)?;
        self.name.set(name);
        self.symbol.set(symbol);
        Ok(())
    }

    /// Takes so much of the asset from the caller, and mints shares for it to `receiver`, rounded down.
    ///
    /// # Errors
    /// [`NothingMoved`], [`AmountTooLarge`], [`FeeOnTransfer`], [`ERC20InvalidReceiver`], `GroupRestricted`, `AssetClosed`, `PriceWindowUnset`, `PriceOutOfRange`,
    /// `TransferFailed`, `NotAToken`, `Insolvent`, `SharePriceFell`, `SharePriceOffReference`, `SupplyNotConserved`, `Reentered`.
    ///
    /// # Events
    /// [`Deposit`], [`Transfer`], [`GainCounted`].
    #[guard(
        enter(
            self.running(DEPOSITS, Kind::IncreaseRisk),
            OUTFLOW: self.outflow.check_open(self.asset.get()),
            WINDOW: self.follow_price(),
            self.count_gain()
        ),
        keep(
            SOLVENCY: self.covered(),
            PRICE: self.price_never_falls(),
            WINDOW: self.price_near(),
            SUPPLY: self.others_keep(receiver)
        )
    )]
    pub fn deposit(&mut self, assets: U256, receiver: Address) -> Result<U256, VaultError> {
        let shares = self.preview_deposit(assets)?;
        self.take_in(assets, shares, receiver)?;
        Ok(shares)
    }

    /// Mints so many shares to `receiver`, and takes what they cost from the caller, rounded up.
    ///
    /// # Errors
    /// Those of [`Vault::deposit`].
    ///
    /// # Events
    /// [`Deposit`], [`Transfer`], [`GainCounted`].
    #[guard(
        enter(
            self.running(DEPOSITS, Kind::IncreaseRisk),
            OUTFLOW: self.outflow.check_open(self.asset.get()),
            WINDOW: self.follow_price(),
            self.count_gain()
        ),
        keep(
            SOLVENCY: self.covered(),
            PRICE: self.price_never_falls(),
            WINDOW: self.price_near(),
            SUPPLY: self.others_keep(receiver)
        )
    )]
    pub fn mint(&mut self, shares: U256, receiver: Address) -> Result<U256, VaultError> {
        let assets = self.preview_mint(shares)?;
        self.take_in(assets, shares, receiver)?;
        Ok(assets)
    }

    /// Pays so much of the asset to `receiver`, and burns what shares of `owner` it takes, rounded up.
    ///
    /// # Errors
    /// [`NothingMoved`], [`AmountTooLarge`], [`ERC20InsufficientBalance`], [`ERC20InsufficientAllowance`], `GroupRestricted`, `RateLimited`, `AssetClosed`,
    /// `PriceWindowUnset`, `PriceOutOfRange`, `TransferFailed`, `NotAToken`, `Insolvent`, `SharePriceFell`, `SharePriceOffReference`, `SupplyNotConserved`, `Reentered`.
    ///
    /// # Events
    /// [`Withdraw`], [`Transfer`], [`GainCounted`].
    #[guard(
        enter(
            self.running(WITHDRAWALS, Kind::BoundedWithdrawal),
            WINDOW: self.follow_price(),
            self.count_gain()
        ),
        keep(
            SOLVENCY: self.covered(),
            PRICE: self.price_never_falls(),
            WINDOW: self.price_not_above(),
            SUPPLY: self.others_keep(owner)
        ),
        outflow(OUTFLOW: self.asset.get())
    )]
    pub fn withdraw(&mut self, assets: U256, receiver: Address, owner: Address) -> Result<U256, VaultError> {
        let shares = self.preview_withdraw(assets)?;
        self.pay_out(assets, shares, receiver, owner)?;
        Ok(shares)
    }

    /// Burns so many shares of `owner`, and pays what they are worth to `receiver`, rounded down.
    ///
    /// # Errors
    /// Those of [`Vault::withdraw`].
    ///
    /// # Events
    /// [`Withdraw`], [`Transfer`], [`GainCounted`].
    #[guard(
        enter(
            self.running(WITHDRAWALS, Kind::BoundedWithdrawal),
            WINDOW: self.follow_price(),
            self.count_gain()
        ),
        keep(
            SOLVENCY: self.covered(),
            PRICE: self.price_never_falls(),
            WINDOW: self.price_not_above(),
            SUPPLY: self.others_keep(owner)
        ),
        outflow(OUTFLOW: self.asset.get())
    )]
    pub fn redeem(&mut self, shares: U256, receiver: Address, owner: Address) -> Result<U256, VaultError> {
        let assets = self.preview_redeem(shares)?;
        self.pay_out(assets, shares, receiver, owner)?;
        Ok(assets)
    }

    /// Counts what of the surplus is a gain by now, and looks whether all is well: where a guard in mode latch says that it is not, the vault trips to reduce-only and the answer is
    /// `false`. Anyone may.
    ///
    /// # Errors
    /// `NotAToken`, `PriceWindowUnset`, `PriceOutOfRange`, `Insolvent`, `SharePriceOffReference`, `TooLittleGas`, `Reentered`.
    ///
    /// # Events
    /// [`GainCounted`]; `ViolationLatched`, `Tripped`.
    #[guard(
        enter(WINDOW: self.follow_price()),
        keep(SOLVENCY: self.covered(), PRICE: self.price_never_falls(), WINDOW: self.price_not_above()),
        latch
    )]
    pub fn collect(&mut self) -> Result<bool, VaultError> {
        self.count_gain()?;
        Ok(true)
    }

    /// Manages no more than is held, after the token took something back. Anyone may: the loss is everybody's alike from then on. Trips the vault where SOLVENCY latches.
    ///
    /// # Errors
    /// `NotAToken`, `Reentered`.
    ///
    /// # Events
    /// [`LossWrittenDown`] and `Tripped`, when there is a loss.
    #[guard(lock)]
    pub fn write_down(&mut self) -> Result<(), VaultError> {
        self.count_loss()
    }

    /// The token.
    pub fn asset(&self) -> Address {
        self.asset.get()
    }

    /// What of the asset is the shares': what is managed and what of the surplus is a gain by now; what is held where that is less.
    pub fn total_assets(&self) -> U256 {
        // A token that does not answer moves nothing either.
        let held = self.held().unwrap_or(self.managed.get());
        self.total_of(held)
    }

    /// Shares for assets, rounded down.
    ///
    /// # Errors
    /// [`AmountTooLarge`], here and below.
    pub fn convert_to_shares(&self, assets: U256) -> Result<U256, VaultError> {
        found(self.rates().shares_down(assets))
    }

    /// Assets for shares, rounded down.
    pub fn convert_to_assets(&self, shares: U256) -> Result<U256, VaultError> {
        found(self.rates().assets_down(shares))
    }

    /// What a deposit mints, rounded down.
    pub fn preview_deposit(&self, assets: U256) -> Result<U256, VaultError> {
        found(self.rates().shares_down(assets))
    }

    /// What a mint costs, rounded up.
    pub fn preview_mint(&self, shares: U256) -> Result<U256, VaultError> {
        found(self.rates().assets_up(shares))
    }

    /// What a withdrawal burns, rounded up.
    pub fn preview_withdraw(&self, assets: U256) -> Result<U256, VaultError> {
        found(self.rates().shares_up(assets))
    }

    /// What a redemption pays, rounded down.
    pub fn preview_redeem(&self, shares: U256) -> Result<U256, VaultError> {
        found(self.rates().assets_down(shares))
    }

    /// The most that can be deposited now: the largest number when nothing limits it.
    pub fn max_deposit(&self, _receiver: Address) -> U256 {
        self.most_in()
    }

    /// The same in shares.
    pub fn max_mint(&self, _receiver: Address) -> U256 {
        self.most_in()
    }

    /// The most that an account can withdraw now: of its own, of what the limit has, and nothing while withdrawals are frozen.
    pub fn max_withdraw(&self, owner: Address) -> U256 {
        self.most_withdrawn(owner)
    }

    /// The same in shares.
    pub fn max_redeem(&self, owner: Address) -> U256 {
        self.most_redeemed(owner)
    }
}
