//! The command as a person runs it.

use portcullis_core::{bucket, window};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A directory of a test's own.
fn directory(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&directory).expect("it can be made");
    directory
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_calibrate"))
        .args(arguments)
        .output()
        .expect("it runs")
}

/// Runs it on a file with these rows.
fn run_on(name: &str, rows: &str, arguments: &[&str]) -> Output {
    let directory = directory(name);
    let data = directory.join("data.csv");
    std::fs::write(&data, rows).expect("it can be written");
    let pictures = directory.join("pictures");
    let mut all = vec![
        "--data",
        data.to_str().unwrap(),
        "--picture",
        pictures.to_str().unwrap(),
    ];
    all.extend(arguments);
    run(&all)
}

fn told(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

const HEADING: &str = "time,asset,in,out,account\n";

#[test]
fn the_sample_is_the_default_and_everything_is_the_same_every_time() {
    let once = |name: &str| {
        let directory = directory(name);
        let json = directory.join("out.json");
        let pictures = directory.join("pictures");
        let output = run(&[
            "--json",
            json.to_str().unwrap(),
            "--picture",
            pictures.to_str().unwrap(),
        ]);
        let text = told(&output).replace(directory.to_str().unwrap(), "");
        let mut files = vec![std::fs::read_to_string(json).unwrap()];
        for picture in ["loss-ETH", "flow-ETH", "loss-USDC", "flow-USDC"] {
            files.push(std::fs::read_to_string(pictures.join(format!("{picture}.svg"))).unwrap());
        }
        (text, files)
    };
    let (first, second) = (once("first"), once("second"));
    assert!(first == second);
    assert!(first
        .0
        .starts_with("The history is the synthetic sample: nobody made these transactions."));
    assert!(first.0.contains("ETH: 4,015 withdrawals by"));
    for picture in &first.1[1..] {
        assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
        assert!(!picture.contains("href"), "nothing comes from elsewhere");
    }
}

#[test]
fn the_documentation_shows_what_the_command_prints_and_draws() {
    let directory = directory("documentation");
    let printed = told(&run(&["--picture", directory.to_str().unwrap()]));
    let page = include_str!("../../../docs/CALIBRATION.md");
    let excerpt = page
        .split("```text\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    for line in excerpt.lines() {
        assert!(printed.lines().any(|printed| printed == line), "{line}");
    }
    let drawn = std::fs::read_to_string(directory.join("loss-ETH.svg")).unwrap();
    assert!(
        drawn == include_str!("../../../docs/calibration.svg"),
        "copy out/calibrate/loss-ETH.svg to docs/calibration.svg"
    );
}

#[test]
fn the_sample_command_writes_the_file_that_is_checked_in() {
    let file = directory("sample").join("sample.csv");
    told(&run(&["sample", "--out", file.to_str().unwrap()]));
    let made = std::fs::read_to_string(file).unwrap();
    assert!(made == include_str!("../data/sample.csv"));
    assert!(told(&run(&["sample"])) == made);
}

#[test]
fn worst_losses_are_cores_bounds_of_the_limits_that_are_told() {
    let json = directory("bounds").join("out.json");
    told(&run(&[
        "--json",
        json.to_str().unwrap(),
        "--picture",
        directory("bounds").to_str().unwrap(),
    ]));
    let report: Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    let mut checked = 0;
    for setting in report["assets"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|asset| asset["settings"].as_array().unwrap())
    {
        for loss in setting["worst_loss"].as_array().unwrap() {
            let secs = loss["secs"].as_u64().unwrap();
            let bounds = setting["parts"].as_array().unwrap().iter().filter_map(|part| {
                let limit = part["limit"].as_str().unwrap().parse().unwrap();
                let memory = part["secs"].as_u64().unwrap();
                match part["kind"].as_str().unwrap() {
                    "bucket" => Some(bucket::Limit::new(limit, memory).unwrap().bound(secs)),
                    "window" => Some(window::Limit::new(limit, memory).unwrap().bound(secs)),
                    _ => None,
                }
            });
            let expected = bounds.min().map(|bound| bound.to_string());
            assert_eq!(loss["amount"].as_str().map(str::to_owned), expected);
            checked += 1;
        }
    }
    assert_eq!(checked, 2 * 9 * 3);
}

#[test]
fn a_history_that_can_be_worked_out_by_hand_is_told_as_worked_out() {
    // 60 and half a day later 90: a bucket that refills in a day needs 150 / 1.5 = 100, a window of a day 150, a cap 90.
    let rows = format!("{HEADING}0,X,0,60,a\n43200,X,0,90,b\n");
    let text = told(&run_on("by-hand", &rows, &["--decimals", "X=0"]));
    let row = |name: &str| {
        text.lines()
            .find(|line| line.trim_start().starts_with(name))
            .unwrap()
            .to_owned()
    };
    assert!(row("bucket 1 d").contains("capacity 100 X"), "{text}");
    assert!(row("window 1 d").contains("limit 150 X"), "{text}");
    assert!(row("cap ").contains("cap 90 X"), "{text}");
    assert!(text.contains("No setting is proposed for the budget: every limit rests on too few events."));
    assert!(text.contains(
        "The history is 12 h long, shorter than the memory of bucket 1 d, bucket 7 d, window 1 d, window 7 d"
    ));
}

#[test]
fn histories_with_little_in_them_are_told_in_a_sentence() {
    let one = told(&run_on("one", &format!("{HEADING}1700000000,X,0,500,a\n"), &[]));
    assert!(
        one.contains("X: a single withdrawal, of 500 X, on 2023-11-14."),
        "{one}"
    );
    let deposits = told(&run_on(
        "deposits",
        &format!("{HEADING}5,X,7,0,a\n6,X,0,0,a\n"),
        &[],
    ));
    assert!(
        deposits.contains("X: 2 rows, none of which takes anything out: no limiter is asked for anything."),
        "{deposits}"
    );
    assert!(!deposits.contains("Setting"));
    assert!(deposits.contains("1 rows move nothing; they do not count."));
    // Ten in one second need all that they come to.
    let rows = format!("{HEADING}{}", "9,X,0,10,a\n".repeat(10));
    let same = told(&run_on("same-second", &rows, &[]));
    assert!(
        same.contains("capacity 100 X") && same.contains("limit 100 X"),
        "{same}"
    );
    let unordered = told(&run_on(
        "unordered",
        &format!("{HEADING}9,X,0,1,a\n5,X,0,1,a\n"),
        &[],
    ));
    assert!(
        unordered.contains("The rows were not in the order of time (line 3 is the first) and were sorted.")
    );
}

#[test]
fn what_is_wrong_is_an_error_with_its_place_and_no_report() {
    let refused = |name: &str, rows: &str, arguments: &[&str]| {
        let output = run_on(name, rows, arguments);
        assert!(!output.status.success() && output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    let error = refused("malformed", &format!("{HEADING}1,X,0,1e18,a\n"), &[]);
    assert!(
        error.contains("data.csv: line 2, column 4 (out): \"1e18\" is not an amount: a whole number of the smallest unit"),
        "{error}"
    );
    assert!(refused("empty", "", &[])
        .contains("the file is empty; its first line has to be time,asset,in,out,account"));
    let rows = format!("{HEADING}1,X,0,1,a\n");
    let error = refused("decimals", &rows, &["--decimals", "Y=18"]);
    assert_eq!(
        error,
        "error: --decimals names Y, which the history does not have\n"
    );
    assert!(refused("no-decimals", &rows, &["--decimals", "X"]).contains("like ETH=18"));
    assert!(refused("budget", &rows, &["--budget", "1"]).contains("it has to be one in 2 or rarer"));
    let missing = run(&["--data", "there-is-no-such-file.csv"]);
    let error = String::from_utf8(missing.stderr).unwrap();
    assert!(
        error.starts_with("error: there-is-no-such-file.csv: the file cannot be read:"),
        "{error}"
    );
}

#[test]
fn a_larger_budget_refuses_what_it_may_and_says_how_much() {
    // 2,000 ones and twenty of 1,000, a day apart: one in 100 may be refused.
    let row = |day: u64| {
        format!(
            "{},X,0,{},u{}\n",
            day * 86_400,
            if day % 100 == 50 { 1_000 } else { 1 },
            day % 7
        )
    };
    let rows: String = std::iter::once(HEADING.to_owned())
        .chain((0..2_000).map(row))
        .collect();
    let text = told(&run_on("budget-100", &rows, &["--budget", "100"]));
    let cap = text
        .lines()
        .find(|line| line.trim_start().starts_with("cap "))
        .unwrap();
    assert!(
        cap.contains("cap 1 X") && cap.contains("20, 20,000 X in all"),
        "{text}"
    );
    let text = told(&run_on("budget-101", &rows, &["--budget", "101"]));
    let cap = text
        .lines()
        .find(|line| line.trim_start().starts_with("cap "))
        .unwrap();
    assert!(cap.contains("cap 1,000 X") && !cap.contains("in all"), "{text}");
}

#[test]
fn an_asset_of_any_name_makes_a_picture_that_is_well_formed() {
    let row = |day: u64| format!("{},<b>&\"x,0,{},a\n", day * 86_400, 1 + day * day % 97);
    let rows: String = std::iter::once("time,asset,in,out,account\n".to_owned())
        .chain((0..300).map(row))
        .collect::<String>()
        .replace("<b>&\"x", "\"<b>&\"\"x\"");
    told(&run_on("name", &rows, &["--budget", "1000"]));
    let pictures = directory("name").join("pictures");
    for entry in std::fs::read_dir(pictures).unwrap() {
        let svg = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(svg.contains("&lt;b&gt;&amp;") && !svg.contains("<b>"));
    }
}
