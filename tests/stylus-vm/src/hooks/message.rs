//! The call itself and the transaction that it is a part of.

use crate::call::{Call, Escape};
use crate::pricing::{HOST, POINTER};

/// The contract whose storage the program works on.
pub(super) fn contract_address(call: &mut Call<'_>, to: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + POINTER)?;
    let contract = call.frame().contract;
    call.write(to, contract.as_slice())
}

/// Whether the contract already runs further up.
pub(super) fn reentrant(call: &mut Call<'_>) -> Result<u32, Escape> {
    call.buy_ink(HOST)?;
    Ok(call.frame().reentrant.into())
}

/// Who called.
pub(super) fn sender(call: &mut Call<'_>, to: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + POINTER)?;
    let caller = call.frame().caller;
    call.write(to, caller.as_slice())
}

/// The value that was sent.
pub(super) fn value(call: &mut Call<'_>, to: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + POINTER)?;
    let value = call.frame().value;
    call.write_word(to, value)
}

/// The transaction's gas price.
pub(super) fn gas_price(call: &mut Call<'_>, to: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + POINTER)?;
    let price = call.frame().env.gas_price;
    call.write_word(to, price)
}

/// Who signed the transaction.
pub(super) fn origin(call: &mut Call<'_>, to: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + POINTER)?;
    let origin = call.frame().env.origin;
    call.write(to, origin.as_slice())
}
