//! The protocol, with its fault.
//!
//! # The fault
//! The price is what it was told last, by anybody, at once and however far it moved: a thin market that was bought empty (Mango 2022), a reporter with a stake of ten tokens (Bonq 2023), a pool's
//! balances in the middle of a swap (Inverse 2022).

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{asset, core_types::mul_div::mul_div_down, errors, GuardError};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageMap, StorageU256},
};

errors! {
    /// The account could not pay.
    CannotPay(account: Address);
    /// The account can pay.
    CanPay(account: Address);
    /// There is less than that.
    TooLittle(requested: U256, available: U256);
    /// More than a number holds.
    TooLarge();
}

const WHOLE_BPS: U256 = U256::from_limbs([10_000, 0, 0, 0]);
const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

/// The protocol's storage.
#[storage]
pub(crate) struct Protocol {
    collateral: StorageAddress,
    lent: StorageAddress,
    factor_bps: StorageU256,
    /// What is added to a loan, scaled by 10^18.
    fee_wad: StorageU256,
    /// What 10^18 base units of the collateral, or of what positions are in, are worth in base units of what is lent.
    price_wad: StorageU256,
    /// When it was told.
    told_at: StorageU256,
    /// By the word of an account.
    put_up: StorageMap<B256, StorageU256>,
    debts: StorageMap<B256, StorageU256>,
    longs: StorageMap<B256, StorageU256>,
    entries: StorageMap<B256, StorageU256>,
    total_debt: StorageU256,
}

impl Protocol {
    pub(crate) fn initialize(
        &mut self,
        collateral: Address,
        lent: Address,
        [factor_bps, fee_wad, price_wad]: [U256; 3],
    ) {
        self.collateral.set(collateral);
        self.lent.set(lent);
        self.factor_bps.set(factor_bps);
        self.fee_wad.set(fee_wad);
        self.post_price(price_wad);
    }

    /// What an account had and owed before.
    pub(crate) fn endow(&mut self, account: Address, put_up: U256, debt: U256) {
        self.put_up.insert(account.into_word(), put_up);
        self.debts.insert(account.into_word(), debt);
        let total = self.total_debt.get().saturating_add(debt);
        self.total_debt.set(total);
    }

    pub(crate) fn collateral(&self) -> Address {
        self.collateral.get()
    }

    pub(crate) fn lent(&self) -> Address {
        self.lent.get()
    }

    pub(crate) fn price_wad(&self) -> U256 {
        self.price_wad.get()
    }

    #[cfg(feature = "guarded")]
    pub(crate) fn told_at(&self) -> U256 {
        self.told_at.get()
    }

    pub(crate) fn put_up(&self, account: Address) -> U256 {
        self.put_up.get(account.into_word())
    }

    pub(crate) fn debt(&self, account: Address) -> U256 {
        self.debts.get(account.into_word())
    }

    pub(crate) fn total_debt(&self) -> U256 {
        self.total_debt.get()
    }

    /// The price moved. **The fault.**
    pub(crate) fn post_price(&mut self, price_wad: U256) {
        self.price_wad.set(price_wad);
        let now = U256::from(self.vm().block_timestamp());
        self.told_at.set(now);
    }

    /// What a position has gained; a loss is not counted, as nobody here borrows against one.
    pub(crate) fn profit(&self, account: Address) -> Result<U256, GuardError> {
        let risen = self
            .price_wad
            .get()
            .saturating_sub(self.entries.get(account.into_word()));
        part_down(self.longs.get(account.into_word()), risen, WAD)
    }

    fn can_pay(&self, account: Address) -> Result<bool, GuardError> {
        let put_up = self.put_up(account);
        let worth = if self.collateral() == self.lent() {
            put_up
        } else {
            part_down(put_up, self.price_wad.get(), WAD)?
        };
        let all = worth.checked_add(self.profit(account)?).ok_or_else(too_large)?;
        Ok(part_down(all, self.factor_bps.get(), WHOLE_BPS)? >= self.debt(account))
    }

    fn require_can_pay(&self, account: Address) -> Result<(), GuardError> {
        if self.can_pay(account)? {
            return Ok(());
        }
        Err(GuardError::own(CannotPay { account }))
    }

    /// Puts up collateral.
    pub(crate) fn deposit(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        let arrived = asset::pull_token(self.vm(), self.collateral(), by, amount)?;
        let sum = self.put_up(by).checked_add(arrived).ok_or_else(too_large)?;
        self.put_up.insert(by.into_word(), sum);
        Ok(())
    }

    /// Takes collateral out.
    pub(crate) fn withdraw(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        let available = self.put_up(by);
        let left = less(available, amount)?;
        self.put_up.insert(by.into_word(), left);
        self.require_can_pay(by)?;
        asset::push(self.vm(), self.collateral(), by, amount)
    }

    /// Opens a position at the price of now.
    pub(crate) fn trade(&mut self, by: Address, size: U256) {
        self.longs.insert(by.into_word(), size);
        let price_wad = self.price_wad.get();
        self.entries.insert(by.into_word(), price_wad);
    }

    /// What a loan of this amount adds to the debt.
    pub(crate) fn with_fee(&self, amount: U256) -> Result<U256, GuardError> {
        let fee = part_down(amount, self.fee_wad.get(), WAD)?;
        amount.checked_add(fee).ok_or_else(too_large)
    }

    /// Lends.
    pub(crate) fn borrow(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        let added = self.with_fee(amount)?;
        let total = self.total_debt().checked_add(added).ok_or_else(too_large)?;
        // Invariant: no debt is larger than the sum of all.
        let debt = self.debt(by).saturating_add(added);
        self.total_debt.set(total);
        self.debts.insert(by.into_word(), debt);
        self.require_can_pay(by)?;
        asset::push(self.vm(), self.lent(), by, amount)
    }

    /// Gives all that an account put up, which cannot pay, to whoever says so; others pay its debt.
    pub(crate) fn liquidate(&mut self, by: Address, violator: Address) -> Result<(), GuardError> {
        if self.can_pay(violator)? {
            return Err(GuardError::own(CanPay { account: violator }));
        }
        let (seized, debt) = (self.put_up(violator), self.debt(violator));
        self.put_up.insert(violator.into_word(), U256::ZERO);
        self.debts.insert(violator.into_word(), U256::ZERO);
        // Invariant: no debt is larger than the sum of all.
        let total = self.total_debt().saturating_sub(debt);
        self.total_debt.set(total);
        let sum = self.put_up(by).checked_add(seized).ok_or_else(too_large)?;
        self.put_up.insert(by.into_word(), sum);
        Ok(())
    }
}

fn less(available: U256, requested: U256) -> Result<U256, GuardError> {
    available
        .checked_sub(requested)
        .ok_or_else(|| GuardError::own(TooLittle { requested, available }))
}

fn part_down(amount: U256, over: U256, under: U256) -> Result<U256, GuardError> {
    mul_div_down(amount, over, under).ok_or_else(too_large)
}

fn too_large() -> GuardError {
    GuardError::own(TooLarge {})
}
