//! Before a step of an account whose tokens do what they say: whether it will pass, by the sums here alone. So nothing is refused without a reason, and nothing passes that has one.

use super::checks::{word, Judge, Seen};
use super::model::BORROWS_BPS;
use super::steps::{Asset, Deed, Feed};
use super::world::{World, BAND, HEALTH, OUTFLOW, SOLVENCY};
use crate::people::Who;
use alloy_primitives::U256;

/// Whether a deed passes; none where a sum here does not say.
pub fn passes(judge: &Judge, world: &World, who: Who, deed: Deed, seen: &Seen) -> Option<bool> {
    let (_, data) = world.call_of(who, deed);
    let amount = match deed {
        Deed::Add(..) | Deed::Repay(..) | Deed::Liquidate(..) | Deed::Give(..) => word(&data, 1),
        _ => word(&data, 0),
    };
    let purse = |asset: Asset| seen.purses[asset as usize][who as usize];
    if let Deed::Give(asset, _) = deed {
        return Some(amount <= purse(asset));
    }
    let (state, book) = (seen.overview.state, seen.book.at(seen.now));
    if state == 4 || state == 3 && matches!(deed, Deed::Supply(_) | Deed::Borrow(_)) {
        return Some(false);
    }
    if seen.is_short() {
        // Watched, it goes on as long as there is something.
        return seen.enforces(SOLVENCY).then_some(false);
    }
    let (loan, collateral) = (Asset::Loan, Asset::Collateral);
    let prices = world.prices();
    let near = || match &prices {
        None => Some(false),
        Some(_) if !seen.enforces(BAND) => Some(true),
        Some(prices) => judge.terms.passes(prices, seen),
    };
    // What is over the bucket is refused on every rung; less than it may be, on a stricter one.
    let fits = |asset: Asset, amount: U256| {
        let available = match asset {
            Asset::Loan => seen.overview.loanAvailable,
            Asset::Collateral => seen.overview.collateralAvailable,
        };
        match () {
            () if !seen.enforces(OUTFLOW) => Some(true),
            () if amount > available => Some(false),
            () if state == 0 => Some(true),
            () => None,
        }
    };
    let good = |collateral: U256, debt: U256| {
        debt.is_zero() || prices.is_some_and(|prices| prices.cover(collateral, debt, BORROWS_BPS))
    };
    let (own, owed) = (book.collateral[who as usize], book.owed(who));
    match deed {
        Deed::Supply(_) => Some(amount <= purse(loan) && !book.shares_for(amount).is_zero()),
        Deed::Add(_, to) => {
            let some = !amount.is_zero() && amount <= purse(collateral);
            both(Some(some), fails_open(world, to, seen))
        }
        Deed::Withdraw(_) => {
            if amount > book.shares[who as usize] {
                return Some(false);
            }
            let worth = book.worth(amount);
            if worth.is_zero() || worth > book.cash() {
                return Some(false);
            }
            fits(loan, worth)
        }
        Deed::Remove(_) => {
            if amount.is_zero() || amount > own || !good(own - amount, owed) {
                return Some(false);
            }
            let near = if owed.is_zero() { Some(true) } else { near() };
            both(near, fits(collateral, amount))
        }
        Deed::Borrow(_) => {
            if amount.is_zero() || amount > book.cash() || !good(own, book.owed_with(who, amount)) {
                return Some(false);
            }
            both(near(), fits(loan, amount))
        }
        Deed::Repay(_, of) => {
            let amount = amount.min(book.owed(of));
            let some = !amount.is_zero() && amount <= purse(loan);
            both(Some(some), fails_open(world, of, seen))
        }
        Deed::Liquidate(_, of) => {
            let sale = prices.and_then(|prices| book.sale(of, amount, &prices, |amount| amount));
            Some(sale.is_some_and(|sale| sale.repaid <= purse(loan)))
        }
        Deed::Give(..) => None,
    }
}

/// Whether what lowers a risk passes with this oracle. One that uses up all the gas it gets is no other than a caller who gave too little.
fn fails_open(world: &World, of: Who, seen: &Seen) -> Option<bool> {
    if world.feed != Some(Feed::BurnsGas) || seen.book.debts[of as usize].is_zero() {
        return Some(true);
    }
    seen.enforces(HEALTH).then_some(false)
}

/// A refusal is one whatever else there is.
fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}
