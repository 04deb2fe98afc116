//! The protocol, with its faults.
//!
//! # The faults
//! - A share is worth what the market's balance says: whoever transfers to the market makes every share dearer (Sonne 2024, Hundred 2023).
//! - Nothing says how few shares there may be.
//! - `withdraw` burns shares rounded down, and looks at the account at the price of before the payment.

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    asset,
    core_types::{
        invariant::price::Shares,
        mul_div::{mul_div_down, mul_div_up},
    },
    errors, words, GuardError,
};
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
    /// What a share costs when there is none, scaled by 10^18.
    first_price_wad: StorageU256,
    /// What is held and is nobody's.
    reserves: StorageU256,
    factor_bps: StorageU256,
    incentive_bps: StorageU256,
    supply: StorageU256,
    /// By the word of an account.
    shares: StorageMap<B256, StorageU256>,
    /// By the hash of account and asset.
    debts: StorageMap<B256, StorageU256>,
    /// What an account owes in, the last thing that it borrowed: one is all that anybody here borrows.
    owes_in: StorageMap<B256, StorageAddress>,
    /// What 10^18 base units are worth, scaled by 10^18, by the word of an asset.
    prices: StorageMap<B256, StorageU256>,
}

impl Protocol {
    pub(crate) fn initialize(
        &mut self,
        collateral: Address,
        [first_price_wad, reserves, factor_bps, incentive_bps]: [U256; 4],
    ) {
        self.collateral.set(collateral);
        self.first_price_wad.set(first_price_wad);
        self.reserves.set(reserves);
        self.factor_bps.set(factor_bps);
        self.incentive_bps.set(incentive_bps);
    }

    pub(crate) fn set_price(&mut self, asset: Address, price_wad: U256) {
        self.prices.insert(asset.into_word(), price_wad);
    }

    /// Shares that were there before: of an account that put them up long ago.
    pub(crate) fn endow(&mut self, account: Address, shares: U256) {
        self.supply.set(self.supply.get().saturating_add(shares));
        self.shares.insert(account.into_word(), shares);
    }

    pub(crate) fn collateral(&self) -> Address {
        self.collateral.get()
    }

    pub(crate) fn supply(&self) -> U256 {
        self.supply.get()
    }

    pub(crate) fn shares(&self, account: Address) -> U256 {
        self.shares.get(account.into_word())
    }

    pub(crate) fn debt(&self, account: Address, asset: Address) -> U256 {
        self.debts.get(self.debt_key(account, asset))
    }

    /// What is held and how many shares there are; the first price when there are none.
    pub(crate) fn pricing(&self) -> Result<Shares, GuardError> {
        if self.supply.get().is_zero() {
            return Ok(Shares {
                assets: self.first_price_wad.get(),
                supply: WAD,
            });
        }
        let held = asset::held(self.vm(), self.collateral())?;
        Ok(Shares {
            assets: held.saturating_sub(self.reserves.get()),
            supply: self.supply.get(),
        })
    }

    /// Puts up collateral.
    pub(crate) fn deposit(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        let price = self.pricing()?;
        let arrived = asset::pull_token(self.vm(), self.collateral(), by, amount)?;
        let shares = part_down(arrived, price.supply, price.assets)?;
        let (all, theirs) = (self.supply(), self.shares(by));
        self.supply.set(all.checked_add(shares).ok_or_else(too_large)?);
        // Invariant: nobody has more shares than there are.
        self.shares.insert(by.into_word(), theirs.saturating_add(shares));
        Ok(())
    }

    /// Takes an amount of collateral out. **The fault**: the shares that it costs are rounded down, and the account is looked at before the payment.
    pub(crate) fn withdraw(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        let price = self.pricing()?;
        let shares = part_down(amount, price.supply, price.assets)?;
        self.burn(by, shares, price, amount)
    }

    /// Takes shares' worth of collateral out, at a price of 18 digits, as those markets have it: the last share may leave a unit.
    pub(crate) fn redeem(&mut self, by: Address, shares: U256) -> Result<(), GuardError> {
        let price = self.pricing()?;
        let price_wad = part_down(price.assets, WAD, price.supply)?;
        let amount = part_down(shares, price_wad, WAD)?;
        self.burn(by, shares, price, amount)
    }

    fn burn(&mut self, by: Address, shares: U256, price: Shares, amount: U256) -> Result<(), GuardError> {
        let left = less(self.shares(by), shares)?;
        self.shares.insert(by.into_word(), left);
        // Invariant: nobody has more shares than there are.
        let supply = self.supply().saturating_sub(shares);
        self.supply.set(supply);
        if !self.can_pay(by, price)? {
            return Err(GuardError::own(CannotPay { account: by }));
        }
        asset::push(self.vm(), self.collateral(), by, amount)
    }

    /// Lends.
    pub(crate) fn borrow(&mut self, by: Address, asset: Address, amount: U256) -> Result<(), GuardError> {
        let key = self.debt_key(by, asset);
        let debt = self.debts.get(key).checked_add(amount).ok_or_else(too_large)?;
        self.debts.insert(key, debt);
        self.owes_in.insert(by.into_word(), asset);
        let price = self.pricing()?;
        if !self.can_pay(by, price)? {
            return Err(GuardError::own(CannotPay { account: by }));
        }
        asset::push(self.vm(), asset, by, amount)
    }

    /// Pays a part of a debt of an account that cannot pay, for shares at the incentive, rounded up.
    pub(crate) fn liquidate(
        &mut self,
        by: Address,
        violator: Address,
        asset: Address,
        amount: U256,
    ) -> Result<(), GuardError> {
        let price = self.pricing()?;
        if self.can_pay(violator, price)? {
            return Err(GuardError::own(CanPay { account: violator }));
        }
        let key = self.debt_key(violator, asset);
        let left = less(self.debts.get(key), amount)?;
        let arrived = asset::take(self.vm(), asset, amount)?;
        let value = part_down(self.value(asset, arrived)?, self.incentive_bps.get(), WHOLE_BPS)?;
        let one = mul_div_up(
            self.prices.get(self.collateral().into_word()),
            price.assets,
            price.supply,
        )
        .ok_or_else(too_large)?;
        let seized = mul_div_up(value, WAD, one)
            .ok_or_else(too_large)?
            .min(self.shares(violator));
        self.debts.insert(key, left);
        let theirs = less(self.shares(violator), seized)?;
        self.shares.insert(violator.into_word(), theirs);
        // Invariant: nobody has more shares than there are.
        let sum = self.shares(by).saturating_add(seized);
        self.shares.insert(by.into_word(), sum);
        Ok(())
    }

    fn can_pay(&self, account: Address, price: Shares) -> Result<bool, GuardError> {
        let tokens = part_down(self.shares(account), price.assets, price.supply)?;
        let worth = part_down(
            self.value(self.collateral(), tokens)?,
            self.factor_bps.get(),
            WHOLE_BPS,
        )?;
        let asset = self.owes_in.get(account.into_word());
        Ok(self.value(asset, self.debt(account, asset))? <= worth)
    }

    fn value(&self, asset: Address, amount: U256) -> Result<U256, GuardError> {
        part_down(amount, self.prices.get(asset.into_word()), WAD)
    }

    fn debt_key(&self, account: Address, asset: Address) -> B256 {
        self.vm().native_keccak256(&words![account, asset])
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
