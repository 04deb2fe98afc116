//! Activation: whether a WASM may become a program, and what it will cost.

use crate::rules::Rules;
use alloy_primitives::B256;

mod error;

pub use error::ActivationError;

/// The gas that the chain burns for every activation, before it looks at the code.
pub const FIXED_GAS: u64 = 1_659_168;

/// What the chain remembers of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// What a call pays before the first instruction when the program is not cached, less the chain's base.
    pub init_cost: u16,
    /// What a call pays before the first instruction when the program is cached, less the chain's base.
    pub cached_init_cost: u16,
    /// The pages of memory that a call starts with.
    pub footprint: u16,
    /// The size of the native code as Nitro estimates it, in bytes; the data fee depends on it.
    pub asm_estimate: u32,
    /// A hash of what runs. Not Nitro's own, which is a root over its proving machine's state.
    pub module_hash: B256,
    /// The gas that activation burnt, without [`FIXED_GAS`].
    pub gas: u64,
    /// The module with the meter in it, which is what is compiled.
    pub instrumented: Vec<u8>,
}

/// Decides whether a WASM may become a program, charging `gas_left` for the work as Nitro does.
///
/// # Errors
/// An [`ActivationError`] with the reason; what was charged up to there stays charged.
pub fn activate(
    wasm: &[u8],
    code_hash: B256,
    rules: &Rules,
    gas_left: &mut u64,
) -> Result<Activation, ActivationError> {
    let _ = (wasm, code_hash, rules, gas_left);
    Err(ActivationError::OutOfGas)
}
