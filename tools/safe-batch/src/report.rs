//! A batch in words, for those who write it and those who sign it: the same text for both.

use crate::{
    acts::Kind,
    batch::Batch,
    describe::{describe, Description},
    words::Words,
};
use alloy_primitives::Address;

/// What a batch has to be for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expected {
    /// On which chain.
    pub chain_id: Option<u64>,
    /// Of which Safe.
    pub safe: Option<Address>,
    /// Which contract each call is of.
    pub contract: Option<Address>,
}

/// A text, and whether everything in it is known and as it should be.
#[derive(Debug)]
pub struct Report {
    /// The text.
    pub text: String,
    /// Whether there is something to look at before anyone signs.
    pub look: bool,
}

/// What a file keeps as its description: a sentence for each call, numbered.
///
/// # Errors
/// A sentence.
pub fn description(batch: &Batch, kind: Kind, words: &Words) -> Result<String, String> {
    let lines: Vec<String> = described(batch, kind, words)?
        .iter()
        .enumerate()
        .map(|(index, call)| format!("{}. {}", index + 1, call.sentence))
        .collect();
    Ok(lines.join("\n"))
}

fn described(batch: &Batch, kind: Kind, words: &Words) -> Result<Vec<Description>, String> {
    let calls = batch.transactions.iter().enumerate().map(|(index, transaction)| {
        describe(&transaction.data, kind, words).map_err(|why| format!("transaction {}: {why}", index + 1))
    });
    calls.collect()
}

/// Describes a batch.
///
/// # Errors
/// A sentence, when it is for another chain, Safe or contract than expected, or cannot be described.
pub fn batch(batch: &Batch, kind: Kind, words: &Words, expected: Expected) -> Result<Report, String> {
    let (text, look) = told(batch, kind, words, expected)?;
    Ok(finished(text, &look))
}

/// The text, and what there is to look at.
pub(crate) fn told(
    batch: &Batch,
    kind: Kind,
    words: &Words,
    expected: Expected,
) -> Result<(String, Vec<String>), String> {
    if let Some(chain) = expected.chain_id.filter(|chain| *chain != batch.chain_id) {
        return Err(format!("it is for chain {} and not for {chain}", batch.chain_id));
    }
    let safe = match batch.safe {
        Some(safe) => safe.to_string(),
        None => "(it does not say which)".to_owned(),
    };
    if let Some(other) = expected.safe.filter(|safe| Some(*safe) != batch.safe) {
        return Err(format!("it is for the Safe {safe} and not for {other}"));
    }
    let mut look = Vec::new();
    let mut text = format!(
        "Chain {}, Safe {safe}, as for a {}: {} of {}.\n",
        chain(batch.chain_id),
        kind.contract(),
        if batch.transactions.len() == 1 {
            "a batch"
        } else {
            "a batch, all or nothing,"
        },
        match batch.transactions.len() {
            1 => "1 call".to_owned(),
            count => format!("{count} calls"),
        },
    );
    let calls = described(batch, kind, words)?;
    for (index, (transaction, call)) in batch.transactions.iter().zip(&calls).enumerate() {
        let number = index + 1;
        if let Some(contract) = expected.contract.filter(|contract| *contract != transaction.to) {
            return Err(format!(
                "transaction {number} calls {} and not {contract}",
                transaction.to
            ));
        }
        look.extend(
            call.look
                .iter()
                .map(|look| format!("Transaction {number}: {look}")),
        );
        if transaction.value.bytes().any(|digit| digit != b'0') {
            look.push(format!("Transaction {number} sends {} wei.", transaction.value));
        }
        if Some(transaction.to) == batch.safe {
            look.push(format!("Transaction {number} calls the Safe itself."));
        }
        if transaction.to != batch.transactions[0].to {
            look.push(format!(
                "Transaction {number} calls another contract than the first."
            ));
        }
        text.push_str(&format!(
            "\n{number}. {}\n   To:   {}\n",
            call.sentence, transaction.to
        ));
        if let Some((act, _)) = &call.act {
            text.push_str(&format!("   Call: {}\n", act.signature));
        }
        text.push_str(&format!("   Data: {}\n", transaction.data));
    }
    look.extend(out_of_order(batch, kind));
    if !batch.description.is_empty() && batch.description != description(batch, kind, words)? {
        look.push(
            "The description in the file is not the one above. Only the one above is made of the data; other names of groups and units make a difference, too."
                .to_owned(),
        );
    }
    Ok((text, look))
}

/// Describes the data of one call.
///
/// # Errors
/// A sentence.
pub fn data(data: &[u8], kind: Kind, words: &Words) -> Result<Report, String> {
    let call = describe(data, kind, words).map_err(|why| why.to_string())?;
    let mut text = format!("As for a {}: {}\n", kind.contract(), call.sentence);
    if let Some((act, _)) = &call.act {
        text.push_str(&format!("   Call: {}\n", act.signature));
    }
    Ok(finished(text, &call.look))
}

/// The text with what there is to look at behind it.
#[must_use]
pub fn finished(mut text: String, look: &[String]) -> Report {
    if !look.is_empty() {
        text.push_str("\nLOOK AT THIS BEFORE ANYONE SIGNS:\n");
        for look in look {
            text.push_str(&format!("- {look}\n"));
        }
    }
    Report {
        text,
        look: !look.is_empty(),
    }
}

/// Calls that are scheduled in the batch that carries them out: it works only where there is no delay.
fn out_of_order(batch: &Batch, kind: Kind) -> Vec<String> {
    let mut found = Vec::new();
    let schedules = |index: usize| {
        kind.named("schedule")
            .and_then(|schedule| schedule.encode(vec![batch.transactions[index].data.clone().into()]))
    };
    for (index, carried_out) in batch.transactions.iter().enumerate() {
        let earlier = batch.transactions[..index].iter().position(|earlier| {
            earlier.to == carried_out.to && Some(earlier.data.to_vec()) == schedules(index)
        });
        if let Some(earlier) = earlier {
            found.push(format!(
                "Transaction {} carries out what transaction {} schedules: the batch fails unless the contract has no delay yet.",
                index + 1,
                earlier + 1
            ));
        }
    }
    found
}

/// A chain, by its name where it is one of Arbitrum's.
pub(crate) fn chain(id: u64) -> String {
    match id {
        42_161 => "42161 (Arbitrum One)".to_owned(),
        42_170 => "42170 (Arbitrum Nova)".to_owned(),
        421_614 => "421614 (Arbitrum Sepolia)".to_owned(),
        _ => id.to_string(),
    }
}
