//! Prices of gas. The base fee stands still, and Arbitrum takes no tips.

use crate::rpc::wire::to_json;
use crate::rpc::{Registry, RpcError};
use alloy_primitives::U64;
use alloy_rpc_types_eth::FeeHistory;
use jsonrpsee::core::RegisterMethodError;

/// The blocks that a fee history may span.
const MAX_BLOCKS: u64 = 1_024;
/// The percentiles that may be asked for.
const MAX_PERCENTILES: usize = 100;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["eth_gasPrice"], |shared, _| {
        Ok(to_json(U64::from(shared.read().chain.config().base_fee)))
    })?;
    registry.method(&["eth_maxPriorityFeePerGas"], |_, _| Ok(to_json(U64::ZERO)))?;
    registry.method(&["eth_blobBaseFee"], |_, _| Ok(to_json(U64::ZERO)))?;
    registry.method(&["eth_feeHistory"], |shared, args| {
        let count = args.number(0, "blockCount")?.clamp(1, MAX_BLOCKS);
        let newest = args.block(1)?;
        let percentiles: Option<Vec<f64>> = args.optional(2, "rewardPercentiles")?;
        check_percentiles(percentiles.as_deref())?;
        let node = shared.read();
        let newest = node
            .number_of(newest)
            .ok_or_else(|| RpcError::refused("request beyond head block"))?;
        let oldest = (newest + 1).saturating_sub(count);
        let blocks = || (oldest..=newest).filter_map(|number| node.chain.block(number));
        let mut base_fees: Vec<u128> = blocks().map(|block| u128::from(block.base_fee)).collect();
        base_fees.push(u128::from(node.chain.config().base_fee));
        let ratios: Vec<f64> = blocks()
            .map(|block| block.gas_used as f64 / block.gas_limit as f64)
            .collect();
        Ok(to_json(FeeHistory {
            oldest_block: oldest,
            reward: percentiles.map(|p| vec![vec![0; p.len()]; ratios.len()]),
            base_fee_per_blob_gas: vec![0; base_fees.len()],
            blob_gas_used_ratio: vec![0.0; ratios.len()],
            base_fee_per_gas: base_fees,
            gas_used_ratio: ratios,
        }))
    })
}

fn check_percentiles(percentiles: Option<&[f64]>) -> Result<(), RpcError> {
    let percentiles = percentiles.unwrap_or_default();
    if percentiles.len() > MAX_PERCENTILES {
        let why = format!("over the query limit {MAX_PERCENTILES}");
        return Err(RpcError::argument(2, "rewardPercentiles", why));
    }
    let in_range = percentiles.iter().all(|p| (0.0..=100.0).contains(p));
    if !in_range || !percentiles.is_sorted() {
        let why = "percentiles have to rise from 0 to 100";
        return Err(RpcError::argument(2, "rewardPercentiles", why));
    }
    Ok(())
}
