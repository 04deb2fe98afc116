//! What a bucket holds at a time, and what it lets through.

use super::Limit;
use crate::{time::LATEST, Denied};
use alloy_primitives::U256;

/// A bucket that is open: its limit, and what it held when it was last touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    limit: Limit,
    /// In unit-seconds, at most what the limit's full bucket holds, so below 2^96.
    held: u128,
    /// At most [`LATEST`].
    touched_at: u64,
}

impl Bucket {
    /// A full bucket.
    pub fn full(limit: Limit, now: u64) -> Self {
        Self::with(limit, limit.full(), now)
    }

    /// An empty bucket.
    pub fn empty(limit: Limit, now: u64) -> Self {
        Self::with(limit, 0, now)
    }

    /// A bucket that holds `amount`, rounded down to a unit and cut at the capacity.
    pub fn holding_down(limit: Limit, amount: U256, now: u64) -> Self {
        Self::with(limit, limit.holding_down(amount), now)
    }

    /// What it may let through.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// When it was last touched.
    pub fn touched_at(&self) -> u64 {
        self.touched_at
    }

    /// Adds what has been refilled since the last touch. Does nothing when time stands still or goes back.
    #[must_use]
    pub fn settled(self, now: u64) -> Self {
        let now = now.min(LATEST);
        if now <= self.touched_at {
            return self;
        }
        // Invariant: 96 bits, and a refill of at most 64 and 40 bits, add up to at most 105.
        let held = self.held + self.limit.refilled(now - self.touched_at);
        Self {
            held: held.min(self.limit.full()),
            touched_at: now,
            ..self
        }
    }

    /// What passes at `now`, rounded down.
    pub fn available_down(self, now: u64) -> U256 {
        self.limit.amount_down(self.settled(now).held)
    }

    /// Takes `amount` out of the bucket.
    ///
    /// # Errors
    /// [`Denied`] when the bucket does not hold it.
    pub fn consume(self, amount: U256, now: u64) -> Result<Self, Denied> {
        let settled = self.settled(now);
        let denied = |retry_at| Denied {
            requested: amount,
            available: self.limit.amount_down(settled.held),
            retry_at,
        };
        let cost = self.limit.cost_up(amount).ok_or_else(|| denied(None))?;
        match settled.held.checked_sub(cost) {
            Some(held) => Ok(Self { held, ..settled }),
            None => {
                // Invariant: the cost is the greater here, and at most a full bucket.
                let wait = self.limit.secs_to_refill_up(cost - settled.held);
                Err(denied(Some(settled.touched_at.saturating_add(wait))))
            }
        }
    }

    fn with(limit: Limit, held: u128, now: u64) -> Self {
        Self {
            limit,
            held,
            touched_at: now.min(LATEST),
        }
    }

    /// Its numbers as they are stored: the limit, what it held, when it was touched.
    pub(super) fn to_parts(self) -> (Limit, u128, u64) {
        (self.limit, self.held, self.touched_at)
    }

    /// The bucket of stored numbers.
    pub(super) fn from_parts(limit: Limit, held: u128, touched_at: u64) -> Self {
        Self {
            limit,
            held,
            touched_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(capacity: u64, refill_secs: u64) -> Limit {
        Limit::new(U256::from(capacity), refill_secs).unwrap()
    }

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    #[test]
    fn equality_passes_and_one_more_is_denied() {
        let full = Bucket::full(limit(100, 20), 0);
        assert_eq!(full.consume(u(100), 0).unwrap().available_down(0), u(0));
        assert_eq!(
            full.consume(u(101), 0),
            Err(Denied {
                requested: u(101),
                available: u(100),
                retry_at: None
            })
        );
    }

    #[test]
    fn chainlinks_vectors_of_capacity_100_and_rate_5() {
        let limit = limit(100, 20);
        let half = Bucket::full(limit, 0).consume(u(50), 0).unwrap();
        assert_eq!(half.available_down(0), u(50));
        assert_eq!(half.consume(u(50), 4).unwrap().available_down(4), u(20));
        assert_eq!(
            half.consume(u(70), 0),
            Err(Denied {
                requested: u(70),
                available: u(50),
                retry_at: Some(4)
            })
        );
        let empty = Bucket::full(limit, 0).consume(u(100), 10_000).unwrap();
        assert_eq!(
            empty.consume(u(6), 10_001),
            Err(Denied {
                requested: u(6),
                available: u(5),
                retry_at: Some(10_002)
            })
        );
    }

    #[test]
    fn chainlinks_vector_of_capacity_50_and_rate_1() {
        let empty = Bucket::empty(limit(50, 50), 0);
        for second in 0..=4 {
            assert_eq!(
                empty.consume(u(5), second),
                Err(Denied {
                    requested: u(5),
                    available: u(second),
                    retry_at: Some(5)
                })
            );
        }
        assert_eq!(empty.consume(u(5), 5).unwrap().available_down(5), u(0));
    }

    #[test]
    fn a_touch_every_second_does_not_starve_a_slow_bucket() {
        // One in 100 seconds: each second alone refills nothing that could be seen.
        let mut bucket = Bucket::empty(limit(1, 100), 0);
        for second in 1..100 {
            bucket = bucket.consume(U256::ZERO, second).unwrap();
            assert_eq!(bucket.touched_at(), second);
            assert_eq!(bucket.available_down(second), u(0));
        }
        assert_eq!(bucket.available_down(100), u(1));
    }

    #[test]
    fn a_refill_ends_exactly_when_it_says() {
        let limit = limit(4_000_000_000_000_000_000, 86_400);
        let empty = Bucket::full(limit, 7).consume(limit.capacity(), 7).unwrap();
        assert_eq!(empty.available_down(86_406), u(3_999_953_703_703_703_703));
        assert_eq!(empty.available_down(86_407), limit.capacity());
        assert_eq!(empty.available_down(u64::MAX), limit.capacity());
    }

    #[test]
    fn time_that_goes_back_stands_still() {
        let empty = Bucket::full(limit(100, 100), 1_000)
            .consume(u(100), 1_000)
            .unwrap();
        assert_eq!(empty.available_down(10), u(0));
        // The wait counts from the last touch, not from the time that went back.
        assert_eq!(empty.consume(u(1), 10).unwrap_err().retry_at, Some(1_001));
        assert_eq!(empty.available_down(1_001), u(1));
    }

    #[test]
    fn time_stands_still_when_its_forty_bits_end() {
        let empty = Bucket::empty(limit(100, 100), LATEST - 1);
        assert_eq!(empty.available_down(u64::MAX), u(1));
        assert_eq!(empty.settled(u64::MAX).touched_at(), LATEST);
        assert_eq!(Bucket::empty(limit(100, 100), u64::MAX).touched_at(), LATEST);
    }

    #[test]
    fn above_two_to_the_64_amounts_are_rounded_up_to_a_unit() {
        let limit = Limit::new(U256::ONE << 255, 1_000).unwrap();
        let unit = U256::ONE << 192;
        let bucket = Bucket::full(limit, 0).consume(U256::ONE, 0).unwrap();
        assert_eq!(bucket.available_down(0), (U256::ONE << 255) - unit);
        // A whole unit costs no more than that.
        let bucket = Bucket::full(limit, 0).consume(unit, 0).unwrap();
        assert_eq!(bucket.available_down(0), (U256::ONE << 255) - unit);
    }

    #[test]
    fn what_it_is_made_to_hold_is_rounded_down_and_cut() {
        let limit = Limit::new(U256::ONE << 72, 1_000).unwrap();
        let unit = U256::ONE << 9;
        let almost_two = unit + unit - U256::ONE;
        assert_eq!(Bucket::holding_down(limit, almost_two, 0).available_down(0), unit);
        assert_eq!(Bucket::holding_down(limit, U256::MAX, 0), Bucket::full(limit, 0));
    }
}
