//! The market's sums, done once more from what it told: each event is followed by hand, and what it says of shares, debts and losses has to be what comes out.

use super::steps::Asset;
use super::world::World;
use crate::chain::u;
use crate::people::Who;
use alloy_primitives::{Log, U256};
use alloy_sol_types::SolEventInterface;
use e2e::market::IMarket::{self, IMarketEvents};

/// In each pot, beside what was given.
const VIRTUAL_SHARES: u64 = 1_000;
const RATE_BPS: u64 = 500;
const YEAR_SECS: u64 = 365 * 24 * 60 * 60;
/// What an account may borrow, and what it may owe, of its collateral's value.
pub const BORROWS_BPS: u64 = 7_500;
const OWES_BPS: u64 = 8_000;
const WHOLE_BPS: u64 = 10_000;

/// What 10^18 units of each are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prices {
    pub loan: U256,
    pub collateral: U256,
}

impl Prices {
    fn of_collateral(&self, amount: U256) -> U256 {
        amount * self.collateral
    }

    fn of_debt(&self, amount: U256) -> U256 {
        amount * self.loan
    }

    /// Whether so much debt is at most this part of the collateral.
    pub fn cover(&self, collateral: U256, debt: U256, part_bps: u64) -> bool {
        self.of_debt(debt) * u(WHOLE_BPS) <= self.of_collateral(collateral) * u(part_bps)
    }

    /// What may be owed on a collateral, rounded down.
    pub fn good_for(&self, collateral: U256, part_bps: u64) -> U256 {
        self.of_collateral(collateral) * u(part_bps) / (self.loan * u(WHOLE_BPS))
    }

    /// What a debt needs of collateral, rounded up.
    pub fn needed(&self, debt: U256, part_bps: u64) -> U256 {
        (self.of_debt(debt) * u(WHOLE_BPS)).div_ceil(self.collateral * u(part_bps))
    }

    /// Of a unit in units, with 128 bits behind the point.
    pub fn relative_x128(&self) -> U256 {
        (self.collateral << 128) / self.loan
    }
}

/// All that the market counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    pub supplied: U256,
    pub supply_shares: U256,
    pub borrowed: U256,
    pub debt_shares: U256,
    pub pledged: U256,
    pub accrued_at: u64,
    pub shares: [U256; 4],
    pub debts: [U256; 4],
    pub collateral: [U256; 4],
}

/// What a liquidation is expected to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    pub repaid: U256,
    pub seized: U256,
    pub written_off: U256,
}

impl Book {
    /// With interest up to a time.
    pub fn at(&self, now: u64) -> Self {
        let secs = (now - self.accrued_at).min(10 * YEAR_SECS);
        let interest = (self.borrowed * u(RATE_BPS * secs)).div_ceil(u(WHOLE_BPS * YEAR_SECS));
        Self {
            supplied: self.supplied + interest,
            borrowed: self.borrowed + interest,
            accrued_at: now,
            ..self.clone()
        }
    }

    pub fn cash(&self) -> U256 {
        self.supplied.saturating_sub(self.borrowed)
    }

    pub fn shares_for(&self, amount: U256) -> U256 {
        amount * (self.supply_shares + u(VIRTUAL_SHARES)) / (self.supplied + u(1))
    }

    pub fn worth(&self, shares: U256) -> U256 {
        shares * (self.supplied + u(1)) / (self.supply_shares + u(VIRTUAL_SHARES))
    }

    fn debt_pot(&self) -> (U256, U256) {
        (self.borrowed + u(1), self.debt_shares + u(VIRTUAL_SHARES))
    }

    pub fn owed(&self, who: Who) -> U256 {
        let (assets, shares) = self.debt_pot();
        (self.debts[who as usize] * assets).div_ceil(shares)
    }

    /// What is owed after so much more is lent.
    pub fn owed_with(&self, who: Who, amount: U256) -> U256 {
        let (assets, shares) = self.debt_pot();
        let given = (amount * shares).div_ceil(assets);
        ((self.debts[who as usize] + given) * (assets + amount)).div_ceil(shares + given)
    }

    /// The price of a supplier's share: over and under.
    pub fn price(&self) -> (U256, U256) {
        (self.supplied + u(1), self.supply_shares + u(VIRTUAL_SHARES))
    }

    /// What an account of this much debt may borrow more, by its collateral alone.
    pub fn may_borrow(&self, who: Who, prices: &Prices) -> U256 {
        let good_for = prices.good_for(self.collateral[who as usize], BORROWS_BPS);
        good_for.saturating_sub(self.owed(who))
    }

    pub fn may_remove(&self, who: Who, prices: Option<&Prices>) -> U256 {
        let (owed, collateral) = (self.owed(who), self.collateral[who as usize]);
        if owed.is_zero() {
            return collateral;
        }
        let needed = prices.map_or(U256::MAX, |prices| prices.needed(owed, BORROWS_BPS));
        collateral.saturating_sub(needed)
    }

    fn repay(&mut self, who: Who, amount: U256) -> U256 {
        let place = who as usize;
        let shares = if amount >= self.owed(who) {
            self.debts[place]
        } else {
            let (assets, shares) = self.debt_pot();
            amount * shares / assets
        };
        self.drop_debt(who, shares, amount);
        shares
    }

    fn drop_debt(&mut self, who: Who, shares: U256, amount: U256) {
        self.debts[who as usize] -= shares;
        self.debt_shares -= shares;
        // What the last one's rounding is more than was owed in all is nobody's.
        self.borrowed = self.borrowed.saturating_sub(amount);
    }

    fn write_off(&mut self, who: Who) -> U256 {
        let amount = self.owed(who);
        self.supplied = self.supplied.saturating_sub(amount);
        self.drop_debt(who, self.debts[who as usize], amount);
        amount
    }

    /// What a liquidation that offers `amount` does, at a time whose interest is counted; none when it is refused. `arrives`: of what is offered and taken.
    pub fn sale(
        &self,
        of: Who,
        amount: U256,
        prices: &Prices,
        arrives: impl Fn(U256) -> U256,
    ) -> Option<Sale> {
        let (debt, collateral) = (self.owed(of), self.collateral[of as usize]);
        if prices.cover(collateral, debt, OWES_BPS) {
            return None;
        }
        let mut after = self.clone();
        if !prices.cover(collateral, debt, WHOLE_BPS) {
            let most = prices.of_collateral(collateral).div_ceil(prices.loan);
            let repaid = if most.is_zero() {
                U256::ZERO
            } else {
                arrives(amount.min(most))
            };
            if repaid < most {
                return None;
            }
            after.repay(of, repaid);
            let written_off = after.write_off(of);
            return Some(Sale {
                repaid,
                seized: collateral,
                written_off,
            });
        }
        let repaid = arrives(amount.min(debt.div_ceil(u(2))));
        if repaid.is_zero() {
            return None;
        }
        after.repay(of, repaid);
        let worth = prices.of_debt(repaid) / prices.collateral;
        let stays = (collateral * after.owed(of)).div_ceil(debt);
        let seized = (worth * u(10_500) / u(WHOLE_BPS)).min(collateral.saturating_sub(stays));
        (!seized.is_zero()).then_some(Sale {
            repaid,
            seized,
            written_off: U256::ZERO,
        })
    }
}

/// What a transaction moved, as the market told it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// What came in less what left of each asset: what the balance has to have changed by.
    pub came_in: [U256; 2],
    pub left: [U256; 2],
    /// What of it a bucket bounds.
    pub bounded: [U256; 2],
    pub written_off: U256,
    /// Whose risk grew, by lending or by taking out.
    pub riskier: Vec<Who>,
    pub liquidated: Vec<Who>,
    pub names: Vec<&'static str>,
    pub latched: Vec<IMarket::ViolationLatched>,
    pub would_refuse: usize,
}

impl Told {
    pub fn of(names: &[&str], told: &Self) -> bool {
        told.names.iter().any(|name| names.contains(name))
    }
}

/// Follows what a transaction told, from the book before it, and says what the book is after it. `prices` are all that were in force in it.
pub fn follow(world: &World, book: &Book, now: u64, logs: &[Log], prices: &[Prices]) -> (Book, Told) {
    let (mut book, mut told) = (book.clone(), Told::default());
    let own = logs.iter().filter(|log| log.address == world.market);
    let events = own.filter_map(|log| IMarketEvents::decode_log(log).ok());
    // Interest is counted when the first call that passes begins.
    let mut repaid_before = None;
    let (loan, collateral) = (Asset::Loan as usize, Asset::Collateral as usize);
    for event in events {
        let before = book.at(now);
        let who_of = |account| {
            world
                .who(account)
                .unwrap_or_else(|| panic!("{account} is nobody"))
        };
        match event.data {
            IMarketEvents::Supplied(event) => {
                book = before;
                told.names.push("supply");
                assert_eq!(event.shares, book.shares_for(event.amount), "{event:?}");
                assert!(!event.shares.is_zero());
                book.supplied += event.amount;
                book.supply_shares += event.shares;
                book.shares[who_of(event.account) as usize] += event.shares;
                told.came_in[loan] += event.amount;
            }
            IMarketEvents::Withdrawn(event) => {
                book = before;
                told.names.push("withdraw");
                assert_eq!(event.amount, book.worth(event.shares), "{event:?}");
                assert!(
                    !event.amount.is_zero() && event.amount <= book.cash(),
                    "{event:?}"
                );
                book.supplied -= event.amount;
                book.supply_shares -= event.shares;
                book.shares[who_of(event.account) as usize] -= event.shares;
                told.left[loan] += event.amount;
                told.bounded[loan] += event.amount;
            }
            IMarketEvents::CollateralAdded(event) => {
                book = before;
                told.names.push("add");
                book.pledged += event.amount;
                book.collateral[who_of(event.account) as usize] += event.amount;
                told.came_in[collateral] += event.amount;
            }
            IMarketEvents::CollateralRemoved(event) => {
                book = before;
                told.names.push("remove");
                let who = who_of(event.account);
                book.pledged -= event.amount;
                book.collateral[who as usize] -= event.amount;
                told.left[collateral] += event.amount;
                told.bounded[collateral] += event.amount;
                told.riskier.push(who);
            }
            IMarketEvents::Borrowed(event) => {
                book = before;
                told.names.push("borrow");
                let who = who_of(event.account);
                let (assets, shares) = book.debt_pot();
                assert_eq!(
                    event.shares,
                    (event.amount * shares).div_ceil(assets),
                    "{event:?}"
                );
                assert!(
                    !event.amount.is_zero() && event.amount <= book.cash(),
                    "{event:?}"
                );
                book.borrowed += event.amount;
                book.debt_shares += event.shares;
                book.debts[who as usize] += event.shares;
                told.left[loan] += event.amount;
                told.bounded[loan] += event.amount;
                told.riskier.push(who);
            }
            IMarketEvents::Repaid(event) => {
                book = before;
                told.names.push("repay");
                repaid_before = Some(book.clone());
                let shares = book.repay(who_of(event.account), event.amount);
                assert_eq!(event.shares, shares, "{event:?}");
                assert!(!event.amount.is_zero());
                told.came_in[loan] += event.amount;
                continue;
            }
            IMarketEvents::Liquidated(event) => {
                told.names.push("liquidate");
                let of = who_of(event.account);
                let began = if event.repaid.is_zero() {
                    book = before.clone();
                    before
                } else {
                    repaid_before.take().unwrap_or(before)
                };
                let sold = Sale {
                    repaid: event.repaid,
                    seized: event.seized,
                    written_off: event.writtenOff,
                };
                // At one of the prices, what arrived sells this and no more.
                let at =
                    |prices: &&Prices| began.sale(of, event.repaid, prices, |amount| amount) == Some(sold);
                assert!(
                    prices.iter().find(at).is_some(),
                    "{event:?} at none of {prices:?}: {began:?}, {:?}",
                    prices
                        .first()
                        .map(|prices| began.sale(of, event.repaid, prices, |amount| amount))
                );
                if !event.writtenOff.is_zero() {
                    assert_eq!(book.write_off(of), event.writtenOff, "{event:?}");
                    told.names.push("write off");
                }
                book.collateral[of as usize] -= event.seized;
                book.pledged -= event.seized;
                told.left[collateral] += event.seized;
                told.written_off += event.writtenOff;
                told.liquidated.push(of);
            }
            IMarketEvents::ViolationLatched(event) => told.latched.push(event),
            IMarketEvents::GuardWouldRefuse(_) => told.would_refuse += 1,
            _ => {}
        }
        repaid_before = None;
    }
    (book, told)
}
