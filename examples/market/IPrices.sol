// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title What a market asks its oracle.
interface IPrices {
    /// @notice What 10^18 of the asset's smallest units are worth, with 18 decimals, and when that was so. A price is good for an hour.
    function price(address asset) external view returns (uint256 wad, uint256 updatedAt);
}
