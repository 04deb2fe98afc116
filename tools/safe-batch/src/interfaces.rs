//! The interfaces, as the compiler reads them from the files that come with the contracts.
// Solidity's comments stand in the files, and what the macro makes is not ours to shorten or to hide.
#![allow(missing_docs, unreachable_pub, clippy::too_many_arguments)]

/// The guards standing alone.
pub mod hub {
    alloy_sol_types::sol!(
        #[sol(all_derives, abi)]
        "../../contracts/hub/IHub.sol"
    );
}

/// The treasury.
pub mod treasury {
    alloy_sol_types::sol!(
        #[sol(all_derives, abi)]
        "../../examples/treasury/ITreasury.sol"
    );
}

/// The bridge.
pub mod bridge {
    alloy_sol_types::sol!(
        #[sol(all_derives, abi)]
        "../../examples/bridge/IBridge.sol"
    );
}

/// A council.
pub mod council {
    alloy_sol_types::sol!(
        #[sol(all_derives, abi)]
        "../../contracts/council/ICouncil.sol"
    );
}

/// The patch manager.
pub mod patch {
    pub use patch_file::interface::{IPatchCare, IPatchGovernance, IPatchManager, IPatchSentinels};
}

/// The guarded proxy, whose guards the manager sets.
pub mod proxy {
    alloy_sol_types::sol!(
        #[sol(all_derives, abi)]
        "../../contracts/proxy/IGuardedProxy.sol"
    );
}

/// A Safe, what it batches with, and what contracts of others say.
pub mod safe {
    alloy_sol_types::sol! {
        #[sol(all_derives, abi)]
        interface ISafe {
            event ExecutionSuccess(bytes32 indexed txHash, uint256 payment);
            event ExecutionFailure(bytes32 indexed txHash, uint256 payment);

            function execTransaction(
                address to, uint256 value, bytes calldata data, uint8 operation, uint256 safeTxGas, uint256 baseGas,
                uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures
            ) external payable returns (bool success);
        }

        #[sol(all_derives, abi)]
        interface IMultiSend {
            function multiSend(bytes transactions) external payable;
        }

        #[sol(all_derives, abi)]
        interface IToken {
            event Transfer(address indexed from, address indexed to, uint256 value);
            event Approval(address indexed owner, address indexed spender, uint256 value);
        }

        #[sol(all_derives, abi)]
        interface IArbWasmErrors {
            error ProgramNotWasm();
            error ProgramNotActivated();
            error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
            error ProgramExpired(uint64 ageInSeconds);
            error ProgramUpToDate();
            error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
            error ProgramInsufficientValue(uint256 have, uint256 want);
        }
    }
}
