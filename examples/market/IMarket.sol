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
    event Liquidated(address indexed account, address indexed by, uint256 repaid, uint256 seized);
    event WrittenOff(address indexed account, address indexed by, uint256 amount);
    event ViolationLatched(uint8 indexed guard, bytes4 indexed method, address indexed by, bytes reason);
    event GuardWouldRefuse(uint8 indexed guard, address indexed by, bytes reason);
    event BreakerTripped(
        bytes32 indexed scope, address indexed by, uint8 from, uint8 to, uint8 reason, uint64 until, uint64 sequence
    );

    // ---- errors
    error NothingMoved();
    error AmountTooLarge();
    error SameAsset(address asset);
    error MoreThanBalance(address account, uint256 requested, uint256 balance);
    error MoreThanCash(uint256 requested, uint256 cash);
    error TooLittleCollateral(address account, uint256 collateralWad, uint256 debtWad);
    error AccountHealthy(address account, uint256 collateralWad, uint256 debtWad);
    error LiquidatesTooMuch(address account, uint256 requested, uint256 most);
    error CollateralLeft(address account, uint256 collateral);
    error OracleFailed(address asset);
    error PriceZero(address asset);
    error PriceStale(address asset, uint256 updatedAt, uint64 oldest);
    error PriceOffReference(address asset, uint256 priceWad, uint256 referenceX128);
    error PriceWindowUnset(bytes32 key);
    error AccountUnhealthy(
        address account,
        uint256 collateralBefore,
        uint256 debtBefore,
        uint256 collateral,
        uint256 debt,
        uint64 factorBps
    );
    error RateJumped(uint256 before, uint256 rate, uint64 downBps, uint64 upBps);
    error ValueLost(uint256 cameInWad, uint256 wentOutWad, uint64 toleranceBps);
    error Insolvent(address asset, uint256 locked, uint256 owed);
    error SharePriceFell(uint256 assetsBefore, uint256 supplyBefore, uint256 assets, uint256 supply);
    error BreakerOpen(bytes32 scope, uint8 state, uint8 kind, uint8 reason, uint64 retryAt);
    error RateLimited(address asset, uint256 requested, uint256 available, uint64 retryAt);
    error AssetClosed(address asset);
    error GrowthClosed(bytes32 key);
    error GrowthExceeded(bytes32 key, uint256 requested, uint256 available, uint64 retryAt);
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
    function liquidate(address account, uint256 amount) external returns (bool);
    function writeOff(address account) external;

    /// @notice Refuses in the middle of a transition, as `totals` and `worthOf` do.
    function position(address account) external view returns (uint256 supplied, uint256 debt, uint256 collateral);
    function totals() external view returns (uint256 supplied, uint256 borrowed);
    function worthOf(uint256 shares) external view returns (uint256);
    function sharesOf(address account) external view returns (uint256);
    function terms() external view returns (address loan, address collateral, address oracle);
}

/// @title What a market asks for prices.
interface IPrices {
    /// @notice What 10^18 of the asset's smallest units are worth, with 18 decimals, and when that was so.
    function price(address asset) external view returns (uint256 wad, uint256 updatedAt);
}

/// @title What the market answers to those who guard and govern it, and to monitors.
/// @notice Guards: 1 health, 2 price, 3 value, 4 solvency, 5 lent, 6 outflow, 7 growth. Modes: 0 enforce, 1 shadow, 2 latch.
interface IMarketGuards {
    event GuardModeChanged(uint8 indexed guard, uint8 previous, uint8 mode, bool loosened);

    error NotGovernor(address caller);
    error NotGuardian(address caller);
    error NotCouncil(address caller);
    error NotPendingGovernor(address caller);
    error ZeroAuthority();
    error UnknownMode(uint8 guard, uint8 mode);
    error UnknownRung(uint8 state);
    error UnknownAsset(address asset);
    error SettingOutOfBounds(bytes32 key, bytes32 setting, uint64 value, uint64 least, uint64 most);
    error AmountCannotAct(bytes32 key, bytes32 setting, uint256 amount);
    error PriceOutOfRange(bytes32 key);
    error CapacityZero(address asset);
    error RefillOutOfBounds(address asset, uint64 refillSecs, uint64 maximumSecs);
    error BreakerUnset(bytes32 scope);
    error DecisionOutOfBounds(bytes32 scope, uint64 secs, uint64 minimumSecs, uint64 maximumSecs);
    error DelayTooLong(uint64 secs, uint64 maximumSecs);
    error OperationNotReady(bytes32 operation, uint64 readyAt, uint64 expiresAt);
    error OperationPending(bytes32 operation, uint64 readyAt, uint64 expiresAt);

    // ---- for the governor; what loosens waits
    function arm() external;
    function configureOutflow(address asset, uint256 capacity, uint64 refillSecs) external;
    function configureGrowth(uint256 maximum, uint256 gap, uint64 expandSecs) external;
    function configureBand(address asset, uint64 downBps, uint64 upBps, uint64 stepBps, uint64 periodSecs) external;
    function setMode(uint8 guard, uint8 mode) external;
    function setDelay(uint64 secs) external;
    function schedule(bytes calldata data) external;
    function setGuardian(address guardian_) external;
    function proposeGovernor(address proposed) external;
    function acceptGovernor() external;

    // ---- for the guardian and the governor
    function cancelScheduled(bytes32 operation) external;

    // ---- for the council, who is the governor
    function decide(uint8 state, uint64 secs) external;

    // ---- what is in force
    function governor() external view returns (address);
    function guardian() external view returns (address);
    function delay() external view returns (uint256);
    function scheduled(bytes32 operation) external view returns (uint64 readyAt, uint64 expiresAt);
    function outflowLimit(address asset)
        external
        view
        returns (uint256 capacity, uint64 refillSecs, uint256 available);
    function growthLimit()
        external
        view
        returns (uint256 maximum, uint256 gap, uint64 expandSecs, uint256 headroom);
    function reference(address asset) external view returns (uint256);
    function mode(uint8 guard) external view returns (uint8);
    function breaker() external view returns (uint8 state, uint64 until, uint8 reason);
    function lastViolation()
        external
        view
        returns (uint64 count, uint64 at, uint8 guard, bytes32 method, bytes32 reason, address by);
}
