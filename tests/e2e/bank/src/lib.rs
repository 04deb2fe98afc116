//! `tests/fixtures/contracts/BankFour.sol` once more, in Rust: an implementation at the slots of the bank in Solidity, that is initialised once, behind a proxy and nowhere else, and does
//! what its initialisation says: right, or as incidents went. Constructed it is locked; one that was deployed and not constructed is anybody's.

#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

use alloc::{vec, vec::Vec};
use alloy_primitives::{keccak256, Address, B256, U256};
use portcullis::{
    abi::{Blob, Revert},
    errors,
    implementation::{require_answers, ERC1967_IMPLEMENTATION},
    sdk, GuardError,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageBool, StorageMap, StorageU256},
};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;

errors! {
    /// It was initialised.
    Initialized();
    /// The caller is not the owner.
    NotOwner(caller: Address);
    /// There is no price.
    Mute();
    /// Nothing is accepted under this root.
    UnknownRoot(root: B256);
    /// The code that is switched to did not take its data.
    MigrationFailed();
}

/// What a whole is.
const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

/// Whether it was initialised: 3, as the bank in Solidity has it there.
fn version_slot() -> U256 {
    keccak256("bank.version").into()
}

/// The bank.
#[entrypoint]
#[storage]
// Two words only keep the place of what the one in Solidity has there.
#[allow(dead_code)]
pub struct Bank {
    marker: StorageU256,
    token: StorageAddress,
    owner: StorageAddress,
    balances: StorageMap<Address, StorageU256>,
    received: StorageU256,
    price: StorageU256,
    mute: StorageBool,
    roots: StorageMap<B256, StorageBool>,
    /// Where the one in Solidity has what came of a call.
    unused: StorageU256,
    index: StorageU256,
    registry: StorageAddress,
}

#[public]
impl Bank {
    /// Locks the implementation: its initialisations, and the mark that the registry's looks at.
    #[constructor]
    pub fn constructor(&mut self) -> Result<(), Vec<u8>> {
        self.once()?;
        self.marker.set(U256::ONE);
        Ok(())
    }

    /// As the bank has it: for whoever comes first, whether or not this is an implementation.
    pub fn initialize(&mut self, token: Address, marker: U256) -> Result<(), Vec<u8>> {
        if !self.owner.get().is_zero() {
            return refuse(Initialized {});
        }
        self.owner.set(self.vm().msg_sender());
        self.token.set(token);
        self.marker.set(marker);
        self.price.set(WAD);
        Ok(())
    }

    /// A root that is acceptable from now on, and whether the price is mute.
    pub fn initialize_three(&mut self, root: B256, mutes: bool) -> Result<(), Vec<u8>> {
        self.once()?;
        self.roots.insert(root, true);
        self.mute.set(mutes);
        Ok(())
    }

    /// Two parameters that belong together are moved.
    pub fn initialize_parameters(&mut self, price: U256, marker: U256) -> Result<(), Vec<u8>> {
        self.once()?;
        self.price.set(price);
        self.marker.set(marker);
        Ok(())
    }

    /// It belongs to somebody else.
    pub fn initialize_owner(&mut self, owner: Address) -> Result<(), Vec<u8>> {
        self.once()?;
        self.owner.set(owner);
        Ok(())
    }

    /// Rewards begin, at this index.
    pub fn initialize_rewards(&mut self, index: U256) -> Result<(), Vec<u8>> {
        self.once()?;
        self.index.set(index);
        Ok(())
    }

    /// It keeps whether it was initialised in the two lowest bytes of the first word, where the bank keeps something else.
    pub fn initialize_registry(&mut self, registry: Address) -> Result<(), Vec<u8>> {
        let [.., initializing, initialized] = self.marker.get().to_be_bytes::<32>();
        if initializing == 0 && initialized != 0 {
            return refuse(Initialized {});
        }
        self.registry.set(registry);
        Ok(())
    }

    /// It fails.
    pub fn initialize_failing(&mut self) -> Result<(), Vec<u8>> {
        self.once()?;
        refuse(UnknownRoot { root: B256::ZERO })
    }

    /// Has other code run behind a proxy that its implementation upgrades. For the owner.
    #[payable]
    pub fn upgrade_to_and_call(&mut self, implementation: Address, data: Blob) -> Result<(), Vec<u8>> {
        self.require_owner()?;
        require_answers(self.vm(), implementation, true)?;
        // SAFETY: the slot is ERC-1967's, for which nothing holds a reference.
        unsafe {
            self.vm()
                .storage_cache_bytes32(ERC1967_IMPLEMENTATION.into(), implementation.into_word());
        }
        if data.0.is_empty() {
            return Ok(());
        }
        match sdk::delegate_call(self.vm(), implementation, self.vm().evm_gas_left(), &data.0) {
            (true, _) => Ok(()),
            (false, _) => refuse(MigrationFailed {}),
        }
    }

    /// Hands the bank over.
    pub fn transfer_ownership(&mut self, to: Address) -> Result<(), Vec<u8>> {
        self.require_owner()?;
        self.owner.set(to);
        Ok(())
    }

    /// Sets the price. For anybody, as in the bank.
    #[payable]
    pub fn set_price(&mut self, price: U256) -> Result<bool, Vec<u8>> {
        self.price.set(price);
        Ok(true)
    }

    /// Which version of the bank.
    pub fn version(&self) -> U256 {
        U256::from(3)
    }

    /// What its storage looks like, as the one in Solidity names it.
    pub fn storage_layout_hash(&self) -> B256 {
        keccak256("bank 3")
    }

    /// Where a proxy keeps it.
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid(&self) -> B256 {
        ERC1967_IMPLEMENTATION
    }

    /// The first word.
    pub fn marker(&self) -> U256 {
        self.marker.get()
    }

    /// Whose it is.
    pub fn owner(&self) -> Address {
        self.owner.get()
    }

    /// What a share is worth.
    pub fn price(&self) -> U256 {
        self.price.get()
    }

    /// The price, unless it is mute.
    pub fn price_or(&self) -> Result<U256, Vec<u8>> {
        if self.mute.get() {
            return refuse(Mute {});
        }
        Ok(self.price.get())
    }

    /// What an account has earned.
    pub fn earned(&self, account: Address) -> U256 {
        self.balances.get(account).saturating_mul(self.index.get()) / WAD
    }

    /// Whether messages under this root are taken.
    pub fn acceptable(&self, root: B256) -> bool {
        self.roots.get(root)
    }

    /// Takes a message under this root: it uses a lot of gas first.
    pub fn process(&self, root: B256, rounds: U256) -> Result<bool, Vec<u8>> {
        let mut hash = root;
        for _ in 0..rounds.saturating_to::<u64>() {
            hash = keccak256(hash);
        }
        if !self.roots.get(root) {
            return refuse(UnknownRoot { root });
        }
        Ok(!hash.is_zero())
    }
}

impl Bank {
    fn once(&mut self) -> Result<(), Vec<u8>> {
        let slot = version_slot();
        let three = B256::with_last_byte(3);
        if self.vm().storage_load_bytes32(slot) == three {
            return refuse(Initialized {});
        }
        // SAFETY: nothing of the struct is at the slot.
        unsafe { self.vm().storage_cache_bytes32(slot, three) };
        Ok(())
    }

    fn require_owner(&self) -> Result<(), Vec<u8>> {
        let caller = self.vm().msg_sender();
        if caller == self.owner.get() {
            return Ok(());
        }
        refuse(NotOwner { caller })
    }
}

fn refuse<T>(error: impl Revert) -> Result<T, Vec<u8>> {
    Err(GuardError::own(error).into())
}
