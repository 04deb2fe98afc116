//! What is left to spend.

use crate::call::{Call, Escape};
use crate::pricing::HOST;

/// The gas that is left after this.
pub(super) fn gas_left(call: &mut Call<'_>) -> Result<u64, Escape> {
    call.buy_ink(HOST)?;
    call.gas_left()
}

/// The ink that is left after this.
pub(super) fn ink_left(call: &mut Call<'_>) -> Result<u64, Escape> {
    call.buy_ink(HOST)?;
    call.ink_left()
}

/// The ink that one gas buys.
pub(super) fn ink_price(call: &mut Call<'_>) -> Result<u32, Escape> {
    call.buy_ink(HOST)?;
    Ok(call.frame().env.ink_price)
}
