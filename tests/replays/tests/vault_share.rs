//! Cream: which guard acted, at which step, with which error, what each alone leaves, and what a harvest and a gift look like to them.

use alloy_primitives::U256;
use alloy_sol_types::{SolCall, SolError};
use incident_replays::incident::{Guard, Incident};
use incident_replays::refusal::guard_of;
use incident_replays::run::rehearse;
use incident_replays::settings::DAY_SECS;
use incident_replays::stage::{Build, Move, Stage};
use incident_replays::victims::vault_share::{
    guarded, guards, honest_day, inhabited, replay, stage, vault_agrees, ILending, Lending, SHARE,
    UNDERLYING, VAULT,
};

fn cream() -> Incident {
    Incident::read("cream-2021-10").unwrap_or_else(|error| panic!("{error}"))
}

fn acted(shadow: &[u8]) -> Vec<(Guard, usize, String)> {
    let (stage, variant) = guarded(&cream(), shadow).unwrap_or_else(|error| panic!("{error}"));
    // The transaction has not happened: all is held that was held.
    for flow in &cream().normal.flows {
        let before = flow.held.number().unwrap();
        assert_eq!(stage.held(&flow.asset).unwrap(), before, "{}", flow.asset);
    }
    assert_eq!(variant.lost.dollars, 0.0);
    variant
        .acted
        .into_iter()
        .map(|acted| (acted.guard, acted.step, acted.error))
        .collect()
}

#[test]
fn without_guards_the_steps_come_to_the_files_numbers() {
    let cream = cream();
    let mut stage = stage(&cream, Build::Unguarded).unwrap();
    let compared = rehearse(&mut stage, &Lending, &cream).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((compared.equal, compared.left_out), (19, 0));
    // Of ether the thief kept less than the market lost: the flash loan's fee was paid of it, and dollars were bought, which the replay leaves out.
    let whole = U256::from(10).pow(U256::from(18));
    assert_eq!(stage.held("ETH").unwrap(), U256::ZERO);
    let kept = stage.holds("ETH", "first").unwrap();
    assert_eq!(kept, U256::from(463_415) * whole / U256::from(100));
    // The report's 2,760.22 and the 1,873 and something of step 11.
    let sold = kept - U256::from(276_022) * whole / U256::from(100);
    assert_eq!(sold / whole, U256::from(1_873));
}

#[test]
fn the_files_shares_are_what_the_vaults_arithmetic_makes_of_its_assets() {
    // The file's supply of shares follows from a price of 18 digits.
    let digits = U256::from(10).pow(U256::from(18));
    for (computed, of_file) in vault_agrees(&cream()).unwrap() {
        let apart = computed.abs_diff(of_file);
        assert!(apart * digits <= of_file, "{computed} and {of_file}");
    }
}

#[test]
fn the_ceiling_refuses_the_first_loan_of_shares() {
    let ceiling = [(Guard::GrowthCap, 6, "GrowthExceeded".to_owned())];
    assert_eq!(acted(&[]), ceiling);
    assert_eq!(acted(&[guards::SHARE_PRICE, guards::PRICE]), ceiling);
}

#[test]
fn the_price_that_a_gift_made_lends_nothing() {
    assert_eq!(
        acted(&[guards::LIMITS, guards::GROWTH]),
        [(Guard::PriceBound, 14, "PriceOffReference".to_owned())]
    );
    assert_eq!(
        acted(&[guards::LIMITS, guards::GROWTH, guards::PRICE]),
        [(Guard::SharePrice, 14, "SharePriceOffReference".to_owned())]
    );
}

#[test]
fn caps_alone_refuse_the_loan_of_ether() {
    assert_eq!(
        acted(&[guards::SHARE_PRICE, guards::PRICE, guards::GROWTH]),
        [(Guard::FlowCap, 14, "TransitionCapExceeded".to_owned())]
    );
}

#[test]
fn with_all_guards_in_shadow_all_is_lost_that_was() {
    let all = [guards::SHARE_PRICE, guards::PRICE, guards::LIMITS, guards::GROWTH];
    let (_, variant) = guarded(&cream(), &all).unwrap();
    assert_eq!(variant.acted, []);
    for (found, expected) in variant.lost.by_asset.iter().zip(&cream().loss.in_replay) {
        assert_eq!(found.1, expected.amount.number().unwrap(), "{}", found.0);
    }
}

/// A loan of an honest user's: none when it passed, or the guard that refused it.
fn borrows(stage: &mut Stage, symbol: &str, amount: U256) -> Option<(Guard, &'static str)> {
    let (user, victim, asset) = (stage.people.user, stage.victim, stage.token(symbol).unwrap());
    let call = ILending::borrowCall { asset, amount };
    let receipt = stage.chain.submit(user, victim, &call).unwrap();
    if receipt.is_success() {
        return None;
    }
    Some(guard_of(&receipt.output).expect("a guard's refusal"))
}

#[test]
fn a_harvest_of_nine_days_passes_and_as_much_again_has_to_wait() {
    let cream = cream();
    let (mut stage, _) = inhabited(&cream, Build::Guarded).unwrap();
    let vault = stage.known(VAULT).unwrap();
    let half_a_percent = cream.state("vault.total_assets", Some(UNDERLYING)).unwrap() / U256::from(200);
    stage.give(UNDERLYING, vault, half_a_percent).unwrap();
    assert_eq!(borrows(&mut stage, "DAI", U256::ONE), None);
    stage.give(UNDERLYING, vault, half_a_percent).unwrap();
    let refused = Some((Guard::SharePrice, "SharePriceOffReference"));
    assert_eq!(borrows(&mut stage, "DAI", U256::ONE), refused);
    stage.at(DAY_SECS).unwrap();
    assert_eq!(borrows(&mut stage, "DAI", U256::ONE), None);
}

#[test]
fn shares_are_lent_up_to_two_busy_days_and_no_more() {
    let cream = cream();
    let (mut stage, _) = inhabited(&cream, Build::Guarded).unwrap();
    let two_days = cream.debt(SHARE).unwrap().busy_day.number().unwrap() * U256::from(2);
    // A ceiling is kept in units of a power of two; a millionth of a share is many of them.
    let millionth = U256::from(1_000_000_000_000u64);
    let lent = two_days / millionth * millionth;
    assert_eq!(borrows(&mut stage, SHARE, lent), None);
    let refused = Some((Guard::GrowthCap, "GrowthExceeded"));
    assert_eq!(borrows(&mut stage, SHARE, millionth), refused);
}

#[test]
fn what_an_account_brought_leaves_again_in_the_same_transaction() {
    let mut stage = stage(&cream(), Build::Guarded).unwrap();
    let account = stage.actor("honest").unwrap();
    let whole = U256::from(10).pow(U256::from(18));
    let [brought, first, second] = [500, 187, 188].map(|ether| U256::from(ether) * whole);
    let (victim, asset) = (stage.victim, stage.token("ETH").unwrap());
    let deposit = ILending::depositCall {
        asset,
        amount: brought,
        account,
    };
    let borrow = |amount| Move::call(1, "honest", victim, &ILending::borrowCall { asset, amount });
    let mut moves = vec![
        stage.lends(1, "ETH", "honest", brought).unwrap(),
        Move {
            value: brought,
            ..Move::call(1, "honest", victim, &deposit)
        },
        borrow(first),
        borrow(second),
    ];
    // A busy day is 199.134 ether, which is the most in a transaction for who brought nothing, and in a call for anybody.
    stage.must(&moves, "a loan on what came in").unwrap();
    // Three quarters of what was put up are owed.
    moves = vec![borrow(U256::ONE)];
    let refused = stage.strike(&moves).unwrap().unwrap_err();
    assert_eq!(refused.output, ILending::CannotPay { account }.abi_encode());
}

#[test]
fn who_cannot_pay_is_lent_nothing_and_what_is_not_listed_is_no_market() {
    let cream = cream();
    for build in Build::BOTH {
        let mut stage = stage(&cream, build).unwrap();
        let (user, victim) = (stage.people.user, stage.victim);
        let (lent, unlisted) = (stage.token("DAI").unwrap(), stage.token(UNDERLYING).unwrap());
        let amount = U256::ONE;
        let loan = ILending::borrowCall { asset: lent, amount };
        let deposit = ILending::depositCall {
            asset: unlisted,
            amount,
            account: user,
        };
        let mut refusal = |call: Vec<u8>| {
            let receipt = stage.chain.transact(user, victim, call, U256::ZERO).unwrap();
            receipt.output.to_vec()
        };
        let cannot_pay = ILending::CannotPay { account: user }.abi_encode();
        assert_eq!(refusal(loan.abi_encode()), cannot_pay, "{build:?}");
        let not_listed = ILending::NotListed { asset: unlisted }.abi_encode();
        assert_eq!(refusal(deposit.abi_encode()), not_listed, "{build:?}");
    }
}

#[test]
fn an_honest_day_passes_on_both_builds() {
    for build in Build::BOTH {
        let lived = honest_day(&cream(), build).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(lived.operations, 40 * 14);
    }
}

#[test]
fn the_outcome_is_the_files_loss_without_guards_and_none_with_them() {
    let outcome = replay(&cream()).unwrap_or_else(|error| panic!("{error}"));
    let whole = U256::from(10).pow(U256::from(18));
    assert_eq!(
        outcome.lost_unguarded.by_asset[0],
        ("ETH".to_owned(), U256::from(5_106) * whole)
    );
    assert_eq!(outcome.lost_unguarded.by_asset.len(), 14);
    assert_eq!(outcome.lost_guarded.dollars, 0.0);
    assert!(outcome.honest.gas_guarded > outcome.honest.gas_unguarded);
}
