//! The program's memory.

use crate::call::{Call, Escape};
use crate::pricing::HOST;

/// Pays for pages that are about to be added. As on Nitro only the low sixteen bits count: a request for more fails
/// by itself when the memory refuses to grow.
pub(super) fn pay_for_growth(call: &mut Call<'_>, pages: u32) -> Result<(), Escape> {
    let pages = (pages & u32::from(u16::MAX)) as u16;
    if pages == 0 {
        return call.buy_ink(HOST);
    }
    let gas = call.host().add_pages(pages);
    call.buy_gas(gas)
}
