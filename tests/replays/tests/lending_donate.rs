//! Euler and Platypus: which guard acted, at which step, with which error, and what the victim is after.

use alloy_primitives::U256;
use e2e::or_skip;
use incident_replays::incident::{Guard, Incident};
use incident_replays::run::rehearse;
use incident_replays::stage::Build;
use incident_replays::victims::lending_donate::{
    account, guarded, guards, honest_day, replay, stage, Lending,
};

fn incident(id: &str) -> Incident {
    Incident::read(id).unwrap_or_else(|error| panic!("{error}"))
}

fn acted(incident: &Incident, shadow: &[u8]) -> Vec<(Guard, usize, String)> {
    let (stage, variant) = guarded(incident, shadow).unwrap_or_else(|error| panic!("{error}"));
    // The transaction has not happened: all is held that was held, and nobody owes anything.
    for flow in &incident.normal.flows {
        assert_eq!(
            stage.held(&flow.asset).unwrap(),
            flow.held.number().unwrap(),
            "{}",
            flow.asset
        );
    }
    for actor in ["violator", "liquidator", "attacker"] {
        if let Ok(address) = stage.known(actor) {
            assert_eq!(
                account(&stage, address).unwrap(),
                (U256::ZERO, U256::ZERO),
                "{actor}"
            );
        }
    }
    assert_eq!(variant.lost.dollars, 0.0);
    variant
        .acted
        .into_iter()
        .map(|acted| (acted.guard, acted.step, acted.error))
        .collect()
}

#[test]
fn without_guards_eulers_steps_come_to_its_numbers() {
    let euler = incident("euler-2023-03");
    let mut stage = stage(&euler, Build::Unguarded).unwrap();
    let compared = rehearse(&mut stage, &Lending, &euler).unwrap_or_else(|error| panic!("{error}"));
    // All but the health score, which is of two factors.
    assert_eq!((compared.equal, compared.left_out), (11, 1));
}

#[test]
fn without_guards_platypus_steps_come_to_its_numbers() {
    let platypus = incident("platypus-2023-02");
    let mut stage = stage(&platypus, Build::Unguarded).unwrap();
    let compared = rehearse(&mut stage, &Lending, &platypus).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((compared.equal, compared.left_out), (12, 1));
}

#[test]
fn the_ceiling_of_debts_is_eulers_first_guard() {
    let euler = incident("euler-2023-03");
    assert_eq!(
        acted(&euler, &[]),
        [(Guard::GrowthCap, 3, "GrowthExceeded".to_owned())]
    );
    assert_eq!(
        acted(&euler, &[guards::HEALTH]),
        [(Guard::GrowthCap, 3, "GrowthExceeded".to_owned())]
    );
}

#[test]
fn without_limits_eulers_donation_is_refused_for_the_debt_that_it_leaves() {
    let shadow = [guards::LIMITS, guards::GROWTH];
    let acted = acted(&incident("euler-2023-03"), &shadow);
    assert_eq!(acted, [(Guard::AccountHealth, 6, "AccountUnhealthy".to_owned())]);
}

#[test]
fn cap_and_bucket_alone_keep_eulers_cash() {
    let acted = acted(&incident("euler-2023-03"), &[guards::HEALTH, guards::GROWTH]);
    assert_eq!(acted, [(Guard::FlowCap, 8, "TransitionCapExceeded".to_owned())]);
}

#[test]
fn the_ceiling_of_the_stablecoin_is_platypus_first_guard() {
    let acted = acted(&incident("platypus-2023-02"), &[]);
    assert_eq!(acted, [(Guard::GrowthCap, 4, "GrowthExceeded".to_owned())]);
}

#[test]
fn without_limits_platypus_emergency_exit_is_refused_for_the_debt_that_it_leaves() {
    let acted = acted(&incident("platypus-2023-02"), &[guards::LIMITS, guards::GROWTH]);
    assert_eq!(acted, [(Guard::AccountHealth, 5, "AccountUnhealthy".to_owned())]);
}

#[test]
fn caps_alone_keep_what_platypus_pool_holds() {
    let acted = acted(&incident("platypus-2023-02"), &[guards::HEALTH, guards::GROWTH]);
    assert_eq!(acted, [(Guard::FlowCap, 7, "TransitionCapExceeded".to_owned())]);
}

#[test]
fn an_honest_day_passes_on_both_builds() {
    for id in ["euler-2023-03", "platypus-2023-02"] {
        let incident = incident(id);
        for build in Build::BOTH {
            let lived = or_skip!(honest_day(&incident, build).map_err(world));
            assert_eq!(lived.operations, 40 * incident.normal.flows.len(), "{id}");
        }
    }
}

#[test]
fn the_outcome_is_that_nothing_is_lost_but_without_guards() {
    let outcome = replay(&incident("euler-2023-03")).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        outcome.lost_unguarded.by_asset[0].1.to_string(),
        "8904507348306697267428294"
    );
    assert_eq!(outcome.lost_guarded.dollars, 0.0);
    assert!(outcome.honest.gas_guarded > outcome.honest.gas_unguarded);
}

fn world(error: incident_replays::error::ReplayError) -> e2e::world::WorldError {
    match error {
        incident_replays::error::ReplayError::World(error) => error,
        other => panic!("{other}"),
    }
}
