//! Stylus programs: alive, activated, kept alive.

use crate::{calldata, errors, sdk, sdk::VM, GuardError};
use alloy_primitives::{Address, B256, U256};

errors! {
    /// The program does not run: it was never activated, has expired, or is of an older version of Stylus than the chain.
    ProgramInactive(account: Address);
    /// The program has too little time left before it expires.
    ProgramExpiresSoon(account: Address, secs_left: u64, needed: u64);
    /// The chain did not activate the program for that gas and value.
    ActivationFailed(account: Address, gas: u64);
    /// The chain did not prolong the program for that value: it is too young, or not alive any more.
    KeepAliveFailed(code_hash: B256);
}

/// The precompiled contract that knows programs.
pub const ARB_WASM: Address = Address::with_last_byte(0x71);

/// How many seconds a program has left before it expires; none when it does not run.
pub fn secs_left(vm: &VM, account: Address) -> Option<u64> {
    let current = sdk::static_call_word(vm, ARB_WASM, &calldata!("stylusVersion"))?;
    let version = sdk::static_call_word(vm, ARB_WASM, &calldata!("programVersion", account: Address))?;
    let left = sdk::static_call_word(vm, ARB_WASM, &calldata!("programTimeLeft", account: Address))?;
    left_of(current, version, left)
}

/// What the chain's answers say: the version that it runs, the program's, and the seconds that the program has left.
pub(super) fn left_of(current: B256, version: B256, left: B256) -> Option<u64> {
    match U256::from_be_bytes(left.0).into_limbs() {
        [left, 0, 0, 0] if version == current => Some(left),
        _ => None,
    }
}

/// Requires that a program runs and has at least so many seconds left.
pub(super) fn require_alive(vm: &VM, account: Address, needed: u64) -> Result<(), GuardError> {
    let secs_left = secs_left(vm, account).ok_or(ProgramInactive { account })?;
    if secs_left < needed {
        return Err(ProgramExpiresSoon {
            account,
            secs_left,
            needed,
        }
        .into());
    }
    Ok(())
}

/// Activates a program, with so much gas and no more: an activation that fails burns all that it is given. Of the value the chain takes its fee, and the rest comes back to this contract.
///
/// # Errors
/// [`ActivationFailed`].
pub fn activate(vm: &VM, account: Address, gas: u64, value: U256) -> Result<(), GuardError> {
    let data = calldata!("activateProgram", account: Address);
    sdk::call_with_gas(vm, ARB_WASM, value, gas, &data)
        .map(|_| ())
        .ok_or_else(|| ActivationFailed { account, gas }.into())
}

/// Prolongs the life of the program with this code, which the chain takes once it is a month old. Of the value the chain takes its fee, and the rest comes back to this contract.
///
/// # Errors
/// [`KeepAliveFailed`].
pub fn keep_alive(vm: &VM, code_hash: B256, value: U256) -> Result<(), GuardError> {
    sdk::call(
        vm,
        ARB_WASM,
        value,
        &calldata!("codehashKeepalive", code_hash: B256),
    )
    .map(|_| ())
    .ok_or_else(|| KeepAliveFailed { code_hash }.into())
}
