//! What is used of Safe's contracts.

mod abi {
    // What the macro makes of a method with many parameters is not ours to shorten.
    #![allow(clippy::too_many_arguments, missing_docs)]
    alloy_sol_types::sol! {
        interface ISafe {
            function setup(
                address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler,
                address paymentToken, uint256 payment, address paymentReceiver
            ) external;
            function execTransaction(
                address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas,
                uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures
            ) external payable returns (bool success);
            function getTransactionHash(
                address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas,
                uint256 gasPrice, address gasToken, address refundReceiver, uint256 nonce
            ) external view returns (bytes32);
            function nonce() external view returns (uint256);
            function getThreshold() external view returns (uint256);
            function getOwners() external view returns (address[] owners);
            function VERSION() external view returns (string version);
            function removeOwner(address prevOwner, address owner, uint256 threshold) external;

            event ExecutionSuccess(bytes32 indexed txHash, uint256 payment);
        }

        interface ISafeProxyFactory {
            function createProxyWithNonce(address singleton, bytes initializer, uint256 saltNonce)
                external returns (address proxy);
        }

        interface IMultiSend {
            function multiSend(bytes transactions) external payable;
        }
    }
}

pub use abi::{IMultiSend, ISafe, ISafeProxyFactory};
