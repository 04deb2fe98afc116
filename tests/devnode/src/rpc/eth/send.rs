//! Transactions that the node signs itself, for its development accounts and for those that it impersonates.

use super::call::{call_request, input_of};
use crate::node::{Node, SignedTransaction};
use crate::rpc::wire::to_json;
use crate::rpc::{Registry, RpcError};
use alloy_consensus::{TxEip1559, TxEip2930, TxLegacy, TypedTransaction};
use alloy_eips::Encodable2718;
use alloy_primitives::{Address, Bytes, TxKind};
use alloy_rpc_types_eth::TransactionRequest;
use jsonrpsee::core::RegisterMethodError;
use serde_json::json;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    let names = ["eth_sendTransaction", "eth_sendUnsignedTransaction"];
    registry.method(&names, |shared, args| {
        let request: TransactionRequest = args.required(0, "transaction")?;
        let hash = shared.write(|node| {
            let signed = sign(node, request)?;
            node.submit(signed).map_err(RpcError::from)
        })?;
        Ok(to_json(hash))
    })?;
    registry.method(&["eth_signTransaction"], |shared, args| {
        let request: TransactionRequest = args.required(0, "transaction")?;
        let signed = sign(&shared.read(), request)?;
        let raw = Bytes::from(signed.envelope().encoded_2718());
        Ok(json!({ "raw": raw, "tx": crate::rpc::transaction_json(&signed, None) }))
    })?;
    registry.method(&["eth_sign"], |shared, args| {
        let account: Address = args.required(0, "account")?;
        sign_message(&shared.read(), account, &args.required::<Bytes>(1, "message")?)
    })?;
    // The same with its parameters the other way round.
    registry.method(&["personal_sign"], |shared, args| {
        let account: Address = args.required(1, "account")?;
        sign_message(&shared.read(), account, &args.required::<Bytes>(0, "message")?)
    })
}

fn sign_message(node: &Node, account: Address, message: &[u8]) -> Result<serde_json::Value, RpcError> {
    let signature = node.accounts.sign_message(account, message);
    let signature = signature.map_err(|why| RpcError::refused(why.to_string()))?;
    Ok(to_json(Bytes::from(signature.as_bytes().to_vec())))
}

/// Fills in what a request leaves open, and signs it.
fn sign(node: &Node, request: TransactionRequest) -> Result<SignedTransaction, RpcError> {
    let from = request
        .from
        .ok_or_else(|| RpcError::argument(0, "transaction", "\"from\" is missing"))?;
    let config = node.chain.config();
    if request.chain_id.is_some_and(|id| id != config.chain_id) {
        return Err(RpcError::argument(
            0,
            "transaction",
            "\"chainId\" is another chain's",
        ));
    }
    if request.blob_versioned_hashes.is_some() || request.authorization_list.is_some() {
        let why = "transactions with blobs or authorisations do not exist on this chain";
        return Err(RpcError::NotSupported(why.to_owned()));
    }
    let gas_limit = match request.gas {
        Some(gas) => gas,
        None => {
            let mut call = request.clone();
            (call.gas_price, call.max_fee_per_gas) = (None, None);
            let call = call_request(&node.chain, call, None, None, Some(node.time()))?;
            node.chain.estimate_gas(&call)?
        }
    };
    let nonce = request
        .nonce
        .unwrap_or_else(|| node.pool.next_nonce(from, node.chain.nonce(from)));
    let input = input_of(request.input.input, request.input.data)?;
    let to = request.to.unwrap_or(TxKind::Create);
    let value = request.value.unwrap_or_default();
    let chain_id = config.chain_id;
    let tip = request.max_priority_fee_per_gas.unwrap_or_default();
    let fee = u128::from(config.base_fee);
    let transaction = match (request.gas_price, request.access_list) {
        (Some(gas_price), None) => TypedTransaction::Legacy(TxLegacy {
            chain_id: Some(chain_id),
            nonce,
            gas_price,
            gas_limit,
            to,
            value,
            input,
        }),
        (Some(gas_price), Some(access_list)) => TypedTransaction::Eip2930(TxEip2930 {
            chain_id,
            nonce,
            gas_price,
            gas_limit,
            to,
            value,
            access_list,
            input,
        }),
        (None, access_list) => TypedTransaction::Eip1559(TxEip1559 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: request.max_fee_per_gas.unwrap_or(fee.saturating_add(tip)),
            max_priority_fee_per_gas: tip,
            to,
            value,
            access_list: access_list.unwrap_or_default(),
            input,
        }),
    };
    let signed = node.accounts.sign(from, transaction);
    signed.map_err(|why| RpcError::refused(why.to_string()))
}
