//! Violations that outlive the revert which they cause, for selectors that are latched.
//!
//! # Design
//! - As [`portcullis::transition`] does it: the first frame delegatecalls the proxy itself, with the same data; the second, the *body*, guards the call; what it finds broken rolls it back, and the first
//!   frame records it, restricts the selector's group by one rung for [`TRIP_SECS`], sends the value back, and answers what the setting says.
//! - **Only the proxy's own frame writes the answer of the body**: a byte in front says whether a guard was violated or the call refused in the ordinary way. What the implementation reverts with is behind that byte,
//!   whatever it is. An answer without it, as after running out of gas, is no violation.
//! - Gas for the record is held back before the body begins.
//! - The mark of the body has a name of its own, as an implementation may latch by itself.
//!
//! # The attack
//! See [`portcullis::transition`]. From outside there is one more: an implementation that reverts with the bytes of a violation.

use super::{
    forward::Call,
    guard::{self, Refused},
    lock::Held,
    Proxy, LADDER,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::B256;
use portcullis::{
    core_types::{
        breaker::{Share, Target},
        mode::GuardId,
    },
    sdk::{self, VM},
    transition::{RefundRefused, TooLittleGas, Violation, ViolationLatched, RESERVE_GAS},
    GuardError,
};
use stylus_sdk::{keccak_const::Keccak256, prelude::*, ArbResult};

/// How long a trip lasts.
pub(crate) const TRIP_SECS: u64 = 24 * 60 * 60;

/// Where the first frame marks that the next is the body.
const BODY: B256 = B256::new(Keccak256::new().update(b"portcullis.proxy.latch").finalize());

/// In front of the body's revert data.
const REFUSED: u8 = 0;
const VIOLATED: u8 = 1;
/// The number told of the proxy's own words.
const UNNAMED: u8 = 255;

/// Runs either frame of a latched call.
pub(crate) fn enter(proxy: &mut Proxy, vm: &VM, call: &Call<'_>, share: Share) -> ArbResult {
    if sdk::transient_load(&BODY).is_zero() {
        return first_frame(proxy, vm, call);
    }
    sdk::transient_store(&BODY, &B256::ZERO);
    guard::transition(proxy, vm, call, share).map_err(|refused| match refused {
        Refused::With(data) => [&[REFUSED][..], &data].concat(),
        Refused::Violation(guard, data) => {
            [&[VIOLATED, guard.map_or(UNNAMED, GuardId::number)][..], &data].concat()
        }
    })
}

fn first_frame(proxy: &mut Proxy, vm: &VM, call: &Call<'_>) -> ArbResult {
    let left = vm.evm_gas_left();
    let Some(gas) = left.checked_sub(RESERVE_GAS) else {
        let refused = TooLittleGas {
            left,
            reserved: RESERVE_GAS,
        };
        return Err(GuardError::from(refused).into());
    };
    sdk::transient_store(&BODY, &B256::with_last_byte(1));
    let (done, answer) = sdk::delegate_call_self(vm, gas, call.input);
    if done {
        return Ok(answer);
    }
    // The revert has put the mark back.
    sdk::transient_store(&BODY, &B256::ZERO);
    match answer.split_first() {
        Some((&VIOLATED, [guard, reason @ ..])) => {
            let guard = GuardId::new(*guard);
            let violation = Violation::found(guard, call.method(), vm.msg_sender(), reason);
            latched(proxy, vm, call, &violation).map_err(Vec::from)
        }
        Some((&REFUSED, data)) => Err(data.to_vec()),
        _ => Err(Vec::new()),
    }
}

fn latched(
    proxy: &mut Proxy,
    vm: &VM,
    call: &Call<'_>,
    violation: &Violation<'_>,
) -> Result<Vec<u8>, GuardError> {
    let _held = Held::take(Share::ALL);
    proxy.violations.record(violation);
    let code = violation.guard().map_or(UNNAMED, GuardId::number);
    let fired = violation.fired(code, Target::OneRung);
    proxy.pauses.trip(fired, call.setting.group, TRIP_SECS, LADDER)?;
    sdk::emit(vm, ViolationLatched(*violation));
    let value = vm.msg_value();
    if !value.is_zero() {
        let to = violation.by();
        sdk::call(vm, to, value, &[]).ok_or(RefundRefused { to, value })?;
    }
    Ok(vec![0; call.setting.latch.unwrap_or_default()])
}
