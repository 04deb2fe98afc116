//! Writes batches for a Safe, describes and simulates them. `--help` says how; `docs/SAFE.md` says what to compare.

use alloy_primitives::{Address, Bytes, U256};
use clap::{Args, Parser, Subcommand};
use patch_file::PatchFile;
use safe_batch::{
    acts::{acts_of_a_council_on_itself, acts_of_a_proxys_setting, council_acts, Act, Kind, Waits},
    batch::{Batch, Transaction},
    console::{read, show},
    describe::describe,
    report::{self, Expected, Report},
    value::{bytes, somebody},
    words::{decimals, symbol, Words},
};
use std::path::PathBuf;
use std::process::ExitCode;

#[path = "command/acting.rs"]
mod acting;
#[path = "command/patching.rs"]
mod patching;
#[path = "command/simulating.rs"]
mod simulating;

/// Writes batches of acts of authority for a Safe, describes batches and calls in plain words, and simulates them.
///
/// Ends with 0 when all is well, with 1 when there is something to look at before anyone signs, as a call that fails, and with 2 when something is
/// refused or an endpoint does not answer. docs/SAFE.md says how to use it.
#[derive(Parser)]
#[command(name = "safe-batch")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes a batch for Safe's Transaction Builder: the file to the standard output or to --out, its description beside it.
    Write(WriteArguments),
    /// Says what a batch or the data of a call does.
    Describe(DescribeArguments),
    /// Says what a batch or a call would change on the chain now, on a copy of the state that an endpoint tells.
    Simulate(simulating::SimulateArguments),
    /// Says in plain words what a patch changes, and with an endpoint whether the chain is as its file says, who approved and when it may be applied.
    Patch(patching::PatchArguments),
    /// Lists the acts of a kind and of a council, and what they take.
    Acts {
        /// Which interface.
        #[arg(long, value_enum, default_value = "hub")]
        kind: Kind,
    },
}

/// What sentences need, for both ways.
#[derive(Args)]
struct Speech {
    /// Which interface the contract answers to.
    #[arg(long, value_enum, default_value = "hub")]
    kind: Kind,
    /// Names of the hub's groups: a line is a number from 1 to 5 and a name.
    #[arg(long, value_name = "FILE")]
    group_names: Option<PathBuf>,
    /// How many decimals an asset has: 0x…=6. May be given for several.
    #[arg(long, value_name = "ASSET=N", value_parser = decimals)]
    decimals: Vec<(Address, u8)>,
    /// What an asset is called: 0x…=USDC. May be given for several.
    #[arg(long, value_name = "ASSET=NAME", value_parser = symbol)]
    symbol: Vec<(Address, String)>,
    /// The patch file that calls of a patch manager are about: it fills in what acts take, and calls are compared with it.
    #[arg(long, value_name = "FILE")]
    patch: Option<PathBuf>,
}

#[derive(Args)]
struct WriteArguments {
    /// The act and its arguments, as 'safe-batch acts' lists them.
    #[arg(value_name = "ACT", required_unless_present = "from", conflicts_with = "from")]
    act: Vec<String>,
    /// Reads acts from a file ('-': the standard input), one a line; a line that begins with --schedule is scheduled.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Schedules the acts, which wait then; the same without it carries them out.
    #[arg(long)]
    schedule: bool,
    #[command(flatten)]
    action: acting::ActionArguments,
    /// The chain's number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=9_007_199_254_740_991))]
    chain_id: u64,
    /// The Safe that signs.
    #[arg(long, value_name = "ADDRESS", value_parser = somebody)]
    safe: Address,
    /// The contract that is called.
    #[arg(long, value_name = "ADDRESS", value_parser = somebody)]
    contract: Address,
    /// Wei that the call of an act brings which takes ETH.
    #[arg(long, value_name = "WEI", default_value = "0", conflicts_with_all = ["approve", "revoke"], value_parser = wei)]
    value: String,
    /// When the file says that it was made, in milliseconds since 1970.
    #[arg(long, value_name = "N", default_value = "0", value_parser = clap::value_parser!(u64).range(0..=9_007_199_254_740_991))]
    created_at: u64,
    /// Where to write the file; without it, to the standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    speech: Speech,
}

#[derive(Args)]
struct DescribeArguments {
    /// A batch's file ('-': the standard input), or the data of a call.
    #[arg(value_name = "FILE|0xDATA")]
    what: String,
    /// Refuses a batch for another chain.
    #[arg(long, value_name = "N")]
    chain_id: Option<u64>,
    /// Refuses a batch of another Safe.
    #[arg(long, value_name = "ADDRESS", value_parser = somebody)]
    safe: Option<Address>,
    /// Refuses a batch that calls another contract.
    #[arg(long, value_name = "ADDRESS", value_parser = somebody)]
    contract: Option<Address>,
    #[command(flatten)]
    speech: Speech,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether there is something to look at.
fn run(command: Command) -> Result<bool, String> {
    match command {
        Command::Write(arguments) => write(&arguments).map(|()| false),
        Command::Describe(arguments) => {
            let report = described(&arguments)?;
            show(&report.text);
            Ok(report.look)
        }
        Command::Simulate(arguments) => {
            let report = simulating::simulated(&arguments)?;
            show(&report.text);
            Ok(report.look)
        }
        Command::Patch(arguments) => Ok(patching::shown(&patching::told(&arguments)?)),
        Command::Acts { kind } => {
            for act in kind.acts().iter().chain(council_acts()) {
                show(&format!("{}\n", act.usage()));
            }
            for act in acts_of_a_council_on_itself() {
                show(&format!("{} (with --approve or --revoke)\n", act.usage()));
            }
            let settings = acts_of_a_proxys_setting().iter();
            for act in settings.filter(|_| kind == Kind::Patch) {
                show(&format!("{} (after set-proxy proxy:ADDRESS)\n", act.usage()));
            }
            Ok(false)
        }
    }
}

impl Speech {
    fn words(&self) -> Result<Words, String> {
        let mut words = Words::default();
        if let Some(file) = &self.group_names {
            words.name_groups(&read(file)?)?;
        }
        for (asset, decimals) in &self.decimals {
            if words.decimals.insert(*asset, *decimals).is_some() {
                return Err(format!("--decimals names {asset} twice"));
            }
        }
        for (asset, symbol) in &self.symbol {
            if words.symbols.insert(*asset, symbol.clone()).is_some() {
                return Err(format!("--symbol names {asset} twice"));
            }
        }
        if let Some(file) = &self.patch {
            if self.kind != Kind::Patch {
                return Err("--patch is for patch managers: give --kind patch".to_owned());
            }
            words.patch = Some(Box::new(patching::opened(file)?));
        }
        Ok(words)
    }
}

fn write(arguments: &WriteArguments) -> Result<(), String> {
    let kind = arguments.speech.kind;
    let words = arguments.speech.words()?;
    if arguments.safe == arguments.contract || Some(arguments.safe) == arguments.action.council() {
        return Err("the Safe and the contract are one address".to_owned());
    }
    let patch = words.patch.as_deref();
    if let Some(patch) = patch {
        patching::require_for(patch, arguments.chain_id, arguments.contract)?;
    }
    let mut lines: Vec<(Option<usize>, Vec<String>)> = Vec::new();
    match &arguments.from {
        None => lines.push((None, arguments.act.clone())),
        Some(file) => {
            for (index, line) in read(file)?.lines().enumerate() {
                let line = line.split('#').next().unwrap_or_default();
                let typed: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
                if !typed.is_empty() {
                    lines.push((Some(index + 1), typed));
                }
            }
        }
    }
    if lines.is_empty() {
        return Err("there are no acts".to_owned());
    }
    let mut transactions = Vec::new();
    let mut names = Vec::new();
    for (number, typed) in lines {
        let line = |why: String| match number {
            Some(number) => format!("line {number}: {why}"),
            None => why,
        };
        let (name, data) = encode(&typed, arguments.schedule, kind, patch).map_err(line)?;
        let value = arguments.value.as_str();
        let takes_value = data.first_chunk().and_then(|selector| kind.selected(*selector));
        if value != "0" && !takes_value.is_some_and(Act::is_payable) {
            return Err(line(format!("'{name}' takes no ETH: write it without --value")));
        }
        let (name, to, data) = arguments
            .action
            .wrapped(name, arguments.contract, data, kind)
            .map_err(line)?;
        names.push(name);
        transactions.push(Transaction {
            to,
            value: value.to_owned(),
            data,
        });
    }
    let mut batch = Batch {
        chain_id: arguments.chain_id,
        safe: Some(arguments.safe),
        created_at: arguments.created_at,
        name: format!("Portcullis {}: {}", kind.contract(), names.join(", ")),
        description: String::new(),
        transactions,
    };
    batch.description = report::description(&batch, kind, &words)?;
    let file = batch.file(kind, &words)?;
    // What is told is read out of what was written.
    let read_back = Batch::read(&file, kind)?;
    if read_back != batch {
        return Err("the file that was made does not read back as it was: this is a defect".to_owned());
    }
    let Report { text, .. } = report::batch(&read_back, kind, &words, Expected::default())?;
    match &arguments.out {
        Some(path) => {
            std::fs::write(path, file)
                .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
            show(&text);
        }
        None => {
            show(&file);
            eprint!("{text}");
        }
    }
    Ok(())
}

/// The name and the data of an act.
fn encode(
    typed: &[String],
    schedule: bool,
    kind: Kind,
    patch: Option<&PatchFile>,
) -> Result<(String, Bytes), String> {
    let (schedule, typed) = match typed {
        [first, rest @ ..] if first == "--schedule" => (true, rest),
        all => (schedule, all),
    };
    let [name, arguments @ ..] = typed else {
        return Err("there is no act".to_owned());
    };
    let act = kind.named(name).ok_or_else(|| {
        format!(
            "'{name}' is not an act of a {}; there are {}",
            kind.contract(),
            names(kind.acts())
        )
    })?;
    let arguments = setting(act, patching::filled(act, arguments, patch)?)?;
    let data = act.encode_typed(&arguments)?;
    let refused = |data: &[u8]| -> Result<Option<Waits>, String> {
        let told = describe(data, kind, &Words::default()).map_err(|why| why.to_string())?;
        match told.look.first() {
            Some(look) => Err(look.clone()),
            None => Ok(told.waits),
        }
    };
    let waits = refused(&data)?;
    if !schedule {
        return Ok((name.clone(), data.into()));
    }
    let scheduling = kind.named("schedule").ok_or_else(|| {
        format!(
            "a {} has no timelock: nothing is scheduled, everything is at once",
            kind.contract()
        )
    })?;
    if !waits.is_some_and(Waits::can_wait) {
        return Err(format!(
            "'{name}' with these arguments never waits: write it without --schedule"
        ));
    }
    let data = scheduling
        .encode(vec![Bytes::from(data).into()])
        .ok_or("the call cannot be scheduled")?;
    refused(&data)?;
    Ok((format!("schedule {name}"), data.into()))
}

/// The arguments of `set-proxy`, whose call may be typed as an act of its own: `set-proxy ADDRESS set-mode 3 latch`.
fn setting(act: &Act, typed: Vec<String>) -> Result<Vec<String>, String> {
    let [proxy, name, arguments @ ..] = typed.as_slice() else {
        return Ok(typed);
    };
    if act.name != "set-proxy" || name.starts_with("0x") {
        return Ok(typed);
    }
    let settings = acts_of_a_proxys_setting();
    let setting = settings
        .iter()
        .find(|setting| setting.name == name)
        .ok_or_else(|| {
            format!(
                "'{}' is no setting of a guarded proxy; there are {}",
                name.escape_default(),
                names(settings)
            )
        })?;
    let call = Bytes::from(setting.encode_typed(arguments)?);
    Ok(vec![proxy.clone(), call.to_string()])
}

/// A whole number of wei.
fn wei(text: &str) -> Result<String, String> {
    let whole = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    match text.parse::<U256>() {
        Ok(value) if whole => Ok(value.to_string()),
        _ => Err("it is not a whole number of wei".to_owned()),
    }
}

fn names(acts: &[Act]) -> String {
    let names: Vec<&str> = acts.iter().map(|act| act.name).collect();
    names.join(", ")
}

fn described(arguments: &DescribeArguments) -> Result<Report, String> {
    let kind = arguments.speech.kind;
    let words = arguments.speech.words()?;
    let expected = Expected {
        chain_id: arguments.chain_id,
        safe: arguments.safe,
        contract: arguments.contract,
    };
    if arguments.what.starts_with("0x") {
        if arguments.chain_id.is_some() || arguments.safe.is_some() || arguments.contract.is_some() {
            return Err(
                "the data of a call says no chain, Safe or contract to compare: give the batch".to_owned(),
            );
        }
        return report::data(&bytes(&arguments.what)?, kind, &words);
    }
    let file = PathBuf::from(&arguments.what);
    let named = |why: String| format!("{}: {why}", file.display());
    let batch = Batch::read(&read(&file)?, kind).map_err(named)?;
    report::batch(&batch, kind, &words, expected).map_err(named)
}
