//! What a council is called with. The approvals that `execute` carries are the members' to make; what members approve on chain, and what a council
//! does to itself, is written here.

use super::{acts, refused, Act, Waits};
use crate::{
    describe::{Action, Telling},
    words::moment,
};

/// The rows of both interfaces.
pub(crate) fn all() -> impl Iterator<Item = &'static Act> {
    outside::ACTS.iter().chain(itself::ACTS)
}

/// What anybody or a member calls.
pub(super) mod outside {
    use super::*;

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
            says: {
                let members: Vec<String> = c.members.iter().map(ToString::to_string).collect();
                format!("REPLACES THE COUNCIL: {} of these {} members decide from then on: {}.", c.threshold, members.len(), members.join(", "))
            };

        "cancel-action" => cancelActionCall(c, _) [digest: Hash]
            by: "For the council itself.",
            waits: Waits::Never, refused: None,
            says: format!("Cancels the council's action {}: it will not be carried out.", c.digest);
    }
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
