//! Replays every incident and writes the table, or holds it against the one that is checked in.

use clap::Parser;
use incident_replays::replay_all;
use incident_replays::table::{self, Agreement};
use std::path::PathBuf;
use std::process::ExitCode;

/// What came of each incident. `scripts/replay` compiles the victims first.
#[derive(Parser)]
struct Arguments {
    /// Compare with the table that is checked in instead of writing it.
    #[arg(long)]
    check: bool,
    /// Where the table is.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/INCIDENTS.md"))]
    file: PathBuf,
    /// What compiled the programs; stands in the table.
    #[arg(long)]
    compiler: Option<String>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let outcomes = replay_all().map_err(|error| error.to_string())?;
    let compiler = arguments.compiler.as_deref();
    let at = |error: std::io::Error| format!("{}: {error}", arguments.file.display());
    if !arguments.check {
        let text = table::render(&outcomes, compiler);
        print!("{text}");
        return std::fs::write(&arguments.file, text).map_err(at);
    }
    let checked_in = std::fs::read_to_string(&arguments.file).map_err(at)?;
    let said = match table::compare(&checked_in, &outcomes, compiler) {
        Agreement::Whole => format!("as {} says.", arguments.file.display()),
        Agreement::ButGas => {
            "as the table says, but for the gas, as the programs are another compiler's.".to_owned()
        }
        Agreement::No => {
            return Err("docs/INCIDENTS.md is not what the replays say. Run 'scripts/replay', and say in the commit why it changed.".to_owned())
        }
    };
    println!("{} incidents replayed: {said}", outcomes.len());
    Ok(())
}
