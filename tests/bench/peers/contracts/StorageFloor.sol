// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The least that a guard with a memory costs: one cold word read, and written.
contract StorageFloor {
    uint256 private word = 1;

    function run(address, uint256 amount) external {
        // Wraps, as the peer in Stylus does: a check would be no part of the floor.
        unchecked {
            word += amount;
        }
    }
}
