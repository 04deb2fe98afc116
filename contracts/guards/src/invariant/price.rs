//! What a share of a vault is worth, over a transition.
//!
//! # Design
//! - Three promises: the price does not fall, it moves within a step, it stays near a reference ([`super::PriceWindow`]). The first is for a vault that only earns, the second also sees a
//!   price that jumps up, the third holds over any number of transitions.
//! - **Too few shares are refused, whatever the price does**: a transition that leaves more than none and less than the floor of [`Pricing`]. That is broken and not
//!   unevaluated, so that failing open does not open an empty market. A vault's first shares are at least as many.
//!
//! # The attack
//! A gift makes a share dear, and somebody lends on it; in a vault with a few units of shares it makes each a fortune, and rounding takes the next depositor's money. And on this: steps that are each within the bound.

use super::{word, Band, Invariant, Unmet};
use crate::{calldata, errors, sdk::VM};
use alloy_primitives::{Address, U256};
use portcullis_core::invariant::price::{Pricing, Ratio, Rounding, Shares, Step};

errors! {
    /// There are shares, and fewer than a price is spoken of.
    SupplyBelowFloor(supply: U256, floor: U256);
    /// A share is worth less than before the transition.
    SharePriceFell(assets_before: U256, supply_before: U256, assets: U256, supply: U256);
    /// What a share is worth has moved by more than a step, in basis points.
    SharePriceMoved(assets_before: U256, supply_before: U256, assets: U256, supply: U256, down_bps: u64, up_bps: u64);
    /// What a share is worth is further from the reference, of which 128 bits are behind the point, than it may be, in basis points.
    SharePriceOffReference(assets: U256, supply: U256, reference_x128: U256, down_bps: u64, up_bps: u64);
}

/// What an ERC-4626 vault says that it holds and has issued.
pub fn erc4626(vault: Address) -> impl Fn(&VM) -> Result<Shares, Unmet> {
    move |vm| {
        Ok(Shares {
            assets: word(vm, vault, &calldata!("totalAssets"))?,
            supply: word(vm, vault, &calldata!("totalSupply"))?,
        })
    }
}

/// The shares at the exit, of which there are enough.
fn enough<S: Fn(&VM) -> Result<Shares, Unmet>>(
    vm: &VM,
    pricing: &Pricing,
    shares: &S,
) -> Result<Shares, Unmet> {
    let shares = shares(vm)?;
    if pricing.has_enough(shares.supply) {
        return Ok(shares);
    }
    Err(Unmet::broken(SupplyBelowFloor {
        supply: shares.supply,
        floor: pricing.floor(),
    }))
}

/// A share price that does not fall.
#[derive(Clone, Copy, Debug)]
pub struct SharePriceNeverFalls<S> {
    pricing: Pricing,
    rounding: Rounding,
    shares: S,
}

/// A share is worth no less than before, but for a rounding that is said.
///
/// Unmet: [`SharePriceFell`], [`SupplyBelowFloor`], and what `shares` fails with.
pub fn share_price_never_falls<S: Fn(&VM) -> Result<Shares, Unmet>>(
    pricing: Pricing,
    rounding: Rounding,
    shares: S,
) -> SharePriceNeverFalls<S> {
    SharePriceNeverFalls {
        pricing,
        rounding,
        shares,
    }
}

impl<S: Fn(&VM) -> Result<Shares, Unmet>> Invariant for SharePriceNeverFalls<S> {
    type Before = Shares;

    fn before(&self, vm: &VM) -> Result<Shares, Unmet> {
        (self.shares)(vm)
    }

    fn after(&self, vm: &VM, before: Shares) -> Result<(), Unmet> {
        let after = enough(vm, &self.pricing, &self.shares)?;
        if self.pricing.never_fell(&before, &after, self.rounding) {
            return Ok(());
        }
        Err(Unmet::broken(SharePriceFell {
            assets_before: before.assets,
            supply_before: before.supply,
            assets: after.assets,
            supply: after.supply,
        }))
    }
}

/// A share price that moves within a step.
#[derive(Clone, Copy, Debug)]
pub struct SharePriceWithin<S> {
    pricing: Pricing,
    step: Step,
    shares: S,
}

/// What a share is worth moves within the step. Many such transitions move it anywhere: [`share_price_near`] is for that.
///
/// Unmet: [`SharePriceMoved`], [`SupplyBelowFloor`], and what `shares` fails with.
pub fn share_price_within<S: Fn(&VM) -> Result<Shares, Unmet>>(
    pricing: Pricing,
    step: Step,
    shares: S,
) -> SharePriceWithin<S> {
    SharePriceWithin {
        pricing,
        step,
        shares,
    }
}

impl<S: Fn(&VM) -> Result<Shares, Unmet>> Invariant for SharePriceWithin<S> {
    type Before = Shares;

    fn before(&self, vm: &VM) -> Result<Shares, Unmet> {
        (self.shares)(vm)
    }

    fn after(&self, vm: &VM, before: Shares) -> Result<(), Unmet> {
        let after = enough(vm, &self.pricing, &self.shares)?;
        let price = |shares: &Shares| -> Ratio { self.pricing.price(shares) };
        if self.step.reaches(&price(&before), &price(&after)) {
            return Ok(());
        }
        Err(Unmet::broken(SharePriceMoved {
            assets_before: before.assets,
            supply_before: before.supply,
            assets: after.assets,
            supply: after.supply,
            down_bps: self.step.down_bps().into(),
            up_bps: self.step.up_bps().into(),
        }))
    }
}

/// A share price that stays near a reference.
#[derive(Clone, Copy, Debug)]
pub struct SharePriceNear<S> {
    pricing: Pricing,
    band: Band,
    shares: S,
}

/// What a share is worth at the exit is within the band, which [`super::PriceWindow::follow`] gave at the entry.
///
/// Unmet: [`SharePriceOffReference`], [`SupplyBelowFloor`], and what `shares` fails with.
pub fn share_price_near<S: Fn(&VM) -> Result<Shares, Unmet>>(
    pricing: Pricing,
    band: Band,
    shares: S,
) -> SharePriceNear<S> {
    SharePriceNear {
        pricing,
        band,
        shares,
    }
}

impl<S: Fn(&VM) -> Result<Shares, Unmet>> Invariant for SharePriceNear<S> {
    type Before = ();

    fn before(&self, _: &VM) -> Result<(), Unmet> {
        Ok(())
    }

    fn after(&self, vm: &VM, (): ()) -> Result<(), Unmet> {
        let after = enough(vm, &self.pricing, &self.shares)?;
        let Band { reference, step } = self.band;
        if reference.is_near(&self.pricing.price(&after), &step) {
            return Ok(());
        }
        Err(Unmet::broken(SharePriceOffReference {
            assets: after.assets,
            supply: after.supply,
            reference_x128: reference.price_x128(),
            down_bps: step.down_bps().into(),
            up_bps: step.up_bps().into(),
        }))
    }
}
