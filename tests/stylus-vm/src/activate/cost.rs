//! What activation burns, and what a call will pay before its first instruction.
//!
//! The factors come from Nitro's measurements of its own compiler; the quotients of small integers stand here as
//! Nitro computes them, because each is rounded down by itself.

use super::{ActivationError, Module};
use crate::instrument::{Instrumented, ADDED_GLOBALS};
use crate::rules::CHARGING_FIXES;

/// What a call pays before its first instruction, and the estimate that the data fee is computed from.
pub(super) struct Costs {
    pub(super) init: u16,
    pub(super) cached_init: u16,
    pub(super) asm_estimate: u32,
}

/// Rounds down.
const fn scale_down(count: u64, numerator: u64, denominator: u64) -> u64 {
    count.saturating_mul(numerator) / denominator
}

/// Predicts a program's costs from its size.
pub(super) fn estimate(
    module: &Module<'_>,
    footprint: u16,
    stylus_version: u16,
) -> Result<Costs, ActivationError> {
    let functions = module.codes.len() as u64;
    let globals = (module.globals.len() + ADDED_GLOBALS) as u64;
    let wasm = module.wasm.len() as u64;
    let data: usize = module.datas.iter().map(|data| data.range.len()).sum();
    let elements: usize = module.elements.iter().map(|element| element.range.len()).sum();
    let data = (data + elements) as u64;
    let types: usize = module
        .functions
        .iter()
        .filter_map(|index| module.types.get(*index as usize))
        .map(|ty| ty.params().len() + ty.results().len())
        .sum();
    let types = types as u64;

    let asm_estimate = 512_000
        + scale_down(functions, 996_829, 1_000)
        + scale_down(types, 11_416, 1_000)
        + scale_down(wasm, 62_628, 10_000);
    let cached_init = scale_down(functions, 13_420, 100_000)
        + scale_down(types, 89, 100_000)
        + scale_down(wasm, 122, 100_000)
        + scale_down(globals, 1_628, 1_000)
        + scale_down(data, 75_244, 100_000)
        + u64::from(footprint) * 5;
    // The first version of Stylus counts the cached cost as a part of the init cost.
    let shared = if stylus_version == 1 { cached_init } else { 0 };
    let init = shared
        + scale_down(functions, 8_252, 1_000)
        + scale_down(types, 1_059, 1_000)
        + scale_down(wasm, 1_286, 10_000);

    Ok(Costs {
        init: u16::try_from(init).map_err(|_| ActivationError::InitCostTooHigh(init))?,
        cached_init: u16::try_from(cached_init)
            .map_err(|_| ActivationError::CachedInitCostTooHigh(cached_init))?,
        asm_estimate: u32::try_from(asm_estimate)
            .map_err(|_| ActivationError::AsmEstimateTooLarge(asm_estimate))?,
    })
}

/// Burns the gas for the work of activation.
pub(super) fn charge(
    module: &Module<'_>,
    instrumented: &Instrumented<'_>,
    arbos_version: u64,
    gas_left: &mut u64,
) -> Result<(), ActivationError> {
    let data: usize = module.datas.iter().map(|data| data.data.len()).sum();
    let elements: usize = module.elements.iter().map(|element| element.range.len()).sum();
    let pages = module.memories.first().map_or(0, |memory| memory.initial);
    let operators: usize = instrumented.functions.iter().map(Vec::len).sum();

    if arbos_version >= CHARGING_FIXES {
        burn(scale_down(module.wasm.len() as u64, 31_733, 100_000), gas_left)?;
    }
    burn(scale_down(module.codes.len() as u64, 17_263, 100_000), gas_left)?;
    burn(scale_down(data as u64, 17_376, 100_000), gas_left)?;
    burn(scale_down(elements as u64, 17_376, 100_000), gas_left)?;
    burn(pages.saturating_mul(2_217), gas_left)?;
    burn(scale_down(operators as u64, 535, 1_000), gas_left)
}

/// Burns the gas for an estimated time. A chain that syncs twice as fast as it runs has half a second for each
/// second's seven million gas, and the estimate is doubled for safety.
fn burn(microseconds: u64, gas_left: &mut u64) -> Result<(), ActivationError> {
    let gas = microseconds.saturating_mul(2 * 7_000_000) / (1_000_000 / 2);
    match gas_left.checked_sub(gas) {
        Some(left) => *gas_left = left,
        None => {
            *gas_left = 0;
            return Err(ActivationError::OutOfGas);
        }
    }
    Ok(())
}
