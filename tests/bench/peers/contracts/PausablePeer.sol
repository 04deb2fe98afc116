// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// @notice OpenZeppelin's pause check.
contract PausablePeer is Pausable {
    constructor(bool paused_) {
        if (paused_) _pause();
    }

    function run(address, uint256) external whenNotPaused {}
}
