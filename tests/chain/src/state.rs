//! The state between transactions: accounts, storage and code.
//!
//! # Design
//! - **Ordered maps**, so that a dump of the same state is always the same.
//! - **Maps that share what did not change**, so that a clone costs a pointer, however much there is, and the state after
//!   each of thousands of blocks costs what that block wrote.
//! - **A word that is zero is absent**, as in the state trie.

use alloy_primitives::{keccak256, map::AddressMap, Address, Bytes, B256, U256};
use revm::primitives::KECCAK_EMPTY;
use revm::state::{Account as JournalAccount, AccountInfo, Bytecode};
use revm::DatabaseRef;
use rpds::{HashTrieMapSync, RedBlackTreeMapSync};
use std::convert::Infallible;

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
        self.change(address, |account| write(&mut account.storage, key, value));
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

    /// Takes over what a transaction changed.
    pub(crate) fn commit(&mut self, changes: AddressMap<JournalAccount>) {
        for (address, change) in changes {
            if !change.is_touched() {
                continue;
            }
            if change.is_selfdestructed() || change.is_empty() {
                self.accounts.remove_mut(&address);
                continue;
            }
            if let Some(code) = change.info.code.as_ref() {
                let hash = change.info.code_hash;
                if hash != KECCAK_EMPTY && !self.codes.contains_key(&hash) {
                    self.codes.insert_mut(hash, code.clone());
                }
            }
            self.change(address, |account| {
                account.balance = change.info.balance;
                account.nonce = change.info.nonce;
                account.code_hash = change.info.code_hash;
                if change.is_created() {
                    account.storage = Storage::default();
                }
                for (key, slot) in change.changed_storage_slots() {
                    write(&mut account.storage, *key, slot.present_value());
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

fn write(storage: &mut Storage, key: U256, value: U256) {
    if value.is_zero() {
        storage.remove_mut(&key);
    } else {
        storage.insert_mut(key, value);
    }
}

impl DatabaseRef for State {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.account(address).map(|account| AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            code: self
                .codes
                .get(&account.code_hash)
                .cloned()
                .or_else(|| Some(Bytecode::default())),
            ..AccountInfo::default()
        }))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, Infallible> {
        Ok(self.codes.get(&code_hash).cloned().unwrap_or_default())
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, Infallible> {
        Ok(self.storage(address, key))
    }

    /// BLOCKHASH speaks of L1's blocks, which do not exist here: a hash that depends on the number alone.
    fn block_hash_ref(&self, number: u64) -> Result<B256, Infallible> {
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
