//! Bybit, February 2025: owners sign a call by delegation that replaces the wallet's code.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;
use e2e::bridge::constructor;
use e2e::calls::ETH;
use e2e::tokens::{IBackdoor, ITrojan};
use e2e::wasm;
use incident_replays::incident::{Guard, Incident};
use incident_replays::outcome::Acted;
use incident_replays::refusal::{guard_of, IRefusals};
use incident_replays::run::{Cast, Robbery};
use incident_replays::settings;
use incident_replays::stage::{Build, IGuarded, Move, Stage};
use incident_replays::victims::delegatecall_wallet::{
    approvals, call, delegated, guarded, guards, honest_day, open, payment, rehearse, replay, signed,
    IWallet, Operation, Theft, ATTACKER, NAME,
};
use serde_json::json;

/// What the wallet held, in the order of the file, which is what was lost.
const HELD: [(&str, &str); 4] = [
    ("ETH", "401346768858404671846374"),
    ("METH", "8000000000000000000000"),
    ("CMETH", "15000000000000000000000"),
    ("STETH", "90375547900000000000000"),
];

fn bybit() -> Incident {
    Incident::read("bybit-2025-02").unwrap_or_else(|error| panic!("{error}"))
}

fn stage(build: Build) -> (Incident, Stage, Theft) {
    let incident = bybit();
    let (stage, theft) = open(&incident, build).unwrap_or_else(|error| panic!("{error}"));
    (incident, stage, theft)
}

fn number(text: &str) -> U256 {
    text.parse().unwrap()
}

fn held() -> Vec<(String, U256)> {
    HELD.map(|(symbol, amount)| (symbol.to_owned(), number(amount)))
        .to_vec()
}

fn robbed(shadow: &[u8]) -> Robbery {
    guarded(&bybit(), shadow).unwrap_or_else(|error| panic!("{error}"))
}

fn acts(robbery: &Robbery) -> Vec<(Guard, usize, &str)> {
    let acted = robbery.variant.acted.iter();
    acted
        .map(|acted| (acted.guard, acted.step, acted.error.as_str()))
        .collect()
}

fn nothing_lost(robbery: &Robbery) -> bool {
    robbery
        .variant
        .lost
        .by_asset
        .iter()
        .all(|(_, amount)| amount.is_zero())
}

/// Hands in what all owners signed, and returns which guard refused it: none when it passed.
fn hand_in(stage: &mut Stage, incident: &Incident, operation: &Operation) -> Option<(Guard, &'static str)> {
    let moves = signed(stage, incident, 1, operation).unwrap();
    let refused = stage.strike(&moves).unwrap().err()?;
    Some(guard_of(&refused.output).expect("a guard's refusal"))
}

/// A word of the wallet's.
fn word(stage: &Stage, slot: u64) -> U256 {
    let key = B256::from(U256::from(slot));
    let params = json!([stage.victim, key, "latest"]);
    let word: B256 = stage.chain.client().ask("eth_getStorageAt", params).unwrap();
    word.into()
}

fn names(account: Address) -> U256 {
    account.into_word().into()
}

#[test]
fn without_guards_word_0_is_written_and_everything_is_swept_to_the_unit() {
    let (compared, lost) = rehearse(&bybit()).unwrap_or_else(|error| panic!("{error}"));
    // The two words are addresses of another chain.
    assert_eq!((compared.equal, compared.left_out), (1, 2));
    assert_eq!(lost.by_asset, held());

    let (incident, mut stage, theft) = stage(Build::Unguarded);
    assert_eq!(word(&stage, 0), names(theft.implementation));
    let moves = theft
        .moves(&mut stage, &incident, incident.step(1).unwrap())
        .unwrap();
    stage.must(&moves, "what the owners signed").unwrap();
    assert_eq!(word(&stage, 0), names(theft.backdoor));
}

#[test]
fn the_word_stays_and_who_sweeps_finds_no_such_method() {
    let robbery = robbed(&[]);
    assert_eq!(acts(&robbery), [(Guard::WordsUnchanged, 1, "WordChanged")]);
    assert!(robbery.unchanged);
    assert_eq!(
        robbery.variant.lost.by_asset,
        HELD.map(|(symbol, _)| (symbol.to_owned(), U256::ZERO))
    );
    // The four sweeps fail as the code is still the wallet's: no guard had to see them.
    assert_eq!(robbery.attempts.len(), 5);
    for (attempt, step) in robbery.attempts[1..].iter().zip(2..) {
        let refused = attempt.refused.as_ref().unwrap();
        assert_eq!((refused.step, guard_of(&refused.output)), (step, None));
    }
}

#[test]
fn each_of_the_two_refuses_alone_with_the_numbers_of_what_changed() {
    // The same actors and contracts are made in every stage, so that their addresses are these.
    let (_, stage, theft) = stage(Build::Guarded);
    let told = |robbery: &Robbery| robbery.attempts[0].refused.as_ref().unwrap().output.clone();

    let robbery = robbed(&[guards::CODE, guards::LIMITS]);
    assert_eq!(acts(&robbery), [(Guard::WordsUnchanged, 1, "WordChanged")]);
    assert!(robbery.unchanged);
    let error = IRefusals::WordChanged::abi_decode(&told(&robbery)).unwrap();
    assert_eq!(error.slot, U256::ZERO);
    assert_eq!(error.before, theft.implementation.into_word());
    assert_eq!(error.word, theft.backdoor.into_word());

    let robbery = robbed(&[guards::WORD, guards::LIMITS]);
    assert_eq!(acts(&robbery), [(Guard::CodeHash, 1, "CodeChanged")]);
    assert!(robbery.unchanged);
    let error = IRefusals::CodeChanged::abi_decode(&told(&robbery)).unwrap();
    let code = |account| alloy_primitives::keccak256(stage.chain.client().code(account).unwrap());
    assert_eq!(error.account, theft.backdoor);
    assert_eq!(error.before, code(theft.implementation));
    assert_eq!(error.codeHash, code(theft.backdoor));
}

#[test]
fn limits_alone_are_gone_with_the_code_that_has_them() {
    let robbery = robbed(&[guards::WORD, guards::CODE]);
    assert_eq!(acts(&robbery), []);
    assert_eq!(robbery.variant.lost.by_asset, held());
}

#[test]
fn a_word_that_names_a_copy_of_the_same_code_is_seen_by_the_word_and_not_by_the_code() {
    for (shadow, expected) in [
        (guards::CODE, Some((Guard::WordsUnchanged, "WordChanged"))),
        (guards::WORD, None),
    ] {
        let (incident, mut stage, theft) = stage(Build::Guarded);
        let code = wasm::code(&Build::Guarded.wasm_name(&format!("victims/{NAME}"))).unwrap();
        let deployer = stage.people.deployer;
        let copy = stage
            .chain
            .deploy_program(deployer, &code, constructor(&[]))
            .unwrap();
        assert_ne!(copy, theft.implementation);
        stage.shadow(&[shadow]).unwrap();
        let amount = U256::ZERO;
        let operation = delegated(theft.trojan, &ITrojan::transferCall { to: copy, amount });
        assert_eq!(hand_in(&mut stage, &incident, &operation), expected);
        let names_copy = word(&stage, 0) == names(copy);
        assert_eq!(names_copy, expected.is_none());
    }
}

#[test]
fn a_delegated_call_that_changes_neither_passes() {
    let (incident, mut stage, theft) = stage(Build::Guarded);
    let (user, other) = (stage.people.user, stage.people.guardian);
    let batch = theft.batch(&[
        payment(&stage, "METH", user, U256::from(3)).unwrap(),
        payment(&stage, "METH", other, U256::from(4)).unwrap(),
    ]);
    assert!(batch.delegated);
    assert_eq!(hand_in(&mut stage, &incident, &batch), None);
    let meth = stage.token("METH").unwrap();
    assert_eq!(stage.chain.holds(meth, user).unwrap(), U256::from(3));
    assert_eq!(stage.chain.holds(meth, other).unwrap(), U256::from(4));
}

/// Two buckets' units: a bucket of 2^74 wei counts in 2,048, and rounds what leaves up.
const ROUNDED_UP: U256 = U256::from_limbs([4_096, 0, 0, 0]);

#[test]
fn plain_transfers_that_the_owners_signed_leave_no_faster_than_cap_and_bucket_let_them() {
    // Whether the invariants are asked makes no difference: nothing that they are about changes.
    for shadow in [&[guards::WORD, guards::CODE][..], &[]] {
        let (incident, mut stage, _) = stage(Build::Guarded);
        stage.shadow(shadow).unwrap();
        let thief = stage.actor(ATTACKER).unwrap();
        for (symbol, all) in HELD {
            let flow = incident.flow(symbol).unwrap();
            let limit = settings::limit(flow).unwrap();
            let mut pay = |amount: U256| {
                let operation = payment(&stage, symbol, thief, amount).unwrap();
                hand_in(&mut stage, &incident, &operation)
            };
            let too_much_at_once = Some((Guard::FlowCap, "TransactionCapExceeded"));
            assert_eq!(pay(number(all)), too_much_at_once, "{symbol}");
            assert_eq!(pay(limit.cap + U256::ONE), too_much_at_once, "{symbol}");
            // Two busy days pass, and then no more than refills meanwhile.
            assert_eq!(pay(limit.cap), None, "{symbol}");
            assert_eq!(pay(limit.cap - ROUNDED_UP), None, "{symbol}");
            let empty = Some((Guard::RateLimiter, "RateLimited"));
            assert_eq!(pay(limit.cap / U256::from(100)), empty, "{symbol}");
            assert_eq!(
                stage.holds(symbol, ATTACKER).unwrap(),
                limit.cap + limit.cap - ROUNDED_UP
            );
        }
        // 7.8% of what is held, and as much again in a day.
        let taken = stage.holds("ETH", ATTACKER).unwrap();
        assert_eq!(taken, number("31305047970955564404016") - ROUNDED_UP);
        stage.at(2 * settings::DAY_SECS).unwrap();
        let cap = settings::limit(incident.flow("ETH").unwrap()).unwrap().cap;
        for amount in [cap, cap - ROUNDED_UP] {
            let operation = payment(&stage, "ETH", thief, amount).unwrap();
            assert_eq!(hand_in(&mut stage, &incident, &operation), None);
        }
        assert_eq!(stage.holds("ETH", ATTACKER).unwrap(), taken + taken);
    }
}

#[test]
fn a_batch_of_transfers_by_delegation_meets_the_same_limits() {
    let (incident, mut stage, theft) = stage(Build::Guarded);
    let thief = stage.actor(ATTACKER).unwrap();
    let cap = settings::limit(incident.flow("STETH").unwrap()).unwrap().cap;
    let batch = theft.batch(&[
        payment(&stage, "STETH", thief, cap).unwrap(),
        payment(&stage, "STETH", thief, U256::ONE).unwrap(),
    ]);
    assert_eq!(
        hand_in(&mut stage, &incident, &batch),
        Some((Guard::FlowCap, "TransactionCapExceeded"))
    );
    assert_eq!(stage.holds("STETH", ATTACKER).unwrap(), U256::ZERO);
}

#[test]
fn a_delegated_call_that_writes_the_guards_own_modes_passes_and_then_they_see_nothing() {
    let (incident, mut stage, theft) = stage(Build::Guarded);
    // Which word the modes are, and what it is when all are in shadow.
    let words = |stage: &Stage| (0..32).map(|slot| word(stage, slot)).collect::<Vec<_>>();
    let before = words(&stage);
    stage
        .shadow(&[guards::WORD, guards::CODE, guards::LIMITS])
        .unwrap();
    let after = words(&stage);
    let changed: Vec<_> = (0..32).filter(|slot| before[*slot] != after[*slot]).collect();
    let [slot] = changed[..] else {
        panic!("the modes are one word, not {changed:?}");
    };
    let enforced = |guard| IGuarded::setModeCall { guard, mode: 0 };
    let governor = stage.people.governor;
    for guard in [guards::WORD, guards::CODE, guards::LIMITS] {
        stage.order(governor, &enforced(guard), "a guard's mode").unwrap();
    }
    assert_eq!(words(&stage), before);

    let (trojan, to) = (theft.trojan, theft.backdoor);
    let modes = ITrojan::writeCall {
        slot: U256::from(slot),
        word: after[slot],
    };
    let blinds = delegated(trojan, &modes);
    let amount = U256::ZERO;
    let replaces = delegated(trojan, &ITrojan::transferCall { to, amount });
    let seen = Some((Guard::WordsUnchanged, "WordChanged"));
    assert_eq!(hand_in(&mut stage, &incident, &replaces), seen);
    // In one call the guards are those of its beginning.
    let both = theft.batch(&[blinds.clone(), replaces.clone()]);
    assert_eq!(hand_in(&mut stage, &incident, &both), seen);
    assert_eq!(word(&stage, 0), names(theft.implementation));
    // In two they are not.
    assert_eq!(hand_in(&mut stage, &incident, &blinds), None);
    assert_eq!(hand_in(&mut stage, &incident, &replaces), None);
    assert_eq!(word(&stage, 0), names(theft.backdoor));
}

#[test]
fn too_few_signatures_do_nothing_and_each_counts_once() {
    for build in Build::BOTH {
        let (incident, mut stage, _) = stage(build);
        let thief = stage.actor(ATTACKER).unwrap();
        let operation = payment(&stage, "ETH", thief, U256::ONE).unwrap();
        let moves = signed(&mut stage, &incident, 1, &operation).unwrap();
        let refused = |stage: &mut Stage, moves: &[Move]| stage.strike(moves).unwrap().unwrap_err().output;

        // Two of three, and the last of them again in place of the third.
        let two = [&moves[1..3], &moves[3..]].concat();
        let error = IWallet::NotApproved::abi_decode(&refused(&mut stage, &two)).unwrap();
        assert_eq!((error.approvals, error.threshold), (U256::from(2), U256::from(3)));
        let twice = [&moves[1..3], &moves[2..]].concat();
        assert!(!refused(&mut stage, &twice).is_empty());
        // Nor does a stranger's count, and what was done once is not done again.
        let stranger = Move {
            actor: ATTACKER.to_owned(),
            ..moves[0].clone()
        };
        let with_a_stranger = [&[stranger], &moves[1..]].concat();
        assert!(!refused(&mut stage, &with_a_stranger).is_empty());
        stage.must(&moves, "what all have signed").unwrap();
        let again = IWallet::NotApproved::abi_decode(&refused(&mut stage, &moves[3..])).unwrap();
        assert_eq!(again.approvals, U256::ZERO);
        assert_eq!(stage.holds("ETH", ATTACKER).unwrap(), U256::ONE);
    }
}

#[test]
fn what_is_set_up_once_is_not_set_up_again_and_the_code_itself_never() {
    for build in Build::BOTH {
        let (_, mut stage, theft) = stage(build);
        let attacker = stage.people.attacker;
        let call = IWallet::setUpCall {
            owners: vec![attacker],
            threshold: U256::ONE,
            governor: attacker,
            tokens: ["METH", "CMETH", "STETH"]
                .map(|symbol| stage.token(symbol).unwrap())
                .to_vec(),
        };
        for account in [stage.victim, theft.implementation] {
            let receipt = stage.chain.submit(attacker, account, &call).unwrap();
            assert!(!receipt.is_success());
        }
    }
}

#[test]
fn an_operation_that_fails_takes_back_its_number_and_its_approvals() {
    let (incident, mut stage, _) = stage(Build::Guarded);
    let wallet = stage.victim;
    // The wallet has no such method, by a call or by delegation.
    let nothing = IBackdoor::sweepETHCall { to: wallet };
    let by_delegation = delegated(wallet, &nothing);
    let by_call = call(wallet, U256::ZERO, by_delegation.data.to_vec());
    for operation in [by_call, by_delegation] {
        let before = stage.chain.fingerprint(wallet).unwrap();
        let moves = signed(&mut stage, &incident, 1, &operation).unwrap();
        let refused = stage.strike(&moves).unwrap().unwrap_err();
        let error = IWallet::CallFailed::abi_decode(&refused.output).unwrap();
        assert_eq!(error.to, wallet);
        assert_eq!(stage.chain.fingerprint(wallet).unwrap(), before);
    }
}

#[test]
fn the_hash_that_owners_sign_is_the_wallets_own() {
    let (incident, stage, theft) = stage(Build::Unguarded);
    let operation = payment(&stage, "METH", theft.trojan, U256::from(7)).unwrap();
    let asked = IWallet::operationCall {
        to: operation.to,
        value: operation.value,
        data: operation.data.clone(),
        delegated: operation.delegated,
    };
    let hash = stage.view(&asked).unwrap();
    let approval = approvals(&stage, &incident, 0, &operation).unwrap();
    assert!(approval[0].data.ends_with(hash.as_slice()));
    assert_eq!(stage.token("ETH").unwrap(), ETH);
}

#[test]
fn an_honest_day_passes_on_both_builds() {
    for build in Build::BOTH {
        let lived = honest_day(&bybit(), build).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(lived.operations, 160);
    }
}

#[test]
fn the_replay_loses_the_files_numbers_without_guards_and_says_what_acted() {
    let outcome = replay(&bybit()).unwrap_or_else(|error| panic!("{error}"));
    let acted = Acted {
        guard: Guard::WordsUnchanged,
        step: 1,
        error: "WordChanged".to_owned(),
    };
    assert_eq!(outcome.lost_unguarded.by_asset, held());
    let acted = vec![acted];
    assert_eq!(outcome.acted, acted);
    assert_eq!(outcome.lost_guarded.dollars, 0.0);
    assert_eq!(outcome.without_limits.unwrap().acted, acted);
    let limits = outcome.limits_alone.unwrap();
    assert_eq!((limits.lost.by_asset, limits.acted), (held(), vec![]));
    assert!(outcome.honest.gas_guarded > outcome.honest.gas_unguarded);
}

#[test]
fn without_limits_it_is_the_word_all_the_same() {
    let robbery = robbed(&[guards::LIMITS]);
    assert_eq!(acts(&robbery), [(Guard::WordsUnchanged, 1, "WordChanged")]);
    assert!(robbery.unchanged && nothing_lost(&robbery));
}
