//! What only a development node does: time, blocks, snapshots, accounts.
//!
//! Each method has the names that Anvil, Hardhat and Ganache gave it, and answers as Anvil does: null, where there is
//! nothing to say. Typed clients fail on anything else.

mod accounts;

use super::wire::block_json;
use super::{dump_state, load_state, web3, Registry, RpcError};
use crate::node::{Mining, Node};
use alloy_primitives::{Address, Bytes, B256, U64};
use jsonrpsee::core::RegisterMethodError;
use serde::Deserialize;
use serde_json::{json, Value};
use std::time::Duration;

/// The blocks that may be made at once.
const MAX_BLOCKS: u64 = 100_000;
/// The blocks that may be made at once when each is returned.
const MAX_DETAILED: u64 = 1_000;
/// The longest pause between blocks.
const MAX_INTERVAL_SECS: u64 = 365 * 24 * 3600;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    time(registry)?;
    blocks(registry)?;
    snapshots(registry)?;
    stylus(registry)?;
    accounts::register(registry)
}

fn time(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["evm_increaseTime", "anvil_increaseTime"], |shared, args| {
        let secs = args.number(0, "seconds")?;
        // How far the clock is ahead in all. A client that reads a number of seconds has no room for more.
        let ahead = shared.write(|node| {
            node.advance_time(secs);
            node.clock.ahead().unwrap_or_else(|| i128::from(secs))
        });
        Ok(json!(i64::try_from(ahead).unwrap_or(i64::MAX)))
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
    registry.method(&["evm_mine_detailed", "anvil_mine_detailed"], |shared, args| {
        let options: Option<MineOptions> = args.optional(0, "options")?;
        let (timestamp, count) = options.map_or((None, 1), MineOptions::parts);
        if count > MAX_DETAILED {
            let why = format!("at most {MAX_DETAILED} at once");
            return Err(RpcError::argument(0, "blocks", why));
        }
        shared.write(|node| {
            if let Some(timestamp) = timestamp {
                node.set_next_timestamp(timestamp)?;
            }
            let first = node.chain.block_number() + 1;
            mine(node, count, 0);
            let blocks = (first..=node.chain.block_number()).filter_map(|number| node.chain.block(number));
            Ok(blocks.map(|block| block_json(node, block, true)).collect())
        })
    })?;
    registry.method(&["anvil_mine", "hardhat_mine"], |shared, args| {
        let count = args.optional_number(0, "blocks")?.unwrap_or(1);
        let secs = args.optional_number(1, "interval")?.unwrap_or(0);
        check_count(count)?;
        shared.write(|node| mine(node, count, secs));
        Ok(Value::Null)
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
            Ok(Value::Null)
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
            Ok(Value::Null)
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
    registry.method(&["anvil_removePoolTransactions"], |shared, args| {
        let sender: Address = args.required(0, "address")?;
        shared.write(|node| node.pool.remove_sender(sender));
        Ok(Value::Null)
    })?;
    registry.method(&["anvil_dropAllTransactions"], |shared, _| {
        shared.write(|node| node.pool.clear());
        Ok(Value::Null)
    })
}

/// What a client asks to be reset to.
#[derive(Deserialize)]
struct Forking {
    forking: Option<Value>,
}

/// Ganache's `evm_mine` takes a time, Anvil's an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum MineOptions {
    Options {
        timestamp: Option<crate::rpc::params::Quantity>,
        blocks: Option<u64>,
    },
    Timestamp(crate::rpc::params::Quantity),
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

/// What no other development node has: an upgrade of Stylus, after which every program has to be activated again.
fn stylus(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["portcullis_setStylusVersion"], |shared, args| {
        let version = args.number(0, "version")?;
        let version =
            u16::try_from(version).map_err(|_| RpcError::argument(0, "version", "a version has 16 bits"))?;
        shared.write(|node| node.chain.set_stylus_version(version));
        Ok(Value::Null)
    })
}

fn snapshots(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["evm_snapshot", "anvil_snapshot"], |shared, _| {
        Ok(json!(U64::from(shared.write(Node::snapshot))))
    })?;
    registry.method(&["evm_revert", "anvil_revert"], |shared, args| {
        let id = args.number(0, "snapshot")?;
        Ok(Value::Bool(shared.write(|node| node.revert(id))))
    })?;
    registry.method(&["anvil_reset", "hardhat_reset"], |shared, args| {
        let forking: Option<Forking> = args.optional(0, "forking")?;
        if forking.and_then(|options| options.forking).is_some() {
            let why = "this node forks no other chain: anvil_reset without parameters starts over";
            return Err(RpcError::NotSupported(why.to_owned()));
        }
        shared.write(Node::reset)?;
        Ok(Value::Null)
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
    registry.method(
        &["anvil_nodeInfo", "anvil_metadata", "hardhat_metadata"],
        |shared, _| {
            let node = shared.read();
            let (config, latest) = (node.chain.config(), node.chain.latest_block());
            Ok(json!({
                "clientVersion": web3::CLIENT,
                "clientSemver": env!("CARGO_PKG_VERSION"),
                "instanceId": node.chain.block(0).map(|genesis| genesis.hash),
                "snapshots": node.snapshot_blocks(),
                "hardFork": "prague",
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
        },
    )
}
