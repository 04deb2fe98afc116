// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title A council: what M of N members approve, it calls.
/// @notice An action is signed as EIP-712 typed data, in the domain ("Portcullis Council", "1", chain, this contract):
///
///     Action(address target,uint256 value,bytes call,uint256 nonce,uint256 epoch,uint64 validAfter,uint64 validBefore)
///
/// `approvals` are entries in strictly ascending order of their members' addresses, each of them
///
///     0x01 | r (32) | s (32) | v (1)                    a signature of an account's key, low s, v 27 or 28
///     0x02 | member (20)                                 approved on chain with `approve`
///     0x03 | member (20) | length (2) | signature        answered for by a contract: ERC-1271
///     0x04 | x (32) | y (32) | r (32) | s (32)           a signature on P-256; the member is the last 20 bytes of keccak256(x, y)
///
/// Constructor, called once by its selector `stylus_constructor()` with these arguments after it (keccak256 of that
/// signature, first four bytes: `0x5585258d`), by whoever calls first, so deploy and construct in one transaction:
///
///     constructor(address[] members, uint64 threshold)
///
/// The council's own functions, which only it calls, by an action that targets it:
///
///     setMembers(address[] members, uint64 threshold)
///     cancelAction(bytes32 digest)
///     nameCommittee(address[] members, uint64 threshold, uint64 expiresAt)
interface ICouncil {
    // ---- events
    event ActionApproved(bytes32 indexed digest, address indexed member, uint64 epoch);
    event ActionRevoked(bytes32 indexed digest, address indexed member, uint64 epoch);
    event ActionAuthorized(
        bytes32 indexed digest, address indexed target, uint256 value, uint256 nonce, uint64 epoch, uint64 given
    );
    event ActionCancelled(bytes32 indexed digest);
    event MemberAdded(bytes32 indexed council, address indexed member, uint64 epoch);
    event MemberRemoved(bytes32 indexed council, address indexed member, uint64 epoch);
    event ThresholdChanged(bytes32 indexed council, uint64 previous, uint64 current, uint64 epoch);
    event MembersChanged(bytes32 indexed council, uint64 previous, uint64 current, uint64 epoch);

    // ---- errors
    /// The call failed, or called nobody: nothing happened, and the action is open still.
    error ActionFailed(bytes32 digest, address target);
    error ActionUsed(bytes32 digest);
    error ApprovalExpired(uint64 validBefore, uint64 timestamp);
    error ApprovalNotYetValid(uint64 validAfter, uint64 timestamp);
    error ApprovalUnchanged(bytes32 digest, address member);
    error ApprovalValidTooLong(uint64 validBefore, uint64 latest);
    error ApprovalWithdrawn(bytes32 digest, address member);
    error CouncilSizeOutOfBounds(uint64 count, uint64 maximum);
    error CouncilUnset();
    error EpochChanged(uint256 given, uint64 current);
    error InvalidApproval(uint64 index, address signer);
    error InvalidMember(uint64 index, address member);
    error MalformedApproval(uint64 index);
    error NotMember(address account);
    error NotCouncilCall(bytes32 digest, address target);
    error SignersOutOfOrder(uint64 index, address signer, address previous);
    error ThresholdOutOfBounds(uint64 threshold, uint64 count);
    error TooFewApprovals(uint64 given, uint64 needed);

    /// @notice Carries out what enough members approve. Anyone may.
    function execute(
        address target,
        uint256 value,
        uint256 nonce,
        uint256 epoch,
        uint64 validAfter,
        uint64 validBefore,
        bytes calldata call,
        bytes calldata approvals
    ) external;
    /// @notice Approves an action on chain. For a member.
    function approve(
        address target,
        uint256 value,
        uint256 nonce,
        uint256 epoch,
        uint64 validAfter,
        uint64 validBefore,
        bytes calldata call
    ) external;
    /// @notice Takes back what a member approved or signed. For that member.
    function revoke(
        address target,
        uint256 value,
        uint256 nonce,
        uint256 epoch,
        uint64 validAfter,
        uint64 validBefore,
        bytes calldata call
    ) external;

    // ---- views
    function digest(
        address target,
        uint256 value,
        uint256 nonce,
        uint256 epoch,
        uint64 validAfter,
        uint64 validBefore,
        bytes calldata call
    ) external view returns (bytes32);
    /// @notice 0 open, 1 executed, 2 cancelled.
    function fate(bytes32 digest_) external view returns (uint256);
    function members() external view returns (address[] memory);
    function threshold() external view returns (uint256);
    function epoch() external view returns (uint256);
}

/// @title What a council calls on itself, by an action that targets it.
interface ICouncilItself {
    /// @notice Names the whole council that results; the members in ascending order.
    function setMembers(address[] calldata members, uint64 threshold) external;
    function cancelAction(bytes32 digest) external;
    /// @notice Names the emergency committee, ascending, and the last second of its power, at most a year ahead.
    function nameCommittee(address[] calldata members, uint64 threshold, uint64 expiresAt) external;
}

/// @title What a council answers to its emergency committee, which makes one call in its name, once and until a date.
/// @notice The call is `councilPause(uint8,uint8,uint64)`, without value. It is signed as an action is, in the domain
/// ("Portcullis Emergency Committee", "1", chain, this contract), with the committee's epoch; `approvals` are as for an action.
interface ICouncilEmergency {
    // ---- events
    event EmergencyCommitteeNamed(uint64 previousExpiresAt, uint64 expiresAt, uint64 epoch);
    event EmergencyCommitteeSpent(bytes32 indexed digest, uint64 epoch);

    // ---- errors; beside those of an action
    error NotEmergencyCall(address target);
    /// `expiresAt` was the last second of its power, or is zero as it was never named.
    error EmergencyCommitteeExpired(uint64 expiresAt);
    error EmergencyCommitteeUsed();
    error TenureOutOfBounds(uint64 expiresAt, uint64 latest, uint64 maximumSecs);

    /// @notice Makes the pause that enough members of the committee approve, its one act. Anyone may.
    function executeEmergency(
        address target,
        uint256 value,
        uint256 nonce,
        uint256 epoch,
        uint64 validAfter,
        uint64 validBefore,
        bytes calldata call,
        bytes calldata approvals
    ) external;
    /// @notice Approves such a pause on chain. For a member of the committee.
    function approveEmergency(
        address target,
        uint256 value,
        uint256 nonce,
        uint256 epoch,
        uint64 validAfter,
        uint64 validBefore,
        bytes calldata call
    ) external;
    /// @notice Takes back what a member of the committee approved or signed. For that member.
    function revokeEmergency(
        address target,
        uint256 value,
        uint256 nonce,
        uint256 epoch,
        uint64 validAfter,
        uint64 validBefore,
        bytes calldata call
    ) external;

    // ---- views
    function emergencyDigest(
        address target,
        uint256 value,
        uint256 nonce,
        uint256 epoch,
        uint64 validAfter,
        uint64 validBefore,
        bytes calldata call
    ) external view returns (bytes32);
    function committee() external view returns (uint64 expiresAt, uint8 spent, uint64 threshold, uint64 epoch);
    function committeeMembers() external view returns (address[] memory);
}
