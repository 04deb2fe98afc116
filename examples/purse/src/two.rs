//! Version 2, in which nobody has anything twice and a deposit has a least size; and version 3, which keeps a 128th of every withdrawal for nobody.

use super::{AlreadyInitialized, DepositTooSmall, NotEnough, PurseError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{asset, layout};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

/// Which version it is.
const VERSION: u64 = if cfg!(feature = "three") { 3 } else { 2 };

/// The purse. Its first three fields are version 1's.
#[entrypoint]
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Purse {
    /// The last version that it was initialised as; the highest number: never again.
    initialized: StorageU256,
    /// What each holder has, in wei.
    balances: StorageMap<Address, StorageU256>,
    /// What all of them have.
    total: StorageU256,
    /// What a deposit is at least, in wei.
    least: StorageU256,
}

#[public]
impl Purse {
    /// Locks the implementation.
    ///
    /// # Errors
    /// [`AlreadyInitialized`].
    #[constructor]
    pub fn constructor(&mut self) -> Result<(), PurseError> {
        if !self.initialized.get().is_zero() {
            return Err(AlreadyInitialized {}.into());
        }
        self.initialized.set(U256::MAX);
        Ok(())
    }

    /// Begins version 2 behind a proxy, after version 1 or as the first. Once.
    ///
    /// # Errors
    /// [`AlreadyInitialized`].
    pub fn initialize_two(&mut self, least: U256) -> Result<(), PurseError> {
        let two = U256::from_limbs([2, 0, 0, 0]);
        if self.initialized.get() >= two {
            return Err(AlreadyInitialized {}.into());
        }
        self.initialized.set(two);
        self.least.set(least);
        Ok(())
    }

    /// Puts the call's value into the caller's purse.
    ///
    /// # Errors
    /// [`DepositTooSmall`].
    #[payable]
    pub fn deposit(&mut self) -> Result<(), PurseError> {
        let (holder, value) = (self.vm().msg_sender(), self.vm().msg_value());
        let least = self.least.get();
        if value < least {
            return Err(DepositTooSmall { value, least }.into());
        }
        // Invariant: there is less wei than a number holds.
        let held = self.balances.get(holder).saturating_add(value);
        self.balances.insert(holder, held);
        self.total.set(self.total.get().saturating_add(value));
        Ok(())
    }

    /// Gives another holder what the caller has.
    ///
    /// # Errors
    /// [`NotEnough`].
    pub fn transfer(&mut self, to: Address, amount: U256) -> Result<(), PurseError> {
        let from = self.vm().msg_sender();
        let left = self.less(from, amount)?;
        self.balances.insert(from, left);
        // Read after the other was written: they may be the same.
        let more = self.balances.get(to).saturating_add(amount);
        self.balances.insert(to, more);
        Ok(())
    }

    /// Pays the caller out.
    ///
    /// # Errors
    /// [`NotEnough`], `TransferFailed` when the caller does not take it.
    pub fn withdraw(&mut self, amount: U256) -> Result<(), PurseError> {
        let holder = self.vm().msg_sender();
        let left = self.less(holder, amount)?;
        self.balances.insert(holder, left);
        self.total.set(self.total.get().saturating_sub(amount));
        // The mistake of version 3: a part that nobody is told of stays here.
        let kept = if VERSION == 3 { amount >> 7 } else { U256::ZERO };
        Ok(asset::push(
            self.vm(),
            asset::ETH,
            holder,
            amount.saturating_sub(kept),
        )?)
    }

    /// What a holder has, in wei.
    pub fn balance_of(&self, holder: Address) -> U256 {
        self.balances.get(holder)
    }

    /// What all holders have, in wei.
    pub fn total(&self) -> U256 {
        self.total.get()
    }

    /// What a deposit is at least, in wei.
    pub fn least(&self) -> U256 {
        self.least.get()
    }

    /// Which version it is.
    pub fn version(&self) -> U256 {
        U256::from_limbs([VERSION, 0, 0, 0])
    }

    /// The hash of where its storage lies.
    pub fn storage_layout_hash(&self) -> B256 {
        layout::hash::<Self>()
    }
}

impl Purse {
    /// What a holder has when `needed` is taken away.
    fn less(&self, holder: Address, needed: U256) -> Result<U256, PurseError> {
        let held = self.balances.get(holder);
        held.checked_sub(needed)
            .ok_or_else(|| NotEnough { holder, held, needed }.into())
    }
}
