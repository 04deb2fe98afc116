// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title The guarded proxy, as its administrator sees it.
/// @notice A call of the administrator always comes here and never to the implementation; a call of anybody else never does. What others read is at ERC-1967's slots.
///
/// Constructor, called once by its selector `stylus_constructor()` with these arguments after it (keccak256 of that
/// signature, first four bytes: `0x5585258d`), by whoever calls first, so deploy and construct in one transaction:
///
///     constructor(address admin, address target, bool isBeacon, bytes initial, bytes[] settings)
///
/// `initial` is the call that initialises the implementation, made in the caller's name; `settings` are calls of this interface, made as the administrator
/// would make them.
interface IGuardedProxy {
    // ---- events
    event Upgraded(address indexed implementation);
    event BeaconUpgraded(address indexed beacon);
    event AdminChanged(address previousAdmin, address newAdmin);
    event ProxiableRequired(bool required, bool loosened);

    // ---- errors
    error ERC1967InvalidImplementation(address implementation);
    error ERC1967InvalidAdmin(address admin);
    error ERC1967InvalidBeacon(address beacon);
    error ERC1967NonPayable();
    error ERC1967ProxyUninitialized();
    error UUPSUnsupportedProxiableUUID(bytes32 slot);
    error ProxyDeniedAdminAccess();
    error NotConstructed();
    error Reentered();

    /// @notice Has another implementation run, and calls it with `data` and the call's value when there is any data.
    function upgradeToAndCall(address implementation_, bytes calldata data) external payable;
    /// @notice Has a beacon say what runs.
    function upgradeBeacon(address beacon_) external;
    /// @notice Hands the administration over, in one step.
    function changeAdmin(address admin_) external;
    /// @notice Whether an implementation has to answer `proxiableUUID()`. One that answers with another slot than ERC-1967's never runs.
    function requireProxiable(bool required) external;
    function implementation() external view returns (address);
    function beacon() external view returns (address);
    function admin() external view returns (address);
}

/// @title The guards, as the proxy's administrator sets and reads them.
/// @notice Guard 0 is the limits of what leaves; guards 1 to 8 are the invariants at the places 0 to 7. A selector's kind is 0 when it increases risk or brings funds
/// in, 1 when it decreases risk, 2 when it reduces the caller's own, 3 when it withdraws within a limit, 4 for a view. Groups are 1 to 5, and 0 is everything. Whatever `loosened` says is
/// true was no tightening, as far as can be said.
interface IProxyGuards {
    // ---- events
    /// The words, here and below: kind, then 2^8 times the group, 2^16 times the latch, 2^24 times `nests`, and 2^32; zero is not listed.
    event SelectorConfigured(bytes4 indexed selector, uint64 previous, uint64 current, bool loosened);
    /// `which`: 0 for what is not listed, 1 for calldata that is shorter than a selector.
    event DefaultConfigured(uint8 indexed which, uint64 previous, uint64 current, bool loosened);
    event AssetWatched(address indexed asset, bool watched, bool loosened);
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
    /// The targets, zero for none.
    event InvariantConfigured(uint8 indexed place, address previous, address current, bool loosened);
    /// Modes: 0 enforce, 1 shadow, 2 latch.
    event GuardModeChanged(uint8 indexed guard, uint8 previous, uint8 mode, bool loosened);
    event Restricted(
        uint8 indexed group, address indexed by, uint8 role, uint8 from, uint8 to, uint64 previousUntil, uint64 until
    );
    event Unpaused(uint8 indexed group, address indexed by, uint64 previousUntil);
    event Tripped(
        uint8 indexed group, address indexed by, uint8 reason, uint8 from, uint8 to, uint64 previousUntil, uint64 until
    );
    /// A guard in shadow would have refused the call with this.
    event GuardWouldRefuse(uint8 indexed guard, address indexed by, bytes reason);
    event InvariantNotEvaluated(uint8 indexed invariant, bool atExit, bytes32 reason);
    /// Everything that the call did is rolled back. Guard 255: the implementation changed the proxy's own words.
    event ViolationLatched(uint8 indexed guard, bytes4 indexed method, address indexed by, bytes reason);

    // ---- errors, of settings
    error UnknownKind(uint8 kind);
    error UnknownState(uint8 state);
    error UnknownMode(uint8 mode);
    error UnknownPauseGroup(uint8 group);
    error SettingOutOfBounds(bytes32 key, bytes32 setting, uint64 value, uint64 least, uint64 most);
    error SettingCannotAct(bytes32 key, bytes32 setting);
    error ListFull(uint64 most);
    error NotWatched(address asset);
    error NoInvariant(uint8 place);
    error NotAToken(address asset);
    error CapacityZero(address asset);
    error RefillOutOfBounds(address asset, uint64 refillSecs, uint64 maximumSecs);
    error Unanswered(address contract_);
    error PauseOutOfBounds(uint64 secs, uint64 maximumSecs);
    error PauseNotTightened(uint8 group, uint8 state, uint64 until, uint8 requestedState, uint64 requestedUntil);
    error NotPaused(uint8 group);

    // ---- errors, of calls of anybody
    error GroupRestricted(uint8 group, uint8 state, uint8 kind, uint64 retryAt);
    error RateLimited(address asset, uint256 requested, uint256 available, uint64 retryAt);
    error AssetClosed(address asset);
    error InvariantBroken(uint8 guard, address target, uint8 rule, uint256 before, uint256 current, uint256 bound);
    error Starved(uint64 gasBefore, uint64 gasLeft);
    error ProxySlotChanged(bytes32 slot);
    error Reentered();
    error InTransition();
    error ValueToView();
    error TooLittleGas(uint64 left, uint64 reserved);
    error RefundRefused(address to, uint256 value);

    // ---- what a call is
    /// @param latch 0 is not latched; 1 is, and answers `false` after a violation; 2 is, and answers nothing.
    /// @param nests 1 when it may be called in the middle of a transition.
    function setSelectors(bytes4[] calldata selectors, uint8 kind, uint8 group, uint8 latch, uint8 nests) external;
    function unlistSelectors(bytes4[] calldata selectors) external;
    function setUnlisted(uint8 kind, uint8 group, uint8 latch, uint8 nests) external;
    function setShort(uint8 kind, uint8 group, uint8 latch, uint8 nests) external;
    function setting(bytes4 selector)
        external
        view
        returns (uint8 kind, uint8 group, uint8 latch, uint8 nests, bool listed);
    function unlisted() external view returns (uint8 kind, uint8 group, uint8 latch, uint8 nests);
    function short() external view returns (uint8 kind, uint8 group, uint8 latch, uint8 nests);

    // ---- what leaves
    function watch(address asset, uint256 capacity, uint64 refillSecs) external;
    function close(address asset) external;
    function unwatch(address asset) external;
    function watched(uint8 place)
        external
        view
        returns (address asset, uint256 capacity, uint64 refillSecs, uint256 available);

    // ---- what holds
    /// @param rule 0 never falls, 1 never rises, 2 is unchanged, 3 moves within a step, 4 is at least `bound`, 5 is at most `bound`.
    /// @param bound A number for 4 and 5; for 3 2^32 times the largest fall and the largest rise, in basis points; zero otherwise.
    /// @param failsOpen 1 when the call proceeds where the view does not answer.
    /// @param leastGas Gas with which the view always answers, where it fails open.
    function setInvariant(
        uint8 place,
        bytes4 selector,
        address target,
        uint8 arguments,
        bytes32 first,
        bytes32 second,
        uint8 rule,
        uint256 bound,
        uint8 failsOpen,
        uint64 leastGas
    ) external;
    function clearInvariant(uint8 place) external;
    function invariant(uint8 place)
        external
        view
        returns (
            bytes4 selector,
            address target,
            uint8 arguments,
            bytes32 first,
            bytes32 second,
            uint8 rule,
            uint256 bound,
            uint8 failsOpen,
            uint64 leastGas
        );
    function setMode(uint8 guard, uint8 mode_) external;
    function mode(uint8 guard) external view returns (uint8);
    function lastViolation()
        external
        view
        returns (uint64 count, uint64 occurredAt, uint8 guard, bytes32 method, bytes32 reason, address by);

    // ---- pauses
    /// @notice Makes a group stricter: to throttled (2), reduce-only (3) or frozen (4).
    function restrict(uint8 group, uint8 state_, uint64 secs) external;
    /// @notice Ends a group's own pause: the ramp begins.
    function lift(uint8 group) external;
    function state(uint8 group) external view returns (uint8 state_, uint64 until);
}
