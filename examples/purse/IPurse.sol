// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title A purse: ETH that its holders send each other, behind a guarded proxy. Version 1.
/// @notice Version 2 has `initializeTwo(uint256 least)` in place of `initialize()`, and `least()`, what a deposit is at least, in wei; what is smaller it refuses with `DepositTooSmall`.
///
/// Constructor, for the implementation itself, which it locks:
///
///     constructor()
interface IPurse {
    /// It was initialised already, or is no proxy's and never will be.
    error AlreadyInitialized();
    /// The holder has less.
    error NotEnough(address holder, uint256 held, uint256 needed);

    /// @notice Begins, behind a proxy. Once.
    function initialize() external;
    /// @notice Puts the call's value into the caller's purse.
    function deposit() external payable;
    function transfer(address to, uint256 amount) external;
    /// @notice Pays the caller out.
    function withdraw(uint256 amount) external;
    function balanceOf(address holder) external view returns (uint256);
    function total() external view returns (uint256);
    function version() external view returns (uint256);
    /// @notice The hash of where its storage lies.
    function storageLayoutHash() external view returns (bytes32);
}
