//! The command: what it writes, how it ends, and what it refuses.

use super::lab::*;
use e2e::or_skip;
use serde_json::json;
use std::path::PathBuf;
use std::process::{Command, Output};

struct Files {
    folder: PathBuf,
}

impl Files {
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join("impact")
            .join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.folder.join(name), text).unwrap();
        self.path(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).unwrap()
    }
}

fn impact(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_e2e-impact"))
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn hexadecimal(version: Version) -> String {
    alloy_primitives::hex::encode_prefixed(version.creation())
}

#[test]
fn from_a_recording_to_a_report_a_picture_and_an_exit_code() {
    let lab = or_skip!(Lab::new());
    let files = Files::new("whole");
    let (url, proxy) = (lab.url(), lab.world.proxy.to_string());
    let (first, last) = ((lab.before + 1).to_string(), lab.last.to_string());
    let operations = files.path("operations.jsonl");
    let recording = [
        "record",
        "--endpoint",
        &url,
        "--to",
        &proxy,
        "--from-block",
        &first,
        "--to-block",
        &last,
        "--out",
        &operations,
    ];
    let recorded = impact(&recording);
    assert_eq!(recorded.status.code(), Some(0), "{}", said(&recorded));
    assert!(
        said(&recorded).starts_with("5 transactions, 0 of them to others"),
        "{}",
        said(&recorded)
    );
    assert_eq!(
        files.read("operations.jsonl"),
        lab.operations.file(Some(&lab.wanted().source()))
    );

    let scenario = files.write(
        "scenario.json",
        &lab.scenario_file(|file| limit(file, "shares", json!({"absolute": "0"}))),
    );
    let block = lab.before.to_string();
    let run = |code: &str, report: &str, picture: &str| {
        let (report, picture) = (files.path(report), files.path(picture));
        let arguments = [
            "run",
            &scenario,
            "--operations",
            &operations,
            "--endpoint",
            &url,
            "--block",
            &block,
            "--code",
            code,
            "--out",
            &report,
            "--picture",
            &picture,
        ];
        impact(&arguments)
    };
    let good = files.write("good.hex", &hexadecimal(Version::Harmless));
    let passed = run(&good, "good.md", "good.svg");
    assert_eq!(passed.status.code(), Some(0), "{}", said(&passed));
    assert_eq!(said(&passed), "Nothing breaks a limit.\n");
    assert!(files
        .read("good.md")
        .starts_with("# The impact of a patch: it PASSES\n"));
    let bad = files.write("bad.hex", &hexadecimal(Version::RoundsUp));
    for report in ["bad.md", "bad-again.md"] {
        let failed = run(&bad, report, &format!("{report}.svg"));
        assert_eq!(failed.status.code(), Some(1), "{}", said(&failed));
        assert_eq!(said(&failed).lines().count(), 2);
        assert!(said(&failed).contains("where the limit is 0.\n"));
    }
    assert_eq!(files.read("bad.md"), files.read("bad-again.md"));
    assert_eq!(files.read("bad.md.svg"), files.read("bad-again.md.svg"));
    // It is the library's report, byte for byte.
    let scenario = lab.scenario(|file| limit(file, "shares", json!({"absolute": "0"})));
    assert_eq!(
        files.read("bad.md"),
        lab.impact(Version::RoundsUp, &scenario).1.text
    );
}

#[test]
fn a_patch_file_names_the_patch_and_the_manager_applies_it() {
    let mut lab = or_skip!(Lab::new());
    let files = Files::new("patch");
    let otherwise = alloy_primitives::U256::from(Version::MovesThePrice as u8);
    let new = lab.world.create(
        e2e::tokens::Fixture::Pool,
        alloy_sol_types::SolValue::abi_encode(&otherwise),
    );
    let patch = lab.world.patch(new, vec![], vec![]);
    let id = lab.world.propose(&patch);
    let text = format!(
        "chain-id = {}\nmanager = \"{}\"\n[patch]\nproxy = \"{}\"\nreplaces = \"{}\"\nimplementation = \"{new}\"\ncode-hash = \"{}\"\n",
        lab.world.chain.id(),
        lab.world.manager,
        lab.world.proxy,
        lab.world.bank,
        patch.terms.codeHash,
    );
    let scenario = files.write(
        "scenario.json",
        &lab.scenario_file(|file| limit(file, "price", json!({"bps": 99}))),
    );
    let operations = files.write("operations.jsonl", &lab.operations.file(None));
    let url = lab.url();
    let run = |patch: &str| {
        impact(&[
            "run",
            &scenario,
            "--operations",
            &operations,
            "--endpoint",
            &url,
            "--patch",
            patch,
        ])
    };
    let failed = run(&files.write("patch.toml", &text));
    assert_eq!(failed.status.code(), Some(1), "{}", said(&failed));
    for told in [
        "price is 2,020 USD after the switch in the new version".to_owned(),
        format!(
            "- The patch {id} is proposed on record with the manager {}.",
            lab.world.manager
        ),
        "It is applied in the name of the guardian".to_owned(),
    ] {
        assert!(said(&failed).contains(&told), "{told}: {}", said(&failed));
    }
    let elsewhere = text.replacen(&lab.world.chain.id().to_string(), "1", 1);
    let refused = run(&files.write("elsewhere.toml", &elsewhere));
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        said(&refused).contains("it is of chain 1 and the scenario of chain"),
        "{}",
        said(&refused)
    );
}

#[test]
fn what_cannot_be_compared_is_refused_with_two_and_a_sentence() {
    let lab = or_skip!(Lab::new());
    let files = Files::new("refused");
    let url = lab.url();
    let code = files.write("good.hex", &hexadecimal(Version::Harmless));
    let plain = lab.scenario_file(|_| {});
    let scenario = files.write("scenario.json", &plain);
    let operations = files.write("operations.jsonl", &lab.operations.file(None));
    let chain = lab.world.chain.id();
    let refused = |scenario: &str, operations: &str, more: &[&str], why: &str| {
        let mut arguments = vec!["run", scenario, "--operations", operations];
        arguments.extend(more);
        let output = impact(&arguments);
        assert_eq!(output.status.code(), Some(2), "{why}: {}", said(&output));
        assert!(said(&output).contains(why), "{why}: {}", said(&output));
        assert!(output.stdout.is_empty());
    };
    let there = ["--endpoint", url.as_str(), "--code", code.as_str()];
    refused("nowhere.json", &operations, &there, "nowhere.json cannot be read");
    refused(&code, &operations, &there, "it is no scenario");
    refused(
        &scenario,
        &scenario,
        &there,
        "is not the first line of recorded operations",
    );
    let elsewhere = lab
        .operations
        .file(None)
        .replace(&format!("\"chain_id\":{chain}"), "\"chain_id\":1");
    let elsewhere = files.write("elsewhere.jsonl", &elsewhere);
    refused(&scenario, &elsewhere, &there, "the operations are of chain 1");
    let both = [
        files.write("one.json", &lab.scenario_file(|file| file["chain_id"] = json!(1))),
        elsewhere,
    ];
    refused(
        &both[0],
        &both[1],
        &there,
        "the scenario is of chain 1 and the endpoint of chain",
    );
    refused(
        &scenario,
        &operations,
        &["--endpoint", &url],
        "nobody says what the new version is",
    );
    let empty = files.write("empty.hex", "0x");
    let with = |code: &str| {
        [
            "--endpoint".to_owned(),
            url.clone(),
            "--code".to_owned(),
            code.to_owned(),
        ]
    };
    for (code, why) in [
        (&empty, "is neither a program (.wasm) nor creation code"),
        (
            &files.write("text.hex", "code"),
            "is neither a program (.wasm) nor creation code",
        ),
        (
            &files.write("none.wasm", ""),
            "the new version's program is not activated",
        ),
    ] {
        let with = with(code);
        refused(&scenario, &operations, &with.each_ref().map(String::as_str), why);
    }
    let mute = lab.scenario_file(|file| {
        file["market"][0]["view"] = json!("cost()(uint256)");
        limit(file, "price", json!({"bps": 1}));
    });
    refused(
        &files.write("mute.json", &mute),
        &operations,
        &there,
        "the measure 'price' never answers a number in the old version",
    );
    let nobody = lab.scenario_file(|file| file["senders_are_users"] = json!(false));
    refused(
        &files.write("nobody.json", &nobody),
        &operations,
        &there,
        "there is nobody whose positions",
    );
    let no_proxy = lab.scenario_file(|file| file["proxy"] = json!(lab.alice));
    refused(
        &files.write("no-proxy.json", &no_proxy),
        &operations,
        &there,
        "is no proxy",
    );
    refused(
        &scenario,
        &operations,
        &["--endpoint", "http://127.0.0.1:1", "--code", &code],
        "does not answer",
    );
    let patch = files.write("patch.toml", "nonsense");
    refused(
        &scenario,
        &operations,
        &["--endpoint", &url, "--patch", &patch],
        "patch.toml: line 1",
    );
    let record = |more: &[&str]| {
        let proxy = lab.world.proxy.to_string();
        let mut arguments = vec!["record", "--endpoint", &url, "--to", &proxy];
        arguments.extend(more);
        impact(&arguments)
    };
    let reversed = record(&["--from-block", "2", "--to-block", "1"]);
    assert_eq!(reversed.status.code(), Some(2));
    assert!(said(&reversed).contains("error: block 2 is after block 1"));
}
