//! Calls to other accounts, and what they return.

use crate::call::{clamp, Call, Escape};
use crate::host::{CallKind, CallRequest};
use crate::pricing::{HOST, POINTER, REQUEST};
use alloy_primitives::U256;

/// What a program is told when its callee did not return: Nitro does not say why.
const NOT_RETURNED: u32 = 2;

/// The arguments that all calls have.
struct Arguments {
    target: u32,
    data: u32,
    length: u32,
    gas: u64,
    returned: u32,
}

/// Calls, with value.
pub(super) fn call(
    call: &mut Call<'_>,
    target: u32,
    data: u32,
    length: u32,
    value: u32,
    gas: u64,
    returned: u32,
) -> Result<u32, Escape> {
    run(
        call,
        CallKind::Call,
        &Arguments {
            target,
            data,
            length,
            gas,
            returned,
        },
        Some(value),
    )
}

/// Calls on the contract's own storage.
pub(super) fn delegate_call(
    call: &mut Call<'_>,
    target: u32,
    data: u32,
    length: u32,
    gas: u64,
    returned: u32,
) -> Result<u32, Escape> {
    run(
        call,
        CallKind::DelegateCall,
        &Arguments {
            target,
            data,
            length,
            gas,
            returned,
        },
        None,
    )
}

/// Calls without letting anything change.
pub(super) fn static_call(
    call: &mut Call<'_>,
    target: u32,
    data: u32,
    length: u32,
    gas: u64,
    returned: u32,
) -> Result<u32, Escape> {
    run(
        call,
        CallKind::StaticCall,
        &Arguments {
            target,
            data,
            length,
            gas,
            returned,
        },
        None,
    )
}

fn run(
    call: &mut Call<'_>,
    kind: CallKind,
    arguments: &Arguments,
    value: Option<u32>,
) -> Result<u32, Escape> {
    call.buy_ink(HOST + 3 * POINTER + REQUEST)?;
    call.pay_for_read(arguments.length)?;
    // The chain reads the input once more.
    call.pay_for_read(arguments.length)?;

    let gas_left = call.gas_left()?;
    let gas_requested = arguments.gas.min(gas_left);
    let target = call.read_address(arguments.target)?;
    let input = call.read(arguments.data, arguments.length)?;
    let value = value.map_or(Ok(U256::ZERO), |pointer| call.read_number(pointer))?;
    let request = CallRequest {
        kind,
        target,
        input,
        value,
        gas_left,
        gas_requested,
    };
    let outcome = call.host().call(request);

    let length = outcome.return_data.len() as u32;
    call.state().return_data = outcome.return_data;
    call.buy_gas(outcome.gas_cost)?;
    call.write_u32(arguments.returned, length)?;
    Ok(if outcome.success { 0 } else { NOT_RETURNED })
}

/// Copies a part of what the last call returned, as much of it as there is, and says how much that was.
pub(super) fn read_return_data(call: &mut Call<'_>, to: u32, offset: u32, size: u32) -> Result<u32, Escape> {
    call.buy_ink(HOST + REQUEST)?;
    let data = call.state().return_data.clone();
    // Only what could possibly be written is paid for.
    let rest = (data.len() as u32).saturating_sub(offset);
    call.pay_for_write(size.min(rest))?;
    let part = clamp(&data, offset, size);
    if !part.is_empty() {
        call.write(to, part)?;
    }
    Ok(part.len() as u32)
}

/// How long what the last call returned is.
pub(super) fn return_data_size(call: &mut Call<'_>) -> Result<u32, Escape> {
    call.buy_ink(HOST)?;
    Ok(call.state().return_data.len() as u32)
}
