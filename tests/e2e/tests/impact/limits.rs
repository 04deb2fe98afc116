//! What each version breaks, and what it does not: exact, and at the boundary.

use super::lab::*;
use alloy_primitives::U256;
use e2e::or_skip;
use impact::operations::Expected;
use impact::replay::Moment;
use impact::verdict::gap;
use serde_json::json;

#[test]
fn a_harmless_version_differs_in_nothing_and_the_old_one_does_again_what_the_chain_did() {
    let lab = or_skip!(Lab::new());
    let scenario = lab.scenario(|file| {
        for measure in ["shares", "debt", "margin", "ETH", "price", "liquidity"] {
            limit(file, measure, json!({"absolute": "0", "bps": 0}));
        }
        file["gas"] = json!({"bps": 0});
    });
    let (impact, report) = lab.impact(Version::Harmless, &scenario);
    assert_eq!(report.breaches, [""; 0]);
    assert_eq!(impact.operations.len(), 5);
    assert!(impact
        .operations
        .iter()
        .all(|compared| compared.old == compared.new));
    for (compared, operation) in impact.operations.iter().zip(&lab.operations.all) {
        assert_eq!(
            compared.at, operation.time,
            "at the times at which they were made"
        );
        assert_eq!(compared.old.refused, None);
    }
    for user in [lab.alice, lab.bob, lab.carol] {
        let chain = lab.view(&IPool::sharesOfCall { account: user });
        let end = track(&scenario, &impact, "shares", user).readings.last().unwrap();
        assert_eq!(end.moment, Moment::End);
        assert_eq!(end.old.number().unwrap().to_string(), chain.to_string());
        assert_eq!(end.new, end.old);
        let chain = lab.view(&IPool::marginOfCall { account: user });
        let end = track(&scenario, &impact, "margin", user).readings.last().unwrap();
        assert_eq!(end.old.number().unwrap().to_string(), chain.to_string());
    }
    // The word of the implementation is all that differs.
    let words: Vec<_> = impact.state.iter().flat_map(|change| &change.words).collect();
    assert_eq!(words.len(), 1, "{:?}", impact.state);
    for said in [
        "# The impact of a patch: it PASSES",
        "Nothing breaks a limit.",
        "5 operations, recorded ",
        "replayed at their own times. 3 users.",
        "Every operation ends as it did, with the same answer and the same events.",
        "Every user has the same in both versions.",
        "| price | 2,000 USD | 2,000 USD | 0 | - | 0 and 0 bps | same |",
        "| deposit() | 2 | 2 | 2 |",
    ] {
        assert!(report.text.contains(said), "{said}: {}", report.text);
    }
}

#[test]
fn a_version_that_rounds_up_gives_depositors_a_share_too_many_and_whoever_was_there_loses_by_it() {
    let lab = or_skip!(Lab::new());
    let scenario = |absolute: &str| lab.scenario(|file| limit(file, "shares", json!({"absolute": absolute})));
    let at_most_one = scenario("1");
    let (impact, report) = lab.impact(Version::RoundsUp, &at_most_one);
    // After the switch, after each of the five operations, at the end.
    let gaps = |measure, user| gaps(&at_most_one, &impact, measure, user);
    assert_eq!(gaps("shares", lab.alice), [0; 7]);
    assert_eq!(gaps("shares", lab.bob), [0, 1, 1, 1, 1, 1, 1]);
    assert_eq!(gaps("shares", lab.carol), [0, 0, 0, 0, 0, 1, 1]);
    assert_eq!(gaps("margin", lab.alice), [0, -1, -1, 0, 0, -1, -1]);
    assert_eq!(gaps("margin", lab.bob), [0, 1, 1, 0, 0, 0, 0]);
    assert_eq!(gaps("margin", lab.carol), [0, 0, 0, 0, 0, 1, 1]);
    assert_eq!(gaps("debt", lab.alice), [0; 7]);
    assert_eq!(gaps("ETH", lab.bob), [0; 7]);
    // The limit is inclusive.
    assert_eq!(report.breaches, [""; 0]);
    for said in [
        "| shares | 3 | 2 | 1,409 | 1,411 | +2 | 1 | differs |".to_owned(),
        format!(
            "| {} | shares | 496 | 497 | +1 (+21 bps) | after operation 1 | differs |",
            lab.bob
        ),
        format!(
            "| {} | shares | 9 | 10 | +1 (+1112 bps) | after operation 5 | differs |",
            lab.carol
        ),
        format!(
            "| {} | margin | 1,007 | 1,006 | -1 (-10 bps) | after operation 1 | differs |",
            lab.alice
        ),
    ] {
        assert!(report.text.contains(&said), "{said}: {}", report.text);
    }
    let (_, report) = lab.impact(Version::RoundsUp, &scenario("0"));
    let mut broken = report.breaches.clone();
    broken.sort();
    let mut expected = [
        format!("shares of {} is 497 after operation 1 in the new version, and 496 in the old one: +1 (+21 bps), where the limit is 0.", lab.bob),
        format!("shares of {} is 10 after operation 5 in the new version, and 9 in the old one: +1 (+1112 bps), where the limit is 0.", lab.carol),
    ];
    expected.sort();
    assert_eq!(broken, expected);
    // Downwards nobody's shares go.
    let downwards = lab.scenario(|file| {
        limit(file, "shares", json!({"absolute": "0", "only": "falls"}));
        limit(file, "margin", json!({"absolute": "0", "only": "falls"}));
    });
    let (_, report) = lab.impact(Version::RoundsUp, &downwards);
    assert_eq!(report.breaches.len(), 1);
    assert!(report.breaches[0].starts_with(&format!("margin of {} is 1,006 after operation 1", lab.alice)));
}

#[test]
fn an_operation_that_passed_and_is_refused_fails_the_patch_and_so_does_what_follows_from_it() {
    let lab = or_skip!(Lab::new());
    let (impact, report) = lab.impact(Version::RefusesLoans, &lab.scenario(|_| {}));
    let alice = lab.alice;
    assert_eq!(
        report.breaches,
        [
            format!("Operation 2 of {alice}, borrow(uint256), passed in the old version and is refused in the new one: Closed(amount 100)."),
            format!("Operation 4 of {alice}, repay(), passed in the old version and is refused in the new one: panic: arithmetic underflow or overflow (0x11)."),
        ]
    );
    assert!(report.text.contains("# The impact of a patch: it FAILS"));
    assert!(
        report
            .text
            .contains("| borrow(uint256) | 1 | 1 | 0 | 0 | 0 | - |"),
        "{}",
        report.text
    );
    assert!(impact.operations[1].new.gas > 21_000);
    // One function may be: the other one not.
    let allowed = lab.scenario(|file| file["may_be_refused"] = json!(["borrow(uint256)"]));
    let (_, report) = lab.impact(Version::RefusesLoans, &allowed);
    assert_eq!(report.breaches.len(), 1);
    assert!(report.breaches[0].starts_with(&format!("Operation 4 of {alice}, repay()")));
    let both = lab.scenario(|file| file["may_be_refused"] = json!(["borrow(uint256)", "repay()"]));
    let (_, report) = lab.impact(Version::RefusesLoans, &both);
    assert_eq!(report.breaches, [""; 0]);
    // Debts differ, and are not limited.
    assert!(report.text.contains(&format!(
        "| {alice} | debt | 100 wei | 0 wei | -100 wei (-10000 bps) | after operation 2 | differs |"
    )));
}

#[test]
fn an_attack_that_has_to_be_stopped_is_named_and_a_way_out_that_has_to_stay() {
    let mut lab = or_skip!(Lab::new());
    lab.operations.all[1].expected = Some(Expected::Refused);
    let (_, report) = lab.impact(Version::Harmless, &lab.scenario(|_| {}));
    let broken = format!(
        "Operation 2 of {}, borrow(uint256), has to be refused, and passes in the new version.",
        lab.alice
    );
    assert_eq!(report.breaches, [broken]);
    let without_repaying = lab.scenario(|file| file["may_be_refused"] = json!(["repay()"]));
    let (_, report) = lab.impact(Version::RefusesLoans, &without_repaying);
    assert_eq!(
        report.breaches, [""; 0],
        "that it is refused is what was asked for"
    );
    lab.operations.all[3].expected = Some(Expected::Passes);
    let (_, report) = lab.impact(Version::RefusesLoans, &without_repaying);
    assert_eq!(report.breaches.len(), 1);
    assert!(report.breaches[0].contains("repay(), has to pass, and is refused in the new version: panic"));
}

#[test]
fn a_price_that_moves_is_held_against_its_share_to_the_last_digit() {
    let lab = or_skip!(Lab::new());
    let of = |bps: u64| {
        let scenario = lab.scenario(|file| limit(file, "price", json!({ "bps": bps })));
        lab.impact(Version::MovesThePrice, &scenario).1
    };
    assert_eq!(of(100).breaches, [""; 0]);
    assert_eq!(
        of(99).breaches,
        ["price is 2,020 USD after the switch in the new version, and 2,000 USD in the old one: +20 USD (+100 bps), where the limit is 99 bps."]
    );
    let row = "| price | 2,000 USD | 2,020 USD | +20 USD (+100 bps) | after the switch | 99 bps | FAILS |";
    assert!(of(99).text.contains(row));
    let absolute = |most: &str| {
        let scenario = lab.scenario(|file| limit(file, "price", json!({ "absolute": most })));
        lab.impact(Version::MovesThePrice, &scenario).1.breaches.len()
    };
    assert_eq!((absolute("20"), absolute("19.999999999999999999")), (0, 1));
}

#[test]
fn a_view_that_answers_no_longer_fails_the_patch_without_any_limit() {
    let lab = or_skip!(Lab::new());
    let (impact, report) = lab.impact(Version::MutesThePrice, &lab.scenario(|_| {}));
    assert_eq!(
        report.breaches,
        ["price is not answered after the switch in the new version, and 2,000 USD in the old one: 'mute'."]
    );
    assert!(report.text.contains("| price | 2,000 USD | no answer: 'mute' | one of both does not answer | after the switch | none | FAILS |"));
    assert_eq!(impact.market[0].readings.len(), 7);
}

#[test]
fn gas_that_grows_is_held_against_its_share() {
    let lab = or_skip!(Lab::new());
    let (impact, _) = lab.impact(Version::CostsMore, &lab.scenario(|_| {}));
    let repaid = &impact.operations[3];
    assert!(repaid.new.gas > repaid.old.gas + 1_000, "{repaid:?}");
    let grown = repaid.new.gas - repaid.old.gas;
    let broken = |gas: serde_json::Value| {
        let scenario = lab.scenario(|file| file["gas"] = gas);
        lab.impact(Version::CostsMore, &scenario).1.breaches
    };
    assert_eq!(broken(json!({ "absolute": grown.to_string() })), [""; 0]);
    let told = broken(json!({ "absolute": (grown - 1).to_string() }));
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with(&format!("Operation 4 of {}, repay(), uses ", lab.alice)),
        "{told:?}"
    );
    let bps = (grown * 10_000).div_ceil(repaid.old.gas);
    assert_eq!(broken(json!({ "bps": bps })), [""; 0]);
    assert_eq!(broken(json!({ "bps": bps - 1 })).len(), 1);
}

#[test]
fn another_answer_another_event_and_a_word_of_storage_are_told_without_a_measure() {
    let lab = or_skip!(Lab::new());
    let (impact, report) = lab.impact(Version::Lies, &lab.scenario(|_| {}));
    assert_eq!(report.breaches, [""; 0]);
    let paid = impact.operations[2].old.answer.clone();
    assert_eq!(U256::from_be_slice(&paid), U256::from(96));
    let told = format!(
        "and answers 0x{} in place of {paid}, with other events |",
        "0".repeat(64)
    );
    assert!(report.text.contains(&told), "{}", report.text);
    let blind = lab.scenario(|file| file["positions"] = json!([]));
    let (impact, report) = lab.impact(Version::ForgetsDebts, &blind);
    // What nobody measures lies in storage; and repaying a debt that is none is refused.
    let words: usize = impact.state.iter().map(|change| change.words.len()).sum();
    assert_eq!(
        words, 2,
        "the implementation and Alice's debt: {:?}",
        impact.state
    );
    assert!(report
        .text
        .contains("2 words of storage, those of the switch itself among them."));
    assert_eq!(report.breaches.len(), 1);
}

#[test]
fn time_after_the_last_operation_is_looked_at_and_the_same_input_gives_the_same_bytes() {
    let lab = or_skip!(Lab::new());
    let scenario = lab.scenario(|file| file["then_secs"] = json!(3600));
    let (impact, report) = lab.impact(Version::RoundsUp, &scenario);
    let last = lab.operations.all.last().unwrap().time;
    let end = impact.market[0].readings.last().unwrap();
    assert_eq!((end.moment, end.at), (Moment::End, last + 3_600));
    assert!(report.text.contains("The end is 1 hour after the last."));
    assert_eq!(gap(end).unwrap().to_string(), "0");
    let (again, report_again) = lab.impact(Version::RoundsUp, &scenario);
    assert_eq!(again, impact);
    assert_eq!(report_again, report);
    let drawn = impact::chart::picture(&scenario, &lab.operations, &impact);
    assert_eq!(drawn, impact::chart::picture(&scenario, &lab.operations, &again));
    assert!(drawn.starts_with("<svg ") && drawn.contains("The largest difference of a user, wei"));
}
