//! What contracts say of themselves: every view that can be asked with what a batch names.

use crate::{
    acts::Kind,
    said::{council_views, views, Said},
    value::{Value, BRIDGE_GROUPS},
};
use alloy_primitives::{Address, Bytes, B256};
use alloy_sol_types::private::alloy_json_abi::Function;
use embedded_chain::{Fork, ForkError};
use portcullis_core::pause::GROUPS;

/// What the calls of a batch name.
#[derive(Default)]
pub(crate) struct Named {
    addresses: Vec<Address>,
    hashes: Vec<B256>,
}

impl Named {
    /// Takes in the values of a call.
    pub(crate) fn extend(&mut self, values: &[Value]) {
        for value in values {
            match value {
                Value::Address(address) => self.address(*address),
                Value::Addresses(addresses) => addresses.iter().for_each(|address| self.address(*address)),
                Value::B256(hash) => self.hash(*hash),
                _ => {}
            }
        }
    }

    /// Takes in a hash.
    pub(crate) fn hash(&mut self, hash: B256) {
        if !self.hashes.contains(&hash) {
            self.hashes.push(hash);
        }
    }

    fn address(&mut self, address: Address) {
        if !self.addresses.contains(&address) {
            self.addresses.push(address);
        }
    }
}

/// A view with its arguments.
pub(crate) struct Question {
    /// How it is told: `state(group 2)`.
    label: String,
    view: Function,
    asset: Option<Address>,
    data: Bytes,
}

/// The questions to a contract of a kind, or to a council.
pub(crate) fn questions(said: &Said<'_>, is_council: bool, named: &Named) -> Vec<Question> {
    let all = if is_council {
        council_views()
    } else {
        views(said.kind)
    };
    let mut questions: Vec<Question> = all.iter().flat_map(|view| asked(view, said, named)).collect();
    questions.sort_by(|one, other| one.label.cmp(&other.label));
    questions
}

fn asked(view: &Function, said: &Said<'_>, named: &Named) -> Vec<Question> {
    let with = |text: String, asset: Option<Address>, word: B256| Question {
        label: format!("{}({text})", view.name),
        view: view.clone(),
        asset,
        data: [view.selector().as_slice(), word.as_slice()].concat().into(),
    };
    let inputs: Vec<(&str, &str)> = view
        .inputs
        .iter()
        .map(|input| (input.ty.as_str(), input.name.as_str()))
        .collect();
    match inputs.as_slice() {
        [] => vec![Question {
            label: format!("{}()", view.name),
            view: view.clone(),
            asset: None,
            data: view.selector().to_vec().into(),
        }],
        [("uint8", "group")] => {
            let last = match said.kind {
                Kind::Bridge => BRIDGE_GROUPS,
                _ => GROUPS,
            };
            (0..=last)
                .map(|group| with(said.group(group), None, B256::with_last_byte(group)))
                .collect()
        }
        [("address", "asset")] => {
            let mut assets = named.addresses.clone();
            if !assets.contains(&Address::ZERO) {
                assets.push(Address::ZERO);
            }
            assets
                .into_iter()
                .map(|asset| with(said.words.asset(asset), Some(asset), asset.into_word()))
                .collect()
        }
        [("address", _)] => named
            .addresses
            .iter()
            .map(|address| with(address.to_string(), None, address.into_word()))
            .collect(),
        [("bytes32", _)] => {
            let hashes = named.hashes.iter();
            hashes.map(|hash| with(hash.to_string(), None, *hash)).collect()
        }
        _ => Vec::new(),
    }
}

/// What came of a question.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// An answer in words.
    Told(String),
    /// A refusal in words.
    Refused(String),
    /// Nothing that the interface says: another contract stands there.
    Nothing,
}

impl Question {
    /// Asks a contract.
    pub(crate) fn ask(&self, fork: &Fork, to: Address, said: &Said<'_>) -> Result<Answer, ForkError> {
        let outcome = fork.call(Address::ZERO, to, self.data.clone())?;
        if outcome.is_success() {
            let told = said.answer(&self.view, self.asset, &outcome.output);
            return Ok(told.map_or(Answer::Nothing, Answer::Told));
        }
        if outcome.output.is_empty() {
            return Ok(Answer::Nothing);
        }
        Ok(Answer::Refused(format!(
            "refused, {}",
            said.error(&outcome.output)
        )))
    }

    /// What is to be told when an answer has become another.
    pub(crate) fn changed(&self, before: &Answer, after: &Answer) -> Option<String> {
        let text = |answer: &Answer| match answer {
            Answer::Told(text) | Answer::Refused(text) => text.clone(),
            Answer::Nothing => "no answer".to_owned(),
        };
        (before != after).then(|| format!("{}: {} -> {}", self.label, text(before), text(after)))
    }
}
