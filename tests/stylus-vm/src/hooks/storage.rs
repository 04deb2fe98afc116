//! The contract's storage, through the call's cache, and its transient storage, straight through.

use crate::cache::REQUIRED_GAS;
use crate::call::{Call, Escape};
use crate::host::Refusal;
use crate::pricing::{COLD_SLOAD_GAS, HOST, POINTER, REQUEST, SSTORE_SENTRY_GAS, TRANSIENT_GAS};
use crate::rules::{CHARGING_FIXES, SMALLER_STACK};

/// Reads a word of storage.
pub(super) fn load(call: &mut Call<'_>, key: u32, to: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + 2 * POINTER)?;
    // Before the fix ink was taken for gas here.
    let fixed = call.frame().env.arbos_version >= CHARGING_FIXES;
    let request_gas = if fixed {
        call.ink_to_gas_down(REQUEST)
    } else {
        REQUEST
    };
    call.require_gas(COLD_SLOAD_GAS + REQUIRED_GAS + request_gas)?;
    let key = call.read_word(key)?;

    let state = call.state();
    let mut gas = state.cache.count_read();
    let value = match state.cache.get(&key) {
        Some(value) => value,
        None => {
            let (value, cost) = state.host.load_slot(key);
            gas = gas.saturating_add(cost).saturating_add(request_gas);
            state.cache.learn(key, value);
            value
        }
    };
    call.buy_gas(gas)?;
    call.write_word(to, value)
}

/// Writes a word into the cache.
pub(super) fn cache(call: &mut Call<'_>, key: u32, value: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + 2 * POINTER)?;
    call.require_gas(SSTORE_SENTRY_GAS + REQUIRED_GAS)?;
    let key = call.read_word(key)?;
    let value = call.read_word(value)?;

    let cache = &mut call.state().cache;
    let gas = cache.count_write();
    cache.write(key, value);
    call.buy_gas(gas)
}

/// Writes what the cache holds and the chain does not, and forgets the cache if asked to.
pub(super) fn flush(call: &mut Call<'_>, clear: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + REQUEST)?;
    call.require_gas(SSTORE_SENTRY_GAS)?;
    // One gas more than there is, so that a flush that takes all is told from one that lacks something.
    let offered = call.gas_left()?.saturating_add(1);

    let arbos_version = call.frame().env.arbos_version;
    let state = call.state();
    let dirty = state.cache.take_dirty();
    if clear != 0 {
        state.cache.clear();
    }
    if dirty.is_empty() {
        return Ok(());
    }
    match state.host.store_slots(&dirty, offered) {
        Ok(gas) if arbos_version >= CHARGING_FIXES => call.buy_gas(gas),
        Ok(_) => Ok(()),
        Err(Refusal::OutOfGas) if arbos_version >= SMALLER_STACK => Err(call.exhaust()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Reads a word of transient storage.
pub(super) fn load_transient(call: &mut Call<'_>, key: u32, to: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + 2 * POINTER + REQUEST)?;
    call.buy_gas(TRANSIENT_GAS)?;
    let key = call.read_word(key)?;
    let value = call.host().load_transient(key);
    call.write_word(to, value)
}

/// Writes a word of transient storage.
pub(super) fn store_transient(call: &mut Call<'_>, key: u32, value: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + 2 * POINTER + REQUEST)?;
    call.buy_gas(TRANSIENT_GAS)?;
    let key = call.read_word(key)?;
    let value = call.read_word(value)?;
    Ok(call.host().store_transient(key, value)?)
}
