//! `devnode`: an Arbitrum chain with Stylus on this machine, for development.

use alloy_primitives::{utils::format_ether, utils::parse_ether, U256};
use clap::Parser;
use devnode::{development_accounts, Devnode, Mining, Options, StartError};
use std::error::Error;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// An Arbitrum chain with Stylus on this machine, for development. Its keys are known to everyone.
#[derive(Parser)]
#[command(name = "devnode", version)]
struct Arguments {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Port for HTTP and WebSocket; 0 takes any that is free.
    #[arg(long, short, default_value_t = 8547)]
    port: u16,
    /// Development accounts to fund, at most ten.
    #[arg(long, short, default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=10))]
    accounts: u8,
    /// What each of them starts with, in ether.
    #[arg(long, default_value = "10000", value_parser = ether)]
    balance: U256,
    /// The chain's identifier.
    #[arg(long, default_value_t = Options::default().chain_id)]
    chain_id: u64,
    /// The version of ArbOS.
    #[arg(long, default_value_t = Options::default().arbos_version)]
    arbos_version: u64,
    /// Make a block each so many seconds instead of one with each transaction.
    #[arg(long, short, value_name = "SECONDS", conflicts_with = "no_mining",
          value_parser = clap::value_parser!(u64).range(1..))]
    block_time: Option<u64>,
    /// Make blocks only when told to (evm_mine).
    #[arg(long)]
    no_mining: bool,
    /// Start at this time in seconds since 1970, and let it stand still until it is moved.
    #[arg(long, value_name = "SECONDS")]
    fixed_time: Option<u64>,
    /// A dumped state to start from.
    #[arg(long, value_name = "FILE")]
    load: Option<PathBuf>,
    /// Where to write the state at the end.
    #[arg(long, value_name = "FILE")]
    dump: Option<PathBuf>,
    /// Print nothing but errors.
    #[arg(long)]
    silent: bool,
}

impl Arguments {
    fn options(&self) -> Options {
        Options {
            chain_id: self.chain_id,
            arbos_version: self.arbos_version,
            accounts: usize::from(self.accounts),
            balance: self.balance,
            mining: match self.block_time {
                Some(secs) => Mining::Interval(Duration::from_secs(secs)),
                None if self.no_mining => Mining::Manual,
                None => Mining::Auto,
            },
            fixed_time: self.fixed_time,
        }
    }
}

fn ether(text: &str) -> Result<U256, String> {
    parse_ether(text).map_err(|why| why.to_string())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let state = match &arguments.load {
        Some(file) => {
            let text = std::fs::read(file).map_err(|why| format!("cannot read {}: {why}", file.display()))?;
            let state = serde_json::from_slice(&text);
            Some(state.map_err(|why| format!("{} is no state: {why}", file.display()))?)
        }
        None => None,
    };
    let address = SocketAddr::new(arguments.host, arguments.port);
    let node = Devnode::start(address, arguments.options())
        .await
        .map_err(|why| match why {
            StartError::Listen(why) => {
                format!("cannot listen on {address}: {why}; choose another port with --port")
            }
            why => why.to_string(),
        })?;
    if let (Some(state), Some(file)) = (state, &arguments.load) {
        node.load(state)
            .map_err(|why| format!("{} is no state: {why}", file.display()))?;
    }
    // Before it says that it runs: whoever reads that may end it at once, and the state is kept then too.
    let ended = ended()?;
    if !arguments.silent {
        greet(&arguments, node.address());
    }
    ended.await;
    if let Some(file) = &arguments.dump {
        let text = node.dump().to_string();
        std::fs::write(file, text).map_err(|why| format!("cannot write {}: {why}", file.display()))?;
    }
    node.stop().await;
    Ok(())
}

/// Hears from now on when the user, or whoever runs the node, ends it.
#[cfg(unix)]
fn ended() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{signal, SignalKind};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(windows)]
fn ended() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

fn greet(arguments: &Arguments, address: SocketAddr) {
    println!("Portcullis devnode {}", env!("CARGO_PKG_VERSION"));
    println!();
    println!(
        "Accounts, with {} ether each",
        format_ether(arguments.balance)
            .trim_end_matches('0')
            .trim_end_matches('.')
    );
    let accounts = development_accounts(usize::from(arguments.accounts));
    for (place, (account, _)) in accounts.iter().enumerate() {
        println!("({place}) {account}");
    }
    println!();
    println!("Private keys, known to everyone: never send anything of value to them");
    for (place, (_, key)) in accounts.iter().enumerate() {
        println!("({place}) {key}");
    }
    println!();
    println!(
        "Chain {} with ArbOS {}",
        arguments.chain_id, arguments.arbos_version
    );
    println!("Listening on http://{address} and ws://{address}");
}
