//! Measures everything, then writes the table or holds it against the one that is checked in.

use bench::check::Finding;
use bench::error::BenchError;
use bench::table::{Skipped, Table};
use bench::{check, markdown, measure_all, scenario};
use clap::Parser;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What every guarded operation costs. `scripts/bench` compiles the contracts first.
#[derive(Parser)]
struct Arguments {
    /// Compare with the table that is checked in instead of writing it.
    #[arg(long)]
    check: bool,
    /// Where the table is.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../benchmarks"))]
    directory: PathBuf,
    /// What compiled the programs; stands in the table.
    #[arg(long)]
    compiler: Option<String>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, BenchError> {
    let (measured, skipped) = measure_all(&scenario::all(), arguments.compiler.clone())?;
    let (json, markdown) = (
        arguments.directory.join("gas.json"),
        arguments.directory.join("gas.md"),
    );
    if arguments.check {
        return compare(&json, &markdown, &measured, &skipped);
    }
    if let Some(Skipped { id }) = skipped.first() {
        eprintln!("error: the table would lack {} rows, the first of them {id}: run 'tests/fixtures/build --fetched' (it needs Node.js and npm), then this again.", skipped.len());
        return Ok(ExitCode::FAILURE);
    }
    let text = markdown::render(&measured);
    write(&json, &measured.to_json())?;
    write(&markdown, &text)?;
    print!("{text}");
    Ok(ExitCode::SUCCESS)
}

fn compare(
    json: &Path,
    markdown: &Path,
    measured: &Table,
    skipped: &[Skipped],
) -> Result<ExitCode, BenchError> {
    let checked_in = Table::from_json(&read(json)?).map_err(|error| BenchError::File {
        path: json.to_owned(),
        reason: error.to_string(),
    })?;
    let findings = check::compare(&checked_in, measured, skipped);
    for finding in &findings {
        println!("{finding}");
    }
    let same_compiler = checked_in.compiler == measured.compiler;
    if !same_compiler {
        println!(
            "note: the table was made with {}, this one with {}: sizes and gas of programs differ for that alone, so none of the above fails",
            checked_in.compiler.as_deref().unwrap_or("an unnamed compiler"),
            measured.compiler.as_deref().unwrap_or("an unnamed compiler"),
        );
    }
    let mut good = true;
    if read(markdown)? != bench::markdown::render(&checked_in) {
        eprintln!("error: gas.md is not what gas.json says: run 'scripts/bench', which writes both.");
        good = false;
    }
    let failing = findings
        .iter()
        .filter(|finding| finding.fails() && (same_compiler || matches!(finding, Finding::Missing(_))))
        .count();
    if failing != 0 {
        eprintln!(
            "error: {failing} of {} rows got worse by more than {}% or are gone. Make them cheaper; or, when the price is worth it, run 'scripts/bench' and say in the commit why.",
            checked_in.rows.len(),
            check::TOLERANCE_PERCENT,
        );
        good = false;
    }
    if !good {
        return Ok(ExitCode::FAILURE);
    }
    let worse = findings.iter().filter(|finding| finding.fails()).count();
    println!(
        "{} rows measured; {} got worse by more than {}%{}.",
        measured.rows.len(),
        if worse == 0 {
            "none".to_owned()
        } else {
            worse.to_string()
        },
        check::TOLERANCE_PERCENT,
        if worse == 0 { "" } else { ", with another compiler" },
    );
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> Result<String, BenchError> {
    std::fs::read_to_string(path).map_err(|error| BenchError::File {
        path: path.to_owned(),
        reason: format!("{error}. 'scripts/bench' writes it."),
    })
}

fn write(path: &Path, text: &str) -> Result<(), BenchError> {
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| BenchError::File {
            path: path.to_owned(),
            reason: error.to_string(),
        })
}
