//! Accounts set by hand and sent from without a key, and what cannot be set.

use crate::rpc::{Args, Registry, RpcError};
use alloy_primitives::{Address, Bytes, U256};
use jsonrpsee::core::RegisterMethodError;
use serde_json::Value;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    accounts(registry)?;
    impersonation(registry)?;
    fixed(registry)
}

fn account_and_number(args: &Args, what: &str) -> Result<(Address, U256), RpcError> {
    Ok((args.required(0, "address")?, args.word(1, what)?))
}

fn accounts(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    let names = ["anvil_setBalance", "hardhat_setBalance", "evm_setAccountBalance"];
    registry.method(&names, |shared, args| {
        let (address, balance) = account_and_number(args, "balance")?;
        shared.write(|node| node.chain.set_balance(address, balance));
        Ok(Value::Null)
    })?;
    registry.method(&["anvil_addBalance", "hardhat_addBalance"], |shared, args| {
        let (address, more) = account_and_number(args, "balance")?;
        shared.write(|node| {
            let balance = node.chain.balance(address).saturating_add(more);
            node.chain.set_balance(address, balance);
        });
        Ok(Value::Null)
    })?;
    registry.method(
        &["anvil_setNonce", "hardhat_setNonce", "evm_setAccountNonce"],
        |shared, args| {
            let address: Address = args.required(0, "address")?;
            let nonce = args.number(1, "nonce")?;
            shared.write(|node| node.chain.set_nonce(address, nonce));
            Ok(Value::Null)
        },
    )?;
    registry.method(
        &["anvil_setCode", "hardhat_setCode", "evm_setAccountCode"],
        |shared, args| {
            let address: Address = args.required(0, "address")?;
            let code: Bytes = args.required(1, "code")?;
            shared.write(|node| node.chain.set_code(address, code));
            Ok(Value::Null)
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

/// What stands still on this chain, and what only concerns what a node prints.
fn fixed(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    let names = ["anvil_setLoggingEnabled", "hardhat_setLoggingEnabled"];
    registry.method(&names, |_, args| {
        args.required::<bool>(0, "enabled").map(|_| Value::Null)
    })?;
    let names = [
        "anvil_setNextBlockBaseFeePerGas",
        "hardhat_setNextBlockBaseFeePerGas",
        "anvil_setMinGasPrice",
        "hardhat_setMinGasPrice",
        "anvil_setCoinbase",
        "hardhat_setCoinbase",
        "anvil_setChainId",
        "anvil_setBlockGasLimit",
        "evm_setBlockGasLimit",
        "anvil_setBlockTimestampInterval",
        "anvil_removeBlockTimestampInterval",
    ];
    registry.method(&names, |_, _| {
        let why = "base fee, coinbase, gas limit and chain id of this chain stand still; \
                   evm_setNextBlockTimestamp and anvil_mine set the time of blocks";
        Err(RpcError::NotSupported(why.to_owned()))
    })
}

fn impersonation(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(
        &["anvil_impersonateAccount", "hardhat_impersonateAccount"],
        |shared, args| {
            let address: Address = args.required(0, "address")?;
            shared.write(|node| node.accounts.impersonate(address));
            Ok(Value::Null)
        },
    )?;
    let names = [
        "anvil_stopImpersonatingAccount",
        "hardhat_stopImpersonatingAccount",
    ];
    registry.method(&names, |shared, args| {
        let address: Address = args.required(0, "address")?;
        shared.write(|node| node.accounts.stop_impersonating(address));
        Ok(Value::Null)
    })?;
    registry.method(
        &["anvil_autoImpersonateAccount", "hardhat_autoImpersonateAccount"],
        |shared, args| {
            let all: bool = args.required(0, "enabled")?;
            shared.write(|node| node.accounts.impersonate_all(all));
            Ok(Value::Null)
        },
    )
}
