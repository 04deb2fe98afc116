//! A lending market: one collateral, one loan. Its guards outlive the revert that they cause.
//!
//! | what happens in a call | what answers | and then |
//! |---|---|---|
//! | an account ends it with more debt than its collateral is good for | HEALTH | trips |
//! | a price moves in the middle of it | HEALTH | trips |
//! | less is held than is owed, of either asset | SOLVENCY | trips |
//! | a supplier's share is worth less at its end | SOLVENCY | trips |
//! | a price is far from where it was lately | BAND, with a reference | is refused |
//! | something leaves too fast | OUTFLOW, a bucket | is refused |
//!
//! `IMarket.sol` beside this crate is the interface.
//!
//! # Design
//! - Borrowing, taking out collateral and liquidating are latched: they return whether they happened, and a violation is recorded and trips the breaker one rung.
//! - **Repaying and adding collateral** run on every rung but frozen, and with a dead oracle. The breaker comes back by itself.
//! - Nothing is lent at a price off its reference, which follows slowly. Liquidations ask only that a price is young: a fall that is real must not wait for the reference.
//!   A price pushed down costs a borrower the bonus.
//! - **A price that jumped further than the reference goes at once**, a doubling or a halving, would be off it for good, as a call that is refused moves no reference. The governor sets
//!   it anew, and that waits.
//! - **How fast the debt grows is what the loan's bucket lets leave**: each loan is an outflow of it. [`portcullis::growth_cap`] would bound the debt by itself, beside what suppliers
//!   withdraw; a program of 128 KiB has not the room for both, and the reference bounds what no bucket does.
//! - Whoever owes nothing needs no price: taking out collateral works while the oracle is gone.
//! - What leaves is declared and charged before it does, all the more the stricter the breaker. What a liquidation takes out is not: it is bounded by what it brings.
//! - What is the market's is a number, not a balance: a gift changes no price. What a token that takes a fee brings is what arrived.
//! - Interest is counted at the beginning of every call that moves loan or debt, and in what the views say.
//! - **Of which the market holds less than it owes** (a token took something back), every call that SOLVENCY guards is refused, repaying too, until somebody makes up for it or the governor has
//!   SOLVENCY watch. Whoever leaves last then goes without: the market shares out only what borrowers did not pay.
//! - Nothing comes in before breaker and buckets are set, and nothing is lent before the bands are.
//!
//! # Trust assumptions
//! - The oracle's price is not one that a caller can set within the band for as long as it likes, nor for one call far below the truth.
//! - The tokens say the truth of balances at the end of a call.
//! - The governor sets limits and bands; what loosens waits. It is the council as well, which moves the breaker for up to its decision's time; the guardian does so for an
//!   automatic trip's. The governor hands over to nobody: it has to be a contract whose members change, as a Safe or a council.
//!
//! # The attack
//! A price is pumped, the pool is borrowed empty against it, and the price is let go, within one transaction.
// What the macros add, on chain and for printing the interface, has none.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod accounts;
mod arguments;
mod book;
mod error;
mod governance;
mod guards;
mod liquidation;
mod oracle;
pub mod pool;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use arguments::{BandTerms, Overview, Parts, Position};
pub use error::*;
pub use governance::IMarketGuards;
// What the macro makes of the trait for whoever prints the interface, and looks for here.
#[cfg(feature = "export-abi")]
pub use governance::IMarketGuardsStylusAbiStruct;
pub use guards::{BAND, HEALTH, OUTFLOW, SOLVENCY};
pub use liquidation::{BORROWS, OWES, PAID_BPS};
pub use oracle::MOST_AGE_SECS;

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use book::{shares_of, Book, COLLATERAL, LOAN, ORACLE, PLEDGED};
use oracle::{Holding, Oracle};
use portcullis::{
    asset::{self, NotAToken, ETH},
    authority::Authority,
    breaker_guard::BreakerGuard,
    core_types::breaker::Kind,
    events,
    guard_modes::GuardModes,
    guarded,
    invariant::{fail_closed, PriceWindow},
    rate_limiter::RateLimiter,
    sdk::emit,
    timelock::Timelock,
    transition::ViolationRecord,
    GuardError,
};
use stylus_sdk::prelude::*;

events! {
    /// Loan was lent to the market, for shares.
    Supplied(account: Address; amount: U256, shares: U256);
    /// A supplier's shares were paid.
    Withdrawn(account: Address; amount: U256, shares: U256);
    /// What arrived is an account's collateral.
    CollateralAdded(account: Address, by: Address; amount: U256);
    /// Collateral left.
    CollateralRemoved(account: Address; amount: U256);
    /// Loan left, as debt.
    Borrowed(account: Address; amount: U256, shares: U256);
    /// A debt was repaid, or a part.
    Repaid(account: Address, by: Address; amount: U256, shares: U256);
    /// Who repaid took collateral for it. What is written off is the suppliers' loss.
    Liquidated(account: Address, by: Address; repaid: U256, seized: U256, written_off: U256);
}

/// The market.
#[portcullis::entrypoint(latch)]
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Market {
    book: Book,
    authority: Authority,
    timelock: Timelock,
    modes: GuardModes,
    breakers: BreakerGuard,
    violations: ViolationRecord,
    outflow: RateLimiter,
    bands: PriceWindow,
}

#[guarded]
#[public]
#[implements(IMarketGuards)]
impl Market {
    /// Names the loan, the collateral, the oracle, who governs and who guards. Runs once; see `IMarket.sol` for how it is called.
    ///
    /// # Errors
    /// [`SameAsset`], `NotAToken`, `ZeroAuthority`.
    #[constructor]
    pub fn constructor(&mut self, parts: Parts) -> Result<(), MarketError> {
        let Parts {
            loan,
            collateral,
            oracle,
            governor,
            guardian,
        } = parts;
        if loan == collateral {
            return Err(SameAsset { asset: loan }.into());
        }
        self.require_token(loan)?;
        self.require_token(collateral)?;
        self.authority.initialize(governor, guardian)?;
        self.book.put_address(&LOAN, loan);
        self.book.put_address(&COLLATERAL, collateral);
        self.book.put_address(&ORACLE, oracle);
        Ok(())
    }

    /// Lends to the market: shares for what arrives, rounded down.
    ///
    /// # Errors
    /// [`NothingMoved`], [`AmountTooLarge`], `BreakerOpen`, `BreakerUnset`, `AssetClosed`, `TransferFailed`, `NotAToken`, `Insolvent`, [`ShareFell`], `Reentered`.
    ///
    /// # Events
    /// [`Supplied`].
    #[guard(
        enter(self.begins(Kind::IncreaseRisk), self.is_armed(self.loan())),
        keep(SOLVENCY: self.books_and_shares())
    )]
    pub fn supply(&mut self, amount: U256) -> Result<(), MarketError> {
        self.pull_supply(amount)
    }

    /// Pays so many of the caller's shares, rounded down.
    ///
    /// # Errors
    /// [`NothingMoved`], [`MoreThanBalance`], [`MoreThanCash`], `BreakerOpen`, `RateLimited`, `AssetClosed`, `TransferFailed`, `Insolvent`,
    /// [`ShareFell`], `Reentered`.
    ///
    /// # Events
    /// [`Withdrawn`].
    #[guard(
        enter(self.begins(Kind::BoundedWithdrawal)),
        outflow(OUTFLOW: self.loan(), self.worth_down(shares)),
        keep(SOLVENCY: self.books_and_shares())
    )]
    pub fn withdraw(&mut self, shares: U256) -> Result<(), MarketError> {
        let account = self.sender();
        let amount = self.take_supply(account, shares)?;
        Ok(asset::push(self.vm(), self.loan(), account, amount)?)
    }

    /// Adds to an account's collateral what arrives from the caller. On every rung but frozen, with or without an oracle.
    ///
    /// # Errors
    /// [`NothingMoved`], [`AmountTooLarge`], `BreakerOpen`, `BreakerUnset`, `AssetClosed`, `TransferFailed`, `NotAToken`, `AccountUnhealthy`, `Starved`, `Insolvent`,
    /// `Reentered`.
    ///
    /// # Events
    /// [`CollateralAdded`]; `InvariantNotEvaluated` when there is no price.
    #[guard(
        enter(self.begins(Kind::ReduceOwnRisk), self.is_armed(self.collateral())),
        keep(HEALTH: self.stays_healthy_if_told(account), SOLVENCY: self.books())
    )]
    pub fn add_collateral(&mut self, account: Address, amount: U256) -> Result<(), MarketError> {
        let by = self.sender();
        let amount = self.pull_collateral(account, amount)?;
        emit(self.vm(), CollateralAdded { account, by, amount });
        Ok(())
    }

    /// Takes out collateral of the caller. True when it happened.
    ///
    /// # Errors
    /// [`NothingMoved`], [`MoreThanBalance`], [`TooLittleCollateral`], [`OracleFailed`], [`PriceUnusable`], [`PriceStale`], [`PriceOffReference`], `PriceWindowUnset`,
    /// `BreakerOpen`, `RateLimited`, `AssetClosed`, `TransferFailed`, `Reentered`, `Starved`, `TooLittleGas`; where they are not latched `AccountUnhealthy`,
    /// [`PriceMoved`], `Insolvent`.
    ///
    /// # Events
    /// [`CollateralRemoved`], or `ViolationLatched` and `BreakerTripped`.
    #[guard(
        enter(
            self.begins(Kind::BoundedWithdrawal),
            BAND: self.price_is_near_if_owing()
        ),
        outflow(OUTFLOW: self.collateral(), amount),
        keep(
            HEALTH: fail_closed(self.stays_healthy_at_prices(self.sender(), self.owes())),
            SOLVENCY: self.books()
        ),
        latch
    )]
    pub fn remove_collateral(&mut self, amount: U256) -> Result<bool, MarketError> {
        let account = self.sender();
        self.take_collateral(account, amount)?;
        self.require_collateral(account)?;
        emit(self.vm(), CollateralRemoved { account, amount });
        asset::push(self.vm(), self.collateral(), account, amount)?;
        Ok(true)
    }

    /// Lends the caller so much, on its collateral. True when it happened.
    ///
    /// # Errors
    /// Those of [`Market::remove_collateral`], with [`MoreThanCash`] and [`AmountTooLarge`], without [`MoreThanBalance`]; where it is not latched [`ShareFell`].
    ///
    /// # Events
    /// [`Borrowed`], or `ViolationLatched` and `BreakerTripped`.
    #[guard(
        enter(self.begins(Kind::IncreaseRisk), BAND: self.price_is_near()),
        outflow(OUTFLOW: self.loan(), amount),
        keep(
            HEALTH: fail_closed(self.stays_healthy_at_prices(self.sender(), true)),
            SOLVENCY: self.books_and_shares()
        ),
        latch
    )]
    pub fn borrow(&mut self, amount: U256) -> Result<bool, MarketError> {
        let account = self.sender();
        self.give_debt(account, amount)?;
        self.require_collateral(account)?;
        asset::push(self.vm(), self.loan(), account, amount)?;
        Ok(true)
    }

    /// Repays an account's debt, of which `amount` is the most. On every rung but frozen, with or without an oracle.
    ///
    /// # Errors
    /// [`NothingMoved`], `BreakerOpen`, `TransferFailed`, `NotAToken`, `AccountUnhealthy`, `Starved`, `Insolvent`, [`ShareFell`], `Reentered`.
    ///
    /// # Events
    /// [`Repaid`]; `InvariantNotEvaluated` when there is no price.
    #[guard(
        enter(self.begins(Kind::ReduceOwnRisk)),
        keep(
            HEALTH: self.stays_healthy_if_told(account),
            SOLVENCY: self.books_and_shares()
        )
    )]
    pub fn repay(&mut self, account: Address, amount: U256) -> Result<(), MarketError> {
        let amount = amount.min(self.owed_up(account));
        self.pull_repayment(account, amount).map(drop)
    }

    /// Repays debt of an account that cannot pay, at most `amount`, and takes collateral for it: `liquidation.rs` says how much. True when it happened.
    ///
    /// # Errors
    /// [`NothingMoved`], [`AccountHealthy`], [`LiquidatesTooLittle`], [`OracleFailed`], [`PriceUnusable`], [`PriceStale`], `BreakerOpen`, `TransferFailed`,
    /// `NotAToken`, `Reentered`, `Starved`, `TooLittleGas`; where they are not latched `AccountUnhealthy`, [`PriceMoved`], `Insolvent`.
    ///
    /// # Events
    /// [`Repaid`], [`Liquidated`], or `ViolationLatched` and `BreakerTripped`.
    #[guard(
        enter(self.begins(Kind::DecreaseRisk)),
        keep(
            HEALTH: fail_closed(self.stays_healthy_at_prices(account, true)),
            SOLVENCY: self.books()
        ),
        latch
    )]
    pub fn liquidate(&mut self, account: Address, amount: U256) -> Result<bool, MarketError> {
        self.repay_and_seize(account, amount)?;
        Ok(true)
    }

    /// What an account has and owes, and what all do, interest of now included.
    ///
    /// # Errors
    /// `InTransition`.
    #[settled]
    pub fn position(&self, account: Address) -> Result<Position, MarketError> {
        let shares = self.book.get(&shares_of(account));
        let Holding { collateral, debt } = self.holding(account);
        Ok(Position {
            shares,
            supplied: self.worth_down(shares),
            debt,
            collateral,
            all_supplied: self.supplied_pot().assets,
            all_borrowed: self.borrowed_pot().assets,
            all_pledged: self.book.get(&PLEDGED),
        })
    }
}

// Out of place, each, as they are asked for all over.
impl Market {
    #[inline(never)]
    fn require_token(&self, asset: Address) -> Result<(), GuardError> {
        if asset == ETH {
            return Err(NotAToken { asset }.into());
        }
        asset::held(self.vm(), asset).map(drop)
    }

    #[inline(never)]
    pub(crate) fn oracle(&self) -> Oracle {
        Oracle {
            address: self.book.address(&ORACLE),
            loan: self.loan(),
            collateral: self.collateral(),
        }
    }

    #[inline(never)]
    pub(crate) fn loan(&self) -> Address {
        self.book.address(&LOAN)
    }

    #[inline(never)]
    pub(crate) fn collateral(&self) -> Address {
        self.book.address(&COLLATERAL)
    }

    #[inline(never)]
    pub(crate) fn sender(&self) -> Address {
        self.vm().msg_sender()
    }
}
