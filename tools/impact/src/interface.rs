//! The guarded proxy's interface, as the compiler reads it from the file that comes with the contract, and what others answer.
// Solidity's comments stand in the file, and what the macro makes is not ours to shorten or to hide.
#![allow(missing_docs, unreachable_pub, clippy::too_many_arguments)]

use alloy_json_abi::Error;
use patch_file::interface as manager;

/// The guarded proxy.
pub mod proxy {
    alloy_sol_types::sol!(
        #[sol(all_derives, abi)]
        "../../contracts/proxy/IGuardedProxy.sol"
    );
}

/// What proxies and beacons of others answer.
pub mod others {
    alloy_sol_types::sol! {
        #[sol(all_derives)]
        interface IOwned {
            function owner() external view returns (address);
        }

        #[sol(all_derives)]
        interface IBeacon {
            function implementation() external view returns (address);
            function upgradeTo(address newImplementation) external;
        }

        #[sol(all_derives)]
        interface IUpgrades {
            function upgradeToAndCall(address newImplementation, bytes data) external payable;
        }
    }
}

/// Every error of both.
pub(crate) fn errors() -> Vec<Error> {
    let all = [
        manager::IPatchManager::abi::errors(),
        manager::IPatchCare::abi::errors(),
        manager::IPatchGovernance::abi::errors(),
        manager::IPatchSentinels::abi::errors(),
        proxy::IGuardedProxy::abi::errors(),
        proxy::IProxyGuards::abi::errors(),
    ];
    all.into_iter()
        .flat_map(|errors| errors.into_values().flatten())
        .collect()
}
