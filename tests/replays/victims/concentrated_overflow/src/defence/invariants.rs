//! What has to hold over the pool's transitions.
//!
//! # Design
//! - What positions are is computed by another mathematics than the pool's. By its own, an enormous position is one unit, and one unit came in for it.

use super::guards::PriceBoundsUnset;
use crate::{
    math::{self, Amounts},
    Pool,
};
use alloy_primitives::{Address, U256};
use portcullis::{
    asset, calldata,
    core_types::mul_div::{mul_div_down, mul_div_up},
    invariant::{
        self, evaluated,
        numbers::{
            change::Change,
            value::{Flows, Rounding, Tolerance},
        },
        Holder, Invariant, Unanswered, Unmet, ValueLost, ValueOverflow,
    },
    sdk::{self, VM},
    GuardError,
};
use stylus_sdk::prelude::*;

/// One percent.
const TOLERANCE: Tolerance = match Tolerance::new(100) {
    Some(tolerance) => tolerance,
    None => unreachable!(),
};
/// The oldest price that is used: a day.
const MAX_AGE_SECS: U256 = U256::from_limbs([86_400, 0, 0, 0]);
const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

portcullis::errors! {
    /// The oracle's price is zero, or older than a day.
    PriceTooOld(asset: Address, updated_at: U256);
}

/// What an amount is worth, by the oracle.
fn value_wad(
    vm: &VM,
    oracle: Address,
    asset: Address,
    amount: U256,
    rounding: Rounding,
) -> Result<U256, Unmet> {
    let said = evaluated(vm, || {
        sdk::static_call_words(vm, oracle, &calldata!("price", asset: Address), 2)
            .filter(|said| said.len() == 64)
            .ok_or_else(|| Unanswered { contract: oracle }.into())
    })?;
    let [price, updated_at] = [&said[..32], &said[32..]].map(U256::from_be_slice);
    let now = U256::from_limbs([vm.block_timestamp(), 0, 0, 0]);
    if price.is_zero() || now.saturating_sub(updated_at) > MAX_AGE_SECS {
        return Err(Unmet::unevaluated(GuardError::own(PriceTooOld {
            asset,
            updated_at,
        })));
    }
    let value = match rounding {
        Rounding::Down => mul_div_down(amount, price, WAD),
        Rounding::Up => mul_div_up(amount, price, WAD),
    };
    value.ok_or_else(|| Unmet::broken(ValueOverflow { asset }))
}

impl Pool {
    /// What all positions are together, each rounded down, by another mathematics than the pool's; none when no number is that large.
    fn owed(&self) -> Option<Amounts> {
        let mut owed = [U256::ZERO; 2];
        for range in self.ranges() {
            let amounts =
                math::position_exactly_down(range.liquidity, range.low, range.high, self.root.get())?;
            for (owed, amount) in owed.iter_mut().zip(amounts) {
                *owed = owed.checked_add(amount)?;
            }
        }
        Some(owed)
    }

    /// The price stays within its bounds and a step.
    ///
    /// # Errors
    /// [`PriceBoundsUnset`].
    pub(crate) fn price_stays(&self) -> Result<impl Invariant, GuardError> {
        let Some(bounds) = self.defence.price_bounds() else {
            return Err(GuardError::own(PriceBoundsUnset {}));
        };
        // One that no number holds is beyond any bound.
        let price = math::price_wad_down(self.root.get()).unwrap_or(U256::MAX);
        Ok(invariant::rate_within(bounds, move |_: &VM| Ok(price)))
    }

    /// Over a swap, the tokens that come in are worth those that go out.
    ///
    /// # Errors
    /// [`portcullis::invariant::AssetNamedTwice`].
    pub(crate) fn tokens_are_even(&self) -> Result<impl Invariant, GuardError> {
        let oracle = self.defence.oracle();
        let values = move |vm: &VM, asset: Address, amount: U256, rounding: Rounding| {
            value_wad(vm, oracle, asset, amount, rounding)
        };
        invariant::value_kept(self.tokens(), Holder::This, TOLERANCE, values)
    }

    /// Over a change of a position, what comes in is worth what goes out: tokens, and what the pool owes to positions.
    pub(crate) fn value_is_kept(&self) -> ValueWithPositions {
        ValueWithPositions {
            tokens: self.tokens(),
            oracle: self.defence.oracle(),
            owed: self.owed(),
        }
    }

    /// What is held covers what positions are.
    pub(crate) fn positions_are_covered(&self) -> impl Invariant {
        let [first, second] = self.tokens();
        let owed = self.owed();
        let owed = move |place: usize, asset: Address| match owed {
            Some(owed) => Ok(owed[place]),
            None => Err(Unmet::broken(ValueOverflow { asset })),
        };
        (
            invariant::covered(first, move |_: &VM| owed(0, first)),
            invariant::covered(second, move |_: &VM| owed(1, second)),
        )
    }
}

/// Tokens and positions together. `value_kept` measures what the pool holds of tokens; a position is none.
pub(crate) struct ValueWithPositions {
    tokens: [Address; 2],
    oracle: Address,
    owed: Option<Amounts>,
}

impl ValueWithPositions {
    fn now(&self, vm: &VM) -> Result<[Amounts; 2], Unmet> {
        let [first, second] = self.tokens;
        let held = [
            evaluated(vm, || asset::held(vm, first))?,
            evaluated(vm, || asset::held(vm, second))?,
        ];
        let owed = self
            .owed
            .ok_or_else(|| Unmet::broken(ValueOverflow { asset: first }))?;
        Ok([held, owed])
    }
}

impl Invariant for ValueWithPositions {
    type Before = [Amounts; 2];

    fn before(&self, vm: &VM) -> Result<Self::Before, Unmet> {
        self.now(vm)
    }

    fn after(&self, vm: &VM, [held_before, owed_before]: Self::Before) -> Result<(), Unmet> {
        let [held, owed] = self.now(vm)?;
        let mut flows = Flows::default();
        for (place, asset) in self.tokens.into_iter().enumerate() {
            let value_of = |amount, rounding| value_wad(vm, self.oracle, asset, amount, rounding);
            for change in [
                Change::between(held_before[place], held[place]),
                // To owe less is to have got something.
                Change::between(owed[place], owed_before[place]),
            ] {
                flows = flows
                    .add(change, value_of)?
                    .ok_or_else(|| Unmet::broken(ValueOverflow { asset }))?;
            }
        }
        if flows.are_even(TOLERANCE) {
            return Ok(());
        }
        Err(Unmet::broken(ValueLost {
            came_in_wad: flows.came_in,
            went_out_wad: flows.went_out,
            tolerance_bps: TOLERANCE.bps().into(),
        }))
    }
}
