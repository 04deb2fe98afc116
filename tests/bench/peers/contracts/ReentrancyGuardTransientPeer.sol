// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @notice OpenZeppelin's lock in transient storage.
contract ReentrancyGuardTransientPeer is ReentrancyGuardTransient {
    function run(address, uint256) external nonReentrant {}
}
