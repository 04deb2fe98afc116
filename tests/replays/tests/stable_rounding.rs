//! Balancer's pools, November 2025: swaps of a few units that round in the swapper's favour.

use alloy_primitives::U256;
use alloy_sol_types::SolError;
use incident_replays::{
    incident::{Guard, Incident},
    refusal::{self, IRefusals},
    victims::stable_rounding::{rehearse, replay, rob, rows, Batch, Named},
};

fn balancer() -> Incident {
    Incident::read("balancer-2025-11").unwrap()
}

fn number(text: &str) -> U256 {
    text.parse().unwrap()
}

/// Who refused the batch, at which step and row. The thief has nothing, and the pool is as it was.
fn refused(batch: &Batch) -> (Guard, &'static str, usize, usize) {
    let robbery = &batch.robbery;
    assert!(robbery.unchanged);
    assert!(robbery
        .variant
        .lost
        .by_asset
        .iter()
        .all(|(_, amount)| amount.is_zero()));
    let acted = &robbery.variant.acted[0];
    let (row, output) = batch.row.as_ref().expect("a row that is refused");
    let (guard, error) = refusal::guard_of(output).expect("a guard's refusal");
    assert_eq!(
        (acted.guard, acted.error.as_str()),
        (guard, error),
        "the row's and the batch's refusal"
    );
    (guard, error, acted.step, *row)
}

#[test]
fn without_guards_the_swaps_are_the_files_but_for_a_unit_in_two() {
    let incident = balancer();
    let (compared, lost, told) = rehearse(&incident).unwrap();
    assert_eq!((compared.equal, compared.left_out), (10, 0));
    let rows = rows(&incident).unwrap();
    assert_eq!((rows.len(), told.len()), (121, 121));
    let mut off = Vec::new();
    for (place, (row, told)) in rows.iter().zip(&told).enumerate() {
        assert_eq!(told.amountOut, row.amount_out);
        if told.amountIn != row.amount_in {
            assert_eq!(row.amount_in - told.amountIn, U256::ONE);
            off.push(place + 1);
        }
    }
    assert_eq!(off, [6, 7]);
    assert_eq!(
        lost.by_asset,
        [
            ("WETH".to_owned(), number("4623601508853283068500")),
            ("OSETH".to_owned(), number("6851122954230748094260"))
        ]
    );
}

#[test]
fn a_swap_that_leaves_too_few_shares_is_refused_before_any_rounding() {
    let batch = rob(&balancer(), &[]).unwrap();
    assert_eq!(refused(&batch), (Guard::LeastSupply, "SupplyBelowFloor", 2, 17));
    // The second transaction finds nothing inside to withdraw.
    assert!(batch.robbery.attempts[1].refused.is_some());
    assert_eq!(batch.robbery.variant.acted.len(), 1);
}

#[test]
fn the_first_swap_of_17_units_is_refused_by_the_value_per_share() {
    let batch = rob(&balancer(), &[Named::SwapSharePrice]).unwrap();
    assert_eq!(
        refused(&batch),
        (Guard::InvariantMonotone, "PoolValueFell", 3, 24)
    );
    let rows = rows(&balancer()).unwrap();
    assert_eq!(rows[23].amount_out, U256::from(17));
}

#[test]
fn at_the_end_of_the_batch_the_share_price_has_fallen() {
    let batch = rob(&balancer(), &[Named::SwapSharePrice, Named::SwapPoolValue]).unwrap();
    assert_eq!(refused(&batch), (Guard::SharePrice, "SharePriceMoved", 4, 121));
    let output = &batch.robbery.attempts[0].refused.as_ref().unwrap().output;
    let error = IRefusals::SharePriceMoved::abi_decode(output).unwrap();
    assert_eq!((error.downBps, error.upBps), (55, 55));
    assert_eq!(error.assetsBefore, number("12171087849008052087141"));
    assert_eq!(error.assets, number("240115638684764457005"));
}

#[test]
fn at_the_end_of_the_batch_the_value_per_share_has_fallen() {
    let shadow = [Named::SwapSharePrice, Named::SwapPoolValue, Named::SharePrice];
    let batch = rob(&balancer(), &shadow).unwrap();
    assert_eq!(
        refused(&batch),
        (Guard::InvariantMonotone, "PoolValueFell", 4, 121)
    );
}

#[test]
fn limits_alone_see_nothing_before_the_money_leaves() {
    let batch = rob(&balancer(), &Named::HOLD).unwrap();
    assert_eq!(batch.robbery.attempts[0].refused, None, "the swaps pass");
    let acted = &batch.robbery.variant.acted;
    assert_eq!(
        (acted.len(), acted[0].guard, acted[0].step),
        (1, Guard::FlowCap, 6)
    );
    assert!(
        !batch.robbery.unchanged,
        "what accounts have inside is the thief's"
    );
}

#[test]
fn an_honest_day_passes_and_the_replay_says_which_guard_acted() {
    let outcome = replay(&balancer()).unwrap();
    assert_eq!(
        (outcome.acted.len(), outcome.acted[0].guard, outcome.acted[0].step),
        (1, Guard::LeastSupply, 2)
    );
    assert_eq!(outcome.honest.operations, 80);
    assert!(outcome.honest.gas_guarded > outcome.honest.gas_unguarded);
}
