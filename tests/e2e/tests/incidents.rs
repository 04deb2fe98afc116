//! The robberies end where the limits say, and honest days pass whole: what the demo shows, asserted.

use alloy_primitives::U256;
use e2e::incidents::{all, Incident};
use e2e::or_skip;
use e2e::replay::{replay, replay_adaptive, run_honest_day};
use e2e::world::Build;

fn incident(id: &str) -> Incident {
    all()
        .expect("the data is right")
        .into_iter()
        .find(|incident| incident.id == id)
        .expect("there is one")
}

/// What may leave in that many days, in dollars: capacity, and as much again for each day.
fn bound(incident: &Incident, days: u64) -> f64 {
    let of = |asset: &e2e::incidents::Asset| asset.value(asset.capacity() * U256::from(1 + days));
    incident.assets.iter().map(of).sum()
}

#[test]
fn robberies_succeed_against_the_unguarded_bridge() {
    for incident in all().unwrap() {
        let replayed = or_skip!(replay(&incident, Build::Unguarded));
        assert_eq!(replayed.refused, 0, "{}", incident.id);
        assert!(
            (replayed.lost - incident.attempted()).abs() < 1.0,
            "{}",
            incident.id
        );
    }
}

#[test]
fn robberies_end_where_the_limits_say() {
    for (id, refused) in [("ronin-2022-03", 2), ("harmony-2022-06", 7)] {
        let replayed = or_skip!(replay(&incident(id), Build::Guarded));
        assert_eq!((replayed.refused, replayed.lost), (refused, 0.0), "{id}");
        assert_eq!(replayed.first_refusal.expect("one").guard, "rate limiter");
    }
    // Copycats came with amounts of every size: the small ones pass until the buckets are empty.
    let nomad = incident("nomad-2022-08");
    let replayed = or_skip!(replay(&nomad, Build::Guarded));
    assert_eq!(replayed.first_refusal.expect("one").secs, 0);
    assert!(replayed.refused > 300, "{}", replayed.refused);
    assert!(
        replayed.lost > 0.0 && replayed.lost < bound(&nomad, 0) * 1.2,
        "{}",
        replayed.lost
    );
}

#[test]
fn an_attacker_who_adapts_gets_the_published_bound_and_no_more() {
    for incident in all().unwrap() {
        let replayed = or_skip!(replay_adaptive(&incident));
        assert_eq!(replayed.refused, 0, "{}", incident.id);
        let bound = bound(&incident, 1);
        assert!(
            replayed.lost <= bound * 1.000_001,
            "{}: {} of {bound}",
            incident.id,
            replayed.lost
        );
        assert!(
            replayed.lost >= bound * 0.99,
            "{}: {} of {bound}",
            incident.id,
            replayed.lost
        );
    }
}

#[test]
fn honest_days_pass_whole() {
    for incident in all().unwrap() {
        let unguarded = or_skip!(run_honest_day(&incident, Build::Unguarded));
        let guarded = or_skip!(run_honest_day(&incident, Build::Guarded));
        assert_eq!(guarded.refused, 0, "{}", incident.id);
        assert_eq!(guarded.flows, unguarded.flows);
        assert!(guarded.flows > 400);
        // All of a day's outflow, which the limits allow twice over.
        assert_eq!(guarded.outflow.last(), unguarded.outflow.last());
    }
}
