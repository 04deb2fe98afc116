//! What the guarded bridge's governance can be called with. It has no timelock: everything is at once.

use super::{acts, refused, Waits};
use crate::{
    value::{bridge_group, restricts},
    words::duration,
};

acts! {
    /// The bridge's acts.
    bridge::IBridgeGuarded;

    "pause" => pauseCall(c, _) [group: BridgeGroup, secs: BridgePauseSecs]
        by: "For the guardian and the governor.",
        waits: Waits::Never, refused: None,
        says: format!("{} It ends by itself.", restricts(4, &bridge_group(c.group), c.secs));

    "unpause" => unpauseCall(c, _) [group: BridgeGroup]
        by: "For the governor.",
        waits: Waits::Never, refused: None,
        says: format!("LOOSENS: ends the pause of {} before its time.", bridge_group(c.group));

    "configure-bucket" => configureBucketCall(c, t) [asset: Asset, capacity: Amount, refillSecs: Secs]
        by: "For the governor.",
        waits: Waits::Never, refused: refused::bucket(c.capacity, c.refillSecs),
        says: format!("Limits what leaves of {}: {} at once, refilled over {}. More than before LOOSENS, and does not wait.", t.words.asset(c.asset), t.words.amount(c.asset, c.capacity), duration(c.refillSecs));

    "close-bucket" => closeBucketCall(c, t) [asset: Asset]
        by: "For the governor.",
        waits: Waits::Never, refused: None,
        says: format!("Closes {}: it can be neither deposited nor withdrawn until its bucket is configured again.", t.words.asset(c.asset));

    "set-guardian" => setGuardianCall(c, _) [guardian: Account]
        by: "For the governor.",
        waits: Waits::Never, refused: None,
        says: format!("Makes {} the guardian, in place of the one before.", c.guardian);

    "propose-governor" => proposeGovernorCall(c, _) [proposed: AnyAccount]
        by: "For the governor.",
        waits: Waits::Never, refused: None,
        says: super::proposes(c.proposed);

    "accept-governor" => acceptGovernorCall(_, _) []
        by: "For the one whom the governor proposed.",
        waits: Waits::Never, refused: None,
        says: super::ACCEPTS.to_owned();
}
