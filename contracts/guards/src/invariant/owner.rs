//! Where one token of an ERC-721 collection is.
//!
//! # Design
//! - A collection's `ownerOf` reverts for a token that was burnt, so that is unevaluated and not broken. Under [`super::fail_open`] burning passes; a bound on
//!   the count ([`super::balance_change`]) beside it does not let it.

use super::{word, Holder, Invariant, Unmet};
use crate::{calldata, errors, sdk::VM};
use alloy_primitives::{Address, U256};

errors! {
    /// A token has another owner than before the transition.
    OwnerChanged(collection: Address, token_id: U256, before: U256, owner: U256);
    /// A token is not where it has to be after the transition.
    NotOwned(collection: Address, token_id: U256, expected: Address, owner: U256);
}

/// The word that a collection answers with: an address, or nothing that is one.
fn owner_of(vm: &VM, collection: Address, token_id: U256) -> Result<U256, Unmet> {
    word(vm, collection, &calldata!("ownerOf", token_id: U256))
}

/// A token that stays where it is.
#[derive(Clone, Copy, Debug)]
pub struct OwnerKept {
    collection: Address,
    token_id: U256,
}

/// The token has the same owner after the transition as before.
///
/// Unmet: [`OwnerChanged`]; [`super::Unanswered`] when the collection does not say.
pub const fn owner_kept(collection: Address, token_id: U256) -> OwnerKept {
    OwnerKept { collection, token_id }
}

impl Invariant for OwnerKept {
    type Before = U256;

    fn before(&self, vm: &VM) -> Result<U256, Unmet> {
        owner_of(vm, self.collection, self.token_id)
    }

    fn after(&self, vm: &VM, before: U256) -> Result<(), Unmet> {
        let owner = owner_of(vm, self.collection, self.token_id)?;
        if owner == before {
            return Ok(());
        }
        Err(Unmet::broken(OwnerChanged {
            collection: self.collection,
            token_id: self.token_id,
            before,
            owner,
        }))
    }
}

/// A token that ends at a place.
#[derive(Clone, Copy, Debug)]
pub struct OwnedBy {
    collection: Address,
    token_id: U256,
    owner: Holder,
}

/// The token is the owner's after the transition.
///
/// Unmet: [`NotOwned`]; [`super::Unanswered`] when the collection does not say.
pub const fn owned_by(collection: Address, token_id: U256, owner: Holder) -> OwnedBy {
    OwnedBy {
        collection,
        token_id,
        owner,
    }
}

impl Invariant for OwnedBy {
    type Before = ();

    fn before(&self, _: &VM) -> Result<(), Unmet> {
        Ok(())
    }

    fn after(&self, vm: &VM, (): ()) -> Result<(), Unmet> {
        let owner = owner_of(vm, self.collection, self.token_id)?;
        let expected = self.owner.address(vm);
        if owner == U256::from_be_bytes(expected.into_word().0) {
            return Ok(());
        }
        Err(Unmet::broken(NotOwned {
            collection: self.collection,
            token_id: self.token_id,
            expected,
            owner,
        }))
    }
}
