//! The vault's shares, as ERC-20.

use super::{
    guards::SUPPLY, Approval, ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidReceiver,
    Transfer, Vault, VaultError,
};
use alloc::{string::String, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{guarded, sdk::emit, words};
use stylus_sdk::prelude::*;

/// ERC-20, of the shares.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait IShares {
    /// The name that the constructor was given.
    fn name(&self) -> String;
    /// Its symbol.
    fn symbol(&self) -> String;
    /// Three more than the asset's.
    fn decimals(&self) -> u8;
    /// All shares.
    fn total_supply(&self) -> U256;
    /// An account's.
    fn balance_of(&self, account: Address) -> U256;
    /// What a spender may move of an owner's.
    fn allowance(&self, owner: Address, spender: Address) -> U256;

    /// Lets a spender move so many of the caller's shares; the largest number is no limit.
    ///
    /// # Events
    /// [`Approval`].
    fn approve(&mut self, spender: Address, value: U256) -> Result<bool, VaultError>;

    /// Moves shares of the caller.
    ///
    /// # Errors
    /// [`ERC20InsufficientBalance`], [`ERC20InvalidReceiver`], `SupplyNotConserved`, `Reentered`.
    ///
    /// # Events
    /// [`Transfer`].
    fn transfer(&mut self, to: Address, value: U256) -> Result<bool, VaultError>;

    /// Moves shares of another, as far as it approved.
    ///
    /// # Errors
    /// Those of `transfer`, and [`ERC20InsufficientAllowance`].
    ///
    /// # Events
    /// [`Transfer`].
    fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> Result<bool, VaultError>;
}

#[guarded]
#[public]
impl IShares for Vault {
    fn name(&self) -> String {
        text(self.name.get())
    }

    fn symbol(&self) -> String {
        text(self.symbol.get())
    }

    fn decimals(&self) -> u8 {
        let [decimals, ..] = self.decimals.get().into_limbs();
        // Invariant: the constructor kept a byte.
        decimals as u8
    }

    fn total_supply(&self) -> U256 {
        self.supply.get()
    }

    fn balance_of(&self, account: Address) -> U256 {
        self.balance(account)
    }

    fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.allowances.get(self.allowance_key(owner, spender))
    }

    #[exempt("it moves nothing, and whoever moves by it is guarded")]
    fn approve(&mut self, spender: Address, value: U256) -> Result<bool, VaultError> {
        let owner = self.vm().msg_sender();
        let key = self.allowance_key(owner, spender);
        self.allowances.insert(key, value);
        emit(
            self.vm(),
            Approval {
                owner,
                spender,
                value,
            },
        );
        Ok(true)
    }

    #[guard(keep(SUPPLY: self.shares_stay([self.vm().msg_sender(), to])))]
    fn transfer(&mut self, to: Address, value: U256) -> Result<bool, VaultError> {
        self.move_shares(self.vm().msg_sender(), to, value)
    }

    #[guard(keep(SUPPLY: self.shares_stay([from, to])))]
    fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> Result<bool, VaultError> {
        self.spend(from, value)?;
        self.move_shares(from, to, value)
    }
}

impl Vault {
    pub(crate) fn balance(&self, account: Address) -> U256 {
        self.balances.get(account.into_word())
    }

    /// Takes shares off an account.
    ///
    /// # Errors
    /// [`ERC20InsufficientBalance`].
    #[inline(never)]
    pub(crate) fn take_shares(&mut self, from: Address, value: U256) -> Result<(), VaultError> {
        let balance = self.balance(from);
        let left = balance.checked_sub(value).ok_or(ERC20InsufficientBalance {
            sender: from,
            balance,
            needed: value,
        })?;
        self.balances.insert(from.into_word(), left);
        Ok(())
    }

    /// Gives shares to an account, which were taken off another or are part of the supply by now.
    ///
    /// # Errors
    /// [`ERC20InvalidReceiver`].
    #[inline(never)]
    pub(crate) fn give_shares(&mut self, to: Address, value: U256) -> Result<(), VaultError> {
        if to.is_zero() {
            return Err(ERC20InvalidReceiver { receiver: to }.into());
        }
        // Invariant: no balance is larger than the supply.
        let balance = self.balance(to).saturating_add(value);
        self.balances.insert(to.into_word(), balance);
        Ok(())
    }

    /// Uses up what the caller may move of another's shares. An owner needs no approval.
    ///
    /// # Errors
    /// [`ERC20InsufficientAllowance`].
    #[inline(never)]
    pub(crate) fn spend(&mut self, owner: Address, value: U256) -> Result<(), VaultError> {
        let spender = self.vm().msg_sender();
        let key = self.allowance_key(owner, spender);
        let allowance = self.allowances.get(key);
        if allowance == U256::MAX {
            return Ok(());
        }
        let left = allowance.checked_sub(value).ok_or(ERC20InsufficientAllowance {
            spender,
            allowance,
            needed: value,
        })?;
        self.allowances.insert(key, left);
        Ok(())
    }

    fn move_shares(&mut self, from: Address, to: Address, value: U256) -> Result<bool, VaultError> {
        self.take_shares(from, value)?;
        self.give_shares(to, value)?;
        emit(self.vm(), Transfer { from, to, value });
        Ok(true)
    }

    fn allowance_key(&self, owner: Address, spender: Address) -> B256 {
        self.vm().native_keccak256(&words![owner, spender])
    }
}

/// A text of at most 32 bytes of ASCII, filled up with zeros.
fn text(word: B256) -> String {
    word.iter()
        .take_while(|byte| **byte != 0)
        .map(|byte| char::from(*byte & 0x7f))
        .collect()
}
