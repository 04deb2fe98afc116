//! What counts within a transaction, against its definition, and credit against grants that are kept apart.

mod support;

use alloy_primitives::U256;
use num_bigint::BigInt;
use portcullis_core::{
    bucket::{Bucket, Limit},
    credit::{Credit, Terms, MAX_DECAY_SECS},
    net::{bring_in, take_out, Actor, Tally},
};
use proptest::prelude::*;
use rand::{rngs::StdRng, Rng, SeedableRng};
use support::{amount, any_amount, big, near, secs, step, u, DAY};

#[test]
fn random_transactions_of_several_actors_count_what_the_definition_says() {
    let (mut netted, mut charged_less, mut overflowed) = (0u64, 0u64, 0u64);
    for seed in 0..5_000 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut actors = [Actor::default(); 4];
        let mut tally = Tally::default();
        let mut moves: Vec<(usize, BigInt)> = Vec::new();
        let (mut charged, mut largest) = (BigInt::ZERO, BigInt::ZERO);
        let shift = random.random_range(0..250usize);
        for _ in 0..40 {
            let who = random.random_range(0..4);
            let size = match random.random_range(0..4) {
                0 => near(actors[who].deficit(), &mut random),
                1 => near(actors[who].surplus(), &mut random),
                // A quarter of the runs with amounts whose sums do not fit.
                _ if seed % 4 == 0 => U256::MAX >> random.random_range(0..3usize),
                _ => amount(&mut random) >> shift,
            };
            let inward: bool = random.random();
            let result = if inward {
                bring_in(actors[who], tally, size)
            } else {
                take_out(actors[who], tally, size)
            };
            match result {
                Ok((actor, after)) => {
                    (actors[who], tally) = (actor, after);
                    moves.push((who, if inward { -big(size) } else { big(size) }));
                }
                Err(_) => {
                    overflowed += 1;
                    continue;
                }
            }
            // The definition: actor by actor what went out beyond what came in, and nothing if that is negative.
            let deficits = (0..4).map(|actor| {
                let net: BigInt = moves
                    .iter()
                    .filter(|(who, _)| *who == actor)
                    .map(|(_, size)| size)
                    .sum();
                net.max(BigInt::ZERO)
            });
            let counted: BigInt = deficits.sum();
            assert_eq!(big(tally.counted), counted, "seed {seed}");
            let net: BigInt = moves.iter().map(|(_, size)| size).sum();
            assert!(net <= counted, "what left net is at most what counts");
            netted += u64::from(net < counted);
            if random.random_range(0..5) == 0 {
                let (due, after) = tally.due();
                charged += big(due);
                tally = after;
                largest = largest.max(counted);
                assert_eq!(charged, largest, "the most that ever counted at an exit");
                charged_less += u64::from(big(tally.counted) < charged);
            }
        }
    }
    assert!(
        netted > 50_000 && charged_less > 5_000 && overflowed > 1_000,
        "{netted} {charged_less} {overflowed}"
    );
}

/// A transaction's flows of one actor, charged to the bucket at its end.
fn transaction(bucket: Bucket, flows: &[i64], now: u64) -> Bucket {
    let (mut actor, mut tally) = Default::default();
    for flow in flows {
        let size = u(flow.unsigned_abs());
        (actor, tally) = if *flow < 0 {
            take_out(actor, tally, size).unwrap()
        } else {
            bring_in(actor, tally, size).unwrap()
        };
    }
    bucket.consume(tally.due().0, now).unwrap()
}

#[test]
fn a_flash_deposit_burns_nobodys_budget_and_yesterdays_pays_for_nothing() {
    let limit = Limit::new(u(1_000), DAY).unwrap();
    let full = Bucket::full(limit, 0);
    // A million in and out in one transaction.
    assert_eq!(transaction(full, &[1_000_000, -1_000_000], 0), full);
    // In one transaction, out in the next: gross.
    let after = transaction(full, &[400], 0);
    assert_eq!(transaction(after, &[-400], 0).available_down(0), u(600));
}

#[test]
fn credit_covers_no_more_than_grants_kept_apart_would() {
    let (mut covered_some, mut ended, mut changed) = (0u64, 0u64, 0u64);
    for seed in 0..1_000 {
        let mut random = StdRng::seed_from_u64(seed);
        let bound = amount(&mut random).max(U256::ONE);
        let decay_secs = secs(&mut random);
        let share = random.random_range(1..=10_000u16);
        let terms = Terms::new(share, bound, decay_secs).unwrap();
        let mut credit = Credit::NONE;
        // Each grant with its time, every one decaying by itself; and what was spent of all.
        let (mut grants, mut spent) = (Vec::<(u64, BigInt)>::new(), BigInt::ZERO);
        let mut now = 1_000;
        for _ in 0..200 {
            now = now.max(step(now, &mut random));
            let available = credit.available_down(now);
            // Decay alone takes at least what it would take of what is left in proportion.
            assert!(available <= terms.bound());
            if random.random_range(0..3) == 0 {
                let inflow = near(terms.bound(), &mut random);
                credit = Credit::from_word(credit.grant_down(&terms, inflow, now).to_word());
                grants.push((now, big(inflow) * share / 10_000));
                changed += 1;
            } else {
                let wish = near(available, &mut random);
                let after = credit.spend(wish, now);
                assert_eq!(after.covered, wish.min(available));
                assert_eq!(after.covered + after.uncovered, wish);
                assert!(after.credit.available_down(now) <= available - after.covered);
                covered_some += u64::from(!after.covered.is_zero());
                spent += big(after.covered);
                credit = Credit::from_word(after.credit.to_word());
            }
            // The published bound from the beginning on: all that was spent and all that is left were granted.
            let granted: BigInt = grants.iter().map(|(_, amount)| amount).sum();
            assert!(&spent + big(credit.available_down(now)) <= granted, "seed {seed}");
            // What is left was granted within the decay time, and has decayed since.
            let left: BigInt = grants
                .iter()
                .map(|(at, amount)| amount * decay_secs.saturating_sub(now - at) / decay_secs + 1)
                .sum();
            assert!(big(credit.available_down(now)) <= left, "seed {seed}");
            match credit.ends_at() {
                Some(end) => {
                    assert_eq!(credit.available_down(end), U256::ZERO);
                    assert!(credit.available_down(end - 1) > U256::ZERO);
                }
                None => ended += 1,
            }
        }
    }
    assert!(
        covered_some > 20_000 && ended > 20_000 && changed > 50_000,
        "{covered_some} {ended} {changed}"
    );
}

#[test]
fn tokens_of_no_decimals_and_of_36_earn_the_same_credit() {
    for decimals in [0, 6, 18, 36] {
        let one = U256::from(10).pow(u(decimals));
        let terms = Terms::new(2_500, one * u(1_000), DAY).unwrap();
        let credit = Credit::NONE.grant_down(&terms, one * u(400), 0);
        let lost = one * u(100) - credit.available_down(0);
        assert!(lost < U256::ONE << 67, "{decimals}: {lost}");
    }
}

proptest! {
    #[test]
    fn no_words_make_it_panic(words in any::<[[u64; 4]; 2]>(), amount in any_amount(), now in any::<u64>()) {
        let credit = Credit::from_word(U256::from_limbs(words[0]));
        let _ = (credit.available_down(now), credit.ends_at());
        let after = credit.spend(amount, now).credit;
        prop_assert_eq!(Credit::from_word(after.to_word()), after);
        if let Some(terms) = Terms::from_word(U256::from_limbs(words[1])) {
            let _ = credit.grant_down(&terms, amount, now);
        }
        let terms = Terms::new(7, U256::from(7), 7).unwrap();
        prop_assert!(credit.grant_down(&terms, amount, now).available_down(now) <= terms.bound());
    }

    #[test]
    fn a_touch_in_between_changes_nothing(
        bound in any_amount(),
        inflow in any_amount(),
        decay_secs in 1..=MAX_DECAY_SECS,
        cuts in proptest::collection::vec(0u64..=MAX_DECAY_SECS, 0..8),
        end in 0u64..=MAX_DECAY_SECS,
    ) {
        prop_assume!(!bound.is_zero());
        let terms = Terms::new(10_000, bound, decay_secs).unwrap();
        let start = Credit::NONE.grant_down(&terms, inflow, 0);
        let mut cuts: Vec<u64> = cuts.into_iter().filter(|cut| *cut <= end).collect();
        cuts.sort_unstable();
        let touched = cuts.into_iter().fold(start, |credit, now| credit.spend(U256::ZERO, now).credit);
        prop_assert_eq!(touched.spend(U256::ZERO, end).credit, start.spend(U256::ZERO, end).credit);
    }

    #[test]
    fn spending_in_two_pieces_covers_no_more_than_in_one(inflow in any_amount(), first in any_amount(), second in any_amount(), now in 0u64..100) {
        let terms = Terms::new(10_000, U256::MAX >> 1, 100).unwrap();
        let credit = Credit::NONE.grant_down(&terms, inflow, 0);
        if let Some(sum) = first.checked_add(second) {
            let one = credit.spend(first, now);
            let two = one.credit.spend(second, now);
            prop_assert!(one.covered + two.covered <= credit.spend(sum, now).covered);
        }
    }
}
