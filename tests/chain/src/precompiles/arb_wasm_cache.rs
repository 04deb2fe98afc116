//! ArbWasmCache: who keeps programs cached, and which.

use super::abi::IArbWasmCache as I;
use super::{Call, Fault, Purity};
use crate::arbos::ProgramError;
use alloy_primitives::B256;
use alloy_sol_types::SolCall;

/// From this version of ArbOS on, programs are cached by address.
const BY_ADDRESS: u64 = 31;
/// The last version of ArbOS that caches by the hash of the code.
const BY_HASH_UNTIL: u64 = 30;

pub(super) fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Result<Vec<u8>, Fault> {
    match super::call::selector(input)? {
        I::isCacheManagerCall::SELECTOR => {
            call.answer::<I::isCacheManagerCall>(Purity::View, input, |call, a| {
                call.burn_reads(1)?;
                Ok(call.executor.world.cache_managers.contains(&a.manager))
            })
        }
        I::allCacheManagersCall::SELECTOR => {
            call.answer::<I::allCacheManagersCall>(Purity::View, input, |call, _| {
                let managers = call.executor.world.cache_managers.to_vec();
                call.burn_reads(1 + managers.len() as u64)?;
                Ok(managers)
            })
        }
        I::cacheCodehashCall::SELECTOR => {
            if call.since(BY_HASH_UNTIL + 1).is_ok() {
                return Err(Fault::Refused);
            }
            call.answer::<I::cacheCodehashCall>(Purity::Write, input, |call, a| {
                set_cached(call, a.codehash, true)?;
                Ok(I::cacheCodehashReturn {})
            })
        }
        I::cacheProgramCall::SELECTOR => {
            call.since(BY_ADDRESS)?;
            call.answer::<I::cacheProgramCall>(Purity::Write, input, |call, a| {
                let code_hash = call.code_hash(a.addr)?;
                set_cached(call, code_hash, true)?;
                Ok(I::cacheProgramReturn {})
            })
        }
        I::evictCodehashCall::SELECTOR => {
            call.answer::<I::evictCodehashCall>(Purity::Write, input, |call, a| {
                set_cached(call, a.codehash, false)?;
                Ok(I::evictCodehashReturn {})
            })
        }
        I::codehashIsCachedCall::SELECTOR => {
            call.answer::<I::codehashIsCachedCall>(Purity::View, input, |call, a| {
                Ok(call.program(a.codehash)?.cached)
            })
        }
        _ => Err(call.not_here()),
    }
}

fn set_cached(call: &mut Call<'_, '_>, code_hash: B256, cached: bool) -> Result<(), Fault> {
    call.burn_reads(1)?;
    if !call.executor.world.cache_managers.contains(&call.caller) {
        call.burn_reads(1)?;
        if !call.executor.world.config.owners.contains(&call.caller) {
            return Err(Fault::Refused);
        }
    }
    call.burn_params()?;
    let params = call.executor.world.params;
    let mut program = call.program(code_hash)?;
    if cached {
        if program.version != params.version {
            return Err(ProgramError::NeedsUpgrade {
                version: program.version,
                stylus_version: params.version,
            }
            .into());
        }
        let age_secs = program.age_secs(call.executor.now());
        if age_secs > params.expiry_secs() {
            return Err(ProgramError::Expired { age_secs }.into());
        }
    }
    if program.cached == cached {
        return Ok(());
    }
    call.emit(&I::UpdateProgramCache {
        manager: call.caller,
        codehash: code_hash,
        cached,
    })?;
    // Pays for the caching, or for caching again should the eviction be reverted.
    call.burn(u64::from(program.init_cost))?;
    call.burn_reads(1)?;
    program.cached = cached;
    call.set_program(code_hash, &program)
}
