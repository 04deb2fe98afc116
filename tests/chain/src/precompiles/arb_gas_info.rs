//! ArbGasInfo: prices. Those of L1 are zero unless the chain charges for calldata.

use super::abi::IArbGasInfo as I;
use super::{Call, Fault, Purity};
use alloy_primitives::U256;
use alloy_sol_types::SolCall;

/// Gas for a word of storage.
const STORAGE_GAS: u64 = 20_000;
/// Gas that the chain is meant to use in a second.
const SPEED_LIMIT: u64 = 7_000_000;
/// Gas that a block is meant to use at most.
const BLOCK_LIMIT: u64 = 32_000_000;
/// How slowly the base fee follows the backlog, and how much backlog is forgiven.
const PRICING_INERTIA: u64 = 102;
const BACKLOG_TOLERANCE: u64 = 10;

pub(super) fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Result<Vec<u8>, Fault> {
    let view = Purity::View;
    match super::call::selector(input)? {
        I::getPricesInWeiCall::SELECTOR => call.answer::<I::getPricesInWeiCall>(view, input, |call, _| {
            call.burn_reads(2)?;
            let fee = base_fee(call);
            Ok(I::getPricesInWeiReturn {
                _0: U256::ZERO,
                _1: U256::ZERO,
                _2: fee * U256::from(STORAGE_GAS),
                _3: fee,
                _4: U256::ZERO,
                _5: fee,
            })
        }),
        I::getPricesInArbGasCall::SELECTOR => {
            call.answer::<I::getPricesInArbGasCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(I::getPricesInArbGasReturn {
                    _0: U256::ZERO,
                    _1: U256::ZERO,
                    _2: U256::from(STORAGE_GAS),
                })
            })
        }
        I::getGasAccountingParamsCall::SELECTOR => {
            call.answer::<I::getGasAccountingParamsCall>(view, input, |call, _| {
                call.burn_reads(2)?;
                Ok(I::getGasAccountingParamsReturn {
                    _0: U256::from(SPEED_LIMIT),
                    _1: U256::from(BLOCK_LIMIT),
                    _2: U256::from(BLOCK_LIMIT),
                })
            })
        }
        I::getMaxTxGasLimitCall::SELECTOR => {
            call.since(50)?;
            call.answer::<I::getMaxTxGasLimitCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(U256::from(call.executor.world.config.tx_gas_limit))
            })
        }
        I::getMaxBlockGasLimitCall::SELECTOR => {
            call.since(50)?;
            call.answer::<I::getMaxBlockGasLimitCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(BLOCK_LIMIT)
            })
        }
        I::getMinimumGasPriceCall::SELECTOR => {
            call.answer::<I::getMinimumGasPriceCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(base_fee(call))
            })
        }
        I::getL1BaseFeeEstimateCall::SELECTOR => {
            call.answer::<I::getL1BaseFeeEstimateCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(U256::ZERO)
            })
        }
        I::getL1GasPriceEstimateCall::SELECTOR => {
            call.answer::<I::getL1GasPriceEstimateCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(U256::ZERO)
            })
        }
        I::getCurrentTxL1GasFeesCall::SELECTOR => {
            call.answer::<I::getCurrentTxL1GasFeesCall>(view, input, |call, _| {
                let price = U256::from(call.executor.ctx.tx.gas_price);
                Ok(price * U256::from(call.executor.poster_gas))
            })
        }
        I::getGasBacklogCall::SELECTOR => call.answer::<I::getGasBacklogCall>(view, input, |call, _| {
            call.burn_reads(1)?;
            Ok(0)
        }),
        I::getPricingInertiaCall::SELECTOR => {
            call.answer::<I::getPricingInertiaCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(PRICING_INERTIA)
            })
        }
        I::getGasBacklogToleranceCall::SELECTOR => {
            call.answer::<I::getGasBacklogToleranceCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(BACKLOG_TOLERANCE)
            })
        }
        _ => Err(call.not_here()),
    }
}

fn base_fee(call: &Call<'_, '_>) -> U256 {
    U256::from(call.executor.world.block.base_fee)
}
