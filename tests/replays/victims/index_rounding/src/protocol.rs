//! The protocol, with its faults.
//!
//! # The faults
//! - The fee of a flash loan is shared among all shares, however few there are: of one share it makes what it likes (Radiant 2024).
//! - Shares are rounded to the nearest, when they are made as when they are burnt: one and a half shares' worth is paid out for one.

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{asset, core_types::mul_div::mul_div_down, errors, sdk, words, GuardError};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageMap, StorageU256},
};

errors! {
    /// The account could not pay.
    CannotPay(account: Address);
    /// There is less than that.
    TooLittle(requested: U256, available: U256);
    /// More than a number holds, or a part of nothing.
    TooLarge();
}

const WHOLE_BPS: U256 = U256::from_limbs([10_000, 0, 0, 0]);
const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
/// 10^27.
pub(crate) const RAY: U256 = U256::from_limbs([0x9fd0_803c_e800_0000, 0x033b_2e3c, 0, 0]);
const HALF_RAY: U256 = U256::from_limbs([0x4fe8_401e_7400_0000, 0x019d_971e, 0, 0]);

/// The protocol's storage.
#[storage]
pub(crate) struct Protocol {
    collateral: StorageAddress,
    fee_bps: StorageU256,
    factor_bps: StorageU256,
    /// What a share is worth in base units of the collateral, scaled by 10^27.
    index_ray: StorageU256,
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
        index_ray: U256,
        [fee_bps, factor_bps]: [U256; 2],
    ) {
        self.collateral.set(collateral);
        self.fee_bps.set(fee_bps);
        self.factor_bps.set(factor_bps);
        self.index_ray.set(index_ray);
    }

    pub(crate) fn set_price(&mut self, asset: Address, price_wad: U256) {
        self.prices.insert(asset.into_word(), price_wad);
    }

    #[cfg(feature = "guarded")]
    pub(crate) fn collateral(&self) -> Address {
        self.collateral.get()
    }

    pub(crate) fn index_ray(&self) -> U256 {
        self.index_ray.get()
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

    /// What shares are worth, in base units of the collateral, to the nearest.
    pub(crate) fn worth_nearest(&self, shares: U256) -> Result<U256, GuardError> {
        ray_mul_nearest(shares, self.index_ray.get())
    }

    /// Puts up collateral. **A fault**: its shares are rounded to the nearest.
    pub(crate) fn deposit(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        let shares = ray_div_nearest(amount, self.index_ray.get())?;
        let supply = self.supply().checked_add(shares).ok_or_else(too_large)?;
        self.supply.set(supply);
        // Invariant: nobody has more shares than there are.
        let theirs = self.shares(by).saturating_add(shares);
        self.shares.insert(by.into_word(), theirs);
        asset::pull_token(self.vm(), self.collateral.get(), by, amount).map(drop)
    }

    /// Takes collateral out. **A fault**: so are those that it costs.
    pub(crate) fn withdraw(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        let theirs = self.shares(by);
        less(self.worth_nearest(theirs)?, amount)?;
        let shares = ray_div_nearest(amount, self.index_ray.get())?;
        self.shares.insert(by.into_word(), less(theirs, shares)?);
        // Invariant: nobody has more shares than there are.
        let supply = self.supply().saturating_sub(shares);
        self.supply.set(supply);
        self.require_can_pay(by)?;
        asset::push(self.vm(), self.collateral.get(), by, amount)
    }

    /// Lends collateral to the caller for as long as a call of it takes, which it says. **The fault**: the fee makes each share dearer, of which there may be one.
    pub(crate) fn flash_loan(&mut self, by: Address, amount: U256, data: &[u8]) -> Result<(), Vec<u8>> {
        let collateral = self.collateral.get();
        let fee = part_down(amount, self.fee_bps.get(), WHOLE_BPS)?;
        asset::push(self.vm(), collateral, by, amount)?;
        if sdk::call(self.vm(), by, U256::ZERO, data).is_none() {
            // The borrower's own reason: one that it was refused with itself, perhaps.
            return Err(self.vm().read_return_data(0, None));
        }
        let worth = self.worth_nearest(self.supply())?;
        let grown = ray_div_nearest(fee, worth)?
            .checked_add(RAY)
            .ok_or_else(too_large)?;
        let index = ray_mul_nearest(grown, self.index_ray.get())?;
        self.index_ray.set(index);
        let due = amount.checked_add(fee).ok_or_else(too_large)?;
        asset::pull_token(self.vm(), collateral, by, due)?;
        Ok(())
    }

    /// Lends.
    pub(crate) fn borrow(&mut self, by: Address, asset: Address, amount: U256) -> Result<(), GuardError> {
        let key = self.debt_key(by, asset);
        let debt = self.debts.get(key).checked_add(amount).ok_or_else(too_large)?;
        self.debts.insert(key, debt);
        self.owes_in.insert(by.into_word(), asset);
        self.require_can_pay(by)?;
        asset::push(self.vm(), asset, by, amount)
    }

    fn require_can_pay(&self, account: Address) -> Result<(), GuardError> {
        let tokens = self.worth_nearest(self.shares(account))?;
        let worth = self.value_down(self.collateral.get(), tokens)?;
        let asset = self.owes_in.get(account.into_word());
        let owed = self.value_down(asset, self.debt(account, asset))?;
        if owed <= part_down(worth, self.factor_bps.get(), WHOLE_BPS)? {
            return Ok(());
        }
        Err(GuardError::own(CannotPay { account }))
    }

    /// What an amount of an asset is worth, by the oracle.
    pub(crate) fn value_down(&self, asset: Address, amount: U256) -> Result<U256, GuardError> {
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

/// `a · b / 10^27`, half of one upwards.
fn ray_mul_nearest(a: U256, b: U256) -> Result<U256, GuardError> {
    let product = a.checked_mul(b).and_then(|product| product.checked_add(HALF_RAY));
    product.and_then(|sum| sum.checked_div(RAY)).ok_or_else(too_large)
}

/// `a · 10^27 / b`, half of one upwards.
fn ray_div_nearest(a: U256, b: U256) -> Result<U256, GuardError> {
    let half = b >> 1;
    let product = a.checked_mul(RAY).and_then(|product| product.checked_add(half));
    product.and_then(|sum| sum.checked_div(b)).ok_or_else(too_large)
}

fn too_large() -> GuardError {
    GuardError::own(TooLarge {})
}
