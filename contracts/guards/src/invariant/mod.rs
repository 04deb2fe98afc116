//! What has to hold over a whole transition: asked once, at its outermost exit, against what was remembered at its entry.
//!
//! An [`Invariant`] only says whether it holds. What comes of it (nothing but a log, a refusal, a breaker that trips) is decided by the frame that asks.
//!
//! | invariant | what holds | an incident that it ends |
//! |---|---|---|
//! | [`balance_change`], [`owner_kept`], [`owned_by`] | a balance changed by no more and no less than it may; a token of a kind stays where it is | Penpie 2024: more reward than the balance change |
//! | [`covered`], [`covered_with_margin`] | what is held covers what is owed | a token that took back what it gave |
//! | [`supply_conserved`], [`supply_backed`] | a supply changed by what was minted and burned; it is backed | Kelp 2026: 116,500 rsETH of nothing |
//! | [`share_price_never_falls`], [`share_price_within`] | what a share is worth | Cream 2021: a price doubled by a gift; Sonne 2024: an empty market |
//! | [`share_price_near`], with [`PriceWindow`] | the same over any time, however many transitions | a walk of small steps |
//! | [`weighted_pool`], [`constant_product_with_fee`], [`stable_pool`] | a pool's value per share does not fall | Balancer 2025: 65 swaps of a few units. Not Curve's pETH pool of 2023, where it only rose: that takes a lock, the supply or the share price |
//! | [`rate_within`] | a rate is never zero and never jumps | Kelp 2025: a fee scaled 1e36; Aave CAPO 2026 |
//! | [`words_unchanged`], [`code_unchanged`] | words of the contract's own storage, code of another | Bybit 2025: a delegatecall wrote slot 0 |
//! | [`healthy`] | an account can pay, or is no worse than it was | Euler 2023: a gift that left a debt; Platypus 2023: a withdrawal that ignored it |
//! | [`value_kept`] | what came in is worth what went out | Cetus 2025: one token for all of the liquidity |
//! | [`check`], [`compare`] | what a protocol says in a closure | |
//!
//! # Design
//! - **Composable.** A tuple of invariants is one, so is a reference. They are asked in their order, and the first that is unmet is the answer. One that is asked of some transitions only is
//!   [`only_if`].
//! - **Nothing is silently no invariant.** An [`Option`] of an invariant is none, or a setting that was refused would switch it off. A setting that is written down is made in a
//!   constant, `const STEP: Step = Step::new(50, 100).unwrap();`, which does not compile where it could not act. One that comes from storage or a call is
//!   [`crate::setting::required`], with a typed error.
//! - **All that is remembered is in [`Invariant::Before`]**, which borrows nothing. So a frame may build an invariant for the entry, run a body that
//!   takes the contract mutably, and build the same one for the exit.
//! - **Broken is not unevaluated**, and `?` does not decide which: [`Unmet`] is made by name. A token that reverts or an oracle that is gone is no proof of harm, and
//!   none of its absence: [`fail_closed`] or [`fail_open`] says by name what it means, the second with an event. Without either the transition is refused.
//! - **Whoever gives too little gas gets a refusal.** A read that failed with a 64th of the gas left, or less, ran out of it ([`Starved`]): neither does it pass as unevaluated,
//!   nor does it trip anything.
//! - **The value of the call was not held before it.** It is subtracted from what the contract itself holds at the entry.
//! - Equal to a bound passes. Nothing is divided where it is compared: [`portcullis_core::invariant`].
//! - Nothing is stored, but for the one word (and one of settings) of a [`PriceWindow`].
//! - A limit on what leaves is no invariant: asking for too much is no harm, and trips nothing. A limiter is charged with what really left by `outflow(asset)` in `#[guard(…)]`
//!   ([`crate::transition::Measured`]).
//!
//! # Trust assumptions
//! - The frame asks at the outermost exit, with everything in between done, and once for each call. In a batch that is one call the frame is around the batch: around each of its parts
//!   the value of the call would be subtracted again.
//! - What a contract knows of itself (what it owes, an account's collateral) is accounted honestly; what a token says of balances is the truth, at the entry and at the exit. A token that lies at both can hide what it likes:
//!   invariants on other assets hold all the same.

mod balance;
mod compose;
mod failure;
mod health;
mod own;
mod owner;
mod pool;
mod price;
mod price_window;
mod rate;
mod read;
mod solvency;
mod supply;
mod unchanged;
mod value;

pub use balance::{balance_change, BalanceChange, BalanceOutOfBounds, Holder};
pub use compose::{only_if, OnlyIf};
pub use failure::{fail_closed, fail_open, FailClosed, FailOpen, InvariantNotEvaluated};
pub use health::{healthy, AccountUnhealthy, Healthy};
pub use own::{check, compare, Check, Compare};
pub use owner::{owned_by, owner_kept, NotOwned, OwnedBy, OwnerChanged, OwnerKept};
pub use pool::{
    constant_product_with_fee, stable_pool, weighted_pool, ConstantProductWithFee, PoolTooLarge,
    PoolValueFell, StablePool, WeightedPool,
};
pub use price::{
    erc4626, share_price_near, share_price_never_falls, share_price_within, SharePriceFell, SharePriceMoved,
    SharePriceNear, SharePriceNeverFalls, SharePriceOffReference, SharePriceWithin, SupplyBelowFloor,
};
pub use price_window::{
    Band, PriceOutOfRange, PriceReferenceReset, PriceWindow, PriceWindowConfigured, PriceWindowUnset,
    WindowTerms,
};
pub use rate::{rate_within, RateJumped, RateOutOfBounds, RateWithin};
pub use read::{evaluated, word, Starved, Unanswered};
pub use solvency::{covered, covered_with_margin, Covered, CoveredWithMargin};
pub use supply::{
    supply_backed, supply_conserved, SupplyBacked, SupplyConserved, SupplyNotConserved, SupplyUnbacked,
};
pub use unchanged::{
    code_unchanged, words_unchanged, CodeChanged, CodeUnchanged, WordChanged, WordsUnchanged,
};
pub use value::{value_kept, AssetNamedTwice, ValueKept, ValueLost, ValueOf, ValueOverflow};

/// The numbers that they compare.
pub use portcullis_core::invariant as numbers;

use crate::{sdk::VM, GuardError};

/// What has to hold over a whole transition.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no invariant",
    label = "this cannot be asked at the exit of a transition",
    note = "make a setting that is written down in a constant, `const STEP: Step = Step::new(50, 100).unwrap();`, and one that is read with `portcullis::setting::required(…)?`; \
            an `Option` is none, as nothing would be asked where it is none: what is asked of some transitions only is `invariant::only_if(condition, invariant)`, and what a protocol says \
            itself is `invariant::check(|vm| …)`"
)]
pub trait Invariant {
    /// What is remembered from before the body; `()` where nothing is.
    type Before;

    /// Taken at the entry, before the body. What the call brought in as its value was not held before.
    ///
    /// # Errors
    /// [`Unmet`].
    fn before(&self, vm: &VM) -> Result<Self::Before, Unmet>;

    /// Asked once, at the outermost exit.
    ///
    /// # Errors
    /// [`Unmet`].
    fn after(&self, vm: &VM, before: Self::Before) -> Result<(), Unmet>;
}

/// Why an invariant does not let a transition pass.
///
/// There is no conversion from an error to it: whoever writes an invariant says which of the three an error is. Were it `?` that said it, a token that does not answer would count as
/// harm, and trip what anybody can make not answer.
///
/// ```
/// use portcullis::{asset, invariant::{self, evaluated, Unmet}, solvency::Insolvent};
/// # use alloy_primitives::{Address, U256};
/// # let (token, owed) = (Address::ZERO, U256::ZERO);
/// let covered = invariant::check(move |vm| {
///     // A read: when it fails, nothing is known of harm.
///     let locked = evaluated(vm, || asset::held(vm, token))?;
///     if locked >= owed {
///         return Ok(());
///     }
///     Err(Unmet::broken(Insolvent { asset: token, locked, owed }))
/// });
/// # drop(covered);
/// ```
///
/// ```compile_fail
/// use portcullis::{asset, invariant};
/// # use alloy_primitives::{Address, U256};
/// # let (token, owed) = (Address::ZERO, U256::ZERO);
/// let covered = invariant::check(move |vm| {
///     let locked = asset::held(vm, token)?;
///     Ok(())
/// });
/// # drop(covered);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// It does not hold: harm was seen.
    Broken(GuardError),
    /// It cannot be evaluated, and nobody has said what that means. To be refused, and no reason for a trip.
    Unevaluated(GuardError),
    /// The transition is refused, which says nothing about harm: too little gas, or failed closed. Never a reason for a trip, or anybody could trip a breaker for the price of gas.
    Refused(GuardError),
}

impl Unmet {
    /// It does not hold. Of a check that returns an error of its own: `.map_err(Unmet::broken)`.
    pub fn broken(error: impl Into<GuardError>) -> Self {
        Self::Broken(error.into())
    }

    /// It cannot be evaluated. Where that came of a call to somebody, [`evaluated`] says it, which looks at the gas.
    pub fn unevaluated(error: impl Into<GuardError>) -> Self {
        Self::Unevaluated(error.into())
    }

    /// The transition is refused.
    pub fn refused(error: impl Into<GuardError>) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Unmet> for GuardError {
    fn from(unmet: Unmet) -> Self {
        match unmet {
            Unmet::Broken(error) | Unmet::Unevaluated(error) | Unmet::Refused(error) => error,
        }
    }
}

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod tests;
