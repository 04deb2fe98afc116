//! The protocol, with its fault.
//!
//! # The fault
//! A share is worth what its vault holds over how many shares there are, read at the moment of the loan: whoever redeems almost all of them and transfers a little to the vault makes every share
//! dearer that is put up here (Cream 2021).

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    asset, calldata,
    core_types::{
        invariant::price::Shares,
        mul_div::{mul_div_down, mul_div_up},
    },
    errors, sdk, words, GuardError,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageMap, StorageU256},
};

errors! {
    /// The account could not pay.
    CannotPay(account: Address);
    /// The asset is not one of the market's, or a market more than there may be.
    NotListed(asset: Address);
    /// More than a number holds.
    TooLarge();
}

const WHOLE_BPS: U256 = U256::from_limbs([10_000, 0, 0, 0]);
const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
/// One bit of a word for each asset that an account has to do with.
const MOST_ASSETS: u64 = 256;

/// What makes a protocol.
pub(crate) struct Terms {
    /// What is put up: the vault's share.
    pub(crate) share: Address,
    /// What the vault holds.
    pub(crate) underlying: Address,
    pub(crate) vault: Address,
    /// What 10^18 base units of the underlying are worth, scaled by 10^18.
    pub(crate) underlying_price_wad: U256,
    pub(crate) factor_bps: U256,
}

/// The protocol's storage.
#[storage]
pub(crate) struct Protocol {
    share: StorageAddress,
    underlying: StorageAddress,
    vault: StorageAddress,
    underlying_price_wad: StorageU256,
    factor_bps: StorageU256,
    /// How many assets there are.
    listed: StorageU256,
    /// By the word of a place, which counts from zero.
    assets: StorageMap<B256, StorageAddress>,
    /// By the word of an asset: its place and one.
    places: StorageMap<B256, StorageU256>,
    /// What 10^18 base units are worth, scaled by 10^18, by the word of an asset: of all but the share.
    prices: StorageMap<B256, StorageU256>,
    /// By the hash of account and asset.
    put_up: StorageMap<B256, StorageU256>,
    debts: StorageMap<B256, StorageU256>,
    /// What is lent of an asset, by its word.
    lent: StorageMap<B256, StorageU256>,
    /// By the word of an account, the bits of the places of what it has put up or owes.
    entered: StorageMap<B256, StorageU256>,
}

impl Protocol {
    pub(crate) fn initialize(&mut self, terms: &Terms) {
        self.share.set(terms.share);
        self.underlying.set(terms.underlying);
        self.vault.set(terms.vault);
        self.underlying_price_wad.set(terms.underlying_price_wad);
        self.factor_bps.set(terms.factor_bps);
    }

    /// Makes a market of an asset. The price of the share is none of these: it is computed.
    pub(crate) fn list(&mut self, asset: Address, price_wad: U256) -> Result<(), GuardError> {
        let place = self.listed.get();
        if place >= U256::from_limbs([MOST_ASSETS, 0, 0, 0]) {
            return Err(GuardError::own(NotListed { asset }));
        }
        // Invariant: at most as many as there are bits.
        let next = place.saturating_add(U256::ONE);
        self.assets.insert(place.into(), asset);
        self.places.insert(asset.into_word(), next);
        self.prices.insert(asset.into_word(), price_wad);
        self.listed.set(next);
        Ok(())
    }

    #[cfg(feature = "guarded")]
    pub(crate) fn share(&self) -> Address {
        self.share.get()
    }

    #[cfg(feature = "guarded")]
    pub(crate) fn lent(&self, asset: Address) -> U256 {
        self.lent.get(asset.into_word())
    }

    pub(crate) fn put_up(&self, account: Address, asset: Address) -> U256 {
        self.put_up.get(self.key(account, asset))
    }

    pub(crate) fn debt(&self, account: Address, asset: Address) -> U256 {
        self.debts.get(self.key(account, asset))
    }

    /// What the vault holds, and how many shares there are: those that the vault has itself are issued to nobody.
    pub(crate) fn pricing(&self) -> Result<Shares, GuardError> {
        let (vm, share, vault) = (self.vm(), self.share.get(), self.vault.get());
        let all = sdk::static_call_word(vm, share, &calldata!("totalSupply"));
        let all: U256 = all.ok_or(asset::NotAToken { asset: share })?.into();
        let unissued = asset::balance_of(vm, share, vault)?;
        Ok(Shares {
            assets: asset::balance_of(vm, self.underlying.get(), vault)?,
            supply: all.saturating_sub(unissued),
        })
    }

    /// What 10^18 base units of an asset are worth. **The fault**: of the share, what the vault says now.
    pub(crate) fn price_wad(&self, asset: Address) -> Result<U256, GuardError> {
        if asset != self.share.get() {
            return Ok(self.prices.get(asset.into_word()));
        }
        let pricing = self.pricing()?;
        let per_share_wad = part_down(pricing.assets, WAD, pricing.supply)?;
        part_down(self.underlying_price_wad.get(), per_share_wad, WAD)
    }

    /// Puts up an asset for an account.
    pub(crate) fn deposit(
        &mut self,
        asset: Address,
        amount: U256,
        account: Address,
    ) -> Result<(), GuardError> {
        self.enter(account, asset)?;
        let arrived = asset::take(self.vm(), asset, amount)?;
        let key = self.key(account, asset);
        let sum = self.put_up.get(key).checked_add(arrived).ok_or_else(too_large)?;
        self.put_up.insert(key, sum);
        Ok(())
    }

    /// Lends.
    pub(crate) fn borrow(&mut self, by: Address, asset: Address, amount: U256) -> Result<(), GuardError> {
        self.enter(by, asset)?;
        let key = self.key(by, asset);
        let debt = self.debts.get(key).checked_add(amount).ok_or_else(too_large)?;
        self.debts.insert(key, debt);
        let lent = self.lent.get(asset.into_word());
        let lent = lent.checked_add(amount).ok_or_else(too_large)?;
        self.lent.insert(asset.into_word(), lent);
        if !self.can_pay(by)? {
            return Err(GuardError::own(CannotPay { account: by }));
        }
        asset::push(self.vm(), asset, by, amount)
    }

    fn enter(&mut self, account: Address, asset: Address) -> Result<(), GuardError> {
        let Some(place) = self.places.get(asset.into_word()).checked_sub(U256::ONE) else {
            return Err(GuardError::own(NotListed { asset }));
        };
        let entered = self.entered.get(account.into_word());
        // Invariant: a place is below 256.
        let [place, ..] = place.into_limbs();
        self.entered
            .insert(account.into_word(), entered | (U256::ONE << place as usize));
        Ok(())
    }

    fn can_pay(&self, account: Address) -> Result<bool, GuardError> {
        let entered = self.entered.get(account.into_word());
        let (mut worth, mut owed) = (U256::ZERO, U256::ZERO);
        for place in 0..MOST_ASSETS {
            if !entered.bit(place as usize) {
                continue;
            }
            let asset = self.assets.get(U256::from_limbs([place, 0, 0, 0]).into());
            let price_wad = self.price_wad(asset)?;
            let has = part_down(self.put_up(account, asset), price_wad, WAD)?;
            let owes = mul_div_up(self.debt(account, asset), price_wad, WAD).ok_or_else(too_large)?;
            worth = worth.checked_add(has).ok_or_else(too_large)?;
            owed = owed.checked_add(owes).ok_or_else(too_large)?;
        }
        Ok(owed <= part_down(worth, self.factor_bps.get(), WHOLE_BPS)?)
    }

    fn key(&self, account: Address, asset: Address) -> B256 {
        self.vm().native_keccak256(&words![account, asset])
    }
}

fn part_down(amount: U256, over: U256, under: U256) -> Result<U256, GuardError> {
    mul_div_down(amount, over, under).ok_or_else(too_large)
}

fn too_large() -> GuardError {
    GuardError::own(TooLarge {})
}
