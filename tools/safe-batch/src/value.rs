//! One argument of an act: its value, what it takes, how a person types it and what of it a contract refuses.

use crate::words::{duration, Words};
use alloy_primitives::{Address, Bytes, FixedBytes, B256, U256};
pub use patch_file::typed::{address, bytes, quoted, secs, somebody};
use patch_file::{
    call::Signature,
    typed::{hash, too_large, whole},
};
use portcullis_core::{
    pause::{GROUPS, LONGEST_MAXIMUM_SECS},
    timelock::MAX_DELAY_SECS,
};

/// A value, by its type in the interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `uint8`.
    U8(u8),
    /// `uint64`.
    U64(u64),
    /// `uint256`.
    U256(U256),
    /// `address`.
    Address(Address),
    /// `address[]`.
    Addresses(Vec<Address>),
    /// `bool`.
    Bool(bool),
    /// `bytes32`.
    B256(B256),
    /// `bytes`.
    Bytes(Bytes),
    /// `bytes4`.
    Selector(FixedBytes<4>),
    /// `bytes4[]`.
    Selectors(Vec<FixedBytes<4>>),
}

macro_rules! values {
    ($($variant:ident: $type:ty,)*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        }

        impl TryFrom<Value> for $type {
            type Error = ();

            fn try_from(value: Value) -> Result<Self, ()> {
                match value {
                    Value::$variant(value) => Ok(value),
                    _ => Err(()),
                }
            }
        }
    )*};
}

values! {
    U8: u8,
    U64: u64,
    U256: U256,
    Address: Address,
    Addresses: Vec<Address>,
    Bool: bool,
    B256: B256,
    Bytes: Bytes,
    Selector: FixedBytes<4>,
    Selectors: Vec<FixedBytes<4>>,
}

impl Value {
    /// As the Transaction Builder keeps it in `contractInputsValues`.
    #[must_use]
    pub fn field(&self) -> String {
        match self {
            Self::U8(value) => value.to_string(),
            Self::U64(value) => value.to_string(),
            Self::U256(value) => value.to_string(),
            Self::Address(value) => value.to_string(),
            Self::Addresses(values) => {
                let values: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
                format!("[{}]", values.join(","))
            }
            Self::Bool(value) => value.to_string(),
            Self::B256(value) => value.to_string(),
            Self::Bytes(value) => value.to_string(),
            Self::Selector(value) => value.to_string(),
            Self::Selectors(values) => {
                let values: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
                format!("[{}]", values.join(","))
            }
        }
    }
}

/// What an argument takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A group of the hub, 0 to 5.
    HubGroup,
    /// A group of the bridge, 0 to 2.
    BridgeGroup,
    /// A state that can be asked for.
    State,
    /// How long a pause or a decision is, up to 30 days.
    PauseSecs,
    /// How long the bridge's pause is, up to 7 days.
    BridgePauseSecs,
    /// How long loosening waits, up to 30 days; none is a delay, too.
    DelaySecs,
    /// Any time in seconds: what bounds it depends on the others.
    Secs,
    /// A share in hundredths of a per cent.
    Bps,
    /// An address that cannot be zero.
    Account,
    /// An address.
    AnyAccount,
    /// An asset; zero is ETH.
    Asset,
    /// An amount in an asset's smallest unit.
    Amount,
    /// A small number.
    Count8,
    /// A number.
    Count,
    /// A number of any size.
    Count256,
    /// Yes or no.
    Flag,
    /// A hash.
    Hash,
    /// The data of a call.
    Call,
    /// Addresses.
    Accounts,
    /// A function, by its selector or its signature.
    Selector,
    /// Functions.
    Selectors,
    /// What kind a proxy is.
    Switch,
    /// What a function does.
    FunctionKind,
    /// How a guard acts.
    Mode,
}

/// The bridge's groups: everything, deposits, withdrawals.
pub(crate) const BRIDGE_GROUPS: u8 = 2;

/// The longest pause of the bridge.
const BRIDGE_PAUSE_SECS: u64 = 7 * 24 * 60 * 60;

impl Takes {
    /// What to type, for the list of acts.
    #[must_use]
    pub fn usage(self) -> &'static str {
        match self {
            Self::HubGroup => "0-5",
            Self::BridgeGroup => "0-2",
            Self::State => "throttled|reduce-only|frozen",
            Self::PauseSecs | Self::BridgePauseSecs | Self::DelaySecs | Self::Secs => "TIME",
            Self::Bps => "BPS",
            Self::Account | Self::AnyAccount => "ADDRESS",
            Self::Asset => "ASSET",
            Self::Amount => "AMOUNT",
            Self::Count8 | Self::Count | Self::Count256 => "NUMBER",
            Self::Flag => "yes|no",
            Self::Hash => "HASH",
            Self::Call => "0xDATA",
            Self::Accounts => "ADDRESS,ADDRESS",
            Self::Selector => "FUNCTION",
            Self::Selectors => "FUNCTION,FUNCTION",
            Self::Switch => "guarded|uups|beacon",
            Self::FunctionKind => "increases|decreases|reduces-own|withdraws|view",
            Self::Mode => "enforce|shadow|latch",
        }
    }

    /// Reads what a person typed.
    ///
    /// # Errors
    /// A sentence.
    pub fn parse(self, text: &str) -> Result<Value, String> {
        Ok(match self {
            Self::HubGroup | Self::BridgeGroup | Self::Count8 => {
                Value::U8(whole(text)?.parse().map_err(|_| too_large(text))?)
            }
            Self::State => named(text, &[("throttled", 2), ("reduce-only", 3), ("frozen", 4)])
                .ok_or_else(|| unknown_state(text))?,
            Self::Switch | Self::FunctionKind | Self::Mode => {
                let words: Vec<(&str, u8)> = self.usage().split('|').zip(0..).collect();
                named(text, &words).ok_or_else(|| unknown_word(text, self.usage()))?
            }
            Self::PauseSecs | Self::BridgePauseSecs | Self::DelaySecs | Self::Secs => Value::U64(secs(text)?),
            Self::Bps | Self::Count => Value::U64(whole(text)?.parse().map_err(|_| too_large(text))?),
            Self::Amount if text == "max" => Value::U256(U256::MAX),
            Self::Amount | Self::Count256 => Value::U256(whole(text)?.parse().map_err(|_| too_large(text))?),
            Self::Account | Self::AnyAccount | Self::Asset => Value::Address(address(text)?),
            Self::Flag => Value::Bool(match text {
                "yes" | "true" => true,
                "no" | "false" => false,
                _ => return Err(format!("{} is neither yes nor no", quoted(text))),
            }),
            Self::Hash => Value::B256(hash(text)?),
            Self::Call => Value::Bytes(bytes(text)?),
            Self::Accounts => Value::Addresses(text.split(',').map(address).collect::<Result<_, _>>()?),
            Self::Selector => Value::Selector(selector(text)?),
            Self::Selectors => {
                Value::Selectors(listed(text).into_iter().map(selector).collect::<Result<_, _>>()?)
            }
        })
    }

    /// Why a contract refuses this value by itself, whatever is in force; none when it may take it.
    #[must_use]
    pub fn refused(self, value: &Value) -> Option<String> {
        let longer = |secs: u64, least: u64, most: u64| {
            (secs < least || secs > most).then(|| {
                format!(
                    "{} is out of bounds: from {} up to {}",
                    duration(secs),
                    duration(least),
                    duration(most)
                )
            })
        };
        match (self, value) {
            (Self::HubGroup, Value::U8(group)) if *group > GROUPS => {
                Some(format!("there is no group {group}: they are 0 to {GROUPS}"))
            }
            (Self::BridgeGroup, Value::U8(group)) if *group > BRIDGE_GROUPS => Some(format!(
                "there is no group {group}: they are 0 to {BRIDGE_GROUPS}"
            )),
            (Self::State, Value::U8(state)) if !(2..=4).contains(state) => {
                Some(unknown_state(&state.to_string()))
            }
            (Self::Switch | Self::FunctionKind | Self::Mode, Value::U8(number))
                if usize::from(*number) >= self.usage().split('|').count() =>
            {
                Some(unknown_word(&number.to_string(), self.usage()))
            }
            (Self::PauseSecs, Value::U64(secs)) => longer(*secs, 1, LONGEST_MAXIMUM_SECS),
            (Self::BridgePauseSecs, Value::U64(secs)) => longer(*secs, 1, BRIDGE_PAUSE_SECS),
            (Self::DelaySecs, Value::U64(secs)) => longer(*secs, 0, MAX_DELAY_SECS),
            (Self::Account, Value::Address(account)) if account.is_zero() => {
                Some("the zero address is nobody".to_owned())
            }
            _ => None,
        }
    }
}

/// A selector out of its four bytes, or out of `transfer(address,uint256)`.
fn selector(text: &str) -> Result<FixedBytes<4>, String> {
    if !text.starts_with("0x") {
        return Ok(Signature::parse(text)?.selector());
    }
    bytes(text)?.as_ref().try_into().map_err(|_| {
        format!(
            "{} is not a selector: that is 0x and 8 hexadecimal digits, or write the function's signature",
            quoted(text)
        )
    })
}

/// What stands between commas that are in no brackets.
fn listed(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    })
    .collect()
}

/// A number by its word, or as a number.
fn named(text: &str, words: &[(&str, u8)]) -> Option<Value> {
    let word = words.iter().find(|(word, _)| *word == text);
    let number = word.map(|(_, number)| *number);
    let number = number.or_else(|| whole(text).ok()?.parse().ok())?;
    Some(Value::U8(number))
}

fn unknown_word(text: &str, words: &str) -> String {
    format!("{} is none of {}", quoted(text), words.replace('|', ", "))
}

fn unknown_state(text: &str) -> String {
    format!(
        "{} is not a state to ask for: throttled (2), reduce-only (3) or frozen (4)",
        quoted(text)
    )
}

/// What a state does to a group or an asset for a time, and what passes then.
pub(crate) fn restricts(state: u8, what: &str, secs: u64) -> String {
    let time = duration(secs);
    match state {
        2 => format!("Throttles {what} for {time}: what brings funds in, takes them out or adds risk passes at a share of the limits."),
        3 => format!("Puts {what} into reduce-only for {time}: nothing that brings funds in or adds risk passes, and what takes funds out at a share of the limits."),
        4 => format!("Freezes {what} for {time}: nothing passes."),
        _ => format!("Asks for the unknown state {state} for {what} for {time}."),
    }
}

/// A group of the hub in words.
pub(crate) fn hub_group(group: u8, words: &Words) -> String {
    match (group, words.groups.get(&group)) {
        (0, _) => "everything".to_owned(),
        (_, Some(name)) => format!("group {group} ({name})"),
        (_, None) => format!("group {group}"),
    }
}

/// A group of the bridge in words.
pub(crate) fn bridge_group(group: u8) -> String {
    match group {
        0 => "everything".to_owned(),
        1 => "group 1 (deposits)".to_owned(),
        2 => "group 2 (withdrawals)".to_owned(),
        _ => format!("group {group}"),
    }
}
