//! Who has and owes what.

use super::{
    book::{
        collateral_of, debt_of, shares_of, ACCRUED_AT, BORROWED, DEBT_SHARES, PLEDGED, SUPPLIED,
        SUPPLY_SHARES,
    },
    oracle::Holding,
    pool::{interest_up, Pot},
    AmountTooLarge, Borrowed, Market, MarketError, MoreThanBalance, MoreThanCash, NothingMoved, Repaid,
    Supplied, Withdrawn,
};
use alloy_primitives::{Address, U256};
use portcullis::{asset, sdk::emit};
use stylus_sdk::prelude::*;

/// The most of an asset that the market counts, in bits: at a price of 120 bits its value fits a word, with room for interest.
const MOST_BITS: usize = 128;

/// A number there is.
#[inline(never)]
pub(crate) fn found(number: Option<U256>) -> Result<U256, MarketError> {
    Ok(number.ok_or(AmountTooLarge {})?)
}

#[inline(never)]
pub(crate) fn nonzero(amount: U256) -> Result<U256, MarketError> {
    if amount.is_zero() {
        return Err(NothingMoved {}.into());
    }
    Ok(amount)
}

impl Market {
    /// The interest that is not counted yet, rounded up.
    #[inline(never)]
    fn interest(&self) -> U256 {
        let [accrued_at, ..] = self.book.get(&ACCRUED_AT).into_limbs();
        let secs = self.vm().block_timestamp().saturating_sub(accrued_at);
        // Invariant: of what the market counts, half at the most is added at once.
        interest_up(self.book.get(&BORROWED), secs).unwrap_or(U256::ZERO)
    }

    /// What is supplied, with interest of now.
    #[inline(never)]
    pub(crate) fn supplied_pot(&self) -> Pot {
        Pot {
            assets: self.book.get(&SUPPLIED).saturating_add(self.interest()),
            shares: self.book.get(&SUPPLY_SHARES),
        }
    }

    /// What is owed, with interest of now.
    #[inline(never)]
    pub(crate) fn borrowed_pot(&self) -> Pot {
        Pot {
            assets: self.book.get(&BORROWED).saturating_add(self.interest()),
            shares: self.book.get(&DEBT_SHARES),
        }
    }

    /// Counts interest up to now.
    #[inline(never)]
    pub(crate) fn accrue(&mut self) -> Result<(), MarketError> {
        let interest = self.interest();
        self.book.raise(&SUPPLIED, interest)?;
        self.book.raise(&BORROWED, interest)?;
        let now = self.vm().block_timestamp();
        self.book.set(&ACCRUED_AT, U256::from_limbs([now, 0, 0, 0]));
        Ok(())
    }

    /// What shares of the suppliers' are worth, rounded down; the largest number where none is that large.
    #[inline(never)]
    pub(crate) fn worth_down(&self, shares: U256) -> U256 {
        self.supplied_pot().assets_down(shares).unwrap_or(U256::MAX)
    }

    /// What an account owes, rounded up; the largest number where none is that large.
    #[inline(never)]
    pub(crate) fn owed_up(&self, account: Address) -> U256 {
        let shares = self.book.get(&debt_of(account));
        if shares.is_zero() {
            return U256::ZERO;
        }
        self.borrowed_pot().assets_up(shares).unwrap_or(U256::MAX)
    }

    /// Whether the caller owes anything.
    #[inline(never)]
    pub(crate) fn owes(&self) -> bool {
        !self.owed_up(self.sender()).is_zero()
    }

    /// What an account has pledged and owes.
    #[inline(never)]
    pub(crate) fn holding(&self, account: Address) -> Holding {
        Holding {
            collateral: self.book.get(&collateral_of(account)),
            debt: self.owed_up(account),
        }
    }

    /// What is the market's and not lent.
    #[inline(never)]
    pub(crate) fn cash(&self) -> U256 {
        // Invariant: what is lent was supplied, and interest counts on both sides.
        self.book.get(&SUPPLIED).saturating_sub(self.book.get(&BORROWED))
    }

    #[inline(never)]
    fn require_cash(&self, requested: U256) -> Result<(), MarketError> {
        let cash = self.cash();
        if requested > cash {
            return Err(MoreThanCash { requested, cash }.into());
        }
        Ok(())
    }

    /// Takes a supply from the caller: shares for what arrives.
    #[inline(never)]
    pub(crate) fn pull_supply(&mut self, amount: U256) -> Result<(), MarketError> {
        let account = self.sender();
        // The call out comes first here, as below: only after it is known what to credit. The lock makes that safe.
        let amount = asset::pull_token(self.vm(), self.loan(), account, amount)?;
        let shares = nonzero(found(self.supplied_pot().shares_down(amount))?)?;
        self.book.raise(&SUPPLIED, amount)?;
        bounded(self.book.get(&SUPPLIED))?;
        self.book.raise(&SUPPLY_SHARES, shares)?;
        self.book.raise(&shares_of(account), shares)?;
        emit(
            self.vm(),
            Supplied {
                account,
                amount,
                shares,
            },
        );
        Ok(())
    }

    /// Takes shares from the caller, and says what they pay.
    #[inline(never)]
    pub(crate) fn take_supply(&mut self, account: Address, shares: U256) -> Result<U256, MarketError> {
        let left = less(account, self.book.get(&shares_of(account)), shares)?;
        let amount = nonzero(self.worth_down(shares))?;
        self.require_cash(amount)?;
        self.book.set(&shares_of(account), left);
        self.book.lower(&SUPPLY_SHARES, shares);
        self.book.lower(&SUPPLIED, amount);
        emit(
            self.vm(),
            Withdrawn {
                account,
                amount,
                shares,
            },
        );
        Ok(amount)
    }

    /// Takes collateral from the caller, for an account.
    #[inline(never)]
    pub(crate) fn pull_collateral(&mut self, account: Address, amount: U256) -> Result<U256, MarketError> {
        let amount = nonzero(asset::pull_token(
            self.vm(),
            self.collateral(),
            self.sender(),
            amount,
        )?)?;
        self.book.raise(&PLEDGED, amount)?;
        bounded(self.book.get(&PLEDGED))?;
        self.book.raise(&collateral_of(account), amount)?;
        Ok(amount)
    }

    #[inline(never)]
    pub(crate) fn take_collateral(&mut self, account: Address, amount: U256) -> Result<(), MarketError> {
        let left = less(account, self.book.get(&collateral_of(account)), amount)?;
        self.book.set(&collateral_of(account), left);
        self.book.lower(&PLEDGED, amount);
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn give_debt(&mut self, account: Address, amount: U256) -> Result<(), MarketError> {
        nonzero(amount)?;
        self.require_cash(amount)?;
        let shares = found(self.borrowed_pot().shares_up(amount))?;
        self.book.raise(&BORROWED, amount)?;
        self.book.raise(&DEBT_SHARES, shares)?;
        self.book.raise(&debt_of(account), shares)?;
        emit(
            self.vm(),
            Borrowed {
                account,
                amount,
                shares,
            },
        );
        Ok(())
    }

    /// Takes a repayment from the caller, and says what arrived: that is taken off the account's debt.
    #[inline(never)]
    pub(crate) fn pull_repayment(&mut self, account: Address, amount: U256) -> Result<U256, MarketError> {
        let by = self.sender();
        let amount = nonzero(asset::pull_token(self.vm(), self.loan(), by, amount)?)?;
        let shares = if amount >= self.owed_up(account) {
            self.book.get(&debt_of(account))
        } else {
            // Invariant: for less than is owed there are fewer shares than the account has.
            found(self.borrowed_pot().shares_down(amount))?
        };
        self.drop_debt(account, shares, amount);
        emit(
            self.vm(),
            Repaid {
                account,
                by,
                amount,
                shares,
            },
        );
        Ok(amount)
    }

    /// Forgets what an account owes, says how much that was, and takes it off what is the suppliers'.
    #[inline(never)]
    pub(crate) fn forget_debt(&mut self, account: Address) -> U256 {
        let amount = self.owed_up(account);
        self.book.lower(&SUPPLIED, amount);
        self.drop_debt(account, self.book.get(&debt_of(account)), amount);
        amount
    }

    /// The last one's rounding may be a unit more than was owed in all: that is nobody's.
    #[inline(never)]
    fn drop_debt(&mut self, account: Address, shares: U256, amount: U256) {
        self.book.lower(&debt_of(account), shares);
        self.book.lower(&DEBT_SHARES, shares);
        self.book.lower(&BORROWED, amount);
    }
}

#[inline(never)]
fn less(account: Address, balance: U256, requested: U256) -> Result<U256, MarketError> {
    nonzero(requested)?;
    Ok(balance.checked_sub(requested).ok_or(MoreThanBalance {
        account,
        requested,
        balance,
    })?)
}

#[inline(never)]
fn bounded(amount: U256) -> Result<(), MarketError> {
    if amount.bit_len() > MOST_BITS {
        return Err(AmountTooLarge {}.into());
    }
    Ok(())
}
