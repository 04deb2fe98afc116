//! The block around the call.

use crate::call::{Call, Escape};
use crate::pricing::{HOST, POINTER};

/// The base fee.
pub(super) fn basefee(call: &mut Call<'_>, to: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + POINTER)?;
    let fee = call.frame().env.basefee;
    call.write_word(to, fee)
}

/// The coinbase.
pub(super) fn coinbase(call: &mut Call<'_>, to: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + POINTER)?;
    let coinbase = call.frame().env.coinbase;
    call.write(to, coinbase.as_slice())
}

/// The gas limit.
pub(super) fn gas_limit(call: &mut Call<'_>) -> Result<u64, Escape> {
    call.buy_ink(HOST)?;
    Ok(call.frame().env.gas_limit)
}

/// The estimate of L1's block number.
pub(super) fn number(call: &mut Call<'_>) -> Result<u64, Escape> {
    call.buy_ink(HOST)?;
    Ok(call.frame().env.number)
}

/// The time in seconds.
pub(super) fn timestamp(call: &mut Call<'_>) -> Result<u64, Escape> {
    call.buy_ink(HOST)?;
    Ok(call.frame().env.timestamp)
}

/// The chain's identifier.
pub(super) fn chain_id(call: &mut Call<'_>) -> Result<u64, Escape> {
    call.buy_ink(HOST)?;
    Ok(call.frame().env.chain_id)
}
