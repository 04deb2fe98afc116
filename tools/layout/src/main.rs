//! Exports, compares and hashes storage layouts. `--help` says how; `docs/LAYOUT.md` says what is refused and why.

use clap::{Parser, Subcommand};
use layout::{
    compare::{compare, compatible},
    export::export,
    model::Layout,
    read, report,
};
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Says whether an upgrade finds a contract's storage where the code before it left it.
///
/// Ends with 0 when all is well, with 1 when layouts are incompatible, and with 2 when a file or an argument is wrong.
/// Files are what 'layout export' writes, solc's storageLayout, or solc's whole output with its ast.
#[derive(Parser)]
#[command(name = "layout")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes the layout of a contract in Rust, which its own program prints.
    Export {
        /// The package of the contract.
        package: String,
        /// A feature of the package; may be given for several.
        #[arg(long, value_name = "FEATURE")]
        features: Vec<String>,
        /// Where to; without it, to the standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// The Cargo.toml of the package's workspace; without it, that of this directory.
        #[arg(long, value_name = "FILE")]
        manifest_path: Option<PathBuf>,
    },
    /// Says every difference between two layouts, and whether the new one may follow the old one.
    Compare {
        /// The layout that is on the chain.
        old: PathBuf,
        /// The layout of the upgrade.
        new: PathBuf,
        /// The contract, where the old file holds several.
        #[arg(long, value_name = "NAME")]
        old_contract: Option<String>,
        /// The contract, where the new file holds several.
        #[arg(long, value_name = "NAME")]
        new_contract: Option<String>,
    },
    /// Computes the hash of a layout from its file alone: it is what the contract's storageLayoutHash() answers.
    Hash {
        /// The layout.
        file: PathBuf,
        /// The contract, where the file holds several.
        #[arg(long, value_name = "NAME")]
        contract: Option<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Box<dyn Error>> {
    match command {
        Command::Export {
            package,
            features,
            out,
            manifest_path,
        } => {
            let text = export(&package, &features, manifest_path.as_deref())?;
            match out {
                Some(file) => std::fs::write(&file, text)
                    .map_err(|error| format!("{} cannot be written: {error}", file.display()))?,
                None => show(&text),
            }
        }
        Command::Compare {
            old,
            new,
            old_contract,
            new_contract,
        } => {
            let old = opened(&old, old_contract.as_deref())?;
            let new = opened(&new, new_contract.as_deref())?;
            let differences = compare(&old, &new);
            show(&report::text(&old, &new, &differences));
            if !compatible(&differences) {
                return Ok(ExitCode::from(1));
            }
        }
        Command::Hash { file, contract } => {
            let hash = opened(&file, contract.as_deref())?
                .hash()
                .map_err(|error| format!("{}: {error}", file.display()))?;
            show(&format!("{hash}\n"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn opened(file: &Path, contract: Option<&str>) -> Result<Layout, String> {
    read::file(file, contract).map_err(|error| format!("{}: {error}", file.display()))
}

fn show(text: &str) {
    // A pipe that nobody reads is no reason to stop.
    let _ = std::io::stdout().write_all(text.as_bytes());
}
