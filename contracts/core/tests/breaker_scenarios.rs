//! What other systems' tests, audits and accidents say about breakers, triggers and queues, as tests of ours.
//!
//! Where we differ:
//!
//! | system | scenario | theirs | ours | why |
//! |---|---|---|---|---|
//! | ERC-7265 v1-core | exactly the allowed share leaves | passes | trips ([`Gone`] reaches its fraction by equality) | Forta's and Phylax's thresholds are `>=`; set the fraction one higher for theirs |
//! | ERC-7265 v1-core | a million that came in 4 h ago leaves, window 4 h | trips | trips once it has stayed for a window of its own | a deposit of the moment must not be a baseline; until then the limits bound it |
//! | ERC-7265 v1-core | one asset's breach | stops every asset | stops its scope | a trip must not let who pays for it stop everyone |
//! | ERC-7265 v1-core | the excess at a breach | all of it is locked until an override | waits as long as the queue's drain needs, and can be cancelled | locked funds are hostages |
//! | Mento | a price exactly at the threshold | does not trip | trips | one rule for all thresholds |
//! | Mento | the average takes in the price before the trip | blended | compared before it is taken in, and not taken in when it trips | the anomaly halves its own measure |
//! | Forta | a range that never matches | off, silently | refused when it is set | a setting that cannot act is a mistake |
//! | NTT | what is queued | a delay, not a cap | a cap too: waits are sized by what waits | splitting over the limit gained everything |
//! | Hyperlane | debt | counted twice on one path | counted from queue to claim or cancel, once | an audit's finding |
//! | Linea | an expired pause | anyone lifts it | needs nobody | nobody may come |
//! | Linea | pause types share a window and a cool-down | the first version's pauses blocked one another | scopes share nothing | |

use alloy_primitives::{Address, U256};
use portcullis_core::breaker::{
    Breaker, Config, Evidence, InvalidSettings, Kind, Measure, Reason, Recovery, Rung, Settings, State,
    Target,
};
use portcullis_core::bucket::{Bucket, Limit};
use portcullis_core::queue::{self, ClaimRefused, Lane, Total};
use portcullis_core::recorder::{LastTrip, RecordSecs};
use portcullis_core::trigger::{
    damage, DamageBound, Direction, Finding, Findings, FindingsLimit, Flow, Gone, GoneLimit, Hits, HitsLimit,
    MoveLimit, Moved, Suspicion, SuspicionThreshold,
};
use proptest::prelude::*;

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

fn u(amount: u64) -> U256 {
    U256::from(amount)
}

fn e18(amount: u64) -> U256 {
    u(amount) * u(1_000_000_000_000_000_000)
}

fn config() -> Config {
    Config {
        throttle_bps: 2_500,
        exit_bps: 500,
        dwell_secs: 600,
        expiry_secs: 6 * HOUR,
        ramp_secs: 12 * HOUR,
        decision_secs: 7 * DAY,
        recovery: Recovery::Ramped,
        freezes: 1,
        freeze_back_secs: 30 * DAY,
        measure: Measure::Part,
        trip_at_bps: 3_000,
        calm_below_bps: 1_000,
    }
}

fn settings() -> Settings {
    Settings::new(config()).unwrap()
}

#[test]
fn forta_a_value_at_the_threshold_activates() {
    // Reference 3, threshold 2: 2 and 3 activate, 1 does not.
    let threshold = SuspicionThreshold::new(2).unwrap();
    let harm = damage(u(0), u(1), DamageBound::new(u(0)).unwrap());
    let activates = |score| Suspicion(score).confirmed_by(threshold, harm).is_some();
    assert_eq!([1, 2, 3].map(activates), [false, true, true]);
    let settings = Settings::new(Config {
        trip_at_bps: 2,
        calm_below_bps: 1,
        ..config()
    })
    .unwrap();
    assert_eq!(
        [1, 2, 3].map(|measure| settings.trips(measure)),
        [false, true, true]
    );
}

#[test]
fn forta_a_range_that_never_matches_is_refused() {
    assert_eq!(
        Settings::new(Config {
            trip_at_bps: 10_001,
            ..config()
        }),
        Err(InvalidSettings::TripNeverOrAlways {
            trip_at_bps: 10_001,
            highest_bps: 10_000
        })
    );
    assert!(GoneLimit::new(10_001, 1).is_err());
    assert!(MoveLimit::new(None, Some(10_001), 1).is_err());
    assert!(SuspicionThreshold::new(10_001).is_err());
    assert!(DamageBound::new(U256::MAX).is_err());
}

#[test]
fn v1_core_70_per_cent_retained_of_a_million() {
    // A million in at 1 h; at 5 h 300,001 out trips, and so does 300,000 here, which passes there; 299,999 does not.
    let limit = GoneLimit::new(3_000, 4 * HOUR).unwrap();
    let empty = Gone::from_word(U256::ZERO)
        .observe(U256::ZERO, U256::ZERO, &limit, 0)
        .gone;
    let million = e18(1_000_000);
    let filled = empty.observe(U256::ZERO, million, &limit, HOUR).gone;
    // Not at 5 h yet, when it has been there for a window, but no window of its own: it is what stayed for one that counts.
    let at =
        |hours: u64, gone: Gone, out: u64| gone.observe(million, million - e18(out), &limit, hours * HOUR);
    assert!(!at(5, filled, 300_001).fired);
    let stayed = at(9, at(5, filled, 0).gone, 0).gone;
    assert!(at(9, stayed, 300_001).fired);
    assert!(at(9, stayed, 300_000).fired);
    assert!(!at(9, stayed, 299_999).fired);
    // Set one higher it is theirs to a hundredth of a per cent: 300,000 passes.
    let theirs = GoneLimit::new(3_001, 4 * HOUR).unwrap();
    assert!(!stayed.observe(million, e18(700_000), &theirs, 9 * HOUR).fired);
}

#[test]
fn v1_core_what_is_locked_adds_up_and_becomes_claimable() {
    // At 5 h 300,001 are locked, at 6 h another 10,000: 310,001. There an override frees them, here their wait ends.
    let settings = queue::Settings::new(e18(100_000), DAY, HOUR, 10 * DAY, DAY).unwrap();
    let (lane, total) = (Lane::from_word(U256::ZERO), Total(U256::ZERO));
    let to = Address::repeat_byte(1);
    let first = lane
        .queue(total, e18(300_001), to, false, &settings, 5 * HOUR)
        .unwrap();
    let second = first
        .lane
        .queue(first.total, e18(10_000), to, false, &settings, 6 * HOUR)
        .unwrap();
    assert_eq!(second.total, Total(e18(310_001)));
    // 310,001 at 100,000 a day: 267,840.864 seconds.
    assert_eq!(second.ticket.ready_at(), 6 * HOUR + HOUR + 267_841);
    let claimed = second
        .lane
        .claim(second.total, first.ticket, first.ticket.ready_at())
        .unwrap();
    assert_eq!(
        (claimed.amount, claimed.total),
        (e18(300_001), Total(e18(10_000)))
    );
}

#[test]
fn phylax_exactly_the_fraction_trips_and_one_wei_less_does_not() {
    let limit = GoneLimit::new(1_000, HOUR).unwrap();
    let supply = u(1_000_000_007);
    let left = |left: U256| Gone::from_word(U256::ZERO).observe(supply, left, &limit, 7).fired;
    // A tenth of it is 100,000,000.7: no whole number is exactly at it.
    assert!(left(supply - u(100_000_001)));
    assert!(!left(supply - u(100_000_000)));
    let all = GoneLimit::new(10_000, HOUR).unwrap();
    assert!(
        Gone::from_word(U256::ZERO)
            .observe(supply, U256::ZERO, &all, 7)
            .fired
    );
    assert!(
        !Gone::from_word(U256::ZERO)
            .observe(supply, U256::ONE, &all, 7)
            .fired
    );
}

#[test]
fn mento_a_price_is_compared_with_the_reference_before_it_is_taken_in() {
    // Threshold 3%, reference 1.05: 1.0164 and 1.0836 trip. Blended into an average of α 0.1 first they would measure 2.9%.
    let limit = MoveLimit::new(Some(300), Some(300), HOUR).unwrap();
    let reference = Moved::from_word(U256::ZERO).observe(u(10_500), &limit, 0).moved;
    for (price, direction, moved_bps) in [(10_164, Direction::Fall, 320), (10_836, Direction::Rise, 320)] {
        let seen = reference.observe(u(price), &limit, 10);
        let fired = seen.fired.unwrap();
        assert_eq!(
            (fired.direction, fired.reference, fired.moved_bps),
            (direction, u(10_500), moved_bps)
        );
        // What tripped has not moved the reference.
        assert!(seen.moved.observe(u(10_500), &limit, 11).fired.is_none());
        assert_eq!(
            seen.moved
                .observe(u(10_500), &limit, 11)
                .moved
                .observe(u(price), &limit, 12)
                .fired,
            Some(fired)
        );
    }
    // Threshold 1%: 1.1 trips; 1.01 does here and does not there.
    let one = MoveLimit::new(Some(100), Some(100), HOUR).unwrap();
    let reference = Moved::from_word(U256::ZERO).observe(u(10_000), &one, 0).moved;
    assert!(reference.observe(u(11_000), &one, 1).fired.is_some());
    assert!(reference.observe(u(10_100), &one, 1).fired.is_some());
    assert!(reference.observe(u(10_099), &one, 1).fired.is_none());
}

#[test]
fn ntt_a_queued_item_is_released_at_its_time_once() {
    // The wait is 24 h: nothing at t0 + D - 1, everything at t0 + D, and again it is not found.
    let settings = queue::Settings::new(u(1_000), 1, DAY - 1, 10 * DAY, 1).unwrap();
    let queued = Lane::from_word(U256::ZERO)
        .queue(
            Total(U256::ZERO),
            u(1_000),
            Address::repeat_byte(2),
            false,
            &settings,
            500,
        )
        .unwrap();
    let claim = |now| queued.lane.claim(queued.total, queued.ticket, now);
    assert_eq!(
        claim(500 + DAY - 1),
        Err(ClaimRefused::NotYet { retry_at: 500 + DAY })
    );
    let claimed = claim(500 + DAY).unwrap();
    assert_eq!(
        (claimed.amount, claimed.recipient),
        (u(1_000), Address::repeat_byte(2))
    );
    assert_eq!(
        claimed.lane.claim(claimed.total, queued.ticket, 500 + DAY),
        Err(ClaimRefused::Empty)
    );
}

#[test]
fn hyperlane_debt_is_counted_once_on_every_path() {
    let settings = queue::Settings::new(u(100), HOUR, 60, DAY, 1).unwrap();
    let queue = |lane: Lane, total, amount| {
        lane.queue(total, u(amount), Address::ZERO, false, &settings, 0)
            .unwrap()
    };
    let first = queue(Lane::from_word(U256::ZERO), Total(U256::ZERO), 70);
    let second = queue(first.lane, first.total, 30);
    assert_eq!(second.total, Total(u(100)));
    // Claimed and cancelled, in either order, nothing is left and nothing is missing.
    let cancelled = second.lane.cancel(second.total, second.ticket, 1).unwrap();
    let claimed = second.lane.claim(cancelled.total, first.ticket, DAY).unwrap();
    assert_eq!((cancelled.total, claimed.total), (Total(u(70)), Total(u(0))));
    let claimed = second.lane.claim(second.total, first.ticket, DAY).unwrap();
    let cancelled = claimed.lane.cancel(claimed.total, second.ticket, 1).unwrap();
    assert_eq!((claimed.total, cancelled.total), (Total(u(30)), Total(u(0))));
}

#[test]
fn hyperlane_neither_queueing_nor_claiming_takes_from_the_limiter() {
    // 100 a day at once, a queue of 100 a day: 250 are asked for. 100 pass, 150 wait a day and a half, and the bucket is as it would be without.
    let bucket = Bucket::full(Limit::new(u(100), DAY).unwrap(), 0)
        .consume(u(100), 0)
        .unwrap();
    let settings = queue::Settings::new(u(100), DAY, 60, 10 * DAY, 1).unwrap();
    let queued = Lane::from_word(U256::ZERO)
        .queue(Total(U256::ZERO), u(150), Address::ZERO, false, &settings, 0)
        .unwrap();
    assert_eq!(queued.ticket.ready_at(), 60 + DAY + DAY / 2);
    // Whoever empties the bucket in the second before does not keep the ticket waiting.
    let emptied = bucket.consume(u(100), DAY + DAY / 2).unwrap();
    assert_eq!(emptied.available_down(60 + DAY + DAY / 2), u(0));
    let claimed = queued
        .lane
        .claim(queued.total, queued.ticket, 60 + DAY + DAY / 2)
        .unwrap();
    assert_eq!(claimed.amount, u(150));
    // In this time 350 left: within the sum of what each may let out by itself.
    let most = bucket.limit().bound(60 + DAY + DAY / 2) + settings.bound(60 + DAY + DAY / 2);
    assert_eq!(most, u(250 + 150));
}

#[test]
fn linea_one_pause_blocks_no_other_and_an_expired_one_needs_nobody_to_lift_it() {
    let [withdrawals, deposits] = [Breaker::CLOSED; 2];
    let withdrawals = withdrawals
        .decide(Rung::Frozen, 2 * DAY, &settings(), 100)
        .unwrap();
    let deposits = deposits
        .decide(Rung::Frozen, 2 * DAY, &settings(), 100 + DAY)
        .unwrap();
    assert_eq!(
        (withdrawals.until, deposits.until),
        (100 + 2 * DAY, 100 + 3 * DAY)
    );
    assert_eq!(withdrawals.breaker.state(100 + 2 * DAY), State::HalfOpen);
    assert_eq!(
        withdrawals.breaker.state(100 + 2 * DAY + 12 * HOUR),
        State::Closed
    );
    // A pause of zero seconds where time is small works like any other.
    assert_eq!(
        Breaker::CLOSED
            .decide(Rung::Throttled, 600, &settings(), 0)
            .unwrap()
            .until,
        600
    );
}

#[test]
fn lido_a_finding_is_live_at_its_deadline_and_used_once() {
    let limit = FindingsLimit::new(1, DAY, HOUR).unwrap();
    let finding = Finding {
        number: 1,
        expires_at: HOUR,
    };
    let none = Findings::from_word(U256::ZERO);
    let used = none.count(finding, &limit, HOUR).unwrap();
    assert!(none.count(finding, &limit, HOUR + 1).is_err());
    assert!(used.count(finding, &limit, HOUR).is_err());
    let trip = Breaker::CLOSED.trip(Finding::TARGET, Reason::FINDING, &settings(), HOUR);
    assert_eq!(trip.to, State::Throttled);
}

#[test]
fn a_stolen_sentinel_key_freezes_nothing() {
    let limit = FindingsLimit::new(3, DAY, HOUR).unwrap();
    let settings = Settings::new(Config {
        freezes: 0,
        freeze_back_secs: 0,
        ..config()
    })
    .unwrap();
    let (mut findings, mut breaker) = (Findings::from_word(U256::ZERO), Breaker::CLOSED);
    for number in 1..10 * DAY / 600 {
        let now = number * 600;
        if let Ok(counted) = findings.count(
            Finding {
                number,
                expires_at: now,
            },
            &limit,
            now,
        ) {
            findings = counted;
            breaker = breaker
                .trip(Finding::TARGET, Reason::FINDING, &settings, now)
                .breaker;
        }
        assert!(breaker.state(now) < State::Frozen);
        assert!(breaker.check(Kind::BoundedWithdrawal, now).is_ok());
    }
    // It trips a handful of times in ten days, and between them it comes back.
    assert_eq!(breaker.view(10 * DAY).sequence, 3 + 9);
}

#[test]
fn a_rich_attacker_trips_it_and_is_paid_last_while_everyone_else_leaves() {
    // ERC-7265: anyone with capital trips it and leaves with everybody else.
    let limit = HitsLimit::new(2, HOUR, e18(1_000)).unwrap();
    let queue = queue::Settings::new(e18(10_000), DAY, HOUR, 5 * DAY, DAY).unwrap();
    let week = RecordSecs::new(7 * DAY).unwrap();
    let attacker = Address::repeat_byte(0xaa);
    let (mut lane, mut total, mut hits) = (
        Lane::from_word(U256::ZERO),
        Total(U256::ZERO),
        Hits::from_word(U256::ZERO),
    );
    let mut fired = false;
    for request in 1..=2 {
        // Refusals for free, as many as they like, count nothing; what is staked does.
        assert!(!hits.hit(request, Flow::Refused(U256::MAX), &limit, 100).counted);
        let queued = lane
            .queue(total, e18(1_000), attacker, false, &queue, 100)
            .unwrap();
        (lane, total) = (queued.lane, queued.total);
        let counted = hits.hit(request, Flow::Staked(e18(1_000)), &limit, 100);
        (hits, fired) = (counted.hits, counted.fired);
    }
    assert!(fired && total.0 >= limit.cost_of_a_trip());
    let trip = Breaker::CLOSED.trip(Target::OneRung, Reason::LIMIT_HITS, &settings(), 100);
    let record = LastTrip::from_word(U256::ZERO).recorded(attacker, week, 100);
    let lane = lane.marked_late(week, &queue, 100);
    // Everyone else: a quarter of the limits at once, and a place in the queue before theirs.
    assert_eq!(
        trip.breaker.check(Kind::BoundedWithdrawal, 100).unwrap().bps(),
        2_500
    );
    let other = Lane::from_word(U256::ZERO)
        .queue(
            total,
            e18(30_000),
            Address::repeat_byte(1),
            record.is_late(Address::repeat_byte(1), 200),
            &queue,
            200,
        )
        .unwrap();
    let theirs = lane
        .queue(
            other.total,
            e18(1),
            attacker,
            record.is_late(attacker, 200),
            &queue,
            200,
        )
        .unwrap();
    assert!(lane.ready_at(&theirs.ticket) > other.ticket.ready_at());
    assert_eq!(
        theirs
            .lane
            .claim(theirs.total, theirs.ticket, other.ticket.ready_at()),
        Err(ClaimRefused::NotYet {
            retry_at: 200 + 6 * DAY
        })
    );
}

#[test]
fn a_throttled_limiter_lets_a_share_of_its_capacity_through_and_not_a_share_of_what_is_left() {
    let limit = Limit::new(u(1_000), DAY).unwrap();
    let breaker = Breaker::CLOSED
        .trip(Target::OneRung, Reason::DAMAGE, &settings(), 0)
        .breaker;
    let share = breaker.check(Kind::BoundedWithdrawal, 0).unwrap();
    let (mut bucket, mut left) = (Bucket::full(limit, 0), 0);
    while let Ok(after) = bucket.consume(share.cost_up(u(10)), 0) {
        bucket = after;
        left += 10;
    }
    assert_eq!(left, 250);
    assert_eq!(share.of_down(limit.capacity()), u(250));
}

#[test]
fn an_honest_scare_recovers_by_measure_within_a_dwell_and_a_ramp() {
    let trip = Breaker::CLOSED.trip(
        Target::To(Rung::ReduceOnly),
        Reason::FRACTION_GONE,
        &settings(),
        0,
    );
    for kind in [Kind::DecreaseRisk, Kind::ReduceOwnRisk, Kind::BoundedWithdrawal] {
        assert!(trip.breaker.check(kind, 1).is_ok(), "{kind:?}: ways out are open");
    }
    let back = trip
        .breaker
        .step_back(Evidence::MeasureBps(999), &settings(), 600)
        .unwrap();
    assert_eq!(back.breaker.view(600).closed_at, Some(600 + 12 * HOUR));
}

fn any_amount() -> impl Strategy<Value = U256> {
    (any::<[u64; 4]>(), 0usize..256).prop_map(|(limbs, shift)| U256::from_limbs(limbs) >> shift)
}

proptest! {
    #[test]
    fn no_word_makes_a_trigger_panic(
        word in any::<[u64; 4]>(), first in any_amount(), second in any_amount(), now in any::<u64>(), number in any::<u64>(),
    ) {
        let word = U256::from_limbs(word);
        let hits_limit = HitsLimit::from_word(word).unwrap_or(HitsLimit::new(6, 9, first.max(U256::ONE)).unwrap());
        let counted = Hits::from_word(word).hit(number, Flow::Moved(first), &hits_limit, now);
        let stored = Hits::from_word(counted.hits.to_word());
        prop_assert_eq!(Hits::from_word(stored.to_word()), stored);
        prop_assert!(!counted.fired || first >= hits_limit.least());

        let gone_limit = GoneLimit::from_word(word).unwrap_or(GoneLimit::new(1, 1).unwrap());
        let seen = Gone::from_word(word).observe(first, second, &gone_limit, now);
        prop_assert_eq!(Gone::from_word(seen.gone.to_word()), seen.gone);
        prop_assert!(!seen.fired || second < seen.baseline);
        let again = seen.gone.observe(second, second, &gone_limit, now);
        prop_assert!(!seen.fired || !again.fired, "the same loss fires once");

        let move_limit = MoveLimit::from_word(word).unwrap_or(MoveLimit::new(Some(1), Some(1), 1).unwrap());
        let seen = Moved::from_word(word).observe(first, &move_limit, now);
        prop_assert_eq!(Moved::from_word(seen.moved.to_word()), seen.moved);
        let again = seen.moved.observe(first, &move_limit, now);
        prop_assert!(again.fired.is_none(), "the same price fires once");

        let findings_limit = FindingsLimit::from_word(word).unwrap_or(FindingsLimit::new(1, 1, 1).unwrap());
        let finding = Finding { number, expires_at: now };
        if let Ok(after) = Findings::from_word(word).count(finding, &findings_limit, now) {
            prop_assert_eq!(Findings::from_word(after.to_word()), after);
            prop_assert!(after.count(finding, &findings_limit, now).is_err());
        }
        let record = LastTrip::from_word(word).recorded(Address::repeat_byte(7), RecordSecs::new(9).unwrap(), now);
        prop_assert_eq!(LastTrip::from_word(record.to_word()), record);
    }

    #[test]
    fn a_fall_by_the_fraction_within_a_window_fires_wherever_the_window_lies(
        quiet in proptest::collection::vec(0u64..2_000, 0..20),
        mut drain in proptest::collection::vec((0u64..=1_000, 1u64..500), 1..20),
        held in 1u64..1 << 50,
        fraction_bps in 1u16..=10_000,
    ) {
        // It was held, with a touch now and then, and for two windows before the fall; then it falls in pieces within a window.
        let limit = GoneLimit::new(fraction_bps, 1_000).unwrap();
        let mut now = 7;
        let mut gone = Gone::from_word(U256::ZERO);
        for secs in quiet.into_iter().chain([1_000, 1_000]) {
            gone = gone.observe(u(held), u(held), &limit, now).gone;
            now += secs;
        }
        drain.sort_unstable();
        let pieces: u64 = drain.iter().map(|(_, piece)| piece).sum();
        let (mut left, mut taken, mut fired) = (held, 0, false);
        for (at, piece) in drain {
            taken += piece;
            let after = held - (u128::from(held) * u128::from(taken) / u128::from(pieces)) as u64;
            let seen = gone.observe(u(left), u(after), &limit, now + at);
            (gone, left) = (seen.gone, after);
            fired |= seen.fired;
        }
        prop_assert!(fired, "all of it is gone");
    }

    #[test]
    fn a_price_that_moves_by_the_threshold_within_a_window_fires_in_however_many_steps(
        steps in proptest::collection::vec((0u64..=100, 9_000u64..11_000), 2..60),
    ) {
        let limit = MoveLimit::new(Some(500), Some(500), 1_000).unwrap();
        let (mut now, mut moved) = (0, Moved::from_word(U256::ZERO));
        let mut seen: Vec<(u64, u64)> = Vec::new();
        for (secs, price) in steps {
            now += secs;
            let fired = moved.observe(u(price), &limit, now);
            let recent = seen.iter().filter(|(at, _)| at + 1_000 >= now).map(|(_, price)| *price);
            let rose = recent.clone().any(|low| (price.saturating_sub(low)) * 20 >= low && price > low);
            let fell = recent.clone().any(|high| (high.saturating_sub(price)) * 20 >= high && price < high);
            prop_assert!(fired.fired.is_some() || !(rose || fell), "{:?} {}", seen, price);
            if fired.disputed {
                break;
            }
            moved = fired.moved;
            seen.push((now, price));
        }
    }
}
