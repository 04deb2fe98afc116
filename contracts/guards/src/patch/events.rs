//! What a patch manager tells.

use super::{PatchPolicy, Terms};
use crate::events;
use alloy_primitives::{Address, B256};

events! {
    /// A patch of a proxy is on record as a hash. It can be approved from `opensAt` on and no longer at `endsAt`.
    PatchCommitted(patch: B256, proxy: Address; opens_at: u64, ends_at: u64);
    /// A patch of a proxy is on record with its terms. It can be approved from `opensAt` on and no longer at `endsAt`.
    PatchProposed(patch: B256, proxy: Address; opens_at: u64, ends_at: u64, terms: Terms);
    /// The terms of a patch that was a hash.
    PatchTermsRevealed(patch: B256, proxy: Address; terms: Terms);
    /// The attesters approve. It can be applied from `readyAt` on, when it is armed, and armed no longer at `endsAt`.
    PatchApproved(patch: B256, proxy: Address; ready_at: u64, ends_at: u64);
    /// Until it is applied, groups of the proxy are frozen.
    PatchFroze(patch: B256, proxy: Address; groups: u8, rung: u8, secs: u64);
    /// A sentinel found something, whose hash is `finding`, and a group of the proxy's functions is restricted for `secs`. `role`: 0 the sentinel itself, 1 its fallback.
    SentinelRestricted(proxy: Address, sentinel: Address, finding: B256; role: u8, group: u8, state: u8, secs: u64);
    /// What the event after it tells of guardians is told of this proxy's sentinels.
    SentinelsOf(proxy: Address; );
    /// It can be applied within these seconds, both inclusive.
    PatchArmed(patch: B256, proxy: Address; from: u64, until: u64);
    /// The proxy runs it. It can be rolled back before `probationEndsAt`; zero when it cannot.
    PatchApplied(patch: B256, proxy: Address; implementation: Address, probation_ends_at: u64);
    /// It will not be applied.
    PatchCancelled(patch: B256, proxy: Address; by: Address);
    /// None that was on record for the proxy will be.
    AllPatchesCancelled(proxy: Address; by: Address, epoch: u64);
    /// The proxy runs what it ran before.
    PatchRolledBack(patch: B256, proxy: Address; implementation: Address, by: Address, reason: B256);
    /// Who may roll back does without it: what runs is final.
    ProbationSettled(proxy: Address; by: Address);
    /// A proxy is in care.
    ProxyAdopted(proxy: Address; switch: u8, implementation: Address);
    /// The attesters are another council.
    AttestersChanged(; previous: Address, current: Address);
    /// How patches wait.
    PatchPolicyChanged(; loosened: bool, policy: PatchPolicy);
    /// The program with this code lives for longer.
    ProgramKeptAlive(code_hash: B256; by: Address);
}
