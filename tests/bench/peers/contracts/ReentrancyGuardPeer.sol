// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

/// @notice OpenZeppelin's lock in storage.
contract ReentrancyGuardPeer is ReentrancyGuard {
    function run(address, uint256) external nonReentrant {}
}
