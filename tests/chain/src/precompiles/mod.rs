//! Arbitrum's precompiles, as far as a chain without L1 has something to say.
//!
//! # Design
//! - **Charged as ArbOS charges**: for arguments and results by the word, 800 gas for opening ArbOS's state and for
//!   each word read from it, 20,000 for each word written.
//! - **A typed error is a revert that keeps its gas**; a call that should never have been made loses it.

mod abi;
mod arb_gas_info;
mod arb_info;
mod arb_owner_public;
mod arb_sys;
mod arb_wasm;
mod arb_wasm_cache;
mod call;

pub use abi::{IArbGasInfo, IArbInfo, IArbOwnerPublic, IArbSys, IArbWasm, IArbWasmCache, StylusErrors};
pub(crate) use call::{Call, Fault, Purity};

use crate::evm::{input_bytes, Executor};
use alloy_primitives::{address, Address};
use revm::interpreter::{CallInputs, Gas, InstructionResult, InterpreterResult};

/// ArbSys: the chain itself, and the way to L1.
pub const ARB_SYS: Address = address!("0x0000000000000000000000000000000000000064");
/// ArbInfo: balances and code.
pub const ARB_INFO: Address = address!("0x0000000000000000000000000000000000000065");
/// ArbOwnerPublic: what the owners have set.
pub const ARB_OWNER_PUBLIC: Address = address!("0x000000000000000000000000000000000000006b");
/// ArbGasInfo: prices.
pub const ARB_GAS_INFO: Address = address!("0x000000000000000000000000000000000000006c");
/// ArbWasm: programs.
pub const ARB_WASM: Address = address!("0x0000000000000000000000000000000000000071");
/// ArbWasmCache: the cache of programs.
pub const ARB_WASM_CACHE: Address = address!("0x0000000000000000000000000000000000000072");

/// Every precompile of Arbitrum that this chain has.
pub const ADDRESSES: [Address; 6] = [
    ARB_SYS,
    ARB_INFO,
    ARB_OWNER_PUBLIC,
    ARB_GAS_INFO,
    ARB_WASM,
    ARB_WASM_CACHE,
];

/// Arbitrum's other precompiles, of which there is only the door here: they have code and are warm, and refuse every
/// call as they refuse a method that does not exist.
pub const CLOSED: [Address; 12] = [
    address!("0x0000000000000000000000000000000000000066"),
    address!("0x0000000000000000000000000000000000000067"),
    address!("0x0000000000000000000000000000000000000068"),
    address!("0x0000000000000000000000000000000000000069"),
    address!("0x000000000000000000000000000000000000006d"),
    address!("0x000000000000000000000000000000000000006e"),
    address!("0x000000000000000000000000000000000000006f"),
    address!("0x0000000000000000000000000000000000000070"),
    address!("0x0000000000000000000000000000000000000073"),
    address!("0x0000000000000000000000000000000000000074"),
    address!("0x00000000000000000000000000000000000000ff"),
    address!("0x00000000000000000000000000000000000a4b05"),
];

/// Every address that has a precompile of Arbitrum.
pub(crate) fn addresses() -> impl Iterator<Item = Address> {
    ADDRESSES.into_iter().chain(CLOSED)
}

impl Executor<'_> {
    /// Runs a precompile of Arbitrum, if the code to be run is one's.
    pub(crate) fn arbitrum_precompile(
        &mut self,
        inputs: &CallInputs,
        depth: usize,
    ) -> Option<InterpreterResult> {
        let run: fn(&mut Call<'_, '_>, &[u8]) -> Result<Vec<u8>, Fault> = match inputs.bytecode_address {
            ARB_SYS => arb_sys::run,
            ARB_INFO => arb_info::run,
            ARB_OWNER_PUBLIC | ARB_GAS_INFO if self.world.state.beneath().is_some() => {
                |call, input| call.ask_beneath(input)
            }
            ARB_OWNER_PUBLIC => arb_owner_public::run,
            ARB_GAS_INFO => arb_gas_info::run,
            ARB_WASM => arb_wasm::run,
            ARB_WASM_CACHE => arb_wasm_cache::run,
            closed if CLOSED.contains(&closed) => |call, _| Err(call.not_here()),
            _ => return None,
        };
        let input = input_bytes(&inputs.input);
        let mut call = Call::new(self, inputs, depth);
        let answer = run(&mut call, &input).and_then(|output| {
            call.burn_words(output.len())?;
            Ok(output)
        });
        let (result, output) = match answer {
            Ok(output) => (InstructionResult::Return, output),
            Err(Fault::Typed(data)) => match call.burn_words(data.len()) {
                Ok(()) => (InstructionResult::Revert, data),
                Err(_) => (InstructionResult::Revert, Vec::new()),
            },
            Err(Fault::Reverted) => (InstructionResult::Revert, Vec::new()),
            Err(Fault::Refused) => {
                call.gas_left = 0;
                (InstructionResult::Revert, Vec::new())
            }
            Err(Fault::Failed) => (InstructionResult::PrecompileError, Vec::new()),
        };
        let mut gas = Gas::new(inputs.gas_limit);
        gas.set_remaining(call.gas_left);
        Some(InterpreterResult {
            result,
            output: output.into(),
            gas,
        })
    }
}
