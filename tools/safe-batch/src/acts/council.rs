//! What a council is called with. The approvals that `execute` carries are the members' to make; what members approve on chain, and what a council
//! does to itself, is written here.

use super::{acts, refused, Act, Waits};
use crate::{
    describe::{Action, Telling},
    words::moment,
};
use alloy_primitives::Address;

macro_rules! action {
    ($call:ident) => {
        Action {
            target: $call.target,
            value: $call.value,
            nonce: $call.nonce,
            epoch: $call.epoch,
            from: moment($call.validAfter),
            until: moment($call.validBefore),
            data: &$call.call,
        }
    };
}

/// The rows of its interfaces.
pub(crate) fn all() -> impl Iterator<Item = &'static Act> {
    outside::ACTS.iter().chain(itself::ACTS).chain(emergency::ACTS)
}

/// What anybody or a member calls.
pub(super) mod outside {
    use super::*;

    acts! {
        /// `ICouncil`.
        council::ICouncil;

        "execute" => executeCall(c, t) [target: AnyAccount, value: Count256, nonce: Count256, epoch: Count256, validAfter: Count, validBefore: Count, call: Call, approvals: Call]
            by: "For anyone who has the members' approvals.",
            waits: Waits::Never, refused: refused::action(c.validAfter, c.validBefore),
            says: format!("Carries out as the council {} It comes with {} bytes of approvals, which are not checked here.", t.action(&action!(c))?, c.approvals.len());

        "approve" => approveCall(c, t) [target: AnyAccount, value: Count256, nonce: Count256, epoch: Count256, validAfter: Count, validBefore: Count, call: Call]
            by: "For a member of the council.",
            waits: Waits::Never, refused: refused::action(c.validAfter, c.validBefore),
            says: format!("Approves as a member that the council carries out {}", t.action(&action!(c))?);

        "revoke" => revokeCall(c, t) [target: AnyAccount, value: Count256, nonce: Count256, epoch: Count256, validAfter: Count, validBefore: Count, call: Call]
            by: "For the member whose approval it is.",
            waits: Waits::Never, refused: None,
            says: format!("Takes back the approval that the council carries out {}", t.action(&action!(c))?);
    }
}

/// What a council calls on itself.
pub(super) mod itself {
    use super::*;

    acts! {
        /// `ICouncilItself`.
        council::ICouncilItself;

        "set-members" => setMembersCall(c, _) [members: Accounts, threshold: Count]
            by: "For the council itself.",
            waits: Waits::Never, refused: refused::members(&c.members, c.threshold),
            says: format!("REPLACES THE COUNCIL: {} of these {} members decide from then on: {}.", c.threshold, c.members.len(), list(&c.members));

        "cancel-action" => cancelActionCall(c, _) [digest: Hash]
            by: "For the council itself.",
            waits: Waits::Never, refused: None,
            says: format!("Cancels the council's action {}: it will not be carried out.", c.digest);

        "name-committee" => nameCommitteeCall(c, _) [members: Accounts, threshold: Count, expiresAt: Count]
            by: "For the council itself.",
            waits: Waits::Never, refused: refused::members(&c.members, c.threshold),
            says: format!("Names the emergency committee, in place of the one before: {} of these {} members pause once in the council's name, until {} at the latest: {}.",
                c.threshold, c.members.len(), moment(c.expiresAt), list(&c.members));
    }
}

/// What the emergency committee and its members call a council with.
pub(super) mod emergency {
    use super::*;

    acts! {
        /// `ICouncilEmergency`.
        council::ICouncilEmergency;

        "execute-emergency" => executeEmergencyCall(c, t) [target: AnyAccount, value: Count256, nonce: Count256, epoch: Count256, validAfter: Count, validBefore: Count, call: Call, approvals: Call]
            by: "For anyone who has the approvals of the committee's members.",
            waits: Waits::Never, refused: refused::action(c.validAfter, c.validBefore),
            says: format!("Carries out as the council, by its emergency committee's one act, {} It comes with {} bytes of approvals, which are not checked here.", t.action(&action!(c))?, c.approvals.len());

        "approve-emergency" => approveEmergencyCall(c, t) [target: AnyAccount, value: Count256, nonce: Count256, epoch: Count256, validAfter: Count, validBefore: Count, call: Call]
            by: "For a member of the emergency committee.",
            waits: Waits::Never, refused: refused::action(c.validAfter, c.validBefore),
            says: format!("Approves as a member of the emergency committee that its one act is {}", t.action(&action!(c))?);

        "revoke-emergency" => revokeEmergencyCall(c, t) [target: AnyAccount, value: Count256, nonce: Count256, epoch: Count256, validAfter: Count, validBefore: Count, call: Call]
            by: "For the member of the emergency committee whose approval it is.",
            waits: Waits::Never, refused: None,
            says: format!("Takes back the approval that the emergency committee's one act is {}", t.action(&action!(c))?);
    }
}

fn list(members: &[Address]) -> String {
    let members: Vec<String> = members.iter().map(ToString::to_string).collect();
    members.join(", ")
}

impl Telling<'_> {
    /// A council's action, with the call that it makes.
    fn action(&self, action: &Action<'_>) -> Result<String, crate::describe::Refused> {
        Ok(format!(
            "a call of {} with {} wei: [{}] Its nonce is {}, the council's epoch {}; it holds from {} up to {}.",
            action.target,
            action.value,
            self.inner(action.data)?,
            action.nonce,
            action.epoch,
            action.from,
            action.until
        ))
    }
}
