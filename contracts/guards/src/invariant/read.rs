//! What others are asked, and what it means when they do not answer.
//!
//! # Design
//! - A call gets all gas but a 64th. When a callee used up what it got, no more than a 64th of the gas before is left. So less or as much as that is a sign of a caller who gave too little, and is a plain refusal.
//! - A callee that uses up whatever it gets is taken for starved too. It is refused, whatever was said about failing: the price of not letting a caller choose.
//!
//! # The attack
//! With just so much gas that the oracle runs out of it, an invariant that fails open is switched off by whoever calls. One call deeper it is not seen by the gas that is left: a
//! callee whose own callee ran out has its own 64th, and reverts with that. [`super::fail_open`] takes a floor of gas against it.

use crate::{errors, invariant::Unmet, sdk, sdk::VM, GuardError};
use alloy_primitives::{Address, B256, U256};
use stylus_sdk::prelude::*;

errors! {
    /// A read failed for want of gas, or might have: `gasLeft` is no more than a 64th of `gasBefore`, or `gasBefore` is below what a read has to have.
    Starved(gas_before: u64, gas_left: u64);
    /// A contract did not answer with a word.
    Unanswered(contract: Address);
}

/// What a read says. When it fails it is unevaluated, or the caller has starved it.
///
/// # Errors
/// [`Unmet::Unevaluated`] with the read's error, [`Unmet::Refused`] with [`Starved`].
pub fn evaluated<T>(vm: &VM, read: impl FnOnce() -> Result<T, GuardError>) -> Result<T, Unmet> {
    let gas_before = vm.evm_gas_left();
    read().map_err(|error| failed(vm, gas_before, error))
}

#[inline(never)]
fn failed(vm: &VM, gas_before: u64, error: GuardError) -> Unmet {
    let gas_left = vm.evm_gas_left();
    if gas_left > gas_before / 64 {
        return Unmet::Unevaluated(error);
    }
    Unmet::refused(Starved { gas_before, gas_left })
}

/// Asks a contract for one word.
///
/// # Errors
/// Those of [`evaluated`], with [`Unanswered`].
pub fn word(vm: &VM, contract: Address, data: &[u8]) -> Result<U256, Unmet> {
    evaluated(vm, || answer(vm, contract, data)).map(Into::into)
}

#[inline(never)]
fn answer(vm: &VM, contract: Address, data: &[u8]) -> Result<B256, GuardError> {
    sdk::static_call_word(vm, contract, data).ok_or_else(|| Unanswered { contract }.into())
}
