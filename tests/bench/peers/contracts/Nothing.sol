// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The baseline: the call that every peer guards.
contract Nothing {
    function run(address, uint256) external {}
}
