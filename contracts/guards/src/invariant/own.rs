//! An invariant of a protocol's own, in a closure.

use super::{Invariant, Unmet};
use crate::sdk::VM;

/// Something that holds at the exit, whatever was before.
#[derive(Clone, Copy, Debug)]
pub struct Check<F>(F);

/// Asks the closure at the exit.
///
/// ```
/// use portcullis::{invariant::{self, Unmet}, solvency::Insolvent};
/// # use alloy_primitives::{Address, U256};
/// let (minted, most) = (U256::from(3), U256::from(5));
/// let capped = invariant::check(move |_vm| {
///     if minted <= most {
///         Ok(())
///     } else {
///         Err(Unmet::broken(Insolvent { asset: Address::ZERO, locked: most, owed: minted }))
///     }
/// });
/// # drop(capped);
/// ```
pub fn check<F: Fn(&VM) -> Result<(), Unmet>>(holds: F) -> Check<F> {
    Check(holds)
}

impl<F: Fn(&VM) -> Result<(), Unmet>> Invariant for Check<F> {
    type Before = ();

    fn before(&self, _: &VM) -> Result<(), Unmet> {
        Ok(())
    }

    fn after(&self, vm: &VM, (): ()) -> Result<(), Unmet> {
        (self.0)(vm)
    }
}

/// Something that holds between what was before and what is at the exit.
#[derive(Clone, Copy, Debug)]
pub struct Compare<R, H> {
    read: R,
    holds: H,
}

/// Reads at the entry and at the exit, and asks the second closure about both.
pub fn compare<T, R, H>(read: R, holds: H) -> Compare<R, H>
where
    R: Fn(&VM) -> Result<T, Unmet>,
    H: Fn(T, T) -> Result<(), Unmet>,
{
    Compare { read, holds }
}

impl<T, R, H> Invariant for Compare<R, H>
where
    R: Fn(&VM) -> Result<T, Unmet>,
    H: Fn(T, T) -> Result<(), Unmet>,
{
    type Before = T;

    fn before(&self, vm: &VM) -> Result<T, Unmet> {
        (self.read)(vm)
    }

    fn after(&self, vm: &VM, before: T) -> Result<(), Unmet> {
        (self.holds)(before, (self.read)(vm)?)
    }
}
