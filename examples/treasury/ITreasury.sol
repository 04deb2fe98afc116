// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title A treasury for ETH and ERC-20 whose withdrawals are denied, deferred or throttled at their limits.
/// @notice The asset `address(0)` is ETH.
///
/// Constructor, called once by its selector `stylus_constructor()` with these arguments after it (keccak256 of that
/// signature, first four bytes: `0x5585258d`), by whoever calls first, so deploy and construct in one transaction:
///
///     constructor(address governor, address guardian)
interface ITreasury {
    // ---- events
    event Deposited(address indexed asset, address indexed account, uint256 amount);
    event Withdrawn(
        address indexed asset, address indexed account, address indexed recipient, uint256 amount, bool deferred
    );

    // ---- errors
    /// msg.value is not the amount for ETH, or not zero for a token.
    error WrongValue(uint256 sent, uint256 expected);
    /// The amount is zero, or nothing of it arrived.
    error NothingMoved();
    error ZeroRecipient();
    error MoreThanBalance(address asset, uint256 requested, uint256 balance);
    /// More would be owed than a number can hold.
    error AmountTooLarge(address asset);
    /// The token or the recipient of ETH refused.
    error TransferFailed(address asset);
    error NotAToken(address asset);
    /// The call came from inside another call of this treasury.
    error Reentered();

    // ---- money
    /// @notice Credits the caller with what arrives. ETH comes as the call's value.
    function deposit(address asset, uint256 amount) external payable;
    /// @notice Pays, or defers when it is over what the bucket has.
    /// @return deferred Whether it waits: `Deferred` says as which ticket.
    function withdraw(address asset, uint256 amount, address recipient) external returns (bool deferred);
    /// @notice Pays the next ticket of an account's lane to its recipient. Anyone may.
    function claim(address asset, address account) external;

    // ---- views
    function balanceOf(address asset, address account) external view returns (uint256);
    /// All balances, and what waits.
    function owed(address asset) external view returns (uint256);
}

/// @title What the treasury answers to those who guard and govern it, and to monitors.
interface ITreasuryGuards {
    // ---- events of the guards
    event GovernorChanged(address indexed previous, address indexed current);
    event GuardianChanged(address indexed previous, address indexed current);
    event CouncilChanged(address indexed previous, address indexed current);
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
    event FlowCapConfigured(
        address indexed asset,
        uint256 previousTransition,
        uint256 previousTransaction,
        uint256 transition,
        uint256 transaction,
        bool loosened
    );
    event QueueConfigured(address indexed asset, uint256 previous, uint256 current, bool loosened);
    event TriggerConfigured(
        bytes32 indexed scope, uint8 indexed trigger, uint256 previous, uint256 current, bool loosened
    );
    event BreakerConfigured(bytes32 indexed scope, uint256 previous, uint256 current, bool loosened);
    event RecordChanged(uint64 previousSecs, uint64 secs, bool loosened);
    event OperationScheduled(bytes32 indexed operation, uint64 readyAt, uint64 expiresAt, bytes data);
    event OperationExecuted(bytes32 indexed operation);
    event OperationCancelled(bytes32 indexed operation, address by);
    event DelayChanged(uint64 previousSecs, uint64 secs);
    event Deferred(
        address indexed asset,
        address indexed lane,
        address indexed recipient,
        uint64 index,
        uint256 amount,
        uint64 readyAt
    );
    event DeferralClaimed(
        address indexed asset,
        address indexed lane,
        address indexed recipient,
        uint64 index,
        uint256 amount,
        address by
    );
    event DeferralCancelled(
        address indexed asset,
        address indexed lane,
        address indexed recipient,
        uint64 index,
        uint256 amount,
        address by
    );
    event LaneMarkedLate(address indexed asset, address indexed lane, uint64 notBefore, uint64 lateUntil);
    event BreakerTripped(
        bytes32 indexed scope, address indexed by, uint8 from, uint8 to, uint8 reason, uint64 until, uint64 sequence
    );
    event BreakerDecided(
        bytes32 indexed scope, address indexed by, uint8 from, uint8 to, uint8 rung, uint64 until, uint64 sequence
    );
    event BreakerSteppedBack(
        bytes32 indexed scope,
        address indexed by,
        uint8 from,
        uint8 to,
        bool byDecision,
        uint64 measureBps,
        uint64 until,
        uint64 sequence
    );

    // ---- errors of the guards
    error NotGovernor(address caller);
    error NotGuardian(address caller);
    error NotCouncil(address caller);
    error ZeroAuthority();
    error RateLimited(address asset, uint256 requested, uint256 available, uint64 retryAt);
    error AssetClosed(address asset);
    error CapacityZero(address asset);
    error RefillOutOfBounds(address asset, uint64 refillSecs, uint64 maximumSecs);
    error FlowCapUnset(address asset);
    error TransitionCapExceeded(address asset, uint256 requested, uint256 available);
    error TransactionCapExceeded(address asset, uint256 requested, uint256 available, uint64 retryAt);
    error QueueUnset(address asset);
    error LaneEmpty(address asset, address lane);
    error TicketNotReady(address asset, address lane, uint64 index, uint64 retryAt);
    error TicketNotWaiting(address asset, address lane, uint64 index);
    error TriggerUnset(bytes32 scope, uint8 trigger);
    /// 0 closed, 1 half-open, 2 throttled, 3 reduce-only, 4 frozen.
    error BreakerOpen(bytes32 scope, uint8 state, uint8 kind, uint8 reason, uint64 retryAt);
    error BreakerUnset(bytes32 scope);
    error DecisionOutOfBounds(bytes32 scope, uint64 secs, uint64 minimumSecs, uint64 maximumSecs);
    error NotTripped(bytes32 scope, uint8 state);
    error StillDwelling(bytes32 scope, uint64 retryAt);
    /// A decision names throttled (2), reduce-only (3) or frozen (4).
    error UnknownRung(uint8 state);
    /// The list of assets ends before.
    error UnknownAsset(uint64 index);
    /// `setting` is the setting's name, padded with zeros.
    error SettingOutOfBounds(bytes32 key, bytes32 setting, uint64 value, uint64 least, uint64 most);
    error AmountCannotAct(bytes32 key, bytes32 setting, uint256 amount);
    error OperationNotReady(bytes32 operation, uint64 readyAt, uint64 expiresAt);
    error OperationPending(bytes32 operation, uint64 readyAt, uint64 expiresAt);
    error DelayTooLong(uint64 secs, uint64 maximumSecs);
    /// The treasury would hold less than it owes.
    error Insolvent(address asset, uint256 locked, uint256 owed);

    // ---- for the governor; what loosens has to have been scheduled
    function configureBucket(address asset, uint256 capacity, uint64 refillSecs) external;
    function configureCaps(address asset, uint256 transition, uint256 transaction) external;
    function configureQueue(
        address asset,
        uint256 drain,
        uint64 drainSecs,
        uint64 minDelaySecs,
        uint64 maxDelaySecs,
        uint64 lateSecs
    ) external;
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
    function setDelay(uint64 secs) external;
    /// @notice Always waits. Until then the governor is the council.
    function setCouncil(address council) external;
    /// @param data The call that is to be made.
    function schedule(bytes calldata data) external;

    // ---- for the council
    /// @notice Moves an asset's breaker to a state at least as strict.
    function decide(address asset, uint8 state, uint64 secs) external;
    function stepBack(address asset) external;
    function cancelTicket(address asset, address account, uint64 index) external;

    // ---- for the guardian and the governor
    function cancelScheduled(bytes32 operation) external;

    // ---- views
    /// @notice How many assets have ever had a limit.
    function assetCount() external view returns (uint256);
    function assetAt(uint64 index) external view returns (address);
    /// @notice All that is in force for an asset; zeros where nothing is.
    function inForce(address asset)
        external
        view
        returns (
            uint256 capacity,
            uint64 refillSecs,
            uint256 transition,
            uint256 transaction,
            uint256 drain,
            uint64 drainSecs,
            uint64 minDelaySecs,
            uint64 maxDelaySecs,
            uint64 lateSecs,
            uint8 hits,
            uint64 windowSecs,
            uint256 least
        );
    /// @notice What of an asset the bucket lets leave now.
    function available(address asset) external view returns (uint256);
    function breaker(address asset) external view returns (uint8 state, uint64 until, uint8 reason);
    /// @notice The place of the next ticket of an account to claim.
    function nextTicket(address asset, address account) external view returns (uint256);
    function ticket(address asset, address account, uint64 index)
        external
        view
        returns (uint256 amount, uint64 readyAt);
}
