//! What only a development node does: time, blocks, snapshots, accounts.
//!
//! Each method has the names that Anvil, Hardhat and Ganache gave it.

use super::{dump_state, load_state, web3, Args, Registry, RpcError};
use crate::node::{Mining, Node};
use alloy_primitives::{Address, Bytes, B256, U256, U64};
use jsonrpsee::core::RegisterMethodError;
use serde::Deserialize;
use serde_json::{json, Value};
use std::time::Duration;

/// The blocks that may be made at once.
const MAX_BLOCKS: u64 = 100_000;
/// The longest pause between blocks.
const MAX_INTERVAL_SECS: u64 = 365 * 24 * 3600;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    time(registry)?;
    blocks(registry)?;
    snapshots(registry)?;
    accounts(registry)?;
    impersonation(registry)
}

fn time(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["evm_increaseTime", "anvil_increaseTime"], |shared, args| {
        let secs = args.number(0, "seconds")?;
        shared.write(|node| node.advance_time(secs));
        Ok(json!(U64::from(secs)))
    })?;
    let names = ["evm_setNextBlockTimestamp", "anvil_setNextBlockTimestamp"];
    registry.method(&names, |shared, args| {
        let timestamp = args.number(0, "timestamp")?;
        shared.write(|node| node.set_next_timestamp(timestamp))?;
        Ok(Value::Null)
    })?;
    registry.method(&["evm_setTime", "anvil_setTime"], |shared, args| {
        // Hardhat's and Ganache's clients give milliseconds of a date when they give that much.
        let given = args.number(0, "timestamp")?;
        let timestamp = if given > 100_000_000_000 {
            given / 1_000
        } else {
            given
        };
        shared.write(|node| {
            let before = node.time();
            node.set_next_timestamp(timestamp)?;
            Ok(json!(timestamp.saturating_sub(before)))
        })
    })
}

fn blocks(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["evm_mine"], |shared, args| {
        let options: Option<MineOptions> = args.optional(0, "options")?;
        let (timestamp, count) = options.map_or((None, 1), MineOptions::parts);
        check_count(count)?;
        shared.write(|node| {
            if let Some(timestamp) = timestamp {
                node.set_next_timestamp(timestamp)?;
            }
            mine(node, count, 0);
            Ok(json!("0x0"))
        })
    })?;
    registry.method(&["anvil_mine", "hardhat_mine"], |shared, args| {
        let count = args.optional_number(0, "blocks")?.unwrap_or(1);
        let secs = args.optional_number(1, "interval")?.unwrap_or(0);
        check_count(count)?;
        shared.write(|node| mine(node, count, secs));
        Ok(Value::Bool(true))
    })?;
    registry.method(
        &["evm_setAutomine", "anvil_setAutomine", "hardhat_setAutomine"],
        |shared, args| {
            let automine: bool = args.required(0, "enabled")?;
            shared.write(|node| {
                match (automine, node.mining) {
                    (true, _) => node.mining = Mining::Auto,
                    (false, Mining::Auto) => node.mining = Mining::Manual,
                    (false, _) => {}
                }
                if automine && !node.pool.is_empty() {
                    node.mine_block();
                }
            });
            Ok(Value::Bool(true))
        },
    )?;
    registry.method(&["anvil_getAutomine", "hardhat_getAutomine"], |shared, _| {
        Ok(Value::Bool(shared.read().mining == Mining::Auto))
    })?;
    registry.method(
        &["evm_setIntervalMining", "anvil_setIntervalMining"],
        |shared, args| {
            let secs = args.number(0, "seconds")?;
            if secs > MAX_INTERVAL_SECS {
                return Err(RpcError::argument(0, "seconds", "more than a year"));
            }
            shared.write(|node| {
                node.mining = if secs == 0 {
                    Mining::Manual
                } else {
                    Mining::Interval(Duration::from_secs(secs))
                };
            });
            Ok(Value::Bool(true))
        },
    )?;
    registry.method(&["anvil_getIntervalMining"], |shared, _| {
        Ok(match shared.read().mining {
            Mining::Interval(every) => json!(every.as_secs()),
            _ => Value::Null,
        })
    })?;
    registry.method(
        &["anvil_dropTransaction", "hardhat_dropTransaction"],
        |shared, args| {
            let hash: B256 = args.required(0, "transaction hash")?;
            let dropped = shared.write(|node| node.pool.remove(hash));
            Ok(dropped.map_or(Value::Null, |transaction| json!(transaction.hash())))
        },
    )?;
    registry.method(&["anvil_dropAllTransactions"], |shared, _| {
        shared.write(|node| node.pool.clear());
        Ok(Value::Null)
    })
}

/// Ganache's `evm_mine` takes a time, Anvil's an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum MineOptions {
    Options {
        timestamp: Option<super::params::Quantity>,
        blocks: Option<u64>,
    },
    Timestamp(super::params::Quantity),
}

impl MineOptions {
    fn parts(self) -> (Option<u64>, u64) {
        match self {
            Self::Timestamp(at) => (Some(at.0.saturating_to()), 1),
            Self::Options { timestamp, blocks } => {
                (timestamp.map(|at| at.0.saturating_to()), blocks.unwrap_or(1))
            }
        }
    }
}

fn check_count(count: u64) -> Result<(), RpcError> {
    if count > MAX_BLOCKS {
        return Err(RpcError::argument(
            0,
            "blocks",
            format!("at most {MAX_BLOCKS} at once"),
        ));
    }
    Ok(())
}

fn mine(node: &mut Node, count: u64, secs_between: u64) {
    if count > 0 {
        node.mine_block();
        node.mine_empty(count - 1, secs_between);
    }
}

fn snapshots(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["evm_snapshot", "anvil_snapshot"], |shared, _| {
        Ok(json!(U64::from(shared.write(Node::snapshot))))
    })?;
    registry.method(&["evm_revert", "anvil_revert"], |shared, args| {
        let id = args.number(0, "snapshot")?;
        Ok(Value::Bool(shared.write(|node| node.revert(id))))
    })?;
    registry.method(&["anvil_dumpState", "hardhat_dumpState"], |shared, _| {
        let dump = dump_state(&shared.read().chain).to_string();
        Ok(json!(Bytes::from(dump.into_bytes())))
    })?;
    registry.method(&["anvil_loadState", "hardhat_loadState"], |shared, args| {
        let given: Value = args.required(0, "state")?;
        shared.write(|node| load_state(node, given))?;
        Ok(Value::Bool(true))
    })?;
    registry.method(&["anvil_nodeInfo", "hardhat_metadata"], |shared, _| {
        let node = shared.read();
        let (config, latest) = (node.chain.config(), node.chain.latest_block());
        Ok(json!({
            "clientVersion": web3::CLIENT,
            "chainId": config.chain_id,
            "arbosVersion": config.arbos_version,
            "currentBlockNumber": U64::from(latest.number),
            "currentBlockTimestamp": latest.timestamp,
            "currentBlockHash": latest.hash,
            "latestBlockNumber": latest.number,
            "latestBlockHash": latest.hash,
            "transactionOrder": "fees",
            "environment": {
                "baseFee": U64::from(config.base_fee),
                "chainId": config.chain_id,
                "gasLimit": U64::from(config.block_gas_limit),
                "gasPrice": U64::from(config.base_fee),
            },
            "forkConfig": {},
        }))
    })
}

fn account_and_number(args: &Args, what: &str) -> Result<(Address, U256), RpcError> {
    Ok((args.required(0, "address")?, args.word(1, what)?))
}

fn accounts(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    let names = ["anvil_setBalance", "hardhat_setBalance", "evm_setAccountBalance"];
    registry.method(&names, |shared, args| {
        let (address, balance) = account_and_number(args, "balance")?;
        shared.write(|node| node.chain.set_balance(address, balance));
        Ok(Value::Bool(true))
    })?;
    registry.method(
        &["anvil_setNonce", "hardhat_setNonce", "evm_setAccountNonce"],
        |shared, args| {
            let address: Address = args.required(0, "address")?;
            let nonce = args.number(1, "nonce")?;
            shared.write(|node| node.chain.set_nonce(address, nonce));
            Ok(Value::Bool(true))
        },
    )?;
    registry.method(
        &["anvil_setCode", "hardhat_setCode", "evm_setAccountCode"],
        |shared, args| {
            let address: Address = args.required(0, "address")?;
            let code: Bytes = args.required(1, "code")?;
            shared.write(|node| node.chain.set_code(address, code));
            Ok(Value::Bool(true))
        },
    )?;
    let names = [
        "anvil_setStorageAt",
        "hardhat_setStorageAt",
        "evm_setAccountStorageAt",
    ];
    registry.method(&names, |shared, args| {
        let (address, key) = account_and_number(args, "position")?;
        let value = args.word(2, "value")?;
        shared.write(|node| node.chain.set_storage(address, key, value));
        Ok(Value::Bool(true))
    })
}

fn impersonation(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(
        &["anvil_impersonateAccount", "hardhat_impersonateAccount"],
        |shared, args| {
            let address: Address = args.required(0, "address")?;
            shared.write(|node| node.accounts.impersonate(address));
            Ok(Value::Bool(true))
        },
    )?;
    let names = [
        "anvil_stopImpersonatingAccount",
        "hardhat_stopImpersonatingAccount",
    ];
    registry.method(&names, |shared, args| {
        let address: Address = args.required(0, "address")?;
        shared.write(|node| node.accounts.stop_impersonating(address));
        Ok(Value::Bool(true))
    })?;
    registry.method(&["anvil_autoImpersonateAccount"], |shared, args| {
        let all: bool = args.required(0, "enabled")?;
        shared.write(|node| node.accounts.impersonate_all(all));
        Ok(Value::Bool(true))
    })
}
