//! By how much a balance changes in a transition: of ETH, of an ERC-20 token, or how many tokens of an ERC-721 collection, which are asked in one way.
//!
//! # Design
//! - The difference of two measured balances: what a token that takes a fee, is rebased, or moves more than it was told to does within a transition is in it.
//! - ETH that came with the call is not in what the contract held before. The balance of anybody else, the caller's too, is what it is at the entry: what the caller sent has left it.
//!
//! # The attack
//! A path that no check of the protocol is on lets a balance go. And on this: the value of the call counted as held before makes room to take as much out; a payable batch around guarded parts
//! subtracts it for each part, so the frame is around the batch.

use super::{evaluated, Invariant, Unmet};
use crate::{asset, errors, sdk::VM};
use alloy_primitives::{Address, U256};
use portcullis_core::invariant::change::{After, Bounds};
use stylus_sdk::prelude::*;

errors! {
    /// A balance is not within `lowest` and `highest` after the transition. Where no balance could be, the lowest is above the highest.
    BalanceOutOfBounds(asset: Address, holder: Address, before: U256, balance: U256, lowest: U256, highest: U256);
}

/// Whose balance it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The contract's.
    This,
    /// Another's.
    Account(Address),
}

impl Holder {
    pub(super) fn address(&self, vm: &VM) -> Address {
        match self {
            Self::This => vm.contract_address(),
            Self::Account(account) => *account,
        }
    }
}

/// What somebody held at the entry, without the value of the call.
#[inline(never)]
pub(super) fn held_before(vm: &VM, asset: Address, holder: Holder) -> Result<U256, Unmet> {
    let balance = held(vm, asset, holder)?;
    Ok(asset::before_call(vm, asset, holder.address(vm), balance))
}

/// What somebody holds.
#[inline(never)]
pub(super) fn held(vm: &VM, asset: Address, holder: Holder) -> Result<U256, Unmet> {
    let holder = holder.address(vm);
    evaluated(vm, || asset::balance_of(vm, asset, holder))
}

/// A bound on a balance's change.
#[derive(Clone, Copy, Debug)]
pub struct BalanceChange {
    asset: Address,
    holder: Holder,
    bounds: Bounds,
}

/// What `holder` has of `asset` (the zero address for ETH, a collection for its count) changes within the bounds, both included.
///
/// Unmet: [`BalanceOutOfBounds`]; [`asset::NotAToken`] when a balance cannot be read.
pub const fn balance_change(asset: Address, holder: Holder, bounds: Bounds) -> BalanceChange {
    BalanceChange {
        asset,
        holder,
        bounds,
    }
}

impl Invariant for BalanceChange {
    type Before = U256;

    fn before(&self, vm: &VM) -> Result<U256, Unmet> {
        held_before(vm, self.asset, self.holder)
    }

    fn after(&self, vm: &VM, before: U256) -> Result<(), Unmet> {
        let balance = held(vm, self.asset, self.holder)?;
        let passes = self.bounds.after(before);
        if passes.contains(balance) {
            return Ok(());
        }
        let After { lowest, highest } = passes;
        Err(Unmet::broken(BalanceOutOfBounds {
            asset: self.asset,
            holder: self.holder.address(vm),
            before,
            balance,
            lowest,
            highest,
        }))
    }
}
