//! What an account's collateral is good for, and what becomes of an account that cannot pay.
//!
//! # Design
//! - Up to three quarters of its collateral's value an account may borrow, and up to four fifths it may owe.
//! - **While the collateral covers the debt**, half of a debt is repaid at a time, for collateral of the same value and a twentieth, or for the same part of the
//!   collateral if that is less.
//! - **When it no longer does**, the whole of it is sold at its value, and what it does not pay is the suppliers' loss, of all alike and at once. Nobody gets a
//!   bonus for that, which the suppliers would pay; they are the ones who gain by it.
//! - With a token that keeps a fee less arrives than the collateral costs, and nobody can liquidate then: whoever repays first brings the debt down to what is covered.
//! - So nobody gains by liquidating itself: what is paid above the value is always its own.

use super::{
    accounts::{found, nonzero},
    oracle::{Holding, Prices},
    pool::{number, WHOLE_BPS},
    AccountHealthy, Liquidated, LiquidatesTooLittle, Market, MarketError, TooLittleCollateral,
};
use alloy_primitives::{Address, U256};
use portcullis::{
    asset,
    core_types::{
        invariant::health::Factor,
        mul_div::{mul_div_down, mul_div_up},
    },
    sdk::emit,
};
use stylus_sdk::prelude::*;

/// The part of its collateral's value that an account may borrow.
pub const BORROWS: Factor = Factor::new(7_500).unwrap();
/// The part that it may owe before it is liquidated.
pub const OWES: Factor = Factor::new(8_000).unwrap();
/// What is taken for a repayment at the most, of its value: all of it and a twentieth.
pub const PAID_BPS: u64 = 10_500;

impl Holding {
    /// The most that one liquidation repays, rounded up: half the debt, and of a unit all; or what all of the collateral costs, where it does not cover the debt. None
    /// when no number is that large, here and below.
    #[inline(never)]
    fn most_up(&self, prices: &Prices, covers: bool) -> Option<U256> {
        if covers {
            mul_div_up(self.debt, U256::ONE, number(2))
        } else {
            mul_div_up(self.collateral, prices.collateral_wad, prices.loan_wad)
        }
    }

    /// The collateral for a repayment: of its value and a twentieth more, and no more than leaves to the debt that is left what it is to all of it. Rounded down.
    #[inline(never)]
    fn seized_down(&self, prices: &Prices, repaid: U256, debt_left: U256) -> Option<U256> {
        let worth = mul_div_down(repaid, prices.loan_wad, prices.collateral_wad)?;
        let with_bonus = mul_div_down(worth, number(PAID_BPS), number(WHOLE_BPS))?;
        let stays = mul_div_up(self.collateral, debt_left, self.debt)?;
        // Invariant: less debt is left than there was, or as much, and so of the collateral.
        Some(with_bonus.min(self.collateral.saturating_sub(stays)))
    }
}

impl Market {
    /// Requires that an account's collateral is good for its debt.
    #[inline(never)]
    pub(crate) fn require_collateral(&self, account: Address) -> Result<(), MarketError> {
        let state = self.oracle().value(self.vm(), &self.holding(account))?;
        if BORROWS.is_healthy(&state) {
            return Ok(());
        }
        Err(TooLittleCollateral {
            account,
            collateral_value: state.collateral,
            debt_value: state.debt,
        }
        .into())
    }

    /// Repays at most `amount` for an account that cannot pay, and gives the caller collateral for it.
    #[inline(never)]
    pub(crate) fn repay_and_seize(&mut self, account: Address, amount: U256) -> Result<(), MarketError> {
        let holding = self.holding(account);
        let prices = self.oracle().prices(self.vm())?;
        let state = holding.at(&prices)?;
        if OWES.is_healthy(&state) {
            return Err(AccountHealthy {
                account,
                collateral_value: state.collateral,
                debt_value: state.debt,
            }
            .into());
        }
        let covers = state.collateral >= state.debt;
        let most = found(holding.most_up(&prices, covers))?;
        let repaid = if most.is_zero() {
            U256::ZERO
        } else {
            self.pull_repayment(account, amount.min(most))?
        };
        let (mut seized, mut written_off) = (holding.collateral, U256::ZERO);
        if covers {
            // What is owed after, and not what was before less the repayment: rounding is in it.
            seized = nonzero(found(holding.seized_down(
                &prices,
                repaid,
                self.owed_up(account),
            ))?)?;
        } else if repaid < most {
            return Err(LiquidatesTooLittle {
                account,
                repaid,
                least: most,
            }
            .into());
        } else {
            written_off = self.forget_debt(account);
        }
        self.give_seized(account, repaid, seized, written_off)
    }

    #[inline(never)]
    fn give_seized(
        &mut self,
        account: Address,
        repaid: U256,
        seized: U256,
        written_off: U256,
    ) -> Result<(), MarketError> {
        let by = self.sender();
        emit(
            self.vm(),
            Liquidated {
                account,
                by,
                repaid,
                seized,
                written_off,
            },
        );
        // There may be nothing left of a collateral whose debt is written off.
        if seized.is_zero() {
            return Ok(());
        }
        self.take_collateral(account, seized)?;
        Ok(asset::push(self.vm(), self.collateral(), by, seized)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(number: u64) -> U256 {
        U256::from(number)
    }

    fn seized(repaid: u64, collateral: u64, [debt, debt_left]: [u64; 2]) -> Option<U256> {
        let holding = Holding {
            collateral: u(collateral),
            debt: u(debt),
        };
        holding.seized_down(&prices(7, 7), u(repaid), u(debt_left))
    }

    fn prices(loan: u64, collateral: u64) -> Prices {
        Prices {
            loan_wad: u(loan),
            collateral_wad: u(collateral),
        }
    }

    #[test]
    fn a_bonus_is_a_twentieth_where_the_collateral_has_that_much_above_the_debt() {
        // 2,000 for a debt of 1,500: half of it repaid, and 5% more than that taken.
        assert_eq!(seized(750, 2_000, [1_500, 750]), Some(u(787)));
        assert_eq!(seized(1, 2_000, [1_500, 1_499]), Some(u(1)), "1.05");
        // 1,020 for 1,000: a fiftieth is all there is, and what is left is 1.02 again.
        assert_eq!(seized(500, 1_020, [1_000, 500]), Some(u(510)));
        // A unit that rounding left in the debt stays covered: of 1,020 there stay 511.02, rounded up.
        assert_eq!(seized(500, 1_020, [1_000, 501]), Some(u(508)));
        assert_eq!(seized(1_000, 1_020, [1_000, 0]), Some(u(1_020)), "all");
        assert_eq!(seized(1_000, 2_000, [1_000, 0]), Some(u(1_050)));
        // 3 at a price of two are one of a price of five, rounded down.
        let holding = Holding {
            collateral: u(9),
            debt: u(9),
        };
        assert_eq!(holding.seized_down(&prices(2, 5), u(3), u(1)), Some(u(1)));
    }

    #[test]
    fn a_liquidation_closes_half_and_of_one_unit_all_and_of_what_is_not_covered_the_collateral() {
        let most = |collateral, debt, covers| {
            let holding = Holding { collateral, debt };
            holding.most_up(&prices(2, 3), covers)
        };
        assert_eq!(most(u(5_000), u(1_001), true), Some(u(501)));
        assert_eq!(most(u(5_000), u(1), true), Some(u(1)));
        assert_eq!(most(u(5_000), U256::MAX, true), Some(U256::ONE << 255));
        // 7 at three are 21, and 10.5 at two.
        assert_eq!(most(u(7), u(1_001), false), Some(u(11)));
        assert_eq!(most(u(0), u(1_001), false), Some(u(0)));
    }
}
