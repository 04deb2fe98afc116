//! What the hub's governance can be called with.

use super::{acts, refused, Waits};
use crate::{
    value::{hub_group, restricts},
    words::duration,
};
use portcullis_core::guardian::Config;

acts! {
    /// The hub's acts.
    hub::IHubGovernance;

    "pause" => pauseCall(c, t) [group: HubGroup, state_: State, secs: PauseSecs]
        by: "For the group's guardian, or its fallback in its place; each can do it once until it is armed again.",
        waits: Waits::Never, refused: None,
        says: format!("{} It ends by itself.", restricts(c.state_, &hub_group(c.group, t.words), c.secs));

    "council-pause" => councilPauseCall(c, t) [group: HubGroup, state_: State, secs: PauseSecs]
        by: "For the council.",
        waits: Waits::Never, refused: None,
        says: format!("{} It ends by itself, and is outside the guardians' budget.", restricts(c.state_, &hub_group(c.group, t.words), c.secs));

    "lift" => liftCall(c, t) [group: HubGroup]
        by: "For the governor and the council.",
        waits: Waits::Never, refused: None,
        says: format!("LOOSENS: ends the pause of {} before its time; the ramp back begins.", hub_group(c.group, t.words));

    "rearm" => rearmCall(c, t) [group: HubGroup]
        by: "For the governor and the council.",
        waits: Waits::Never, refused: None,
        says: format!("Lets the guardian and the fallback of {} each pause once more, within the same budget.", hub_group(c.group, t.words));

    "assign" => assignCall(c, t) [group: HubGroup, guardian_: Account, fallback_: Account]
        by: "For the governor.",
        waits: Waits::Never, refused: refused::pair(c.guardian_, c.fallback_),
        says: format!("Makes {} the guardian of {} and {} its fallback, in place of those before; both may pause it once.", c.guardian_, hub_group(c.group, t.words), c.fallback_);

    "heartbeat" => heartbeatCall(c, t) [group: HubGroup]
        by: "For the group's guardian.",
        waits: Waits::Never, refused: None,
        says: format!("Says that the guardian of {} is there. It changes nothing else.", hub_group(c.group, t.words));

    "report-stale" => reportStaleCall(c, t) [group: HubGroup]
        by: "For anyone.",
        waits: Waits::Never, refused: None,
        says: format!("Says that the guardian of {} gave no sign of life for too long: its fallback may pause at once.", hub_group(c.group, t.words));

    "configure-guardians" => configureGuardiansCall(c, _) [heartbeatSecs: Secs, pauseSecs: Secs, coolDownSecs: Secs, budgetSecs: Secs, periodSecs: Secs, councilSecs: Secs]
        by: "For the governor.",
        waits: Waits::IfLoosens,
        refused: refused::guardians(Config {
            heartbeat_secs: c.heartbeatSecs,
            pause_secs: c.pauseSecs,
            cool_down_secs: c.coolDownSecs,
            budget_secs: c.budgetSecs,
            period_secs: c.periodSecs,
            council_secs: c.councilSecs,
        }),
        says: format!(
            "Sets what guardians of all groups may do: a sign of life every {}; a pause of up to {}; the next one {} after its end; at most {} of pauses in any {}; and up to {} for a decision of the council.",
            duration(c.heartbeatSecs), duration(c.pauseSecs), duration(c.coolDownSecs), duration(c.budgetSecs), duration(c.periodSecs), duration(c.councilSecs)
        );

    "configure-bucket" => configureBucketCall(c, t) [asset: Asset, capacity: Amount, refillSecs: Secs]
        by: "For the governor.",
        waits: Waits::IfLoosens, refused: refused::bucket(c.capacity, c.refillSecs),
        says: format!("Limits what leaves of {}: {} at once, refilled over {}.", t.words.asset(c.asset), t.words.amount(c.asset, c.capacity), duration(c.refillSecs));

    "close-bucket" => closeBucketCall(c, t) [asset: Asset]
        by: "For the governor.",
        waits: Waits::Never, refused: None,
        says: format!("Closes {}: none of it leaves until its bucket is configured again.", t.words.asset(c.asset));

    "set-client" => setClientCall(c, _) [client: AnyAccount, allowed: Flag]
        by: "For the governor.",
        waits: if c.allowed { Waits::Always } else { Waits::Never }, refused: None,
        says: if c.allowed {
            format!("LOOSENS: lets the contract {} charge the buckets.", c.client)
        } else {
            format!("Lets the contract {} charge the buckets no longer: every flow for which it asks this hub is refused.", c.client)
        };

    "set-guardian" => setGuardianCall(c, _) [guardian_: Account]
        by: "For the governor.",
        waits: Waits::Never, refused: None,
        says: format!("Makes {} the one who may cancel what is scheduled, in place of the one before.", c.guardian_);

    "set-council" => setCouncilCall(c, _) [council_: Account]
        by: "For the governor.",
        waits: Waits::Always, refused: None,
        says: format!("Makes {} the council, in place of the one before.", c.council_);

    "set-delay" => setDelayCall(c, _) [secs: DelaySecs]
        by: "For the governor.",
        waits: Waits::IfLoosens, refused: None,
        says: super::delays(c.secs);

    "schedule" => scheduleCall(c, t) [data: Call]
        by: "For the governor.",
        waits: Waits::Scheduling, refused: None,
        says: t.scheduled(&c.data)?;

    "cancel-scheduled" => cancelScheduledCall(c, _) [operation: Hash]
        by: "For the one who may cancel, and the governor.",
        waits: Waits::Never, refused: None,
        says: super::cancels(c.operation);

    "propose-governor" => proposeGovernorCall(c, _) [proposed: AnyAccount]
        by: "For the governor.",
        waits: Waits::Never, refused: None,
        says: super::proposes(c.proposed);

    "accept-governor" => acceptGovernorCall(_, _) []
        by: "For the one whom the governor proposed.",
        waits: Waits::Never, refused: None,
        says: super::ACCEPTS.to_owned();
}
