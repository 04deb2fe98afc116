// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

/// @notice A function whose callers an AccessManager decides on.
contract AccessManagedPeer is AccessManaged {
    constructor(address manager) AccessManaged(manager) {}

    function run(address, uint256) external restricted {}
}
