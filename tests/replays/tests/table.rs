//! The table that is checked in is what the replays say. The gas differs with the compiler of the programs: it is compared where `PORTCULLIS_WASM_COMPILER` names that one, as in `scripts/test`.

use incident_replays::replay_all;
use incident_replays::table::{self, Agreement};

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
    let compiler = std::env::var("PORTCULLIS_WASM_COMPILER").ok();
    let agreement = table::compare(
        &checked_in.expect("scripts/replay writes it"),
        &outcomes,
        compiler.as_deref(),
    );
    assert_ne!(
        agreement,
        Agreement::No,
        "run scripts/replay, and say in the commit why the table changed"
    );
}
