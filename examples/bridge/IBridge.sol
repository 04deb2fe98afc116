// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title The lock-box bridge: what both builds answer to.
/// @notice Deposits are locked here and minted on another chain; a message from that chain, proven under a root that
/// M of N validators signed, unlocks them again. The asset `address(0)` is ETH.
///
/// Constructor, called once by its selector `stylus_constructor()` with these arguments after it (keccak256 of that
/// signature, first four bytes: `0x5585258d`), by whoever calls first, so deploy and construct in one transaction:
///
///     constructor(address governor, address guardian, address[] validators, uint256 threshold, bytes32 committedRoot)
///
/// `committedRoot` is a root that the deployer declares acceptable from the start. Zero is taken as it is given, and makes every
/// message that was never proven acceptable: the mistake of August 2022, kept so that it can be replayed.
/// The unguarded build takes the same arguments and ignores `governor` and `guardian`.
interface IBridge {
    // ---- events
    event RootAccepted(bytes32 indexed root);
    event Deposited(
        uint256 indexed nonce, address indexed asset, address indexed sender, address recipient, uint256 amount
    );
    event MessageProven(bytes32 indexed leaf, bytes32 indexed root);
    event MessageProcessed(bytes32 indexed leaf, address indexed asset, address indexed recipient, uint256 amount);

    // ---- errors
    /// The constructor's validators: none, a zero or repeated address, or a threshold outside 1..=validators.
    error InvalidValidators();
    /// The same root cannot be accepted twice, nor the zero root by signature.
    error RootNotNew(bytes32 root);
    /// Signature bytes that are not a whole number of 65-byte signatures, or a signature that is malformed
    /// (s in the upper half of the order, v not 27 or 28, or one that recovers to nobody).
    error InvalidSignature(uint256 index);
    /// The recovered signer is no validator, or does not come after the one before it in ascending order.
    error InvalidSigner(uint256 index, address signer);
    error TooFewSignatures(uint256 given, uint256 needed);
    /// The root that the message is proven under (zero when it is proven under none) is not an accepted one.
    error NotAcceptable(bytes32 leaf, bytes32 root);
    error AlreadyProcessed(bytes32 leaf);
    /// msg.value is not the amount for ETH, or not zero for a token.
    error WrongValue(uint256 sent, uint256 expected);
    /// The amount is zero, or the token delivered nothing.
    error NothingDeposited();
    error ZeroRecipient();
    /// A message asks for more than the bridge owes in that asset.
    error MoreThanOwed(address asset, uint256 requested, uint256 owed);
    /// More would be owed than a number can hold.
    error AmountTooLarge(address asset);
    /// The token or the recipient of ETH refused: the call failed, returned false, or there is no code.
    error TransferFailed(address asset);
    /// The address does not answer `balanceOf` as a token does.
    error NotAToken(address asset);
    /// The call came from inside another call of this bridge.
    error Reentered();

    // ---- validators and messages
    /// @param signatures 65 bytes each (r, s, v with v 27 or 28), of `digest(root)`, by ascending signer address.
    function acceptRoot(bytes32 root, bytes calldata signatures) external;
    /// @notice Records the root that the proof leads to, acceptable or not: `process` asks.
    /// @param proof Sibling hashes from the leaf up; each pair is hashed in ascending order. Empty: the leaf is the root.
    function prove(uint256 nonce, address asset, address recipient, uint256 amount, bytes32[] calldata proof) external;
    function process(uint256 nonce, address asset, address recipient, uint256 amount) external;
    /// @notice Locks an amount for `recipient` on the other chain. A token credits what arrived, measured.
    function deposit(address asset, uint256 amount, address recipient) external payable;

    // ---- views
    /// @return keccak256(bytes.concat(keccak256(abi.encode(block.chainid, address(this), nonce, asset, recipient, amount))))
    function leafOf(uint256 nonce, address asset, address recipient, uint256 amount) external view returns (bytes32);
    /// @return The EIP-712 digest that validators sign: domain {name "Portcullis Bridge", version "1", chainId,
    /// verifyingContract}, struct `Root(bytes32 root)`.
    function digest(bytes32 root) external view returns (bytes32);
    function isAcceptable(bytes32 root) external view returns (bool);
    function provenUnder(bytes32 leaf) external view returns (bytes32);
    function isProcessed(bytes32 leaf) external view returns (bool);
    function isValidator(address account) external view returns (bool);
    /// @return The hash of where its storage lies: `docs/LAYOUT.md`. The two builds have one each.
    function storageLayoutHash() external view returns (bytes32);
    /// @return What the bridge owes to those who deposited.
    function owed(address asset) external view returns (uint256);
}

/// @title What the guarded build adds.
/// @notice Groups of functions that can be paused: 0 everything, 1 deposits, 2 withdrawals (`process`).
/// A pause ends at `until`: at that second the function runs again.
/// An asset without a bucket is closed: it can be neither deposited nor withdrawn.
interface IBridgeGuarded is IBridge {
    // ---- events
    event GovernorProposed(address indexed governor, address indexed proposed);
    event GovernorChanged(address indexed previous, address indexed current);
    event GuardianChanged(address indexed previous, address indexed current);
    event Paused(uint8 indexed group, address indexed by, uint64 previousUntil, uint64 until);
    event Unpaused(uint8 indexed group, address indexed by, uint64 previousUntil);
    /// `loosened`: the change lets more through than before in some window. `available` is what can leave at once, before and after.
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

    // ---- errors
    error NotGovernor(address caller);
    error NotGuardian(address caller);
    error NotPendingGovernor(address caller);
    error ZeroAuthority();
    /// `group` is the one whose pause ends last: 0 when it is the pause of everything.
    error GroupPaused(uint8 group, uint64 until);
    error UnknownPauseGroup(uint8 group);
    error PauseOutOfBounds(uint64 secs, uint64 maximumSecs);
    /// The pause would not end later than the one that runs.
    error PauseNotExtended(uint8 group, uint64 until, uint64 requestedUntil);
    error NotPaused(uint8 group);
    /// `retryAt` is the first second at which the same request passes if nothing else leaves; the largest uint64 means never.
    error RateLimited(address asset, uint256 requested, uint256 available, uint64 retryAt);
    error AssetClosed(address asset);
    error CapacityZero(address asset);
    error RefillOutOfBounds(address asset, uint64 refillSecs, uint64 maximumSecs);
    error Insolvent(address asset, uint256 locked, uint256 owed);

    // ---- guardian (the governor may do the same)
    function pause(uint8 group, uint64 secs) external;

    // ---- governor
    function unpause(uint8 group) external;
    /// @notice At most `capacity` at once; an empty bucket is full again after `refillSecs`. In any window of W seconds at most
    /// capacity + capacity * W / refillSecs leaves. A new bucket starts full; a change never adds to what is available at once.
    function configureBucket(address asset, uint256 capacity, uint64 refillSecs) external;
    function closeBucket(address asset) external;
    function setGuardian(address guardian) external;
    function proposeGovernor(address proposed) external;
    function acceptGovernor() external;

    // ---- views for monitors
    function governor() external view returns (address);
    function pendingGovernor() external view returns (address);
    function guardian() external view returns (address);
    /// @return The first second at which the group is not paused, by itself or with everything; 0 if it never was.
    function pausedUntil(uint8 group) external view returns (uint256);
    function available(address asset) external view returns (uint256);
    function bucket(address asset) external view returns (uint256 capacity, uint256 refillSecs);
    /// @return locked what the bridge holds, and what it owes.
    function solvency(address asset) external view returns (uint256 locked, uint256 owed);
}
