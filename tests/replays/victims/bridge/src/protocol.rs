//! The protocol, with its faults.
//!
//! # The faults
//! - `execute_message` (Poly 2021) carries out whatever a message's method is called, if four bytes of a hash fit: also the setter of the keepers' keys.
//! - `mint` (Wormhole 2022) reads the approval in a book that the caller names, and does not ask whether it is the keepers'.
//! - `upgrade` (Ronin 2024) reads the weight of all keepers from a word that an initialiser has to write, and nobody has to call that: zero is needed of zero.

use alloc::{vec, vec::Vec};
use alloy_primitives::{keccak256, Address, B256, U256};
use portcullis::{
    asset::{self, ETH},
    core_types::mul_div::mul_div_down,
    errors, GuardError,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageB256, StorageBool, StorageMap, StorageU256},
};

errors! {
    /// A message without enough approvals.
    NotApproved(message: B256, weight: U256, needed: U256);
    /// A message that was carried out already.
    Done(message: B256);
    /// Who approves is no keeper, or has approved this.
    NotAVoice(account: Address);
    /// Who orders may not.
    NotAllowed(account: Address);
    /// It is paused.
    Paused();
    /// More than the protocol's own most.
    AboveCap(amount: U256, cap: U256);
    /// There is less than that.
    TooLittle(requested: U256, available: U256);
    /// There is no such method.
    UnknownMethod();
    /// It is not written as keys or an order are.
    Malformed();
}

/// The setter of the keys: `putCurEpochConPubKeyBytes(bytes)`.
const SET_KEYS: [u8; 4] = [0x41, 0x97, 0x3c, 0xd9];
/// What every method takes that a message names.
const PARAMETERS: &[u8] = b"(bytes,bytes,uint64)";
/// A key: its length, and an address.
const KEY_BYTES: usize = 21;
/// Wei in the smallest unit of the wrapped token.
pub(crate) const UNIT: U256 = U256::from_limbs([10_000_000_000, 0, 0, 0]);

/// The protocol's storage. The first two words are the keys: `guarded::KEYS` says so.
#[storage]
pub(crate) struct Protocol {
    keys: StorageB256,
    keepers: StorageU256,
    /// In which epoch an account was made a keeper.
    keeper_since: StorageMap<Address, StorageU256>,
    epoch: StorageU256,
    governor: StorageAddress,
    guardian: StorageAddress,
    paused: StorageBool,
    upgraded: StorageBool,
    /// What the version after the upgrade reads.
    total_weight: StorageU256,
    caps: StorageMap<Address, StorageU256>,
    /// By the hash of a book and a message; whose book it is, is who writes it.
    weights: StorageMap<B256, StorageU256>,
    voices: StorageMap<B256, StorageBool>,
    done: StorageMap<B256, StorageBool>,
    wrapped_supply: StorageU256,
    wrapped: StorageMap<Address, StorageU256>,
}

/// A place in a map: of an account and a message.
fn place(account: Address, message: B256) -> B256 {
    keccak256([account.into_word().0, message.0].concat())
}

/// A message: what it is about, whom it pays, how much, and its number.
fn order(kind: Address, to: Address, amount: U256, nonce: U256) -> B256 {
    let words = [kind.into_word(), to.into_word(), amount.into(), nonce.into()];
    keccak256(words.map(|word| word.0).concat())
}

/// More than two thirds: three of four, thirteen of nineteen, and none of none.
fn needed_of(all: U256) -> U256 {
    let others = all.saturating_sub(U256::ONE);
    let third = others
        .checked_div(U256::from_limbs([3, 0, 0, 0]))
        .unwrap_or_default();
    all.saturating_sub(third)
}

impl Protocol {
    pub(crate) fn initialize(
        &mut self,
        governor: Address,
        guardian: Address,
        keys: &[u8],
        holder: Address,
        wrapped: U256,
    ) -> Result<(), GuardError> {
        self.governor.set(governor);
        self.guardian.set(guardian);
        self.wrapped_supply.set(wrapped);
        self.wrapped.insert(holder, wrapped);
        self.set_keys(keys)
    }

    fn set_keys(&mut self, keys: &[u8]) -> Result<(), GuardError> {
        let malformed = || GuardError::own(Malformed {});
        let (count, accounts) = keys.split_first_chunk::<8>().ok_or_else(malformed)?;
        let count = u64::from_le_bytes(*count);
        let accounts = accounts.chunks(KEY_BYTES);
        if u64::try_from(accounts.len()) != Ok(count) {
            return Err(malformed());
        }
        let epoch = self.epoch.get().saturating_add(U256::ONE);
        self.epoch.set(epoch);
        for key in accounts {
            match key.split_first() {
                Some((20, account)) if account.len() == 20 => {
                    self.keeper_since.insert(Address::from_slice(account), epoch);
                }
                _ => return Err(malformed()),
            }
        }
        self.keys.set(keccak256(keys));
        self.keepers.set(U256::from_limbs([count, 0, 0, 0]));
        Ok(())
    }

    pub(crate) fn keys(&self) -> (B256, U256) {
        (self.keys.get(), self.keepers.get())
    }

    pub(crate) fn supply(&self) -> U256 {
        self.wrapped_supply.get()
    }

    pub(crate) fn wrapped_of(&self, account: Address) -> U256 {
        self.wrapped.get(account)
    }

    pub(crate) fn is_running(&self) -> bool {
        !self.paused.get()
    }

    /// The weight that a message needs.
    pub(crate) fn needed(&self) -> U256 {
        needed_of(if self.upgraded.get() {
            self.total_weight.get()
        } else {
            self.keepers.get()
        })
    }

    fn require(&self, who: Address, by: Address) -> Result<(), GuardError> {
        if who == by {
            return Ok(());
        }
        Err(GuardError::own(NotAllowed { account: by }))
    }

    /// The next version. Its initialisers are other calls.
    pub(crate) fn upgrade(&mut self, by: Address) -> Result<(), GuardError> {
        self.require(self.governor.get(), by)?;
        self.upgraded.set(true);
        Ok(())
    }

    /// The initialiser that was skipped.
    pub(crate) fn initialize_weight(&mut self, by: Address) -> Result<(), GuardError> {
        self.require(self.governor.get(), by)?;
        self.total_weight.set(self.keepers.get());
        Ok(())
    }

    pub(crate) fn pause(&mut self, by: Address) -> Result<(), GuardError> {
        self.require(self.guardian.get(), by)?;
        self.paused.set(true);
        Ok(())
    }

    pub(crate) fn set_cap(&mut self, by: Address, asset: Address, cap: U256) -> Result<(), GuardError> {
        self.require(self.governor.get(), by)?;
        self.caps.insert(asset, cap);
        Ok(())
    }

    /// A keeper's approval, in the keepers' book.
    pub(crate) fn approve(&mut self, by: Address, message: B256) -> Result<(), GuardError> {
        let epoch = self.epoch.get();
        let voice = place(by, message);
        if self.keeper_since.get(by) != epoch || self.voices.get(voice) {
            return Err(GuardError::own(NotAVoice { account: by }));
        }
        self.voices.insert(voice, true);
        let book = place(self.vm().contract_address(), message);
        let weight = self.weights.get(book).saturating_add(U256::ONE);
        self.weights.insert(book, weight);
        Ok(())
    }

    /// Whatever an account writes in its own book.
    pub(crate) fn note(&mut self, by: Address, message: B256, weight: U256) {
        self.weights.insert(place(by, message), weight);
    }

    /// Takes a message that enough have approved, once.
    fn take_message(&mut self, book: Address, message: B256) -> Result<(), GuardError> {
        if self.paused.get() {
            return Err(GuardError::own(Paused {}));
        }
        if self.done.get(message) {
            return Err(GuardError::own(Done { message }));
        }
        let (weight, needed) = (self.weights.get(place(book, message)), self.needed());
        if weight < needed {
            return Err(GuardError::own(NotApproved {
                message,
                weight,
                needed,
            }));
        }
        self.done.insert(message, true);
        Ok(())
    }

    /// Locks an asset.
    pub(crate) fn deposit(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        asset::take(self.vm(), asset, amount).map(drop)
    }

    /// Pays out of what is locked.
    pub(crate) fn withdraw(
        &mut self,
        asset: Address,
        to: Address,
        amount: U256,
        nonce: U256,
    ) -> Result<(), GuardError> {
        let cap = self.caps.get(asset);
        if !cap.is_zero() && amount > cap {
            return Err(GuardError::own(AboveCap { amount, cap }));
        }
        let keepers = self.vm().contract_address();
        self.take_message(keepers, order(asset, to, amount, nonce))?;
        asset::push(self.vm(), asset, to, amount)
    }

    /// Carries out a method that a message names: by the four bytes that a call of it would begin with.
    pub(crate) fn execute_message(
        &mut self,
        method: &[u8],
        data: &[u8],
        nonce: U256,
    ) -> Result<(), GuardError> {
        let keepers = self.vm().contract_address();
        let message = [keccak256(method).0, keccak256(data).0, B256::from(nonce).0].concat();
        self.take_message(keepers, keccak256(message))?;
        let name = keccak256([method, PARAMETERS].concat());
        if name[..4] == SET_KEYS {
            return self.set_keys(data);
        }
        if method != b"unlock" {
            return Err(GuardError::own(UnknownMethod {}));
        }
        // An address and an amount, of ETH.
        match data.split_at_checked(20) {
            Some((to, amount)) if amount.len() == 32 => {
                let amount = U256::from_be_slice(amount);
                asset::push(self.vm(), ETH, Address::from_slice(to), amount)
            }
            _ => Err(GuardError::own(Malformed {})),
        }
    }

    /// Makes wrapped tokens for what was locked, as a book says.
    pub(crate) fn mint(
        &mut self,
        to: Address,
        amount: U256,
        nonce: U256,
        book: Address,
    ) -> Result<(), GuardError> {
        let this = self.vm().contract_address();
        self.take_message(book, order(this, to, amount, nonce))?;
        let too_little = || {
            GuardError::own(TooLittle {
                requested: amount,
                available: U256::ZERO,
            })
        };
        let supply = self.supply().checked_add(amount).ok_or_else(too_little)?;
        self.wrapped_supply.set(supply);
        // Invariant: no account has more than all have.
        let held = self.wrapped.get(to).saturating_add(amount);
        self.wrapped.insert(to, held);
        Ok(())
    }

    /// Gives wrapped tokens back for ETH.
    pub(crate) fn redeem(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        let available = self.wrapped.get(by);
        let too_little = || {
            GuardError::own(TooLittle {
                requested: amount,
                available,
            })
        };
        let left = available.checked_sub(amount).ok_or_else(too_little)?;
        let ether = mul_div_down(amount, UNIT, U256::ONE).ok_or_else(too_little)?;
        self.wrapped.insert(by, left);
        // Invariant: no account has more than all have.
        let supply = self.supply().saturating_sub(amount);
        self.wrapped_supply.set(supply);
        asset::push(self.vm(), ETH, by, ether)
    }
}
