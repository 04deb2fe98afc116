//! A lock-box bridge for ETH and ERC-20, in two builds from one source.
//!
//! Deposits are locked here and minted on another chain. A message from that chain unlocks them again: validators sign the root of a
//! tree of messages ([`Bridge::accept_root`]), anyone proves a message to be under it ([`Bridge::prove`]) and has it paid
//! ([`Bridge::process`]). `IBridge.sol` beside this crate is the interface.
//!
//! # Design
//! - The feature `guarded` (on by default) puts Portcullis' guards around it: [`Defence`] is the one place that differs. Same
//!   verification, same faults, same interface; so what a robbery gets out of either build is the guards' doing.
//! - A transition reads in one order: lock, guards, requirements, effects, event, call out, guards at the exit.
//! - `prove` and `accept_root` move nothing, so no guard stands there: what they lead to is checked in `process`.
//! - The asset `address(0)` is ETH.
//!
//! # Trust assumptions
//! - Fewer than `threshold` validators sign what is false. When more do (their keys stolen, as in March and June 2022), only the guards are left.
//! - The deployer names a sane `committed_root`. Zero makes every message that was never proven acceptable, the mistake of August 2022:
//!   it is taken as it is given so that it can be replayed.
//! - The deployer constructs the bridge in the transaction that deploys it, or somebody else does.
// What the macros add, on chain and for printing the interface, has none.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod defence;
mod error;
#[cfg(feature = "guarded")]
mod governance;
mod message;
mod validators;
#[cfg(target_arch = "wasm32")]
mod wasm;

#[cfg(test)]
mod tests;

pub use defence::Defence;
pub use error::*;
#[cfg(feature = "guarded")]
pub use governance::IBridgeGuarded;
// What the macro makes of the trait for whoever prints the interface, and looks for here.
#[cfg(all(feature = "guarded", feature = "export-abi"))]
pub use governance::IBridgeGuardedStylusAbiStruct;
pub use message::Message;

use self::validators::Validators;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{abi::Blob, asset, events, layout, lock::nonreentrant, sdk::emit};
use stylus_sdk::{
    prelude::*,
    storage::{StorageB256, StorageBool, StorageMap, StorageU256},
};

events! {
    /// A root became acceptable.
    RootAccepted(root: B256;);
    /// An amount was locked for a recipient on the other chain.
    Deposited(nonce: U256, asset: Address, sender: Address; recipient: Address, amount: U256);
    /// A message was shown to be under a root.
    MessageProven(leaf: B256, root: B256;);
    /// A message was paid.
    MessageProcessed(leaf: B256, asset: Address, recipient: Address; amount: U256);
}

/// The bridge.
#[entrypoint]
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Bridge {
    validators: Validators,
    acceptable: StorageMap<B256, StorageBool>,
    proven_under: StorageMap<B256, StorageB256>,
    processed: StorageMap<B256, StorageBool>,
    /// By the word of an asset's address: one kind of map fewer in the program.
    owed: StorageMap<B256, StorageU256>,
    next_nonce: StorageU256,
    defence: Defence,
}

// In both builds; the macro reads the last of the attributes.
#[cfg_attr(feature = "guarded", public, implements(IBridgeGuarded))]
#[cfg_attr(not(feature = "guarded"), public)]
impl Bridge {
    /// Names who governs, who signs, and a first acceptable root. Runs once; see `IBridge.sol` for how it is called.
    ///
    /// # Errors
    /// [`InvalidValidators`], and in the guarded build `ZeroAuthority`.
    #[constructor]
    pub fn constructor(
        &mut self,
        governor: Address,
        guardian: Address,
        validators: Vec<Address>,
        threshold: U256,
        committed_root: B256,
    ) -> Result<(), BridgeError> {
        self.defence.initialize(governor, guardian)?;
        self.validators.initialize(&validators, threshold)?;
        // Zero is not refused: see the trust assumptions.
        self.acceptable.insert(committed_root, true);
        Ok(())
    }

    /// Makes a root acceptable that enough validators signed.
    ///
    /// # Errors
    /// [`RootNotNew`], [`InvalidSignature`], [`InvalidSigner`], [`TooFewSignatures`].
    ///
    /// # Events
    /// [`RootAccepted`].
    pub fn accept_root(&mut self, root: B256, signatures: Blob) -> Result<(), BridgeError> {
        if root.is_zero() || self.acceptable.get(root) {
            return Err(RootNotNew { root }.into());
        }
        self.validators.require_signed(root, &signatures.0)?;
        self.acceptable.insert(root, true);
        emit(self.vm(), RootAccepted { root });
        Ok(())
    }

    /// Records the root that a message's proof leads to. It need not be acceptable, yet or ever; nor is it asked whether the
    /// message was paid, as only [`Bridge::process`] can do harm with it and does ask.
    ///
    /// # Events
    /// [`MessageProven`].
    pub fn prove(&mut self, message: Message, proof: Vec<B256>) {
        let leaf = message.leaf(self.vm());
        let root = message::root_of(leaf, &proof);
        self.proven_under.insert(leaf, root);
        emit(self.vm(), MessageProven { leaf, root });
    }

    /// Pays a message that was proven under an acceptable root.
    ///
    /// # Errors
    /// [`NotAcceptable`], [`AlreadyProcessed`], [`MoreThanOwed`], `TransferFailed`, `Reentered`; in the guarded build what
    /// [`Defence`] refuses.
    ///
    /// # Events
    /// [`MessageProcessed`].
    pub fn process(&mut self, message: Message) -> Result<(), BridgeError> {
        nonreentrant(|| self.process_locked(message))
    }

    /// Locks an amount of an asset for a recipient on the other chain. ETH comes as the call's value.
    ///
    /// # Errors
    /// [`ZeroRecipient`], `WrongValue`, [`NothingDeposited`], [`AmountTooLarge`], `TransferFailed`, `NotAToken`, `Reentered`;
    /// in the guarded build what [`Defence`] refuses.
    ///
    /// # Events
    /// [`Deposited`].
    #[payable]
    pub fn deposit(&mut self, asset: Address, amount: U256, recipient: Address) -> Result<(), BridgeError> {
        nonreentrant(|| self.deposit_locked(asset, amount, recipient))
    }

    /// The leaf of a message to this bridge.
    pub fn leaf_of(&self, message: Message) -> B256 {
        message.leaf(self.vm())
    }

    /// What validators sign to make a root acceptable.
    pub fn digest(&self, root: B256) -> B256 {
        message::digest(self.vm(), root)
    }

    /// Whether a message under this root is paid.
    pub fn is_acceptable(&self, root: B256) -> bool {
        self.acceptable.get(root)
    }

    /// The root that a message was proven under, zero when it never was.
    pub fn proven_under(&self, leaf: B256) -> B256 {
        self.proven_under.get(leaf)
    }

    /// Whether a message was paid.
    pub fn is_processed(&self, leaf: B256) -> bool {
        self.processed.get(leaf)
    }

    /// Whether an account is a validator.
    pub fn is_validator(&self, account: Address) -> bool {
        self.validators.contains(account)
    }

    /// The hash of where its storage lies, by which an upgrade behind a proxy is checked. `layout.json` beside this crate is what lies there, in the guarded build.
    pub fn storage_layout_hash(&self) -> B256 {
        layout::hash::<Self>()
    }

    /// What the bridge owes to those who deposited.
    pub fn owed(&self, asset: Address) -> U256 {
        self.owed.get(asset.into_word())
    }
}

impl Bridge {
    fn process_locked(&mut self, message: Message) -> Result<(), BridgeError> {
        let Message {
            asset,
            recipient,
            amount,
            ..
        } = message;
        self.defence.before_withdrawal(asset, amount)?;

        let leaf = message.leaf(self.vm());
        if self.processed.get(leaf) {
            return Err(AlreadyProcessed { leaf }.into());
        }
        let root = self.proven_under.get(leaf);
        if !self.acceptable.get(root) {
            return Err(NotAcceptable { leaf, root }.into());
        }
        let owed = self.owed(asset);
        let Some(still_owed) = owed.checked_sub(amount) else {
            return Err(MoreThanOwed {
                asset,
                requested: amount,
                owed,
            }
            .into());
        };

        self.processed.insert(leaf, true);
        self.owed.insert(asset.into_word(), still_owed);
        emit(
            self.vm(),
            MessageProcessed {
                leaf,
                asset,
                recipient,
                amount,
            },
        );

        asset::push(self.vm(), asset, recipient, amount)?;
        self.defence.at_exit(asset, self.owed(asset))
    }

    fn deposit_locked(
        &mut self,
        asset: Address,
        amount: U256,
        recipient: Address,
    ) -> Result<(), BridgeError> {
        self.defence.before_deposit(asset)?;

        if recipient.is_zero() {
            return Err(ZeroRecipient {}.into());
        }
        let sender = self.vm().msg_sender();
        // The call out comes first here: only after it is known what to credit. The lock makes that safe.
        let credited = asset::take(self.vm(), asset, amount)?;
        if credited.is_zero() {
            return Err(NothingDeposited {}.into());
        }

        let nonce = self.next_nonce.get();
        let owed = self
            .owed(asset)
            .checked_add(credited)
            .ok_or(AmountTooLarge { asset })?;
        self.owed.insert(asset.into_word(), owed);
        // Invariant: 2^256 deposits do not happen.
        self.next_nonce.set(nonce.wrapping_add(U256::ONE));
        emit(
            self.vm(),
            Deposited {
                nonce,
                asset,
                sender,
                recipient,
                amount: credited,
            },
        );

        self.defence.at_exit(asset, owed)
    }
}
