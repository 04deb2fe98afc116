// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";

/// @notice OpenZeppelin's transparent proxy.
contract TransparentPeer is TransparentUpgradeableProxy {
    constructor(address logic, address owner, bytes memory data) payable TransparentUpgradeableProxy(logic, owner, data) {}
}
