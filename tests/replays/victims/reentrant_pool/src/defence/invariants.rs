//! What has to hold over each of the pool's transitions.

use crate::{curve, Pool};
use portcullis::{
    invariant::{
        self,
        numbers::{pool, price::Shares, stable::Amplification, supply::Declared},
        Invariant, PoolTooLarge, Unmet,
    },
    sdk::VM,
    GuardError,
};

const AMPLIFICATION: Amplification = match Amplification::new(curve::ANN, curve::PRECISION) {
    Some(amplification) => amplification,
    None => unreachable!(),
};

impl Pool {
    /// What accounts hold beyond the supply stays what it was, which is nothing.
    pub(crate) fn supply_is_accounted(&self) -> impl Invariant {
        let beyond = self.defence.accounts.get().wrapping_sub(self.supply.get());
        invariant::supply_conserved(move |_: &VM| Ok(beyond), |_: &VM| Ok(Declared::default()))
    }

    /// What a share is worth moves within a step, and there are enough of them.
    ///
    /// # Errors
    /// [`victim_guards::SharePriceUnset`].
    pub(crate) fn share_price_stays(&self) -> Result<impl Invariant, GuardError> {
        let (pricing, step) = self.defence.share_price.get()?;
        let (balances, supply) = (self.balances(), self.supply.get());
        Ok(invariant::share_price_within(pricing, step, move |_: &VM| {
            let assets = curve::invariant(balances).ok_or_else(|| Unmet::broken(PoolTooLarge {}))?;
            Ok(Shares { assets, supply })
        }))
    }

    /// A share's part of the invariant is no less than before: exactly, by another mathematics than the pool's.
    pub(crate) fn value_per_share_stays(&self) -> impl Invariant {
        let pool = pool::Pool {
            balances: self.balances(),
            supply: self.supply.get(),
        };
        invariant::stable_pool(AMPLIFICATION, move |_: &VM| Ok(pool))
    }
}
