//! What the market counts: numbers under keys.
//!
//! # Design
//! - One map for all of them, where a field each would be two hundred bytes of code each, of the 128 KiB that a program may have.
//! - A key's first byte says what the number is, and the rest whose: an account's word begins with zeros. Every kind has a byte of its own, so that no account,
//!   the zero address neither, has a key of what is counted in all.

use super::{accounts::found, MarketError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

/// What is the suppliers', in units: what is lent and what is there to be.
pub(crate) const SUPPLIED: B256 = in_all(1);
/// Their shares.
pub(crate) const SUPPLY_SHARES: B256 = in_all(2);
/// What is owed, with interest, in units.
pub(crate) const BORROWED: B256 = in_all(3);
/// The debtors' shares.
pub(crate) const DEBT_SHARES: B256 = in_all(4);
/// All collateral, in units.
pub(crate) const PLEDGED: B256 = in_all(5);
/// When interest was counted last, in seconds.
pub(crate) const ACCRUED_AT: B256 = in_all(6);
/// What is lent, what it is lent on and what says the prices: addresses.
pub(crate) const LOAN: B256 = in_all(7);
pub(crate) const COLLATERAL: B256 = in_all(8);
pub(crate) const ORACLE: B256 = in_all(9);

/// An account's shares of what is supplied.
pub(crate) fn shares_of(account: Address) -> B256 {
    of(10, account)
}

/// Its shares of what is owed.
pub(crate) fn debt_of(account: Address) -> B256 {
    of(11, account)
}

/// Its collateral, in units.
pub(crate) fn collateral_of(account: Address) -> B256 {
    of(12, account)
}

const fn in_all(kind: u8) -> B256 {
    let mut word = [0; 32];
    word[0] = kind;
    B256::new(word)
}

#[inline(never)]
fn of(kind: u8, account: Address) -> B256 {
    let mut word = account.into_word();
    word.0[0] = kind;
    word
}

/// The numbers.
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Book {
    numbers: StorageMap<B256, StorageU256>,
}

// Out of place, each, as they are asked for all over.
impl Book {
    #[inline(never)]
    pub(crate) fn get(&self, key: &B256) -> U256 {
        self.numbers.get(*key)
    }

    #[inline(never)]
    pub(crate) fn set(&mut self, key: &B256, number: U256) {
        self.numbers.insert(*key, number);
    }

    #[inline(never)]
    pub(crate) fn address(&self, key: &B256) -> Address {
        Address::from_word(self.get(key).into())
    }

    #[inline(never)]
    pub(crate) fn put_address(&mut self, key: &B256, address: Address) {
        self.set(key, address.into_word().into());
    }

    /// More, as far as a number holds it.
    ///
    /// # Errors
    /// [`AmountTooLarge`](super::AmountTooLarge).
    #[inline(never)]
    pub(crate) fn raise(&mut self, key: &B256, by: U256) -> Result<(), MarketError> {
        let more = found(self.get(key).checked_add(by))?;
        self.set(key, more);
        Ok(())
    }

    /// Less, and nothing at the least.
    #[inline(never)]
    pub(crate) fn lower(&mut self, key: &B256, by: U256) {
        self.set(key, self.get(key).saturating_sub(by));
    }
}
