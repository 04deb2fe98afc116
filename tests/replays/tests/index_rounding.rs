//! Radiant: which guard acted, at which step, with which error, what each alone leaves, and what an honest flash loan looks like to them.

use alloy_primitives::U256;
use alloy_sol_types::{SolCall, SolError};
use e2e::tokens::IBatch;
use incident_replays::incident::{Guard, Incident};
use incident_replays::refusal::guard_of;
use incident_replays::run::{rehearse, Cast};
use incident_replays::settings::DAY_SECS;
use incident_replays::stage::{Build, Move, Stage};
use incident_replays::victims::index_rounding::{
    guarded, guards, honest_day, inhabited, replay, stage, ILending, Theft, Way,
};

fn radiant() -> Incident {
    Incident::read("radiant-2024-01").unwrap_or_else(|error| panic!("{error}"))
}

fn acted(way: Way, shadow: &[u8]) -> Vec<(Guard, usize, String)> {
    let (_, robbery) = guarded(&radiant(), way, shadow).unwrap_or_else(|error| panic!("{error}"));
    assert!(robbery.unchanged);
    assert_eq!(robbery.variant.lost.dollars, 0.0);
    robbery
        .variant
        .acted
        .into_iter()
        .map(|acted| (acted.guard, acted.step, acted.error))
        .collect()
}

#[test]
fn without_guards_the_steps_come_to_the_files_numbers() {
    let radiant = radiant();
    for way in [Way::CallingBack, Way::Before] {
        let mut stage = stage(&radiant, Build::Unguarded).unwrap();
        let compared = rehearse(&mut stage, &Theft(way), &radiant).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((compared.equal, compared.left_out), (7, 0), "{way:?}");
    }
}

#[test]
fn as_it_was_the_lock_refuses_the_call_back() {
    let lock = [(Guard::Lock, 4, "Reentered".to_owned())];
    assert_eq!(acted(Way::CallingBack, &[]), lock);
    let all = [
        guards::LEAST_SUPPLY,
        guards::SHARE_PRICE,
        guards::VALUE,
        guards::LIMITS,
    ];
    assert_eq!(acted(Way::CallingBack, &all), lock);
}

#[test]
fn who_does_not_call_back_is_refused_a_market_of_one_share() {
    assert_eq!(
        acted(Way::Before, &[]),
        [(Guard::LeastSupply, 3, "SupplyBelowFloor".to_owned())]
    );
}

#[test]
fn the_price_of_a_share_alone_refuses_the_first_flash_loan() {
    assert_eq!(
        acted(
            Way::Before,
            &[guards::LEAST_SUPPLY, guards::VALUE, guards::LIMITS]
        ),
        [(Guard::SharePrice, 4, "SharePriceOffReference".to_owned())]
    );
}

#[test]
fn value_alone_refuses_the_first_withdrawal_that_is_rounded_the_wrong_way() {
    assert_eq!(
        acted(
            Way::Before,
            &[guards::LEAST_SUPPLY, guards::SHARE_PRICE, guards::LIMITS]
        ),
        [(Guard::ValueInOut, 8, "ValueLost".to_owned())]
    );
}

#[test]
fn limits_alone_see_nothing() {
    let invariants = [guards::LEAST_SUPPLY, guards::SHARE_PRICE, guards::VALUE];
    let (_, robbery) = guarded(&radiant(), Way::Before, &invariants).unwrap();
    assert_eq!(robbery.variant.acted, []);
    assert!(!robbery.unchanged);
    let lost: U256 = "90690695360221284999".parse().unwrap();
    assert_eq!(robbery.variant.lost.by_asset, [("WETH".to_owned(), lost)]);
}

/// A flash loan of two million dollars, by somebody who pays the fee and does nothing with it.
fn flash(stage: &mut Stage) -> Option<(Guard, &'static str)> {
    let [amount, fee] = [2_000_000_000_000u64, 1_800_000_000].map(U256::from);
    let data = IBatch::runCall { calls: Vec::new() }.abi_encode().into();
    let mut moves = vec![stage.lends(1, "USDC", "borrower", fee).unwrap()];
    moves.extend(stage.approves(1, "borrower", "USDC", amount + fee).unwrap());
    let call = ILending::flashLoanCall { amount, data };
    moves.push(Move::call(1, "borrower", stage.victim, &call));
    let refused = stage.strike(&moves).unwrap().err()?;
    Some(guard_of(&refused.output).expect("a guard's refusal"))
}

#[test]
fn flash_loans_pass_until_their_fees_are_ten_days_growth_and_everybody_gets_out() {
    let (mut stage, deposited) = inhabited(&radiant(), Build::Guarded).unwrap();
    // 1,800 of ten million are 1.8 basis points: thirty times that is 54 of 55.
    let passed = (0..40).take_while(|_| flash(&mut stage).is_none()).count();
    assert_eq!(passed, 30);
    let refused = Some((Guard::SharePrice, "SharePriceOffReference"));
    assert_eq!(flash(&mut stage), refused);
    let fees = U256::from(30 * 1_800_000_000u64);
    let amount = deposited + fees;
    let withdraw = ILending::withdrawCall { amount };
    stage
        .order(stage.people.user, &withdraw, "all that there is")
        .unwrap();
    assert_eq!(stage.held("USDC").unwrap(), U256::ZERO);
    let market = stage.view(&ILending::marketCall {}).unwrap();
    assert_eq!(market.supply, U256::ZERO);
}

/// What an honest user's call is refused with, if it is.
fn refusal(stage: &mut Stage, call: &impl SolCall) -> Option<(Guard, &'static str)> {
    let (user, victim) = (stage.people.user, stage.victim);
    let receipt = stage.chain.submit(user, victim, call).unwrap();
    (!receipt.is_success()).then(|| guard_of(&receipt.output).expect("a guard's refusal"))
}

/// Has a guard refuse again that was put into shadow.
fn enforce(stage: &mut Stage, guard: u8) {
    let call = ILending::setModeCall { guard, mode: 0 };
    stage
        .order(stage.people.governor, &call, "a stricter mode")
        .unwrap();
}

#[test]
fn with_few_shares_nothing_is_lent_in_any_way_until_there_are_enough() {
    let radiant = radiant();
    let (mut stage, _) = inhabited(&radiant, Build::Guarded).unwrap();
    let asset = stage.token("WETH").unwrap();
    let amount = |units: u64| U256::from(units);
    // All but one share less than the least is taken out while the guard only watches.
    stage.shadow(&[guards::LEAST_SUPPLY]).unwrap();
    let withdraw = ILending::withdrawCall {
        amount: amount(10_000_000_000_000 - 999_999),
    };
    assert_eq!(refusal(&mut stage, &withdraw), None);
    enforce(&mut stage, guards::LEAST_SUPPLY);
    let few = Some((Guard::LeastSupply, "SupplyBelowFloor"));
    let borrow = ILending::borrowCall {
        asset,
        amount: U256::ONE,
    };
    assert_eq!(refusal(&mut stage, &borrow), few);
    let victim = stage.victim;
    stage.give("USDC", victim, amount(2_000_000_000_000)).unwrap();
    assert_eq!(flash(&mut stage), few);
    let deposit = |units| ILending::depositCall {
        amount: amount(units),
    };
    assert_eq!(refusal(&mut stage, &deposit(0)), few);
    assert_eq!(refusal(&mut stage, &deposit(1)), None);
    assert_eq!(refusal(&mut stage, &borrow), None);
}

#[test]
fn off_its_reference_nothing_is_put_up_taken_out_or_lent() {
    let (mut stage, _) = inhabited(&radiant(), Build::Guarded).unwrap();
    let asset = stage.token("WETH").unwrap();
    stage.shadow(&[guards::SHARE_PRICE]).unwrap();
    for _ in 0..31 {
        assert_eq!(flash(&mut stage), None);
    }
    enforce(&mut stage, guards::SHARE_PRICE);
    let off = Some((Guard::SharePrice, "SharePriceOffReference"));
    let amount = U256::from(1_000_000);
    assert_eq!(refusal(&mut stage, &ILending::depositCall { amount }), off);
    assert_eq!(refusal(&mut stage, &ILending::withdrawCall { amount }), off);
    assert_eq!(refusal(&mut stage, &ILending::borrowCall { asset, amount }), off);
    // The reference follows by a day's step.
    stage.at(DAY_SECS).unwrap();
    assert_eq!(refusal(&mut stage, &ILending::withdrawCall { amount }), None);
}

#[test]
fn a_share_for_half_of_its_worth_is_refused_on_the_way_in_too() {
    let radiant = radiant();
    let mut stage = stage(&radiant, Build::Guarded).unwrap();
    stage
        .shadow(&[guards::LEAST_SUPPLY, guards::SHARE_PRICE])
        .unwrap();
    let theft = Theft(Way::Before);
    for n in 1..=4 {
        let moves = theft
            .moves(&mut stage, &radiant, radiant.step(n).unwrap())
            .unwrap();
        if !moves.is_empty() {
            stage.must(&moves, "the way to one dear share").unwrap();
        }
    }
    // A share is worth 1,800,000,001 units, and the half of it and one rounds to a share.
    let amount = U256::from(900_000_001);
    let call = ILending::depositCall { amount };
    let refused = stage
        .strike(&[Move::call(1, "attacker", stage.victim, &call)])
        .unwrap()
        .unwrap_err();
    assert_eq!(guard_of(&refused.output), Some((Guard::ValueInOut, "ValueLost")));
}

#[test]
fn nobody_takes_out_more_than_is_theirs_or_what_they_owe_against() {
    let radiant = radiant();
    for build in Build::BOTH {
        let (mut stage, deposited) = inhabited(&radiant, build).unwrap();
        let (user, victim, asset) = (stage.people.user, stage.victim, stage.token("WETH").unwrap());
        let mut refusal = |call: Vec<u8>| {
            let receipt = stage.chain.transact(user, victim, call, U256::ZERO).unwrap();
            (!receipt.is_success()).then(|| receipt.output.to_vec())
        };
        let more = deposited + U256::ONE;
        assert_eq!(
            refusal(ILending::withdrawCall { amount: more }.abi_encode()),
            Some(
                ILending::TooLittle {
                    requested: more,
                    available: deposited
                }
                .abi_encode()
            ),
            "{build:?}"
        );
        let cannot_pay = Some(ILending::CannotPay { account: user }.abi_encode());
        let whole = U256::from(10).pow(U256::from(18));
        let hundred = U256::from(100) * whole;
        let borrow = |amount| ILending::borrowCall { asset, amount }.abi_encode();
        for _ in 0..9 {
            assert_eq!(refusal(borrow(hundred)), None, "{build:?}");
        }
        // 900 ether at 2,367.55 need 2,663,583.62 of these dollars.
        let withdraw = |amount: u64| {
            let amount = U256::from(amount) * U256::from(1_000_000);
            ILending::withdrawCall { amount }.abi_encode()
        };
        assert_eq!(refusal(withdraw(7_336_417)), cannot_pay, "{build:?}");
        assert_eq!(refusal(withdraw(7_336_416)), None, "{build:?}");
        assert_eq!(refusal(borrow(whole)), cannot_pay, "{build:?}");
    }
}

#[test]
fn an_honest_day_passes_on_both_builds() {
    for build in Build::BOTH {
        let lived = honest_day(&radiant(), build).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(lived.operations, 40);
    }
}

#[test]
fn the_outcome_is_the_files_loss_without_guards_and_none_with_them() {
    let outcome = replay(&radiant()).unwrap_or_else(|error| panic!("{error}"));
    let lost: U256 = "90690695360221284999".parse().unwrap();
    assert_eq!(outcome.lost_unguarded.by_asset, [("WETH".to_owned(), lost)]);
    assert_eq!(outcome.lost_guarded.dollars, 0.0);
    let alone = outcome.limits_alone.expect("it was tried");
    assert_eq!(alone.lost, outcome.lost_unguarded);
    assert!(outcome.honest.gas_guarded > outcome.honest.gas_unguarded);
}
