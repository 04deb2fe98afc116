//! The table that is checked in is what the replays say, but for the gas, which differs with the compiler of the programs: `scripts/replay --check` compares that too.

use incident_replays::{replay_all, table};

#[test]
fn the_table_says_what_the_replays_come_to() {
    let outcomes = replay_all().unwrap_or_else(|error| panic!("{error}"));
    for outcome in &outcomes {
        assert!(outcome.lost_unguarded.dollars > 0.0, "{}", outcome.incident);
        assert!(
            outcome.lost_guarded.dollars < outcome.lost_unguarded.dollars,
            "{}",
            outcome.incident
        );
        assert!(!outcome.acted.is_empty(), "{}", outcome.incident);
    }
    let checked_in = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/INCIDENTS.md"));
    let said = table::render(&outcomes, None);
    assert_eq!(
        table::without_gas(&checked_in.expect("scripts/replay writes it")),
        table::without_gas(&said),
        "run scripts/replay, and say in the commit why the table changed"
    );
}
