//! Sonne and Hundred: which guard acted, at which step, with which error, and what the market is after.

use alloy_primitives::U256;
use incident_replays::incident::{Guard, Incident};
use incident_replays::run::rehearse;
use incident_replays::stage::Build;
use incident_replays::victims::share_collateral::{guarded, guards, honest_day, replay, stage, Lending};

fn incident(id: &str) -> Incident {
    Incident::read(id).unwrap_or_else(|error| panic!("{error}"))
}

fn acted(incident: &Incident, shadow: &[u8]) -> Vec<(Guard, usize, String)> {
    let (stage, variant) = guarded(incident, shadow).unwrap_or_else(|error| panic!("{error}"));
    // The transaction has not happened: all is held that was held.
    for flow in &incident.normal.flows {
        assert_eq!(
            stage.held(&flow.asset).unwrap(),
            flow.held.number().unwrap(),
            "{}",
            flow.asset
        );
    }
    assert_eq!(variant.lost.dollars, 0.0);
    variant
        .acted
        .into_iter()
        .map(|acted| (acted.guard, acted.step, acted.error))
        .collect()
}

#[test]
fn without_guards_sonnes_steps_come_to_its_numbers() {
    let sonne = incident("sonne-2024-05");
    let mut stage = stage(&sonne, Build::Unguarded).unwrap();
    let compared = rehearse(&mut stage, &Lending, &sonne).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((compared.equal, compared.left_out), (8, 0));
}

#[test]
fn without_guards_hundreds_steps_come_to_its_numbers() {
    let hundred = incident("hundred-2023-04");
    let mut stage = stage(&hundred, Build::Unguarded).unwrap();
    let compared = rehearse(&mut stage, &Lending, &hundred).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((compared.equal, compared.left_out), (31, 0));
}

#[test]
fn a_market_of_two_shares_is_refused() {
    let acted_at = |id| acted(&incident(id), &[]);
    assert_eq!(
        acted_at("sonne-2024-05"),
        [(Guard::LeastSupply, 3, "SupplyBelowFloor".to_owned())]
    );
    assert_eq!(
        acted_at("hundred-2023-04"),
        [(Guard::LeastSupply, 4, "SupplyBelowFloor".to_owned())]
    );
}

#[test]
fn the_price_of_a_share_alone_is_refused_too() {
    let acted_at = |id| acted(&incident(id), &[guards::LEAST_SUPPLY, guards::LIMITS]);
    assert_eq!(
        acted_at("sonne-2024-05"),
        [(Guard::SharePrice, 3, "SharePriceOffReference".to_owned())]
    );
    assert_eq!(
        acted_at("hundred-2023-04"),
        [(Guard::SharePrice, 4, "SharePriceOffReference".to_owned())]
    );
}

#[test]
fn caps_alone_keep_what_is_lent() {
    let acted_at = |id| acted(&incident(id), &[guards::LEAST_SUPPLY, guards::SHARE_PRICE]);
    assert_eq!(
        acted_at("sonne-2024-05"),
        [(Guard::FlowCap, 5, "TransitionCapExceeded".to_owned())]
    );
    assert_eq!(
        acted_at("hundred-2023-04"),
        [(Guard::FlowCap, 6, "TransitionCapExceeded".to_owned())]
    );
}

#[test]
fn an_honest_day_passes_on_both_builds() {
    for id in ["sonne-2024-05", "hundred-2023-04"] {
        let incident = incident(id);
        for build in Build::BOTH {
            let lived = honest_day(&incident, build).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(lived.operations, 40 * incident.normal.flows.len(), "{id}");
        }
    }
}

#[test]
fn the_outcome_is_the_files_loss_without_guards_and_none_with_them() {
    let outcome = replay(&incident("sonne-2024-05")).unwrap();
    assert_eq!(
        outcome.lost_unguarded.by_asset,
        [("USDC".to_owned(), U256::from(768_947_220_961u64))]
    );
    assert_eq!(outcome.lost_guarded.dollars, 0.0);
    assert!(outcome.honest.gas_guarded > outcome.honest.gas_unguarded);
}
