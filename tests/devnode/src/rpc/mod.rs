//! The methods.

mod debug;
mod dev;
mod dump;
mod error;
mod eth;
mod params;
mod register;
mod txpool;
mod web3;
mod wire;

pub(crate) use error::RpcError;
pub(crate) use eth::logs::{check_size, find_logs, range_of, MAX_RANGE};
pub(crate) use params::Args;
pub(crate) use register::{Handler, Registry};

pub(crate) use wire::{header_json, log_of, transaction_json};

use crate::node::{Shared, StartError};
use crate::{filters, subscriptions};
use jsonrpsee::RpcModule;
use std::sync::Arc;

/// Every method of the node.
pub(crate) fn module(shared: Arc<Shared>) -> Result<RpcModule<Handler>, StartError> {
    let mut registry = Registry::new(shared);
    web3::register(&mut registry)?;
    eth::register(&mut registry)?;
    filters::register(&mut registry)?;
    txpool::register(&mut registry)?;
    dev::register(&mut registry)?;
    debug::register(&mut registry)?;
    let mut module = registry.into_module();
    subscriptions::register(&mut module)?;
    Ok(module)
}

pub(crate) use dump::{dump_state, load_state};
