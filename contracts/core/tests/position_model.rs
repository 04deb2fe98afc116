//! The net position against exact integers, its published bound over every interval, and the attack that it is named for.

mod support;

use alloy_primitives::U256;
use num_bigint::BigInt;
use portcullis_core::{
    bucket,
    position::{Bounds, Position, MAX_DECAY_SECS},
};
use proptest::prelude::*;
use rand::{rngs::StdRng, Rng, SeedableRng};
use support::{amount, any_amount, big, granule, near, round_down, round_up, secs, step, u, DAY};

/// In numerators over `decay_secs`.
struct Model {
    max_in: BigInt,
    max_out: BigInt,
    granule: BigInt,
    decay_secs: u64,
    net: BigInt,
    at: u64,
}

impl Model {
    fn settle(&mut self, now: u64) {
        let secs = now.saturating_sub(self.at);
        self.at = self.at.max(now);
        self.net = if self.net > BigInt::ZERO {
            (&self.net - &self.max_in * secs).max(BigInt::ZERO)
        } else {
            (&self.net + &self.max_out * secs).min(BigInt::ZERO)
        };
    }

    fn room(&self, side: &BigInt, spare: &BigInt) -> BigInt {
        let room = (side * self.decay_secs + spare).max(BigInt::ZERO);
        round_down(&(room / self.decay_secs), &self.granule)
    }
}

#[test]
fn random_flows_agree_with_the_model_and_stay_within_the_bound() {
    let (mut passed, mut denied, mut bought) = (0u64, 0u64, 0u64);
    for seed in 0..1_000 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut now = random.random_range(0..2_000_000_000);
        let max_in = amount(&mut random).max(u(1));
        let max_out = (max_in >> random.random_range(0..40usize)).max(u(1));
        let (max_in, max_out) = if random.random() {
            (max_in, max_out)
        } else {
            (max_out, max_in)
        };
        let decay_secs = secs(&mut random);
        let bounds = Bounds::where_an_inflow_buys_an_outflow(max_in, max_out, decay_secs).unwrap();
        let bounds = Bounds::from_word(bounds.to_word()).unwrap();
        let granule = granule(max_in.max(max_out), 63);
        let mut model = Model {
            max_in: round_down(&big(max_in), &granule),
            max_out: round_down(&big(max_out), &granule),
            granule,
            decay_secs,
            net: BigInt::ZERO,
            at: now,
        };
        let mut position = Position::default();
        // Over all intervals that end now, the most by which net outflow exceeds what decays in one, times the decay
        // time.
        let mut excess = BigInt::ZERO;
        let mut last = now;
        for _ in 0..500 {
            now = now.max(step(now, &mut random));
            model.settle(now);
            excess = (&excess - &model.max_out * (now - last)).max(BigInt::ZERO);
            last = now;
            let rooms = (
                position.available_in_down(&bounds, now),
                position.available_out_down(&bounds, now),
            );
            let spare = model.net.clone();
            assert_eq!(big(rooms.0), model.room(&model.max_in, &-&spare), "seed {seed}");
            assert_eq!(big(rooms.1), model.room(&model.max_out, &spare), "seed {seed}");
            let inward: bool = random.random();
            let wish = near(if inward { rooms.0 } else { rooms.1 }, &mut random);
            let after = if inward {
                position.bring_in(&bounds, wish, now)
            } else {
                position.take_out(&bounds, wish, now)
            };
            match after {
                Ok(after) => {
                    let scale = BigInt::from(decay_secs);
                    if inward {
                        model.net += round_down(&big(wish), &model.granule) * &scale;
                        excess = (&excess - big(wish) * &scale).max(BigInt::ZERO);
                    } else {
                        model.net -= round_up(&big(wish), &model.granule) * &scale;
                        excess += big(wish) * &scale;
                        bought += u64::from(wish > bounds.max_out());
                    }
                    assert!(excess <= (&model.max_in + &model.max_out) * &scale, "seed {seed}");
                    position = Position::from_word(after.to_word());
                    passed += 1;
                }
                Err(refusal) => {
                    assert_eq!(
                        (refusal.requested, refusal.available),
                        (wish, if inward { rooms.0 } else { rooms.1 })
                    );
                    assert!(wish > refusal.available);
                    let at = |time: u64| {
                        if inward {
                            position.bring_in(&bounds, wish, time)
                        } else {
                            position.take_out(&bounds, wish, time)
                        }
                    };
                    match refusal.retry_at {
                        Some(time) => assert!(at(time).is_ok() && at(time - 1).is_err(), "seed {seed}"),
                        None => assert!(at(u64::MAX).is_err()),
                    }
                    denied += 1;
                }
            }
        }
    }
    assert!(
        passed > 250_000 && denied > 90_000 && bought > 10_000,
        "{passed} {denied} {bought}"
    );
}

#[test]
fn in_then_out_is_what_this_allows_and_a_bucket_does_not() {
    let bounds = Bounds::where_an_inflow_buys_an_outflow(u(1_000_000), u(100), DAY).unwrap();
    let netted = Position::default().bring_in(&bounds, u(1_000_000), 5).unwrap();
    assert_eq!(netted.available_out_down(&bounds, 5), u(1_000_100));
    assert!(netted.take_out(&bounds, u(1_000_100), 5).is_ok());
    assert_eq!(bounds.bound_out(0), u(1_000_100));
    // Gross, an inflow buys nothing.
    let gross = bucket::Bucket::full(bucket::Limit::new(u(100), DAY).unwrap(), 5);
    assert!(gross.consume(u(101), 5).is_err());
}

#[test]
fn bounds_of_tokens_of_no_decimals_and_of_36_are_the_same_number() {
    for decimals in [0, 6, 18, 36] {
        let one = U256::from(10).pow(u(decimals));
        let bounds = Bounds::where_an_inflow_buys_an_outflow(one * u(500), one * u(100), DAY).unwrap();
        let out = Position::default().take_out(&bounds, one * u(40), 0).unwrap();
        let lost = one * u(60) - out.available_out_down(&bounds, 0);
        assert!(lost < U256::ONE << 68, "{decimals}: {lost}");
    }
}

fn any_bounds() -> impl Strategy<Value = Bounds> {
    (any_amount(), 0usize..60, any::<bool>(), 1..=MAX_DECAY_SECS).prop_filter_map(
        "zero",
        |(large, shift, out, secs)| {
            let (large, less) = (large, large >> shift);
            let (max_in, max_out) = if out { (less, large) } else { (large, less) };
            Bounds::where_an_inflow_buys_an_outflow(max_in, max_out, secs).ok()
        },
    )
}

proptest! {
    #[test]
    fn no_words_make_it_panic(words in any::<[[u64; 4]; 2]>(), amount in any_amount(), now in any::<u64>(), to in any_bounds()) {
        let position = Position::from_word(U256::from_limbs(words[0]));
        prop_assert_eq!(Position::from_word(position.to_word()), position);
        if let Some(bounds) = Bounds::from_word(U256::from_limbs(words[1])) {
            let _ = (position.bring_in(&bounds, amount, now), position.take_out(&bounds, amount, now));
            let _ = (position.available_in_down(&bounds, now), position.rebounded(&bounds, &to, now));
            let _ = (bounds.bound_in(now), bounds.bound_out(now));
        }
    }

    #[test]
    fn under_other_bounds_no_more_goes_out_at_once(
        from in any_bounds(), to in any_bounds(), inward in any_amount(), outward in any_amount(), now in 0..MAX_DECAY_SECS,
    ) {
        let start = Position::default();
        let position = start.bring_in(&from, inward, 0).unwrap_or(start);
        let position = position.take_out(&from, outward, now).unwrap_or(position);
        let before = position.available_out_down(&from, now);
        let after = position.rebounded(&from, &to, now);
        prop_assert!(after.available_out_down(&to, now) <= before);
        prop_assert!(after.available_out_down(&to, now) <= to.max_in().saturating_add(to.max_out()));
    }

    #[test]
    fn a_touch_in_between_changes_nothing(
        bounds in any_bounds(),
        flow in any_amount(),
        cuts in proptest::collection::vec(0u64..=MAX_DECAY_SECS, 0..8),
        end in 0u64..=MAX_DECAY_SECS,
    ) {
        let start = Position::default();
        let start = start.take_out(&bounds, flow.min(bounds.max_out()), 0).unwrap();
        let mut cuts: Vec<u64> = cuts.into_iter().filter(|cut| *cut <= end).collect();
        cuts.sort_unstable();
        let touched = cuts.into_iter().fold(start, |position, now| position.bring_in(&bounds, U256::ZERO, now).unwrap());
        prop_assert_eq!(
            touched.take_out(&bounds, U256::ZERO, end).unwrap(),
            start.take_out(&bounds, U256::ZERO, end).unwrap()
        );
    }
}
