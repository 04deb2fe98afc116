//! Who signed what a council carried out: it is in the transaction that handed it in.
//!
//! # Design
//! - **A signature proves itself**, wherever in the transaction it is found: it is the action's hash that is signed. What a member approved on chain the council's events say.
//! - **A contract's answer and a passkey's signature were verified by the council** when it was called by the transaction itself. Handed in through another contract they are not told, as that one
//!   may have handed in others than those that can be seen.
//! - What is found is the action's: the call has the digest that the council's event has.

use super::Asking;
use crate::{
    interfaces::council::ICouncil,
    unpack::{calls_of, Call},
};
use alloy_primitives::{keccak256, Address, Signature, B256, U256};
use alloy_sol_types::SolCall;
use portcullis_core::council::{Entries, Entry};
use serde_json::json;
use std::collections::BTreeMap;

/// Who approved an action off chain, and how, as far as the transaction that handed it in tells.
///
/// # Errors
/// A sentence: the endpoint does not answer.
pub(super) fn of(
    asking: &Asking<'_>,
    council: Address,
    digest: B256,
    transaction: B256,
) -> Result<BTreeMap<Address, &'static str>, String> {
    let endpoint = asking.endpoint;
    let why = |why: embedded_chain::RemoteError| why.to_string();
    let answer = endpoint
        .ask("eth_getTransactionByHash", json!([transaction]))
        .map_err(why)?;
    // One that makes a contract calls nobody.
    let to = match &answer["to"] {
        serde_json::Value::Null => return Ok(BTreeMap::new()),
        to => endpoint.bytes("'to' of a transaction", to).map_err(why)?,
    };
    let to = Address::try_from(to.as_ref())
        .map_err(|_| why(endpoint.no_answer("eth_getTransactionByHash", &answer)))?;
    let data = endpoint
        .bytes("'input' of a transaction", &answer["input"])
        .map_err(why)?;
    let value = U256::ZERO;
    // What is no Safe's is itself, and what a Safe would not be let through with shows nothing.
    let calls = calls_of(to, &Call { to, value, data }).unwrap_or_default();
    let mut found = BTreeMap::new();
    for call in calls.iter().filter(|call| call.to == council) {
        let Ok(handed) = ICouncil::executeCall::abi_decode(&call.data) else {
            continue;
        };
        let action = ICouncil::digestCall {
            target: handed.target,
            value: handed.value,
            nonce: handed.nonce,
            epoch: handed.epoch,
            validAfter: handed.validAfter,
            validBefore: handed.validBefore,
            call: handed.call,
        };
        if asking.view(council, &action)? == Ok(digest) {
            found.extend(signers(digest, &handed.approvals, to == council));
        }
    }
    Ok(found)
}

/// Who approved off chain, of those whose approvals are handed in: by signature, and what else was verified.
fn signers(digest: B256, approvals: &[u8], verified: bool) -> BTreeMap<Address, &'static str> {
    let entries = Entries::of(approvals).map_while(Result::ok);
    let signer = |entry| match entry {
        Entry::Ecdsa { rs, v } => {
            let (r, s) = rs.split_at_checked(32)?;
            let [r, s] = [r, s].map(U256::from_be_slice);
            let signer = Signature::new(r, s, v == 28).recover_address_from_prehash(&digest);
            Some((signer.ok()?, "approved by signature"))
        }
        Entry::Contract { member, .. } if verified => Some((member, "approved as a contract")),
        Entry::P256 { key, .. } if verified => {
            Some((Address::from_word(keccak256(key)), "approved by a passkey"))
        }
        Entry::OnChain { .. } | Entry::Contract { .. } | Entry::P256 { .. } => None,
    };
    entries.filter_map(signer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, b256, hex};

    /// The example of EIP-712: its digest, who signs it, and how.
    const DIGEST: B256 = b256!("0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
    const SIGNER: Address = address!("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826");
    const RSV: [u8; 65] = hex!("4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c");

    fn approvals() -> Vec<u8> {
        let contract = [&[3][..], &[0xaa; 20], &[0, 2], &[7, 7]].concat();
        let on_chain = [&[2][..], &[0xbb; 20]].concat();
        let passkey = [&[4][..], &[0xcc; 128]].concat();
        [contract, on_chain, [&[1][..], &RSV].concat(), passkey].concat()
    }

    #[test]
    fn a_signature_proves_itself_and_the_rest_the_council_has_to_have_verified() {
        let passkey = Address::from_word(keccak256([0xcc; 64]));
        let all = signers(DIGEST, &approvals(), true);
        let expected = [
            (Address::repeat_byte(0xaa), "approved as a contract"),
            (SIGNER, "approved by signature"),
            (passkey, "approved by a passkey"),
        ];
        assert_eq!(all, BTreeMap::from(expected));
        let proven = signers(DIGEST, &approvals(), false);
        assert_eq!(proven, BTreeMap::from([(SIGNER, "approved by signature")]));
    }

    #[test]
    fn a_signature_of_something_else_is_somebody_elses() {
        let other = signers(keccak256([1]), &approvals(), false);
        assert!(!other.contains_key(&SIGNER), "{other:?}");
    }

    #[test]
    fn what_is_cut_short_tells_no_more_than_what_stands_before_it() {
        for length in 0..approvals().len() {
            let told = signers(DIGEST, &approvals()[..length], true);
            assert_eq!(told.contains_key(&SIGNER), length >= 25 + 21 + 66, "{length}");
        }
    }
}
