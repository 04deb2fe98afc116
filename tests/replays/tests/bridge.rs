//! Ronin of 2024, Poly and Wormhole: which guard acted, at which step, with which error, and what is left.

use alloy_primitives::{keccak256, B256, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use e2e::calls::ETH;
use e2e::tokens::{Fixture, IToken};
use incident_replays::incident::{Guard, Incident};
use incident_replays::outcome::Acted;
use incident_replays::refusal::{guard_of, IRefusals};
use incident_replays::run::{rehearse, Cast, Robbery};
use incident_replays::stage::{Build, IGuarded, Move, Stage};
use incident_replays::victims::bridge::{
    guarded, guards, honest_day, keys, replay, stage, Bridge, IBridge, ATTACKER, PARAMETERS,
};

const RONIN: &str = "ronin-2024-08";
const POLY: &str = "poly-2021-08";
const WORMHOLE: &str = "wormhole-2022-02";
const IDS: [&str; 3] = [RONIN, POLY, WORMHOLE];

fn incident(id: &str) -> Incident {
    Incident::read(id).unwrap_or_else(|error| panic!("{error}"))
}

fn number(text: &str) -> U256 {
    text.parse().unwrap()
}

fn robbed(id: &str, shadow: &[u8]) -> Robbery {
    guarded(&incident(id), shadow).unwrap_or_else(|error| panic!("{error}"))
}

fn acts(robbery: &Robbery) -> Vec<(Guard, usize, &str)> {
    let acted = robbery.variant.acted.iter();
    acted
        .map(|acted| (acted.guard, acted.step, acted.error.as_str()))
        .collect()
}

fn amounts(robbery: &Robbery) -> Vec<U256> {
    robbery
        .variant
        .lost
        .by_asset
        .iter()
        .map(|(_, amount)| *amount)
        .collect()
}

/// What a transaction was told.
fn told(robbery: &Robbery, place: usize) -> &[u8] {
    &robbery.attempts[place].refused.as_ref().unwrap().output
}

/// A guarded stage on which these steps have been made.
fn after(id: &str, steps: impl IntoIterator<Item = usize>) -> (Incident, Stage) {
    let incident = incident(id);
    let mut stage = stage(&incident, Build::Guarded).unwrap();
    for n in steps {
        let moves = Bridge
            .moves(&mut stage, &incident, incident.step(n).unwrap())
            .unwrap();
        stage.must(&moves, "a step").unwrap();
    }
    (incident, stage)
}

#[test]
fn without_guards_the_steps_come_to_the_files_numbers() {
    let compared = IDS.map(|id| {
        let incident = incident(id);
        let mut stage = stage(&incident, Build::Unguarded).unwrap();
        let compared = rehearse(&mut stage, &Bridge, &incident).unwrap_or_else(|error| panic!("{error}"));
        (compared.equal, compared.left_out)
    });
    // Poly's bytes of the new key are of its attacker's account, and its attacker had ETH before.
    assert_eq!(compared, [(2, 0), (2, 2), (2, 0)]);
}

#[test]
fn polys_method_has_the_four_bytes_of_the_setter_of_the_keys() {
    let poly = incident(POLY);
    let step = poly.step(1).unwrap();
    let method = poly.arg(step, "method").unwrap();
    let hash = keccak256(format!("{method}{PARAMETERS}"));
    let setter = keccak256("putCurEpochConPubKeyBytes(bytes)");
    assert_eq!(hash[..4], setter[..4]);
    assert_eq!(
        format!("0x{}", alloy_primitives::hex::encode(&hash[..4])),
        poly.arg(step, "selector").unwrap()
    );
}

#[test]
fn no_message_changes_polys_keys_and_who_is_no_keeper_unlocks_nothing() {
    let robbery = robbed(POLY, &[]);
    assert_eq!(acts(&robbery), [(Guard::WordsUnchanged, 1, "WordChanged")]);
    assert_eq!(amounts(&robbery), [U256::ZERO]);
    assert!(robbery.unchanged);

    let error = IRefusals::WordChanged::abi_decode(told(&robbery, 0)).unwrap();
    let (poly, mut stage) = after(POLY, []);
    assert_eq!(error.slot, U256::ZERO);
    assert_eq!(error.before, keccak256(keys(&mut stage, &poly).unwrap()));
    // The second transaction fails as the attacker has no key: no guard had to see it.
    assert_eq!(robbery.attempts.len(), 2);
    assert_eq!(robbery.attempts[1].refused.as_ref().unwrap().step, 2);
    assert_eq!(guard_of(told(&robbery, 1)), None);

    let robbery = robbed(POLY, &[guards::LIMITS]);
    assert_eq!(acts(&robbery), [(Guard::WordsUnchanged, 1, "WordChanged")]);
}

#[test]
fn with_polys_keys_replaced_a_cap_is_what_is_left() {
    let robbery = robbed(POLY, &[guards::KEYS]);
    assert_eq!(acts(&robbery), [(Guard::FlowCap, 2, "TransactionCapExceeded")]);
    assert_eq!(amounts(&robbery), [U256::ZERO]);
    let error = IRefusals::TransactionCapExceeded::abi_decode(told(&robbery, 1)).unwrap();
    assert_eq!(error.requested, number("2857486346845890372134"));
    assert_eq!(error.available, number("122871912914373286001"));

    let robbery = robbed(POLY, &[guards::KEYS, guards::LIMITS]);
    assert_eq!(
        (acts(&robbery), amounts(&robbery)),
        (vec![], vec![number("2857486346845890372134")])
    );
}

#[test]
fn wormholes_forged_minting_meets_the_ceiling_and_without_it_the_backing() {
    let robbery = robbed(WORMHOLE, &[]);
    assert_eq!(acts(&robbery), [(Guard::GrowthCap, 1, "GrowthExceeded")]);
    assert_eq!(amounts(&robbery), [U256::ZERO]);
    assert!(robbery.unchanged);
    let error = IRefusals::GrowthExceeded::abi_decode(told(&robbery, 0)).unwrap();
    assert_eq!(
        (error.requested, error.available),
        (number("12000000000000"), number("731250000000"))
    );

    let robbery = robbed(WORMHOLE, &[guards::GROWTH, guards::LIMITS]);
    assert_eq!(acts(&robbery), [(Guard::SupplyConservation, 1, "SupplyUnbacked")]);
    assert_eq!(amounts(&robbery), [U256::ZERO]);
    assert!(robbery.unchanged);
    let error = IRefusals::SupplyUnbacked::abi_decode(told(&robbery, 0)).unwrap();
    assert_eq!(error.held, number("93750000000000000000000"));
    assert_eq!(error.supply, number("213750000000000000000000"));
}

#[test]
fn wormholes_minted_tokens_leave_no_faster_than_the_cap_and_the_bucket_let_them() {
    let robbery = robbed(WORMHOLE, &[guards::GROWTH, guards::BACKING]);
    assert_eq!(
        acts(&robbery),
        [
            (Guard::FlowCap, 2, "TransactionCapExceeded"),
            (Guard::FlowCap, 4, "TransactionCapExceeded")
        ]
    );
    assert_eq!(amounts(&robbery), [U256::ZERO]);

    // A thief who knows the cap gets two busy days, and then meets the bucket.
    let incident = incident(WORMHOLE);
    let mut stage = stage(&incident, Build::Guarded).unwrap();
    stage.shadow(&[guards::GROWTH, guards::BACKING]).unwrap();
    let mint = Bridge
        .moves(&mut stage, &incident, incident.step(1).unwrap())
        .unwrap();
    stage.must(&mint, "a minting in shadow").unwrap();
    let redeem = |amount: u64| {
        let amount = U256::from(amount);
        [Move::call(
            2,
            ATTACKER,
            stage.victim,
            &IBridge::redeemCall { amount },
        )]
    };
    let (busy_day, little) = (redeem(365_625_000_000), redeem(1_000_000_000));
    for _ in 0..2 {
        stage.must(&busy_day, "a busy day").unwrap();
    }
    let refused = stage.strike(&little).unwrap().unwrap_err();
    assert_eq!(
        guard_of(&refused.output),
        Some((Guard::RateLimiter, "RateLimited"))
    );

    let robbery = robbed(WORMHOLE, &[guards::GROWTH, guards::BACKING, guards::LIMITS]);
    assert_eq!(
        (acts(&robbery), amounts(&robbery)),
        (vec![], vec![number("93750000000000000000000")])
    );
}

#[test]
fn no_guard_sees_ronins_upgrade_and_the_cap_stops_only_the_usdc() {
    let robbery = robbed(RONIN, &[]);
    assert_eq!(acts(&robbery), [(Guard::FlowCap, 3, "TransactionCapExceeded")]);
    assert_eq!(amounts(&robbery), [number("3996000000000000000000"), U256::ZERO]);
    let refused: Vec<bool> = robbery
        .attempts
        .iter()
        .map(|attempt| attempt.refused.is_some())
        .collect();
    assert_eq!(refused, [false, false, true, false]);
    let error = IRefusals::TransactionCapExceeded::abi_decode(told(&robbery, 2)).unwrap();
    assert_eq!(
        (error.requested, error.available),
        (number("2000000000000"), number("1040000000000"))
    );

    // Without the limits nothing is left that would act.
    let robbery = robbed(RONIN, &[guards::LIMITS]);
    let all = [number("3996000000000000000000"), number("2000000000000")];
    assert_eq!((acts(&robbery), amounts(&robbery)), (vec![], all.to_vec()));
}

#[test]
fn ronins_usdc_in_two_halves_passes_cap_and_bucket_and_a_refusal_leaves_nothing() {
    let (ronin, mut stage) = after(RONIN, 1..=2);
    let whole = Bridge.moves(&mut stage, &ronin, ronin.step(3).unwrap()).unwrap();
    let before = stage.chain.fingerprint(stage.victim).unwrap();
    assert_eq!(stage.strike(&whole).unwrap().unwrap_err().step, 3);
    assert_eq!(stage.chain.fingerprint(stage.victim).unwrap(), before);
    for nonce in [100, 101] {
        let call = IBridge::withdrawCall {
            asset: stage.token("USDC").unwrap(),
            to: stage.known("bot_2").unwrap(),
            amount: number("1000000000000"),
            nonce: U256::from(nonce),
        };
        let half = [Move::call(3, "bot_2", stage.victim, &call)];
        stage.must(&half, "a half").unwrap();
    }
    assert_eq!(stage.holds("USDC", "bot_2").unwrap(), number("2000000000000"));
}

#[test]
fn a_weight_that_was_written_and_a_pause_refuse_what_ronin_paid() {
    // With the initialiser that was skipped three of four have to approve.
    let (ronin, mut stage) = after(RONIN, [1]);
    let written = Move::call(1, "governor", stage.victim, &IBridge::initializeWeightCall {});
    stage.must(&[written], "the initialiser").unwrap();
    let moves = Bridge.moves(&mut stage, &ronin, ronin.step(2).unwrap()).unwrap();
    assert_eq!(stage.strike(&moves).unwrap().unwrap_err().step, 2);

    // And without it, in time, the guardian's pause would have.
    let (ronin, mut stage) = after(RONIN, [1, 4]);
    let moves = Bridge.moves(&mut stage, &ronin, ronin.step(2).unwrap()).unwrap();
    assert_eq!(stage.strike(&moves).unwrap().unwrap_err().step, 2);
    assert_eq!(stage.held("ETH").unwrap(), number("250000000000000000000000"));
}

#[test]
fn an_honest_day_passes_on_both_builds() {
    for (id, operations) in [(RONIN, 80), (POLY, 40), (WORMHOLE, 40)] {
        for build in Build::BOTH {
            let lived = honest_day(&incident(id), build).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(lived.operations, operations, "{id}");
        }
    }
}

#[test]
fn the_replays_lose_the_files_numbers_without_guards_and_say_what_acted() {
    let acted = |guard, step, error: &str| Acted {
        guard,
        step,
        error: error.to_owned(),
    };
    for (id, expected) in [
        (RONIN, acted(Guard::FlowCap, 3, "TransactionCapExceeded")),
        (POLY, acted(Guard::WordsUnchanged, 1, "WordChanged")),
        (WORMHOLE, acted(Guard::GrowthCap, 1, "GrowthExceeded")),
    ] {
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
        assert_eq!(outcome.acted, [expected]);
        assert!(outcome.honest.gas_guarded > outcome.honest.gas_unguarded);
    }
}

#[test]
fn what_is_redeemed_takes_the_ceiling_of_what_is_minted_down_with_it() {
    let (_, mut stage) = after(WORMHOLE, []);
    let (user, governor, victim) = (stage.people.user, stage.people.governor, stage.victim);
    let attacker = stage.actor(ATTACKER).unwrap();
    let redeemed = 100_000_000_000_u64;
    let redeem = IBridge::redeemCall {
        amount: U256::from(redeemed),
    };
    stage.order(user, &redeem, "a redemption").unwrap();
    let forged = |amount: u64, nonce: u64| {
        let (amount, nonce) = (U256::from(amount), U256::from(nonce));
        let note = IBridge::noteCall {
            message: keccak256((victim, attacker, amount, nonce).abi_encode_params()),
            weight: U256::from(100),
        };
        let mint = IBridge::mintCall {
            to: attacker,
            amount,
            nonce,
            book: attacker,
        };
        [
            Move::call(1, ATTACKER, victim, &note),
            Move::call(1, ATTACKER, victim, &mint),
        ]
    };
    // While nobody refuses, the supply goes above where its ceiling is, and stays below where that was before the redemption.
    stage.shadow(&[guards::GROWTH, guards::BACKING]).unwrap();
    let above = forged(731_250_000_000 + redeemed / 2, 50);
    stage.must(&above, "a minting in shadow").unwrap();
    let enforce = IGuarded::setModeCall {
        guard: guards::GROWTH,
        mode: 0,
    };
    stage.order(governor, &enforce, "a guard's mode").unwrap();
    let refused = stage.strike(&forged(1, 51)).unwrap().unwrap_err();
    let error = IRefusals::GrowthExceeded::abi_decode(&refused.output).unwrap();
    assert_eq!((error.requested, error.available), (U256::ONE, U256::ZERO));
}

#[test]
fn what_comes_in_and_goes_out_in_one_transaction_meets_no_limit() {
    let (_, mut stage) = after(RONIN, 1..=2);
    let (usdc, bot, victim) = (
        stage.token("USDC").unwrap(),
        stage.actor("bot_2").unwrap(),
        stage.victim,
    );
    // Twice what an account takes out of a transaction that brings nothing.
    let amount = number("2000000000000");
    stage.give("USDC", bot, amount).unwrap();
    let approve = IToken::approveCall {
        spender: victim,
        value: amount,
    };
    let deposit = IBridge::depositCall { asset: usdc, amount };
    let withdraw = IBridge::withdrawCall {
        asset: usdc,
        to: bot,
        amount,
        nonce: U256::from(100),
    };
    let moves = [
        Move::call(3, "bot_2", usdc, &approve),
        Move::call(3, "bot_2", victim, &deposit),
        Move::call(3, "bot_2", victim, &withdraw),
    ];
    stage.must(&moves, "in and out").unwrap();
    assert_eq!(stage.holds("USDC", "bot_2").unwrap(), amount);
}

#[test]
fn who_is_paid_and_calls_back_enters_by_no_door() {
    let (_, mut stage) = after(RONIN, [1]);
    let (user, victim) = (stage.people.user, stage.victim);
    let recipient = stage
        .chain
        .create(user, Fixture::Recipient.creation_code())
        .unwrap();
    let message = B256::repeat_byte(1);
    let (amount, nonce) = (U256::ONE, U256::from(7));
    let doors: [Vec<u8>; 11] = [
        IBridge::depositCall { asset: ETH, amount }.abi_encode(),
        IBridge::approveCall { message }.abi_encode(),
        IBridge::noteCall {
            message,
            weight: amount,
        }
        .abi_encode(),
        IBridge::withdrawCall {
            asset: ETH,
            to: recipient,
            amount,
            nonce,
        }
        .abi_encode(),
        IBridge::executeMessageCall {
            method: b"unlock".to_vec().into(),
            data: vec![0; 52].into(),
            nonce,
        }
        .abi_encode(),
        IBridge::mintCall {
            to: recipient,
            amount,
            nonce,
            book: recipient,
        }
        .abi_encode(),
        IBridge::redeemCall { amount }.abi_encode(),
        IBridge::upgradeCall {}.abi_encode(),
        IBridge::initializeWeightCall {}.abi_encode(),
        IBridge::pauseCall {}.abi_encode(),
        IBridge::setCapCall {
            asset: ETH,
            cap: amount,
        }
        .abi_encode(),
    ];
    let reentered = keccak256("Reentered()")[..4].to_vec();
    for (number, door) in doors.into_iter().enumerate() {
        let back = IToken::setCallbackCall {
            target: victim,
            data: door.into(),
        };
        stage.chain.must(user, recipient, &back, "a callback").unwrap();
        let pay = IBridge::withdrawCall {
            asset: ETH,
            to: recipient,
            amount,
            nonce: U256::from(100 + number),
        };
        stage.chain.must(user, victim, &pay, "a payment").unwrap();
        let said = stage
            .chain
            .view(user, recipient, &IToken::lastReturnedCall {})
            .unwrap();
        assert_eq!(said.to_vec(), reentered, "{number}");
    }
}
