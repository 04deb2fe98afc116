// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @notice OpenZeppelin's AccessManager as it is.
contract AccessManagerPeer is AccessManager {
    constructor(address admin) AccessManager(admin) {}
}
