//! What has to hold over each of the staking contract's transitions.

use crate::Staking;
use alloy_primitives::{Address, U256};
use portcullis::{
    asset,
    invariant::{
        self, evaluated,
        numbers::change::{Bounds, Change},
        BalanceOutOfBounds, Invariant, Unmet,
    },
    sdk::VM,
};
use stylus_sdk::prelude::*;

/// What is held of an asset, and what is owed of it.
struct Position {
    held: U256,
    owed: U256,
}

impl Staking {
    /// What stakers can ask for in a token: stakes and rewards.
    fn owed(&self, token: Address) -> U256 {
        self.staked.get(token).saturating_add(self.pot(token))
    }

    /// Of each reward of a token: [`Self::growth_is_owed_once`].
    pub(crate) fn rewards_are_measured(&self, token: Address) -> impl Invariant {
        let [first, second] = self.rewards_of(token);
        (self.growth_is_owed_once(first), self.growth_is_owed_once(second))
    }

    /// Of each reward of a token: [`Self::is_solvent`].
    pub(crate) fn rewards_are_covered(&self, token: Address) -> impl Invariant {
        let [first, second] = self.rewards_of(token);
        (self.is_solvent(first), self.is_solvent(second))
    }

    /// What was held of an asset has grown by no less than what is owed of it. A deposit that is counted as a reward too came in once and is owed twice.
    fn growth_is_owed_once(&self, asset: Address) -> impl Invariant {
        let (holder, owed) = (self.vm().contract_address(), self.owed(asset));
        invariant::compare(
            move |vm: &VM| {
                let held = evaluated(vm, || asset::held(vm, asset))?;
                Ok(Position { held, owed })
            },
            move |before, after| {
                let least = Change::between(before.owed, after.owed);
                let Some(bounds) = Bounds::new(least, Change::Rise(U256::MAX)) else {
                    return Ok(());
                };
                let passes = bounds.after(before.held);
                if passes.contains(after.held) {
                    return Ok(());
                }
                Err(Unmet::broken(BalanceOutOfBounds {
                    asset,
                    holder,
                    before: before.held,
                    balance: after.held,
                    lowest: passes.lowest,
                    highest: passes.highest,
                }))
            },
        )
    }

    /// What is held of an asset covers all stakes and rewards in it.
    pub(crate) fn is_solvent(&self, asset: Address) -> impl Invariant {
        let owed = self.owed(asset);
        invariant::covered(asset, move |_: &VM| Ok(owed))
    }
}
