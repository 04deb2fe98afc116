//! ArbInfo: balances and code, as any contract could look them up itself.

use super::abi::IArbInfo as I;
use super::{Call, Fault, Purity};
use alloy_sol_types::SolCall;

const BALANCE: u64 = 700;
const CODE: u64 = 2100;

pub(super) fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Result<Vec<u8>, Fault> {
    match super::call::selector(input)? {
        I::getBalanceCall::SELECTOR => call.answer::<I::getBalanceCall>(Purity::View, input, |call, a| {
            call.burn(BALANCE)?;
            Ok(call.executor.look_at(a.account).balance)
        }),
        I::getCodeCall::SELECTOR => call.answer::<I::getCodeCall>(Purity::View, input, |call, a| {
            call.burn(CODE)?;
            let code = call.executor.look_at(a.account).code.unwrap_or_default();
            let code = code.original_bytes();
            call.burn_words(code.len())?;
            Ok(code)
        }),
        _ => Err(call.not_here()),
    }
}
