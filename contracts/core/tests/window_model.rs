//! The sliding window against a model of plain large integers, over a million random steps, and what an attacker might
//! try with it.
//!
//! The model keeps every tick for ever and knows nothing of words, units or rings. Beside it, apart from any ticks, a
//! ledger of what passed checks the published bound over every interval.

mod support;

use alloy_primitives::U256;
use num_bigint::BigInt;
use portcullis_core::window::{Limit, Slot, Window, MAX_WINDOW_SECS};
use proptest::prelude::*;
use rand::{rngs::StdRng, Rng, SeedableRng};
use std::collections::BTreeMap;
use support::{
    amount, any_amount, big, denied, granule, near, round_down, round_up, secs, step, u, Ledger, DAY,
};

/// The window as its documentation describes it.
struct Model {
    limit: BigInt,
    granule: BigInt,
    window_secs: u64,
    /// What passed in each tick, to the granule.
    ticks: BTreeMap<u64, BigInt>,
    touched_at: u64,
}

impl Model {
    fn new(limit: U256, window_secs: u64, now: u64) -> Self {
        let granule = granule(limit, 64);
        Self {
            limit: round_down(&big(limit), &granule),
            granule,
            window_secs,
            ticks: BTreeMap::new(),
            touched_at: now,
        }
    }

    fn tick_secs(&self) -> u64 {
        self.window_secs.div_ceil(16)
    }

    fn tick_at(&self, now: u64, tick_secs: u64) -> u64 {
        now.max(self.touched_at) / tick_secs
    }

    fn available(&self, now: u64, tick_secs: u64) -> BigInt {
        let current = self.tick_at(now, tick_secs);
        let closed_ticks = self.window_secs.div_ceil(tick_secs);
        // The least number of granules of which 65,535 make up the limit.
        let quantum = round_up(&self.limit, &(&self.granule * 65_535)) / 65_535;
        let used: BigInt = self
            .ticks
            .range(current.saturating_sub(closed_ticks)..=current)
            .map(|(tick, passed)| {
                if *tick == current {
                    passed.clone()
                } else {
                    round_up(passed, &quantum)
                }
            })
            .sum();
        (&self.limit - used).max(0.into())
    }

    fn consume(&mut self, amount: &BigInt, now: u64, tick_secs: u64) -> bool {
        let cost = round_up(amount, &self.granule);
        let passes = cost <= self.available(now, tick_secs);
        if passes {
            *self.ticks.entry(self.tick_at(now, tick_secs)).or_default() += cost;
            self.touched_at = self.touched_at.max(now);
        }
        passes
    }

    fn reconfigure(&mut self, limit: U256, window_secs: u64, now: u64, tick_secs: u64) {
        let available = self.available(now, tick_secs);
        let used = &self.limit - &available;
        let mut next = Self::new(limit, window_secs, self.touched_at.max(now));
        let left = round_down(&(&next.limit - used).max(0.into()).min(available), &next.granule);
        let current = next.touched_at / next.tick_secs();
        next.ticks.insert(current, &next.limit - left);
        *self = next;
    }
}

#[test]
fn a_million_random_steps_agree_with_the_model_and_every_interval_stays_within_the_limit() {
    const WINDOWS: u64 = 1_000;
    const STEPS: u64 = 1_000;
    let (mut passed, mut denied, mut changed, mut full, mut intervals) = (0u64, 0u64, 0u64, 0u64, 0u64);
    for seed in 0..WINDOWS {
        let mut random = StdRng::seed_from_u64(seed);
        let mut now = random.random_range(0..2_000_000_000);
        let mut latest = now;
        let capacity = amount(&mut random).max(U256::ONE);
        let window_secs = secs(&mut random);
        let mut shortest = window_secs;
        let limit = Limit::new(capacity, window_secs).unwrap();
        let mut words = Slot::Unset.reconfigure(Some(limit), now).slot.to_words();
        let mut model = Model::new(capacity, window_secs, now);
        let mut tick_secs = model.tick_secs();
        let mut ledger = Ledger::default();
        for _ in 0..STEPS {
            now = step(now, &mut random);
            let window = Slot::from_words(words).open().expect("it was opened");
            let available = window.available_down(now);
            assert_eq!(big(available), model.available(now, tick_secs), "seed {seed}");
            if random.random_range(0..200) == 0 {
                let capacity = near(window.limit().amount(), &mut random).max(U256::ONE);
                // Half of the changes leave the window as it is.
                let window_secs = if random.random() {
                    window.limit().window_secs()
                } else {
                    secs(&mut random)
                };
                let limit = Limit::new(capacity, window_secs).unwrap();
                let change = Slot::Open(window).reconfigure(Some(limit), now);
                if limit != window.limit() {
                    model.reconfigure(capacity, window_secs, now, tick_secs);
                    tick_secs = model.tick_secs();
                    changed += 1;
                }
                assert!(change.available <= change.previous_available);
                assert_eq!(change.previous_available, available);
                words = change.slot.to_words();
                shortest = shortest.min(window_secs);
                // A change is a time that was seen too, also one to the same limit.
                latest = latest.max(now);
                model.touched_at = model.touched_at.max(now);
                continue;
            }
            let wish = near(available, &mut random);
            match window.consume(wish, now) {
                Ok(after) => {
                    assert!(
                        model.consume(&big(wish), now, tick_secs),
                        "seed {seed}: {wish} of {available}"
                    );
                    latest = latest.max(now);
                    ledger.pass(&big(wish), &big(window.limit().amount()), latest);
                    ledger.assert_every_interval(shortest, latest);
                    words = Slot::Open(after).to_words();
                    passed += 1;
                    full += u64::from(after.available_down(now).is_zero());
                }
                Err(refusal) => {
                    assert!(
                        !model.consume(&big(wish), now, tick_secs),
                        "seed {seed}: {wish} of {available}"
                    );
                    assert_eq!((refusal.requested, refusal.available), (wish, available));
                    match refusal.retry_at {
                        Some(retry_at) => {
                            assert!(window.consume(wish, retry_at).is_ok());
                            assert!(window.consume(wish, retry_at - 1).is_err());
                        }
                        None => assert!(wish > window.limit().amount()),
                    }
                    denied += 1;
                }
            }
        }
        intervals += ledger.intervals;
    }
    // The walk is worth something only if it went everywhere.
    assert!(
        passed > 300_000 && denied > 200_000 && changed > 3_000 && full > 10_000 && intervals == passed,
        "{passed} {denied} {changed} {full}"
    );
}

/// What an attacker gets that takes all it can at each of these times.
fn greedy(limit: Limit, times: impl Iterator<Item = u64>) -> U256 {
    let mut window = Window::unused(limit, 0);
    let mut taken = U256::ZERO;
    for now in times {
        let available = window.available_down(now);
        window = window.consume(available, now).unwrap();
        taken += available;
    }
    taken
}

#[test]
fn no_burst_of_twice_the_limit_at_an_edge() {
    let limit = Limit::new(u(100), DAY).unwrap();
    // A fixed window would let 200 out in these two seconds, a bucket 200 in a day.
    assert_eq!(greedy(limit, [DAY - 1, DAY].into_iter()), u(100));
    assert_eq!(greedy(limit, 0..=DAY), u(100));
    // Every edge of a tick, from either side.
    for tick in 1..=17 {
        let edge = tick * limit.tick_secs();
        assert_eq!(
            greedy(limit, [edge - 1, edge, edge + DAY - 1].into_iter()),
            u(100)
        );
    }
}

#[test]
fn the_bound_is_reached_and_not_exceeded() {
    let limit = Limit::new(u(100), DAY).unwrap();
    // From the last second of a tick on, the limit is there again a second after the window.
    let last = limit.tick_secs() - 1;
    assert_eq!(
        greedy(limit, [last, last + DAY, last + DAY + 1].into_iter()),
        u(200)
    );
    assert_eq!((limit.bound(DAY), limit.bound(DAY + 1)), (u(100), u(200)));
    for secs in [0, 1, DAY, DAY + 1, 3 * DAY] {
        assert!(greedy(limit, last..=last + secs) <= limit.bound(secs));
    }
}

#[test]
fn a_thousand_amounts_of_one_wei_in_each_tick_hold_back_less_than_a_four_thousandth() {
    // A million tokens of 18 decimals, a unit of 2^16 wei.
    let million = U256::from(10).pow(u(24));
    let limit = Limit::new(million, DAY).unwrap();
    let mut window = Window::unused(limit, 0);
    for tick in 0..=16 {
        for _ in 0..1_000 {
            window = window.consume(U256::ONE, tick * limit.tick_secs()).unwrap();
        }
    }
    let held_back = million - window.available_down(16 * limit.tick_secs());
    assert!(held_back < million / u(4_095), "{held_back}");
    // And it is gone when they are.
    assert_eq!(window.available_down(34 * limit.tick_secs()), million);
}

#[test]
fn tokens_of_no_decimals_and_of_36_are_limited_to_the_same_number() {
    for decimals in [0, 6, 18, 36] {
        let one = U256::from(10).pow(u(decimals));
        let limit = Limit::new(one * u(1_000), DAY).unwrap();
        let window = Window::unused(limit, 0).consume(one * u(400), 0).unwrap();
        let lost = one * u(600) - window.available_down(0);
        assert!(lost < U256::ONE << 67, "{decimals}: {lost}");
        assert!(window.consume(one * u(601), 0).is_err());
    }
}

#[test]
fn the_largest_amounts_do_not_wrap() {
    let limit = Limit::new(U256::MAX, MAX_WINDOW_SECS).unwrap();
    let window = Window::unused(limit, u64::MAX)
        .consume(limit.amount(), u64::MAX)
        .unwrap();
    assert_eq!(window.available_down(u64::MAX), U256::ZERO);
    let refusal = window.consume(U256::MAX, u64::MAX).unwrap_err();
    assert_eq!((refusal.requested, refusal.retry_at), (U256::MAX, None));
}

#[test]
fn a_change_in_the_middle_of_a_window_forgives_nothing() {
    let (tight, loose) = (Limit::new(u(50), DAY).unwrap(), Limit::new(u(100), DAY).unwrap());
    let mut slot = Slot::Unset.reconfigure(Some(loose), 0).slot;
    let mut taken = U256::ZERO;
    for hour in 0..=24 {
        for limit in [tight, loose] {
            let window = slot.reconfigure(Some(limit), hour * 3_600).slot.open().unwrap();
            let available = window.available_down(hour * 3_600);
            taken += available;
            slot = Slot::Open(window.consume(available, hour * 3_600).unwrap());
        }
    }
    assert_eq!(taken, u(50), "what was open at the first change");
}

#[test]
fn a_clock_that_jumps_frees_nothing_that_its_time_does_not() {
    let limit = Limit::new(u(100), DAY).unwrap();
    let window = Window::unused(limit, 1_000_000)
        .consume(u(100), 1_000_000)
        .unwrap();
    // Back by days and forward again to where it was.
    let back = window.settled(1_000_000 - 3 * DAY);
    assert_eq!(back, window);
    // A change at such a time counts from the latest that was seen.
    let changed = Slot::Open(window).reconfigure(Some(Limit::new(u(90), 16).unwrap()), 1_000_000 - 3 * DAY);
    assert_eq!(changed.slot.open().unwrap().available_down(1_000_016), u(0));
    assert_eq!(
        back.consume(u(1), 1_000_001).unwrap_err(),
        denied(1, 0, Some(1_090_800))
    );
    assert_eq!(back.available_down(1_090_799), u(0));
    assert_eq!(back.available_down(1_090_800), u(100));
}

proptest! {
    #[test]
    fn no_words_make_it_panic(words in any::<[[u64; 4]; 2]>(), amount in any_amount(), now in any::<u64>()) {
        let slot = Slot::from_words(words.map(U256::from_limbs));
        if let Some(window) = slot.open() {
            // Words that no window ever wrote may hold what they like, but the result is a window's again.
            if let Ok(after) = window.consume(amount, now) {
                prop_assert_eq!(Slot::from_words(Slot::Open(after).to_words()), Slot::Open(after));
            }
            let _ = (window.next_change_at(now), window.limit().bound(now));
        }
        let _ = slot.reconfigure(Some(Limit::new(U256::from(7), 7).unwrap()), now);
    }

    #[test]
    fn a_touch_in_between_changes_nothing(
        limit in any_amount(),
        window_secs in 1..=MAX_WINDOW_SECS,
        taken in any_amount(),
        cuts in proptest::collection::vec(0u64..=MAX_WINDOW_SECS, 0..8),
        end in 0u64..=2 * MAX_WINDOW_SECS,
    ) {
        prop_assume!(!limit.is_zero());
        let limit = Limit::new(limit, window_secs).unwrap();
        let start = Window::unused(limit, 0).consume(taken.min(limit.amount()), 0).unwrap();
        let mut cuts: Vec<u64> = cuts.into_iter().filter(|cut| *cut <= end).collect();
        cuts.sort_unstable();
        let touched = cuts.into_iter().fold(start, |window, now| window.consume(U256::ZERO, now).unwrap());
        prop_assert_eq!(touched.settled(end), start.settled(end));
    }

    #[test]
    fn what_passes_in_two_pieces_passes_in_one(limit in any_amount(), first in any_amount(), second in any_amount()) {
        prop_assume!(!limit.is_zero());
        let unused = Window::unused(Limit::new(limit, DAY).unwrap(), 0);
        if let Ok(both) = unused.consume(first, 0).and_then(|window| window.consume(second, 0)) {
            let whole = unused.consume(first + second, 0).unwrap();
            prop_assert!(whole.available_down(0) >= both.available_down(0));
        }
    }
}
