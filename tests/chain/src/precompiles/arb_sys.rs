//! ArbSys: the chain's own numbers, and how a call came here. Nothing leaves for L1: there is none.

use super::abi::IArbSys as I;
use super::{Call, Fault, Purity, StylusErrors};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};

/// ArbOS's versions are counted from here.
const VERSION_OFFSET: u64 = 55;
/// What separates an address of L1 from its alias.
const ALIAS_OFFSET: u64 = 0x1111;
/// How many blocks back a hash is known.
const HASHES: u64 = 256;

pub(super) fn run(call: &mut Call<'_, '_>, input: &[u8]) -> Result<Vec<u8>, Fault> {
    let view = Purity::View;
    match super::call::selector(input)? {
        I::arbBlockNumberCall::SELECTOR => call.answer::<I::arbBlockNumberCall>(view, input, |call, _| {
            Ok(U256::from(call.executor.world.block.number))
        }),
        I::arbBlockHashCall::SELECTOR => call.answer::<I::arbBlockHashCall>(view, input, |call, a| {
            call.executor.untold(|| {
                "a contract asks for the hash of an earlier block, which a fork does not keep".to_owned()
            });
            let current = call.executor.world.block.number;
            let hash = u64::try_from(a.arbBlockNum)
                .ok()
                .filter(|n| *n < current && n.saturating_add(HASHES) >= current)
                .and_then(|n| usize::try_from(n).ok())
                .and_then(|n| call.executor.world.hashes.get(n).copied());
            hash.ok_or_else(|| {
                let error = StylusErrors::InvalidBlockNumber {
                    requested: a.arbBlockNum,
                    current: U256::from(current),
                };
                Fault::Typed(error.abi_encode())
            })
        }),
        I::arbChainIDCall::SELECTOR => call.answer::<I::arbChainIDCall>(view, input, |call, _| {
            Ok(U256::from(call.executor.world.config.chain_id))
        }),
        I::arbOSVersionCall::SELECTOR => call.answer::<I::arbOSVersionCall>(view, input, |call, _| {
            Ok(U256::from(
                VERSION_OFFSET + call.executor.world.config.arbos_version,
            ))
        }),
        I::getStorageGasAvailableCall::SELECTOR => {
            call.answer::<I::getStorageGasAvailableCall>(view, input, |_, _| Ok(U256::ZERO))
        }
        I::isTopLevelCallCall::SELECTOR => {
            call.answer::<I::isTopLevelCallCall>(view, input, |call, _| Ok(call.depth <= 2))
        }
        I::mapL1SenderContractAddressToL2AliasCall::SELECTOR => {
            call.answer::<I::mapL1SenderContractAddressToL2AliasCall>(Purity::Pure, input, |_, a| {
                Ok(alias(a.sender))
            })
        }
        // Only messages from L1 alias their sender.
        I::wasMyCallersAddressAliasedCall::SELECTOR => {
            call.answer::<I::wasMyCallersAddressAliasedCall>(view, input, |_, _| Ok(false))
        }
        I::myCallersAddressWithoutAliasingCall::SELECTOR => call
            .answer::<I::myCallersAddressWithoutAliasingCall>(view, input, |call, _| {
                let caller = call
                    .depth
                    .checked_sub(2)
                    .and_then(|frame| call.executor.callers.get(frame).copied());
                Ok(caller.unwrap_or_default())
            }),
        _ => Err(call.not_here()),
    }
}

/// The address under which a contract of L1 speaks on L2: 0x1111...1111 further on.
fn alias(sender: Address) -> Address {
    let mut offset = [0u8; 20];
    offset[..2].copy_from_slice(&(ALIAS_OFFSET as u16).to_be_bytes());
    offset[18..].copy_from_slice(&(ALIAS_OFFSET as u16).to_be_bytes());
    let sum = U256::from_be_slice(sender.as_slice()).wrapping_add(U256::from_be_slice(&offset));
    Address::from_word(sum.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::address;

    #[test]
    fn an_alias_is_an_offset_that_wraps() {
        assert_eq!(
            alias(address!("0x0000000000000000000000000000000000000001")),
            address!("0x1111000000000000000000000000000000001112")
        );
        assert_eq!(
            alias(Address::repeat_byte(0xff)),
            address!("0x1111000000000000000000000000000000001110")
        );
    }
}
