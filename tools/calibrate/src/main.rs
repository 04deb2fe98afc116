//! From a history of flows to settings of the limiters. `--help` says how; `docs/CALIBRATION.md` says what it means.

use calibrate::analysis::analyse;
use calibrate::fit::Budget;
use calibrate::history::{self, HistoryError};
use calibrate::report::{json::json, text::text};
use calibrate::{incidents, picture, sample};
use clap::{Parser, Subcommand};
use std::collections::HashMap;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Suggests settings of the limiters for a history of flows.
///
/// Reads a CSV with the columns time,asset,in,out,account: seconds since 1970 or RFC 3339, whole numbers of the smallest unit, one
/// row a transaction. For every asset and every shape of limiter it finds the smallest limit that refuses no more honest
/// withdrawals than the budget allows, and prints what that limit would have refused, what a thief could take under it in an hour, a
/// day and a week, and what three known robberies would have taken. docs/CALIBRATION.md says how, and what it cannot do.
#[derive(Parser)]
#[command(name = "calibrate", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The history. Without it, the synthetic sample that comes with the program.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// At most one honest withdrawal in N may be refused.
    #[arg(long, value_name = "N", default_value = "100000", value_parser = budget)]
    budget: Budget,
    /// How many decimals an asset has, to show whole tokens: ETH=18. May be given for several.
    #[arg(long, value_name = "ASSET=N", value_parser = decimals)]
    decimals: Vec<(String, u8)>,
    /// Where to write everything as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where to write the pictures, as SVG: for each asset the loss against false alarms, and the flow under its limit.
    #[arg(long, value_name = "DIR", default_value = "out/calibrate")]
    picture: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// Writes the synthetic sample, the same every time.
    Sample {
        /// Where to; without it, to the standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

fn budget(text: &str) -> Result<Budget, String> {
    let transactions = text
        .parse()
        .map_err(|_| "it has to be a whole number".to_owned())?;
    Budget::one_in(transactions).map_err(|error| error.to_string())
}

fn decimals(text: &str) -> Result<(String, u8), String> {
    let told = text
        .split_once('=')
        .and_then(|(asset, decimals)| Some((asset, decimals.parse().ok()?)));
    match told {
        Some((asset, decimals @ 0..=77)) if !asset.is_empty() => Ok((asset.to_owned(), decimals)),
        _ => Err("it has to be an asset and a number up to 77, like ETH=18".to_owned()),
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    if let Some(Command::Sample { out }) = arguments.command {
        return match out {
            Some(file) => write(&file, &sample::csv()),
            None => {
                show(&sample::csv());
                Ok(())
            }
        };
    }
    let mut decimals: HashMap<String, u8> = HashMap::new();
    let history = match &arguments.data {
        Some(file) => std::fs::File::open(file)
            .map_err(HistoryError::Unreadable)
            .and_then(history::read)
            .map_err(|error| format!("{}: {error}", file.display()))?,
        None => {
            show("The history is the synthetic sample: nobody made these transactions. '--data FILE' reads your own.\n");
            decimals.extend(sample::DECIMALS.map(|(asset, decimals)| (asset.to_owned(), decimals)));
            history::read(sample::SAMPLE.as_bytes())?
        }
    };
    decimals.extend(arguments.decimals);
    if let Some(unknown) = decimals
        .keys()
        .find(|asset| !history.assets.iter().any(|known| known.asset == **asset))
    {
        return Err(format!("--decimals names {unknown}, which the history does not have").into());
    }
    let analysis = analyse(&history, arguments.budget, &decimals, incidents::all()?)?;
    show(&text(&analysis));
    if let Some(file) = &arguments.json {
        write(file, &json(&analysis)?)?;
        show(&format!("As JSON: {}\n", file.display()));
    }
    for (name, svg) in picture::all(&analysis)? {
        let file = arguments.picture.join(name);
        write(&file, &svg)?;
        show(&format!("Picture: {}\n", file.display()));
    }
    Ok(())
}

fn show(text: &str) {
    // A pipe that nobody reads is no reason to stop.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn write(file: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    if let Some(directory) = file.parent() {
        std::fs::create_dir_all(directory)
            .map_err(|error| format!("{} cannot be made: {error}", directory.display()))?;
    }
    std::fs::write(file, text).map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    Ok(())
}
