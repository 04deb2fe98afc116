//! The command as a person runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a contract in Rust prints of itself, with the hash that it carries.
const VAULT: &str = include_str!("../../../contracts/guards/tests/layout.json");

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_layout"))
        .args(arguments)
        .output()
        .expect("it runs")
}

/// A file of a test's own.
fn file(name: &str, text: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("layout");
    std::fs::create_dir_all(&directory).expect("it can be made");
    let file = directory.join(name);
    std::fs::write(&file, text).expect("it can be written");
    file
}

fn as_text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The code is 2, nothing is printed, and this is the sentence.
#[track_caller]
fn refused(output: &Output, sentence: &str) {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(output.stdout.is_empty());
    assert!(told.contains(sentence), "{told}");
}

fn claimed(text: &str) -> String {
    let document: serde_json::Value = serde_json::from_str(text).unwrap();
    document["hash"].as_str().unwrap().to_owned()
}

/// A layout as it would be without its claim.
fn edited(edit: impl FnOnce(&mut serde_json::Value)) -> String {
    let mut document: serde_json::Value = serde_json::from_str(VAULT).unwrap();
    document.as_object_mut().unwrap().remove("hash");
    edit(&mut document);
    document.to_string()
}

#[test]
fn the_hash_of_a_file_is_the_one_that_the_contract_carries() {
    let with = file("hash.json", VAULT);
    let without = file("hash-unclaimed.json", &edited(|_| ()));
    let expected = claimed(VAULT) + "\n";
    for path in [with, without] {
        let output = run(&["hash", as_text(&path)]);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(printed(&output), expected);
    }
}

#[test]
fn a_layout_follows_itself() {
    let path = file("same.json", VAULT);
    let output = run(&["compare", as_text(&path), as_text(&path)]);
    assert_eq!(output.status.code(), Some(0));
    let hash = claimed(VAULT);
    assert_eq!(
        printed(&output),
        format!("old  Vault  {hash}\nnew  Vault  {hash}\n\nThe layouts are the same.\n")
    );
}

#[test]
fn what_is_appended_is_told_and_accepted() {
    let old = file("append-old.json", VAULT);
    let new = edited(|document| {
        let appended = serde_json::json!({"label": "cap", "slot": "40", "offset": 0, "type": "t_uint256"});
        document["storage"].as_array_mut().unwrap().push(appended);
    });
    let new = file("append-new.json", &new);
    let output = run(&["compare", as_text(&old), as_text(&new)]);
    assert_eq!(output.status.code(), Some(0));
    let told = printed(&output);
    assert!(
        told.ends_with(
            "\n\nok       cap  new: uint256 at slot 40, behind everything that was there\n\n\
             Compatible: the new code finds everything where the old code left it.\n"
        ),
        "{told}"
    );
    // And the other way round it is a deletion.
    let output = run(&["compare", as_text(&new), as_text(&old)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(printed(&output).contains("refused  cap  deleted: uint256 at slot 40; what it held stays there"));
}

#[test]
fn of_many_differences_those_that_are_refused_are_told() {
    let old = file("many-old.json", VAULT);
    let new = edited(|document| {
        let entries = document["storage"].as_array_mut().unwrap();
        entries[0]["label"] = "due".into();
        entries.extend((0..300).map(|number| {
            serde_json::json!({"label": format!("new{number}"), "slot": (40 + number).to_string(), "offset": 0, "type": "t_uint256"})
        }));
        entries[7]["slot"] = "11".into();
    });
    let new = file("many-new.json", &new);
    let told = printed(&run(&["compare", as_text(&old), as_text(&new)]));
    assert!(told.contains("renamed to due at slot 0;"), "{told}");
    assert!(told.contains("moved from slot 10 to slot 11"), "{told}");
    assert!(told
        .lines()
        .any(|line| line.starts_with("ok ") && line.ends_with(" and more in here, which is not listed")));
    assert_eq!(told.lines().count(), 206);
}

#[test]
fn a_change_in_a_guard_is_told_with_its_path() {
    let old = file("path-old.json", VAULT);
    let new = VAULT.replace("\"label\": \"council\"", "\"label\": \"board\"");
    let mut document: serde_json::Value = serde_json::from_str(&new).unwrap();
    document.as_object_mut().unwrap().remove("hash");
    let new = file("path-new.json", &document.to_string());
    let output = run(&["compare", as_text(&old), as_text(&new)]);
    assert_eq!(output.status.code(), Some(1));
    let told = printed(&output);
    assert!(
        told.contains("refused  authority.council  renamed to board at slot 3 of struct Authority;"),
        "{told}"
    );
    assert!(told.ends_with(
        "Incompatible: the new code would read or write what is something else. Undo what is refused, and add what is new at the end.\n"
    ));
}

#[test]
fn a_file_that_was_changed_by_hand_is_refused() {
    let hash = claimed(VAULT);
    let changed = file(
        "changed.json",
        &VAULT.replace("\"label\": \"owed\"", "\"label\": \"own\""),
    );
    let same = file("unchanged.json", VAULT);
    let sentence = format!("changed.json: it claims the hash {hash} and what it holds comes to 0x");
    refused(&run(&["hash", as_text(&changed)]), &sentence);
    refused(&run(&["compare", as_text(&same), as_text(&changed)]), &sentence);
    refused(&run(&["compare", as_text(&changed), as_text(&same)]), &sentence);
}

#[test]
fn a_file_that_is_no_layout_is_refused_with_what_to_do() {
    let hash = |name: &str, text: &str| run(&["hash", as_text(&file(name, text))]);
    refused(
        &run(&["hash", "nowhere.json"]),
        "error: nowhere.json: it cannot be read: No such file",
    );
    refused(
        &hash("empty.json", ""),
        "empty.json: it is no layout: EOF while parsing",
    );
    refused(
        &hash("array.json", "[]"),
        "there is no storage layout in it: it has to be what 'layout export' writes",
    );
    refused(
        &hash("other.json", "{\"abi\": []}"),
        "there is no storage layout in it",
    );
    refused(
        &hash("no-contracts.json", "{\"contracts\": {\"A.sol\": {\"A\": {}}}}"),
        "there is no storage layout in it",
    );
    refused(
        &hash(
            "later.json",
            "{\"format\": \"portcullis-storage-layout-2\", \"storage\": []}",
        ),
        "its format is portcullis-storage-layout-2, and this program reads portcullis-storage-layout-1",
    );
    // A hole takes no room.
    let large = file("large.json", "");
    std::fs::File::options()
        .write(true)
        .open(&large)
        .and_then(|file| file.set_len((256 << 20) + 1))
        .unwrap();
    refused(
        &run(&["hash", as_text(&large)]),
        "large.json: it is larger than 256 MiB, which no layout is",
    );
    refused(
        &hash("odd-hash.json", "{\"hash\": \"0x12\", \"storage\": []}"),
        "its hash is \"0x12\", and has to be 0x and 64 hexadecimal digits",
    );
}

/// A layout of one entry and these types.
fn one(entry: &str, types: &str) -> String {
    format!("{{\"storage\": [{entry}], \"types\": {{{types}}}}}")
}

#[test]
fn a_file_that_contradicts_itself_is_refused() {
    const WORD: &str = r#""t_w": {"encoding": "inplace", "label": "uint256", "numberOfBytes": "32"}"#;
    const HALF: &str = r#""t_h": {"encoding": "inplace", "label": "uint128", "numberOfBytes": "16"}"#;
    let of = |id: &str| format!(r#"{{"label": "a", "slot": "0", "offset": 0, "type": "{id}"}}"#);
    let with = |rest: &str| format!(r#""t_x": {{"label": "x", {rest}}}"#);
    let cases = [
        (
            one(&of("t_w"), ""),
            "it names a type \"t_w\" and does not say what it is",
        ),
        (
            one(
                r#"{"label": "a", "slot": "first", "offset": 0, "type": "t_w"}"#,
                WORD,
            ),
            "\"a\" in the contract lies at slot \"first\", which is no number",
        ),
        (
            one(
                r#"{"label": "a", "slot": "0", "offset": 20, "type": "t_h"}"#,
                HALF,
            ),
            "\"a\" in the contract begins at byte 20 of its word, where it does not fit",
        ),
        (
            one(
                r#"{"label": "a", "slot": "0", "offset": 32, "type": "t_h"}"#,
                HALF,
            ),
            "begins at byte 32 of its word",
        ),
        (
            one(
                r#"{"label": "a", "slot": "0", "offset": 0, "bytes": 32, "type": "t_h"}"#,
                HALF,
            ),
            "\"a\" in the contract claims other bytes than its type t_h has",
        ),
        (
            one(
                r#"{"label": "a", "slot": "0", "offset": 0, "type": "t_w"}, {"label": "b", "slot": "0", "offset": 16, "type": "t_h"}"#,
                &format!("{WORD}, {HALF}"),
            ),
            "\"b\" in the contract lies on what is listed before it",
        ),
        (
            one(
                r#"{"label": "a", "slot": "1", "offset": 0, "type": "t_w"}, {"label": "b", "slot": "0", "offset": 0, "type": "t_w"}"#,
                WORD,
            ),
            "\"b\" in the contract lies on what is listed before it",
        ),
        (
            one(
                &of("t_x"),
                &with(r#""encoding": "inplace", "numberOfBytes": "many""#),
            ),
            "has \"many\" bytes",
        ),
        (
            one(
                &of("t_x"),
                &with(r#""encoding": "inplace", "numberOfBytes": "0""#),
            ),
            "claims 0 bytes, which no place in storage has",
        ),
        (
            one(
                &of("t_x"),
                &with(r#""encoding": "inplace", "numberOfBytes": "33""#),
            ),
            "claims 33 bytes, which no place in storage has",
        ),
        (
            one(
                &of("t_x"),
                &with(r#""encoding": "inplace", "numberOfBytes": "18446744073709551616""#),
            ),
            "claims 18446744073709551616 bytes, which no value has",
        ),
        (
            one(
                &of("t_x"),
                &with(r#""encoding": "spread", "numberOfBytes": "32""#),
            ),
            "is encoded as \"spread\", which this program does not know",
        ),
        (
            one(&of("t_x"), &with(r#""encoding": "bytes", "numberOfBytes": "31""#)),
            "the type t_x claims 31 bytes and takes 32",
        ),
        (
            one(
                &of("t_x"),
                &with(r#""encoding": "mapping", "numberOfBytes": "32""#),
            ),
            "the type t_x does not say its key",
        ),
        (
            one(
                &of("t_x"),
                &format!(
                    "{}, {WORD}",
                    with(r#""encoding": "mapping", "numberOfBytes": "32", "key": "t_w""#)
                ),
            ),
            "the type t_x does not say its value",
        ),
        (
            one(
                &of("t_x"),
                &with(r#""encoding": "dynamic_array", "numberOfBytes": "32""#),
            ),
            "the type t_x does not say its base",
        ),
        (
            one(
                &of("t_x"),
                &with(r#""encoding": "dynamic_array", "numberOfBytes": "32", "base": "t_x""#),
            ),
            "the type t_x holds itself, and such types are not compared",
        ),
        (
            one(
                &of("t_x"),
                &format!(
                    "{}, {WORD}",
                    with(r#""encoding": "inplace", "numberOfBytes": "32", "base": "t_w""#)
                ),
            ),
            "the array t_x does not say how long it is: its label is \"x\"",
        ),
        (
            one(
                &of("t_a"),
                &format!(
                    r#""t_a": {{"label": "uint128[3]", "encoding": "inplace", "numberOfBytes": "96", "base": "t_h"}}, {HALF}"#
                ),
            ),
            "the type t_a claims 96 bytes and takes 64",
        ),
        (
            one(
                &of("t_struct(S)"),
                r#""t_struct(S)": {"label": "struct S", "encoding": "inplace", "numberOfBytes": "32"}"#,
            ),
            "the struct t_struct(S) does not say its members",
        ),
        (
            one(
                &of("t_struct(S)"),
                &format!(
                    r#""t_struct(S)": {{"label": "struct S", "encoding": "inplace", "numberOfBytes": "64", "members": [{}]}}, {WORD}"#,
                    of("t_w")
                ),
            ),
            "the type t_struct(S) claims 64 bytes and takes 32",
        ),
        (
            one(
                &of("t_x"),
                &with(r#""encoding": "inplace", "numberOfBytes": "32", "members": ["A"]"#),
            ),
            "the type t_x has members and is neither struct nor enum",
        ),
        (
            one(
                &of("t_m"),
                &format!(
                    r#""t_m": {{"label": "m", "encoding": "mapping", "numberOfBytes": "32", "key": "t_v", "value": "t_w"}},
                       "t_v": {{"label": "v", "encoding": "dynamic_array", "numberOfBytes": "32", "base": "t_w"}}, {WORD}"#
                ),
            ),
            "the keys of t_m are no values",
        ),
    ];
    for (number, (text, sentence)) in cases.into_iter().enumerate() {
        refused(
            &run(&[
                "hash",
                as_text(&file(&format!("contradiction-{number}.json"), &text)),
            ]),
            sentence,
        );
    }
}

#[test]
fn types_nested_without_end_are_refused_and_many_in_few_lines_end() {
    let mut types =
        vec![r#""t_0": {"encoding": "inplace", "label": "uint256", "numberOfBytes": "32"}"#.to_owned()];
    for depth in 1..300 {
        types.push(format!(
            r#""t_{depth}": {{"encoding": "dynamic_array", "label": "v", "numberOfBytes": "32", "base": "t_{}"}}"#,
            depth - 1
        ));
    }
    let deep = one(
        r#"{"label": "a", "slot": "0", "offset": 0, "type": "t_299"}"#,
        &types.join(", "),
    );
    refused(
        &run(&["hash", as_text(&file("deep.json", &deep))]),
        "its types are nested deeper than 200",
    );

    // A struct of two structs of two structs…: two to the hundredth differences.
    let wide = |leaf: &str| {
        let mut types = vec![format!(
            r#""t_struct(0)": {{"encoding": "inplace", "label": "struct 0", "numberOfBytes": "32",
            "members": [{{"label": "leaf", "slot": "0", "offset": 0, "type": "t_w"}}]}},
            "t_w": {{"encoding": "inplace", "label": "{leaf}", "numberOfBytes": "32"}}"#
        )];
        for depth in 1..100 {
            let inner = format!("t_array(t_struct({}))dyn", depth - 1);
            types.push(format!(
                r#""{inner}": {{"encoding": "dynamic_array", "label": "v", "numberOfBytes": "32", "base": "t_struct({})"}},
                   "t_struct({depth})": {{"encoding": "inplace", "label": "struct {depth}", "numberOfBytes": "64", "members": [
                   {{"label": "l", "slot": "0", "offset": 0, "type": "{inner}"}}, {{"label": "r", "slot": "1", "offset": 0, "type": "{inner}"}}]}}"#,
                depth - 1
            ));
        }
        // Each is two levels.
        one(
            r#"{"label": "a", "slot": "0", "offset": 0, "type": "t_struct(99)"}"#,
            &types.join(", "),
        )
    };
    let (old, new) = (
        file("wide-old.json", &wide("uint256")),
        file("wide-new.json", &wide("int256")),
    );
    let output = run(&["compare", as_text(&old), as_text(&new)]);
    assert_eq!(output.status.code(), Some(1));
    let told = printed(&output);
    assert!(told.lines().count() < 220, "{}", told.lines().count());
    assert!(
        told.contains("  and more in here, which is not listed\n"),
        "{told}"
    );
}

#[test]
fn several_contracts_in_a_file_are_told_apart_by_name() {
    let contracts = r#"{"contracts": {"A.sol": {"A": {"storageLayout": {"storage": [], "types": null}}, "B": {"storageLayout": {"storage": [], "types": null}}},
        "B.sol": {"B": {"storageLayout": {"storage": [], "types": null}}}}}"#;
    let path = file("several.json", contracts);
    let path = as_text(&path);
    refused(
        &run(&["hash", path]),
        "it holds the layouts of several contracts, so name one with '--contract': A.sol:A, A.sol:B, B.sol:B",
    );
    refused(
        &run(&["hash", path, "--contract", "B"]),
        "so name one with '--contract': A.sol:B, B.sol:B",
    );
    refused(
        &run(&["hash", path, "--contract", "C"]),
        "it holds no layout of a contract named C; it has A.sol:A, A.sol:B, B.sol:B",
    );
    for name in ["A", "B.sol:B"] {
        let output = run(&["hash", path, "--contract", name]);
        assert_eq!(output.status.code(), Some(0));
        // Of no field: keccak of the tag alone.
        let empty = alloy_primitives::keccak256([5]);
        assert_eq!(printed(&output), format!("{empty}\n"));
    }
    let compared = run(&[
        "compare",
        path,
        path,
        "--old-contract",
        "A",
        "--new-contract",
        "B.sol:B",
    ]);
    assert_eq!(compared.status.code(), Some(0));
    // The old file's is the old one's.
    let heads: Vec<String> = printed(&compared)
        .lines()
        .take(2)
        .map(|line| line[..6].to_owned())
        .collect();
    assert_eq!(heads, ["old  A", "new  B"]);
    let one = file("one.json", VAULT);
    refused(
        &run(&["hash", as_text(&one), "--contract", "Bridge"]),
        "it holds no layout of a contract named Bridge; it has Vault",
    );
    assert_eq!(
        run(&["hash", as_text(&one), "--contract", "Vault"]).status.code(),
        Some(0)
    );
}

#[test]
fn an_artefact_that_holds_a_layout_is_read() {
    let artefact = r#"{"abi": [], "contractName": "A", "storageLayout": {"storage": [], "types": null}}"#;
    let path = file("artefact.json", artefact);
    assert_eq!(run(&["hash", as_text(&path)]).status.code(), Some(0));
    let output = run(&["compare", as_text(&path), as_text(&path)]);
    assert!(printed(&output).starts_with("old  A  0x"));
}

#[test]
fn a_missing_argument_is_said() {
    refused(&run(&["compare", "old.json"]), "<NEW>");
    refused(&run(&["hash"]), "<FILE>");
    refused(&run(&["export"]), "<PACKAGE>");
    refused(&run(&[]), "Usage: layout <COMMAND>");
}

/// A package of a test's own, whose program prints this.
fn package(name: &str, program: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(directory.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[features]\nexport-abi = []\ntwo = []\nthree = []\n[workspace]\n"
    );
    std::fs::write(directory.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(directory.join("src/main.rs"), program).unwrap();
    directory.join("Cargo.toml")
}

/// A program that prints a layout when it is compiled with the feature and its first argument asks for it.
fn printing(text: &str) -> String {
    format!(
        "fn main() {{ if cfg!(feature = \"export-abi\") && std::env::args().nth(1).as_deref() == Some(\"layout\") {{ println!(\"{{}}\", {text:?}); }} }}"
    )
}

#[test]
fn what_a_contracts_program_prints_is_written() {
    let manifest = package("printing", &printing(VAULT.trim_end()));
    let manifest = as_text(&manifest);
    let output = run(&["export", "printing", "--manifest-path", manifest]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(printed(&output), VAULT);

    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("exported.json");
    let output = run(&[
        "export",
        "printing",
        "--manifest-path",
        manifest,
        "--out",
        as_text(&out),
    ]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty());
    assert_eq!(std::fs::read_to_string(&out).unwrap(), VAULT);
    refused(
        &run(&[
            "export",
            "printing",
            "--manifest-path",
            manifest,
            "--out",
            "/nowhere/out.json",
        ]),
        "/nowhere/out.json cannot be written:",
    );
}

#[test]
fn a_package_is_compiled_with_its_own_features_when_they_are_named() {
    let program = format!(
        "fn main() {{ let both = cfg!(feature = \"two\") && cfg!(feature = \"three\"); println!(\"{{}}\", if both {{ {:?} }} else {{ \"\" }}); }}",
        VAULT.trim_end()
    );
    let manifest = package("versions", &program);
    let export = ["export", "versions", "--manifest-path", as_text(&manifest)];
    let both = ["--features", "two", "--features", "three"];
    assert_eq!(printed(&run(&[&export[..], &both].concat())), VAULT);
    refused(
        &run(&[&export[..], &both[..2]].concat()),
        "the program of versions printed no layout",
    );
}

#[test]
fn a_program_that_prints_no_layout_is_refused_with_what_to_write() {
    let manifest = package("interface", &printing("interface IVault {}"));
    let output = run(&["export", "interface", "--manifest-path", as_text(&manifest)]);
    refused(
        &output,
        "the program of interface printed no layout: it is no layout:",
    );
    refused(
        &output,
        "Write 'if portcullis::layout::printed::<contract::NAME>() { return; }' first in the main of its src/main.rs",
    );
    let manifest = package("unclaimed", &printing("{\"storage\": []}"));
    refused(
        &run(&["export", "unclaimed", "--manifest-path", as_text(&manifest)]),
        "the program of unclaimed printed no layout: there is no storage layout in it",
    );
    let manifest = package("failing", "fn main() { std::process::exit(3) }");
    refused(
        &run(&["export", "failing", "--manifest-path", as_text(&manifest)]),
        "the program of failing did not compile or did not end well",
    );
    let nowhere = Command::new(env!("CARGO_BIN_EXE_layout"))
        .args(["export", "failing"])
        .env("CARGO", "/nowhere/cargo")
        .output()
        .unwrap();
    refused(&nowhere, "cargo does not run (No such file or directory");
}
