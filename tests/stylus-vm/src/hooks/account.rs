//! What is known of other accounts.

use crate::call::{clamp, Call, Escape};
use crate::pricing::{COLD_ACCOUNT_GAS, HOST, POINTER, REQUEST};
use crate::rules::LAST_CODE_CACHE_FIX;
use alloy_primitives::Bytes;

/// An account's balance.
pub(super) fn balance(call: &mut Call<'_>, account: u32, to: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + 2 * POINTER + REQUEST)?;
    call.require_gas(COLD_ACCOUNT_GAS)?;
    let account = call.read_address(account)?;
    let (balance, gas) = call.host().balance(account);
    call.buy_gas(gas)?;
    call.write_word(to, balance)
}

/// Copies a part of an account's code and says how much that was. The whole code is paid for.
pub(super) fn code(
    call: &mut Call<'_>,
    account: u32,
    offset: u32,
    size: u32,
    to: u32,
) -> Result<u32, Escape> {
    let code = load(call, account)?;
    call.pay_for_write(code.len() as u32)?;
    let part = clamp(&code, offset, size);
    call.write(to, part)?;
    Ok(part.len() as u32)
}

/// How long an account's code is.
pub(super) fn code_size(call: &mut Call<'_>, account: u32) -> Result<u32, Escape> {
    Ok(load(call, account)?.len() as u32)
}

/// The hash of an account's code.
pub(super) fn code_hash(call: &mut Call<'_>, account: u32, to: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + 2 * POINTER + REQUEST)?;
    call.require_gas(COLD_ACCOUNT_GAS)?;
    let account = call.read_address(account)?;
    let (hash, gas) = call.host().code_hash(account);
    call.buy_gas(gas)?;
    call.write_word(to, hash)
}

/// Loads an account's code; for the account asked for last it costs nothing more.
fn load(call: &mut Call<'_>, account: u32) -> Result<Bytes, Escape> {
    call.buy_ink(HOST + REQUEST)?;
    call.require_gas(COLD_ACCOUNT_GAS)?;
    let account = call.read_address(account)?;
    let gas_left = call.gas_left()?;

    let keeps_empty = call.frame().env.arbos_version < LAST_CODE_CACHE_FIX;
    let state = call.state();
    if let Some((last, code)) = &state.last_code {
        if *last == account {
            return Ok(code.clone());
        }
    }
    let (code, gas) = state.host.code(account, gas_left);
    if keeps_empty || !code.is_empty() {
        state.last_code = Some((account, code.clone()));
    }
    call.buy_gas(gas)?;
    Ok(code)
}
