// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title The guards standing alone, for contracts to ask.
/// @notice Groups of functions are 1 to 5, and 0 is everything. States are 0 closed, 1 half-open, 2 throttled, 3 reduce-only and 4 frozen.
/// A function's kind is 0 when it increases risk or brings funds in, 1 when it decreases risk, 2 when it reduces the caller's own, 3 when it
/// withdraws within a limit.
///
/// Constructor, called once by its selector `stylus_constructor()` with these arguments after it (keccak256 of that
/// signature, first four bytes: `0x5585258d`), by whoever calls first, so deploy and construct in one transaction:
///
///     constructor(address governor, address guardian)
///
/// `guardian` may cancel what is scheduled. Who may pause is named with `assign`.
interface IHub {
    // ---- errors
    error NotClient(address caller);
    error UnknownKind(uint8 kind);
    error UnknownPauseGroup(uint8 group);
    /// The group's state lets no call of this kind through before `retryAt`.
    error GroupRestricted(uint8 group, uint8 state, uint8 kind, uint64 retryAt);
    error RateLimited(address asset, uint256 requested, uint256 available, uint64 retryAt);
    error AssetClosed(address asset);

    /// @notice Reverts when a call may not proceed; returns the share of its limits at which it may, in hundredths of a per cent.
    function check(uint8 group, uint8 kind) external view returns (uint16 shareBps);
    /// @notice The same, and charges a flow to its asset's bucket. For clients, before the flow.
    function consume(uint8 group, uint8 kind, address asset, uint256 amount) external;
    function isClient(address client) external view returns (bool);
    /// @notice What of an asset may leave now, while nothing is throttled.
    function available(address asset) external view returns (uint256);
}

/// @title What the hub answers to guardians, the council, the governor and monitors.
interface IHubGovernance {
    // ---- events
    event GovernorProposed(address indexed governor, address indexed proposed);
    event GovernorChanged(address indexed previous, address indexed current);
    event GuardianChanged(address indexed previous, address indexed current);
    event CouncilChanged(address indexed previous, address indexed current);
    event ClientChanged(address indexed client, bool allowed);
    event BucketConfigured(
        address indexed asset,
        uint256 previousCapacity,
        uint64 previousRefillSecs,
        uint256 capacity,
        uint64 refillSecs,
        uint256 previousAvailable,
        uint256 available,
        bool loosened
    );
    event GuardianAssigned(
        uint8 indexed group, address previous, address current, address previousFallback, address currentFallback
    );
    event Heartbeat(uint8 indexed group, address indexed guardian, uint64 staleAt);
    event GuardianRearmed(
        uint8 indexed group, address indexed guardian, address indexed by, address fallback_, uint64 staleAt
    );
    event GuardianStale(uint8 indexed group, address indexed guardian, address indexed fallback_, uint64 staleAt);
    event GuardianTermsChanged(uint256 previous, uint256 current, bool loosened);
    /// Who made a group stricter, as what (0 guardian, 1 fallback, 2 council), from which state to which.
    event Restricted(
        uint8 indexed group, address indexed by, uint8 role, uint8 from, uint8 to, uint64 previousUntil, uint64 until
    );
    event Unpaused(uint8 indexed group, address indexed by, uint64 previousUntil);
    event OperationScheduled(bytes32 indexed operation, uint64 readyAt, uint64 expiresAt, bytes data);
    event OperationExecuted(bytes32 indexed operation);
    event OperationCancelled(bytes32 indexed operation, address by);
    event DelayChanged(uint64 previousSecs, uint64 secs);

    // ---- errors
    error NotGovernor(address caller);
    error NotGuardian(address caller);
    error NotCouncil(address caller);
    error NotPendingGovernor(address caller);
    error ZeroAuthority();
    error UnknownState(uint8 state);
    error PauseOutOfBounds(uint64 secs, uint64 maximumSecs);
    error PauseNotTightened(uint8 group, uint8 state, uint64 until, uint8 requestedState, uint64 requestedUntil);
    error NotPaused(uint8 group);
    error NotGroupGuardian(uint8 group, address caller);
    error GuardianSpent(uint8 group, address caller);
    error GuardianStillThere(uint8 group, uint64 staleAt);
    error GuardiansCoolingDown(uint8 group, uint64 retryAt);
    error GuardianBudgetExceeded(uint8 group, uint64 secs, uint64 leftSecs, uint64 retryAt);
    error GuardianLapsed(uint8 group, uint64 staleAt);
    error GuardianNotStale(uint8 group, uint64 staleAt);
    error GuardianUnassigned(uint8 group);
    error GuardianIsFallback(uint8 group);
    error GuardiansUnset();
    error CapacityZero(address asset);
    error RefillOutOfBounds(address asset, uint64 refillSecs, uint64 maximumSecs);
    /// `setting` is the setting's name, padded with zeros.
    error SettingOutOfBounds(bytes32 key, bytes32 setting, uint64 value, uint64 least, uint64 most);
    error OperationNotReady(bytes32 operation, uint64 readyAt, uint64 expiresAt);
    error OperationPending(bytes32 operation, uint64 readyAt, uint64 expiresAt);
    error DelayTooLong(uint64 secs, uint64 maximumSecs);

    // ---- for a group's guardian and fallback
    /// @notice Makes a group stricter, once: to throttled (2), reduce-only (3) or frozen (4).
    function pause(uint8 group, uint8 state_, uint64 secs) external;
    /// @notice A sign of life.
    function heartbeat(uint8 group) external;

    // ---- for anyone
    /// @notice Says that a group's guardian gave no sign of life for too long: its fallback may pause at once.
    function reportStale(uint8 group) external;

    // ---- for the council
    function councilPause(uint8 group, uint8 state_, uint64 secs) external;

    // ---- for the governor and the council
    /// @notice Ends a group's own pause: the ramp begins.
    function lift(uint8 group) external;
    /// @notice Arms a group's guardian and fallback again.
    function rearm(uint8 group) external;

    // ---- for the governor; what loosens has to have been scheduled
    function assign(uint8 group, address guardian_, address fallback_) external;
    function configureGuardians(
        uint64 heartbeatSecs,
        uint64 pauseSecs,
        uint64 coolDownSecs,
        uint64 budgetSecs,
        uint64 periodSecs,
        uint64 councilSecs
    ) external;
    function configureBucket(address asset, uint256 capacity, uint64 refillSecs) external;
    function closeBucket(address asset) external;
    function setClient(address client, bool allowed) external;
    function setGuardian(address guardian_) external;
    function setCouncil(address council_) external;
    function setDelay(uint64 secs) external;
    /// @param data The call that is to be made.
    function schedule(bytes calldata data) external;
    function proposeGovernor(address proposed) external;
    function acceptGovernor() external;

    // ---- for the one who may cancel, and the governor
    function cancelScheduled(bytes32 operation) external;

    // ---- views
    function governor() external view returns (address);
    function council() external view returns (address);
    function guardian() external view returns (address);
    function state(uint8 group) external view returns (uint8 state_, uint64 until);
    function assigned(uint8 group)
        external
        view
        returns (
            address guardian_,
            address fallback_,
            uint64 staleAt,
            uint8 spent,
            uint8 fallbackSpent,
            uint64 budgetLeftSecs
        );
    function delay() external view returns (uint256);
}
