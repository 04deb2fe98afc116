//! A state as a file: accounts with code and storage, and the time.
//!
//! # Design
//! - **The shape that Anvil's dumps have**, as far as both know the same things. Blocks are not in it.
//! - **Programs stay activated**: the registry of programs is storage of ArbOS's own account.

use super::RpcError;
use crate::node::Node;
use alloy_primitives::{Address, Bytes, U256};
use embedded_chain::Chain;
use serde::Deserialize;
use serde_json::{json, Map, Value};
use std::collections::BTreeMap;

/// A state that was dumped.
#[derive(Deserialize)]
struct Dump {
    accounts: BTreeMap<Address, DumpedAccount>,
    timestamp: Option<u64>,
}

#[derive(Deserialize)]
struct DumpedAccount {
    #[serde(default)]
    balance: Option<super::params::Quantity>,
    #[serde(default)]
    nonce: Option<super::params::Quantity>,
    #[serde(default)]
    code: Bytes,
    #[serde(default)]
    storage: BTreeMap<U256, U256>,
}

/// The state of a chain.
pub(crate) fn dump_state(chain: &Chain) -> Value {
    let mut accounts = Map::new();
    for account in chain.dump() {
        let storage: BTreeMap<String, U256> = account
            .storage
            .iter()
            .map(|(key, value)| (format!("{key:#x}"), *value))
            .collect();
        let dumped = json!({
            "balance": account.balance,
            "nonce": account.nonce,
            "code": chain.code(account.address),
            "storage": storage,
        });
        accounts.insert(account.address.to_string(), dumped);
    }
    json!({
        "accounts": accounts,
        "timestamp": chain.now(),
        "best_block_number": chain.block_number(),
    })
}

/// Puts a dumped state over the chain's own, and seals it in a block. Takes JSON, or JSON's bytes in hexadecimal.
pub(crate) fn load_state(node: &mut Node, given: Value) -> Result<(), RpcError> {
    let refuse = |why: String| RpcError::argument(0, "state", why);
    let value = match given {
        Value::String(text) => {
            let bytes: Bytes = text.parse().map_err(|_| refuse("no hexadecimal".to_owned()))?;
            serde_json::from_slice(&bytes).map_err(|why| refuse(why.to_string()))?
        }
        value => value,
    };
    let dump: Dump = serde_json::from_value(value).map_err(|why| refuse(why.to_string()))?;
    for account in dump.accounts.values() {
        let nonce = account.nonce.map(|nonce| u64::try_from(nonce.0));
        if matches!(nonce, Some(Err(_))) {
            return Err(refuse("a nonce of more than 64 bits".to_owned()));
        }
    }
    let chain = &mut node.chain;
    for (address, account) in dump.accounts {
        chain.set_balance(address, account.balance.map_or(U256::ZERO, |balance| balance.0));
        chain.set_nonce(address, account.nonce.map_or(0, |nonce| nonce.0.saturating_to()));
        chain.set_code(address, account.code);
        for (key, value) in account.storage {
            chain.set_storage(address, key, value);
        }
    }
    if let Some(timestamp) = dump.timestamp.filter(|timestamp| *timestamp > node.time()) {
        node.set_next_timestamp(timestamp)?;
    }
    node.mine_block();
    Ok(())
}
