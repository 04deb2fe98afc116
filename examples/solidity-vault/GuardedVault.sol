// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Guarded} from "portcullis/hub/Guarded.sol";
import {IHub} from "portcullis/hub/IHub.sol";

/// @title An ERC-4626 vault whose deposits and withdrawals a hub guards.
/// @notice Every way in and out of OpenZeppelin's vault ends in `_deposit` or `_withdraw`: the hub stands there, and nowhere else.
/// The limit is in units of the asset, so that a share price that was manipulated buys no more of it.
contract GuardedVault is ERC4626, Guarded {
    uint8 public constant DEPOSITS = 1;
    uint8 public constant WITHDRAWALS = 2;

    constructor(IERC20 asset_, IHub hub_) ERC20("Guarded Vault", "gVLT") ERC4626(asset_) Guarded(hub_) {}

    /// @notice At most what the hub lets leave now, as ERC-4626 asks of it.
    function maxWithdraw(address owner) public view override returns (uint256) {
        return Math.min(super.maxWithdraw(owner), _leavable(WITHDRAWALS, BOUNDED_WITHDRAWAL, asset()));
    }

    function maxRedeem(address owner) public view override returns (uint256) {
        uint256 leavable = _leavable(WITHDRAWALS, BOUNDED_WITHDRAWAL, asset());
        return Math.min(super.maxRedeem(owner), _convertToShares(leavable, Math.Rounding.Floor));
    }

    function maxDeposit(address receiver) public view override returns (uint256) {
        return _isOpen() ? super.maxDeposit(receiver) : 0;
    }

    function maxMint(address receiver) public view override returns (uint256) {
        return _isOpen() ? super.maxMint(receiver) : 0;
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares)
        internal
        override
        guarded(DEPOSITS, INCREASES_RISK)
    {
        super._deposit(caller, receiver, assets, shares);
    }

    function _withdraw(address caller, address receiver, address owner, uint256 assets, uint256 shares)
        internal
        override
    {
        _consume(WITHDRAWALS, BOUNDED_WITHDRAWAL, asset(), assets);
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    function _isOpen() private view returns (bool) {
        try hub.check(DEPOSITS, INCREASES_RISK) returns (uint16) {
            return true;
        } catch {
            return false;
        }
    }
}
