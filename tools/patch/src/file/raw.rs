//! The file as it is written.

use crate::call::Typed;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Raw {
    pub(super) chain_id: u64,
    pub(super) manager: String,
    pub(super) patch: RawPatch,
    pub(super) layout: Option<RawLayout>,
    pub(super) init: Option<RawCall>,
    pub(super) freeze: Option<RawFreeze>,
    #[serde(default)]
    pub(super) check: Vec<RawCheck>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawPatch {
    pub(super) act: Option<String>,
    pub(super) proxy: String,
    pub(super) replaces: String,
    pub(super) implementation: String,
    pub(super) code_hash: String,
    #[serde(default)]
    pub(super) fragments: Vec<String>,
    pub(super) path: Option<String>,
    pub(super) way_back: Option<String>,
    pub(super) salt: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawLayout {
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    pub(super) before_contract: Option<String>,
    pub(super) after_contract: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawCall {
    pub(super) call: Option<String>,
    pub(super) arguments: Option<Vec<Typed>>,
    pub(super) data: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawFreeze {
    pub(super) groups: Vec<Group>,
    pub(super) state: String,
    #[serde(rename = "for")]
    pub(super) lasts: String,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a group is \"everything\" or a number from 1 to 5")]
pub(super) enum Group {
    Number(u8),
    Name(String),
}

/// A check of any kind: which fields it takes depends on what has to hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawCheck {
    pub(super) that: String,
    pub(super) target: String,
    pub(super) call: Option<String>,
    pub(super) arguments: Option<Vec<Typed>>,
    pub(super) data: Option<String>,
    pub(super) value: Option<Number>,
    pub(super) least: Option<Number>,
    pub(super) most: Option<Number>,
    pub(super) within: Option<String>,
    pub(super) rise: Option<Number>,
    pub(super) run: Option<Number>,
    pub(super) gap: Option<Number>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a number is digits, or text in quotes: digits, 0x and hexadecimal digits, or an address"
)]
pub(super) enum Number {
    Small(u64),
    Text(String),
}
