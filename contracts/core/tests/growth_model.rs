//! The expanding ceiling against a model of exact fractions, the bound over all pairs of moments, and combined
//! limiters against trying out every second.

mod support;

use alloy_primitives::U256;
use num_bigint::BigInt;
use portcullis_core::{
    bucket,
    cap::{Cap, Transaction},
    growth::{Ceiling, Slot, Terms, MAX_EXPAND_SECS},
    scope::{consume_all, AnyLimiter, Refused, Request},
    window,
};
use proptest::prelude::*;
use rand::{rngs::StdRng, Rng, SeedableRng};
use support::{amount, any_amount, big, granule, near, round_down, secs, step, u, DAY};

/// The ceiling as its documentation describes it: numerators over `expand_secs`, in granules.
struct Model {
    maximum: BigInt,
    gap: BigInt,
    granule: BigInt,
    expand_secs: u64,
    ceiling: BigInt,
    at: u64,
}

impl Model {
    fn new(terms: (U256, U256, u64), most: Option<BigInt>, quantity: &BigInt, now: u64) -> Self {
        let granule = granule(terms.0, 59);
        let mut model = Self {
            maximum: round_down(&big(terms.0), &granule),
            gap: round_down(&big(terms.1), &granule),
            expand_secs: terms.2,
            ceiling: BigInt::ZERO,
            at: now,
            granule,
        };
        let highest = model.highest(quantity);
        let most = most.map_or(highest.clone(), |most| {
            round_down(&most, &model.granule).min(highest)
        });
        model.ceiling = most * model.expand_secs;
        model
    }

    fn highest(&self, quantity: &BigInt) -> BigInt {
        (round_down(quantity, &self.granule) + &self.gap).min(self.maximum.clone())
    }

    /// Moves time on and cuts, exactly; a ceiling that is not cut keeps its fraction.
    fn settle(&mut self, quantity: &BigInt, now: u64) {
        self.ceiling += &self.gap * now.saturating_sub(self.at);
        self.at = self.at.max(now);
        self.ceiling = self
            .ceiling
            .clone()
            .min(self.highest(quantity) * self.expand_secs);
    }

    fn down(&self) -> BigInt {
        round_down(&(&self.ceiling / self.expand_secs), &self.granule)
    }
}

#[test]
fn a_million_random_steps_agree_with_the_model_and_stay_within_the_bound_of_all_pairs() {
    let (mut grown, mut denied, mut fallen, mut changed) = (0u64, 0u64, 0u64, 0u64);
    for seed in 0..1_000 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut now = random.random_range(0..2_000_000_000);
        let terms = |random: &mut StdRng| {
            let maximum = amount(random).max(U256::from(1_000));
            let gap = (maximum >> random.random_range(0..20usize))
                .max(maximum >> 50)
                .max(U256::ONE);
            (maximum, gap, secs(random))
        };
        let numbers = terms(&mut random);
        let mut quantity = U256::ZERO;
        let set = Terms::new(numbers.0, numbers.1, numbers.2).unwrap();
        let mut word = Slot::Unset.reconfigure(Some(set), quantity, now).slot.to_word();
        let mut model = Model::new(numbers, None, &BigInt::ZERO, now);
        // The lowest of quantity less what the ceiling has risen since, over all moments before: the bound is a gap
        // above it.
        let mut lowest: Option<(BigInt, u64)> = None;
        for _ in 0..1_000 {
            // Time that goes back is tested by itself: here it would need a second clock.
            now = now.max(step(now, &mut random));
            let ceiling = Slot::from_word(word).open().expect("it was opened");
            model.settle(&big(quantity), now);
            assert_eq!(
                big(ceiling.ceiling_down(quantity, now)),
                model.down(),
                "seed {seed}"
            );
            let scale = BigInt::from(model.expand_secs);
            let (low, at) = lowest.take().unwrap_or((big(quantity) * &scale, now));
            let low = (low + &model.gap * (now - at)).min(big(quantity) * &scale);
            lowest = Some((low.clone(), now));
            let headroom = ceiling.headroom_down(quantity, now);
            match random.random_range(0..100) {
                0 => {
                    let numbers = terms(&mut random);
                    let set = Terms::new(numbers.0, numbers.1, numbers.2).unwrap();
                    let change = Slot::Open(ceiling).reconfigure(Some(set), quantity, now);
                    assert_eq!(change.previous_headroom, headroom);
                    assert!(change.headroom <= headroom);
                    model = Model::new(numbers, Some(model.down()), &big(quantity), now);
                    word = change.slot.to_word();
                    lowest = None;
                    changed += 1;
                }
                1..30 => {
                    quantity -= near(quantity >> 1usize, &mut random).min(quantity);
                    model.settle(&big(quantity), now);
                    word = Slot::Open(ceiling.decreased(quantity, now)).to_word();
                    fallen += 1;
                }
                _ => {
                    let wish = near(headroom, &mut random);
                    match ceiling.increase(quantity, wish, now) {
                        Ok(after) => {
                            quantity += wish;
                            assert!(big(quantity) <= model.down() || wish.is_zero(), "seed {seed}");
                            let bound = low + &model.gap * &scale;
                            assert!(wish.is_zero() || big(quantity) * &scale <= bound, "seed {seed}");
                            word = Slot::Open(after).to_word();
                            grown += 1;
                        }
                        Err(refusal) => {
                            assert!(big(quantity) + big(wish) > model.down(), "seed {seed}");
                            assert_eq!((refusal.requested, refusal.available), (wish, headroom));
                            match refusal.retry_at {
                                Some(at) => {
                                    assert!(ceiling.increase(quantity, wish, at).is_ok());
                                    assert!(ceiling.increase(quantity, wish, at - 1).is_err());
                                }
                                None => assert!(ceiling.increase(quantity, wish, u64::MAX).is_err()),
                            }
                            denied += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(
        grown > 300_000 && denied > 150_000 && fallen > 200_000 && changed > 5_000,
        "{grown} {denied} {fallen} {changed}"
    );
}

#[test]
fn growing_and_shrinking_in_turn_gains_nothing() {
    let terms = Terms::new(u(1_000_000), u(1_000), 100).unwrap();
    let mut ceiling = Ceiling::above(terms, u(0), 0);
    let mut quantity = u(0);
    // Up as far as it goes, down by half, up again, a thousand times in one second.
    for _ in 0..1_000 {
        let room = ceiling.headroom_down(quantity, 5);
        ceiling = ceiling.increase(quantity, room, 5).unwrap();
        quantity += room;
        quantity -= quantity / u(2);
        ceiling = ceiling.decreased(quantity, 5);
    }
    assert!(quantity + ceiling.headroom_down(quantity, 5) <= u(1_000));
}

#[test]
fn ceilings_of_tokens_of_no_decimals_and_of_36_are_the_same_number() {
    for decimals in [0, 6, 18, 36] {
        let one = U256::from(10).pow(u(decimals));
        let terms = Terms::new(one * u(1_000), one * u(100), DAY).unwrap();
        let ceiling = Ceiling::above(terms, one * u(50), 0);
        let lost = one * u(100) - ceiling.headroom_down(one * u(50), 0);
        assert!(lost <= one >> 40, "{decimals}: {lost}");
    }
}

/// A bucket, a window and a transaction, in some state.
fn limiters(random: &mut StdRng, now: u64) -> Vec<Request<AnyLimiter>> {
    let count = random.random_range(1..=8);
    let some = |random: &mut StdRng| {
        let size = U256::from(random.random_range(1..2_000_000u64));
        let used = U256::from(random.random_range(0..2_000_000u64));
        match random.random_range(0..5) {
            0 | 1 => {
                let limit = bucket::Limit::new(size, random.random_range(1..300)).unwrap();
                let full = bucket::Bucket::full(limit, now);
                AnyLimiter::Bucket(full.consume(used.min(size), now).unwrap())
            }
            2 | 3 => {
                let limit = window::Limit::new(size, random.random_range(1..300)).unwrap();
                let mut window = window::Window::unused(limit, now - 100);
                for ago in [90, 50, 7, 0] {
                    let part = (used >> random.random_range(0..8usize)).min(window.available_down(now - ago));
                    window = window.consume(part, now - ago).unwrap();
                }
                AnyLimiter::Window(window)
            }
            _ => AnyLimiter::Transaction(Transaction {
                cap: Cap::new(size).unwrap(),
                used: U256::from(random.random_range(0..10u64)),
            }),
        }
    };
    let amount = U256::from(random.random_range(1..1_000_000u64));
    (0..count)
        .map(|_| {
            let limiter = some(random);
            let amount = match limiter {
                // All that a window has: less than that passes when its tick closes.
                AnyLimiter::Window(window) if random.random() => window.available_down(now),
                _ => amount >> random.random_range(0..4usize),
            };
            Request { limiter, amount }
        })
        .collect()
}

#[test]
fn the_union_frees_at_the_first_second_at_which_all_pass() {
    let (mut never, mut later, mut asked_again) = (0u64, 0u64, 0u64);
    for seed in 0..20_000 {
        let mut random = StdRng::seed_from_u64(seed);
        let now = random.random_range(1_000..100_000);
        let requests = limiters(&mut random, now);
        let passes = |at: u64| consume_all(&mut requests.clone(), at).is_ok();
        let mut tried = requests.clone();
        let Err(refused) = consume_all(&mut tried, now) else {
            continue;
        };
        assert_eq!(tried, requests, "a refusal consumes nothing");
        let Refused::Denied {
            by,
            refusing,
            retry_at,
            ..
        } = refused
        else {
            panic!("at most eight");
        };
        // In another transaction nothing is used, so a cap passes then what is not above it.
        let alone = |place: usize, at: u64| consume_all(&mut [requests[place]], at);
        for place in 0..requests.len() {
            assert_eq!(refusing >> place & 1 == 1, alone(place, now).is_err());
        }
        let Some(retry_at) = retry_at else {
            assert!(!passes(now + 10_000));
            never += 1;
            continue;
        };
        let fresh: Vec<_> = requests
            .iter()
            .map(|request| match request.limiter {
                AnyLimiter::Transaction(transaction) => Request {
                    limiter: AnyLimiter::Transaction(Transaction {
                        used: U256::ZERO,
                        ..transaction
                    }),
                    ..*request
                },
                _ => *request,
            })
            .collect();
        assert!(consume_all(&mut fresh.clone(), retry_at).is_ok(), "seed {seed}");
        for second in now + 1..retry_at {
            assert!(consume_all(&mut fresh.clone(), second).is_err(), "seed {seed}");
        }
        if retry_at > now {
            assert!(alone(by, retry_at - 1).is_err(), "who frees last frees then");
            later += 1;
            asked_again += u64::from(refusing >> by & 1 == 0);
        }
    }
    assert!(
        never > 1_000 && later > 2_000 && asked_again > 0,
        "{never} {later} {asked_again}"
    );
}

#[test]
fn local_limiters_never_add_up_to_more_than_the_global_one() {
    let day = |capacity: u64| bucket::Limit::new(u(capacity), DAY).unwrap();
    let mut global = bucket::Bucket::full(day(150), 0);
    let mut locals = [bucket::Bucket::full(day(100), 0); 3];
    let mut taken = U256::ZERO;
    for hour in 0..=24 {
        for local in &mut locals {
            let now = hour * 3_600;
            let amount = local.available_down(now).min(global.available_down(now));
            let mut requests = [*local, global].map(|limiter| Request { limiter, amount });
            consume_all(&mut requests, now).unwrap();
            [*local, global] = requests.map(|request| request.limiter);
            taken += amount;
        }
    }
    assert_eq!(
        taken,
        day(150).bound(DAY),
        "and the locals alone would let 600 through"
    );
}

proptest! {
    #[test]
    fn no_word_makes_it_panic(limbs in any::<[u64; 4]>(), quantity in any_amount(), amount in any_amount(), now in any::<u64>()) {
        let slot = Slot::from_word(U256::from_limbs(limbs));
        if let Some(ceiling) = slot.open() {
            if let Ok(after) = ceiling.increase(quantity, amount, now) {
                prop_assert_eq!(Slot::from_word(Slot::Open(after).to_word()), Slot::Open(after));
            }
            let _ = (ceiling.decreased(quantity, now), ceiling.terms().bound(now));
        }
        let _ = slot.reconfigure(Some(Terms::new(u(7), u(7), 7).unwrap()), quantity, now);
    }

    #[test]
    fn a_touch_in_between_changes_nothing(
        maximum in any_amount(),
        gap_shift in 0usize..50,
        expand_secs in 1..=MAX_EXPAND_SECS,
        grown in any_amount(),
        cuts in proptest::collection::vec(0u64..=MAX_EXPAND_SECS, 0..8),
        end in 0u64..=2 * MAX_EXPAND_SECS,
    ) {
        prop_assume!(!(maximum >> gap_shift).is_zero());
        let terms = Terms::new(maximum, maximum >> gap_shift, expand_secs).unwrap();
        let start = Ceiling::above(terms, U256::ZERO, 0);
        let quantity = grown.min(start.headroom_down(U256::ZERO, 0));
        let start = start.increase(U256::ZERO, quantity, 0).unwrap();
        let mut cuts: Vec<u64> = cuts.into_iter().filter(|cut| *cut <= end).collect();
        cuts.sort_unstable();
        let touched = cuts.into_iter().fold(start, |ceiling, now| ceiling.decreased(quantity, now));
        prop_assert_eq!(touched.ceiling_down(quantity, end), start.ceiling_down(quantity, end));
    }
}
