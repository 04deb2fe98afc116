//! Version 1.

use super::{AlreadyInitialized, NotEnough, PurseError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{asset, layout};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

/// The purse.
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
}

#[public]
impl Purse {
    /// Locks the implementation.
    ///
    /// # Errors
    /// [`AlreadyInitialized`].
    #[constructor]
    pub fn constructor(&mut self) -> Result<(), PurseError> {
        self.initialize_as(U256::MAX)
    }

    /// Begins, behind a proxy. Once.
    ///
    /// # Errors
    /// [`AlreadyInitialized`].
    pub fn initialize(&mut self) -> Result<(), PurseError> {
        self.initialize_as(U256::ONE)
    }

    /// Puts the call's value into the caller's purse.
    #[payable]
    pub fn deposit(&mut self) {
        let (holder, value) = (self.vm().msg_sender(), self.vm().msg_value());
        // Invariant: there is less wei than a number holds.
        let held = self.balances.get(holder).saturating_add(value);
        self.balances.insert(holder, held);
        self.total.set(self.total.get().saturating_add(value));
    }

    /// Gives another holder what the caller has. The fault: what the caller has left is written over when both are the same.
    ///
    /// # Errors
    /// [`NotEnough`].
    pub fn transfer(&mut self, to: Address, amount: U256) -> Result<(), PurseError> {
        let from = self.vm().msg_sender();
        let left = self.less(from, amount)?;
        let more = self.balances.get(to).saturating_add(amount);
        self.balances.insert(from, left);
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
        Ok(asset::push(self.vm(), asset::ETH, holder, amount)?)
    }

    /// What a holder has, in wei.
    pub fn balance_of(&self, holder: Address) -> U256 {
        self.balances.get(holder)
    }

    /// What all holders have, in wei.
    pub fn total(&self) -> U256 {
        self.total.get()
    }

    /// Which version it is.
    pub fn version(&self) -> U256 {
        U256::ONE
    }

    /// The hash of where its storage lies.
    pub fn storage_layout_hash(&self) -> B256 {
        layout::hash::<Self>()
    }
}

impl Purse {
    fn initialize_as(&mut self, version: U256) -> Result<(), PurseError> {
        if !self.initialized.get().is_zero() {
            return Err(AlreadyInitialized {}.into());
        }
        self.initialized.set(version);
        Ok(())
    }

    /// What a holder has when `needed` is taken away.
    fn less(&self, holder: Address, needed: U256) -> Result<U256, PurseError> {
        let held = self.balances.get(holder);
        held.checked_sub(needed)
            .ok_or_else(|| NotEnough { holder, held, needed }.into())
    }
}
