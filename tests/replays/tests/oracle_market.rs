//! Mango, Bonq and Inverse: which guard acted, at which step, with which error, and that nothing was lost.

use incident_replays::incident::{Guard, Incident};
use incident_replays::run::rehearse;
use incident_replays::stage::Build;
use incident_replays::victims::oracle_market::{guarded, guards, honest_day, replay, stage, Lending};

const IDS: [&str; 3] = ["mango-2022-10", "bonq-2023-02", "inverse-2022-06"];

fn incident(id: &str) -> Incident {
    Incident::read(id).unwrap_or_else(|error| panic!("{error}"))
}

fn acted(id: &str, shadow: &[u8]) -> Vec<(Guard, usize)> {
    let (_, variant) = guarded(&incident(id), shadow).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(variant.lost.dollars, 0.0, "{id}");
    variant
        .acted
        .into_iter()
        .map(|acted| (acted.guard, acted.step))
        .collect()
}

#[test]
fn without_guards_the_steps_come_to_the_files_numbers() {
    let compared = IDS.map(|id| {
        let incident = incident(id);
        let mut stage = stage(&incident, Build::Unguarded).unwrap();
        let compared = rehearse(&mut stage, &Lending, &incident).unwrap_or_else(|error| panic!("{error}"));
        (compared.equal, compared.left_out)
    });
    assert_eq!(compared, [(5, 0), (7, 1), (5, 2)]);
}

#[test]
fn a_price_that_jumped_lends_nothing_and_liquidates_nobody() {
    assert_eq!(acted("mango-2022-10", &[]), [(Guard::PriceBound, 6)]);
    assert_eq!(
        acted("bonq-2023-02", &[]),
        [(Guard::PriceBound, 4), (Guard::PriceBound, 8)]
    );
    assert_eq!(acted("inverse-2022-06", &[]), [(Guard::PriceBound, 5)]);
}

#[test]
fn a_price_that_nobody_had_the_time_to_dispute_is_not_used() {
    let shadow = [guards::PRICE, guards::LIMITS, guards::GROWTH];
    assert_eq!(
        acted("bonq-2023-02", &shadow),
        [(Guard::PriceAge, 4), (Guard::PriceAge, 8)]
    );
}

#[test]
fn limits_alone_keep_what_is_held() {
    let shadow = [guards::PRICE, guards::AGE];
    assert_eq!(acted("mango-2022-10", &shadow), [(Guard::GrowthCap, 6)]);
    assert_eq!(
        acted("bonq-2023-02", &shadow),
        [(Guard::GrowthCap, 4), (Guard::FlowCap, 9)]
    );
    assert_eq!(acted("inverse-2022-06", &shadow), [(Guard::GrowthCap, 5)]);
}

#[test]
fn an_honest_day_passes_on_both_builds() {
    for id in IDS {
        for build in Build::BOTH {
            let lived = honest_day(&incident(id), build).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(lived.operations, 40, "{id}");
        }
    }
}

#[test]
fn the_loss_without_guards_is_the_files() {
    for id in IDS {
        let incident = incident(id);
        let outcome = replay(&incident).unwrap_or_else(|error| panic!("{error}"));
        for (found, expected) in outcome
            .lost_unguarded
            .by_asset
            .iter()
            .zip(&incident.loss.in_replay)
        {
            assert_eq!(found.1, expected.amount.number().unwrap(), "{id}");
        }
    }
}
