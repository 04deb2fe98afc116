//! Accounts: balances, code, storage, nonces.

use crate::rpc::wire::to_json;
use crate::rpc::{Registry, RpcError};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256, U64};
use jsonrpsee::core::RegisterMethodError;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["eth_accounts"], |shared, _| {
        Ok(to_json(shared.read().accounts.addresses()))
    })?;
    registry.method(&["eth_getBalance"], |shared, args| {
        let address: Address = args.required(0, "address")?;
        let node = shared.read();
        Ok(to_json(shared.at(&node, args.block(1)?)?.balance(address)))
    })?;
    registry.method(&["eth_getCode"], |shared, args| {
        let address: Address = args.required(0, "address")?;
        let node = shared.read();
        Ok(to_json(shared.at(&node, args.block(1)?)?.code(address)))
    })?;
    registry.method(&["eth_getStorageAt"], |shared, args| {
        let address: Address = args.required(0, "address")?;
        let key = args.word(1, "position")?;
        let node = shared.read();
        let word = shared.at(&node, args.block(2)?)?.storage(address, key);
        Ok(to_json(B256::from(word)))
    })?;
    registry.method(&["eth_getTransactionCount"], |shared, args| {
        let address: Address = args.required(0, "address")?;
        let id = args.block(1)?;
        let node = shared.read();
        let nonce = if id == BlockId::Number(BlockNumberOrTag::Pending) {
            node.pool.next_nonce(address, node.chain.nonce(address))
        } else {
            node.at(id)?.nonce(address)
        };
        Ok(to_json(U64::from(nonce)))
    })?;
    registry.method(&["eth_getProof"], |_, _| {
        let why = "there are no proofs here: this node keeps no state trie";
        Err(RpcError::NotSupported(why.to_owned()))
    })
}
