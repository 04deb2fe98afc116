//! The file as it is written.

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub(super) struct RawLayout {
    pub(super) format: Option<String>,
    pub(super) hash: Option<String>,
    pub(super) storage: Vec<RawField>,
    /// The compiler writes `null` for a contract that keeps nothing.
    pub(super) types: Option<BTreeMap<String, RawType>>,
}

#[derive(Deserialize)]
pub(super) struct RawField {
    pub(super) label: String,
    pub(super) slot: String,
    pub(super) offset: u8,
    pub(super) bytes: Option<u64>,
    #[serde(rename = "type")]
    pub(super) of: String,
}

#[derive(Deserialize)]
pub(super) struct RawType {
    pub(super) encoding: String,
    pub(super) label: String,
    #[serde(rename = "numberOfBytes")]
    pub(super) bytes: String,
    pub(super) key: Option<String>,
    pub(super) value: Option<String>,
    pub(super) base: Option<String>,
    pub(super) members: Option<RawMembers>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum RawMembers {
    /// Of a struct.
    Fields(Vec<RawField>),
    /// Of an enum.
    Names(Vec<String>),
}
