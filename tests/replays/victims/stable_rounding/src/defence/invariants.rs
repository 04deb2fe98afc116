//! What has to hold over each swap and over each batch of them.

use crate::{math, Pool};
use portcullis::{
    invariant::{
        self,
        numbers::{pool, price::Shares, stable::Amplification},
        Invariant, PoolTooLarge, Unmet,
    },
    sdk::VM,
    GuardError,
};

const AMPLIFICATION: Amplification = match Amplification::new(math::AMPLIFICATION, math::PRECISION) {
    Some(amplification) => amplification,
    None => unreachable!(),
};

impl Pool {
    /// What a share is worth moves within a step, and there are enough of them.
    ///
    /// # Errors
    /// [`victim_guards::SharePriceUnset`].
    pub(crate) fn share_price_stays(&self) -> Result<impl Invariant, GuardError> {
        let (pricing, step) = self.defence.share_price.get()?;
        let (assets, supply) = (self.invariant_now().ok(), self.supply.get());
        Ok(invariant::share_price_within(pricing, step, move |_: &VM| {
            let assets = assets.ok_or_else(|| Unmet::broken(PoolTooLarge {}))?;
            Ok(Shares { assets, supply })
        }))
    }

    /// A share's part of the invariant is no less than before: exactly, by another mathematics than the pool's.
    pub(crate) fn value_per_share_stays(&self) -> impl Invariant {
        let (balances, supply) = (self.scaled_balances().ok(), self.supply.get());
        invariant::stable_pool(AMPLIFICATION, move |_: &VM| {
            let balances = balances.ok_or_else(|| Unmet::broken(PoolTooLarge {}))?;
            Ok(pool::Pool { balances, supply })
        })
    }
}
