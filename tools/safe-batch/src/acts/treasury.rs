//! What the treasury's governance can be called with.

use super::{acts, refused, Waits};
use crate::{
    value::restricts,
    words::{duration, share},
};
use alloy_primitives::U256;

acts! {
    /// The treasury's acts.
    treasury::ITreasuryGuards;

    "configure-bucket" => configureBucketCall(c, t) [asset: Asset, capacity: Amount, refillSecs: Secs]
        by: "For the governor.",
        waits: Waits::IfLoosens, refused: refused::bucket(c.capacity, c.refillSecs),
        says: format!("Limits what leaves of {}: {} at once, refilled over {}; more than that waits in the queue.", t.words.asset(c.asset), t.words.amount(c.asset, c.capacity), duration(c.refillSecs));

    "configure-caps" => configureCapsCall(c, t) [asset: Asset, transition: Amount, transaction: Amount]
        by: "For the governor.",
        waits: Waits::IfLoosens, refused: refused::caps(c.transition, c.transaction),
        says: {
            let cap = |amount: U256| if amount == U256::MAX { "no limit".to_owned() } else { t.words.amount(c.asset, amount) };
            format!("Caps what may leave of {}: {} in one call and {} in one transaction.", t.words.asset(c.asset), cap(c.transition), cap(c.transaction))
        };

    "configure-queue" => configureQueueCall(c, t) [asset: Asset, drain: Amount, drainSecs: Secs, minDelaySecs: Secs, maxDelaySecs: Secs, lateSecs: Secs]
        by: "For the governor.",
        waits: Waits::IfLoosens, refused: refused::queue(c.drain, c.drainSecs, c.minDelaySecs, c.maxDelaySecs, c.lateSecs),
        says: format!(
            "Sets how what is over the limit of {} waits: {} drain in each {}; a ticket waits {} at the least and {} at the most; who tripped the breaker waits {} longer.",
            t.words.asset(c.asset), t.words.amount(c.asset, c.drain), duration(c.drainSecs), duration(c.minDelaySecs), duration(c.maxDelaySecs), duration(c.lateSecs)
        );

    "configure-hits" => configureHitsCall(c, t) [asset: Asset, hits: Count8, windowSecs: Secs, least: Amount]
        by: "For the governor.",
        waits: Waits::IfLoosens, refused: refused::hits(c.hits, c.windowSecs, c.least),
        says: format!("Sets when the breaker of {} moves: at withdrawal number {} over the limit within {}, each of at least {}.", t.words.asset(c.asset), c.hits, duration(c.windowSecs), t.words.amount(c.asset, c.least));

    "configure-breakers" => configureBreakersCall(c, _) [throttleBps: Bps, exitBps: Bps, dwellSecs: Secs, expirySecs: Secs, rampSecs: Secs, decisionSecs: Secs, freezes: Count, freezeBackSecs: Secs]
        by: "For the governor.",
        waits: Waits::IfLoosens,
        refused: refused::breakers([c.throttleBps, c.exitBps, c.dwellSecs, c.expirySecs, c.rampSecs, c.decisionSecs, c.freezes, c.freezeBackSecs]),
        says: format!(
            "Sets how every asset's breaker acts: {} of the limits while throttled and {} in reduce-only; at least {} in each state; a trip holds {}; the ramp back takes {}; a decision holds up to {}; {}.",
            share(c.throttleBps), share(c.exitBps), duration(c.dwellSecs), duration(c.expirySecs), duration(c.rampSecs), duration(c.decisionSecs),
            if c.freezes == 0 && c.freezeBackSecs == 0 {
                "only the council freezes".to_owned()
            } else {
                format!("{} automatic freezes at once, one more each {}", c.freezes, duration(c.freezeBackSecs))
            }
        );

    "configure-record" => configureRecordCall(c, _) [secs: Secs]
        by: "For the governor.",
        waits: Waits::IfLoosens, refused: refused::record(c.secs),
        says: format!("Makes a trip count against whoever does it for {}. A shorter time than before loosens.", duration(c.secs));

    "set-delay" => setDelayCall(c, _) [secs: DelaySecs]
        by: "For the governor.",
        waits: Waits::IfLoosens, refused: None,
        says: super::delays(c.secs);

    "set-council" => setCouncilCall(c, _) [council: Account]
        by: "For the governor.",
        waits: Waits::Always, refused: None,
        says: format!("Makes {} the council, in place of the one before.", c.council);

    "schedule" => scheduleCall(c, t) [data: Call]
        by: "For the governor.",
        waits: Waits::Scheduling, refused: None,
        says: t.scheduled(&c.data)?;

    "decide" => decideCall(c, t) [asset: Asset, state: State, secs: PauseSecs]
        by: "For the council.",
        waits: Waits::Never, refused: None,
        says: format!("{} It ends by itself.", restricts(c.state, &t.words.asset(c.asset), c.secs));

    "step-back" => stepBackCall(c, t) [asset: Asset]
        by: "For the council.",
        waits: Waits::Never, refused: None,
        says: format!("LOOSENS: steps the breaker of {} back before its time; the ramp back begins.", t.words.asset(c.asset));

    "cancel-ticket" => cancelTicketCall(c, t) [asset: Asset, account: AnyAccount, index: Count]
        by: "For the council.",
        waits: Waits::Never, refused: None,
        says: format!("TAKES AWAY: cancels ticket {} of {} in {}; what it would have paid stays in the treasury, owed to nobody.", c.index, c.account, t.words.asset(c.asset));

    "cancel-scheduled" => cancelScheduledCall(c, _) [operation: Hash]
        by: "For the guardian and the governor.",
        waits: Waits::Never, refused: None,
        says: super::cancels(c.operation);
}
