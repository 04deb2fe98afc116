//! What is measured, and how far a patch may move it: the scenario's file.
//!
//! # Design
//! - **A limit that cannot act is refused**: one that nothing breaks, and one of a measure that never answered (found when it was asked).
//! - **What is not known is refused**: it might have been meant to limit something.
//! - **Nothing that passed may fail** unless the file names the function.

use crate::errors::Errors;
use crate::number::{exceeds_bps, read_size, told_size, Number, MOST_DECIMALS};
use crate::view::{selector, View};
use alloy_primitives::aliases::U512;
use alloy_primitives::Address;
use patch_file::typed::{quoted, somebody};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The longest time after the last operation that can be looked at: ten years.
const LONGEST_SECS: u64 = 10 * 365 * 86_400;
/// The most hundredths of a per cent that a limit may have: a hundredfold.
const MOST_BPS: u64 = 1_000_000;

/// A scenario, read and looked through.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The chain.
    pub chain_id: u64,
    /// The proxy that users call.
    pub proxy: Address,
    /// Whose positions are looked at, beside those who sent an operation.
    pub users: BTreeSet<Address>,
    /// Whether those who sent one are users, too.
    pub senders_are_users: bool,
    /// What each user has.
    pub positions: Vec<Measure>,
    /// What the protocol has: prices, margin, liquidity.
    pub market: Vec<Measure>,
    /// How far the gas of an operation may rise.
    pub gas: Limit,
    /// Functions whose operations may be refused although they passed.
    pub may_be_refused: BTreeSet<[u8; 4]>,
    /// Functions by their selectors.
    pub functions: BTreeMap<[u8; 4], String>,
    /// Errors.
    pub errors: Errors,
    /// Seconds after the last operation at which everything is looked at once more.
    pub then_secs: u64,
}

/// Something that can be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// What it is called.
    pub name: String,
    /// Who is asked.
    pub contract: Address,
    /// What is asked; the account's ETH when nothing is.
    pub view: Option<View>,
    /// Whether the ETH is a user's.
    pub of_users: bool,
    /// The digits behind its point.
    pub decimals: u8,
    /// What its numbers are of.
    pub unit: String,
    /// How far it may move.
    pub limit: Limit,
}

/// How far something may move, both bounds inclusive; without a bound, as far as it likes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// In the smallest unit.
    pub absolute: Option<U512>,
    /// In hundredths of a per cent of the old value.
    pub bps: Option<u64>,
    /// In which direction.
    pub only: Direction,
}

/// Which differences a limit is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Any.
    #[default]
    Both,
    /// Where the new value is smaller.
    Falls,
    /// Where the new value is larger.
    Rises,
}

impl Limit {
    /// Whether a difference breaks it.
    #[must_use]
    pub fn is_broken_by(&self, difference: Number, old: Number) -> bool {
        let applies = match self.only {
            Direction::Both => true,
            Direction::Falls => difference.is_negative(),
            Direction::Rises => difference.is_positive(),
        };
        let too_much = self
            .absolute
            .is_some_and(|absolute| difference.unsigned_abs() > absolute);
        let too_large_a_share = self.bps.is_some_and(|bps| exceeds_bps(difference, old, bps));
        applies && (too_much || too_large_a_share)
    }

    /// The limit in words.
    #[must_use]
    pub fn told(&self, decimals: u8) -> String {
        let absolute = self.absolute.map(|absolute| told_size(absolute, decimals));
        let bps = self.bps.map(|bps| format!("{bps} bps"));
        let bounds: Vec<String> = absolute.into_iter().chain(bps).collect();
        let only = match self.only {
            Direction::Both => "",
            Direction::Falls => ", downwards",
            Direction::Rises => ", upwards",
        };
        if bounds.is_empty() {
            "none".to_owned()
        } else {
            format!("{}{only}", bounds.join(" and "))
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    chain_id: u64,
    proxy: String,
    #[serde(default)]
    users: Vec<String>,
    #[serde(default = "yes")]
    senders_are_users: bool,
    #[serde(default)]
    positions: Vec<MeasureFile>,
    #[serde(default)]
    market: Vec<MeasureFile>,
    #[serde(default)]
    gas: LimitFile,
    #[serde(default)]
    may_be_refused: Vec<String>,
    #[serde(default)]
    functions: Vec<String>,
    #[serde(default)]
    errors: Vec<String>,
    #[serde(default)]
    then_secs: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeasureFile {
    name: String,
    #[serde(default)]
    contract: Option<String>,
    #[serde(default)]
    view: Option<String>,
    #[serde(default)]
    arguments: Vec<String>,
    #[serde(default)]
    answer: Option<usize>,
    #[serde(default)]
    eth: Option<String>,
    #[serde(default)]
    decimals: u8,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    limit: LimitFile,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitFile {
    #[serde(default)]
    absolute: Option<String>,
    #[serde(default)]
    bps: Option<u64>,
    #[serde(default)]
    only: Option<Direction>,
}

fn yes() -> bool {
    true
}

impl Scenario {
    /// Reads a file.
    ///
    /// # Errors
    /// A sentence.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text).map_err(|why| format!("it is no scenario: {why}"))?;
        let proxy = somebody(&file.proxy).map_err(|why| format!("\"proxy\": {why}"))?;
        let mut users = BTreeSet::new();
        for user in &file.users {
            let user = somebody(user).map_err(|why| format!("\"users\": {why}"))?;
            if !users.insert(user) {
                return Err(format!("\"users\" names {user} twice"));
            }
        }
        if file.then_secs > LONGEST_SECS {
            return Err(format!(
                "\"then_secs\" is more than ten years, which is {LONGEST_SECS}"
            ));
        }
        let mut names = BTreeSet::new();
        let mut measures = |files: Vec<MeasureFile>, of_users: bool| {
            let mut measures = Vec::new();
            for file in files {
                let name = named(&file.name)?;
                if !names.insert(name.clone()) {
                    return Err(format!("two measures are called {}", quoted(&name)));
                }
                let of = |why: String| format!("the measure {}: {why}", quoted(&name));
                measures.push(file.measure(name.clone(), proxy, of_users).map_err(of)?);
            }
            Ok(measures)
        };
        let positions = measures(file.positions, true)?;
        let market = measures(file.market, false)?;
        let gas = file.gas.limit(0).map_err(|why| format!("\"gas\": {why}"))?;
        if gas.only == Direction::Falls {
            return Err("\"gas\": a limit of gas is for what rises".to_owned());
        }
        let mut functions = BTreeMap::new();
        let mut may_be_refused = BTreeSet::new();
        for (signature, may_be) in file
            .functions
            .iter()
            .map(|signature| (signature, false))
            .chain(file.may_be_refused.iter().map(|signature| (signature, true)))
        {
            let (selector, name) = selector(signature)?;
            if let Some(other) = functions
                .insert(selector, name.clone())
                .filter(|other| *other != name)
            {
                return Err(format!("'{other}' and '{name}' have the same selector"));
            }
            if may_be {
                may_be_refused.insert(selector);
            }
        }
        Ok(Self {
            chain_id: file.chain_id,
            proxy,
            users,
            senders_are_users: file.senders_are_users,
            positions,
            market,
            gas: Limit {
                only: Direction::Rises,
                ..gas
            },
            may_be_refused,
            functions,
            errors: Errors::read(&file.errors)?,
            then_secs: file.then_secs,
        })
    }
}

/// A name that cannot be mistaken for another part of a sentence or a table.
fn named(name: &str) -> Result<String, String> {
    let fits = !name.is_empty()
        && name.len() <= 40
        && name.trim() == name
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b" -_./()".contains(&byte));
    if fits {
        Ok(name.to_owned())
    } else {
        Err(format!(
            "{} is not a name: letters, digits, spaces and -_./() are, 40 at the most",
            quoted(name)
        ))
    }
}

impl MeasureFile {
    fn measure(self, name: String, proxy: Address, of_users: bool) -> Result<Measure, String> {
        if self.decimals > MOST_DECIMALS {
            return Err(format!(
                "it has {} decimals, and {MOST_DECIMALS} are the most",
                self.decimals
            ));
        }
        if !self.unit.is_empty() {
            named(&self.unit)?;
        }
        let limit = self.limit.limit(self.decimals)?;
        let whose = |text: &str| match text {
            "proxy" => Ok(proxy),
            text => somebody(text),
        };
        let (contract, view) = match (&self.view, &self.eth) {
            (Some(view), None) => {
                let contract = self.contract.as_deref().unwrap_or("proxy");
                let view = View::read(view, &self.arguments, self.answer)?;
                if view.is_of_a_user() != of_users {
                    return Err(if of_users {
                        "none of its arguments is \"user\": what everybody shares stands under \"market\""
                            .to_owned()
                    } else {
                        "one of its arguments is \"user\": what a user has stands under \"positions\""
                            .to_owned()
                    });
                }
                (whose(contract)?, Some(view))
            }
            (None, Some(eth)) => {
                if self.contract.is_some() || !self.arguments.is_empty() || self.answer.is_some() {
                    return Err("\"eth\" takes neither contract, arguments nor answer".to_owned());
                }
                match (eth.as_str(), of_users) {
                    ("user", true) => (Address::ZERO, None),
                    (_, true) => return Err("\"eth\" of a position is of \"user\"".to_owned()),
                    (whom, false) => (whose(whom)?, None),
                }
            }
            _ => return Err("it has either \"view\" or \"eth\"".to_owned()),
        };
        Ok(Measure {
            name,
            contract,
            view,
            of_users,
            decimals: self.decimals,
            unit: self.unit,
            limit,
        })
    }
}

impl LimitFile {
    fn limit(&self, decimals: u8) -> Result<Limit, String> {
        let absolute = self.absolute.as_deref().map(|text| read_size(text, decimals));
        let absolute = absolute.transpose()?;
        if self.bps.is_some_and(|bps| bps > MOST_BPS) {
            return Err(format!(
                "a limit of more than {MOST_BPS} bps limits nothing: leave it out"
            ));
        }
        if self.only.is_some() && absolute.is_none() && self.bps.is_none() {
            return Err("\"only\" says for which direction a limit is, and there is none".to_owned());
        }
        Ok(Limit {
            absolute,
            bps: self.bps,
            only: self.only.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{
        "chain_id": 412346,
        "proxy": "0x1111111111111111111111111111111111111111",
        "users": ["0x2222222222222222222222222222222222222222"],
        "positions": [
            {"name": "shares", "view": "sharesOf(address)(uint256)", "arguments": ["user"], "decimals": 6, "unit": "sUSD", "limit": {"absolute": "0.000002", "bps": 1}},
            {"name": "ETH", "eth": "user", "decimals": 18}
        ],
        "market": [
            {"name": "price", "contract": "0x3333333333333333333333333333333333333333", "view": "price()(int256)", "limit": {"bps": 10, "only": "falls"}},
            {"name": "ETH held", "eth": "proxy"}
        ],
        "gas": {"bps": 500},
        "functions": ["deposit(uint256)"],
        "may_be_refused": ["borrow(uint256)"],
        "errors": ["Insolvent(uint256)"],
        "then_secs": 3600
    }"#;

    fn n(number: i64) -> Number {
        number.to_string().parse().unwrap()
    }

    #[test]
    fn a_scenario_is_read() {
        let read = Scenario::read(FILE).unwrap();
        assert_eq!((read.chain_id, read.proxy), (412_346, Address::repeat_byte(0x11)));
        assert_eq!(read.users, BTreeSet::from([Address::repeat_byte(0x22)]));
        assert!(read.senders_are_users);
        let [shares, eth] = read.positions.as_slice() else {
            panic!()
        };
        assert_eq!(
            (shares.contract, shares.decimals, shares.unit.as_str()),
            (read.proxy, 6, "sUSD")
        );
        assert_eq!(shares.limit.told(6), "0.000002 and 1 bps");
        assert!(eth.view.is_none() && eth.of_users && eth.limit == Limit::default());
        assert_eq!(eth.limit.told(18), "none");
        let [price, held] = read.market.as_slice() else {
            panic!()
        };
        assert_eq!(price.contract, Address::repeat_byte(0x33));
        assert_eq!(price.limit.told(0), "10 bps, downwards");
        assert_eq!((held.contract, held.of_users), (read.proxy, false));
        assert_eq!((read.gas.bps, read.gas.only), (Some(500), Direction::Rises));
        assert_eq!(read.functions.len(), 2);
        assert_eq!(read.may_be_refused.len(), 1);
        assert_eq!(read.then_secs, 3600);
    }

    #[test]
    fn both_bounds_are_inclusive_and_either_is_enough() {
        let limit = |absolute: Option<u64>, bps, only| Limit {
            absolute: absolute.map(U512::from),
            bps,
            only,
        };
        let units = limit(Some(2), None, Direction::Both);
        assert!(!units.is_broken_by(n(2), n(0)) && !units.is_broken_by(n(-2), n(0)));
        assert!(units.is_broken_by(n(3), n(0)) && units.is_broken_by(n(-3), n(1_000_000)));
        let share = limit(None, Some(1), Direction::Both);
        assert!(!share.is_broken_by(n(1), n(10_000)) && share.is_broken_by(n(1), n(9_999)));
        let both = limit(Some(2), Some(1), Direction::Both);
        assert!(both.is_broken_by(n(2), n(10_000)) && both.is_broken_by(n(3), n(1_000_000)));
        let falls = limit(Some(0), None, Direction::Falls);
        assert!(falls.is_broken_by(n(-1), n(9)) && !falls.is_broken_by(n(1), n(9)));
        let rises = limit(Some(0), None, Direction::Rises);
        assert!(rises.is_broken_by(n(1), n(9)) && !rises.is_broken_by(n(-1), n(9)));
        assert!(!Limit::default().is_broken_by(n(i64::MAX), n(0)));
    }

    #[test]
    fn the_last_of_each_bound_is_taken() {
        let of = |from: &str, to: &str| Scenario::read(&FILE.replacen(from, to, 1));
        assert_eq!(of("3600", "315360000").unwrap().then_secs, 10 * 365 * 86_400);
        let widest = of("\"bps\": 10,", "\"bps\": 1000000,").unwrap();
        assert_eq!(widest.market[0].limit.bps, Some(1_000_000));
        assert_eq!(
            of("\"decimals\": 18", "\"decimals\": 77").unwrap().positions[1].decimals,
            77
        );
        let longest = "n".repeat(40);
        let named = of("\"ETH\"", &format!("\"{longest}\"")).unwrap();
        assert_eq!(named.positions[1].name, longest);
        // A function that is named for both is one.
        let both = of("deposit(uint256)", "borrow(uint256)").unwrap();
        assert_eq!((both.functions.len(), both.may_be_refused.len()), (1, 1));
        let (borrow, _) = selector("borrow(uint256)").unwrap();
        assert!(both.may_be_refused.contains(&borrow));
        let read = Scenario::read(FILE).unwrap();
        assert_eq!(
            read.may_be_refused,
            BTreeSet::from([borrow]),
            "and no other may be refused"
        );
    }

    #[test]
    fn what_is_no_scenario_is_refused_with_what_to_write() {
        let of = |from: &str, to: &str| {
            assert!(FILE.contains(from), "{from}");
            FILE.replacen(from, to, 1)
        };
        for (file, why) in [
            (String::new(), "it is no scenario"),
            (of("\"gas\"", "\"gass\""), "unknown field `gass`"),
            (of("\"chain_id\": 412346,", ""), "missing field `chain_id`"),
            (of("0x1111111111111111111111111111111111111111", "0x11"), "\"proxy\": '0x11' is not an address"),
            (of("0x1111111111111111111111111111111111111111", "0x0000000000000000000000000000000000000000"), "nobody"),
            (
                of("\"0x2222222222222222222222222222222222222222\"", "\"0x2222222222222222222222222222222222222222\",\"0x2222222222222222222222222222222222222222\""),
                "names 0x2222222222222222222222222222222222222222 twice",
            ),
            (of("\"name\": \"ETH\"", "\"name\": \"shares\""), "two measures are called 'shares'"),
            (of("\"name\": \"ETH\"", "\"name\": \"a|b\""), "'a|b' is not a name"),
            (of("\"name\": \"ETH\"", "\"name\": \"\""), "'' is not a name"),
            (of("\"unit\": \"sUSD\"", "\"unit\": \"*\""), "'*' is not a name"),
            (of("[\"user\"]", "[\"0x2222222222222222222222222222222222222222\"]"), "stands under \"market\""),
            (of("price()(int256)\"", "price(address)(int256)\", \"arguments\": [\"user\"]"), "stands under \"positions\""),
            (of("sharesOf(address)(uint256)", "sharesOf(address)"), "answers 0 values"),
            (of("\"eth\": \"user\"", "\"eth\": \"proxy\""), "\"eth\" of a position is of \"user\""),
            (of("\"eth\": \"user\"", "\"eth\": \"user\", \"arguments\": [\"user\"]"), "takes neither contract"),
            (of("\"eth\": \"user\"", "\"eth\": \"user\", \"contract\": \"proxy\""), "takes neither contract"),
            (of("\"eth\": \"user\"", "\"eth\": \"user\", \"answer\": 0"), "takes neither contract"),
            (of("\"eth\": \"user\"", "\"eth\": \"user\", \"view\": \"a()(uint256)\""), "it has either \"view\" or \"eth\""),
            (of("\"name\": \"ETH\"", &format!("\"name\": \"{}\"", "n".repeat(41))), "40 at the most"),
            (of("\"name\": \"ETH\"", "\"name\": \" ETH\""), "' ETH' is not a name"),
            (of("\"name\": \"price\"", "\"name\": \"shares\""), "two measures are called 'shares'"),
            (of("\"0x2222222222222222222222222222222222222222\"", "\"0x0000000000000000000000000000000000000000\""), "\"users\": the zero address is nobody"),
            (of("\"eth\": \"user\",", ""), "it has either \"view\" or \"eth\""),
            (of("\"eth\": \"proxy\"", "\"eth\": \"user\""), "'user' is not an address"),
            (of("\"decimals\": 6", "\"decimals\": 78"), "it has 78 decimals, and 77 are the most"),
            (of("\"0.000002\"", "\"0.0000002\""), "'0.0000002' is not an amount"),
            (of("\"bps\": 1}", "\"bps\": 1000001}"), "limits nothing"),
            (of("\"bps\": 10, \"only\"", "\"only\""), "and there is none"),
            (of("\"falls\"", "\"down\""), "unknown variant `down`"),
            (of("{\"bps\": 500}", "{\"bps\": 500, \"only\": \"falls\"}"), "for what rises"),
            (of("deposit(uint256)", "deposit"), "is not the signature of a function"),
            (of("Insolvent(uint256)", "Insolvent"), "is not the signature of an error"),
            (of("3600", "315360001"), "more than ten years"),
            // burn(uint256) and collate_propagate_storage(bytes16) share theirs.
            (
                of("\"deposit(uint256)\"", "\"burn(uint256)\", \"collate_propagate_storage(bytes16)\""),
                "have the same selector",
            ),
        ] {
            let told = Scenario::read(&file).unwrap_err();
            assert!(told.contains(why), "{why}: {told}");
        }
    }
}
