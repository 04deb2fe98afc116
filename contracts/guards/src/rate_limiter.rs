//! How much of an asset may move in a time, asset by asset.
//!
//! # Design
//! - A token bucket for each asset ([`portcullis_core::bucket`]): in any window of `W` seconds at most `capacity + capacity · W / refill_secs`
//!   moves. One word an asset: one read and one write when something moves.
//! - One limiter counts one direction, gross: what comes in makes no room for what goes out. A contract that limits both has two.
//! - An asset that was never set, or was closed, is closed: a new asset is not an unlimited one.
//! - Nothing is stored when a request is denied, and no event tells of one that passes: the contract's own event does.
//!
//! # Trust assumptions
//! - The contract calls [`RateLimiter::consume`] with what moves, once, before it moves.
//! - Whoever moves an honest amount first is served first: an attacker who may move amounts at all can use up the
//!   bucket. That costs it what it moves; a size for the bucket says how much that is.
//!
//! # The attack
//! Whatever let an attacker forge a withdrawal (stolen keys, a wrong proof), it lets it ask again and again. What it gets is
//! the bound above, for as long as it takes somebody to pause.

// The storage macro names both.
use crate::{arguments, authority::Governor, errors, events, sdk, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::{
    bucket::{Bucket, InvalidLimit, Limit, Slot, MAX_REFILL_SECS},
    Denied,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// An asset's bucket was set, changed or closed (a capacity of zero). `loosened`: more passes than before in some window.
    BucketConfigured(asset: Address; previous_capacity: U256, previous_refill_secs: u64, capacity: U256, refill_secs: u64, previous_available: U256, available: U256, loosened: bool);
    /// An asset's bucket follows what flows: [`crate::adaptive_limiter`] set another capacity, within the terms that the governor set.
    BucketAdapted(asset: Address; previous_capacity: U256, capacity: U256, previous_available: U256, available: U256);
}

arguments! {
    /// What of an asset leaves at once.
    pub struct BucketTerms {
        /// Which asset.
        pub asset: Address,
        /// How much.
        pub capacity: U256,
        /// The time in which that refills.
        pub refill_secs: u64,
    }
}

errors! {
    /// More than the limiter has. `retryAt` is the first second at which the same request passes if nothing else does
    /// before; the largest number means never.
    RateLimited(asset: Address, requested: U256, available: U256, retry_at: u64);
    /// The asset has no limiter.
    AssetClosed(asset: Address);
    /// A bucket of nothing; close it instead.
    CapacityZero(asset: Address);
    /// The time to refill is not within 1 and the maximum.
    RefillOutOfBounds(asset: Address, refill_secs: u64, maximum_secs: u64);
}

/// `retryAt` of a request that never passes.
pub const NEVER: u64 = u64::MAX;

/// When what was asked of a limiter at `now` passes. One that is closed was not asked.
pub(crate) fn ready_at<T>(asked: Option<Result<T, Denied>>, now: u64) -> u64 {
    match asked {
        Some(Ok(_)) => now,
        Some(Err(denied)) => denied.retry_at.unwrap_or(NEVER),
        None => NEVER,
    }
}

/// The buckets of all assets in one direction.
#[storage]
#[derive(crate::StorageLayout)]
pub struct RateLimiter {
    /// A [`Slot`] for the word of each asset's address: the same place as by the address, and one kind of map for all guards.
    buckets: StorageMap<B256, StorageU256>,
}

impl RateLimiter {
    /// Requires that the asset has a bucket.
    ///
    /// # Errors
    /// [`AssetClosed`].
    pub fn check_open(&self, asset: Address) -> Result<(), GuardError> {
        self.open(asset).map(drop)
    }

    /// Takes `amount` out of the asset's bucket.
    ///
    /// # Errors
    /// [`RateLimited`] when the bucket does not hold it, [`AssetClosed`] when there is none.
    pub fn consume(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let bucket = self.open(asset)?;
        self.consume_from(asset, bucket, amount)
    }

    /// Puts the asset's bucket under another limit, within terms that have waited, and takes `amount` out of it. Both or neither.
    ///
    /// # Errors
    /// Those of [`RateLimiter::consume`].
    ///
    /// # Events
    /// [`BucketAdapted`] when the limit is another.
    pub(crate) fn adapt_and_consume(
        &mut self,
        asset: Address,
        limit: Limit,
        amount: U256,
    ) -> Result<(), GuardError> {
        let previous = self.open(asset)?;
        if previous.limit() == limit {
            return self.consume_from(asset, previous, amount);
        }
        let now = self.vm().block_timestamp();
        let change = Slot::Open(previous).reconfigure(Some(limit), now);
        // Invariant: what is put under a limit is open.
        let bucket = change.slot.open().unwrap_or(previous);
        self.consume_from(asset, bucket, amount)?;
        sdk::emit(
            self.vm(),
            BucketAdapted {
                asset,
                previous_capacity: previous.limit().capacity(),
                capacity: limit.capacity(),
                previous_available: change.previous_available,
                available: change.available,
            },
        );
        Ok(())
    }

    /// Sets the asset's bucket. The first time it starts full; after that nothing is added to what is available at once. A limit that
    /// lets more pass in some window than the one before has to have waited.
    ///
    /// # Errors
    /// [`CapacityZero`], [`RefillOutOfBounds`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`BucketConfigured`].
    pub fn configure(
        &mut self,
        change: Change<'_>,
        asset: Address,
        capacity: U256,
        refill_secs: u64,
    ) -> Result<(), GuardError> {
        let limit = Limit::new(capacity, refill_secs).map_err(|invalid| match invalid {
            InvalidLimit::ZeroCapacity => GuardError::from(CapacityZero { asset }),
            InvalidLimit::RefillOutOfBounds { refill_secs } => RefillOutOfBounds {
                asset,
                refill_secs,
                maximum_secs: MAX_REFILL_SECS,
            }
            .into(),
        })?;
        self.reconfigure(asset, Some(limit), Some(change))
    }

    /// Closes the asset's bucket. Set again, it starts empty.
    ///
    /// # Errors
    /// [`AssetClosed`] when it has none.
    ///
    /// # Events
    /// [`BucketConfigured`], with a capacity of zero.
    pub fn close(&mut self, _by: &Governor, asset: Address) -> Result<(), GuardError> {
        self.check_open(asset)?;
        self.reconfigure(asset, None, None)
    }

    /// What of the asset may move now.
    pub fn available(&self, asset: Address) -> U256 {
        let now = self.vm().block_timestamp();
        self.slot(asset)
            .open()
            .map_or(U256::ZERO, |bucket| bucket.available_down(now))
    }

    /// The first second at which `amount` may move if nothing moves before: now when it may at once, [`NEVER`] when it is more than the bucket ever holds, or closed.
    pub fn ready_at(&self, asset: Address, amount: U256) -> u64 {
        let now = self.vm().block_timestamp();
        let asked = self.slot(asset).open().map(|bucket| bucket.consume(amount, now));
        ready_at(asked, now)
    }

    /// The first second at which the bucket is full if nothing moves before: now when it is, [`NEVER`] when it is closed.
    pub fn full_at(&self, asset: Address) -> u64 {
        let capacity = self.limit(asset).map_or(U256::ZERO, |limit| limit.capacity());
        self.ready_at(asset, capacity)
    }

    /// The asset's limit, or none when it is closed.
    pub fn limit(&self, asset: Address) -> Option<Limit> {
        self.slot(asset).open().map(|bucket| bucket.limit())
    }

    /// What of the asset could move now if its bucket were put under another limit.
    pub(crate) fn available_under(&self, asset: Address, limit: Limit) -> U256 {
        let slot = self.slot(asset);
        let change = slot.reconfigure(Some(limit), self.vm().block_timestamp());
        slot.open().map_or(U256::ZERO, |_| change.available)
    }

    fn slot(&self, asset: Address) -> Slot {
        Slot::from_word(self.buckets.get(asset.into_word()))
    }

    fn keep(&mut self, asset: Address, slot: Slot) {
        self.buckets.insert(asset.into_word(), slot.to_word());
    }

    fn open(&self, asset: Address) -> Result<Bucket, GuardError> {
        self.slot(asset)
            .open()
            .ok_or_else(|| AssetClosed { asset }.into())
    }

    /// Takes `amount` out of the bucket, and keeps it as the asset's.
    fn consume_from(&mut self, asset: Address, bucket: Bucket, amount: U256) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let bucket = bucket.consume(amount, now).map_err(
            |Denied {
                 requested,
                 available,
                 retry_at,
             }| {
                RateLimited {
                    asset,
                    requested,
                    available,
                    retry_at: retry_at.unwrap_or(NEVER),
                }
            },
        )?;
        self.keep(asset, Slot::Open(bucket));
        Ok(())
    }

    /// Puts the asset under `to`; what loosens has to have waited.
    fn reconfigure(
        &mut self,
        asset: Address,
        to: Option<Limit>,
        by: Option<Change<'_>>,
    ) -> Result<(), GuardError> {
        let previous = self.slot(asset);
        let change = previous.reconfigure(to, self.vm().block_timestamp());
        // Closing tightens, and has nobody to ask.
        if let Some(by) = by {
            by.require_waited_if(change.loosened)?;
        }
        self.keep(asset, change.slot);
        let numbers =
            |limit: Option<Limit>| limit.map_or((U256::ZERO, 0), |l| (l.capacity(), l.refill_secs()));
        let (previous_capacity, previous_refill_secs) = numbers(previous.open().map(|bucket| bucket.limit()));
        let (capacity, refill_secs) = numbers(to);
        sdk::emit(
            self.vm(),
            BucketConfigured {
                asset,
                previous_capacity,
                previous_refill_secs,
                capacity,
                refill_secs,
                previous_available: change.previous_available,
                available: change.available,
                loosened: change.loosened,
            },
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        abi::Event,
        fixture::{chain_at, last_log, u, OTHER, TOKEN},
        timelock::{OperationNotReady, Timelock},
    };
    use stylus_sdk::testing::TestVM;

    fn limiter() -> (TestVM, RateLimiter, Governor) {
        let (test, governor, _) = chain_at(1_000);
        (test.clone(), RateLimiter::from(&test), governor)
    }

    /// Sets a bucket under a timelock without a delay.
    fn configure(
        test: &TestVM,
        limiter: &mut RateLimiter,
        by: &Governor,
        asset: Address,
        capacity: U256,
        refill_secs: u64,
    ) -> Result<(), GuardError> {
        let mut timelock = Timelock::from(test);
        limiter.configure(timelock.change(by, &[]), asset, capacity, refill_secs)
    }

    #[test]
    fn an_asset_that_was_never_set_is_closed() {
        let (_, mut limiter, governor) = limiter();
        assert_eq!(
            limiter.consume(TOKEN, u(0)),
            Err(AssetClosed { asset: TOKEN }.into())
        );
        assert_eq!(
            limiter.check_open(TOKEN),
            Err(AssetClosed { asset: TOKEN }.into())
        );
        assert_eq!(
            limiter.close(&governor, TOKEN),
            Err(AssetClosed { asset: TOKEN }.into())
        );
        assert_eq!((limiter.available(TOKEN), limiter.limit(TOKEN)), (u(0), None));
    }

    #[test]
    fn a_monitor_sees_when_an_amount_fits_and_when_it_is_full() {
        let (test, mut limiter, governor) = limiter();
        configure(&test, &mut limiter, &governor, TOKEN, u(100), 20).unwrap();
        assert_eq!(
            (limiter.ready_at(TOKEN, u(100)), limiter.full_at(TOKEN)),
            (1_000, 1_000)
        );
        limiter.consume(TOKEN, u(50)).unwrap();
        let before = test.snapshot().storage;
        for (amount, at) in [(50, 1_000), (51, 1_001), (70, 1_004), (100, 1_010), (101, NEVER)] {
            assert_eq!(limiter.ready_at(TOKEN, u(amount)), at, "{amount}");
        }
        assert_eq!(limiter.full_at(TOKEN), 1_010);
        assert_eq!(
            (limiter.ready_at(OTHER, u(0)), limiter.full_at(OTHER)),
            (NEVER, NEVER)
        );
        assert_eq!(test.snapshot().storage, before);
        test.set_block_timestamp(1_003);
        assert!(limiter.consume(TOKEN, u(70)).is_err());
        test.set_block_timestamp(1_004);
        limiter.consume(TOKEN, u(70)).unwrap();
        test.set_block_timestamp(2_000);
        assert_eq!(limiter.full_at(TOKEN), 2_000);
    }

    #[test]
    fn what_passes_is_taken_and_comes_back_with_time() {
        let (test, mut limiter, governor) = limiter();
        configure(&test, &mut limiter, &governor, TOKEN, u(100), 20).unwrap();
        limiter.consume(TOKEN, u(50)).unwrap();
        assert_eq!(limiter.available(TOKEN), u(50));
        assert_eq!(
            limiter.consume(TOKEN, u(70)),
            Err(RateLimited {
                asset: TOKEN,
                requested: u(70),
                available: u(50),
                retry_at: 1_004
            }
            .into())
        );
        assert_eq!(
            limiter.consume(TOKEN, u(101)),
            Err(RateLimited {
                asset: TOKEN,
                requested: u(101),
                available: u(50),
                retry_at: NEVER
            }
            .into())
        );
        test.set_block_timestamp(1_004);
        limiter.consume(TOKEN, u(70)).unwrap();
        assert_eq!(limiter.available(TOKEN), u(0));
    }

    #[test]
    fn a_denied_request_stores_nothing() {
        let (test, mut limiter, governor) = limiter();
        configure(&test, &mut limiter, &governor, TOKEN, u(100), 20).unwrap();
        limiter.consume(TOKEN, u(100)).unwrap();
        let before = test.snapshot().storage;
        test.set_block_timestamp(1_001);
        assert!(limiter.consume(TOKEN, u(6)).is_err());
        assert_eq!(test.snapshot().storage, before);
    }

    #[test]
    fn one_assets_bucket_is_not_anothers() {
        let (test, mut limiter, governor) = limiter();
        configure(&test, &mut limiter, &governor, TOKEN, u(100), 20).unwrap();
        configure(&test, &mut limiter, &governor, OTHER, u(7), 20).unwrap();
        limiter.consume(TOKEN, u(100)).unwrap();
        assert_eq!((limiter.available(TOKEN), limiter.available(OTHER)), (u(0), u(7)));
    }

    #[test]
    fn a_bucket_takes_one_word() {
        let (test, mut limiter, governor) = limiter();
        configure(&test, &mut limiter, &governor, TOKEN, u(100), 20).unwrap();
        limiter.consume(TOKEN, u(1)).unwrap();
        assert_eq!(test.snapshot().storage.len(), 1);
    }

    #[test]
    fn every_change_is_told_with_its_old_and_new_numbers() {
        let (test, mut limiter, governor) = limiter();
        configure(&test, &mut limiter, &governor, TOKEN, u(100), 20).unwrap();
        let configured = BucketConfigured {
            asset: TOKEN,
            previous_capacity: u(0),
            previous_refill_secs: 0,
            capacity: u(100),
            refill_secs: 20,
            previous_available: u(0),
            available: u(100),
            loosened: true,
        };
        assert_eq!(last_log(&test), configured.encode());
        configure(&test, &mut limiter, &governor, TOKEN, u(30), 20).unwrap();
        let tightened = BucketConfigured {
            previous_capacity: u(100),
            previous_refill_secs: 20,
            capacity: u(30),
            previous_available: u(100),
            available: u(30),
            loosened: false,
            ..configured
        };
        assert_eq!(last_log(&test), tightened.encode());
        limiter.close(&governor, TOKEN).unwrap();
        let closed = BucketConfigured {
            previous_capacity: u(30),
            capacity: u(0),
            refill_secs: 0,
            previous_available: u(30),
            available: u(0),
            ..tightened
        };
        assert_eq!(last_log(&test), closed.encode());
        assert_eq!(
            limiter.consume(TOKEN, u(1)),
            Err(AssetClosed { asset: TOKEN }.into())
        );
        configure(&test, &mut limiter, &governor, TOKEN, u(30), 20).unwrap();
        assert_eq!(limiter.available(TOKEN), u(0), "set again, it starts empty");
    }

    #[test]
    fn when_so_much_may_move_again_is_told_to_the_second() {
        let (test, mut limiter, governor) = limiter();
        assert_eq!(limiter.ready_at(TOKEN, u(1)), NEVER, "it is closed");
        configure(&test, &mut limiter, &governor, TOKEN, u(100), 20).unwrap();
        assert_eq!(limiter.ready_at(TOKEN, u(100)), 1_000);
        assert_eq!(limiter.ready_at(TOKEN, u(101)), NEVER);
        limiter.consume(TOKEN, u(60)).unwrap();
        let before = test.snapshot().storage;
        assert_eq!(limiter.ready_at(TOKEN, u(40)), 1_000);
        assert_eq!(limiter.ready_at(TOKEN, u(41)), 1_001, "five a second");
        assert_eq!(limiter.ready_at(TOKEN, u(100)), 1_012);
        assert_eq!(test.snapshot().storage, before);
    }

    #[test]
    fn a_larger_bucket_waits_and_a_smaller_one_does_not() {
        const CALL: &[u8] = b"the call";
        let (test, mut limiter, governor) = limiter();
        configure(&test, &mut limiter, &governor, TOKEN, u(100), 20).unwrap();
        let mut timelock = Timelock::from(&test);
        timelock.set_delay(&governor, &[], 60).unwrap();
        let before = test.snapshot().storage;
        let operation = test.native_keccak256(CALL);
        let unscheduled = GuardError::from(OperationNotReady {
            operation,
            ready_at: 0,
            expires_at: 0,
        });
        for (asset, capacity, refill_secs) in
            [(TOKEN, 101, 20), (TOKEN, 100, 19), (TOKEN, 6, 1), (OTHER, 1, 20)]
        {
            let change = timelock.change(&governor, CALL);
            assert_eq!(
                limiter.configure(change, asset, u(capacity), refill_secs),
                Err(unscheduled.clone()),
                "{capacity} in {refill_secs}"
            );
        }
        assert_eq!(test.snapshot().storage, before);

        let change = timelock.change(&governor, CALL);
        limiter.configure(change, TOKEN, u(99), 20).unwrap();
        assert_eq!(limiter.available(TOKEN), u(99));
        timelock.schedule(&governor, CALL).unwrap();
        test.set_block_timestamp(1_060);
        let change = timelock.change(&governor, CALL);
        limiter.configure(change, TOKEN, u(200), 20).unwrap();
        assert_eq!(limiter.available(TOKEN), u(99), "and adds nothing at once");
        let change = timelock.change(&governor, CALL);
        assert!(limiter.configure(change, TOKEN, u(300), 20).is_err(), "once");
    }

    #[test]
    fn a_limit_that_cannot_act_is_refused() {
        let (test, mut limiter, governor) = limiter();
        assert_eq!(
            configure(&test, &mut limiter, &governor, TOKEN, u(0), 20),
            Err(CapacityZero { asset: TOKEN }.into())
        );
        let refused = |refill_secs| {
            Err(RefillOutOfBounds {
                asset: TOKEN,
                refill_secs,
                maximum_secs: 315_360_000,
            }
            .into())
        };
        assert_eq!(
            configure(&test, &mut limiter, &governor, TOKEN, u(1), 0),
            refused(0)
        );
        assert_eq!(
            configure(&test, &mut limiter, &governor, TOKEN, u(1), 315_360_001),
            refused(315_360_001)
        );
        assert_eq!(limiter.limit(TOKEN), None);
    }
}
