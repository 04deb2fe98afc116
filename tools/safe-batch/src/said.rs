//! What contracts say, in words: their events, errors and views, by the interfaces that come with them.
//!
//! # Design
//! - **By the interface, not by hand**: an event that is added to a file is told without a line here. The words for a number come from its name.
//! - **Bytes that are not how the interface says are not told in words**, but as they are.

use crate::{
    acts::Kind,
    interfaces::{bridge, council, hub, patch, proxy, safe, treasury},
    patch::sentences::SWITCHES,
    value::{bridge_group, hub_group, quoted},
    words::{duration, moment, share, Words},
};
use alloy_primitives::{keccak256, Address, Bytes, Log, B256, U256};
use alloy_sol_types::private::alloy_json_abi::{Error, Event, Function};
use alloy_sol_types::{Panic, Revert, SolError};
use embedded_chain::precompiles;
use patch_file::terms::PHASES;

/// The states of a group or of an asset.
const STATES: [&str; 5] = ["closed", "half-open", "throttled", "reduce-only", "frozen"];
/// What a function does, to a hub.
const KINDS: [&str; 4] = [
    "increases risk or brings funds in",
    "decreases risk",
    "reduces the caller's own",
    "withdraws within a limit",
];
/// Who made a group stricter.
const ROLES: [&str; 3] = ["guardian", "fallback", "council"];

/// Names of seconds since 1970.
const MOMENTS: [&str; 21] = [
    "until",
    "previousUntil",
    "requestedUntil",
    "pausedUntil",
    "staleAt",
    "retryAt",
    "readyAt",
    "expiresAt",
    "notBefore",
    "lateUntil",
    "validAfter",
    "validBefore",
    "timestamp",
    "latest",
    "until_",
    "openUntil",
    "from",
    "opensAt",
    "endsAt",
    "probationEndsAt",
    "earliest",
];
/// Names of amounts of the asset that stands beside them.
const AMOUNTS: [&str; 14] = [
    "capacity",
    "previousCapacity",
    "available",
    "previousAvailable",
    "requested",
    "transition",
    "transaction",
    "drain",
    "least",
    "owed",
    "locked",
    "amount",
    "balance",
    "pending",
];

/// A value with its name and type.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    name: String,
    kind: String,
    value: Shown,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Shown {
    Word(U256),
    Bytes(Bytes),
    Text(String),
    Addresses(Vec<Address>),
}

/// Reads values of these names and types, in the ABI's encoding. None when they are not.
fn read(types: &[(&str, &str)], data: &[u8]) -> Option<Vec<Field>> {
    let word_at = |at: usize| Some(U256::from_be_slice(data.get(at..at.checked_add(32)?)?));
    let mut fields = Vec::with_capacity(types.len());
    for (index, (name, kind)) in types.iter().enumerate() {
        let word = word_at(32 * index)?;
        let tail = || -> Option<(usize, usize)> {
            let at = usize::try_from(word).ok()?;
            Some((at.checked_add(32)?, usize::try_from(word_at(at)?).ok()?))
        };
        let value = match *kind {
            "bytes" | "string" => {
                let (at, length) = tail()?;
                let bytes = data.get(at..at.checked_add(length)?)?;
                match *kind {
                    "bytes" => Shown::Bytes(Bytes::copy_from_slice(bytes)),
                    _ => Shown::Text(String::from_utf8(bytes.to_vec()).ok()?),
                }
            }
            "address[]" => {
                let (at, length) = tail()?;
                let end = at.checked_add(length.checked_mul(32)?)?;
                let words = data.get(at..end)?.chunks_exact(32);
                let addresses: Option<Vec<_>> =
                    words.map(|word| account(U256::from_be_slice(word))).collect();
                Shown::Addresses(addresses?)
            }
            _ => Shown::Word(fitting(kind, word)?),
        };
        fields.push(Field {
            name: (*name).to_owned(),
            kind: (*kind).to_owned(),
            value,
        });
    }
    Some(fields)
}

fn account(word: U256) -> Option<Address> {
    (word.bit_len() <= 160).then(|| Address::from_word(word.into()))
}

/// A word that fits its static type; none of any type that is not read here.
fn fitting(kind: &str, word: U256) -> Option<U256> {
    let bits = match kind {
        "address" => 160,
        "bool" => 1,
        "bytes32" => 256,
        // On the left of the word, with nothing behind it.
        "bytes4" => return (word << 32 == U256::ZERO).then_some(word),
        _ => kind.strip_prefix("uint")?.parse().ok()?,
    };
    (word.bit_len() <= bits).then_some(word)
}

/// `previousUntil` as `previous until`.
fn spaced(name: &str) -> String {
    let mut text = String::new();
    for letter in name.trim_matches('_').chars() {
        if letter.is_ascii_uppercase() {
            text.push(' ');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// Says things about contracts of a kind.
pub(crate) struct Said<'a> {
    pub(crate) kind: Kind,
    pub(crate) words: &'a Words,
}

impl Said<'_> {
    /// A group in words.
    pub(crate) fn group(&self, group: u8) -> String {
        match self.kind {
            Kind::Bridge => bridge_group(group),
            _ => hub_group(group, self.words),
        }
    }

    fn fields(&self, fields: &[Field]) -> String {
        let asset = fields
            .iter()
            .find_map(|field| match (field.name.as_str(), &field.value) {
                ("asset", Shown::Word(word)) => account(*word),
                _ => None,
            });
        let said = fields.iter().map(|field| {
            let value = self.value(field, asset);
            match spaced(&field.name) {
                name if name.is_empty() || name == "group" => value,
                name => format!("{name} {value}"),
            }
        });
        said.collect::<Vec<_>>().join(", ")
    }

    fn value(&self, field: &Field, asset: Option<Address>) -> String {
        let word = match &field.value {
            Shown::Word(word) => *word,
            Shown::Bytes(bytes) => return bytes.to_string(),
            Shown::Text(text) => return quoted(text),
            Shown::Addresses(addresses) => {
                let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
                return format!("[{}]", addresses.join(", "));
            }
        };
        let name = field.name.trim_matches('_');
        let small = u64::try_from(word).ok();
        let named = |names: &[&str]| {
            let index = usize::try_from(word).ok()?;
            names.get(index).map(|name| (*name).to_owned())
        };
        let is_number = field.kind.starts_with("uint");
        let special = match field.kind.as_str() {
            "address" => {
                let account = Address::from_word(word.into());
                Some(if name == "asset" {
                    self.words.asset(account)
                } else {
                    account.to_string()
                })
            }
            "bool" => Some(if word.is_zero() { "no" } else { "yes" }.to_owned()),
            "bytes32" if name == "setting" => {
                let bytes = word.to_be_bytes::<32>();
                let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
                Some(quoted(&String::from_utf8_lossy(text)))
            }
            "bytes32" => Some(B256::from(word).to_string()),
            "bytes4" => Some(Bytes::copy_from_slice(&word.to_be_bytes::<32>()[..4]).to_string()),
            "uint8" if name == "group" => small
                .and_then(|group| u8::try_from(group).ok())
                .map(|group| self.group(group)),
            "uint8" if name.to_ascii_lowercase().ends_with("state") || matches!(name, "from" | "to") => {
                named(&STATES)
            }
            "uint8" if name == "kind" => named(&KINDS),
            "uint8" if name == "role" => named(&ROLES),
            "uint8" if name == "phase" => named(&PHASES),
            "uint8" if name == "switch" => named(&SWITCHES),
            "uint64" if name.to_ascii_lowercase().ends_with("secsleft") && small == Some(u64::MAX) => {
                Some("without end".to_owned())
            }
            _ if is_number && MOMENTS.contains(&name) => small.map(|secs| match secs {
                0 => "none".to_owned(),
                u64::MAX => "never".to_owned(),
                secs => moment(secs),
            }),
            _ if is_number
                && (name.ends_with("Secs")
                    || name.to_ascii_lowercase().ends_with("secsleft")
                    || matches!(name, "secs" | "delay")) =>
            {
                small.map(duration)
            }
            _ if is_number && name.ends_with("Bps") => small.map(share),
            _ if is_number && AMOUNTS.contains(&name) => asset.map(|asset| self.words.amount(asset, word)),
            _ => None,
        };
        special.unwrap_or_else(|| word.to_string())
    }

    /// An event in words.
    pub(crate) fn event(&self, log: &Log) -> String {
        let topics = log.data.topics();
        let known = topics.first().and_then(|topic| {
            events(self.kind)
                .into_iter()
                .filter(|event| event.selector() == *topic)
                .find_map(|event| {
                    Some(format!(
                        "{}: {}",
                        event.name,
                        self.emitted(&event, topics, &log.data.data)?
                    ))
                })
        });
        known.unwrap_or_else(|| {
            let topics: Vec<String> = topics.iter().map(ToString::to_string).collect();
            format!(
                "an event that is not known: topics [{}], data {}",
                topics.join(", "),
                log.data.data
            )
        })
    }

    fn emitted(&self, event: &Event, topics: &[B256], data: &[u8]) -> Option<String> {
        let plain: Vec<(&str, &str)> = event
            .inputs
            .iter()
            .filter(|input| !input.indexed)
            .map(|input| (input.name.as_str(), input.ty.as_str()))
            .collect();
        let mut plain = read(&plain, data)?.into_iter();
        let mut topics = topics.iter().skip(1);
        let mut fields = Vec::new();
        for input in &event.inputs {
            if input.indexed {
                let word = U256::from_be_bytes(topics.next()?.0);
                fields.push(Field {
                    name: input.name.clone(),
                    kind: input.ty.clone(),
                    value: Shown::Word(fitting(&input.ty, word)?),
                });
            } else {
                fields.push(plain.next()?);
            }
        }
        Some(self.fields(&fields))
    }

    /// What a call reverted with, in words.
    pub(crate) fn error(&self, data: &[u8]) -> String {
        let Some(selector) = data.first_chunk::<4>() else {
            return if data.is_empty() {
                "no reason is given".to_owned()
            } else {
                format!("for a reason that is not known: {}", Bytes::copy_from_slice(data))
            };
        };
        if let Ok(error) = Revert::abi_decode(data) {
            return format!("Error: {}", quoted(&error.reason));
        }
        if let Ok(panic) = Panic::abi_decode(data) {
            return format!("Panic: {panic}");
        }
        let known = errors(self.kind)
            .into_iter()
            .filter(|error| error.selector() == *selector)
            .find_map(|error| {
                let types: Vec<(&str, &str)> = error
                    .inputs
                    .iter()
                    .map(|input| (input.name.as_str(), input.ty.as_str()))
                    .collect();
                let fields = self.fields(&read(&types, &data[4..])?);
                Some(if fields.is_empty() {
                    error.name
                } else {
                    format!("{}: {fields}", error.name)
                })
            });
        known.unwrap_or_else(|| format!("for a reason that is not known: {}", Bytes::copy_from_slice(data)))
    }

    /// What a view answers, in words; none when it is not what the interface says.
    pub(crate) fn answer(&self, view: &Function, asset: Option<Address>, output: &[u8]) -> Option<String> {
        let single = view.outputs.len() == 1;
        let types: Vec<(&str, &str)> = view
            .outputs
            .iter()
            .map(|output| (output.name.as_str(), output.ty.as_str()))
            .collect();
        let mut fields = read(&types, output)?;
        if let (true, [field]) = (single, fields.as_mut_slice()) {
            // Alone, its unit is that of the view's name.
            field.name.clone_from(&view.name);
            return Some(self.value(field, asset));
        }
        let said = fields.iter().map(|field| {
            let value = self.value(field, asset);
            format!("{} {value}", spaced(&field.name))
        });
        Some(said.collect::<Vec<_>>().join(", "))
    }
}

fn events(kind: Kind) -> Vec<Event> {
    let own = match kind {
        Kind::Hub => vec![hub::IHubGovernance::abi::events()],
        Kind::Treasury => vec![
            treasury::ITreasury::abi::events(),
            treasury::ITreasuryGuards::abi::events(),
        ],
        Kind::Bridge => vec![
            bridge::IBridge::abi::events(),
            bridge::IBridgeGuarded::abi::events(),
        ],
        Kind::Patch => vec![
            patch::IPatchManager::abi::events(),
            patch::IPatchCare::abi::events(),
            patch::IPatchGovernance::abi::events(),
            patch::IPatchSentinels::abi::events(),
            proxy::IGuardedProxy::abi::events(),
            proxy::IProxyGuards::abi::events(),
        ],
    };
    let others = [
        council::ICouncil::abi::events(),
        council::ICouncilEmergency::abi::events(),
        safe::ISafe::abi::events(),
        safe::IToken::abi::events(),
    ];
    let all = own.into_iter().chain(others);
    all.flat_map(|events| events.into_values().flatten()).collect()
}

fn errors(kind: Kind) -> Vec<Error> {
    let mut kinds: Vec<Kind> = vec![kind];
    kinds.extend(Kind::ALL.into_iter().filter(|other| *other != kind));
    let own = kinds.into_iter().flat_map(|kind| match kind {
        Kind::Hub => vec![hub::IHub::abi::errors(), hub::IHubGovernance::abi::errors()],
        Kind::Treasury => vec![
            treasury::ITreasury::abi::errors(),
            treasury::ITreasuryGuards::abi::errors(),
        ],
        Kind::Bridge => vec![
            bridge::IBridge::abi::errors(),
            bridge::IBridgeGuarded::abi::errors(),
        ],
        Kind::Patch => vec![
            patch::IPatchManager::abi::errors(),
            patch::IPatchCare::abi::errors(),
            patch::IPatchGovernance::abi::errors(),
            patch::IPatchSentinels::abi::errors(),
            proxy::IGuardedProxy::abi::errors(),
            proxy::IProxyGuards::abi::errors(),
        ],
    });
    let others = [
        council::ICouncil::abi::errors(),
        council::ICouncilEmergency::abi::errors(),
        safe::IArbWasmErrors::abi::errors(),
    ];
    let all = own.chain(others);
    all.flat_map(|errors| errors.into_values().flatten()).collect()
}

/// The views of a kind's contracts.
pub(crate) fn views(kind: Kind) -> Vec<Function> {
    let all = match kind {
        Kind::Hub => vec![hub::IHubGovernance::abi::functions(), hub::IHub::abi::functions()],
        Kind::Treasury => vec![
            treasury::ITreasuryGuards::abi::functions(),
            treasury::ITreasury::abi::functions(),
        ],
        Kind::Bridge => vec![
            bridge::IBridgeGuarded::abi::functions(),
            bridge::IBridge::abi::functions(),
        ],
        Kind::Patch => vec![
            patch::IPatchGovernance::abi::functions(),
            patch::IPatchCare::abi::functions(),
            patch::IPatchSentinels::abi::functions(),
        ],
    };
    only_views(all.into_iter().flat_map(|all| all.into_values().flatten()))
}

/// The views of a council.
pub(crate) fn council_views() -> Vec<Function> {
    let all = [
        council::ICouncil::abi::functions(),
        council::ICouncilEmergency::abi::functions(),
    ];
    only_views(all.into_iter().flat_map(|all| all.into_values().flatten()))
}

fn only_views(functions: impl Iterator<Item = Function>) -> Vec<Function> {
    use alloy_sol_types::private::alloy_json_abi::StateMutability;
    functions
        .filter(|function| function.state_mutability == StateMutability::View)
        .collect()
}

/// Whether this is one of Arbitrum's precompiles, whose code says nothing.
pub(crate) fn is_precompile(address: Address) -> bool {
    precompiles::ADDRESSES.contains(&address) || precompiles::CLOSED.contains(&address)
}

/// The address of whoever hands a Safe's transaction in, when nobody says who that is: nobody's.
pub(crate) fn somebody_unknown() -> Address {
    Address::from_word(keccak256("portcullis: whoever hands in a Safe's transaction"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interfaces::hub::{IHub, IHubGovernance};
    use alloy_sol_types::{SolCall, SolEvent};

    fn said<T>(tell: impl FnOnce(&Said<'_>) -> T) -> T {
        let mut words = Words::default();
        words.name_groups("2 withdrawals").unwrap();
        tell(&Said {
            kind: Kind::Hub,
            words: &words,
        })
    }

    #[test]
    fn an_event_is_told_by_its_interface() {
        let event = IHubGovernance::Restricted {
            group: 2,
            by: Address::repeat_byte(0x11),
            role: 1,
            from: 0,
            to: 4,
            previousUntil: 0,
            until: 1_700_000_000,
        };
        let log = Log {
            address: Address::repeat_byte(3),
            data: event.encode_log_data(),
        };
        assert_eq!(
            said(|said| said.event(&log)),
            "Restricted: group 2 (withdrawals), by 0x1111111111111111111111111111111111111111, role fallback, from closed, to frozen, previous until none, until 2023-11-14 22:13:20 UTC"
        );
        // Too short, or an argument that does not fit: as it is.
        let mut short = log.clone();
        short.data = alloy_primitives::LogData::new_unchecked(log.data.topics().to_vec(), Bytes::new());
        assert!(said(|said| said.event(&short)).starts_with("an event that is not known: topics [0x"));
    }

    #[test]
    fn a_refusal_is_told_by_its_name_with_its_numbers() {
        for (data, text) in [
            (
                IHub::RateLimited {
                    asset: Address::ZERO,
                    requested: U256::from(10).pow(U256::from(18)),
                    available: U256::ZERO,
                    retryAt: u64::MAX,
                }
                .abi_encode(),
                "RateLimited: asset ETH (0x0000000000000000000000000000000000000000), requested 1 ETH (1000000000000000000 of the smallest unit), available 0 ETH (0 of the smallest unit), retry at never",
            ),
            (IHubGovernance::ZeroAuthority {}.abi_encode(), "ZeroAuthority"),
            (
                IHubGovernance::SettingOutOfBounds {
                    key: B256::ZERO,
                    setting: B256::right_padding_from(b"pause"),
                    value: 7,
                    least: 1,
                    most: 2,
                }
                .abi_encode(),
                "SettingOutOfBounds: key 0x0000000000000000000000000000000000000000000000000000000000000000, setting 'pause', value 7, least 1, most 2",
            ),
            (alloy_sol_types::Revert::from("GS\n13").abi_encode(), "Error: 'GS\\n13'"),
            (vec![1, 2, 3, 4], "for a reason that is not known: 0x01020304"),
            (vec![1], "for a reason that is not known: 0x01"),
            (vec![], "no reason is given"),
        ] {
            assert_eq!(said(|said| said.error(&data)), text);
        }
    }

    #[test]
    fn a_view_is_told_in_its_own_units() {
        let told = |name: &str, output: Vec<u8>| {
            let view = views(Kind::Hub)
                .into_iter()
                .find(|view| view.name == name)
                .unwrap();
            said(|said| said.answer(&view, Some(Address::ZERO), &output))
        };
        let output = IHubGovernance::delayCall::abi_encode_returns(&U256::from(172_800));
        assert_eq!(told("delay", output).unwrap(), "2 days");
        let state = IHubGovernance::stateReturn {
            state_: 4,
            until: 1_700_000_000,
        };
        let output = IHubGovernance::stateCall::abi_encode_returns(&state);
        assert_eq!(
            told("state", output.clone()).unwrap(),
            "state frozen, until 2023-11-14 22:13:20 UTC"
        );
        assert_eq!(told("state", output[..63].to_vec()), None);
        let mut wide = output;
        wide[0] = 1;
        assert_eq!(told("state", wide), None, "no uint8");
    }

    #[test]
    fn arguments_of_all_interfaces_have_types_that_are_read() {
        for kind in Kind::ALL {
            let events = events(kind)
                .into_iter()
                .flat_map(|event| event.inputs.into_iter().map(|input| input.ty));
            let errors = errors(kind)
                .into_iter()
                .flat_map(|error| error.inputs.into_iter().map(|input| input.ty));
            let answers = views(kind).into_iter().chain(council_views());
            let answers = answers.flat_map(|view| view.outputs.into_iter().map(|output| output.ty));
            for kind in events.chain(errors).chain(answers) {
                let known = matches!(kind.as_str(), "bytes" | "string" | "address[]")
                    || fitting(&kind, U256::ZERO).is_some();
                assert!(known, "{kind}");
            }
        }
    }
}
