//! A supply changes by what was minted and burned, and is backed.
//!
//! # The attack
//! A path that mints without a payment: the supply then differs from what the transition declared, by one unit too. Or a message that declares what
//! was never paid: what backs the supply is measured.

use super::{balance, Holder, Invariant, Unmet};
use crate::{errors, sdk::VM};
use alloy_primitives::{Address, U256};
use portcullis_core::invariant::supply::{is_conserved, Backing, Declared};

errors! {
    /// A supply changed by something else than what was minted less what was burned.
    SupplyNotConserved(before: U256, supply: U256, minted: U256, burned: U256);
    /// Less is held of the asset than backs the supply.
    SupplyUnbacked(asset: Address, held: U256, supply: U256);
}

/// A supply that is conserved.
#[derive(Clone, Copy, Debug)]
pub struct SupplyConserved<S, D> {
    supply: S,
    declared: D,
}

/// The supply (or a sum of parts: whatever `supply` adds up) changes by what `declared` says at the exit was minted and burned, to the unit.
///
/// Unmet: [`SupplyNotConserved`], and what the two fail with.
pub fn supply_conserved<S, D>(supply: S, declared: D) -> SupplyConserved<S, D>
where
    S: Fn(&VM) -> Result<U256, Unmet>,
    D: Fn(&VM) -> Result<Declared, Unmet>,
{
    SupplyConserved { supply, declared }
}

impl<S, D> Invariant for SupplyConserved<S, D>
where
    S: Fn(&VM) -> Result<U256, Unmet>,
    D: Fn(&VM) -> Result<Declared, Unmet>,
{
    type Before = U256;

    fn before(&self, vm: &VM) -> Result<U256, Unmet> {
        (self.supply)(vm)
    }

    fn after(&self, vm: &VM, before: U256) -> Result<(), Unmet> {
        let (supply, declared) = ((self.supply)(vm)?, (self.declared)(vm)?);
        if is_conserved(before, supply, declared) {
            return Ok(());
        }
        let Declared { minted, burned } = declared;
        Err(Unmet::broken(SupplyNotConserved {
            before,
            supply,
            minted,
            burned,
        }))
    }
}

/// A supply that is backed.
#[derive(Clone, Copy, Debug)]
pub struct SupplyBacked<S> {
    asset: Address,
    holder: Holder,
    backing: Backing,
    supply: S,
}

/// What `holder` has of the asset backs the supply. Equality does.
///
/// Unmet: [`SupplyUnbacked`]; [`crate::asset::NotAToken`] when the balance cannot be read; what `supply` fails with.
pub fn supply_backed<S: Fn(&VM) -> Result<U256, Unmet>>(
    asset: Address,
    holder: Holder,
    backing: Backing,
    supply: S,
) -> SupplyBacked<S> {
    SupplyBacked {
        asset,
        holder,
        backing,
        supply,
    }
}

impl<S: Fn(&VM) -> Result<U256, Unmet>> Invariant for SupplyBacked<S> {
    type Before = ();

    fn before(&self, _: &VM) -> Result<(), Unmet> {
        Ok(())
    }

    fn after(&self, vm: &VM, (): ()) -> Result<(), Unmet> {
        let supply = (self.supply)(vm)?;
        let held = balance::held(vm, self.asset, self.holder)?;
        if self.backing.covers(held, supply) {
            return Ok(());
        }
        Err(Unmet::broken(SupplyUnbacked {
            asset: self.asset,
            held,
            supply,
        }))
    }
}
