//! The wallet.

use alloc::{vec, vec::Vec};
use alloy_primitives::{keccak256, Address, B256, U256};
use portcullis::{errors, sdk, GuardError};
use stylus_sdk::{
    call::RawCall,
    prelude::*,
    storage::{StorageAddress, StorageBool, StorageMap, StorageU256},
};

errors! {
    /// It has owners already, or is the code behind wallets and none itself.
    SetUp();
    /// No owner, one twice or the zero address, or more approvals than there are owners.
    BadOwners();
    /// Who approves is no owner, or has approved this.
    NotAVoice(account: Address);
    /// Too few owners have approved it.
    NotApproved(operation: B256, approvals: U256, threshold: U256);
    /// Whom it calls refused.
    CallFailed(to: Address);
}

/// The wallet's storage. The first word is the proxy's: `guarded::IMPLEMENTATION` says so.
#[storage]
pub(crate) struct Protocol {
    /// Whose code the proxy runs. Nothing here writes it.
    implementation: StorageAddress,
    /// How many owners have to approve; not zero once the wallet is set up.
    threshold: StorageU256,
    /// The number of the next operation.
    nonce: StorageU256,
    owners: StorageMap<Address, StorageBool>,
    /// Whether an owner has approved an operation.
    voices: StorageMap<B256, StorageBool>,
    approvals: StorageMap<B256, StorageU256>,
}

/// What owners approve.
pub(crate) struct Operation<'a> {
    pub(crate) to: Address,
    pub(crate) value: U256,
    pub(crate) data: &'a [u8],
    /// Whether the other's code runs on this wallet's storage.
    pub(crate) delegated: bool,
}

impl Protocol {
    /// Of the code itself, which is no wallet: nobody sets it up.
    pub(crate) fn lock(&mut self) {
        self.threshold.set(U256::MAX);
    }

    pub(crate) fn set_up(&mut self, owners: &[Address], threshold: U256) -> Result<(), GuardError> {
        if !self.threshold.get().is_zero() {
            return Err(GuardError::own(SetUp {}));
        }
        // A usize is never wider than 64 bits.
        let most = U256::from_limbs([owners.len() as u64, 0, 0, 0]);
        if threshold.is_zero() || threshold > most {
            return Err(GuardError::own(BadOwners {}));
        }
        for owner in owners {
            if owner.is_zero() || self.owners.get(*owner) {
                return Err(GuardError::own(BadOwners {}));
            }
            self.owners.insert(*owner, true);
        }
        self.threshold.set(threshold);
        Ok(())
    }

    /// What owners approve, as one word: of this wallet, and of its next operation.
    pub(crate) fn hash(&self, operation: &Operation<'_>) -> B256 {
        let words = [
            self.vm().contract_address().into_word(),
            operation.to.into_word(),
            operation.value.into(),
            keccak256(operation.data),
            B256::with_last_byte(operation.delegated.into()),
            self.nonce.get().into(),
        ];
        keccak256(words.map(|word| word.0).concat())
    }

    /// An owner's approval.
    pub(crate) fn approve(&mut self, by: Address, operation: B256) -> Result<(), GuardError> {
        let voice = keccak256([by.into_word().0, operation.0].concat());
        if !self.owners.get(by) || self.voices.get(voice) {
            return Err(GuardError::own(NotAVoice { account: by }));
        }
        self.voices.insert(voice, true);
        let approvals = self.approvals.get(operation).saturating_add(U256::ONE);
        self.approvals.insert(operation, approvals);
        Ok(())
    }

    /// Does what enough owners have approved, once.
    pub(crate) fn execute(&mut self, wanted: &Operation<'_>) -> Result<(), GuardError> {
        let operation = self.hash(wanted);
        let (approvals, threshold) = (self.approvals.get(operation), self.threshold.get());
        // A proxy that is not set up has no threshold, and nothing is approved there.
        if threshold.is_zero() || approvals < threshold {
            return Err(GuardError::own(NotApproved {
                operation,
                approvals,
                threshold,
            }));
        }
        // Invariant: nobody makes 2^256 operations.
        let nonce = self.nonce.get().saturating_add(U256::ONE);
        self.nonce.set(nonce);
        let done = if wanted.delegated {
            // SAFETY: storage is written out and the cache of it dropped before, and no reference into it outlives the call. That the other code may write any
            // of it is what the owners approved, and the fault.
            unsafe {
                RawCall::new_delegate(self.vm())
                    .clear_storage_cache()
                    .skip_return_data()
                    .call(wanted.to, wanted.data)
            }
            .is_ok()
        } else {
            sdk::call(self.vm(), wanted.to, wanted.value, wanted.data).is_some()
        };
        if done {
            return Ok(());
        }
        Err(GuardError::own(CallFailed { to: wanted.to }))
    }

    /// Whose code the proxy runs.
    pub(crate) fn implementation(&self) -> Address {
        self.implementation.get()
    }

    /// The number of the next operation.
    pub(crate) fn nonce(&self) -> U256 {
        self.nonce.get()
    }
}
