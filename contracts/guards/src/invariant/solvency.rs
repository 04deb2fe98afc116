//! What is held covers what is owed, as an invariant: [`crate::solvency`] says what is trusted in it.

use super::{balance, Holder, Invariant, Unmet};
use crate::{sdk::VM, solvency};
use alloy_primitives::{Address, U256};
use portcullis_core::solvency::Margin;

/// Solvency in an asset.
#[derive(Clone, Copy, Debug)]
pub struct Covered<F> {
    asset: Address,
    owed: F,
}

/// The contract holds what it owes of the asset, as `owed` says at the exit. Equality is enough.
///
/// Unmet: [`solvency::Insolvent`]; [`crate::asset::NotAToken`] when the balance cannot be read; what `owed` fails with.
pub fn covered<F: Fn(&VM) -> Result<U256, Unmet>>(asset: Address, owed: F) -> Covered<F> {
    Covered { asset, owed }
}

impl<F: Fn(&VM) -> Result<U256, Unmet>> Invariant for Covered<F> {
    type Before = ();

    fn before(&self, _: &VM) -> Result<(), Unmet> {
        Ok(())
    }

    fn after(&self, vm: &VM, (): ()) -> Result<(), Unmet> {
        let owed = (self.owed)(vm)?;
        let locked = balance::held(vm, self.asset, Holder::This)?;
        solvency::check(self.asset, locked, owed).map_err(Unmet::Broken)
    }
}

/// Solvency in an asset, with something to spare. A type of its own, so that who asks for no margin carries none.
#[derive(Clone, Copy, Debug)]
pub struct CoveredWithMargin<F> {
    asset: Address,
    margin: Margin,
    owed: F,
}

/// The contract holds what it owes of the asset and a margin on it, rounded up. Equality is enough.
///
/// Unmet: [`solvency::MarginShort`]; [`crate::asset::NotAToken`] when the balance cannot be read; what `owed` fails with.
pub fn covered_with_margin<F: Fn(&VM) -> Result<U256, Unmet>>(
    asset: Address,
    margin: Margin,
    owed: F,
) -> CoveredWithMargin<F> {
    CoveredWithMargin { asset, margin, owed }
}

impl<F: Fn(&VM) -> Result<U256, Unmet>> Invariant for CoveredWithMargin<F> {
    type Before = ();

    fn before(&self, _: &VM) -> Result<(), Unmet> {
        Ok(())
    }

    fn after(&self, vm: &VM, (): ()) -> Result<(), Unmet> {
        let owed = (self.owed)(vm)?;
        let locked = balance::held(vm, self.asset, Holder::This)?;
        solvency::check_margin(self.asset, locked, owed, self.margin).map_err(Unmet::Broken)
    }
}
