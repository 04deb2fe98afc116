// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

import {IHub} from "./IHub.sol";

/// @title A contract that asks a hub before it moves.
/// @notice It fails closed: where the hub does not answer (no code, an expired program), nothing that asks it runs.
/// @dev The hub has no power over the contract but to refuse. It is asked before effects and calls nobody, so it cannot re-enter.
/// The contract has to be named a client by the hub's governor before `_consume` works.
abstract contract Guarded {
    /// Brings funds in or increases risk: deposit, borrow.
    uint8 internal constant INCREASES_RISK = 0;
    /// Takes funds out or decreases the protocol's risk, against something given up: redeem, liquidate.
    uint8 internal constant DECREASES_RISK = 1;
    /// Reduces the caller's own risk and takes nothing out: repay, add collateral.
    uint8 internal constant REDUCES_OWN_RISK = 2;
    /// Takes funds out and is bounded by a limit.
    uint8 internal constant BOUNDED_WITHDRAWAL = 3;

    IHub public immutable hub;

    /// The hub is nobody.
    error NoHub(address hub);

    constructor(IHub hub_) {
        if (address(hub_).code.length == 0) revert NoHub(address(hub_));
        hub = hub_;
    }

    /// @dev Runs the function only in the states of its group in which its kind may run.
    modifier guarded(uint8 group, uint8 kind) {
        hub.check(group, kind);
        _;
    }

    /// @dev The same, and charges what is to leave. Before effects, once for each flow.
    function _consume(uint8 group, uint8 kind, address asset, uint256 amount) internal {
        hub.consume(group, kind, asset, amount);
    }

    /// @dev What of an asset the hub lets leave now by functions of a group and kind, for views: zero when they do not run.
    function _leavable(uint8 group, uint8 kind, address asset) internal view returns (uint256) {
        try hub.check(group, kind) returns (uint16 shareBps) {
            uint256 available = hub.available(asset);
            // Rounded down, as the hub rounds its charge up. In two parts, so that no number is too large.
            return (available / 10_000) * shareBps + ((available % 10_000) * shareBps) / 10_000;
        } catch {
            return 0;
        }
    }
}
