//! Who approves a patch, how many are needed, and who has.

use super::{super::report::Told, code, signers, Asking};
use crate::interfaces::{
    council::ICouncil,
    patch::{IPatchGovernance, IPatchManager},
};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use patch_file::PatchFile;
use std::collections::BTreeMap;

/// The action by which the council approves, as its members sign it.
#[derive(Clone, Copy, Debug)]
pub struct Signed {
    /// Any number.
    pub nonce: u64,
    /// The council's epoch.
    pub epoch: u64,
    /// From when on it may be carried out.
    pub valid_after: u64,
    /// Until when.
    pub valid_before: u64,
}

/// Who approves, how many are needed, and who has.
pub(super) fn told(
    file: &PatchFile,
    asking: &Asking<'_>,
    since: u64,
    signed: Option<Signed>,
    told: &mut Told,
) -> Result<(), String> {
    told.head("WHO APPROVES");
    let manager = file.manager;
    let attesters = match asking.view(manager, &IPatchGovernance::attestersCall {})? {
        Ok(attesters) => attesters,
        Err(why) => {
            told.alarm(&format!("The manager does not say who its attesters are: {why}."));
            return Ok(());
        }
    };
    if let Some(why) = code::stopped(attesters, &asking.code(attesters)?, asking)? {
        told.alarm(&format!("The attesters {attesters} are a program that does not run: {why}. Nobody approves until anybody has activated it at ArbWasm."));
        return Ok(());
    }
    let members = asking.view(attesters, &ICouncil::membersCall {})?;
    let threshold = asking.view(attesters, &ICouncil::thresholdCall {})?;
    let epoch = asking.view(attesters, &ICouncil::epochCall {})?;
    let (Ok(members), Ok(threshold), Ok(epoch)) = (members, threshold, epoch) else {
        told.alarm(&format!(
            "The attesters {attesters} are no council: who approved cannot be told."
        ));
        return Ok(());
    };
    told.line(&format!(
        "The council {attesters}: {threshold} of {} members, in its epoch {epoch}.",
        members.len()
    ));
    let logs = |address: Address, topics: &[B256]| asking.endpoint.logs(address, topics, since);
    let mut digest = None;
    let mut signed_by = BTreeMap::new();
    let approved = logs(
        manager,
        &[IPatchManager::PatchApproved::SIGNATURE_HASH, file.id()],
    );
    let approved = match approved {
        Ok(approved) => approved,
        Err(why) => {
            told.line(&format!("Who approved cannot be told: {why}. Give --since BLOCK, that in which the patch was put on record, or a later one."));
            return Ok(());
        }
    };
    if let Some(log) = approved.first() {
        told.line(&format!(
            "It approved the patch in block {}, transaction {}.",
            log.block, log.transaction
        ));
        let authorized = logs(attesters, &[ICouncil::ActionAuthorized::SIGNATURE_HASH]).unwrap_or_default();
        for action in authorized
            .iter()
            .filter(|action| action.transaction == log.transaction)
        {
            if let Ok(event) =
                ICouncil::ActionAuthorized::decode_raw_log(action.topics.iter().copied(), &action.data)
            {
                if event.target == manager {
                    told.line(&format!(
                        "With {} approvals, of which {threshold} were needed as its members are now.",
                        event.given
                    ));
                    digest = Some(event.digest);
                    signed_by = signers::of(asking, attesters, event.digest, log.transaction)?;
                }
            }
        }
    }
    if let (None, Some(signed)) = (digest, signed) {
        let call = ICouncil::digestCall {
            target: manager,
            value: U256::ZERO,
            nonce: U256::from(signed.nonce),
            epoch: U256::from(signed.epoch),
            validAfter: signed.valid_after,
            validBefore: signed.valid_before,
            call: file.approve().abi_encode().into(),
        };
        digest = asking.view(attesters, &call)?.ok();
        if U256::from(signed.epoch) != epoch {
            told.alarm(&format!("The action is for epoch {} and the council is in epoch {epoch}: what is approved of it does not count.", signed.epoch));
        }
    }
    let Some(digest) = digest else {
        if approved.is_empty() {
            told.line("It has not approved the patch. With --nonce, --epoch, --valid-after and --valid-before, as for 'write --approve', its members' approvals on chain are told.");
        }
        for member in &members {
            told.line(&format!("  {member}"));
        }
        return Ok(());
    };
    let given = logs(attesters, &[ICouncil::ActionApproved::SIGNATURE_HASH, digest]);
    let taken = logs(attesters, &[ICouncil::ActionRevoked::SIGNATURE_HASH, digest]);
    let (Ok(given), Ok(taken)) = (given, taken) else {
        told.line(
            "Which of its members approved on chain cannot be told: the endpoint does not search its logs.",
        );
        return Ok(());
    };
    let last = |logs: &[crate::endpoint::FoundLog], member: Address| {
        let of = logs
            .iter()
            .filter(|log| log.topics.get(2) == Some(&member.into_word()));
        of.map(|log| (log.block, log.index)).max()
    };
    let mut on_chain = 0;
    for member in &members {
        let has_approved = last(&given, *member) > last(&taken, *member);
        on_chain += usize::from(has_approved);
        let how = match has_approved {
            true => "approved on chain",
            false if approved.is_empty() => "not on chain",
            false => signed_by
                .get(member)
                .copied()
                .unwrap_or("did not approve, as far as the transaction tells"),
        };
        told.line(&format!("  {member}: {how}"));
    }
    if approved.is_empty() {
        told.line(&format!(
            "{on_chain} of {threshold} approve on chain. Signatures that are handed around are not seen here."
        ));
    }
    Ok(())
}
