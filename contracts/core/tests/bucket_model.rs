//! The token bucket against a model of plain large integers, over a million random steps, and what an attacker might
//! try with it.
//!
//! The model knows nothing of words, units or unit-seconds. It keeps exact fractions of a wei, and beside them, apart from
//! any level, a ledger of what passed, from which the published bound is checked over every interval at once.

use alloy_primitives::U256;
use num_bigint::{BigInt, BigUint};
use portcullis_core::bucket::{Bucket, Denied, Limit, Slot, MAX_REFILL_SECS};
use proptest::prelude::*;
use rand::{rngs::StdRng, Rng, SeedableRng};

const DAY: u64 = 86_400;

fn big(amount: U256) -> BigInt {
    BigUint::from_bytes_be(&amount.to_be_bytes::<32>()).into()
}

fn small(amount: &BigInt) -> U256 {
    let (_, bytes) = amount.to_bytes_be();
    U256::from_be_slice(&bytes)
}

/// A granule of the capacity: the least power of two that brings it below 2^64 of them.
fn granule(capacity: U256) -> BigInt {
    BigInt::from(1) << capacity.bit_len().saturating_sub(64)
}

fn round_up(amount: &BigInt, granule: &BigInt) -> BigInt {
    (amount + granule - 1) / granule * granule
}

fn round_down(amount: &BigInt, granule: &BigInt) -> BigInt {
    amount / granule * granule
}

/// The bucket as its documentation describes it, in numerators over `refill_secs`.
struct Model {
    capacity: BigInt,
    granule: BigInt,
    refill_secs: u64,
    level: BigInt,
    touched_at: u64,
}

impl Model {
    fn full(capacity: U256, refill_secs: u64, now: u64) -> Self {
        let granule = granule(capacity);
        let capacity = round_down(&big(capacity), &granule);
        Self {
            level: &capacity * refill_secs,
            capacity,
            granule,
            refill_secs,
            touched_at: now,
        }
    }

    fn level_at(&self, now: u64) -> BigInt {
        let most = &self.capacity * self.refill_secs;
        (&self.level + &self.capacity * now.saturating_sub(self.touched_at)).min(most)
    }

    fn available(&self, now: u64) -> BigInt {
        round_down(&(self.level_at(now) / self.refill_secs), &self.granule)
    }

    fn consume(&mut self, amount: &BigInt, now: u64) -> bool {
        let level = self.level_at(now);
        let cost = round_up(amount, &self.granule) * self.refill_secs;
        let passes = cost <= level;
        if passes {
            self.level = level - cost;
            self.touched_at = self.touched_at.max(now);
        }
        passes
    }

    fn reconfigure(&mut self, capacity: U256, refill_secs: u64, now: u64) {
        let available = self.available(now);
        let missing = &self.capacity - &available;
        *self = Self::full(capacity, refill_secs, self.touched_at.max(now));
        let left = (&self.capacity - missing).max(0.into()).min(available);
        self.level = round_down(&left, &self.granule) * refill_secs;
    }
}

/// Over all intervals that end now, the most by which what passed in one exceeds what refills in it. The published bound says that
/// it never exceeds the capacity. It needs one number: an interval that ended with a deficit is better begun anew.
struct Ledger {
    excess: BigInt,
    at: u64,
}

impl Ledger {
    fn new(now: u64) -> Self {
        Self {
            excess: 0.into(),
            at: now,
        }
    }

    /// Of numbers over `refill_secs`.
    fn pass(&mut self, amount: &BigInt, limit: &Limit, now: u64) {
        let refilled = big(limit.capacity()) * now.saturating_sub(self.at);
        self.excess = (&self.excess - refilled).max(0.into()) + amount * limit.refill_secs();
        self.at = self.at.max(now);
    }

    fn assert_within(&self, limit: &Limit) {
        assert!(self.excess <= big(limit.capacity()) * limit.refill_secs());
    }
}

/// Numbers of every length up to 256 bits, each length as likely as another.
fn amount(random: &mut StdRng) -> U256 {
    let bits = random.random_range(0..=256u32);
    let limbs: [u64; 4] = random.random();
    match bits {
        0 => U256::ZERO,
        bits => U256::from_limbs(limbs) >> (256 - bits as usize),
    }
}

/// An amount about as large as what is available: a part of it, it, or one wei on either side.
fn near(available: U256, random: &mut StdRng) -> U256 {
    match random.random_range(0..8) {
        0 => available,
        1 => available.saturating_add(U256::ONE),
        2 => available.saturating_sub(U256::ONE),
        3 => U256::ONE,
        4 => amount(random),
        _ => available >> random.random_range(0..16usize),
    }
}

/// Mostly nothing or seconds, sometimes years, sometimes back.
fn step(now: u64, random: &mut StdRng) -> u64 {
    match random.random_range(0..16) {
        0..4 => now,
        4..12 => now + random.random_range(1..=60),
        12 | 13 => now + random.random_range(1..=2 * DAY),
        14 => now + random.random_range(1..=20 * 365 * DAY),
        _ => now - random.random_range(0..=now.min(100)),
    }
}

fn refill(random: &mut StdRng) -> u64 {
    match random.random_range(0..4) {
        0 => random.random_range(1..=10),
        1 => DAY,
        2 => random.random_range(1..=30 * DAY),
        _ => random.random_range(1..=MAX_REFILL_SECS),
    }
}

#[test]
fn a_million_random_steps_agree_with_the_model_and_stay_within_the_bound() {
    const BUCKETS: u64 = 1_000;
    const STEPS: u64 = 1_000;
    let (mut passed, mut denied, mut changed) = (0u64, 0u64, 0u64);
    for seed in 0..BUCKETS {
        let mut random = StdRng::seed_from_u64(seed);
        let mut now = random.random_range(0..2_000_000_000);
        let capacity = amount(&mut random).max(U256::ONE);
        let refill_secs = refill(&mut random);
        let limit = Limit::new(capacity, refill_secs).unwrap();
        let mut word = Slot::Unset.reconfigure(Some(limit), now).slot.to_word();
        let mut model = Model::full(capacity, refill_secs, now);
        let mut ledger = Ledger::new(now);
        for _ in 0..STEPS {
            now = step(now, &mut random);
            let bucket = Slot::from_word(word).open().expect("it was opened");
            let available = bucket.available_down(now);
            assert_eq!(big(available), model.available(now));
            if random.random_range(0..200) == 0 {
                let capacity = near(bucket.limit().capacity(), &mut random).max(U256::ONE);
                let refill_secs = refill(&mut random);
                let limit = Limit::new(capacity, refill_secs).unwrap();
                let change = Slot::Open(bucket).reconfigure(Some(limit), now);
                model.reconfigure(capacity, refill_secs, now);
                assert!(change.available <= change.previous_available);
                assert_eq!(change.previous_available, available);
                word = change.slot.to_word();
                // The new bound holds from here on: what is left is part of it.
                ledger = Ledger::new(model.touched_at);
                changed += 1;
                continue;
            }
            let wish = near(available, &mut random);
            match bucket.consume(wish, now) {
                Ok(after) => {
                    assert!(
                        model.consume(&big(wish), now),
                        "seed {seed}: {wish} of {available}"
                    );
                    ledger.pass(&big(wish), &bucket.limit(), now);
                    ledger.assert_within(&bucket.limit());
                    word = Slot::Open(after).to_word();
                    passed += 1;
                }
                Err(refusal) => {
                    assert!(
                        !model.consume(&big(wish), now),
                        "seed {seed}: {wish} of {available}"
                    );
                    assert_eq!((refusal.requested, refusal.available), (wish, available));
                    assert_retry(bucket, refusal);
                    denied += 1;
                }
            }
        }
    }
    // The walk is worth something only if it went everywhere.
    assert!(
        passed > 300_000 && denied > 200_000 && changed > 3_000,
        "{passed} {denied} {changed}"
    );
}

/// A denied request passes at the second it was told and not one before.
fn assert_retry(bucket: Bucket, refusal: Denied) {
    match refusal.retry_at {
        Some(retry_at) => {
            assert!(bucket.consume(refusal.requested, retry_at).is_ok());
            assert!(bucket.consume(refusal.requested, retry_at - 1).is_err());
        }
        None => assert!(refusal.requested > bucket.limit().capacity()),
    }
}

/// What an attacker gets that takes all it can at each of these times.
fn greedy(limit: Limit, times: impl Iterator<Item = u64>) -> U256 {
    let mut bucket = Bucket::full(limit, 0);
    let mut taken = U256::ZERO;
    for now in times {
        let available = bucket.available_down(now);
        bucket = bucket.consume(available, now).unwrap();
        taken += available;
    }
    taken
}

#[test]
fn draining_before_and_after_a_windows_edge_gains_nothing_beyond_the_bound() {
    let limit = Limit::new(U256::from(100), DAY).unwrap();
    // A fixed window would let 200 out in these two seconds.
    assert_eq!(greedy(limit, [DAY - 1, DAY].into_iter()), U256::from(100));
    assert_eq!(greedy(limit, [0, DAY].into_iter()), U256::from(200));
    assert_eq!(limit.bound(DAY), U256::from(200));
}

#[test]
fn draining_every_second_gets_exactly_the_bound_and_no_wei_more() {
    for capacity in [1, 99, 86_400, 1_000_000_007] {
        let limit = Limit::new(U256::from(capacity), DAY).unwrap();
        assert_eq!(greedy(limit, 0..=DAY), limit.bound(DAY), "{capacity}");
        assert_eq!(greedy(limit, 0..=1_000), limit.bound(1_000), "{capacity}");
    }
}

#[test]
fn dust_costs_at_most_a_granule_each() {
    // A million tokens of 18 decimals: 2^16 wei a granule. A thousand amounts of 1 wei use up 1,000 granules,
    // which is less than a ten-billionth of a token.
    let million = U256::from(10).pow(U256::from(24));
    let limit = Limit::new(million, DAY).unwrap();
    let mut bucket = Bucket::full(limit, 0);
    for _ in 0..1_000 {
        bucket = bucket.consume(U256::ONE, 0).unwrap();
    }
    assert_eq!(bucket.available_down(0), million - U256::from(65_536_000));
}

#[test]
fn tokens_of_no_decimals_and_of_36_are_limited_to_the_same_number() {
    for decimals in [0, 6, 18, 36] {
        let one = U256::from(10).pow(U256::from(decimals));
        let limit = Limit::new(one * U256::from(1_000), DAY).unwrap();
        let bucket = Bucket::full(limit, 0).consume(one * U256::from(400), 0).unwrap();
        // 36 decimals and three digits have 130 bits: the last of them is 2^66 wei, a hundred-quadrillionth of one.
        let lost = one * U256::from(600) - bucket.available_down(0);
        assert!(lost < U256::ONE << 67, "{decimals}: {lost}");
        assert!(bucket.consume(one * U256::from(601), 0).is_err());
    }
}

#[test]
fn a_series_of_changes_lets_through_no_more_than_the_loosest_limit_would() {
    // Back and forth between two limits, taking all each time, for a day.
    let (tight, loose) = (
        Limit::new(U256::from(50), DAY).unwrap(),
        Limit::new(U256::from(100), DAY).unwrap(),
    );
    let mut slot = Slot::Unset.reconfigure(Some(loose), 0).slot;
    let mut taken = U256::ZERO;
    for hour in 0..=24 {
        let now = hour * 3_600;
        for limit in [tight, loose] {
            let bucket = slot.reconfigure(Some(limit), now).slot.open().unwrap();
            let available = bucket.available_down(now);
            taken += available;
            slot = Slot::Open(bucket.consume(available, now).unwrap());
        }
    }
    assert!(taken <= loose.bound(DAY), "{taken}");
}

fn any_amount() -> impl Strategy<Value = U256> {
    (any::<[u64; 4]>(), 0usize..256).prop_map(|(limbs, shift)| U256::from_limbs(limbs) >> shift)
}

proptest! {
    #[test]
    fn no_word_makes_it_panic(limbs in any::<[u64; 4]>(), amount in any_amount(), now in any::<u64>()) {
        let slot = Slot::from_word(U256::from_limbs(limbs));
        if let Some(bucket) = slot.open() {
            // A word that no bucket ever wrote may hold what it likes, but the result is a bucket's again.
            if let Ok(after) = bucket.consume(amount, now) {
                prop_assert!(amount <= bucket.limit().capacity());
                prop_assert_eq!(Slot::from_word(Slot::Open(after).to_word()), Slot::Open(after));
            }
        }
        let limit = Limit::new(U256::from(7), 7).unwrap();
        let _ = slot.reconfigure(Some(limit), now);
    }

    #[test]
    fn a_pause_in_between_changes_nothing(
        capacity in any_amount(),
        refill_secs in 1..=MAX_REFILL_SECS,
        taken in any_amount(),
        cuts in proptest::collection::vec(0u64..=MAX_REFILL_SECS, 0..8),
        end in 0u64..=2 * MAX_REFILL_SECS,
    ) {
        prop_assume!(!capacity.is_zero());
        let limit = Limit::new(capacity, refill_secs).unwrap();
        let taken = taken.min(limit.capacity());
        let start = Bucket::full(limit, 0).consume(taken, 0).unwrap();
        let mut cuts: Vec<u64> = cuts.into_iter().filter(|cut| *cut <= end).collect();
        cuts.sort_unstable();
        let touched = cuts.into_iter().fold(start, |bucket, now| bucket.consume(U256::ZERO, now).unwrap());
        prop_assert_eq!(touched.settled(end), start.settled(end));
    }

    #[test]
    fn one_request_or_two_that_make_it_up(capacity in any_amount(), first in any_amount(), second in any_amount()) {
        prop_assume!(!capacity.is_zero());
        let limit = Limit::new(capacity, DAY).unwrap();
        let full = Bucket::full(limit, 0);
        let both = full.consume(first, 0).and_then(|bucket| bucket.consume(second, 0));
        if let Some(sum) = first.checked_add(second) {
            // Splitting never gets more: what passes in two pieces passes in one.
            if let Ok(both) = both {
                let whole = full.consume(sum, 0).unwrap();
                prop_assert!(whole.available_down(0) >= both.available_down(0));
            }
        } else {
            prop_assert!(both.is_err());
        }
    }

    #[test]
    fn the_model_reads_amounts_as_they_are(amount in any_amount()) {
        prop_assert_eq!(small(&big(amount)), amount);
    }
}
