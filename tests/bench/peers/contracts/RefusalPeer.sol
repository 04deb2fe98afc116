// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A refusal with a typed error of two words.
contract RefusalPeer {
    error Refused(address asset, uint256 amount);

    function run(address asset, uint256 amount) external pure {
        revert Refused(asset, amount);
    }
}
