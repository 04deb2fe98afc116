//! Activation: whether a WASM may become a program, and what it will cost.
//!
//! # Design
//! - **The order of the checks is Nitro's**, because some lie before the charge for the work and some behind it.
//! - **A float is refused where it computes.** A constant, a load, a store or a reinterpretation of one passes, as on
//!   Nitro, at a price that nobody can pay.
//! - **Reading and judging are apart**: `module` reads, `limits` and `link` judge, `instrument` rewrites.

use crate::instrument;
use crate::rules::{Rules, CHARGING_FIXES};
use alloy_primitives::{keccak256, B256};
pub(crate) use limits::ENTRYPOINT;
pub(crate) use module::Module;

mod cost;
mod error;
mod limits;
mod link;
mod module;

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
    let gas_before = *gas_left;
    let module = Module::parse(wasm, rules.arbos_version)?;
    let prepared = prepare(&module, rules)?;
    cost::charge(&module, &prepared.instrumented, rules.arbos_version, gas_left)?;
    link::check(&module)?;

    let instrumented = prepared.instrumented.encode(&module);
    Ok(Activation {
        init_cost: prepared.costs.init,
        cached_init_cost: prepared.costs.cached_init,
        footprint: prepared.footprint,
        asm_estimate: prepared.costs.asm_estimate,
        module_hash: module_hash(&instrumented, code_hash, rules.stylus_version),
        gas: gas_before - *gas_left,
        instrumented,
    })
}

/// Rewrites a WASM that has been activated before. The rules that refuse are those of its activation, which may be
/// older than today's, so only those that every version had are looked at again.
pub(crate) fn instrument_again(wasm: &[u8]) -> Result<Vec<u8>, ActivationError> {
    let rules = Rules {
        arbos_version: 0,
        ..Rules::at(u64::MAX)
    };
    let module = Module::parse(wasm, rules.arbos_version)?;
    let prepared = prepare(&module, &rules)?;
    link::check(&module)?;
    Ok(prepared.instrumented.encode(&module))
}

/// What is known of a module once it is rewritten and within every limit.
struct Prepared<'a> {
    instrumented: instrument::Instrumented<'a>,
    footprint: u16,
    costs: cost::Costs,
}

fn prepare<'a>(module: &Module<'a>, rules: &Rules) -> Result<Prepared<'a>, ActivationError> {
    let instrumented = instrument::instrument(module)?;
    let footprint = limits::footprint(module)?;
    limits::check_entrypoint(module)?;
    let costs = cost::estimate(module, footprint, rules.stylus_version)?;
    limits::check(
        module,
        &instrumented,
        rules,
        rules.arbos_version >= CHARGING_FIXES,
    )?;
    Ok(Prepared {
        instrumented,
        footprint,
        costs,
    })
}

fn module_hash(instrumented: &[u8], code_hash: B256, stylus_version: u16) -> B256 {
    let mut preimage = code_hash.to_vec();
    preimage.extend_from_slice(&stylus_version.to_be_bytes());
    preimage.extend_from_slice(keccak256(instrumented).as_slice());
    keccak256(preimage)
}
