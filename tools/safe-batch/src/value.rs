//! One argument of an act: its value, what it takes, how a person types it and what of it a contract refuses.

use crate::words::{duration, Words};
use alloy_primitives::{Address, Bytes, B256, U256};
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
            Self::State => Value::U8(match text {
                "throttled" => 2,
                "reduce-only" => 3,
                "frozen" => 4,
                _ => whole(text)
                    .ok()
                    .and_then(|text| text.parse().ok())
                    .ok_or_else(|| unknown_state(text))?,
            }),
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
            Self::Hash => Value::B256(bytes(text)?.as_ref().try_into().map_err(|_| {
                format!(
                    "{} is not a hash: that is 0x and 64 hexadecimal digits",
                    quoted(text)
                )
            })?),
            Self::Call => Value::Bytes(bytes(text)?),
            Self::Accounts => Value::Addresses(text.split(',').map(address).collect::<Result<_, _>>()?),
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

fn unknown_state(text: &str) -> String {
    format!(
        "{} is not a state to ask for: throttled (2), reduce-only (3) or frozen (4)",
        quoted(text)
    )
}

/// What was read, in quotes, with nothing in it that a terminal obeys or a reader does not see: it may be an attacker's.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.escape_default())
}

fn too_large(text: &str) -> String {
    format!("{text} is too large")
}

/// Digits only: no sign, no point, nothing to be misread.
fn whole(text: &str) -> Result<&str, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(format!("{} is not a whole number", quoted(text)))
    }
}

/// Seconds out of `604800`, `7d`, `1d12h`, `90m` or `30s`; the larger unit first.
///
/// # Errors
/// A sentence.
pub fn secs(text: &str) -> Result<u64, String> {
    let refused = || {
        format!(
            "{} is not a time: write 7d, 1d12h, 90m, 30s or a number of seconds",
            quoted(text)
        )
    };
    if let Ok(digits) = whole(text) {
        return digits.parse().map_err(|_| too_large(text));
    }
    let mut rest = text;
    let mut total: u64 = 0;
    for (unit, secs) in [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)] {
        if let Some((digits, after)) = rest.split_once(unit) {
            let count: u64 = whole(digits)
                .map_err(|_| refused())?
                .parse()
                .map_err(|_| too_large(text))?;
            total = count
                .checked_mul(secs)
                .and_then(|secs| total.checked_add(secs))
                .ok_or_else(|| too_large(text))?;
            rest = after;
        }
    }
    if text.is_empty() || !rest.is_empty() {
        return Err(refused());
    }
    Ok(total)
}

/// An address: all in one case, or with the checksum of EIP-55 in its capitals.
///
/// # Errors
/// A sentence.
pub fn address(text: &str) -> Result<Address, String> {
    let refused = || {
        format!(
            "{} is not an address: that is 0x and 40 hexadecimal digits",
            quoted(text)
        )
    };
    let digits = text.strip_prefix("0x").ok_or_else(refused)?;
    if digits.len() != 40 {
        return Err(refused());
    }
    let parsed: Address = text.parse().map_err(|_| refused())?;
    let one_case = !digits.bytes().any(|byte| byte.is_ascii_uppercase())
        || !digits.bytes().any(|byte| byte.is_ascii_lowercase());
    if one_case || parsed.to_string() == text {
        Ok(parsed)
    } else {
        Err(format!(
            "'{text}' has capitals that are not its checksum: a digit is wrong"
        ))
    }
}

/// An address that is somebody.
///
/// # Errors
/// A sentence.
pub fn somebody(text: &str) -> Result<Address, String> {
    match address(text)? {
        nobody if nobody.is_zero() => Err("the zero address is nobody".to_owned()),
        somebody => Ok(somebody),
    }
}

/// Bytes as hexadecimal digits.
///
/// # Errors
/// A sentence.
pub fn bytes(text: &str) -> Result<Bytes, String> {
    text.strip_prefix("0x")
        .and_then(|digits| hex::decode(digits).ok())
        .map(Bytes::from)
        .ok_or_else(|| "data is 0x and an even number of hexadecimal digits".to_owned())
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
