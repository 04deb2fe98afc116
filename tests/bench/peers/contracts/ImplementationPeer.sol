// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

/// @notice What stands behind each of the proxies: OpenZeppelin's ERC-20, which also upgrades itself where its proxy lets it, and holds and pays out another token.
contract ImplementationPeer is ERC20, UUPSUpgradeable {
    constructor() ERC20("", "") {}

    function initialize(address holder, uint256 supply) external {
        require(totalSupply() == 0);
        _mint(holder, supply);
    }

    /// @notice Sends what the contract itself holds of another token.
    function pay(ERC20 token, address to, uint256 amount) external {
        token.transfer(to, amount);
    }

    function _authorizeUpgrade(address) internal pure override {
        revert();
    }
}
