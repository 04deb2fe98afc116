//! Cetus, May 2025: a shift that loses bits.

use alloy_primitives::U256;
use alloy_sol_types::SolError;
use incident_replays::{
    incident::{Guard, Incident},
    refusal::{self, IRefusals},
    run::Robbery,
    victims::concentrated_overflow::{rehearse, replay, rob, Honest, Named, Oracle},
};

fn cetus() -> Incident {
    Incident::read("cetus-2025-05").unwrap()
}

fn number(text: &str) -> U256 {
    text.parse().unwrap()
}

/// Who refused the one transaction, at which step. The thief has nothing and the pool is as it was.
fn refused(robbery: &Robbery) -> (Guard, &'static str, usize) {
    assert_eq!(robbery.attempts.len(), 1, "one transaction");
    let refused = robbery.attempts[0].refused.as_ref().expect("a refusal");
    assert!(robbery.unchanged);
    assert!(robbery
        .variant
        .lost
        .by_asset
        .iter()
        .all(|(_, amount)| amount.is_zero()));
    let (guard, error) = refusal::guard_of(&refused.output).expect("a guard's refusal");
    (guard, error, refused.step)
}

#[test]
fn without_guards_one_unit_buys_all_that_the_pool_holds() {
    let (compared, lost) = rehearse(&cetus()).unwrap();
    assert_eq!((compared.equal, compared.left_out), (4, 0));
    assert_eq!(
        lost.by_asset,
        [
            ("HASUI".to_owned(), number("10024321280000000")),
            ("SUI".to_owned(), number("5765124790000000"))
        ]
    );
}

#[test]
fn the_honest_position_follows_from_what_the_pool_held() {
    let honest = Honest::of(&cetus()).unwrap();
    assert_eq!(honest.liquidity, number("12318957093335298"));
    // 1.056: what the file rounds to about one.
    assert_eq!(honest.price_wad(), number("1056034913170460342"));
}

#[test]
fn the_price_that_the_swap_makes_is_refused() {
    let robbery = rob(&cetus(), &[], Oracle::Before).unwrap();
    assert_eq!(refused(&robbery), (Guard::PriceBound, "RateOutOfBounds", 1));
}

#[test]
fn one_unit_for_a_position_is_refused_by_its_value() {
    let shadow = [Named::Flows, Named::Price];
    let robbery = rob(&cetus(), &shadow, Oracle::Before).unwrap();
    assert_eq!(refused(&robbery), (Guard::ValueInOut, "ValueLost", 3));
    let output = &robbery.attempts[0].refused.as_ref().unwrap().output;
    let error = IRefusals::ValueLost::abi_decode(output).unwrap();
    // One unit against 3.157 · 10^25 of them, at 1.056.
    assert_eq!((error.cameInWad, error.toleranceBps), (U256::ONE, 100));
    let asked: U256 = number("31572840708638430117170542");
    assert!(error.wentOutWad > asked && error.wentOutWad < asked * U256::from(2));
}

#[test]
fn one_unit_for_a_position_is_refused_also_at_the_price_that_the_attack_has_moved() {
    let shadow = [Named::Flows, Named::Price, Named::Covered];
    let robbery = rob(&cetus(), &shadow, Oracle::Moved).unwrap();
    assert_eq!(refused(&robbery), (Guard::ValueInOut, "ValueLost", 3));
}

#[test]
fn a_position_that_nothing_covers_is_refused() {
    let shadow = [Named::Flows, Named::Price, Named::Value];
    let robbery = rob(&cetus(), &shadow, Oracle::Before).unwrap();
    assert_eq!(refused(&robbery), (Guard::Solvency, "Insolvent", 3));
    let output = &robbery.attempts[0].refused.as_ref().unwrap().output;
    let error = IRefusals::Insolvent::abi_decode(output).unwrap();
    // What was there, what the thief sold, and its one unit.
    assert_eq!(error.locked, number("20048642560000000"));
    // The enormous position, and the honest one, which is all of the first token by now.
    assert_eq!(
        error.owed,
        number("31572840708638430117170541") + number("20048642559999998")
    );
}

#[test]
fn limits_alone_refuse_the_swap_before_it() {
    let robbery = rob(&cetus(), &Named::HOLD, Oracle::Before).unwrap();
    assert_eq!(refused(&robbery), (Guard::FlowCap, "TransactionCapExceeded", 1));
}

#[test]
fn with_every_guard_in_shadow_the_guarded_pool_is_robbed_as_the_other() {
    let all = [Named::Flows, Named::Price, Named::Value, Named::Covered];
    let robbery = rob(&cetus(), &all, Oracle::Before).unwrap();
    assert_eq!(robbery.attempts[0].refused, None);
    assert_eq!(robbery.variant.lost.by_asset[1].1, number("5765124790000000"));
}

#[test]
fn an_honest_day_passes_and_the_replay_says_which_guard_acted() {
    let outcome = replay(&cetus()).unwrap();
    assert_eq!(
        (outcome.acted.len(), outcome.acted[0].guard, outcome.acted[0].step),
        (1, Guard::PriceBound, 1)
    );
    assert_eq!(outcome.honest.operations, 80);
    assert!(outcome.honest.gas_guarded > outcome.honest.gas_unguarded);
}
