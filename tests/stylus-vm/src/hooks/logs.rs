//! Logs.

use crate::call::{Call, Escape};
use crate::pricing::{HOST, LOG_BYTE_GAS, LOG_TOPIC_GAS, REQUEST};
use alloy_primitives::B256;

const MAX_TOPICS: u32 = 4;
const TOPIC: u32 = 32;

/// Emits a log. Its topics are the first words of the data.
pub(super) fn emit_log(call: &mut Call<'_>, data: u32, length: u32, topics: u32) -> Result<(), Escape> {
    call.buy_ink(HOST + REQUEST)?;
    if topics > MAX_TOPICS || length < topics * TOPIC {
        return Err(Escape::Failure("bad topic data".into()));
    }
    call.pay_for_read(length)?;
    let bytes = u64::from(length - topics * TOPIC);
    call.buy_gas((1 + u64::from(topics)) * LOG_TOPIC_GAS + bytes * LOG_BYTE_GAS)?;

    let data = call.read(data, length)?;
    let split = (topics * TOPIC) as usize;
    let topics: Vec<B256> = data[..split]
        .chunks_exact(TOPIC as usize)
        .map(B256::from_slice)
        .collect();
    Ok(call.host().emit_log(&topics, data.slice(split..))?)
}
