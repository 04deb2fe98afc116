//! `eth_*`.

mod blocks;
mod call;
mod fees;
pub(super) mod logs;
mod raw_transaction;
mod send;
mod state;
mod transactions;

pub(super) use call::{call_request, time_for};

use super::Registry;
use jsonrpsee::core::RegisterMethodError;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    blocks::register(registry)?;
    call::register(registry)?;
    fees::register(registry)?;
    logs::register(registry)?;
    raw_transaction::register(registry)?;
    send::register(registry)?;
    state::register(registry)?;
    transactions::register(registry)
}
