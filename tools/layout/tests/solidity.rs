//! Layouts of Solidity, as the compiler writes them: OpenZeppelin's cases, and what comes of each.

use layout::{
    compare::{compare, compatible},
    model::Layout,
    read, report,
};
use std::fmt::Write;

const CASES: &str = include_str!("solidity/cases.json");
const VERDICTS: &str = include_str!("solidity/verdicts.txt");

/// The names of what may or may not follow each contract, and of that contract.
fn pairs() -> Vec<(String, String)> {
    let document: serde_json::Value = serde_json::from_str(CASES).unwrap();
    let contracts = document["contracts"]["Cases.sol"].as_object().unwrap();
    contracts
        .keys()
        .filter_map(|new| {
            let (case, _) = new.split_once("_V2_")?;
            Some((format!("{case}_V1"), new.clone()))
        })
        .collect()
}

fn of(name: &str) -> Layout {
    read::text(CASES, Some(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn what_is_named_ok_may_follow_and_what_is_named_bad_may_not() {
    let pairs = pairs();
    assert_eq!(pairs.len(), 73);
    for (old, new) in pairs {
        let differences = compare(&of(&old), &of(&new));
        let ok = new.contains("_Ok");
        assert!(ok || new.contains("_Bad"));
        assert_eq!(compatible(&differences), ok, "{new}: {differences:#?}");
    }
}

/// `PORTCULLIS_WRITE=1` writes the file anew: read what it changes.
#[test]
fn every_verdict_is_explained_as_the_file_beside_it_says() {
    let mut text = String::new();
    for (old, new) in pairs() {
        let (old, new) = (of(&old), of(&new));
        let told = report::text(&old, &new, &compare(&old, &new));
        // Without the two lines of hashes.
        let told = told.split_once("\n\n").unwrap().1;
        writeln!(text, "== {} -> {}\n{told}", old.contract, new.contract).unwrap();
    }
    if std::env::var_os("PORTCULLIS_WRITE").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/solidity/verdicts.txt");
        std::fs::write(file, &text).unwrap();
    }
    assert!(text == VERDICTS, "verdicts.txt says otherwise:\n{text}");
}

#[test]
fn every_layout_may_follow_itself_and_has_a_hash() {
    for (_, name) in pairs() {
        let layout = of(&name);
        assert!(compare(&layout, &layout).is_empty(), "{name}");
        layout.hash().unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn a_struct_that_holds_itself_is_not_compared() {
    let error = read::text(CASES, Some("Recursive")).unwrap_err().to_string();
    assert!(
        error.starts_with("the type t_struct(R)")
            && error.ends_with("holds itself, and such types are not compared"),
        "{error}"
    );
}

#[test]
fn an_enum_whose_members_no_file_says_is_refused_and_has_no_hash() {
    let mut document: serde_json::Value = serde_json::from_str(CASES).unwrap();
    document.as_object_mut().unwrap().remove("sources");
    let read = |name| read::text(&document.to_string(), Some(name)).unwrap();
    let (old, new) = (read("Enum_V1"), read("Enum_V2_Ok"));
    let differences = compare(&old, &new);
    assert!(!compatible(&differences));
    assert!(report::text(&old, &new, &differences)
        .contains("refused  data1  not compared: a file does not say the members of enum Enum_V1.E;"));
    assert_eq!(
        old.hash().unwrap_err().to_string(),
        "it does not say the members of enum Enum_V1.E: give the compiler's whole output with its `ast`, or write them into the type as \"members\": \
         [\"A\", \"B\"]"
    );
    // Which a person may write into a layout by hand.
    let layout = &mut document["contracts"]["Cases.sol"]["Enum_V1"]["storageLayout"];
    for (id, of) in layout["types"].as_object_mut().unwrap() {
        assert!(id.starts_with("t_enum(E)"));
        of["members"] = serde_json::json!(["A", "B"]);
    }
    let by_hand = read::text(&layout.to_string(), None).unwrap();
    assert_eq!(by_hand.hash(), of("Enum_V1").hash());
}

/// Solidity has no enum of more than 256 members any more; layouts of contracts that were compiled before may.
#[test]
fn an_enum_that_needs_another_byte_is_refused() {
    let with = |bytes: &str, members: usize| {
        let members: Vec<String> = (0..members).map(|number| format!("M{number}")).collect();
        let layout = serde_json::json!({
            "storage": [{"label": "side", "slot": "0", "offset": 0, "type": "t_enum(E)"}],
            "types": {"t_enum(E)": {"encoding": "inplace", "label": "enum E", "numberOfBytes": bytes, "members": members}},
        });
        read::text(&layout.to_string(), None).unwrap()
    };
    let (one, more, large) = (with("1", 255), with("1", 256), with("2", 257));
    assert!(compatible(&compare(&one, &more)));
    let differences = compare(&more, &large);
    assert!(!compatible(&differences));
    assert!(report::text(&more, &large, &differences)
        .contains("refused  side  retyped: enum E of 1 bytes became enum E of 2 bytes"));
}
