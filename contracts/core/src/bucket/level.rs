//! What a bucket holds at a time.

use super::Limit;
use alloy_primitives::U256;

/// What a bucket held when it was last touched, in unit-seconds (an amount times the limit's time to refill).
///
/// One word:
///
/// ```text
///  255                                                              64 63                  0
/// ┌───────────────────────────────────────────────────────────────────┬─────────────────────┐
/// │ held, in unit-seconds                                             │ touched_at, seconds │
/// └───────────────────────────────────────────────────────────────────┴─────────────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Below 2^192, and at most what the limit's full bucket holds.
    held: U256,
    touched_at: u64,
}

/// A request that does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denied {
    /// What was asked for.
    pub requested: U256,
    /// What would have passed, rounded down.
    pub available: U256,
    /// The first second at which the request passes if nothing else does before; none when it is more than the capacity.
    pub retry_at: Option<u64>,
}

impl Level {
    /// A full bucket.
    pub fn full(limit: &Limit, now: u64) -> Self {
        Self {
            held: limit.full(),
            touched_at: now,
        }
    }

    /// An empty bucket.
    pub fn empty(now: u64) -> Self {
        Self {
            held: U256::ZERO,
            touched_at: now,
        }
    }

    /// When it was last touched.
    pub(super) fn touched_at(self) -> u64 {
        self.touched_at
    }

    /// Adds what has been refilled since the last touch. Does nothing when time stands still or goes back.
    #[must_use]
    pub fn settled(self, limit: &Limit, now: u64) -> Self {
        if now <= self.touched_at {
            return self;
        }
        // Invariant: 192 bits and 224 bits add up to at most 225.
        let held = self.held + limit.refilled(now - self.touched_at);
        Self {
            held: held.min(limit.full()),
            touched_at: now,
        }
    }

    /// What passes at `now`, rounded down.
    pub fn available_down(self, limit: &Limit, now: u64) -> U256 {
        limit.amount_down(self.settled(limit, now).held)
    }

    /// Takes `amount` out of the bucket.
    ///
    /// # Errors
    /// [`Denied`] when the bucket does not hold it.
    pub fn consume(self, limit: &Limit, amount: U256, now: u64) -> Result<Self, Denied> {
        let settled = self.settled(limit, now);
        let denied = |retry_at| Denied {
            requested: amount,
            available: limit.amount_down(settled.held),
            retry_at,
        };
        let cost = limit.cost_up(amount).ok_or_else(|| denied(None))?;
        match settled.held.checked_sub(cost) {
            Some(held) => Ok(Self { held, ..settled }),
            None => {
                // Invariant: the cost is the greater here, and at most a full bucket.
                let wait = limit.secs_to_refill_up(cost - settled.held);
                Err(denied(Some(settled.touched_at.saturating_add(wait))))
            }
        }
    }

    /// A bucket that holds `amount`, rounded down to a unit and cut at the capacity.
    pub fn holding_down(limit: &Limit, amount: U256, now: u64) -> Self {
        Self {
            held: limit.holding_down(amount),
            touched_at: now,
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let [low, middle, high, _] = self.held.into_limbs();
        U256::from_limbs([self.touched_at, low, middle, high])
    }

    /// The level in a stored word.
    pub fn from_word(word: U256) -> Self {
        let [touched_at, low, middle, high] = word.into_limbs();
        Self {
            held: U256::from_limbs([low, middle, high, 0]),
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
        let limit = limit(100, 20);
        let full = Level::full(&limit, 0);
        assert_eq!(
            full.consume(&limit, u(100), 0).unwrap().available_down(&limit, 0),
            u(0)
        );
        assert_eq!(
            full.consume(&limit, u(101), 0),
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
        let half = Level::full(&limit, 0).consume(&limit, u(50), 0).unwrap();
        assert_eq!(half.available_down(&limit, 0), u(50));
        assert_eq!(
            half.consume(&limit, u(50), 4).unwrap().available_down(&limit, 4),
            u(20)
        );
        assert_eq!(
            half.consume(&limit, u(70), 0),
            Err(Denied {
                requested: u(70),
                available: u(50),
                retry_at: Some(4)
            })
        );
        let empty = Level::full(&limit, 0).consume(&limit, u(100), 10_000).unwrap();
        assert_eq!(
            empty.consume(&limit, u(6), 10_001),
            Err(Denied {
                requested: u(6),
                available: u(5),
                retry_at: Some(10_002)
            })
        );
    }

    #[test]
    fn chainlinks_vector_of_capacity_50_and_rate_1() {
        let limit = limit(50, 50);
        let empty = Level::empty(0);
        for second in 0..=4 {
            assert_eq!(
                empty.consume(&limit, u(5), second),
                Err(Denied {
                    requested: u(5),
                    available: u(second),
                    retry_at: Some(5)
                })
            );
        }
        assert_eq!(
            empty.consume(&limit, u(5), 5).unwrap().available_down(&limit, 5),
            u(0)
        );
    }

    #[test]
    fn a_touch_every_second_does_not_starve_a_slow_bucket() {
        // One in 100 seconds: each second alone refills nothing that could be seen.
        let limit = limit(1, 100);
        let mut level = Level::empty(0);
        for second in 1..100 {
            level = level.consume(&limit, U256::ZERO, second).unwrap();
            assert_eq!(level.available_down(&limit, second), u(0));
        }
        assert_eq!(level.available_down(&limit, 100), u(1));
    }

    #[test]
    fn a_refill_ends_exactly_when_it_says() {
        let limit = limit(4_000_000_000_000_000_000, 86_400);
        let empty = Level::full(&limit, 7)
            .consume(&limit, limit.capacity(), 7)
            .unwrap();
        assert_eq!(empty.available_down(&limit, 86_406), u(3_999_953_703_703_703_703));
        assert_eq!(empty.available_down(&limit, 86_407), limit.capacity());
        assert_eq!(empty.available_down(&limit, u64::MAX), limit.capacity());
    }

    #[test]
    fn time_that_goes_back_stands_still() {
        let limit = limit(100, 100);
        let empty = Level::full(&limit, 1_000).consume(&limit, u(100), 1_000).unwrap();
        assert_eq!(empty.available_down(&limit, 10), u(0));
        // The wait counts from the last touch, not from the time that went back.
        assert_eq!(empty.consume(&limit, u(1), 10).unwrap_err().retry_at, Some(1_001));
        assert_eq!(empty.available_down(&limit, 1_001), u(1));
    }

    #[test]
    fn a_level_survives_its_word() {
        let limit = Limit::new(U256::MAX, super::super::MAX_REFILL_SECS).unwrap();
        let level = Level::full(&limit, u64::MAX);
        assert_eq!(Level::from_word(level.to_word()), level);
        assert_eq!(level.available_down(&limit, u64::MAX), limit.capacity());
    }

    #[test]
    fn above_two_to_the_160_amounts_are_rounded_up_to_a_unit() {
        let limit = Limit::new(U256::ONE << 255, 1_000).unwrap();
        let unit = U256::ONE << 96;
        let level = Level::full(&limit, 0).consume(&limit, U256::ONE, 0).unwrap();
        assert_eq!(level.available_down(&limit, 0), (U256::ONE << 255) - unit);
    }
}
