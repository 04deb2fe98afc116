//! What came in is worth what went out.
//!
//! # Design
//! - Over a list of assets, of which each is named once: what the holder has more of is valued down, what it has less of up, and the sums are compared with a tolerance.
//! - Prices are the protocol's ([`ValueOf`]), asked at the exit, and only for what changed.
//!
//! # Trust assumptions
//! - A price is not one that the transition itself can move. A pool's own price of the moment is.
//! - The list has every asset that is worth something. What is not on it leaves unseen.
//!
//! # The attack
//! Cetus 2025: one token in, all of the liquidity out, by an overflow in a shift: whatever the mathematics was, the values do not agree. And on this: an asset named twice would pay twice, and is refused when the list is made; a sum that wraps
//! is refused.

use super::{balance, Holder, Invariant, Unmet};
use crate::{errors, sdk::VM, GuardError};
use alloy_primitives::{Address, U256};
use portcullis_core::invariant::{
    change::Change,
    value::{Flows, Rounding, Tolerance},
};

errors! {
    /// What came in is worth less than what went out, less the tolerance in basis points.
    ValueLost(came_in_wad: U256, went_out_wad: U256, tolerance_bps: u64);
    /// A sum of values that 256 bits do not hold.
    ValueOverflow(asset: Address);
    /// An asset is on the list twice, and would count twice.
    AssetNamedTwice(asset: Address);
}

/// What assets are worth. A closure of the same shape is one too.
///
/// ```
/// use alloy_primitives::{Address, U256};
/// use portcullis::{calldata, invariant::{self, numbers::value::{Rounding, Tolerance}, Holder, Unmet, ValueOf}, sdk::VM};
///
/// /// An oracle that rounds down.
/// struct Oracle(Address);
///
/// impl ValueOf for Oracle {
///     fn value_wad(&self, vm: &VM, asset: Address, amount: U256, rounding: Rounding) -> Result<U256, Unmet> {
///         let value = invariant::word(vm, self.0, &calldata!("value", asset: Address, amount: U256))?;
///         Ok(match rounding {
///             Rounding::Down => value,
///             Rounding::Up => value.saturating_add(U256::ONE),
///         })
///     }
/// }
/// let (usdc, weth) = (Address::repeat_byte(1), Address::repeat_byte(2));
/// let kept = invariant::value_kept([usdc, weth], Holder::This, Tolerance::NONE, Oracle(Address::repeat_byte(3)));
/// assert!(kept.is_ok());
/// ```
pub trait ValueOf {
    /// What an amount of an asset is worth, with 18 decimals, rounded as it is asked.
    ///
    /// # Errors
    /// [`Unmet::Unevaluated`] when there is no price; [`super::evaluated`] makes it of a call that failed.
    fn value_wad(&self, vm: &VM, asset: Address, amount: U256, rounding: Rounding) -> Result<U256, Unmet>;
}

impl<F: Fn(&VM, Address, U256, Rounding) -> Result<U256, Unmet>> ValueOf for F {
    fn value_wad(&self, vm: &VM, asset: Address, amount: U256, rounding: Rounding) -> Result<U256, Unmet> {
        self(vm, asset, amount, rounding)
    }
}

/// The assets whose values are compared.
#[derive(Clone, Copy, Debug)]
pub struct ValueKept<const N: usize, V> {
    assets: [Address; N],
    holder: Holder,
    tolerance: Tolerance,
    values: V,
}

/// What the holder has more of these assets is worth what it has less of them, less the tolerance. In `keep`: `value_kept(…)?`. A list without an asset does not compile.
///
/// # Errors
/// [`AssetNamedTwice`].
///
/// Unmet: [`ValueLost`], [`ValueOverflow`]; [`crate::asset::NotAToken`] when a balance cannot be read; what `values` fails with.
pub fn value_kept<const N: usize, V: ValueOf>(
    assets: [Address; N],
    holder: Holder,
    tolerance: Tolerance,
    values: V,
) -> Result<ValueKept<N, V>, GuardError> {
    const { assert!(N > 0, "values are compared of at least one asset") }
    let mut rest = assets.as_slice();
    while let Some((asset, others)) = rest.split_first() {
        if others.contains(asset) {
            return Err(AssetNamedTwice { asset: *asset }.into());
        }
        rest = others;
    }
    Ok(ValueKept {
        assets,
        holder,
        tolerance,
        values,
    })
}

impl<const N: usize, V: ValueOf> Invariant for ValueKept<N, V> {
    type Before = [U256; N];

    fn before(&self, vm: &VM) -> Result<[U256; N], Unmet> {
        let mut before = [U256::ZERO; N];
        for (before, asset) in before.iter_mut().zip(self.assets) {
            *before = balance::held_before(vm, asset, self.holder)?;
        }
        Ok(before)
    }

    fn after(&self, vm: &VM, before: [U256; N]) -> Result<(), Unmet> {
        let mut flows = Flows::default();
        for (before, asset) in before.into_iter().zip(self.assets) {
            let change = Change::between(before, balance::held(vm, asset, self.holder)?);
            let value_of = |amount, rounding| self.values.value_wad(vm, asset, amount, rounding);
            flows = flows
                .add(change, value_of)?
                .ok_or_else(|| Unmet::broken(ValueOverflow { asset }))?;
        }
        if flows.are_even(self.tolerance) {
            return Ok(());
        }
        Err(Unmet::broken(ValueLost {
            came_in_wad: flows.came_in,
            went_out_wad: flows.went_out,
            tolerance_bps: self.tolerance.bps().into(),
        }))
    }
}
