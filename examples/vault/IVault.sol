// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title An ERC-4626 vault behind guards.
///
/// Constructor, called once by its selector `stylus_constructor()` with its arguments after it (keccak256 of that
/// signature, first four bytes: `0x5585258d`), by whoever calls first, so deploy and construct in one transaction:
///
///     constructor(address asset, address governor, address guardian, bytes32 name, bytes32 symbol)
///
/// Name and symbol are ASCII from the left, filled up with zeros.
interface IVault {
    // ---- events
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    event Withdraw(
        address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares
    );
    /// A part of the surplus is managed now.
    event GainCounted(uint256 previous, uint256 managed);
    /// The vault held less than it managed, and manages what it holds now.
    event LossWrittenDown(address indexed by, uint256 previous, uint256 managed);
    /// A guard that only watches would have refused the call with this.
    event GuardWouldRefuse(uint8 indexed guard, address indexed by, bytes reason);
    /// A guard in mode latch was violated: the call was rolled back and did not revert.
    event ViolationLatched(uint8 indexed guard, bytes4 indexed method, address indexed by, bytes reason);
    /// Everything is reduce-only by itself: `reason` is 128 and the number of the guard.
    event Tripped(
        uint8 indexed group,
        address indexed by,
        uint8 reason,
        uint8 from,
        uint8 to,
        uint64 previousUntil,
        uint64 until
    );
    event PriceReferenceReset(bytes32 indexed key, uint256 previousX128, uint256 referenceX128);

    // ---- errors
    error NothingMoved();
    error AmountTooLarge();
    error FeeOnTransfer(address asset, uint256 expected, uint256 arrived);
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    error ERC20InvalidReceiver(address receiver);
    error SharePriceFell(uint256 assetsBefore, uint256 supplyBefore, uint256 assets, uint256 supply);
    error SharePriceOffReference(
        uint256 assets, uint256 supply, uint256 referenceX128, uint64 downBps, uint64 upBps
    );
    error PriceWindowUnset(bytes32 key);
    error PriceOutOfRange(bytes32 key);
    error SupplyNotConserved(uint256 before, uint256 supply, uint256 minted, uint256 burned);
    error Insolvent(address asset, uint256 locked, uint256 owed);
    /// State: 0 closed, 1 half-open, 3 reduce-only, 4 frozen. Kind: 0 increases risk, 3 withdraws within a limit.
    error GroupRestricted(uint8 group, uint8 state, uint8 kind, uint64 retryAt);
    error RateLimited(address asset, uint256 requested, uint256 available, uint64 retryAt);
    error AssetClosed(address asset);
    error TransferFailed(address asset);
    error NotAToken(address asset);
    error Reentered();
    error TooLittleGas(uint64 left, uint64 reserved);

    // ---- ERC-20, the shares
    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function decimals() external view returns (uint8);
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function approve(address spender, uint256 value) external returns (bool);
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);

    // ---- ERC-4626
    function asset() external view returns (address);
    function totalAssets() external view returns (uint256);
    function convertToShares(uint256 assets) external view returns (uint256);
    function convertToAssets(uint256 shares) external view returns (uint256);
    function maxDeposit(address receiver) external view returns (uint256);
    function previewDeposit(uint256 assets) external view returns (uint256);
    function deposit(uint256 assets, address receiver) external returns (uint256);
    function maxMint(address receiver) external view returns (uint256);
    function previewMint(uint256 shares) external view returns (uint256);
    function mint(uint256 shares, address receiver) external returns (uint256);
    function maxWithdraw(address owner) external view returns (uint256);
    function previewWithdraw(uint256 assets) external view returns (uint256);
    function withdraw(uint256 assets, address receiver, address owner) external returns (uint256);
    function maxRedeem(address owner) external view returns (uint256);
    function previewRedeem(uint256 shares) external view returns (uint256);
    function redeem(uint256 shares, address receiver, address owner) external returns (uint256);

    /// @notice Counts what of the surplus is a gain by now, and looks whether all is well. Anyone may. Where a guard in mode latch
    /// says that it is not, everything trips to reduce-only for a day, and the answer is
    /// false.
    function collect() external returns (bool);
    /// @notice Manages no more than is held, after the token took something back. Anyone may.
    function writeDown() external;
}

/// @title What the vault answers to those who guard and govern it.
/// @notice Groups: 0 everything, 1 deposits, 2 withdrawals. Guards: 1 price, 2 supply, 3 solvency, 4 outflow, 5 window. Modes: 0
/// enforce, 1 shadow, 2 latch.
interface IVaultGovernance {
    event Paused(uint8 indexed group, address indexed by, uint64 previousUntil, uint64 until);
    event Unpaused(uint8 indexed group, address indexed by, uint64 previousUntil);
    event GuardModeChanged(uint8 indexed guard, uint8 previous, uint8 mode, bool loosened);

    error NotGovernor(address caller);
    error NotGuardian(address caller);
    error NotPendingGovernor(address caller);
    error ZeroAuthority();
    error UnknownMode(uint8 guard, uint8 mode);
    /// A gift could shut the vault: a price has to be let rise by 3% at least, its reference by 2% a day.
    error WindowTooTight(uint64 upBps, uint64 stepBps, uint64 periodSecs);
    error UnknownPauseGroup(uint8 group);
    error PauseOutOfBounds(uint64 secs, uint64 maximumSecs);
    error PauseNotExtended(uint8 group, uint64 until, uint64 requestedUntil);
    error NotPaused(uint8 group);
    error CapacityZero(address asset);
    error RefillOutOfBounds(address asset, uint64 refillSecs, uint64 maximumSecs);
    error DelayTooLong(uint64 secs, uint64 maximumSecs);
    error OperationNotReady(bytes32 operation, uint64 readyAt, uint64 expiresAt);
    error OperationPending(bytes32 operation, uint64 readyAt, uint64 expiresAt);

    // ---- for the guardian and the governor
    function freeze(uint8 group, uint64 secs) external;
    function cancelScheduled(bytes32 operation) external;

    // ---- for the governor; what loosens waits
    function unfreeze(uint8 group) external;
    function configureOutflow(uint256 capacity, uint64 refillSecs) external;
    function configureWindow(uint64 downBps, uint64 upBps, uint64 stepBps, uint64 periodSecs) external;
    /// @notice Holds the price near what it is now. It waits.
    function resetWindow() external;
    function setMode(uint8 guard, uint8 mode) external;
    function setDelay(uint64 secs) external;
    function schedule(bytes calldata data) external;
    function setGuardian(address guardian_) external;
    function proposeGovernor(address proposed) external;
    function acceptGovernor() external;

    function governor() external view returns (address);
    function guardian() external view returns (address);
    function delay() external view returns (uint256);
    function scheduled(bytes32 operation) external view returns (uint64 readyAt, uint64 expiresAt);
}

/// @title What is in force now, for whoever watches.
interface IVaultMonitor {
    /// @notice `available` is in the bucket, `passes` may leave of it now, at `fullAt` it is full again.
    function outflowLimit()
        external
        view
        returns (uint256 capacity, uint64 refillSecs, uint256 available, uint256 passes, uint64 fullAt);
    function priceWindow()
        external
        view
        returns (uint256 referenceX128, uint64 downBps, uint64 upBps, uint64 stepBps, uint64 periodSecs);
    function backing() external view returns (uint256 held, uint256 managed);
    /// @notice The ladder: 0 closed, 1 half-open, 3 reduce-only after a trip, 4 frozen.
    function pauseState(uint8 group) external view returns (uint8 state, uint64 until);
    /// @notice What violations trip. `reason` is 128 and the number of the guard.
    /// @notice `method` and `reason` are selectors, from the left.
    function lastViolation()
        external
        view
        returns (uint64 count, uint64 seenAt, uint8 guard, bytes32 method, bytes32 reason, address by);
    function mode(uint8 guard) external view returns (uint8);
}
