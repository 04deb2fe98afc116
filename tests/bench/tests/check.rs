//! What the check says of a row that changed.

use bench::check::{compare, Change, Finding};
use bench::scenario::Group;
use bench::table::{Gas, Row, Size, Skipped, Table, Uncached, Words};

fn row(id: &str) -> Row {
    Row {
        id: id.to_owned(),
        group: Group::Bucket,
        name: "A row".to_owned(),
        by: "Somebody".to_owned(),
        gas: Gas {
            total: 30_000,
            execution: 8_000,
            refunded: 0,
            added: Some(1_000),
            added_start: Some(10),
        },
        uncached: Some(Uncached {
            total: 40_000,
            added: Some(2_000),
        }),
        words: Words {
            read: 1,
            written: 1,
            added_read: Some(1),
            added_written: Some(1),
        },
        size: Size {
            raw: 10_000,
            compressed: Some(5_000),
        },
        size_added: None,
    }
}

fn table(rows: Vec<Row>) -> Table {
    Table::new(None, rows)
}

/// What is found when the row changes like this.
fn after(change: impl FnOnce(&mut Row)) -> Vec<Finding> {
    let mut now = row("a");
    change(&mut now);
    compare(&table(vec![row("a")]), &table(vec![now]), &[])
}

fn worse(figure: &'static str, before: i64, now: i64) -> Vec<Finding> {
    vec![Finding::Worse(
        "a".to_owned(),
        vec![Change { figure, before, now }],
    )]
}

#[test]
fn nothing_is_said_of_what_did_not_change() {
    assert_eq!(after(|_| ()), []);
}

#[test]
fn two_percent_pass_and_one_unit_more_does_not() {
    assert_eq!(after(|row| row.gas.total = 30_600), []);
    assert_eq!(after(|row| row.gas.total = 30_601), worse("gas", 30_000, 30_601));
    assert_eq!(after(|row| row.gas.added = Some(1_020)), []);
    assert_eq!(
        after(|row| row.gas.added = Some(1_021)),
        worse("gas added", 1_000, 1_021)
    );
    assert_eq!(after(|row| row.size.compressed = Some(5_100)), []);
    assert_eq!(
        after(|row| row.size.compressed = Some(5_101)),
        worse("bytes compressed", 5_000, 5_101)
    );
}

#[test]
fn every_figure_is_looked_at() {
    assert_eq!(
        after(|row| row.gas.execution = 9_000),
        worse("gas of the execution", 8_000, 9_000)
    );
    let uncached = |total, added| {
        Some(Uncached {
            total,
            added: Some(added),
        })
    };
    assert_eq!(
        after(|row| row.uncached = uncached(41_000, 2_000)),
        worse("gas not cached", 40_000, 41_000)
    );
    assert_eq!(
        after(|row| row.uncached = uncached(40_000, 2_041)),
        worse("gas added not cached", 2_000, 2_041)
    );
    assert_eq!(after(|row| row.words.read = 2), worse("words read", 1, 2));
    assert_eq!(after(|row| row.words.written = 2), worse("words written", 1, 2));
    assert_eq!(after(|row| row.size.raw = 10_201), worse("bytes", 10_000, 10_201));
}

#[test]
fn what_was_nothing_may_not_become_something_and_what_was_a_saving_is_measured_too() {
    let change = |before, now| {
        let (mut old, mut new) = (row("a"), row("a"));
        (old.gas.added, new.gas.added) = (before, now);
        compare(&table(vec![old]), &table(vec![new]), &[])
    };
    assert_eq!(change(Some(0), Some(1)), worse("gas added", 0, 1));
    assert_eq!(change(Some(-100), Some(-98)), []);
    assert_eq!(change(Some(-100), Some(-97)), worse("gas added", -100, -97));
    assert_eq!(change(None, Some(1)), worse("gas added", 0, 1));
}

#[test]
fn what_got_better_is_told_and_does_not_fail() {
    let findings = after(|row| row.gas.total = 29_999);
    let change = Change {
        figure: "gas",
        before: 30_000,
        now: 29_999,
    };
    assert_eq!(findings, [Finding::Better("a".to_owned(), vec![change])]);
    assert!(!findings[0].fails());
}

#[test]
fn a_row_that_got_better_in_one_figure_and_worse_in_another_fails() {
    let findings = after(|row| {
        row.gas.total = 20_000;
        row.size.raw = 20_000;
    });
    assert_eq!(findings.len(), 2);
    assert!(findings[0].fails() && !findings[1].fails());
}

#[test]
fn a_row_that_is_gone_fails_and_a_new_one_is_told() {
    let findings = compare(
        &table(vec![row("a"), row("b")]),
        &table(vec![row("a"), row("c")]),
        &[],
    );
    assert_eq!(
        findings,
        [Finding::New("c".to_owned()), Finding::Missing("b".to_owned())]
    );
    assert!(!findings[0].fails() && findings[1].fails());
}

#[test]
fn a_peer_that_was_not_fetched_is_told_and_does_not_fail() {
    let skipped = [Skipped { id: "b".to_owned() }];
    let findings = compare(&table(vec![row("a"), row("b")]), &table(vec![row("a")]), &skipped);
    assert_eq!(findings, [Finding::Skipped("b".to_owned())]);
    assert!(!findings[0].fails());
}

#[test]
fn a_finding_names_the_row_the_figures_and_the_percentage() {
    let [finding] = &after(|row| row.gas.total = 30_630)[..] else {
        panic!("one finding");
    };
    assert_eq!(finding.to_string(), "WORSE    a: gas 30000 -> 30630 (+2.10%)");
}

#[test]
fn a_table_is_read_as_it_was_written() {
    let table = table(vec![row("a"), row("b")]);
    assert_eq!(Table::from_json(&table.to_json()).unwrap(), table);
}
