//! A layout from a file: what `portcullis::layout` prints, Solidity's `storageLayout`, an artefact that holds one, or the compiler's whole output.

mod check;
mod raw;

use crate::{hash::HashError, model::Layout};
use alloy_primitives::B256;
use raw::RawLayout;
use serde_json::Value;
use std::collections::BTreeMap;

/// The format that `portcullis::layout` prints.
const FORMAT: &str = "portcullis-storage-layout-1";
/// No contract's layout is nearly as large; a compiler's output may be.
const MOST_BYTES: u64 = 256 << 20;

/// Why a file is no layout.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not there, or not readable.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is larger than 256 MiB.
    #[error("it is larger than 256 MiB, which no layout is")]
    TooLarge,
    /// It is not JSON, or not of the form.
    #[error("it is no layout: {0}")]
    Form(#[from] serde_json::Error),
    /// There is no layout in it.
    #[error(
        "there is no storage layout in it: it has to be what 'layout export' writes, solc's storageLayout, an artefact with one, or solc's whole output \
         compiled with \"outputSelection\": \"storageLayout\""
    )]
    Nothing,
    /// It is of a later version.
    #[error("its format is {0}, and this program reads {FORMAT}: take the program of the same version")]
    Format(String),
    /// There are several contracts in it.
    #[error("it holds the layouts of several contracts, so name one with '--contract': {}", .0.join(", "))]
    Several(Vec<String>),
    /// There is no contract of the name in it.
    #[error("it holds no layout of a contract named {asked}; it has {}", listed(.known))]
    Unknown {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: Vec<String>,
    },
    /// It contradicts itself.
    #[error("{0}")]
    Contradiction(String),
    /// It has no hash.
    #[error(transparent)]
    NoHash(#[from] HashError),
    /// Its hash is not the one that it claims.
    #[error("it claims the hash {claimed} and what it holds comes to {computed}: it was changed by hand, or is not whole. Export it anew")]
    OtherHash {
        /// What is written in it.
        claimed: B256,
        /// What it comes to.
        computed: B256,
    },
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "no name at all".to_owned()
    } else {
        names.join(", ")
    }
}

/// Reads the layout in a file, of the contract of this name where there are several.
///
/// # Errors
/// [`ReadError`]
pub fn file(path: &std::path::Path, contract: Option<&str>) -> Result<Layout, ReadError> {
    if std::fs::metadata(path)?.len() > MOST_BYTES {
        return Err(ReadError::TooLarge);
    }
    text(&std::fs::read_to_string(path)?, contract)
}

/// The same of a text.
///
/// # Errors
/// [`ReadError`]
pub fn text(text: &str, contract: Option<&str>) -> Result<Layout, ReadError> {
    let document: Value = serde_json::from_str(text)?;
    let (name, found) = find(&document, contract)?;
    let raw: RawLayout = serde::Deserialize::deserialize(found)?;
    if let Some(format) = raw.format.as_ref().filter(|format| *format != FORMAT) {
        return Err(ReadError::Format(format.clone()));
    }
    let mut members = BTreeMap::new();
    enums(&document, &mut members);
    let layout = check::layout(name, raw, &members).map_err(ReadError::Contradiction)?;
    if let Some(claimed) = layout.claimed {
        let computed = layout.hash()?;
        if claimed != computed {
            return Err(ReadError::OtherHash { claimed, computed });
        }
    }
    Ok(layout)
}

/// The layout in a document, and the contract's name where it is written.
fn find<'a>(document: &'a Value, asked: Option<&str>) -> Result<(Option<String>, &'a Value), ReadError> {
    if let Some(contracts) = document.get("contracts").and_then(Value::as_object) {
        return choose(contracts, asked);
    }
    let found = if document.get("storage").is_some_and(Value::is_array) {
        document
    } else {
        document
            .get("storageLayout")
            .filter(|layout| layout.is_object())
            .ok_or(ReadError::Nothing)?
    };
    let name = ["contract", "contractName"]
        .into_iter()
        .find_map(|key| document.get(key)?.as_str().map(str::to_owned));
    match asked {
        Some(asked) if name.as_deref() != Some(asked) => Err(ReadError::Unknown {
            asked: asked.to_owned(),
            known: name.into_iter().collect(),
        }),
        _ => Ok((name, found)),
    }
}

/// The one contract of the compiler's output that is asked for, by its name or by `File.sol:Name`.
fn choose<'a>(
    contracts: &'a serde_json::Map<String, Value>,
    asked: Option<&str>,
) -> Result<(Option<String>, &'a Value), ReadError> {
    let mut known = Vec::new();
    let mut chosen = Vec::new();
    for (file, names) in contracts {
        for (name, output) in names.as_object().into_iter().flatten() {
            let Some(layout) = output.get("storageLayout").filter(|layout| layout.is_object()) else {
                continue;
            };
            let full = format!("{file}:{name}");
            if asked.is_none_or(|asked| asked == name || asked == full) {
                chosen.push((name.clone(), full.clone(), layout));
            }
            known.push(full);
        }
    }
    match (chosen.as_slice(), asked) {
        ([(name, _, layout)], _) => Ok((Some(name.clone()), layout)),
        ([], _) if known.is_empty() => Err(ReadError::Nothing),
        ([], asked) => Err(ReadError::Unknown {
            asked: asked.unwrap_or_default().to_owned(),
            known,
        }),
        _ => Err(ReadError::Several(
            chosen.into_iter().map(|(_, full, _)| full).collect(),
        )),
    }
}

/// The members of every enum that the compiler's syntax trees hold, by the number that types name it by.
fn enums(document: &Value, members: &mut BTreeMap<u64, Vec<String>>) {
    match document {
        Value::Array(values) => values.iter().for_each(|value| enums(value, members)),
        Value::Object(object) => {
            if object.get("nodeType").and_then(Value::as_str) == Some("EnumDefinition") {
                if let Some(id) = object.get("id").and_then(Value::as_u64) {
                    let names = object
                        .get("members")
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten();
                    let names = names.filter_map(|member| member.get("name")?.as_str().map(str::to_owned));
                    members.insert(id, names.collect());
                }
            }
            object.values().for_each(|value| enums(value, members));
        }
        _ => {}
    }
}
