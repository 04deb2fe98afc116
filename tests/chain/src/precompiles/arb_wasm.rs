//! ArbWasm: activates programs, keeps them alive, and says what they cost.

use super::abi::IArbWasm as I;
use super::{Call, Fault, Purity};
use crate::arbos::{Program, ProgramError, StylusParams};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use stylus_vm::activate::{activate, FIXED_GAS};
use stylus_vm::code;
use stylus_vm::fragments::{self, Root};

/// From this version of ArbOS on, an owner may set a price for every activation.
const ACTIVATION_GAS: u64 = 60;

pub(super) fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Result<Vec<u8>, Fault> {
    let view = Purity::View;
    let selector = super::call::selector(input)?;
    match selector {
        I::activateProgramCall::SELECTOR => {
            call.answer::<I::activateProgramCall>(Purity::Payable, input, |call, a| {
                let (version, fee) = activate_program(call, a.program)?;
                Ok(I::activateProgramReturn {
                    version,
                    dataFee: fee,
                })
            })
        }
        I::codehashKeepaliveCall::SELECTOR => {
            call.answer::<I::codehashKeepaliveCall>(Purity::Payable, input, |call, a| {
                keep_alive(call, a.codehash)?;
                Ok(I::codehashKeepaliveReturn {})
            })
        }
        I::stylusVersionCall::SELECTOR => {
            call.answer::<I::stylusVersionCall>(view, input, |call, _| Ok(params(call)?.version))
        }
        I::inkPriceCall::SELECTOR => {
            call.answer::<I::inkPriceCall>(view, input, |call, _| Ok(params(call)?.ink_price))
        }
        I::maxStackDepthCall::SELECTOR => {
            call.answer::<I::maxStackDepthCall>(view, input, |call, _| Ok(params(call)?.max_stack_depth))
        }
        I::freePagesCall::SELECTOR => {
            call.answer::<I::freePagesCall>(view, input, |call, _| Ok(params(call)?.free_pages))
        }
        I::pageGasCall::SELECTOR => {
            call.answer::<I::pageGasCall>(view, input, |call, _| Ok(params(call)?.page_gas))
        }
        I::pageRampCall::SELECTOR => {
            call.answer::<I::pageRampCall>(view, input, |call, _| Ok(params(call)?.page_ramp))
        }
        I::pageLimitCall::SELECTOR => {
            call.answer::<I::pageLimitCall>(view, input, |call, _| Ok(params(call)?.page_limit))
        }
        I::minInitGasCall::SELECTOR => call.answer::<I::minInitGasCall>(view, input, |call, _| {
            let params = params(call)?;
            call.since(32).map_err(|_| Fault::Reverted)?;
            let (gas, cached) = params.min_gas();
            Ok(I::minInitGasReturn { gas, cached })
        }),
        I::initCostScalarCall::SELECTOR => call.answer::<I::initCostScalarCall>(view, input, |call, _| {
            Ok(u64::from(params(call)?.init_cost_scalar) * 2)
        }),
        I::expiryDaysCall::SELECTOR => {
            call.answer::<I::expiryDaysCall>(view, input, |call, _| Ok(params(call)?.expiry_days))
        }
        I::keepaliveDaysCall::SELECTOR => {
            call.answer::<I::keepaliveDaysCall>(view, input, |call, _| Ok(params(call)?.keepalive_days))
        }
        I::blockCacheSizeCall::SELECTOR => {
            call.answer::<I::blockCacheSizeCall>(view, input, |call, _| Ok(params(call)?.block_cache_size))
        }
        I::activationGasCall::SELECTOR => {
            call.since(ACTIVATION_GAS)?;
            call.answer::<I::activationGasCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(call.executor.world.params.activation_gas)
            })
        }
        I::codehashVersionCall::SELECTOR => call.answer::<I::codehashVersionCall>(view, input, |call, a| {
            params(call)?;
            Ok(call.active_program(a.codehash)?.version)
        }),
        I::codehashAsmSizeCall::SELECTOR => call.answer::<I::codehashAsmSizeCall>(view, input, |call, a| {
            params(call)?;
            Ok(call.active_program(a.codehash)?.asm_bytes())
        }),
        I::programVersionCall::SELECTOR => call
            .answer::<I::programVersionCall>(view, input, |call, a| Ok(program_at(call, a.program)?.version)),
        I::programInitGasCall::SELECTOR => call.answer::<I::programInitGasCall>(view, input, |call, a| {
            let program = program_at(call, a.program)?;
            let params = call.executor.world.params;
            Ok(I::programInitGasReturn {
                gas: program.call_gas(false, params),
                gasWhenCached: program.cached_gas(params),
            })
        }),
        I::programMemoryFootprintCall::SELECTOR => {
            call.answer::<I::programMemoryFootprintCall>(view, input, |call, a| {
                Ok(program_at(call, a.program)?.footprint)
            })
        }
        I::programTimeLeftCall::SELECTOR => call.answer::<I::programTimeLeftCall>(view, input, |call, a| {
            let age = program_at(call, a.program)?.age_secs(call.executor.now());
            Ok(call.executor.world.params.expiry_secs().saturating_sub(age))
        }),
        _ => Err(call.not_here()),
    }
}

fn params<'a>(call: &mut Call<'_, 'a>) -> Result<&'a StylusParams, Fault> {
    call.burn_params()?;
    Ok(call.executor.world.params)
}

fn program_at(call: &mut Call<'_, '_>, address: Address) -> Result<Program, Fault> {
    params(call)?;
    let code_hash = call.code_hash(address)?;
    call.active_program(code_hash)
}

fn activate_program(call: &mut Call<'_, '_>, address: Address) -> Result<(u16, U256), Fault> {
    if call.since(ACTIVATION_GAS).is_ok() {
        call.burn_reads(1)?;
    }
    call.burn(call.executor.world.params.activation_gas)?;
    call.burn(FIXED_GAS)?;
    let params = params(call)?;
    let now = call.executor.now();
    let account = call.executor.look_at(address);
    let code_hash = account.code_hash;
    let bytes = account.code.unwrap_or_default().original_bytes();

    let before = call.program(code_hash)?;
    if before.version == params.version && !before.is_expired(now, params) {
        return Err(ProgramError::UpToDate.into());
    }
    let wasm = read_wasm(call, &bytes)?;
    let rules = params.rules(call.executor.pages.0);
    let mut gas_left = call.gas_left;
    let activated = activate(&wasm, code_hash, &rules, &mut gas_left);
    call.gas_left = gas_left.min(call.gas_left);
    let activation = activated.map_err(|reason| {
        call.executor
            .note_reason(&format!("program activation failed: {reason}"));
        Fault::Failed
    })?;

    if before.cached {
        call.burn_reads(1)?;
    }
    call.set_module(code_hash, activation.module_hash)?;
    let fee = call.data_fee(activation.asm_estimate)?;
    let entry = Program {
        version: params.version,
        init_cost: activation.init_cost,
        cached_cost: activation.cached_init_cost,
        footprint: activation.footprint,
        activated_hours: crate::arbos::hours_since_start(now),
        asm_estimate_kb: crate::arbos::kib_up(activation.asm_estimate),
        cached: before.cached,
    };
    call.set_program(code_hash, &entry)?;
    call.pay(fee)?;
    call.emit(&I::ProgramActivated {
        codehash: code_hash,
        moduleHash: activation.module_hash,
        program: address,
        dataFee: fee,
        version: params.version,
    })?;
    Ok((params.version, fee))
}

/// Takes the WASM out of a contract's code, or out of the fragments that it names.
fn read_wasm(call: &mut Call<'_, '_>, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let limit = call.executor.world.params.max_wasm_size as usize;
    if code::is_program(bytes) {
        return code::decompress(bytes, limit).map_err(|reason| refuse(call, &reason.to_string()));
    }
    if bytes.is_empty() {
        return Err(ProgramError::NotWasm.into());
    }
    if !call.executor.world.params.has_fragments() {
        return Err(Fault::Reverted);
    }
    if fragments::is_root(bytes) {
        return read_fragments(call, bytes, limit);
    }
    if fragments::is_fragment(bytes) {
        return Err(refuse(call, "a fragment is activated through its root"));
    }
    Err(ProgramError::NotWasm.into())
}

/// Reads the fragments that a root names, each at the price of reading an account's code.
fn read_fragments(call: &mut Call<'_, '_>, bytes: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    let root = Root::parse(bytes).map_err(|reason| refuse(call, &reason.to_string()))?;
    let most = usize::from(call.executor.world.params.max_fragments);
    if root.length as usize > limit || root.fragments.len() > most {
        return Err(refuse(call, "the root announces more than a program may have"));
    }
    let mut pieces = Vec::with_capacity(root.fragments.len());
    for fragment in &root.fragments {
        pieces.push(call.fragment(*fragment)?);
        // A piece that is none stops the reading, so those behind it are not paid for.
        if !fragments::is_fragment(&pieces[pieces.len() - 1]) {
            break;
        }
    }
    root.assemble(&pieces, limit)
        .map_err(|reason| refuse(call, &reason.to_string()))
}

/// A refusal that keeps its gas and leaves its reason to whoever traces.
fn refuse(call: &mut Call<'_, '_>, reason: &str) -> Fault {
    call.executor.note_reason(reason);
    Fault::Reverted
}

fn keep_alive(call: &mut Call<'_, '_>, code_hash: B256) -> Result<(), Fault> {
    let params = params(call)?;
    let now = call.executor.now();
    let mut program = call.active_program(code_hash)?;
    let age_secs = program.age_secs(now);
    if age_secs < params.keepalive_secs() {
        return Err(ProgramError::KeepaliveTooSoon { age_secs }.into());
    }
    let fee = call.data_fee(program.asm_bytes())?;
    program.activated_hours = crate::arbos::hours_since_start(now);
    call.set_program(code_hash, &program)?;
    call.pay(fee)?;
    call.emit(&I::ProgramLifetimeExtended {
        codehash: code_hash,
        dataFee: fee,
    })
}
