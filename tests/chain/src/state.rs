//! The state between transactions: accounts, storage and code.
//!
//! # Design
//! - **Ordered maps**, so that a dump of the same state is always the same.
//! - **Maps that share what did not change**, so that a clone costs a pointer, however much there is, and the state after
//!   each of thousands of blocks costs what that block wrote.
//! - **A word that is zero is absent**, as in the state trie. Above the state of another chain it is written down, as what is absent shows through.

use crate::config::ARBOS_STATE;
use crate::fork::{Beneath, RemoteError};
use alloy_primitives::{keccak256, map::AddressMap, Address, Bytes, B256, U256};
use revm::primitives::KECCAK_EMPTY;
use revm::state::{Account as JournalAccount, AccountInfo, Bytecode};
use revm::DatabaseRef;
use rpds::{HashTrieMapSync, HashTrieSetSync, RedBlackTreeMapSync};
use std::convert::Infallible;
use std::sync::Arc;

/// An account's words by key; those that are zero are not there.
pub type Storage = RedBlackTreeMapSync<U256, U256>;

/// An account and its storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Wei.
    pub balance: U256,
    /// Transactions sent, or contracts created.
    pub nonce: u64,
    /// The hash of the account's code.
    pub code_hash: B256,
    /// The words that are not zero.
    pub storage: Storage,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            balance: U256::ZERO,
            nonce: 0,
            code_hash: KECCAK_EMPTY,
            storage: Storage::default(),
        }
    }
}

impl Account {
    fn is_empty(&self) -> bool {
        self.balance.is_zero() && self.nonce == 0 && self.code_hash == KECCAK_EMPTY
    }
}

/// Every account of a chain.
#[derive(Clone, Debug, Default)]
pub struct State {
    accounts: RedBlackTreeMapSync<Address, Account>,
    codes: HashTrieMapSync<B256, Bytecode>,
    /// The state of another chain, which shows where nothing was written.
    beneath: Option<Arc<Beneath>>,
    /// Accounts of which nothing shows through any more.
    covered: HashTrieSetSync<Address>,
}

/// What a dump says of an account, in an order that depends on nothing but the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountDump {
    /// Whose.
    pub address: Address,
    /// Wei.
    pub balance: U256,
    /// Transactions sent, or contracts created.
    pub nonce: u64,
    /// The code's hash.
    pub code_hash: B256,
    /// The words that are not zero, by key.
    pub storage: Vec<(U256, U256)>,
}

impl State {
    /// A state with nothing written, above another chain's. What ArbOS keeps is learnt in this chain's layout, and nothing of its account shows.
    pub(crate) fn above(beneath: Beneath) -> Self {
        let mut state = Self {
            beneath: Some(Arc::new(beneath)),
            ..Self::default()
        };
        state.covered.insert_mut(ARBOS_STATE);
        // With a nonce the account is not empty, and so is never swept away.
        state.set_nonce(ARBOS_STATE, 1);
        state
    }

    /// The chain beneath, if there is one.
    pub(crate) fn beneath(&self) -> Option<&Beneath> {
        self.beneath.as_deref()
    }

    /// The chain beneath, where it shows an account.
    fn shown(&self, address: Address) -> Option<&Beneath> {
        self.beneath().filter(|_| !self.covered.contains(&address))
    }

    fn cover(&mut self, address: Address) {
        if self.beneath.is_some() {
            self.covered.insert_mut(address);
        }
    }

    /// The account at an address, if there is one.
    #[must_use]
    pub fn account(&self, address: Address) -> Option<&Account> {
        self.accounts.get(&address)
    }

    /// The code at an address.
    #[must_use]
    pub fn code(&self, address: Address) -> Bytes {
        self.account(address)
            .and_then(|account| self.codes.get(&account.code_hash))
            .map(Bytecode::original_bytes)
            .unwrap_or_default()
    }

    /// A word of an account's storage.
    #[must_use]
    pub fn storage(&self, address: Address, key: U256) -> U256 {
        self.account(address)
            .and_then(|account| account.storage.get(&key).copied())
            .unwrap_or_default()
    }

    /// Sets an account's balance.
    pub fn set_balance(&mut self, address: Address, balance: U256) {
        self.change(address, |account| account.balance = balance);
        self.prune(address);
    }

    /// Sets an account's nonce.
    pub fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.change(address, |account| account.nonce = nonce);
        self.prune(address);
    }

    /// Sets an account's code. Code that is no valid delegation is taken as it is.
    pub fn set_code(&mut self, address: Address, code: Bytes) {
        let hash = if code.is_empty() {
            KECCAK_EMPTY
        } else {
            keccak256(&code)
        };
        if hash != KECCAK_EMPTY {
            let bytecode =
                Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code));
            self.codes.insert_mut(hash, bytecode);
        }
        self.change(address, |account| account.code_hash = hash);
        self.prune(address);
    }

    /// Sets a word of an account's storage.
    pub fn set_storage(&mut self, address: Address, key: U256, value: U256) {
        let keep = self.beneath.is_some();
        self.change(address, |account| write(&mut account.storage, key, value, keep));
    }

    /// Forgets all of an account's storage.
    pub fn clear_storage(&mut self, address: Address) {
        if self.accounts.contains_key(&address) {
            self.change(address, |account| account.storage = Storage::default());
        }
    }

    /// The whole state, sorted by address and key.
    #[must_use]
    pub fn dump(&self) -> Vec<AccountDump> {
        self.accounts
            .iter()
            .map(|(address, account)| AccountDump {
                address: *address,
                balance: account.balance,
                nonce: account.nonce,
                code_hash: account.code_hash,
                storage: account.storage.iter().map(|(k, v)| (*k, *v)).collect(),
            })
            .collect()
    }

    /// Accounts that were written, by address, each with the words that were.
    pub(crate) fn written(&self) -> impl Iterator<Item = (Address, impl Iterator<Item = U256> + '_)> + '_ {
        self.accounts
            .iter()
            .map(|(address, account)| (*address, account.storage.keys().copied()))
    }

    /// Takes over what a transaction changed.
    pub(crate) fn commit(&mut self, changes: AddressMap<JournalAccount>) {
        for (address, change) in changes {
            if !change.is_touched() {
                continue;
            }
            if change.is_selfdestructed() || change.is_empty() {
                self.accounts.remove_mut(&address);
                self.cover(address);
                continue;
            }
            if change.is_created() {
                self.cover(address);
            }
            if let Some(code) = change.info.code.as_ref() {
                let hash = change.info.code_hash;
                if hash != KECCAK_EMPTY && !self.codes.contains_key(&hash) {
                    self.codes.insert_mut(hash, code.clone());
                }
            }
            let keep = self.beneath.is_some();
            self.change(address, |account| {
                account.balance = change.info.balance;
                account.nonce = change.info.nonce;
                account.code_hash = change.info.code_hash;
                if change.is_created() {
                    account.storage = Storage::default();
                }
                for (key, slot) in change.changed_storage_slots() {
                    write(&mut account.storage, *key, slot.present_value(), keep);
                }
            });
        }
    }

    /// Changes an account, which is made when it is not there.
    fn change(&mut self, address: Address, change: impl FnOnce(&mut Account)) {
        match self.accounts.get_mut(&address) {
            Some(account) => change(account),
            None => {
                let mut account = Account::default();
                change(&mut account);
                self.accounts.insert_mut(address, account);
            }
        }
    }

    fn prune(&mut self, address: Address) {
        if self
            .accounts
            .get(&address)
            .is_some_and(|account| account.is_empty() && account.storage.is_empty())
        {
            self.accounts.remove_mut(&address);
        }
    }
}

fn write(storage: &mut Storage, key: U256, value: U256, keep_zero: bool) {
    if value.is_zero() && !keep_zero {
        storage.remove_mut(&key);
    } else {
        storage.insert_mut(key, value);
    }
}

impl DatabaseRef for State {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        let Some(account) = self.account(address) else {
            return Ok(self.shown(address).and_then(|beneath| beneath.account(address)));
        };
        let Ok(code) = self.code_by_hash_ref(account.code_hash);
        Ok(Some(AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            code: Some(code),
            ..AccountInfo::default()
        }))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, Infallible> {
        let known = self.codes.get(&code_hash).cloned();
        Ok(known
            .or_else(|| self.beneath()?.code_by_hash(code_hash))
            .unwrap_or_default())
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, Infallible> {
        let written = self
            .account(address)
            .and_then(|account| account.storage.get(&key).copied());
        Ok(
            written.unwrap_or_else(|| match (self.shown(address), self.beneath()) {
                (Some(beneath), _) => beneath.storage(address, key),
                (None, Some(beneath)) if address == ARBOS_STATE => beneath.arbos_word(key),
                _ => U256::ZERO,
            }),
        )
    }

    /// BLOCKHASH speaks of L1's blocks, which do not exist here: a hash that depends on the number alone.
    fn block_hash_ref(&self, number: u64) -> Result<B256, Infallible> {
        if let Some(beneath) = self.beneath() {
            let why = "a contract asks for the hash of a block of L1, which an endpoint does not tell";
            beneath.fail(RemoteError::Untold(why.to_owned()));
        }
        Ok(keccak256(U256::from(number).to_be_bytes::<32>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_set_to_zero_is_absent_from_the_dump() {
        let mut state = State::default();
        let someone = Address::repeat_byte(1);
        state.set_nonce(someone, 1);
        state.set_storage(someone, U256::from(7), U256::from(9));
        assert_eq!(state.dump()[0].storage, [(U256::from(7), U256::from(9))]);
        state.set_storage(someone, U256::from(7), U256::ZERO);
        assert!(state.dump()[0].storage.is_empty());
    }

    #[test]
    fn a_clone_does_not_see_later_writes() {
        let mut state = State::default();
        let someone = Address::repeat_byte(1);
        state.set_storage(someone, U256::from(7), U256::from(9));
        let before = state.clone();
        state.set_storage(someone, U256::from(7), U256::from(10));
        assert_eq!(before.storage(someone, U256::from(7)), U256::from(9));
        assert_eq!(state.storage(someone, U256::from(7)), U256::from(10));
    }

    #[test]
    fn an_account_emptied_by_hand_is_gone() {
        let mut state = State::default();
        let someone = Address::repeat_byte(1);
        state.set_balance(someone, U256::from(1));
        state.set_balance(someone, U256::ZERO);
        assert_eq!(state.account(someone), None);
    }
}
