//! The exit against models: a clock that looks at every second, the bounds that its documentation states, and payments in exact fractions.

mod support;

use alloy_primitives::U256;
use num_bigint::BigInt;
use portcullis_core::exit::{
    Freeze, FrozenClock, Leaver, Opening, PayRefused, Terms, LONGEST_OPEN_AFTER_SECS,
};
use proptest::prelude::*;
use rand::{rngs::StdRng, Rng, SeedableRng};
use support::{amount, big, near, u, DAY};

const START: u64 = 1_700_000_000;

/// A stretch of time that was frozen or ran, and whether anybody calls in its middle.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    frozen: bool,
    secs: u64,
    poked: bool,
}

fn stretches() -> impl Strategy<Value = Vec<Stretch>> {
    let stretch = (any::<bool>(), 1u64..2_000, any::<bool>()).prop_map(|(frozen, secs, poked)| Stretch {
        frozen,
        secs,
        poked,
    });
    proptest::collection::vec(stretch, 1..40)
}

proptest! {
    /// Told at each change, and by anyone between, it stands where a clock stands that looks at every second.
    #[test]
    fn it_stands_where_a_clock_stands_that_looks_at_every_second(stretches in stretches()) {
        let (mut clock, mut model, mut now) = (FrozenClock::NEW, 0u64, START);
        for Stretch { frozen, secs, poked } in stretches {
            let freeze = if frozen { Freeze::between(now, now + secs) } else { Freeze::NONE };
            clock = clock.observe(freeze, now);
            for second in 0..secs {
                prop_assert_eq!(clock.frozen_secs(now + second), model);
                if poked && second == secs / 2 {
                    clock = clock.observe(freeze, now + second);
                }
                model = if frozen { model + 1 } else { model.saturating_sub(1) };
            }
            now += secs;
            prop_assert_eq!(clock.frozen_secs(now), model);
        }
    }

    /// It is the largest excess of frozen over running seconds in any time that ends now.
    #[test]
    fn it_is_the_largest_excess_of_what_was_frozen_in_any_time_that_ends_now(stretches in stretches()) {
        let (mut clock, mut now) = (FrozenClock::NEW, START);
        let mut excesses = vec![0i64];
        for Stretch { frozen, secs, .. } in stretches {
            let freeze = if frozen { Freeze::until(now + secs) } else { Freeze::NONE };
            clock = clock.observe(freeze, now);
            now += secs;
            let signed = if frozen { secs as i64 } else { -(secs as i64) };
            excesses.iter_mut().for_each(|excess| *excess += signed);
            excesses.push(0);
            let most = excesses.iter().copied().max().unwrap();
            prop_assert_eq!(clock.frozen_secs(now) as i64, most);
        }
    }

    /// Nobody is told of a freeze but long after it: it counts to the second all the same.
    #[test]
    fn a_freeze_that_is_told_afterwards_counts_as_if_it_had_been_told(
        before in 0u64..5_000, frozen in 1u64..5_000, after in 0u64..5_000, known in 0u64..3_000,
    ) {
        let clock = FrozenClock::NEW.observe(Freeze::until(START + known), START);
        let from = START + known + before;
        let now = from + frozen + after;
        let told = clock.observe(Freeze::between(from, from + frozen), now);
        let prompt = clock
            .observe(Freeze::between(from, from + frozen), from)
            .observe(Freeze::NONE, from + frozen);
        prop_assert_eq!(told.frozen_secs(now), prompt.frozen_secs(now));
    }
}

/// A role freezes for `frozen_secs`, unfreezes for `running_secs`, and so on. When the exit may be opened, looking at the beginning of each freeze and
/// at every second of it.
fn opens_after(frozen_secs: u64, running_secs: u64, terms: &Terms) -> Option<u64> {
    let (mut clock, mut now) = (FrozenClock::NEW, START);
    while now < START + 400 * DAY {
        clock = clock.observe(Freeze::until(now + frozen_secs), now);
        if let Some(at) = clock.opens_at(terms, now).filter(|at| *at < now + frozen_secs) {
            return Some(at - START);
        }
        now += frozen_secs;
        clock = clock.observe(Freeze::NONE, now);
        now += running_secs;
    }
    None
}

#[test]
fn a_second_of_running_sets_it_back_by_that_second_and_does_not_reset_it() {
    let terms = Terms::new(7 * DAY, DAY).unwrap();
    // A day frozen and a second not, over and over: the seven seconds that ran, and the seven that they took back.
    assert_eq!(opens_after(DAY, 1, &terms), Some(7 * DAY + 14));
    assert_eq!(opens_after(400 * DAY, 1, &terms), Some(7 * DAY));
}

#[test]
fn frozen_for_more_than_half_of_the_time_it_opens_and_for_half_it_does_not() {
    let terms = Terms::new(DAY, DAY).unwrap();
    // Three hours of five: a fifth of the time is gained.
    let at = opens_after(3 * 3_600, 2 * 3_600, &terms).unwrap();
    assert!(at <= 5 * DAY + 3_600 && at > 4 * DAY, "{at}");
    // A second more than half of a day: it takes a long time, and comes.
    assert!(opens_after(43_600, 42_800, &terms).is_some());
    assert_eq!(opens_after(43_200, 43_200, &terms), None);
}

#[test]
fn million_random_steps_never_leave_the_bounds() {
    let mut random = StdRng::seed_from_u64(7);
    let (mut clock, mut now) = (FrozenClock::NEW, START);
    for _ in 0..1_000_000 {
        let at = |random: &mut StdRng| match random.random_range(0..8) {
            0 => 0,
            1 => u64::MAX,
            _ => (now + random.random_range(0..10 * DAY)).saturating_sub(5 * DAY),
        };
        let freeze = Freeze::between(at(&mut random), at(&mut random));
        let before = clock.frozen_secs(now);
        let later = now + random.random_range(0..100_000);
        clock = clock.observe(freeze, later);
        let after = clock.frozen_secs(later);
        assert!(after <= LONGEST_OPEN_AFTER_SECS && after.abs_diff(before) <= later - now);
        assert_eq!(FrozenClock::from_word(clock.to_word()), clock);
        now = later;
    }
}

/// Opened after a day of being frozen.
fn opened(held: U256, claims: U256) -> Option<Opening> {
    let terms = Terms::new(DAY, DAY).unwrap();
    let freeze = Freeze::between(START, START + 2 * DAY);
    let clock = FrozenClock::NEW.observe(freeze, START);
    Opening::NEVER
        .open(clock, freeze, [held, claims], &terms, START + DAY)
        .ok()
}

#[test]
fn whatever_is_claimed_the_sum_of_all_payments_is_at_most_what_was_held() {
    let mut random = StdRng::seed_from_u64(11);
    for _ in 0..5_000 {
        let (held, claims) = (amount(&mut random), amount(&mut random));
        let Some(mut opening) = opened(held, claims) else {
            assert!(held.is_zero() || claims.is_zero());
            continue;
        };
        let (mut paid, mut paid_upon) = (BigInt::ZERO, BigInt::ZERO);
        let budget = big(held).min(big(claims));
        for _ in 0..40 {
            let claim = near(opening.claims_left(), &mut random);
            let leaver = Leaver::from_word(U256::ZERO);
            // The model: a fraction, rounded down.
            let amount = &budget * big(claim) / big(claims);
            match opening.pay_down(leaver, claim, START + DAY) {
                Ok(payment) => {
                    assert_eq!(big(payment.amount), amount);
                    opening = payment.opening;
                    paid += amount;
                    paid_upon += big(claim);
                }
                Err(PayRefused::BeyondClaims { claims_left }) => {
                    assert_eq!(big(claims_left), big(claims) - &paid_upon);
                    assert!(claim > claims_left);
                }
                Err(refused) => {
                    assert_eq!(refused, PayRefused::Nothing);
                    assert_eq!(amount, BigInt::ZERO);
                }
            }
            assert_eq!(big(opening.claims_left()), big(claims) - &paid_upon);
            assert!(paid <= budget && budget <= big(held));
        }
    }
}

#[test]
fn splitting_a_claim_gains_nothing() {
    let mut random = StdRng::seed_from_u64(13);
    for _ in 0..2_000 {
        let (held, claims) = (amount(&mut random), amount(&mut random));
        let Some(opening) = opened(held, claims) else {
            continue;
        };
        let claim = near(claims, &mut random).min(claims);
        let part = near(claim, &mut random).min(claim);
        let pay = |claim| {
            opening
                .pay_down(Leaver::from_word(U256::ZERO), claim, START + DAY)
                .map_or(BigInt::ZERO, |paid| big(paid.amount))
        };
        assert!(pay(part) + pay(claim - part) <= pay(claim));
        assert_eq!(pay(u(0)), BigInt::ZERO);
    }
}
