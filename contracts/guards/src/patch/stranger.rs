//! A stranger: a contract without rights that makes a call, says what came of it, and takes it back.
//!
//! # Design
//! - **What a check asks, a stranger asks.** The manager is the proxy's administrator or owner: what it sees and may do is nobody else's. A second initialisation, say, has to be refused to everybody.
//! - **It always reverts**, with whether its call succeeded and what that answered. So a question may be asked by a call that changes state (a quoter's), and an attack may be tried.
//! - 31 bytes of EVM code, made by the manager's constructor: what it does can be read here in full.
//! - **A call that took more than half of the gas says nothing** ([`Starved`]), whatever it answered: something in it may have run out of gas. A 64th of what there was stays with each contract on the way to the
//!   one that ran out, so what is left of a call that was starved is many times that.
//! - **What a guarded proxy's pause refuses is refused for now**: it tells nothing of the implementation ([`Answer::is_paused`]).

use crate::{abi::Selector, invariant::Starved, pause_guard::GroupRestricted, sdk, sdk::VM, GuardError};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256};
use stylus_sdk::prelude::*;

/// The code of the stranger, behind what deploys it: target and data follow one another in its call's data, the target as a word.
///
/// ```text
/// len = calldatasize - 32; calldatacopy(0, 32, len)
/// success = call(gas(), calldataload(0), 0, 0, len, 0, 0)
/// mstore(0, success); returndatacopy(32, 0, returndatasize()); revert(0, returndatasize() + 32)
/// ```
#[rustfmt::skip]
const INIT_CODE: [u8; 39] = [
    // PUSH31 of the code, MSTORE(0), RETURN(1, 31).
    0x7e,
    0x60, 0x20, 0x36, 0x03, 0x80, 0x60, 0x20, 0x5f, 0x37,
    0x5f, 0x5f, 0x91, 0x5f, 0x5f, 0x5f, 0x35, 0x5a, 0xf1,
    0x5f, 0x52, 0x3d, 0x5f, 0x60, 0x20, 0x3e,
    0x3d, 0x60, 0x20, 0x01, 0x5f, 0xfd,
    0x5f, 0x52, 0x60, 0x1f, 0x60, 0x01, 0xf3,
];

/// The most words of an answer that are read: of more no check asks.
const ANSWER_WORDS: usize = 2;

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Whether it succeeded.
    pub(super) succeeded: bool,
    /// The first word of what it answered, or zero where it answered with less.
    pub(super) word: B256,
    /// Whether it answered with a word at least.
    pub(super) has_word: bool,
}

impl Answer {
    /// Whether a guarded proxy's pause refused it, so that nobody knows what the implementation would have said.
    pub(super) fn is_paused(&self) -> bool {
        !self.succeeded && self.word.starts_with(&GroupRestricted::SELECTOR)
    }
}

/// Makes a stranger. None when the chain does not.
pub(super) fn make(vm: &VM) -> Option<Address> {
    sdk::create(vm, &INIT_CODE)
}

/// What the target would answer this stranger.
///
/// # Errors
/// [`Starved`] when it took more than half of the gas.
#[inline(never)]
pub(super) fn ask(vm: &VM, stranger: Address, target: Address, call: &[u8]) -> Result<Answer, GuardError> {
    let mut data = Vec::with_capacity(32 + call.len());
    data.extend_from_slice(target.into_word().as_slice());
    data.extend_from_slice(call);
    let gas_before = vm.evm_gas_left();
    let told = sdk::call_reverted(vm, stranger, &data, 32 * ANSWER_WORDS);
    let gas_left = vm.evm_gas_left();
    let (words, _) = told.as_chunks::<32>();
    let succeeded = words.first().is_some_and(|word| !B256::new(*word).is_zero());
    require_fed(gas_before, gas_left)?;
    let word = words.get(1).copied().map(B256::new);
    Ok(Answer {
        succeeded,
        word: word.unwrap_or_default(),
        has_word: word.is_some(),
    })
}

/// Requires that a call took no more than half of the gas.
///
/// # Errors
/// [`Starved`].
pub(super) fn require_fed(gas_before: u64, gas_left: u64) -> Result<(), GuardError> {
    if gas_left < gas_before / 2 {
        return Err(Starved { gas_before, gas_left }.into());
    }
    Ok(())
}

/// Whether it would succeed.
pub(super) fn may(vm: &VM, stranger: Address, target: Address, call: &[u8]) -> Result<bool, GuardError> {
    Ok(ask(vm, stranger, target, call)?.succeeded)
}
