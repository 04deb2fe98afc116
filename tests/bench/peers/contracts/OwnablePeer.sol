// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @notice OpenZeppelin's check that the caller is the owner.
contract OwnablePeer is Ownable {
    constructor(address owner_) Ownable(owner_) {}

    function run(address, uint256) external onlyOwner {}
}
