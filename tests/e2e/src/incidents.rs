//! The robberies that are replayed: figures with their sources, from `tests/incidents`.

use alloy_primitives::utils::parse_units;
use alloy_primitives::U256;
use serde::Deserialize;

/// A bucket holds this many days of normal outflow, so that one busy day after a quiet one passes whole.
pub const CAPACITY_DAYS: u64 = 2;
/// A bucket refills in a day.
pub const REFILL_SECS: u64 = 86_400;

/// Why a data file is not usable.
#[derive(Debug, thiserror::Error)]
pub enum IncidentError {
    /// The description is not what it should be.
    #[error("{id}: {reason}")]
    Description {
        /// Which incident.
        id: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A line of the calls is not what it should be.
    #[error("{id}: line {line} of the calls: {reason}")]
    Call {
        /// Which incident.
        id: &'static str,
        /// The line, from one.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

/// What let the thieves in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// They had as many validators' keys as it takes.
    StolenKeys {
        /// How many validators there were.
        validators: usize,
        /// How many had to sign, and were stolen.
        threshold: usize,
    },
    /// The bridge was initialised with a committed root of zero.
    ZeroRoot {
        /// How many validators there were.
        validators: usize,
        /// How many would have had to sign.
        threshold: usize,
    },
}

/// How a token behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// ETH.
    Native,
    /// As the standard says.
    Standard,
    /// Its methods return nothing.
    NoReturn,
}

/// An asset that the bridge held.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    /// Its symbol.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u8,
    /// How it behaves.
    pub kind: TokenKind,
    /// What one cost in dollars on that day.
    pub dollars: f64,
    /// What the bridge held, in the smallest unit.
    pub locked: U256,
    /// What left on a normal, busy day, in the smallest unit.
    pub normal_daily_outflow: U256,
    /// Why that is assumed.
    pub why: String,
}

impl Asset {
    /// The capacity of the asset's bucket. It follows from the normal outflow and from nothing else.
    #[must_use]
    pub fn capacity(&self) -> U256 {
        self.normal_daily_outflow * U256::from(CAPACITY_DAYS)
    }

    /// What an amount was worth, in dollars.
    #[must_use]
    pub fn value(&self, amount: U256) -> f64 {
        f64::from(amount) / 10f64.powi(i32::from(self.decimals)) * self.dollars
    }
}

/// One withdrawal of the thieves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Seconds since the first.
    pub secs: u64,
    /// Which of the incident's assets.
    pub asset: usize,
    /// How much, in the smallest unit.
    pub amount: U256,
}

/// Where a figure was taken from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Source {
    /// What was taken.
    pub what: String,
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
    /// When it was published, where it says so.
    pub date: Option<String>,
}

/// A robbery.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// The name of its files.
    pub id: &'static str,
    /// The bridge.
    pub name: String,
    /// The day of the theft.
    pub date: String,
    /// What happened.
    pub summary: String,
    /// What let the thieves in.
    pub fault: Fault,
    /// What the bridge held.
    pub assets: Vec<Asset>,
    /// What the thieves did, in order.
    pub calls: Vec<Call>,
    /// Where sources disagree or say nothing, what was taken.
    pub choices: Vec<String>,
    /// Where the figures are from.
    pub sources: Vec<Source>,
}

impl Incident {
    /// What the thieves asked for, in dollars.
    #[must_use]
    pub fn attempted(&self) -> f64 {
        let worth = |call: &Call| self.assets[call.asset].value(call.amount);
        self.calls.iter().map(worth).sum()
    }
}

struct Files {
    id: &'static str,
    description: &'static str,
    calls: &'static str,
}

const FILES: [Files; 3] = [
    Files {
        id: "ronin-2022-03",
        description: include_str!("../../incidents/ronin-2022-03.json"),
        calls: include_str!("../../incidents/ronin-2022-03.csv"),
    },
    Files {
        id: "nomad-2022-08",
        description: include_str!("../../incidents/nomad-2022-08.json"),
        calls: include_str!("../../incidents/nomad-2022-08.csv"),
    },
    Files {
        id: "harmony-2022-06",
        description: include_str!("../../incidents/harmony-2022-06.json"),
        calls: include_str!("../../incidents/harmony-2022-06.csv"),
    },
];

/// Every incident.
///
/// # Errors
/// An [`IncidentError`] that says which file is wrong and how.
pub fn all() -> Result<Vec<Incident>, IncidentError> {
    FILES.iter().map(read).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    id: String,
    name: String,
    date: String,
    #[serde(rename = "disclosed")]
    _disclosed: String,
    fault: Fault,
    summary: String,
    assets: Vec<AssetDescription>,
    choices: Vec<String>,
    sources: Vec<Source>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssetDescription {
    symbol: String,
    decimals: u8,
    token: TokenKind,
    dollars: String,
    locked: String,
    normal_daily_outflow: String,
    why: String,
}

fn amount(text: &str, decimals: u8) -> Result<U256, String> {
    let fraction = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if fraction > usize::from(decimals) {
        return Err(format!("{text} has more than {decimals} decimals"));
    }
    let amount: U256 = parse_units(text, decimals)
        .map_err(|error| format!("{text} is no amount of {decimals} decimals: {error}"))?
        .into();
    if amount.is_zero() {
        return Err(format!("{text} is nothing"));
    }
    Ok(amount)
}

fn asset(description: AssetDescription) -> Result<Asset, String> {
    let decimals = description.decimals;
    let asset = Asset {
        decimals,
        kind: description.token,
        dollars: description
            .dollars
            .parse()
            .map_err(|_| format!("{} is no price", description.dollars))?,
        locked: amount(&description.locked, decimals)?,
        normal_daily_outflow: amount(&description.normal_daily_outflow, decimals)?,
        why: description.why,
        symbol: description.symbol,
    };
    if asset.why.is_empty() {
        return Err(format!("{} has a normal outflow without a reason", asset.symbol));
    }
    if asset.capacity() >= asset.locked {
        return Err(format!("{} has a limit that could never act", asset.symbol));
    }
    Ok(asset)
}

fn read(files: &Files) -> Result<Incident, IncidentError> {
    let wrong = |reason: String| IncidentError::Description { id: files.id, reason };
    let description: Description =
        serde_json::from_str(files.description).map_err(|error| wrong(error.to_string()))?;
    if description.id != files.id {
        return Err(wrong(format!("its id is {}", description.id)));
    }
    if description.sources.is_empty() || description.choices.is_empty() {
        return Err(wrong(
            "it cites no source, or does not say what was chosen".to_owned(),
        ));
    }
    let assets: Vec<Asset> = description
        .assets
        .into_iter()
        .map(asset)
        .collect::<Result<_, _>>()
        .map_err(wrong)?;
    let mut lines = files.calls.lines();
    if lines.next() != Some("secs,asset,amount") {
        return Err(wrong("its calls have another heading".to_owned()));
    }
    let mut calls: Vec<Call> = Vec::new();
    for (index, line) in lines.enumerate() {
        let call = call(line, &assets).map_err(|reason| IncidentError::Call {
            id: files.id,
            line: index + 2,
            reason,
        })?;
        if calls.last().is_some_and(|last| last.secs > call.secs) {
            return Err(IncidentError::Call {
                id: files.id,
                line: index + 2,
                reason: "it comes before the one before it".to_owned(),
            });
        }
        calls.push(call);
    }
    Ok(Incident {
        id: files.id,
        name: description.name,
        date: description.date,
        summary: description.summary,
        fault: description.fault,
        assets,
        calls,
        choices: description.choices,
        sources: description.sources,
    })
}

fn call(line: &str, assets: &[Asset]) -> Result<Call, String> {
    let mut fields = line.split(',');
    let (Some(secs), Some(symbol), Some(text), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err("it does not have three fields".to_owned());
    };
    let asset = assets
        .iter()
        .position(|asset| asset.symbol == symbol)
        .ok_or_else(|| format!("the bridge holds no {symbol}"))?;
    Ok(Call {
        secs: secs
            .parse()
            .map_err(|_| format!("{secs} is no number of seconds"))?,
        asset,
        amount: amount(text, assets[asset].decimals)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident(id: &str) -> Incident {
        all()
            .expect("the files are right")
            .into_iter()
            .find(|i| i.id == id)
            .expect("there is one")
    }

    fn taken(incident: &Incident, symbol: &str) -> U256 {
        let of = |call: &&Call| incident.assets[call.asset].symbol == symbol;
        incident
            .calls
            .iter()
            .filter(of)
            .fold(U256::ZERO, |sum, call| sum + call.amount)
    }

    #[test]
    fn ronins_two_calls_are_as_published() {
        let ronin = incident("ronin-2022-03");
        assert_eq!(ronin.calls.len(), 2);
        assert_eq!(taken(&ronin, "ETH").to_string(), "173600000000000000000000");
        assert_eq!(taken(&ronin, "USDC"), U256::from(25_500_000_000_000u64));
        assert_eq!(ronin.attempted(), 615_740_000.0);
    }

    #[test]
    fn nomads_calls_add_up_to_what_its_team_counted() {
        let nomad = incident("nomad-2022-08");
        assert_eq!(nomad.calls.len(), 462);
        assert_eq!(taken(&nomad, "WBTC"), U256::from(102_829_072_399u64));
        assert_eq!(taken(&nomad, "USDC"), U256::from(87_247_033_140_665u64));
        assert_eq!(taken(&nomad, "ETH").to_string(), "22868100000429796729700");
        let same = nomad
            .calls
            .iter()
            .filter(|call| call.amount == U256::from(202_440_725_413u64));
        assert_eq!(same.count(), 275);
        assert_eq!(nomad.calls[0].amount, U256::from(10_000_000_000u64));
    }

    #[test]
    fn harmonys_calls_are_as_published() {
        let harmony = incident("harmony-2022-06");
        assert_eq!(taken(&harmony, "USDT"), U256::from(9_981_000_000_000u64));
        assert_eq!(harmony.calls.len(), 7);
    }

    #[test]
    fn no_theft_takes_more_than_was_there() {
        for incident in all().unwrap() {
            for asset in &incident.assets {
                assert!(
                    taken(&incident, &asset.symbol) <= asset.locked,
                    "{} {}",
                    incident.id,
                    asset.symbol
                );
            }
        }
    }

    #[test]
    fn no_limit_follows_from_what_was_stolen() {
        // Published for Ronin: 50 million dollars a day, which is what both buckets hold together.
        let ronin = incident("ronin-2022-03");
        let held: f64 = ronin
            .assets
            .iter()
            .map(|asset| asset.value(asset.capacity()))
            .sum();
        assert_eq!(held, 49_600_000.0);
        // Published for the Horizon bridge: a volume that makes a busy day 3.9% of what was locked. Taken for Nomad too.
        for id in ["harmony-2022-06", "nomad-2022-08"] {
            for asset in incident(id).assets {
                let per_mille = asset.normal_daily_outflow * U256::from(1_000) / asset.locked;
                assert!(
                    (U256::from(38)..=U256::from(39)).contains(&per_mille),
                    "{id} {} {per_mille}",
                    asset.symbol
                );
            }
        }
        let harmony = incident("harmony-2022-06");
        let day = |asset: &Asset| asset.value(asset.normal_daily_outflow);
        let busy: f64 = harmony.assets.iter().map(day).sum();
        let published = 3.0 * 1_500_000_000.0 / 2.0 / 600.0;
        assert!(
            (busy / published - 1.0).abs() < 0.01,
            "{busy} against {published}"
        );
    }

    #[test]
    fn nomads_balances_are_those_of_the_block_before() {
        let nomad = incident("nomad-2022-08");
        let locked: Vec<String> = nomad
            .assets
            .iter()
            .map(|asset| asset.locked.to_string())
            .collect();
        assert_eq!(
            locked,
            [
                "102829072399",
                "22876823832591440628473",
                "87459362891749",
                "7284868263629365174269341",
                "8626248974867",
                "4533681025522997592670848",
            ]
        );
        assert_eq!(taken(&nomad, "WBTC"), nomad.assets[0].locked);
    }

    #[test]
    fn every_asset_has_its_reason_and_every_source_an_address() {
        for incident in all().unwrap() {
            assert!(incident.assets.iter().all(|asset| asset.why.len() > 40));
            assert!(incident
                .sources
                .iter()
                .all(|source| source.url.starts_with("https://") && !source.what.is_empty()));
        }
    }

    #[test]
    fn a_line_that_is_no_call_is_refused_with_its_reason() {
        let assets = incident("ronin-2022-03").assets;
        for (line, reason) in [
            ("0,ETH", "it does not have three fields"),
            ("0,ETH,1,2", "it does not have three fields"),
            ("0,BTC,1", "the bridge holds no BTC"),
            ("x,ETH,1", "x is no number of seconds"),
            ("0,ETH,0", "0 is nothing"),
        ] {
            assert_eq!(call(line, &assets), Err(reason.to_owned()));
        }
        assert_eq!(
            call("0,USDC,1.1234567", &assets),
            Err("1.1234567 has more than 6 decimals".to_owned())
        );
    }
}
