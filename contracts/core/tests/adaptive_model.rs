//! The adaptive capacity against a model of large integers that goes day by day, its theorem against greedy and
//! random adversaries.

mod support;

use alloy_primitives::U256;
use num_bigint::BigInt;
use portcullis_core::{
    adaptive::{Capacity, Terms},
    bucket::{Bucket, Slot},
};
use proptest::prelude::*;
use rand::{rngs::StdRng, Rng, SeedableRng};
use support::{amount, any_amount, big, granule, near, round_down, u, DAY};

/// Terms of every size.
fn terms(random: &mut StdRng) -> Terms {
    let ceiling = amount(random).max(u(2));
    let part = |random: &mut StdRng| {
        (ceiling >> random.random_range(1..40usize))
            .max(ceiling >> 60usize)
            .max(u(1))
    };
    Terms::new(
        [part(random), ceiling, part(random)],
        random.random_range(100..=10_000),
        random.random_range(0..=5),
        random.random_range(1..=30 * DAY),
    )
    .unwrap()
}

fn down(amount: U256, terms: &Terms) -> BigInt {
    round_down(&big(amount), &granule(terms.ceiling(), 64))
}

#[test]
fn random_flows_agree_with_the_model_and_the_theorem_holds_between_all_days() {
    let (mut rose, mut fell, mut stepped) = (0u64, 0u64, 0u64);
    for seed in 0..2_000 {
        let mut random = StdRng::seed_from_u64(seed);
        let terms = terms(&mut random);
        let terms = Terms::from_word(terms.to_word()).unwrap();
        let unit = granule(terms.ceiling(), 64);
        let mut now = random.random_range(0..2_000_000_000);
        let mut capacity = Capacity::starting_at(&terms, amount(&mut random), now);
        let (mut model, mut flow) = (big(capacity.amount(&terms, now)), BigInt::ZERO);
        // The lowest of all capacities so far less what a step a day allows since.
        let mut lowest = model.clone();
        for _ in 0..300 {
            let next = now + random.random_range(0..=2 * DAY);
            for _ in now / DAY..next / DAY {
                // The definition, a day at a time.
                let target: BigInt = &flow / &unit * terms.multiple_percent() / 100 * &unit;
                let target = target.min(big(terms.ceiling())).max(big(terms.floor()));
                let parts = BigInt::from(1u32 << terms.smoothing_log2());
                let before = model.clone();
                if target >= model {
                    model += ((target - &model) / parts / &unit * &unit).min(big(terms.step()));
                    rose += u64::from(model > before);
                } else {
                    let fall: BigInt = ((&model - target) / &unit + &parts - 1) / parts * &unit;
                    model -= fall.min(big(terms.step()));
                    fell += 1;
                }
                stepped += u64::from(&model - before == big(terms.step()));
                lowest += big(terms.step());
                assert!(model <= lowest, "seed {seed}");
                lowest = lowest.min(model.clone());
                flow = BigInt::ZERO;
            }
            now = next;
            assert_eq!(big(capacity.amount(&terms, now)), model, "seed {seed}");
            assert_eq!(big(capacity.flow_today_down(&terms, now)), flow);
            let passed = near(capacity.amount(&terms, now), &mut random) >> random.random_range(0..8usize);
            capacity = Capacity::from_word(capacity.observe(&terms, passed, now).to_word()).unwrap();
            flow = (flow + down(passed, &terms)).min(&unit * u64::MAX);
        }
    }
    assert!(
        rose > 50_000 && fell > 50_000 && stepped > 20_000,
        "{rose} {fell} {stepped}"
    );
}

/// What passes and what the capacity is at the end when somebody takes a share of what is available, an hour at a
/// time, for so many days.
fn walk(terms: &Terms, start: u64, days: u64, mut share: impl FnMut(u64) -> u64) -> (U256, U256) {
    let mut capacity = Capacity::starting_at(terms, u(start), 0);
    let mut slot = Slot::Unset
        .reconfigure(Some(capacity.propose(terms, 0).unwrap()), 0)
        .slot;
    let mut taken = U256::ZERO;
    for hour in 0..24 * days {
        let now = hour * 3_600;
        slot = slot
            .reconfigure(Some(capacity.propose(terms, now).unwrap()), now)
            .slot;
        let bucket = slot.open().unwrap();
        let amount = bucket.available_down(now) * u(share(hour)) / u(100);
        // What is refused is not observed.
        assert!(bucket.consume(bucket.available_down(now) + u(1), now).is_err());
        slot = Slot::Open(bucket.consume(amount, now).unwrap());
        capacity = capacity.observe(terms, amount, now);
        taken += amount;
    }
    (taken, capacity.amount(terms, days * DAY))
}

/// From 10,000 to a billion, by 500 a day; twice a day's flow, an eighth of the way; a bucket of a day.
fn year() -> Terms {
    Terms::new([u(10_000), u(1_000_000_000), u(500)], 200, 3, DAY).unwrap()
}

/// The theorem: capacity at the beginning, and each day's refill.
fn theorem(start: u64, step: u64, days: u64) -> U256 {
    u(start + days * start + step * days * (days - 1) / 2)
}

#[test]
fn the_greedy_adversary_walks_it_up_by_a_step_a_day_and_takes_no_more_than_the_theorem_says() {
    for days in [1, 2, 30, 365] {
        let (taken, capacity) = walk(&year(), 100_000, days, |_| 100);
        assert!(capacity <= year().highest_after(u(100_000), days));
        assert!(taken <= theorem(100_000, 500, days), "{days}: {taken}");
        // It is close to the bound, so the bound is worth something.
        assert!(
            taken * u(100) > theorem(100_000, 500, days) * u(95),
            "{days}: {taken}"
        );
        assert_eq!(capacity, u(100_000 + 500 * days), "it moves the step each day");
    }
}

#[test]
fn random_adversaries_take_no_more() {
    for seed in 0..50 {
        let mut random = StdRng::seed_from_u64(seed);
        let days = random.random_range(2..60);
        let patience = random.random_range(0..30);
        let (taken, capacity) = walk(&year(), 100_000, days, |hour| {
            // Quiet first, then anything.
            if hour < patience * 24 {
                0
            } else {
                random.random_range(0..=100)
            }
        });
        assert!(capacity <= year().highest_after(u(100_000), days));
        assert!(taken <= theorem(100_000, 500, days));
    }
}

#[test]
fn asking_for_the_impossible_raises_nothing() {
    let terms = year();
    let limit = Capacity::starting_at(&terms, u(100_000), 0)
        .propose(&terms, 0)
        .unwrap();
    let bucket = Bucket::full(limit, 0);
    let capacity = Capacity::starting_at(&terms, u(100_000), 0);
    for _ in 0..1_000 {
        assert!(bucket.consume(U256::MAX, 0).is_err());
    }
    assert_eq!(capacity.amount(&terms, DAY), u(99_500));
}

#[test]
fn capacities_of_tokens_of_no_decimals_and_of_36_are_the_same_number() {
    for decimals in [0, 6, 18, 36] {
        let one = U256::from(10).pow(u(decimals));
        let terms = Terms::new([one * u(10), one * u(100_000), one * u(10)], 200, 2, DAY).unwrap();
        let capacity = Capacity::starting_at(&terms, one * u(1_000), 0).observe(&terms, one * u(600), 0);
        let lost = one * u(1_010) - capacity.amount(&terms, DAY);
        assert!(lost < U256::ONE << 80, "{decimals}: {lost}");
    }
}

proptest! {
    #[test]
    fn no_words_make_it_panic(words in any::<[[u64; 4]; 3]>(), amount in any_amount(), now in any::<u64>()) {
        let [state, from, to] = words.map(U256::from_limbs);
        if let (Some(capacity), Some(terms)) = (Capacity::from_word(state), Terms::from_word(from)) {
            let after = capacity.observe(&terms, amount, now);
            prop_assert_eq!(Capacity::from_word(after.to_word()), Some(after));
            let _ = (capacity.propose(&terms, now), capacity.next_change_at(now), terms.highest_after(amount, now));
            if let Some(to) = Terms::from_word(to) {
                let _ = capacity.retermed(&terms, &to, now);
            }
        }
    }

    #[test]
    fn a_touch_in_between_changes_nothing(
        flow in 0u64..1_000_000,
        cuts in proptest::collection::vec(0u64..1_000, 0..8),
        end in 0u64..1_000,
    ) {
        let terms = year();
        let start = Capacity::starting_at(&terms, u(500_000), 0).observe(&terms, u(flow), 0);
        let mut cuts: Vec<u64> = cuts.into_iter().filter(|cut| *cut <= end).collect();
        cuts.sort_unstable();
        let touched = cuts.into_iter().fold(start, |capacity, day| capacity.observe(&terms, U256::ZERO, day * DAY));
        prop_assert_eq!(touched.amount(&terms, end * DAY), start.amount(&terms, end * DAY));
    }
}
