//! What an endpoint says of a patch: whether the chain is as the file says, where the patch is in its life, and who approved.
//!
//! # Design
//! - **At one block**, which is looked at again at the end.
//! - The manager is asked for the identifier too: that it computes the same is not taken for granted.
//! - What a view refuses is told with the contract's own error.

use super::report::Told;
use crate::{
    acts::Kind,
    endpoint::Endpoint,
    interfaces::patch::IPatchCare,
    said::Said,
    words::{duration, moment, Words},
};
use alloy_primitives::{Address, Bytes};
use alloy_sol_types::{SolCall, SolError};
use embedded_chain::{Remote, RemoteAnswer};
use patch_file::{
    interface::IPatchManager::CanaryPassed,
    terms::{HAND_OVER, PHASES},
    PatchFile,
};

mod attesters;
mod code;
mod signers;

pub use attesters::Signed;

/// The number of a phase.
const APPROVED: u8 = 3;
const ARMED: u8 = 4;
const PROBATION: u8 = 5;
const FINAL: u8 = 6;

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
    let code = asking.code(file.manager)?;
    if code.is_empty() {
        return Err(format!(
            "nothing stands at the manager {} on this chain: look at 'manager' in the file",
            file.manager
        ));
    }
    if let Some(why) = code::stopped(file.manager, &code, &asking)? {
        return Err(format!(
            "the manager {} is a program that does not run, so that nothing can be asked of it: {why}. Anybody activates it at ArbWasm",
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
    code::told(
        file,
        &asking,
        policy.as_ref().map(|policy| policy.minSecsLeft),
        &mut told,
    )?;
    code::layouts(file, &asking, phase, &mut told)?;
    attesters::told(file, &asking, since, signed, &mut told)?;
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
                "It passes: the code is as approved, the switch works, and {}.",
                match passed.checks {
                    0 => "NOTHING IS CHECKED".to_owned(),
                    1 => "its check holds".to_owned(),
                    count => format!("all {count} checks hold"),
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
