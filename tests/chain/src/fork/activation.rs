//! What ArbOS elsewhere has set, and which programs are active there: asked of its precompiles.
//!
//! # Design
//! - **Views, not ArbOS's storage.** How ArbOS lays out its own account is no interface, and this chain's layout is not Nitro's. ArbWasm's views are
//!   an interface, of every Arbitrum chain.
//! - **Its entry is what its views come out of**: version, age, footprint, whether it is cached, and the least costs that charge the gas
//!   which the views name.

use super::remote::{Remote, RemoteAnswer, RemoteError};
use crate::arbos::{hours_since_start, Program, StylusParams};
use crate::precompiles::{
    IArbOwnerPublic, IArbSys, IArbWasm as I, IArbWasmCache, StylusErrors, ARB_OWNER_PUBLIC, ARB_SYS,
    ARB_WASM, ARB_WASM_CACHE,
};
use alloy_primitives::{Address, Bytes, B256};
use alloy_sol_types::{SolCall, SolError};

/// ArbOS's versions are counted from here.
const VERSION_OFFSET: u64 = 55;
/// Views that came after Stylus.
const HAS_MIN_INIT_GAS: u64 = 32;
const HAS_ACTIVATION_GAS: u64 = 60;

/// What the chain has set.
pub(super) struct Settings {
    pub(super) params: StylusParams,
    pub(super) owners: Vec<Address>,
    pub(super) network_fee_account: Address,
    pub(super) cache_managers: Vec<Address>,
}

fn unread(what: &str, why: impl Into<String>) -> RemoteError {
    RemoteError::Arbos {
        what: what.to_owned(),
        why: why.into(),
    }
}

fn view<C: SolCall>(
    remote: &dyn Remote,
    to: Address,
    call: &C,
) -> Result<Result<C::Return, Bytes>, RemoteError> {
    match remote.call(to, call.abi_encode().into())? {
        RemoteAnswer::Returned(output) => match C::abi_decode_returns_validate(&output) {
            Ok(answer) => Ok(Ok(answer)),
            Err(_) => Err(unread(
                C::SIGNATURE,
                format!("it returns {output}, which is no answer"),
            )),
        },
        RemoteAnswer::Reverted(data) => Ok(Err(data)),
    }
}

/// A view that does not revert.
fn told<C: SolCall>(remote: &dyn Remote, to: Address, call: &C) -> Result<C::Return, RemoteError> {
    view(remote, to, call)?.map_err(|data| {
        unread(
            C::SIGNATURE,
            format!("it reverts with {data}; is this an Arbitrum chain?"),
        )
    })
}

/// A number in units, which has to fit a byte.
fn units(what: &str, number: u64, unit: u64) -> Result<u8, RemoteError> {
    u8::try_from(number / unit)
        .ok()
        .filter(|_| number.is_multiple_of(unit))
        .ok_or_else(|| {
            unread(
                what,
                format!("{number} is no multiple of {unit} that ArbOS could hold"),
            )
        })
}

/// Reads all that the owners of the chain have set and an execution sees.
pub(super) fn settings(remote: &dyn Remote) -> Result<Settings, RemoteError> {
    let version = told(remote, ARB_SYS, &IArbSys::arbOSVersionCall {})?;
    let arbos_version = u64::try_from(version)
        .ok()
        .and_then(|version| version.checked_sub(VERSION_OFFSET))
        .ok_or_else(|| unread("version of ArbOS", format!("{version} is none")))?;
    let mut params = StylusParams::at(arbos_version);
    params.version = told(remote, ARB_WASM, &I::stylusVersionCall {})?;
    params.ink_price = told(remote, ARB_WASM, &I::inkPriceCall {})?;
    params.max_stack_depth = told(remote, ARB_WASM, &I::maxStackDepthCall {})?;
    params.free_pages = told(remote, ARB_WASM, &I::freePagesCall {})?;
    params.page_gas = told(remote, ARB_WASM, &I::pageGasCall {})?;
    params.page_ramp = told(remote, ARB_WASM, &I::pageRampCall {})?;
    params.page_limit = told(remote, ARB_WASM, &I::pageLimitCall {})?;
    params.expiry_days = told(remote, ARB_WASM, &I::expiryDaysCall {})?;
    params.keepalive_days = told(remote, ARB_WASM, &I::keepaliveDaysCall {})?;
    params.block_cache_size = told(remote, ARB_WASM, &I::blockCacheSizeCall {})?;
    let scalar = told(remote, ARB_WASM, &I::initCostScalarCall {})?;
    params.init_cost_scalar = units("initCostScalar", scalar, 2)?;
    if arbos_version >= HAS_MIN_INIT_GAS {
        let least = told(remote, ARB_WASM, &I::minInitGasCall {})?;
        params.min_init_gas = units("minInitGas", least.gas, 128)?;
        params.min_cached_init_gas = units("minInitGas, when cached", least.cached, 32)?;
    }
    if arbos_version >= HAS_ACTIVATION_GAS {
        params.activation_gas = told(remote, ARB_WASM, &I::activationGasCall {})?;
        let fragments = IArbOwnerPublic::getMaxStylusContractFragmentsCall {};
        params.max_fragments = told(remote, ARB_OWNER_PUBLIC, &fragments)?;
    }
    Ok(Settings {
        params,
        owners: told(
            remote,
            ARB_OWNER_PUBLIC,
            &IArbOwnerPublic::getAllChainOwnersCall {},
        )?,
        network_fee_account: told(
            remote,
            ARB_OWNER_PUBLIC,
            &IArbOwnerPublic::getNetworkFeeAccountCall {},
        )?,
        cache_managers: told(remote, ARB_WASM_CACHE, &IArbWasmCache::allCacheManagersCall {})?,
    })
}

/// The entry of the program whose code has this hash; all zero when it was never activated. `holder` is an account with that code.
pub(super) fn of(
    remote: &dyn Remote,
    code_hash: B256,
    holder: Option<Address>,
    params: &StylusParams,
    now: u64,
) -> Result<Program, RemoteError> {
    let codehash = code_hash;
    let version = match view(remote, ARB_WASM, &I::codehashVersionCall { codehash })? {
        Ok(version) => version,
        Err(data) => return inactive(&data, params, now),
    };
    let program = holder.ok_or_else(|| {
        let why = "a program that is active there is called at an address where it does not stand there";
        unread(&format!("entry of the program {code_hash}"), why)
    })?;
    let gas = told(remote, ARB_WASM, &I::programInitGasCall { program })?;
    let left = told(remote, ARB_WASM, &I::programTimeLeftCall { program })?;
    let size = told(remote, ARB_WASM, &I::codehashAsmSizeCall { codehash })?;
    let (least, least_cached) = params.min_gas();
    let cached_cost = cost(gas.gasWhenCached, least_cached, params.cached_cost_scalar)?;
    // In the first version of Stylus the init cost contains the cached cost.
    let beyond = if version > 1 {
        gas.gas.saturating_sub(gas.gasWhenCached)
    } else {
        gas.gas
    };
    Ok(Program {
        version,
        init_cost: cost(beyond, least, params.init_cost_scalar)?,
        cached_cost,
        footprint: told(remote, ARB_WASM, &I::programMemoryFootprintCall { program })?,
        activated_hours: activated(params.expiry_secs().saturating_sub(left), now),
        asm_estimate_kb: size / 1024,
        cached: told(
            remote,
            ARB_WASM_CACHE,
            &IArbWasmCache::codehashIsCachedCall { codehash },
        )?,
    })
}

/// The entry of a program that cannot be called, out of what ArbWasm says of that.
fn inactive(data: &[u8], params: &StylusParams, now: u64) -> Result<Program, RemoteError> {
    if StylusErrors::ProgramNotActivated::abi_decode(data).is_ok() {
        return Ok(Program::default());
    }
    if let Ok(old) = StylusErrors::ProgramNeedsUpgrade::abi_decode(data) {
        return Ok(Program {
            version: old.version,
            activated_hours: hours_since_start(now),
            ..Program::default()
        });
    }
    if let Ok(expired) = StylusErrors::ProgramExpired::abi_decode(data) {
        return Ok(Program {
            version: params.version,
            activated_hours: activated(expired.ageInSeconds, now),
            ..Program::default()
        });
    }
    let data = Bytes::copy_from_slice(data);
    let why = format!("it reverts with {data}");
    Err(unread(I::codehashVersionCall::SIGNATURE, why))
}

fn activated(age_secs: u64, now: u64) -> u32 {
    hours_since_start(now.saturating_sub(age_secs))
}

/// The least cost that charges this much gas above the least gas.
fn cost(gas: u64, least: u64, scalar: u8) -> Result<u16, RemoteError> {
    let scaled = gas.saturating_sub(least);
    let percent = u64::from(scalar) * 2;
    if scaled == 0 {
        return Ok(0);
    }
    // ArbOS charges ceil(cost * percent / 100): the least cost that gives at least this.
    let cost = ((scaled - 1) * 100).checked_div(percent).map(|below| below + 1);
    cost.and_then(|cost| u16::try_from(cost).ok()).ok_or_else(|| {
        unread(
            "programInitGas",
            format!("{gas} gas is more than ArbOS could charge"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_the_least_that_charges_the_gas() {
        assert_eq!(cost(8832 + 101, 8832, 50), Ok(101));
        assert_eq!(cost(8832, 8832, 50), Ok(0));
        assert_eq!(cost(10, 11, 50), Ok(0));
        for scalar in [25u8, 50, 75, 200] {
            for wanted in [1u16, 2, 99, 100, 2_000] {
                let charged = (u64::from(wanted) * u64::from(scalar) * 2).div_ceil(100);
                let found = u64::from(cost(charged, 0, scalar).unwrap());
                assert_eq!(
                    (found * u64::from(scalar) * 2).div_ceil(100),
                    charged,
                    "{scalar} {wanted}"
                );
                assert!(found <= u64::from(wanted));
            }
        }
        assert!(cost(1, 0, 0).is_err(), "without a scalar nothing is charged");
        assert!(cost(65_536, 0, 50).is_err());
    }

    #[test]
    fn an_entry_of_what_cannot_be_called_is_what_arbwasm_says() {
        let params = StylusParams::at(60);
        let now = 1_767_225_600;
        let inactive = |data: Vec<u8>| inactive(&data, &params, now).unwrap();
        let never = inactive(StylusErrors::ProgramNotActivated {}.abi_encode());
        assert_eq!(never, Program::default());
        let old = StylusErrors::ProgramNeedsUpgrade {
            version: 1,
            stylusVersion: 2,
        };
        assert_eq!(inactive(old.abi_encode()).version, 1);
        let age_secs = params.expiry_secs() + 3600;
        let expired = StylusErrors::ProgramExpired {
            ageInSeconds: age_secs,
        };
        let expired = inactive(expired.abi_encode());
        assert_eq!(expired.version, params.version);
        assert!(expired.is_expired(now, &params));
        assert!(super::inactive(&[], &params, now).is_err());
    }
}
