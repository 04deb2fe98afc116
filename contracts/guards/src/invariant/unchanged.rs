//! Words of the contract's own storage, and code of another, that no transition changes.
//!
//! # Design
//! - At the exit storage is written out and read anew, so that what a delegatecall wrote past this program's cache is seen.
//!
//! # The attack
//! Bybit 2025: a delegatecall to a contract of the attacker's wrote slot 0, where the wallet's own code is named. A contract that is upgraded, or destroyed and created anew, in the middle of a transition that
//! trusts it.

use super::{Invariant, Unmet};
use crate::{errors, sdk::VM};
use alloy_primitives::{Address, B256, U256};
use stylus_sdk::prelude::*;

errors! {
    /// A word of the contract's storage is not what it was before the transition.
    WordChanged(slot: U256, before: B256, word: B256);
    /// The code of an account is not what it was before the transition.
    CodeChanged(account: Address, before: B256, code_hash: B256);
}

/// Words that stay.
#[derive(Clone, Copy, Debug)]
pub struct WordsUnchanged<const N: usize>([U256; N]);

/// The words at these slots are what they were before.
///
/// Unmet: [`WordChanged`], of the first that is not.
pub const fn words_unchanged<const N: usize>(slots: [U256; N]) -> WordsUnchanged<N> {
    WordsUnchanged(slots)
}

impl<const N: usize> Invariant for WordsUnchanged<N> {
    type Before = [B256; N];

    fn before(&self, vm: &VM) -> Result<[B256; N], Unmet> {
        Ok(self.0.map(|slot| vm.storage_load_bytes32(slot)))
    }

    fn after(&self, vm: &VM, before: [B256; N]) -> Result<(), Unmet> {
        vm.flush_cache(true);
        for (slot, before) in self.0.into_iter().zip(before) {
            let word = vm.storage_load_bytes32(slot);
            if word != before {
                return Err(Unmet::broken(WordChanged { slot, before, word }));
            }
        }
        Ok(())
    }
}

/// Code that stays.
#[derive(Clone, Copy, Debug)]
pub struct CodeUnchanged(Address);

/// The account's code is what it was before; that it has none, too.
///
/// Unmet: [`CodeChanged`].
pub const fn code_unchanged(account: Address) -> CodeUnchanged {
    CodeUnchanged(account)
}

impl Invariant for CodeUnchanged {
    type Before = B256;

    fn before(&self, vm: &VM) -> Result<B256, Unmet> {
        Ok(vm.code_hash(self.0))
    }

    fn after(&self, vm: &VM, before: B256) -> Result<(), Unmet> {
        let code_hash = vm.code_hash(self.0);
        if code_hash == before {
            return Ok(());
        }
        Err(Unmet::broken(CodeChanged {
            account: self.0,
            before,
            code_hash,
        }))
    }
}
