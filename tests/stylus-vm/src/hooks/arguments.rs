//! What a program is given and what it gives back.

use crate::call::{Call, Escape};
use crate::pricing::HOST;

/// Copies the calldata into the program's memory.
pub(super) fn read_args(call: &mut Call<'_>, to: u32) -> Result<(), Escape> {
    call.buy_ink(HOST)?;
    let calldata = call.frame().calldata.clone();
    call.pay_for_write(calldata.len() as u32)?;
    call.write(to, &calldata)
}

/// Takes the bytes that the call will return or revert with. The last to be written count.
pub(super) fn write_result(call: &mut Call<'_>, from: u32, length: u32) -> Result<(), Escape> {
    call.buy_ink(HOST)?;
    call.pay_for_read(length)?;
    // The chain reads them once more.
    call.pay_for_read(length)?;
    call.state().result = call.read(from, length)?;
    Ok(())
}

/// Ends the program as if its entry point had returned the status. It costs nothing by itself.
pub(super) fn exit_early(_: &mut Call<'_>, status: u32) -> Result<(), Escape> {
    Err(Escape::Exit(status))
}
