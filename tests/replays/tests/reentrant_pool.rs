//! Curve's pETH pool, July 2023: a call back in the middle of a withdrawal.

use alloy_primitives::U256;
use alloy_sol_types::{SolCall, SolError};
use incident_replays::{
    incident::{Guard, Incident},
    outcome::Acted,
    refusal,
    run::Cast,
    run::Robbery,
    stage::{Build, Move},
    victims::reentrant_pool::{
        alone, is_not_taken, open, refused_in_the_middle, rehearse, replay, rob, IReentrantPool, Named,
        Nerve, VICTIM,
    },
};

/// What the incident lost, in wei.
const LOSS: &str = "6107408695702176366805";

fn curve() -> Incident {
    Incident::read("curve-2023-07").unwrap()
}

fn number(text: &str) -> U256 {
    text.parse().unwrap()
}

/// The one refusal, by which guard and at which step.
fn refused(robbery: &Robbery) -> Option<(Option<(Guard, &'static str)>, usize)> {
    assert_eq!(robbery.attempts.len(), 1, "one transaction");
    let refused = robbery.attempts[0].refused.as_ref()?;
    Some((refusal::guard_of(&refused.output), refused.step))
}

fn got(robbery: &Robbery) -> U256 {
    assert_eq!(robbery.variant.lost.by_asset.len(), 1);
    robbery.variant.lost.by_asset[0].1
}

#[test]
fn without_guards_every_number_of_the_file_comes_out_to_the_unit() {
    let (compared, lost) = rehearse(&curve()).unwrap();
    assert_eq!((compared.equal, compared.left_out), (14, 0));
    assert_eq!(lost.by_asset, [("ETH".to_owned(), number(LOSS))]);
}

#[test]
fn the_lock_refuses_the_second_deposit_and_the_pool_is_as_it_was() {
    let incident = curve();
    let robbery = rob(&incident, Nerve::Fails, &[]).unwrap();
    // The thief's own call failed, so it did not take the ether of step 3.
    let stopped = robbery.attempts[0].refused.clone().unwrap();
    assert!(is_not_taken(&stopped));
    assert_eq!(stopped.step, 3);
    assert!(robbery.unchanged);
    assert_eq!(got(&robbery), U256::ZERO);

    let (succeeded, told) = refused_in_the_middle(&incident).unwrap();
    assert!(!succeeded);
    assert_eq!(told, IReentrantPool::Reentered {}.abi_encode());
}

#[test]
fn a_thief_that_swallows_the_refusal_meets_the_cap_of_a_transaction() {
    // Ether was brought in, tokens were not: 3,740 of them for a deposit of ether alone are 19 busy days.
    let incident = curve();
    let robbery = rob(&incident, Nerve::GoesOn, &[]).unwrap();
    assert_eq!(
        refused(&robbery),
        Some((Some((Guard::FlowCap, "TransactionCapExceeded")), 3))
    );
    assert!(robbery.unchanged);
    assert_eq!(got(&robbery), U256::ZERO);
}

#[test]
fn without_the_lock_and_without_any_other_guard_the_theft_succeeds() {
    let robbery = alone(&curve(), None).unwrap();
    assert_eq!((refused(&robbery), got(&robbery)), (None, number(LOSS)));
}

#[test]
fn without_the_lock_a_share_price_that_jumps_ends_it() {
    let robbery = alone(&curve(), Some(Named::SharePrice)).unwrap();
    assert_eq!(
        refused(&robbery),
        Some((Some((Guard::SharePrice, "SharePriceMoved")), 3))
    );
    assert!(robbery.unchanged);
}

#[test]
fn without_the_lock_shares_that_are_not_in_the_supply_end_it() {
    let robbery = alone(&curve(), Some(Named::Supply)).unwrap();
    assert_eq!(
        refused(&robbery),
        Some((Some((Guard::SupplyConservation, "SupplyNotConserved")), 3))
    );
    let output = &robbery.attempts[0].refused.as_ref().unwrap().output;
    let error = refusal::IRefusals::SupplyNotConserved::abi_decode(output).unwrap();
    // What was minted in the middle and then written over.
    assert_eq!(error.before, U256::ZERO);
    assert_eq!(error.supply, number("82182763636158886167824"));
    assert!(robbery.unchanged);
}

#[test]
fn without_the_lock_a_value_per_share_that_may_only_rise_sees_nothing() {
    // Shares vanish from the supply: each is worth more, and the thief has more of them than there are.
    let robbery = alone(&curve(), Some(Named::PoolValue)).unwrap();
    assert_eq!((refused(&robbery), got(&robbery)), (None, number(LOSS)));
}

#[test]
fn without_the_lock_the_cap_of_a_transaction_ends_this_one() {
    let robbery = alone(&curve(), Some(Named::Flows)).unwrap();
    assert_eq!(
        refused(&robbery),
        Some((Some((Guard::FlowCap, "TransactionCapExceeded")), 3))
    );
    assert!(robbery.unchanged);
}

#[test]
fn a_price_that_is_read_in_the_middle_is_refused_and_is_wrong_without_guards() {
    let incident = curve();
    for (build, expected) in [(Build::Unguarded, None), (Build::Guarded, Some("InTransition"))] {
        let (mut stage, theft) = open(&incident, VICTIM, build, Nerve::GoesOn).unwrap();
        if build == Build::Guarded {
            stage.shadow(&[Named::Flows as u8]).unwrap();
        }
        let before = stage.view(&IReentrantPool::virtualPriceCall {}).unwrap();
        let mut moves = Vec::new();
        for n in 1..=2 {
            let step = incident.step(n).unwrap();
            moves.extend(theft.moves(&mut stage, &incident, step).unwrap());
        }
        moves.extend(theft.looks(&stage, 3));
        moves.push(Move::call(
            3,
            "attacker",
            stage.victim,
            &IReentrantPool::removeLiquidityCall {
                amount: incident.amount(incident.step(3).unwrap()).unwrap(),
            },
        ));
        stage
            .must(&moves, "a withdrawal in the middle of which the price is read")
            .unwrap();
        let heard = theft.heard(&stage, 0).unwrap();
        match expected {
            Some(name) => {
                assert!(!heard.succeeded);
                assert_eq!(refusal::guard_of(&heard.returned), Some((Guard::Lock, name)));
            }
            None => {
                // Less than half of what it is before and after.
                let read = IReentrantPool::virtualPriceCall::abi_decode_returns(&heard.returned).unwrap();
                assert_eq!(before, number("999213671753793918"));
                assert!(read < before / U256::from(2), "{read}");
            }
        }
    }
}

#[test]
fn the_replay_says_which_guard_acted_and_an_honest_day_passes() {
    let outcome = replay(&curve()).unwrap();
    assert_eq!(
        outcome.acted,
        [Acted {
            guard: Guard::Lock,
            step: 4,
            error: "Reentered".to_owned()
        }]
    );
    assert_eq!(outcome.lost_guarded.by_asset, [("ETH".to_owned(), U256::ZERO)]);
    let limits = outcome.limits_alone.unwrap();
    assert_eq!(limits.acted[0].guard, Guard::FlowCap);
    assert_eq!(limits.lost.by_asset, [("ETH".to_owned(), U256::ZERO)]);
    assert_eq!(outcome.without_limits.unwrap().acted, outcome.acted);
    assert_eq!(outcome.honest.operations, 80);
    assert!(outcome.honest.gas_guarded > outcome.honest.gas_unguarded);
}

#[test]
fn each_way_in_is_held_to_the_price_of_a_share_and_only_the_governor_says_how() {
    let incident = curve();
    let (mut stage, _) = open(&incident, VICTIM, Build::Guarded, Nerve::Fails).unwrap();
    let (user, pool) = (stage.people.user, stage.victim);
    let still = IReentrantPool::setSharePriceCall {
        stepBps: 0,
        leastSupply: U256::from(1_000_000),
    };
    let receipt = stage.chain.submit(stage.people.attacker, pool, &still).unwrap();
    assert!(!receipt.is_success(), "a stranger's");
    stage
        .order(stage.people.governor, &still, "a price that does not move")
        .unwrap();

    // A fee and a rounding stay with the pool, so each of the three moves it by something.
    let amount = number("1000000000000000001");
    let (ether_, tokens) = (amount, U256::ZERO);
    let add = IReentrantPool::addLiquidityCall { ether_, tokens }.abi_encode();
    let swap = IReentrantPool::exchangeCall {
        etherIn: true,
        amount,
    }
    .abi_encode();
    let remove = IReentrantPool::removeLiquidityCall { amount }.abi_encode();
    for (data, value) in [(add, amount), (swap, amount), (remove, U256::ZERO)] {
        let receipt = stage.chain.transact(user, pool, data, value).unwrap();
        assert_eq!(
            refusal::guard_of(&receipt.output),
            Some((Guard::SharePrice, "SharePriceMoved"))
        );
    }
}
