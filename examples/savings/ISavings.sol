// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title Savings that nobody can be locked in.
/// @notice The asset `address(0)` is ETH.
///
/// Constructor, called once by its selector `stylus_constructor()` with its argument after it (keccak256 of that
/// signature, first four bytes: `0x5585258d`), by whoever calls first, so deploy and construct in one transaction:
///
///     constructor(address manager)
///
/// `manager` is OpenZeppelin's AccessManager, which has to exist.
interface ISavings {
    // ---- events
    event Deposited(address indexed asset, address indexed account, uint256 amount);
    event Withdrawn(address indexed asset, address indexed account, uint256 amount);
    event FreezeObserved(address indexed asset, uint64 previousSecs, uint64 frozenSecs, uint64 frozenUntil);
    event ExitOpened(
        address indexed asset,
        address indexed by,
        uint64 number,
        uint256 held,
        uint256 claims,
        uint64 frozenSecs,
        uint64 lateAt
    );
    /// It tripped the breaker: of what is opened before `lateUntil` it is paid last.
    event ExitMarkedLate(address indexed asset, address indexed account, uint64 lateUntil);
    event BreakerTripped(
        bytes32 indexed scope, address indexed by, uint8 from, uint8 to, uint8 reason, uint64 until, uint64 sequence
    );
    event ExitPaid(
        address indexed asset, address indexed account, uint64 number, uint256 claim, uint256 amount, uint256 claimsLeft
    );

    // ---- errors
    error WrongValue(uint256 sent, uint256 expected);
    error NothingMoved();
    error MoreThanBalance(address asset, uint256 requested, uint256 balance);
    error AmountTooLarge(address asset);
    /// While the emergency exit is open, there is no other way in or out.
    error ExitIsOpen(address asset);
    error ExitUnset(address asset);
    error ExitAlreadyOpen(address asset, uint64 openedAt);
    error AlreadyPaid(address asset, address account, uint64 number);
    /// The account tripped the breaker and is paid from `until` on.
    error PaidLater(address asset, address account, uint64 until);
    error NothingToPay(address asset, address account, uint256 claim);
    /// Not frozen, or not for long enough. `openAt` is the largest number when no time is known.
    error ExitNotOpen(address asset, uint64 frozenSecs, uint64 openAfterSecs, uint64 openAt);
    error RateLimited(address asset, uint256 requested, uint256 available, uint64 retryAt);
    error AssetClosed(address asset);
    error GroupRestricted(uint8 group, uint8 state, uint8 kind, uint64 retryAt);
    /// 0 closed, 1 half-open, 2 throttled, 3 reduce-only, 4 frozen.
    error BreakerOpen(bytes32 scope, uint8 state, uint8 kind, uint8 reason, uint64 retryAt);
    error BreakerUnset(bytes32 scope);
    error TriggerUnset(bytes32 scope, uint8 trigger);
    error TransferFailed(address asset);
    error NotAToken(address asset);
    error Insolvent(address asset, uint256 locked, uint256 owed);
    error Reentered();

    function deposit(address asset, uint256 amount) external payable;
    function withdraw(address asset, uint256 amount) external;
    /// @notice Tells an asset's clock whether the savings are frozen. Anyone may.
    function observe(address asset) external;
    /// @notice Opens the exit of an asset, when the savings are frozen and have been for long enough. Anyone may.
    function openExit(address asset) external;
    /// @notice Pays the caller its share for its whole balance. While the exit is open.
    function takeShare(address asset) external;

    function balanceOf(address asset, address account) external view returns (uint256);
    function owed(address asset) external view returns (uint256);
    function breaker(address asset) external view returns (uint8 state, uint64 until);
    function isExitOpen(address asset) external view returns (bool);
    /// @notice From when on an account is paid at the exit that is open; zero when it was paid, or none is open.
    function payableAt(address asset, address account) external view returns (uint256);
}

/// @title What the savings answer to guardians, to whom the manager lets, and to the manager.
interface ISavingsGovernance {
    error AccessDenied(address caller);
    error AccessNotScheduled(address caller, uint64 delaySecs);
    error AuthorityWithoutCode(address authority);
    error NotGroupGuardian(uint8 group, address caller);
    error GuardianSpent(uint8 group, address caller);
    error UnknownState(uint8 state);
    error NotPaused(uint8 group);
    error OperationNotReady(bytes32 operation, uint64 readyAt, uint64 expiresAt);

    // ---- for the guardian and its fallback
    function pause(uint8 state, uint64 secs) external;
    function heartbeat() external;

    // ---- for whom the manager lets
    function lift() external;
    function assign(address guardian, address fallback_) external;
    function configureGuardians(
        uint64 heartbeatSecs,
        uint64 pauseSecs,
        uint64 coolDownSecs,
        uint64 budgetSecs,
        uint64 periodSecs,
        uint64 councilSecs
    ) external;
    function configureBucket(address asset, uint256 capacity, uint64 refillSecs) external;
    function configureHits(address asset, uint8 hits, uint64 windowSecs, uint256 least) external;
    function configureBreakers(
        uint64 throttleBps,
        uint64 exitBps,
        uint64 dwellSecs,
        uint64 expirySecs,
        uint64 rampSecs,
        uint64 decisionSecs,
        uint64 freezes,
        uint64 freezeBackSecs
    ) external;
    function configureRecord(uint64 secs) external;
    function configureExit(address asset, uint64 openAfterSecs, uint64 lateSecs) external;
    function setDelay(uint64 secs) external;

    // ---- for the manager
    function authority() external view returns (address);
    function setAuthority(address authority_) external;
    function isConsumingScheduledOp() external view returns (bytes4);

    function pausedUntil() external view returns (uint256);
}
