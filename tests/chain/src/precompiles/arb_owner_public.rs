//! ArbOwnerPublic: what the chain's owners have set, for everyone to read.

use super::abi::IArbOwnerPublic as I;
use super::{Call, Fault, Purity};
use alloy_sol_types::SolCall;

/// The level of brotli at which ArbOS prices calldata.
const BROTLI_LEVEL: u64 = 1;

pub(super) fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Result<Vec<u8>, Fault> {
    let view = Purity::View;
    match super::call::selector(input)? {
        I::isChainOwnerCall::SELECTOR => call.answer::<I::isChainOwnerCall>(view, input, |call, a| {
            call.burn_reads(1)?;
            Ok(call.executor.world.config.owners.contains(&a.addr))
        }),
        I::getAllChainOwnersCall::SELECTOR => {
            call.answer::<I::getAllChainOwnersCall>(view, input, |call, _| {
                let owners = call.executor.world.config.owners.clone();
                call.burn_reads(1 + owners.len() as u64)?;
                Ok(owners)
            })
        }
        I::getNetworkFeeAccountCall::SELECTOR => {
            call.answer::<I::getNetworkFeeAccountCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(call.executor.world.config.network_fee_account)
            })
        }
        I::getInfraFeeAccountCall::SELECTOR => {
            call.answer::<I::getInfraFeeAccountCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(call.executor.world.config.network_fee_account)
            })
        }
        I::getBrotliCompressionLevelCall::SELECTOR => {
            call.answer::<I::getBrotliCompressionLevelCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(BROTLI_LEVEL)
            })
        }
        I::getScheduledUpgradeCall::SELECTOR => {
            call.answer::<I::getScheduledUpgradeCall>(view, input, |call, _| {
                call.burn_reads(2)?;
                Ok(I::getScheduledUpgradeReturn {
                    arbosVersion: 0,
                    scheduledForTimestamp: 0,
                })
            })
        }
        I::isCalldataPriceIncreaseEnabledCall::SELECTOR => {
            call.since(40)?;
            call.answer::<I::isCalldataPriceIncreaseEnabledCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(false)
            })
        }
        I::getCollectTipsCall::SELECTOR => {
            call.since(60)?;
            call.answer::<I::getCollectTipsCall>(view, input, |call, _| {
                call.burn_reads(1)?;
                Ok(false)
            })
        }
        I::getMaxStylusContractFragmentsCall::SELECTOR => {
            call.since(60)?;
            call.answer::<I::getMaxStylusContractFragmentsCall>(view, input, |call, _| {
                call.burn_params()?;
                Ok(call.executor.world.params.max_fragments)
            })
        }
        _ => Err(call.not_here()),
    }
}
