//! The terms' and the capacities' words, and the limiter that they drive.

// The storage macro names both.
use super::Adaptation;
use crate::{
    authority::Governor,
    errors, events,
    rate_limiter::{AssetClosed, RateLimiter},
    sdk,
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::{
    adaptive::{Capacity, Terms},
    bucket::Limit,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// An asset's adaptation was set, changed or stopped (zeros). `capacity` is where it stands. `loosened`: more can pass than before at some time.
    AdaptiveConfigured(asset: Address; previous_floor: U256, previous_ceiling: U256, previous_step: U256, previous_multiple_percent: u64, previous_smoothing_log2: u8, previous_refill_secs: u64, floor: U256, ceiling: U256, step: U256, multiple_percent: u64, smoothing_log2: u8, refill_secs: u64, capacity: U256, loosened: bool);
}

errors! {
    /// The asset does not adapt.
    AdaptiveTermsUnset(asset: Address);
}

/// How the buckets of all assets adapt.
#[storage]
#[derive(crate::StorageLayout)]
pub struct AdaptiveLimiter {
    /// [`Terms`] for the word of each asset's address.
    terms: StorageMap<B256, StorageU256>,
    /// A [`Capacity`].
    capacities: StorageMap<B256, StorageU256>,
}

impl AdaptiveLimiter {
    /// Takes `amount` out of the asset's bucket, which is put under today's capacity first.
    ///
    /// # Errors
    /// Those of [`RateLimiter::consume`].
    ///
    /// # Events
    /// [`crate::rate_limiter::BucketAdapted`] when the capacity is another.
    pub fn consume(
        &mut self,
        limiter: &mut RateLimiter,
        asset: Address,
        amount: U256,
    ) -> Result<(), GuardError> {
        let Some((terms, capacity)) = self.following(limiter, asset) else {
            return limiter.consume(asset, amount);
        };
        let now = self.vm().block_timestamp();
        let observed = capacity.observe(&terms, amount, now);
        let Ok(limit) = observed.propose(&terms, now) else {
            // Invariant: what follows has proposed a limit before, of the same terms.
            return limiter.consume(asset, amount);
        };
        limiter.adapt_and_consume(asset, limit, amount)?;
        self.capacities.insert(asset.into_word(), observed.to_word());
        Ok(())
    }

    /// Sets how the asset's bucket adapts, from the capacity that it has on. Terms that are looser, the first ones, and those after a limit was set by hand
    /// have to have waited.
    ///
    /// # Errors
    /// [`AssetClosed`] when there is no bucket, [`crate::setting::SettingOutOfBounds`], [`crate::setting::AmountCannotAct`] for a floor or a step of
    /// zero (or less than a unit of the ceiling) and a ceiling that is not above the floor, and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`AdaptiveConfigured`], and [`crate::rate_limiter::BucketAdapted`] when the limit is another.
    pub fn configure(
        &mut self,
        change: Change<'_>,
        limiter: &mut RateLimiter,
        asset: Address,
        to: Adaptation,
    ) -> Result<(), GuardError> {
        let in_force = limiter.limit(asset).ok_or(AssetClosed { asset })?;
        let key = asset.into_word();
        let terms = to.terms(key)?;
        let now = self.vm().block_timestamp();
        let following = self.following(limiter, asset);
        let capacity = following
            .map(|(from, capacity)| capacity.retermed(&from, &terms, now))
            // A midnight that no flow has seen yet does not raise it here, or tightening would have to wait.
            .filter(|capacity| capacity.amount(&terms, now) <= in_force.capacity())
            .unwrap_or_else(|| Capacity::starting_at(&terms, in_force.capacity(), now));
        let limit = capacity
            .propose(&terms, now)
            // Invariant: between the floor and the ceiling, with a time that was checked.
            .map_err(|_| AssetClosed { asset })?;
        // As it is stored, rounded down to units.
        let to = Adaptation::of(&terms);
        let loosened = following.is_none_or(|(from, _)| to.is_looser_than(&Adaptation::of(&from)))
            || limit.is_looser_than(&in_force);
        change.require_waited_if(loosened)?;
        limiter.adapt_and_consume(asset, limit, U256::ZERO)?;
        let previous = self.adaptation(asset);
        self.put(asset, terms.to_word(), capacity.to_word());
        self.tell(asset, previous, to, limit.capacity(), loosened);
        Ok(())
    }

    /// Stops the adaptation: the bucket stays under the limit that it has.
    ///
    /// # Errors
    /// [`AdaptiveTermsUnset`] when the asset does not adapt.
    ///
    /// # Events
    /// [`AdaptiveConfigured`], with zeros.
    pub fn stop(&mut self, _by: &Governor, asset: Address) -> Result<(), GuardError> {
        self.terms(asset).ok_or(AdaptiveTermsUnset { asset })?;
        let previous = self.adaptation(asset);
        self.put(asset, U256::ZERO, U256::ZERO);
        self.tell(asset, previous, Adaptation::default(), U256::ZERO, false);
        Ok(())
    }

    /// What of the asset may move now: also when the bucket has not seen today's capacity yet.
    pub fn available(&self, limiter: &RateLimiter, asset: Address) -> U256 {
        match self.proposed(limiter, asset) {
            Some(limit) => limiter.available_under(asset, limit),
            None => limiter.available(asset),
        }
    }

    /// Today's capacity, or none when the asset does not adapt or its limit was set by hand.
    pub fn capacity(&self, limiter: &RateLimiter, asset: Address) -> Option<U256> {
        self.proposed(limiter, asset).map(|limit| limit.capacity())
    }

    /// What has passed today, rounded down.
    pub fn flow_today(&self, asset: Address) -> U256 {
        let now = self.vm().block_timestamp();
        self.kept(asset).map_or(U256::ZERO, |(terms, capacity)| {
            capacity.flow_today_down(&terms, now)
        })
    }

    /// The next midnight, at which the capacity may change; zero when the asset does not adapt.
    pub fn next_change_at(&self, asset: Address) -> u64 {
        let now = self.vm().block_timestamp();
        self.kept(asset)
            .map_or(0, |(_, capacity)| capacity.next_change_at(now))
    }

    /// The asset's terms, or none.
    pub fn terms(&self, asset: Address) -> Option<Terms> {
        Terms::from_word(self.terms.get(asset.into_word()))
    }

    fn adaptation(&self, asset: Address) -> Adaptation {
        self.terms(asset)
            .map_or_else(Adaptation::default, |terms| Adaptation::of(&terms))
    }

    fn kept(&self, asset: Address) -> Option<(Terms, Capacity)> {
        let capacity = Capacity::from_word(self.capacities.get(asset.into_word()))?;
        Some((self.terms(asset)?, capacity))
    }

    /// The terms and the capacity, when the bucket is under the limit that they gave it last.
    #[inline(never)]
    fn following(&self, limiter: &RateLimiter, asset: Address) -> Option<(Terms, Capacity)> {
        let in_force = limiter.limit(asset)?;
        // At time zero no midnight has passed since: what was proposed last.
        self.kept(asset)
            .filter(|(terms, capacity)| capacity.propose(terms, 0) == Ok(in_force))
    }

    fn proposed(&self, limiter: &RateLimiter, asset: Address) -> Option<Limit> {
        let (terms, capacity) = self.following(limiter, asset)?;
        capacity.propose(&terms, self.vm().block_timestamp()).ok()
    }

    fn put(&mut self, asset: Address, terms: U256, capacity: U256) {
        let key = asset.into_word();
        self.terms.insert(key, terms);
        self.capacities.insert(key, capacity);
    }

    fn tell(&self, asset: Address, previous: Adaptation, to: Adaptation, capacity: U256, loosened: bool) {
        sdk::emit(
            self.vm(),
            AdaptiveConfigured {
                asset,
                previous_floor: previous.floor,
                previous_ceiling: previous.ceiling,
                previous_step: previous.step,
                previous_multiple_percent: previous.multiple_percent.into(),
                previous_smoothing_log2: previous.smoothing_log2,
                previous_refill_secs: previous.refill_secs,
                floor: to.floor,
                ceiling: to.ceiling,
                step: to.step,
                multiple_percent: to.multiple_percent.into(),
                smoothing_log2: to.smoothing_log2,
                refill_secs: to.refill_secs,
                capacity,
                loosened,
            },
        );
    }
}
