//! Creations of contracts.

use crate::call::{Call, Escape};
use crate::host::CreateRequest;
use crate::pricing::{HOST, POINTER, REQUEST};

/// Creates at an address that follows from the creator's nonce.
pub(super) fn create1(
    call: &mut Call<'_>,
    code: u32,
    length: u32,
    value: u32,
    contract: u32,
    returned: u32,
) -> Result<(), Escape> {
    call.buy_ink(HOST + 3 * POINTER + REQUEST)?;
    run(call, code, length, value, None, contract, returned)
}

/// Creates at an address that follows from the code and a salt.
pub(super) fn create2(
    call: &mut Call<'_>,
    code: u32,
    length: u32,
    value: u32,
    salt: u32,
    contract: u32,
    returned: u32,
) -> Result<(), Escape> {
    call.buy_ink(HOST + 4 * POINTER + REQUEST)?;
    run(call, code, length, value, Some(salt), contract, returned)
}

/// A creation that fails leaves the zero address; one that cannot even be tried fails the program.
fn run(
    call: &mut Call<'_>,
    code: u32,
    length: u32,
    value: u32,
    salt: Option<u32>,
    contract: u32,
    returned: u32,
) -> Result<(), Escape> {
    call.pay_for_read(length)?;
    // The chain reads the code once more.
    call.pay_for_read(length)?;

    let init_code = call.read(code, length)?;
    let value = call.read_number(value)?;
    let salt = salt.map(|pointer| call.read_word(pointer)).transpose()?;
    let gas_left = call.gas_left()?;
    let outcome = call.host().create(CreateRequest {
        init_code,
        value,
        salt,
        gas_left,
    })?;

    let length = outcome.return_data.len() as u32;
    call.state().return_data = outcome.return_data;
    call.buy_gas(outcome.gas_cost)?;
    call.write_u32(returned, length)?;
    call.write(contract, outcome.address.unwrap_or_default().as_slice())
}
