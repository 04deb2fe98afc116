// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice An event of one topic of its own and one word.
contract EventPeer {
    event Ran(address indexed asset, uint256 amount);

    function run(address asset, uint256 amount) external {
        emit Ran(asset, amount);
    }
}
