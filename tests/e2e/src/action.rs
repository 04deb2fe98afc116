//! A council's action: what its members sign, and the calls that are made of it.

use crate::hub::{ICouncil, ICouncilEmergency};
use alloy_primitives::{Address, Bytes, B256};
use alloy_sol_types::{eip712_domain, sol, SolStruct};

sol! {
    /// What members sign, field by field.
    #[derive(Debug, PartialEq, Eq)]
    struct Action {
        address target;
        uint256 value;
        bytes call;
        uint256 nonce;
        uint256 epoch;
        uint64 validAfter;
        uint64 validBefore;
    }
}

/// The name in the domain of what a council's members sign.
pub const COUNCIL: &str = "Portcullis Council";
/// The name in the domain of what an emergency committee's members sign.
pub const EMERGENCY_COMMITTEE: &str = "Portcullis Emergency Committee";

/// An approval, as the bytes of an entry, and whose it is.
pub type Entry = (Address, Vec<u8>);

/// Entries in the order in which they are asked for, one after the other.
#[must_use]
pub fn approvals(mut entries: Vec<Entry>) -> Bytes {
    entries.sort();
    entries
        .into_iter()
        .flat_map(|(_, entry)| entry)
        .collect::<Vec<u8>>()
        .into()
}

/// A call whose arguments are those of an action, and more.
macro_rules! call_of {
    ($action:expr, $interface:ident::$call:ident $(, $more:ident)*) => {{
        let Action { target, value, call, nonce, epoch, validAfter, validBefore } = $action.clone();
        $interface::$call { target, value, nonce, epoch, validAfter, validBefore, call, $($more),* }
    }};
}

impl Action {
    /// What wallets compute for a council at this address, or for its committee.
    #[must_use]
    pub fn signing_hash(&self, name: &'static str, chain_id: u64, council: Address) -> B256 {
        self.eip712_signing_hash(&eip712_domain! {
            name: name,
            version: "1",
            chain_id: chain_id,
            verifying_contract: council,
        })
    }

    /// Asks the council what is signed.
    #[must_use]
    pub fn digest(&self) -> ICouncil::digestCall {
        call_of!(self, ICouncil::digestCall)
    }

    /// Carries it out.
    #[must_use]
    pub fn execute(&self, approvals: Bytes) -> ICouncil::executeCall {
        call_of!(self, ICouncil::executeCall, approvals)
    }

    /// Approves it on chain.
    #[must_use]
    pub fn approve(&self) -> ICouncil::approveCall {
        call_of!(self, ICouncil::approveCall)
    }

    /// Asks the council what its committee signs.
    #[must_use]
    pub fn emergency_digest(&self) -> ICouncilEmergency::emergencyDigestCall {
        call_of!(self, ICouncilEmergency::emergencyDigestCall)
    }

    /// Carries it out as the committee's one act.
    #[must_use]
    pub fn execute_emergency(&self, approvals: Bytes) -> ICouncilEmergency::executeEmergencyCall {
        call_of!(self, ICouncilEmergency::executeEmergencyCall, approvals)
    }

    /// Approves it on chain, as a member of the committee.
    #[must_use]
    pub fn approve_emergency(&self) -> ICouncilEmergency::approveEmergencyCall {
        call_of!(self, ICouncilEmergency::approveEmergencyCall)
    }

    /// Takes such an approval back.
    #[must_use]
    pub fn revoke_emergency(&self) -> ICouncilEmergency::revokeEmergencyCall {
        call_of!(self, ICouncilEmergency::revokeEmergencyCall)
    }
}
