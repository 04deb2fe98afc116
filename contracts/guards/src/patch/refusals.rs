//! What a patch manager refuses with.

use crate::errors;
use alloy_primitives::{Address, B256};

errors! {
    /// The patch is in another phase than the step is for: 0 unknown, 1 committed, 2 proposed, 3 approved, 4 armed, 5 in probation, 6 final, 7 cancelled, 8 expired, 9 rolled back.
    PatchInPhase(patch: B256, phase: u8);
    /// The patch is under review, or its window has not begun.
    PatchTooEarly(patch: B256, opens_at: u64);
    /// The patch is a hash only and has to be revealed.
    PatchHidden(patch: B256);
    /// The patch's terms are known already.
    PatchRevealed(patch: B256);
    /// The patch was committed for another proxy, or as a standby patch, which is never hidden.
    PatchCommittedElsewhere(patch: B256, proxy: Address);
    /// The window would not begin between these seconds.
    WindowFromOutOfBounds(patch: B256, earliest: u64, latest: u64);
    /// The window would not end between these seconds.
    WindowUntilOutOfBounds(patch: B256, earliest: u64, latest: u64);
    /// The patch before it can still be rolled back.
    ProxyInProbation(proxy: Address, ends_at: u64);
    /// The proxy has no patch in probation.
    NoProbation(proxy: Address);
    /// A time of the policy is out of bounds: 0 review, 1 proposal, 2 delay, 3 approval, 4 standby, 5 window, 6 probation.
    PolicyOutOfBounds(term: u8, secs: u64, least_secs: u64, most_secs: u64);
    /// The manager has no policy yet.
    PolicyUnset();
    /// The field of the terms with this number, from 0 on, has a value that means nothing.
    UnknownTerm(term: u8, value: u8);
    /// The proxy was not taken into care.
    ProxyUnknown(proxy: Address);
    /// The proxy is in care already.
    ProxyKnown(proxy: Address);
    /// 0 guarded proxy, 1 UUPS, 2 beacon.
    UnknownSwitch(switch: u8);
    /// The proxy does not answer, or another implementation runs than the one named.
    ImplementationDiffers(proxy: Address, expected: Address, found: Address);
    /// The data for the initialisation is not what was approved.
    InitDiffers(expected: B256, found: B256);
    /// The checks are not what was approved.
    ChecksDiffer(expected: B256, found: B256);
    /// The implementation itself lets anybody initialise it.
    InitializerOpen(implementation: Address);
    /// The proxy could be initialised once more, by anybody or by this contract.
    InitializedTwice(proxy: Address);
    /// The proxy refused the switch, or its initialisation failed.
    SwitchFailed(proxy: Address);
    /// Behind the proxy runs what this contract could not upgrade any more: the upgrade function is missing, does not obey, or takes whatever it is given.
    UpgradeLost(proxy: Address);
    /// A beacon's proxies are not initialised by the switch.
    BeaconTakesNoInit(proxy: Address);
    /// A check does not hold. Its answers are the first word before and after; the highest word stands for none.
    CheckFailed(index: u64, before: B256, after: B256);
    /// A check is not made as one, or there are too many.
    MalformedCheck(index: u64);
    /// A hand-over cannot be rolled back and initialises nothing: its terms say so.
    HandOverTerms(patch: B256);
    /// A patch freezes what its terms say, each group once: nothing of it is left.
    NothingToFreeze(patch: B256);
    /// The caller is not the attesters.
    NotAttesters(caller: Address);
    /// The attesters have to be a contract, and another account than governor and guardian.
    AttestersNotApart(attesters: Address);
    /// The chain did not make the contract by which checks are asked.
    NoStranger();
    /// Always, at the end of a canary that found nothing.
    CanaryPassed(patch: B256, checks: u64);
}
