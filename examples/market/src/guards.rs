//! What guards the market: what is asked before a body, what has to hold over it, and what a violation does.
//!
//! # Design
//! - **HEALTH on every path that moves collateral or debt.** Where a risk may grow, or collateral is sold, it fails closed: no price, no loan. Where it can only fall,
//!   repaying and adding, it fails open, with an event: a dead oracle stops nobody from paying. One that burns all the gas it gets does, as it cannot be told from a caller who gave too
//!   little.
//! - **What a caller can make refuse at will trips nothing**: borrowing too much is refused in the body, by the market's own sum. HEALTH asks again at the
//!   exit, when every call out has returned: if it does not hold there, somebody moved something in between, or the sum is wrong.
//! - **Nor does a price move within a call**, which is one transaction's part: then a price was pumped or let go. Latch that only where nobody but the oracle's own
//!   reporters writes a price: with a token that calls back, anyone who may write one trips the breaker.
//! - BAND and OUTFLOW refuse what callers ask for. They enforce, and latch nowhere.

use super::{
    book::PLEDGED, liquidation::BORROWS, oracle::ratio, Market, MarketError, PriceMoved, PriceOffReference,
    ShareFell,
};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    breaker_guard::Fired,
    core_types::{
        breaker::{Kind, Rung, Target},
        mode::{GuardId, Modes},
    },
    invariant::{self, evaluated, Invariant, Unmet},
    scope_key::Scope,
    sdk::VM,
    transition::{Flows, Latching, Moded, Violation},
    GuardError,
};
use stylus_sdk::prelude::*;

/// An account is as healthy at the exit as it has to be, at prices that did not move within the call.
pub const HEALTH: GuardId = GuardId::of::<1>();
/// What is held of both assets covers what is owed, and a supplier's share does not fall.
pub const SOLVENCY: GuardId = GuardId::of::<2>();
/// The price is near its reference.
pub const BAND: GuardId = GuardId::of::<3>();
/// What leaves is limited.
pub const OUTFLOW: GuardId = GuardId::of::<4>();
pub(crate) const LAST_GUARD: GuardId = OUTFLOW;

/// What reading both prices may take. With less, a failure is the caller's.
const ORACLE_GAS: u64 = 200_000;
/// A share is held to what so many are worth: 2^120, which rounding takes no more of than a unit.
const MANY_SHARES: U256 = U256::from_limbs([0, 1 << 56, 0, 0]);

const VIOLATED: u8 = 1;
const GUARDIAN: u8 = 2;

/// The key of the one price.
pub(crate) const PAIR: B256 = B256::ZERO;

/// The one breaker.
pub(crate) fn scope() -> Scope {
    Scope::group(1)
}

/// What is asked before a body.
impl Market {
    /// The breaker lets this kind of call through, and interest is counted up to now.
    #[inline(never)]
    pub(crate) fn begins(&mut self, kind: Kind) -> Result<(), MarketError> {
        self.breakers.check(scope(), kind)?;
        self.accrue()
    }

    /// Nothing is taken in that nothing could let out, or before a violation could trip the breaker.
    #[inline(never)]
    pub(crate) fn is_armed(&self, asset: Address) -> Result<(), GuardError> {
        self.breakers.check_set(scope())?;
        self.outflow.check_open(asset)
    }

    /// The collateral's price in the loan is near its reference, which follows.
    #[inline(never)]
    pub(crate) fn price_is_near(&mut self) -> Result<(), GuardError> {
        let price_x128 = self.oracle().relative_x128(self.vm())?;
        let price = ratio(price_x128);
        let band = self.bands.follow(PAIR, &price)?;
        if band.contains(&price) {
            return Ok(());
        }
        Err(GuardError::own(PriceOffReference {
            price_x128,
            reference_x128: band.reference_x128(),
        }))
    }

    /// The same, if the caller owes something.
    pub(crate) fn price_is_near_if_owing(&mut self) -> Result<(), GuardError> {
        if self.owes() {
            return self.price_is_near();
        }
        Ok(())
    }
}

/// What has to hold over a call.
impl Market {
    /// The account is healthy, or no worse than it was.
    #[inline(never)]
    pub(crate) fn stays_healthy(&self, account: Address) -> impl Invariant {
        let (oracle, holding) = (self.oracle(), self.holding(account));
        invariant::healthy(account, BORROWS, move |vm: &VM, _| {
            evaluated(vm, || oracle.value(vm, &holding))
        })
    }

    /// For what can only lower a risk.
    pub(crate) fn stays_healthy_if_told(&self, account: Address) -> impl Invariant {
        invariant::fail_open(HEALTH.number(), ORACLE_GAS, self.stays_healthy(account))
    }

    /// The same, and where there is a debt to value the price does not move within the call.
    pub(crate) fn stays_healthy_at_prices(&self, account: Address, any_debt: bool) -> impl Invariant {
        let oracle = self.oracle();
        let price_stays = invariant::compare(
            move |vm: &VM| evaluated(vm, || oracle.relative_x128(vm)),
            |before_x128: U256, price_x128| {
                if before_x128 == price_x128 {
                    return Ok(());
                }
                Err(Unmet::Broken(GuardError::own(PriceMoved {
                    before_x128,
                    price_x128,
                })))
            },
        );
        (
            invariant::only_if(any_debt, price_stays),
            self.stays_healthy(account),
        )
    }

    /// What is held of both assets covers what is owed.
    #[inline(never)]
    pub(crate) fn books(&self) -> impl Invariant {
        (
            holds(self.loan(), self.cash()),
            holds(self.collateral(), self.book.get(&PLEDGED)),
        )
    }

    /// The same, and a supplier's share does not fall.
    #[inline(never)]
    pub(crate) fn books_and_shares(&self) -> impl Invariant {
        let worth = self.worth_down(MANY_SHARES);
        let never_falls = invariant::compare(
            move |_| Ok(worth),
            |before: U256, worth| {
                if worth >= before {
                    return Ok(());
                }
                Err(Unmet::Broken(GuardError::own(ShareFell { before, worth })))
            },
        );
        (self.books(), never_falls)
    }
}

fn holds(asset: Address, amount: U256) -> impl Invariant {
    invariant::covered(asset, move |_| Ok(amount))
}

impl Flows for Market {
    /// Nothing declares one: what comes in is measured where it is credited.
    fn inflow(&mut self, _asset: Address, _amount: U256) -> Result<(), GuardError> {
        Ok(())
    }

    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let cost = self.breakers.charge(scope(), Kind::BoundedWithdrawal, amount)?;
        self.outflow.consume(asset, cost)
    }
}

impl Moded for Market {
    fn guard_modes(&self) -> Modes {
        self.modes.all()
    }
}

impl Latching for Market {
    fn on_violation(&mut self, violation: &Violation<'_>) -> Result<(), GuardError> {
        self.violations.record(violation);
        let fired = violation.fired(VIOLATED, Target::OneRung);
        self.breakers.trip(scope(), fired).map(drop)
    }
}

/// A guardian's pause, as what trips the breaker: it ends like any other trip.
pub(crate) fn paused_by(guardian: Address, rung: Rung) -> Fired {
    Fired::own(GUARDIAN, Target::To(rung), guardian)
}
