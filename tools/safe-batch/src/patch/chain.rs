//! What an endpoint says of a patch: whether the chain is as the file says, where the patch is in its life, and who approved.
//!
//! # Design
//! - **At one block**, which is looked at again at the end.
//! - The manager is asked for the identifier too: that it computes the same is not taken for granted.
//! - What a view refuses is told with the contract's own error.

use super::{
    report::{found, Told},
    sentences::PHASES,
};
use crate::{
    acts::Kind,
    endpoint::Endpoint,
    interfaces::{
        council::ICouncil,
        patch::{IPatchCare, IPatchGovernance, IPatchManager},
    },
    said::Said,
    words::{duration, moment, Words},
};
use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall, SolError, SolEvent};
use embedded_chain::{Remote, RemoteAnswer};
use patch_file::{interface::IPatchManager::CanaryPassed, terms::HAND_OVER, PatchFile};

sol! {
    interface IArbWasm {
        function stylusVersion() external view returns (uint16 version);
        function programVersion(address program) external view returns (uint16 version);
        function programTimeLeft(address program) external view returns (uint64 secs);
    }

    interface ILayout {
        function storageLayoutHash() external view returns (bytes32);
    }
}

/// The number of a phase.
const APPROVED: u8 = 3;
const ARMED: u8 = 4;
const PROBATION: u8 = 5;
const FINAL: u8 = 6;

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

struct Asking<'a> {
    endpoint: &'a Endpoint,
    said: Said<'a>,
}

impl Asking<'_> {
    /// What a view answers, or the words in which it refuses.
    fn view<C: SolCall>(&self, to: Address, call: &C) -> Result<Result<C::Return, String>, String> {
        match self
            .endpoint
            .call(to, call.abi_encode().into())
            .map_err(|why| why.to_string())?
        {
            RemoteAnswer::Returned(data) => {
                let answer = C::abi_decode_returns_validate(&data);
                Ok(answer.map_err(|_| "its answer is none of this view".to_owned()))
            }
            RemoteAnswer::Reverted(data) => Ok(Err(self.said.error(&data))),
        }
    }

    fn code(&self, account: Address) -> Result<Bytes, String> {
        Ok(self
            .endpoint
            .account(account)
            .map_err(|why| why.to_string())?
            .code)
    }
}

/// Tells what an endpoint says of a patch.
///
/// # Errors
/// A sentence: it is of another chain, nothing stands at the manager, or it says what is no answer.
pub fn told(
    file: &PatchFile,
    endpoint: &Endpoint,
    since: u64,
    signed: Option<Signed>,
    words: &Words,
) -> Result<Told, String> {
    let block = endpoint.block();
    if block.chain_id != file.chain_id {
        return Err(format!(
            "the file is for chain {} and the endpoint is of chain {}",
            file.chain_id, block.chain_id
        ));
    }
    let asking = Asking {
        endpoint,
        said: Said {
            kind: Kind::Patch,
            words,
        },
    };
    if asking.code(file.manager)?.is_empty() {
        return Err(format!(
            "nothing stands at the manager {} on this chain: look at 'manager' in the file",
            file.manager
        ));
    }
    let mut told = Told::default();
    told.head(&format!(
        "ON CHAIN, AFTER BLOCK {} ({}, {})",
        block.number,
        endpoint.hash(),
        moment(block.timestamp)
    ));
    match asking.view(file.manager, &file.terms.patch_id())? {
        Ok(id) if id == file.id() => told.line("The manager computes the same identifier."),
        Ok(id) => told.alarm(&format!(
            "The manager computes ANOTHER IDENTIFIER, {id}: it is not a patch manager of this version."
        )),
        Err(why) => told.alarm(&format!("The manager does not compute the identifier: {why}.")),
    }
    let policy = asking.view(file.manager, &IPatchCare::policyCall {})?.ok();
    let phase = life(file, &asking, policy.as_ref(), &mut told)?;
    proxy(file, &asking, phase, &mut told)?;
    code(
        file,
        &asking,
        policy.as_ref().map(|policy| policy.minSecsLeft),
        &mut told,
    )?;
    layouts(file, &asking, phase, &mut told)?;
    attesters(file, &asking, since, signed, &mut told)?;
    if phase <= ARMED {
        canary(file, &asking, &mut told)?;
    }
    endpoint.still_the_same().map_err(|why| why.to_string())?;
    Ok(told)
}

/// Where it is in its life, and what can be done when.
fn life(
    file: &PatchFile,
    asking: &Asking<'_>,
    policy: Option<&IPatchCare::policyReturn>,
    told: &mut Told,
) -> Result<u8, String> {
    told.head("WHERE IT IS IN ITS LIFE");
    let now = asking.endpoint.block().timestamp;
    let state = asking.view(file.manager, &IPatchCare::patchStateCall { patch: file.id() })?;
    let Ok(state) = state else {
        told.line("It is not on record.");
        if let Some(policy) = policy {
            // Bounded by the manager to months.
            let earliest = now
                .saturating_add(policy.reviewSecs)
                .saturating_add(policy.delaySecs);
            told.line(&format!(
                "Put on record now, it would be under review for {}, then wait {} from its approval: it could be applied from {} at the earliest.",
                duration(policy.reviewSecs),
                duration(policy.delaySecs),
                moment(earliest)
            ));
        }
        return Ok(0);
    };
    let name = PHASES
        .get(usize::from(state.phase))
        .copied()
        .unwrap_or("in a phase that is not known");
    let (ready, ends) = (moment(state.readyAt), moment(state.endsAt));
    told.line(&format!("It is {name}."));
    match state.phase {
        1 | 2 => {
            told.line(&format!("It has to be approved before {ends}, or it expires."));
            told.line(&format!(
                "It can be applied from {ready} at the earliest, if everybody acts as soon as they can."
            ));
        }
        APPROVED => {
            told.line(&format!("It can be armed for a window that begins at {ready} at the earliest. Not armed before {ends}, it expires."));
        }
        ARMED => told.line(&format!(
            "It can be applied from {ready} on and before {ends}; then it expires."
        )),
        PROBATION => told.line(&format!("It was applied, and can be rolled back before {ends}.")),
        FINAL => told.line("It was applied, and can no longer be rolled back."),
        _ => told.alarm(&format!(
            "It is {name} and never comes back: another salt makes another patch."
        )),
    }
    if state.phase == 1 {
        told.line("Its terms are not shown yet: it has to be revealed before it is armed.");
    }
    if state.proxy != file.terms.proxy {
        told.alarm(&format!("It was committed for ANOTHER PROXY, {}.", state.proxy));
    }
    Ok(state.phase)
}

/// What runs, and what could be gone back to.
fn proxy(file: &PatchFile, asking: &Asking<'_>, phase: u8, told: &mut Told) -> Result<(), String> {
    told.head("WHAT RUNS");
    let terms = &file.terms;
    let now = asking.endpoint.block().timestamp;
    let state = match asking.view(file.manager, &IPatchCare::proxyStateCall { proxy: terms.proxy })? {
        Ok(state) => state,
        // A proxy that was handed over is in nobody's care.
        Err(_) if terms.act == HAND_OVER && phase == FINAL => {
            told.line("The proxy has left the manager's care.");
            return Ok(());
        }
        Err(why) => {
            told.alarm(&format!("The proxy is not in the manager's care: {why}."));
            return Ok(());
        }
    };
    let is_applied = matches!(phase, PROBATION | FINAL);
    let expected = if is_applied {
        terms.implementation
    } else {
        terms.replaces
    };
    match state.implementation == expected {
        true => told.line(&format!("The proxy runs {expected}, as the file says.")),
        // Another patch may have come after a final one.
        false if phase == FINAL => told.line(&format!(
            "The proxy runs {}, which came after this patch.",
            state.implementation
        )),
        false => told.alarm(&format!(
            "The proxy runs {} and NOT {expected}, so that the patch cannot be applied.",
            state.implementation
        )),
    }
    let lives = |secs: u64| match secs {
        u64::MAX => "code of the EVM, which does not expire".to_owned(),
        0 => "A PROGRAM THAT DOES NOT RUN".to_owned(),
        secs => format!(
            "a Stylus program that lives until {}",
            moment(now.saturating_add(secs))
        ),
    };
    told.line(&format!("It is {}.", lives(state.secsLeft)));
    if state.secsLeft == 0 {
        told.look
            .push("What runs behind the proxy is a program that does not run any more.".to_owned());
    }
    if state.probationEndsAt != 0 {
        told.line(&format!(
            "Before {} it can go back to {}: {}.",
            moment(state.probationEndsAt),
            state.previous,
            lives(state.previousSecsLeft)
        ));
        if now.saturating_add(state.previousSecsLeft) < state.probationEndsAt {
            told.look.push(format!(
                "What would be gone back to, {}, does not live as long as the probation: 'keep-alive' prolongs it while it runs.",
                state.previous
            ));
        }
        if !is_applied {
            told.line("Nothing is applied while another patch can be rolled back, unless the guardian settles that one.");
        }
    } else if !is_applied && terms.wayBack == 0 {
        let policy = asking.view(file.manager, &IPatchCare::policyCall {})?;
        let probation = policy.map_or(0, |policy| policy.probationSecs);
        if state.secsLeft < probation {
            told.look.push(format!(
                "What is replaced, {}, lives shorter than a probation of {}: 'keep-alive' prolongs it, or there is no way back.",
                state.implementation,
                duration(probation)
            ));
        }
    }
    Ok(())
}

/// What code there is.
enum Kinds {
    None,
    Delegated,
    Evm,
    Program(Vec<Address>),
    Piece,
}

impl Kinds {
    fn of(code: &[u8]) -> Self {
        match code {
            [] => Self::None,
            [0xef, 0x01, 0x00, ..] => Self::Delegated,
            [0xef, 0xf0, 0x00, ..] => Self::Program(Vec::new()),
            // A prefix, a dictionary, a length; then addresses.
            [0xef, 0xf0, 0x02, rest @ ..] => {
                let addresses = rest.get(5..).unwrap_or_default();
                Self::Program(addresses.chunks_exact(20).map(Address::from_slice).collect())
            }
            [0xef, 0xf0, ..] => Self::Piece,
            _ => Self::Evm,
        }
    }
}

/// Whether the code is what is approved, and lives.
fn code(
    file: &PatchFile,
    asking: &Asking<'_>,
    least_secs: Option<u64>,
    told: &mut Told,
) -> Result<(), String> {
    told.head("WHAT THE CODE IS");
    let terms = &file.terms;
    for (account, is_new) in [(terms.replaces, false), (terms.implementation, true)] {
        let code = asking.code(account)?;
        let hash = keccak256(&code);
        let is_right = !is_new || hash == terms.codeHash;
        match is_right {
            true => told.line(&format!("{}.", found(account, hash))),
            false => told.alarm(&format!(
                "{} and NOT {}: the manager refuses it.",
                found(account, hash),
                terms.codeHash
            )),
        }
        match Kinds::of(&code) {
            Kinds::None => told.alarm(&format!("Nothing stands at {account}.")),
            Kinds::Delegated => told.alarm(&format!("{account} is an account whose code its key changes at will (EIP-7702): the manager refuses it.")),
            Kinds::Piece => told.alarm(&format!("At {account} stands a piece of a program, which does not run by itself.")),
            Kinds::Evm => {
                told.line("  It is code of the EVM, which does not expire.");
                if is_new {
                    fragments(terms.fragments, B256::ZERO, told);
                }
            }
            Kinds::Program(pieces) => {
                let mut hashes = Vec::new();
                for piece in &pieces {
                    hashes.push(keccak256(asking.code(*piece)?));
                }
                let all = match hashes.is_empty() {
                    true => B256::ZERO,
                    false => keccak256(hashes.concat()),
                };
                let pieces: Vec<_> = pieces.iter().zip(&hashes).map(|(piece, hash)| format!("{piece} ({hash})")).collect();
                told.line(&match pieces.is_empty() {
                    true => "  It is a Stylus program in one contract.".to_owned(),
                    false => format!("  It is a Stylus program in fragments: {}.", pieces.join(", ")),
                });
                if is_new {
                    fragments(terms.fragments, all, told);
                }
                lives(account, asking, least_secs.filter(|_| is_new), told)?;
            }
        }
    }
    Ok(())
}

fn fragments(approved: B256, all: B256, told: &mut Told) {
    if approved != all {
        told.alarm(&format!(
            "Its fragments have the hash {all} and NOT {approved}: the manager refuses it. Look at 'fragments' in the file."
        ));
    }
}

fn lives(
    account: Address,
    asking: &Asking<'_>,
    least_secs: Option<u64>,
    told: &mut Told,
) -> Result<(), String> {
    let wasm = portcullis::implementation::ARB_WASM;
    let current = asking.view(wasm, &IArbWasm::stylusVersionCall {})?;
    let version = asking.view(wasm, &IArbWasm::programVersionCall { program: account })?;
    let left = asking.view(wasm, &IArbWasm::programTimeLeftCall { program: account })?;
    let (current, version, left) = match (current, version, left) {
        (Ok(current), Ok(version), Ok(left)) => (current, version, left),
        (_, Err(why), _) | (_, _, Err(why)) | (Err(why), _, _) => {
            told.alarm(&format!("  {account} DOES NOT RUN: {why}. It is activated by anybody at ArbWasm, or when it is applied by an activation gas."));
            return Ok(());
        }
    };
    if version != current {
        told.alarm(&format!("  {account} DOES NOT RUN: it was activated for version {version} of Stylus, and the chain has {current}. Activate it again."));
        return Ok(());
    }
    let ends = asking.endpoint.block().timestamp.saturating_add(left);
    told.line(&format!(
        "  It is active and lives for {}, until {}.",
        duration(left),
        moment(ends)
    ));
    if let Some(least) = least_secs.filter(|least| left < *least) {
        told.alarm(&format!("  The manager asks for {} at the least when it is switched to: activate it again, or keep it alive.", duration(least)));
    }
    Ok(())
}

/// Whether both implementations say that their storage lies as the file says.
fn layouts(file: &PatchFile, asking: &Asking<'_>, phase: u8, told: &mut Told) -> Result<(), String> {
    let terms = &file.terms;
    let mut pairs = vec![(terms.replaces, terms.layoutBefore)];
    if terms.act != HAND_OVER {
        pairs.push((terms.implementation, terms.layoutAfter));
    }
    for (account, hash) in pairs {
        if hash.is_zero() {
            continue;
        }
        match asking.view(account, &ILayout::storageLayoutHashCall {})? {
            Ok(found) if found == hash => told.line(&format!(
                "{account} answers that its storage lies as the file says."
            )),
            Ok(found) => told.alarm(&format!(
                "{account} answers the layout {found} and NOT {hash}: the manager refuses it."
            )),
            // After a year a program that was replaced answers nothing.
            Err(why) if phase == FINAL => {
                told.line(&format!("{account} does not answer storageLayoutHash(): {why}."))
            }
            Err(why) => told.alarm(&format!(
                "{account} does not answer storageLayoutHash(): {why}. The manager refuses it."
            )),
        }
    }
    Ok(())
}

/// Who approves, how many are needed, and who has.
fn attesters(
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
        told.line(&format!(
            "  {member}{}",
            match has_approved {
                true => ": approved on chain",
                false if approved.is_empty() => ": not on chain",
                false => ": not on chain, by signature or not at all",
            }
        ));
    }
    if approved.is_empty() {
        told.line(&format!(
            "{on_chain} of {threshold} approve on chain. Signatures that are handed around are not seen here."
        ));
    }
    Ok(())
}

/// Tries it: the manager's own answer to what would happen now.
fn canary(file: &PatchFile, asking: &Asking<'_>, told: &mut Told) -> Result<(), String> {
    told.head("WHAT WOULD HAPPEN NOW (the canary, which anyone can call and which always reverts)");
    let call = file.canary(0).abi_encode();
    let answer = asking
        .endpoint
        .call(file.manager, call.into())
        .map_err(|why| why.to_string())?;
    match answer {
        RemoteAnswer::Reverted(data) => match CanaryPassed::abi_decode(&data) {
            Ok(passed) if passed.patch == file.id() => told.line(&format!(
                "It passes: the code is as approved, the switch works, and {} hold.",
                match passed.checks {
                    1 => "1 check".to_owned(),
                    count => format!("all {count} checks"),
                }
            )),
            Ok(passed) => told.alarm(&format!(
                "ANOTHER PATCH passes, {}: this is no manager of this version.",
                passed.patch
            )),
            Err(_) => told.alarm(&format!("IT FAILS: {}.", asking.said.error(&data))),
        },
        RemoteAnswer::Returned(_) => {
            told.alarm("IT ANSWERS, which no canary does: this is no patch manager.")
        }
    }
    Ok(())
}
