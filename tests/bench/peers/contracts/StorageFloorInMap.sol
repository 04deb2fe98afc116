// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The same with a word for each asset.
contract StorageFloorInMap {
    mapping(address asset => uint256) private words;

    constructor(address token) {
        words[address(0)] = 1;
        words[token] = 1;
    }

    function run(address asset, uint256 amount) external {
        unchecked {
            words[asset] += amount;
        }
    }
}
