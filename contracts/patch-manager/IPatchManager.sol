// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title The patch manager: what runs behind a proxy changes by what was approved, has waited and was tried.
/// @notice The terms of a patch are sixteen words, and the hash of all of them, as EIP-712 typed data of the manager, is its identifier:
///
///     act           0 the proxy runs another implementation, 1 it gets another administrator or owner, named as `implementation`
///     proxy         of a guarded proxy, a UUPS proxy, or a beacon
///     replaces      what runs now; over anything else the patch is not applied
///     implementation, codeHash, fragments
///                   what runs then, the hash of its code, and the hash of its fragments' code hashes (zero when it has none)
///     layoutBefore, layoutAfter
///                   what `storageLayoutHash()` answers of the old and of the new one; zero asks nothing
///     initHash      of the data with which the proxy is called in the switch; of nothing when it is not called
///     checksHash    of what has to hold over the switch
///     path          0 time-locked, 1 standby
///     wayBack       0 open, 1 barred: it cannot be rolled back
///     freezeGroups, freezeRung, freezeSecs
///                   what is frozen of a guarded proxy once it is approved: bit 0 everything, bits 1 to 5 the groups; to 2 throttled, 3 reduce-only, 4 frozen; for 30 days at
///                   most
///     salt          tells it from another of the same content, and hides what is only committed
///
/// Checks are entries, one after the other: kind (1 byte), step (2), low (32), high (32), target (20), length of the call's data (2), the call's data. Kinds: 0 succeeds,
/// 1 reverts, 2 answers with something, 3 answers with `low`, 4 answers between `low` and `high`, 5 answers what it did, give or take `step` basis points, 6 the answer in
/// front over its own moves by at most `step`, 7 the answer in front goes with its own along a line that rises by `low` in each `high`, 8 the answer in front is below its own by
/// `low` at least. What a kind does not take is zero.
///
/// Constructor, called once by its selector `stylus_constructor()` with these arguments after it (keccak256 of that
/// signature, first four bytes: `0x5585258d`), by whoever calls first, so deploy and construct in one transaction:
///
///     constructor(address governor, address guardian, address attesters, uint64 changeSecs, uint64 reviewSecs, uint64 proposalSecs, uint64 delaySecs, uint64 approvalSecs, uint64 standbySecs, uint64 windowSecs, uint64 probationSecs, uint64 minSecsLeft)
interface IPatchManager {
    // ---- events
    event PatchCommitted(bytes32 indexed patch, address indexed proxy, uint64 opensAt, uint64 endsAt);
    event PatchProposed(
        bytes32 indexed patch,
        address indexed behind,
        uint64 opensAt,
        uint64 endsAt,
        uint8 act,
        address proxy,
        address replaces,
        address implementation,
        bytes32 codeHash,
        bytes32 fragments,
        bytes32 layoutBefore,
        bytes32 layoutAfter,
        bytes32 initHash,
        bytes32 checksHash,
        uint8 path,
        uint8 wayBack,
        uint8 freezeGroups,
        uint8 freezeRung,
        uint64 freezeSecs,
        bytes32 salt
    );
    event PatchTermsRevealed(
        bytes32 indexed patch,
        address indexed behind,
        uint8 act,
        address proxy,
        address replaces,
        address implementation,
        bytes32 codeHash,
        bytes32 fragments,
        bytes32 layoutBefore,
        bytes32 layoutAfter,
        bytes32 initHash,
        bytes32 checksHash,
        uint8 path,
        uint8 wayBack,
        uint8 freezeGroups,
        uint8 freezeRung,
        uint64 freezeSecs,
        bytes32 salt
    );
    event PatchApproved(bytes32 indexed patch, address indexed proxy, uint64 readyAt, uint64 endsAt);
    event PatchFroze(bytes32 indexed patch, address indexed proxy, uint8 groups, uint8 rung, uint64 secs);
    /// It can be applied within these seconds, both inclusive.
    event PatchArmed(bytes32 indexed patch, address indexed proxy, uint64 from, uint64 until);
    /// It can be rolled back before `probationEndsAt`; zero when it cannot.
    event PatchApplied(bytes32 indexed patch, address indexed proxy, address implementation, uint64 probationEndsAt);
    event PatchCancelled(bytes32 indexed patch, address indexed proxy, address by);
    event AllPatchesCancelled(address indexed proxy, address by, uint64 epoch);
    event PatchRolledBack(
        bytes32 indexed patch, address indexed proxy, address implementation, address by, bytes32 reason
    );
    event ProbationSettled(address indexed proxy, address by);
    event ProgramKeptAlive(bytes32 indexed codeHash, address by);

    // ---- errors
    /// The patch is in another phase than the step is for: 0 unknown, 1 committed, 2 proposed, 3 approved, 4 armed, 5 in probation, 6 final, 7 cancelled, 8 expired, 9 rolled back.
    error PatchInPhase(bytes32 patch, uint8 phase);
    /// The patch is under review, or its window has not begun.
    error PatchTooEarly(bytes32 patch, uint64 opensAt);
    /// The patch is a hash only and has to be revealed.
    error PatchHidden(bytes32 patch);
    /// The patch's terms are known already.
    error PatchRevealed(bytes32 patch);
    /// The patch was committed for another proxy, or as a standby patch, which is never hidden.
    error PatchCommittedElsewhere(bytes32 patch, address proxy);
    /// The window would not begin between these seconds.
    error WindowFromOutOfBounds(bytes32 patch, uint64 earliest, uint64 latest);
    /// The window would not end between these seconds.
    error WindowUntilOutOfBounds(bytes32 patch, uint64 earliest, uint64 latest);
    /// The patch before it can still be rolled back.
    error ProxyInProbation(address proxy, uint64 endsAt);
    /// The proxy has no patch in probation.
    error NoProbation(address proxy);
    /// A time of the policy is out of bounds: 0 review, 1 proposal, 2 delay, 3 approval, 4 standby, 5 window, 6 probation.
    error PolicyOutOfBounds(uint8 term, uint64 secs, uint64 leastSecs, uint64 mostSecs);
    /// The manager has no policy yet.
    error PolicyUnset();
    /// The field of the terms with this number, from 0 on, has a value that means nothing.
    error UnknownTerm(uint8 term, uint8 value);
    /// The proxy was not taken into care.
    error ProxyUnknown(address proxy);
    /// The proxy is in care already.
    error ProxyKnown(address proxy);
    /// 0 guarded proxy, 1 UUPS, 2 beacon.
    error UnknownSwitch(uint8 switch_);
    /// The proxy does not answer, or another implementation runs than the one named.
    error ImplementationDiffers(address proxy, address expected, address found);
    /// The data for the initialisation is not what was approved.
    error InitDiffers(bytes32 expected, bytes32 found);
    /// The checks are not what was approved.
    error ChecksDiffer(bytes32 expected, bytes32 found);
    /// The implementation itself lets anybody initialise it.
    error InitializerOpen(address implementation);
    /// The proxy could be initialised once more, by anybody or by this contract.
    error InitializedTwice(address proxy);
    /// The proxy refused the switch, or its initialisation failed.
    error SwitchFailed(address proxy);
    /// Behind the proxy runs what this contract could not upgrade any more: the upgrade function is missing, does not obey, or takes whatever it is given.
    error UpgradeLost(address proxy);
    /// A beacon's proxies are not initialised by the switch.
    error BeaconTakesNoInit(address proxy);
    /// A check does not hold. Its answers are the first word before and after; the highest word stands for none.
    error CheckFailed(uint64 index, bytes32 before, bytes32 current);
    /// A check is not made as one, or there are too many.
    error MalformedCheck(uint64 index);
    /// A hand-over cannot be rolled back and initialises nothing: its terms say so.
    error HandOverTerms(bytes32 patch);
    /// A patch freezes what its terms say, each group once: nothing of it is left.
    error NothingToFreeze(bytes32 patch);
    /// The caller is not the attesters.
    error NotAttesters(address caller);
    /// The attesters have to be a contract, and another account than governor and guardian.
    error AttestersNotApart(address attesters);
    /// The chain did not make the contract by which checks are asked.
    error NoStranger();
    /// Always, at the end of a canary that found nothing.
    error CanaryPassed(bytes32 patch, uint64 checks);
    /// There is no code.
    error NoCode(address account);
    /// The account's code is a designator of EIP-7702: whoever has its key changes it at will.
    error DelegatedAccount(address account);
    /// The code is a piece of a program and does not run by itself.
    error NotRunnable(address account);
    /// The code is not the one that was approved.
    error CodeDiffers(address account, bytes32 expected, bytes32 found);
    /// The program's fragments are not those that were approved.
    error FragmentsDiffer(address account, bytes32 expected, bytes32 found);
    /// The program names more fragments than any chain takes.
    error TooManyFragments(address account, uint64 count);
    /// The implementation does not say that its storage is laid out as was approved.
    error LayoutDiffers(address account, bytes32 expected, bytes32 found);
    /// The implementation says that it belongs behind another kind of proxy.
    error NotProxiable(address account, bytes32 found);
    /// The program does not run: it was never activated, has expired, or is of an older version of Stylus than the chain.
    error ProgramInactive(address account);
    /// The program has too little time left before it expires.
    error ProgramExpiresSoon(address account, uint64 secsLeft, uint64 needed);
    /// The chain did not activate the program for that gas and value.
    error ActivationFailed(address account, uint64 gas);
    /// The chain did not prolong the program for that value: it is too young, or not alive any more.
    error KeepAliveFailed(bytes32 codeHash);
    error NotGovernor(address caller);
    error NotGuardian(address caller);
    error Reentered();
    error RefundRefused(address to, uint256 value);
    /// A question took more than half of the gas: nobody knows whether it would have answered otherwise with more.
    error Starved(uint64 gasBefore, uint64 gasLeft);

    // ---- for the governor
    function commit(bytes32 patch, address proxy) external;
    function propose(
        uint8 act,
        address proxy,
        address replaces,
        address implementation,
        bytes32 codeHash,
        bytes32 fragments,
        bytes32 layoutBefore,
        bytes32 layoutAfter,
        bytes32 initHash,
        bytes32 checksHash,
        uint8 path,
        uint8 wayBack,
        uint8 freezeGroups,
        uint8 freezeRung,
        uint64 freezeSecs,
        bytes32 salt
    ) external returns (bytes32);
    function reveal(
        uint8 act,
        address proxy,
        address replaces,
        address implementation,
        bytes32 codeHash,
        bytes32 fragments,
        bytes32 layoutBefore,
        bytes32 layoutAfter,
        bytes32 initHash,
        bytes32 checksHash,
        uint8 path,
        uint8 wayBack,
        uint8 freezeGroups,
        uint8 freezeRung,
        uint64 freezeSecs,
        bytes32 salt
    ) external returns (bytes32);

    // ---- for the attesters
    function approve(bytes32 patch) external;

    // ---- for the guardian and the governor
    /// @param from The first second in which it can be applied; one that is over stands for now.
    /// @param until The last.
    function arm(bytes32 patch, uint64 from, uint64 until) external;
    /// @param activationGas With how much gas a program that is not active is activated first, for the value of the call; zero when it has to be active.
    function applyPatch(
        uint8 act,
        address proxy,
        address replaces,
        address implementation,
        bytes32 codeHash,
        bytes32 fragments,
        bytes32 layoutBefore,
        bytes32 layoutAfter,
        bytes32 initHash,
        bytes32 checksHash,
        uint8 path,
        uint8 wayBack,
        uint8 freezeGroups,
        uint8 freezeRung,
        uint64 freezeSecs,
        bytes32 salt,
        bytes calldata init,
        bytes calldata checks,
        uint64 activationGas
    ) external payable;
    function rollBack(
        uint8 act,
        address proxy,
        address replaces,
        address implementation,
        bytes32 codeHash,
        bytes32 fragments,
        bytes32 layoutBefore,
        bytes32 layoutAfter,
        bytes32 initHash,
        bytes32 checksHash,
        uint8 path,
        uint8 wayBack,
        uint8 freezeGroups,
        uint8 freezeRung,
        uint64 freezeSecs,
        bytes32 salt,
        bytes32 reason
    ) external;

    // ---- for the guardian alone
    function settle(address proxy) external;

    // ---- for the guardian, the governor and the attesters
    function cancel(bytes32 patch) external;
    function cancelAll(address proxy) external;

    // ---- for anyone
    /// @notice Tries a patch, whether or not anybody approved it, and always reverts: with `CanaryPassed` when nothing was found.
    function canary(
        uint8 act,
        address proxy,
        address replaces,
        address implementation,
        bytes32 codeHash,
        bytes32 fragments,
        bytes32 layoutBefore,
        bytes32 layoutAfter,
        bytes32 initHash,
        bytes32 checksHash,
        uint8 path,
        uint8 wayBack,
        uint8 freezeGroups,
        uint8 freezeRung,
        uint64 freezeSecs,
        bytes32 salt,
        bytes calldata init,
        bytes calldata checks,
        uint64 activationGas
    ) external payable;
    /// @notice Freezes what an approved patch says, each group once. A group that the proxy refuses to restrict, as it is restricted more strictly or for longer already, is left, and can be frozen later.
    function freeze(
        uint8 act,
        address proxy,
        address replaces,
        address implementation,
        bytes32 codeHash,
        bytes32 fragments,
        bytes32 layoutBefore,
        bytes32 layoutAfter,
        bytes32 initHash,
        bytes32 checksHash,
        uint8 path,
        uint8 wayBack,
        uint8 freezeGroups,
        uint8 freezeRung,
        uint64 freezeSecs,
        bytes32 salt
    ) external;
    /// @notice Prolongs the life of the program at an address, for the value of the call.
    function keepAlive(address account) external payable;
}

/// @title Proxies in the manager's care.
interface IPatchCare {
    // ---- events
    event ProxyAdopted(address indexed proxy, uint8 switch_, address implementation);
    event ProxySet(address indexed proxy, bytes32 indexed selector);

    // ---- errors
    error NotASetting(bytes32 selector);
    error ProxyRefused(address proxy);

    // ---- for the governor
    /// @notice Takes a proxy into care: a guarded proxy (0) whose administrator the manager is, a UUPS proxy (1) or a beacon (2) whose owner it is.
    function adopt(address proxy, uint8 switch_, address running) external;
    /// @notice Ends a pause of a group of a guarded proxy.
    function lift(address proxy, uint8 group) external;
    /// @notice Sets a guarded proxy by a call of `IProxyGuards`, but for its pauses. Always waits.
    function setProxy(address proxy, bytes calldata call) external;

    // ---- for the guardian and the governor
    /// @notice Makes a group of a guarded proxy stricter: to throttled (2), reduce-only (3) or frozen (4).
    function restrict(address proxy, uint8 group, uint8 state, uint64 secs) external;

    // ---- views
    function patchId(
        uint8 act,
        address proxy,
        address replaces,
        address implementation,
        bytes32 codeHash,
        bytes32 fragments,
        bytes32 layoutBefore,
        bytes32 layoutAfter,
        bytes32 initHash,
        bytes32 checksHash,
        uint8 path,
        uint8 wayBack,
        uint8 freezeGroups,
        uint8 freezeRung,
        uint64 freezeSecs,
        bytes32 salt
    ) external view returns (bytes32);
    /// @return phase 0 unknown, 1 committed, 2 proposed, 3 approved, 4 armed, 5 in probation, 6 final, 7 cancelled, 8 expired, 9 rolled back.
    /// @return readyAt The first second at which its code can run, if everybody acts at once; zero when it will not, or does.
    /// @return endsAt The first second at which its phase is over; zero when it has no end.
    /// @return proxy Its proxy.
    function patchState(bytes32 patch)
        external
        view
        returns (uint8 phase, uint64 readyAt, uint64 endsAt, address proxy);
    /// @return implementation What runs.
    /// @return secsLeft How many seconds it has left: the largest number for code of the EVM, zero for a program that does not run.
    /// @return previous What ran before, or the zero address.
    /// @return previousSecsLeft How many seconds that has left.
    /// @return probationEndsAt The first second at which it is gone back to no longer; zero when it is not.
    function proxyState(address proxy)
        external
        view
        returns (
            address implementation,
            uint64 secsLeft,
            address previous,
            uint64 previousSecsLeft,
            uint64 probationEndsAt
        );
    function policy()
        external
        view
        returns (
            uint64 reviewSecs,
            uint64 proposalSecs,
            uint64 delaySecs,
            uint64 approvalSecs,
            uint64 standbySecs,
            uint64 windowSecs,
            uint64 probationSecs,
            uint64 minSecsLeft
        );
    /// @notice The contract by which checks are asked: a stranger to every proxy.
    function stranger() external view returns (address);
}

/// @title Who restricts a guarded proxy when something is found, before there is a fix.
/// @notice A sentinel is an automated signer with bounded power: over one group of one proxy's functions, one pause until it is armed again, for at most `pauseSecs`, while it gives signs of life,
/// `coolDownSecs` after the last, and within `budgetSecs` in any `periodSecs`. It reaches no patch and lifts nothing. Its fallback restricts when it is spent, or was reported.
/// Events of guardians tell groups: of which proxy, `SentinelsOf` in front of each says.
interface IPatchSentinels {
    // ---- events
    /// A group was restricted because of what has the hash `finding`. `role`: 0 the sentinel itself, 1 its fallback.
    event SentinelRestricted(
        address indexed proxy,
        address indexed sentinel,
        bytes32 indexed finding,
        uint8 role,
        uint8 group,
        uint8 state,
        uint64 secs
    );
    /// What the event after it tells of guardians is told of this proxy's sentinels.
    event SentinelsOf(address indexed proxy);
    event GuardianAssigned(
        uint8 indexed group, address previous, address current, address previousFallback, address currentFallback
    );
    event GuardianDismissed(uint8 indexed group, address indexed guardian, address indexed by, address fallback_);
    event GuardianRearmed(
        uint8 indexed group, address indexed guardian, address indexed by, address fallback_, uint64 staleAt
    );
    event GuardianStale(uint8 indexed group, address indexed guardian, address indexed fallback_, uint64 staleAt);
    event GuardianTermsChanged(uint256 previous, uint256 current, bool loosened);
    event Heartbeat(uint8 indexed group, address indexed guardian, uint64 staleAt);

    // ---- errors
    error UnknownPauseGroup(uint8 group);
    /// A pause is to throttled (2), reduce-only (3) or frozen (4).
    error UnknownState(uint8 state);
    /// Only the group's sentinel or its fallback may do this.
    error NotGroupGuardian(uint8 group, address caller);
    /// The caller has restricted the group and was not armed again since.
    error GuardianSpent(uint8 group, address caller);
    /// The sentinel was silent for too long. Only arming it again revives it.
    error GuardianLapsed(uint8 group, uint64 staleAt);
    /// The fallback restricts when the sentinel is spent, or was reported, which anyone can do from `staleAt` on.
    error GuardianStillThere(uint8 group, uint64 staleAt);
    error GuardiansCoolingDown(uint8 group, uint64 retryAt);
    error GuardianBudgetExceeded(uint8 group, uint64 secs, uint64 leftSecs, uint64 retryAt);
    error GuardianNotStale(uint8 group, uint64 staleAt);
    error GuardianUnassigned(uint8 group);
    error GuardianIsFallback(uint8 group);
    /// No terms are set: nobody can restrict.
    error GuardiansUnset();
    error PauseOutOfBounds(uint64 secs, uint64 maximumSecs);
    error SettingOutOfBounds(bytes32 key, bytes32 setting, uint64 value, uint64 least, uint64 most);

    // ---- for a group's sentinel, and its fallback in its place
    /// @param finding The hash of what was found, by which a later patch can be tied to it.
    function sentinelRestrict(address proxy, uint8 group, uint8 state, uint64 secs, bytes32 finding) external;

    // ---- for the sentinel
    function sentinelHeartbeat(address proxy, uint8 group) external;

    // ---- for anyone
    /// @notice Says that a sentinel gave no sign of life for too long: its fallback may restrict.
    function reportSentinel(address proxy, uint8 group) external;

    // ---- for the governor; what loosens has to have been scheduled: naming always, and the first terms
    function nameSentinel(address proxy, uint8 group, address sentinel_, address fallback_) external;
    function configureSentinels(
        address proxy,
        uint64 heartbeatSecs,
        uint64 pauseSecs,
        uint64 coolDownSecs,
        uint64 budgetSecs,
        uint64 periodSecs
    ) external;
    /// @notice At once, within the same budget and after the same cool-down.
    function rearmSentinel(address proxy, uint8 group) external;

    // ---- for the guardian, the governor and the attesters
    /// @notice Leaves a group without sentinel and fallback, at once.
    function dismissSentinel(address proxy, uint8 group) external;

    // ---- views
    /// @return sentinel_ The zero address when there is none.
    /// @return staleAt When it is stale, without another sign of life.
    /// @return budgetLeftSecs How long the group could be restricted now, as far as the budget goes.
    function sentinel(address proxy, uint8 group)
        external
        view
        returns (
            address sentinel_,
            address fallback_,
            uint64 staleAt,
            uint8 spent,
            uint8 fallbackSpent,
            uint64 budgetLeftSecs
        );
}

/// @title Who governs, guards and approves, and how patches wait.
interface IPatchGovernance {
    // ---- events
    event GovernorProposed(address indexed governor, address indexed proposed);
    event GovernorChanged(address indexed previous, address indexed current);
    event GuardianChanged(address indexed previous, address indexed current);
    event AttestersChanged(address previous, address current);
    event PatchPolicyChanged(
        bool loosened,
        uint64 reviewSecs,
        uint64 proposalSecs,
        uint64 delaySecs,
        uint64 approvalSecs,
        uint64 standbySecs,
        uint64 windowSecs,
        uint64 probationSecs,
        uint64 minSecsLeft
    );
    event OperationScheduled(bytes32 indexed operation, uint64 readyAt, uint64 expiresAt, bytes data);
    event OperationExecuted(bytes32 indexed operation);
    event OperationCancelled(bytes32 indexed operation, address by);
    event DelayChanged(uint64 previousSecs, uint64 secs);

    // ---- errors
    error NotPendingGovernor(address caller);
    error ZeroAuthority();
    error OperationNotReady(bytes32 operation, uint64 readyAt, uint64 expiresAt);
    error OperationPending(bytes32 operation, uint64 readyAt, uint64 expiresAt);
    error DelayTooLong(uint64 secs, uint64 maximumSecs);

    // ---- for the governor; what loosens has to have been scheduled
    function setPolicy(
        uint64 reviewSecs,
        uint64 proposalSecs,
        uint64 delaySecs,
        uint64 approvalSecs,
        uint64 standbySecs,
        uint64 windowSecs,
        uint64 probationSecs,
        uint64 minSecsLeft
    ) external;
    function setAttesters(address attesters_) external;
    /// @notice For the attesters too, at once.
    function setGuardian(address guardian_) external;
    function setDelay(uint64 secs) external;
    /// @param data The call that is to be made.
    function schedule(bytes calldata data) external;
    function proposeGovernor(address proposed) external;
    function acceptGovernor() external;

    // ---- for the guardian and the governor
    function cancelScheduled(bytes32 operation) external;

    // ---- views
    function governor() external view returns (address);
    function guardian() external view returns (address);
    function attesters() external view returns (address);
    function delay() external view returns (uint256);
}
