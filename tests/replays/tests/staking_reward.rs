//! Penpie, September 2024: a call back in the middle of a harvest.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use e2e::tokens::{Fixture, IToken};
use incident_replays::{
    incident::{Action, Figure, Guard, Incident},
    outcome::Acted,
    refusal::{self, IRefusals},
    run::{self, Cast, Robbery},
    settings,
    stage::{Build, Stage},
    victims::staking_reward::{
        all_but, alone, arm_honestly, market, open, refused_in_the_middle, rehearse, replay, rob, IStaking,
        Named, Nerve, Theft, LOCKLESS, THIEF, VICTIM,
    },
};

/// What the incident lost, of each of the two pool tokens.
const LOSS: [&str; 2] = ["416513404704868480105", "458662065591341047288"];
/// What the thief staked meanwhile, which is one unit more: a claim is rounded down.
const STAKED: [&str; 2] = ["416513404704868480106", "458662065591341047289"];

fn penpie() -> Incident {
    Incident::read("penpie-2024-09").unwrap_or_else(|error| panic!("{error}"))
}

fn number(text: &str) -> U256 {
    text.parse().unwrap()
}

/// Of the second transaction, which is the drain: by which guard it was refused and at which step.
fn refused(robbery: &Robbery) -> Option<Refusal> {
    assert_eq!(robbery.attempts.len(), 2);
    assert_eq!(robbery.attempts[0].refused, None, "anybody may register a market");
    let refused = robbery.attempts[1].refused.as_ref()?;
    Some((refusal::guard_of(&refused.output), refused.step))
}

fn told(robbery: &Robbery) -> &[u8] {
    &robbery.attempts[1].refused.as_ref().unwrap().output
}

fn got(robbery: &Robbery) -> [U256; 2] {
    let amounts: Vec<_> = robbery
        .variant
        .lost
        .by_asset
        .iter()
        .map(|(_, amount)| *amount)
        .collect();
    amounts.try_into().unwrap()
}

/// By which guard something was refused, none when by no guard, and at which step.
type Refusal = (Option<(Guard, &'static str)>, usize);

/// A thief's moves in these steps, one transaction.
fn strike(stage: &mut Stage, theft: &Theft, incident: &Incident, steps: &[usize]) -> Result<(), Refusal> {
    let mut moves = Vec::new();
    for n in steps {
        moves.extend(theft.moves(stage, incident, incident.step(*n).unwrap()).unwrap());
    }
    match stage.strike(&moves).unwrap() {
        Ok(_) => Ok(()),
        Err(refused) => Err((refusal::guard_of(&refused.output), refused.step)),
    }
}

#[test]
fn without_guards_every_number_of_the_file_comes_out_to_the_unit() {
    let (compared, lost) = rehearse(&penpie()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((compared.equal, compared.left_out), (8, 0));
    assert_eq!(
        lost.by_asset,
        [
            ("LPA".to_owned(), number(LOSS[0])),
            ("LPR".to_owned(), number(LOSS[1]))
        ]
    );
}

#[test]
fn the_lock_refuses_the_first_deposit_and_everything_is_as_it_was() {
    let incident = penpie();
    let (mut stage, theft) = open(&incident, VICTIM, Build::Guarded, Nerve::Fails).unwrap();
    strike(&mut stage, &theft, &incident, &[1, 2]).unwrap();
    let before = stage.chain.fingerprint(stage.victim).unwrap();
    let all: Vec<_> = (3..=12).collect();
    // The market's own call failed, so it did not pay.
    assert_eq!(strike(&mut stage, &theft, &incident, &all), Err((None, 3)));
    assert_eq!(stage.chain.fingerprint(stage.victim).unwrap(), before);

    for shadow in [&[][..], &Named::ALL[..]] {
        let robbery = rob(&incident, Nerve::Fails, shadow).unwrap();
        assert_eq!(refused(&robbery), Some((None, 3)));
        let error = IStaking::NotPaid::abi_decode(told(&robbery)).unwrap();
        assert_eq!(error.market, theft.thief);
        assert_eq!(got(&robbery), [U256::ZERO; 2]);
    }
    let (succeeded, told) = refused_in_the_middle(&incident).unwrap();
    assert!(!succeeded);
    assert_eq!(refusal::guard_of(&told), Some((Guard::Lock, "Reentered")));
}

#[test]
fn a_thief_that_swallows_the_refusal_has_earned_nothing() {
    let robbery = rob(&penpie(), Nerve::GoesOn, &[]).unwrap();
    assert_eq!(refused(&robbery), Some((None, 7)));
    IStaking::NothingEarned::abi_decode(told(&robbery)).unwrap();
    assert_eq!(got(&robbery), [U256::ZERO; 2]);
}

#[test]
fn without_the_lock_and_without_any_other_guard_the_theft_succeeds() {
    let robbery = alone(&penpie(), None).unwrap();
    assert_eq!((refused(&robbery), got(&robbery)), (None, LOSS.map(number)));
}

#[test]
fn without_the_lock_a_reward_that_is_a_deposit_too_is_refused_at_the_harvest() {
    let robbery = alone(&penpie(), Some(Named::Measured)).unwrap();
    let measured = (Guard::MeasuredOutflow, "BalanceOutOfBounds");
    assert_eq!(refused(&robbery), Some((Some(measured), 3)));
    assert_eq!(got(&robbery), [U256::ZERO; 2]);
    let error = IRefusals::BalanceOutOfBounds::abi_decode(told(&robbery)).unwrap();
    let (before, staked) = (number("1489388615889064860787"), number(STAKED[0]));
    // It came in once and is owed twice.
    assert_eq!((error.before, error.balance), (before, before + staked));
    assert_eq!(
        (error.lowest, error.highest),
        (before + staked + staked, U256::MAX)
    );
}

#[test]
fn without_the_lock_what_is_owed_twice_is_not_held() {
    let robbery = alone(&penpie(), Some(Named::Solvent)).unwrap();
    assert_eq!(refused(&robbery), Some((Some((Guard::Solvency, "Insolvent")), 3)));
    assert_eq!(got(&robbery), [U256::ZERO; 2]);
    let error = IRefusals::Insolvent::abi_decode(told(&robbery)).unwrap();
    let (before, staked) = (number("1489388615889064860787"), number(STAKED[0]));
    assert_eq!(
        (error.locked, error.owed),
        (before + staked, before + staked + staked)
    );
}

#[test]
fn without_the_lock_a_surplus_is_the_thiefs_as_far_as_solvency_sees_and_not_as_measured() {
    let incident = penpie();
    for (guard, expected) in [
        (Named::Solvent, Ok(())),
        (
            Named::Measured,
            Err((Some((Guard::MeasuredOutflow, "BalanceOutOfBounds")), 3)),
        ),
    ] {
        let (mut stage, theft) = open(&incident, LOCKLESS, Build::Unguarded, Nerve::Fails).unwrap();
        stage.shadow(&all_but(Some(guard))).unwrap();
        let staking = stage.victim;
        for (symbol, amount) in ["LPA", "LPR"].into_iter().zip(STAKED) {
            stage.give(symbol, staking, number(amount)).unwrap();
        }
        strike(&mut stage, &theft, &incident, &[1, 2]).unwrap();
        let drain: Vec<_> = (3..=12).collect();
        assert_eq!(strike(&mut stage, &theft, &incident, &drain), expected);
    }
}

#[test]
fn without_the_lock_the_second_token_is_measured_as_the_first() {
    // The thief deposits only the second of the two tokens that its market names.
    let mut incident = penpie();
    incident.steps[3].inside = None;
    for (guard, error) in [
        (Named::Measured, (Guard::MeasuredOutflow, "BalanceOutOfBounds")),
        (Named::Solvent, (Guard::Solvency, "Insolvent")),
    ] {
        let (mut stage, theft) = open(&incident, LOCKLESS, Build::Unguarded, Nerve::Fails).unwrap();
        stage.shadow(&all_but(Some(guard))).unwrap();
        strike(&mut stage, &theft, &incident, &[1, 2]).unwrap();
        assert_eq!(strike(&mut stage, &theft, &incident, &[3]), Err((Some(error), 3)));
    }
}

#[test]
fn without_the_lock_the_cap_of_a_transaction_ends_this_one_when_the_deposit_leaves_too() {
    // The reward alone is no more than what the thief brought in within the transaction; the deposit on top of it is seven busy days.
    let robbery = alone(&penpie(), Some(Named::Flows)).unwrap();
    let cap = (Guard::FlowCap, "TransactionCapExceeded");
    assert_eq!(refused(&robbery), Some((Some(cap), 8)));
    assert_eq!(got(&robbery), [U256::ZERO; 2]);
}

/// More than a bucket of such a size rounds up of what leaves.
const ROUNDED_UP: U256 = U256::from_limbs([4_096, 0, 0, 0]);

#[test]
fn without_the_lock_a_thief_who_knows_the_cap_takes_two_busy_days() {
    let mut incident = penpie();
    let caps = ["LPA", "LPR"].map(|symbol| settings::limit(incident.flow(symbol).unwrap()).unwrap());
    for step in &mut incident.steps[3..10] {
        let cap = if step.asset.as_deref() == Some("LPA") {
            caps[0].cap
        } else {
            caps[1].cap
        };
        step.amount = step.amount.clone().map(|amount| Figure {
            value: (cap - ROUNDED_UP).to_string(),
            ..amount
        });
        step.args.retain(|name, _| !name.starts_with("worth"));
    }
    let (mut stage, theft) = open(&incident, LOCKLESS, Build::Unguarded, Nerve::Fails).unwrap();
    stage.shadow(&all_but(Some(Named::Flows))).unwrap();
    strike(&mut stage, &theft, &incident, &[1, 2]).unwrap();
    let drain: Vec<_> = (3..=10).collect();
    for _ in 0..2 {
        assert_eq!(strike(&mut stage, &theft, &incident, &drain), Ok(()));
    }
    let bucket = Some((Guard::RateLimiter, "RateLimited"));
    assert_eq!(strike(&mut stage, &theft, &incident, &drain), Err((bucket, 8)));
    for (symbol, limit) in ["LPA", "LPR"].into_iter().zip(caps) {
        let before = incident.number(&incident.flow(symbol).unwrap().held, "what is held");
        let lost = before.unwrap() - stage.held(symbol).unwrap();
        // Of each claim a unit stayed.
        let most = limit.bucket.capacity - ROUNDED_UP - ROUNDED_UP;
        assert!(lost <= most && lost + U256::from(2) >= most);
    }
}

#[test]
fn an_honest_market_pays_another_token_and_its_stakers_claim_it() {
    let incident = penpie();
    for build in Build::BOTH {
        let (mut stage, _) = open(&incident, VICTIM, build, Nerve::Fails).unwrap();
        let user = stage.people.user;
        // Of a third token, so that the market is the test's own.
        let [token, reward] = ["RSWETH", "AGETH"].map(|symbol| stage.token(symbol).unwrap());
        let market = stage.chain.create(user, market([reward, Address::ZERO])).unwrap();
        let call = IStaking::registerMarketCall { token, market };
        stage.order(user, &call, "a market").unwrap();
        let harvest = IStaking::harvestCall { token };

        // What comes while nobody has a stake is nobody's.
        arm_honestly(&mut stage, market, "AGETH", U256::from(50)).unwrap();
        stage.order(user, &harvest, "a harvest for nobody").unwrap();
        let queued = IStaking::harvestedCall { token, reward };
        assert_eq!(stage.view(&queued).unwrap(), U256::ZERO);

        let amount = U256::from(1_000);
        stage.give("RSWETH", user, amount).unwrap();
        let approval = IToken::approveCall {
            spender: stage.victim,
            value: amount,
        };
        stage.chain.must(user, token, &approval, "an approval").unwrap();
        stage
            .order(user, &IStaking::stakeCall { token, amount }, "a stake")
            .unwrap();
        arm_honestly(&mut stage, market, "AGETH", U256::from(7_000)).unwrap();
        stage.order(user, &harvest, "a harvest").unwrap();
        assert_eq!(stage.view(&queued).unwrap(), U256::from(7_000));
        // Who takes his stake out keeps what it has earned, and is paid it once.
        stage
            .order(user, &IStaking::withdrawCall { token, amount }, "a withdrawal")
            .unwrap();
        let claim = IStaking::claimCall { token, reward };
        stage.order(user, &claim, "a claim").unwrap();
        assert_eq!(stage.chain.holds(reward, user).unwrap(), U256::from(7_000));
        assert_eq!(stage.chain.holds(token, user).unwrap(), amount);
        let again = stage.chain.submit(user, stage.victim, &claim).unwrap();
        assert_eq!(
            again.output.to_vec(),
            IStaking::NothingEarned { token, reward }.abi_encode()
        );
    }
}

#[test]
fn who_stakes_after_a_harvest_has_no_part_of_it() {
    let incident = penpie();
    let (mut stage, theft) = open(&incident, VICTIM, Build::Guarded, Nerve::GoesOn).unwrap();
    strike(&mut stage, &theft, &incident, &[1, 2]).unwrap();
    let [token, reward] = ["FAKE", "LPA"].map(|symbol| stage.token(symbol).unwrap());
    // The fake market pays honestly for once.
    arm_honestly(&mut stage, theft.thief, "LPA", U256::from(1_000_000)).unwrap();
    let user = stage.people.user;
    stage
        .order(user, &IStaking::harvestCall { token }, "a harvest")
        .unwrap();
    let amount = U256::from(5);
    stage.give("FAKE", user, amount).unwrap();
    let approval = IToken::approveCall {
        spender: stage.victim,
        value: amount,
    };
    stage.chain.must(user, token, &approval, "an approval").unwrap();
    stage
        .order(user, &IStaking::stakeCall { token, amount }, "a stake")
        .unwrap();
    let claim = IStaking::claimCall { token, reward };
    let receipt = stage.chain.submit(user, stage.victim, &claim).unwrap();
    assert_eq!(
        receipt.output.to_vec(),
        IStaking::NothingEarned { token, reward }.abi_encode()
    );
    let pot = stage.view(&IStaking::stateCall { token: reward }).unwrap().pot;
    assert_eq!(pot, U256::from(1_000_000));
}

#[test]
fn what_is_no_market_no_stake_or_too_much_is_refused_and_changes_nothing() {
    let incident = penpie();
    for build in Build::BOTH {
        let (mut stage, _) = open(&incident, VICTIM, build, Nerve::Fails).unwrap();
        let (user, staking) = (stage.people.user, stage.victim);
        let [lpa, fake] = ["LPA", "FAKE"].map(|symbol| stage.token(symbol).unwrap());
        let twice = stage.chain.create(user, market([lpa, lpa])).unwrap();
        let nothing = stage.chain.create(user, market([Address::ZERO, lpa])).unwrap();
        let silent = stage.chain.create(user, Fixture::Batch.creation_code()).unwrap();
        let register = |token, market| IStaking::registerMarketCall { token, market }.abi_encode();
        let bad = |market| IStaking::BadMarket { market }.abi_encode();
        let held = number("1489388615889064860787");
        let more = held + U256::ONE;
        let attempts = [
            (register(fake, twice), bad(twice)),
            (register(fake, nothing), bad(nothing)),
            (register(fake, silent), bad(silent)),
            (register(fake, user), bad(user)),
            (
                register(lpa, twice),
                IStaking::Registered { token: lpa }.abi_encode(),
            ),
            (
                IStaking::stakeCall {
                    token: fake,
                    amount: U256::ONE,
                }
                .abi_encode(),
                IStaking::NoMarket { token: fake }.abi_encode(),
            ),
            (
                IStaking::harvestCall { token: fake }.abi_encode(),
                IStaking::NoMarket { token: fake }.abi_encode(),
            ),
            (
                IStaking::stakeCall {
                    token: lpa,
                    amount: U256::ZERO,
                }
                .abi_encode(),
                IStaking::BadAmount {
                    amount: U256::ZERO,
                    available: U256::ZERO,
                }
                .abi_encode(),
            ),
            (
                IStaking::withdrawCall {
                    token: lpa,
                    amount: more,
                }
                .abi_encode(),
                IStaking::BadAmount {
                    amount: more,
                    available: held,
                }
                .abi_encode(),
            ),
        ];
        let before = stage.chain.fingerprint(staking).unwrap();
        for (data, expected) in attempts {
            let receipt = stage.chain.transact(user, staking, data, U256::ZERO).unwrap();
            assert_eq!((receipt.is_success(), receipt.output.to_vec()), (false, expected));
        }
        assert_eq!(stage.chain.fingerprint(staking).unwrap(), before);
    }
}

#[test]
fn the_replay_says_which_guard_acted_and_an_honest_day_passes() {
    let incident = penpie();
    let outcome = replay(&incident).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        outcome.acted,
        [Acted {
            guard: Guard::Lock,
            step: 4,
            error: "Reentered".to_owned()
        }]
    );
    assert_eq!(outcome.lost_guarded.dollars, 0.0);
    let limits = outcome.limits_alone.unwrap();
    assert_eq!(limits.acted[0].guard, Guard::FlowCap);
    assert_eq!(limits.lost.dollars, 0.0);
    assert_eq!(outcome.without_limits.unwrap().acted, outcome.acted);
    assert_eq!(outcome.honest.operations, 80);
    assert!(outcome.honest.gas_guarded > outcome.honest.gas_unguarded);
    // The file's steps are all played.
    let harvests = incident
        .steps
        .iter()
        .filter(|step| step.action == Action::Harvest);
    assert_eq!(harvests.count(), 1);
}

#[test]
fn what_the_thief_is_left_with_is_the_files_profit() {
    let incident = penpie();
    let (mut stage, theft) = open(&incident, VICTIM, Build::Unguarded, Nerve::Fails).unwrap();
    let attempts = run::attack(&mut stage, &theft, &incident).unwrap();
    assert!(attempts.iter().all(|attempt| attempt.refused.is_none()));
    for (symbol, profit) in [
        ("AGETH", "1367721940734251263418"),
        ("RSWETH", "901793090984736278006"),
        ("LPA", "0"),
        ("LPR", "0"),
    ] {
        assert_eq!(stage.holds(symbol, THIEF).unwrap(), number(profit), "{symbol}");
    }
}
