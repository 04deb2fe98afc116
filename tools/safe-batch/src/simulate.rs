//! What a batch would change, on a fork of the state that an endpoint tells.
//!
//! # Design
//! - **As the Safe makes them**: calls from its address, in order, in one transaction, all or nothing. A delegatecall is refused before.
//! - **Two ways to see what changes**: what the contracts say of themselves before and after, in words, and every word of storage that differs,
//!   as it is. A contract's own words can lie, the words of storage cannot.
//! - **Before and after are of one moment**, so that time that passes is not told as a change that the batch makes.
//!
//! # Trust assumptions
//! - The endpoint, for everything that is read; the state moves on after the block; and the time of the execution is a guess until it is over.
//! - The Safe's own part is not executed: its owners, threshold, signatures, guards and modules, and its nonce.

use crate::{
    acts::Kind,
    batch::Batch,
    describe::describe,
    endpoint::Endpoint,
    patch::sentences,
    report::{finished, told, Expected, Report},
    said::{is_precompile, somebody_unknown, Said},
    unpack::{calls_of, Call},
    views::{questions, Answer, Named, Question},
    words::{duration, moment, Words},
};
use alloy_primitives::{Address, U256};
use embedded_chain::{BatchOutcome, Fork, ForkError, Outcome, RemoteError, SafeCall, Status};
use std::sync::Arc;

/// What is to be simulated, and when.
pub struct Request<'a> {
    /// The batch, of the Safe that executes it.
    pub batch: &'a Batch,
    /// The Safe.
    pub safe: Address,
    /// Whether it is what a wallet shows to be signed, which is unpacked where it is a batch. In a file of the Transaction Builder each transaction
    /// is a plain call, also of MultiSend.
    pub is_shown: bool,
    /// Who hands it in; when none is given, somebody who is nobody else.
    pub executor: Option<Address>,
    /// Seconds after the block.
    pub after_secs: u64,
    /// What the contracts are.
    pub kind: Kind,
    /// Names and units.
    pub words: &'a Words,
    /// What the batch has to be for.
    pub expected: Expected,
}

/// What a contract is asked before and after.
struct Contract {
    address: Address,
    is_council: bool,
    questions: Vec<(Question, Answer)>,
}

/// Simulates a batch.
///
/// # Errors
/// A sentence: it is refused, or the endpoint does not say what is needed.
pub fn simulate(endpoint: &Arc<Endpoint>, request: &Request<'_>) -> Result<Report, String> {
    let block = endpoint.block();
    if request.batch.chain_id != block.chain_id {
        return Err(format!(
            "it is for chain {} and the endpoint is of chain {}",
            request.batch.chain_id, block.chain_id
        ));
    }
    if let Some(other) = request.batch.safe.filter(|safe| *safe != request.safe) {
        return Err(format!("it is for the Safe {other} and not for {}", request.safe));
    }
    let (described, mut look) = told(request.batch, request.kind, request.words, request.expected)?;
    let calls = unpacked(request)?;
    let remote = Arc::clone(endpoint);
    let mut fork = Fork::new(remote, block, request.after_secs).map_err(sentence)?;
    let said = Said {
        kind: request.kind,
        words: request.words,
    };
    let mut text = format!(
        "Simulated on block {} ({}, {}), as if executed at {}{}. Nothing is sent.\n\n{described}\nWHAT WOULD HAPPEN:\n",
        block.number,
        endpoint.hash(),
        moment(block.timestamp),
        moment(fork.now()),
        match request.after_secs {
            0 => String::new(),
            secs => format!(", {} later", duration(secs)),
        }
    );
    look.extend(standing(&fork, request.safe, &calls).map_err(|why| why.to_string())?);
    let contracts = before(&fork, block.chain_id, &calls, &said).map_err(sentence)?;
    for contract in &contracts {
        if contract
            .questions
            .iter()
            .all(|(_, answer)| *answer == Answer::Nothing)
        {
            look.push(format!(
                "{} answers nothing that a {} answers.",
                contract.address,
                contract.name(said.kind)
            ));
        }
    }
    let batch: Vec<SafeCall> = calls
        .iter()
        .map(|call| SafeCall {
            to: call.to,
            value: call.value,
            data: call.data.clone(),
        })
        .collect();
    let executor = request.executor.unwrap_or_else(somebody_unknown);
    let outcome = fork
        .batch(request.safe, executor, &batch)
        .map_err(|why| why.to_string())?;
    for (index, call) in outcome.calls.iter().enumerate() {
        text.push_str(&happened(index + 1, call, &said));
    }
    if let Some(failed) = outcome.calls.iter().position(|call| !call.is_success()) {
        let why = format!("Call {} fails, so that nothing of the batch happens.", failed + 1);
        text.push_str(&format!(
            "\nNOTHING CHANGES: call {} fails, and the batch with it.\n",
            failed + 1
        ));
        look.push(why);
    } else {
        text.push_str(&after(&fork, &contracts, &said).map_err(sentence)?);
        text.push_str(&changes(&outcome, request));
    }
    endpoint.still_the_same().map_err(|why| why.to_string())?;
    Ok(finished(text, &look))
}

fn sentence(error: ForkError) -> String {
    error.to_string()
}

/// The calls that the Safe makes.
fn unpacked(request: &Request<'_>) -> Result<Vec<Call>, String> {
    let mut calls = Vec::new();
    for (index, transaction) in request.batch.transactions.iter().enumerate() {
        let named = |why: String| format!("transaction {}: {why}", index + 1);
        let value = transaction.value.parse::<U256>();
        let call = Call {
            to: transaction.to,
            value: value.map_err(|_| named("its value is too large".to_owned()))?,
            data: transaction.data.clone(),
        };
        if request.is_shown {
            calls.extend(calls_of(request.safe, &call).map_err(named)?);
        } else {
            calls.push(call);
        }
    }
    Ok(calls)
}

/// What is wrong with where calls come from and go to.
fn standing(fork: &Fork, safe: Address, calls: &[Call]) -> Result<Vec<String>, RemoteError> {
    let mut look = Vec::new();
    if fork.code(safe)?.is_empty() {
        look.push(format!(
            "Nothing stands at {safe}: there is no Safe on this chain."
        ));
    }
    for (index, call) in calls.iter().enumerate() {
        if !call.data.is_empty() && !is_precompile(call.to) && fork.code(call.to)?.is_empty() {
            look.push(format!(
                "Nothing stands at {}: call {} succeeds there and does nothing.",
                call.to,
                index + 1
            ));
        }
    }
    Ok(look)
}

impl Contract {
    fn name(&self, kind: Kind) -> String {
        match self.is_council {
            true => "council".to_owned(),
            false => kind.contract().to_owned(),
        }
    }
}

/// Asks each contract that is called, before anything happens.
fn before(fork: &Fork, chain_id: u64, calls: &[Call], said: &Said<'_>) -> Result<Vec<Contract>, ForkError> {
    let mut named = Named::default();
    let mut contracts: Vec<Contract> = Vec::new();
    for call in calls {
        let Ok(described) = describe(&call.data, said.kind, said.words) else {
            continue;
        };
        named.extend(&described.named);
        let Some((act, values)) = described.act else {
            continue;
        };
        if let Some(terms) = sentences::terms_in(act, &values) {
            named.hash(terms.id(chain_id, call.to));
        }
        let is_council = act.is_a_councils();
        let known = |contract: &Contract| contract.address == call.to && contract.is_council == is_council;
        if !contracts.iter().any(known) && !fork.code(call.to)?.is_empty() {
            contracts.push(Contract {
                address: call.to,
                is_council,
                questions: Vec::new(),
            });
        }
    }
    for contract in &mut contracts {
        for question in questions(said, contract.is_council, &named) {
            let answer = question.ask(fork, contract.address, said)?;
            contract.questions.push((question, answer));
        }
    }
    Ok(contracts)
}

/// What each contract says then, where that is something else.
fn after(fork: &Fork, contracts: &[Contract], said: &Said<'_>) -> Result<String, ForkError> {
    let mut text = String::new();
    for contract in contracts {
        let mut lines = Vec::new();
        for (question, before) in &contract.questions {
            let after = question.ask(fork, contract.address, said)?;
            lines.extend(question.changed(before, &after));
        }
        let name = contract.name(said.kind);
        if lines.is_empty() {
            text.push_str(&format!(
                "\nThe {name} {} says the same of itself as before, as far as it can be asked.\n",
                contract.address
            ));
        } else {
            text.push_str(&format!(
                "\nWhat the {name} {} says of itself:\n",
                contract.address
            ));
            lines
                .iter()
                .for_each(|line| text.push_str(&format!("   {line}\n")));
        }
    }
    Ok(text)
}

/// A call and what came of it.
fn happened(number: usize, outcome: &Outcome, said: &Said<'_>) -> String {
    let mut text = match outcome.status {
        Status::Success => format!("{number}. Succeeds, with {} gas.\n", outcome.gas_used),
        Status::Revert => format!(
            "{number}. FAILS: {}{}\n",
            said.error(&outcome.output),
            reason(outcome)
        ),
        Status::Halt(why) => format!("{number}. FAILS: {why}{}\n", reason(outcome)),
    };
    for log in &outcome.logs {
        text.push_str(&format!("   Event of {}: {}\n", log.address, said.event(log)));
    }
    text
}

fn reason(outcome: &Outcome) -> String {
    match &outcome.reason {
        Some(reason) => format!(
            " (the last that a program or a precompile says: {})",
            reason.escape_default()
        ),
        None => String::new(),
    }
}

/// Every word of storage, ETH and contract that changes, as it is.
fn changes(outcome: &BatchOutcome, request: &Request<'_>) -> String {
    let mut text = String::new();
    let eth = |amount| request.words.amount(Address::ZERO, amount);
    for change in &outcome.changes {
        let address = change.address;
        let mut lines = Vec::new();
        if change.is_arbos() {
            lines.push(format!(
                "   {} words of ArbOS's own state (programs that are activated or cached), which lie elsewhere there",
                change.words.len()
            ));
        } else {
            lines.extend(change.words.iter().map(|word| {
                format!(
                    "   {:#066x}: {:#066x} -> {:#066x}",
                    word.key, word.before, word.after
                )
            }));
        }
        if change.balance.0 != change.balance.1 {
            lines.push(format!(
                "   ETH: {} -> {}",
                eth(change.balance.0),
                eth(change.balance.1)
            ));
        }
        if change.code_hash.0 != change.code_hash.1 {
            lines.push(match change.code_hash {
                (None, Some(_)) => "   an account that was not there".to_owned(),
                (Some(_), None) => "   an account that is gone".to_owned(),
                _ => "   other code".to_owned(),
            });
        }
        if change.nonce.0 != change.nonce.1 {
            lines.push(format!("   nonce: {} -> {}", change.nonce.0, change.nonce.1));
        }
        text.push_str(&format!("\nWhat changes of {address}, key: before -> after:\n"));
        lines.iter().for_each(|line| text.push_str(&format!("{line}\n")));
    }
    if outcome.changes.is_empty() {
        text.push_str("\nNO WORD OF STORAGE AND NO BALANCE CHANGES.\n");
    }
    text.push_str(&format!(
        "\nBeside that the Safe {} counts its nonce up, and whoever hands it in pays for the gas.\n",
        request.safe
    ));
    text
}
