//! The arguments of `simulate`.

use super::{read, Speech};
use alloy_primitives::{Address, Bytes, U256};
use clap::Args;
use safe_batch::{
    batch::{Batch, Transaction},
    endpoint::Endpoint,
    report::{Expected, Report},
    simulate::{simulate, Request},
    value::{bytes, secs, somebody},
};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
pub(crate) struct SimulateArguments {
    /// A batch's file ('-': the standard input).
    #[arg(value_name = "FILE", required_unless_present = "to", conflicts_with_all = ["to", "data", "value"])]
    file: Option<PathBuf>,
    /// In place of a file, whom a single call is of.
    #[arg(long, value_name = "ADDRESS", value_parser = somebody)]
    to: Option<Address>,
    /// The call's data.
    #[arg(long, value_name = "0xDATA", default_value = "0x", value_parser = bytes, requires = "to")]
    data: Bytes,
    /// Wei that the call sends.
    #[arg(long, value_name = "WEI", default_value = "0", requires = "to")]
    value: String,
    /// The Safe. Needed where the file does not say it, and compared where it does.
    #[arg(long, value_name = "ADDRESS", visible_alias = "safe", value_parser = somebody)]
    from: Option<Address>,
    /// An endpoint of the chain, which is believed: http://… or https://….
    #[arg(long, value_name = "URL")]
    endpoint: String,
    /// On the state after this block; without it, after the latest.
    #[arg(long, value_name = "N")]
    block: Option<u64>,
    /// This long after the block, to see what an act does when its delay is over: 2d, 1d12h or seconds.
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = secs)]
    after: u64,
    /// Who hands the Safe's transaction in, which contracts see as the origin; without it, somebody who is nobody else.
    #[arg(long, value_name = "ADDRESS", value_parser = somebody)]
    executor: Option<Address>,
    /// Refuses another chain.
    #[arg(long, value_name = "N")]
    chain_id: Option<u64>,
    /// Refuses a batch that calls another contract.
    #[arg(long, value_name = "ADDRESS", value_parser = somebody)]
    contract: Option<Address>,
    #[command(flatten)]
    speech: Speech,
}

pub(crate) fn simulated(arguments: &SimulateArguments) -> Result<Report, String> {
    let kind = arguments.speech.kind;
    let words = arguments.speech.words()?;
    // What is wrong with the batch itself is said before anybody is asked.
    let read = match &arguments.file {
        Some(file) => {
            let named = |why: String| format!("{}: {why}", file.display());
            Some(Batch::read(&read(file)?, kind).map_err(named)?)
        }
        None => None,
    };
    let safe = arguments.from.or(read.as_ref().and_then(|batch| batch.safe));
    let safe = safe.ok_or("nobody says which Safe it is: give --from")?;
    let whole = !arguments.value.is_empty() && arguments.value.bytes().all(|digit| digit.is_ascii_digit());
    if !whole || arguments.value.parse::<U256>().is_err() {
        return Err("--value is not a whole number of wei".to_owned());
    }
    let endpoint = Arc::new(Endpoint::pin(&arguments.endpoint, arguments.block)?);
    let batch = match (read, arguments.to) {
        (Some(batch), _) => batch,
        (None, Some(to)) => Batch {
            chain_id: endpoint.block().chain_id,
            safe: Some(safe),
            created_at: 0,
            name: String::new(),
            description: String::new(),
            transactions: vec![Transaction {
                to,
                value: arguments.value.clone(),
                data: arguments.data.clone(),
            }],
        },
        (None, None) => return Err("there is neither a file nor a call".to_owned()),
    };
    simulate(
        &endpoint,
        &Request {
            batch: &batch,
            safe,
            is_shown: arguments.file.is_none(),
            executor: arguments.executor,
            after_secs: arguments.after,
            kind,
            words: &words,
            expected: Expected {
                chain_id: arguments.chain_id,
                safe: None,
                contract: arguments.contract,
            },
        },
    )
}
