// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title A lending market of one loan and one collateral, behind guards.
/// @notice Methods that return a bool are latched: false means that a guard was violated, all that the call did was rolled back, the
/// violation is recorded, and the breaker is one rung stricter.
///
/// Constructor, called once by its selector `stylus_constructor()` with its arguments after it (keccak256 of that
/// signature, first four bytes: `0x5585258d`), by whoever calls first, so deploy and construct in one transaction:
///
///     constructor(address loan, address collateral, address oracle, address governor, address guardian)
interface IMarket {
    // ---- events
    event Supplied(address indexed account, uint256 amount, uint256 shares);
    event Withdrawn(address indexed account, uint256 amount, uint256 shares);
    event CollateralAdded(address indexed account, address indexed by, uint256 amount);
    event CollateralRemoved(address indexed account, uint256 amount);
    event Borrowed(address indexed account, uint256 amount, uint256 shares);
    event Repaid(address indexed account, address indexed by, uint256 amount, uint256 shares);
    event Liquidated(
        address indexed account, address indexed by, uint256 repaid, uint256 seized, uint256 writtenOff
    );
    event ViolationLatched(uint8 indexed guard, bytes4 indexed method, address indexed by, bytes reason);
    event GuardWouldRefuse(uint8 indexed guard, address indexed by, bytes reason);
    event InvariantNotEvaluated(uint8 indexed invariant_, bool atExit, bytes32 reason);
    event BreakerTripped(
        bytes32 indexed scope, address indexed by, uint8 from, uint8 to, uint8 reason, uint64 until, uint64 sequence
    );

    // ---- errors
    error NothingMoved();
    error AmountTooLarge();
    error SameAsset(address asset);
    error MoreThanBalance(address account, uint256 requested, uint256 balance);
    error MoreThanCash(uint256 requested, uint256 cash);
    error TooLittleCollateral(address account, uint256 collateralValue, uint256 debtValue);
    error AccountHealthy(address account, uint256 collateralValue, uint256 debtValue);
    error LiquidatesTooLittle(address account, uint256 repaid, uint256 least);
    error OracleFailed(address asset);
    error PriceUnusable(address asset, uint256 priceWad);
    error PriceStale(address asset, uint256 updatedAt, uint64 oldest);
    error PriceOffReference(uint256 priceX128, uint256 referenceX128);
    error PriceMoved(uint256 beforeX128, uint256 priceX128);
    error ShareFell(uint256 before, uint256 worth);
    error PriceWindowUnset(bytes32 key);
    error AccountUnhealthy(
        address account,
        uint256 collateralBefore,
        uint256 debtBefore,
        uint256 collateral,
        uint256 debt,
        uint64 factorBps
    );
    error Insolvent(address asset, uint256 locked, uint256 owed);
    error Starved(uint64 gasBefore, uint64 gasLeft);
    error BreakerOpen(bytes32 scope, uint8 state, uint8 kind, uint8 reason, uint64 retryAt);
    error BreakerUnset(bytes32 scope);
    error RateLimited(address asset, uint256 requested, uint256 available, uint64 retryAt);
    error AssetClosed(address asset);
    error TransferFailed(address asset);
    error NotAToken(address asset);
    error InTransition();
    error Reentered();
    error TooLittleGas(uint64 left, uint64 reserved);

    function supply(uint256 amount) external;
    function withdraw(uint256 shares) external;
    function addCollateral(address account, uint256 amount) external;
    function removeCollateral(uint256 amount) external returns (bool);
    function borrow(uint256 amount) external returns (bool);
    /// @notice `amount` is the most; the largest number repays all.
    function repay(address account, uint256 amount) external;
    /// @notice `amount` is the most. While the collateral covers the debt at most half of it is repaid, and the caller gets collateral of that
    /// value and a twentieth, or the same part of the collateral if that is less. When it no longer does, all of it goes to the caller at its value,
    /// and what that does not pay is written off.
    function liquidate(address account, uint256 amount) external returns (bool);

    /// @notice With interest of now. Refuses in the middle of a transition. The last three are of all accounts.
    function position(address account)
        external
        view
        returns (
            uint256 shares,
            uint256 supplied,
            uint256 debt,
            uint256 collateral,
            uint256 allSupplied,
            uint256 allBorrowed,
            uint256 allPledged
        );
}

/// @title What the market answers to those who guard and govern it, and to monitors.
/// @notice Guards: 1 health, 2 solvency, 3 band, 4 outflow. Modes: 0 enforce, 1 shadow, 2 latch.
/// States: 0 closed, 1 half-open, 2 throttled, 3 reduce-only, 4 frozen.
interface IMarketGuards {
    event GuardModeChanged(uint8 indexed guard, uint8 previous, uint8 mode, bool loosened);

    error NotGovernor(address caller);
    error NotGuardian(address caller);
    error NotCouncil(address caller);
    error ZeroAuthority();
    error UnknownMode(uint256 guard, uint256 mode);
    error UnknownState(uint256 state);
    error UnknownAsset(address asset);
    error SettingOutOfBounds(bytes32 key, bytes32 setting, uint64 value, uint64 least, uint64 most);
    error PriceOutOfRange(bytes32 key);
    error CapacityZero(address asset);
    error RefillOutOfBounds(address asset, uint64 refillSecs, uint64 maximumSecs);
    error DecisionOutOfBounds(bytes32 scope, uint64 secs, uint64 minimumSecs, uint64 maximumSecs);
    error DelayTooLong(uint64 secs, uint64 maximumSecs);
    error OperationNotReady(bytes32 operation, uint64 readyAt, uint64 expiresAt);
    error OperationPending(bytes32 operation, uint64 readyAt, uint64 expiresAt);

    // ---- for the guardian and the governor
    /// @notice Trips the breaker to a state, 2 to 4, for as long as an automatic trip holds.
    function pause(uint256 state) external;
    function cancelScheduled(bytes32 operation) external;

    // ---- for the council, who is the governor
    function decide(uint256 state, uint256 secs) external;

    // ---- for the governor; what loosens waits
    function configureBreaker(
        uint64 throttleBps,
        uint64 exitBps,
        uint64 dwellSecs,
        uint64 expirySecs,
        uint64 rampSecs,
        uint64 decisionSecs,
        uint64 freezes,
        uint64 freezeBackSecs
    ) external;
    function configureOutflow(address asset, uint256 capacity, uint64 refillSecs) external;
    function configureBand(uint64 downBps, uint64 upBps, uint64 stepBps, uint64 periodSecs) external;
    function resetBand() external;
    function setMode(uint256 guard, uint256 mode) external;
    function setDelay(uint256 secs) external;
    function schedule(bytes calldata data) external;
    function setGuardian(address guardian) external;

    // ---- what is in force
    /// @notice Zeros where nothing is set or was violated. `modes` has two bits for each guard, from the lowest; `reason` is 129 for a violation and
    /// 130 for the guardian; selectors are at the left of their words.
    function overview()
        external
        view
        returns (
            address loan,
            address collateral,
            address oracle,
            address governor,
            address guardian,
            uint64 delaySecs,
            uint256 loanCapacity,
            uint64 loanRefillSecs,
            uint256 loanAvailable,
            uint256 collateralCapacity,
            uint64 collateralRefillSecs,
            uint256 collateralAvailable,
            uint256 referenceX128,
            uint8 state,
            uint64 until,
            uint8 reason,
            uint256 modes,
            uint64 violations,
            uint64 violatedAt,
            uint8 violatedGuard,
            bytes32 violatedMethod,
            bytes32 violatedReason,
            address violatedBy
        );
}
