//! Who the node is.

use super::wire::to_json;
use super::Registry;
use alloy_primitives::{keccak256, Bytes, U64};
use jsonrpsee::core::RegisterMethodError;
use serde_json::{json, Value};

/// What the node calls itself.
pub(crate) const CLIENT: &str = concat!("portcullis-devnode/", env!("CARGO_PKG_VERSION"));

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["web3_clientVersion"], |_, _| Ok(json!(CLIENT)))?;
    registry.method(&["web3_sha3"], |_, args| {
        let data: Bytes = args.required(0, "data")?;
        Ok(to_json(keccak256(data)))
    })?;
    registry.method(&["net_version"], |shared, _| {
        Ok(json!(shared.read().chain.config().chain_id.to_string()))
    })?;
    registry.method(&["net_listening"], |_, _| Ok(Value::Bool(true)))?;
    registry.method(&["net_peerCount"], |_, _| Ok(to_json(U64::ZERO)))?;
    registry.method(&["eth_syncing"], |_, _| Ok(Value::Bool(false)))?;
    registry.method(&["eth_protocolVersion"], |_, _| Ok(json!("0x41")))?;
    registry.method(&["eth_chainId"], |shared, _| {
        Ok(to_json(U64::from(shared.read().chain.config().chain_id)))
    })
}
