//! Says what a patch would change for a protocol's users, and records what they do. `--help` says how; `docs/IMPACT.md` says what to measure.

use alloy_primitives::{Address, Bytes};
use clap::{Args, Parser, Subcommand};
use impact::{
    chart::picture,
    operations::Operations,
    record::{record, Wanted},
    replay::replay,
    report::Told,
    scenario::Scenario,
    switch::{Administered, Managed, Way},
    worlds::{deploy, state, Code, Fork},
};
use patch_file::typed::{bytes, secs, somebody};
use patch_file::PatchFile;
use safe_batch::console::{read, show};
use safe_batch::endpoint::Endpoint;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Replays recorded operations of users against the old and the new version of a contract behind a proxy, on a copy of the chain's state, and says what
/// differs for each of them.
///
/// Ends with 0 when the patch keeps within the scenario's limits, with 1 when it breaks one, and with 2 when something is refused or an endpoint does not
/// answer. docs/IMPACT.md says how to use it.
#[derive(Parser)]
#[command(name = "impact")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Says what a patch would change.
    Run(RunArguments),
    /// Records operations: the transactions of some blocks that call a contract, or in which it emits an event.
    Record(RecordArguments),
}

#[derive(Args)]
struct RunArguments {
    /// What is measured, and how far it may move.
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// What users did, as 'record' writes it ('-': the standard input).
    #[arg(long, value_name = "FILE")]
    operations: PathBuf,
    /// An endpoint of the chain, which is believed: http://… or https://….
    #[arg(long, value_name = "URL")]
    endpoint: String,
    /// On the state after this block; without it, after the latest.
    #[arg(long, value_name = "N")]
    block: Option<u64>,
    /// This long after the block at the earliest: 2d, 1d12h or seconds.
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = secs)]
    after: u64,
    #[command(flatten)]
    new: NewArguments,
    /// Where to write the report, as Markdown; without it, to the standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Where to write the picture, as SVG.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

/// The new version, and how it gets in.
#[derive(Args)]
struct NewArguments {
    /// A patch file: as the manager applies the patch, when it is on record; otherwise as the proxy's administrator switches.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["implementation", "code", "init", "administrator"])]
    patch: Option<PathBuf>,
    /// With how much gas the manager activates the program in the switch; zero when it is active.
    #[arg(long, value_name = "GAS", default_value = "0", requires = "patch")]
    activation_gas: u64,
    /// The new version's address.
    #[arg(long, value_name = "ADDRESS", value_parser = somebody)]
    implementation: Option<Address>,
    /// The new version's code, when it is not on the chain: a program as .wasm, or creation code as hexadecimal digits.
    #[arg(long, value_name = "FILE", conflicts_with = "implementation")]
    code: Option<PathBuf>,
    /// The call that initialises it, in the switch.
    #[arg(long, value_name = "0xDATA", default_value = "0x", value_parser = bytes)]
    init: Bytes,
    /// Who upgrades the proxy; without it, whom the proxy or its beacon names.
    #[arg(long, value_name = "ADDRESS", value_parser = somebody)]
    administrator: Option<Address>,
}

#[derive(Args)]
struct RecordArguments {
    /// An endpoint of the chain, which is believed: http://… or https://….
    #[arg(long, value_name = "URL")]
    endpoint: String,
    /// A contract whose operations are wanted. May be given for several.
    #[arg(long, value_name = "ADDRESS", required = true, value_parser = somebody)]
    to: Vec<Address>,
    /// From this block on.
    #[arg(long, value_name = "N")]
    from_block: u64,
    /// Up to this block.
    #[arg(long, value_name = "N")]
    to_block: u64,
    /// Only transactions in which a contract emits an event: blocks without are not asked for, which is faster by far over long stretches.
    #[arg(long)]
    events_only: bool,
    /// Where to write the file; without it, to the standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    let ended = match Arguments::parse().command {
        Command::Run(arguments) => run(&arguments),
        Command::Record(arguments) => recorded(&arguments).map(|()| true),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether the patch keeps within its limits.
fn run(arguments: &RunArguments) -> Result<bool, String> {
    // What is wrong with the files is said before anybody is asked.
    let scenario = named(&arguments.scenario, |text| Scenario::read(&text))?;
    let operations = named(&arguments.operations, |text| Operations::read(&text))?;
    if operations.chain_id != scenario.chain_id {
        return Err(format!(
            "the operations are of chain {} and the scenario is of chain {}",
            operations.chain_id, scenario.chain_id
        ));
    }
    let new = New::read(&arguments.new, scenario.chain_id)?;
    let endpoint = Arc::new(Endpoint::pin(&arguments.endpoint, arguments.block)?);
    let block = endpoint.block();
    if block.chain_id != scenario.chain_id {
        return Err(format!(
            "the scenario is of chain {} and the endpoint of chain {}",
            scenario.chain_id, block.chain_id
        ));
    }
    let mut fork = state(&endpoint, arguments.after)?;
    let way = new.way(&mut fork, &scenario)?;
    let impact = replay(fork, &scenario, &operations, &way)?;
    endpoint.still_the_same().map_err(|why| why.to_string())?;
    let report = Told {
        scenario: &scenario,
        operations: &operations,
        impact: &impact,
        block,
        hash: endpoint.hash(),
    }
    .report();
    if let Some(path) = &arguments.picture {
        write(path, &picture(&scenario, &operations, &impact))?;
    }
    match &arguments.out {
        Some(path) => {
            write(path, &report.text)?;
            for breach in &report.breaches {
                show(&format!("{breach}\n"));
            }
            if report.breaches.is_empty() {
                show("Nothing breaks a limit.\n");
            }
        }
        None => show(&report.text),
    }
    Ok(report.breaches.is_empty())
}

/// The new version, as far as files tell.
enum New {
    Managed(Box<Managed>),
    At(Administered),
    Coded(Code, Administered),
}

impl New {
    fn read(arguments: &NewArguments, chain_id: u64) -> Result<Self, String> {
        let at = |implementation| Administered {
            implementation,
            init: arguments.init.clone(),
            administrator: arguments.administrator,
        };
        match (&arguments.patch, &arguments.implementation, &arguments.code) {
            (Some(path), _, _) => {
                let named = |why: String| format!("{}: {why}", path.display());
                let file = PatchFile::open(path).map_err(|why| named(why.to_string()))?;
                if file.chain_id != chain_id {
                    return Err(named(format!(
                        "it is of chain {} and the scenario of chain {chain_id}",
                        file.chain_id
                    )));
                }
                Ok(Self::Managed(Box::new(Managed {
                    manager: file.manager,
                    terms: file.terms.clone(),
                    init: file.init.data.clone(),
                    checks: file.checks_data().clone(),
                    activation_gas: arguments.activation_gas,
                })))
            }
            (None, Some(implementation), _) => Ok(Self::At(at(*implementation))),
            (None, None, Some(path)) => Ok(Self::Coded(code(path)?, at(Address::ZERO))),
            (None, None, None) => Err(
                "nobody says what the new version is: give --patch, --implementation or --code".to_owned(),
            ),
        }
    }

    fn way(self, fork: &mut Fork, scenario: &Scenario) -> Result<Way, String> {
        Ok(match self {
            Self::Managed(patch) => Way::Managed(patch),
            Self::At(switch) => Way::Administered(switch),
            Self::Coded(code, switch) => Way::Administered(Administered {
                implementation: deploy(fork, &code, &scenario.errors)?,
                ..switch
            }),
        })
    }
}

fn code(path: &Path) -> Result<Code, String> {
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let raw = std::fs::read(path).map_err(unreadable)?;
    if path.extension().is_some_and(|extension| extension == "wasm") {
        return Ok(Code::Program(raw));
    }
    let text = String::from_utf8(raw).unwrap_or_default();
    let digits = text.trim().trim_start_matches("0x");
    match hex::decode(digits) {
        Ok(code) if !code.is_empty() => Ok(Code::Creation(code.into())),
        _ => Err(format!(
            "{} is neither a program (.wasm) nor creation code as hexadecimal digits",
            path.display()
        )),
    }
}

fn recorded(arguments: &RecordArguments) -> Result<(), String> {
    let endpoint = Endpoint::pin(&arguments.endpoint, None)?;
    let wanted = Wanted {
        contracts: arguments.to.clone(),
        from_block: arguments.from_block,
        to_block: arguments.to_block,
        events_only: arguments.events_only,
    };
    let recorded = record(&endpoint, &wanted)?;
    endpoint.still_the_same().map_err(|why| why.to_string())?;
    let file = recorded.operations.file(Some(&wanted.source()));
    match &arguments.out {
        Some(path) => write(path, &file)?,
        None => show(&file),
    }
    eprintln!(
        "{} transactions, {} of them to others and known by an event alone. What reached the contract through others without an event is not among them.",
        recorded.operations.all.len(),
        recorded.from_within
    );
    Ok(())
}

fn named<T>(file: &Path, read_it: impl FnOnce(String) -> Result<T, String>) -> Result<T, String> {
    read_it(read(file)?).map_err(|why| format!("{}: {why}", file.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}
