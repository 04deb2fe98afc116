//! The report and the picture of one impact, byte for byte: `tests/golden`. With `PORTCULLIS_GOLDEN=write` they are written anew.

use alloy_primitives::{Address, Bytes, B256, U256};
use embedded_chain::{AccountChange, RemoteBlock, WordChange};
use impact::chart::picture;
use impact::operations::{Operation, Operations};
use impact::replay::{Answer, Compared, Done, Impact, Moment, Reading, Track};
use impact::report::{Report, Told};
use impact::scenario::Scenario;
use impact::switch::Switched;
use impact::verdict::breaches;
use std::collections::BTreeSet;
use std::path::Path;

/// 2026-01-01.
const START: u64 = 1_767_225_600;
const SCENARIO: &str = r#"{
    "chain_id": 42161,
    "proxy": "0x1111111111111111111111111111111111111111",
    "positions": [
        {"name": "shares", "view": "sharesOf(address)(uint256)", "arguments": ["user"], "decimals": 6, "unit": "sUSD", "limit": {"absolute": "0.000001", "only": "falls"}},
        {"name": "health", "view": "healthOf(address)(int256)", "arguments": ["user"], "decimals": 2}
    ],
    "market": [
        {"name": "price", "view": "price()(uint256)", "decimals": 8, "unit": "USD", "limit": {"bps": 10}},
        {"name": "liquidity", "eth": "proxy", "decimals": 18, "unit": "ETH"}
    ],
    "gas": {"bps": 500, "absolute": "10000"},
    "functions": ["deposit()", "borrow(uint256)"],
    "then_secs": 86400
}"#;

fn user(byte: u8) -> Address {
    Address::repeat_byte(byte)
}

fn n(number: i128) -> Answer {
    Answer::Number(number.to_string().parse().unwrap())
}

fn operation(from: u8, signature: &str, time: u64) -> Operation {
    let selector = alloy_primitives::keccak256(signature)[..4].to_vec();
    Operation {
        from: user(from),
        to: user(0x11),
        value: U256::ZERO,
        data: selector.into(),
        time: START + time,
        hash: None,
        expected: None,
    }
}

fn done(gas: u64, refused: Option<&str>) -> Done {
    Done {
        refused: refused.map(str::to_owned),
        gas,
        answer: Bytes::new(),
        logs: Vec::new(),
    }
}

/// A measure's answers, of the old and the new version, after the switch, after each operation, and at the end.
fn track(measure: usize, of: Option<Address>, answers: [(Answer, Answer); 5]) -> Track {
    let moments = [
        (Moment::Switch, 0),
        (Moment::Operation(0), 3_600),
        (Moment::Operation(1), 7_200),
        (Moment::Operation(2), 10_800),
        (Moment::End, 97_200),
    ];
    let readings = moments
        .into_iter()
        .zip(answers)
        .map(|((moment, at), (old, new))| Reading {
            moment,
            at: START + at,
            old,
            new,
        });
    Track {
        measure,
        user: of,
        readings: readings.collect(),
    }
}

fn told() -> (Scenario, Operations, Impact) {
    let scenario = Scenario::read(SCENARIO).unwrap();
    let operations = Operations {
        chain_id: 42161,
        all: vec![
            operation(0xa1, "deposit()", 0),
            operation(0xb2, "borrow(uint256)", 3_600),
            operation(0xa1, "odd()", 7_200),
        ],
    };
    let same = |number| [number, number, number, number, number].map(|number| (n(number), n(number)));
    let shares = 5_000_000;
    let mut other = done(30_000, None);
    other.answer = vec![1].into();
    let impact = Impact {
        switched: Switched {
            steps: vec!["It is applied in the name of the guardian at some time.".to_owned()],
            refused: None,
            before: user(0x21),
            after: user(0x22),
        },
        switched_at: START,
        operations: vec![
            Compared {
                at: START + 3_600,
                old: done(60_000, None),
                new: done(63_001, None),
            },
            Compared {
                at: START + 7_200,
                old: done(80_000, None),
                new: done(40_000, Some("Closed(amount 5)")),
            },
            Compared {
                at: START + 10_800,
                old: done(30_000, None),
                new: other,
            },
        ],
        positions: vec![
            track(0, Some(user(0xa1)), {
                let mut all = same(shares);
                all[1].1 = n(shares - 1);
                all[2].1 = n(shares - 2);
                all[3].1 = n(shares - 1);
                all
            }),
            track(0, Some(user(0xb2)), {
                let mut all = same(0);
                all[4].1 = n(1_500_000);
                all
            }),
            track(1, Some(user(0xa1)), same(-150)),
            track(1, Some(user(0xb2)), {
                let mut all = same(120);
                all[2].1 = Answer::Refused("'no | position'".to_owned());
                all
            }),
        ],
        market: vec![
            track(0, None, {
                let mut all = same(200_000_000_000);
                all[3].1 = n(200_200_000_000);
                all[4].1 = n(200_200_000_001);
                all
            }),
            track(1, None, same(7_500_000_000_000_000_000)),
        ],
        users: BTreeSet::from([user(0xa1), user(0xb2)]),
        state: vec![AccountChange {
            address: user(0x11),
            balance: (U256::from(5), U256::from(6)),
            nonce: (1, 1),
            code_hash: (None, None),
            words: (0..22)
                .map(|key| WordChange {
                    key: U256::from(key),
                    before: U256::ZERO,
                    after: U256::from(9),
                })
                .collect(),
        }],
    };
    (scenario, operations, impact)
}

#[track_caller]
fn assert_golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("PORTCULLIS_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    assert!(golden == text, "{} is not what is made:\n{text}", path.display());
}

fn told_of(scenario: &Scenario, operations: &Operations, impact: &Impact) -> Report {
    Told {
        scenario,
        operations,
        impact,
        block: RemoteBlock {
            chain_id: 42161,
            number: 123_456,
            l1_number: 1,
            timestamp: START,
            base_fee: 1,
            gas_limit: 1,
        },
        hash: B256::repeat_byte(7),
    }
    .report()
}

#[test]
fn the_report_and_the_picture_are_these() {
    let (scenario, operations, impact) = told();
    let report = told_of(&scenario, &operations, &impact);
    assert_eq!(report.breaches, breaches(&scenario, &operations, &impact));
    assert_eq!(report.breaches.len(), 5);
    assert_golden("report.md", &report.text);
    assert_golden("picture.svg", &picture(&scenario, &operations, &impact));
}

#[test]
fn what_is_at_its_limit_is_within_it() {
    let (scenario, operations, mut impact) = told();
    // One unit less of shares, ten basis points of the price, five per cent of gas.
    impact.positions[0].readings[2].new = n(4_999_999);
    impact.market[0].readings[4].new = n(200_200_000_000);
    impact.operations[0].new.gas = 63_000;
    let broken = breaches(&scenario, &operations, &impact);
    assert_eq!(
        broken.len(),
        2,
        "what is refused, and what answers no longer: {broken:?}"
    );
}

#[test]
fn a_patch_that_does_not_come_to_run_is_told_without_tables() {
    let (scenario, operations, mut impact) = told();
    impact.switched.refused = Some("it is not applied: CheckFailed(index 0)".to_owned());
    assert_eq!(
        breaches(&scenario, &operations, &impact),
        ["The new version does not come to run: it is not applied: CheckFailed(index 0)."]
    );
    let drawn = picture(&scenario, &operations, &impact);
    assert!(drawn.contains("a patch: one limit is broken") && !drawn.contains("panel-title\" x"));
}

/// The report of what differs at the end.
fn state_of(changes: Vec<AccountChange>) -> String {
    let (scenario, operations, mut impact) = told();
    impact.state = changes;
    let text = told_of(&scenario, &operations, &impact).text;
    let (_, state) = text.split_once("## State\n\n").unwrap();
    state.split("\nWhat such a").next().unwrap().to_owned()
}

fn change(address: u8, words: u64) -> AccountChange {
    AccountChange {
        address: user(address),
        balance: (U256::ZERO, U256::ZERO),
        nonce: (1, 1),
        code_hash: (None, None),
        words: (0..words)
            .map(|key| WordChange {
                key: U256::from(key),
                before: U256::ZERO,
                after: U256::from(9),
            })
            .collect(),
    }
}

#[test]
fn words_are_written_out_up_to_twenty_over_all_accounts() {
    let rows = |text: &str, account: u8| {
        let begins = format!("| {} | 0x", user(account));
        text.lines().filter(|line| line.starts_with(&begins)).count()
    };
    let twenty = state_of(vec![change(1, 15), change(2, 5)]);
    assert_eq!((rows(&twenty, 1), rows(&twenty, 2)), (15, 5));
    assert!(twenty.contains(": 20 words of storage, ") && !twenty.contains("more words differ"));
    let more = state_of(vec![change(1, 15), change(2, 15), change(3, 1)]);
    assert_eq!((rows(&more, 1), rows(&more, 2), rows(&more, 3)), (15, 5, 0));
    assert!(more.contains(": 31 words of storage, ") && more.ends_with("\n11 more words differ.\n"));
    assert!(state_of(vec![change(1, 1)]).contains(": 1 word of storage, "));
}

#[test]
fn code_that_differs_is_told_where_no_word_does() {
    let code = |old, new| {
        let mut changed = change(1, 0);
        changed.code_hash = (old, new);
        changed
    };
    let (none, some) = (alloy_primitives::keccak256([]), B256::repeat_byte(5));
    let same = "No word of storage, no ETH and no code differs at the end.\n";
    for alike in [
        vec![],
        vec![code(None, Some(none))],
        vec![code(Some(some), Some(some))],
    ] {
        assert_eq!(state_of(alike), same);
    }
    let mut sent = change(2, 0);
    sent.nonce = (1, 2);
    assert_eq!(
        state_of(vec![sent]),
        same,
        "a nonce alone is whoever sent something"
    );
    for nothing in [None, Some(none)] {
        let told = state_of(vec![code(nothing, Some(some))]);
        let row = format!("| {} | code | none | {some} |\n", user(1));
        assert!(
            told.contains(": 0 words of storage, ") && told.ends_with(&row),
            "{told}"
        );
    }
    let gone = state_of(vec![code(Some(some), None)]);
    assert!(
        gone.ends_with(&format!("| {} | code | {some} | none |\n", user(1))),
        "{gone}"
    );
}

/// Answers are what counts of an operation that passes in both, and events; of one that is refused why.
#[test]
fn every_way_in_which_an_operation_ends_otherwise_is_a_row() {
    let (scenario, operations, impact) = told();
    let rows = |change: &dyn Fn(&mut Compared)| {
        let mut impact = impact.clone();
        for compared in &mut impact.operations {
            *compared = Compared {
                at: compared.at,
                old: done(50_000, None),
                new: done(50_000, None),
            };
        }
        change(&mut impact.operations[1]);
        let text = told_of(&scenario, &operations, &impact).text;
        let begins = format!("| 2 | {} | borrow(uint256) | ", user(0xb2));
        let mut rows = text
            .lines()
            .filter_map(|line| line.strip_prefix(&begins).map(str::to_owned));
        let row = rows.next();
        assert_eq!(
            row.is_none(),
            text.contains("Every operation ends as it did, with the same answer and the same events.\n")
        );
        row
    };
    assert_eq!(rows(&|_| ()), None);
    let log = alloy_primitives::Log::new_unchecked(user(0x11), vec![], Bytes::new());
    let passes = "passes, 50000 gas";
    for (change, old, new) in [
        (
            &(|compared: &mut Compared| compared.new.logs = vec![log.clone()]) as &dyn Fn(&mut Compared),
            passes.to_owned(),
            format!("{passes}, with other events"),
        ),
        (
            &|compared: &mut Compared| {
                (compared.old.answer, compared.new.logs) = (vec![2].into(), vec![log.clone()])
            },
            passes.to_owned(),
            format!("{passes}, and answers 0x in place of 0x02, with other events"),
        ),
        (
            &|compared: &mut Compared| compared.new.refused = Some("No()".to_owned()),
            passes.to_owned(),
            "is refused: No()".to_owned(),
        ),
        (
            &|compared: &mut Compared| compared.old.refused = Some("No()".to_owned()),
            "is refused: No()".to_owned(),
            passes.to_owned(),
        ),
        (
            &|compared: &mut Compared| {
                compared.old.refused = Some("No()".to_owned());
                compared.new.refused = Some("Never()".to_owned());
            },
            "is refused: No()".to_owned(),
            "is refused: Never()".to_owned(),
        ),
    ] {
        assert_eq!(rows(change), Some(format!("{old} | {new} |")));
    }
}
