//! Prices, and what an account is worth at them.
//!
//! # Design
//! - An oracle answers `price(asset) returns (uint256 wad, uint256 updatedAt)`: what 10^18 of the asset's smallest units are worth, with 18 decimals.
//! - **A price is good or there is none**: one that is gone, zero, too large, too old or of the future is an error of its own.
//! - A value is an amount times a price. Nothing is divided, so nothing is rounded: 136 bits and 120 fit a word.
//! - The one price in the other is of a unit in units, with 128 bits behind the point. Two tokens' units may be worth 10^15 times, or as small a part of, one another: in whole units a price
//!   of a few of them could double unseen, and one of very many would be no number of the reference's.
//! - Who owes nothing is worth asking no oracle.

use super::{AmountTooLarge, OracleFailed, PriceStale, PriceUnusable};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    calldata,
    core_types::{
        invariant::{
            health::Account,
            price::{Pricing, Ratio, Shares},
        },
        mul_div::mul_div_down,
    },
    sdk::{static_call_words, VM},
    GuardError,
};
use stylus_sdk::prelude::*;

/// A price of this age is young enough; a second more is not.
pub const MOST_AGE_SECS: u64 = 60 * 60;
/// Where the point of a relative price is.
const POINT: U256 = U256::from_limbs([0, 0, 1, 0]);
/// No shares but a virtual one: what a fraction is made of.
const PLAIN: Pricing = Pricing::new(0, U256::ONE).unwrap();
const MOST_PRICE_BITS: usize = 120;

/// Where prices come from, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Oracle {
    pub(crate) address: Address,
    pub(crate) loan: Address,
    pub(crate) collateral: Address,
}

/// A price of each, with 18 decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prices {
    pub(crate) loan_wad: U256,
    pub(crate) collateral_wad: U256,
}

/// What an account has pledged and what it owes, in units of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) collateral: U256,
    /// Rounded up.
    pub(crate) debt: U256,
}

impl Oracle {
    /// Both prices.
    ///
    /// # Errors
    /// [`OracleFailed`], [`PriceUnusable`], [`PriceStale`].
    #[inline(never)]
    pub(crate) fn prices(&self, vm: &VM) -> Result<Prices, GuardError> {
        Ok(Prices {
            loan_wad: self.price_wad(vm, self.loan)?,
            collateral_wad: self.price_wad(vm, self.collateral)?,
        })
    }

    /// What a unit of the collateral is in units of the loan, with 128 bits behind the point, rounded down: all that health turns on. Not zero.
    ///
    /// # Errors
    /// Those of [`Oracle::prices`]; [`AmountTooLarge`], which prices within their bounds are not.
    #[inline(never)]
    pub(crate) fn relative_x128(&self, vm: &VM) -> Result<U256, GuardError> {
        let prices = self.prices(vm)?;
        mul_div_down(prices.collateral_wad, POINT, prices.loan_wad)
            .ok_or_else(|| GuardError::own(AmountTooLarge {}))
    }

    /// What a holding is worth.
    ///
    /// # Errors
    /// Those of [`Oracle::prices`], unless nothing is owed; [`AmountTooLarge`].
    #[inline(never)]
    pub(crate) fn value(&self, vm: &VM, holding: &Holding) -> Result<Account, GuardError> {
        if holding.debt.is_zero() {
            return Ok(Account::default());
        }
        holding.at(&self.prices(vm)?)
    }

    #[inline(never)]
    fn price_wad(&self, vm: &VM, asset: Address) -> Result<U256, GuardError> {
        let answer = static_call_words(vm, self.address, &calldata!("price", asset: Address), 2);
        let Some((price_wad, updated_at)) = answer.as_deref().and_then(two_words) else {
            return Err(GuardError::own(OracleFailed { asset }));
        };
        if price_wad.is_zero() || price_wad.bit_len() > MOST_PRICE_BITS {
            return Err(GuardError::own(PriceUnusable { asset, price_wad }));
        }
        let now = vm.block_timestamp();
        let oldest = now.saturating_sub(MOST_AGE_SECS);
        match updated_at.into_limbs() {
            [at, 0, 0, 0] if at >= oldest && at <= now => Ok(price_wad),
            _ => Err(GuardError::own(PriceStale {
                asset,
                updated_at,
                oldest,
            })),
        }
    }
}

/// A relative price as what is compared with a reference.
#[inline(never)]
pub(crate) fn ratio(price_x128: U256) -> Ratio {
    // Both with the virtual one. Invariant: a price is not zero.
    PLAIN.price(&Shares {
        assets: price_x128.saturating_sub(U256::ONE),
        supply: POINT.saturating_sub(U256::ONE),
    })
}

fn two_words(answer: &[u8]) -> Option<(U256, U256)> {
    let (first, second) = answer.split_at_checked(32)?;
    Some((word(first)?, word(second)?))
}

#[inline(never)]
fn word(answer: &[u8]) -> Option<U256> {
    Some(B256::try_from(answer).ok()?.into())
}

impl Holding {
    /// What it is worth at these prices.
    ///
    /// # Errors
    /// [`AmountTooLarge`], which amounts within the market's bounds and prices within theirs are not.
    #[inline(never)]
    pub(crate) fn at(&self, prices: &Prices) -> Result<Account, GuardError> {
        let collateral = mul_div_down(self.collateral, prices.collateral_wad, U256::ONE);
        let debt = mul_div_down(self.debt, prices.loan_wad, U256::ONE);
        match (collateral, debt) {
            (Some(collateral), Some(debt)) => Ok(Account { collateral, debt }),
            _ => Err(GuardError::own(AmountTooLarge {})),
        }
    }
}
